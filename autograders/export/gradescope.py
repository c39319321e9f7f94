"""The grader in Gradescope's container: builds its zip, grades there, writes `results.json`.

Gradescope unpacks the zip into /autograder/source, runs setup.sh once and run_autograder for each
submission, and reads /autograder/results/results.json.
Source: Gradescope, "Autograder Specifications" (gradescope-autograders.readthedocs.io, 2026).
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import secrets
import sys
import tempfile
import time
import zipfile
from collections.abc import Sequence
from dataclasses import replace
from importlib.resources import files
from pathlib import Path
from typing import Any

from ..errors import GraderError
from ..judging.report import FULL, Report, points
from ..reader import BoundReached, read_submission
from ..sandbox import Sandbox, SandboxLevel, SandboxUnavailable
from ..submission.files import Refused, find_notebook, read_regular
from ..submission.grading import GRADED, Graded, grade_submission
from ..submission.intake import Submission
from ..submission.master import Master, read_master
from .wheel import REPOSITORY, build_wheel

HONEST = (
    "its container usually refuses namespaces; student code is then kept apart by a process and a"
    " user of its own, a system-call filter, limits and Landlock, whatever of these there is; it"
    " is tried whether it could change its grade, and if so nothing is graded; each result records"
    " what was obtained, and run_autograder says how to insist on more"
)
EPOCH = (1980, 1, 1, 0, 0, 0)
TOO_WEAK = 3
"""The exit code where student code could have changed its grade: run_autograder tries as root."""
PLAIN_FILE, EXECUTABLE = 0o100644, 0o100755
REQUIREMENTS = """\
# What the grader imports, at the versions that the course was tested with.
-c constraints.txt
numpy
matplotlib
"""


def build(released: Path, output: Path) -> None:
    """Write the autograder zip of one unit: scripts, requirements, our wheel, the master.

    Nothing is downloaded, and equal sources give equal bytes. The course's secret seed stays out.
    """
    template = files(__package__) / "templates"
    with tempfile.TemporaryDirectory() as folder:
        wheel = build_wheel(Path(folder))
        lock = (REPOSITORY / "requirements.lock").read_bytes()
        members = {
            "setup.sh": (EXECUTABLE, (template / "setup.sh").read_bytes()),
            "run_autograder": (EXECUTABLE, (template / "run_autograder").read_bytes()),
            "requirements.txt": (PLAIN_FILE, REQUIREMENTS.encode()),
            "constraints.txt": (PLAIN_FILE, lock),
            f"wheels/{wheel.name}": (PLAIN_FILE, wheel.read_bytes()),
            f"released/{released.name}": (PLAIN_FILE, released.read_bytes()),
        }
    with zipfile.ZipFile(output, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, (mode, data) in members.items():
            about = zipfile.ZipInfo(name, EPOCH)
            about.external_attr = mode << 16
            about.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(about, data)


class NotGraded(GraderError, RuntimeError):
    """A fault of the grader or the machine: Gradescope must show a failure, not a score."""


def grade_folder(
    folder: Path, master: Master, sandbox: Sandbox, seed: int | None = None
) -> dict[str, Any]:
    """Grade what lies in a submission's folder; the content of `results.json`.

    The seed of the hidden inputs is a fresh one each time: student code that can read the
    container's files finds none. A file that cannot be read earns nothing and is told why: on
    Gradescope its owner sees that at once and hands in again.
    """
    seed = secrets.randbits(32) if seed is None else seed
    before = time.monotonic()
    try:
        submission = _read(folder, master)
    except BoundReached as reason:
        raise NotGraded(f"a person must look: {reason}") from None
    except (Refused, OSError) as reason:
        reports = [_refused(name, master.unit, test.points) for name, test in master.tests.items()]
        return results_of(reports, output=f"Your submission could not be read: {reason}.")
    graded = grade_submission(submission, master.unit, sandbox, seed)
    if graded.status != GRADED:
        raise NotGraded("; ".join(graded.faults) or "an exercise could not be graded")
    return results(graded, seed, time.monotonic() - before, written=written_points(master))


def results(graded: Graded, seed: int, seconds: float, *, written: float = 0.0) -> dict[str, Any]:
    """What Gradescope shows and keeps of a graded submission."""
    told = [f"note: {note}" for note in graded.notes]
    if written:
        told.append(f"{points(written)} more points are given by a person, for the written answer.")
    if graded.level is not SandboxLevel.ISOLATED:
        told.append(f"Graded {graded.isolation}.")
    extra = {
        "unit": graded.unit,
        "submission": graded.digest,
        "seed": seed,
        "isolation": graded.level.name.lower(),
        "isolation_means": graded.isolation,
        "user": getattr(os, "getuid", int)(),
        "verdicts": {name: report.status for name, report in graded.reports.items()},
        "misconceptions": {
            name: report.misconception
            for name, report in graded.reports.items()
            if report.misconception
        },
    }
    return results_of(
        graded.reports.values(), output="\n".join(told), seconds=seconds, extra_data=extra
    )


def results_of(
    reports: Any, *, output: str, seconds: float = 0.0, extra_data: dict[str, Any] | None = None
) -> dict[str, Any]:
    """The documented form: one test for each exercise, its card as plain text."""
    return {
        "execution_time": round(seconds, 2),
        "output": output,
        "output_format": "text",
        "visibility": "visible",
        "stdout_visibility": "hidden",
        "extra_data": extra_data or {},
        "tests": [_test(number, report) for number, report in enumerate(reports, 1)],
    }


def _test(number: int, report: Report) -> dict[str, Any]:
    return {
        "name": report.name,
        "number": str(number),
        "score": report.score,
        "max_score": report.max_score,
        "status": "passed" if report.status == FULL else "failed",
        "output": str(replace(report, hints_shown=2)),
        "output_format": "text",
        "visibility": "visible",
    }


def _refused(name: str, unit: str, worth: float) -> Report:
    return Report(name, unit, 0.0, worth, "zero", note="the notebook could not be read")


def _read(folder: Path, master: Master) -> Submission:
    path, odd = find_notebook(folder, master.unit)
    submission = read_submission(read_regular(path), master)
    return Submission(submission.unit, submission.placed, (*odd, *submission.notes))


def written_points(master: Master) -> float:
    """The points that a person gives for written answers."""
    return sum(cell.points for cell in master.cells if cell.role == "written")


def main(argv: Sequence[str] | None = None) -> int:
    """Grade one submission as run_autograder asks; the JSON goes to the standard output."""
    parser = argparse.ArgumentParser(prog="python -m autograders.export.gradescope")
    parser.add_argument("released", type=Path, help="the folder with the released notebook")
    parser.add_argument("submission", type=Path, help="the folder with the student's files")
    parser.add_argument("--allow-process", action="store_true", help="go on without isolation")
    options = parser.parse_args(argv)
    [path] = options.released.glob("*.ipynb")
    # Nothing that ends up in the results is imported after student code has run.
    with contextlib.redirect_stdout(sys.stderr), Sandbox(
        allow_process=options.allow_process
    ) as sandbox:  # fmt: skip
        try:
            found = grade_folder(options.submission, read_master(path), sandbox)
            print(f"student code ran {sandbox.isolation}", file=sys.stderr)
        except SandboxUnavailable as fault:
            print(f"not graded: {fault}", file=sys.stderr)
            return TOO_WEAK
        except NotGraded as fault:
            print(f"not graded: {fault}", file=sys.stderr)
            return 2
    print(json.dumps(found, indent=1))
    return 0


if __name__ == "__main__":
    sys.exit(main())
