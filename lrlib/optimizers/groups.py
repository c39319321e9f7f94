"""Parameter groups: each part of a flat parameter vector with its own rule and rate."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

import numpy as np

from lrlib import _check as check
from lrlib._check import Array, Rate
from lrlib.optimizers.base import Optimizer
from lrlib.optimizers.stability import any_rule

__all__ = ["Groups"]


@dataclass(frozen=True)
class Groups(Optimizer):
    """Consecutive parts of the parameters, each updated by its own rule at its own share of `lr`.

        part i of w has the shape shapes[i] and is updated by optimizers[i] at lr * scales[i]

    A scale of 0 freezes a part. No weight decay for biases, a smaller rate for early layers,
    Muon for the matrices and AdamW for the rest are all groups.

    Args:
        optimizers: one for each part.
        shapes: of the parts, in their order in the flat vector.
        scales: factors on the rate, 0 or more; 1 for every part if there are none.

    `w` is a vector, or (runs, n) with `lr` a number or of shape (runs, 1); its last axis has as
    many entries as all shapes together.

    >>> from lrlib.optimizers import SGD
    >>> rule = Groups([SGD(), SGD()], shapes=[(2,), (1,)], scales=[1.0, 0.1])
    >>> w = np.array([1.0, 1.0, 1.0])
    >>> w, state = rule.update(w, np.ones(3), rule.init(w), lr=0.5)
    >>> w.tolist()
    [0.5, 0.5, 0.95]

    Same as torch's `param_groups`, Optax `partition` and Keras `MultiOptimizer`, which do not
    demand that a group's parameters lie side by side. Layer-wise rates: J. Howard, S. Ruder
    (2018), "Universal Language Model Fine-tuning for Text Classification".
    """

    optimizers: tuple[Optimizer, ...]
    shapes: tuple[tuple[int, ...], ...]
    scales: tuple[float, ...] = ()

    def __post_init__(self) -> None:
        check.settle(
            self,
            optimizers=lambda name, values: check.sequence(name, values, any_rule),
            shapes=lambda name, values: check.sequence(name, values, _shape),
            scales=lambda name, values: check.sequence(name, values, check.not_negative),
        )
        if not self.scales:
            object.__setattr__(self, "scales", (1.0,) * len(self.optimizers))
        counts = len(self.optimizers), len(self.shapes), len(self.scales)
        if len(set(counts)) != 1 or not counts[0]:
            raise ValueError(
                "Groups should have one shape and one scale for each of its optimizers, and one "
                f"optimizer at least, but it has {counts[0]} optimizers, {counts[1]} shapes and "
                f"{counts[2]} scales."
            )

    @classmethod
    def by_shape(cls, views: Mapping[str, Array], *, matrices: Optimizer, rest: Optimizer) -> Self:
        """One rule for every matrix and another for everything else.

        Args:
            views: Name and array of each part in the order of the flat vector, for example
                `network.views(w)`.
            matrices, rest: The rules.

        >>> from lrlib.optimizers import AdamW, Muon
        >>> views = {"W1": np.zeros((4, 3)), "b1": np.zeros(3)}
        >>> rule = Groups.by_shape(views, matrices=Muon(), rest=AdamW(weight_decay=0.0))
        >>> [type(part).__name__ for part in rule.optimizers]
        ['Muon', 'AdamW']
        """
        shapes = [view.shape for view in views.values()]
        return cls([matrices if len(shape) == 2 else rest for shape in shapes], shapes)  # type: ignore[arg-type]

    def init(self, w: Array) -> tuple[Any, ...]:
        self._check(check.parameters(w))
        return tuple(rule.init(part) for rule, part in zip(self.optimizers, self._parts(w)))

    def update(
        self, w: Array, grad: Array, state: tuple[Any, ...], lr: Rate
    ) -> tuple[Array, tuple[Any, ...]]:
        grad, lr = check.step_arguments(w, grad, lr)
        self._check(w)
        if isinstance(lr, np.ndarray) and lr.ndim and lr.shape[-1] != 1:
            raise ValueError(
                f"lr should be a number, or have shape (runs, 1), but it has {lr.shape}. Rates of "
                "parts are the scales of Groups."
            )
        updated, states = [], []
        for rule, scale, part, slope, own in zip(
            self.optimizers, self.scales, self._parts(w), self._parts(grad), state, strict=True
        ):
            rate = lr * scale
            if isinstance(rate, np.ndarray) and rate.ndim:
                rate = rate.reshape(w.shape[:-1] + (1,) * (part.ndim - w.ndim + 1))
            after, own = rule.update(part, slope, own, rate)
            updated.append(after.reshape(*w.shape[:-1], -1))
            states.append(own)
        return np.concatenate(updated, axis=-1), tuple(states)

    def evaluation_point(self, w: Array, state: tuple[Any, ...]) -> Array:
        parts = [
            rule.evaluation_point(part, own).reshape(*w.shape[:-1], -1)
            for rule, part, own in zip(self.optimizers, self._parts(w), state)
        ]
        return np.concatenate(parts, axis=-1)

    def _check(self, w: Array) -> None:
        total = sum(map(math.prod, self.shapes))
        if w.ndim == 0 or w.shape[-1] != total:
            raise ValueError(
                f"w should have {total} entries along its last axis, as many as the shapes of "
                f"Groups, but it has shape {w.shape}."
            )

    def _parts(self, w: Array) -> list[Array]:
        edges = np.cumsum([math.prod(shape) for shape in self.shapes])[:-1]
        pieces = np.split(w, edges, axis=-1)
        return [part.reshape(w.shape[:-1] + shape) for part, shape in zip(pieces, self.shapes)]


def _shape(name: str, value: Any) -> tuple[int, ...]:
    return check.sequence(name, value, check.count)
