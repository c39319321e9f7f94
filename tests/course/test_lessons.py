"""The rule for lessons: what a learner wrote is never overwritten, the rest is kept fresh."""

import json
import re
from pathlib import Path

import pytest

from course import lessons

FIRST = '{"cells": []}'


@pytest.fixture
def folder(tmp_path):
    """A course with one released lesson, and a learner who has not begun."""
    release(tmp_path, FIRST)
    return tmp_path


def release(folder, text, name="00_start_here"):
    """Publish a version of a lesson."""
    unit = folder / "course" / "release" / name
    unit.mkdir(parents=True, exist_ok=True)
    (unit / f"{name}.ipynb").write_text(text, "utf-8")


def deliver(folder):
    return lessons.deliver(folder / "course" / "release", folder / "work")


def delivered(folder):
    """What lies in work/: name -> text."""
    return {path.name: path.read_text("utf-8") for path in (folder / "work").glob("*.ipynb")}


def test_lessons_arrive_flat_in_work(folder):
    release(folder, "another", "01_fixed_rate")
    assert deliver(folder) == []
    assert delivered(folder) == {
        "00_start_here.ipynb": FIRST,
        "01_fixed_rate.ipynb": "another",
    }


def test_an_untouched_lesson_is_refreshed(folder):
    deliver(folder)
    release(folder, "second edition")
    assert deliver(folder) == []
    assert delivered(folder) == {"00_start_here.ipynb": "second edition"}


def test_a_changed_lesson_stays_and_its_update_arrives_beside_it_once(folder):
    deliver(folder)
    (folder / "work" / "00_start_here.ipynb").write_text("mine", "utf-8")
    assert deliver(folder) == []
    release(folder, "second edition")
    notices = deliver(folder)
    both = {"00_start_here.ipynb": "mine", "00_start_here.updated.ipynb": "second edition"}
    assert delivered(folder) == both
    assert len(notices) == 1 and "work/00_start_here.updated.ipynb" in notices[0]
    assert deliver(folder) == []
    assert delivered(folder) == both


def test_a_changed_update_stays_too(folder):
    deliver(folder)
    (folder / "work" / "00_start_here.ipynb").write_text("mine", "utf-8")
    release(folder, "second edition")
    deliver(folder)
    (folder / "work" / "00_start_here.updated.ipynb").write_text("mine as well", "utf-8")
    release(folder, "third edition")
    deliver(folder)
    assert delivered(folder) == {
        "00_start_here.ipynb": "mine",
        "00_start_here.updated.ipynb": "mine as well",
        "00_start_here.updated-2.ipynb": "third edition",
    }


def test_an_update_that_was_put_away_is_not_offered_twice(folder):
    deliver(folder)
    (folder / "work" / "00_start_here.ipynb").write_text("mine", "utf-8")
    release(folder, "second edition")
    deliver(folder)
    (folder / "work" / "00_start_here.updated.ipynb").unlink()
    assert deliver(folder) == []
    assert delivered(folder) == {"00_start_here.ipynb": "mine"}


def test_opening_and_running_a_lesson_does_not_count_as_changing_it(folder):
    released = {
        "cells": [{"cell_type": "code", "source": ["1\n", "+1"], "metadata": {}, "outputs": []}]
    }
    release(folder, json.dumps(released))
    deliver(folder)
    run_once = json.loads(json.dumps(released))
    run_once["metadata"] = {"language_info": {"name": "python"}}
    run_once["cells"][0] |= {"source": "1\n+1", "outputs": ["2"], "execution_count": 1}
    lesson = folder / "work" / "00_start_here.ipynb"
    lesson.write_text(json.dumps(run_once), "utf-8")
    deliver(folder)
    assert json.loads(lesson.read_text("utf-8")) == run_once, (
        "outputs stay while there is no update"
    )
    release(folder, "second edition")
    assert deliver(folder) == []
    assert delivered(folder) == {"00_start_here.ipynb": "second edition"}


def test_a_learner_who_takes_the_update_over_is_up_to_date(folder):
    deliver(folder)
    (folder / "work" / "00_start_here.ipynb").write_text("mine", "utf-8")
    release(folder, "second edition")
    deliver(folder)
    (folder / "work" / "00_start_here.updated.ipynb").replace(
        folder / "work" / "00_start_here.ipynb"
    )
    assert deliver(folder) == []
    assert delivered(folder) == {"00_start_here.ipynb": "second edition"}


def test_a_deleted_lesson_comes_back_fresh(folder):
    deliver(folder)
    (folder / "work" / "00_start_here.ipynb").unlink()
    deliver(folder)
    assert delivered(folder) == {"00_start_here.ipynb": FIRST}


@pytest.mark.parametrize("damage", ["", "not json", "[1, 2]", '{"00_start_here.ipynb": 3}'])
def test_work_survives_the_loss_of_the_record_of_deliveries(folder, damage):
    deliver(folder)
    (folder / "work" / "00_start_here.ipynb").write_text("mine", "utf-8")
    (folder / "work" / ".delivered.json").write_text(damage, "utf-8")
    release(folder, "second edition")
    deliver(folder)
    assert delivered(folder)["00_start_here.ipynb"] == "mine"


def test_every_link_of_the_delivered_lessons_and_pages_leads_to_a_file(tmp_path):
    course = Path(lessons.__file__).parent
    assert lessons.deliver(course / "release", tmp_path) == []
    targets = [
        tmp_path / target
        for path in [*tmp_path.glob("*.ipynb"), *tmp_path.glob("*.md")]
        for target in re.findall(r"\]\(([^():#\s]+\.(?:md|svg|ipynb))\b", path.read_text("utf-8"))
    ]
    assert {tmp_path / name for name in lessons.PAGES} < set(targets)
    assert set(tmp_path.glob("*.ipynb")) < set(targets)
    assert [target for target in targets if not target.is_file()] == []


def test_a_page_with_a_learners_notes_stays_and_its_update_arrives_beside_it(folder):
    page = folder / "course" / "glossary.md"
    page.write_text("first", "utf-8")
    deliver(folder)
    (folder / "work" / "glossary.md").write_text("first, and my notes", "utf-8")
    page.write_text("second", "utf-8")
    assert len(deliver(folder)) == 1
    assert (folder / "work" / "glossary.md").read_text("utf-8") == "first, and my notes"
    assert (folder / "work" / "glossary.updated.md").read_text("utf-8") == "second"
