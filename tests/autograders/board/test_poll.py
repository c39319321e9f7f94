"""A peer question, voted on twice: first votes are hidden, both are shown at the end."""

from __future__ import annotations

import json
import urllib.request

import pytest

from autograders.board.poll import FEW, LEAST, MOST, SOME
from tests.autograders.board.labs import board


@pytest.fixture
def lab(tmp_path):
    with board(tmp_path / "lab.jsonl") as served:
        yield served


def press(lab, *steps):
    """Open question 1, or go on from one phase to the next."""
    lab.desk.act({"do": "poll", "question": 1})
    for before, after in steps:
        lab.desk.act({"do": "phase", "from": before, "to": after})


def go(lab, before, after):
    lab.desk.act({"do": "phase", "from": before, "to": after})


def right_place(lab):
    """Where the right option stands on this board."""
    return next(n for n, option in enumerate(lab.desk.lab.poll.options) if option.right)


def asked(lab, pupil):
    """What a learner's page is told."""
    address = f"{lab.url}/api/poll?secret={pupil.secret}"
    with urllib.request.urlopen(address, timeout=10) as stream:
        return json.loads(stream.readline().removeprefix(b"data: "))["poll"]


def test_two_votes_are_hidden_and_then_shown_together(lab):
    phones = [lab.join(phone=True) for _ in range(8)]
    press(lab)
    right = right_place(lab)
    wrong = (right + 1) % 4
    first = [right] * 3 + [wrong] * 5
    assert [phone.vote(option) for phone, option in zip(phones, first)] == [200] * 8
    view = lab.desk.view()["poll"]
    assert (view["voted"], view["counts"], view["answers"]) == (8, {}, [])
    go(lab, "first", "talk")
    view = lab.desk.view()["poll"]
    assert (view["counts"], view["answers"], view["advice"]) == ({}, [], SOME)
    assert phones[0].vote(wrong) == 409, "the first vote is over"
    go(lab, "talk", "second")
    second = [right] * 7 + [wrong]
    assert [p.vote(o, phase="second") for p, o in zip(phones, second)] == [200] * 8
    go(lab, "second", "shown")
    view = lab.desk.view()["poll"]
    counts = view["counts"]
    assert (counts["first"][right], counts["first"][wrong]) == (3, 5)
    assert (counts["second"][right], counts["second"][wrong]) == (7, 1)
    assert sum(counts["first"]) == sum(counts["second"]) == 8
    assert [n for n, answer in enumerate(view["answers"]) if answer["right"]] == [right]
    assert all(answer["explanation"] for answer in view["answers"])
    assert asked(lab, phones[3])["mine"] == {"first": wrong, "second": right}
    assert phones[0].vote(wrong, phase="second") == 409


def test_before_the_end_nobody_is_told_an_answer_or_a_count(lab):
    phones = [lab.join(phone=True) for _ in range(6)]
    steps = [("first", "talk"), ("talk", "second")]
    for number in range(len(steps) + 1):
        press(lab, *steps[:number])
        for phone in phones:
            phone.vote(0, phase=lab.desk.lab.poll.phase)
        told = json.dumps([asked(lab, phones[0]), lab.desk.view()["poll"]])
        for option in lab.desk.lab.poll.options:
            assert option.explanation not in told
        assert '"right"' not in told and '"counts": {}' in told


def test_a_vote_may_change_until_it_is_closed_and_survives_a_reload_and_a_restart(tmp_path):
    journal = tmp_path / "lab.jsonl"
    with board(journal) as served:
        phone, other = served.join(phone=True), served.join()
        press(served)
        assert [phone.vote(option) for option in (0, 2)] == [200, 200]
        assert other.vote(1) == 200, "who works in a notebook can vote as well"
        shown = asked(served, phone)
        assert shown["mine"] == {"first": 2}
        go(served, "first", "talk")
    with board(journal) as again:
        phone.served = again
        assert asked(again, phone) == {**shown, "phase": "talk"}
        assert phone.vote(1) == 409
        go(again, "talk", "second")
        assert phone.vote(1, phase="second") == 200


def test_a_button_that_is_pressed_twice_does_its_work_once(lab):
    press(lab, ("first", "talk"), ("first", "talk"), ("second", "shown"))
    assert lab.desk.lab.poll.phase == "talk"
    go(lab, "talk", "first")
    assert lab.desk.lab.poll.phase == "talk"


@pytest.mark.parametrize(("share", "advice"), [(1, FEW), (3, SOME), (6, MOST)])
def test_after_the_first_vote_the_board_says_what_the_guide_does(lab, share, advice):
    phones = [lab.join(phone=True) for _ in range(6)]
    press(lab)
    right = right_place(lab)
    for number, phone in enumerate(phones):
        phone.vote(right if number < share else (right + 1) % 4)
    go(lab, "first", "talk")
    assert lab.desk.view()["poll"]["advice"] == advice
    assert lab.desk.view()["poll"]["next"] == ("second", "shown")


def test_a_round_of_few_is_not_counted_in_public(lab):
    phones = [lab.join(phone=True) for _ in range(LEAST)]
    press(lab)
    for phone in phones[1:]:
        phone.vote(0)
    go(lab, "first", "talk")
    go(lab, "talk", "second")
    for phone in phones:
        phone.vote(0, phase="second")
    go(lab, "second", "shown")
    assert lab.desk.view()["poll"]["counts"]["first"] is None
    assert sum(lab.desk.view()["poll"]["counts"]["second"]) == LEAST


def test_who_leaves_takes_the_vote_along(lab):
    phones = [lab.join(phone=True) for _ in range(2)]
    press(lab)
    for phone in phones:
        phone.vote(0)
    lab.post("leave", {}, phones[0].secret)
    assert lab.desk.view()["poll"]["voted"] == 1
    assert '"vote","id":1' not in lab.desk.journal.path.read_text()


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"option": 4},
        {"option": -1},
        {"option": True},
        {"option": "0"},
        {"phase": "second", "option": 0},
        {"phase": ["first"], "option": 0},
        {"question": 2, "option": 0},
    ],
    ids=str,
)
def test_a_vote_that_is_none_is_refused(lab, given):
    phone = lab.join(phone=True)
    press(lab)
    sent = {"question": 1, "phase": "first"} | given
    assert lab.post("vote", sent, phone.secret)[0] in (400, 409)
    assert lab.post("vote", sent, "nobody")[0] == 401
    assert lab.desk.view()["poll"]["voted"] == 0


@pytest.mark.parametrize("number", [-1, 3, "1", None])
def test_a_question_that_there_is_not_cannot_be_opened(lab, number):
    act = {"do": "poll", "question": number}
    assert lab.post(f"act?token={lab.desk.token}", act)[0] == 400


def test_a_phone_is_no_learner_who_works(lab):
    lab.join(phone=True)
    lab.join()
    view = lab.desk.view()
    assert (view["learners"], view["phones"]) == (1, 1)


def test_options_that_speak_of_the_others_stay_behind_them(lab):
    orders = set()
    for _ in range(40):
        press(lab)
        texts = [option.text for option in lab.desk.lab.poll.options]
        assert {text.split()[0].strip(",;") for text in texts[2:]} == {"both", "neither"}
        orders.add(tuple(texts))
    assert len(orders) == 4


def test_one_learner_may_have_a_few_pages_open_and_no_more(lab):
    phone = lab.join(phone=True)
    address = f"{lab.url}/api/poll?secret={phone.secret}"
    open_pages = [urllib.request.urlopen(address, timeout=10) for _ in range(3)]
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(address, timeout=10)
    assert refused.value.code == 429
    for each in [*open_pages, refused.value]:
        each.close()
