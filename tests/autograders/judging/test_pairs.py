"""Two faults at once are named, and a mistake that nobody foresaw is told a fact: never silence."""

import numpy as np
import pytest

from autograders.declare.catalogue import find
from autograders.judging.diagnose import two_at_once
from autograders.judging.laws import exercises, run
from autograders.judging.plan import plan_for

CANCEL = {
    ("minimise", "misses-the-end", "one-step-too-many"),
    ("half_life", "returns-the-time-constant", "mixes-logarithms"),
}
"""Pairs of which one fault undoes the other: the function is right, and full marks are fair."""


@pytest.mark.parametrize("exercise", exercises(), ids=lambda item: item.name)
def test_no_two_faults_pass_or_are_met_with_silence(exercise):
    plan = plan_for(exercise, 7)
    passed = set()
    for names, edit in two_at_once(exercise.misconceptions):
        report = run(plan, edit.function)
        assert report.passed or report.hints, names
        passed |= {(exercise.name, *names)} if report.passed else set()
    assert passed == {pair for pair in CANCEL if pair[0] == exercise.name}


@pytest.mark.parametrize(("name", "share"), [("adam_step", 0.9), ("rmsprop_step", 0.95)])
def test_most_pairs_of_an_optimizers_faults_are_both_named(name, share):
    exercise = find(name)
    pairs = two_at_once(exercise.misconceptions)
    plan = plan_for(exercise, 7)
    both = 0
    for names, edit in pairs:
        report = run(plan, edit.function)
        both += {report.misconception, report.also} == set(names)
        if report.also:
            assert "Two mistakes meet here" in report.hints[0]
    assert len(pairs) > 40 and both >= share * len(pairs)


def decayed(t, *, lr0, gamma, every):
    return lr0 * gamma ** (t / every)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (lambda t, **k: -decayed(t, **k), "the wrong sign"),
        (lambda t, **k: 1.7 * decayed(t, **k), "off by the same factor"),
        (lambda t, **k: 0.02 + decayed(t, **k), "off by the same amount"),
        (lambda t, **k: max(decayed(t, **k), 0.05), "adds a limit"),
        (lambda t, **k: round(decayed(t, **k), 4), "nearly right"),
    ],
)
def test_a_mistake_without_a_name_is_told_what_its_numbers_have_in_common(wrong, said):
    report = run(plan_for(find("exponential_decay"), 3), wrong)
    assert report.misconception is None
    assert any(said in hint for hint in report.hints), report.hints


def test_the_one_wrong_result_of_several_is_named():
    adam = find("adam_step")

    def forgets_v(w, grad, m, v, t, **hyper):
        new_w, new_m, _ = adam.reference(w, grad, m, v, t, **hyper)
        return new_w, new_m, v + 0.25 * np.abs(grad)

    report = run(plan_for(adam, 3), forgets_v)
    assert "Result 3 is the one that is wrong" in report.hints[0]


def test_facts_of_grading_name_no_value_of_a_hidden_input():
    plan = plan_for(find("exponential_decay"), 99)
    words = " ".join(run(plan, lambda t, **k: 1.7 * decayed(t, **k)).hints)
    assert "1.7" not in words and f"Of {len(plan.cases)} different calls" in words


@pytest.mark.parametrize(
    ("name", "pair"),
    [
        ("cosine_decay", ("ends-at-zero", "straight-line")),
        ("wsd", ("warmup-not-counted", "decay-one-early")),
        ("scheduled_drop", ("keeps-the-old-rate-at-the-milestone", "drops-once-only")),
    ],
)
def test_two_faults_that_explain_everything_come_before_one_that_explains_a_part(name, pair):
    exercise = find(name)
    report = run(plan_for(exercise, 7), dict(two_at_once(exercise.misconceptions))[pair].function)
    assert {report.misconception, report.also} == set(pair)
