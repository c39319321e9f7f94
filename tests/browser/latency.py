"""The latency report: slider key to painted pixels, for every lab, beside a label-only floor.

    python -m tests.browser.latency [lab ...]

Each row: 30 single key presses, then one drag of two seconds. Times are milliseconds in the page's
own clock, from the key event to the first frame that shows the answer. The ratio is to the floor
measured just before that lab, so that a machine that is busy now and then does not distort it.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from playwright.sync_api import Browser, Locator, Page

from lrlib import labs
from tests.browser.jupyter import NotebookPage, Server, chromium, serve

PRESSES = 30
DRAG_SECONDS = 2.0
BUDGET = "budget: median <= 40 ms, p95 <= 60 ms, >= 15 updates/s, no blank frame"
FLOOR = """
import ipywidgets as widgets
slider, label = widgets.FloatSlider(description="Floor", max=1, step=0.01), widgets.Label("0")
slider.observe(lambda change: setattr(label, "value", str(change["new"])), "value")
widgets.VBox([slider, label.add_class("answer")]).add_class("floor")
"""

# Notes when a key reaches the page, and the first frame painted after the watched element changed.
STOPWATCH = """
watched => {
  const watch = {began: null, took: [], frames: [], blanks: 0, last: 0};
  let last = watched.innerHTML;
  const painted = moment => {
    watch.frames.push(moment);
    watch.last = moment;
    if (watch.began !== null) { watch.took.push(moment - watch.began); watch.began = null; }
  };
  new MutationObserver(() => {
    if (!watched.textContent.trim()) watch.blanks += 1;
    if (watched.innerHTML === last) return;
    last = watched.innerHTML;
    requestAnimationFrame(() => {
      const channel = new MessageChannel();
      channel.port1.onmessage = () => painted(performance.now());
      channel.port2.postMessage(0);
    });
  }).observe(watched, {childList: true, subtree: true, characterData: true});
  window.addEventListener("keydown", () => { watch.began = performance.now(); }, true);
  window.lrWatch = watch;
}
"""

# A lab that refines its picture goes on painting for a while: wait until it has finished.
QUIET = "() => performance.now() - lrWatch.last > 120"


@dataclass(frozen=True)
class Latency:
    """What one slider took: key presses in milliseconds, and the drag's picture rate and gaps."""

    name: str
    presses: tuple[float, ...]
    updates_per_second: float
    longest_gap: float
    blanks: int

    @property
    def median(self) -> float:
        return statistics.median(self.presses)

    @property
    def p95(self) -> float:
        return statistics.quantiles(self.presses, n=20)[-1]

    def row(self, floor: Latency | None = None) -> str:
        """One line of the table; with the floor also the ratio of the medians."""
        ratio = f"{self.median / floor.median:6.2f}" if floor else "      "
        return (
            f"{self.name:22}{self.median:8.1f}{self.p95:8.1f}{ratio}"
            f"{self.updates_per_second:11.1f}{self.longest_gap:9.0f}{self.blanks:8d}"
        )


HEADER = f"{'':22}{'median':>8}{'p95':>8}{'ratio':>6}{'updates/s':>11}{'gap':>9}{'blanks':>8}"


def measure(
    page: Page, name: str, slider: Locator, watched: Locator, presses: int = PRESSES
) -> Latency:
    """Press keys on `slider` one by one, then drag it, and time what happens in `watched`."""
    slider.scroll_into_view_if_needed()
    watched.evaluate(STOPWATCH)
    slider.focus()
    keys = ["ArrowRight", "ArrowLeft"]
    if slider.evaluate("s => 2 * s.ariaValueNow > Number(s.ariaValueMin) + Number(s.ariaValueMax)"):
        keys.reverse()
    took = []
    for i in range(presses + 3):
        key = keys[(i // 6) % 2]
        page.wait_for_function(QUIET, timeout=20_000, polling=20)
        page.evaluate("() => { lrWatch.took = []; lrWatch.began = null; }")
        page.keyboard.press(key)
        page.wait_for_function("() => lrWatch.took.length > 0", timeout=20_000, polling=20)
        took.append(page.evaluate("() => lrWatch.took[0]"))
    frames, seconds = _drag(page, slider)
    gaps = [b - a for a, b in pairwise(frames)]
    blanks = page.evaluate("() => lrWatch.blanks")
    return Latency(name, tuple(took[3:]), len(frames) / seconds, max(gaps, default=0.0), blanks)


def _drag(page: Page, slider: Locator) -> tuple[list[float], float]:
    """Pull the handle to and fro for two seconds; return the moments of the frames it led to."""
    box = slider.bounding_box()
    assert box is not None, "the slider is not on the page"
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.evaluate("() => { lrWatch.frames = []; lrWatch.began = null; }")
    began = time.monotonic()
    i = 0
    while time.monotonic() - began < DRAG_SECONDS:
        i += 1
        page.mouse.move(x + 160 * (1 - abs((i % 80) / 40 - 1)), y)
        time.sleep(0.012)
    seconds = time.monotonic() - began
    frames = page.evaluate("() => lrWatch.frames")
    page.mouse.up()
    return frames, seconds


def report(browser: Browser, server: Server, names: Sequence[str]) -> list[Latency]:
    """Measure the floor, then each lab on its first slider, printing each row as it is known."""
    cells = [FLOOR, *(f"from lrlib import labs\nlabs.{name}()" for name in names)]
    notebook = server.add_notebook("latency.ipynb", cells)
    page = browser.new_context(viewport={"width": 1280, "height": 1000}).new_page()
    opened = NotebookPage.open(page, server, notebook)
    floor_root = opened.run_cell(0).locator(".floor")
    floor_slider, answer = floor_root.get_by_role("slider"), floor_root.locator(".answer")
    floor_slider.wait_for()
    print(HEADER)
    rows = [measure(page, "floor (label only)", floor_slider, answer)]
    print(rows[0].row(), flush=True)
    for number, name in enumerate(names, start=1):
        root = opened.run_cell(number).locator(".lr-lab")
        root.locator("[role=status]").wait_for(state="attached")
        opened.wait_idle()
        slider = root.get_by_role("slider").first
        floor = measure(page, "floor", floor_slider, answer, presses=PRESSES // 2)
        rows.append(measure(page, name, slider, root.locator(".lr-view .widget-html-content")))
        print(rows[-1].row(floor), flush=True)
    return rows


def main() -> None:
    """Print the table for the labs named on the command line, or for all."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("labs", nargs="*", metavar="lab", help=f"of {', '.join(labs.__all__)}")
    names = parser.parse_args().labs or labs.__all__
    unknown = set(names) - set(labs.__all__)
    if unknown:
        parser.error(f"no lab called {', '.join(sorted(unknown))}; try {', '.join(labs.__all__)}")
    with tempfile.TemporaryDirectory() as scratch:
        root, home = Path(scratch, "root"), Path(scratch, "home")
        root.mkdir()
        home.mkdir()
        with serve(root, home) as server, chromium() as browser:
            report(browser, server, names)
    print(BUDGET)


if __name__ == "__main__":
    main()
