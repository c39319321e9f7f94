"""Worked siblings: for each function of this unit a similar one, solved in full."""

import numpy as np


def total_step(w, grad, total, *, lr, eps):
    """One update divided by the total of all sizes of gradients: the new w, and the new total.

    >>> total_step(np.array([1.0, 1.0]), np.array([1.0, -8.0]), np.array([3.0, 0.0]), lr=0.4, eps=0)
    (array([0.9, 1.4]), array([4., 8.]))
    """
    total = total + np.abs(grad)  # A new array, and it holds this gradient already.
    return w - lr * grad / (total + eps), total  # Each entry is divided by its own total.


def mean_size_step(w, grad, mean_size, *, lr, rho, eps):
    """One update divided by a moving mean of the sizes of gradients: the new w, and that mean.

    >>> mean_size_step(np.array([1.0]), np.array([-4.0]), np.array([2.0]), lr=0.3, rho=0.5, eps=0)
    (array([1.4]), array([3.]))
    """
    mean_size = rho * mean_size + (1 - rho) * np.abs(grad)  # rho is the share of the past.
    return w - lr * grad / (mean_size + eps), mean_size  # No root: a size is no square.


def relative_gradient(grad, mean_square, *, eps):
    """Each gradient as a multiple of its usual size, the root of its mean square.

    >>> relative_gradient(np.array([6.0, -1.0, 0.0]), np.array([4.0, 4.0, 0.0]), eps=1.0)
    array([ 2.        , -0.33333333,  0.        ])
    """
    usual = np.sqrt(mean_square)  # The root has the size of a gradient again.
    return grad / (usual + eps)  # eps outside the root: it guards where `usual` is 0.


def spread_after(n, sigma):
    """How far a walk of n independent steps strays, each with the standard deviation sigma.

    >>> spread_after(25, 2.0)
    10.0
    """
    variance = n * sigma**2  # Squares add up, one for each step,
    return variance**0.5  # and the root of their sum is a length again.


def repaired_distance(x, y, height):
    """How far away a tower's top is; the broken version added the height to the distance on foot.

    >>> repaired_distance(2.0, 3.0, 6.0)
    7.0
    """
    ground = x**2 + y**2
    return (ground + height**2) ** 0.5  # The repair: add the squares first, and take one root.


SIBLINGS = {
    "adagrad_step": total_step,
    "rmsprop_step": mean_size_step,
    "effective_lr": relative_gradient,
    "rate_after": spread_after,
    "repaired_port": repaired_distance,
}
