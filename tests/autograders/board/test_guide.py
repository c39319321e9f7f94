"""The instructor's pages as data: every plan is read, and what is said to a mistake fits it."""

from __future__ import annotations

import re

import pytest

from autograders.board.guide import read_guide
from autograders.declare.catalogue import of_unit
from tests.conftest import ROOT

PAGES = sorted(ROOT.glob("course/units/*/guide.md"))


def guide_of(path):
    return read_guide(path, of_unit(path.parent.name))


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.parent.name)
def test_a_page_gives_a_plan_of_the_whole_lab_and_a_sentence_for_each_mistake(path):
    items = of_unit(path.parent.name)
    guide = guide_of(path)
    begins = [row.minute for row in guide.plan]
    assert begins[0] == 0 and begins == sorted(set(begins)) and begins[-1] < guide.minutes == 75
    text = path.read_text("utf-8")
    assert all(text.count(f"| {row.minute} | ") >= 1 and row.what and row.who for row in guide.plan)
    assert guide.title.startswith(path.parent.name[:2])
    assert {name for row in guide.plan for name in row.exercises} <= set(items)
    assert any(row.exercises for row in guide.plan), "the class can be seen against the plan"
    known = {
        (name, id) for name, item in items.items() for id in getattr(item, "misconceptions", ())
    }
    assert set(guide.says) == known and all(guide.says.values())


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.parent.name)
def test_the_peer_questions_are_read_whole_and_no_option_gives_its_answer_away(path):
    guide, text = guide_of(path), " ".join(path.read_text("utf-8").split())
    assert len(guide.peers) == 2
    for peer in guide.peers:
        assert [option.letter for option in peer.options] == list("abcd")[: len(peer.options)]
        assert any(option.right for option in peer.options)
        for option in peer.options:
            assert f"({option.letter}) " in text and f"*{option.explanation}*" in text
            assert option.text and "Right" not in option.text and "Believes" not in option.text
        shown = [peer.text, peer.then, *(o.text + o.explanation for o in peer.options)]
        assert not [said for said in shown if re.search(r"[$`]|\*\w", said)]


def test_a_mistake_gets_the_guides_sentence_where_the_guide_quotes_its_code():
    guide = guide_of(ROOT / "course/units/04_step_decay_and_drops/guide.md")
    assert guide.says["step_decay", "glides"].startswith('"Plot it. Where are the steps?"')
    assert "t = 6 with every = 10" in guide.says["step_decay", "rounds-to-nearest"]
    late = guide.says["scheduled_drop", "keeps-the-old-rate-at-the-milestone"]
    assert late.startswith('"Which update is t = 10')


def test_a_row_quotes_no_right_version():
    says = guide_of(ROOT / "course/units/04_step_decay_and_drops/guide.md").says
    items = of_unit("04_step_decay_and_drops")
    own = items["step_decay"].misconceptions["drops-one-early"].where
    assert says["step_decay", "drops-one-early"] == own


def test_what_fast_pairs_do_is_not_asked_of_the_class():
    plan = guide_of(ROOT / "course/units/04_step_decay_and_drops/guide.md").plan
    assert next(row for row in plan if row.minute == 49).exercises == ("scheduled_drop",)


def test_a_unit_without_a_page_has_no_plan_and_the_exercises_own_sentences(tmp_path):
    items = of_unit("04_step_decay_and_drops")
    guide = read_guide(tmp_path / "guide.md", items)
    assert guide.plan == () and len(guide.says) == sum(
        len(getattr(item, "misconceptions", ())) for item in items.values()
    )
