"""The outcome of grading one exercise: what holds, what does not, and the hints that help."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any

FULL, PARTIAL, ZERO, UNWRITTEN, UNGRADED = "full", "partial", "zero", "unwritten", "ungraded"


@dataclass(frozen=True)
class Finding:
    """One property of an exercise: whether it holds, and what speaks against it."""

    property: str
    statement: str
    passed: bool
    points: float
    max_points: float
    message: str = ""


@dataclass(frozen=True)
class Example:
    """One visible call: the input, what was expected and what came."""

    call: str
    expected: str
    got: str
    curve: tuple[tuple[float, float, float | None], ...] = ()


@dataclass(frozen=True)
class Report:
    """The result for one exercise.

    `misconception` is the id of the recognised one, or None. `status` is "full", "partial", "zero",
    "unwritten" (still the released stub) or "ungraded" (a fault of the grader or the machine: a
    person must look, and `score` is None). `on_public_inputs` marks what `check` found in a
    learner's notebook, on inputs that everybody sees; grading draws fresh ones.
    """

    name: str
    unit: str
    score: float | None
    max_score: float
    status: str
    findings: tuple[Finding, ...] = ()
    misconception: str | None = None
    hints: tuple[str, ...] = ()
    example: Example | None = None
    note: str = ""
    hints_shown: int = field(default=1, compare=False)
    on_public_inputs: bool = field(default=False, compare=False)

    @property
    def passed(self) -> bool:
        """True at full marks."""
        return self.status == FULL

    def to_dict(self) -> dict[str, Any]:
        """Plain data, for JSON."""
        return asdict(self)

    @staticmethod
    def from_dict(data: dict[str, Any]) -> Report:
        """The inverse of `to_dict`."""
        data = dict(data)
        data["findings"] = tuple(Finding(**finding) for finding in data.get("findings", ()))
        data["hints"] = tuple(data.get("hints", ()))
        if data.get("example"):
            curve = tuple(tuple(point) for point in data["example"].get("curve", ()))
            data["example"] = Example(**{**data["example"], "curve": curve})
        return Report(**data)

    def __str__(self) -> str:
        from .card import as_text

        return as_text(self)

    def __repr__(self) -> str:
        return str(self)

    def _repr_html_(self) -> str:
        from .card import as_html

        return as_html(self)

    def _ipython_display_(self) -> None:
        """Show the card; one line on stderr makes stock `nbgrader validate` see what is missing."""
        import sys

        from IPython.display import display

        display({"text/html": self._repr_html_(), "text/plain": str(self)}, raw=True)
        if not self.passed:
            print(f"{self.name}: {points(self.score)} of {points(self.max_score)} points so far",
                  file=sys.stderr)  # fmt: skip


def points(value: float | None) -> str:
    """Write a number of points without needless zeros."""
    return "no" if value is None else f"{value:.2f}".rstrip("0").rstrip(".")


def printable(text: str) -> str:
    """A student's text on one line: no NUL, escape sequence or lone surrogate is left in it."""
    return "".join(char if char.isprintable() else " " for char in text)


def ungraded(name: str, unit: str, max_score: float, note: str) -> Report:
    """The report for a fault that is not the student's: never zero and never full marks."""
    return Report(name, unit, None, max_score, UNGRADED, note=note)
