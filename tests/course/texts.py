"""Everything that people read, as the site's reader of Markdown understands it."""

from collections.abc import Iterator

import nbformat
from markdown_it import MarkdownIt
from markdown_it.token import Token
from mdit_py_plugins.amsmath import amsmath_plugin
from mdit_py_plugins.dollarmath import dollarmath_plugin

from tests.conftest import ROOT

# As MyST reads a page, with the extensions that conf.py names.
READER = MarkdownIt("commonmark").enable("table")
READER.use(dollarmath_plugin, double_inline=False).use(amsmath_plugin)
PAGES = ["*.md", "docs/**/*.md", "course/*.md", "course/units/**/*.md", "examples/**/*.md"]
NOTEBOOKS = ["course/source/*/*.ipynb", "course/release/*/*.ipynb", "examples/*/*/source/*/*.ipynb"]


def texts() -> Iterator[tuple[str, str]]:
    """(where, Markdown) of every page and of every text cell."""
    for pattern in PAGES:
        for path in ROOT.glob(pattern):
            yield path.relative_to(ROOT).as_posix(), path.read_text("utf-8")
    for pattern in NOTEBOOKS:
        for path in ROOT.glob(pattern):
            for cell in nbformat.read(path, as_version=4).cells:
                if cell.cell_type == "markdown":
                    yield path.relative_to(ROOT).as_posix(), cell.source


def flat(tokens: list[Token]) -> Iterator[Token]:
    """Tokens with those inside them."""
    for token in tokens:
        yield token
        yield from flat(token.children or [])
