"""The bundled tables: digits, diabetes, breast cancer and a bag of words."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from lrlib.data.dataset import Dataset
from lrlib.data.files import load_file


@lru_cache
def load_digits() -> Dataset:
    """Handwritten digits: 1,797 images of 8 x 8 pixels from 13 writers, 10 classes.

    A pixel counts the inked points in a block of 4 x 4 of the original scan, 0 to 16; here it is
    divided by 16, so that features lie between 0 and 1. Row by row from the top left corner.

    >>> load_digits()
    <handwritten digits: 1797 samples, 64 features, 10 classes>
    """
    raw = load_file("digits.npz")
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
    raw = load_file("diabetes.npz")
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
    raw = load_file("breast_cancer.npz")
    return Dataset(
        X=raw["X"],
        y=raw["y"].astype(np.int64),
        names=tuple(raw["names"].tolist()),
        classes=tuple(raw["classes"].tolist()),
        title="breast cancer",
        source="W. H. Wolberg, W. Nick Street and O. L. Mangasarian (1995), Breast Cancer "
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
    raw = load_file("docstrings.npz")
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
