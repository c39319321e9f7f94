"""The ready-made places work as far as they can be tried here: containers, Binder, Colab, links."""

import json
import os
import re
import shlex
import sys
import venv
from importlib.metadata import distribution
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

import start
from autograders.sandbox import Sandbox
from autograders.submission.grading import grade_submission
from autograders.submission.intake import read_submission
from autograders.submission.master import read_master
from course import places

from .pages import ROOT, blocks, copy_of_the_repository, environment, run

PAGE = "docs/places.md"
HEAVY = {"matplotlib", "ipywidgets", "IPython", "nbgrader", "jupyter_core", "nbformat", "jupytext"}
linux = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="grading needs Linux")
posix = pytest.mark.skipif(os.name == "nt", reason="these places run Linux")


@pytest.fixture(scope="module")
def repository(tmp_path_factory):
    """A copy of the repository."""
    return copy_of_the_repository(tmp_path_factory.mktemp("ready"))


# Containers and Binder


def test_the_container_runs_start_py_with_options_that_it_has_on_the_port_it_forwards():
    container = json.loads((ROOT / ".devcontainer" / "devcontainer.json").read_text("utf-8"))
    for command in (container["postCreateCommand"], container["postAttachCommand"]):
        program, script, *rest = shlex.split(command)
        assert (program, script) == ("python3", "start.py")
        options, unknown = start.parse(rest)
        assert unknown == []
    assert container["forwardPorts"] == [options.port] and options.no_browser
    assert set(container["portsAttributes"]) == {str(options.port)}
    version = re.fullmatch(r"mcr\.microsoft\.com/devcontainers/python:3\.(\d+)", container["image"])
    assert version and int(version[1]) >= start.OLDEST_PYTHON[1]


@posix
def test_binders_last_step_installs_the_packages_and_lays_out_the_lessons(repository):
    folder = environment(repository)
    path = os.pathsep.join([str(folder / "bin"), os.environ["PATH"]])
    run(".binder/postBuild", repository, PATH=path)
    assert sorted(p.stem for p in (repository / "work").glob("*.ipynb")) == places.units()
    assert list(folder.rglob("__editable__*learning_rate_course*"))


def test_binder_installs_what_the_course_needs_on_a_python_that_it_supports():
    folder = ROOT / ".binder"
    lines = (folder / "requirements.txt").read_text("utf-8").splitlines()
    named = [line.split()[1] for line in lines if line.startswith("-")]
    assert [(folder / name).resolve() for name in named] == [
        ROOT / "requirements.txt",
        ROOT / "requirements.lock",
    ]
    minor = re.fullmatch(r"python-3\.(\d+)\n", (folder / "runtime.txt").read_text("utf-8"))
    assert minor and int(minor[1]) >= start.OLDEST_PYTHON[1]
    assert os.name == "nt" or os.access(folder / "postBuild", os.X_OK)


# Links


def addresses(text):
    return re.findall(r"https://[^\s)]+", text)


def test_every_command_of_the_page_gives_links_that_lead_into_that_copy(
    tmp_path, monkeypatch, capsys
):
    monkeypatch.chdir(tmp_path)
    [(_, _, commands)] = blocks(PAGE, "sh")
    for command in commands.splitlines():
        *program, module = shlex.split(command)[:3]
        assert (program, module) == ([".venv/bin/python", "-m"], "course.places")
        arguments = shlex.split(command)[3:]
        assert places.main(arguments) == 0
    said = capsys.readouterr().out
    targets = [address for address in addresses(said) if "badge" not in address]
    assert len(targets) == 3 * 2 + 2 * len(places.units())
    assert all("ada" in address for address in targets)
    written = {path.stem for path in (tmp_path / "colab").glob("*.ipynb")}
    linked = {Path(urlsplit(a).path).stem for a in targets if "colab.research" in a}
    assert written == linked == set(places.units())


def test_a_lesson_on_colab_leads_to_its_neighbours_there_and_to_the_pages_on_github(
    tmp_path, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    assert places.main(["ada/lr", "--branch", "term-2", "--colab", "colab"]) == 0
    lesson = json.loads((tmp_path / "colab" / "01_fixed_rate.ipynb").read_text("utf-8"))
    text = "".join("".join(cell["source"]) for cell in lesson["cells"][1:])
    assert re.findall(r"\]\((?!https://|attachment:)", text) == []
    links = [urlsplit(address) for address in addresses(text)]
    colab = {Path(a.path) for a in links if a.netloc == "colab.research.google.com"}
    there = Path("/github/ada/lr/blob/term-2/colab")
    assert colab == {there / "00_start_here.ipynb", there / "02_stability.ipynb"}
    assert all((tmp_path / "colab" / path.name).is_file() for path in colab)
    pages = [a.path.removeprefix("/ada/lr/blob/term-2/") for a in links if a.netloc == "github.com"]
    assert len(pages) == 3 and all((ROOT / page).is_file() for page in pages)


def test_a_pull_link_names_the_repository_the_branch_and_the_lesson():
    links = list(places.pull_links("ada/lr", "term-2", "https://hub.example.edu/"))
    address = urlsplit(addresses(links[1])[0])
    assert address.netloc + address.path == "hub.example.edu/hub/user-redirect/git-pull"
    asked = parse_qs(address.query)
    assert asked["repo"] == ["https://github.com/ada/lr"] and asked["branch"] == ["term-2"]
    prefix = "lab/tree/lr/"
    assert asked["urlpath"][0].startswith(prefix)
    assert (ROOT / asked["urlpath"][0].removeprefix(prefix)).is_file()


@pytest.mark.parametrize("wrong", [["lr"], ["https://github.com/ada/lr"], ["a/b", "--hub", "hub"]])
def test_what_is_no_address_is_refused_with_an_example(wrong, capsys):
    with pytest.raises(SystemExit):
        places.main(wrong)
    assert re.search(r"as in ada/learning|begins https://", capsys.readouterr().err)


@linux
def test_the_cell_for_colab_changes_nothing_about_grading():
    unit = "00_start_here"
    master = read_master(ROOT / "course" / "release" / unit / f"{unit}.ipynb")
    notebook = places.colab_notebook(unit, "git+https://github.com/ada/lr@main")
    submission = read_submission(json.dumps(notebook).encode(), master)
    with Sandbox(allow_process=True) as sandbox:
        graded = grade_submission(submission, unit, sandbox, 1)
        plain = grade_submission(
            read_submission(json.dumps(master_notebook(unit)).encode(), master), unit, sandbox, 1
        )
    assert graded.reports == plain.reports
    assert not any("added" in note or "own cell" in note for note in graded.notes), graded.notes


def master_notebook(unit):
    return json.loads((ROOT / "course" / "release" / unit / f"{unit}.ipynb").read_text("utf-8"))


# The packages alone


@pytest.fixture(scope="module")
def bare(tmp_path_factory, repository):
    """(Python, wheel): an environment with pip and NumPy only, and a wheel of this repository."""
    folder = tmp_path_factory.mktemp("bare")
    options = "--quiet --no-deps --no-build-isolation --no-index"
    run(f"{shlex.quote(sys.executable)} -m pip wheel {options} -w {folder} .", repository)
    [wheel] = folder.glob("*.whl")
    venv.create(folder / "venv", symlinks=True)
    [site] = (folder / "venv").glob("lib/*/site-packages")
    for name in ("numpy", "pip"):
        installed = Path(distribution(name).locate_file(name))
        for part in installed.parent.glob(f"{name}*"):
            if re.fullmatch(rf"{name}(\.libs|-[\d.]+\.dist-info)?", part.name):
                (site / part.name).symlink_to(part)
    return folder / "venv" / "bin" / "python", wheel


@posix
def test_colabs_first_cell_installs_the_course_and_check_works_there_without_jupyter(
    bare, tmp_path
):
    python, wheel = bare
    [(_, _, example)] = blocks(PAGE, "python")
    cell = places.colab_notebook("01_fixed_rate", str(wheel)).cells[0].source
    code = f"{cell}\n{example}\nimport sys\nprint(*{{n.partition('.')[0] for n in sys.modules}})"
    (tmp_path / "notebook.py").write_text(f"{code}\n", "utf-8")
    first = run(f"{python} -I notebook.py", tmp_path, PIP_NO_INDEX="1").stdout
    assert "Installing the course" in first and "Should the step go up or down?" in first
    assert HEAVY & set(first.splitlines()[-1].split()) == set()
    again = run(f"{python} -I notebook.py", tmp_path, PIP_NO_INDEX="1").stdout
    assert "Installing" not in again and "Ready." in again
    # What needs Jupyter's packages says so in one line.
    said = run(f"{python} -m autograders export; test $? = 2", tmp_path).stderr
    assert "nbgrader is not installed" in said and "Traceback" not in said


@posix
def test_a_cell_that_cannot_install_says_what_to_do(bare, tmp_path):
    cell = places.INSTALL.format(source=str(tmp_path / "nothing.whl"))
    code = cell.replace('find_spec("autograders")', 'find_spec("not_there")')
    (tmp_path / "cell.py").write_text(code, "utf-8")
    said = run(f"{bare[0]} -I cell.py; test $? = 1", tmp_path, PIP_NO_INDEX="1").stderr
    assert "is this computer online?" in said
