"""Students' text is read in a process with bounds; beyond them a person must look."""

import json
import time
from pathlib import Path

import pytest

from autograders.bulk.dispatch import Lost
from autograders.bulk.work import page_task
from autograders.feedback import pages
from autograders.reader import BoundReached, Reader, ReaderFailed, read_submission
from autograders.similar.tokens import tokens
from autograders.submission import intake
from autograders.submission.files import Refused
from autograders.submission.folders import timestamp_of
from autograders.submission.master import read_master

from . import work

RELEASE = Path(__file__).parents[3] / "course" / "release"
UNIT = "04_step_decay_and_drops"
RELEASED = (RELEASE / UNIT / f"{UNIT}.ipynb").read_bytes()
MASTER = read_master(RELEASED, UNIT)


@pytest.fixture
def reader():
    """A reader with little time."""
    with Reader(cpu_seconds=1) as made:
        yield made


def test_a_submission_is_what_it_is_when_it_is_read_here(reader):
    notebook = json.loads(RELEASED)
    answer = next(c for c in notebook["cells"] if c["metadata"].get("nbgrader", {}).get("solution"))
    answer["source"] = "def step_decay(t): return 'ä\ud800'"
    notebook["cells"].append(
        {"cell_type": "code", "source": "x = 1", "metadata": {}, "outputs": []}
    )
    notebook["cells"].pop(0)
    data = json.dumps(notebook).encode()
    there, here = read_submission(data, MASTER, reader), intake.read_submission(data, MASTER)
    assert (there, there.digest) == (here, here.digest)
    assert [item.master for item in there.placed] == [item.master for item in here.placed]
    assert there.notebook(MASTER) == here.notebook(MASTER)


def test_what_is_refused_here_is_refused_there_in_the_same_words(reader):
    for data in (b"", b"PK\x03\x04", b"[" * 100_000, b'{"cells": [{}]}', b"\xff\xfe{"):
        with pytest.raises(Refused) as there:
            read_submission(data, MASTER, reader)
        with pytest.raises(Refused) as here:
            intake.read_submission(data, MASTER)
        assert str(there.value) == str(here.value)
    assert reader.starts == 1


def test_work_without_end_is_ended_and_the_next_text_is_read(reader):
    before = time.process_time()
    with pytest.raises(BoundReached, match="more than 1 s of processor time"):
        reader.read(work.forever)
    assert time.process_time() - before < 0.5
    assert reader.read(len, "abc") == 3
    assert reader.starts == 2


def test_the_time_is_that_of_one_text_and_not_of_all_before_it(reader):
    for _ in range(4):
        assert reader.read(sum, range(8 * 10**6)) > 0
    assert reader.starts == 1


def test_more_memory_than_anybodys_text_takes_is_named_as_the_bound(reader):
    with pytest.raises(BoundReached, match="256 MB of memory"):
        reader.read(work.hog)
    assert reader.read(len, "abc") == 3


def test_json_of_empty_lists_costs_the_grader_no_memory(reader):
    """20 MB of `[],` become 550 MB of lists."""
    data = b'{"cells": [' + b"[]," * 6_500_000 + b"[]]}"
    with pytest.raises(Refused):
        read_submission(data, MASTER, reader)


def test_an_error_of_ours_is_one_and_stops_no_other_text(reader):
    with pytest.raises(ReaderFailed, match="KeyError: 'ours'"):
        reader.read(work.fails)
    assert (reader.read(len, "abc"), reader.starts) == (3, 1)


def test_a_page_that_cannot_be_made_is_lost_with_its_reason_and_no_other_one():
    about = {"notebook": UNIT, "score": 1, "max_score": 2, "late_penalty": 0, "student": "ada"}
    cell = {"cell_type": "markdown", "id": "a", "metadata": {}, "source": "**right**"}
    plain = {"cells": [cell], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
    page = pages.Page("ada", json.dumps(plain).encode(), {**about, "assignment": UNIT}, {})
    made = page_task(page)
    assert made == pages.make_page(page)
    lost = page_task(pages.Page("bo", b"no notebook", about, {}))
    assert isinstance(lost, Lost) and "JSON" in lost.reason
    assert page_task(page) == made


def test_tokens_are_the_same_in_the_reader(reader):
    source = "def f(a):\n    return a + 1  # b\n"
    assert [tuple(found) for found in reader.read(tokens, source)] == tokens(source)


@pytest.mark.parametrize(
    ("text", "hour"),
    [
        ("2026-12-02 15:58:23.948203 UTC", 15),
        ("2026-12-02T15:58:23Z", 15),
        ("2026-12-02T15:58:23+02:00", 13),
        ("\ufeff2026-12-02 15:58", 15),
        ("2026-12-02 15:58:23,5 +01", 14),
        ("2026-12-02", None),
        ("2026-12-02 15:58:23 PST", None),
        ("02.12.2026 15:58", None),
        ("today", None),
        ("2026-12-02 15:58:23 :/etc/passwd", None),
        ("2026-12-02 15:58:23 Europe/Berlin", None),
        ("2026-13-02 15:58", None),
    ],
)
def test_a_time_stamp_is_a_time_only_in_the_forms_that_leave_nothing_to_guess(tmp_path, text, hour):
    (tmp_path / "timestamp.txt").write_text(text, "utf-8")
    found = timestamp_of(tmp_path)
    assert (found.hour if found else None) == hour


def test_no_time_stamp_names_a_file_that_the_grader_opens(tmp_path, monkeypatch):
    """nbgrader's parser hands a zone's name to `tz.gettz`, which opens the file of that name."""
    from dateutil import parser, tz

    opened = []
    monkeypatch.setattr(tz, "tzfile", lambda name, *more: opened.append(str(name)))
    target = tmp_path / "secret"
    target.write_text("x")
    text = f"2026-12-02 15:58:23 {target}"
    (tmp_path / "timestamp.txt").write_text(text)
    assert timestamp_of(tmp_path) is None and opened == []
    assert parser.parse("2026-12-02 15:58:23 UTC").hour == 15
