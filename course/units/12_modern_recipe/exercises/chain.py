"""Schedules one after the other, each on its own clock."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from autograders.declare.exercise import Case, Edit, Exercise, given
from autograders.declare.returns import Number
from autograders.protocol.codec import Recipe

from . import UNIT


def _reference(schedules, lengths):
    def joined(t):
        for schedule, length in zip(schedules, lengths):
            if t < length:
                return schedule(t)
            t = t - length
        return schedules[-1](t)

    return joined


def _cases(rng: np.random.Generator) -> Iterator[Case]:
    def line(rising: bool) -> Recipe:
        start, slope = rng.uniform(0.2, 1), rng.uniform(0.02, 0.09) * (1 if rising else -0.1)
        return Recipe("line", {"start": float(start), "slope": float(slope)})

    def geometric() -> Recipe:
        start, ratio = rng.uniform(1.5, 3), rng.uniform(0.7, 0.95)
        return Recipe("geometric", {"start": float(start), "ratio": float(ratio)})

    def pieces(n: int) -> tuple[list[Recipe], list[int]]:
        made = [geometric() if i % 2 else line(i % 4 == 0) for i in range(n)]
        return made, [int(length) for length in rng.integers(3, 9, size=n - 1)]

    for n in (2, 3, 4):
        schedules, lengths = pieces(n)
        ends = [int(end) for end in np.cumsum(lengths)]
        at = given(schedules, lengths)
        yield at.then_at(0, 1, 2).on("values", "t lies in the first piece")
        yield at.then_at(ends[0] + 1, ends[0] + 2).on("values", "t lies in the second piece")
        yield at.then_at(ends[-1] + 2, ends[-1] + 5).on("values", "t lies in the last piece")
        for end in ends:
            yield at.then_at(end - 1).on("boundary", "it is the last update of a piece")
            yield at.then_at(end).on("boundary", "it is the first update of the next piece")
        yield at.then_at(10 * ends[-1]).on("clamp", "t is far into the last piece")
        order = (ends[-1] + 1, 0, ends[0], 1)
        yield at.then_at(*order, *order).on("purity", "it is called in no order, twice")
    schedules, lengths = pieces(3)
    yield given(schedules, [1, 1]).then_at(0, 1, 2, 3).on("edge", "each piece lasts one update")
    yield given(schedules[:1], []).then_at(0, 3, 50).on("edge", "there is a single piece")
    twice = given([schedules[0], schedules[0]], [4]).then_at(3, 4, 6)
    yield twice.on("edge", "the same schedule stands in it twice")
    yield given(tuple(schedules), tuple(lengths)).then_at(0, 30).on("edge", "pieces are tuples")
    for start in (1e-10, 0.3, -0.3, 3e3):
        piece = Recipe("geometric", {"start": start, "ratio": float(rng.uniform(0.995, 0.999))})
        long = given([piece, schedules[0]], [1500]).then_at(3, 1400, 1503)
        yield long.on("values", "the first piece lasts long, and another call differs in it alone")


CHAIN = Exercise(
    name="chain",
    unit=UNIT,
    signature="chain(schedules, lengths)",
    returns=Number(),
    reference=_reference,
    cases=_cases,
    worth={"values": 1.5, "boundary": 1, "clamp": 0.5, "edge": 0.5, "purity": 0.5},
    statements={
        "values": "runs each piece on its own clock",
        "boundary": "changes to the next piece exactly when a length is used up",
        "clamp": "lets the last piece go on for ever",
        "edge": "works for one piece, for pieces of one update, and for a repeated piece",
        "purity": "remembers nothing between calls and leaves the lists alone",
    },
)


@CHAIN.variant
def with_subtraction(schedules, lengths):
    def schedule(t):
        for piece, length in zip(schedules, lengths):
            if t < length:
                return piece(t)
            t -= length
        return schedules[-1](t)

    return schedule


@CHAIN.variant
def with_starts(schedules, lengths):
    starts = [0]
    for length in lengths:
        starts.append(starts[-1] + length)

    def schedule(t):
        which = max(i for i, start in enumerate(starts) if start <= t)
        return schedules[which](t - starts[which])

    return schedule


@CHAIN.variant
def with_searchsorted(schedules, lengths):
    ends = np.cumsum(np.array(lengths, dtype=int))

    def schedule(t):
        which = int(np.searchsorted(ends, t, side="right"))
        return np.float64(schedules[which](int(t - (ends[which - 1] if which else 0))))

    return schedule


@CHAIN.variant
def with_recursion(schedules, lengths):
    schedules, lengths = list(schedules), list(lengths)
    if not lengths:
        return schedules[0]
    rest = with_recursion(schedules[1:], lengths[1:])
    return lambda t: schedules[0](t) if t < lengths[0] else rest(t - lengths[0])


@CHAIN.variant
def with_a_class(schedules, lengths):
    class Chain:
        def __call__(self, t):
            clock = t
            for i in range(len(lengths)):
                if clock < lengths[i]:
                    return np.array(schedules[i](clock))
                clock = clock - lengths[i]
            return np.array(schedules[-1](clock))

    return Chain()


CHAIN.misconception(
    "one-clock-for-all",
    Edit(with_starts, ("t - starts[which]", "t")),
    where="Look at the first update of the second piece: which t does it see?",
    why="Passing on the overall `t` starts the second piece in its middle.",
    how="Subtract the lengths of the pieces before it.",
)

CHAIN.misconception(
    "last-piece-on-the-overall-clock",
    Edit(with_starts, ("t - starts[which]", "t - starts[which] if which < len(lengths) else t")),
    where="Look at the first update of the last piece.",
    why="The last piece has a clock of its own as well, even though it has no length.",
    how="Pass on what is left of `t` after all lengths were taken off.",
)

CHAIN.misconception(
    "changes-one-late",
    Edit(with_subtraction, ("t < length", "t <= length")),
    where="Look at t equal to the first length.",
    why="A piece of length 5 makes the updates 0 to 4; update 5 belongs to the next piece.",
    how="Compare with `<`, not `<=`.",
)

CHAIN.misconception(
    "clock-starts-at-one",
    Edit(with_starts, ("t - starts[which]", "t - starts[which] + (which > 0)")),
    where="Look at the first update of the second piece: its own t is 0.",
    why="Each piece counts from 0, so only the lengths may be taken off, nothing else.",
    how="Subtract the length itself.",
)


@CHAIN.misconception(
    "lengths-as-boundaries",
    where="Use three pieces of length 5 and 4: when does the third begin?",
    why="Lengths say how long a piece lasts; boundaries would be counted from the start.",
    how="Add the lengths up, or take each one off `t` in turn.",
)
def boundaries(schedules, lengths):
    def schedule(t):
        before = 0
        for piece, end in zip(schedules, lengths):
            if t < end:
                return piece(max(t - before, 0))
            before = end
        return schedules[-1](t - before)

    return schedule


@CHAIN.misconception(
    "always-the-last-piece",
    where="Look at t = 0: which piece answers?",
    why="A function made in a loop sees the loop's last value when it is called, not the one it "
    "was made with.",
    how="Choose the piece inside the returned function, when `t` is known.",
)
def late_binding(schedules, lengths):
    pieces = []
    for piece in schedules:
        pieces.append(lambda t: piece(t))  # noqa: B023

    def schedule(t):
        for i, length in enumerate(lengths):
            if t < length:
                return pieces[i](t)
            t -= length
        return pieces[-1](t)

    return schedule


CHAIN.misconception(
    "starts-again",
    Edit(with_subtraction, ("def schedule(t):", "def schedule(t):\n        t %= sum(lengths) + 6")),
    where="Look far into the last piece.",
    why="Taking `t` modulo the total repeats the chain; the last piece should go on for ever.",
    how="Leave out the `%`.",
)


@CHAIN.misconception(
    "uses-up-the-lengths",
    where="Call the returned function twice, or print `lengths` afterwards.",
    why="`pop` takes the lengths out of the caller's list, so the next call has none left.",
    how="Only read the lists.",
)
def pops(schedules, lengths):
    schedules = list(schedules)
    remaining = lengths if isinstance(lengths, list) else list(lengths)

    def schedule(t):
        i = 0
        while remaining and t >= remaining[0]:
            t -= remaining.pop(0)
            i += 1
        return schedules[min(i, len(schedules) - 1)](t)

    return schedule


@CHAIN.misconception(
    "blends-the-pieces",
    where="Compare the second piece's first rate with what that schedule gives at 0.",
    why="Multiplying by the last rate of the piece before keeps the curve joined up, but each piece "
    "gives its own rates.",
    how="Return the piece's own value.",
)
def blended(schedules, lengths):
    def schedule(t):
        factor = 1.0
        for piece, length in zip(schedules, lengths):
            if t < length:
                return factor * piece(t)
            factor *= piece(length - 1)
            t -= length
        return factor * schedules[-1](t)

    return schedule


@CHAIN.misconception(
    "remembers-where-it-was",
    where="Call the returned function with a large t and then with 0.",
    why="A piece kept from the last call is wrong as soon as t goes back.",
    how="Find the piece anew at each call.",
)
def stateful(schedules, lengths):
    position = {"piece": 0, "start": 0}

    def schedule(t):
        while (
            position["piece"] < len(lengths) and t - position["start"] >= lengths[position["piece"]]
        ):
            position["start"] += lengths[position["piece"]]
            position["piece"] += 1
        return schedules[position["piece"]](max(t - position["start"], 0))

    return schedule
