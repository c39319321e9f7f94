"""The wheel of this repository, built offline: what Gradescope and the browser install."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

from ..errors import GraderError

REPOSITORY = Path(__file__).resolve().parents[2]
PARTS = (
    "pyproject.toml",
    "README.md",
    "LICENSE",
    "LICENSE-CONTENT",
    "lrlib",
    "autograders",
    "course",
)


class CannotBuild(GraderError, RuntimeError):
    """The zip cannot be built here; the message says what is missing."""


def _not_in_a_wheel(folder: str, names: list[str]) -> set[str]:
    """What a copy leaves behind: of the course what no learner imports, and what was handed in."""
    left = {name for name in names if name == "__pycache__" or name.endswith(".egg-info")}
    if Path(folder) == REPOSITORY / "course":
        left |= set(names) - {"__init__.py", "units", "shared", "review"}
    return left


def build_wheel(folder: Path) -> Path:
    """Build the wheel of both packages and the course's units from a copy of this repository."""
    missing = [name for name in (*PARTS, "requirements.lock") if not (REPOSITORY / name).exists()]
    if missing:
        raise CannotBuild(
            f"expected the course's repository around {REPOSITORY}, and {', '.join(missing)} is"
            " not there; run this from a clone of the course, not from an installed package"
        )
    source = folder / "source"
    source.mkdir()
    for path in (*(REPOSITORY / name for name in PARTS), *REPOSITORY.glob("requirements*.txt")):
        if path.is_dir():
            shutil.copytree(path, source / path.name, ignore=_not_in_a_wheel)
        else:
            shutil.copy(path, source)
    done = subprocess.run(
        [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-index",
         "--no-build-isolation", "--wheel-dir", str(folder), str(source)],
        env={**os.environ, "SOURCE_DATE_EPOCH": "315532800"},
        capture_output=True,
        text=True,
    )  # fmt: skip
    if done.returncode != 0:
        raise CannotBuild(f"the wheel could not be built:\n{done.stderr.strip()[-2000:]}")
    return next(folder.glob("*.whl"))


# In the container
