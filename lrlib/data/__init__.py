"""Bundled real data: digits, diabetes, breast cancer and a bag of words, checked when loaded.

Every set is a small file beside this module, with its source, its licence and a SHA-256 checksum
that is verified on loading: a lesson never downloads anything, nor trains on a damaged file.
"""

from __future__ import annotations

import hashlib
import io
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

__all__ = [
    "Dataset",
    "load_breast_cancer",
    "load_diabetes",
    "load_digits",
    "load_docstrings",
]

CHECKSUMS = {
    "breast_cancer.npz": "1546726d77e07b1d8742de7647d2ed386d733b870e18d38461bb581d8d267d62",
    "diabetes.npz": "a61de3dab46eda20156052afbcc9a3c5bcf973c90d53dbf1847cb8d88e40243a",
    "digits.npz": "dff739c317c3d7a561cd1d11ae22ab4ac7f0557489c9e3935e97bec510d05737",
    "docstrings.npz": "029fdf270e520dcd8485218ee5021ceb5d29fc9328510f0e66d39ca480d52a14",
}


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
        object.__setattr__(self, "X", _read_only(X.astype(np.float64, copy=False)))
        object.__setattr__(self, "y", _read_only(y))

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

        >>> train, test = load_digits().split(seed=0)
        >>> train.n_samples, test.n_samples
        (1438, 359)
        """
        shares = np.asarray(fractions, dtype=float)
        if (
            shares.ndim != 1
            or shares.size == 0
            or (shares <= 0).any()
            or abs(shares.sum() - 1) > 1e-9
        ):
            raise ValueError(
                f"expected fractions above 0 that add up to 1; got {fractions!r}; "
                "try for example (0.6, 0.2, 0.2)"
            )
        cuts = np.rint(np.cumsum(shares)[:-1] * self.n_samples).astype(int)
        order = np.random.default_rng(seed).permutation(self.n_samples)
        parts = np.split(order, cuts)
        if min(map(len, parts)) == 0:
            raise ValueError(
                f"expected at least one sample in each part; {self.n_samples} samples cut by "
                f"{fractions!r} leave one empty; use larger fractions"
            )
        return tuple(self.take(rows) for rows in parts)

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


def _read_only(array: NDArray) -> NDArray:
    view = array.view()
    view.flags.writeable = False
    return view


def _load(name: str) -> dict[str, NDArray]:
    path = Path(__file__).parent / name
    try:
        content = path.read_bytes()
    except OSError as error:
        raise FileNotFoundError(
            f"expected the bundled data file lrlib/data/{name}; it cannot be read "
            f"({error.strerror}); install the course again"
        ) from None
    if hashlib.sha256(content).hexdigest() != CHECKSUMS[name]:
        raise ValueError(
            f"lrlib/data/{name} is not the file that came with the course (its checksum differs); "
            "install the course again"
        )
    with np.load(io.BytesIO(content), allow_pickle=False) as archive:
        return {key: archive[key] for key in archive.files}


@lru_cache
def load_digits() -> Dataset:
    """Handwritten digits: 1,797 images of 8 x 8 pixels from 13 writers, 10 classes.

    A pixel counts the inked points in a block of 4 x 4 of the original scan, 0 to 16; here it is
    divided by 16, so that features lie between 0 and 1. Row by row from the top left corner.

    >>> load_digits()
    <handwritten digits: 1797 samples, 64 features, 10 classes>
    """
    raw = _load("digits.npz")
    return Dataset(
        X=raw["X"] / 16.0,
        y=raw["y"].astype(np.int64),
        names=tuple(f"pixel {row},{column}" for row in range(8) for column in range(8)),
        classes=tuple("0123456789"),
        title="handwritten digits",
        source="E. Alpaydin and C. Kaynak (1998), Optical Recognition of Handwritten Digits, "
        "UCI Machine Learning Repository, test part, doi:10.24432/C50P49",
        licence="CC BY 4.0",
    )


@lru_cache
def load_diabetes() -> Dataset:
    """Diabetes: 442 patients, 10 measurements each, and how far the disease has gone a year later.

    Raw units (age in years, blood pressure in mm Hg, ...), so the features differ in scale by a
    factor of a hundred: that is what makes a single rate hard to choose, see `standardised`.

    >>> load_diabetes()
    <diabetes progression: 442 samples, 10 features, regression>
    """
    raw = _load("diabetes.npz")
    return Dataset(
        X=raw["X"],
        y=raw["y"].astype(np.float64),
        names=tuple(raw["names"].tolist()),
        title="diabetes progression",
        source="B. Efron, T. Hastie, I. Johnstone and R. Tibshirani (2004), Least Angle "
        "Regression, Annals of Statistics 32, 407-499; the copy in scikit-learn",
        licence="none stated by the authors; distributed with scikit-learn under BSD-3-Clause",
    )


@lru_cache
def load_breast_cancer() -> Dataset:
    """Breast cancer Wisconsin (diagnostic): 569 tumours, 30 measurements of cell nuclei, 2 classes.

    Raw units. Class 0 is malignant, class 1 is benign.

    >>> load_breast_cancer()
    <breast cancer: 569 samples, 30 features, 2 classes>
    """
    raw = _load("breast_cancer.npz")
    return Dataset(
        X=raw["X"],
        y=raw["y"].astype(np.int64),
        names=tuple(raw["names"].tolist()),
        classes=tuple(raw["classes"].tolist()),
        title="breast cancer",
        source="W. Wolberg, O. Mangasarian, N. Street and W. Street (1995), Breast Cancer "
        "Wisconsin (Diagnostic), UCI Machine Learning Repository, doi:10.24432/C5DW2B",
        licence="CC BY 4.0",
    )


@lru_cache
def load_docstrings() -> Dataset:
    """Bag of words, sparse: which package of Python's standard library does a docstring come from?

    1,602 docstrings of eight packages of Python 3.11.7; entry (i, j) counts how often word j occurs
    in docstring i. The 1,142 words are those that occur in at least five docstrings. 98 % of the
    entries are zero: a few words ("the") occur nearly everywhere, most occur in a handful of rows
    and decide the class when they do.

    >>> load_docstrings()
    <docstrings: 1602 samples, 1142 features, 8 classes>
    """
    raw = _load("docstrings.npz")
    X = np.zeros((len(raw["y"]), len(raw["words"])))
    rows = np.repeat(np.arange(len(raw["y"])), np.diff(raw["indptr"]))
    X[rows, raw["indices"]] = raw["counts"]
    return Dataset(
        X=X,
        y=raw["y"].astype(np.int64),
        names=tuple(raw["words"].tolist()),
        classes=tuple(raw["classes"].tolist()),
        title="docstrings",
        source="counted from the standard library of CPython 3.11.7 (Python Software Foundation, "
        "2023) by lrlib/data/build.py",
        licence="PSF-2.0",
    )
