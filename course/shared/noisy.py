"""The digits with one training label in ten at random: the noise that stays of several units."""

from __future__ import annotations

import numpy as np

from lrlib.data import Dataset, load_digits


def noisy_digits(split: int) -> tuple[Dataset, Dataset, Dataset]:
    """The parts that train (with wrong labels), choose and judge, of 60, 20 and 20 %."""
    part, choose, judge = load_digits().split(split, fractions=(0.6, 0.2, 0.2))
    rng = np.random.default_rng(1)
    wrong = rng.random(part.n_samples) < 0.1
    labels = np.where(wrong, rng.integers(0, 10, part.n_samples), part.y)
    return Dataset(part.X, labels), choose, judge
