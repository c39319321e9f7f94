"""The card a learner sees after a check: a report as HTML."""

from __future__ import annotations

import sys
from dataclasses import dataclass, fields
from html import escape

from .report import (
    FRESH,
    LEVELS,
    STOPPED,
    UNWRITTEN,
    WORKED,
    Example,
    Finding,
    Report,
    headline,
    points,
    told_once,
)


@dataclass(frozen=True, repr=False)
class Card(Report):
    """A report that a notebook shows as a card: what `check` returns."""

    @staticmethod
    def of(report: Report) -> Card:
        """The card of a report."""
        return Card(**{each.name: getattr(report, each.name) for each in fields(report)})

    def _repr_html_(self) -> str:
        return as_html(self)

    def _ipython_display_(self) -> None:
        """Show the card; one line on stderr makes stock `nbgrader validate` see what is missing."""
        from IPython.display import display

        display({"text/html": self._repr_html_(), "text/plain": str(self)}, raw=True)
        if not self.passed:
            said = f"{self.name}: {points(self.score)} of {points(self.max_score)} points so far"
            if self.outdated or self.status == STOPPED:
                said = f"{self.name}: the newest version was not judged"
            print(said, file=sys.stderr)


def as_html(report: Report) -> str:
    """The card as HTML: headings, lists and native disclosure buttons, readable without colour."""
    good = report.passed
    colour = "#0072B2" if good else "#B35900"
    parts = [
        f'<section class="lr-card" aria-label="Result of the check of {escape(report.name)}"'
        f' style="border-left:5px solid {colour};padding:.4em .9em;max-width:48em;'
        'line-height:1.45">',
        f"<p><strong>{with_code(report.outdated)}</strong></p>" if report.outdated else "",
        f'<p style="margin:.2em 0"><strong>{"✓" if good else "✗"} {escape(headline(report))}'
        "</strong></p>",
    ]
    if report.note:
        parts.append(f"<p>{with_code(report.note)}</p>")
    if report.status != UNWRITTEN and report.findings:
        parts.append('<ul style="list-style:none;padding-left:0;margin:.4em 0">')
        parts += map(_finding_html, report.findings, told_once(report))
        parts.append("</ul>")
    if report.example:
        parts.append(_example_html(report.example))
    for level, (title, hint) in enumerate(zip(LEVELS, report.hints), start=1):
        is_open = " open" if level <= report.hints_shown else ""
        parts.append(
            f"<details{is_open}><summary>Hint {level}: {title.lower()}</summary>"
            f'<p style="margin:.2em 0 .4em 1.2em">{with_code(hint)}</p></details>'
        )
    if report.offer:
        parts.append(f"<p>{with_code(report.offer)}</p>")
    if report.worked:
        parts.append(
            f"<details open><summary>{WORKED}</summary>"
            f'<pre tabindex="0" aria-label="{WORKED[:-1]}" style="overflow-x:auto">'
            f"<code>{escape(report.worked)}</code></pre></details>"
        )
    if good and report.on_public_inputs:
        parts.append(f"<p><small>{FRESH}</small></p>")
    return "".join([*parts, "</section>"])


def with_code(text: str) -> str:
    """Escaped HTML in which `code` between backticks is <code>; an odd backtick stays one."""
    parts = escape(text).split("`")
    if len(parts) % 2 == 0:
        return "`".join(parts)
    return "".join(f"<code>{part}</code>" if n % 2 else part for n, part in enumerate(parts))


def _finding_html(finding: Finding, message: str) -> str:
    mark, word = ("✓", "holds") if finding.passed else ("✗", "does not hold")
    worth = f"{points(finding.points)}/{points(finding.max_points)}"
    message = f"<br><small>{with_code(message)}</small>" if message else ""
    return (
        f'<li><span role="img" aria-label="{word}">{mark}</span> {with_code(finding.statement)}'
        f" <small>({worth})</small>{message}</li>"
    )


def _example_html(example: Example) -> str:
    rows = "".join(
        f'<tr><th scope="row" style="text-align:left;padding-right:1em">{name}</th>'
        f'<td style="text-align:left"><code>{escape(value)}</code></td></tr>'
        for name, value in (
            ("input", example.call),
            ("expected", example.expected),
            ("got", example.got),
        )
    )
    table = f"<table><caption style='text-align:left'>For example</caption>{rows}</table>"
    return table + _curves_svg(example.curve)


def _curves_svg(curve: tuple[tuple[float, float, float | None], ...]) -> str:
    """Both schedules over t: expected as a solid line, yours dashed."""
    if len(curve) < 2:
        return ""
    width, height, pad = 360, 150, 8
    ends = curve[0][0], curve[-1][0]
    ys = [y for _, want, got in curve for y in (want, got) if y is not None and abs(y) < 1e12]
    low, high = min([0.0, *ys]), max(ys) or 1.0

    def path(which: int) -> str:
        dots = []
        for point in curve:
            y = point[which]
            if y is None or abs(y) >= 1e12:
                continue
            left = pad + (width - 2 * pad) * (point[0] - ends[0]) / ((ends[1] - ends[0]) or 1)
            top = height - pad - (height - 2 * pad) * (y - low) / ((high - low) or 1)
            dots.append(f"{left:.1f},{top:.1f}")
        return " ".join(dots)

    return (
        f'<figure style="margin:.4em 0"><svg viewBox="0 0 {width} {height}" width="{width}"'
        ' role="img" aria-label="The expected schedule, solid, and yours, dashed, over t"'
        ' style="max-width:100%">'
        f'<polyline points="{path(1)}" fill="none" stroke="#0072B2" stroke-width="2"/>'
        f'<polyline points="{path(2)}" fill="none" stroke="#D55E00" stroke-width="2"'
        ' stroke-dasharray="6 4"/></svg>'
        "<figcaption><small>rate over t: expected solid, yours dashed</small></figcaption></figure>"
    )
