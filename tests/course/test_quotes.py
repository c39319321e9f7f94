"""A box of a lesson shows its text, and not the marks of the quotation that it is made of."""

import re

from tests.course.texts import READER, flat, texts


def quoted(text):
    """The words in the quotations of a text: no code, no formulas."""
    depth, found = 0, []
    for token in flat(READER.parse(text)):
        depth += {"blockquote_open": 1, "blockquote_close": -1}.get(token.type, 0)
        if depth and token.type == "text":
            found.append(token.content)
    return found


def strays(text):
    """The lines of a quotation that show a mark which belonged to the beginning of a line."""
    return [words for words in quoted(text) if re.search(r"(?:^|\s)>(?:\s|$)", words)]


def test_no_quotation_shows_a_mark_of_its_own():
    seen = [(where, text) for where, text in texts() if "> " in text]
    assert len({where for where, text in seen if quoted(text)}) > 25
    assert [(where, words) for where, text in seen for words in strays(text)] == []


def test_a_mark_left_by_a_new_line_break_is_found():
    assert strays("> one matter of >\ncourse, and click > prediction") == [
        "one matter of >",
        "course, and click > prediction",
    ]
    assert strays("> `a > b` and $a > b$ are code and formula\n> of one box") == []
