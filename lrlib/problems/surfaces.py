"""Losses that can be drawn: quadratics with chosen curvatures, ravines, Rosenbrock's valley."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lrlib import _check as check
from lrlib.problems.base import Buffers, Problem


def _curvatures(name: str, values: object) -> tuple[float, ...]:
    curvatures = check.sequence(name, values, check.positive)
    if not curvatures:
        raise ValueError(check.complaint(name, "one or more numbers", values, "Try (1.0, 10.0)."))
    return curvatures


@dataclass(frozen=True)
class Quadratic(Problem):
    r"""A bowl with a given curvature along each axis.

    $$f(w) = \tfrac12 \sum_i \lambda_i w_i^2, \qquad \nabla f(w)_i = \lambda_i w_i$$

    Gradient descent multiplies coordinate i by `1 - lr*lambda_i` at every step, so it converges for
    `0 < lr < 2/lambda_max` (B. Polyak, 1964).

    Args:
        curvatures: The lambdas, each above 0; one number for each parameter, or a single number.

    >>> bowl = Quadratic((1, 4))
    >>> loss, grad = bowl.loss_and_grad(np.array([1.0, 1.0]))
    >>> float(loss), grad.tolist()
    (2.5, [1.0, 4.0])
    """

    curvatures: tuple[float, ...]

    def __post_init__(self) -> None:
        if np.ndim(self.curvatures) == 0:
            object.__setattr__(self, "curvatures", (self.curvatures,))
        check.settle(self, curvatures=_curvatures)

    @property
    def n_params(self) -> int:  # type: ignore[override]
        """Number of curvatures."""
        return len(self.curvatures)

    def init(self, rng: np.random.Generator | int = 0) -> NDArray:
        """Return a standard normal starting point."""
        return np.random.default_rng(rng).standard_normal(self.n_params)

    def hessian(self) -> NDArray:
        """Return the matrix of second derivatives, shape `(n_params, n_params)`."""
        return np.diag(self.curvatures)

    def loss_and_grad(
        self, w: NDArray, batch: None = None, buffers: Buffers | None = None
    ) -> tuple[NDArray, NDArray]:
        """Return `(f(w), gradient)`; see `Problem.loss_and_grad`."""
        w = self.check_params(w)
        grad = w * np.asarray(self.curvatures, dtype=w.dtype)
        return (w * grad).sum(axis=-1) / 2, grad


@dataclass(frozen=True)
class NoisyQuadratic(Quadratic):
    r"""A quadratic whose gradient is seen through noise, as with mini-batches.

    The gradient has `noise / sqrt(batch_size)` times a standard normal vector added, fresh at every
    update: the model in which the noise floor `lr*s**2 / (2*(2 - lr*lambda))` is exact, s being
    the deviation of one gradient entry. `loss` has no noise.

    Args:
        curvatures: As for `Quadratic`.
        noise: Standard deviation of each gradient entry at batch size 1, at least 0.
    """

    noise: float = 1.0

    def __post_init__(self) -> None:
        super().__post_init__()
        check.settle(self, noise=check.not_negative)

    def batches(self, rng: np.random.Generator, batch_size: int | None) -> Iterator[NDArray | None]:
        """Yield for ever the noise that is added to the gradient, shape `(n_params,)`.

        A `batch_size` of None yields None: the exact gradient.
        """
        if batch_size is None:
            while True:
                yield None
        scale = self.noise / math.sqrt(check.count("batch_size", batch_size))
        while True:
            yield scale * rng.standard_normal(self.n_params)

    def loss_and_grad(
        self, w: NDArray, batch: NDArray | None = None, buffers: Buffers | None = None
    ) -> tuple[NDArray, NDArray]:
        """Return `(f(w), gradient + batch)`; see `Problem.loss_and_grad`."""
        loss, grad = super().loss_and_grad(w)
        return loss, grad if batch is None else grad + np.asarray(batch, dtype=grad.dtype)


@dataclass(frozen=True)
class RotatedRavine(Problem):
    r"""A valley in two dimensions, `condition` times as steep across as along, turned by `angle`.

    $$f(w) = \tfrac12 w^\top H w, \quad H = R\,\mathrm{diag}(1, \kappa)\,R^\top$$

    with R the rotation by `angle` degrees. A rate for each parameter helps when the valley lies
    along an axis (angle 0) and cannot help at 45 degrees.

    Args:
        condition: The condition number kappa, at least 1.
        angle: Degrees, counter-clockwise.
    """

    condition: float = 25.0
    angle: float = 45.0

    def __post_init__(self) -> None:
        check.settle(self, condition=check.at_least_one, angle=check.number)

    @property
    def n_params(self) -> int:  # type: ignore[override]
        """Two."""
        return 2

    def init(self, rng: np.random.Generator | int = 0) -> NDArray:
        """Return a point on the upper slope: one unit across, ten along, whatever the seed."""
        return np.array([-10.0, 1.0]) @ self._rotation().T

    def _rotation(self) -> NDArray:
        turn = math.radians(self.angle)
        return np.array([[math.cos(turn), -math.sin(turn)], [math.sin(turn), math.cos(turn)]])

    def hessian(self) -> NDArray:
        """Return H, shape `(2, 2)`."""
        rotation = self._rotation()
        return rotation @ np.diag([1.0, self.condition]) @ rotation.T

    def loss_and_grad(
        self, w: NDArray, batch: None = None, buffers: Buffers | None = None
    ) -> tuple[NDArray, NDArray]:
        """Return `(f(w), H w)`; see `Problem.loss_and_grad`."""
        w = self.check_params(w)
        grad = w @ self.hessian().astype(w.dtype)
        return (w * grad).sum(axis=-1) / 2, grad


@dataclass(frozen=True)
class Ravine(RotatedRavine):
    """A valley along the first axis: `RotatedRavine` with angle 0.

    >>> Ravine(condition=25).hessian().tolist()
    [[1.0, 0.0], [0.0, 25.0]]
    """

    angle: float = 0.0


@dataclass(frozen=True)
class Rosenbrock(Problem):
    r"""A curved valley with a nearly flat floor; the minimum is at `(a, a**2)`.

    $$f(x, y) = (a - x)^2 + b\,(y - x^2)^2$$

    Source: H. Rosenbrock (1960), An automatic method for finding the greatest or least value of a
    function, The Computer Journal 3, 175-184.

    >>> float(Rosenbrock().loss(np.array([1.0, 1.0])))
    0.0
    """

    a: float = 1.0
    b: float = 100.0

    def __post_init__(self) -> None:
        check.settle(self, a=check.number, b=check.positive)

    @property
    def n_params(self) -> int:  # type: ignore[override]
        """Two."""
        return 2

    def init(self, rng: np.random.Generator | int = 0) -> NDArray:
        """Return Rosenbrock's own start, `(-1.2, 1)`, whatever the seed."""
        return np.array([-1.2, 1.0])

    def loss_and_grad(
        self, w: NDArray, batch: None = None, buffers: Buffers | None = None
    ) -> tuple[NDArray, NDArray]:
        """Return `(f(w), gradient)`; see `Problem.loss_and_grad`."""
        w = self.check_params(w)
        x, y = w[..., 0], w[..., 1]
        short, off = self.a - x, y - x**2
        grad = np.stack([-2 * short - 4 * self.b * x * off, 2 * self.b * off], axis=-1)
        return short**2 + self.b * off**2, grad
