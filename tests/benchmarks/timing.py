"""Fair timing of contenders in one run, and a table that says who won."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from statistics import median

CLOCKS = {"wall": time.perf_counter, "cpu": time.process_time}


@dataclass(frozen=True)
class Contender:
    """One way to do the work.

    Attributes:
        name: What is timed; names that start with "lrlib" are ours.
        work: Does the work once and returns when it is done.
        share: The part of the stated work that one call does; times are divided by it.
        note: Said beside the time.
    """

    name: str
    work: Callable[[], object]
    share: float = 1.0
    note: str = ""


def measure(
    contenders: list[Contender], rounds: int, seconds: float, clock: str = "wall"
) -> dict[str, float]:
    """Return the median time of one piece of work by each contender, in seconds.

    Contenders take turns in every round, so a busy moment of the machine meets all of them; in each
    turn a contender repeats its work for about `seconds`. The clock "cpu" counts the time of this
    process on all its threads, and so leaves out what other processes take from it.
    """
    now = CLOCKS[clock]
    repeats = {}
    for contender in contenders:
        contender.work()
        start = now()
        contender.work()
        once = max(now() - start, 1e-9)
        repeats[contender.name] = max(1, round(seconds / once))
    times: dict[str, list[float]] = {contender.name: [] for contender in contenders}
    for _ in range(rounds):
        for contender in contenders:
            n = repeats[contender.name]
            start = now()
            for _ in range(n):
                contender.work()
            elapsed = now() - start
            times[contender.name].append(elapsed / n / contender.share)
    return {name: median(values) for name, values in times.items()}


def report(title: str, contenders: list[Contender], medians: dict[str, float]) -> str:
    """Return a table: time, time relative to our fastest form, and who is fastest of all."""
    ours = min(medians[c.name] for c in contenders if c.name.startswith("lrlib"))
    fastest = min(medians, key=lambda name: medians[name])
    lines = [title, f"  {'':34}{'median':>12}{'/ lrlib':>10}"]
    for contender in contenders:
        time_taken = medians[contender.name]
        mark = "  <- fastest" if contender.name == fastest else ""
        note = f"  ({contender.note})" if contender.note else ""
        lines.append(
            f"  {contender.name:34}{readable(time_taken):>12}{time_taken / ours:>10.2f}{mark}{note}"
        )
    if not fastest.startswith("lrlib"):
        lines.append(f"  {fastest} wins, by {ours / medians[fastest]:.1f} times.")
    return "\n".join(lines)


def readable(seconds: float) -> str:
    """Return a time in the unit in which it is easiest to read."""
    for unit, size in (("s", 1.0), ("ms", 1e-3), ("us", 1e-6)):
        if seconds >= size:
            return f"{seconds / size:.3g} {unit}"
    return f"{seconds * 1e9:.3g} ns"
