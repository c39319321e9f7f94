"""Wrong versions as edits of right ones: what is changed, what is refused, what is seen of it."""

import inspect
import traceback

import pytest

from autograders.declare.edits import Edit
from autograders.declare.exercise import Exercise, given
from autograders.declare.returns import Number
from autograders.insight.page import code_of
from autograders.judging.laws import rows


def exercise():
    return Exercise(
        name="share",
        unit="00",
        signature="share(t, every)",
        returns=Number(),
        reference=lambda t, every: t / every,
        cases=lambda rng: [given(t, 4) for t in (7, 10, 13)],
        worth={"values": 1},
    )


SHARE = exercise()


@SHARE.variant
def as_written(t, every):
    share = t / every
    return share if share > 0 else 0


def halved(n, down=1):
    if n == 0:
        return 0
    return down + halved(n // 2)


def test_an_edit_changes_what_it_names_and_nothing_else():
    assert Edit(as_written, ("t / every", "t // every")).function(7, 2) == 3
    assert as_written(7, 2) == 3.5


def test_several_changes_are_made_in_any_order():
    changes = ("t /", "t *"), ("return share", "return -share")
    assert Edit(as_written, *changes).source == Edit(as_written, *reversed(changes)).source
    assert Edit(as_written, *changes).function(7, 2) == -14


def test_decorators_are_left_out():
    before = dict(SHARE.variants)
    edit = Edit(as_written, ("t / every", "t"))
    assert edit.source.startswith("def as_written(t, every):\n")
    assert edit.function(7, 2) == 7
    assert SHARE.variants == before


def test_a_function_that_calls_itself_calls_the_edited_one():
    assert halved(12) == 4
    assert Edit(halved, ("down +", "2 * down +")).function(12) == 8


@pytest.mark.parametrize(
    "changes, said",
    [
        ([("t // every", "t")], "expected 't // every' once in the body, got it 0 times"),
        ([("share", "rest")], "expected 'share' once in the body, got it 3 times"),
        ([("t, every", "t")], "once in the body, got it 0 times"),
        ([("", "t")], "expected '' once"),
        ([("t / every", "t"), ("every", "t")], "got 'every' inside another one"),
        ([], "expected at least one change"),
    ],
)
def test_a_change_of_no_single_place_is_refused_where_it_is_declared(changes, said):
    with pytest.raises(ValueError, match=r"an edit of .*test_edits\.as_written: ") as refused:
        Edit(as_written, *changes)
    assert said in str(refused.value)


def test_a_function_with_variables_around_it_is_refused():
    every = 2

    def inner(t):
        return t / every

    with pytest.raises(ValueError, match="inner, which uses every of the function around it"):
        Edit(inner, ("t /", "t *"))


@pytest.mark.parametrize("new", ["math.floor(t / every)", "(lambda: math.pi)()"])
def test_a_name_that_the_module_does_not_have_is_refused_before_it_is_called(new):
    with pytest.raises(ValueError, match="got math; import them there"):
        _ = Edit(as_written, ("t / every", new)).function
    assert Edit(as_written, ("t / every", "inspect.iscode(t) + round(t)")).function(7, 2) == 7


def test_nothing_is_compiled_before_it_is_asked_for():
    edit = Edit(as_written, ("return", "retrun"))
    with pytest.raises(SyntaxError) as error:
        _ = edit.function
    assert error.value.text == "    retrun share if share > 0 else 0\n"


def test_the_edited_source_is_what_is_read_and_what_a_traceback_shows():
    function = Edit(as_written, ("t / every", "t / (every - 2)")).function
    assert inspect.getsource(function) == code_of(function) + "\n"
    assert "share = t / (every - 2)" in code_of(function)
    with pytest.raises(ZeroDivisionError) as error:
        function(7, 2)
    shown = "".join(traceback.format_exception(error.value))
    assert "as_written, 't / every' -> 't / (every - 2)'\", line 2, in as_written\n" in shown
    assert "\n    share = t / (every - 2)\n" in shown


def test_a_misconception_takes_edits_and_functions():
    item = exercise()
    item.variant(as_written)
    hints = {"where": "here", "why": "so", "how": "thus"}
    item.misconception("stairs", Edit(as_written, ("t /", "t //")), **hints)
    item.misconception("upside-down", lambda t, every: every / t, **hints)

    @item.also("stairs")
    def rounded_down(t, every):
        return int(t / every)

    found = [row for row in rows([item], [0]) if row.expected != "right"]
    assert [(row.expected, row.got) for row in found] == [
        ("stairs", "stairs"), ("stairs", "stairs"), ("upside-down", "upside-down"),
    ]  # fmt: skip


def test_a_misconception_without_any_version_is_off_the_diagonal():
    item = exercise()
    item.misconception("forgotten", where="here", why="so", how="thus")
    [row] = [row for row in rows([item], [0]) if row.expected == "forgotten"]
    assert not row.holds and row.problem == "has no wrong version"
