"""The settings with which runs are recorded: for each label, what puts its fault in on purpose."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import product
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lrlib.schedules import CosineDecay, CosineRestarts, Linear, StepDecay, Warmup

POINTS = 300
LETTERS = {"SGD": "SGD", "momentum": "momentum 0.9", "Adam": "Adam"}


@dataclass(frozen=True)
class Plan:
    """One run to be made: what `provenance` says in words."""

    optimizer: str
    rates: NDArray
    said: str
    seed: int = 0
    batch: int = 32
    samples: int | None = None
    bad_batch: int | None = None


@dataclass(frozen=True)
class Family:
    """Models of one kind, the updates of a run, and a good peak rate of each optimizer.

    `small` samples overfit, `unseen` ones judge, and at most `tries` plans are tried for a label.
    """

    name: str
    model: str
    framework: str
    steps: int
    good: dict[str, float]
    record: Callable[[Family, Plan], tuple[NDArray, NDArray, NDArray, float]]
    small: int = 120
    unseen: int = 300
    tries: int = 60


def plans(family: Family, label: str) -> Iterator[Plan]:
    """Yield settings that should show a label, in the order in which they are tried."""
    n, optimizers = family.steps, list(family.good)
    t = np.arange(n)

    def made(name: str, factor: float, shape: NDArray, said: str, **more: Any) -> Plan:
        lr = family.good[name] * factor
        return Plan(name, lr * shape, f"{LETTERS[name]}, rate {lr:.3g} {said}", **more)

    flat = np.ones(n)
    fall = np.asarray(Linear(1.0, 0.0, n)(t))
    warm = np.asarray(Warmup(1.0, n // 12).then(n // 12, CosineDecay(1.0, 0.0, n - n // 12))(t))
    for seed, name in product(range(3), optimizers):
        if label == "right":
            yield made(name, 1.0, warm, "after a warmup, then cosine to 0", seed=seed)
            yield made(name, 1.0, fall, "falling linearly to 0", seed=seed + 10)
        elif label == "too low":
            for factor in (0.01, 0.02, 0.004):
                yield made(name, factor, flat, "throughout", seed=seed)
        elif label == "unstable":
            for factor in (6.0, 3.0, 12.0, 4.0, 25.0, 60.0):
                yield made(name, factor, flat, "throughout", seed=seed)
        elif label == "stuck":
            for factor in (10, 20, 5, 40, 100):
                yield made(name, factor, flat, "throughout", seed=seed)
        elif label == "on the noise floor":
            for factor, batch in ((0.7, 4), (1, 8), (0.3, 4), (0.4, 2), (1.5, 8), (3, 8)):
                yield made(name, factor, flat, "throughout", seed=seed, batch=batch)
        elif label == "dropped too early":
            for at, factor in ((12, 1.0), (20, 0.6), (9, 1.0)):
                cut = np.where(t < n // at, 1.0, 0.03)
                said = f"cut to 3 % at update {n // at}"
                yield made(name, factor, cut, said, seed=seed)
        elif label == "dropped too late":
            for share, factor, batch in ((0.93, 2.0, 8), (0.95, 1.0, 8), (0.92, 3.0, 16)):
                cut = np.where(t < share * n, 1.0, 0.05)
                said = f"cut to a twentieth at update {int(np.ceil(share * n))}"
                yield made(name, factor, cut, said, seed=seed, batch=batch)
        elif label == "overfitting":
            for scale in (1.0, 2.0, 0.5):
                said = f"throughout, on {family.small} samples"
                yield made(name, scale, flat, said, seed=seed, samples=family.small)
        elif label == "warmup missing":
            for factor in (2, 3, 5, 8, 1):
                said = "from the first update, then cosine to 0"
                shape = np.asarray(CosineDecay(1.0, 0.0, n)(t))
                yield made(name, factor, shape, said, seed=seed)
        elif label == "restarted":
            for factor, first in ((1.0, n // 3), (2.0, n // 2), (2.0, n // 4)):
                shape = np.asarray(CosineRestarts(1.0, 0.0, first, 1)(t))
                said = f"falling as a cosine, restarted every {first} updates"
                yield made(name, factor, shape, said, seed=seed)
        elif label == "clock wrong":
            slow = (1 + t // 45) / 60
            said = "meant after a warmup of 60 updates, which counted epochs of 45 updates"
            yield made(name, 1.0, np.minimum(1.0, slow), said, seed=seed)
            for every in (10, 5):
                shape = np.asarray(StepDecay(1.0, 0.3, every)(t))
                said = f"times 0.3 every {every} epochs, counted in updates"
                yield made(name, 1.0, shape, said, seed=seed)
        elif label == "spike and recovery":
            for factor, share in ((0.5, 0.45), (0.7, 0.55), (0.3, 0.5)):
                where = int(share * POINTS) * n // POINTS
                said = f"throughout; update {where} had a damaged batch"
                yield made(name, factor, flat, said, seed=seed, bad_batch=where)
