"""A block of `your_code` ends a loop without end, and leaves Stop to the learner."""

import pytest

from autograders.notebook.your_code import your_code


def test_a_loop_without_end_is_stopped_with_a_sentence_and_the_lesson_runs_on(monkeypatch, capsys):
    monkeypatch.setattr("autograders.notebook.your_code.SECONDS", 0.1)

    def minimise():
        while True:
            pass

    with your_code():
        minimise()
    assert capsys.readouterr().out == (
        "This cell was stopped: it was still running after 0.1 s; "
        "look for a loop that does not end in your functions.\n"
    )


def test_stop_in_a_lesson_is_passed_on():
    with pytest.raises(KeyboardInterrupt), your_code():
        raise KeyboardInterrupt
