"""Points in a GitHub workflow: the workflow itself, and the report that it makes of a check.

GitHub Classroom reads the points from an annotation called "Autograding report" in a workflow
called "Autograding Tests". Classroom has been retired; the annotation, the job's summary, its
output `result` and its exit code stay readable for people and for successors.
Source: `classroom-resources/autograding-grading-reporter`, README and source (read in 2026).
"""

from __future__ import annotations

import base64
import json
import os
import re
import secrets
from collections.abc import Iterable
from importlib.resources import files
from pathlib import Path
from typing import Any

from ..judging.report import FULL, Report, points
from ..submission.folders import CourseError
from ..submission.grading import Graded

ORIGIN = re.compile(r"[\w.-]+/[\w.-]+")


def write(unit: str, repository: str | None, output: Path | None) -> list[str]:
    """Write the workflow of a unit; what the instructor should know, in sentences."""
    if not repository or not ORIGIN.fullmatch(repository):
        raise CourseError(
            "expected --course-repository OWNER/NAME, the repository in which the workflow finds"
            f" this course, got {repository!r}"
        )
    template = (files(__package__) / "templates" / "classroom.yml").read_text(encoding="utf-8")
    text = template.replace("COURSE_REPOSITORY", repository).replace("UNIT", unit)
    if output is None:
        print(text, end="")
    else:
        output.parent.mkdir(parents=True, exist_ok=True)
        output.write_text(text, encoding="utf-8")
    return [
        "students can change a workflow in their own repository: take its points as practice, and"
        " grade what counts with 'python -m autograders grade'"
    ]


def report(graded: Graded) -> None:
    """Show a graded notebook in a workflow: cards, annotations, a summary and an output.

    What GitHub would take for a command inside a card (a line that a student made begin with
    `::`) is only shown: commands are off while cards are printed. A fault of the grader reports no
    points at all, not 0.
    """
    reports = list(graded.reports.values())
    token = secrets.token_hex(16)
    print(f"::stop-commands::{token}")
    for one in reports:
        print(str(one), end="\n\n")
    for note in graded.notes:
        print(f"note: {note}")
    print(f"::{token}::")
    _append("GITHUB_STEP_SUMMARY", _table(graded, reports))
    if graded.score is None:
        print("::error title=Not graded::The grader failed; no points were given, run it again")
        return
    total, most = points(graded.score), points(graded.max_score)
    print(f"::notice title=Autograding complete::Points {total}/{most}")
    summary = {"totalPoints": graded.score, "maxPoints": graded.max_score}
    print(f"::notice title=Autograding report::{json.dumps(summary)}")
    encoded = base64.b64encode(json.dumps(result(graded)).encode()).decode()
    _append("GITHUB_OUTPUT", f"result={encoded}\n")


def result(graded: Graded) -> dict[str, Any]:
    """What a runner of Classroom hands to its reporter: one test for each exercise."""
    reports = list(graded.reports.values())
    passed = all(report.status == FULL for report in reports)
    return {
        "version": 1,
        "status": "pass" if passed else "fail",
        "max_score": graded.max_score,
        "tests": [_test(one) for one in reports],
    }


def _test(one: Report) -> dict[str, Any]:
    return {
        "name": one.name,
        "status": "pass" if one.status == FULL else "fail",
        "score": one.score,
        "max_score": one.max_score,
        "message": None if one.status == FULL else str(one),
        "test_code": f"check({one.name})",
        "filename": "",
        "line_no": 0,
    }


def _table(graded: Graded, reports: Iterable[Report]) -> str:
    """The points as a Markdown table; names come from the course, never from a student."""
    rows = [f"| {r.name} | {points(r.score)} | {points(r.max_score)} |" for r in reports]
    total = f"| **{graded.unit}** | **{points(graded.score)}** | **{points(graded.max_score)}** |"
    return "\n".join(["| exercise | points | of |", "|---|---:|---:|", *rows, total, ""])


def _append(variable: str, text: str) -> None:
    """Add to the file that GitHub names in a variable; outside a workflow there is none."""
    path = os.environ.get(variable)
    if path:
        with Path(path).open("a", encoding="utf-8") as file:
            file.write(text)
