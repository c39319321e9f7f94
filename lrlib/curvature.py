"""How sharply a loss bends, and the rates that follow from it."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike, NDArray

from lrlib import _check as check
from lrlib.problems import Problem

RUNS_AT_ONCE = 32
STEP = 1e-7  # of a difference of gradients, relative to 1 + |w|


def max_stable_lr(hessian: ArrayLike) -> float:
    """Return the rate below which gradient descent on a quadratic converges: `2 / lambda_max`.

    Args:
        hessian: Symmetric positive-definite matrix, shape `(n, n)`.

    Source: B. Polyak (1964), Some methods of speeding up the convergence of iteration methods.

    >>> max_stable_lr([[1.0, 0.0], [0.0, 4.0]])
    0.5
    """
    return float(2 / _eigenvalues(hessian)[-1])


def best_fixed_lr(hessian: ArrayLike) -> float:
    """Return the rate with the fastest worst case: `2 / (lambda_min + lambda_max)`.

    >>> best_fixed_lr([[1.0, 0.0], [0.0, 4.0]])
    0.4
    """
    eigenvalues = _eigenvalues(hessian)
    return float(2 / (eigenvalues[0] + eigenvalues[-1]))


def contraction(lr: float, hessian: ArrayLike) -> float:
    """Return the factor by which one step shrinks the slowest mode: `max_i |1 - lr*lambda_i|`.

    Below 1 the distance to the minimum shrinks at least by this factor at every step.

    >>> round(contraction(0.4, [[1.0, 0.0], [0.0, 4.0]]), 12)
    0.6
    """
    return float(np.abs(1 - check.rate("lr", lr) * _eigenvalues(hessian)).max())


def _eigenvalues(hessian: ArrayLike) -> NDArray:
    H = np.asarray(hessian, dtype=np.float64)
    if H.ndim != 2 or H.shape[0] != H.shape[1] or H.size == 0 or not np.isfinite(H).all():
        raise ValueError(
            f"hessian should be a square matrix of finite numbers, but it has shape {H.shape}."
        )
    if not np.allclose(H, H.T, rtol=1e-8, atol=1e-10 * np.abs(H).max()):
        raise ValueError("hessian should be symmetric, but it is not; try (H + H.T) / 2.")
    eigenvalues = np.linalg.eigvalsh(H)
    if eigenvalues[0] <= 0:
        raise ValueError(
            "hessian should be positive definite, "
            f"but its lowest eigenvalue is {eigenvalues[0]:.3g}."
        )
    return eigenvalues


def largest_eigenvalue(
    matvec: Callable[[NDArray], NDArray], v0: ArrayLike, iterations: int
) -> float:
    """Return the eigenvalue of largest magnitude of a symmetric matrix, by power iteration.

    `iterations` times `v = A v / |A v|` from `v0`; then the Rayleigh quotient `v.(A v) / v.v`. The
    error shrinks by `(second / largest)**2` per iteration. The eigenvalue may be negative.

    Args:
        matvec: Maps `v` to `A v`, both of shape `(n,)`; the matrix itself is never needed.
        v0: Start, not zero; if it is orthogonal to the eigenvector only rounding finds it.
        iterations: 0 or more.

    Source: R. von Mises and H. Pollaczek-Geiringer (1929).

    >>> A = np.array([[1.0, 0.0], [0.0, -3.0]])
    >>> round(largest_eigenvalue(lambda v: A @ v, [1.0, 1.0], iterations=30), 6)
    -3.0
    """
    v = np.asarray(v0, dtype=np.float64)
    if v.ndim != 1 or not np.isfinite(v).all() or not v.any():
        raise ValueError(check.complaint("v0", "a vector of finite numbers, not all 0", v0))
    for _ in range(check.whole("iterations", iterations)):
        product = matvec(v)
        norm = np.linalg.norm(product)
        if norm == 0:
            return 0.0
        v = product / norm
    return float(v @ matvec(v) / (v @ v))


def hvp(problem: Problem, w: NDArray, v: NDArray, batch: NDArray | None = None) -> NDArray:
    r"""Return the Hessian times a vector, without the Hessian.

    $$H v \approx \frac{\nabla f(w + \epsilon v) - \nabla f(w - \epsilon v)}{2 \epsilon}$$

    exact for quadratics, and right to about seven digits for smooth losses. A ReLU network is
    smooth except at kinks: the step is short, since a long one crosses some of them and measures
    their jumps instead. Both gradients are computed as one batch of two runs.

    Args:
        problem: Gives the gradient.
        w: Where, shape `(n_params,)`, float64.
        v: The vector, shape `(..., n_params)`; several are multiplied at once.
        batch: As for `problem.grad`.

    Source: the exact product is from B. Pearlmutter (1994), Fast exact multiplication by the
    Hessian, Neural Computation 6, 147-160.

    >>> from lrlib.problems import Quadratic
    >>> hvp(Quadratic((1, 4)), np.zeros(2), np.array([1.0, 1.0])).round(6).tolist()
    [1.0, 4.0]
    """
    w, v = problem.check_params(w).astype(np.float64), problem.check_params(v).astype(np.float64)
    size = np.linalg.norm(v, axis=-1, keepdims=True)
    step = STEP * (1 + np.linalg.norm(w)) / np.where(size > 0, size, 1.0)
    ends = np.stack([w + step * v, w - step * v]).reshape(-1, problem.n_params)
    forward, backward = problem.grad(ends, batch).reshape(2, *v.shape)
    return (forward - backward) / (2 * step)


def hessian(problem: Problem, w: NDArray, batch: NDArray | None = None) -> NDArray:
    """Return the whole matrix of second derivatives at `w`, shape `(n_params, n_params)`.

    Meant for small problems: it takes two gradients for each parameter.

    >>> from lrlib.problems import Rosenbrock
    >>> hessian(Rosenbrock(), np.array([1.0, 1.0])).round(3).tolist()
    [[802.0, -400.0], [-400.0, 200.0]]
    """
    identity = np.eye(problem.n_params)
    blocks = [
        hvp(problem, w, identity[start : start + RUNS_AT_ONCE], batch)
        for start in range(0, problem.n_params, RUNS_AT_ONCE)
    ]
    H = np.concatenate(blocks)
    return (H + H.T) / 2


def sharpness(
    problem: Problem,
    w: NDArray,
    *,
    iterations: int = 30,
    batch: NDArray | None = None,
    v0: NDArray | None = None,
    seed: int = 0,
) -> float:
    """Return the largest eigenvalue (by magnitude) of the Hessian of a loss at `w`.

    Gradient descent at rate lr is stable around `w` while this is below `2/lr`; in full-batch
    training it rises until it hovers there.

    Args:
        problem, w, batch: As for `hvp`.
        iterations: Power iterations, each two gradients.
        v0: Start of the iteration; by default random, from `seed`. A random one never misses.

    Source: J. Cohen et al. (2021), Gradient Descent on Neural Networks Typically Occurs at the
    Edge of Stability.

    >>> from lrlib.problems import Ravine
    >>> round(sharpness(Ravine(condition=25.0), np.zeros(2)), 6)
    25.0
    """
    if v0 is None:
        v0 = np.random.default_rng(seed).standard_normal(problem.n_params)
    return largest_eigenvalue(lambda v: hvp(problem, w, v, batch), v0, iterations)
