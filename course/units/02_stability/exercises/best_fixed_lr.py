"""The fastest fixed rate: the flattest and the steepest direction shrink equally."""

from __future__ import annotations

import numpy as np

from autograders.declare.exercise import Edit, Exercise
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
    worth={"values": 1, "edge": 1},
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


BEST_FIXED_LR.misconception(
    "returns-the-limit",
    Edit(ends_of_the_sorted, ("(values[0] + values[-1])", "values[-1]")),
    where="Run at your rate: does the steepest direction ever come to rest?",
    why="`2 / lambda_max` is the edge of stability, where the steepest direction only bounces.",
    how="Add the smallest eigenvalue to the largest before you divide.",
)

BEST_FIXED_LR.misconception(
    "returns-the-safe-rate",
    Edit(ends_of_the_sorted, ("2 / (values[0] + values[-1])", "1 / values[-1]")),
    where="Compare |1 - lr * lambda| in the flattest and in the steepest direction: equal?",
    why="`1 / lambda_max` settles the steepest direction at once and lets the flattest crawl.",
    how="Use `2 / (lambda_min + lambda_max)`, which makes both shrink equally.",
)

BEST_FIXED_LR.misconception(
    "suits-the-flattest-only",
    Edit(ends_of_the_sorted, ("2 / (values[0] + values[-1])", "1 / values[0]")),
    Edit(ends_of_the_sorted, ("(values[0] + values[-1])", "values[0]")),
    where="Is your rate below `2 / lambda_max`?",
    why="A rate made for the smallest eigenvalue diverges in the steepest direction.",
    how="Use both ends: `2 / (lambda_min + lambda_max)`.",
)

BEST_FIXED_LR.misconception(
    "forgets-the-two",
    Edit(ends_of_the_sorted, ("2 /", "1 /")),
    where="Take a single curvature of 4: the best rate is 1/4.",
    why="The best rate is one over the midpoint of the two curvatures, not over their sum.",
    how="Divide 2, not 1, by the sum.",
)

BEST_FIXED_LR.misconception(
    "adds-up-all-curvatures",
    Edit(ends_of_the_sorted, ("(values[0] + values[-1])", "values.sum()")),
    where="Try a hessian with three different curvatures.",
    why="The trace adds the ones in between too; only the two extremes limit the speed.",
    how="Add the smallest and the largest eigenvalue only.",
)

BEST_FIXED_LR.misconception(
    "averages-all-curvatures",
    Edit(ends_of_the_sorted, ("2 / (values[0] + values[-1])", "1 / values.mean()")),
    Edit(ends_of_the_sorted, ("2 / (values[0] + values[-1])", "1 / np.median(values)")),
    where="Try a hessian with three different curvatures.",
    why="The mean of all eigenvalues moves with those in between, which do not matter.",
    how="Take the midpoint of the smallest and the largest.",
)

BEST_FIXED_LR.misconception(
    "takes-the-geometric-mean",
    Edit(
        ends_of_the_sorted, ("2 / (values[0] + values[-1])", "1 / np.sqrt(values[0] * values[-1])")
    ),
    where="Compare |1 - lr * lambda| at the smallest and the largest eigenvalue: equal?",
    why="|1 - lr * lambda| is a straight line in lambda, so the plain midpoint balances the ends.",
    how="Replace the root of the product by half of the sum.",
)

BEST_FIXED_LR.misconception(
    "averages-the-rates",
    Edit(
        ends_of_the_sorted, ("2 / (values[0] + values[-1])", "(1 / values[0] + 1 / values[-1]) / 2")
    ),
    where="Compare |1 - lr * lambda| at the smallest and the largest eigenvalue: equal?",
    why="The mean of two rates is ruled by the larger one, which belongs to the flattest direction.",
    how="Average the curvatures, then take one over the result.",
)

BEST_FIXED_LR.misconception(
    "polyaks-momentum-rate",
    Edit(
        ends_of_the_sorted,
        ("2 / (values[0] + values[-1])", "4 / (np.sqrt(values[0]) + np.sqrt(values[-1])) ** 2"),
    ),
    where="Is there momentum in this exercise?",
    why="`4 / (sqrt(lambda_min) + sqrt(lambda_max))**2` is Polyak's rate for use with momentum.",
    how="Without momentum the best rate is `2 / (lambda_min + lambda_max)`.",
)

BEST_FIXED_LR.misconception(
    "subtracts-the-curvatures",
    Edit(ends_of_the_sorted, ("values[0] + values[-1]", "values[-1] - values[0]")),
    where="Take two equal curvatures: is your result finite?",
    why="With the difference, equal curvatures would allow an infinite rate.",
    how="Add the two eigenvalues.",
)

BEST_FIXED_LR.misconception(
    "turns-the-fraction-over",
    Edit(ends_of_the_sorted, ("2 / (values[0] + values[-1])", "(values[0] + values[-1]) / 2")),
    where="Make the bowl steeper: the best rate has to become smaller.",
    why="The midpoint of the curvatures grows with the curvature; a rate is one over it.",
    how="Put the 2 above and the sum below.",
)

BEST_FIXED_LR.misconception(
    "ends-of-unsorted-eigenvalues",
    Edit(ends_of_the_sorted, ("eigvalsh", "eigvals")),
    where="Put the largest curvature in the middle of a diagonal hessian.",
    why="`eig` and `eigvals` return eigenvalues in no particular order: the ends may be any two.",
    how="Use `min` and `max`, or `eigvalsh`, which sorts upwards.",
)

BEST_FIXED_LR.misconception(
    "reads-the-diagonal",
    Edit(ends_of_the_sorted, ("np.linalg.eigvalsh(hessian)", "np.sort(np.diag(hessian))")),
    where="Try a hessian with large off-diagonal entries.",
    why="Diagonal entries are curvatures along the axes, not along the valley's own directions.",
    how="Use eigenvalues: `np.linalg.eigvalsh(hessian)`.",
)
