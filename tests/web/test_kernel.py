"""The kernel in a browser tab: Pyodide really starts, has our wheels, and keeps what was done."""

import json
import shutil
import subprocess

import pytest

from tests.browser.jupyter import NotebookPage
from tests.web.conftest import ROOT, SITE_PYTHON

pytestmark = pytest.mark.browser
SLOW_MS = 120_000
LESSON = ROOT / "course/release/00_start_here/00_start_here.ipynb"
EDITABLE = [cell["id"] for cell in json.loads(LESSON.read_text("utf-8"))["cells"]].index(
    "predict_00"
)

INSTALLED = """
import importlib.metadata, sys
import lrlib, autograders
print(sys.platform, importlib.metadata.version("learning-rate-course"), "ipywidgets" in sys.modules)
"""
WIDGET = """
import ipywidgets
slider, said = ipywidgets.IntSlider(description="rate"), ipywidgets.Label("still")
slider.observe(lambda change: setattr(said, "value", f"Python saw {change['new']}"), "value")
ipywidgets.VBox([slider, said])
"""
CARD = """
from IPython.display import HTML, display
from autograders.notebook import progress
from autograders.judging.card import as_html
from autograders.judging.report import Report
report = Report("step_towards", "00_start_here", 5.0, 5.0, "full")
progress.record(report)
HTML(as_html(report))
"""
KEPT = """
from autograders.notebook.progress import load
print("kept:", load()["step_towards"]["best"])
"""


@pytest.fixture(scope="module")
def offline(site, tmp_path_factory):
    """A site that brings its own Python, but no NumPy: there is none to be had from npm or PyPI."""
    if shutil.which("npm") is None:
        pytest.skip("no npm, which has Pyodide's runtime; on Debian `sudo apt install npm` adds it")
    folder = tmp_path_factory.mktemp("offline")
    command = [str(SITE_PYTHON), "-m", "tests.web.offline", str(folder)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    return folder


def open_lesson(seen):
    """The first lesson, its kernel ready."""
    page = seen.go("lite/lab/index.html?path=00_start_here.ipynb")
    page.set_default_timeout(SLOW_MS)
    lesson = NotebookPage(page, seen.errors)
    lesson.wait_idle()
    return lesson


def run(lesson, code):
    """Run code in the place of the prediction, a cell that may be edited; its output area."""
    lesson.cell(EDITABLE).locator(".cm-content").click()
    lesson.page.keyboard.press("Control+A")
    lesson.page.keyboard.insert_text(code.strip())
    return lesson.run_cell(EDITABLE)


def test_the_kernel_starts_offline_with_our_wheels_and_widgets_and_keeps_progress(visit, offline):
    seen = visit(folder=offline)
    lesson = open_lesson(seen)
    assert "emscripten" in run(lesson, INSTALLED).inner_text()

    widget = run(lesson, WIDGET)
    handle = widget.get_by_role("slider")
    handle.focus()
    lesson.page.keyboard.press("ArrowRight")
    widget.get_by_text("Python saw 1", exact=True).wait_for()

    assert "step_towards: 5 of 5 points, everything holds" in run(lesson, CARD).inner_text()

    lesson.page.keyboard.press("Control+S")
    again = open_lesson(seen)
    assert "kept: 5.0" in run(again, KEPT).inner_text()
    assert (seen.errors, seen.external) == ([], [])
