"""What every optimizer is: frozen hyper-parameters with a pure `init` and `update`."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Any, NamedTuple

from lrlib import _check as check
from lrlib._check import Array, Rate
from lrlib._plain import Plain


class Optimizer(Plain, ABC):
    """Hyper-parameters of an update rule; the parameters and the state stay with the caller.

        state = optimizer.init(w)
        w, state = optimizer.update(w, grad, state, lr)

    - `w` and `grad` are float arrays of one shape; results have that shape and dtype (float32
      stays float32), and nothing that is passed in is changed.
    - `lr` is a number of 0 or more, so any schedule works with any optimizer. As an array of
      shape (runs, 1) it trains the rows of a (runs, n) array at once, each with its own rate,
      and exactly as if each row were trained alone.
    - A NaN in the gradient makes that entry NaN and leaves the others alone, except in rules
      that measure the whole vector (a norm, an inner product): there the whole run is lost, but
      no other run. Nothing is raised: whoever trains decides when to stop.
    - A gradient of another shape, a negative or NaN rate raise `ValueError`; parameters that are
      no float array raise `TypeError`.

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


class NoState(NamedTuple):
    """The state of a rule that remembers nothing."""


@dataclass(frozen=True)
class SGD(Optimizer):
    """Gradient descent: a step against the gradient.

        w = w - lr * g

    >>> import numpy as np
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
