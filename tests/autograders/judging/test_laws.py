"""The proof of the grader: the confusion matrix is the identity."""

import pytest

from autograders.judging import laws as selftest


@pytest.mark.parametrize("seed", selftest.SEEDS)
@pytest.mark.parametrize("exercise", selftest.exercises(), ids=lambda item: item.name)
def test_variants_pass_and_misconceptions_are_named_as_themselves(exercise, seed):
    off = [row for row in selftest.rows([exercise], [seed]) if not row.holds]
    assert not off, selftest.matrix(off)


@pytest.mark.parametrize("exercise", selftest.exercises(), ids=lambda item: item.name)
def test_every_hint_stands_for_itself(exercise):
    for misconception in exercise.misconceptions.values():
        assert len(set(misconception.hints)) == 3
        assert all(len(hint) > 15 for hint in misconception.hints)


def test_an_entry_off_the_diagonal_is_shown():
    row = selftest.Row("f", "one", "other", 0)
    assert not row.holds
    assert "one was taken as other" in selftest.matrix([row])


def test_a_quiz_has_nothing_to_be_taken_for():
    with pytest.raises(LookupError, match="expected the name of a graded function"):
        selftest.main(["quiz_04"])
