"""The playground: any problem, optimizer, schedule and rate, up to four pinned runs beside it."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

import numpy as np

from lrlib import optimizers
from lrlib.data import load_digits
from lrlib.labs.kit import Axis, Choice, Lab, Log, Outcome, Picture, number
from lrlib.problems import Network, Problem, Ravine, Rosenbrock, RotatedRavine
from lrlib.problems import SoftmaxRegression as Softmax
from lrlib.schedules import (
    WSD,
    Constant,
    CosineDecay,
    ExponentialDecay,
    InverseTimeDecay,
    Linear,
    OneCycle,
    Schedule,
    StepDecay,
    Triangular,
    Warmup,
)
from lrlib.training import train

STEPS, BATCH_SIZE, SEED = 80, 16, 0
PROBLEMS: dict[str, tuple[str, Callable[[], Problem]]] = {
    "digits, softmax": (
        "SoftmaxRegression(load_digits())",
        lambda: Softmax(load_digits()),
    ),
    "digits, network": (
        "Network(load_digits(), (64, 16, 10))",
        lambda: Network(load_digits(), (64, 16, 10)),
    ),
    "ravine": ("Ravine(condition=50)", lambda: Ravine(condition=50)),
    "turned ravine": ("RotatedRavine(condition=50)", lambda: RotatedRavine(condition=50)),
    "Rosenbrock": ("Rosenbrock()", Rosenbrock),
}
OPTIMIZERS = ("SGD", "Momentum", "Nesterov", "AdaGrad", "RMSprop", "Adam", "AdamW", "Lion")
SCHEDULES: dict[str, Callable[[float], Schedule]] = {
    "constant": Constant,
    "step decay": lambda lr: StepDecay(lr, gamma=0.3, every=40),
    "exponential": lambda lr: ExponentialDecay(lr, gamma=0.1, every=STEPS),
    "inverse time": lambda lr: InverseTimeDecay(lr, rate=9.0, every=STEPS),
    "linear": lambda lr: Linear(lr, 0.0, STEPS),
    "cosine": lambda lr: CosineDecay(lr, 0.0, STEPS),
    "warmup, cosine": lambda lr: Warmup(lr, 12).then(12, CosineDecay(lr, 0.0, STEPS - 12)),
    "triangular": lambda lr: Triangular(lr / 10, lr, half_cycle=20),
    "one-cycle": lambda lr: OneCycle(lr, STEPS),
    "WSD": lambda lr: WSD(lr, warmup_steps=12, steps=STEPS, decay_steps=24, lr_end=0.0),
}
CODE = """from lrlib.data import load_digits
from lrlib.optimizers import *
from lrlib.problems import *
from lrlib.schedules import *
from lrlib.training import train

run = train(
    {problem},
    {optimizer!r},
    {schedule!r},
    {steps}, batch_size={batch_size}, seed={seed},
)
run"""


@lru_cache(maxsize=len(PROBLEMS))
def _problem(name: str) -> Problem:
    return PROBLEMS[name][1]()


class Playground(Lab):
    """One run of `lrlib.training.train` at every change, and the code that repeats it."""

    title = "Playground"
    question = "Any problem, any optimizer, any schedule: pin up to four runs and compare."
    controls = (
        Choice("problem", "Problem", tuple(PROBLEMS), "digits, softmax"),
        Choice("optimizer", "Optimizer", OPTIMIZERS, "SGD"),
        Choice("schedule", "Schedule", tuple(SCHEDULES), "constant"),
        Log("lr", "Learning rate", 1e-4, 10.0, 0.1),
    )
    presets = (
        ("too small", {"lr": 0.001}),
        ("about right", {"problem": "digits, softmax", "optimizer": "SGD", "lr": 1.0}),
        ("diverges", {"problem": "ravine", "optimizer": "SGD", "schedule": "constant", "lr": 1.0}),
    )
    most_pins = 4

    def compute(self, problem: str, optimizer: str, schedule: str, lr: float) -> Outcome:
        task, rule = _problem(problem), getattr(optimizers, optimizer)()
        plan = SCHEDULES[schedule](lr)
        batch_size = BATCH_SIZE if isinstance(task, Network) else None
        run = train(task, rule, plan, STEPS, batch_size=batch_size, seed=SEED, progress=False)
        first, final = float(task.loss(run.w0)), run.final_loss
        diverged = not final <= 2 * first
        words = (
            f"{optimizer} on {problem}, {schedule} rate from {number(plan(0))}: the loss goes "
            f"from {number(first)} to {number(final)} in {STEPS} steps."
        )
        code = CODE.format(
            problem=PROBLEMS[problem][0],
            optimizer=rule,
            schedule=plan,
            steps=STEPS,
            batch_size=batch_size,
            seed=SEED,
        )
        label = f"{optimizer}, {schedule}, {number(lr)}"
        return Outcome(words, (run.losses, plan(np.arange(STEPS)), label), diverged, code=code)

    def draw(self, outcome: Outcome, pinned: Outcome | None) -> Picture:
        picture = Picture(660, 420)
        shown = [outcome, *self.pins]
        every = np.concatenate([each.data[0] for each in shown])
        positive = every[np.isfinite(every) & (every > 0)]
        high = min(1e4, float(positive.max(initial=1e-6)) * 2)
        low = min(high / 10, max(1e-8, float(positive.min(initial=1.0)) / 2))
        rate = picture.panel(
            Axis(0, STEPS),
            Axis(1e-5, 20, "rate", log=True, ticks=(1e-4, 1e-2, 1.0)),
            bottom=310,
            title="Learning rate",
        )
        loss = picture.panel(
            Axis(0, STEPS, "step"),
            Axis(low, high, "loss", log=True),
            top=150,
            title="Loss of each step",
        )
        steps = np.arange(STEPS)
        for series, each in enumerate(shown):
            losses, rates, _ = each.data
            rate.line(steps, rates, series=series)
            loss.line(steps, losses, series=series)
            loss.markers(steps[series * 4 :: 20], losses[series * 4 :: 20], series=series)
        loss.legend([(each.data[2], series) for series, each in enumerate(shown)])
        return picture


def playground() -> Playground:
    """The lab over everything: Pin keeps a run beside the next, the code repeats the present."""
    return Playground()
