"""Fast twins of the pure rules: same numbers, written over the parameters they were given."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any, Generic, TypeVar

import numpy as np

from lrlib import _check as check
from lrlib._check import Array, Rate
from lrlib.optimizers.adam import Adam, AdamW, Moments
from lrlib.optimizers.adaptive import Accumulator, AdaGrad, MeanSquare, RMSprop
from lrlib.optimizers.base import SGD, NoState, Optimizer
from lrlib.optimizers.momentum import Momentum, Velocity

R = TypeVar("R", bound=Optimizer)


def in_place(optimizer: Optimizer, w: Array) -> Twin[Any]:
    """A callable `step(grad, lr)` that overwrites `w` as `optimizer.update` would return it.

    The numbers are bit for bit those of the pure form. What is saved is fresh memory for results
    and intermediate values: little for a small network, half of the time or more from about 1e5
    parameters on. SGD, momentum, AdaGrad, RMSprop, Adam and AdamW have such a form; other rules
    run their pure one and copy. `step.state` is the state as the pure form would return it, and
    is overwritten too.

    Raises `TypeError` if `w` is no float array, `ValueError` if it is read-only.

    >>> w = np.array([1.0, 2.0])
    >>> step = in_place(SGD(), w)
    >>> step(np.array([0.5, -1.0]), lr=0.5)
    >>> w.tolist()
    [0.75, 2.5]
    """
    if not isinstance(check.parameters(w), np.ndarray) or not w.flags.writeable:
        raise ValueError("w should be an array that can be written to; try w.copy().")
    return _TWINS.get(type(optimizer), _Copying)(optimizer, w)


class Twin(ABC, Generic[R]):
    """An update rule bound to the array it overwrites."""

    def __init__(self, rule: R, w: Array) -> None:
        self.rule = rule
        self.w = w
        self.scratch = np.empty_like(w)

    def __call__(self, grad: Array, lr: Rate) -> None:
        """One update of `w`; `grad` and `lr` as in the pure form."""
        grad, lr = check.step_arguments(self.w, grad, lr)
        self.step(grad, lr)

    @abstractmethod
    def step(self, grad: Array, lr: Rate) -> None:
        """The update, without checks."""

    @property
    @abstractmethod
    def state(self) -> Any:
        """The state as the pure form would return it."""


class _SGD(Twin[SGD]):
    def step(self, grad: Array, lr: Rate) -> None:
        np.multiply(lr, grad, out=self.scratch)
        self.w -= self.scratch

    @property
    def state(self) -> NoState:
        return NoState()


class _Momentum(Twin[Momentum]):
    def __init__(self, rule: Momentum, w: Array) -> None:
        super().__init__(rule, w)
        self.velocity = np.zeros_like(w)

    def step(self, grad: Array, lr: Rate) -> None:
        self.velocity *= self.rule.mu
        self.velocity += grad
        np.multiply(lr, self.velocity, out=self.scratch)
        self.w -= self.scratch

    @property
    def state(self) -> Velocity:
        return Velocity(self.velocity)


class _Scaled(Twin[R]):
    """Steps `lr * direction / (sqrt(square) + eps)`, with room for both factors."""

    def __init__(self, rule: R, w: Array) -> None:
        super().__init__(rule, w)
        self.square = np.zeros_like(w)
        self.divisor = np.empty_like(w)

    def average_square(self, grad: Array, rho: float) -> None:
        self.square *= rho
        np.multiply(grad, grad, out=self.scratch)
        self.scratch *= 1 - rho
        self.square += self.scratch

    def descend(self, direction: Array, square: Array, lr: Rate, eps: float) -> None:
        np.sqrt(square, out=self.divisor)
        self.divisor += eps
        np.multiply(lr, direction, out=self.scratch)
        self.scratch /= self.divisor
        self.w -= self.scratch


class _AdaGrad(_Scaled[AdaGrad]):
    def step(self, grad: Array, lr: Rate) -> None:
        np.multiply(grad, grad, out=self.scratch)
        self.square += self.scratch
        self.descend(grad, self.square, lr, self.rule.eps)

    @property
    def state(self) -> Accumulator:
        return Accumulator(self.square)


class _RMSprop(_Scaled[RMSprop]):
    def step(self, grad: Array, lr: Rate) -> None:
        self.average_square(grad, self.rule.rho)
        self.descend(grad, self.square, lr, self.rule.eps)

    @property
    def state(self) -> MeanSquare:
        return MeanSquare(self.square)


class _Adam(_Scaled[Adam]):
    def __init__(self, rule: Adam, w: Array) -> None:
        super().__init__(rule, w)
        self.m = np.zeros_like(w)
        self.m_hat = np.empty_like(w)
        self.t = 0

    def step(self, grad: Array, lr: Rate) -> None:
        rule = self.rule
        self.t += 1
        self.m *= rule.beta1
        np.multiply(1 - rule.beta1, grad, out=self.scratch)
        self.m += self.scratch
        self.average_square(grad, rule.beta2)
        np.divide(self.m, 1 - rule.beta1**self.t, out=self.m_hat)
        np.divide(self.square, 1 - rule.beta2**self.t, out=self.divisor)
        self.descend(self.m_hat, self.divisor, lr, rule.eps)

    @property
    def state(self) -> Moments:
        return Moments(self.m, self.square, self.t)


class _AdamW(_Adam):
    rule: AdamW

    def __init__(self, rule: AdamW, w: Array) -> None:
        super().__init__(rule, w)
        self.decay = np.empty_like(w)

    def step(self, grad: Array, lr: Rate) -> None:
        np.multiply(lr * self.rule.weight_decay, self.w, out=self.decay)
        super().step(grad, lr)
        self.w -= self.decay


class _Copying(Twin[Optimizer]):
    """Any other rule: the pure update, copied over `w`."""

    def __init__(self, rule: Optimizer, w: Array) -> None:
        super().__init__(rule, w)
        self._state = rule.init(w)

    def step(self, grad: Array, lr: Rate) -> None:
        self.w[...], self._state = self.rule.update(self.w, grad, self._state, lr)

    @property
    def state(self) -> Any:
        return self._state


_TWINS: dict[type[Optimizer], type[Twin[Any]]] = {
    SGD: _SGD,
    Momentum: _Momentum,
    AdaGrad: _AdaGrad,
    RMSprop: _RMSprop,
    Adam: _Adam,
    AdamW: _AdamW,
}
