"""The latency report: slider key to painted pixels, for every lab, beside a label-only floor.

    python -m tests.browser.latency [lab ...] [--presses 30]

Each row: 30 single key presses on the lab's first slider, every one after a press on the floor's,
then one drag of two seconds. Times are milliseconds in the page's own clock, from the key event to
the first frame that shows the answer; `floor` is the median of the presses in between, and the
ratio is to that, so that a machine that is busy now and then does not distort it. The last two
columns are the processor time of one change beyond what the floor takes, in the kernel and in the
page's main thread: what a busy machine leaves as it is.
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

from playwright.sync_api import CDPSession, Locator, Page

from lrlib import labs
from tests.browser.jupyter import NotebookPage, Server, chromium, serve

PRESSES, WARM_UP = 30, 3
DRAG_SECONDS = 2.0
BUDGET = "budget: median <= 40 ms, p95 <= 60 ms, ratio <= 1.3, >= 15 updates/s, no blank frame"
KERNEL = "import os\nos.getpid()"
BESIDE_A_FLOOR = """
import ipywidgets as widgets
from lrlib import labs
slider, label = widgets.FloatSlider(description="Floor", max=1, step=0.01), widgets.Label("0")
slider.observe(lambda change: setattr(label, "value", str(change["new"])), "value")
floor = widgets.VBox([slider, label.add_class("answer")]).add_class("floor")
widgets.VBox([floor, labs.{name}().widget()])
"""

# Notes when a key reaches the page, and the first frame painted after a watched element changed.
STOPWATCH = """
watched => {
  if (!window.lrWatch) {
    window.lrWatch = {began: null, took: null, frames: [], blanks: 0, last: 0};
    window.addEventListener("keydown", () => { lrWatch.began = performance.now(); }, true);
  }
  let last = watched.innerHTML;
  const painted = moment => {
    lrWatch.frames.push(moment);
    lrWatch.last = moment;
    if (lrWatch.began !== null) { lrWatch.took = moment - lrWatch.began; lrWatch.began = null; }
  };
  new MutationObserver(() => {
    if (!watched.textContent.trim()) lrWatch.blanks += 1;
    if (watched.innerHTML === last) return;
    last = watched.innerHTML;
    requestAnimationFrame(() => {
      const channel = new MessageChannel();
      channel.port1.onmessage = () => painted(performance.now());
      channel.port2.postMessage(0);
    });
  }).observe(watched, {childList: true, subtree: true, characterData: true});
}
"""

# A lab that refines its picture goes on painting for a while: wait until it has finished.
QUIET = "() => performance.now() - lrWatch.last > 120"
PAST_THE_MIDDLE = "s => 2 * s.ariaValueNow > Number(s.ariaValueMin) + Number(s.ariaValueMax)"
HEADER = (
    f"{'':20}{'median':>7}{'p95':>7}{'floor':>7}{'ratio':>7}{'updates/s':>11}{'gap':>6}"
    f"{'blanks':>8}{'kernel':>8}{'page':>6}"
)


@dataclass(frozen=True)
class Press:
    """One key press: milliseconds to the picture, and of processor time in kernel and page."""

    took: float
    kernel: float
    page: float


@dataclass(frozen=True)
class Latency:
    """What one lab's slider took, and the floor's between; the drag's picture rate and gap."""

    name: str
    presses: tuple[Press, ...]
    floor: tuple[Press, ...]
    updates_per_second: float
    longest_gap: float
    blanks: int

    def row(self) -> str:
        """One line of the table."""
        took = [press.took for press in self.presses]
        median, floor = statistics.median(took), statistics.median(p.took for p in self.floor)
        kernel, page = (
            statistics.median(getattr(p, part) for p in self.presses)
            - statistics.median(getattr(p, part) for p in self.floor)
            for part in ("kernel", "page")
        )
        return (
            f"{self.name:20}{median:7.1f}{statistics.quantiles(took, n=20)[-1]:7.1f}{floor:7.1f}"
            f"{median / floor:7.2f}{self.updates_per_second:11.1f}{self.longest_gap:6.0f}"
            f"{self.blanks:8d}{kernel:8.1f}{page:6.1f}"
        )


@dataclass
class Bench:
    """The notebook page with the floor's slider, and the clocks of kernel and page."""

    notebook: NotebookPage
    kernel: Path
    clock: CDPSession

    @classmethod
    def open(cls, page: Page, server: Server, name: str) -> Bench:
        """Open a notebook whose first cell is KERNEL, and run that."""
        notebook = NotebookPage.open(page, server, name)
        process = notebook.run_cell(0).locator("pre").inner_text()
        clock = page.context.new_cdp_session(page)
        clock.send("Performance.enable", {"timeDomain": "threadTicks"})
        return cls(notebook, Path("/proc", process, "task"), clock)

    def _spent(self) -> tuple[float, float]:
        """Milliseconds of processor time of kernel (0 where /proc has none) and page so far."""
        threads = [path.read_text() for path in self.kernel.glob("*/schedstat")]
        metrics = self.clock.send("Performance.getMetrics")["metrics"]
        page = next(m["value"] for m in metrics if m["name"] == "TaskDuration")
        return sum(int(text.split()[0]) for text in threads) / 1e6, page * 1e3

    def press(self, slider: Locator, key: str) -> Press:
        """Press a key on a slider and wait until everything that it leads to has been painted."""
        page = self.notebook.page
        page.wait_for_function(QUIET, timeout=20_000, polling=20)
        slider.focus()
        before = self._spent()
        page.evaluate("() => { lrWatch.took = lrWatch.began = null; }")
        page.keyboard.press(key)
        page.wait_for_function("() => lrWatch.took !== null", timeout=20_000, polling=20)
        took = page.evaluate("() => lrWatch.took")
        page.wait_for_function(QUIET, timeout=20_000, polling=20)
        kernel, drawn = (b - a for a, b in zip(before, self._spent()))
        return Press(took, kernel, drawn)

    def measure(self, name: str, cell: int, presses: int) -> Latency:
        """Press keys on the floor's slider and the lab's by turns, then drag the lab's."""
        page = self.notebook.page
        shown = self.notebook.run_cell(cell)
        shown.locator(".lr-lab [role=status]").wait_for(state="attached")
        self.notebook.wait_idle()
        floor = shown.locator(".floor").get_by_role("slider")
        slider = shown.locator(".lr-lab").get_by_role("slider")
        answer, view = shown.locator(".answer"), shown.locator(".lr-view .widget-html-content")
        for watched in (answer, view):
            watched.evaluate(STOPWATCH)
        keys = ["ArrowRight", "ArrowLeft"]
        if slider.first.evaluate(PAST_THE_MIDDLE):
            keys.reverse()
        rows = [
            (
                self.press(floor, ("ArrowRight", "ArrowLeft")[(i // 6) % 2]),
                self.press(slider.first, keys[(i // 6) % 2]),
            )
            for i in range(presses + WARM_UP)
        ][WARM_UP:]
        frames, seconds = self.drag(slider.first)
        gaps = [b - a for a, b in pairwise(frames)]
        return Latency(
            name,
            tuple(pressed for _, pressed in rows),
            tuple(pressed for pressed, _ in rows),
            len(frames) / seconds,
            max(gaps, default=0.0),
            page.evaluate("() => lrWatch.blanks"),
        )

    def drag(self, slider: Locator) -> tuple[list[float], float]:
        """Pull the handle to and fro for two seconds: the moments of the frames it led to."""
        page = self.notebook.page
        slider.scroll_into_view_if_needed()
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


def main() -> None:
    """Print the table for the labs named on the command line, or for all."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("labs", nargs="*", metavar="lab", help=f"of {', '.join(labs.__all__)}")
    parser.add_argument("--presses", type=int, default=PRESSES, help="key presses for each lab")
    options = parser.parse_args()
    unknown = set(options.labs) - set(labs.__all__)
    if unknown:
        parser.error(f"no lab called {', '.join(sorted(unknown))}; try {', '.join(labs.__all__)}")
    names: Sequence[str] = options.labs or labs.__all__
    cells = [KERNEL, *(BESIDE_A_FLOOR.format(name=name) for name in names)]
    with tempfile.TemporaryDirectory() as scratch:
        root, home = Path(scratch, "root"), Path(scratch, "home")
        root.mkdir()
        home.mkdir()
        with serve(root, home) as server, chromium() as browser:
            notebook = server.add_notebook("latency.ipynb", cells)
            page = browser.new_context(viewport={"width": 1280, "height": 1000}).new_page()
            bench = Bench.open(page, server, notebook)
            print(HEADER)
            for cell, name in enumerate(names, start=1):
                print(bench.measure(name, cell, options.presses).row(), flush=True)
    print(BUDGET)


if __name__ == "__main__":
    main()
