"""One cycle: cosine up, cosine down, and far below the start at the end."""

from __future__ import annotations

import math
from collections.abc import Iterator
from functools import partial

import numpy as np

from autograders.declare.exercise import Case, Edit, Exercise, given
from autograders.declare.returns import Number
from course.shared.draws import one_at_a_time
from lrlib.schedules import OneCycle

from . import UNIT


def _cases(rng: np.random.Generator) -> Iterator[Case]:
    scale = float(rng.uniform(0.6, 1.4))
    settings = ((0.3, 40, 25.0, 1e4), (0.5, 30, 10.0, 100.0), (0.2, 50, 4.0, 10.0))
    for pct_start, steps, div, final_div in settings:
        max_lr = float(rng.uniform(0.05, 2))
        at = partial(
            given, max_lr=max_lr, steps=steps, pct_start=pct_start, div=div, final_div=final_div
        )
        top = round(pct_start * steps) - 1
        yield at(0).on("boundary", "it is the first update")
        yield at(1).on("values", "the rate has begun to rise")
        yield at(top // 2).on("values", "the rate is rising")
        yield at(top - 1).on("boundary", "it is the update before the peak")
        yield at(top).on("boundary", "it is the peak")
        yield at(top + 1).on("boundary", "it is the update after the peak")
        yield at((top + steps) // 2).on("values", "the rate is falling")
        yield at(steps - 3).on("values", "the end is near")
        yield at(steps - 2).on("boundary", "it is the update before the last")
        yield at(steps - 1).on("boundary", "it is the last update")
        yield at(steps).on("clamp", "t is exactly steps")
        yield at(10 * steps).on("clamp", "t is far beyond the end")
        yield at(np.int64(3)).on("edge", "t is a NumPy integer")
    steps, pct_start = int(rng.integers(31, 60)), float(rng.uniform(0.22, 0.47))
    at = partial(
        given, max_lr=0.7 * scale, steps=steps, pct_start=pct_start, div=8.0, final_div=50.0
    )
    peak = pct_start * steps - 1
    if abs(peak - round(peak)) < 0.05:
        at = partial(at, pct_start=pct_start + 0.1 / steps)
        peak += 0.1
    for t in (math.floor(peak), math.floor(peak) + 1, math.floor(peak) - 3, math.floor(peak) + 5):
        yield at(t).on("edge", "the peak lies between two updates")
    at = partial(given, max_lr=0.5 * scale, steps=20, pct_start=0.5, div=1.0, final_div=1.0)
    yield at(4).on("edge", "div is 1, so the rate starts at its peak")
    yield at(15).on("edge", "final_div is 1, so it ends where it began")
    whole = given(3, max_lr=1, steps=20, pct_start=0.5, div=10, final_div=100)
    yield whole.on("edge", "the rates are whole numbers")
    usual = given(900, max_lr=0.3 * scale, steps=4000, pct_start=0.3, div=25.0, final_div=1e4)
    yield from one_at_a_time(
        usual,
        "t",
        t=(1900, 3995),
        max_lr=(1e-10, 3e3),
        steps=(2500,),
        pct_start=(0.04, 0.999),
        div=(1.5, 3e3),
    )
    late = given(3995, max_lr=0.3 * scale, steps=4000, pct_start=0.3, div=1.5, final_div=10.0)
    yield from one_at_a_time(late, "t", final_div=(3e3,))


ONE_CYCLE = Exercise(
    name="one_cycle",
    unit=UNIT,
    signature="one_cycle(t, *, max_lr, steps, pct_start, div, final_div)",
    returns=Number(),
    reference=lambda t, **settings: OneCycle(**settings)(t),
    cases=_cases,
    curve=lambda: [
        given(t, max_lr=0.4, steps=40, pct_start=0.3, div=10.0, final_div=100.0) for t in range(50)
    ],
    worth={"values": 1.5, "boundary": 1.5, "clamp": 0.5, "edge": 0.5},
    harmless={
        "(final_)?div at least .*": "neither can be below 1",
        "(final_)?div rounded to 6 digits": "to a millionth, a number from 1 on is the same",
    },
    statements={
        "edge": "works when the peak lies between two updates, for div = 1, and for NumPy integers"
    },
)


@ONE_CYCLE.variant
def in_two_branches(t, *, max_lr, steps, pct_start, div, final_div):
    start, end = max_lr / div, max_lr / div / final_div
    peak, last = pct_start * steps - 1, steps - 1
    if t <= peak:
        return start + (max_lr - start) / 2 * (1 - math.cos(math.pi * t / peak))
    share = min(1, (t - peak) / (last - peak))
    return end + (max_lr - end) / 2 * (1 + math.cos(math.pi * share))


@ONE_CYCLE.variant
def with_numpy(t, *, max_lr, steps, pct_start, div, final_div):
    peak, last = pct_start * steps - 1, steps - 1
    t = np.minimum(t, last)
    up = (1 - np.cos(np.pi * t / peak)) / 2
    down = (1 + np.cos(np.pi * (t - peak) / (last - peak))) / 2
    start, end = max_lr / div, max_lr / (div * final_div)
    return np.where(t <= peak, start + (max_lr - start) * up, end + (max_lr - end) * down)


@ONE_CYCLE.variant
def with_a_helper(t, *, max_lr, steps, pct_start, div, final_div):
    def anneal(start, end, share):
        return start + (end - start) * math.sin(math.pi / 2 * share) ** 2

    peak = pct_start * steps - 1
    low = max_lr / div
    if t < peak:
        return anneal(low, max_lr, t / peak)
    return anneal(max_lr, low / final_div, min((t - peak) / (steps - 1 - peak), 1.0))


@ONE_CYCLE.variant
def with_time_clamped_first(t, *, max_lr, steps, pct_start, div, final_div):
    peak, last = pct_start * steps - 1, steps - 1
    t = min(t, last)
    rising = t <= peak
    share = t / peak if rising else (last - t) / (last - peak)
    low = max_lr / div if rising else max_lr / div / final_div
    return low + (max_lr - low) * math.sin(math.pi / 2 * share) ** 2


ONE_CYCLE.misconception(
    "peak-one-late",
    Edit(in_two_branches, ("pct_start * steps - 1, steps - 1", "pct_start * steps, steps")),
    Edit(in_two_branches, ("pct_start * steps - 1", "pct_start * steps")),
    where="Look at t = pct_start * steps - 1: the peak is due.",
    why="The peak lies at `pct_start * steps - 1`, because t starts at 0; Optax has it one later and "
    "ends at steps.",
    how="Let the peak lie at `pct_start * steps - 1` and the end at `steps - 1`.",
)

ONE_CYCLE.misconception(
    "ends-one-late",
    Edit(in_two_branches, (", steps - 1", ", steps")),
    where="Look at t = steps - 1: it is the last update and should have the last rate.",
    why="Among `steps` updates the last one has t = steps - 1.",
    how="Let the fall end at `steps - 1`.",
)

ONE_CYCLE.misconception(
    "rounds-the-peak",
    Edit(in_two_branches, ("pct_start * steps - 1", "int(pct_start * steps + 1e-9) - 1")),
    Edit(in_two_branches, ("pct_start * steps - 1", "round(pct_start * steps) - 1")),
    where="Choose pct_start * steps with decimals and look near the peak.",
    why="The peak may lie between two updates; rounding it to a whole update bends both slopes.",
    how="Use `pct_start * steps - 1` as it is, with its fraction.",
)

ONE_CYCLE.misconception(
    "straight-lines",
    Edit(
        in_two_branches,
        ("/ 2 * (1 - math.cos(math.pi * t / peak))", "* t / peak"),
        ("/ 2 * (1 + math.cos(math.pi * share))", "* (1 - share)"),
    ),
    where="Look at a quarter of the way up: a cosine has hardly risen there.",
    why="Both halves are cosines; straight lines are the older form of the policy.",
    how="Use `(1 - cos(pi * share)) / 2` as the share of the way.",
)

ONE_CYCLE.misconception(
    "final-rate-from-the-peak",
    Edit(in_two_branches, ("max_lr / div / final_div", "max_lr / final_div")),
    where="Look at the last update: the rate should be max_lr / div / final_div.",
    why="`final_div` divides the first rate, not the peak; fastai divides the peak.",
    how="Divide `max_lr` by both `div` and `final_div`.",
)

ONE_CYCLE.misconception(
    "ends-where-it-began",
    Edit(in_two_branches, ("max_lr / div / final_div", "max_lr / div")),
    where="Look at the last update: it should lie far below the first.",
    why="`final_div` takes the last rate below the first one.",
    how="Fall to `max_lr / div / final_div`.",
)

ONE_CYCLE.misconception(
    "starts-at-zero",
    Edit(in_two_branches, ("end = max_lr / div,", "end = 0.0,")),
    where="Look at t = 0: the rate should be max_lr / div.",
    why="`div` says how far below the peak the first rate lies; it is not 0.",
    how="Rise from `max_lr / div`.",
)

ONE_CYCLE.misconception(
    "ends-at-zero",
    Edit(in_two_branches, ("max_lr / div / final_div", "0.0")),
    where="Look at the last update: small, but not 0.",
    why="The last rate is `max_lr / div / final_div`.",
    how="Fall to that rate instead of 0.",
)

ONE_CYCLE.misconception(
    "rises-again",
    Edit(in_two_branches, ("min(1, (t - peak) / (last - peak))", "(t - peak) / (last - peak)")),
    where="Look beyond the last update.",
    why="The cosine turns back up when the share of the way goes beyond 1.",
    how="Hold the last rate from `t = steps - 1` on.",
)

ONE_CYCLE.misconception(
    "peak-in-the-middle",
    Edit(in_two_branches, ("pct_start * steps", "0.5 * steps")),
    where="Look at t = pct_start * steps - 1 with pct_start = 0.3.",
    why="The way up takes the share `pct_start` of the steps, not always a half.",
    how="Put the peak at `pct_start * steps - 1`.",
)

ONE_CYCLE.misconception(
    "divides-after-the-peak",
    Edit(in_two_branches, ("(max_lr - end)", "(start - end)")),
    where="Look at the update after the peak: does the rate jump?",
    why="The fall starts from `max_lr`, where the rise ended.",
    how="Let the second half go from `max_lr` to the last rate.",
)

ONE_CYCLE.misconception(
    "counts-from-one",
    Edit(
        in_two_branches,
        ("t <= peak", "t + 1 <= peak"),
        ("pi * t", "pi * (t + 1)"),
        ("(t - peak)", "(t + 1 - peak)"),
    ),
    where="Look at t = 0: the rate should be max_lr / div exactly.",
    why="`t` is 0 for the first update; adding one starts a step up the slope.",
    how="Use `t` itself, without adding one.",
)
