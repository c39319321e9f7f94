"""The README's pictures, taken in a real JupyterLab: `python -m tests.browser.pictures`."""

from __future__ import annotations

import tempfile
from pathlib import Path

from tests.browser.first_lesson import Lesson
from tests.browser.jupyter import REPOSITORY, NotebookPage, chromium, serve
from tests.browser.lab_page import LabPage
from tests.browser.test_first_lesson import FORGOT_THE_MINUS

FOLDER = REPOSITORY / "docs" / "images"
LAB = "from lrlib import labs\nlab = labs.drag_the_drops()\nlab.set(gamma=0.2)\nlab"


def main() -> None:
    """Take the picture of a lab and of a check card, at twice the usual resolution."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    with (
        tempfile.TemporaryDirectory() as root,
        tempfile.TemporaryDirectory() as home,
        serve(Path(root), Path(home)) as server,
        chromium() as browser,
    ):
        context = browser.new_context(
            viewport={"width": 1100, "height": 1200}, device_scale_factor=1.5
        )
        name = server.add_notebook("lab.ipynb", [LAB])
        lab = LabPage.show(NotebookPage.open(context.new_page(), server, name), 0)
        lab.root.screenshot(path=FOLDER / "lab.png")
        lesson = Lesson.open(context.new_page(), server)
        lesson.notebook.run_cell(lesson.places["setup"])
        lesson.write("sgd_step", FORGOT_THE_MINUS)
        card = lesson.check("sgd_step")
        card.screenshot(path=FOLDER / "check.png")


if __name__ == "__main__":
    main()
