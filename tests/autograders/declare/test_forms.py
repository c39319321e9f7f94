"""One right version in other forms: the same result, and in each form that the contract allows."""

import numpy as np
import pytest

from autograders.declare.exercise import Exercise, given
from autograders.declare.forms import forms_of
from autograders.declare.returns import (
    Arrays,
    Batches,
    Keyed,
    Number,
    Numbers,
    Parameters,
    Several,
    State,
    Text,
    WholeNumber,
    numbers_of,
)  # fmt: skip
from autograders.judging.laws import exercises, run
from autograders.judging.plan import plan_for

STATE = State((Number(), WholeNumber()), ("lr", "bad"))
RESULTS = [
    (Number(), 0.5, {"in_single_precision", "as_zero_dimensional_array"}),
    (WholeNumber(), 12, {"as_a_float", "as_zero_dimensional_array"}),
    (Numbers(), [0.5, 2.0], {"in_single_precision", "as_a_tuple"}),
    (Parameters(), np.array([[0.5], [2.0]]), {"in_single_precision", "entry_by_entry"}),
    (Arrays(), [np.array([0.5]), np.array([[2.0]])], {"arrays_in_a_tuple"}),
    (Text(), "too slow", {"as_numpy_text"}),
    (Batches(), [np.array([2, 0]), np.array([1])], {"in_small_integers"}),
    (STATE, {"lr": 0.5, "bad": 3},
     {"in_single_precision", "as_zero_dimensional_array", "as_a_float"}),
    (Keyed(STATE), {"SGD": {"lr": 0.5, "bad": 3}},
     {"in_single_precision", "as_zero_dimensional_array", "as_a_float"}),
    (Several((Number(), Numbers()), ("rate", "scores")), (0.5, [1.0, 2.0]),
     {"in_single_precision", "as_zero_dimensional_array", "as_a_tuple", "as_a_list"}),
]  # fmt: skip


def plain(read):
    return [np.asarray(part).tolist() for part in numbers_of(read)]


@pytest.mark.parametrize("kind, result, names", RESULTS, ids=lambda item: type(item).__name__)
def test_each_form_reads_as_the_same_result_and_is_another_one(kind, result, names):
    forms = forms_of(lambda w: result, kind)
    assert set(forms) == names
    for name, function in forms.items():
        if name == "entry_by_entry":
            continue
        other = function(np.zeros(2))
        assert plain(kind.read(other)) == plain(kind.read(result)), name
        assert repr(other) != repr(result), name


def test_a_result_that_is_a_function_has_its_values_in_the_form():
    joined = forms_of(lambda length: lambda t: t / length, Number())["in_single_precision"]
    assert joined(4)(2) == 0.5
    assert type(joined(4)(2)) is np.float32


@pytest.mark.parametrize("shape", [(), (1,), (3, 1), (2, 3)])
def test_entry_by_entry_one_entry_of_every_array_is_seen_at_a_time(shape):
    seen = []

    def step(w, grad, *, lr, velocity):
        seen.append(np.shape(w))
        return w - lr * velocity, velocity + grad

    arrays = {name: np.random.default_rng(3).normal(size=shape) for name in ("w", "g", "v")}
    call = (arrays["w"], arrays["g"]), {"lr": 0.3, "velocity": arrays["v"]}
    kind = Several((Parameters(), Parameters()), ("w", "velocity"))
    one_by_one = forms_of(step, kind)["entry_by_entry"](*call[0], **call[1])
    assert seen == [()] * arrays["w"].size
    for mine, whole in zip(one_by_one, step(*call[0], **call[1])):
        assert mine.shape == shape and np.array_equal(mine, whole)


def declared(**more):
    return Exercise(
        name="total",
        unit="00",
        signature="total(x)",
        returns=Parameters(),
        reference=lambda x: x - x.mean(),
        cases=lambda rng: [given(rng.normal(size=4)).on("values", "x is long")],
        worth={"values": 1},
        **more,
    )


def test_a_form_that_would_be_wrong_is_left_out_by_name():
    item = declared()
    item.variant(item.reference)
    wrong = item.right_versions()["entry_by_entry"]
    assert not run(plan_for(item), wrong).passed

    item = declared(not_in_form=("entry_by_entry",))
    item.variant(item.reference)
    assert list(item.right_versions()) == ["<lambda>", "in_single_precision"]


def test_a_form_that_is_no_form_cannot_be_left_out():
    with pytest.raises(ValueError, match="total: expected a form of"):
        declared(not_in_form=("entry_for_entry",))


def test_a_variant_goes_before_the_form_of_its_name():
    item = declared()

    @item.variant
    def in_single_precision(x):
        return np.float32(x - x.mean())

    assert item.right_versions()["in_single_precision"] is in_single_precision


@pytest.mark.parametrize("exercise", exercises(), ids=lambda item: item.name)
def test_no_form_is_left_out_that_would_be_right(exercise):
    first = next(iter(exercise.variants.values()))
    made = forms_of(first, exercise.returns)
    for name in exercise.not_in_form:
        assert not run(plan_for(exercise), made[name]).passed
