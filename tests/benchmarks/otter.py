"""otter-grader's runner without containers, and ours: `python -m tests.benchmarks.otter OTTER`.

OTTER is the command of an environment of its own: `uv venv X; uv pip install otter-grader`.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import tempfile
from pathlib import Path

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

from autograders.declare.catalogue import of_unit
from autograders.declare.exercise import Exercise
from autograders.judging.plan import PUBLIC_SEED, plan_for
from autograders.sandbox import Sandbox
from autograders.submission.grading import grade_submission
from autograders.submission.intake import read_submission
from autograders.submission.master import read_master
from tests.autograders.classroom import COURSE, read
from tests.benchmarks.bulk import UNIT
from tests.benchmarks.grading import SEED, cost, functions_of, submission
from tests.benchmarks.timing import readable

FIRST = "import numpy as np\nimport otter\ngrader = otter.Notebook()"


def assertions(exercise: Exercise) -> list[dict]:
    """Our cases as otter's doctests: all whose arguments and result can be written as numbers."""
    plan, cases = plan_for(exercise, PUBLIC_SEED), []
    for case, wanted in zip(plan.cases, plan.expected):
        values = [*case.args, *case.kwargs.values()]
        if not all(isinstance(value, (int, float)) for value in [*values, wanted]) or case.raises:
            continue
        given = [*map(repr, case.args), *(f"{k}={v!r}" for k, v in case.kwargs.items())]
        call = f"{exercise.name}({', '.join(given)})"
        code = f">>> bool(abs({call} - {float(wanted)!r}) <= 1e-9)\nTrue"
        cases.append({"code": code, "hidden": False, "locked": False})
    return cases


def prepare(folder: Path, otter: str) -> int:
    """The answers alone as a notebook for otter, and its tests; how many cases they have."""
    answers = {
        cell["metadata"]["nbgrader"]["grade_id"]: "".join(cell["source"])
        for cell in submission(UNIT, right=True)["cells"]
        if "nbgrader" in cell["metadata"]
    }
    sources, count = [FIRST], 0
    (folder / "tests").mkdir()
    (folder / "out").mkdir()
    for name in functions_of(UNIT):
        exercise = of_unit(UNIT)[name]
        assert isinstance(exercise, Exercise)
        cases = assertions(exercise)
        suite = {"cases": cases, "scored": True, "setup": "", "teardown": "", "type": "doctest"}
        test = {"name": name, "points": None, "suites": [suite]}
        (folder / "tests" / f"{name}.py").write_text(f"OK_FORMAT = True\ntest = {test!r}\n")
        sources += [answers[name], f'grader.check("{name}")']
        count += len(cases)
    cells = [
        {"cell_type": "code", "id": f"c{n}", "metadata": {}, "source": text, "outputs": [],
         "execution_count": None}
        for n, text in enumerate(sources)
    ]  # fmt: skip
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    notebook = {"cells": cells, "metadata": {"kernelspec": kernel}, "nbformat": 4}
    (folder / "lesson.ipynb").write_text(json.dumps(notebook | {"nbformat_minor": 5}))
    run(folder, otter, "generate", "-o", "autograder.zip", "--no-environment")
    return count


def run(folder: Path, otter: str, *arguments: str) -> None:
    """Run otter's command with the Python that it belongs to."""
    own = {"PATH": f"{Path(otter).parent}{os.pathsep}{os.environ['PATH']}"}
    subprocess.run(
        [otter, *arguments], cwd=folder, check=True, capture_output=True, env={**os.environ, **own}
    )


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.otter")
    parser.add_argument("otter", help="the path of otter's command")
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    otter = str(Path(options.otter).absolute())
    if not shutil.which(otter):
        parser.error(f"there is no command {otter}; expected the path of an installed otter")
    master = read_master(COURSE / "release" / UNIT / f"{UNIT}.ipynb")
    right = json.dumps(submission(UNIT, right=True)).encode()
    with tempfile.TemporaryDirectory() as temporary, Sandbox() as sandbox:
        folder = Path(temporary)
        count = prepare(folder, otter)
        grade = ("run", "-a", "autograder.zip", "lesson.ipynb", "-o", "out")
        start = cost(lambda: run(folder, otter, "--version"), options.rounds)
        whole = cost(lambda: run(folder, otter, *grade), options.rounds)
        results = read(folder / "out" / "results.json")["tests"]
        assert [test["score"] for test in results[1:]] == [1.0] * len(functions_of(UNIT)), results

        def ours() -> None:
            grade_submission(read_submission(right, master), UNIT, sandbox, SEED)

        ours()
        mine = cost(ours, 50)
    print(f"processor time of one right submission of {UNIT}, {count} cases for otter:")
    for name, seconds in {
        "ours": mine,
        "otter run": whole,
        "less its start": whole - start,
    }.items():
        print(f"{name:16}{readable(seconds):>10}{seconds / mine:>8.0f}")


if __name__ == "__main__":
    main()
