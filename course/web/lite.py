"""The course in a browser tab: a JupyterLite site whose kernel comes with lrlib and autograders.

The kernel is Pyodide. At its start it loads the packages named in `loadPyodideOptions`: NumPy and
Matplotlib from the Pyodide distribution, and our wheels from the site itself. So the released
notebooks run as they are; no cell installs anything.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path

from jupyterlite_pyodide_kernel.constants import (
    LOAD_PYODIDE_OPTIONS,
    PYODIDE_KERNEL_PLUGIN_ID,
    PYODIDE_VERSION,
    PYPI_WHEELS,
)

from autograders.export.wheel import CannotBuild, build_wheel
from course.lessons import reference, relink

from .units import COURSE, SiteError, Unit

ROOT = COURSE.parent
HERE = Path(__file__).resolve().parent
APPS = ("lab", "notebooks", "tree", "edit")
FROM_PYODIDE = ("numpy", "matplotlib")
# Pure Python, needed by every lesson, and not part of the Pyodide distribution.
FROM_PYPI = ("ipywidgets", "comm")
# What the kernel itself loads from the distribution while it starts.
KERNEL_NEEDS = ("micropip", "packaging", "ipython", "jedi")
# A wheel is loaded by the kernel's worker, which lies this deep below the site's own root.
FROM_WORKER = "../../../../"


def command(*arguments: str, folder: Path, failed: str) -> None:
    """Run one of this environment's tools; its output becomes a SiteError if it fails."""
    done = subprocess.run(
        [sys.executable, "-m", *arguments], cwd=folder, capture_output=True, text=True
    )
    if done.returncode:
        tail = (done.stdout + done.stderr).strip().splitlines()[-15:]
        raise SiteError("\n".join([failed, *("  " + line for line in tail)]))


def our_wheel(into: Path) -> Path:
    """The wheel that holds lrlib, the grader and the units' exercises."""
    try:
        with tempfile.TemporaryDirectory() as folder:
            return Path(shutil.copy(build_wheel(Path(folder)), into))
    except CannotBuild as reason:
        raise SiteError(str(reason)) from reason


def fetch_wheels(into: Path) -> list[Path]:
    """The wheels that the lessons need from PyPI, as locked; downloaded once and then kept."""
    wanted = [f"{name}=={locked(name)}" for name in FROM_PYPI]
    found = [next(into.glob(f"{spec.replace('==', '-')}-*.whl"), None) for spec in wanted]
    if not all(found):
        command(
            *("pip", "download", "--no-deps", "--only-binary", ":all:", "--quiet"),
            *("--dest", str(into), *wanted),
            folder=ROOT,
            failed=f"Downloading {' and '.join(wanted)} did not work; the first build of the site"
            " needs the package index.",
        )
        found = [next(into.glob(f"{spec.replace('==', '-')}-*.whl")) for spec in wanted]
    return [wheel for wheel in found if wheel]


def locked(name: str) -> str:
    """The version of a package in requirements-site.lock."""
    for line in (ROOT / "requirements-site.lock").read_text("utf-8").splitlines():
        if line.startswith(f"{name}=="):
            return line.partition("==")[2].partition(" ")[0]
    raise SiteError(f"requirements-site.lock names no version of {name}; compile it again.")


def closure(packages: dict[str, dict], names: Iterable[str]) -> set[str]:
    """The packages of a Pyodide lock file that these need, with themselves."""
    needed: set[str] = set()
    waiting = list(names)
    while waiting:
        name = re.sub(r"[-_.]+", "-", waiting.pop()).lower()
        if name not in needed:
            needed.add(name)
            waiting += packages[name]["depends"]
    return needed


def unpack(archive: str | Path, folder: str | Path) -> None:
    """Unpack a tar archive into a folder."""
    with tarfile.open(archive) as opened:
        # Python 3.11 has the filter since 3.11.4; Debian 12 comes with 3.11.2.
        if hasattr(tarfile, "data_filter"):
            opened.extractall(folder, filter="data")
        else:
            opened.extractall(folder)


def bundle_pyodide(
    distribution: Path, into: Path, preload: Sequence[str], kernel: Sequence[str] = KERNEL_NEEDS
) -> None:
    """Copy from a Pyodide distribution, a folder or a .tar.bz2, what the course runs on.

    That is the runtime and the wheels that the kernel and `preload` need; a lock file that names
    only these goes with them. A distribution without a wheel that is needed is a SiteError, and so
    is one of another version where there is a kernel: that belongs to one version.
    """
    if not distribution.exists():
        raise SiteError(f"There is no {distribution}, which was given as --pyodide.")
    if distribution.is_file():
        with tempfile.TemporaryDirectory() as unpacked:
            unpack(distribution, unpacked)
            return bundle_pyodide(Path(unpacked), into, preload, kernel)
    lock_file = next(iter(sorted(distribution.rglob("pyodide-lock.json"))), None)
    if lock_file is None:
        raise SiteError(
            f"{distribution} is no Pyodide distribution: it has no pyodide-lock.json. Give the"
            f" path of pyodide-{PYODIDE_VERSION}.tar.bz2 or of the folder unpacked from it."
        )
    home, lock = lock_file.parent, json.loads(lock_file.read_text("utf-8"))
    runtime = home / "pyodide.mjs"
    if kernel and f'"{PYODIDE_VERSION}"' not in runtime.read_text("utf-8"):
        raise SiteError(
            f"{distribution} is not Pyodide {PYODIDE_VERSION}, which this JupyterLite runs on. Give"
            f" the path of pyodide-{PYODIDE_VERSION}.tar.bz2 or of the folder unpacked from it."
        )
    needed = closure(lock["packages"], [*kernel, *preload])
    wheels = {name: lock["packages"][name]["file_name"] for name in sorted(needed)}
    missing = [wheel for wheel in wheels.values() if not (home / wheel).exists()]
    if missing:
        raise SiteError(
            f"{distribution} lacks {', '.join(missing[:3])}{' and others' * (len(missing) > 3)}: it"
            f" is Pyodide's core only. The full distribution, pyodide-{PYODIDE_VERSION}.tar.bz2,"
            " has them."
        )
    into.mkdir(parents=True)
    for path in home.iterdir():
        if path.suffix in {".mjs", ".js", ".wasm", ".zip"} and not path.stem.endswith("-tests"):
            shutil.copy(path, into)
    for wheel in wheels.values():
        shutil.copy(home / wheel, into)
    lock["packages"] = {name: lock["packages"][name] for name in wheels}
    (into / "pyodide-lock.json").write_text(json.dumps(lock), "utf-8")
    return None


def settings(wheels: Iterable[Path], preload: Sequence[str]) -> dict:
    """The site's jupyter-lite.json: its name, and what the kernel loads when it starts."""
    ours = [f"{FROM_WORKER}{PYPI_WHEELS}/{wheel.name}" for wheel in wheels]
    return {
        "jupyter-lite-schema-version": 0,
        "jupyter-config-data": {
            "appName": "Learning rates, live and graded",
            "collaborative": False,
            "litePluginSettings": {
                PYODIDE_KERNEL_PLUGIN_ID: {LOAD_PYODIDE_OPTIONS: {"packages": [*preload, *ours]}}
            },
        },
    }


def build_lite(
    units: Sequence[Unit],
    output: Path,
    cache: Path,
    pyodide: Path | None = None,
    preload: Sequence[str] = FROM_PYODIDE,
) -> None:
    """Build the JupyterLite site of these units in `output`.

    `pyodide` is a distribution to serve in place of the one on Pyodide's content delivery network;
    `preload` names what the kernel loads from it at its start.
    """
    (cache / "wheels").mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as made:
        lite = Path(made)
        (lite / "contents").mkdir()
        if pyodide is not None:
            bundle_pyodide(pyodide, lite / "static" / "pyodide", preload)
        for unit in units:
            notebook = relink(unit.release.read_text("utf-8"))
            (lite / "contents" / unit.release.name).write_text(notebook, "utf-8")
        (lite / "contents" / "pictures").mkdir()
        for name, content in reference(COURSE, lessons=""):
            (lite / "contents" / name).write_bytes(content)
        shutil.copy(HERE / "welcome.md", lite / "contents" / "README.md")
        shutil.copy(HERE / "overrides.json", lite)
        wheels = [our_wheel(lite), *fetch_wheels(cache / "wheels")]
        write = json.dumps
        (lite / "jupyter-lite.json").write_text(write(settings(wheels, preload), indent=1), "utf-8")
        config = {
            "LiteBuildConfig": {
                "contents": ["contents"],
                "output_dir": str(output.resolve()),
                "apps": list(APPS),
                "no_sourcemaps": True,
                "no_unused_shared_packages": False,
            },
            "PipliteAddon": {"piplite_urls": [str(wheel.resolve()) for wheel in wheels]},
        }
        (lite / "jupyter_lite_config.json").write_text(write(config, indent=1), "utf-8")
        command(
            *("jupyterlite_core", "build"), folder=lite, failed="JupyterLite could not be built."
        )
