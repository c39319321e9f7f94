"""What a student writes, on the pages that others read: shown in time, in its place, by itself."""

import pytest

from autograders.feedback import clean as feedback
from autograders.feedback.clean import markdown_to_html, too_long
from autograders.feedback.pages import remembered_code

BOMBS = ["\\\\(", "<div>", "- a\n\n", "```\n"]


@pytest.mark.parametrize("sign", BOMBS)
def test_a_text_without_end_is_shown_as_it_is(sign, monkeypatch):
    """Stock nbgrader gives in: 80,000 of these take ten seconds, a megabyte takes hours."""

    def render(*arguments):
        raise AssertionError("it would be rendered")

    monkeypatch.setattr(feedback.MarkdownWithMath, "render", render)
    page = markdown_to_html({}, sign * 500_000)
    assert page.startswith("<pre>") and page.endswith("</pre>")
    assert page[5:-6].count("<") == 0


def test_code_without_end_is_shown_without_colours():
    """Stock nbgrader gives in: a line of `a.a.a.a` takes time with the square of its length."""
    shown = too_long("a." * 500_000 + "<b>")
    assert "<span" not in shown and "&lt;b&gt;" in shown
    assert too_long("def f(): pass") == ""

    class Highlight:
        pygments_lexer = "never asked"

    assert remembered_code(Highlight())("a." * 500_000) == too_long("a." * 500_000)


def test_nothing_covers_the_page():
    """Stock nbgrader gives in: the page's own classes put a link over all of it."""
    page = markdown_to_html(
        {},
        '<a class="navbar-fixed-top modal-backdrop" style="position:fixed;margin:-900px" href="#">'
        "click</a>\n\n```python\ndef f(): pass\n```",
    )
    assert "navbar" not in page and "modal" not in page and "position" not in page
    assert "margin" not in page
    assert '<span class="k">def</span>' in page


@pytest.mark.parametrize(
    "source",
    ["http://e/x.png", "//e/x.png", "\\\\e/x.png", "/logout", "../../logout", "h\nttp://e/x.png",
     "ftp:x", "a/../../logout"],
)  # fmt: skip
def test_no_picture_is_fetched_from_elsewhere(source):
    """Stock nbgrader gives in: whoever opens the page asks for it, signed in as they are."""
    assert "src" not in markdown_to_html({}, f'<img alt="a plot" src="{source}">')
    assert 'src="plot.png"' in markdown_to_html({}, '<img alt="a plot" src="plot.png">')
