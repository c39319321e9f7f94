"""Linear regression by least squares, whose Hessian is known exactly."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from lrlib.data import Dataset
from lrlib.problems.base import Buffers, DataProblem, Typed, as_dataset


@dataclass(frozen=True, eq=False)
class LinearRegression(DataProblem):
    r"""Least squares: predict y as a weighted sum of the features.

    $$f(w) = \frac{1}{2n} \lVert A w - y \rVert^2, \quad \nabla f = \frac1n A^\top (A w - y),
    \quad H = \frac1n A^\top A$$

    A is X, with a column of ones at the end if there is an intercept: the last parameter is then
    the intercept. The Hessian H is the same everywhere, so the largest stable rate is
    `2/lambda_max(H)`.

    Args:
        data: A Dataset or a pair `(X, y)`.
        intercept: Whether a constant is added to the weighted sum.

    >>> line = LinearRegression((np.array([[0.0], [1.0], [2.0]]), np.array([1.0, 3.0, 5.0])))
    >>> line.minimiser().round(6).tolist()
    [2.0, 1.0]
    """

    data: Dataset
    intercept: bool = True
    _A: Typed = field(init=False, repr=False)
    _y: Typed = field(init=False, repr=False)

    def __post_init__(self) -> None:
        data = as_dataset(self.data)
        columns = [data.X, np.ones((data.n_samples, 1))] if self.intercept else [data.X]
        object.__setattr__(self, "data", data)
        object.__setattr__(self, "_A", Typed(np.concatenate(columns, axis=1)))
        object.__setattr__(self, "_y", Typed(data.y.astype(np.float64)))

    @property
    def n_params(self) -> int:  # type: ignore[override]
        """Number of features, plus one for the intercept."""
        return self.data.n_features + self.intercept

    def init(self, rng: np.random.Generator | int = 0) -> NDArray:
        """Return zeros, whatever the seed: the loss is convex."""
        return np.zeros(self.n_params)

    def hessian(self) -> NDArray:
        """Return the matrix H, shape `(n_params, n_params)`."""
        A = self._A(np.float64)
        return A.T @ A / self.n_samples

    def minimiser(self) -> NDArray:
        """Return the parameters of least loss (the shortest such vector if there are many)."""
        return np.linalg.lstsq(self._A(np.float64), self._y(np.float64))[0]

    def loss_and_grad(
        self, w: NDArray, batch: NDArray | None = None, buffers: Buffers | None = None
    ) -> tuple[NDArray, NDArray]:
        """Return `(f(w), gradient)`; see `Problem.loss_and_grad`.

        `batch` is an array of row numbers: `(rows,)`, the same for every run, or `(runs, rows)`.
        """
        w = self.check_params(w)
        A, y = self._A(w.dtype), self._y(w.dtype)
        if batch is not None:
            A, y = A[batch], y[batch]
        residual = (A @ w[..., None])[..., 0] - y
        grad = (residual[..., None, :] @ A)[..., 0, :] / residual.shape[-1]
        return (residual**2).mean(axis=-1) / 2, grad
