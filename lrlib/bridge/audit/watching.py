"""Watches a training loop from inside: what rate each update used, and who called what."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from types import TracebackType
from typing import Any, Self

import numpy as np

from lrlib import _check as check
from lrlib.bridge.audit.comparison import Setting
from lrlib.bridge.audit.report import Report, audit
from lrlib.bridge.audit.trace import Trace
from lrlib.schedules import Schedule

SEEN = 1e-9
"""Relative accuracy of a rate that is read from an optimizer; PyTorch's recursions drift by 5e-14
in 100,000 steps."""


class watch:
    """Watch a PyTorch loop, or any loop that says its rates, and report at its end.

        with watch(optimizer, schedule, scheduler, accumulate=4) as seen:
            for batch in loader:
                ...
                seen.loss(loss)
        print(seen.report)

    An optimizer with `param_groups` and `step` is watched by a hook on `step`, before which the
    rate of every group is noted; nothing of the loop changes. Without one, tell it each update:
    `seen.update(lr, loss)` after each. The cost is a few microseconds an update.

    Args:
        optimizer: What is stepped, or None.
        schedule: What was meant: one schedule, or one for each parameter group.
        scheduler: What moves the rate; its calls are counted, and named where they explain
            something.
        accumulate: Batches to an update.
        workers: Processes that train together.
        updates_per_epoch: Updates in an epoch.
        start: Updates that were made before, for a run that goes on after a stop.

    A loop that ends by an exception counts as not finished.

    Raises `TypeError` where `optimizer` has no `step` and `param_groups`, or `schedule` is none.
    """

    def __init__(
        self,
        optimizer: Any,
        schedule: Schedule | Sequence[Schedule],
        scheduler: Any = None,
        *,
        accumulate: int = 1,
        workers: int = 1,
        updates_per_epoch: int | None = None,
        start: int = 0,
    ) -> None:
        if optimizer is not None and not (
            hasattr(optimizer, "step") and hasattr(optimizer, "param_groups")
        ):
            expected = "a PyTorch optimizer, or None to tell every update by seen.update(lr, loss)"
            raise TypeError(check.complaint("optimizer", expected, optimizer))
        self.optimizer, self.scheduler, self.schedule = optimizer, scheduler, schedule
        self.setting = Setting(
            check.count("accumulate", accumulate),
            check.count("workers", workers),
            None if updates_per_epoch is None else check.count("epoch", updates_per_epoch),
        )
        self.start = check.whole("start", start)
        self.calls = {"optimizer": 0} | ({"scheduler": 0} if scheduler is not None else {})
        self.finished = True
        self._rates: list[Any] = []
        self._losses: dict[int, Any] = {}
        self._undo: list[Any] = []

    def __enter__(self) -> Self:
        if self.optimizer is not None:
            self._undo.append(self._hook(self.optimizer))
        if self.scheduler is not None:
            self._undo.append(_before(self.scheduler, self._step_seen))
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        while self._undo:
            self._undo.pop()()
        self.finished = kind is None

    def _step_seen(self) -> None:
        self.calls["scheduler"] += 1

    def _hook(self, optimizer: Any) -> Any:
        groups, rates, calls = optimizer.param_groups, self._rates, self.calls

        def note(*_: Any) -> None:
            rates.append([group["lr"] for group in groups])
            calls["optimizer"] += 1

        if hasattr(optimizer, "register_step_pre_hook"):
            return optimizer.register_step_pre_hook(note).remove
        return _before(optimizer, note)

    def update(self, lr: Any, loss: Any = None) -> None:
        """Say that an update was made: its rate, or one for each group, and perhaps its loss."""
        self._rates.append(list(lr) if isinstance(lr, list | tuple) else [lr])
        self.calls["optimizer"] += 1
        if loss is not None:
            self._losses[len(self._rates) - 1] = loss

    def loss(self, loss: Any) -> None:
        """Say the loss of the update that comes next; a tensor is read only at the end."""
        self._losses[len(self._rates)] = loss.detach() if hasattr(loss, "detach") else loss

    @property
    def trace(self) -> Trace:
        """What was seen so far."""
        rates = np.array([[float(rate) for rate in row] for row in self._rates]).reshape(
            len(self._rates), -1
        )
        losses = np.full(len(rates), np.nan)
        for place, loss in self._losses.items():
            if place < len(rates):
                losses[place] = float(loss)
        return Trace.of(
            np.arange(len(rates)) + self.start,
            rates,
            losses if self._losses else None,
            accurate=SEEN,
            finished=self.finished,
            calls=dict(self.calls),
        )

    @cached_property
    def report(self) -> Report:
        """What is found, in words and as a picture; made once, when first asked for."""
        return audit(self.trace, self.schedule, self.setting)


def _before(thing: Any, act: Any) -> Any:
    """Have `act` called before every `thing.step`; returns what undoes it.

    By a class of its own, not by an attribute: an attribute would be saved with a scheduler's state
    and lead to the old scheduler after loading.
    """
    kind = type(thing)

    def step(self: Any, *arguments: Any, **options: Any) -> Any:
        act()
        return kind.step(self, *arguments, **options)

    thing.__class__ = type(kind.__name__, (kind,), {"step": step, "__module__": kind.__module__})
    return lambda: setattr(thing, "__class__", kind)
