"""Where the rate of a run is not what its schedule says, and which clock explains it."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from lrlib.bridge.audit.comparison import Comparison, Setting
from lrlib.bridge.audit.jumps import jump, jumps, restart, skipped, without_update
from lrlib.bridge.audit.shape import horizon, warmup_of
from lrlib.bridge.audit.trace import Finding, Trace
from lrlib.schedules import Schedule

FASTEST = 64
"""The largest whole factor between two clocks that is looked for."""


def clock_findings(trace: Trace, schedule: Schedule, setting: Setting) -> list[Finding]:
    """What differs between the rates of one parameter group and a schedule; none if nothing."""
    if len(trace.t) < 2:
        return []
    c = Comparison(trace, schedule, setting)
    numberings = [c, _renumbered(c)] if trace.log and c.t[0] > 0 else [c]
    for numbered in numberings:
        if numbered.agrees(numbered.meant).all():
            return _ends(numbered)
    for explanation in _EXPLANATIONS:
        found = [each for each in map(explanation, numberings) if each]
        if found:
            return min(found, key=len)
    worst = int(np.argmax(np.abs(c.rates - c.meant)))
    text = (
        f"at update {c.t[worst]} the rate was {c.rates[worst]:.4g} where {c.meant[worst]:.4g} was "
        "meant, and no other clock explains the run. Compare the schedule's settings."
    )
    return [Finding("another schedule", text, int(c.t[np.argmin(c.agrees(c.meant))]))]


def _ends(c: Comparison) -> list[Finding]:
    """Of a run whose rates are all right: whether it ended with its schedule."""
    end, made = horizon(c.schedule), int(c.t[-1]) + 1
    gap = int(np.max(np.diff(c.t))) if len(c.t) > 1 else 1
    if end is None or not c.trace.finished:
        return []
    last, goal = float(c.rates[-1]), float(c.schedule(end))
    if made + gap < end and not c.agrees(np.array([goal]), c.rates[-1:]).all():
        text = (
            f"the run ends after {made} of {end} updates at a rate of {last:.4g}, where "
            f"{goal:.4g} was to be reached. If you did not stop it, the schedule was laid out for "
            "more updates than the loop makes: count them from the loader, the accumulation and "
            "the workers."
        )
        return [Finding("last rate not reached", text, made - 1)]
    if made > end + max(gap, end // 100) and goal < 0.5 * c.peak:
        text = (
            f"the schedule ends at update {end}, and {made - end} more were made at its last rate, "
            f"{goal:.4g}. Lay it out for all {made}."
        )
        return [Finding("ran past the end", text, end)]
    return []


def _never_stepped(c: Comparison) -> list[Finding]:
    if not c.agrees(np.full_like(c.rates, c.rates[0])).all():
        return []
    if c.agrees(np.array([c.peak]), c.rates[:1]).all() and warmup_of(c.schedule):
        only_warmup = c.agrees(c.meant)[c.t >= warmup_of(c.schedule)].all()
        if only_warmup:
            return []
    called = c.trace.calls.get("scheduler")
    how = "scheduler.step() was never called" if called == 0 else "scheduler.step() is not called"
    text = (
        f"the rate was {c.rates[0]:.4g} at every update, where it was to go from {c.meant[0]:.4g} "
        f"to {c.meant[-1]:.4g}: {how}, or on a scheduler of another optimizer."
    )
    return [Finding("never stepped", text)]


def _scaled(c: Comparison) -> list[Finding]:
    usable = c.meant > 1e-3 * c.peak
    if not usable.any():
        return []
    ratio = float(np.median(c.rates[usable] / c.meant[usable]))
    if ratio <= 0 or not c.agrees(ratio * c.meant).all() or abs(ratio - 1) < 1e-3:
        return []
    whole = abs(ratio - round(ratio)) < 1e-3 and round(ratio) > 1
    reason = "the number of workers" if ratio == c.setting.workers else "a number of workers"
    text = f"every rate is {ratio:.4g} times what was meant" + (
        f": it was multiplied by {reason}, or scaled twice with the batch." if whole else "."
    )
    return [Finding("scaled", text, factor=ratio)]


def _shifted(c: Comparison) -> list[Finding]:
    """One clock that is ahead or behind by the same count throughout."""
    start = int(c.t[0])
    for shift in _shifts(c):
        if not c.explains(c.t + shift):
            continue
        if start and start + shift in (0, 1):
            return [restart(c, start, start)]
        if shift > 0 and skipped(c) >= shift:
            return [without_update(1, start, shift)]
        if shift == 1:
            text = (
                "the rate of every update is that of the next one: scheduler.step() comes before "
                f"optimizer.step(), and the first rate, {c.schedule(0):.4g}, is not used."
            )
            if c.trace.log:
                text += " If the log wrote it after scheduler.step(), all is well: --after-step."
            return [Finding("stepped before the optimizer", text)]
        if shift == -1:
            text = "the rate of every update is that of the one before; the first is used twice."
            return [Finding("one update late", text)]
        return [jump(c, start, shift, 0)]
    return []


def _renumbered(c: Comparison) -> Comparison:
    """The same run where a log calls its first update 1, not 0."""
    trace = Trace(c.t - 1, c.rates, c.trace.losses, c.trace.accurate, True, c.trace.finished)
    return Comparison(trace, c.schedule, c.setting)


def _shifts(c: Comparison) -> list[int]:
    """Shifts that explain the first and the last rate, the smallest first."""
    reach = max(int(c.t[-1]) + 2, horizon(c.schedule) or 0)
    shifts = np.arange(-int(c.t[0]) - 1, reach)
    for place in (0, len(c.t) // 2, -1):
        here = np.maximum(c.t[place] + shifts, 0)
        shifts = shifts[c.agrees(c.schedule(here), np.full(len(here), c.rates[place]))]
        if not len(shifts):
            return []
    return sorted((int(s) for s in shifts if s), key=abs)[:50]


def _fast(c: Comparison) -> list[Finding]:
    s = c.setting
    likely = [s.accumulate * s.workers, s.accumulate, s.workers]
    for factor in dict.fromkeys(k for k in [*likely, *range(2, FASTEST + 1)] if k > 1):
        offsets = dict.fromkeys((0, factor - 1, factor, 1))
        if any(c.explains(factor * c.t + offset) for offset in offsets):
            return [_too_fast(c, factor)]
    return []


def _too_fast(c: Comparison, factor: int) -> Finding:
    s, seen = c.setting, f"the schedule runs {factor} times too fast"
    if factor == s.accumulate and s.accumulate > 1:
        kind = "ahead by accumulation"
        text = f"{seen}, the batches to an update: step it once for each optimizer.step()."
    elif factor == s.workers and s.workers > 1:
        kind = "ahead by workers"
        text = f"{seen}, the number of workers: each of them steps it, or it counts their batches."
    elif factor == s.accumulate * s.workers and factor > 1:
        kind = "clock too fast"
        text = f"{seen}, the batches to an update times the workers: it counts batches."
    else:
        kind = "clock too fast"
        text = f"{seen}: look for as many batches to an update, or as many workers."
    warm = warmup_of(c.schedule)
    if warm:
        text += f" Its warmup lasted about {max(1, round(warm / factor))} updates, not {warm}."
    return Finding(kind, text, factor=factor)


def _slow(c: Comparison) -> list[Finding]:
    """A staircase: the schedule moves on only once in many updates."""
    changes = np.flatnonzero(~c.agrees(c.rates[:-1], c.rates[1:])) + 1
    guesses = [c.setting.updates_per_epoch or 0, c.setting.accumulate]
    guesses += [int(g) for g in np.unique(np.diff(c.t[changes]))[:5]]
    guesses += [int(c.t[changes[0]] - c.t[0])] if len(changes) else []
    for m in dict.fromkeys(g for g in guesses if g > 1):
        first = int(c.t[changes[0]]) % m if len(changes) else 0
        if not c.explains((c.t + (m - first) % m) // m):
            continue
        if m == c.setting.accumulate and c.trace.log:
            text = f"the schedule moves on once in {m} rows: the log counts batches, not updates."
            return [Finding("clock too slow", text, factor=m)]
        text = (
            f"the schedule counts updates but moves on once in {m} of them, as it would with every "
            f"epoch: after {c.t[-1] + 1} updates it has come to its update {int(c.t[-1]) // m}."
        )
        return [Finding("epochs for updates", text, factor=m)]
    return []


def _warmup(c: Comparison) -> list[Finding]:
    """Right from the end of the warmup on, wrong within it."""
    warm, right = warmup_of(c.schedule), c.agrees(c.meant)
    inside = c.t < warm
    if not warm or right[inside].all() or not right[~inside].all() or inside.all():
        return []
    top = float(c.schedule(warm))
    reached = int(c.t[np.argmax(c.rates >= (1 - 1e-3) * top)])
    if c.agrees(np.full(inside.sum(), top), c.rates[inside]).all():
        text = f"the run begins at {c.rates[0]:.4g}, its peak; {warm} updates of warmup were meant."
        return [Finding("warmup missing", text)]
    if (c.rates[inside] >= c.meant[inside] * (1 - c.trace.accurate)).all():
        text = f"the peak is reached after {reached + 1} updates where {warm} were meant."
        return [Finding("warmup too short", text, factor=warm / (reached + 1))]
    return []


def _rises(c: Comparison) -> list[Finding]:
    """After its lowest point the rate goes up, where the schedule does not."""
    warm = warmup_of(c.schedule)
    late = c.t >= warm
    turns = np.count_nonzero(np.diff(np.sign(np.diff(c.rates[late]))))
    if late.sum() < 3 or turns > len(c.t) // 10 or (np.diff(c.meant[late]) > 1e-9 * c.peak).any():
        return []
    rates, t = c.rates[late], c.t[late]
    fallen = np.maximum.accumulate(rates) - rates > 0.05 * c.peak
    if not fallen.any():
        return []
    rates, t = rates[np.argmax(fallen) :], t[np.argmax(fallen) :]
    risen = rates - np.minimum.accumulate(rates) > 0.05 * c.peak
    if not risen.any():
        return []
    turn = int(t[int(np.argmin(rates[: int(np.argmax(risen)) + 1]))])
    text = (
        f"from update {turn} on the rate rises, where it was to fall or stay: a cosine in PyTorch "
        "goes up again after T_max. T_max should be the number of updates of the run."
    )
    return [Finding("rises again", text, turn)]


def _stretched(c: Comparison) -> list[Finding]:
    """The schedule on a clock whose speed is any number: laid out for another length."""
    t, rates = c.t[c.sample], c.rates[c.sample]

    def apart(speed: float) -> float:
        clocks = (t + 1) * speed - 1, t * speed
        gaps = [np.abs(rates - c.schedule(np.maximum(clock, 0))) for clock in clocks]
        before_it_begins = (clocks[0] < 0) & (rates <= c.schedule(0))
        return float(np.where(before_it_begins, 0.0, np.minimum(*gaps)).max())

    speeds = np.exp(np.linspace(-np.log(FASTEST), np.log(FASTEST), 800))
    best = float(speeds[int(np.argmin([apart(float(speed)) for speed in speeds]))])
    for width in (1e-2, 1e-3, 1e-4):
        near = best * (1 + np.linspace(-width, width, 41))
        best = float(near[int(np.argmin([apart(float(speed)) for speed in near]))])
    if apart(best) > 0.02 * c.peak or apart(best) > 0.2 * apart(1.0):
        return []
    factor = 1 / best if best < 1 else best
    if best < 1:
        text = (
            f"the schedule runs about {factor:.3g} times too slowly: it was laid out for as many "
            f"times the updates of this run, and ends at {c.rates[-1]:.4g} in place of "
            f"{c.meant[-1]:.4g}. Its total should count updates, after accumulation and after the "
            "data is divided among workers."
        )
        return [Finding("clock too slow", text, factor=factor)]
    text = f"the schedule runs about {factor:.3g} times too fast: its total is too small."
    return [Finding("clock too fast", text, factor=factor)]


_EXPLANATIONS: tuple[Callable[[Comparison], list[Finding]], ...] = (
    _never_stepped,
    _scaled,
    _shifted,
    _fast,
    _slow,
    _warmup,
    jumps,
    _rises,
    _stretched,
)
