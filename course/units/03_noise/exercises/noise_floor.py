"""The loss at which SGD stops improving: a floor made by the rate and the gradient's noise."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from autograders.declare.exercise import Case, Edit, Exercise, given
from autograders.declare.returns import Number
from course.shared.draws import one_at_a_time

from . import UNIT


def _noise_floor(lr, curvature, grad_variance):
    return lr * grad_variance / (2 * (2 - lr * curvature))


def _cases(rng: np.random.Generator) -> Iterator[Case]:
    for low, high, words in (
        (0.02, 0.1, "tiny"),
        (0.3, 0.6, "moderate"),
        (0.7, 0.95, "just below 1"),
        (1.1, 1.5, "above 1"),
        (1.7, 1.95, "close to 2"),
    ):
        for _ in range(3):
            curvature = float(rng.choice([rng.uniform(0.3, 0.9), rng.uniform(2, 5)]))
            lr = float(rng.uniform(low, high)) / curvature
            yield given(lr, curvature, float(rng.uniform(0.2, 7))).on(
                "values", f"lr * curvature is {words}"
            )
    noise = float(rng.uniform(0.5, 3))
    yield given(0.5, 2.0, noise).on("edge", "lr * curvature is 1")
    yield given(1, 1, 4).on("edge", "all arguments are whole numbers")
    yield given(0.1, 2.0, 0.0).on("edge", "the gradient has no noise")
    yield given(1e-6, 3.0, noise).on("edge", "the rate is almost 0")
    yield given(0.1, 1e-3, noise).on("edge", "the bowl is almost flat")
    yield given(0.002, 700.0, 300 * noise).on("edge", "curvature and noise are large")
    yield from one_at_a_time(
        given(0.4, 2.0, noise),
        "lr curvature grad_variance",
        lr=(0.3,),
        curvature=(1.5,),
        grad_variance=(6.0, 3e-11),
    )
    yield given(5e9, 2e-10, 3e3).on("values", "an almost flat bowl has its large rate")
    yield given(1e-10, 1e10, noise).on("values", "a very steep bowl has its small rate")


NOISE_FLOOR = Exercise(
    name="noise_floor",
    unit=UNIT,
    signature="noise_floor(lr, curvature, grad_variance)",
    returns=Number(),
    reference=_noise_floor,
    cases=_cases,
    sized_by=(),
    worth={"values": 2, "edge": 1},
    statements={"edge": "works without noise, for tiny rates, flat bowls and whole numbers"},
)


@NOISE_FLOOR.variant
def as_written(lr, curvature, grad_variance):
    return lr * grad_variance / (2 * (2 - lr * curvature))


@NOISE_FLOOR.variant
def half_the_curvature_times_the_spread(lr, curvature, grad_variance):
    spread = lr * grad_variance / (curvature * (2 - lr * curvature))
    return curvature / 2 * spread


@NOISE_FLOOR.variant
def from_the_balance(lr, curvature, grad_variance):
    kept = (1 - lr * curvature) ** 2
    return curvature / 2 * lr**2 * grad_variance / (1 - kept)


@NOISE_FLOOR.variant
def multiplied_out(lr, curvature, grad_variance):
    return np.float64(lr) * grad_variance / (4 - 2 * lr * curvature)


@NOISE_FLOOR.variant
def inverse_of_the_inverse(lr, curvature, grad_variance):
    return np.array(0.5 * grad_variance / (2 / lr - curvature))


NOISE_FLOOR.misconception(
    "small-rate-approximation",
    Edit(as_written, ("(2 * (2 - lr * curvature))", "4")),
    where="Take a rate with lr * curvature close to 2: the floor has to rise without limit.",
    why="`lr * variance / 4` holds for tiny rates only; it knows nothing of the stability limit.",
    how="Keep the whole denominator: `2 * (2 - lr * curvature)`.",
)

NOISE_FLOOR.misconception(
    "spread-instead-of-loss",
    Edit(as_written, ("(2 * (2", "(curvature * (2")),
    where="Make the curvature larger at the same small rate: does your result fall?",
    why="That is the mean of `w**2`, how far the parameter strays, not the loss there.",
    how="Multiply it by `curvature / 2` to get the loss.",
)

NOISE_FLOOR.misconception(
    "forgets-the-half",
    Edit(as_written, ("(2 * (2 - lr * curvature))", "(2 - lr * curvature)")),
    where="The loss is `curvature / 2 * w**2`: where did the 2 go?",
    why="Without the half the floor is that of the loss `curvature * w**2`.",
    how="Divide by `2 * (2 - lr * curvature)`.",
)

NOISE_FLOOR.misconception(
    "forgets-the-brackets",
    Edit(as_written, ("(2 * (2 - lr * curvature))", "2 * (2 - lr * curvature)")),
    Edit(as_written, ("(2 - lr * curvature)", "2 - lr * curvature")),
    where="Make lr * curvature approach 2: the floor has to rise, not fall to 0.",
    why="`a / 2 * b` divides by 2 and then multiplies by b.",
    how="Put brackets around the whole denominator: `/ (2 * (2 - lr * curvature))`.",
)

NOISE_FLOOR.misconception(
    "plus-for-minus",
    Edit(as_written, ("2 - lr", "2 + lr")),
    where="Make lr * curvature approach 2: the floor has to rise without limit.",
    why="With a plus the denominator never becomes small, so nothing warns of divergence.",
    how="Subtract: `2 - lr * curvature`.",
)

NOISE_FLOOR.misconception(
    "limit-at-one",
    Edit(as_written, ("(2 - lr", "(1 - lr")),
    where="Take lr * curvature = 1: the floor is finite there.",
    why="With `1 - lr * curvature` it would blow up at half of the stability limit.",
    how="Use `2 - lr * curvature`.",
)

NOISE_FLOOR.misconception(
    "squares-the-noise",
    Edit(as_written, ("grad_variance", "grad_variance**2")),
    where="Is the third argument a variance or a standard deviation?",
    why="A variance is squared already.",
    how="Use `grad_variance` as it is.",
)

NOISE_FLOOR.misconception(
    "takes-the-deviation",
    Edit(as_written, ("grad_variance", "np.sqrt(grad_variance)")),
    where="Make the variance four times larger: the floor has to become four times higher.",
    why="The square root is the standard deviation; the loss is a mean square.",
    how="Use `grad_variance` without the root.",
)

NOISE_FLOOR.misconception(
    "squares-the-rate",
    Edit(as_written, ("lr * grad", "lr**2 * grad")),
    Edit(from_the_balance, (" / (1 - kept)", "")),
    where="Halve a small rate: the floor has to fall to a half, not to a quarter.",
    why="One step adds `lr**2 * variance`, but the pull back to the bottom is only about `lr` strong.",
    how="Use `lr` once in the numerator.",
)

NOISE_FLOOR.misconception(
    "curvature-in-the-numerator",
    Edit(as_written, ("lr * grad", "lr * curvature * grad")),
    where="Make the bowl almost flat: the floor does not vanish.",
    why="A steeper bowl weighs each stray more but lets it stray less: the two cancel out.",
    how="Let the curvature stand only in `2 - lr * curvature`.",
)

NOISE_FLOOR.misconception(
    "ignores-the-noise",
    Edit(as_written, (" * grad_variance", "")),
    where="Take a variance of 0: without noise there is no floor.",
    why="The floor is made by the noise, so it is proportional to the variance.",
    how="Multiply by `grad_variance`.",
)

NOISE_FLOOR.misconception(
    "rate-and-curvature-exchanged",
    Edit(as_written, ("lr * grad", "curvature * grad")),
    where="Which of the two arguments comes first?",
    why="The numerator holds the rate: a smaller rate lowers the floor, a smaller curvature hardly.",
    how="The order is `noise_floor(lr, curvature, grad_variance)`.",
)
