"""Worked siblings: for each function of this unit a similar one, solved in full."""

import math

import numpy as np


def steady_lr(hessian):
    """The largest rate at which no coordinate changes its sign: 1 over the largest eigenvalue.

    >>> float(steady_lr(np.array([[2.0, 1.0], [1.0, 2.0]])))
    0.3333333333333333
    """
    curvatures = np.linalg.eigvalsh(hessian)  # For symmetric matrices, in rising order.
    return 1 / curvatures.max()  # The steepest direction is the first to overshoot.


def condition_number(hessian):
    """How many times steeper the steepest direction is than the flattest.

    >>> float(condition_number(np.diag([4.0, 1.0, 40.0])))
    40.0
    """
    curvatures = np.linalg.eigvalsh(hessian)
    flattest, steepest = curvatures[0], curvatures[-1]  # eigvalsh sorts them.
    return steepest / flattest


def gain(matrix):
    """By how much a symmetric matrix can lengthen a vector at most.

    >>> float(gain(np.diag([0.5, -3.0, 2.0])))
    3.0
    """
    factors = np.linalg.eigvalsh(matrix)  # Along each eigenvector it multiplies by one of these.
    return np.abs(factors).max()  # A factor of -3 turns a vector round, and lengthens it by 3.


def smallest_eigenvalue(matvec, v0, iterations, bound):
    """The smallest eigenvalue of a matrix whose eigenvalues are all below `bound`.

    `matvec(v)` is the matrix times v.

    >>> A = np.diag([1.0, 3.0, 6.0])
    >>> round(float(smallest_eigenvalue(lambda v: A @ v, np.ones(3), 40, bound=7)), 6)
    1.0
    """
    v = v0
    for _ in range(iterations):
        v = bound * v - matvec(v)  # Turned over, the smallest eigenvalue is the largest,
        v = v / np.linalg.norm(v)  # and a vector of length 1 neither grows nor vanishes.
    return v @ matvec(v) / (v @ v)  # The quotient is taken with the matrix itself.


def repaired_savings(start, rate, years):
    """The balance after 0, 1, ... years; the broken version left the last year out of its log.

    >>> repaired_savings(100, 0.5, 2)
    [100, 150.0, 225.0]
    """
    balance, log = start, []
    for _ in range(years + 1):  # One entry more than there are years,
        log.append(balance)  # since each balance is noted before it grows:
        balance = balance * (1 + rate)  # the last of them is the result itself.
    return log


def doublings_needed(start, goal):
    """How many doublings bring a population from `start` to at least `goal`.

    >>> doublings_needed(3, 24), doublings_needed(3, 25), doublings_needed(3, 3)
    (3, 4, 0)
    """
    if goal <= start:  # Nothing is to be done.
        return 0
    exact = math.log(goal / start) / math.log(2)  # Solves start * 2**n = goal for n.
    return math.ceil(exact - 1e-9)  # Up to a whole number; 3 must not become 4 by rounding.


SIBLINGS = {
    "max_stable_lr": steady_lr,
    "best_fixed_lr": condition_number,
    "contraction": gain,
    "largest_eigenvalue": smallest_eigenvalue,
    "repaired_history": repaired_savings,
    "updates_needed": doublings_needed,
}
