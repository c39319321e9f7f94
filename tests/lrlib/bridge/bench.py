"""What the retold loops share: a small regression, its batches, and a watch over sessions."""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from lrlib.bridge.audit import Report, Setting, Trace, audit, watch
from lrlib.schedules import CosineDecay, Schedule, Warmup

UPDATES, LR, WARM = 120, 0.05, 12
PLAN = Warmup(LR, WARM).then(WARM, CosineDecay(LR, 0.0, UPDATES - WARM))


@dataclass
class Bench:
    """What every loop needs: a model, batches, and a watch over one or more sessions."""

    torch: Any
    plan: Schedule
    setting: Setting = field(default_factory=Setting)
    sessions: list[watch] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.torch.manual_seed(0)
        self.generator = self.torch.Generator().manual_seed(1)
        self.slopes = self.torch.randn(8, generator=self.generator)
        self.model = self.torch.nn.Linear(8, 1)

    def optimizer(self, lr: float = LR) -> Any:
        return self.torch.optim.SGD(self.model.parameters(), lr=lr, momentum=0.5)

    def loss(self, seen: watch | None = None, size: int = 16) -> Any:
        """The loss of the next batch, told to the watch."""
        x = self.torch.randn(size, 8, generator=self.generator)
        y = x @ self.slopes + 0.3 * self.torch.randn(size, generator=self.generator)
        loss = ((self.model(x)[:, 0] - y) ** 2).mean()
        if seen is not None:
            seen.loss(loss)
        return loss

    def watch(self, optimizer: Any, scheduler: Any = None) -> watch:
        """A watch that counts on from the session before."""
        start = sum(len(session.trace.t) for session in self.sessions)
        s = self.setting
        self.sessions.append(
            watch(
                optimizer,
                self.plan,
                scheduler,
                accumulate=s.accumulate,
                workers=s.workers,
                updates_per_epoch=s.updates_per_epoch,
                start=start,
            )
        )
        return self.sessions[-1]

    def trace(self) -> Trace:
        """All sessions as one, as a log would have them."""
        traces = [session.trace for session in self.sessions]
        t, rates, losses = (
            np.concatenate([getattr(trace, part) for trace in traces])
            for part in ("t", "rates", "losses")
        )
        return replace(traces[0], t=t, rates=rates, losses=losses)

    def report(self) -> Report:
        return audit(self.trace(), self.plan, self.setting)


def step(optimizer: Any, loss: Any) -> None:
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()


def factor(torch: Any, optimizer: Any, total: int = UPDATES, warm: int = WARM) -> Any:
    """The usual warmup and cosine as a LambdaLR."""

    def shape(t: int) -> float:
        if t < warm:
            return (t + 1) / warm
        return (1 + math.cos(math.pi * min(1.0, (t - warm) / (total - warm)))) / 2

    return torch.optim.lr_scheduler.LambdaLR(optimizer, shape)


def session(b: Bench, optimizer: Any, scheduler: Any, updates: int) -> None:
    """A right stretch of training."""
    with b.watch(optimizer, scheduler) as seen:
        for _ in range(updates):
            step(optimizer, b.loss(seen))
            scheduler.step()
