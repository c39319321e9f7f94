"""Every row of the conformance table holds."""

from collections import Counter

import pytest

from tests.lrlib.conformance import optimizers, plateau, scaling, schedules
from tests.lrlib.conformance.__main__ import SECTIONS, verdict, what


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("row", schedules.ROWS, ids=lambda row: row.id)
def test_schedule_agrees_with_its_peer_exactly_where_claimed(row):
    assert not row.faults(schedules.ours(row), schedules.theirs(row))


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("row", optimizers.ROWS, ids=lambda row: row.id)
def test_optimizer_takes_its_peer_s_path_exactly_where_claimed(row):
    assert not row.faults(optimizers.ours(row), optimizers.theirs(row))


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("row", plateau.ROWS, ids=lambda row: row.id)
def test_plateau_cuts_when_its_peer_does_except_where_claimed(row):
    assert not row.faults(plateau.ours(row), plateau.theirs(row))


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("row", scaling.ROWS, ids=lambda row: row.id)
def test_the_scale_of_the_loss_follows_its_peer_s(row):
    assert not row.faults(scaling.ours(row), scaling.theirs(row))


def test_a_row_whose_claim_is_false_is_found():
    row = schedules.Row("step decay", "StepDecay(0.3, 0.5, 7)", "", "", differs="t == 7", steps=9)
    ours = schedules.ours(row)
    theirs = ours.copy()
    assert row.faults(ours, theirs) == ["t = 7: 0.0e+00 apart, claimed to differ"]
    theirs[7:] = 0.3
    assert [fault[:5] for fault in row.faults(ours, theirs)] == ["t = 8"]


def test_a_table_of_which_nothing_was_run_proves_nothing():
    assert verdict(Counter({None: 8})).startswith("No row was run")
    assert verdict(Counter({None: 8, True: 1})) == "Every row that was run holds."
    assert verdict(Counter({True: 8, False: 2})) == "2 rows do not hold."


def test_the_page_lists_every_row_and_no_other(root):
    lines = (root / "docs" / "conformance.md").read_text("utf-8").splitlines()
    listed = [line for line in lines if line.startswith("| ") and "| technique |" not in line]
    rows = [what(module, r) for module in SECTIONS for r in module.ROWS]
    assert [line for line in listed if not line.startswith(tuple(rows))] == []
    assert len(listed) == len(rows)
    assert "DOES NOT HOLD" not in "".join(listed) and "not run:" not in "".join(listed)
