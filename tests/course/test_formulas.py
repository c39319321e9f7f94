"""Every formula of the course can be published: the converter of the site takes it as it stands."""

import re

import pytest
from markdown_it.token import Token

from autograders.feedback.mathml import FormulaError, mathml
from tests.course.texts import READER, flat, texts


@pytest.fixture(scope="module")
def tokens() -> list[tuple[str, Token]]:
    """(where, token) of all that may hold a formula."""
    return [
        (where, token)
        for where, text in texts()
        if "$" in text or r"\begin{" in text
        for token in flat(READER.parse(text))
    ]


def compact(formula: str) -> str:
    """MathML without its <math> element and its white space."""
    return re.sub(r"\s*\n\s*|</?math\b[^>]*>", "", formula)


def test_every_formula_of_units_guide_sheets_and_docs_becomes_mathml(tokens):
    formulas = [(where, t) for where, t in tokens if "math" in t.type]
    refused = []
    for where, token in formulas:
        try:
            mathml(token.content, block="inline" not in token.type)
        except FormulaError as error:
            refused.append(f"{where}: {error}")
    assert refused == []
    assert {where.split("/")[1] for where, _ in formulas} >= {"source", "release", "units"}
    assert len(formulas) > 500


def test_no_dollar_sign_of_a_formula_stays_on_a_page(tokens):
    left = [(where, t.content) for where, t in tokens if t.type == "text" and "$" in t.content]
    assert left == []


@pytest.mark.parametrize(
    ("short", "whole"),
    [
        (r"\frac12", r"\frac{1}{2}"),
        (r"\frac12x", r"\frac{1}{2}x"),
        (r"\tfrac1{10}", r"\tfrac{1}{10}"),
        (r"\frac{a_{t+1}}23", r"\frac{a_{t+1}}{2}3"),
        (r"\frac ab", r"\frac{a}{b}"),
        (r"\frac\eta2", r"\frac{\eta}{2}"),
        (r"x^12", r"x^{1}2"),
        (r"x_01^23", r"x_{0}1^{2}3"),
        (r"\sqrt23", r"\sqrt{2}3"),
        (r"x^{-\frac12}", r"x^{-\frac{1}{2}}"),
        (r"a + \dots", r"a + \ldots"),
    ],
)
def test_a_short_form_says_what_its_braces_say(short, whole):
    assert compact(mathml(short)) == compact(mathml(whole))


@pytest.mark.parametrize("number", ["10^{-3}", r"\frac{10}{25}", "x_{12}", "1.25", "1,000"])
def test_a_number_in_braces_or_on_its_own_stays_whole(number):
    digits = re.findall(r"\d[\d.,]*", number)
    assert re.findall(r"<mn>([^<]*)</mn>", mathml(number)) == digits


@pytest.mark.parametrize(
    ("formula", "reason"),
    [
        (r"\wobble x", 'Unknown LaTeX command "\\wobble"'),
        (r"\frac{1}", "Last node missing children"),
        ("_x", "IndexError"),
        ("a & b", "AttributeError"),
        (r"\mathrm{" * 900 + "x" + "}" * 900, "RecursionError"),
    ],
)
def test_a_formula_that_cannot_be_read_is_named_with_the_reason(formula, reason):
    with pytest.raises(FormulaError) as refused:
        mathml(formula)
    assert f"The formula {formula!r} cannot" in str(refused.value)
    assert reason in str(refused.value)
