"""The house rules: style, one-way imports, short files, and no technique half built."""

import ast
import json
import os
import re
import shutil
import subprocess
import sys
import zipfile
from graphlib import TopologicalSorter
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.version import Version

import lrlib
from autograders.declare.catalogue import catalogue
from autograders.declare.exercise import Exercise
from course import techniques
from tests import rooms

ROOT = Path(__file__).resolve().parent.parent
LONGEST_MODULE = 430
LONGEST_OF_THE_ENGINE = 350
LAYERS = ("lrlib", "autograders", "course", "tests")
GROUPS = ("", "-scale", "-test", "-peers")
REQUIREMENTS = tuple(f"requirements{group}.txt" for group in GROUPS)

TECHNIQUES = {row.name: row for row in techniques.TECHNIQUES}


def committed(*patterns):
    """The files that git tracks, or would: new ones count before they are committed."""
    if not (ROOT / ".git").exists():
        pytest.skip("not a git clone: nobody knows which files belong to it")
    # Also in a clone that belongs to another user, as in a container.
    git = ["git", "-c", "safe.directory=*", "ls-files", "-z", "--cached", "--others"]
    listed = subprocess.run(
        [*git, "--exclude-standard", "--", *patterns],
        cwd=ROOT,
        capture_output=True,
        check=True,
        text=True,
    ).stdout.split("\0")
    return sorted({ROOT / name for name in listed if name and (ROOT / name).is_file()})


def modules(layer):
    """The Python modules of one layer; lessons follow their own rules."""
    return [
        path for path in committed(f"{layer}/*.py") if path.name not in ("lesson.py", "claims.py")
    ]


def dotted(path):
    """The dotted name of the module in a file."""
    parts = list(path.relative_to(ROOT).with_suffix("").parts)
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imports(path, statements=ast.walk):
    """The dotted names that a module imports, relative ones made absolute."""
    package = dotted(path).split(".")
    if path.name != "__init__.py":
        package = package[:-1]
    for node in statements(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) + 1 - node.level] if node.level else []
            origin = ".".join([*base, *filter(None, [node.module])])
            yield from (f"{origin}.{alias.name}" for alias in node.names)


def tool(*arguments):
    """Run one of the project's tools; its exit code and what it said."""
    done = subprocess.run(
        [sys.executable, "-m", *arguments], cwd=ROOT, capture_output=True, text=True
    )
    return done.returncode, done.stdout + done.stderr


@pytest.mark.parametrize("layer", [*LAYERS, "examples"])
def test_every_module_opens_with_one_line_that_says_what_lives_there(layer):
    for path in modules(layer):
        source = path.read_text("utf-8")
        first = (ast.get_docstring(ast.parse(source)) or "").split("\n")[0]
        assert first.endswith((".", "?")) or not source.strip(), (
            f"{path.relative_to(ROOT)}: {first!r}"
        )


def test_no_module_is_too_long_to_be_read_in_one_sitting():
    paths = [path for layer in LAYERS for path in modules(layer)] + [ROOT / "start.py"]
    lengths = {str(path.relative_to(ROOT)): path.read_text("utf-8").count("\n") for path in paths}
    limits = {path: LONGEST_OF_THE_ENGINE for path in lengths if path.startswith("autograders/")}
    assert {p: n for p, n in lengths.items() if n > limits.get(p, LONGEST_MODULE)} == {}


@pytest.mark.parametrize("layer", ["lrlib", "autograders"])
def test_imports_go_one_way_between_layers(layer):
    above = LAYERS[LAYERS.index(layer) + 1 :]
    wrong = {
        f"{path.relative_to(ROOT)} imports {name}"
        for path in modules(layer)
        for name in imports(path)
        if name.split(".")[0] in above
    }
    assert wrong == set()


def test_no_two_modules_import_each_other_even_inside_functions():
    TopologicalSorter(rooms.module_arrows(ROOT)).prepare()


def test_every_room_stands_only_on_rooms_below_it():
    floors = rooms.floors(rooms.room_arrows(ROOT))
    assert floors["autograders.protocol"] == 0 and max(floors.values()) > 4


def test_the_architecture_page_names_every_room_of_the_engine_and_every_place_of_the_course():
    page = (ROOT / "docs" / "architecture.md").read_text("utf-8")
    for room in rooms.room_arrows(ROOT):
        package, _, name = room.partition(".")
        if package == "autograders":
            assert f"`{name}/`" in page or f"`{name}.py`" in page, room


READY_TO_CHECK = "from autograders.declare.catalogue import catalogue; catalogue()"
"""What a check does first, also on a page of the site."""


@pytest.mark.parametrize("statement", ["import lrlib", READY_TO_CHECK])
def test_neither_lrlib_nor_the_exercises_load_plotting_or_widgets(statement):
    code = f"{statement}; import sys; print(*{{name.partition('.')[0] for name in sys.modules}})"
    loaded = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    heavy = {"matplotlib", "ipywidgets", "IPython", "torch", "jax", "keras", "nbgrader"}
    assert heavy & set(loaded.stdout.split()) == set()


def test_committed_text_names_no_machine_and_leaves_nothing_unfinished():
    unwanted = {
        "a path of one machine": r"(?<![\w.~})/-])/(?:root|work|Users/\w+)/\w",
        "a private package index": r"/opt/(?:pypi|wheels)|--(?:extra-)?index[-]url|--find[-]links",
        "a merge that was not finished": r"^(?:<{7}|>{7}) ",
        "work that was put off": r"\b(?:TO[D]O|FIX[M]E|XX[X])\b|lorem [i]psum",
    }
    text = {
        ".py",
        ".md",
        ".toml",
        ".txt",
        ".lock",
        ".ipynb",
        ".cff",
        ".yaml",
        ".yml",
        ".js",
        ".sh",
        "",
    }
    found = [
        f"{path.relative_to(ROOT)}:{number}: {what}: {line.strip()[:80]}"
        for path in committed()
        if path.suffix in text
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1)
        for what, pattern in unwanted.items()
        if re.search(pattern, line)
    ]
    assert found == []


def test_committed_notebooks_hold_no_output():
    for path in committed("*.ipynb"):
        cells = json.loads(path.read_text("utf-8"))["cells"]
        code = [cell for cell in cells if cell["cell_type"] == "code"]
        dirty = [cell["id"] for cell in code if cell["outputs"] or cell["execution_count"]]
        assert dirty == [], path.relative_to(ROOT)


def without_code(markdown):
    """A document without what stands in code fences."""
    return re.sub(r"^```.*?^```", "", markdown, flags=re.DOTALL | re.MULTILINE)


def test_relative_links_in_the_documents_lead_somewhere():
    dead = [
        f"{path.relative_to(ROOT)}: {target}"
        for path in committed("*.md")
        for target in re.findall(r"\]\(([^)#\s]+)", without_code(path.read_text("utf-8")))
        if "://" not in target and not (path.parent / target).exists()
    ]
    assert dead == []


def test_a_wheel_holds_every_file_of_both_packages_and_of_the_units(tmp_path):
    course = [f"course/{part}" for part in ("__init__.py", "units", "shared", "review")]
    packages = ("lrlib", "autograders", *course)
    for path in committed(*packages, "pyproject.toml", "*.txt", "LICENSE*", "README.md"):
        copy = tmp_path / "source" / path.relative_to(ROOT)
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(path, copy)
    options = ["--no-deps", "--no-build-isolation", "--no-index", "--wheel-dir", str(tmp_path)]
    code, said = tool("pip", "wheel", *options, str(tmp_path / "source"))
    assert code == 0, said
    (wheel,) = tmp_path.glob("*.whl")
    files = {path.relative_to(ROOT).as_posix() for path in committed(*packages)}
    assert files - set(zipfile.ZipFile(wheel).namelist()) == {"lrlib/pyproject.toml"}


def test_lrlib_can_be_installed_alone_and_is_whole(tmp_path):
    shutil.copytree(
        ROOT / "lrlib", tmp_path / "lrlib", ignore=shutil.ignore_patterns("__pycache__")
    )
    options = ["--no-deps", "--no-build-isolation", "--no-index", "--wheel-dir", str(tmp_path)]
    code, said = tool("pip", "wheel", *options, str(tmp_path / "lrlib"))
    assert code == 0, said
    (wheel,) = tmp_path.glob("lrlib-*.whl")
    held = set(zipfile.ZipFile(wheel).namelist())
    files = {path.relative_to(ROOT).as_posix() for path in committed("lrlib")}
    assert files - held == {"lrlib/pyproject.toml"}
    assert {name.split("/")[0] for name in held if name.endswith(".py")} == {"lrlib"}


def test_ci_runs_the_test_command_of_the_readme():
    script = ROOT / ".ci" / "run"
    assert os.name == "nt" or os.access(script, os.X_OK)
    command = script.read_text("utf-8").splitlines()[-1].removeprefix("exec ")
    assert command == "python3 start.py test"
    assert command in (ROOT / "README.md").read_text("utf-8")


# The requirements


def requirement_lines(name):
    """The lines of a requirements file that are not comments."""
    lines = (ROOT / name).read_text("utf-8").splitlines()
    return [line for line in lines if line.strip() and not line.lstrip().startswith("#")]


def pins(python):
    """Name -> version of the lock for one Python on Linux."""
    there = {"python_version": python, "python_full_version": f"{python}.0", "extra": ""}
    there |= {"sys_platform": "linux", "platform_machine": "x86_64", "os_name": "posix"}
    locked = map(Requirement, requirement_lines("requirements.lock"))
    return {
        pin.name: Version(next(iter(pin.specifier)).version)
        for pin in locked
        if pin.marker is None or pin.marker.evaluate(there)
    }


@pytest.mark.parametrize("python", ["3.11", "3.12", "3.13", "3.14"])
def test_the_lock_pins_every_direct_requirement_within_its_range(python):
    locked = pins(python)
    for name in REQUIREMENTS:
        for requirement in map(Requirement, requirement_lines(name)):
            pin = locked.get(requirement.name)
            assert pin in requirement.specifier if pin else False, (requirement, pin)


def test_the_lock_names_versions_only():
    lines = requirement_lines("requirements.lock")
    assert len(lines) > 100
    assert [line for line in lines if not re.match(r"[\w.-]+==[\w.]+( ;|$)", line)] == []


# The techniques


def unit_cells():
    """grade_id -> the names of the units that have a cell with it."""
    cells = {}
    for path in committed("course/units/*/lesson.py"):
        for grade_id in re.findall(r'"grade_id": *"(\w+)"', path.read_text("utf-8")):
            cells.setdefault(grade_id, set()).add(path.parent.name)
    return cells


def written_units():
    """The names of the units that there are."""
    return {path.parent.name for path in committed("course/units/*/lesson.py")}


@pytest.mark.parametrize("technique", TECHNIQUES)
def test_a_technique_has_its_class_its_exercise_and_its_section(technique):
    class_name, name = TECHNIQUES[technique].class_name, TECHNIQUES[technique].exercise
    item, cells = catalogue().get(name), unit_cells()
    section = cells.get(name, set()) & cells.get(f"check_{name}", set())
    parts = {
        f"the class lrlib.{class_name}": hasattr(lrlib, class_name),
        f"the exercise {name} of a unit": item is not None,
        f"the cells {name} and check_{name} of a unit": bool(section),
    }
    if not section and (item is None or item.unit not in written_units()):
        parts = dict(list(parts.items())[:1])  # the unit that teaches it is not written
    assert [part for part, there in parts.items() if not there] == []


def test_every_exercise_of_a_unit_is_asked_there_and_only_there():
    cells = unit_cells()
    asked = [item for item in catalogue().values() if item.unit in written_units()]
    assert asked
    for item in asked:
        for grade_id in (item.name, f"check_{item.name}"):
            assert cells.get(grade_id) == {item.unit}, grade_id


def test_every_graded_cell_checks_a_known_exercise_for_its_points():
    cell = r'# %% nbgrader=(\{.*"grade": true.*\})\n(.*)\n'
    for path in committed("course/units/*/lesson.py"):
        for metadata, source in re.findall(cell, path.read_text("utf-8")):
            given = json.loads(metadata)
            name = given["grade_id"].removeprefix("check_")
            item = catalogue()[name]
            call = f"check({name})" if isinstance(item, Exercise) else f'check("{name}", {name})'
            assert (source, item.points) == (call, given["points"]), path.parent.name
