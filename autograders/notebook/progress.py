"""A learner's progress, kept in a small file beside the notebooks; grading never reads it."""

from __future__ import annotations

import contextlib
import json
import os
from pathlib import Path
from typing import Any

from ..judging.report import FULL, UNWRITTEN, Report, points

FILE = ".progress.json"


def path() -> Path:
    """Where progress is kept: `LR_COURSE_PROGRESS`, or `.progress.json` in the current folder."""
    return Path(os.environ.get("LR_COURSE_PROGRESS") or FILE)


def load() -> dict[str, Any]:
    """What was recorded so far: for each exercise its best score, maximum and number of checks."""
    try:
        found = json.loads(path().read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def record(report: Report) -> None:
    """Note a check; a folder that cannot be written to is no reason to fail one."""
    known = load()
    entry = known.get(report.name)
    if not isinstance(entry, dict):
        entry = {"unit": report.unit, "best": 0.0, "checks": 0}
    entry["checks"] = int(entry.get("checks", 0)) + 1
    entry["best"] = max(float(entry.get("best", 0.0)), float(report.score or 0.0))
    entry["max"] = report.max_score
    if report.status not in (FULL, UNWRITTEN):
        entry["tries"] = _whole(entry.get("tries")) + 1
    if report.worked:
        entry["opened"] = True
    known[report.name] = entry
    with contextlib.suppress(OSError):
        beside = path().with_name(f"{path().name}.{os.getpid()}")
        beside.write_text(json.dumps(known, indent=1), encoding="utf-8")
        beside.replace(path())


def tries(name: str) -> int:
    """How often an exercise was attempted and was not right."""
    entry = load().get(name)
    return _whole(entry.get("tries")) if isinstance(entry, dict) else 0


class Progress:
    """What you have reached so far, unit by unit, and what comes next: shown as a table.

    Read from the file in which `check` keeps the best score of each exercise, and whether its
    worked sibling was opened, which costs nothing. Written conclusions are not in it; a person
    reads them.
    """

    def __init__(self) -> None:
        from ..declare.catalogue import catalogue

        done = load()
        self.units: dict[str, tuple[float, float]] = {}
        self.open: dict[str, list[str]] = {}
        self.worked: list[str] = []
        for name, item in catalogue().items():
            best, most = self.units.get(item.unit, (0.0, 0.0))
            mine = _best(done.get(name), item.points)
            self.units[item.unit] = (best + mine, most + item.points)
            missing = self.open.setdefault(item.unit, [])
            if mine < item.points:
                missing.append(name)
            if isinstance(done.get(name), dict) and done[name].get("opened"):
                self.worked.append(name)

    @property
    def next(self) -> str:
        """What comes next, in a sentence: the first unit that is begun or untouched."""
        unit = next((unit for unit, names in self.open.items() if names), None)
        if unit is None:
            return "Everything that a check can see is done."
        names = self.open[unit]
        rest = f" and {len(names) - 4} more" if len(names) > 4 else ""
        begun = "go on with" if self.units[unit][0] else "open"
        return f"Next: {begun} {unit}.ipynb; still open there: {', '.join(names[:4])}{rest}."

    @property
    def total(self) -> tuple[float, float]:
        """The points so far, and the most there are."""
        reached, most = zip(*self.units.values()) if self.units else ((), ())
        return sum(reached), sum(most)

    @property
    def _opened(self) -> str:
        """For which functions the worked sibling was opened, in a sentence; or ""."""
        names = ", ".join(self.worked)
        return f"With a look at a worked sibling: {names}." if names else ""

    def _rows(self) -> list[tuple[str, str, float, float]]:
        """Unit, state in a word, points and maximum."""
        return [
            (unit, "done" if best >= most else "begun" if best else "not begun", best, most)
            for unit, (best, most) in self.units.items()
        ]

    def __repr__(self) -> str:
        width = max(map(len, self.units), default=0)
        best, most = self.total
        lines = [
            f"{unit:<{width}}  {'#' * round(20 * best / most):<20}  "
            f"{points(best)} of {points(most)}  {state}"
            for unit, state, best, most in self._rows()
        ]
        lines.append(f"Together {points(best)} of {points(most)} points.")
        return "\n".join([*lines, *filter(None, [self._opened, self.next])])

    def _repr_html_(self) -> str:
        left = "text-align:left;padding:.15em .9em .15em 0"
        rows = "".join(
            f'<tr><th scope="row" style="{left};font-weight:normal">{unit}</th>'
            f'<td style="{left}"><progress value="{best:g}" max="{most:g}"'
            f' aria-label="{unit}"></progress></td>'
            f'<td style="{left}">{points(best)} of {points(most)}</td>'
            f'<td style="{left}">{"✓ " if state == "done" else ""}{state}</td></tr>'
            for unit, state, best, most in self._rows()
        )
        head = "".join(
            f'<th scope="col" style="{left}">{title}</th>'
            for title in ("unit", "so far", "points", "state")
        )
        best, most = self.total
        return (
            '<section aria-label="Your progress"><table>'
            '<caption style="text-align:left"><strong>Your progress</strong>: '
            f"{points(best)} of {points(most)} points that checks give</caption>"
            f"<thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"
            f"<p>{self._opened}</p><p><strong>{self.next}</strong></p></section>"
        )


def _whole(value: Any) -> int:
    return value if type(value) is int and value > 0 else 0


def _best(entry: Any, most: float) -> float:
    """The best score in an entry, whatever a damaged file may hold, and never above the maximum."""
    try:
        best = float(entry["best"])
    except (TypeError, KeyError, ValueError):
        return 0.0
    return min(max(best, 0.0), most) if best == best else 0.0
