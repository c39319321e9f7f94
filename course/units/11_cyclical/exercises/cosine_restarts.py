"""SGDR: cosine decay that starts again, in cycles that may grow."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace
from functools import partial

import numpy as np

from autograders.declare.exercise import Case, Edit, Exercise, given
from autograders.declare.returns import Number
from course.shared.draws import one_at_a_time
from lrlib.schedules import CosineRestarts

from . import UNIT


def _cases(rng: np.random.Generator) -> Iterator[Case]:
    scale = float(rng.uniform(0.6, 1.4))
    for multiplier, share in ((2, 0.0), (1, 0.1), (3, float(rng.uniform(0.05, 0.3)))):
        first, top = int(rng.integers(5, 12)), float(rng.uniform(0.1, 2))
        at = partial(
            given, lr_max=top, lr_min=share * top, first_cycle=first, multiplier=multiplier
        )
        second = first + first * multiplier
        third = second + first * multiplier**2
        yield at(0).on("boundary", "it is the first update")
        yield at(first // 2).on("values", "t lies in the first cycle")
        yield at(first - 1).on("boundary", "it is the last update of the first cycle")
        yield at(first).on("boundary", "the second cycle begins")
        yield at(first + 1).on("values", "the second cycle has begun")
        yield at(first + first * multiplier // 2).on("values", "t lies in the second cycle")
        yield at(second - 1).on("boundary", "it is the last update of the second cycle")
        yield at(second).on("boundary", "the third cycle begins")
        yield at(second + 2).on("values", "t lies in the third cycle")
        yield at(third).on("boundary", "the fourth cycle begins")
        yield at(third + 3).on("values", "t lies in the fourth cycle")
        yield at(np.int64(first + 2)).on("edge", "t is a NumPy integer")
    exact = partial(given, lr_max=0.5 * scale, lr_min=0.02 * scale, first_cycle=3, multiplier=3)
    for t in (3, 12, 39, 120, 363, 1092):
        yield exact(t).on("edge", "a restart is due after cycles that tripled")
        yield exact(t - 1).on("edge", "a restart is due at the next update")
    for t in (0, 1, 2, 3, 6, 7):
        one = given(t, lr_max=0.4 * scale, lr_min=0.1 * scale, first_cycle=1, multiplier=2)
        yield one.on("edge", "the first cycle lasts one update")
    same = given(5, lr_max=0.3 * scale, lr_min=0.1 * scale, first_cycle=1, multiplier=1)
    yield same.on("edge", "every cycle lasts one update")
    many = partial(given, lr_max=0.4 * scale, lr_min=0.1 * scale)
    yield many(123, first_cycle=3, multiplier=1).on("edge", "dozens of cycles have gone by")
    yield many(1027, first_cycle=1, multiplier=2).on("edge", "ten cycles have doubled")
    usual = given(7000, lr_max=0.3 * scale, lr_min=0.0, first_cycle=2000, multiplier=2)
    yield from one_at_a_time(
        usual, "t", t=(2700, 900), lr_max=(1e-10, 3e3), lr_min=(0.1,), first_cycle=(1300,)
    )
    yield replace(usual, kwargs={**usual.kwargs, "multiplier": 12}).on(
        "values", "only `multiplier` differs from an ordinary call: it is larger"
    )
    high = given(250_000, lr_max=9e3 * scale, lr_min=3e3 * scale, first_cycle=200, multiplier=1500)
    yield high.on("values", "the second cycle is very long and both rates are large")
    yield many(367, first_cycle=3, multiplier=1).on("edge", "more than 100 cycles have gone by")


COSINE_RESTARTS = Exercise(
    name="cosine_restarts",
    unit=UNIT,
    signature="cosine_restarts(t, *, lr_max, lr_min, first_cycle, multiplier)",
    returns=Number(),
    reference=lambda t, **settings: CosineRestarts(**settings)(t),
    cases=_cases,
    curve=lambda: [
        given(t, lr_max=0.4, lr_min=0.05, first_cycle=8, multiplier=2) for t in range(60)
    ],
    worth={"values": 1.5, "boundary": 1.5, "edge": 1},
    statements={
        "boundary": "starts every cycle at lr_max",
        "edge": "restarts exactly, in long runs, for cycles of one update and for NumPy integers",
    },
)


@COSINE_RESTARTS.variant
def taking_cycles_off(t, *, lr_max, lr_min, first_cycle, multiplier):
    length = first_cycle
    while t >= length:
        t, length = t - length, length * multiplier
    return lr_min + (lr_max - lr_min) / 2 * (1 + math.cos(math.pi * t / length))


@COSINE_RESTARTS.variant
def with_starts(t, *, lr_max, lr_min, first_cycle, multiplier):
    start, i = 0, 0
    while t >= start + first_cycle * multiplier**i:
        start += first_cycle * multiplier**i
        i += 1
    angle = np.pi * (t - start) / (first_cycle * multiplier**i)
    return lr_min + 0.5 * (lr_max - lr_min) * (1 + np.cos(angle))


@COSINE_RESTARTS.variant
def with_geometric_sum(t, *, lr_max, lr_min, first_cycle, multiplier):
    if multiplier == 1:
        place, length = t % first_cycle, first_cycle
    else:
        i = 0
        while first_cycle * (multiplier ** (i + 1) - 1) // (multiplier - 1) <= t:
            i += 1
        place = t - first_cycle * (multiplier**i - 1) // (multiplier - 1)
        length = first_cycle * multiplier**i
    return lr_min + (lr_max - lr_min) / 2 * (1 + math.cos(math.pi * place / length))


@COSINE_RESTARTS.variant
def counting_every_update(t, *, lr_max, lr_min, first_cycle, multiplier):
    place, length = 0, first_cycle
    for _ in range(int(t)):
        place += 1
        if place == length:
            place, length = 0, length * multiplier
    weight = math.cos(math.pi / 2 * place / length) ** 2
    return weight * lr_max + (1 - weight) * lr_min


@COSINE_RESTARTS.misconception(
    "finds-the-cycle-by-logarithm",
    where="Try first_cycle = 3, multiplier = 3 and t = 363: a restart is due.",
    why="The logarithm of an exact power comes out a hair below a whole number, so the restart is lost; "
    "torch's `step(epoch)` and timm have this fault.",
    how="Take off whole cycles with whole-number arithmetic.",
)
def by_logarithm(t, *, lr_max, lr_min, first_cycle, multiplier):
    place, length = t % first_cycle, first_cycle
    if multiplier > 1:
        n = int(math.log(t / first_cycle * (multiplier - 1) + 1, multiplier))
        place = t - first_cycle * (multiplier**n - 1) / (multiplier - 1)
        length = first_cycle * multiplier**n
    return lr_min + (lr_max - lr_min) / 2 * (1 + math.cos(math.pi * place / length))


COSINE_RESTARTS.misconception(
    "equal-cycles",
    Edit(taking_cycles_off, ("length * multiplier", "length")),
    where="Look at the third cycle with multiplier = 2: how long is it?",
    why="The remainder by `first_cycle` gives cycles of one length; `multiplier` makes them grow.",
    how="Multiply the length by `multiplier` after each cycle.",
)

COSINE_RESTARTS.misconception(
    "no-restart",
    Edit(with_starts, ("(t - start) / (first_cycle * multiplier**i)", "min(1, t / first_cycle)")),
    where="Look at t = first_cycle: the rate should be back at the top.",
    why="Without a restart this is a single cosine decay.",
    how="Find the cycle that t lies in and count from its start.",
)

COSINE_RESTARTS.misconception(
    "comes-back-slowly",
    Edit(with_starts, ("(t - start) / (first_cycle * multiplier**i)", "t / first_cycle")),
    where="Look just after the first cycle: the rate should jump, not climb.",
    why="A cosine that runs on climbs back as slowly as it fell; a restart jumps to the top.",
    how="Count t from the start of its own cycle.",
)

COSINE_RESTARTS.misconception(
    "restarts-one-late",
    Edit(taking_cycles_off, ("t >= length", "t > length")),
    where="Look at t = first_cycle exactly.",
    why="The first cycle makes the updates 0 to first_cycle - 1; the next one belongs to the second.",
    how="Go to the next cycle when `t >= length`.",
)

COSINE_RESTARTS.misconception(
    "adds-instead-of-multiplying",
    Edit(taking_cycles_off, ("length * multiplier", "length + first_cycle * (multiplier - 1)")),
    where="Compare the third cycle with the second.",
    why="Growing by a fixed amount is slower than `first_cycle * multiplier**i`.",
    how="Multiply the length by `multiplier` each time.",
)

COSINE_RESTARTS.misconception(
    "keeps-the-first-length",
    Edit(taking_cycles_off, ("t / length", "min(1, t / first_cycle)")),
    where="Look at the second cycle: does it reach the bottom too early?",
    why="The place in the cycle is divided by the length of the first one, though the cycle has grown.",
    how="Divide by the length of the cycle that t lies in.",
)

COSINE_RESTARTS.misconception(
    "ends-at-zero",
    Edit(taking_cycles_off, ("lr_min + (lr_max - lr_min)", "lr_max")),
    where="Look at the end of a cycle with lr_min above 0.",
    why="Without `lr_min` the rate goes down to 0.",
    how="Scale the cosine with `lr_max - lr_min` and add `lr_min`.",
)

COSINE_RESTARTS.misconception(
    "reaches-the-bottom-one-early",
    Edit(taking_cycles_off, ("t / length", "t / max(length - 1, 1)")),
    where="Look at the last update of a cycle: it has not quite reached lr_min.",
    why="Dividing by length - 1 makes the last update of the cycle the bottom.",
    how="Divide by the length itself.",
)

COSINE_RESTARTS.misconception(
    "halves-each-restart",
    Edit(with_starts, ("0.5 * (lr_max", "0.5 ** (i + 1) * (lr_max")),
    where="Look at t = first_cycle: the second cycle starts at lr_max as well.",
    why="Lowering the top with each restart is a variant of timm; here every cycle starts at lr_max.",
    how="Leave `lr_max` as it is.",
)

COSINE_RESTARTS.misconception(
    "starts-at-the-bottom",
    Edit(taking_cycles_off, ("1 + math", "1 - math")),
    where="Look at t = 0: a cycle begins at lr_max.",
    why="`1 - cos` rises from the bottom; every cycle starts at the top.",
    how="Use `1 + cos(...)`, which begins at 2.",
)

COSINE_RESTARTS.misconception(
    "clock-runs-on",
    Edit(with_starts, ("(t - start)", "t")),
    where="Look at the first update of the second cycle: it should be lr_max.",
    why="The cycle was found, but the cosine was given t itself, counted from the start of the run.",
    how="Give the cosine the updates since the last restart.",
)
