"""The range test itself: one step per rate, and everything as it was before."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from autograders.declare.exercise import Case, Edit, Exercise, given
from autograders.declare.returns import Numbers, Parameters, Several
from autograders.protocol.codec import Recipe
from course.shared.draws import narrow

from . import UNIT

LIMIT = 4.0


def _reference(loss_and_grad, w0, rates):
    w, losses, best = w0.copy(), [], np.inf
    for rate in rates:
        loss, grad = loss_and_grad(w)
        losses.append(loss)
        if not np.isfinite(loss) or loss > LIMIT * best:
            break
        best = min(best, loss)
        w = w - rate * grad
    return losses, w0.copy()


def _cases(rng: np.random.Generator) -> Iterator[Case]:
    def bowl(shape: tuple[int, ...], slope: float = 1.0) -> Recipe:
        slopes = slope * rng.uniform(0.7, 1.3, shape)
        data = {"slope": slopes, "shift": rng.normal(size=shape), "floor": 0.05}
        return Recipe("bowl", data)

    def start(shape: tuple[int, ...]) -> np.ndarray:
        return 3 * narrow(rng, shape)

    calm = np.geomspace(0.01, 0.4, 8)
    yield given(bowl((3,)), start((3,)), calm).on("values", "every rate is stable")
    yield given(bowl((2,)), start((2,)), calm.tolist()).on("values", "the rates are a list")
    yield given(bowl((4,), 0.3), start((4,)), np.full(6, 0.5)).on("values", "the rates are equal")
    whole = Recipe("bowl", {"slope": np.full(2, 0.5), "shift": np.zeros(2), "floor": 1.0})
    yield given(whole, np.array([4.0, -3.0]), calm).on("values", "w0 holds whole numbers")
    for top in (30.0, 300.0):
        wild = given(bowl((3,)), start((3,)), np.geomspace(0.01, top, 16))
        yield wild.on("boundary", "a rate is so large that the loss explodes")
    jump = np.array([0.1, 0.1, 50.0, 0.1, 0.1, 0.1])
    yield given(bowl((2,)), start((2,)), jump).on("boundary", "one rate is far too large")
    slow = np.array([0.5, 0.5, 0.5, *[2.3] * 9])
    even = {"slope": np.ones(2), "shift": rng.normal(size=2), "floor": 0.05}
    creep = given(Recipe("bowl", even), even["shift"] + start((2,)), slow)
    yield creep.on("boundary", "the loss creeps up from its best")
    wall = {"slope": np.ones(2), "shift": np.zeros(2), "floor": 0.5, "limit": 12.0}
    over = given(Recipe("wall", wall), np.array([2.0, 1.0]), np.array([0.1, 4.0, 0.1, 0.1]))
    yield over.on("boundary", "the loss becomes infinite")
    yield given(bowl((2,)), start((2,)), np.array([0.3])).on("edge", "there is a single rate")
    yield given(bowl((2, 3)), start((2, 3)), calm).on("shape", "w0 is a matrix")
    yield given(bowl((3, 1)), start((3, 1)), calm).on("shape", "w0 is a column")
    frozen = given(bowl((3,)), start((3,)), calm).read_only()
    yield frozen.on("purity", "w0 cannot be written to")
    unit = Recipe("bowl", {"slope": np.ones(1), "shift": np.zeros(1), "floor": 0.0})
    exact = given(unit, np.array([2.0 ** int(rng.integers(-1, 3))]), np.array([3.0, 0.5, 0.5]))
    yield exact.on("boundary", "a loss is exactly 4 times the best")
    yield given(bowl((3,)), start((3,)), calm).on("purity", "w0 is wanted again afterwards")
    lost = {**wall, "beyond": float("nan")}
    gone = given(Recipe("wall", lost), np.array([2.0, 1.0]), np.array([0.1, 4.0, 0.1, 0.1]))
    yield gone.on("boundary", "a loss is NaN, and the next ones would be small again")
    yield given(bowl((2,)), start((2,)), np.full(150, 0.01)).on("values", "there are 150 rates")
    yield given(bowl((2,)), start((2,)), [0.01] * 150).on("values", "150 rates are a list")
    for slope, words in (
        (1e-4, "large for an almost flat bowl"),
        (1e10, "tiny for a very steep one"),
    ):
        fitting = np.array([0.3, 0.2, 0.4]) / slope
        case = given(bowl((2,), slope), start((2,)), fitting)
        yield case.on("values", f"the rates are {words}")
    for size, words in ((1e5, "large"), (1e-10, "tiny")):
        scaled = {"slope": np.ones(2), "shift": size * narrow(rng, (2,)), "floor": 0.1 * size**2}
        case = given(Recipe("bowl", scaled), 3 * size * narrow(rng, (2,)), calm)
        yield case.on("values", f"all arrays are {words}")


LR_RANGE_TEST = Exercise(
    name="lr_range_test",
    unit=UNIT,
    signature="lr_range_test(loss_and_grad, w0, rates)",
    returns=Several((Numbers(), Parameters()), ("losses", "w0")),
    reference=_reference,
    cases=_cases,
    worth={"values": 1.5, "boundary": 1, "edge": 0.25, "shape": 0.25, "purity": 1},
    statements={
        "boundary": "stops after the first loss that is not finite or exceeds 4 times the best",
        "edge": "works for a single rate",
        "purity": "leaves w0 as it was, and hands it back",
    },
    may_return_inputs=True,
)


@LR_RANGE_TEST.variant
def as_written(loss_and_grad, w0, rates):
    w, losses = w0.copy(), []
    for rate in rates:
        loss, grad = loss_and_grad(w)
        losses.append(loss)
        if not np.isfinite(loss) or loss > 4 * min(losses):
            break
        w = w - rate * grad
    return losses, w0


@LR_RANGE_TEST.variant
def on_a_working_copy(loss_and_grad, w0, rates):
    w, best = np.array(w0), float("inf")
    losses = []
    for lr in rates:
        loss, grad = loss_and_grad(w)
        losses.append(float(loss))
        best = min(best, loss)
        if not np.isfinite(loss) or loss > 4 * best:
            return np.array(losses), w0.copy()
        w -= lr * grad
    return np.array(losses), w0.copy()


@LR_RANGE_TEST.variant
def with_a_while(loss_and_grad, w0, rates):
    w, i = w0, 0
    losses: list = []
    while i < len(rates):
        loss, grad = loss_and_grad(w)
        losses = [*losses, loss]
        if not loss < np.inf or loss / min(losses) > 4:
            break
        w, i = w + -rates[i] * grad, i + 1
    return [tuple(losses), w0]


@LR_RANGE_TEST.variant
def recursively(loss_and_grad, w0, rates):
    def go(w, rest, best):
        if len(rest) == 0:
            return []
        loss, grad = loss_and_grad(w)
        if not np.isfinite(loss) or loss > 4 * best:
            return [loss]
        return [loss, *go(w - rest[0] * grad, rest[1:], min(best, loss))]

    return go(w0, list(rates), float("inf")), w0


LR_RANGE_TEST.misconception(
    "does-not-restore",
    Edit(as_written, ("losses, w0", "losses, w")),
    where="Look at the second result: is it where you started?",
    why="The steps of a range test wreck the weights; training must begin from the ones before it.",
    how="Step on a copy and return `w0`.",
)

LR_RANGE_TEST.misconception(
    "changes-w0",
    Edit(as_written, ("w0.copy()", "w0"), ("w = w -", "w -=")),
    where="Compare `w0` before and after the call.",
    why="`w -= ...` on `w = w0` moves the caller's own weights.",
    how="Begin with `w = w0.copy()`, or write `w = w - rate * grad`.",
)

LR_RANGE_TEST.misconception(
    "drops-the-last-loss",
    Edit(as_written, ("break", "return losses[:-1], w0")),
    where="Look at the last loss of a run that exploded.",
    why="The loss that ends the test is kept: it shows where the curve turns up.",
    how="Append the loss first, then decide whether to stop.",
)

LR_RANGE_TEST.misconception(
    "never-stops",
    Edit(as_written, ("break", "pass")),
    where="Use rates up to 300 and count the losses.",
    why="Once the loss has exploded, more steps cost time and tell nothing.",
    how="Stop after a loss that is not finite or above 4 times the best.",
)

LR_RANGE_TEST.misconception(
    "compares-with-the-first",
    Edit(as_written, ("min(losses)", "losses[0]")),
    where="Let the loss fall far first and then creep up.",
    why="The limit is 4 times the *best* loss so far, which is usually far below the first.",
    how="Keep the smallest loss seen.",
)

LR_RANGE_TEST.misconception(
    "compares-with-the-previous",
    Edit(as_written, ("min(losses)", "losses[-2:][0]")),
    where="Let the loss grow by a factor of three at each step.",
    why="A loss that creeps up never exceeds 4 times the one before.",
    how="Compare with the smallest loss so far.",
)

LR_RANGE_TEST.misconception(
    "stops-at-the-first-rise",
    Edit(as_written, ("4 * min(losses)", "min(losses)")),
    where="Let the loss rise a little: is that the end already?",
    why="Losses go up now and then; only 4 times the best ends the test.",
    how="Compare with 4 times the best.",
)


@LR_RANGE_TEST.misconception(
    "records-after-the-step",
    where="Look at the first loss: it should be the loss at w0.",
    why="The loss is recorded before its step, so that loss i belongs to what the rates before i did.",
    how="Evaluate, record, then step.",
)
def after_the_step(loss_and_grad, w0, rates):
    w, losses = w0.copy(), []
    for rate in rates:
        _, grad = loss_and_grad(w)
        w = w - rate * grad
        loss, _ = loss_and_grad(w)
        losses.append(loss)
        if not np.isfinite(loss) or loss > 4 * min(losses):
            break
    return losses, w0


LR_RANGE_TEST.misconception(
    "starts-anew-for-each-rate",
    Edit(as_written, ("w - rate * grad", "w0 - rate * loss_and_grad(w0)[1]")),
    where="Do the losses show the effect of the earlier rates?",
    why="Starting each rate from w0 is a sweep of single steps; a range test goes on from where it is.",
    how="Carry `w` from one rate to the next.",
)

LR_RANGE_TEST.misconception(
    "climbs",
    Edit(as_written, ("w - rate", "w + rate")),
    where="Does the loss fall at small rates?",
    why="Adding the gradient climbs.",
    how="Subtract `rate * grad`.",
)
