"""One live lab on a notebook page: its controls, its picture and what it says."""

from __future__ import annotations

from dataclasses import dataclass

from playwright.sync_api import ElementHandle, Locator

from tests.browser.jupyter import NotebookPage

_COUNT_PICTURES = """
view => {
  window.lrPictures = {count: 0, blank: 0};
  new MutationObserver(() => {
    lrPictures.count += 1;
    if (!view.querySelector(".lr-picture .fr")) lrPictures.blank += 1;
  }).observe(view, {childList: true, subtree: true});
}
"""


_CHANGED = "([view, before]) => view.innerHTML !== before"

# What in a lab has a contrast to its background, by WCAG 2.2's formula, below the least.
_FAINT = """
([lab, selector, property, least]) => {
  const light = colour => {
    const [r, g, b] = colour.match(/[\\d.]+/g).map(Number).map(v => v / 255)
      .map(v => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const paper = light(getComputedStyle(lab).backgroundColor);
  return [...lab.querySelectorAll(selector)].filter(node => {
    const style = getComputedStyle(node);
    const ink = light(style[node.closest("svg") ? "fill" : property]);
    return (Math.max(ink, paper) + 0.05) / (Math.min(ink, paper) + 0.05) < least;
  }).map(node => `${node.ariaLabel ?? node.textContent}: ${getComputedStyle(node)[property]}`);
}
"""
_WORDS = ".lr-picture text:not(.alarm-text), p, h4, label"


@dataclass(frozen=True)
class Pictures:
    """How many pictures a drag led to, and how many of them showed nothing."""

    count: int
    blank: int


@dataclass
class LabPage:
    """A lab in the output of one cell."""

    notebook: NotebookPage
    root: Locator

    @classmethod
    def show(cls, notebook: NotebookPage, cell: int) -> LabPage:
        """Run the cell that makes the lab and wait until its controls have their names."""
        root = notebook.run_cell(cell).locator(".lr-lab")
        root.locator("[role=status]").wait_for(state="attached")
        root.scroll_into_view_if_needed()
        lab = cls(notebook, root)
        lab.settle()
        return lab

    @property
    def reading(self) -> str:
        """The result in words, never empty, whether the lab is in sight or not."""
        said = self.root.locator(".lr-reading").text_content()
        assert said, "the lab has no reading"
        return said

    @property
    def task(self) -> str:
        """The challenge and what has become of it; empty where the lab has none."""
        return "".join(self.root.locator(".lr-task").all_text_contents())

    @property
    def picture(self) -> Locator:
        """The drawing; its accessible name is its text alternative."""
        return self.root.locator(".lr-picture")

    def svg(self) -> str:
        """The drawing as markup, to tell whether it changed."""
        return self.root.locator(".lr-view .widget-html-content").inner_html()

    def _view(self) -> ElementHandle:
        view = self.root.locator(".lr-view .widget-html-content").element_handle()
        assert view is not None, "the lab shows no picture"
        return view

    def slider(self, name: str) -> Locator:
        """The slider with this accessible name."""
        return self.root.get_by_role("slider", name=name, exact=True)

    def button(self, name: str) -> Locator:
        """The button with this accessible name."""
        return self.root.get_by_role("button", name=name, exact=True)

    def settle(self) -> None:
        """Wait until the kernel has answered everything, and answers nothing new.

        What follows a picture a little later, as the code does, comes within these rounds too.
        """
        quiet, before = 0, self.svg()
        while quiet < 3:
            self.notebook.page.wait_for_timeout(60)
            self.notebook.wait_answered()
            now = self.svg()
            quiet, before = (quiet + 1 if now == before else 0), now

    def press(self, slider: Locator, key: str) -> str:
        """Press a key on a slider, wait until the reading answers, and return the new reading."""
        before = self.reading
        slider.press(key)
        self.notebook.page.wait_for_function(
            "([lab, before]) => lab.querySelector('.lr-reading').textContent !== before",
            arg=[self.root.element_handle(), before],
        )
        return self.reading

    def click(self, name: str) -> None:
        """Press a button and wait for what it leads to."""
        self.button(name).click()
        self.settle()

    def number_box(self, name: str) -> float:
        """The number in the box with this accessible name."""
        return float(self.root.get_by_role("spinbutton", name=name).input_value())

    def type_number(self, name: str, text: str) -> None:
        """Type into the box with this accessible name, as a learner does: number, then Enter."""
        self.root.get_by_role("spinbutton", name=name).fill(text)
        self.notebook.page.keyboard.press("Enter")
        self.settle()

    def marks(self, title: str) -> int:
        """How many data points the panel with this title shows as marks."""
        path = self.root.locator(".lr-picture g", has_text=title).locator("path.mk").first
        return (path.get_attribute("d") or "").count("M")

    def drag(self, slider: Locator, *, pixels: int) -> Pictures:
        """Pull a slider's handle to the right and count the pictures on the way.

        After every fifth move the hand waits for the picture, so that the count does not depend on
        how busy the machine is.
        """
        self._view().evaluate(_COUNT_PICTURES)
        box = slider.bounding_box()
        assert box is not None, "the slider is not on the page"
        x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
        mouse = self.notebook.page.mouse
        mouse.move(x, y)
        mouse.down()
        for stage in range(8):
            before = slider.get_attribute("aria-valuenow"), self.svg()
            for i in range(5):
                mouse.move(x + pixels * (5 * stage + i + 1) / 40, y)
                self.notebook.page.wait_for_timeout(20)
            if slider.get_attribute("aria-valuenow") != before[0]:
                self.notebook.page.wait_for_function(_CHANGED, arg=[self._view(), before[1]])
        mouse.up()
        self.settle()
        return Pictures(**self.notebook.page.evaluate("() => lrPictures"))

    def faint_handles(self, least: float) -> list[str]:
        """The sliders whose handle's contrast to the lab's background is below `least`."""
        return self._faint(".noUi-handle", "backgroundColor", least)

    def _faint(self, selector: str, property: str, least: float) -> list[str]:
        asked = [self.root.element_handle(), selector, property, least]
        return self.notebook.page.evaluate(_FAINT, asked)

    def smallest_text(self) -> float:
        """The size of the smallest text of the drawing on the screen, in CSS pixels."""
        return self.picture.evaluate(
            "svg => Math.min(...[...svg.querySelectorAll('text')].map("
            "node => parseFloat(getComputedStyle(node).fontSize) * svg.getScreenCTM().a))"
        )

    def accessibility_tree(self) -> list[tuple[str, str]]:
        """(role, name) of everything in the lab, from the browser's own accessibility tree."""
        session = self.notebook.page.context.new_cdp_session(self.notebook.page)
        try:
            session.send("DOM.enable")
            handle = self.root.element_handle()
            assert handle is not None, "the lab is not on the page"
            handle.evaluate("node => { window.lrLabRoot = node; }")
            found = session.send("Runtime.evaluate", {"expression": "window.lrLabRoot"})
            nodes = session.send(
                "Accessibility.queryAXTree", {"objectId": found["result"]["objectId"]}
            )["nodes"]
        finally:
            session.detach()
        return [
            (node.get("role", {}).get("value", ""), node.get("name", {}).get("value", ""))
            for node in nodes
            if not node.get("ignored")
        ]

    def colours(self) -> list[str]:
        """The colours of the background, the words and the first tick label."""
        return self.root.evaluate(
            "lab => [getComputedStyle(lab).backgroundColor, getComputedStyle(lab).color,"
            " getComputedStyle(lab.querySelector('.tk')).fill]"
        )

    def pretend_theme(self, theme: str) -> None:
        """Mark the page as light or dark, as JupyterLab does when its theme changes."""
        light = "true" if theme == "light" else "false"
        self.notebook.page.evaluate(f"() => {{ document.body.dataset.jpThemeLight = '{light}'; }}")

    def faint_words(self, least: float) -> list[str]:
        """The words whose contrast to the lab's background is below `least`, with their colour."""
        return self._faint(_WORDS, "color", least)
