"""A time limit stops what has no end, wherever it runs, and is no Stop."""

import signal
import sys
import threading
import time

import pytest

from lrlib.limits import OutOfTime, time_limit

LOOP = """
def loop():
    count = 0
    while True:
        count += 1

with time_limit(0.1):
    {body}
"""


def run_in_main(body):
    """Run a block as a notebook does: in a namespace called `__main__`."""
    exec(LOOP.format(body=body), {"__name__": "__main__", "time_limit": time_limit})


def without_alarm(monkeypatch):
    monkeypatch.setattr(sys, "platform", "emscripten")


@pytest.mark.parametrize("prepare", [None, without_alarm], ids=["alarm", "watched lines"])
@pytest.mark.parametrize("body", ["loop()", "while True: w = 1", "max(loop() for _ in 'a')"])
def test_a_loop_is_stopped_with_an_alarm_clock_and_without_one(monkeypatch, prepare, body):
    if prepare:
        prepare(monkeypatch)
    began = time.monotonic()
    with pytest.raises(OutOfTime):
        run_in_main(body)
    assert time.monotonic() - began < 2


def test_a_loop_in_another_thread_is_stopped_too():
    caught = []

    def work():
        try:
            run_in_main("loop()")
        except OutOfTime as error:
            caught.append(error)

    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    thread.join(5)
    assert caught and not thread.is_alive()


def test_a_bare_except_does_not_swallow_the_limit_for_good():
    def stubborn():
        count = 0
        while True:
            try:
                count += 1
            except:  # noqa: E722
                count = 0

    with pytest.raises(OutOfTime), time_limit(0.05):
        stubborn()


def test_stop_within_a_limit_is_a_keyboard_interrupt():
    with pytest.raises(KeyboardInterrupt), time_limit(5):
        signal.raise_signal(signal.SIGINT)


@pytest.mark.parametrize("prepare", [None, without_alarm], ids=["alarm", "watched lines"])
def test_what_ends_in_time_leaves_nothing_behind(monkeypatch, prepare):
    if prepare:
        prepare(monkeypatch)
    before = signal.getsignal(signal.SIGALRM), sys.gettrace()
    with time_limit(0.02):
        pass
    assert (signal.getsignal(signal.SIGALRM), sys.gettrace()) == before
    time.sleep(0.05)


def test_an_outer_limit_still_holds_after_an_inner_one():
    with pytest.raises(OutOfTime), time_limit(0.1):
        with time_limit(5):
            pass
        time.sleep(5)


def test_the_inner_of_two_limits_stops_the_inner_block_only():
    reached = []
    with time_limit(5):
        with pytest.raises(OutOfTime), time_limit(0.05):
            time.sleep(5)
        reached.append("after")
    assert reached == ["after"]
