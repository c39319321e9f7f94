"""A course's folders as nbgrader lays them out: settings, released notebooks, submissions, seed."""

from __future__ import annotations

import contextlib
import os
import re
import secrets
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path

from nbgrader.coursedir import CourseDirectory
from nbgrader.preprocessors import AssignLatePenalties
from traitlets.config import Config, PyFileConfigLoader

from ..errors import GraderError
from .files import read_regular
from .master import Master, read_master

CONFIG = "nbgrader_config.py"
AUDIT = "audit.jsonl"
MAX_STAMP = 200
STAMP = re.compile(
    r"\d{4}-\d\d-\d\d[ T]\d\d:\d\d(:\d\d([.,]\d{1,9})?)?( ?(UTC|GMT|Z|[+-]\d\d:?(\d\d)?))?",
    re.ASCII,
)
"""A time that leaves nothing to guess: as ISO 8601 has it, and nbgrader with a space and `UTC`."""
SEED_BITS = 128
"""Too many to try them all for the one that draws the few inputs which scores have given away."""
REPOSITORY = Path(__file__).resolve().parents[2] / "course"


LatePenalty = Callable[[str, float, float], float | None]
"""(student, score, seconds late) -> points taken off, or None."""


class CourseError(GraderError):
    """What is missing or unknown in a course folder, in one sentence for the instructor."""


def timestamp_of(folder: Path) -> datetime | None:
    """When a submission was handed in (UTC), or None when nothing readable says so.

    The file is the student's: a link, a pipe or a flood in its place is no time.
    """
    try:
        text = read_regular(folder / "timestamp.txt", MAX_STAMP).decode("utf-8-sig").strip()
        # Not by nbgrader's parser: it takes +01 for a second, and opens files that a zone names.
        if not STAMP.fullmatch(text):
            return None
        when = datetime.fromisoformat(
            re.sub(r" ?(UTC|GMT|Z)$", "Z", re.sub(r" ([+-])", r"\1", text))
        )
        return when.astimezone(UTC).replace(tzinfo=None) if when.tzinfo else when
    except (OSError, ValueError, ArithmeticError):
        return None


def late_penalty(config: Config, course: Path) -> LatePenalty:
    """The late-submission plugin that these settings of nbgrader name, ready to be asked.

    A plugin in the course's folder is found from wherever a command is run. It is asked once about
    a student who does not exist, so that a slip in it stops a class before it is graded and not in
    the middle of it.
    """
    for folder in (str(course), str(course.parent)):
        if folder not in sys.path:
            sys.path.append(folder)
    try:
        assigner = AssignLatePenalties(config=config)
        assigner.init_plugin()
        rule = assigner.plugin_inst.late_submission_penalty
        given = rule("nobody", 10.0, 3600.0)
        if given is not None:
            float(given)
    except Exception as error:
        raise CourseError(
            "expected a late-submission plugin that answers with points or None, and this one"
            f" fails: {type(error).__name__}: {error}; correct it, or the setting"
            f" AssignLatePenalties.plugin_class in {course / CONFIG}"
        ) from None
    return rule


def secret_seed(course: Path) -> int:
    """The course's seed for hidden inputs: drawn once, kept in a file that only its owner reads."""
    path = course / ".grading_seed"
    if not path.exists():
        draft = path.with_name(f"{path.name}.{secrets.token_hex(8)}")
        handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w", encoding="ascii") as file:
            file.write(f"{secrets.randbits(SEED_BITS)}\n")
        # A link is made whole or not at all, so that two graders agree on one seed.
        with contextlib.suppress(FileExistsError):
            os.link(draft, path)
        draft.unlink()
    text = path.read_text(encoding="ascii", errors="replace")
    if not text.strip().isdecimal():
        raise CourseError(
            f"expected a whole number in {path}, got {text[:40]!r}; restore or remove it"
        )
    return int(text)


def released_path(coursedir: CourseDirectory, assignment: str, notebook: str) -> Path:
    """Where a released notebook is; CourseError when there is none."""
    folder = coursedir.format_path(coursedir.release_directory, ".", assignment)
    path = Path(folder) / f"{notebook}.ipynb"
    if not path.exists():
        raise CourseError(
            f"no released notebook {path}; run 'nbgrader generate_assignment {assignment}'"
        )
    return path


class CourseFolder:
    """A course folder with its nbgrader settings.

    It is the one given, or else the first of ./course, the current folder and the repository's.
    """

    def __init__(self, path: str | Path | None = None) -> None:
        places = [Path(path)] if path else [Path("course"), Path(), REPOSITORY]
        found = next((p.resolve() for p in places if (p / CONFIG).is_file()), None)
        if found is None:
            raise CourseError(
                f"no {CONFIG} in {' or '.join(str(p.resolve()) for p in places)}; go to the"
                " repository's folder or give the course's with --course"
            )
        self.config: Config = PyFileConfigLoader(CONFIG, path=str(found)).load_config()
        self.dir = CourseDirectory(config=self.config)
        self.root = Path(self.dir.root)

    def units(self) -> list[str]:
        """The units with a released notebook."""
        return sorted(path.stem for path in self._stage("release", ".").glob("*/*.ipynb"))

    def unit(self, wanted: str) -> str:
        """The one unit with this name or number."""
        known = self.units()
        matches = [
            unit for unit in known if wanted == unit or wanted.zfill(2) == unit.split("_")[0]
        ]
        if len(matches) != 1:
            raise CourseError(
                f"no released unit {wanted!r} in {self.root}; expected a name or number of:"
                f" {', '.join(known) or 'none is released yet'}"
            )
        return matches[0]

    def unit_of(self, path: Path) -> str:
        """The unit that a file is named after: 01_fixed_rate.ipynb, 01_fixed_rate-Copy1.ipynb."""
        matches = [unit for unit in self.units() if path.name.startswith(unit)]
        if len(matches) != 1:
            raise CourseError(
                f"cannot tell which unit {path.name!r} is; expected a name that begins with one of"
                f" {', '.join(self.units())}, or say it with --unit"
            )
        return matches[0]

    def master(self, unit: str) -> Master:
        """The released notebook of a unit."""
        return read_master(released_path(self.dir, unit, unit))

    def students(self, unit: str) -> list[str]:
        """Everyone who handed something in for a unit."""
        folders = self._stage("submitted", "").glob(f"*/{unit}")
        return sorted(path.parent.name for path in folders if path.is_dir())

    def submitted(self, unit: str, student: str) -> Path:
        """The folder of one submission."""
        return Path(self.dir.format_path(self.dir.submitted_directory, student, unit))

    def autograded(self, unit: str, student: str) -> Path:
        """The folder in which nbgrader expects the graded submission."""
        return Path(self.dir.format_path(self.dir.autograded_directory, student, unit))

    def feedback(self, unit: str, student: str) -> Path:
        """Where nbgrader looks for the page that a student gets back."""
        return Path(
            self.dir.format_path(self.dir.feedback_directory, student, unit), f"{unit}.html"
        )

    def folders_of(self, student: str) -> list[Path]:
        """All folders that hold work of a student or come of it."""
        return [self._stage(stage, student) for stage in ("submitted", "autograded", "feedback")]

    def given(self, unit: str) -> Path:
        """The unit's source folder, whose other files nbgrader puts beside each submission."""
        return Path(self.dir.format_path(self.dir.source_directory, ".", unit))

    @cached_property
    def late_penalty(self) -> LatePenalty:
        """How many points the course's late-submission plugin takes off."""
        return late_penalty(self.config, self.root)

    def _stage(self, stage: str, student: str) -> Path:
        directory = getattr(self.dir, f"{stage}_directory")
        return Path(self.dir.format_path(directory, student, ""))
