"""A class is graded by many workers as by one, and whatever stops them, nothing is lost."""

import io
import random
import time
from concurrent.futures import Executor, Future, ThreadPoolExecutor

import nbformat
import pytest
from nbgrader import utils

from autograders.bulk.dispatch import LOST_IN_A_ROW, Lost, WorkersFail, spread
from autograders.bulk.results import Results, Shard
from autograders.bulk.run import Settings, grade_class, load_results, merged, record, results_path
from autograders.bulk.tally import Display, Tally, duration, verdict
from autograders.bulk.work import Unit, grade_task, notebook_json
from autograders.bulk.workers import LocalPool
from autograders.gradebook.marks import checksum_of
from autograders.submission.folders import CourseError, CourseFolder
from autograders.submission.turns import Turn
from tests.benchmarks import endurance

from ..classroom import COURSE, DROPS, PUPILS, hand_in, new_course, submission
from .dying import work

LOOP = "def step_decay(t, *, lr0, gamma, every):\n    while True:\n        pass"
UNITS = sorted(path.stem for path in (COURSE / "release").glob("*/*.ipynb"))


class Inline(Executor):
    """Does everything at once in this process; `before` is called with each piece of work."""

    def __init__(self, before=lambda item: None):
        self.before = before
        self.done = 0

    def submit(self, fn, /, *args, **kwargs):
        future = Future()
        try:
            self.before(*args)
            future.set_result(fn(*args, **kwargs))
            self.done += 1
        except Exception as error:
            future.set_exception(error)
        return future


@pytest.fixture(scope="module")
def classroom(tmp_path_factory):
    """A class of all pupils of unit 04, one of whom never stops, graded one by one."""
    course = new_course(tmp_path_factory.mktemp("bulk") / "course", [DROPS])
    for pupil in PUPILS[DROPS]:
        hand_in(course, DROPS, pupil.name, submission(course, DROPS, pupil))
    endless = submission(course, DROPS, PUPILS[DROPS][0])
    for cell in endless["cells"]:
        if cell["metadata"].get("nbgrader", {}).get("grade_id") == "step_decay":
            cell["source"] = LOOP
    hand_in(course, DROPS, "zoe-endless", endless)
    graded(course, Inline())
    return course


def graded(course, executor, *, say=[].append, **settings):
    folder = CourseFolder(course)
    students = settings.pop("students", folder.students(DROPS))
    return grade_class(
        folder, DROPS, executor, students=students, settings=Settings(**settings), say=say
    )


def copy_of(classroom, folder, *, students=None):
    """The same class, not graded yet, with the same secret seed."""
    course = new_course(folder / "course", [DROPS])
    endurance.same_seed(course, classroom)
    for path in sorted((classroom / "submitted").iterdir()):
        if students is None or path.name in students:
            data = (path / DROPS / f"{DROPS}.ipynb").read_bytes()
            hand_in(course, DROPS, path.name, data)
    return course


def results(course):
    return {
        name: (o.scores, o.comments)
        for name, o in load_results(CourseFolder(course), DROPS).items()
    }


# The same result everywhere


def test_workers_in_any_number_and_order_give_the_same_results_and_notebooks(classroom, tmp_path):
    course = copy_of(classroom, tmp_path)
    order = CourseFolder(course).students(DROPS)
    random.Random(1).shuffle(order)
    with LocalPool(2) as pool:
        graded(course, pool, students=order, record=False)
    assert results(course) == results(classroom)
    assert endurance.notebooks(course) == endurance.notebooks(classroom)


def test_how_student_code_was_shut_in_is_said_once_and_kept_with_each_result(classroom, tmp_path):
    course, said = copy_of(classroom, tmp_path, students=["ada", "dan-late"]), []
    graded(course, Inline(), say=said.append, record=False)
    [line] = [line for line in said if line.startswith("student code runs ")]
    kept = load_results(CourseFolder(course), DROPS).values()
    assert {f"student code runs {outcome.isolation}" for outcome in kept} == {line}


def test_a_function_that_never_stops_is_too_slow_and_costs_one_exercise(classroom):
    scores = load_results(CourseFolder(classroom), DROPS)["zoe-endless"].scores
    assert scores["check_step_decay"] == 0 and scores["check_scheduled_drop"] == 5


def test_who_is_measured_alone_waits_for_the_others_and_lets_nobody_in(tmp_path):
    log = []
    with ThreadPoolExecutor(3) as threads:
        with Turn(tmp_path) as first:

            def alone():
                with Turn(tmp_path) as turn, turn.alone():
                    log.append("alone")
                    time.sleep(0.2)
                    log.append("alone no more")

            def late():
                with Turn(tmp_path):
                    log.append("late")

            waiting = threads.submit(alone)
            time.sleep(0.2)
            after = threads.submit(late)
            time.sleep(0.2)
            assert log == [], "the one who waits has closed the gate"
            assert not waiting.done() and not after.done() and first
            log.append("first leaves")
        waiting.result(10), after.result(10)
    assert log == ["first leaves", "alone", "alone no more", "late"]


def test_two_who_want_to_be_alone_are_so_one_after_the_other(tmp_path):
    inside = []

    def measure(number):
        with Turn(tmp_path) as turn, turn.alone():
            inside.append(number)
            time.sleep(0.05)
            assert inside == [number]
            inside.clear()

    with ThreadPoolExecutor(4) as threads:
        list(threads.map(measure, range(8)))


# Workers that die


def test_a_worker_that_dies_costs_one_piece_of_work_at_most(tmp_path):
    items = [("fine", n) for n in range(12)]
    items[3:3] = [("kills", None), ("kills once", tmp_path / "died")]
    with LocalPool(2) as pool:
        answers = list(spread(pool, work, items, window=5))
    found = dict(answers)
    assert len(found) == len(items) == len(answers)
    assert isinstance(found.pop(items[3]), Lost)
    assert all(answer == kind for (kind, _), answer in found.items())


def test_when_all_work_fails_the_workers_are_at_fault_and_not_the_class():
    def fails(item):
        raise OSError("no more memory")

    answers = []
    with pytest.raises(WorkersFail, match="no more memory"):
        for _, answer in spread(Inline(fails), print, range(50), window=8):
            answers.append(answer)
    assert len(answers) == LOST_IN_A_ROW - 1


def test_a_submission_that_kills_its_worker_twice_waits_for_a_person_and_is_tried_anew_later(
    classroom, tmp_path
):
    course = copy_of(classroom, tmp_path, students=["ada", "dan-late", "mia-loses-a-tenth"])

    def dies(task):
        if task.student == "dan-late":
            raise ConnectionError("the worker is gone")

    tally = graded(course, Inline(dies), record=False)
    assert tally.counts["a person must look"] == 1 and tally.faults == ["dan-late"]
    lost = load_results(CourseFolder(course), DROPS)["dan-late"]
    assert set(lost.scores.values()) == {None}
    assert "lost twice (ConnectionError: the worker is gone)" in lost.faults[0]
    again = graded(course, Inline(), record=False)
    assert (again.graded, again.before) == (1, 2)
    assert results(course)["dan-late"] == results(classroom)["dan-late"]


def test_whose_submission_cannot_be_read_is_said_by_name_and_why(tmp_path):
    course, said = new_course(tmp_path / "course", [DROPS]), []
    hand_in(course, DROPS, "bo", b'{"cells": [')
    (course / "submitted" / "al" / DROPS).mkdir(parents=True)
    tally = graded(course, Inline(), say=said.append, record=False)
    assert tally.counts["a person must look"] == 2 and tally.faults == []
    al, bo = sorted(said[1:])
    assert al.startswith(f"a person must look: al: expected a notebook '{DROPS}.ipynb'")
    assert bo.startswith("a person must look: bo: expected a notebook, and the file is not")


# Stops


@pytest.fixture(scope="module")
def calm(tmp_path_factory):
    """A class that was graded without any disturbance."""
    course = endurance.new_class(tmp_path_factory.mktemp("calm") / "course", 39)
    endurance.finish(course)
    return course


def test_after_kills_at_random_moments_gradebook_log_and_notebooks_are_those_of_a_calm_run(
    calm, tmp_path
):
    """`python -m tests.benchmarks.endurance` does the same fifty times."""
    course = endurance.new_class(tmp_path / "course", 39)
    endurance.same_seed(course, calm)
    draw = random.Random(20261126)
    assert [endurance.kill_at_random(course, draw, 0.5) for _ in range(6)].count(True) >= 2
    endurance.finish(course)
    assert endurance.changes(course) == endurance.changes(calm)
    assert endurance.contents(course) == endurance.contents(calm)
    assert endurance.notebooks(course) == endurance.notebooks(calm)


def test_nothing_is_graded_twice_and_what_has_changed_is_graded_anew(classroom, tmp_path):
    course = copy_of(classroom, tmp_path, students=["ada", "dan-late"])
    graded(course, Inline(), record=False)
    idle = Inline()
    assert graded(course, idle, record=False).before == 2 and idle.done == 0
    hand_in(course, DROPS, "ada", submission(course, DROPS, PUPILS[DROPS][4]))
    (course / "autograded" / "dan-late" / DROPS / f"{DROPS}.ipynb").unlink()
    assert graded(course, Inline(), record=False).graded == 2
    assert results(course)["dan-late"] == results(classroom)["dan-late"]


def test_a_later_time_on_the_same_file_is_kept_without_grading(classroom, tmp_path):
    course = copy_of(classroom, tmp_path, students=["ada"])
    graded(course, Inline(), record=False)
    (course / "submitted" / "ada" / DROPS / "timestamp.txt").write_text("2026-04-01 10:00:00 UTC")
    idle = Inline()
    graded(course, idle, record=False)
    assert idle.done == 0
    assert load_results(CourseFolder(course), DROPS)["ada"].timestamp.startswith("2026-04-01")


def test_two_runs_do_not_write_the_same_results(tmp_path):
    path = tmp_path / "results" / "unit.jsonl"
    with Results(path), pytest.raises(CourseError, match="another run is grading"), Results(path):
        pass


def test_a_line_that_a_stop_cut_short_is_taken_away_and_the_others_stay(classroom, tmp_path):
    path = tmp_path / "unit.jsonl"
    whole = results_path(CourseFolder(classroom), DROPS).read_bytes()
    path.write_bytes(whole[:-40])
    with Results(path) as kept:
        assert len(kept.known) == whole.count(b"\n") - 1
    assert path.read_bytes() == b"".join(whole.splitlines(keepends=True)[:-1])


# Shards


def test_every_student_is_in_one_shard():
    names = [f"student-{number}" for number in range(300)]
    parts = [[n for n in names if Shard(i, 3).holds(n)] for i in (1, 2, 3)]
    assert sorted(name for part in parts for name in part) == sorted(names)
    assert all(60 < len(part) < 140 for part in parts)


@pytest.mark.parametrize("text", ["0/2", "3/2", "2", "a/b", "1/0", "-1/2"])
def test_what_is_no_shard_is_said(text):
    with pytest.raises(ValueError, match="expected I/N"):
        Shard.parse(text)


def test_shards_join_to_what_one_run_gives_and_the_submission_that_is_there_counts(
    classroom, tmp_path
):
    course = copy_of(classroom, tmp_path)
    folder = CourseFolder(course)
    everyone = folder.students(DROPS)
    first = next(name for name in everyone if Shard(1, 2).holds(name))
    right = (course / "submitted" / first / DROPS / f"{DROPS}.ipynb").read_bytes()
    hand_in(course, DROPS, first, submission(course, DROPS, PUPILS[DROPS][8]))
    graded(course, Inline(), record=False, students=[first])
    hand_in(course, DROPS, first, right)
    for index in (1, 2):
        shard = Shard(index, 2)
        mine = [name for name in everyone if shard.holds(name)]
        graded(course, Inline(), students=mine, record=False, shard=shard)
    found = {o.student: (o.scores, o.comments) for o in merged(folder, DROPS)}
    assert found == results(classroom)


# The gradebook


def test_recording_again_changes_nothing_and_leaves_no_line_in_the_audit_log(classroom):
    before, audit = endurance.contents(classroom), (classroom / "audit.jsonl").read_bytes()
    folder = CourseFolder(classroom)
    assert record(folder, DROPS, merged(folder, DROPS), print) == (len(PUPILS[DROPS]) + 1, 0)
    assert endurance.contents(classroom) == before
    assert (classroom / "audit.jsonl").read_bytes() == audit


# The notebook as a file


@pytest.mark.parametrize("unit", UNITS)
def test_a_graded_notebook_is_written_as_nbformat_writes_it(unit):
    released = (COURSE / "release" / unit / f"{unit}.ipynb").read_bytes()
    task = Unit.of(unit, released, 1)
    done = grade_task_blank(task)
    nb = nbformat.reads(done.decode(), as_version=4)
    nbformat.validate(nb)
    assert done.decode() == nbformat.writes(nb) + "\n"


def grade_task_blank(unit):
    """The notebook that comes back for what could not be read: cards, notes and all cells."""
    from autograders.bulk.work import Task

    return grade_task(Task(unit, "ada", refused="the file is empty")).notebook


def test_odd_texts_survive_the_writing():
    nb = nbformat.v4.new_notebook(
        cells=[
            nbformat.v4.new_markdown_cell('ünï\n\x0b\u2028 🜂 \\ " \n', id="a"),
            nbformat.v4.new_code_cell("", id="b"),
            nbformat.v4.new_markdown_cell("![](attachment:c.svg)", id="c"),
        ]
    )
    nb.cells[2].attachments = {"c.svg": {"image/svg+xml": "QUJD", "image/png": "QUJD"}}
    assert notebook_json(nb).decode() == nbformat.writes(nb) + "\n"
    assert notebook_json(nbformat.v4.new_notebook()).decode() == (
        nbformat.writes(nbformat.v4.new_notebook()) + "\n"
    )


def test_the_checksum_of_a_cell_is_nbgraders():
    for unit in UNITS:
        for path in (COURSE / "release" / unit, COURSE / "source" / unit):
            nb = nbformat.read(path / f"{unit}.ipynb", as_version=4)
            graded_cells = [cell for cell in nb.cells if "nbgrader" in cell.metadata]
            assert graded_cells
            for cell in graded_cells:
                assert checksum_of(cell) == utils.compute_checksum(cell)


# What is shown


def test_a_verdict_looks_at_what_the_grader_gives_points_for():
    worth = {"a": 2.0, "b": 3.0}
    said = [
        verdict({"a": a, "b": b, "conclusion": None}, worth)
        for a, b in [(2.0, 3.0), (2.0, 0.5), (0.0, 0.0), (2.0, None)]
    ]
    assert said == ["all right", "partly right", "nothing right", "a person must look"]


def test_the_line_tells_how_far_how_fast_and_how_long():
    now = iter([0.0, 7.0, 16.0])  # the run begins, the first result is there, the line is asked
    tally = Tally(40, {"a": 1.0}, clock=lambda: next(now))
    for _ in range(10):
        tally.count({"a": 1.0}, new=True)
    assert tally.line() == "10 of 40 graded, 1 a second, 30 s left | 10 all right"


@pytest.mark.parametrize(
    ("seconds", "said"), [(0.2, "0 s"), (89, "89 s"), (200, "3 min 20 s"), (7500, "2 h 05 min")]
)
def test_times_are_said_as_people_say_them(seconds, said):
    assert duration(seconds) == said


def test_on_a_terminal_one_line_changes_and_elsewhere_lines_come_now_and_then():
    class Terminal(io.StringIO):
        def isatty(self):
            return True

    now = [0.0]
    live, plain = Display(Terminal(), lambda: now[0]), Display(io.StringIO(), lambda: now[0])
    for second in range(21):
        now[0] = float(second)
        live.show(f"{second} done")
        plain.show(f"{second} done")
    live.say("not graded: ada")
    live.close()
    assert plain.stream.getvalue().splitlines() == ["10 done", "20 done"]
    shown = live.stream.getvalue()
    assert shown.count("\r") == 23 and shown.count("\n") == 1
