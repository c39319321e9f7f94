"""Unit 01 as a learner has it: a copy below `work/`, open in JupyterLab, with its cells by name."""

from __future__ import annotations

import json
import re
import shutil
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Locator, Page

from tests.browser.jupyter import REPOSITORY, NotebookPage, Server

UNIT = "01_fixed_rate"


@dataclass
class Lesson:
    """A unit's release notebook in the browser; cells are found by their `grade_id`."""

    notebook: NotebookPage
    places: dict[str, int]
    sources: list[str]
    last_code: int

    @classmethod
    def open(cls, page: Page, server: Server, unit: str = UNIT) -> Lesson:
        """Copy the released notebook into the server's `work/` folder and open it."""
        released = REPOSITORY / "course" / "release" / unit / f"{unit}.ipynb"
        path = server.root / "work" / released.name
        path.parent.mkdir(exist_ok=True)
        shutil.copy(released, path)
        cells = json.loads(released.read_text("utf-8"))["cells"]
        names = {
            cell["metadata"]["nbgrader"]["grade_id"]: index
            for index, cell in enumerate(cells)
            if "nbgrader" in cell["metadata"]
        }
        sources = ["".join(cell["source"]) for cell in cells]
        last_code = max(i for i, cell in enumerate(cells) if cell["cell_type"] == "code")
        opened = NotebookPage.open(page, server, Path("work", released.name).as_posix())
        return cls(opened, names, sources, last_code)

    def place_of(self, pattern: str) -> int:
        """The index of the first cell whose source matches a pattern."""
        return next(i for i, source in enumerate(self.sources) if re.search(pattern, source, re.M))

    def show(self, index: int) -> Locator:
        """Scroll a cell into view and return it."""
        cell = self.notebook.cell(index)
        cell.scroll_into_view_if_needed()
        return cell

    def run_all(self) -> None:
        """Run the whole notebook from the menu, as a learner would."""
        page = self.notebook.page
        page.locator("#jp-MainMenu").get_by_text("Run", exact=True).click()
        page.locator(".lm-Menu-item", has_text="Run All Cells").first.click()
        self.notebook.wait_run(self.last_code)

    def write(self, name: str, source: str) -> None:
        """Replace the text of the cell `name` and run it."""
        self.show(self.places[name]).locator(".cm-content").click()
        self.notebook.page.keyboard.press("Control+a")
        self.notebook.page.keyboard.insert_text(source)
        self.notebook.run_cell(self.places[name])

    def check(self, function: str) -> Locator:
        """Run the check of a function and return its card."""
        self.show(self.places[f"check_{function}"])
        return self.notebook.run_cell(self.places[f"check_{function}"]).locator(".lr-card")

    def validate(self) -> str:
        """Press nbgrader's Validate button, which saves first, and return what its dialog says."""
        page = self.notebook.page
        page.get_by_role("button", name="Validate").first.click()
        dialog = page.locator(".jp-Dialog-content")
        dialog.wait_for(timeout=180_000)
        said = dialog.inner_text()
        assert "Validation Results" in said, said
        dialog.get_by_role("button").first.click()
        return said
