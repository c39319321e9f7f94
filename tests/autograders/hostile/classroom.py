"""A class to attack: a released notebook, right answers, and submissions made from them."""

import json
from dataclasses import dataclass
from pathlib import Path

from autograders.declare.catalogue import of_unit
from autograders.sandbox import Cell, Request, Sandbox
from autograders.submission.grading import Graded, grade_submission
from autograders.submission.intake import read_submission
from autograders.submission.master import Master, read_master

UNIT = "04_step_decay_and_drops"
SEED = 20_260

SETUP = """import matplotlib.pyplot as plt
import numpy as np

from autograders import check
from lrlib import data, problems, style
from lrlib.labs import drag_the_drops

plt.rcParams.update(style.rc())"""

RIGHT = {
    "step_decay": (
        "def step_decay(t, *, lr0, gamma, every):\n    return lr0 * gamma ** (t // every)"
    ),
    "tests_for_scheduled_drop": (
        "def tests_for_scheduled_drop():\n"
        '    at = {"lr0": 0.8, "milestones": [0, 4, 8], "gamma": 0.25}\n'
        "    rates = {3: 0.2, 4: 0.05, 7: 0.05, 8: 0.0125, 99: 0.0125}\n"
        '    return [({**at, "t": t}, rate) for t, rate in rates.items()]'
    ),
    "scheduled_drop": (
        "def scheduled_drop(t, *, lr0, milestones, gamma):\n"
        "    return lr0 * gamma ** sum(t >= m for m in milestones)"
    ),
    "epochs_to_steps": (
        "def epochs_to_steps(epochs, n_samples, batch_size):\n"
        "    return epochs * -(-n_samples // batch_size)"
    ),
}
STUBS = {
    name: source.split("\n")[0] + "\n    raise NotImplementedError"
    for name, source in RIGHT.items()
}
POINTS = {name: of_unit(UNIT)[name].points for name in RIGHT}
FULL = sum(POINTS.values())


def meta(grade_id, **more):
    """nbgrader's metadata of one cell."""
    full = {"grade": False, "solution": False, "task": False, "locked": False, "schema_version": 3}
    return {"nbgrader": {**full, "grade_id": grade_id, **more}}


def code(source, metadata=None, id=None):
    """One code cell."""
    cell = {"cell_type": "code", "source": source, "metadata": metadata or {}}
    return {**cell, "id": id or f"c{abs(hash(source)) % 10**9}", "outputs": [],
            "execution_count": None}  # fmt: skip


def released_cells(answers=STUBS):
    """The cells of the unit, with a text in each answer cell."""
    cells = [code(SETUP, meta("setup", locked=True), "setup")]
    for name in RIGHT:
        cells.append(code(answers[name], meta(name, solution=True), name))
        test = meta(f"check_{name}", grade=True, locked=True, points=POINTS[name])
        cells.append(code(f"check({name})", test, f"check_{name}"))
    conclusion = meta("conclusion", grade=True, solution=True, points=3)
    written = {"cell_type": "markdown", "source": "*Write your answer here.*"}
    return [*cells, {**written, "metadata": conclusion, "id": "conclusion"}]


def notebook(cells, **top):
    """The bytes of a notebook file."""
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    whole = {"cells": cells, "metadata": kernel, "nbformat": 4, "nbformat_minor": 5, **top}
    return json.dumps(whole).encode()


def handed_in(extra=(), first=(), **answers):
    """The bytes of a submission: right answers, except where told otherwise, and own cells."""
    cells = released_cells({**RIGHT, **answers})
    return notebook([*map(code, first), *cells, *map(code, extra)])


def the_master() -> Master:
    """The released notebook."""
    return read_master(notebook(released_cells()), UNIT)


@dataclass
class Classroom:
    """Grades submissions in one sandbox, one after the other, as a bulk run does."""

    sandbox: Sandbox
    master: Master
    folder: Path

    def grade(self, data, seed=SEED) -> Graded:
        """Grade a submission given as the bytes of its file."""
        return grade_submission(read_submission(data, self.master), UNIT, self.sandbox, seed)

    def grade_with(self, *extra, first=(), seed=SEED, **answers) -> Graded:
        """Grade right answers with some replaced, and with the student's own cells."""
        return self.grade(handed_in(extra, first, **answers), seed)

    def probe(self, source, name="seen"):
        """Run a cell in the sandbox and return the variable that it leaves."""
        request = Request(name, [{"do": "read", "name": name}])
        outcome = self.sandbox.run([Cell("probe", source)], [request])[0]
        assert outcome.answered, outcome
        return outcome.answers[0].get("result", outcome.answers[0])


def functions(graded):
    """The scores of the three functions: quizzes are not asked in this class."""
    return {name: graded.reports[name].score for name in RIGHT}


def texts(graded):
    """All that a student gets to read, as one text."""
    return "\n".join([*map(str, graded.reports.values()), *graded.notes]) + json.dumps(
        [report.to_dict() for report in graded.reports.values()]
    )
