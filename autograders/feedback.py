"""Filters for the pages that nbgrader makes of submissions: students' text is shown, never run.

nbgrader's feedback and formgrader pages render Markdown without cleaning it, whatever
`HTMLExporter.sanitize_html` says, so that a `<script>` in a written answer runs in the reader's
browser. nbgrader_config.py puts these filters in the place of nbconvert's.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import bleach
from bleach.css_sanitizer import CSSSanitizer
from jinja2 import pass_context
from jinja2.runtime import Context
from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath

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
ATTRIBUTES = {
    "*": ["class", "style", "title", "role", "aria-label"],
    "a": ["href"],
    "details": ["open"],
    "img": ["src", "alt", "width", "height"],
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


@pass_context
def markdown_to_html(context: Context, source: str) -> str:
    """Render Markdown as nbconvert does, then keep only harmless HTML."""
    renderer = IPythonRenderer(
        escape=False, attachments=context.get("cell", {}).get("attachments", {})
    )
    return clean(MarkdownWithMath(renderer=renderer).render(source), TAGS, ATTRIBUTES)


def clean_output(markup: str | bytes) -> str:
    """Keep of an output's HTML what a card is made of, among it the plot of two curves."""
    text = markup.decode() if isinstance(markup, bytes) else str(markup)
    return clean(text, [*TAGS, *DRAWING], {**ATTRIBUTES, **DRAWING})


def clean(markup: str, tags: Iterable[str], attributes: Mapping[str, list[str]]) -> str:
    """Escape all HTML but these tags and attributes; make what folds look as if it did."""
    cleaned = bleach.clean(
        markup,
        tags=tags,
        attributes=dict(attributes),
        protocols=["http", "https", "mailto"],
        css_sanitizer=CSSSanitizer(STYLES),
    )
    # Bootstrap, which these pages use, takes the triangle off <summary>.
    return cleaned.replace("<summary>", '<summary style="display:list-item">')
