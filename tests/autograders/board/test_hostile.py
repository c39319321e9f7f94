"""A learner who sends nonsense, too much, HTML, or under somebody else's name is contained."""

from __future__ import annotations

import json
import socket

import pytest

from autograders.board.desk import MOST_LEARNERS, Allowance, Refusal
from autograders.declare.catalogue import of_unit
from tests.autograders.board.labs import UNIT, board, checked

HTML = "<img src=x onerror=alert(1)>"
GOOD = checked("step_decay", [], "glides")
QUIZ = {"kind": "answers", "exercise": "quiz_04", "answers": {"q1": "a"}}
NONSENSE = [
    None,
    [],
    "text",
    {"kind": "grade", "exercise": "step_decay", "points": 100},
    {"kind": ["check"], "exercise": "step_decay"},
    GOOD | {"exercise": HTML},
    GOOD | {"exercise": ["step_decay"]},
    GOOD | {"exercise": "sgd_step"},
    GOOD | {"exercise": "quiz_04", "mistake": "glides"},
    GOOD | {"mistake": HTML},
    GOOD | {"mistake": "adds-the-gradient"},
    GOOD | {"mistake": {}},
    GOOD | {"holds": [HTML]},
    GOOD | {"holds": [["values"]]},
    GOOD | {"holds": "values"},
    GOOD | {"status": HTML},
    GOOD | {"status": {}},
    GOOD | {"code": "print()"},
    {key: value for key, value in GOOD.items() if key != "holds"},
    QUIZ | {"answers": {"q1": HTML}},
    QUIZ | {"answers": {"q1": ["a"]}},
    QUIZ | {"answers": {HTML: "a"}},
    QUIZ | {"answers": ["a"]},
    QUIZ | {"exercise": "step_decay"},
    {"kind": "plan", "exercise": "experiment_04", "methods": True, "seeds": 5},
    {"kind": "plan", "exercise": "experiment_04", "methods": 1, "seeds": 10**30},
    {"kind": "hand", "exercise": None, "up": HTML},
    {"kind": "hand", "exercise": {}, "up": True},
    {"kind": "show", "exercise": "step_decay", "code": ""},
    {"kind": "show", "exercise": "step_decay", "code": "x" * 4001},
    {"kind": "show", "exercise": "step_decay", "code": 7},
]
NUMBERS = [
    {"seq": 0},
    {"seq": -1},
    {"seq": 1.5},
    {"seq": "1"},
    {"seq": True},
    {"seq": 2**60},
    {"age": -1},
    {"age": float("nan")},
    {"age": float("inf")},
    {"age": 10**9},
    {"age": "0"},
    {"age": None},
]
BODIES = [
    b"",
    b"{",
    b"\xff\xfe",
    b"[]",
    b"7",
    b"[" * 60_000,
    b'{"events": 7}',
    b'{"events": []}',
    b'{"events": [' + b"9" * 5000 + b"]}",
    json.dumps({"events": [GOOD] * 51}).encode(),
]


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    with board(tmp_path_factory.mktemp("lab") / "lab.jsonl") as served:
        served.desk.events.burst = served.desk.joins.burst = 1e9
        yield served


@pytest.mark.parametrize("event", NONSENSE, ids=lambda event: json.dumps(event)[:60])
def test_an_event_that_is_none_is_refused_and_changes_nothing(lab, event):
    pupil = lab.join()
    before = lab.desk.view(), lab.desk.journal.path.read_text()
    sent = event | {"seq": 1, "age": 0} if isinstance(event, dict) else event
    status, answer = lab.post("events", {"events": [sent]}, pupil.secret)
    assert status == 400 and answer["error"].startswith("expected")
    assert (lab.desk.view(), lab.desk.journal.path.read_text()) == before
    assert pupil.send(GOOD)[0] == 200


@pytest.mark.parametrize("wrong", NUMBERS, ids=str)
def test_a_number_or_an_age_that_is_none_is_refused(lab, wrong):
    pupil = lab.join()
    sent = GOOD | {"seq": 1, "age": 0} | wrong
    assert lab.post("events", {"events": [sent]}, pupil.secret)[0] == 400
    assert pupil.send(GOOD)[0] == 200


@pytest.mark.parametrize("body", BODIES, ids=lambda body: str(body[:20]))
def test_a_request_that_is_none_is_refused(lab, body):
    assert lab.post("events", body, lab.join().secret)[0] == 400
    assert lab.post("join", body)[0] in (400, 403)


def test_events_before_the_one_that_is_refused_have_arrived(lab):
    pupil = lab.join()
    sent = [GOOD | {"seq": 1, "age": 0}, {"seq": 2, "age": 0}, GOOD | {"seq": 3, "age": 0}]
    status, answer = lab.post("events", {"events": sent}, pupil.secret)
    assert (status, answer["seq"]) == (400, 2)
    assert lab.post("events", {"events": sent[2:]}, pupil.secret) == (200, {"seq": 3})


@pytest.mark.parametrize(
    "name", [HTML, "a" * 25, "x\u202ey", "\ud800", "a\x00b", "a/b", 7, ["Ada"], "{{7*7}}"]
)
def test_a_name_is_letters_digits_and_little_else(lab, name):
    status, answer = lab.post("join", {"code": lab.desk.code, "name": name})
    assert status == 400 and "expected a name" in answer["error"]


@pytest.mark.parametrize("name", ["Grace", "grace", " GRACE ", "Ｇrace"])
def test_nobody_joins_under_the_name_of_somebody_who_is_there(lab, name):
    if not any(each.name == "Grace" for each in lab.desk.lab.learners.values()):
        lab.join("Grace")
    status, answer = lab.post("join", {"code": lab.desk.code, "name": name})
    assert status == 409 and "choose another name" in answer["error"]


def test_only_the_secret_says_who_sends(lab):
    victim = lab.join("Victor")
    for secret in ("", "Victor", "1", victim.secret[:-1], "é", "x" * 5000):
        assert lab.post("events", {"events": [GOOD | {"seq": 9, "age": 0}]}, secret)[0] == 401
        assert lab.post("leave", {}, secret)[0] == 401
    assert victim.secret not in lab.desk.journal.path.read_text()
    assert "Victor" in {each.name for each in lab.desk.lab.learners.values()}


@pytest.mark.parametrize("token", ["", "x", "é"])
def test_a_learner_neither_sees_nor_moves_the_board(lab, token):
    assert lab.post(f"act?token={token.encode().hex()}", {"do": "door", "open": False})[0] == 403
    assert lab.desk.lab.open
    for path in ("board", "api/board"):
        with socket.create_connection(("127.0.0.1", lab.port), timeout=5) as raw:
            raw.sendall(f"GET /{path}?token=x HTTP/1.0\r\n\r\n".encode())
            assert b" 403 " in raw.recv(100)


@pytest.mark.parametrize("path", ["../desk.py", "pages/board.html", "..%2fdesk.py", "desk.py", "x"])
def test_no_other_file_is_served(lab, path):
    with socket.create_connection(("127.0.0.1", lab.port), timeout=5) as raw:
        raw.sendall(f"GET /{path} HTTP/1.0\r\n\r\n".encode())
        assert b" 404 " in raw.recv(100)


def test_a_request_that_is_too_large_is_cut_off(lab):
    pupil = lab.join()
    with pytest.raises((OSError, ValueError)):
        status, _ = lab.post("events", b" " * (1 << 20), pupil.secret)
        assert status == 200
    assert pupil.send(GOOD)[0] == 200


@pytest.mark.parametrize(
    "act",
    [
        {},
        {"do": "exec"},
        {"do": "clock", "run": 1},
        {"do": "remove", "id": 10**6},
        {"do": "helped"},
    ],
    ids=str,
)
def test_the_board_does_only_what_it_can(lab, act):
    assert lab.post(f"act?token={lab.desk.token}", act)[0] == 400


def test_a_flood_is_slowed_down_and_nobody_else_is(tmp_path):
    with board(tmp_path / "lab.jsonl") as served:
        flood, other = served.join(), served.join()
        served.desk.events.rate = 0.01
        answers = [flood.send(GOOD)[0] for _ in range(200)]
        assert answers.count(200) == 120 and answers[-1] == 429
        assert other.send(GOOD)[0] == 200
        status, answer = flood.send(GOOD)
        assert status == 429 and answer["wait"] >= 1
        assert len(served.desk.lab.mistakes) == 121


def test_guessing_the_code_is_slowed_down_and_the_code_still_lets_in(tmp_path):
    with board(tmp_path / "lab.jsonl") as served:
        served.desk.wrong.rate = 0.01
        tried = [served.post("join", {"code": f"AAAA{n:02}"})[0] for n in range(60)]
        assert tried[0] == 403 and tried[-1] == 429
        assert served.join().name


def test_a_closed_door_and_a_full_board_let_nobody_in(tmp_path):
    with board(tmp_path / "lab.jsonl") as served:
        known = served.join()
        served.desk.act({"do": "door", "open": False})
        status, answer = served.post("join", {"code": served.desk.code})
        assert (status, answer["error"][:6]) == (403, "nobody")
        assert known.send(GOOD)[0] == 200
        served.desk.act({"do": "door", "open": True})
        served.desk.joins.burst = 1e9
        for _ in range(MOST_LEARNERS - 1):
            served.desk.join({"code": served.desk.code}, "test")
        assert served.post("join", {"code": served.desk.code})[0] == 403


def test_the_instructor_can_remove_who_does_harm(tmp_path):
    with board(tmp_path / "lab.jsonl") as served:
        pupil = served.join("Mallory")
        pupil.send(GOOD)
        served.desk.act({"do": "remove", "id": 1})
        assert pupil.send(GOOD)[0] == 401
        assert served.desk.view()["mistakes"] == []


def test_an_allowance_fills_up_again_and_forgets_whom_it_has_not_seen_for_long():
    now = [0.0]
    allowance = Allowance(2, 1.0, lambda: now[0], most=2)
    allowance.take("a", 2)
    with pytest.raises(Refusal) as refusal:
        allowance.take("a")
    assert (refusal.value.status, refusal.value.body["wait"]) == (429, 1)
    now[0] = 1.0
    allowance.take("a")
    for key in "bcd":
        allowance.take(key)
    assert set(allowance.left) == {"c", "d"}


def test_every_misconception_of_the_unit_is_taken_and_has_a_sentence(lab):
    pupil = lab.join()
    for name, item in of_unit(UNIT).items():
        for mistake in getattr(item, "misconceptions", ()):
            assert pupil.send(GOOD | {"exercise": name, "mistake": mistake})[0] == 200
            assert lab.desk.lab.guide.says[name, mistake].strip()
    assert all(row["say"] for row in lab.desk.view()["mistakes"])
