"""`start.py site` says what is in the way, in a sentence, and serves what it has built."""

import json
import re
import socket
import subprocess
import tarfile
import urllib.request

import pytest

from tests.web.conftest import ROOT, SITE_PYTHON

# One process for many command lines: what each of them ends with.
ASK = """
import json, sys
from course.web.__main__ import main, parse
from course.web.lite import PYODIDE_VERSION
asked = json.loads(sys.argv[1])
for line in asked["parsed"]:
    parse(line)
ends = [str(main(line)) for line in asked["run"]]
print("\\n" + json.dumps({"ends": ends, "version": PYODIDE_VERSION}))
"""
DOCUMENTED = re.findall(
    r"^python3 start\.py site *([^#\n]*)",
    (ROOT / "docs" / "in_a_browser.md").read_text("utf-8"),
    re.MULTILINE,
)


def make_pyodide(folder, version, without):
    """A folder that looks like a Pyodide distribution which lacks one wheel."""
    folder.mkdir()
    (folder / "pyodide.mjs").write_text(f'var version="{version}"')
    names = ["micropip", "packaging", "ipython", "jedi", "numpy", "matplotlib"]
    packages = {name: {"depends": [], "file_name": f"{name}-1-py3-none-any.whl"} for name in names}
    (folder / "pyodide-lock.json").write_text(json.dumps({"packages": packages}))
    for name in set(names) - {without}:
        (folder / packages[name]["file_name"]).touch()
    return folder


@pytest.fixture(scope="module")
def refused(site, tmp_path_factory):
    """What the command says to what it cannot do, and the version of Pyodide that it wants."""
    kernel = site / "lite" / "extensions" / "@jupyterlite" / "pyodide-kernel-extension"
    text = "".join(path.read_text("utf-8") for path in kernel.glob("static/*.js"))
    version = re.search(r"/pyodide/v([\d.]+)/full", text)[1]
    folder, output = tmp_path_factory.mktemp("pyodides"), tmp_path_factory.mktemp("refused")
    pyodides = {
        "absent": folder / "absent",
        "something else": ROOT / "docs",
        "another version": make_pyodide(folder / "other", "0.1.0", None),
        "without matplotlib": make_pyodide(folder / "core", version, "matplotlib"),
    }
    to = ["--output", str(output)]
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        lines = {
            "unit": [*to, "--only", "00", "77"],
            "port": [*to, "--part", "landing", "--serve", port],
        }
        for name, pyodide in pyodides.items():
            only = ["--part", "lite", "--only", "00", "--pyodide", str(pyodide)]
            lines[name] = [*to, *only]
        asked = {"parsed": [line.split() for line in DOCUMENTED], "run": list(lines.values())}
        command = [str(SITE_PYTHON), "-c", ASK, json.dumps(asked)]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    answer = json.loads(done.stdout.splitlines()[-1])
    assert answer["version"] == version
    assert not (output / "lite" / "index.html").exists()
    return dict(zip(lines, answer["ends"])) | {"version": version, "taken": port}


def test_the_documentation_has_commands_and_all_of_them_are_understood(refused):
    assert len(DOCUMENTED) == 5


def test_an_unknown_unit_is_named_beside_those_there_are(refused):
    assert refused["unit"].startswith(
        "There is no unit 77; the units are 00_start_here, 01_fixed_rate,"
    )


def test_a_port_in_use_is_said(refused):
    assert refused["port"].startswith(f"Port {refused['taken']} cannot be served on")


@pytest.mark.parametrize(
    ("pyodide", "reason"),
    [
        ("absent", "which was given as --pyodide."),
        ("something else", "it has no pyodide-lock.json."),
        ("another version", "which this JupyterLite runs on."),
        ("without matplotlib", "lacks matplotlib-1-py3-none-any.whl: it is Pyodide's core only."),
    ],
)
def test_a_pyodide_that_will_not_do_is_refused_and_the_right_one_named(refused, pyodide, reason):
    assert reason in refused[pyodide]
    assert pyodide == "absent" or f"pyodide-{refused['version']}.tar.bz2" in refused[pyodide]


def test_the_site_is_served_from_the_command(site, tmp_path):
    command = [str(SITE_PYTHON), "-m", "course.web", "--part", "landing", "--only", "00", "01"]
    with subprocess.Popen(
        [*command, "--output", str(tmp_path), "--serve", "0"],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    ) as server:
        try:
            address = next(line.split()[0] for line in server.stdout if line.startswith("http://"))
            with urllib.request.urlopen(address) as answer:
                assert b"One rate, kept throughout" in answer.read()
        finally:
            server.terminate()


OLDER = """
import sys, tarfile
whole = tarfile.TarFile.extractall
def extractall(self, path=".", members=None, *, numeric_owner=False):
    whole(self, path, members, numeric_owner=numeric_owner)
tarfile.TarFile.extractall = extractall
vars(tarfile).pop("data_filter", None)
from course.web.lite import unpack
unpack(*sys.argv[1:])
"""


def test_an_archive_is_unpacked_by_a_python_that_knows_no_filters(site, tmp_path):
    """As Python 3.11.2, which Debian 12 has, and we call new enough."""
    (tmp_path / "core.js").write_text("42")
    with tarfile.open(tmp_path / "core.tar.bz2", "w:bz2") as archive:
        archive.add(tmp_path / "core.js", arcname="pyodide/core.js")
    into = tmp_path / "into"
    command = [str(SITE_PYTHON), "-c", OLDER, str(tmp_path / "core.tar.bz2"), str(into)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert (into / "pyodide" / "core.js").read_text() == "42"
