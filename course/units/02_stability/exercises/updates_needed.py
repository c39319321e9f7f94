"""The idea of unit 02 turned round: how many updates a given share of the distance takes."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np

from autograders.declare.exercise import Case, Edit, Exercise, given
from autograders.declare.returns import WholeNumber
from course.shared.draws import one_at_a_time

from ....shared.matrices import spread, turned
from . import UNIT


def _kept(hessian):
    values = np.linalg.eigvalsh(hessian)
    return (values[-1] - values[0]) / (values[-1] + values[0])


def _reference(hessian, share):
    kept = _kept(hessian)
    if share == 1:
        return 0
    return 1 if kept < 1e-12 else math.ceil(math.log(share) / math.log(kept))


def _cases(rng: np.random.Generator) -> Iterator[Case]:
    def after(hessian: np.ndarray, updates: float) -> Case:
        return given(hessian, float(_kept(hessian) ** updates))

    for n, low, high, updates in ((2, 0.5, 4, 3.6), (3, 0.4, 6, 11.3), (4, 0.1, 9, 40.7)):
        hessian = turned(rng, spread(rng, n, low, high))
        yield after(hessian, updates).on("values", f"{n} turned directions")
    yield after(turned(rng, spread(rng, 3, 1e-2, 80)), 20_000.4).on("values", "many updates")
    yield after(turned(rng, spread(rng, 3, 1e-7, 1e-5)), 300.6).on("values", "tiny curvatures")
    yield after(turned(rng, spread(rng, 2, 1, 2)), 12.5).on("values", "curvatures nearly alike")
    yield given(np.diag([1.0, 9.0]), 0.5).on("values", "the hessian is diag(1, 9), share is 0.5")
    middle = np.diag(spread(rng, 3, 0.3, 9)[[1, 2, 0]])
    yield after(middle, 25.5).on("values", "diagonal, its largest curvature in the middle")
    yield after(turned(rng, spread(rng, 2, 1, 3)), 0.4).on("edge", "one update is enough")
    yield given(turned(rng, spread(rng, 2, 1, 5)), 1.0).on("edge", "share is 1")
    yield given(np.array([[4.0]]), 0.01).on("edge", "there is a single parameter")
    yield given(2 * np.eye(3), 1e-6).on("edge", "all curvatures are equal")
    yield given(3 * np.eye(2), 1.0).on("edge", "share is 1 and all curvatures are equal")
    frozen = after(turned(rng, spread(rng, 3, 0.5, 5)), 9.5).read_only()
    yield frozen.on("edge", "the hessian cannot be written to")
    against = 4 * np.eye(3) - 1
    yield after(against, 6.5).on("values", "off-diagonal entries are negative")
    usual = after(turned(rng, spread(rng, 3, 0.5, 5)), 9.5)
    other = turned(rng, spread(rng, 3, 0.2, 8))
    yield from one_at_a_time(usual, "hessian share", hessian=(other,), share=(1e-12, 0.3))
    yield after(turned(rng, spread(rng, 3, 1e9, 1e11)), 30.5).on("values", "huge curvatures")
    yield after(turned(rng, spread(rng, 3, 1e-12, 1e-10)), 30.5).on("values", "almost no curvature")


UPDATES_NEEDED = Exercise(
    name="updates_needed",
    unit=UNIT,
    signature="updates_needed(hessian, share)",
    returns=WholeNumber(),
    reference=_reference,
    cases=_cases,
    worth={"values": 2, "edge": 1},
    harmless={"share clipped at .*": "no share is above 1"},
    statements={
        "values": "returns the fewest updates that are sure to be enough",
        "edge": "needs no update for a share of 1, and one where all directions land at once",
    },
)


@UPDATES_NEEDED.variant
def by_logarithms(hessian, share):
    values = np.linalg.eigvalsh(hessian)
    kept = (values[-1] - values[0]) / (values[-1] + values[0])
    if share == 1:
        return 0
    if kept < 1e-12:
        return 1
    return math.ceil(math.log(share) / math.log(kept))


@UPDATES_NEEDED.variant
def by_multiplying(hessian, share):
    values = np.linalg.eigvalsh(hessian)
    lr = 2 / (values[0] + values[-1])
    kept = np.abs(1 - lr * values).max()
    left, updates = 1.0, 0
    while left > share:
        left *= kept
        updates += 1
    return updates


@UPDATES_NEEDED.variant
def by_the_condition_number(hessian, share):
    condition = np.linalg.cond(hessian)
    kept = max((condition - 1) / (condition + 1), 1e-300)
    return np.ceil(np.log(share) / np.log(kept))


@UPDATES_NEEDED.variant
def by_the_norm_of_the_update(hessian, share):
    values = np.linalg.eigvals(hessian)
    lr = 2 / (min(values) + max(values))
    kept = np.linalg.norm(np.eye(len(hessian)) - lr * hessian, 2)
    return 0 if share >= 1 else max(1, math.ceil(math.log(share, max(kept, 1e-300))))


@UPDATES_NEEDED.variant
def by_log2(hessian, share):
    low, *_, high = np.linalg.eigvalsh(hessian).repeat(2)
    kept = 1 - 2 * low / (low + high)
    return float(np.ceil(np.log2(share) / np.log2(kept))) if kept > 1e-12 else float(share < 1)


UPDATES_NEEDED.misconception(
    "rounds-down",
    Edit(
        by_logarithms,
        ("math.ceil(math.log(share) / math.log(kept))", "int(math.log(share) / math.log(kept))"),
    ),
    where="Multiply by the contraction that many times: is the share reached?",
    why="Rounded down, the last update is missing.",
    how="Round up, with `math.ceil`.",
)

UPDATES_NEEDED.misconception(
    "rounds-to-the-nearest",
    Edit(
        by_logarithms,
        ("math.ceil(math.log(share) / math.log(kept))", "round(math.log(share) / math.log(kept))"),
    ),
    where="Multiply by the contraction that many times: is the share always reached?",
    why="The nearest whole number is one too few in about half of all cases.",
    how="Round up, with `math.ceil`.",
)

UPDATES_NEEDED.misconception(
    "does-not-round",
    Edit(
        by_logarithms,
        ("math.ceil(math.log(share) / math.log(kept))", "math.log(share) / math.log(kept)"),
    ),
    where="How many updates are 3.6 updates?",
    why="Updates are counted in whole numbers.",
    how="Round up, with `math.ceil`.",
)

UPDATES_NEEDED.misconception(
    "one-too-many",
    Edit(by_multiplying, ("return updates", "return updates + 1")),
    where="Ask for a share of 1: nothing has to be done for that.",
    why="The update that reaches the share was counted twice.",
    how="Count only the updates that are made.",
)

UPDATES_NEEDED.misconception(
    "at-the-safe-rate",
    Edit(by_multiplying, ("2 / (values[0] + values[-1])", "1 / values[-1]")),
    where="Which rate is the best fixed one?",
    why="One over the largest curvature lands the steepest direction at once; the flattest crawls.",
    how="Use the rate at which both ends keep the same share.",
)

UPDATES_NEEDED.misconception(
    "waiting-time-rule",
    Edit(
        by_logarithms,
        (
            "math.ceil(math.log(share) / math.log(kept))",
            "math.ceil((1 + kept) / (1 - kept) / 2 * -math.log(share))",
        ),
    ),
    where="Try curvatures 1 and 2: the contraction is exactly 1/3.",
    why="Half the condition number times a logarithm holds for large condition numbers only.",
    how="Divide the logarithm of the share by that of the contraction.",
)

UPDATES_NEEDED.misconception(
    "loss-instead-of-distance",
    Edit(by_logarithms, ("math.log(kept))", "math.log(kept) / 2)")),
    where="Take curvatures 1 and 3 and a share of 0.3: what is left after one update, and after two?",
    why="The loss shrinks with the square of the contraction; the share is one of the distance.",
    how="Leave out the factor of two.",
)

UPDATES_NEEDED.misconception(
    "reads-the-diagonal",
    Edit(by_logarithms, ("np.linalg.eigvalsh(hessian)", "np.sort(np.diag(hessian))")),
    where="Try a hessian with large off-diagonal entries.",
    why="Diagonal entries are curvatures along the axes, not along the valley's own directions.",
    how="Use eigenvalues: `np.linalg.eigvalsh(hessian)`.",
)

UPDATES_NEEDED.misconception(
    "nothing-to-keep",
    Edit(
        by_logarithms,
        ("    if kept < 1e-12:\n        return 1\n", "    if kept < 1e-12:\n        return 0\n"),
    ),
    where="Try a single parameter: does it take no update at all?",
    why="Where all curvatures are equal one update lands; but one is needed.",
    how="Treat a contraction of 0 by itself: 1 update for any share below 1.",
)

UPDATES_NEEDED.misconception(
    "divides-without-logarithms",
    Edit(by_logarithms, ("math.log(share) / math.log(kept)", "(1 - share) / (1 - kept)")),
    where="What is left after two updates that keep 0.8 each?",
    why="Each update keeps a share of what is *left*, so shares multiply and do not add.",
    how="Ask which power of the contraction is small enough: that takes logarithms.",
)
