"""What a data set is: rows of features with their targets, cut and scaled without mistakes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, eq=False)
class Dataset:
    """Rows of features and the value to be predicted for each row.

    Args:
        X: Features, float array of shape `(n_samples, n_features)`.
        y: Targets of shape `(n_samples,)`: whole numbers from 0 for classes, floats for regression.
        names: One name for each column of `X`.
        classes: One name for each class; empty for regression.
        title: What the set is, for figures and messages.
        source: Where it comes from (authors, year).
        licence: The terms it is shared under.

    Raises:
        TypeError: `X` or `y` does not hold numbers.
        ValueError: `X` is not two-dimensional, holds something that is not finite, or does not have
            one row for each entry of `y`; or `y` holds whole numbers that are no classes.

    >>> Dataset(X=[[0.0], [1.0]], y=[-1, 1])
    Traceback (most recent call last):
    ...
    ValueError: expected classes as whole numbers from 0 up; got numbers from -1 to 1; try y = \
np.unique(y, return_inverse=True)[1], or floats for regression
    """

    X: NDArray
    y: NDArray
    names: tuple[str, ...] = ()
    classes: tuple[str, ...] = ()
    title: str = "data"
    source: str = field(default="made by the caller", repr=False)
    licence: str = field(default="", repr=False)

    def __post_init__(self) -> None:
        X, y = np.asarray(self.X), np.asarray(self.y)
        if not {X.dtype.kind, y.dtype.kind} <= set("biuf"):
            raise TypeError(
                f"expected numbers in X and y; got {X.dtype} and {y.dtype}; "
                "for classes with names try classes, y = np.unique(y, return_inverse=True)"
            )
        if X.ndim != 2 or y.shape != X.shape[:1]:
            raise ValueError(
                f"expected X of shape (samples, features) and y of shape (samples,); got {X.shape} "
                f"and {y.shape}; give one row of X for each entry of y"
            )
        if X.size == 0 or not np.isfinite(X).all() or not np.isfinite(y).all():
            raise ValueError(
                "expected at least one sample and only finite numbers in X and y; "
                "remove or fill the missing values first"
            )
        if y.dtype.kind == "b":
            y = y.astype(np.int64)
        if self.classes or y.dtype.kind in "iu":
            self._check_classes(y)
        object.__setattr__(self, "X", read_only(X.astype(np.float64, copy=False)))
        object.__setattr__(self, "y", read_only(y))

    def _check_classes(self, y: NDArray) -> None:
        """Refuse labels that would be taken for other classes, or for none, as -1 and 1 would."""
        low, high = y.min(), y.max()
        known = len(self.classes) or high + 1
        if y.dtype.kind not in "iu" or low < 0 or high >= known:
            wanted = f"to {known - 1}" if self.classes else "up"
            raise ValueError(
                f"expected classes as whole numbers from 0 {wanted}; got numbers from {low} to "
                f"{high}; try y = np.unique(y, return_inverse=True)[1], or floats for regression"
            )

    def __repr__(self) -> str:
        kind = f"{self.n_classes} classes" if self.n_classes else "regression"
        return f"<{self.title}: {self.n_samples} samples, {self.n_features} features, {kind}>"

    @property
    def n_samples(self) -> int:
        """Number of rows."""
        return self.X.shape[0]

    @property
    def n_features(self) -> int:
        """Number of columns of `X`."""
        return self.X.shape[1]

    @property
    def n_classes(self) -> int:
        """Number of classes, 0 for regression."""
        if self.classes:
            return len(self.classes)
        return int(self.y.max()) + 1 if np.issubdtype(self.y.dtype, np.integer) else 0

    def take(self, rows) -> Dataset:
        """Return the data set that holds only the given rows, in the given order."""
        classes = self.classes or tuple(str(k) for k in range(self.n_classes))
        return replace(self, X=self.X[rows], y=self.y[rows], classes=classes)

    def split(self, seed: int, fractions: Sequence[float] = (0.8, 0.2)) -> tuple[Dataset, ...]:
        """Cut the rows at random into disjoint parts that together are the whole set.

        Args:
            seed: Equal seeds give equal parts.
            fractions: The share of each part; they add up to 1. `(0.6, 0.2, 0.2)` gives training,
                validation and test sets.

        Raises:
            ValueError: The shares do not add up to 1, or a part would be empty.

        >>> from lrlib.data import load_digits
        >>> train, test = load_digits().split(seed=0)
        >>> train.n_samples, test.n_samples
        (1438, 359)
        """
        return tuple(self.take(rows) for rows in cut(self.n_samples, seed, fractions))

    def standardised(self, like: Dataset | None = None) -> Dataset:
        """Return the data with every feature shifted to mean 0 and scaled to standard deviation 1.

        Args:
            like: The set whose means and deviations are used, for a test set the training set;
                by default this one. A feature that is constant there is only shifted.
        """
        reference = self.X if like is None else like.X
        if reference.shape[1] != self.n_features:
            raise ValueError(
                f"expected `like` to have the same {self.n_features} features; it has "
                f"{reference.shape[1]}; pass the training part of the same data"
            )
        spread = reference.std(axis=0)
        X = (self.X - reference.mean(axis=0)) / np.where(spread > 0, spread, 1.0)
        return replace(self, X=X)


def cut(n: int, seed: int, fractions: Sequence[float]) -> list[NDArray]:
    """Return the numbers from 0 to n - 1 in random order, cut into parts of the given shares.

    >>> [sorted(part.tolist()) for part in cut(5, seed=0, fractions=(0.6, 0.4))]
    [[2, 3, 4], [0, 1]]
    """
    shares = np.asarray(fractions, dtype=float)
    if shares.ndim != 1 or shares.size == 0 or (shares <= 0).any() or abs(shares.sum() - 1) > 1e-9:
        raise ValueError(
            f"expected fractions above 0 that add up to 1; got {fractions!r}; "
            "try for example (0.6, 0.2, 0.2)"
        )
    cuts = np.rint(np.cumsum(shares)[:-1] * n).astype(int)
    order = np.random.default_rng(seed).permutation(n)
    parts = np.split(order, cuts)
    if min(map(len, parts)) == 0:
        raise ValueError(
            f"expected at least one sample in each part; {n} samples cut by "
            f"{fractions!r} leave one empty; use larger fractions"
        )
    return parts


def read_only(array: NDArray) -> NDArray:
    """Return a view of the array that cannot be written to."""
    view = array.view()
    view.flags.writeable = False
    return view
