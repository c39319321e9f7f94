"""The fastest fixed rate: the flattest and the steepest direction shrink equally."""

from __future__ import annotations

import numpy as np

from autograders.declare.exercise import Exercise
from autograders.declare.returns import Number

from ....shared.matrices import hessian_cases
from . import UNIT


def _best(hessian):
    values = np.linalg.eigvalsh(hessian)
    return 2 / (values[0] + values[-1])


BEST_FIXED_LR = Exercise(
    name="best_fixed_lr",
    unit=UNIT,
    signature="best_fixed_lr(hessian)",
    returns=Number(),
    reference=_best,
    cases=hessian_cases,
    worth={"values": 2, "edge": 1},
    statements={
        "edge": "works for one parameter, equal, tiny and very different curvatures, whole numbers"
    },
)


@BEST_FIXED_LR.variant
def ends_of_the_sorted(hessian):
    values = np.linalg.eigvalsh(hessian)
    return 2 / (values[0] + values[-1])


@BEST_FIXED_LR.variant
def least_and_largest(hessian):
    values = np.linalg.eigvals(hessian)
    return 2 / (min(values) + max(values))


@BEST_FIXED_LR.variant
def from_singular_values(hessian):
    values = np.linalg.svd(hessian)[1]
    return float(2 / (values[-1] + values[0]))


@BEST_FIXED_LR.variant
def one_over_the_midpoint(hessian):
    values, _ = np.linalg.eigh(hessian)
    return np.array(1 / ((values.max() + values.min()) / 2))


@BEST_FIXED_LR.variant
def through_the_limit(hessian):
    values = np.linalg.eigvalsh(hessian)
    limit, condition = 2 / values[-1], values[-1] / values[0]
    return limit * condition / (1 + condition)


@BEST_FIXED_LR.variant
def in_single_precision(hessian):
    values = np.linalg.eigvalsh(hessian)
    return np.float32(2 / (values[0] + values[-1]))


@BEST_FIXED_LR.misconception(
    "returns-the-limit",
    where="Run at your rate: does the steepest direction ever come to rest?",
    why="`2 / lambda_max` is the edge of stability, where the steepest direction only bounces.",
    how="Add the smallest eigenvalue to the largest before you divide.",
)
def limit_of_stability(hessian):
    return 2 / np.linalg.eigvalsh(hessian)[-1]


@BEST_FIXED_LR.misconception(
    "returns-the-safe-rate",
    where="Compare |1 - lr * lambda| in the flattest and in the steepest direction: equal?",
    why="`1 / lambda_max` settles the steepest direction at once and lets the flattest crawl.",
    how="Use `2 / (lambda_min + lambda_max)`, which makes both shrink equally.",
)
def safe_rate(hessian):
    return 1 / np.linalg.eigvalsh(hessian)[-1]


@BEST_FIXED_LR.misconception(
    "suits-the-flattest-only",
    where="Is your rate below `2 / lambda_max`?",
    why="A rate made for the smallest eigenvalue diverges in the steepest direction.",
    how="Use both ends: `2 / (lambda_min + lambda_max)`.",
)
def newton_for_the_flattest(hessian):
    return 1 / np.linalg.eigvalsh(hessian)[0]


@BEST_FIXED_LR.also("suits-the-flattest-only")
def limit_of_the_flattest(hessian):
    return 2 / np.linalg.eigvalsh(hessian)[0]


@BEST_FIXED_LR.misconception(
    "forgets-the-two",
    where="Take a single curvature of 4: the best rate is 1/4.",
    why="The best rate is one over the midpoint of the two curvatures, not over their sum.",
    how="Divide 2, not 1, by the sum.",
)
def one_over_the_sum(hessian):
    values = np.linalg.eigvalsh(hessian)
    return 1 / (values[0] + values[-1])


@BEST_FIXED_LR.misconception(
    "adds-up-all-curvatures",
    where="Try a hessian with three different curvatures.",
    why="The trace adds the ones in between too; only the two extremes limit the speed.",
    how="Add the smallest and the largest eigenvalue only.",
)
def trace(hessian):
    return 2 / np.trace(hessian)


@BEST_FIXED_LR.misconception(
    "averages-all-curvatures",
    where="Try a hessian with three different curvatures.",
    why="The mean of all eigenvalues moves with those in between, which do not matter.",
    how="Take the midpoint of the smallest and the largest.",
)
def one_over_the_mean(hessian):
    return 1 / np.linalg.eigvalsh(hessian).mean()


@BEST_FIXED_LR.also("averages-all-curvatures")
def one_over_the_median(hessian):
    return 1 / np.median(np.linalg.eigvalsh(hessian))


@BEST_FIXED_LR.misconception(
    "takes-the-geometric-mean",
    where="Compare |1 - lr * lambda| at the smallest and the largest eigenvalue: equal?",
    why="|1 - lr * lambda| is a straight line in lambda, so the plain midpoint balances the ends.",
    how="Replace the root of the product by half of the sum.",
)
def geometric(hessian):
    values = np.linalg.eigvalsh(hessian)
    return 1 / np.sqrt(values[0] * values[-1])


@BEST_FIXED_LR.misconception(
    "averages-the-rates",
    where="Compare |1 - lr * lambda| at the smallest and the largest eigenvalue: equal?",
    why="The mean of two rates is ruled by the larger one, which belongs to the flattest direction.",
    how="Average the curvatures, then take one over the result.",
)
def mean_of_the_rates(hessian):
    values = np.linalg.eigvalsh(hessian)
    return (1 / values[0] + 1 / values[-1]) / 2


@BEST_FIXED_LR.misconception(
    "polyaks-momentum-rate",
    where="Is there momentum in this exercise?",
    why="`4 / (sqrt(lambda_min) + sqrt(lambda_max))**2` is Polyak's rate for use with momentum.",
    how="Without momentum the best rate is `2 / (lambda_min + lambda_max)`.",
)
def heavy_ball(hessian):
    values = np.linalg.eigvalsh(hessian)
    return 4 / (np.sqrt(values[0]) + np.sqrt(values[-1])) ** 2


@BEST_FIXED_LR.misconception(
    "subtracts-the-curvatures",
    where="Take two equal curvatures: is your result finite?",
    why="With the difference, equal curvatures would allow an infinite rate.",
    how="Add the two eigenvalues.",
)
def over_the_difference(hessian):
    values = np.linalg.eigvalsh(hessian)
    return 2 / (values[-1] - values[0])


@BEST_FIXED_LR.misconception(
    "turns-the-fraction-over",
    where="Make the bowl steeper: the best rate has to become smaller.",
    why="The midpoint of the curvatures grows with the curvature; a rate is one over it.",
    how="Put the 2 above and the sum below.",
)
def upside_down(hessian):
    values = np.linalg.eigvalsh(hessian)
    return (values[0] + values[-1]) / 2


@BEST_FIXED_LR.misconception(
    "ends-of-unsorted-eigenvalues",
    where="Put the largest curvature in the middle of a diagonal hessian.",
    why="`eig` and `eigvals` return eigenvalues in no particular order: the ends may be any two.",
    how="Use `min` and `max`, or `eigvalsh`, which sorts upwards.",
)
def first_and_last_found(hessian):
    values = np.linalg.eigvals(hessian)
    return 2 / (values[0] + values[-1])


@BEST_FIXED_LR.misconception(
    "reads-the-diagonal",
    where="Try a hessian with large off-diagonal entries.",
    why="Diagonal entries are curvatures along the axes, not along the valley's own directions.",
    how="Use eigenvalues: `np.linalg.eigvalsh(hessian)`.",
)
def extremes_of_the_diagonal(hessian):
    diagonal = np.diag(hessian)
    return 2 / (diagonal.min() + diagonal.max())
