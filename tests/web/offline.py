"""Builds the JupyterLite site with a Python of its own: python -m tests.web.offline FOLDER.

Pyodide's runtime comes from npm and the pure-Python packages that its kernel starts with from PyPI.
Neither has NumPy for it, so this kernel starts without NumPy: it shows that the kernel starts, that
our wheels are installed in it and that widgets reach it, and no more than that.
"""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

from course.web.lite import KERNEL_NEEDS, PYODIDE_VERSION, build_lite, closure, unpack
from course.web.units import read_units


def runtime(cache: Path) -> Path:
    """Pyodide's core as its npm package has it, unpacked."""
    home = cache / f"pyodide-{PYODIDE_VERSION}"
    if not home.exists():
        with tempfile.TemporaryDirectory() as folder:
            command = ["npm", "pack", "--silent", f"pyodide@{PYODIDE_VERSION}"]
            subprocess.run(command, cwd=folder, check=True, capture_output=True)
            unpack(next(Path(folder).glob("*.tgz")), folder)
            home.parent.mkdir(parents=True, exist_ok=True)
            (Path(folder) / "package").rename(home)
    return home


def distribution(cache: Path) -> Path:
    """A Pyodide distribution with what a kernel needs to start, packed as the real one is."""
    home = runtime(cache)
    lock_file = home / "pyodide-lock.json"
    lock = json.loads(lock_file.read_text("utf-8"))
    entries = [lock["packages"][name] for name in sorted(closure(lock["packages"], KERNEL_NEEDS))]
    missing = [
        f"{e['name']}=={e['version']}" for e in entries if not (home / e["file_name"]).exists()
    ]
    if missing:
        pip = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--dest", str(home)]
        options = ["--only-binary=:all:", "--python-version=3.14"]
        subprocess.run([*pip, *options, *missing], check=True, capture_output=True)
    for entry in entries:
        # Pyodide packs these wheels anew; those from PyPI have the same content and other hashes.
        entry["sha256"] = hashlib.sha256((home / entry["file_name"]).read_bytes()).hexdigest()
    lock_file.write_text(json.dumps(lock), "utf-8")
    packed = cache / f"{home.name}-without-numpy.tar.bz2"
    with tarfile.open(packed, "w:bz2", compresslevel=1) as archive:
        archive.add(home, arcname="pyodide")
    return packed


def main() -> None:
    """Run the command."""
    output, cache = Path(sys.argv[1]), Path(".site-cache").resolve()
    build_lite(read_units()[:1], output / "lite", cache, distribution(cache), preload=())


if __name__ == "__main__":
    main()
