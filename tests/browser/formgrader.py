"""nbgrader's formgrader as an instructor has it: a tab of JupyterLab, its tables and buttons."""

from __future__ import annotations

from dataclasses import dataclass, field

from playwright.sync_api import FrameLocator, Locator, Page

from tests.browser.jupyter import PATIENCE_MS, Server

GRADING_MS = 120_000
NO_MATHJAX = """
window.MathJax = {Hub: {Config() {}, Queue() {}, Startup: {signal: {Interest() {}}}}};
"""


@dataclass(frozen=True)
class Row:
    """What the table of submissions says about one student."""

    status: str
    score: str


@dataclass(frozen=True)
class Mark:
    """One mark on the page of a submission: the automatic score, and whether a person must look."""

    automatic: str
    waits: bool


@dataclass
class Formgrader:
    """The formgrader's tab; `errors` collects what the page itself complained about.

    nbgrader loads MathJax from the internet; here an empty stand-in is served instead of it.
    """

    page: Page
    server: Server
    errors: list[str] = field(default_factory=list)

    @classmethod
    def open(cls, page: Page, server: Server) -> Formgrader:
        """Open JupyterLab, then the formgrader from its menu."""
        opened = cls(page, server)
        page.on("pageerror", lambda error: opened.errors.append(str(error)))
        page.set_default_timeout(PATIENCE_MS)
        page.route(
            "https://**/mathjax/**",
            lambda route: route.fulfill(content_type="text/javascript", body=NO_MATHJAX),
        )
        page.goto(f"{server.url}/lab?token={server.token}&reset")
        page.locator("#jp-MainMenu").get_by_text("Nbgrader", exact=True).click()
        page.locator(".lm-Menu-item", has_text="Formgrader").first.click()
        opened.frame.get_by_role("heading", name="Manage Assignments").wait_for()
        return opened

    @property
    def frame(self) -> FrameLocator:
        """The formgrader's own page, a frame inside its tab."""
        return self.page.frame_locator("iframe").first

    def generate(self, unit: str) -> None:
        """Press the button that makes the released version of a unit."""
        self._row(unit).locator("td.assign a").click()
        self._dismiss("Successfully created")

    def show_submissions(self, unit: str, count: int) -> None:
        """Go to the list of assignments and follow a unit's link with the number of submissions."""
        frame = self.page.locator("iframe").first.element_handle().content_frame()
        assert frame is not None
        frame.goto(f"{self.server.url}/formgrader/manage_assignments")
        row = self._row(unit)
        row.locator("td.num-submissions").get_by_role("link", name=str(count)).click()
        self.frame.locator("td.autograde a").nth(count - 1).wait_for()

    def autograde(self, student: str) -> str:
        """Press a student's autograde button and return what the dialog says at the end."""
        self._row_of(student).locator("td.autograde a").click()
        said = self._dismiss("autograd", timeout=GRADING_MS)
        label = self._row_of(student).locator("td.status .label")
        label.filter(has_not_text="needs autograding").wait_for()  # the table is read anew
        return said

    def row(self, student: str) -> Row:
        """The status and the score in a student's row, as the table shows them."""
        row = self._row_of(student)
        status = row.locator("td.status .label").inner_text()
        return Row(status, row.locator("td.score").inner_text())

    def show_work(self, student: str) -> None:
        """Follow the links from a student's row to the notebook as it was graded."""
        self._row_of(student).locator("td.student-name a").click()
        self.frame.get_by_role("heading", name="Manage Students").wait_for()
        self.frame.locator("tbody td a").first.click()
        self.frame.locator("input.score.needs_manual_grade").first.wait_for()

    def marks(self) -> dict[str, Mark]:
        """The marks of the notebook that is shown, by grade_id."""
        return {
            box.get_attribute("id") or "": Mark(
                box.get_attribute("placeholder") or "",
                "needs_manual_grade" in (box.get_attribute("class") or ""),
            )
            for box in self.frame.locator("input.score").all()
        }

    def notes(self) -> list[str]:
        """What the grader says on top of the notebook that is shown."""
        top = self.frame.locator(".text_cell", has_text="From the grader").first
        return top.locator("li").all_inner_texts()

    def _row(self, unit: str) -> Locator:
        return self.frame.locator("tr", has=self.frame.locator("td.name", has_text=unit))

    def _row_of(self, student: str) -> Locator:
        cell = self.frame.locator(f"td.student-id[data-order='{student}']")
        return self.frame.locator("tr", has=cell)

    def _dismiss(self, expected: str, timeout: float = PATIENCE_MS) -> str:
        dialog = self.frame.locator(".modal.in", has_text=expected)
        dialog.wait_for(timeout=timeout)
        said = dialog.inner_text()
        dialog.get_by_role("button", name="OK").click()
        dialog.wait_for(state="detached")
        return said
