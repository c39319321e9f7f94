"""The audit of a trace, in words and as a picture."""

from __future__ import annotations

import html
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from lrlib.bridge.audit.clock import Setting, clock_findings
from lrlib.bridge.audit.loss import loss_findings
from lrlib.bridge.audit.trace import Finding, Floats, Trace
from lrlib.bridge.needed import schedules_for
from lrlib.schedules import Schedule
from lrlib.style import svg_dash, theme


def audit(
    trace: Trace, schedule: Schedule | Sequence[Schedule], setting: Setting | None = None
) -> Report:
    """Compare a trace with what was meant, and read its losses.

    Args:
        trace: What a run did: from `watch`, from `read_log`, or `Trace.of(t, rates, losses)`.
        schedule: What was meant: one schedule, or one for each parameter group.
        setting: What is known of the run, to put the right name on a factor.

    >>> from lrlib import StepDecay
    >>> plan = StepDecay(lr0=0.1, gamma=0.5, every=10)
    >>> t = np.arange(40)
    >>> print(audit(Trace.of(t, plan(4 * t)), plan, Setting(accumulate=4)))
    1 thing is not as it was meant.
    - ahead by accumulation: the schedule runs 4 times too fast, the batches to an update: step it \
once for each optimizer.step().
    >>> print(audit(Trace.of(t, plan(t)), plan))
    The rate is what was meant at all 40 updates that were seen.
    """
    schedules = schedules_for(trace.rates.shape[1], schedule)
    findings: dict[Finding, list[int]] = {}
    for index, one in enumerate(schedules):
        for finding in clock_findings(trace.group(index), one, setting or Setting()):
            findings.setdefault(finding, []).append(index)
    named = []
    for finding, groups in findings.items():
        where = "" if len(groups) == len(schedules) else f"group {', '.join(map(str, groups))}: "
        named.append(Finding(finding.kind, where + finding.text, finding.at, finding.factor))
    return Report(tuple(named + loss_findings(trace)), trace, schedules)


@dataclass(frozen=True, eq=False)
class Report:
    """What an audit found.

    Attributes:
        findings: In words, each with its kind; empty if all is as it was meant.
        trace: What was seen.
        schedules: What was meant, for each parameter group.
    """

    findings: tuple[Finding, ...]
    trace: Trace
    schedules: tuple[Schedule, ...]

    @property
    def kinds(self) -> tuple[str, ...]:
        """The names of what was found."""
        return tuple(finding.kind for finding in self.findings)

    def __str__(self) -> str:
        if not self.findings:
            n = len(self.trace.t)
            return f"The rate is what was meant at all {n:,} updates that were seen."
        count = len(self.findings)
        head = f"{count} thing{' is' if count == 1 else 's are'} not as "
        lines = [head + ("it was meant." if count == 1 else "they were meant.")]
        return "\n".join([*lines, *(f"- {finding}" for finding in self.findings)])

    def picture(self, dark: bool = False) -> str:
        """The rate as it was and as it was meant, and the loss, as the text of an SVG."""
        return _picture(self, dark)

    def save(self, path: str | Path) -> None:
        """Write the picture to an `.svg` file."""
        Path(path).write_text(self.picture() + "\n", encoding="utf-8")

    def _repr_html_(self) -> str:
        return f"<pre>{html.escape(str(self))}</pre>{self.picture()}"


WIDTH, HEIGHT, LEFT, TOP = 640, 170, 74, 30
POINTS = 400
"""Points of a line at most: more cannot be told apart."""


def _picture(report: Report, dark: bool) -> str:
    trace, look = report.trace, theme(dark)
    meant = [np.asarray(s(trace.t)) for s in report.schedules]
    seen = list(trace.rates.T)
    lines = [(rates, 2 * i, f"rate{_group(i, seen)}, as it was") for i, rates in enumerate(seen)]
    lines += [
        (rates, 2 * i + 1, f"rate{_group(i, seen)}, as meant") for i, rates in enumerate(meant)
    ]
    panels = [(lines, "rate")]
    if trace.losses is not None and np.isfinite(trace.losses).any():
        panels.append(([(trace.losses, 0, "loss")], "loss"))
    total = len(panels) * (HEIGHT + 60) + TOP
    alt = html.escape(str(report).replace("\n", " "))
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {total}" role="img" '
        f'aria-label="{alt}" font-family="sans-serif" font-size="12" fill="{look.text}">',
        f'<rect width="{WIDTH}" height="{total}" fill="{look.background}"/>',
    ]
    marks = sorted({finding.at for finding in report.findings if finding.at > trace.t[0]})
    for row, (drawn, name) in enumerate(panels):
        parts += _panel(drawn, name, trace.t, TOP + row * (HEIGHT + 60), marks, look)
    return "\n".join([*parts, "</svg>"])


def _group(index: int, seen: list[Floats]) -> str:
    return "" if len(seen) == 1 else f" of group {index}"


def _panel(lines, name, t, top, marks, look) -> list[str]:  # type: ignore[no-untyped-def]
    """One plot: axes with their ends, a line for each series, a mark where a finding begins."""
    values = np.concatenate([line[np.isfinite(line)] for line, _, _ in lines])
    low, high = min(0.0, float(values.min())), float(values.max())
    high = high if high > low else low + 1.0
    right, bottom = WIDTH - 20, top + HEIGHT

    def x(count):  # type: ignore[no-untyped-def]
        return LEFT + (count - t[0]) / max(t[-1] - t[0], 1) * (right - LEFT)

    def y(value):  # type: ignore[no-untyped-def]
        return bottom - (value - low) / (high - low) * HEIGHT

    parts = [
        f'<rect x="{LEFT}" y="{top}" width="{right - LEFT}" height="{HEIGHT}" fill="none" '
        f'stroke="{look.grid}"/>',
        f'<text x="{LEFT - 6}" y="{top + 10}" text-anchor="end">{high:.3g}</text>',
        f'<text x="{LEFT - 6}" y="{bottom}" text-anchor="end">{low:.3g}</text>',
        f'<text x="{LEFT}" y="{bottom + 16}">{t[0]}</text>',
        f'<text x="{right}" y="{bottom + 16}" text-anchor="end">{t[-1]}</text>',
        f'<text x="{(LEFT + right) / 2}" y="{bottom + 16}" text-anchor="middle">update</text>',
        f'<text x="14" y="{(top + bottom) / 2}" text-anchor="middle" '
        f'transform="rotate(-90 14 {(top + bottom) / 2})">{name}</text>',
    ]
    for at in marks:
        parts.append(
            f'<line x1="{x(at):.1f}" x2="{x(at):.1f}" y1="{top}" y2="{bottom}" '
            f'stroke="{look.bad}" stroke-dasharray="2 3"/>'
        )
    start = LEFT
    for line, index, label in lines:
        colour = look.series[index % len(look.series)]
        keep = np.unique(np.linspace(0, len(t) - 1, POINTS).astype(int))
        keep = keep[np.isfinite(line[keep])]
        points = " ".join(f"{x(t[i]):.1f},{y(line[i]):.1f}" for i in keep)
        dash = svg_dash(index)
        parts.append(
            f'<polyline points="{points}" fill="none" stroke="{colour}" stroke-width="1.8" '
            f'stroke-dasharray="{dash}"/>'
        )
        parts.append(
            f'<line x1="{start}" x2="{start + 24}" y1="{top - 8}" y2="{top - 8}" '
            f'stroke="{colour}" stroke-width="1.8" stroke-dasharray="{dash}"/>'
            f'<text x="{start + 30}" y="{top - 4}">{html.escape(label)}</text>'
        )
        start += 150
    return parts
