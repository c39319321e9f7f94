"""The terms of a course decide what counts, and a slip in them is said before it counts."""

from datetime import datetime, timedelta

import pytest
from traitlets.config import Config

from autograders.gradebook.terms import Terms, UnitTerms
from autograders.gradebook.totals import Mark, total
from autograders.submission.folders import CourseError, late_penalty

NOW = datetime(2026, 5, 1)


def terms_of(tmp_path, text):
    (tmp_path / "policy.toml").write_text(text, encoding="utf-8")
    return Terms.load(tmp_path)


def test_terms_are_read_in_utc_with_extensions_excuses_weights_and_caps(tmp_path):
    found = terms_of(
        tmp_path,
        """
        missing = "left out"
        drop_lowest = 1
        [units.a]
        due = 2026-03-01T12:00:00+01:00
        weight = 2
        cap = 18
        [[people]]
        student = "ada"
        unit = "a"
        days = 1.5
        why = "ill"
        [[people]]
        student = "bob"
        unit = "a"
        due = 2026-03-04T11:00:00Z
        [[people]]
        student = "cy"
        unit = "a"
        excused = true
        """,
    )
    assert found.known
    assert found.of("a") == UnitTerms(datetime(2026, 3, 1, 11), 2.0, 18.0)
    assert found.of("b") == UnitTerms()
    assert found.extensions == {("ada", "a"): timedelta(hours=36), ("bob", "a"): timedelta(days=3)}
    assert found.excused == {("cy", "a")} and (found.missing, found.drop_lowest) == ("left out", 1)


def test_without_a_file_nothing_is_said_of_anything(tmp_path):
    assert not Terms.load(tmp_path).known and Terms.load(tmp_path).of("a").due is None


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("missing = 'none'", "expected missing ="),
        ("drop_lowest = -1", "expected drop_lowest"),
        ("drop_lowest = true\nwieght = 1", "got wieght as well"),
        ("[units.a]\ndue = 2026-03-01", "got a day without a time"),
        ("[units.a]\ndue = 'monday'", "expected a time such as"),
        ("[units.a]\nweight = -1", "expected weight to be a number from 0, got -1"),
        ("[units.a]\nweight = true", "expected weight to be a number from 0, got True"),
        ("[units.a]\ncap = nan", "expected cap to be a number from 0, got nan"),
        ("[[people]]\nstudent = 'ada'", "expected student and unit"),
        ("[[people]]\nstudent='ada'\nunit='a'\ndue = 2026-03-01T00:00:00Z", "a has none here"),
        ("units = [", "policy.toml"),
    ],
)
def test_a_slip_in_the_terms_is_said(tmp_path, text, said):
    with pytest.raises(CourseError, match=said):
        terms_of(tmp_path, text)


def test_a_unit_or_a_student_that_nobody_knows_is_said(tmp_path):
    found = terms_of(tmp_path, "[units.a]\n[[people]]\nstudent='adda'\nunit='b'\ndays=1")
    with pytest.raises(CourseError, match="student 'adda', unit 'b'"):
        found.check(["a"], ["ada"])
    found.check(["a", "b"], [])


# Totals


def of_ada(marks, due=None, units=("a", "b", "c"), **terms):
    return total("ada", units, marks, Terms(known=True, **terms), due or {}, NOW)


def states(found):
    return [part.state for part in found.parts]


def test_a_total_is_the_weighted_mean_of_shares():
    marks = {"a": Mark(10, 20), "b": Mark(20, 20), "c": Mark(5, 10)}
    assert of_ada(marks).percent == pytest.approx(100 * (0.5 + 1 + 0.5) / 3)
    heavy = {"a": UnitTerms(weight=3)}
    found = total("ada", ["a", "b"], marks, Terms(heavy), {}, NOW)
    assert found.percent == pytest.approx(100 * (3 * 0.5 + 1) / 4) and found.final


def test_no_more_points_count_than_the_cap_and_extra_credit_counts_without_one():
    marks = {"a": Mark(22, 20)}
    assert total("ada", ["a"], marks, Terms(), {}, NOW).percent == pytest.approx(110)
    capped = Terms({"a": UnitTerms(cap=20)})
    assert total("ada", ["a"], marks, capped, {}, NOW).percent == 100


def test_missing_work_is_zero_once_it_is_due_or_left_out_as_the_terms_say():
    marks, due = {"a": Mark(20, 20)}, {"b": NOW - timedelta(days=1), "c": NOW + timedelta(days=1)}
    found = of_ada(marks, due)
    assert states(found) == ["counted", "missing", "not due yet"]
    assert found.percent == 50 and not found.final
    assert of_ada(marks, due, missing="left out").percent == 100
    later = of_ada(marks, due, extensions={("ada", "b"): timedelta(days=2)})
    assert states(later) == ["counted", "not due yet", "not due yet"] and later.percent == 100


def test_an_excused_unit_counts_for_nothing_whatever_was_handed_in():
    found = of_ada({"a": Mark(0, 20), "b": Mark(20, 20)}, units=("a", "b"),
                   excused=frozenset({("ada", "a")}))  # fmt: skip
    assert states(found) == ["excused", "counted"] and found.percent == 100 and found.final


def test_what_nobody_has_read_yet_is_no_zero_in_a_total():
    found = of_ada({"a": Mark(0, 20, final=False), "b": Mark(15, 20)}, units=("a", "b"))
    assert states(found) == ["not read yet", "counted"]
    assert (found.percent, found.final) == (75, False)


def test_the_lowest_are_dropped_missing_ones_first_and_one_is_kept():
    marks = {"a": Mark(20, 20), "b": Mark(5, 20)}
    found = of_ada(marks, drop_lowest=1)
    assert states(found) == ["counted", "counted", "dropped"] and found.percent == 62.5
    assert of_ada(marks, drop_lowest=2).percent == 100
    assert of_ada({"a": Mark(5, 20)}, units=("a",), drop_lowest=3).percent == 25
    assert of_ada({}, units=()).percent is None


# nbgrader's late-submission plugins

PLUGIN = """
from nbgrader.plugins import BasePlugin
class PerDay(BasePlugin):
    def late_submission_penalty(self, student_id, score, total_seconds_late):
        return {answer}
"""


def rule_of(tmp_path, answer, name):
    (tmp_path / f"{name}.py").write_text(PLUGIN.format(answer=answer))
    config = Config()
    config.AssignLatePenalties.plugin_class = f"{name}.PerDay"
    return late_penalty(config, tmp_path)


def test_a_late_plugin_in_the_courses_folder_is_found_from_anywhere(tmp_path, monkeypatch):
    monkeypatch.syspath_prepend(str(tmp_path / "elsewhere"))
    monkeypatch.chdir("/")
    rule = rule_of(tmp_path, "score * total_seconds_late / 86400", "late_per_day")
    assert rule("ada", 10.0, 43200.0) == 5.0


@pytest.mark.parametrize("answer", ["scores", "'much'"])
def test_a_late_plugin_with_a_slip_stops_a_class_before_it_is_graded(tmp_path, monkeypatch, answer):
    monkeypatch.syspath_prepend(str(tmp_path))
    with pytest.raises(CourseError, match=r"fails: .*; correct it, or the setting"):
        rule_of(tmp_path, answer, f"late_wrong_{len(answer)}")


def test_a_late_plugin_that_is_not_there_is_said(tmp_path):
    config = Config()
    config.AssignLatePenalties.plugin_class = "no_such_module.Plugin"
    with pytest.raises(CourseError, match="no_such_module"):
        late_penalty(config, tmp_path)
