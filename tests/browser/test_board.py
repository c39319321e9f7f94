"""The live board in Chromium: it shows what the class did, and can be read and worked."""

import os

import pytest

from autograders.declare.catalogue import of_unit
from tests.autograders.board.labs import UNIT, Served, checked
from tests.autograders.board.test_lab import HISTORIES

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
    row.get_by_role("cell").nth(1).get_by_text(str(before + 1), exact=True).wait_for(timeout=5000)
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


def test_the_learners_page_says_how_to_join_on_a_phone(chrome, lab):
    page = chrome.new_page(viewport={"width": 390, "height": 844})
    page.goto(lab.url)
    assert lab.desk.code not in page.content()
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    assert "join(" in page.locator("#cell").inner_text()
    page.close()
