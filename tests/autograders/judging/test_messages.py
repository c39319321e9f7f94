"""What a report says of an answer that nobody foresaw: what came, what is wrong, nothing untrue."""

import math

import numpy as np
import pytest

from autograders.declare.catalogue import find
from autograders.declare.returns import show
from autograders.judging.laws import run
from autograders.judging.plan import plan_for
from autograders.judging.report import FULL

from .test_suites import ADAM


def judged(name, function, seed=0):
    return run(plan_for(find(name), seed), function, reveal=True)


def said(report):
    return {finding.property: finding.message for finding in report.findings if not finding.passed}


# Functions as results and as arguments


@pytest.mark.parametrize(
    ("result", "came"),
    [
        (0.5, "the number 0.5"),
        ([0.5], "a list of 1 values"),
        ((0.5, 0.4), "a tuple of 2 values"),
        (None, "None (is a `return` missing?)"),
    ],
)
def test_what_should_have_been_a_function_is_said(result, came):
    report = judged("chain", lambda schedules, lengths: result)
    assert set(said(report).values()) == {f"expected a function of one argument, got {came}"}
    assert report.example.got == show(result)


def test_a_list_of_rates_is_no_function_of_t_even_where_its_length_fits():
    def rates(schedules, lengths):
        return [piece(t) for piece, n in zip(schedules, lengths) for t in range(n)][:3]

    assert judged("chain", rates).score == 0


def test_the_argument_of_a_function_that_is_handed_in_may_be_named():
    def with_names(schedules, lengths):
        def joined(t):
            for piece, length in zip(schedules, lengths):
                if t < length:
                    return piece(t=t)
                t -= length
            return schedules[-1](t=t)

        return joined

    assert judged("chain", with_names).status == FULL


def test_a_result_of_no_use_is_described_although_an_error_was_raised_rightly():
    def scores_in_a_dict(train, rates, seeds):
        best, scores = find("tune").reference(train, rates, seeds)
        return best, dict(zip(map(str, rates), scores))

    message = said(judged("tune", scores_in_a_dict))["rate"]
    assert "scores: expected a sequence of numbers" in message
    assert "a dict with the keys" in message


# Errors that were raised


def test_the_contract_is_named_where_the_call_does_not_fit_and_only_there():
    report = judged("warmup", lambda t, lr: lr)
    assert "the contract is warmup(t, *, lr, steps)" in said(report)["values"]
    report = judged("warmup", lambda t, *, lr, steps: math.ldexp(lr, 1.5 + t))
    assert "argument" in said(report)["values"]
    assert "the contract is" not in said(report)["values"]


# Names of misconceptions


def ignores_the_lowest_loss(w, grad, loss, loss_min, max_lr):
    square = np.sum(grad**2)
    return w - min(max_lr, loss / square) * grad if square and loss > loss_min else w.copy()


def top_held_for_two(t, *, base_lr, max_lr, half_cycle):
    p = t % (2 * half_cycle)
    p = p if p < half_cycle else 2 * half_cycle - 1 - p
    return base_lr + (max_lr - base_lr) * p / half_cycle


def corrects_the_first_update(w, grad, m, v, t, *, lr, beta1, beta2, eps):
    return find("adam_step").reference(
        w, grad, m, v, t if t == 1 else 10**6, lr=lr, beta1=beta1, beta2=beta2, eps=eps
    )


@pytest.mark.parametrize(
    ("name", "function"),
    [
        ("polyak_step", ignores_the_lowest_loss),
        ("triangular", top_held_for_two),
        ("adam_step", corrects_the_first_update),
    ],
)
def test_a_few_edge_cases_in_common_are_no_misconception(name, function):
    """Each was once given the hints of another fault that happens to end alike in a corner."""
    report = judged(name, function)
    assert not report.passed
    assert report.misconception is None


def test_what_is_remembered_between_calls_is_called_so_and_by_no_other_name():
    kept = {}

    def adagrad_step(w, grad, accumulator, *, lr, eps):
        before = kept.get("a", accumulator) if accumulator.any() else accumulator
        kept["a"] = (before if before.shape == w.shape else 0) + grad**2
        return w - lr * grad / (np.sqrt(kept["a"]) + eps), kept["a"].copy()

    report = judged("adagrad_step", adagrad_step)
    assert "the same call gave another answer the second time" in said(report)["purity"]
    assert report.misconception is None


# Lists of tests whose expected values are wrong


def adam(change):
    cases = []
    for arguments, _ in ADAM.reference():
        by_place = {name: arguments[name] for name in ("w", "grad", "m", "v", "t")}
        others = {name: value for name, value in arguments.items() if name not in by_place}
        cases.append((arguments, change(by_place, others)))
    return judged(ADAM.name, lambda: cases)


def test_a_list_that_believes_a_wrong_version_is_told_which():
    def counts_from_two(by_place, others):
        return find("adam_step").reference(**{**by_place, "t": by_place["t"] + 1}, **others)

    report = adam(counts_from_two)
    assert "; a version with this fault does: `t` is 1 for the first update" in str(report)
    assert report.misconception is None


def test_a_list_that_believes_no_known_version_is_not_told_of_one():
    def rounds(by_place, others):
        right = find("adam_step").reference(**by_place, **others)
        return tuple(np.round(part, 2) for part in right)

    report = adam(rounds)
    assert "a right version does not return" in str(report)
    assert "with this fault" not in str(report)
    assert report.misconception is None
