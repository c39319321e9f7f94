"""Runs what a page of the documentation says, in a copy of the repository."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import sysconfig
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
BLOCK = re.compile(r"^```(\w+)(?: (\S+))?\n(.*?)^```$", re.MULTILINE | re.DOTALL)
Blocks = list[tuple[str, str, str]]


def blocks(page: str, language: str = "") -> Blocks:
    """A page's code blocks as (language, the word after it, text); all, or those of a language."""
    found = BLOCK.findall((ROOT / page).read_text("utf-8"))
    return [block for block in found if language in ("", block[0])]


def copy_of_the_repository(target: Path) -> Path:
    """What git tracks, or would, in a folder of its own."""
    git = ["git", "-c", "safe.directory=*", "ls-files", "-z", "--cached", "--others"]
    listed = subprocess.run(
        [*git, "--exclude-standard"], cwd=ROOT, capture_output=True, check=True, text=True
    ).stdout.split("\0")
    for name in filter(None, listed):
        if (ROOT / name).is_file():
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, target / name)
    return target


def environment(root: Path) -> Path:
    """A `.venv` for a copy: its own packages first, then what the tests' environment has."""
    folder = root / ".venv"
    venv.create(folder, symlinks=True)
    [site] = folder.glob("lib/*/site-packages")
    # The copy comes before the repository, to which the tests' environment points.
    (site / "copy.pth").write_text(f"{root}\n", "utf-8")
    shared = f"import site; site.addsitedir({sysconfig.get_path('purelib')!r})\n"
    (site / "shared.pth").write_text(shared, "utf-8")
    return folder


def run(command: str, cwd: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run a line of a page in a shell; it has to succeed."""
    variables |= {"JUPYTER_CONFIG_DIR": str(cwd / ".jupyter"), "PYTHONDONTWRITEBYTECODE": "1"}
    # Programs and templates that nbgrader looks for by name are not in a copy's environment.
    variables["JUPYTER_PATH"] = str(Path(sys.prefix) / "share" / "jupyter")
    path = variables.get("PATH", os.environ["PATH"])
    variables["PATH"] = os.pathsep.join([path, str(Path(sys.executable).parent)])
    done = subprocess.run(
        command,
        shell=True,
        cwd=cwd,
        env={**os.environ, **variables},
        capture_output=True,
        text=True,
        timeout=600,
    )
    assert done.returncode == 0, f"$ {command}\n{done.stdout[-3000:]}\n{done.stderr[-3000:]}"
    return done


def in_a_fresh_python(code: str, cwd: Path, *options: str, **variables: str) -> str:
    """What a piece of code prints in a Python of its own."""
    done = subprocess.run(
        [sys.executable, *options, "-c", code],
        cwd=cwd,
        env={**os.environ, **variables},
        capture_output=True,
        text=True,
        timeout=600,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return done.stdout
