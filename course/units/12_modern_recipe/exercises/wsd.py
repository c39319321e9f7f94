"""Warmup-stable-decay: up, level for as long as you like, and down at the end."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

import numpy as np

from autograders.declare.exercise import Case, Edit, Exercise, given
from autograders.declare.returns import Number
from course.shared.draws import one_at_a_time
from lrlib.schedules import WSD as Schedule

from . import UNIT


def _cases(rng: np.random.Generator) -> Iterator[Case]:
    scale = float(rng.uniform(0.6, 1.4))
    for share in (0.0, float(rng.uniform(0.05, 0.3)), 0.5):
        lr = float(rng.uniform(0.05, 2))
        up, level, down = (int(n) for n in rng.integers(5, 14, size=3))
        steps = up + level + down
        at = partial(
            given, lr=lr, warmup_steps=up, steps=steps, decay_steps=down, lr_end=share * lr
        )
        yield at(0).on("boundary", "it is the first update")
        yield at(up // 2).on("values", "the warmup is half done")
        yield at(up - 1).on("boundary", "it is the last update of the warmup")
        yield at(up).on("boundary", "the warmup has just ended")
        yield at(up + level // 2).on("values", "the rate is level")
        yield at(up + level - 1).on("boundary", "it is the last update of the level part")
        yield at(up + level).on("boundary", "the decay begins")
        yield at(up + level + 1).on("values", "the decay has just begun")
        yield at(up + level + down // 2).on("values", "the decay is half done")
        yield at(steps - 1).on("boundary", "it is the last update before the end")
        yield at(steps).on("clamp", "t is exactly steps")
        yield at(steps + 1).on("clamp", "t is one beyond the end")
        yield at(10 * steps).on("clamp", "t is far beyond the end")
    at = partial(
        given, lr=0.3 * scale, warmup_steps=0, steps=20, decay_steps=5, lr_end=0.06 * scale
    )
    yield at(0).on("edge", "there is no warmup and t is 0")
    yield at(3).on("edge", "there is no warmup")
    yield at(17).on("edge", "there is no warmup and the decay has begun")
    at = partial(given, lr=0.4 * scale, warmup_steps=4, steps=10, decay_steps=1, lr_end=0.1 * scale)
    yield at(9).on("edge", "the decay is a single step and has not begun")
    yield at(10).on("edge", "the decay is a single step and is done")
    at = partial(given, lr=0.4 * scale, warmup_steps=4, steps=10, decay_steps=6, lr_end=0.1 * scale)
    yield at(3).on("edge", "there is no level part: last update of the warmup")
    yield at(4).on("edge", "there is no level part: first update after the warmup")
    yield at(7).on("edge", "there is no level part: in the decay")
    sizes = {"warmup_steps": 1500, "steps": 6000, "decay_steps": 1500}
    usual = given(700, lr=0.3 * scale, lr_end=0.0, **sizes)
    yield from one_at_a_time(usual, "t", t=(300,), lr=(1e-10, 3e3), warmup_steps=(1100,))
    late = given(5200, lr=5e3 * scale, lr_end=0.0, **sizes)
    yield from one_at_a_time(late, "t", steps=(6500,), decay_steps=(1300,), lr_end=(3e3,))


WSD = Exercise(
    name="wsd",
    unit=UNIT,
    signature="wsd(t, *, lr, warmup_steps, steps, decay_steps, lr_end)",
    returns=Number(),
    reference=lambda t, **settings: Schedule(**settings)(t),
    cases=_cases,
    curve=lambda: [
        given(t, lr=0.4, warmup_steps=8, steps=40, decay_steps=12, lr_end=0.05) for t in range(50)
    ],
    worth={"values": 1.5, "boundary": 1, "clamp": 0.5, "edge": 1},
    harmless={"warmup_steps at least 1": "a climb of one update is no warmup"},
    statements={"edge": "works without warmup, without a level part, and with a one-step decay"},
)


@WSD.variant
def with_branches(t, *, lr, warmup_steps, steps, decay_steps, lr_end):
    if t < warmup_steps:
        return lr * (t + 1) / warmup_steps
    start = steps - decay_steps
    if t < start:
        return lr
    if t < steps:
        return lr + (lr_end - lr) * (t - start) / decay_steps
    return lr_end


@WSD.variant
def from_the_end(t, *, lr, warmup_steps, steps, decay_steps, lr_end):
    if t < warmup_steps:
        return (t + 1) / warmup_steps * lr
    left = min(1, max(0, steps - t) / decay_steps)
    return lr_end + (lr - lr_end) * left


@WSD.variant
def with_interp(t, *, lr, warmup_steps, steps, decay_steps, lr_end):
    if t < warmup_steps:
        return np.float64(lr * (t + 1) / warmup_steps)
    return np.interp(t, [steps - decay_steps, steps], [lr, lr_end])


@WSD.variant
def with_clip(t, *, lr, warmup_steps, steps, decay_steps, lr_end):
    down = np.clip((t - (steps - decay_steps)) / decay_steps, 0, 1)
    up = min(1.0, (t + 1) / warmup_steps) if warmup_steps > 0 else 1.0
    return up * ((1 - down) * lr + down * lr_end)


WSD.misconception(
    "warms-up-from-zero",
    Edit(with_branches, ("(t + 1)", "t")),
    where="Look at t = 0: does the first update move anything?",
    why="`t / warmup_steps` makes the first rate 0, so the first update is wasted.",
    how="Use `(t + 1) / warmup_steps`.",
)

WSD.misconception(
    "warms-up-from-the-end-rate",
    Edit(with_branches, ("return lr * (t", "return lr_end + (lr - lr_end) * (t")),
    where="Look at the first updates with lr_end above 0.",
    why="transformers warms up from the minimum rate; here the ramp is `lr * (t + 1) / warmup_steps`.",
    how="Leave `lr_end` out of the warmup.",
)

WSD.misconception(
    "decay-begins-after-the-end",
    Edit(
        with_branches,
        ("start = steps - decay_steps", "start = steps"),
        ("t < steps", "t < steps + decay_steps"),
    ),
    where="Look at t = steps: it should be over.",
    why="`decay_steps` are the last of the `steps`, not added to them.",
    how="Begin the decay at `steps - decay_steps`.",
)

WSD.misconception(
    "warmup-not-counted",
    Edit(
        with_branches,
        ("start = steps", "start = warmup_steps + steps"),
        ("t < steps", "t < warmup_steps + steps"),
    ),
    where="Look at the update at which the decay begins.",
    why="`steps` counts the whole schedule with its warmup; adding the warmup shifts the decay.",
    how="Begin the decay at `steps - decay_steps`, counted from the start.",
)

WSD.misconception(
    "decay-one-early",
    Edit(with_branches, ("(t - start)", "(t + 1 - start)")),
    where="Look at t = steps - decay_steps: the rate is still lr there.",
    why="Counting from 1 inside the decay takes its first step too soon.",
    how="Use `t - (steps - decay_steps)`, which is 0 when the decay begins.",
)

WSD.misconception(
    "goes-on-falling",
    Edit(from_the_end, ("max(0, steps - t)", "(steps - t)")),
    where="Look beyond steps: does the rate go below lr_end?",
    why="Without a limit the straight line runs on, below `lr_end` and below 0.",
    how="Hold `lr_end` from `t = steps` on.",
)

WSD.misconception(
    "ends-at-zero",
    Edit(from_the_end, ("lr_end + (lr - lr_end)", "lr")),
    where="Look at t = steps with lr_end above 0.",
    why="The decay should go down to `lr_end`, not to 0.",
    how="Mix `lr` and `lr_end` by the share of the decay that is done.",
)

WSD.misconception(
    "no-level-part",
    Edit(from_the_end, ("decay_steps", "(steps - warmup_steps)")),
    where="Look at the middle: the rate should still be lr.",
    why="Decaying from the end of the warmup on is the schedule that this one replaces.",
    how="Hold `lr` until `steps - decay_steps`.",
)

WSD.misconception(
    "cosine-decay",
    Edit(from_the_end, ("* left", "* (1 - np.cos(np.pi * left)) / 2")),
    where="Look at a quarter of the decay: a straight line has fallen by a quarter.",
    why="The contract asks for a straight line; a cosine starts more gently.",
    how="Use the share of the decay itself.",
)

WSD.misconception(
    "returns-to-the-peak",
    Edit(with_branches, ("return lr_end", "return lr_end if t == steps else lr")),
    where="Look at t beyond steps.",
    why="After its last step a schedule holds its final value.",
    how="Return `lr_end` for every `t >= steps`.",
)

WSD.misconception(
    "divides-by-zero-warmup",
    Edit(with_branches, ("if t < warmup_steps", "if lr * (t + 1) / warmup_steps < lr")),
    where="Try warmup_steps = 0.",
    why="No warmup is allowed; computing the ramp before asking whether there is one divides by 0.",
    how="Ask `t < warmup_steps` first: it is never true for 0.",
)

WSD.misconception(
    "warmup-one-longer",
    Edit(with_branches, ("/ warmup_steps", "/ (warmup_steps + 1)")),
    where="Look at the last update of the warmup: the peak is due.",
    why="Dividing by `warmup_steps + 1` reaches the peak one update late.",
    how="Divide by `warmup_steps`.",
)

WSD.misconception(
    "cut-off-at-the-end-rate",
    Edit(from_the_end, ("lr_end + (lr - lr_end) * left", "max(lr_end, lr * left)")),
    where="Look at the last third of the decay: does it go down evenly, or does it hit a floor?",
    why="`max(lr_end, ...)` follows a line to 0 and cuts it off; the line itself should end at "
    "`lr_end`.",
    how="Mix `lr` and `lr_end` by the share of the decay that is done.",
)
