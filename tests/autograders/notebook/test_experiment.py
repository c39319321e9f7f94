"""A learner's plan is run in the notebook, and graded from the table as it came out there."""

from dataclasses import replace

import numpy as np
import pytest

from autograders import check, experiment
from autograders.declare.catalogue import UnknownExercise, find
from autograders.declare.experiment import Experiment, PlanError
from autograders.judging.report import FULL
from autograders.submission.grading import grade_source

PLAN = {
    "methods": ["fixed", "straight line"],
    "rates": [0.19, 0.33, 0.58, 1.0],
    "seeds": 5,
    "updates": 600,
    "choose_on": "validation",
    "judge_on": "test",
}


def test_what_a_run_shows_is_what_the_grader_holds(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("LR_COURSE_PROGRESS", str(tmp_path / "progress.json"))
    result = experiment("experiment_05", PLAN)
    best, second = result.outcome.candidates
    mean, _, high = result.outcome.difference
    assert f"{best.name} minus {second.name}, paired by seed: {mean:.3g}" in str(result)
    finding = {"lower": best.name, "sure": high < 0}
    report = check("experiment_05", {"plan": PLAN, "finding": finding})
    assert report.status == FULL, report
    assert "straight line, 2 of 2" in capsys.readouterr().out


@pytest.mark.sandbox
def test_an_experiment_is_graded_from_the_variable_and_trains_nothing():
    cell = f"experiment_05 = {{'plan': {PLAN!r}, 'finding': {{'lower': 'fixed', 'sure': False}}}}"
    report = grade_source("experiment_05", cell, 1)
    assert report.score is not None and report.score >= 2


def test_an_experiment_that_does_not_exist_is_said():
    with pytest.raises(UnknownExercise, match="the name of an experiment"):
        experiment("sgd_step", PLAN)


@pytest.mark.filterwarnings("error")
def test_runs_that_diverge_or_stand_alone_are_shown_in_words(monkeypatch):
    assert "no interval, for one seed shows no spread" in str(
        experiment("experiment_05", {**PLAN, "seeds": 1, "rates": [0.58]})
    )
    known = find("experiment_05")
    assert isinstance(known, Experiment)
    item = replace(known, train=lambda *asked: np.full((3, 5, 4), np.inf))
    monkeypatch.setattr("autograders.notebook.experiment.find", lambda name: item)
    shown = str(experiment("experiment_05", PLAN))
    assert shown.count("diverged in 5 of 5") == 2 and "lower in 0 of 5 seeds" in shown
    assert "nan" not in shown and " inf" not in shown


def test_what_cannot_reach_the_grader_is_refused_in_the_notebook_too(tmp_path, monkeypatch):
    monkeypatch.setenv("LR_COURSE_PROGRESS", str(tmp_path / "progress.json"))
    plan = {**PLAN, "seeds": range(5)}
    with pytest.raises(PlanError, match="number of seeds"):
        experiment("experiment_05", plan)
    assert "number of seeds" in check("experiment_05", {"plan": plan}).note
