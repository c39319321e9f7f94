"""The HTML page that a student gets back, as `nbgrader generate_feedback` makes it, and faster.

nbgrader renders and then parses every page whole. In a class most cells are alike: here what
becomes of each cell is kept, and only what is new is rendered and parsed.
"""

from __future__ import annotations

import pickle
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

KEPT, LARGE_CELL = 2048, 100_000
TEMPLATES = Path(__file__).parent / "templates"
CELL = re.compile(r'(?=<div class="cell border-box-sizing (?:text|code)_cell rendered")')
PLACE = '<hr id="the-cells"/>'
NO_ALT = "No description has been provided for this image"
SECTIONS = ("HTMLExporter", "TemplateExporter", "Exporter", "CSSHTMLHeaderPreprocessor")
"""The settings of a course that decide how its pages look."""


@dataclass(frozen=True)
class Page:
    """What goes on one page: the graded notebook, and what the gradebook says of it.

    `about` has the notebook's name, its score, its largest score and the penalty for lateness,
    `cells` what nbgrader adds to the metadata of each graded cell: score, points and comment.
    """

    student: str
    notebook: bytes = field(repr=False)
    about: Mapping[str, Any]
    cells: Mapping[str, Mapping[str, Any]]
    config: bytes = field(repr=False, default=b"")


def settings_of(config: Mapping[str, Any]) -> bytes:
    """The part of a course's settings that pages depend on, to be sent along."""
    return pickle.dumps({name: dict(config[name]) for name in SECTIONS if name in config})


def make_page(page: Page) -> str:
    """Render one page."""
    import nbformat

    nb = nbformat.v4.reads(page.notebook.decode("utf-8", "surrogatepass"))
    for cell in nb.cells:
        name = cell.metadata.get("nbgrader", {}).get("grade_id")
        if name in page.cells:
            cell.metadata.nbgrader.update(page.cells[name])
    name = page.about["notebook"]
    resources = {
        "unique_key": name,
        "output_files_dir": f"{name}_files",
        "nbgrader": dict(page.about),
        "metadata": {"name": name},
    }
    return _exporter(page.config).from_notebook_node(nb, resources=resources)[0]


@lru_cache(maxsize=2)
def _exporter(config: bytes) -> Any:
    """nbconvert's HTML exporter with our template, made once in a process."""
    from nbconvert.exporters import HTMLExporter
    from nbconvert.exporters.templateexporter import TemplateExporter
    from nbconvert.filters import Highlight2HTML
    from nbconvert.filters.widgetsdatatypefilter import WidgetsDataTypeFilter
    from nbconvert.preprocessors import CSSHTMLHeaderPreprocessor
    from traitlets.config import Config

    class FeedbackExporter(HTMLExporter):
        """Renders what it has not rendered before."""

        def from_notebook_node(self, nb, resources=None, **kw):
            language = nb.metadata.get("language_info", {})
            lexer = language.get("pygments_lexer", language.get("name", None))
            highlight = Highlight2HTML(pygments_lexer=lexer, parent=self)
            self.register_filter("highlight_code", remembered_code(highlight))
            resources = self._init_resources(resources)
            data = WidgetsDataTypeFilter(
                notebook_metadata=self._nb_metadata, parent=self, resources=resources
            )
            self.register_filter("filter_data_type", data)
            html, resources = TemplateExporter.from_notebook_node(self, nb, resources, **kw)
            cells = sum(cell.cell_type in ("code", "markdown") for cell in nb.cells)
            return parsed(html, cells), resources

    settings = Config({"Exporter": {"default_preprocessors": []}})
    settings.HTMLExporter.template_name = "feedback"
    settings.HTMLExporter.extra_template_basedirs = [str(TEMPLATES)]
    settings.merge(Config(pickle.loads(config)) if config else Config())
    exporter = FeedbackExporter(config=settings)
    exporter.register_preprocessor(CSSHTMLHeaderPreprocessor)
    filters = exporter.environment.filters
    if not exporter.embed_images:
        filters["markdown2html"] = remembered_text(filters["markdown2html"])
    filters["clean_html"] = lru_cache(KEPT)(filters["clean_html"])
    return exporter


def remembered_text(render: Callable[..., str]) -> Callable[..., str]:
    """A filter for Markdown that renders each text once; one with attachments each time."""
    from jinja2 import pass_context

    once = lru_cache(KEPT)(lambda source: render({}, source))

    @pass_context
    def remembered(context: Any, source: str) -> str:
        if context.get("cell", {}).get("attachments"):
            return render(context, source)
        return once(source)

    return remembered


_highlighted: dict[tuple[str | None, str | None], Callable[[str], str]] = {}


def remembered_code(highlight: Any) -> Callable[..., str]:
    """A filter that colours each piece of code once."""
    # nbconvert takes a second to import: whoever only sends pages does without.
    from .clean import too_long

    def remembered(source: str, language: str | None = None, metadata: Any = None) -> str:
        magic = (metadata or {}).get("magics_language")
        key = (language or highlight.pygments_lexer, magic)
        if key not in _highlighted:
            about = {"magics_language": magic} if magic else {}
            _highlighted[key] = lru_cache(KEPT)(
                lambda text: too_long(text) or highlight(text, language=key[0], metadata=about)
            )
        return _highlighted[key](source)

    return remembered


def parsed(html: str, cells: int) -> str:
    """What nbconvert's last step makes of a page (it is parsed, and written again), cell by cell.

    A page that does not fall into as many cells as its notebook has is parsed whole.
    """
    head, *rest = CELL.split(html)
    last, end = _without_end(rest[-1]) if rest else ("", "")
    if len(rest) != cells or not end:
        return settled(html)
    rest[-1] = last
    before, place, after = settled(head + PLACE + end).partition(PLACE)
    if not place:
        return settled(html)
    cells_after = (_settled_once(c) if len(c) < LARGE_CELL else settled(c) for c in rest)
    return "".join([before, *cells_after, after])


def _without_end(html: str) -> tuple[str, str]:
    """The last cell and the end of the page: two closing tags before that of `main`, if any."""
    cell = html.partition("</main>")[0]
    for tag in ("</div>", "</div>"):
        cell = cell.rstrip()
        if not cell.endswith(tag):
            return html, ""
        cell = cell[: -len(tag)]
    cell = cell.rstrip()
    return cell, html[len(cell) :]


def settled(html: str) -> str:
    """Parse HTML and write it, each image with a text that stands for it."""
    from bs4 import BeautifulSoup

    soup = BeautifulSoup(html, features="html.parser")
    for image in soup.select("img:not([alt])"):
        image.attrs["alt"] = NO_ALT
    return str(soup)


_settled_once = lru_cache(KEPT)(settled)
