"""A learner on a board: nothing without consent, all to be seen, nothing in the way of the work."""

from __future__ import annotations

import json
import re
import socket
import subprocess
import sys
import threading
import time

import numpy as np
import pytest

from autograders import check, experiment
from autograders.board import NotJoined, join, leave, lower_hand, raise_hand, sent, session, show
from autograders.board.events import FIELDS
from autograders.notebook.listeners import LISTENERS
from tests.autograders.board.labs import Served, board
from tests.conftest import ROOT


@pytest.fixture(autouse=True)
def own_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name in ("LR_COURSE_PROGRESS", "LR_COURSE_BOARD"):
        monkeypatch.delenv(name, raising=False)
    yield
    while session._HERE:
        session._stop(session._HERE[-1], "the test is over")
    assert LISTENERS == []


@pytest.fixture
def lab(tmp_path):
    with board(tmp_path / "lab.jsonl") as served:
        yield served


class Wire:
    """A listening socket in place of a board: it counts who calls, and hears what they say."""

    def __init__(self) -> None:
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.address = f"127.0.0.1:{self.socket.getsockname()[1]}"
        self.heard: list[bytes] = []
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self) -> None:
        while True:
            try:
                caller, _ = self.socket.accept()
            except OSError:
                return
            with caller:
                self.heard.append(caller.recv(65536))


@pytest.fixture
def wire():
    wire = Wire()
    yield wire
    wire.socket.close()


def step_decay(t, lr0, gamma, every):
    return lr0 * gamma ** (t / every)  # a remark of the learner's


PREDICTED = {"p1": "b", "p2": " A ", "p3": "a long answer of the learner's own"}


def work():
    """What a learner does in a lab, except for the board."""
    assert check(step_decay).misconception == "glides"
    check("predict_04", PREDICTED)
    check("quiz_04", {"q1": "a"})


def until(arrived, seconds=30):
    """Wait for what a thread does."""
    end = time.monotonic() + seconds
    while not arrived():
        assert time.monotonic() < end, "it did not arrive"
        time.sleep(0.01)


def recorded(served: Served):
    """The events in the journal of a board."""
    lines = map(json.loads, served.desk.journal.path.read_text().splitlines())
    return [line["event"] for line in lines if line["do"] == "event"]


def test_without_joining_nothing_is_sent_at_all(wire, monkeypatch):
    called = []
    monkeypatch.setattr(socket.socket, "connect", lambda *given: called.append(given))
    monkeypatch.setattr(socket, "getaddrinfo", lambda *given, **more: called.append(given))
    work()
    assert LISTENERS == [] and called == [] and wire.heard == []


def test_a_check_does_not_even_load_the_board():
    code = "from autograders import check; check('quiz_04', {}); import sys; print(*sys.modules)"
    said = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True)
    assert said.returncode == 0, said.stderr
    assert not [name for name in said.stdout.split() if name.startswith("autograders.board")]


def test_without_consent_joining_says_what_would_be_sent_and_sends_nothing(wire, capsys):
    join(wire.address, "KRT4MX")
    said = capsys.readouterr().out
    assert said.startswith("Nothing has been sent.")
    assert all(kind in said and ", ".join(FIELDS[kind]) in said for kind in FIELDS)
    work()
    raise_hand()
    show(step_decay)
    time.sleep(0.2)
    assert wire.heard == []
    join(wire.address, "KRT4MX", consent=True)
    until(lambda: wire.heard)
    assert wire.heard[0].startswith(b"POST /api/join"), "the wire hears what is sent"


def test_a_learner_who_agreed_sends_one_small_event_each_and_never_code(lab, capsys):
    join(lab.url, lab.desk.code, consent=True)
    capsys.readouterr()
    work()
    raise_hand("step_decay")
    lower_hand()
    said = capsys.readouterr().out.splitlines()
    until(lambda: len(recorded(lab)) == 5)
    assert recorded(lab) == [
        {
            "kind": "check",
            "exercise": "step_decay",
            "status": "zero",
            "holds": [],
            "mistake": "glides",
        },
        {"kind": "answers", "exercise": "predict_04", "answers": {"p1": "b", "p2": "a"}},
        {"kind": "answers", "exercise": "quiz_04", "answers": {"q1": "a"}},
        {"kind": "hand", "exercise": "step_decay", "up": True},
        {"kind": "hand", "exercise": None, "up": False},
    ]
    text = lab.kept()
    assert "remark" not in text and "own" not in text
    assert len(said) == 5 and all(line.startswith("to the board, as '") for line in said)
    assert [line.split("': ", 1)[1] for line in said] == [words for _, words in sent().events]
    show(step_decay)
    until(lambda: len(recorded(lab)) == 6)
    assert "a remark of the learner's" in recorded(lab)[-1]["code"]


def test_work_of_another_unit_is_not_sent(lab):
    def sgd_step(w, grad, lr):
        return w + lr * grad

    join(lab.url, lab.desk.code, consent=True)
    assert check(sgd_step).misconception == "adds-the-gradient"
    work()
    until(lambda: len(recorded(lab)) == 3)
    with pytest.raises(NotJoined, match="expected an exercise of this lab, got 'sgd_step'"):
        raise_hand("sgd_step")
    with pytest.raises(NotJoined, match="code can be read"):
        show(np.sin)


def test_a_plan_sends_how_large_it_is_and_not_what_it_says(lab, monkeypatch):
    from autograders.declare.catalogue import find

    item = find("experiment_04")
    plan = {
        "methods": list(item.methods[:1]),
        "rates": list(item.ladder[:4]),
        "seeds": 2,
        "updates": item.updates[0],
        "choose_on": "validation",
        "judge_on": "test",
    }
    quick = np.ones((3, 2, 4))
    monkeypatch.setitem(vars(item), "train", lambda *given: quick)
    join(lab.url, lab.desk.code, consent=True)
    experiment("experiment_04", plan)
    until(lambda: recorded(lab))
    assert recorded(lab) == [
        {"kind": "plan", "exercise": "experiment_04", "methods": 1, "seeds": 2}
    ]


def test_a_name_is_the_learners_choice_and_a_pseudonym_says_nothing_of_them(lab, capsys):
    join(lab.url, lab.desk.code, name="Ada L.", consent=True)
    assert lab.desk.lab.learners[1].name == "Ada L."
    leave()
    join(lab.url, lab.desk.code, consent=True)
    name = next(iter(lab.desk.lab.learners.values())).name
    assert re.fullmatch(r"[a-z]+ [a-z]+", name) and repr(name) in capsys.readouterr().out


def test_joining_again_under_another_name_says_how(lab, capsys):
    join(lab.url, lab.desk.code, name="Ada", consent=True)
    join(lab.url, lab.desk.code, name="Grace", consent=True)
    assert "You are again on the board as 'Ada'." in capsys.readouterr().out
    assert [learner.name for learner in lab.desk.lab.learners.values()] == ["Ada"]


def test_leaving_deletes_and_silences(lab, tmp_path, capsys):
    join(lab.url, lab.desk.code, name="Ada", consent=True)
    work()
    until(lambda: len(recorded(lab)) == 3)
    leave()
    assert "deleted" in capsys.readouterr().out
    assert lab.desk.lab.learners == {} and recorded(lab) == []
    assert "Ada" not in lab.kept() and not (tmp_path / ".board.json").exists()
    work()
    raise_hand()
    assert recorded(lab) == [] and LISTENERS == []
    leave()
    assert "You are on no board." in capsys.readouterr().out


def test_a_restarted_kernel_goes_on_as_the_same_learner(lab):
    join(lab.url, lab.desk.code, consent=True)
    work()
    until(lambda: len(recorded(lab)) == 3)
    session._stop(session._HERE[-1], "the kernel restarts")
    join(lab.url, lab.desk.code, consent=True)
    work()
    until(lambda: len(recorded(lab)) == 6)
    assert len(lab.desk.lab.learners) == 1


def test_a_secret_lies_where_only_its_owner_reads_it(lab, tmp_path):
    join(lab.url, lab.desk.code, consent=True)
    if sys.platform != "win32":
        assert (tmp_path / ".board.json").stat().st_mode & 0o077 == 0


def test_with_the_board_gone_the_work_goes_on(tmp_path, monkeypatch):
    monkeypatch.setattr(session, "PAUSES", (0.05,))
    served = Served(tmp_path / "lab.jsonl")
    join(served.url, served.desk.code, consent=True)
    served.stop()
    work()
    assert sent().waiting == 3


def test_events_that_waited_arrive_in_order_and_at_their_time(tmp_path, monkeypatch):
    monkeypatch.setattr(session, "PAUSES", (0.05,))
    with board(tmp_path / "lab.jsonl") as served:
        join(served.url, served.desk.code, consent=True)
        real = session.ask
        gone = threading.Event()
        gone.set()

        def through(*given):
            if gone.is_set():
                raise OSError("the network is gone")
            return real(*given)

        monkeypatch.setattr(session, "ask", through)
        for number in range(100):
            raise_hand("step_decay" if number % 2 else None)
        assert sent().waiting == 100
        assert "100 of these wait for the network" in repr(sent())
        served.now += 600
        gone.clear()
        until(lambda: len(recorded(served)) == 100)
        named = [event["exercise"] for event in recorded(served)]
        assert named == [None, "step_decay"] * 50
        until(lambda: sent().waiting == 0)


def test_a_board_that_hangs_delays_no_check(tmp_path, wire, monkeypatch):
    slow = socket.create_server(("127.0.0.1", 0))
    hanging = session.Session(
        f"http://127.0.0.1:{slow.getsockname()[1]}", "secret", "Ada", ["quiz_04"]
    )
    LISTENERS.append(hanging.listen)
    session._HERE.append(hanging)
    began = time.perf_counter()
    for _ in range(20):
        check("quiz_04", {"q1": "a"})
    assert time.perf_counter() - began < 10 * session.PATIENCE, "twenty requests would take twice"
    slow.close()


def test_more_than_the_queue_holds_drops_the_oldest(monkeypatch):
    monkeypatch.setattr(session, "ask", lambda *given: (_ for _ in ()).throw(OSError()))
    full = session.Session("http://127.0.0.1:9", "secret", "Ada", [])
    for _ in range(session.MOST_WAITING + 7):
        full.send({"kind": "hand", "exercise": None, "up": True})
    assert (full.waiting, full.dropped) == (session.MOST_WAITING, 7)
    full.end("the test is over")


def test_a_fault_of_the_board_fails_no_check(monkeypatch):
    LISTENERS.append(lambda *given: 1 / 0)
    try:
        work()
    finally:
        LISTENERS.clear()


def test_an_event_that_the_board_refuses_does_not_hold_up_later_ones(lab):
    join(lab.url, lab.desk.code, consent=True)
    here = session._HERE[-1]
    here.send({"kind": "check", "exercise": "quiz_04", "status": "?", "holds": [], "mistake": None})
    raise_hand()
    until(lambda: len(recorded(lab)) == 1)
    assert recorded(lab)[0]["kind"] == "hand"


def test_who_was_removed_is_told_and_sends_nothing_more(lab, capsys):
    join(lab.url, lab.desk.code, consent=True)
    lab.desk.act({"do": "remove", "id": 1})
    raise_hand()
    until(lambda: session._HERE[-1].ended)
    capsys.readouterr()
    raise_hand()
    assert "the board does not know you any more" in capsys.readouterr().out
    work()
    assert sent().waiting == 0


@pytest.mark.parametrize("given", [("", ""), ("127.0.0.1:8640", ""), ("ftp://x/", "ABC")])
def test_an_address_that_is_none_says_how_one_looks(given):
    with pytest.raises(NotJoined, match=r"expected the board's address and its code"):
        join(*given, consent=True)


def test_after_the_lab_the_cell_that_joined_still_runs(lab, capsys):
    address, code = lab.url, lab.desk.code
    join(f"{address}/{code}", name="Ada", consent=True)
    leave()
    join(address, "WRONGS", consent=True)
    assert "expected the class code" in capsys.readouterr().out
    lab.stop()
    join(address, code, consent=True)
    raise_hand()
    show(step_decay)
    assert "none answers" in capsys.readouterr().out
    assert repr(sent()) == "nothing"


def test_the_page_for_instructors_lists_every_field_that_is_sent():
    page = (ROOT / "docs" / "live_board.md").read_text("utf-8")
    rows = dict(re.findall(r"^\| `(\w+)` \| .* \| (.*) \|$", page, re.MULTILINE))
    assert {kind: rows.get(kind) for kind in FIELDS} == {
        kind: "; ".join(f"`{field}`: {what}" for field, what in fields.items())
        for kind, fields in FIELDS.items()
    }
