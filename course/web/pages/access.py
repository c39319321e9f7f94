"""What Sphinx's theme leaves out of a page for those who do not see it, or have no mouse."""

from __future__ import annotations

import re

_HEADER = re.compile(r'<th class="head"><p>(<math.*?</math>)</p></th>', re.DOTALL)
_NAMED = (
    ('<aside class="sidebar-drawer">', '<aside class="sidebar-drawer" aria-label="All pages">'),
    ('<aside class="toc-drawer">', '<aside class="toc-drawer" aria-label="On this page">'),
    ('class="caption" role="heading">', 'class="caption" role="heading" aria-level="2">'),
)
_TOP = re.compile(r'(<a href="#" class="back-to-top[^"]*">.*?</a>)', re.DOTALL)


def accessible(page: str) -> str:
    """The page with landmarks and headings named, and formulas in table heads as text."""
    for before, after in _NAMED:
        page = page.replace(before, after)
    page = _TOP.sub(r'<nav aria-label="To the top">\1</nav>', page)
    return _HEADER.sub(_with_words, page)


def _with_words(head: re.Match[str]) -> str:
    """A row of letters and signs as text, which every reader reads; other formulas stay."""
    if re.search(r"<m(sub|sup|frac|sqrt|over|under|table)", head[1]):
        return head[0]
    words = " ".join(re.sub(r"<[^>]+>", " ", head[1]).split())
    return f'<th class="head"><p><em>{words}</em></p></th>'
