"""Recorded runs show what their labels say, and no other label's rule holds for them."""

from collections import Counter
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from lrlib import data, figures
from lrlib.data.runs import FIRST, runs
from lrlib.data.signs import RULES, shows
from lrlib.training import record_runs

ALL = runs()


def test_the_library_is_large_and_varied_and_its_file_small():
    assert len(ALL) >= 120
    assert sum(trace.framework == "PyTorch" for trace in ALL) >= 40
    assert len({trace.model for trace in ALL}) == 5
    labels = Counter(trace.label for trace in ALL)
    assert set(labels) == set(FIRST) == set(RULES) and min(labels.values()) >= 8
    assert len({trace.name for trace in ALL}) == len(ALL)
    assert len({(trace.model, trace.provenance) for trace in ALL}) == len(ALL)
    assert (Path(data.__file__).parent / "runs.npz").stat().st_size <= 400_000


@pytest.mark.parametrize("label", RULES)
def test_a_label_is_what_the_numbers_show_and_nothing_else(label):
    for trace in runs(label):
        assert [rule for rule in RULES if shows(trace, rule)] == [label], trace.name
        assert trace.first == FIRST[label]


def test_a_run_has_its_numbers_in_step():
    for trace in ALL:
        assert trace.updates.shape == trace.loss.shape == trace.rate.shape == trace.gradient.shape
        assert trace.unseen.shape == trace.unseen_updates.shape
        assert trace.updates[0] == 0 and trace.unseen_updates[-1] > trace.updates[-1]
        assert (trace.rate >= 0).all() and np.isfinite(trace.rate).all()
        finite = np.isfinite(trace.loss)
        assert finite[0] and (trace.loss[finite] >= 0).all()
        assert finite.all() or trace.label == "unstable"
    with pytest.raises(ValueError, match="read-only"):
        ALL[0].loss[0] = 0.0


def test_a_run_in_other_hands_loses_its_label():
    right, low = runs("right")[0], runs("too low")[0]
    assert not shows(replace(right, loss=right.loss + 2 * right.guess), "right")
    assert not shows(replace(low, loss=np.full_like(low.loss, low.loss[0])), "too low")
    lost = np.where(right.updates < right.updates[50], right.loss, np.nan)
    assert shows(replace(right, loss=lost), "unstable")
    late = runs("dropped too late")[0]
    assert not shows(replace(late, rate=np.full_like(late.rate, late.rate[0])), late.label)
    fit = runs("overfitting")[0]
    assert not shows(replace(fit, unseen=np.minimum.accumulate(fit.unseen)), "overfitting")


@pytest.mark.parametrize("family", record_runs.FAMILIES[:2], ids=lambda family: family.name)
def test_the_script_still_records_the_runs_that_are_shipped(family):
    (made,) = record_runs.clear_cases(family, "right", wanted=1)
    check_same(made)


@pytest.mark.peers
def test_the_script_still_records_the_runs_of_pytorch_that_are_shipped():
    pytest.importorskip("torch")
    (made,) = record_runs.clear_cases(record_runs.FAMILIES[2], "dropped too early", wanted=1)
    check_same(made)


def check_same(made):
    """Rounding differs between machines and grows during a run, so its start is compared."""
    (shipped,) = (trace for trace in ALL if trace.name == made.name)
    assert made.provenance == shipped.provenance
    np.testing.assert_allclose(made.rate, shipped.rate, rtol=1e-6)
    np.testing.assert_allclose(made.loss[:40], shipped.loss[:40], rtol=0.02)
    np.testing.assert_allclose(made.gradient[:40], shipped.gradient[:40], rtol=0.05)


def test_the_figure_draws_the_run_and_does_not_give_the_answer_away():
    for label in RULES:
        trace = runs(label)[-1]
        figure = figures.trace_figure(trace)
        text = figures.alt(figure)
        assert label not in text.replace("one run", "") or label == "right"
        assert "nan" not in text and text.endswith(".")
        left, middle, _ = figure.axes
        assert all(axes.get_xlabel() == "updates" and axes.get_ylabel() for axes in figure.axes)
        assert middle.lines[0].get_ydata().tolist() == trace.rate.tolist()
        drawn = left.lines[0].get_ydata()
        assert drawn.tolist() == trace.loss[np.isfinite(trace.loss)].tolist()
        assert f"{float(drawn[0]):.3g}" in text


def test_an_unknown_label_is_refused():
    with pytest.raises(ValueError, match="expected one of right, too low"):
        runs("wrong")
    with pytest.raises(ValueError, match="expected one of right, too low"):
        shows(ALL[0], "wrong")
