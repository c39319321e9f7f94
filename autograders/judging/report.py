"""The outcome of grading one exercise: what holds, what does not, and the hints that help."""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass, field, replace
from typing import Any

FULL, PARTIAL, ZERO, UNWRITTEN, UNGRADED = "full", "partial", "zero", "unwritten", "ungraded"
STOPPED = "stopped"


HEADLINES = {
    FULL: "everything holds",
    UNWRITTEN: "not written yet",
    UNGRADED: "not graded, a person must look",
}
LEVELS = ("Where to look", "Why it goes wrong", "Almost how")
WHEN = re.compile(r"(when .+?: )?(.*)", re.DOTALL)
RAISED = re.compile(r"raised (\w+): .* \((line \d+) of your cell\)", re.DOTALL)
WORKED = "A similar function, solved in full:"
FRESH = "Grading uses fresh inputs, so values written out by hand will not pass there."


@dataclass(frozen=True)
class Finding:
    """One property: whether it holds, what speaks against it, and which rule saw that."""

    property: str
    statement: str
    passed: bool
    points: float
    max_points: float
    message: str = ""
    rule: str = ""


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

    `misconception` is the id of the recognised one, or None; `also` that of a second one. `status`
    is "full", "partial", "zero", "unwritten" (still the released stub) or "ungraded" (a fault of
    the grader or the machine: a person must look, and `score` is None); of `check`, also "stopped"
    (by the learner: nothing was judged). `outdated` says why a notebook's newest version was not
    judged, if it was not. `on_public_inputs` marks what `check` found in a learner's notebook, on
    inputs that everybody sees; grading draws fresh ones. `worked` is the source of a similar
    function, where a learner asked for it, and `offer` a sentence that offers it.
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
    outdated: str = ""
    also: str | None = None
    worked: str = field(default="", compare=False)
    offer: str = field(default="", compare=False)

    @property
    def passed(self) -> bool:
        """True at full marks for what the notebook says now."""
        return self.status == FULL and not self.outdated

    def out_of(self, most: float) -> Report:
        """The same result out of other points, as when a course weighs an exercise anew."""
        if most == self.max_score or not self.max_score:
            return self

        def scaled(points: float) -> float:
            return most * (points / self.max_score)

        findings = tuple(
            replace(f, points=scaled(f.points), max_points=scaled(f.max_points))
            for f in self.findings
        )
        score = None if self.score is None else scaled(self.score)
        return replace(self, score=score, max_score=most, findings=findings)

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
        """The report as plain text, with hints up to the level that was asked for."""
        return "\n".join(_lines(self))

    def __repr__(self) -> str:
        return str(self)


def points(value: float | None) -> str:
    """Write a number of points without needless zeros."""
    return "no" if value is None else f"{value:.2f}".rstrip("0").rstrip(".")


def printable(text: str) -> str:
    """A student's text on one line: no NUL, escape sequence or lone surrogate is left in it."""
    return "".join(char if char.isprintable() else " " for char in text)


def ungraded(name: str, unit: str, max_score: float, note: str) -> Report:
    """The report for a fault that is not the student's: never zero and never full marks."""
    return Report(name, unit, None, max_score, UNGRADED, note=note)


def headline(report: Report) -> str:
    """The first line: what was checked, the points, and the verdict in words."""
    if report.status == STOPPED:
        return f"{report.name}: stopped by you"
    words = HEADLINES.get(report.status, "not there yet")
    what = f"{report.name}, your earlier version" if report.outdated else report.name
    return f"{what}: {points(report.score)} of {points(report.max_score)} points, {words}"


def told_once(report: Report) -> list[str]:
    """The message of each finding; where the cause is that of an earlier one, it says only that.

    An exception of one kind from one line is one cause, whatever its words say of the input.
    """
    told: set[tuple[str, ...]] = set()
    messages = []
    for finding in report.findings:
        message = "" if finding.message == report.note else finding.message
        when, said = WHEN.fullmatch(message).groups()  # type: ignore[union-attr]
        raised = RAISED.search(said)
        cause = raised.groups() if raised else (said,)
        if cause in told and not finding.passed and not said.startswith("choose one of"):
            message = f"{when or ''}the same as above"
        elif said:
            told.add(cause)
        messages.append(message)
    return messages


def _lines(report: Report) -> list[str]:
    lines = [report.outdated] if report.outdated else []
    lines.append(headline(report))
    if report.note:
        lines.append(f"  {report.note}")
    if report.status != UNWRITTEN:
        for finding, message in zip(report.findings, told_once(report)):
            mark = "[ok]" if finding.passed else "[no]"
            worth = f"{points(finding.points)}/{points(finding.max_points)}"
            lines.append(f"  {mark} {finding.statement} ({worth})")
            if message:
                lines.append(f"       {message}")
    if report.example:
        lines += ["  For example", f"    {report.example.call}"]
        lines += [f"    expected {report.example.expected}", f"    got      {report.example.got}"]
    shown = report.hints[: max(0, report.hints_shown)]
    for level, hint in zip(LEVELS, shown):
        lines.append(f"  {level}: {hint}")
    if len(shown) < len(report.hints):
        lines.append(f"  More: check({report.name}, hint={len(shown) + 1})")
    if report.offer:
        lines.append(f"  {report.offer}")
    if report.worked:
        lines += [f"  {WORKED}", *(f"    {line}".rstrip() for line in report.worked.splitlines())]
    if report.on_public_inputs and report.passed:
        lines.append(f"  {FRESH}")
    return lines
