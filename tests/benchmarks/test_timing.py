"""The benchmark's bookkeeping is fair: shares are scaled, and a peer that wins is named."""

import pytest

from tests.benchmarks.timing import CLOCKS, Contender, measure, readable, report


@pytest.mark.parametrize("clock", CLOCKS)
def test_every_contender_works_in_every_round_and_shares_are_scaled(monkeypatch, clock):
    now = [0.0]
    monkeypatch.setitem(CLOCKS, clock, lambda: now[0])

    def work(seconds):
        def spend():
            now[0] += seconds

        return spend

    contenders = [Contender("lrlib", work(0.5)), Contender("peer", work(0.25), share=0.1)]
    medians = measure(contenders, 3, 1.0, clock)
    assert medians == {"lrlib": 0.5, "peer": 2.5}


def test_the_table_says_who_wins_and_by_how_much():
    contenders = [
        Contender("lrlib, a", print),
        Contender("lrlib, b", print),
        Contender("peer", print),
    ]
    lost = report("a step", contenders, {"lrlib, a": 4e-3, "lrlib, b": 2e-3, "peer": 1e-3})
    assert "peer wins, by 2.0 times." in lost and lost.count("<- fastest") == 1
    won = report("a step", contenders, {"lrlib, a": 1e-3, "lrlib, b": 2e-3, "peer": 5e-3})
    assert "wins" not in won and "5.00" in won


def test_times_are_given_in_a_readable_unit():
    assert [readable(x) for x in (2.0, 0.0031, 4.2e-5, 5e-9)] == ["2 s", "3.1 ms", "42 us", "5 ns"]
