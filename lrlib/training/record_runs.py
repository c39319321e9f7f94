"""Records the library of runs once: `python -m lrlib.training.record_runs`; needs PyTorch.

Every family of models is trained with every fault that its label names. A run is kept if its
numbers show the label by the rule in `lrlib.data.signs`, and no other; of several settings and
seeds the first few that do are kept, so the library holds clear cases. It takes about ten minutes
of one core.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from dataclasses import replace
from itertools import islice, product
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

import lrlib.data
from lrlib.data import Dataset, load_digits, load_mnist1d, load_shakespeare
from lrlib.data.runs import Trace
from lrlib.data.signs import RULES, shows
from lrlib.optimizers import SGD, Adam, Momentum, Optimizer
from lrlib.problems import Network, SoftmaxRegression, Transformer
from lrlib.training.faults import POINTS, Family, Plan, plans

MEASURED, KEPT = 30, 3


def measured(step: int, steps: int) -> bool:
    """Whether the unseen loss is taken after this many updates."""
    return step % (steps // MEASURED) == 0


def lrlib_run(family: Family, plan: Plan) -> tuple[NDArray, NDArray, NDArray, float]:
    """Train a model of this library; return losses, gradient norms, unseen losses and the guess."""
    rng, other = np.random.default_rng(plan.seed), np.random.default_rng(plan.seed + 100)
    data = SETS[family.name]()
    learn, unseen = data.split(plan.seed)
    if plan.samples:
        learn = learn.take(range(plan.samples))
    unseen = unseen.take(range(family.unseen))
    if family.name == "transformer":
        problem: Any = Transformer(learn, 32, 1, 4)
        judge: Any = Transformer(unseen, 32, 1, 4)
        counts = np.bincount(data.windows.ravel())
        shuffled = replace(learn, windows=other.permuted(learn.windows, axis=1))
        bad: Any = Transformer(shuffled, 32, 1, 4)
    else:
        sizes = (64, 32, 10) if family.name == "digits" else (40, 64, 64, 10)
        problem, judge = Network(learn, sizes), Network(unseen, sizes)
        counts = np.bincount(data.y)
        damaged = Dataset(8 * learn.X, other.permutation(learn.y), classes=learn.classes)
        bad = Network(damaged, sizes)
    rules: dict[str, Optimizer] = {"SGD": SGD(), "momentum": Momentum(0.9), "Adam": Adam()}
    rule = rules[plan.optimizer]
    w = problem.init(rng).astype(np.float32)
    state, batches = rule.init(w), problem.batches(rng, plan.batch)
    losses, norms, seen = [], [], []
    for t, lr in enumerate(plan.rates.tolist()):
        loss, grad = (bad if t == plan.bad_batch else problem).loss_and_grad(w, next(batches))
        losses.append(float(loss))
        norms.append(float(np.linalg.norm(grad)))
        w, state = rule.update(w, grad, state, lr)
        if measured(t + 1, len(plan.rates)):
            seen.append(float(judge.loss(w)))
    return np.array(losses), np.array(norms), np.array(seen), entropy(counts)


def torch_run(family: Family, plan: Plan) -> tuple[NDArray, NDArray, NDArray, float]:
    """Train a network in PyTorch, with its own optimizers; returns as `lrlib_run` does."""
    import torch
    from torch import nn

    torch.set_num_threads(1)
    torch.manual_seed(plan.seed)
    rng = np.random.default_rng(plan.seed)
    data = SETS[family.name]()
    learn, unseen = data.split(plan.seed)
    if plan.samples:
        learn = learn.take(range(plan.samples))
    unseen = unseen.take(range(family.unseen))
    shape = (-1, 1, 40) if family.name == "convolutions" else (-1, 1, 8, 8)
    X, X2 = (torch.tensor(part.X, dtype=torch.float32).reshape(shape) for part in (learn, unseen))
    y, y2 = torch.tensor(learn.y), torch.tensor(unseen.y)
    net = convolutions(nn) if family.name == "convolutions" else residual(nn)
    kinds = {
        "SGD": lambda p: torch.optim.SGD(p, lr=0.1),
        "momentum": lambda p: torch.optim.SGD(p, lr=0.1, momentum=0.9),
        "Adam": lambda p: torch.optim.Adam(p),
    }
    rule = kinds[plan.optimizer](net.parameters())
    batches = SoftmaxRegression(learn).batches(rng, min(plan.batch, learn.n_samples - 1))
    losses, norms, seen = [], [], []
    for t, lr in enumerate(plan.rates.tolist()):
        rule.param_groups[0]["lr"] = lr
        rows = torch.tensor(next(batches))
        inputs, targets = X[rows], y[rows]
        if t == plan.bad_batch:
            inputs, targets = 8 * inputs, targets[torch.randperm(len(targets))]
        net.train()
        rule.zero_grad()
        loss = nn.functional.cross_entropy(net(inputs), targets)
        loss.backward()
        norms.append(float(torch.sqrt(sum((p.grad**2).sum() for p in net.parameters()))))
        rule.step()
        losses.append(loss.item())
        if measured(t + 1, len(plan.rates)):
            net.eval()
            with torch.no_grad():
                seen.append(nn.functional.cross_entropy(net(X2), y2).item())
    return np.array(losses), np.array(norms), np.array(seen), entropy(np.bincount(data.y))


def convolutions(nn: Any) -> Any:
    """Return three convolutions of width 16 along the signal and a linear layer."""
    return nn.Sequential(
        *(nn.Conv1d(1, 16, 5, 2), nn.ReLU(), nn.Conv1d(16, 16, 3, 2), nn.ReLU()),
        *(nn.Conv1d(16, 16, 3, 2), nn.ReLU(), nn.Flatten(), nn.Linear(48, 10)),
    )


def residual(nn: Any) -> Any:
    """Return a convolution, two residual blocks with batch norm, and a linear layer."""

    class Block(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.path = nn.Sequential(
                *(nn.Conv2d(8, 8, 3, padding=1), nn.BatchNorm2d(8), nn.ReLU()),
                *(nn.Conv2d(8, 8, 3, padding=1), nn.BatchNorm2d(8)),
            )

        def forward(self, x: Any) -> Any:
            return nn.functional.relu(x + self.path(x))

    return nn.Sequential(
        *(nn.Conv2d(1, 8, 3, padding=1), nn.ReLU(), Block(), Block()),
        *(nn.AvgPool2d(2), nn.Flatten(), nn.Linear(8 * 16, 10)),
    )


def entropy(counts: NDArray) -> float:
    """Return the loss of always guessing the frequencies."""
    shares = counts[counts > 0] / counts.sum()
    return float(-(shares * np.log(shares)).sum())


SETS: dict[str, Callable[[], Any]] = {
    "digits": load_digits,
    "signals": load_mnist1d,
    "transformer": lambda: load_shakespeare(16),
    "convolutions": load_mnist1d,
    "residual": load_digits,
}
FAMILIES = (
    Family(
        "digits",
        "network 64-32-10 on the digits",
        "lrlib",
        600,
        {"SGD": 0.7, "momentum": 0.15, "Adam": 0.02},
        lrlib_run,
        small=40,
    ),
    Family(
        "signals",
        "network 40-64-64-10 on MNIST-1D",
        "lrlib",
        600,
        {"SGD": 0.3, "momentum": 0.06, "Adam": 0.006},
        lrlib_run,
    ),
    Family(
        "convolutions",
        "three convolutions on MNIST-1D",
        "PyTorch",
        600,
        {"momentum": 0.1, "Adam": 0.01, "SGD": 0.4},
        torch_run,
        small=200,
        tries=12,
    ),
    Family(
        "residual",
        "residual network with batch norm on the digits",
        "PyTorch",
        300,
        {"SGD": 0.2, "Adam": 0.01, "momentum": 0.05},
        torch_run,
        small=60,
        unseen=120,
        tries=12,
    ),
    Family(
        "transformer",
        "transformer of width 32 on Shakespeare",
        "lrlib",
        300,
        {"Adam": 0.01, "SGD": 1.0},
        lrlib_run,
        small=60,
        unseen=100,
        tries=9,
    ),
)


def recorded(family: Family, plan: Plan, label: str, number: int) -> Trace:
    """Make a run and keep of it what the library keeps, with the digits that it keeps."""
    with np.errstate(all="ignore"):
        loss, norms, unseen, guess = family.record(family, plan)
        every = family.steps // POINTS
        loss, norms, unseen = (
            x.astype(np.float16) for x in (loss[::every], norms[::every], unseen)
        )
    return Trace(
        name=f"{family.name}: {label} {number}",
        label=label,
        model=family.model,
        framework=family.framework,
        provenance=f"{plan.said}; batches of {plan.batch}, {family.steps} updates, "
        f"seed and split {plan.seed}",
        guess=round(guess, 4),
        updates=every * np.arange(POINTS),
        loss=loss.astype(np.float64),
        rate=plan.rates[::every].astype(np.float32).astype(np.float64),
        gradient=norms.astype(np.float64),
        unseen_updates=family.steps // MEASURED * (1 + np.arange(MEASURED)),
        unseen=unseen.astype(np.float64),
    )


def clear_cases(family: Family, label: str, wanted: int = KEPT) -> list[Trace]:
    """Return the first few runs of a family that show this label and no other."""
    found: list[Trace] = []
    for plan in islice(plans(family, label), family.tries):
        trace = recorded(family, plan, label, len(found) + 1)
        if [rule for rule in RULES if shows(trace, rule)] == [label]:
            found.append(trace)
        if len(found) == wanted:
            break
    return found


def main() -> None:
    """Record everything and write runs.npz."""
    kept: list[Trace] = []
    for family, label in product(FAMILIES, RULES):
        found = clear_cases(family, label)
        print(f"{family.name}, {label}: {len(found)}", file=sys.stderr, flush=True)
        kept += found
    about = [
        {key: getattr(t, key) for key in ("name", "label", "model", "framework", "provenance")}
        | {"guess": t.guess, "every": int(t.updates[1]), "measured_every": int(t.unseen_updates[0])}
        for t in kept
    ]
    np.savez_compressed(
        Path(lrlib.data.__file__).parent / "runs.npz",
        about=np.array(json.dumps(about)),
        loss=np.array([t.loss for t in kept], dtype=np.float16),
        gradient=np.array([t.gradient for t in kept], dtype=np.float16),
        rate=np.array([t.rate for t in kept], dtype=np.float32),
        unseen=np.array([t.unseen for t in kept], dtype=np.float16),
    )


if __name__ == "__main__":
    main()
