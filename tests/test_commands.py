"""A command that needs more than `python3 start.py` installs says how to get it, in a sentence."""

import os
import re
import subprocess
import sys
from importlib import metadata

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

import tests
from autograders.sandbox import SandboxUnavailable
from tests.conftest import ROOT

GUARD = 'if __name__ == "__main__":'
MODULES = sorted(
    ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__main__")
    for path in (ROOT / "tests").rglob("*.py")
    if GUARD in path.read_text("utf-8").splitlines()
)
README = re.findall(
    r"^\.venv/bin/python -m (tests\.[\w.]+) *([^#\n]*)",
    (ROOT / "README.md").read_text("utf-8"),
    re.MULTILINE,
)


def direct(file):
    """The requirements in a file."""
    lines = (ROOT / file).read_text("utf-8").splitlines()
    return [Requirement(text) for line in lines if (text := line.partition("#")[0].strip())]


def installed():
    """The distributions that `python3 start.py` installs, and no others of this environment."""
    here = {canonicalize_name(d.metadata["Name"]): d for d in metadata.distributions()}
    found, waiting = set(), direct("requirements.txt")
    while waiting:
        wanted = waiting.pop()
        key = (canonicalize_name(wanted.name), frozenset(wanted.extras))
        if key in found or key[0] not in here:
            continue
        found.add(key)
        for requirement in map(Requirement, here[key[0]].requires or ()):
            extras = [{"extra": extra} for extra in ("", *wanted.extras)]
            if not requirement.marker or any(map(requirement.marker.evaluate, extras)):
                waiting.append(requirement)
    return [here[name] for name in {name for name, _ in found}]


def linked(folder, distributions):
    """A folder that holds these distributions, by links."""
    if sys.platform == "win32":
        pytest.skip("links need a privilege on Windows")
    for distribution in distributions:
        for top in {path.parts[0] for path in distribution.files or ()} - {".."}:
            if not (folder / top).is_symlink():
                (folder / top).symlink_to(distribution.locate_file(top))
    return folder


@pytest.fixture(scope="module")
def bare(tmp_path_factory):
    """What a Python imports that has the course's packages, and none of the tests'."""
    return linked(tmp_path_factory.mktemp("bare"), installed())


@pytest.fixture(scope="module")
def numpy_alone(tmp_path_factory):
    """What a Python imports that has only what `pip install` of this folder brings."""
    return linked(tmp_path_factory.mktemp("numpy"), [metadata.distribution("numpy")])


def run(module, options, packages):
    """What a command says and ends with in an environment of these packages."""
    command = [sys.executable, "-S", "-m", module, *options]
    variables = os.environ | {"PYTHONPATH": str(packages)}
    return subprocess.run(
        command, cwd=ROOT, env=variables, capture_output=True, text=True, timeout=120
    )


def test_the_readme_shows_commands_that_measure():
    assert len(README) > 3
    assert {module for module, _ in README} <= set(MODULES)


@pytest.mark.parametrize(("module", "options"), README)
def test_a_number_of_the_readme_asks_for_its_packages_in_a_sentence(module, options, bare):
    done = run(module, options.split(), bare)
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    [said] = done.stderr.splitlines()
    assert re.fullmatch(
        r"This command needs the package \w+, which \S+ does not have: `python3 start\.py setup"
        r" --(tests|peers)` installs it into \.venv, with whose Python .*\.",
        said,
    )


@pytest.mark.parametrize("module", MODULES)
def test_no_command_of_the_tests_ends_in_a_traceback_for_want_of_a_package(module, bare):
    done = run(module, ["--help"], bare)
    assert "Traceback" not in done.stderr
    assert done.returncode == 0 or re.search("`python3 start.py |^expected", done.stderr)


@pytest.mark.parametrize(
    ("module", "options", "remedy"),
    [
        (
            "lrlib.data.build",
            ["plays"],
            "-m pip install scikit-learn` installs it. Nothing was written.",
        ),
        ("autograders", ["grade", "01_fixed_rate"], "python3 start.py installs"),
    ],
)
def test_with_numpy_alone_a_command_names_what_the_course_needs(
    module, options, remedy, numpy_alone
):
    done = run(module, options, numpy_alone)
    assert done.returncode != 0
    assert "Traceback" not in done.stderr
    assert remedy in done.stderr


def test_the_stills_of_the_labs_need_numpy_alone(numpy_alone, tmp_path):
    done = run("lrlib.labs", [str(tmp_path)], numpy_alone)
    assert (done.returncode, done.stderr) == (0, "")
    assert len(list(tmp_path.glob("*.svg"))) > 10


@pytest.mark.parametrize(
    ("package", "command"),
    [
        ("numpy", "setup"),
        ("playwright", "setup --tests"),
        ("libcst", "setup --tests"),
        ("distributed", "setup --tests"),
        ("torch", "setup --peers"),
        ("schedulefree", "setup --peers"),
        ("jupyterlite_pyodide_kernel", "site"),
    ],
)
def test_each_package_is_had_by_the_command_that_installs_it(package, command):
    assert tests.remedy(package).startswith(f"`python3 start.py {command}` ")


def test_a_missing_sandbox_is_a_sentence_and_a_fault_of_ours_a_traceback(capsys):
    for error in (SandboxUnavailable("No bubblewrap here."), KeyError("ours")):
        tests.explain(type(error), error, None)
    said = capsys.readouterr().err
    assert said.startswith("No bubblewrap here.\n")
    assert said.endswith("KeyError: 'ours'\n")
    own = ModuleNotFoundError("No module named 'lrlib.nothing'", name="lrlib.nothing")
    tests.explain(type(own), own, None)
    assert "start.py" not in capsys.readouterr().err
