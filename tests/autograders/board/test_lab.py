"""A lab of thirty on one board: what it shows is what they did, also after it was killed."""

from __future__ import annotations

import json
import random
import re
import signal
import subprocess
import sys
import urllib.request
from collections import Counter
from contextlib import contextmanager

import pytest

from autograders.board.state import RECENT, STUCK
from autograders.declare.catalogue import of_unit
from autograders.declare.exercise import Exercise
from tests.autograders.board.labs import UNIT, Pupil, Served, board, checked
from tests.autograders.classroom import new_course
from tests.conftest import ROOT

LAB = 75 * 60
FUNCTIONS = [name for name, item in of_unit(UNIT).items() if isinstance(item, Exercise)]


def history(seed):
    """What one learner does in 75 minutes: (second, event), in the order of time."""
    draw = random.Random(seed)
    pace, at = draw.uniform(60, 200), draw.uniform(0, 300)
    letters = {question: draw.choice("abc") for question in ("p1", "p2", "p3")}
    done = [(at, {"kind": "answers", "exercise": "predict_04", "answers": letters})]
    for name in FUNCTIONS:
        item = of_unit(UNIT)[name]
        order = draw.sample(sorted(item.worth), len(item.worth))
        held = 0
        for _ in range(draw.randint(1, 9)):
            at += draw.expovariate(1 / pace)
            held = min(held + draw.choice([0, 0, 1]), len(order) - 1)
            mistake = draw.choice([None, *item.misconceptions])
            done.append((at, checked(name, sorted(order[:held]), mistake)))
        if draw.random() < 0.8:
            at += draw.expovariate(1 / pace)
            done.append((at, checked(name, sorted(order))))
    return [(second, event) for second, event in done if second < LAB]


HISTORIES = {number: history(number) for number in range(30)}


def expected(now):
    """Counted from the histories alone: per exercise (done, here, stuck, longest), and mistakes."""
    rows, mistakes = {}, {}
    for name in of_unit(UNIT):
        done = here = 0
        waits = []
        for events in HISTORIES.values():
            past = [(at, event) for at, event in events if at <= now]
            mine = [(at, event) for at, event in past if event["exercise"] == name]
            is_done = any(
                event.get("status") == "full" or len(event.get("answers", ())) == 3
                for _, event in mine
            )
            done += is_done
            if mine and not is_done and past[-1][1]["exercise"] == name:
                here += 1
                best, moved = 0, mine[0][0]
                for at, event in mine:
                    if len(event["holds"]) > best:
                        best, moved = len(event["holds"]), at
                if len(mine) > 1 and now - moved >= STUCK:
                    waits.append(now - moved)
        rows[name] = (done, here, len(waits), round(max(waits, default=0.0), 3))
    for number, events in HISTORIES.items():
        for at, event in events:
            if now - RECENT <= at <= now and event.get("mistake") and event["status"] != "full":
                said = event["exercise"], event["mistake"].replace("-", " ")
                mistakes.setdefault(said, set()).add(number)
    return rows, {said: len(who) for said, who in mistakes.items()}


def shown(served):
    """The same as the board shows it."""
    view = served.desk.view()
    rows = {
        row["name"]: (row["done"], row["here"], row["stuck"], round(row["longest"], 3))
        for row in view["exercises"]
    }
    mistakes = {(row["exercise"], row["mistake"]): row["learners"] for row in view["mistakes"]}
    return rows, mistakes


def test_the_board_shows_what_thirty_learners_did_and_loses_nothing_when_it_starts_again(tmp_path):
    journal, start = tmp_path / "lab.jsonl", 1_000_000.0
    served = Served(journal, start)
    pupils = [served.join() for _ in HISTORIES]
    assert len({pupil.name for pupil in pupils}) == 30
    timeline = sorted(
        ((at, number, event) for number, events in HISTORIES.items() for at, event in events),
        key=lambda each: each[0],
    )
    code, stuck_once, restarted = served.desk.code, 0, False
    try:
        for minute in range(0, 76, 3):
            served.now = start + 60 * minute
            while timeline and timeline[0][0] <= 60 * minute:
                at, number, event = timeline.pop(0)
                status, _ = pupils[number].send(event, age=60 * minute - at)
                assert status == 200
            rows, mistakes = expected(60 * minute)
            assert shown(served) == (rows, mistakes), minute
            stuck_once += any(row[2] for row in rows.values())
            if minute == 39:
                served.stop()
                served = Served(journal, served.now)
                restarted = served.desk.resumed and served.desk.code == code
                for pupil in pupils:
                    pupil.served = served
                assert shown(served) == (rows, mistakes)
        assert restarted and stuck_once > 5 and not timeline
        letters = Counter(events[0][1]["answers"]["p2"] for events in HISTORIES.values())
        assert served.exercise("predict_04")["answers"]["p2"] == dict(sorted(letters.items()))
    finally:
        served.stop()


def test_events_that_come_late_stand_where_they_happened_and_in_their_order(tmp_path):
    with board(tmp_path / "lab.jsonl") as served:
        pupil = served.join()
        began = served.now
        served.now += 900
        wrong = [checked("step_decay", [], "glides") | {"seq": n, "age": 900 - n} for n in (1, 2)]
        right = checked("step_decay", ["values", "boundary", "edge"]) | {"seq": 3, "age": 100}
        late = {"events": [*wrong, right]}
        assert served.post("events", late, pupil.secret) == (200, {"seq": 3})
        standing = served.desk.lab.learners[1].standings["step_decay"]
        assert (standing.first, standing.done) == (began + 1, served.now - 100)
        assert served.desk.view()["mistakes"] == [], "fifteen minutes ago is not recent"
        assert served.post("events", late, pupil.secret) == (200, {"seq": 3})
        assert standing.checks == 3, "an answer that was lost makes nothing count twice"


def test_the_plan_is_a_clock_with_the_class_against_it(tmp_path):
    with board(tmp_path / "lab.jsonl") as served:
        pupils = [served.join() for _ in range(4)]
        assert served.desk.view()["clock"]["minute"] is None
        served.desk.act({"do": "clock", "run": True})
        letters = dict.fromkeys(("p1", "p2", "p3"), "a")
        predicted = {"kind": "answers", "exercise": "predict_04", "answers": letters}
        served.now += 5 * 60
        for pupil in pupils[:2]:
            pupil.send(predicted)
        clock = served.desk.view()["clock"]
        assert (clock["due"], clock["minute"], clock["late"]) == (0, 5, -1)
        served.now += 55 * 60
        clock = served.desk.view()["clock"]
        assert clock["rows"][clock["class"]]["what"].startswith("step_decay; then")
        assert clock["late"] == 60 - 49
        for pupil in pupils[1:3]:
            pupil.send(checked("step_decay", ["values", "boundary", "edge"]))
        assert served.desk.view()["clock"]["late"] == 60 - 56


def test_a_hand_is_up_until_it_is_lowered_or_helped(tmp_path):
    with board(tmp_path / "lab.jsonl") as served:
        ada, bob = served.join("Ada"), served.join("Bob")
        for pupil in (ada, bob):
            pupil.send({"kind": "hand", "exercise": "step_decay", "up": True})
            served.now += 60
        hands = served.desk.view()["hands"]
        assert [(hand["name"], hand["waits"]) for hand in hands] == [("Ada", 120), ("Bob", 60)]
        ada.send({"kind": "hand", "exercise": None, "up": False})
        token = served.desk.token
        assert served.post(f"act?token={token}", {"do": "helped", "id": 2})[0] == 200
        assert served.desk.view()["hands"] == []


def test_who_leaves_is_gone_from_the_board_and_from_the_disk(tmp_path):
    journal = tmp_path / "lab.jsonl"
    with board(journal) as served:
        ada, bob = served.join("Ada"), served.join("Bob")
        for pupil in (ada, bob):
            pupil.send(checked("step_decay", [], "glides"))
            pupil.send({"kind": "show", "exercise": "step_decay", "code": f"# {pupil.name}\n"})
        assert served.post("leave", {}, ada.secret)[0] == 200
        view = served.desk.view()
        assert [row["learners"] for row in view["mistakes"]] == [1]
        assert [row["name"] for row in view["shown"]] == ["Bob"]
        assert "Ada" not in served.kept() and served.kept().count("Bob") == 2
        assert ada.send(checked("step_decay", []))[0] == 401
        assert bob.send(checked("step_decay", ["values", "boundary", "edge"]))[0] == 200
        before = served.desk.view()
    with board(journal, now=served.now) as again:
        assert again.desk.view()["exercises"] == before["exercises"]


def test_a_journal_whose_last_line_was_cut_off_goes_on_without_it(tmp_path):
    journal = tmp_path / "lab.jsonl"
    with board(journal) as served:
        served.join("Ada").send(checked("step_decay", [], "glides"))
    journal.write_bytes(journal.read_bytes() + b'{"do":"join","id"')
    with board(journal) as served:
        assert [learner.name for learner in served.desk.lab.learners.values()] == ["Ada"]
        served.join("Bob")
    with board(journal) as served:
        assert served.desk.view()["learners"] == 2


@contextmanager
def command(course, *more):
    """The command on a free port; the process and what it said. It is killed if it still runs."""
    options = ["--ip", "127.0.0.1", "--port", "0", "--course", str(course), *more]
    with subprocess.Popen(
        [sys.executable, "-m", "autograders", "board", "4", *options],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            lines = []
            while not lines or "Ctrl-C" not in lines[-1]:
                lines.append(process.stdout.readline())
                assert lines[-1], "the board did not start"
            yield process, "".join(lines)
        finally:
            process.kill()


def at_the_port_of(said):
    """A board that runs elsewhere, by what its command said."""
    served = Served.__new__(Served)
    served.port = int(re.search(r"127\.0\.0\.1:(\d+)", said)[1])
    return served


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGKILL and no SIGINT to send")
def test_the_command_goes_on_after_a_kill_and_deletes_everything_at_its_end(tmp_path):
    course = new_course(tmp_path / "course", [UNIT])
    journal = course / "board" / f"{UNIT}.jsonl"
    with command(course) as (process, said):
        code = re.search(r'"([A-Z0-9]{6})"\)', said)[1]
        served = at_the_port_of(said)
        status, answer = served.post("join", {"code": code, "name": "Ada"})
        assert status == 200
        ada = Pupil(served, answer["secret"], "Ada")
        assert ada.send(checked("step_decay", [], "glides"))[0] == 200
        assert journal.stat().st_mode & 0o077 == 0
    with command(course) as (process, said):
        assert re.search(r"Goes on with the lab of .* interrupted, with 1\nlearners", said)
        ada.served = at_the_port_of(said)
        assert ada.send(checked("step_decay", [], "glides"))[0] == 200
        address = re.search(r"http://\S+", said)[0].replace("/board?", "/api/board?")
        with urllib.request.urlopen(address, timeout=10) as stream:
            view = json.loads(stream.readline().removeprefix(b"data: "))
        (mistake,) = view["mistakes"]
        assert (mistake["mistake"], mistake["learners"]) == ("glides", 1)
        process.send_signal(signal.SIGINT)
        assert process.wait(30) == 0
    assert not journal.exists()


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGINT to send")
def test_a_lab_that_is_kept_is_not_the_next_one(tmp_path):
    course = new_course(tmp_path / "course", [UNIT])
    with command(course, "--keep") as (process, first):
        process.send_signal(signal.SIGINT)
        assert process.wait(30) == 0
    (kept,) = (course / "board").iterdir()
    assert kept.name.startswith(f"{UNIT}-") and '"begin"' in kept.read_text()
    with command(course) as (process, second):
        assert "Goes on" not in second
        code = re.compile(r'"([A-Z0-9]{6})"\)')
        assert code.search(first)[1] != code.search(second)[1]
    with command(course, "--new") as (process, third):
        assert "Goes on" not in third
