# %% [markdown]
# # 01 · The area under a curve
#
# A speedometer gives numbers, a trip is their **area**. Two rules, one for numbers that were
# measured and one for a function that can be asked anywhere.

# %% nbgrader={"grade_id": "setup", "locked": true}
import numpy as np

import autograders
import quadrature
from autograders import check

autograders.use("quadrature.units")

# %% [markdown]
# ## From samples
#
# Between two samples lies a strip. Give it the mean of its two heights.


# %% nbgrader={"grade_id": "trapezoid", "solution": true}
def trapezoid(y, dx):
    """Return the area under samples `dx` apart, by trapezoids.

    y: a float array of at least one sample, which is not changed. dx: a number above 0.
    Returns one number; below the axis an area counts as negative, one sample has none.
    """
    ### BEGIN SOLUTION
    return dx * np.sum(y[1:] + y[:-1]) / 2
    ### END SOLUTION


# %% nbgrader={"grade_id": "check_trapezoid", "grade": true, "points": 5}
check(trapezoid)

# %% [markdown]
# ## From a function
#
# Nobody measured? Then ask in the middle of each strip, where a line is as often above the curve as
# below it.


# %% nbgrader={"grade_id": "midpoint", "solution": true}
def midpoint(f, a, b, n):
    """Return the area under `f` from `a` to `b`, by `n` strips measured at their middle.

    f(x): a number for a number. b may lie below a: then the area changes its sign.
    Raises ValueError for fewer than one strip.
    """
    ### BEGIN SOLUTION
    if n < 1:
        raise ValueError("expected at least one strip")
    width = (b - a) / n
    return width * sum(f(a + (k + 0.5) * width) for k in range(n))
    ### END SOLUTION


# %% nbgrader={"grade_id": "check_midpoint", "grade": true, "points": 5}
check(midpoint)

# %% [markdown]
# ## Which is nearer?
#
# The area under $x^2$ from 0 to 1 is a third. The reference shows how far four strips are off.

# %%
x = np.linspace(0, 1, 5)
print("trapezoids", quadrature.trapezoid(x**2, 0.25) - 1 / 3)
print("midpoints ", quadrature.midpoint(lambda x: x**2, 0, 1, 4) - 1 / 3)
