"""The wheel that the site serves: it installs alone, and needs nothing that a browser tab lacks."""

import os
import subprocess
import sys
import venv
from pathlib import Path

import pytest

from tests.web.conftest import ROOT

CHECK = """
import numpy as np
from autograders import check

def step_towards(x, target, share):
    return x + share * (target - x)

report = check(step_towards)
print(report.score, "of", report.max_score)
"""
# What Pyodide has no way to do: these modules are missing there, and these calls fail.
BROWSER = """
import importlib.metadata, os, subprocess, sys, threading
import ipywidgets, matplotlib.pyplot, numpy

def refuse(*arguments, **options):
    raise OSError("not in a browser")

sys.platform = "emscripten"
for name in ("fcntl", "pwd", "resource", "termios", "multiprocessing", "grp", "syslog"):
    for loaded in [loaded for loaded in sys.modules if loaded.partition(".")[0] == name]:
        del sys.modules[loaded]
    sys.modules[name] = None
os.fork = subprocess.Popen = threading.Thread.start = refuse
"""
LABS = """
from lrlib import labs
for name in labs.__all__:
    lab = getattr(labs, name)()
    pictures = {lab.svg}
    for _, values in lab.presets or [("", {"lr": 0.5})]:
        lab.set(**values)
        pictures.add(lab.svg)
    assert len(pictures) > 1, name
    print(name, len(lab.svg))
"""


@pytest.fixture(scope="module")
def wheel(site):
    """The wheel of lrlib and autograders."""
    return next((site / "lite" / "pypi").glob("learning_rate_course-*.whl"))


def run(python, code, folder, **variables):
    """What a piece of Python prints, run in an empty folder."""
    environment = os.environ | {"LR_COURSE_PROGRESS": str(folder / "progress.json")} | variables
    done = subprocess.run(
        [str(python), "-P", "-c", code], cwd=folder, capture_output=True, text=True, env=environment
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_the_wheel_installs_in_a_fresh_environment_and_checks_an_answer(wheel, tmp_path):
    venv.create(tmp_path / "fresh", with_pip=True)
    python = tmp_path / "fresh" / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    pip = [python, "-m", "pip", "install", "--quiet", "-c", ROOT / "requirements.lock", wheel]
    done = subprocess.run(list(map(str, pip)), capture_output=True, text=True)
    if "No matching distribution" in done.stderr or "ConnectionError" in done.stderr:
        pytest.skip(f"the package index cannot be reached: {done.stderr}")
    assert done.returncode == 0, done.stderr
    assert run(python, CHECK, tmp_path) == "4.0 of 4.0\n"
    listed = [str(python), "-m", "pip", "list", "--format=freeze"]
    packages = subprocess.run(listed, capture_output=True, text=True, check=True).stdout
    names = {line.partition("==")[0].lower() for line in packages.splitlines()}
    assert names - {"pip", "setuptools"} == {"learning-rate-course", "numpy"}


@pytest.fixture(scope="module")
def unpacked(wheel, tmp_path_factory):
    """The wheel's content in a folder, to be imported in place of the repository's."""
    folder = tmp_path_factory.mktemp("unpacked")
    options = ["--quiet", "--no-deps", "--no-index", "--target", str(folder)]
    command = [sys.executable, "-m", "pip", "install", *options, str(wheel)]
    subprocess.run(command, check=True, capture_output=True)
    return folder


@pytest.mark.parametrize("part", [CHECK, LABS], ids=["check", "labs"])
def test_checks_and_labs_run_without_processes_and_threads(unpacked, tmp_path, part):
    where = "import lrlib, autograders; print(lrlib.__file__); print(autograders.__file__)\n"
    said = run(sys.executable, BROWSER + where + part, tmp_path, PYTHONPATH=str(unpacked))
    lines = said.splitlines()
    assert all(Path(line).is_relative_to(unpacked) for line in lines[:2]), lines[:2]
    assert lines[2:] == ["4.0 of 4.0"] if part is CHECK else len(lines[2:]) > 12
