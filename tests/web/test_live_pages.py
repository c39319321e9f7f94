"""Every lab on a page in Chromium, on the worker's real Python: what it says and shows."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page

from course.web.live.labs import live_lab
from lrlib import labs
from lrlib.labs.kit import Lab, Log
from lrlib.labs.kit.page import main_control, stops
from tests.lrlib.test_labs_numbers import SOLUTIONS
from tests.web.conftest import ROOT, Visit, served
from tests.web.pyodide import distribution

pytestmark = pytest.mark.browser
PAGE = """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Labs</title>
<meta name="viewport" content="width=device-width"><link rel="stylesheet" href="live/live.css">
<script type="module" src="live/labs.js"></script></head><body><main><h1>Labs</h1>{labs}</main>"""
START_MS = 180_000  # this machine may be doing much else
NUMBER = re.compile(r"-?\d+(?:\.\d+)?")


@pytest.fixture(scope="module")
def live(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the labs' scripts, a Pyodide of its own, and a page of every lab."""
    folder = tmp_path_factory.mktemp("live")
    try:
        python = distribution(ROOT / ".site-cache")
    except subprocess.CalledProcessError as error:
        pytest.skip(f"no Pyodide with NumPy to be had: {error.stderr[-200:]!r}")
    command = [sys.executable, "start.py", "site", "--part", "live", "--output", str(folder)]
    done = subprocess.run(
        [*command, "--pyodide", str(python)], cwd=ROOT, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout + done.stderr
    made = "".join(live_lab(name, {}, name) for name in labs.__all__)
    (folder / "labs.html").write_text(PAGE.format(labs=made), "utf-8")
    return folder


@pytest.fixture(scope="module")
def opened(live: Path, chrome) -> Iterator[Visit]:
    """The page of all labs, its worker ready."""
    with served(live) as address:
        context = chrome.new_context(viewport={"width": 1280, "height": 900})
        seen = Visit(context.new_page(), address)
        seen.watch()
        seen.go("labs.html")
        ready(seen.page)
        yield seen
        context.close()


def ready(page: Page) -> None:
    """Touch a lab, and wait until the worker is there."""
    page.locator(".lr-live button").first.focus()
    page.wait_for_function("document.documentElement.dataset.python === 'ready'", timeout=START_MS)


def shown(page: Page, name: str) -> Locator:
    return page.locator(f'.lr-live[data-lab="{name}"]')


def settle(lab: Locator) -> None:
    """Wait until the worker has answered everything that was asked."""
    lab.page.wait_for_function(
        "lab => lab.dataset.busy === 'no'", arg=lab.element_handle(), timeout=60_000
    )


def alike(text: str, other: str) -> bool:
    """Whether two readings have the same words, and numbers that differ by rounding only."""
    same = NUMBER.sub("#", text) == NUMBER.sub("#", other)
    pairs = zip(NUMBER.findall(text), NUMBER.findall(other))
    return same and all(float(a) == pytest.approx(float(b), rel=0.02, abs=0.011) for a, b in pairs)


def steer(lab: Locator, native: Lab, values: dict) -> None:
    """Set the lab's controls by hand, as a reader does, to these values."""
    for name, value in values.items():
        if name == "steps":
            for _ in range(value):
                lab.get_by_role("button", name="Step").click()
                settle(lab)
            continue
        place = lab.locator(f'.lr-control[data-name="{name}"]')
        inputs = place.locator("input, select").all()
        kind = place.get_attribute("data-kind")
        if kind == "choice":
            inputs[0].select_option(value)
        elif kind == "switch":
            inputs[0].set_checked(value)
        elif kind == "log":
            inputs[1].fill(f"{value}")
        elif kind == "span":
            for end, part in reversed(list(zip(inputs, value))):
                end.fill(f"{part}")
        elif kind == "pick":
            control = next(c for c in native.controls if c.name == name)
            inputs[0].fill(f"{control.marks.index(value)}")
        else:
            inputs[0].fill(f"{value}")
    settle(lab)


@pytest.mark.parametrize("name", labs.__all__)
def test_a_lab_on_the_page_says_what_the_lab_says_and_its_challenge_can_be_met(
    opened: Visit, name: str
) -> None:
    lab, native = shown(opened.page, name), getattr(labs, name)()
    for number, (preset, values) in enumerate(native.presets):
        lab.locator('button[data-act="change"]').nth(number).click()
        settle(lab)
        native.set(**values)
        assert alike(lab.locator(".lr-reading").inner_text(), native.reading), preset
        banner = lab.locator(".alarm-text").all_text_contents()
        assert banner == ["DIVERGED"] * native.outcome.diverged
    lab.get_by_role("button", name="Reset").click()
    settle(lab)
    native.reset()
    solution = SOLUTIONS.get(name, {})
    steer(lab, native, solution)
    native.touched = True
    native.set(**solution)
    assert alike(lab.locator(".lr-reading").inner_text(), native.reading)
    assert lab.locator(".lr-met").count() == bool(solution)
    spoken = lab.locator(".lr-picture").get_attribute("aria-label") or ""
    assert lab.locator(".lr-reading").inner_text() in spoken
    assert (opened.errors, opened.missing, opened.external) == ([], [], [])


@pytest.mark.parametrize("name", labs.__all__)
def test_dragging_shows_no_blank_picture_and_ends_at_the_last_value(
    opened: Visit, name: str
) -> None:
    lab, native = shown(opened.page, name), getattr(labs, name)()
    control = main_control(native)
    if control is None:
        pytest.skip("this lab has no slider with a single handle")
    lab.get_by_role("button", name="Reset").click()
    settle(lab)
    lab.evaluate(
        """async lab => {
            const slider = lab.querySelector(`.lr-control[data-name="${
                JSON.parse(lab.querySelector('.lr-frames').textContent).name}"] input`);
            const view = lab.querySelector('.lr-view');
                const seen = window.lrSeen = {pictures: 0, blank: 0};
            new MutationObserver(() => {
                seen.pictures += 1;
                if (!view.querySelector('.fr')) seen.blank += 1;
            }).observe(view, {childList: true, subtree: true});
            const [low, high] = [Number(slider.min), Number(slider.max)];
            for (let k = 0; k <= 20; k += 1) {
                slider.value = high - (high - low) * k / 20;
                slider.dispatchEvent(new Event('input', {bubbles: true}));
                await new Promise(requestAnimationFrame);
            }
        }"""
    )
    settle(lab)
    seen = opened.page.evaluate("lrSeen")
    native.touched = True
    native.set(**{control.name: stops(control)[0]})  # at the highest rates, no two machines agree
    assert seen["pictures"] >= 1 and seen["blank"] == 0
    assert alike(lab.locator(".lr-reading").inner_text(), native.reading)


def test_the_first_drag_is_answered_before_python_is_there(live: Path, chrome) -> None:
    with served(live) as address:
        context = chrome.new_context(viewport={"width": 390, "height": 844}, has_touch=True)
        page = context.new_page()
        page.route("**/pyodide/**", lambda route: None)  # the runtime does not come
        page.goto(f"{address}/labs.html")
        for name in ("step_marble", "same_ends", "noise_floor"):
            lab, native = shown(page, name), getattr(labs, name)()
            slider = lab.locator("input[type=range]").first
            slider.focus()
            before = lab.locator(".lr-reading").inner_text()
            slider.press("PageUp")
            control = main_control(native)
            assert isinstance(control, Log)
            value = float(lab.locator("input[type=number]").first.input_value())
            native.set(**{control.name: value})
            assert lab.locator(".lr-reading").inner_text() == native.reading != before
            assert "Python is coming" in lab.locator(".lr-state").inner_text()
        assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
        context.close()


def test_where_python_cannot_be_had_a_sentence_says_so_and_what_to_do(live: Path, chrome) -> None:
    with served(live) as address:
        context = chrome.new_context()
        page = context.new_page()
        page.route("**/pyodide/**", lambda route: route.abort())
        page.goto(f"{address}/labs.html")
        lab = shown(page, "step_marble")
        lab.get_by_role("button", name="Diverges").click()
        said = lab.locator(".lr-state", has_text="Python cannot be had here")
        said.wait_for(timeout=15_000)
        assert "Reload the page" in said.inner_text()
        context.close()
