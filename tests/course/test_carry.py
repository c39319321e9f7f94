"""A lesson updated under a learner's work: all that was written is in the new edition."""

import copy
import json
import os
import random

import nbformat
import pytest

from course import lessons
from course.build import COURSE, notebook_path
from course.carry import CHANGED, GONE, NOTE, carry, key, marks, text

UNITS = ("01_fixed_rate", "04_step_decay_and_drops", "09_adam")


def edition(unit="01_fixed_rate"):
    """A released lesson."""
    return json.loads(notebook_path(COURSE, "release", unit).read_text("utf-8"))


def content(notebook):
    return json.dumps(notebook).encode()


def cell_of(notebook, name):
    return next(cell for cell in notebook["cells"] if key(cell) == name)


def code(source, name="mine-1"):
    return {"cell_type": "code", "id": name, "metadata": {}, "source": source,
            "outputs": [], "execution_count": None}  # fmt: skip


def answers(notebook):
    """The cells that a learner answers in."""
    return [c for c in notebook["cells"] if c["metadata"].get("nbgrader", {}).get("solution")]


def plain(notebook):
    """The lesson's own cells, which nobody grades."""
    return [c for c in notebook["cells"] if "nbgrader" not in c["metadata"]]


def improve(notebook, rng, edits):
    """Some edits that an author makes; returns the keys of tasks whose words have changed."""
    changed = set()
    for number in range(edits):
        cells = notebook["cells"]
        kind = rng.choice(["insert", "delete", "reword", "task", "move"])
        if kind == "insert":
            words = f"# a new example {number}"
            cells.insert(rng.randrange(1, len(cells)), code(words, f"new-{number}"))
        elif kind == "delete":
            cells.remove(rng.choice(plain(notebook)[1:]))
        elif kind == "reword":
            rng.choice(plain(notebook))["source"] = f"other words {number}"
        elif kind == "task":
            task = rng.choice(answers(notebook))
            task["source"] = text(task) + f"\n# clearer {number}"
            changed.add(key(task))
        else:
            cells.insert(rng.randrange(1, len(cells)), cells.pop(rng.randrange(1, len(cells))))
    for place, cell in enumerate(
        notebook["cells"]
    ):  # as the build does: ids of plain cells are numbers
        if "nbgrader" not in cell["metadata"]:
            cell["id"] = f"lesson-{place:03d}"
    return changed


def work(notebook, rng, edits):
    """Some edits that a learner makes; returns all texts that were written, and tasks answered."""
    written, answered = {}, set()
    for number in range(edits):
        kind = rng.choice(["answer", "answer", "add", "edit"])
        words = f"my words {number}"
        if kind == "answer":
            cell = rng.choice(answers(notebook))
            answered.add(key(cell))
        elif kind == "add":
            cell = code("", f"mine-{number}")
            notebook["cells"].insert(rng.randrange(len(notebook["cells"])), cell)
        else:
            cell = rng.choice(plain(notebook))
        cell["source"] = words
        written[cell["id"]] = words
    return set(written.values()), answered


@pytest.mark.parametrize("seed", range(20))
def test_twenty_random_edits_of_both_sides_lose_no_word_and_no_cell(seed):
    rng = random.Random(seed)
    old = edition(UNITS[seed % len(UNITS)])
    improve(old, rng, 0)
    new, mine = copy.deepcopy(old), copy.deepcopy(old)
    changed = improve(new, rng, 10)
    written, answered = work(mine, rng, 10)
    brought, look = carry(content(new), content(mine), marks(content(old)))
    found = json.loads(brought)
    nbformat.validate(nbformat.from_dict(found))
    texts = [text(cell) for cell in found["cells"]]
    assert all(texts.count(words) == 1 for words in written)
    for name in answered:
        assert text(cell_of(found, name)) == text(cell_of(mine, name))
        here = [key(cell) for cell in found["cells"]].index(name)
        noted = found["cells"][here - 1]["id"].startswith(NOTE)
        assert noted == (name in changed)
        if noted:
            assert text(cell_of(new, name)) in texts[here - 1].replace("\n> ", "\n")
    kept = [text(c) for c in new["cells"] if key(c) not in answered and text(c) in texts]
    replaced = len(new["cells"]) - len(kept) - len(answered)
    assert replaced <= len(written) - len(answered)
    graded = [key(c) for c in found["cells"] if "nbgrader" in c["metadata"]]
    assert graded == [key(c) for c in new["cells"] if "nbgrader" in c["metadata"]]
    assert look == sum(cell["id"].startswith(NOTE) for cell in found["cells"])
    assert carry(content(new), content(old), marks(content(old))) == (
        (json.dumps(new, indent=1, ensure_ascii=False) + "\n").encode(), 0
    )  # fmt: skip


def test_an_answer_whose_task_has_changed_stands_below_a_note_with_the_new_task():
    old = edition()
    new, mine = copy.deepcopy(old), copy.deepcopy(old)
    cell_of(mine, "sgd_step")["source"] = "def sgd_step(w, grad, lr):\n    return w - lr * grad"
    cell_of(new, "sgd_step")["source"] = "def sgd_step(w, grad, lr):\n    raise NotImplementedError"
    brought, look = carry(content(new), content(mine), marks(content(old)))
    cells = json.loads(brought)["cells"]
    place = [key(cell) for cell in cells].index("sgd_step")
    assert look == 1 and "return w - lr * grad" in text(cells[place])
    assert text(cells[place - 1]) == CHANGED.format(
        "```python\ndef sgd_step(w, grad, lr):\n    raise NotImplementedError\n```"
    )


def test_what_was_written_in_a_cell_that_is_gone_is_kept_with_a_note_and_is_not_graded():
    old = edition()
    mine, new = copy.deepcopy(old), copy.deepcopy(old)
    cell_of(mine, "sgd_step")["source"] = "mine"
    new["cells"].remove(cell_of(new, "sgd_step"))
    brought, look = carry(content(new), content(mine), marks(content(old)))
    cells = json.loads(brought)["cells"]
    place = [text(cell) for cell in cells].index("mine")
    assert look == 1 and text(cells[place - 1]) == GONE and cells[place]["metadata"] == {}


def test_a_note_is_not_carried_on_and_neither_is_an_edit_of_a_locked_check():
    old = edition()
    mine = copy.deepcopy(old)
    mine["cells"].insert(3, code("see below", f"{NOTE}sgd_step"))
    cell_of(mine, "check_sgd_step")["source"] = "print('5 of 5')"
    brought, look = carry(content(old), content(mine), marks(content(old)))
    assert look == 0 and json.loads(brought) == old


def test_a_copied_answer_cell_is_kept_as_a_plain_cell():
    old = edition()
    mine = copy.deepcopy(old)
    cell_of(mine, "sgd_step")["source"] = "first"
    second = copy.deepcopy(cell_of(mine, "sgd_step")) | {"source": "second", "id": "copied"}
    mine["cells"].insert(mine["cells"].index(cell_of(mine, "sgd_step")) + 1, second)
    brought, look = carry(content(old), content(mine), marks(content(old)))
    cells = json.loads(brought)["cells"]
    place = [text(cell) for cell in cells].index("second")
    assert look == 0 and text(cells[place - 1]) == "first" and cells[place]["metadata"] == {}


def test_without_a_record_answers_are_carried_and_old_words_of_the_lesson_are_not():
    old = edition()
    mine, new = copy.deepcopy(old), copy.deepcopy(old)
    cell_of(mine, "sgd_step")["source"] = "mine"
    plain(new)[3]["source"] = "better words"
    brought, look = carry(content(new), content(mine), {})
    wanted = copy.deepcopy(new)
    cell_of(wanted, "sgd_step")["source"] = "mine"
    assert look == 0 and json.loads(brought) == wanted


@pytest.mark.parametrize("mine", [b"", b"{", b"[]", b'{"cells": 3}', b'{"cells": [{}]}', b"\xff"])
def test_work_that_cannot_be_read_leaves_the_new_edition_as_it_is(mine):
    new = content(edition())
    assert carry(new, mine, marks(new)) == (new, 0)


# In a learner's folder


@pytest.fixture
def folder(tmp_path):
    publish(tmp_path, edition())
    deliver(tmp_path)
    return tmp_path


def publish(folder, notebook):
    path = notebook_path(folder / "course", "release", "01_fixed_rate")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content(notebook))


def deliver(folder):
    return lessons.deliver(folder / "course" / "release", folder / "work")


def save(folder, name, grade_id, source, when):
    """Write an answer into a notebook in work/, and save it at a time."""
    path = folder / "work" / name
    notebook = json.loads(path.read_text("utf-8"))
    cell_of(notebook, grade_id)["source"] = source
    path.write_bytes(content(notebook))
    os.utime(path, (when, when))


def answer_in(folder, name, grade_id):
    notebook = json.loads((folder / "work" / name).read_text("utf-8"))
    return text(cell_of(notebook, grade_id))


def test_answers_arrive_in_every_later_edition_and_the_first_file_stays(folder):
    save(folder, "01_fixed_rate.ipynb", "sgd_step", "one", 1_000)
    mine = (folder / "work" / "01_fixed_rate.ipynb").read_bytes()
    second = edition()
    plain(second)[2]["source"] = "second edition"
    publish(folder, second)
    (notice,) = deliver(folder)
    assert "with what you wrote in it, is work/01_fixed_rate.updated.ipynb." in notice
    assert "differ" not in notice
    assert answer_in(folder, "01_fixed_rate.updated.ipynb", "sgd_step") == "one"
    third = copy.deepcopy(second)
    cell_of(third, "sgd_step")["source"] = "another task"
    publish(folder, third)
    (notice,) = deliver(folder)  # the untouched update is made anew, from the first file
    assert "work/01_fixed_rate.updated.ipynb. A note in it shows" in notice
    save(folder, "01_fixed_rate.updated.ipynb", "minimise", "two", 2_000)
    fourth = copy.deepcopy(third)
    plain(fourth)[2]["source"] = "fourth edition"
    publish(folder, fourth)
    deliver(folder)
    for name, said in (("sgd_step", "one"), ("minimise", "two")):
        assert answer_in(folder, "01_fixed_rate.updated-2.ipynb", name) == said
    assert (folder / "work" / "01_fixed_rate.ipynb").read_bytes() == mine
    assert deliver(folder) == []


def test_the_course_opens_where_the_learner_saved_last_or_at_its_update(folder):
    work = folder / "work"
    assert lessons.last_saved(work) is None and lessons.last_saved(folder / "nowhere") is None
    (work / "my own.ipynb").write_text("{}")
    assert lessons.last_saved(work) is None
    save(folder, "01_fixed_rate.ipynb", "sgd_step", "one", 1_000)
    assert lessons.last_saved(work) == "01_fixed_rate.ipynb"
    second = edition()
    plain(second)[2]["source"] = "second edition"
    publish(folder, second)
    deliver(folder)
    assert lessons.last_saved(work) == "01_fixed_rate.updated.ipynb"
    os.utime(work / "01_fixed_rate.updated.ipynb", (2_000, 2_000))
    save(folder, "01_fixed_rate.ipynb", "sgd_step", "I prefer the old one", 3_000)
    assert lessons.last_saved(work) == "01_fixed_rate.ipynb"
