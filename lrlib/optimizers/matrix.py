"""Rules that see a weight matrix as a matrix: Muon, Shampoo, SOAP.

`w` has shape (n_in, n_out), as in `x @ w`; any axes before these two are separate runs, and an
array of rates then has shape (runs, 1, 1). Biases, gains and embeddings are no such matrices:
`Groups` gives them a rule of their own.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from lrlib import _check as check
from lrlib._check import Array, Rate
from lrlib.optimizers.base import MatrixRule

__all__ = [
    "Muon",
    "Shampoo",
    "SOAP",
    "orthogonalise",
]

NEWTON_SCHULZ = (3.4445, -4.7750, 2.0315)
"""Muon's coefficients: steep at 0, so that small singular values grow fast, at the price that large
ones do not settle at 1. Source: K. Jordan et al. (2024), as for `Muon`."""

SCALES = ("original", "match_rms_adamw")


def orthogonalise(matrix: Array, iterations: int = 5, eps: float = 1e-7) -> Array:
    """About `U @ V.T` of a matrix `U @ diag(s) @ V.T`: all singular values brought near 1.

        X = matrix / (|matrix| + eps)                                     (Frobenius norm)
        X = a * X + (b * A + c * A @ A) @ X,  A = X @ X.T                 `iterations` times
        with a, b, c = 3.4445, -4.7750, 2.0315

    After 5 iterations every singular value of at least 1 % of the norm lies between 0.68 and 1.14;
    one of 0 stays 0. Only products of matrices are needed, which is why this is used in place of an
    exact factorisation.

    Args:
        matrix: shape (..., rows, columns).
        iterations: whole number, 0 or more; 0 only divides by the norm.
        eps: keeps a matrix of zeros at zero, above 0.

    Raises `ValueError` for fewer than two axes.

    >>> orthogonalise(np.array([[3.0, 0.0], [0.0, 4.0]]), 1).round(4).tolist()
    [[1.1933, 0.0], [0.0, 0.9765]]

    Source: K. Jordan et al. (2024), "Muon: An Optimizer for Hidden Layers in Neural Networks";
    the cubic iteration is from J. Bernstein, L. Newhouse (2024), "Old Optimizer, New Norm". Same
    as Optax `orthogonalize_via_newton_schulz`; torch iterates in bfloat16.
    """
    x = _matrix(matrix)
    iterations, eps = check.whole("iterations", iterations), check.positive("eps", eps)
    a, b, c = NEWTON_SCHULZ
    with np.errstate(over="ignore", invalid="ignore"):
        wide = x.shape[-2] <= x.shape[-1]
        x = x if wide else _transpose(x)
        x = x / (np.sqrt(np.sum(x * x, axis=(-2, -1), keepdims=True)) + eps)
        for _ in range(iterations):
            gram = x @ _transpose(x)
            x = a * x + (b * gram + c * gram @ gram) @ x
        return x if wide else _transpose(x).copy()


def _transpose(a: Array) -> Array:
    return np.swapaxes(a, -1, -2)


def _matrix(w: Array) -> Array:
    if check.parameters(w).ndim < 2:
        raise ValueError(
            f"w should be a matrix (n_in, n_out), but it has shape {w.shape}. Vectors take "
            "another rule: Groups gives each part of the parameters its own."
        )
    return w


class MatrixVelocity(NamedTuple):
    """The state of Muon: the velocity."""

    velocity: Array


@dataclass(frozen=True)
class Muon(MatrixRule):
    """Momentum whose step is made orthogonal: all directions of a matrix move equally far.

        v = mu * v + g
        u = g + mu * v                          (`nesterov`; otherwise u = v)
        w = w - lr * weight_decay * w - lr * scale * orthogonalise(u, iterations)

    Two conventions for the rate are in use. "original" has
    `scale = sqrt(max(1, n_out / n_in))`, and rates of about 0.02. "match_rms_adamw" has
    `scale = 0.2 * sqrt(max(n_in, n_out))`, which makes the entries of a step as large as
    AdamW's usually are, so that AdamW's rate and weight decay can be kept.

    Args:
        mu: share of the velocity that is kept, at least 0 and below 1.
        nesterov: whether the step looks ahead.
        weight_decay: beside the step, as in AdamW; 0 or more.
        scale: "original" or "match_rms_adamw".
        iterations: of Newton-Schulz, 0 or more.
        eps: added to the norm before iterating, above 0.

    >>> rule = Muon(mu=0.0)
    >>> w = np.zeros((2, 2))
    >>> w, state = rule.update(w, np.array([[0.0, -9.0], [0.1, 0.0]]), rule.init(w), lr=0.5)
    >>> w.round(2).tolist()                    # both rows move about lr, not only the first
    [[0.0, 0.35], [-0.39, 0.0]]

    Source: K. Jordan et al. (2024), "Muon: An Optimizer for Hidden Layers in Neural Networks";
    "match_rms_adamw" is from J. Liu et al. (2025), "Muon is Scalable for LLM Training". Same as
    torch `Muon` of the transposed matrix, up to torch's bfloat16 iteration, and Optax
    `contrib.muon(nesterov=False)`; with Nesterov, Optax corrects for the start at zero. torch
    decays by 0.1 and Keras by 4e-3 unless told.
    """

    mu: float = 0.95
    nesterov: bool = True
    weight_decay: float = 0.0
    scale: str = "original"
    iterations: int = 5
    eps: float = 1e-7

    def __post_init__(self) -> None:
        check.settle(
            self,
            mu=check.decay,
            nesterov=check.boolean,
            weight_decay=check.not_negative,
            scale=check.one_of(SCALES),
            iterations=check.whole,
            eps=check.positive,
        )

    def init(self, w: Array) -> MatrixVelocity:
        return MatrixVelocity(np.zeros_like(_matrix(w)))

    def update(
        self, w: Array, grad: Array, state: MatrixVelocity, lr: Rate
    ) -> tuple[Array, MatrixVelocity]:
        grad, lr = check.step_arguments(w, grad, lr)
        velocity = self.mu * state.velocity + grad
        direction = grad + self.mu * velocity if self.nesterov else velocity
        step = self._factor(w) * orthogonalise(direction, self.iterations, self.eps)
        return w - lr * self.weight_decay * w - lr * step, MatrixVelocity(velocity)

    def _factor(self, w: Array) -> float:
        n_in, n_out = w.shape[-2:]
        if self.scale == "original":
            return math.sqrt(max(1.0, n_out / n_in))
        return 0.2 * math.sqrt(max(n_in, n_out))


def _eigen(a: Array) -> tuple[Array, Array]:
    """Eigenvalues, rising, and eigenvectors; NaN where a matrix is not finite."""
    lost = ~np.all(np.isfinite(a), axis=(-2, -1))[..., None]
    identity = np.eye(a.shape[-1], dtype=a.dtype)
    values, vectors = np.linalg.eigh(np.where(lost[..., None], identity, a))
    return np.where(lost, np.nan, values), np.where(lost[..., None], np.nan, vectors)


def _inverse_fourth_root(a: Array, least: float) -> Array:
    values, vectors = _eigen(a)
    roots = np.maximum(values, least) ** -0.25
    return (vectors * roots[..., None, :]) @ _transpose(vectors)


class Sides(NamedTuple):
    """The state of Shampoo: what it knows of rows and of columns."""

    left: Array
    right: Array


@dataclass(frozen=True)
class Shampoo(MatrixRule):
    """AdaGrad with two matrices for each weight matrix in place of one number for each entry.

        L = L + g @ g.T                                       from L = eps * identity
        R = R + g.T @ g                                       from R = eps * identity
        w = w - lr * L**(-1/4) @ g @ R**(-1/4)

    The powers are those of symmetric matrices: of their eigenvalues. Turning the rows or the
    columns of the problem turns the path with it, which no rule for single entries can say.

    Args:
        eps: the eigenvalues both matrices start from, above 0.

    >>> rule = Shampoo(eps=1e-12)
    >>> w = np.zeros((2, 2))
    >>> w, state = rule.update(w, np.array([[4.0, 0.0], [0.0, 0.25]]), rule.init(w), lr=1.0)
    >>> w.round(6).tolist()
    [[-1.0, 0.0], [0.0, -1.0]]

    Source: V. Gupta, T. Koren, Y. Singer (2018), "Shampoo: Preconditioned Stochastic Tensor
    Optimization", algorithm 1. Same as nothing in torch, Optax or Keras, which have none: its test
    builds the paper's large matrix, the Kronecker product, instead.
    """

    eps: float = 1e-4

    def __post_init__(self) -> None:
        check.settle(self, eps=check.positive)

    def init(self, w: Array) -> Sides:
        left, right = _identities(w)
        return Sides(self.eps * left, self.eps * right)

    def update(self, w: Array, grad: Array, state: Sides, lr: Rate) -> tuple[Array, Sides]:
        grad, lr = check.step_arguments(w, grad, lr)
        with np.errstate(over="ignore", invalid="ignore"):
            left = state.left + grad @ _transpose(grad)
            right = state.right + _transpose(grad) @ grad
            least = self.eps
            step = _inverse_fourth_root(left, least) @ grad @ _inverse_fourth_root(right, least)
            return w - lr * step, Sides(left, right)


def _identities(w: Array) -> tuple[Array, Array]:
    """Identity matrices for the rows and the columns of each matrix in `w`."""
    lead, (rows, columns) = _matrix(w).shape[:-2], w.shape[-2:]
    return tuple(  # type: ignore[return-value]
        np.broadcast_to(np.eye(n, dtype=w.dtype), (*lead, n, n)).copy() for n in (rows, columns)
    )


class Rotated(NamedTuple):
    """The state of SOAP: Adam's moments (`v` in the turned axes), both sides and their axes."""

    m: Array
    v: Array
    left: Array
    right: Array
    q_left: Array
    q_right: Array
    t: int


@dataclass(frozen=True)
class SOAP(MatrixRule):
    """Adam in the axes of Shampoo: the eigenvectors of the two matrices, renewed now and then.

        first update: L, R from its gradient, their eigenvectors Q_L and Q_R; w stays
        then:  m = beta1 * m + (1 - beta1) * g
               v = beta2 * v + (1 - beta2) * (Q_L.T @ g @ Q_R)**2
               n = Q_L.T @ m_hat @ Q_R / (sqrt(v_hat) + eps)
               w = w - lr * Q_L @ n @ Q_R.T - lr * weight_decay * w
               L = beta2 * L + (1 - beta2) * g @ g.T;  R = beta2 * R + (1 - beta2) * g.T @ g
               every `frequency` updates: Q_L = qr(L @ Q_L), Q_R = qr(R @ Q_R), with the columns
               and the entries of v put into the order of falling eigenvalues first

    Args:
        beta1, beta2: shares that are kept, at least 0 and below 1.
        eps: added outside the root, above 0.
        weight_decay: beside the step, as in AdamW; 0 or more.
        frequency: updates between two renewals of the axes, 1 or more.

    >>> rule = SOAP(beta1=0.0, beta2=0.0)
    >>> w = np.zeros((2, 2)); state = rule.init(w)
    >>> for _ in range(2):
    ...     w, state = rule.update(w, np.array([[2.0, 0.0], [0.0, -0.1]]), state, lr=0.5)
    >>> w.round(6).tolist()
    [[-0.5, 0.0], [0.0, 0.5]]

    Source: N. Vyas et al. (2025), "SOAP: Improving and Stabilizing Shampoo using Adam", algorithm
    3. Same as its authors' `soap.SOAP` in float64 without weight decay, which they take of the
    new `w`; torch, Optax and Keras have none.
    """

    beta1: float = 0.95
    beta2: float = 0.95
    eps: float = 1e-8
    weight_decay: float = 0.0
    frequency: int = 10

    def __post_init__(self) -> None:
        check.settle(
            self,
            beta1=check.decay,
            beta2=check.decay,
            eps=check.positive,
            weight_decay=check.not_negative,
            frequency=check.count,
        )

    def init(self, w: Array) -> Rotated:
        left, right = _identities(w)
        zeros = np.zeros_like(w)
        return Rotated(zeros, zeros, 0 * left, 0 * right, left, right, 0)

    def update(self, w: Array, grad: Array, state: Rotated, lr: Rate) -> tuple[Array, Rotated]:
        grad, lr = check.step_arguments(w, grad, lr)
        with np.errstate(over="ignore", invalid="ignore"):
            left = self.beta2 * state.left + (1 - self.beta2) * grad @ _transpose(grad)
            right = self.beta2 * state.right + (1 - self.beta2) * _transpose(grad) @ grad
            if state.t == 0:
                q_left, q_right = (_eigen(side)[1][..., ::-1].copy() for side in (left, right))
                return w.copy(), Rotated(state.m, state.v, left, right, q_left, q_right, 1)
            n, q_left, q_right = state.t, state.q_left, state.q_right
            m = self.beta1 * state.m + (1 - self.beta1) * grad
            turned = _transpose(q_left) @ grad @ q_right
            v = self.beta2 * state.v + (1 - self.beta2) * turned**2
            m_hat = _transpose(q_left) @ m @ q_right / (1 - self.beta1**n)
            step = m_hat / (np.sqrt(v / (1 - self.beta2**n)) + self.eps)
            stepped = w - lr * (q_left @ step @ _transpose(q_right)) - lr * self.weight_decay * w
            if n % self.frequency == 0:
                q_left, order = _renewed(left, q_left)
                v = np.take_along_axis(v, order[..., :, None], axis=-2)
                q_right, order = _renewed(right, q_right)
                v = np.take_along_axis(v, order[..., None, :], axis=-1)
            return stepped, Rotated(m, v, left, right, q_left, q_right, n + 1)


def _renewed(side: Array, axes: Array) -> tuple[Any, Any]:
    """One step of orthogonal iteration, and the order that the axes were put into."""
    estimates = np.sum(axes * (side @ axes), axis=-2)
    order = np.argsort(-estimates, axis=-1, kind="stable")
    axes = np.take_along_axis(axes, order[..., None, :], axis=-1)
    return np.linalg.qr(side @ axes)[0], order
