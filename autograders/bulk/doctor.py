"""Whether this machine is safe to grade on: what is not stops grading, with the command for it."""

from __future__ import annotations

import os
import shlex
import stat
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from ..errors import GraderError
from ..sandbox import Sandbox, SandboxUnavailable
from ..submission.folders import CourseFolder

PRIVATE = (
    "source", "submitted", "autograded", "feedback", "results", "gradebook.db", "audit.jsonl",
    ".grading_seed", "roster.csv",
)  # fmt: skip
"""What in a course's folder no student may read: solutions, others' work, marks, hidden inputs."""
FIRST_ACCOUNT, LAST_ACCOUNT = 1_000, 60_000
YAMA = Path("/proc/sys/kernel/yama/ptrace_scope")


class Unsafe(GraderError):
    """This machine is not safe to grade on; the message says what mends it."""


@dataclass(frozen=True)
class Precaution:
    """One thing that was looked at, and where it is unsafe the command that mends it."""

    said: str
    mend: str = ""

    @property
    def safe(self) -> bool:
        """True when nothing has to be mended."""
        return not self.mend

    def __str__(self) -> str:
        return f"ok      {self.said}" if self.safe else f"UNSAFE  {self.said}\n        {self.mend}"


def examine(course: CourseFolder) -> list[Precaution]:
    """Everything that `doctor` looks at, isolation last."""
    return [*before_grading(course), _isolation(), _yama()]


def before_grading(course: CourseFolder) -> list[Precaution]:
    """What grading looks at first; isolation is refused by the sandbox itself."""
    return [_modes(course), _temporary(Path(tempfile.gettempdir())), _clock(course)]


def refuse_if_unsafe(course: CourseFolder) -> None:
    """Raise `Unsafe` with every finding that is not safe, and what mends it."""
    wrong = [finding for finding in before_grading(course) if not finding.safe]
    if wrong:
        lines = "\n".join(f"{finding.said}; to mend it:\n  {finding.mend}" for finding in wrong)
        raise Unsafe(f"this machine is not safe to grade on:\n{lines}")


def accounts() -> list[str]:
    """The other people who have an account here and can log in."""
    if sys.platform == "win32":
        return []
    import pwd

    return [
        entry.pw_name
        for entry in pwd.getpwall()
        if FIRST_ACCOUNT <= entry.pw_uid < LAST_ACCOUNT
        and entry.pw_uid != os.getuid()
        and not entry.pw_shell.endswith(("nologin", "false"))
    ]


def _modes(course: CourseFolder) -> Precaution:
    others = accounts()
    if not others:
        return Precaution("nobody else has an account on this machine")
    open_to_all = [path for path in _private(course) if _reachable(path)]
    if not open_to_all:
        return Precaution(
            f"no other account can read solutions, submissions or marks in {course.root}"
        )
    names = ", ".join(path.name for path in open_to_all)
    return Precaution(
        f"{len(others)} other accounts of this machine ({', '.join(others[:3])}) can read or change"
        f" {names} in {course.root}",
        f"chmod -R go-rwx {shlex.join(map(str, open_to_all))}",
    )


def _private(course: CourseFolder) -> Iterator[Path]:
    for name in PRIVATE:
        path = course.root / name
        if path.exists():
            yield path


def _reachable(path: Path) -> bool:
    """Whether other accounts get to a path and may do anything with it."""
    above = all(place.stat().st_mode & stat.S_IXOTH for place in path.resolve().parents)
    return above and bool(path.stat().st_mode & stat.S_IRWXO)


def _temporary(folder: Path) -> Precaution:
    mode = folder.stat().st_mode
    if mode & stat.S_IWOTH and not mode & stat.S_ISVTX:
        return Precaution(
            f"anybody may remove what the grader keeps in {folder}",
            f"sudo chmod +t {shlex.quote(str(folder))}",
        )
    return Precaution(f"nobody else may remove what the grader keeps in {folder}")


def _clock(course: CourseFolder) -> Precaution:
    """A clock that is behind what was written here makes late work early."""
    written = [path for path in _private(course) if path.is_file()]
    latest = max((path.stat().st_mtime for path in written), default=0.0)
    if latest > time.time() + 60:
        behind = time.strftime("%Y-%m-%d %H:%M", time.localtime(latest))
        return Precaution(
            f"the clock stands before {behind}, when the course's files were last written",
            "sudo timedatectl set-ntp true",
        )
    return Precaution("the clock is not behind what was written here")


def _isolation() -> Precaution:
    try:
        with Sandbox() as sandbox:
            return Precaution(f"student code runs {sandbox.isolation}")
    except SandboxUnavailable as reason:
        return Precaution(
            str(reason),
            "sudo apt install bubblewrap && sudo sysctl -w user.max_user_namespaces=9999",
        )


def _yama() -> Precaution:
    try:
        scope = YAMA.read_text().strip()
    except OSError:
        scope = ""
    known = {"": "is not there", "0": "lets a process open others of its account"}
    said = known.get(scope, "keeps processes of one account apart")
    return Precaution(f"Yama {said}; the grader closes its own memory in any case")


def report(findings: Iterable[Precaution]) -> tuple[str, bool]:
    """All findings as lines, and whether every one of them is safe."""
    found = list(findings)
    return "\n".join(map(str, found)), all(finding.safe for finding in found)
