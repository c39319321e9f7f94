"""Writes what the lesson pages load to live: scripts, style, the wheel, and Pyodide if given."""

from __future__ import annotations

import hashlib
import json
import shutil
import zipfile
from collections.abc import Sequence
from pathlib import Path

from course.lessons import relink
from lrlib.labs.kit.page import STYLE

from ..lite import PYODIDE_VERSION, bundle_pyodide, our_wheel
from ..units import Unit

HERE = Path(__file__).resolve().parent
SCRIPTS = ("lesson.js", "labs.js", "editor.js", "offline.js", "runtime.js", "worker.js", "desk.py")
NEEDS = ("numpy",)
CDN = f"https://cdn.jsdelivr.net/pyodide/v{PYODIDE_VERSION}/full/"


def write_live(units: Sequence[Unit], output: Path, pyodide: Path | None = None) -> None:
    """Write what lesson pages load into the folder `output`, and Pyodide too if it is given."""
    for name in SCRIPTS:
        shutil.copy(HERE / name, output)
    look = STYLE + (HERE / "live.css").read_text("utf-8")
    (output / "live.css").write_text(look, "utf-8")
    (output / "notebooks").mkdir()
    for unit in units:
        text = relink(unit.release.read_text("utf-8"))
        (output / "notebooks" / unit.release.name).write_text(text, "utf-8")
    shutil.copy(HERE / "sw.js", output.parent)  # a service worker serves what lies below it
    wheel = placed(our_wheel(output))
    if pyodide is not None:
        bundle_pyodide(pyodide, output / "pyodide", NEEDS, kernel=())
    base = CDN if pyodide is None else "pyodide/"
    settings = {"PYODIDE": base, "WHEEL": wheel.relative_to(output).as_posix()}
    lines = (f"export const {name} = {json.dumps(value)};\n" for name, value in settings.items())
    (output / "settings.js").write_text("".join(lines), "utf-8")


def placed(wheel: Path) -> Path:
    """The wheel in a folder named by what is in it, so that no cache gives an old one for it."""
    said = hashlib.sha256()
    with zipfile.ZipFile(wheel) as archive:
        for name in sorted(archive.namelist()):
            said.update(name.encode() + archive.read(name))
    folder = wheel.parent / f"wheel-{said.hexdigest()[:12]}"
    folder.mkdir()
    return wheel.rename(folder / wheel.name)
