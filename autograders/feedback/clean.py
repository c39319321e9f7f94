"""Filters for the pages that nbgrader makes of submissions: students' text is shown, never run.

nbgrader's feedback and formgrader pages render Markdown without cleaning it, whatever
`HTMLExporter.sanitize_html` says, so that a `<script>` in a written answer runs in the reader's
browser. nbgrader_config.py puts these filters in the place of nbconvert's.
"""

from __future__ import annotations

import html
import re
import secrets
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import unquote

import bleach
from bleach.css_sanitizer import CSSSanitizer
from jinja2 import pass_context
from jinja2.runtime import Context
from nbconvert.filters.markdown_mistune import (
    IPythonRenderer,
    MarkdownWithMath,
    MathBlockParser,
    MathInlineParser,
)

from ..submission.intake import PICTURES, base64_of
from .mathml import shown

TAGS = [
    "a",
    "abbr",
    "b",
    "blockquote",
    "br",
    "caption",
    "code",
    "dd",
    "del",
    "details",
    "div",
    "dl",
    "dt",
    "em",
    "figcaption",
    "figure",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "hr",
    "i",
    "img",
    "kbd",
    "li",
    "ol",
    "p",
    "pre",
    "section",
    "small",
    "span",
    "strong",
    "sub",
    "summary",
    "sup",
    "table",
    "tbody",
    "td",
    "th",
    "thead",
    "tr",
    "ul",
]
CLASS = re.compile(r"highlight|hll|lr-card|anchor-link|[a-z][a-z0-9]{0,2}")
"""Classes that colour code, and the card's: others of the page's could cover it, and its links."""
ELSEWHERE = re.compile(r"(?!attachment:)[^/?#]*:|[/\\]|.*\.\.", re.DOTALL)
ABOVE = re.compile(r"[/\\]|(?![a-z]+:)[^?#]*\.\.", re.DOTALL)


def harmless(tag: str, name: str, value: str) -> bool:
    """Whether an attribute does nothing but say how its element looks, or what it is."""
    if name == "class":
        return all(map(CLASS.fullmatch, value.split()))
    return name in ("style", "title", "role", "aria-label")


def beside(tag: str, name: str, value: str) -> bool:
    """The same of an image, which has to lie in the cell or beside the notebook.

    A browser asks for any other at once, in the name of the person who reads.
    """
    if name == "src":
        return not ELSEWHERE.match(re.sub(r"[\x00-\x20]", "", value))
    return name in ("alt", "width", "height") or harmless(tag, name, value)


def onward(tag: str, name: str, value: str) -> bool:
    """The same of a link, which may lead to the web, about the page and to what lies beside it.

    No other lesson lies beside a page; in the formgrader a path would lead into its own pages.
    """
    if name == "href":
        return not ABOVE.match(re.sub(r"[\x00-\x20]", "", value))
    return harmless(tag, name, value)


ATTRIBUTES: dict[str, Any] = {
    "*": harmless,
    "a": onward,
    "details": ["open"],
    "img": beside,
    "td": ["colspan", "rowspan"],
    "th": ["colspan", "rowspan", "scope"],
}
DRAWING = {
    "svg": ["viewBox", "width", "height", "role", "aria-label", "style"],
    "polyline": ["points", "fill", "stroke", "stroke-width", "stroke-dasharray"],
}
STYLES = [
    "border",
    "border-left",
    "border-collapse",
    "color",
    "font-weight",
    "line-height",
    "list-style",
    "margin",
    "margin-left",
    "max-width",
    "padding",
    "padding-left",
    "padding-right",
    "text-align",
    "width",
]


LONGEST_TEXT, LONGEST_CODE, LONGEST_LINE = 30_000, 200_000, 2_000
"""Characters beyond which a text is shown as it is: rendering takes time with their square."""
LONGEST_FORMULA, MOST_FORMULAS = 2_000, 500
"""Characters in which a formula has to end; formulas beyond which the rest stay as they are."""
DEEPEST, MOST_ELEMENTS = 100, 5_000
"""Most HTML elements within one another, and in all."""
TAG = r"""<(?:"[^"]*"|'[^']*'|[^>"'])*>"""
OPENED = re.compile(r"<(/?)(?!(?:br|hr|img|wbr)\b)[A-Za-z]")


def bounded(rules: Mapping[str, str]) -> dict[str, str]:
    """The rules of Markdown, with the end of a formula looked for in `LONGEST_FORMULA` characters.

    Each of many beginnings without an end is otherwise followed to the end of the text.
    """
    within = {"*": f"{{0,{LONGEST_FORMULA}}}?", "+": f"{{1,{LONGEST_FORMULA}}}?"}
    return {
        name: re.sub(r"\.([*+])\?", lambda some: f".{within[some[1]]}", rule)
        if "math" in name or name == "latex_environment"
        else rule
        for name, rule in rules.items()
    }


class Blocks(MathBlockParser):
    """Finds the blocks of a text, its formulas among them, in time that grows with its length."""

    SPECIFICATION = bounded(MathBlockParser.SPECIFICATION)


class Inlines(MathInlineParser):
    """The same within a block."""

    SPECIFICATION = bounded(MathInlineParser.SPECIFICATION)


@pass_context
def markdown_to_html(context: Context, source: str) -> str:
    """A cell's Markdown on a page: harmless HTML with its formulas as MathML, and its pictures."""
    return with_pictures(harmless_html(source), context.get("cell", {}).get("attachments", {}))


def harmless_html(source: str, mathml: bool = True) -> str:
    """Render Markdown as nbconvert does and keep only harmless HTML.

    Without `mathml` formulas stay TeX, for readers that would take the elements off their text.
    """
    as_it_is = f"<pre>{html.escape(source)}</pre>"
    renderer = Renderer()
    if len(source) > LONGEST_TEXT:
        return as_it_is
    try:
        parser = MarkdownWithMath(renderer, Blocks(), Inlines(hard_wrap=False))
        rendered = parser.render(source)
    except RecursionError:
        return as_it_is
    if too_rich(rendered):
        return as_it_is
    return renderer.with_formulas(clean(rendered, TAGS, ATTRIBUTES, ["text-align"]), mathml)


class Renderer(IPythonRenderer):
    """Leaves the names of a cell's pictures as they are, also of one that is missing.

    Formulas are taken out, so that what is cleaned is the text's and what they become is ours.
    """

    def __init__(self) -> None:
        super().__init__(escape=False)
        self._formulas: list[tuple[str, str, bool]] = []
        self._mark = secrets.token_hex(16)

    def inline_math(self, body: str) -> str:
        """A formula within a line."""
        return self._taken_out(f"${body}$", body, False)

    def block_math(self, body: str) -> str:
        """A formula that stands alone."""
        return self._taken_out(f"$${body}$$", body, True)

    def latex_environment(self, name: str, body: str) -> str:
        """A formula that its environment makes stand alone."""
        text = f"\\begin{{{name}}}{body}\\end{{{name}}}"
        alone = name.rstrip("*") in ("align", "equation", "gather")  # these mean no more here
        return self._taken_out(text, body if alone else text, True)

    def _taken_out(self, text: str, tex: str, block: bool) -> str:
        if len(self._formulas) >= MOST_FORMULAS:
            return self.escape_html(text)
        self._formulas.append((text, tex, block))
        return f"{self._mark}-{len(self._formulas) - 1}-"

    def with_formulas(self, markup: str, mathml: bool) -> str:
        """Clean HTML with its formulas in place; one within a tag is the word "formula".

        What is written there has been cleaned already: a formula's own text could style or load.
        """
        place = re.compile(rf"{self._mark}-(\d+)-")

        def formula(match: re.Match[str]) -> str:
            if match[1] is None:
                return place.sub("formula", match[0])
            text, tex, block = self._formulas[int(match[1])]
            return shown(tex, block) if mathml else html.escape(text)

        return re.sub(rf"{TAG}|{place.pattern}", formula, markup)

    def image(self, text: str, url: str, title: str | None = None) -> str:
        """An image, wherever it is; formulas in the text that stands for it are as written."""
        text = re.sub(rf"{self._mark}-(\d+)-", lambda at: self._formulas[int(at[1])][0], text)
        return super(IPythonRenderer, self).image(text, url, title)


def with_pictures(markup: str, attachments: Mapping[str, Any]) -> str:
    """Put a cell's own pictures into clean HTML, so that nothing else can be in their place."""

    def data(match: re.Match[str]) -> str:
        name = html.unescape(match[1])
        kinds = attachments.get(name) or attachments.get(unquote(name)) or {}
        for kind in PICTURES if isinstance(kinds, Mapping) else ():
            if text := base64_of(kinds.get(kind)):
                return f'src="data:{kind};base64,{text}"'
        return match[0]

    return re.sub(r'src="attachment:([^"]*)"', data, markup) if attachments else markup


def too_rich(markup: str) -> bool:
    """Whether there are so many elements that cleaning takes time with their square."""
    depth = count = 0
    for tag in OPENED.finditer(markup):
        count += not tag[1]
        depth = max(0, depth - 1) if tag[1] else depth + 1
        if depth > DEEPEST or count > MOST_ELEMENTS:
            return True
    return False


def too_long(code: str) -> str:
    """Code without colours where it is longer than anybody writes, or has such a line; else ""."""
    if len(code) <= LONGEST_CODE and max(map(len, code.split("\n"))) <= LONGEST_LINE:
        return ""
    return f'<div class=" highlight hl-ipython3"><pre>{html.escape(code)}</pre></div>'


def clean_output(markup: str | bytes) -> str:
    """Keep of an output's HTML what a card is made of, among it the plot of two curves."""
    text = markup.decode() if isinstance(markup, bytes) else str(markup)
    return clean(text, [*TAGS, *DRAWING], {**ATTRIBUTES, **DRAWING}, STYLES)


def clean(
    markup: str, tags: Iterable[str], attributes: Mapping[str, Any], styles: list[str]
) -> str:
    """Escape all HTML but these tags, attributes and styles; make what folds look as if it did."""
    cleaned = bleach.clean(
        markup,
        tags=tags,
        attributes=dict(attributes),
        protocols=["http", "https", "mailto", "attachment"],
        css_sanitizer=CSSSanitizer(styles),
    )
    # Bootstrap, which the formgrader's pages use, takes the triangle off <summary>.
    return cleaned.replace("<summary>", '<summary style="display:list-item">')
