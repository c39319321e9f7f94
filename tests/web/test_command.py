"""`start.py site` says what is in the way, in a sentence, before it has built anything."""

import json
import subprocess

import pytest

from tests.web.conftest import ROOT, SITE_PYTHON

pytestmark = pytest.mark.usefixtures("site")  # which makes the environment that the command runs in


def said(tmp_path, *arguments):
    """What the command says when it is refused."""
    command = [str(SITE_PYTHON), "-m", "course.web", "--output", str(tmp_path / "out"), *arguments]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 1 and "Traceback" not in done.stderr, done.stderr
    assert not (tmp_path / "out" / "lite" / "index.html").exists()
    return " ".join(done.stderr.split())


def test_an_unknown_unit_is_named_beside_those_there_are(tmp_path):
    assert said(tmp_path, "--only", "00", "77").startswith(
        "There is no unit 77; the units are 00_start_here, 01_fixed_rate,"
    )


def lite(tmp_path, pyodide):
    return said(tmp_path, "--part", "lite", "--only", "00", "--pyodide", str(pyodide))


def test_a_pyodide_that_is_not_there_or_is_something_else_is_refused(tmp_path):
    nowhere = tmp_path / "nowhere"
    assert lite(tmp_path, nowhere) == f"There is no {nowhere}, which was given as --pyodide."
    assert "it has no pyodide-lock.json. Give the path of" in lite(tmp_path, ROOT / "docs")


def version():
    """The version of Pyodide that the installed JupyterLite runs on."""
    code = "from course.web.lite import PYODIDE_VERSION; print(PYODIDE_VERSION)"
    command = [str(SITE_PYTHON), "-c", code]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True).stdout.strip()


@pytest.mark.parametrize(("right", "reason"), [(False, "is not Pyodide"), (True, "core only")])
def test_a_pyodide_of_another_version_or_without_numpy_is_refused(tmp_path, right, reason):
    folder = tmp_path / "pyodide"
    folder.mkdir()
    (folder / "pyodide.mjs").write_text(f'var version="{version() if right else "0.1.0"}"')
    needed = ["micropip", "packaging", "ipython", "jedi", "numpy", "matplotlib"]
    packages = {name: {"depends": [], "file_name": f"{name}-1-py3-none-any.whl"} for name in needed}
    (folder / "pyodide-lock.json").write_text(json.dumps({"packages": packages}))
    for name in needed[:5]:
        (folder / packages[name]["file_name"]).touch()
    message = lite(tmp_path, folder)
    assert reason in message and f"pyodide-{version()}.tar.bz2" in message
    assert not right or "lacks matplotlib-1-py3-none-any.whl:" in message
