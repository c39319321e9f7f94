"""Work that lies elsewhere than asked is proposed to a person, and is never lost or silently 0."""

import copy
import io
import json
import zipfile

import pytest

from autograders.__main__ import main
from autograders.gradebook.audit import Audit
from autograders.gradebook.marks import marks_of
from autograders.gradebook.placing import ask, these
from autograders.submission.folders import CourseError, CourseFolder
from autograders.submission.intake import read_submission
from autograders.submission.master import read_master
from autograders.submission.triage import accept, proposals, unsure_times

from ..classroom import COURSE, DROPS, FIXED, FULL, PUPILS, Pupil, new_course, submission

NAME = f"{DROPS}.ipynb"
MASTER = read_master(COURSE / "release" / DROPS / NAME)
WORKED = json.dumps(submission(COURSE, DROPS, PUPILS[DROPS][0])).encode()
BLANK = (COURSE / "release" / DROPS / NAME).read_bytes()
HALF = json.dumps(
    submission(COURSE, DROPS, Pupil("h", {"scheduled_drop": None, "conclusion": None}))
).encode()
OTHER = json.dumps(submission(COURSE, FIXED, PUPILS[FIXED][0])).encode()


def zipped(_method=zipfile.ZIP_STORED, **files):
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", _method) as made:
        for name, data in files.items():
            made.writestr(name, data)
    return archive.getvalue()


FOUND = {
    "a worked copy beside the blank one": {NAME: BLANK, f"{DROPS}-Copy1.ipynb": WORKED},
    "a copy with more answers": {NAME: HALF, "final.ipynb": WORKED},
    "beside an empty file": {NAME: b"", "final.ipynb": WORKED},
    "beside a broken file": {NAME: WORKED[:500], "mine.ipynb": WORKED},
    "two with other names, one blank": {"one.ipynb": BLANK, "two.ipynb": WORKED},
    "as .ipynb.json": {f"{NAME}.json": WORKED},
    "as .ipynb.txt": {f"{NAME}.txt": WORKED},
    "as .json": {f"{DROPS}.json": WORKED},
    "in upper case": {NAME: BLANK, "FINAL.IPYNB": WORKED},
    "in a folder": {f"my work/{NAME}": WORKED},
    "in a folder of a folder": {f"a/b/{NAME}": WORKED, NAME: BLANK},
    "in a zip": {"work.zip": zipped(**{NAME: WORKED})},
    "in a folder of a zip": {"work.zip": zipped(**{f"work/{NAME}": WORKED, "notes.txt": b"x"})},
    "a zip beside the blank one": {NAME: BLANK, "work.ZIP": zipped(**{NAME: WORKED})},
    "beside the metadata of a Mac": {
        "work.zip": zipped(**{f"__MACOSX/._{NAME}": b"\0", NAME: WORKED})
    },
    "the best of three": {"a.ipynb": HALF, "b.ipynb": WORKED, "c.ipynb": BLANK},
}
NOT_FOUND = {
    "the right place": {NAME: WORKED},
    "the right place with a blank copy": {NAME: WORKED, "old.ipynb": BLANK},
    "the right place with an equal copy": {NAME: WORKED, "copy.ipynb": WORKED},
    "one with another name, which is graded anyway": {"mine.ipynb": WORKED},
    "another unit's notebook": {NAME: BLANK, f"{FIXED}.ipynb": OTHER},
    "a checkpoint of Jupyter": {NAME: BLANK, f".ipynb_checkpoints/{NAME}": WORKED},
    "no notebook at all": {NAME: BLANK, "data.json": b'{"a": 1}', "notes.txt": b"x"},
    "a broken zip": {NAME: BLANK, "work.zip": zipped(**{NAME: WORKED})[:-40]},
    "a zip that claims little and holds much": {
        NAME: BLANK, "bomb.zip": zipped(**{NAME: b" " * (21 * 2**20)})
    },
    "nothing": {},
}  # fmt: skip


@pytest.fixture
def course(tmp_path):
    return CourseFolder(new_course(tmp_path / "course", [DROPS]))


def hand_in(course, files, student="ada"):
    folder = course.submitted(DROPS, student)
    folder.mkdir(parents=True)
    for name, data in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(data)
    return folder


@pytest.mark.parametrize("files", FOUND.values(), ids=FOUND)
def test_work_elsewhere_is_found_and_what_was_there_stays_beside_it(course, files):
    folder = hand_in(course, files)
    [proposal] = proposals(course, DROPS, ["ada"])
    assert proposal.content == WORKED and proposal.place in str(proposal)
    accept(course, DROPS, proposal)
    assert (folder / NAME).read_bytes() == WORKED
    left = [path.read_bytes() for path in folder.rglob("*") if path.is_file()]
    assert all(data in left for data in files.values()), "nothing that was handed in is lost"
    assert list(proposals(course, DROPS, ["ada"])) == [], "it is not proposed again"


@pytest.mark.parametrize("files", NOT_FOUND.values(), ids=NOT_FOUND)
def test_nothing_is_proposed_where_no_more_work_is(course, files):
    hand_in(course, files)
    assert list(proposals(course, DROPS, ["ada"])) == []


def test_a_link_in_a_submission_is_not_followed(course):
    theirs = hand_in(course, {NAME: WORKED}, "bob")
    folder = hand_in(course, {NAME: BLANK})
    (folder / "copy.ipynb").symlink_to(theirs / NAME)
    (folder / "all").symlink_to(theirs)
    assert list(proposals(course, DROPS, ["ada"])) == []


# A person decides


def test_one_key_accepts_all_and_another_asks_about_each(course):
    for student in ("ada", "bob", "cy"):
        hand_in(course, FOUND["in a zip"], student)
    found = list(proposals(course, DROPS, ["ada", "bob", "cy"]))

    def chosen(*keys):
        typed = iter(keys)
        return [one.student for one in ask(lambda: next(typed), lambda said: None)(found)]

    assert chosen("a\n") == ["ada", "bob", "cy"] and chosen("n\n") == chosen("\n") == []
    assert chosen("s\n", "y\n", "n\n", "Y\n") == ["ada", "cy"]
    assert [one.student for one in these(["bob"])(found)] == ["bob"]
    with pytest.raises(CourseError, match="nothing to accept for eve"):
        these(["eve"])(found)


def test_misplaced_work_is_told_by_every_run_until_it_is_accepted_and_then_graded(tmp_path, capsys):
    root = new_course(tmp_path / "course", [DROPS])
    course = CourseFolder(root)
    hand_in(course, FOUND["a worked copy beside the blank one"])
    hand_in(course, {NAME: WORKED}, "bob")
    options = ["--course", str(root)]
    assert main(["grade", "04", *options]) == 0
    said = capsys.readouterr().err
    assert f"ada: grade {DROPS}-Copy1.ipynb? it has" in said and "1 not accepted: ada" in said
    assert main(["triage", "04", *options]) == 1
    assert main(["triage", "04", "--accept", "ada", *options]) == 0
    assert main(["grade", "04", *options]) == 0
    said = capsys.readouterr().err
    assert "not accepted" not in said.rpartition("accepted for ada")[2]
    assert f"1 gain, 0 lose: ada 0 -> {sum(FULL[DROPS].values())}" in said
    [line] = [
        line
        for line in map(json.loads, Audit(root / "audit.jsonl").path.read_text().splitlines())
        if line["why"] == "triage"
    ]
    assert (line["student"], line["place"]) == ("ada", f"{DROPS}-Copy1.ipynb")


# Time stamps


@pytest.mark.parametrize(
    "text",
    [
        "2026-03-01 10:00:00 UTC",
        "2026-03-01 10:00:00.123456 UTC",
        "2026-03-01T10:00:00Z",
        "2026-03-01T10:00:00+01:00",
        "2026-03-01 10:00",
        "\ufeff2026-03-01 10:00:00 UTC",
        "",
    ],
)
def test_a_time_stamp_that_is_sure_is_not_mentioned(course, text):
    (hand_in(course, {NAME: WORKED}) / "timestamp.txt").write_text(text, encoding="utf-8")
    assert list(unsure_times(course, DROPS, ["ada"])) == []


@pytest.mark.parametrize(
    "text", ["2026-03-01 10:00:00 PST", "02.12.2026", "03/04/2026 10:00", "yesterday", "\0\0"]
)
def test_a_time_stamp_that_could_be_read_in_two_ways_is_told(course, text):
    (hand_in(course, {NAME: WORKED}) / "timestamp.txt").write_text(text, encoding="utf-8")
    assert [who for who, _ in unsure_times(course, DROPS, ["ada"])] == ["ada"]


# Written answers

ANSWER = "The late drop won here, because the first rate was still making progress."


def with_answer(change):
    """A blank notebook in which the conclusion stands somewhere else."""
    notebook = json.loads(BLANK)
    place = next(n for n, cell in enumerate(notebook["cells"]) if cell["id"] == "conclusion")
    change(notebook["cells"], place)
    return json.dumps(notebook).encode()


def own(kind, text):
    more = {"outputs": [], "execution_count": None} if kind == "code" else {}
    return {"cell_type": kind, "metadata": {}, "source": text, **more}


def retyped(cells, place):
    cells[place] = own("markdown", ANSWER)


ELSEWHERE = {
    "below its cell": lambda cells, place: cells.insert(place + 1, own("markdown", ANSWER)),
    "above its cell": lambda cells, place: cells.insert(place, own("markdown", ANSWER)),
    "at the end": lambda cells, place: cells.append(own("markdown", ANSWER)),
    "at the top": lambda cells, place: cells.insert(0, own("markdown", ANSWER)),
    "in a raw cell": lambda cells, place: cells.insert(place + 1, own("raw", ANSWER)),
    "in a comment": lambda cells, place: cells.insert(place, own("code", f"# {ANSWER}")),
    "in a string": lambda cells, place: cells.insert(place, own("code", f'"{ANSWER}"')),
    "in a cell that lost its ids": retyped,
    "as a copy of the course's cell": lambda cells, place: cells.insert(
        place, {**copy.deepcopy(cells[place]), "id": "new", "metadata": {}, "source": ANSWER}
    ),
}


def marks(data):
    return marks_of(read_submission(data, MASTER).notebook(MASTER), {})


@pytest.mark.parametrize("change", ELSEWHERE.values(), ids=ELSEWHERE)
def test_a_written_answer_elsewhere_waits_for_a_person_and_is_no_automatic_zero(change):
    found = marks(with_answer(change))
    assert found.scores["conclusion"] is None
    assert "elsewhere in your notebook" in found.comments["conclusion"]


EMPTY = {
    "nothing": lambda cells, place: None,
    "an empty cell": lambda cells, place: cells.append(own("markdown", " \n")),
    "code of their own": lambda cells, place: cells.append(own("code", "print(1)  # one")),
    "an emptied answer": lambda cells, place: cells[place].update(source=""),
}


@pytest.mark.parametrize("change", EMPTY.values(), ids=EMPTY)
def test_a_notebook_without_any_text_of_the_students_has_an_automatic_zero(change):
    found = marks(with_answer(change))
    assert (found.scores["conclusion"], found.comments["conclusion"]) == (0.0, "No response.")


def test_an_answer_in_its_place_is_as_before():
    found = marks(with_answer(lambda cells, place: cells[place].update(source=ANSWER)))
    assert (found.scores["conclusion"], found.comments["conclusion"]) == (None, None)


def damaged(data, sign, by):
    """An archive with some bytes behind a sign overwritten."""
    at = data.index(sign) + by
    return data[:at] + b"\xff" * 20 + data[at + 20 :]


@pytest.mark.parametrize(
    "data",
    [
        damaged(zipped(zipfile.ZIP_DEFLATED, **{NAME: WORKED}), NAME.encode(), len(NAME) + 4),
        damaged(zipped(zipfile.ZIP_DEFLATED, **{NAME: WORKED}), b"PK\x01\x02", 4),
        damaged(zipped(zipfile.ZIP_DEFLATED, **{NAME: WORKED}), b"PK\x05\x06", 8),
    ],
)
def test_a_damaged_archive_of_one_student_does_not_end_triage_for_the_class(course, data):
    hand_in(course, {NAME: BLANK, "work.zip": data})
    hand_in(course, {NAME: BLANK, "mine.ipynb": WORKED}, "bob")
    assert [one.student for one in proposals(course, DROPS, ["ada", "bob"])] == ["bob"]
