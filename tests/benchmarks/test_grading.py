"""The grading benchmark counts all work of every process, and what it calls wrong is wrong."""

import subprocess
import sys

import numpy as np

from tests.benchmarks.grading import cpu_seconds, graded_cells, one_per_cent_off, table

BURN = (
    "import sys, time\nwhile time.process_time() < 0.3: pass\nprint('done', flush=True)\ninput()\n"
)
NESTED = f"import subprocess, sys\nsubprocess.run([sys.executable, '-c', {BURN!r}])"


def test_work_below_this_process_counts_while_it_lives_and_after_it_ended():
    before = cpu_seconds()
    with subprocess.Popen(
        [sys.executable, "-c", NESTED], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout.readline() == "done\n"
        alive = cpu_seconds() - before
        process.communicate("\n")
    ended = cpu_seconds() - before
    assert 0.28 <= alive <= ended


def test_the_wrong_answer_is_wrong_by_a_hundredth_for_every_call():
    names = {"np": np}
    exec(one_per_cent_off("double", "def double(x, *, by=2.0):\n    return by * x"), names)
    assert names["double"](np.array([1.0, 3.0]), by=10.0).tolist() == [10.1, 30.3]


def test_only_cells_that_grading_knows_are_kept():
    known = {"metadata": {"nbgrader": {"grade_id": "a"}}}
    assert graded_cells({"nbformat": 4, "cells": [known, {"metadata": {}}]}) == {
        "nbformat": 4,
        "cells": [known],
    }


def test_the_table_gives_the_ratio_to_each_of_ours():
    said = table({"ours: right": 0.01, "ours: wrong": 0.02, "stock: right, alone": 3.0})
    assert said.splitlines()[-1].split() == [
        "stock:",
        "right,",
        "alone",
        "3",
        "s",
        "300.0",
        "150.0",
    ]
