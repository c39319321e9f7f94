"""What every optimizer is: frozen hyper-parameters with a pure `init` and `update`."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any, NamedTuple, TypeVar

import numpy as np
from numpy.typing import DTypeLike

from lrlib import _check as check
from lrlib._check import Array, Rate
from lrlib._plain import Plain

__all__ = ["Optimizer", "SGD", "stack"]

R = TypeVar("R", bound="Optimizer")


class Optimizer(Plain, ABC):
    """Hyper-parameters of an update rule; the parameters and the state stay with the caller.

        state = optimizer.init(w)
        w, state = optimizer.update(w, grad, state, lr)

    - `w` and `grad` are float arrays of one shape; results have that shape and dtype (float32
      stays float32), and nothing that is passed in is changed. float16 is too coarse for `eps`.
    - `lr` is a number of 0 or more, so any schedule works with any optimizer. As an array of
      shape (runs, 1) it trains the rows of a (runs, n) array at once, each with its own rate:
      in float64 to the last bit, in float32 up to rounding, as if each were trained alone.
    - A NaN in the gradient makes that entry NaN and leaves the others alone, except in rules
      that measure the whole vector (a norm, an inner product): there the whole run is lost, but
      no other run. Nothing is raised: whoever trains decides when to stop.
    - A gradient of another shape, a rate that is negative or not finite raise `ValueError`;
      parameters that are no array of float32 or float64 raise `TypeError`.

    Instances compare, hash, print and go to dicts by value, like schedules.
    """

    @abstractmethod
    def init(self, w: Array) -> Any:
        """The state before the first update of `w`."""

    @abstractmethod
    def update(self, w: Array, grad: Array, state: Any, lr: Rate) -> tuple[Array, Any]:
        """The parameters and the state after one update."""

    def evaluation_point(self, w: Array, state: Any) -> Array:
        """The parameters to measure and to keep; `w` itself except in averaging methods."""
        return w


class MatrixRule(Optimizer):
    """A rule for weight matrices: `w` has shape (n_in, n_out) or (runs, n_in, n_out)."""


class NoState(NamedTuple):
    """The state of a rule that remembers nothing."""


@dataclass(frozen=True)
class SGD(Optimizer):
    """Gradient descent: a step against the gradient.

        w = w - lr * g

    >>> w, state = SGD().update(np.array([1.0, 2.0]), np.array([0.5, -1.0]), NoState(), lr=0.5)
    >>> w.tolist()
    [0.75, 2.5]

    Source: H. Robbins, S. Monro (1951), "A Stochastic Approximation Method". Same as torch `SGD`,
    Optax `sgd` and Keras `SGD`.
    """

    def init(self, w: Array) -> NoState:
        check.parameters(w)
        return NoState()

    def update(self, w: Array, grad: Array, state: NoState, lr: Rate) -> tuple[Array, NoState]:
        grad, lr = check.step_arguments(w, grad, lr)
        return w - lr * grad, state


def stack(optimizers: Sequence[R], dtype: DTypeLike = np.float64) -> R:
    """One optimizer that updates row i of a (runs, n) array as `optimizers[i]` would.

    All are of one class. A hyper-parameter in which they differ becomes a column (runs, 1) of
    `dtype`, which should be that of `w`; rules inside rules are stacked too. Such an optimizer is a
    tool for computing: it does not compare, hash or go to a dict as the ones it is made of do.

    Raises `ValueError` if there is none or if their classes differ, `TypeError` for rules whose
    arrays have other axes than (runs, n): matrix rules and groups.

    >>> from lrlib.optimizers import Momentum
    >>> both = stack([Momentum(mu=0.0), Momentum(mu=0.5)])
    >>> w = np.array([[1.0], [1.0]]); state = both.init(w)
    >>> for _ in range(2):
    ...     w, state = both.update(w, np.ones((2, 1)), state, lr=0.1)
    >>> w.round(3).tolist()
    [[0.8], [0.75]]
    """
    kinds = sorted({type(optimizer).__name__ for optimizer in optimizers})
    if len(kinds) != 1:
        raise ValueError(f"stack should get optimizers of one class, but it got {kinds}.")
    first = optimizers[0]
    if isinstance(first, MatrixRule) or kinds == ["Groups"]:
        raise TypeError(f"stack should get rules for vectors, but it got {kinds[0]}.")
    stacked = object.__new__(type(first))
    for field in fields(first):  # type: ignore[arg-type]
        values = [getattr(optimizer, field.name) for optimizer in optimizers]
        column: Any = values[0]
        if any(value != values[0] for value in values):
            inner = isinstance(values[0], Optimizer)
            column = stack(values, dtype) if inner else np.array(values, dtype=dtype)[:, None]
        object.__setattr__(stacked, field.name, column)
    return stacked
