"""CPU of grading one submission, against nbgrader: `python -m tests.benchmarks.grading`."""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from importlib.metadata import version
from pathlib import Path
from statistics import median

os.environ["OPENBLAS_NUM_THREADS"] = "1"

from autograders.declare.catalogue import of_unit
from autograders.declare.exercise import Exercise
from autograders.sandbox import Sandbox
from autograders.submission.grading import grade_submission
from autograders.submission.intake import read_submission
from autograders.submission.master import read_master
from tests.autograders.classroom import COURSE, answers_of, hand_in, read
from tests.benchmarks.timing import readable

UNITS = ("05_smooth_decay", "12_modern_recipe", "04_step_decay_and_drops")
SEED = 20_240
CELL_SECONDS = 600
TICKS = os.sysconf("SC_CLK_TCK")


def cpu_seconds(process: int | str = "self") -> float:
    """User and system time of a process, of what it has waited for and of what lives below it.

    The kernel counts in ticks of 10 ms, so one reading is worth little: measure many at once.
    """
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return sum(map(int, fields[11:15])) / TICKS + sum(map(cpu_seconds, children(process)))


def children(process: int | str) -> Iterator[int]:
    """The processes that the threads of a process have started and that still run."""
    for listing in Path(f"/proc/{process}/task").glob("*/children"):
        yield from map(int, listing.read_text().split())


def cost(work: Callable[[], object], times: int = 1) -> float:
    """CPU seconds of one piece of work, the mean of so many in a row."""
    before = cpu_seconds()
    for _ in range(times):
        work()
    return (cpu_seconds() - before) / times


# The submissions


def functions_of(unit: str) -> list[str]:
    """The graded functions of a unit."""
    return [name for name, item in of_unit(unit).items() if isinstance(item, Exercise)]


def one_per_cent_off(name: str, source: str) -> str:
    """A right answer made wrong everywhere, in a way that no misconception explains."""
    return (
        f"{source}\n\n\n_right_{name} = {name}\n\n\n"
        f"def {name}(*args, **kwargs):\n    return 1.01 * _right_{name}(*args, **kwargs)"
    )


def submission(unit: str, *, right: bool) -> dict:
    """The released notebook, answered rightly or with every function wrong."""
    notebook = read(COURSE / "release" / unit / f"{unit}.ipynb")
    answers = answers_of(read(COURSE / "source" / unit / f"{unit}.ipynb"))
    if not right:
        answers |= {name: one_per_cent_off(name, answers[name]) for name in functions_of(unit)}
    for cell in notebook["cells"]:
        about = cell["metadata"].get("nbgrader", {})
        if about.get("solution"):
            cell["source"] = answers[about["grade_id"]]
    return notebook


def graded_cells(notebook: dict) -> dict:
    """The notebook without its text, its labs and its experiments: setup, answers and tests."""
    return {**notebook, "cells": [c for c in notebook["cells"] if "nbgrader" in c["metadata"]]}


# Stock nbgrader


def stock(folder: Path, *arguments: str) -> None:
    """Run nbgrader's command in a folder without any settings of ours."""
    own = {"JUPYTER_CONFIG_DIR": str(folder / ".jupyter"), "HOME": str(folder)}
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(
        [sys.executable, "-m", "nbgrader", *arguments],
        cwd=folder,
        env={**os.environ, **own, "PATH": path},
        capture_output=True,
        text=True,
    )
    if done.returncode:
        raise RuntimeError(f"nbgrader {' '.join(arguments)} failed:\n{done.stderr[-2000:]}")


def stock_class(folder: Path, unit: str, notebook: dict, source: dict, size: int) -> None:
    """A course folder with nothing but the assignment and `size` copies of one submission."""
    path = folder / "source" / unit / f"{unit}.ipynb"
    path.parent.mkdir(parents=True)
    path.write_text(json.dumps(source), encoding="utf-8")
    stock(folder, "generate_assignment", unit)
    for number in range(size):
        hand_in(folder, unit, f"s{number}", notebook)


def stock_cost(folder: Path, unit: str, size: int) -> tuple[float, float]:
    """CPU seconds of a submission handed in alone, and of each further one in the same run."""
    timeout = f"--Execute.timeout={CELL_SECONDS}"
    arguments = ("autograde", unit, "--force", timeout)
    alone = cost(lambda: stock(folder, *arguments, "--student=s0"))
    together = cost(lambda: stock(folder, *arguments))
    return alone, (together - alone) / (size - 1)


def run(unit: str, rounds: int, times: int, size: int) -> None:
    """Measure both graders in turns and print the medians and their ratios."""
    source = read(COURSE / "source" / unit / f"{unit}.ipynb")
    right, wrong = submission(unit, right=True), submission(unit, right=False)
    stock_forms = {
        "right": (right, source),
        "wrong": (wrong, source),
        "right, graded cells only": (graded_cells(right), graded_cells(source)),
    }
    master = read_master(COURSE / "release" / unit / f"{unit}.ipynb")
    costs: dict[str, list[float]] = {}

    def note(name: str, value: float) -> None:
        costs.setdefault(name, []).append(value)

    with tempfile.TemporaryDirectory() as temporary, Sandbox() as sandbox:
        os.environ["LR_COURSE_PROGRESS"] = str(Path(temporary, "progress.json"))
        for number, (notebook, made_from) in enumerate(stock_forms.values()):
            stock_class(Path(temporary, str(number)), unit, notebook, made_from, size)

        def grade(notebook: dict) -> float | None:
            data = json.dumps(notebook).encode()
            return grade_submission(read_submission(data, master), unit, sandbox, SEED).score

        start = cost(lambda: grade(right))
        print(
            f"{unit}: {len(functions_of(unit))} functions; our scores: right {grade(right):g},"
            f" wrong {grade(wrong):g} of {sum(i.points for i in of_unit(unit).values()):g};"
            f" sandbox: {sandbox.level.name.lower()}, its start and first use {readable(start)}\n",
            flush=True,
        )
        for _ in range(rounds):
            note("ours: right", cost(lambda: grade(right), times))
            note("ours: wrong", cost(lambda: grade(wrong), times))
            for number, name in enumerate(stock_forms):
                alone, further = stock_cost(Path(temporary, str(number)), unit, size)
                note(f"stock: {name}, alone", alone)
                note(f"stock: {name}, each further", further)
    print(table({name: median(values) for name, values in costs.items()}))


def table(medians: dict[str, float]) -> str:
    """The medians, and how many times ours each of stock nbgrader's is."""
    ours = [name for name in medians if name.startswith("ours")]
    lines = [
        f"{'CPU of one submission':42}{'median':>10}" + "".join(f"{'/ ' + n:>15}" for n in ours)
    ]
    for name, value in medians.items():
        ratios = "".join(f"{value / medians[n]:>15.1f}" for n in ours)
        lines.append(f"{name:42}{readable(value):>10}{ratios}")
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.grading", description=__doc__)
    known = [unit for unit in UNITS if (COURSE / "release" / unit / f"{unit}.ipynb").exists()]
    parser.add_argument("--unit", default=known[0], help=f"default: {known[0]}")
    parser.add_argument("--quick", action="store_true", help="one round: a look, not a result")
    options = parser.parse_args()
    rounds, times, size = (1, 20, 2) if options.quick else (3, 100, 3)
    packages = ("nbgrader", "nbconvert", "ipykernel", "numpy")
    print(
        f"Python {platform.python_version()}, "
        + ", ".join(f"{package} {version(package)}" for package in packages)
        + f"; {os.cpu_count()} CPUs, load {os.getloadavg()[0]:.1f}, OPENBLAS_NUM_THREADS=1.\n"
        "User and system time of all processes: parent, warm process and forks; nbgrader and"
        f" kernel.\nMedians of {rounds} interleaved round(s); ours: read, repaired and graded"
        f" {times} times a round in one warm process.\nStock: nbgrader's own preprocessors, one"
        f" submission alone, and each further one of {size} in one run.\n",
        flush=True,
    )
    run(options.unit, rounds, times, size)


if __name__ == "__main__":
    main()
