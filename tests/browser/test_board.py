"""The live board in Chromium: it shows what the class did, and can be read and worked."""

import os
from dataclasses import replace

import pytest

from autograders.board.guide import read_guide
from autograders.declare.catalogue import of_unit
from tests.autograders.board.labs import UNIT, Served, checked
from tests.autograders.board.test_lab import HISTORIES
from tests.conftest import ROOT

pytestmark = pytest.mark.browser
NAMES = ["Ada", "Blaise", "Carl Friedrich", "Émilie"]


@pytest.fixture
def lab(tmp_path):
    """Minute 45 of a lab of thirty, with hands up, and code that is HTML."""
    start = 1_000_000.0
    served = Served(tmp_path / "lab.jsonl", start)
    served.desk.events.burst = 1e9
    served.desk.act({"do": "clock", "run": True})
    pupils = [served.join(NAMES[n] if n < len(NAMES) else None) for n in HISTORIES]
    served.now += 45 * 60
    for number, pupil in enumerate(pupils):
        for second, event in HISTORIES[number]:
            if second <= 45 * 60:
                assert pupil.send(event, age=45 * 60 - second)[0] == 200
    pupils[0].send({"kind": "hand", "exercise": "step_decay", "up": True}, age=200)
    pupils[2].send({"kind": "hand", "exercise": None, "up": True})
    code = "def step_decay(t):\n    return '<script>document.title = \"taken\"</script>'\n"
    pupils[1].send({"kind": "show", "exercise": "step_decay", "code": code})
    yield served
    served.stop()


@pytest.fixture
def page(chrome, lab):
    """The board's page at the size of a projector; what it complains about fails the test."""
    context = chrome.new_context(viewport={"width": 1280, "height": 720})
    page = context.new_page()
    faults = []
    page.on("pageerror", lambda fault: faults.append(str(fault)))
    page.on("console", lambda said: said.type == "error" and faults.append(said.text))
    page.goto(f"{lab.url}/board?token={lab.desk.token}")
    page.locator("#exercises tr").first.wait_for()
    yield page
    assert faults == []
    context.close()


def picture(page, name):
    if folder := os.environ.get("LR_PICTURES"):
        page.screenshot(path=f"{folder}/{name}.png")


def test_the_page_shows_the_numbers_of_the_lab(page, lab):
    picture(page, "board")
    view = lab.desk.view()
    assert page.locator("#learners").inner_text() == "30"
    for row in view["exercises"]:
        cells = page.get_by_role("row", name=row["name"], exact=False).get_by_role("cell")
        done, here, stuck = (cells.nth(n).inner_text() for n in (1, 2, 3))
        assert (done, here, stuck.split(" ")[0]) == tuple(
            str(row[key]) for key in ("done", "here", "stuck")
        )
    first = view["mistakes"][0]
    item = page.locator("#mistakes li").first.inner_text()
    assert item.startswith(f"{first['learners']} × {first['mistake']}") and first["say"] in item
    assert page.locator("#plan .now").inner_text().startswith("Now (40 to 49, pairs): step_decay")
    assert page.locator("#minute").inner_text() == "minute 45 of 75"


def test_the_page_follows_what_happens_as_it_happens(page, lab):
    before = int(page.get_by_role("row", name="step_decay").get_by_role("cell").nth(1).inner_text())
    late = lab.join("Late")
    late.send(checked("step_decay", sorted(of_unit(UNIT)["step_decay"].worth)))
    row = page.get_by_role("row", name="step_decay")
    row.get_by_role("cell").nth(1).get_by_text(str(before + 1), exact=True).wait_for()
    assert page.locator("#learners").inner_text() == "31"


def test_everything_can_be_done_from_the_keyboard_and_focus_stays(page, lab):
    button = page.get_by_role("button", name="Ada has been helped")
    button.focus()
    lab.join("Later").send({"kind": "hand", "exercise": None, "up": True})
    page.locator("#hands").get_by_text("Later").wait_for()
    assert button.evaluate("it => it === document.activeElement")
    page.keyboard.press("Enter")
    page.locator("#hands").get_by_text("Ada").wait_for(state="detached")
    assert [hand["name"] for hand in lab.desk.view()["hands"]] == ["Carl Friedrich", "Later"]
    page.get_by_role("button", name="Close the door").focus()
    page.keyboard.press("Space")
    page.get_by_role("button", name="Open the door").wait_for()
    assert not lab.desk.lab.open and not page.locator("#invitation").is_visible()


def test_a_learners_text_is_text(page):
    page.get_by_text("Shown code").click()
    shown = page.locator("#shown pre")
    assert "<script>" in shown.inner_text() and "of Blaise" in page.locator("#shown").inner_text()
    assert page.title() == "Live board"
    picture(page, "board-code")


def test_everything_at_once_fits_a_projector_and_is_large_enough(page):
    box = page.evaluate(
        "() => [document.documentElement.scrollWidth, document.documentElement.scrollHeight]"
    )
    assert box[0] <= 1280 and box[1] <= 720, box
    inner = page.evaluate(
        """() => [...document.querySelectorAll('main > *')].map((it) =>
             [it.scrollWidth - it.clientWidth, it.scrollHeight - it.clientHeight])"""
    )
    assert inner == [[0, 0], [0, 0]]
    smallest = page.evaluate(
        """() => Math.min(...[...document.querySelectorAll('th, td, li, p, h2, button, summary')]
             .filter((it) => it.innerText && it.getClientRects().length)
             .map((it) => parseFloat(getComputedStyle(it).fontSize)))"""
    )
    assert smallest >= 18


def test_a_board_that_is_gone_says_so_and_comes_back(chrome, tmp_path):
    served = Served(tmp_path / "lab.jsonl")
    page = chrome.new_page()
    page.goto(f"{served.url}/board?token={served.desk.token}")
    page.locator("#exercises tr").first.wait_for()
    served.stop()
    page.get_by_text("The board does not answer.").wait_for()
    page.close()


PHONE = {"viewport": {"width": 390, "height": 844}}


@pytest.fixture
def phone(chrome, lab):
    """A phone that has joined from the keyboard."""
    context = chrome.new_context(**PHONE)
    page = context.new_page()
    page.goto(lab.url)
    assert lab.desk.code not in page.content()
    page.get_by_label("Class code").fill(lab.desk.code.lower())
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="No question is open").wait_for()
    yield page
    context.close()


def fits(page):
    """Whether nothing is wider than the phone."""
    return page.evaluate("document.documentElement.scrollWidth") == 390


def choose(page, letter):
    """Vote from the keyboard alone: arrows choose, Enter sends."""
    boxes = page.get_by_role("radio")
    boxes.first.focus()
    page.keyboard.press("Space")
    for _ in range("ABCD".index(letter)):
        page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.get_by_text(f"You voted {letter}.").wait_for()


def test_a_question_is_voted_on_twice_by_phone_and_keyboard(page, phone, lab):
    others = [lab.join(phone=True) for _ in range(11)]
    page.get_by_role("button", name="Peer question 1").focus()
    page.keyboard.press("Enter")
    page.get_by_text("First vote: alone, in silence").wait_for()
    phone.get_by_role("heading", name="First vote: alone").wait_for()
    assert phone.get_by_role("group").get_by_role("radio").count() == 4
    choose(phone, "C")
    for number, other in enumerate(others):
        assert other.vote(number % 4) == 200
    page.get_by_text("12 of 12 have voted.").wait_for()
    picture(page, "poll-first")
    picture(phone, "phone-first")
    assert page.locator("#options .bar").count() == 0
    phone.reload()
    phone.get_by_text("You voted C.").wait_for()
    assert phone.get_by_role("radio").nth(2).is_checked() and fits(phone)

    button = page.get_by_role("button", name="Close the vote")
    button.wait_for()
    assert button.evaluate("it => it === document.activeElement")
    page.keyboard.press("Enter")
    phone.get_by_role("heading", name="Talk to each other").wait_for()
    assert phone.get_by_role("radio").count() == 0 or not phone.locator("#ballot").is_visible()
    page.get_by_text(lab.desk.view()["poll"]["advice"]).wait_for()
    picture(page, "poll-talk")
    page.get_by_role("button", name="Vote again").press("Enter")
    phone.get_by_role("heading", name="Second vote").wait_for()
    choose(phone, "B")
    for number, other in enumerate(others):
        assert other.vote(min(number, 1), phase="second") == 200
    page.get_by_role("button", name="Show both votes").press("Enter")
    page.locator("#options .right").wait_for()
    phone.get_by_role("heading", name="Both votes").wait_for()
    picture(page, "poll-shown")
    picture(phone, "phone-shown")
    rows = page.locator("#options li")
    shown = [rows.nth(n).locator(".votes > span").all_inner_texts() for n in range(4)]
    assert shown == [["first: 3", "second: 1"], ["first: 3", "second: 11"],
                     ["first: 4", "second: 0"], ["first: 2", "second: 0"]]  # fmt: skip
    for option in lab.desk.lab.poll.options:
        assert page.get_by_text(option.explanation).is_visible()
        assert phone.get_by_text(option.explanation).count() == 1
    assert phone.locator("#result").get_by_text("(your second vote)").count() == 1
    assert fits(phone)
    over = "[document.documentElement.scrollHeight - 720, poll.scrollHeight - poll.clientHeight]"
    assert page.evaluate(over) == [0, 0]
    page.get_by_role("button", name="Back to the board").press("Enter")
    page.locator("#exercises").wait_for()
    phone.get_by_role("heading", name="No question is open").wait_for()


def test_every_question_of_the_course_fits_a_projector_in_every_phase(page, lab):
    voters = [lab.join(phone=True) for _ in range(30)]
    guide = lab.desk.lab.guide
    over = "[document.documentElement.scrollHeight - 720, poll.scrollHeight - poll.clientHeight]"
    for path in sorted(ROOT.glob("course/units/*/guide.md")):
        lab.desk.lab.guide = replace(guide, peers=read_guide(path, {}).peers)
        for number, peer in enumerate(lab.desk.lab.guide.peers, start=1):
            lab.desk.act({"do": "poll", "question": number})
            page.locator("#asked", has_text=peer.text).wait_for()
            assert page.evaluate(over) == [0, 0], (path.parent.name, number)
            for learner in range(31, 31 + len(voters)):
                lab.desk.lab.poll.votes["first"][learner] = learner % 2
            for before, after in (("first", "talk"), ("talk", "shown")):
                lab.desk.act({"do": "phase", "from": before, "to": after})
            page.locator("#options .right").first.wait_for()
            assert page.evaluate(over) == [0, 0], (path.parent.name, number)
            lab.desk.act({"do": "poll", "question": 0})
            page.locator("#poll").wait_for(state="hidden")


def test_a_phone_that_leaves_has_left_nothing(phone, lab):
    lab.desk.act({"do": "poll", "question": 2})
    phone.get_by_role("heading", name="First vote").wait_for()
    choose(phone, "A")
    phone.get_by_role("button", name="Leave, and delete my votes").click()
    phone.get_by_text("You have left, and your votes are deleted.").wait_for()
    assert lab.desk.view()["phones"] == 0 and lab.desk.view()["poll"]["voted"] == 0
    assert phone.evaluate("localStorage.length") == 0 and fits(phone)
    picture(phone, "phone-enter")
    phone.get_by_label("Class code").fill("WRONGS")
    phone.keyboard.press("Enter")
    phone.get_by_role("alert").get_by_text("expected the class code").wait_for()


def test_a_phone_says_when_the_board_is_gone(chrome, tmp_path):
    served = Served(tmp_path / "lab.jsonl")
    page = chrome.new_page(**PHONE)
    page.goto(served.url)
    assert 'join("127.0.0.1:' in page.locator("#cell").inner_text() and fits(page)
    page.get_by_label("Class code").fill(served.desk.code)
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="No question is open").wait_for()
    served.stop()
    page.get_by_text("The board does not answer.").wait_for()
    page.close()
