"""Writes what the lesson pages load to live: scripts, style, the wheel, and Pyodide if given."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

from lrlib.labs.kit.page import STYLE

from ..lite import PYODIDE_VERSION, build_wheel, bundle_pyodide

HERE = Path(__file__).resolve().parent
SCRIPTS = ("runtime.js", "labs.js", "worker.js", "desk.py")
NEEDS = ("numpy",)
CDN = f"https://cdn.jsdelivr.net/pyodide/v{PYODIDE_VERSION}/full/"


def write_live(output: Path, pyodide: Path | None = None) -> None:
    """Write what lesson pages load into the folder `output`, and Pyodide too if it is given."""
    for name in SCRIPTS:
        shutil.copy(HERE / name, output)
    look = STYLE + (HERE / "live.css").read_text("utf-8")
    (output / "live.css").write_text(look, "utf-8")
    wheel = build_wheel(output)
    if pyodide is not None:
        bundle_pyodide(pyodide, output / "pyodide", NEEDS, kernel=())
    base = CDN if pyodide is None else "pyodide/"
    settings = {"PYODIDE": base, "WHEEL": wheel.name}
    lines = (f"export const {name} = {json.dumps(value)};\n" for name, value in settings.items())
    (output / "settings.js").write_text("".join(lines), "utf-8")
