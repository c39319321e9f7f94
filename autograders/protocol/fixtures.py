"""Arguments that are functions, built from plain data where the student's code runs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from .codec import Recipe


class Counted:
    """A function of one argument, whose record is the number of calls: too many can be seen.

    The argument may be named in a call, by any name: the contract says what it is, not its name.
    """

    def __init__(self, function: Callable[..., Any]) -> None:
        self._function = function
        self.record = 0

    def __call__(self, *args: Any, **named: Any) -> Any:
        self.record += 1
        return self._function(*args, *named.values())


def linear_grad(slope: Any, shift: Any) -> Counted:
    """The gradient `slope * (w - shift)`, entry by entry: a bowl of any shape."""
    return Counted(lambda w: slope * (w - shift))


def bowl(slope: Any, shift: Any, floor: float) -> Counted:
    """Loss and gradient of the bowl `sum(slope/2 * (w - shift)**2) + floor`."""

    def loss_and_grad(w: Any) -> tuple[float, Any]:
        gap = w - shift
        return float(np.sum(slope / 2 * gap**2) + floor), slope * gap

    return Counted(loss_and_grad)


def wall(
    slope: Any, shift: Any, floor: float, limit: float, beyond: float = float("inf")
) -> Counted:
    """The bowl, whose loss turns into infinity, or into `beyond`, once it exceeds `limit`."""
    inside = bowl(slope, shift, floor)

    def loss_and_grad(w: Any) -> tuple[float, Any]:
        loss, grad = inside(w)
        return (loss if loss <= limit else beyond), grad

    return Counted(loss_and_grad)


def matvec(matrix: Any) -> Counted:
    """The product `matrix @ v`."""
    return Counted(lambda v: matrix @ v)


def line(start: float, slope: float) -> Counted:
    """The schedule `start + slope * t`."""
    return Counted(lambda t: start + slope * t)


def geometric(start: float, ratio: float) -> Counted:
    """The schedule `start * ratio**t`."""
    return Counted(lambda t: start * ratio**t)


def table(values: Any) -> Counted:
    """A function of a whole number that reads its value from a list, and holds the last one."""
    return Counted(lambda t: values[min(t, len(values) - 1)])


class Trials:
    """Training runs that have been made: `train(lr, seed, split)` looks their losses up.

    `losses` has an entry for each split, of shape (rates, seeds). A rate or a seed that is not in
    the table gets the run nearest to it. With `watch="runs"` the record is how often each run was
    asked for, shape (rates, seeds); with the name of a split it is the share of all calls that
    asked for that split, NaN if there were none.
    """

    def __init__(self, rates: Any, seeds: Any, losses: dict[str, Any], watch: str) -> None:
        self._rates, self._seeds = np.log(rates), np.asarray(seeds)
        self._losses, self._watch = losses, watch
        self._asked = {split: np.zeros((len(rates), len(seeds))) for split in losses}

    def __call__(self, lr: float, seed: int, split: str) -> float:
        if split not in self._losses:
            known = " or ".join(map(repr, self._losses))
            raise ValueError(f"expected split to be {known}, got {split!r}")
        run = (
            int(np.abs(self._rates - np.log(lr)).argmin()),
            int(np.abs(self._seeds - seed).argmin()),
        )
        self._asked[split][run] += 1
        return float(self._losses[split][run])

    @property
    def record(self) -> Any:
        runs = np.sum(list(self._asked.values()), axis=0)
        return runs if self._watch == "runs" else self._asked[self._watch].sum() / runs.sum()


def trials(rates: Any, seeds: Any, losses: dict[str, Any], watch: str = "runs") -> Trials:
    """A function `train(lr, seed, split)` that looks up the loss of a run, and keeps a record."""
    return Trials(rates, seeds, losses, watch)


def generator(seed: int) -> np.random.Generator:
    """A NumPy random generator."""
    return np.random.default_rng(seed)


class Watched(np.random.Generator):
    """A random generator whose record is 1 once it was drawn from or had a child, 0 before."""

    def __init__(self, bits: np.random.BitGenerator) -> None:
        super().__init__(bits)
        self._first = self._now()

    def _now(self) -> tuple[Any, int]:
        seeds = getattr(self.bit_generator, "seed_seq", None)
        return self.bit_generator.state, getattr(seeds, "n_children_spawned", 0)

    @property
    def record(self) -> int:
        """Whether the next draw would be another one."""
        return int(self._now() != self._first)


def watched_generator(seed: int) -> Watched:
    """A NumPy random generator that keeps a record of having been drawn from."""
    return Watched(np.random.PCG64(seed))


def source(code: str, name: str) -> Any:
    """The function `name` that a piece of source text defines."""
    namespace: dict[str, Any] = {"np": np}
    exec(compile(code, "<candidate>", "exec"), namespace)
    return namespace[name]


KINDS: dict[str, Callable[..., Any]] = {
    function.__name__: function
    for function in (
        linear_grad,
        bowl,
        wall,
        matvec,
        line,
        geometric,
        table,
        trials,
        generator,
        watched_generator,
        source,
    )
}


def build(value: Any) -> Any:
    """Return `value` with every recipe in it made into what it describes."""
    if isinstance(value, Recipe):
        return KINDS[value.kind](**{key: build(item) for key, item in value.data.items()})
    if type(value) in (list, tuple):
        return type(value)(build(item) for item in value)
    if type(value) is dict:
        return {key: build(item) for key, item in value.items()}
    return value
