"""A zip of submissions is shown, then laid where it is graded; nothing in it can do harm."""

import json
import stat
import zipfile

import pytest

from autograders.__main__ import main
from autograders.gradebook.roster import Person, Roster
from autograders.lms import collect as collecting
from autograders.submission.archive import MAX_FILES, MAX_TOTAL, Allowance, unpacked
from autograders.submission.files import MAX_BYTES, find_notebook
from autograders.submission.folders import CourseFolder, timestamp_of

from ..classroom import DROPS, FIXED, new_course
from .downloads import ADA, BOB, NAME, canvas_name, moodle_prefix, zipped

OLD, NEW = b'{"cells": []}', b'{"cells": [1]}'


class Class:
    """A course with Ada, Bob and Cy, and the command run on zips."""

    def __init__(self, root, capsys):
        self.root, self.capsys = root, capsys
        self.course = CourseFolder(new_course(root / "course", [DROPS, FIXED]))
        people = [ADA, BOB, Person("cy", "Young", "Cy")]
        Roster({one.student: one for one in people}).save(self.course.root)

    def collect(self, files, *more):
        path = self.root / "submissions.zip"
        path.write_bytes(files if isinstance(files, bytes) else zipped(files))
        return self.run("collect", "04", str(path), *more)

    def run(self, *arguments):
        status = main([arguments[0], "--course", str(self.course.root), *arguments[1:]])
        said = self.capsys.readouterr()
        return status, said.out + said.err

    def laid(self, student="ada"):
        folder = self.course.submitted(DROPS, student)
        paths = (path for path in folder.rglob("*") if path.is_file())
        found = {path.relative_to(folder).as_posix(): path.read_bytes() for path in paths}
        found.pop(collecting.COLLECTED, None)
        return found

    def log(self):
        path = self.course.root / "audit.jsonl"
        lines = path.read_text().splitlines() if path.exists() else []
        return [line for line in map(json.loads, lines) if line["why"] == "collect"]


@pytest.fixture
def room(tmp_path, capsys):
    return Class(tmp_path, capsys)


def ada(file, called, **more):
    return canvas_name(ADA, file, called, **more)


# What is laid where


@pytest.mark.parametrize(
    "download",
    [
        lambda one, number: canvas_name(one, 900 + number, NAME),
        lambda one, number: f"{moodle_prefix(one, number)}/{NAME}",
        lambda one, number: f"{moodle_prefix(one, number)}_/{NAME}",
        lambda one, number: f"{moodle_prefix(one, number)}_{NAME}",
    ],
    ids=["canvas", "moodle", "moodle 4.0", "moodle flat"],
)
def test_a_download_is_shown_first_and_laid_when_told(room, download):
    files = {download(ADA, 11): OLD, download(BOB, 12): NEW}
    status, said = room.collect(files)
    assert status == 0 and "ada: new, 1 file" in said and "--apply does it" in said
    assert "nothing in the zip from 1 of the class: cy" in said
    assert room.laid() == room.laid("bob") == {} and room.log() == []
    assert room.collect(files, "--apply")[0] == 0
    assert (room.laid(), room.laid("bob")) == ({NAME: OLD}, {NAME: NEW})
    assert [(line["student"], line["assignment"]) for line in room.log()] == [
        ("ada", DROPS),
        ("bob", DROPS),
    ]
    status, said = room.collect(files, "--apply")
    assert status == 0 and "ada: there already" in said and len(room.log()) == 2


@pytest.mark.parametrize(
    ("files", "graded"),
    [
        ({ada(900, NAME): OLD, ada(901, f"{DROPS}-1.ipynb"): NEW}, NEW),
        ({ada(901, NAME): NEW, ada(900, f"{DROPS}-1.ipynb"): OLD}, NEW),
        ({ada(900, NAME): NEW, ada(901, "scratch.ipynb"): OLD}, NEW),
        ({ada(900, "first.ipynb"): OLD, ada(901, "second.ipynb"): NEW}, NEW),
        ({ada(900, f"Copy of {NAME}"): NEW}, NEW),
        ({ada(900, f"{DROPS} (1).ipynb"): NEW, ada(901, "plot.png"): b"p"}, NEW),
        ({ada(900, f"{NAME}.txt"): NEW}, NEW),
        ({ada(900, f"{NAME}.json"): NEW, ada(901, "data.json"): b"{}"}, NEW),
        ({ada(900, "mine.ipynb"): NEW, ada(901, f"{FIXED}.ipynb"): OLD}, NEW),
        ({ada(900, "work.zip"): zipped({f"my work/{NAME}": NEW})}, NEW),
        ({ada(900, "w.zip"): zipped({"in.ZIP": zipped({NAME: NEW}), "a.txt": b"a"})}, NEW),
        ({ada(900, NAME): OLD, ada(901, "w.zip"): zipped({NAME: NEW})}, NEW),
        ({ada(900, "w.zip"): zipped({NAME: NEW, f"{DROPS}-Copy1.ipynb": OLD})}, NEW),
    ],
)
def test_the_newest_notebook_of_the_unit_is_graded_and_all_else_stays_beside_it(
    room, files, graded
):
    room.collect(files, "--apply")
    found = room.laid()
    assert found[NAME] == graded and (OLD in files.values()) <= (OLD in found.values())
    path, _ = find_notebook(room.course.submitted(DROPS, "ada"), DROPS)
    assert path.read_bytes() == graded


@pytest.mark.parametrize(
    "inside",
    [
        {"a.ipynb": OLD, "b.ipynb": NEW},
        {f"{DROPS}-1.ipynb": OLD, f"{DROPS}-2.ipynb": NEW},
        {f"a/{NAME}": OLD, f"b/{NAME}": NEW},
    ],
)
def test_where_the_newest_is_not_sure_all_are_laid_and_a_person_is_told(room, inside):
    files = {f"{moodle_prefix(ADA, 11)}/{name}": data for name, data in inside.items()}
    _, said = room.collect(files, "--apply")
    assert "which notebook counts is not sure" in said and "triage" in said
    assert room.laid() == inside


def test_another_units_notebook_is_never_taken_for_this_ones(room):
    room.collect({ada(900, f"{FIXED}.ipynb"): OLD}, "--apply")
    assert room.laid() == {f"{FIXED}.ipynb": OLD}


def test_files_that_would_share_a_place_are_all_kept(room):
    files = {ada(900, NAME): OLD, ada(901, NAME): NEW, ada(902, "A.txt"): b"1"}
    files |= {ada(903, "a.TXT"): b"2", ada(904, "a.txt.zip"): zipped({"in": b"3"})}
    room.collect(files, "--apply")
    assert sorted(room.laid().values()) == sorted([OLD, NEW, b"1", b"2", b"3"])
    assert len({path.casefold() for path in room.laid()}) == 5


def test_what_a_system_puts_into_a_zip_is_passed_over_without_a_word(room):
    litter = ("__MACOSX/._x.ipynb", ".DS_Store", f".ipynb_checkpoints/{NAME}", ".git/config")
    files = {ada(900, "w.zip"): zipped({NAME: NEW} | dict.fromkeys(litter, OLD))}
    files |= {f"__MACOSX/._{ada(900, 'w.zip')}": OLD}
    status, said = room.collect(files, "--apply")
    assert (status, room.laid()) == (0, {NAME: NEW}) and "left" not in said.replace(
        "0 files left", ""
    )


# Again, and later


def test_an_earlier_attempt_goes_aside_with_its_time_stamp(room):
    room.collect({ada(900, NAME): OLD}, "--apply")
    folder = room.course.submitted(DROPS, "ada")
    (folder / "timestamp.txt").write_text("2026-03-01 12:00:00 UTC")
    assert timestamp_of(folder) is not None
    status, said = room.collect({ada(901, NAME): NEW})
    assert status == 0 and "in place of what is there" in said and room.laid()[NAME] == OLD
    room.collect({ada(901, NAME): NEW}, "--apply")
    assert room.laid()[NAME] == NEW and timestamp_of(folder) is None
    assert room.laid()[f"{collecting.EARLIER}/{NAME}"] == OLD
    assert timestamp_of(folder / collecting.EARLIER) is not None


def test_an_older_download_does_not_replace_newer_work_also_after_a_rename(room):
    room.collect({ada(901, NAME): NEW}, "--apply")
    assert room.run("roster", "rename", "ada", "king")[0] == 0
    _, said = room.collect({ada(900, NAME): OLD}, "--apply")
    assert "king: not taken: file 901 came later" in said and room.laid("king")[NAME] == NEW


def test_what_a_person_mended_is_not_undone_by_the_same_download(room):
    files = {ada(900, NAME): OLD, ada(899, "other.ipynb"): NEW}
    room.collect(files, "--apply")
    (room.course.submitted(DROPS, "ada") / NAME).write_bytes(b"mended")
    _, said = room.collect(files, "--apply")
    assert "there already" in said and room.laid()[NAME] == b"mended"


def test_work_that_came_by_another_way_stays_where_it_is_the_same(room):
    folder = room.course.submitted(DROPS, "ada")
    folder.mkdir(parents=True)
    (folder / NAME).write_bytes(NEW)
    (folder / "timestamp.txt").write_text("2026-03-01 12:00:00 UTC")
    assert "there already" in room.collect({ada(900, NAME): NEW}, "--apply")[1]
    assert timestamp_of(folder) is not None


@pytest.mark.parametrize("at", range(1, 5))
def test_a_stop_at_any_step_loses_neither_attempt(room, at, monkeypatch):
    room.collect({ada(900, NAME): OLD}, "--apply")
    files, steps = {ada(901, NAME): NEW}, []

    def stopping(does):
        def step(*arguments, **options):
            steps.append(does)
            if len(steps) == at:
                raise KeyboardInterrupt
            return does(*arguments, **options)

        return step

    with monkeypatch.context() as patched:
        patched.setattr(collecting, "write_whole", stopping(collecting.write_whole))
        patched.setattr(type(room.root), "rename", stopping(type(room.root).rename))
        assert room.collect(files, "--apply")[0] == 130 and len(steps) == at
    student = room.course.submitted(DROPS, "ada").parent
    assert OLD in [path.read_bytes() for path in student.rglob(NAME)]
    room.collect(files, "--apply")
    assert room.laid()[NAME] == NEW and OLD in room.laid().values()
    assert [path.name for path in student.iterdir()] == [DROPS]


def test_a_worksheet_tells_two_of_one_name_apart(room):
    twin = Person("ada2", "Lovelace", "Ada", "a2@uni.edu")
    Roster({one.student: one for one in (ADA, twin)}).save(room.course.root)
    files = {f"{moodle_prefix(ADA, n)}/{NAME}": data for n, data in ((11, OLD), (12, NEW))}
    status, said = room.collect(files, "--apply")
    assert status == 1 and "ada or ada2" in said and room.laid() == room.laid("ada2") == {}
    sheet = room.root / "worksheet.csv"
    sheet.write_text(
        "Identifier,Email address\nParticipant 11,a2@uni.edu\nParticipant 12,ada@uni.edu\n"
    )
    assert room.collect(files, "--worksheet", str(sheet), "--apply")[0] == 0
    assert (room.laid(), room.laid("ada2")) == ({NAME: NEW}, {NAME: OLD})


# Time


def test_a_zip_gives_no_time_and_who_is_late_is_named(room):
    files = {ada(900, NAME, late=True): NEW, canvas_name(BOB, 901, NAME): NEW}
    _, said = room.collect(files, "--apply")
    assert "late, and the zip does not say by how much: ada;" in said
    assert all(timestamp_of(room.course.submitted(DROPS, who)) is None for who in ("ada", "bob"))


@pytest.mark.parametrize("called", ["timestamp.txt", "TimeStamp.TXT", "w.zip"])
def test_a_student_cannot_hand_in_the_time(room, called):
    data = b"2020-01-01 00:00:00 UTC"
    inside = zipped({"x/timestamp.txt": data, "timestamp.txt": data})
    files = {ada(900, NAME): NEW, ada(901, called): inside if called == "w.zip" else data}
    status, said = room.collect(files, "--apply")
    assert status == 1 and "a time that a student wrote" in said and room.laid() == {NAME: NEW}


@pytest.mark.parametrize("called", [".collected.json", ".as-handed-in", ".x.ipynb"])
def test_a_student_cannot_hand_in_what_the_command_keeps_for_itself(room, called):
    forged = b'{"digest": "x", "file": 999999}'
    room.collect({ada(900, NAME): OLD, ada(901, called): forged}, "--apply")
    assert room.laid() == {NAME: OLD}
    room.collect({ada(902, NAME): NEW}, "--apply")
    assert room.laid()[NAME] == NEW


# Hostile zips


def link(name, target):
    about = zipfile.ZipInfo(name)
    about.create_system, about.external_attr = 3, (stat.S_IFLNK | 0o777) << 16
    return about, target


def damaged(data):
    at = data.index(b".ipynb") + 12
    return data[:at] + b"\xff" * 20 + data[at + 20 :]


def locked(data):
    """With the bit of a password in both headers."""
    made = bytearray(data)
    made[made.index(b"PK\x03\x04") + 6] |= 1
    made[made.index(b"PK\x01\x02") + 8] |= 1
    return bytes(made)


def deep(data, depth):
    for _ in range(depth):
        data = zipped({"in.zip": data})
    return data


def packed(method):
    def make():
        about = zipfile.ZipInfo("x.ipynb")
        about.compress_type = method
        return zipped([(about, OLD * 99)])

    return make


HOSTILE = {
    "a path upwards": (lambda: zipped({f"../../bob/{DROPS}/{NAME}": OLD}), "lead elsewhere"),
    "a path from the root": (lambda: zipped({"/etc/x.ipynb": OLD}), "lead elsewhere"),
    "a path of Windows": (lambda: zipped({"..\\..\\x.ipynb": OLD}), "lead elsewhere"),
    "a drive": (lambda: zipped({"C:x.ipynb": OLD}), "lead elsewhere"),
    "a long name": (lambda: zipped({f"{'x' * 300}.ipynb": OLD}), "too long"),
    "an escape sequence": (lambda: zipped({"\x1b[2Jx.ipynb": OLD}), "control characters"),
    "a hidden notebook": (lambda: zipped({".x.ipynb": OLD}), "begins with a dot"),
    "a link": (lambda: zipped([link("x.ipynb", "/etc/passwd")]), "a link"),
    "a password": (lambda: locked(zipped({"x.ipynb": OLD})), "password"),
    "a damaged file": (lambda: damaged(zipped({"x.ipynb": OLD * 999})), "damaged"),
    "half a zip": (lambda: zipped({"x.ipynb": OLD})[:-30], "damaged"),
    "no zip": (lambda: b"PK nothing", "no zip archive"),
    "a memory-hungry packing": (packed(zipfile.ZIP_LZMA), "unusual"),
    "a bomb": (lambda: zipped({"x.ipynb": b"0" * (MAX_BYTES + 1)}), "at most 20 MB"),
    "many bombs": (
        lambda: zipped({f"{n}.txt": b"0" * MAX_BYTES for n in range(MAX_TOTAL // MAX_BYTES + 1)}),
        "100 MB together",
    ),
    "bombs in each other": (lambda: deep(zipped({"x.ipynb": OLD}), 2), "archives lie in one"),
    "very many files": (lambda: zipped({f"{n}": b"" for n in range(MAX_FILES + 9)}), "files"),
    "a list without end": (lambda: zipped({f"{n}": b"" for n in range(2500)}), "lists more than"),
}


@pytest.mark.parametrize("kind", HOSTILE)
def test_a_hostile_zip_is_named_and_harms_neither_its_student_nor_anybody(room, kind):
    make, why = HOSTILE[kind]
    files = {ada(901, "w.zip"): make(), ada(900, NAME): NEW, canvas_name(BOB, 902, NAME): OLD}
    before = sorted(path for path in room.root.rglob("*") if "submitted" not in path.parts)
    status, said = room.collect(files, "--apply")
    assert status == 1 and why in said and "\x1b" not in said
    assert (room.laid()[NAME], room.laid("bob")) == (NEW, {NAME: OLD})
    after = sorted(path for path in room.root.rglob("*") if "submitted" not in path.parts)
    new = {path.name for path in after} - {path.name for path in before}
    assert new <= {"submissions.zip", "audit.jsonl", "gradebook.db"}
    submitted = room.course.submitted(DROPS, "ada").parent.parent
    assert not any(path.is_symlink() for path in submitted.rglob("*"))
    assert {path.name for path in submitted.iterdir()} == {"ada", "bob"}


@pytest.mark.parametrize(
    "entry",
    [
        (f"../{canvas_name(ADA, 900, NAME)}", OLD),
        (f"{moodle_prefix(ADA, 11)}/../../../bob/{NAME}", OLD),
        link(canvas_name(ADA, 900, NAME), "/etc/passwd"),
        (f"lovelaceada_7001_900_../{NAME}", OLD),
    ],
)
def test_a_download_that_was_tampered_with_lays_nothing_elsewhere(room, entry):
    status, said = room.collect([entry, (canvas_name(BOB, 902, NAME), NEW)], "--apply")
    assert status == 1 and "left aside" in said and room.laid() == {}


def test_nothing_is_written_through_a_link(room, tmp_path):
    folder = room.course.submitted(DROPS, "ada")
    folder.parent.mkdir(parents=True)
    (tmp_path / "elsewhere").mkdir()
    folder.symlink_to(tmp_path / "elsewhere")
    status, said = room.collect({ada(900, NAME): NEW}, "--apply")
    assert status == 2 and "is a link" in said and list((tmp_path / "elsewhere").iterdir()) == []


def test_what_is_unpacked_of_one_student_is_bounded_whatever_lies_in_what(room):
    tens = zipped({f"{n}.txt": b"0" * 2**20 for n in range(10)})
    data = zipped({f"{n}.zip": tens for n in range(MAX_FILES - 1)})
    left = Allowance()
    found = [one for one in unpacked("w.zip", data, left) if not one.why]
    assert sum(len(one.data) for one in found) <= MAX_TOTAL and len(found) <= MAX_FILES


@pytest.mark.parametrize(
    ("data", "said"),
    [(b"no zip", "expected a zip archive"), (zipped({}), "holds no files")],
)
def test_what_is_no_download_is_refused(room, data, said):
    status, told = room.collect(data)
    assert status == 2 and said in told


def test_without_a_class_nothing_is_anybodys(room):
    (room.course.root / "roster.csv").unlink()
    status, said = room.collect({ada(900, NAME): NEW}, "--apply")
    assert status == 2 and "roster import" in said and room.laid() == {}
