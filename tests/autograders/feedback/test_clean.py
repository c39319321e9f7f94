"""Of a student's text a feedback page shows everything, runs nothing, and leads nowhere odd."""

import pytest
from bs4 import BeautifulSoup
from jinja2 import Environment

from autograders.feedback.clean import MOST_FORMULAS, clean_output, markdown_to_html
from autograders.gradebook.marks import plain
from autograders.judging.card import Card

from ..gradebook.test_record import report

HOSTILE = (
    "<script>alert(1)</script> **x** [a](javascript:b) `c` $d$ &lt; <img src=x onerror=e> | # ~~f~~"
)


def rendered(text):
    """Markdown as nbgrader's templates have it rendered."""
    page = Environment()
    page.filters["markdown2html"] = markdown_to_html
    return page.from_string("{{ text | markdown2html }}").render(text=text)


def test_a_comment_shows_hostile_text_as_it_is():
    html = rendered(plain(HOSTILE))
    assert "<script" not in html and "<img" not in html and "<strong" not in html
    assert "<a" not in html and "<code" not in html and "<del" not in html
    assert BeautifulSoup(html, "html.parser").get_text().strip().replace("\\$", "$") == HOSTILE


@pytest.mark.parametrize(
    "attack",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "<svg onload=alert(1)><script>alert(1)</script></svg>",
        "<a href='javascript:alert(1)'>x</a>",
        "<iframe src='https://example.org'></iframe>",
        "<div style='position:fixed;background:url(https://example.org)'>x</div>",
        "<style>body{display:none}</style>",
    ],
)
def test_feedback_pages_never_run_what_a_student_wrote(attack):
    for html in (rendered(attack), clean_output(attack)):
        tree = BeautifulSoup(html, "html.parser")
        assert not tree.find_all(["script", "iframe", "style"])
        for tag in tree.find_all(True):
            assert not [name for name in tag.attrs if name.startswith("on")]
            assert "javascript" not in str(tag.attrs) and "position" not in str(tag.attrs)


@pytest.mark.parametrize(
    ("target", "leads"),
    [
        ("https://arxiv.org/abs/1506.01186", True),
        ("mailto:ada@example.org", True),
        ("#Warm-up", True),
        ("runs.csv", True),
        ("https://example.org/a/../b", True),
        ("../05_smooth_decay/05_smooth_decay.ipynb", False),
        ("here/../../gradebook", False),
        ("/formgrader/manage_students", False),
        ("//example.org", False),
    ],
)
def test_a_link_on_a_feedback_page_stays_only_where_it_leads_somewhere(target, leads):
    html = rendered(f"[there]({target})")
    assert ("href=" in html, "there" in html) == (leads, True)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("$x < 1$", "<mo>&lt;</mo>"),
        (r"a $\frac12$ b", "<mfrac>"),
        (r"\begin{align}a &= b\\c &= d\end{align}", "<mtable"),
        (r"$$\eta_t$$", 'display="block"'),
        (r"$\unknown{x}$", r"<code>\unknown{x}</code>"),
        (r"$x^$ costs", r"<code>x^</code>"),
        (r"$\text{<script>alert(1)</script>}$", "&lt;script&gt;"),
    ],
)
def test_a_formula_is_mathml_and_one_that_cannot_be_read_is_its_tex(text, shown):
    html = rendered(text)
    assert shown in html and "$" not in html and "<script" not in html


@pytest.mark.parametrize(
    "text",
    [
        "![$x$](plot.png)",
        '<a title="$x$">there</a>',
        "# $x$\n\n[a](#$x$)",
        r"$\href{javascript:alert(1)}{x}$",
        r'$\style{position:fixed}{x}$ $\text{" onclick="alert(1)}$',
        "`$x$`\n\n    $x$",
    ],
)
def test_a_formula_never_becomes_markup_within_a_tag_nor_acts(text):
    tree = BeautifulSoup(rendered(text), "html.parser")
    for tag in tree.find_all(True):
        assert not {"onclick", "style", "href"} & set(tag.attrs) or tag.name == "a"
        assert "<" not in str(tag.attrs) and "mi>" not in str(tag.attrs)


@pytest.mark.parametrize(
    ("opened", "formula"),
    [
        ('<div style="text-align:', "$$;background:url(https://evil.example/x);position:fixed$$"),
        ('<div><img src="', "$$/../../x$$"),
        ('<div><img src="', r"\begin{a}/../../x\end{a}"),
        ('<div><a href="', "$$/../../x$$"),
    ],
)
def test_a_formula_between_the_quotes_of_an_attribute_brings_nothing_into_it(opened, formula):
    html = rendered(f'{opened}\n\n{formula}\n\n<div>">there</div>')
    tags = BeautifulSoup(html, "html.parser").find_all(True)
    values = " ".join(str(value) for tag in tags for value in tag.attrs.values())
    assert "there" in html
    assert not any(part in values for part in ("evil", "position", "..", "begin"))


def test_a_formula_in_the_text_that_stands_for_a_picture_is_as_it_is_written():
    image = BeautifulSoup(rendered("![The loss, $x < 1$](plot.png)"), "html.parser").img
    assert image.attrs == {"src": "plot.png", "alt": "The loss, $x < 1$"}


def test_beyond_the_most_formulas_the_rest_stay_as_they_are_written():
    html = rendered("$x$ " * (MOST_FORMULAS + 2))
    assert html.count("<math") == MOST_FORMULAS and html.count("$x$") == 2


def test_a_card_keeps_its_look_in_feedback():
    card = Card.of(report())._repr_html_()
    before, after = (
        BeautifulSoup(card, "html.parser"),
        BeautifulSoup(clean_output(card), "html.parser"),
    )
    assert after.get_text() == before.get_text()
    assert after.section["style"].rstrip(";") == before.section["style"].rstrip(";")
    assert len(after.find_all("details")) == len(before.find_all("details")) == 3
