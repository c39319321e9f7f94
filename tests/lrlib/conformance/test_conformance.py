"""Every row of the conformance table holds."""

import pytest

from tests.lrlib.conformance import schedules


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("row", schedules.ROWS, ids=lambda row: row.id)
def test_schedule_agrees_with_its_peer_exactly_where_claimed(row):
    assert not row.faults(schedules.ours(row), schedules.theirs(row))
