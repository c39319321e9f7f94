"""The limit of stability: two over the largest curvature."""

from __future__ import annotations

import numpy as np

from autograders.declare.exercise import Edit, Exercise
from autograders.declare.returns import Number

from ....shared.matrices import hessian_cases
from . import UNIT

MAX_STABLE_LR = Exercise(
    name="max_stable_lr",
    unit=UNIT,
    signature="max_stable_lr(hessian)",
    returns=Number(),
    reference=lambda hessian: 2 / np.linalg.eigvalsh(hessian)[-1],
    cases=hessian_cases,
    worth={"values": 2, "edge": 1},
    statements={
        "edge": "works for one parameter, equal, tiny and very different curvatures, whole numbers"
    },
)


@MAX_STABLE_LR.variant
def last_of_the_sorted(hessian):
    return 2 / np.linalg.eigvalsh(hessian)[-1]


@MAX_STABLE_LR.variant
def largest_of_the_unsorted(hessian):
    return 2 / max(np.linalg.eigvals(hessian))


@MAX_STABLE_LR.variant
def from_eigenvectors(hessian):
    values, _ = np.linalg.eigh(hessian)
    return float(2.0 / values.max())


@MAX_STABLE_LR.variant
def by_the_spectral_norm(hessian):
    return 2 / np.linalg.norm(hessian, 2)


@MAX_STABLE_LR.variant
def by_singular_values(hessian):
    return np.array(2 / np.linalg.svd(hessian, compute_uv=False)[0])


@MAX_STABLE_LR.variant
def smallest_of_the_limits(hessian):
    return min(2 / value for value in np.linalg.eigvalsh(hessian).tolist())


MAX_STABLE_LR.misconception(
    "half-of-the-limit",
    Edit(last_of_the_sorted, ("2 /", "1 /")),
    where="Try a rate a little above your result on the bowl 4 * w**2 / 2: does it diverge?",
    why="`1 / lambda_max` is the textbook's safe rate 1/L; stability ends at twice that.",
    how="Divide 2, not 1, by the largest eigenvalue.",
)

MAX_STABLE_LR.misconception(
    "flattest-direction",
    Edit(last_of_the_sorted, ("[-1]", "[0]")),
    where="Try the rate on a diagonal hessian and watch the steepest coordinate.",
    why="The smallest eigenvalue gives the limit of the flattest direction; the steepest is first.",
    how="Use the largest eigenvalue; `eigvalsh` sorts upwards, so it is the last one.",
)

MAX_STABLE_LR.misconception(
    "first-of-unsorted-eigenvalues",
    Edit(last_of_the_sorted, ("eigvalsh(hessian)[-1]", "eigvals(hessian)[0]")),
    where="Put the largest curvature in the middle of a diagonal hessian.",
    why="`eig` and `eigvals` return eigenvalues in no particular order.",
    how="Take the maximum, or use `eigvalsh`, which sorts upwards, and its last entry.",
)

MAX_STABLE_LR.misconception(
    "reads-the-diagonal",
    Edit(last_of_the_sorted, ("np.linalg.eigvalsh(hessian)[-1]", "np.diag(hessian).max()")),
    Edit(last_of_the_sorted, ("np.linalg.eigvalsh(hessian)[-1]", "np.abs(hessian).max()")),
    where="Try a hessian with large off-diagonal entries.",
    why="Diagonal entries are curvatures along the axes; a turned valley is steeper between them.",
    how="Use eigenvalues: `np.linalg.eigvalsh(hessian)`.",
)

MAX_STABLE_LR.misconception(
    "adds-up-the-curvatures",
    Edit(last_of_the_sorted, ("np.linalg.eigvalsh(hessian)[-1]", "np.trace(hessian)")),
    where="Give it a diagonal hessian: does the second curvature change the limit?",
    why="The trace is the sum of all eigenvalues; stability depends on the largest alone.",
    how="Take the maximum of the eigenvalues instead of their sum.",
)

MAX_STABLE_LR.misconception(
    "averages-the-curvatures",
    Edit(last_of_the_sorted, ("[-1]", ".mean()")),
    where="Give it two very different curvatures and run at your rate.",
    why="On average is not enough: the steepest direction alone makes the run diverge.",
    how="Take the maximum of the eigenvalues instead of their mean.",
)

MAX_STABLE_LR.misconception(
    "uses-frobenius-norm",
    Edit(by_the_spectral_norm, (", 2)", ")")),
    where="Give it a diagonal hessian with equal entries.",
    why="`np.linalg.norm(matrix)` is the root of the sum of squares, not the largest eigenvalue.",
    how="Ask for the spectral norm, `np.linalg.norm(hessian, 2)`, or for the eigenvalues.",
)

MAX_STABLE_LR.misconception(
    "bounds-by-row-sums",
    Edit(
        last_of_the_sorted, ("np.linalg.eigvalsh(hessian)[-1]", "np.abs(hessian).sum(axis=1).max()")
    ),
    where="Compare with the largest eigenvalue on a turned hessian.",
    why="Row sums of absolute values bound the eigenvalue from above, so the rate is too careful.",
    how="Compute the largest eigenvalue itself.",
)

MAX_STABLE_LR.misconception(
    "turns-the-fraction-over",
    Edit(
        last_of_the_sorted,
        ("2 / np.linalg.eigvalsh(hessian)[-1]", "np.linalg.eigvalsh(hessian)[-1] / 2"),
    ),
    where="Make the bowl steeper: the largest stable rate has to become smaller.",
    why="`lambda_max / 2` grows with the curvature.",
    how="Divide 2 by the largest eigenvalue.",
)

MAX_STABLE_LR.misconception(
    "returns-the-fastest-rate",
    Edit(from_eigenvectors, ("values.max()", "(values.min() + values.max())")),
    where="Is a rate slightly above your result still stable?",
    why="`2 / (lambda_min + lambda_max)` is the fastest fixed rate, which lies below the limit.",
    how="Divide 2 by `lambda_max` alone.",
)

MAX_STABLE_LR.misconception(
    "takes-a-root",
    Edit(
        last_of_the_sorted,
        ("np.linalg.eigvalsh(hessian)[-1]", "np.sqrt(np.linalg.eigvalsh(hessian)[-1])"),
    ),
    Edit(last_of_the_sorted, ("eigvalsh(hessian)", "eigvalsh(hessian @ hessian)")),
    where="Multiply the hessian by 4: the limit has to become 4 times smaller.",
    why="A root or square belongs to singular values of the data matrix, not to the hessian.",
    how="Use the eigenvalue of the hessian as it is.",
)

MAX_STABLE_LR.misconception(
    "returns-a-rate-for-each-direction",
    Edit(last_of_the_sorted, ("[-1]", "")),
    where="How many numbers come back?",
    why="Each direction has a limit of its own, but one rate has to respect them all.",
    how="Return the smallest of the limits: 2 over the largest eigenvalue.",
)
