"""What `lrlib.bridge.audit.watch` adds to a training step of PyTorch."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from types import SimpleNamespace
from typing import Any

from lrlib.bridge.audit import watch
from lrlib.schedules import Constant
from tests.benchmarks.timing import CLOCKS, readable

NETWORKS = {(64, 64, 10): 64, (784, 512, 512, 10): 128}


class Nothing:
    """A scheduler that does nothing, so that only the watching of it takes time."""

    def step(self) -> None:
        """Nothing."""


def cost(
    sizes: tuple[int, ...], batch: int, quick: bool = False, clock: str = "wall"
) -> tuple[float, float, float, float]:
    """Seconds of a training step, and of noting its rate, its loss and its scheduler's step.

    The best of many repeats: what is timed is a few hundred nanoseconds.
    """
    import torch

    layers: list[Any] = []
    for n_in, n_out in pairwise(sizes):
        layers += [torch.nn.Linear(n_in, n_out), torch.nn.ReLU()]
    model = torch.nn.Sequential(*layers[:-1])
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-3)
    scheduler = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, 10**6)
    x, y = torch.randn(batch, sizes[0]), torch.randint(sizes[-1], (batch,))

    def loss() -> Any:
        return torch.nn.functional.cross_entropy(model(x), y)

    def step() -> None:
        optimizer.zero_grad()
        loss().backward()
        optimizer.step()
        scheduler.step()

    rounds = 60 if quick else 300
    whole = best(step, rounds, 1, clock)
    value, nothing = loss(), Nothing()
    alone = best(nothing.step, rounds, 200, clock)
    owner = SimpleNamespace()
    with watch(optimizer, Constant(1e-3), nothing) as seen:
        hook = list(optimizer._optimizer_step_pre_hooks.values())[-1]
        return (
            whole,
            best(lambda: hook(owner, (), {}), rounds, 200, clock),
            best(lambda: seen.loss(value), rounds, 200, clock),
            max(0.0, best(nothing.step, rounds, 200, clock) - alone),
        )


def best(work: Callable[[], object], rounds: int, repeats: int, clock: str) -> float:
    """The shortest mean time of `repeats` calls."""
    now, times = CLOCKS[clock], []
    for _ in range(rounds):
        start = now()
        for _ in range(repeats):
            work()
        times.append((now() - start) / repeats)
    return min(times)


def run(quick: bool, clock: str) -> None:
    """Print the cost on a small network and on a larger one."""
    print("Watching a training loop: PyTorch, AdamW and a cosine, on one batch again and again.")
    for sizes, batch in NETWORKS.items():
        step, rate, loss, scheduler = cost(sizes, batch, quick, clock)
        share = 100 * (rate + loss + scheduler) / step
        print(
            f"  {'-'.join(map(str, sizes))}, batch {batch}: a step {readable(step)}; its rate "
            f"{readable(rate)}, loss {readable(loss)}, scheduler {readable(scheduler)}: "
            f"{share:.2g} % in all"
        )
