"""The similarity report finds what few share, whatever it is called, and shows it as text only."""

import csv
import json
from collections import Counter
from html.parser import HTMLParser

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autograders.__main__ import main
from autograders.similar.index import (
    GRAM,
    MOST,
    WINDOW,
    Fingerprints,
    Index,
    fingerprints,
    grams,
    known_grams,
    winnow,
)
from autograders.similar.page import WARNING, page
from autograders.similar.tokens import tokens

from ..classroom import DROPS, RIGHT, Pupil, hand_in, new_course, submission

ODD = """\
def step_decay(t, *, lr0, gamma, every):
    remaining = t
    rate = lr0
    halvings = []
    while remaining >= every and len(halvings) < 10 ** 6:
        halvings.append(gamma)
        remaining = remaining - every
    for factor in reversed(halvings):
        rate = rate * factor if factor > 0 else 0 * rate
    return rate"""
DISGUISED = '''\
def step_decay(t, *, lr0, gamma, every):
    """My own work, step by step."""
    left: int = t  # what is left
    result = lr0
    stack = []

    while (left >= every
           and len(stack) < 10 ** 6):
        stack.append(gamma)
        left -= every
    for g in reversed(stack):
        result = result * g if 0 < g else 0 * result
    return (result)'''
COMMON = """\
def step_decay(t, *, lr0, gamma, every):
    rate = lr0
    for number in range(1, t + 1):
        if number % every == 0:
            rate = rate * gamma
    return rate"""


def words(source):
    return [word for word, _ in tokens(source)]


def test_names_comments_docstrings_and_layout_do_not_matter():
    assert words(ODD) == words(DISGUISED)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("a = b > c", "a = c < b"),
        ("a += b", "a = a + b"),
        ("x: float = 3.5", "y = 2.5"),
        ("%matplotlib inline\na = 1", "# nothing\nb = 2"),
        ("def f(x):\n    'says'\n    return x", "def g(y):\n    return y"),
    ],
)
def test_two_ways_to_say_the_same_are_the_same_tokens(one, other):
    assert words(one) == words(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [("a + b", "a * b"), ("np.floor(a)", "np.ceil(a)"), ("max(a)", "min(a)"), ("a < b", "b < a+1")],
)
def test_what_code_does_stays_in_its_tokens(one, other):
    assert words(one) != words(other)


@pytest.mark.parametrize(
    "source",
    [
        "def f(:\n  return 'x",
        "(" * 5000,
        "a = " + "+".join("a" * 9000),
        "\0",
        "\ud800 = 1",
        "x = '\\d'",
    ],
)
def test_what_python_cannot_read_is_no_obstacle(source):
    assert isinstance(tokens(source), list)


def test_a_word_keeps_the_line_in_which_it_stands():
    assert [line for word, line in tokens(DISGUISED) if word == "While"] == [7]


alphabet = st.lists(st.sampled_from("abcdefgh"), max_size=60)


@settings(max_examples=60, deadline=None)
@given(alphabet, alphabet, alphabet, alphabet, st.lists(st.sampled_from("ab"), min_size=13))
def test_a_long_run_that_two_texts_share_is_always_found(a, b, c, d, run):
    assert WINDOW + GRAM - 1 == 13
    texts = [[(w, n) for n, w in enumerate([*x, *run, *y])] for x, y in ((a, b), (c, d))]
    one, other = ({mark for mark, *_ in winnow(text)} for text in texts)
    assert one & other
    for text in texts:
        every = {mark for mark, *_ in grams(text)}
        assert {mark for mark, *_ in winnow(text)} <= every
        assert not any(winnow(text, frozenset(every)))


def of(student, source):
    return fingerprints(student, {"step_decay": source}, known_grams([RIGHT[DROPS]["step_decay"]]))


def the_class():
    """Forty students: two share an unusual answer, six a common one, the rest the course's own."""
    class_ = [of(f"own-{n}", RIGHT[DROPS]["step_decay"]) for n in range(32)]
    class_ += [of(f"common-{n}", COMMON) for n in range(6)]
    return [*class_, of("odd", ODD), of("disguised", DISGUISED)]


def test_only_what_few_share_makes_a_pair():
    [pair] = Index(the_class()).pairs()
    assert {pair.first.student, pair.second.student} == {"odd", "disguised"}
    assert pair.lines(pair.second)["step_decay"] >= {5, 6, 7}


def test_the_order_of_submissions_does_not_matter():
    class_ = the_class()
    assert Index(class_).pairs() == Index(reversed(class_)).pairs()


def test_the_rarer_and_the_longer_passage_comes_first():
    half = ODD.split("    for factor")[0] + "    return rate"
    class_ = [of("a", ODD), of("b", DISGUISED), of("c", half), of("d", half)]
    found = Index([*class_, *(of(f"x{n}", COMMON) for n in range(30))]).pairs()
    assert (found[0].first.student, found[0].second.student) == ("a", "b")
    assert [pair.weight for pair in found] == sorted((p.weight for p in found), reverse=True)


def test_two_thousand_submissions_need_no_comparison_of_all_pairs():
    class_ = []
    for number in range(2000):
        marks = {1000 * number + n: (("f", 1, 1),) for n in range(30)}
        marks |= {-(number // 3) - 1: (("f", 2, 2),), -(number // 3) - 10**6: (("f", 3, 3),)}
        marks |= {10**9: (("f", 4, 4),), 10**9 + number % 10: (("f", 5, 5),)}
        class_.append(Fingerprints(f"{number:04}", {"f": ""}, marks))
    index = Index(class_)
    assert len(index.pairs(10_000)) == 666 * 3 + 1
    assert index.steps < len(class_) * MOST < len(class_) ** 2 / 2


class Tags(HTMLParser):
    def __init__(self, html):
        super().__init__()
        self.tags, self.links = Counter(), []
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.tags[tag] += 1
        self.links += [v for k, v in attrs if k in ("href", "src") or k.startswith("on")]


def test_students_text_is_shown_and_never_run():
    evil = ODD + "\n</pre><script>alert(1)</script><img src=x onerror=alert(2)>\u202e"
    name = "<b onmouseover=alert(3)>mallory</b>"
    pairs = Index([of("odd", evil), of(name, evil)]).pairs()
    html = page(DROPS, pairs, 2, ["<i>nobody</i>"])
    found = Tags(html)
    assert pairs and not {"script", "img", "b", "i", "link"} & set(found.tags)
    assert found.links == [] and "\u202e" not in html and "default-src 'none'" in html
    assert "&lt;script&gt;alert(1)" in html


def test_the_report_says_that_it_is_a_hint_and_gives_no_percentage():
    html = page(DROPS, Index(the_class()).pairs(), 40, [])
    assert WARNING in html and html.index(WARNING) < html.index("unusual passages in common")
    assert " %" not in html and "score" not in html.replace("not a score", "")
    assert html.count("<mark>") > 10 and "\\25A0" in html, "marked by a sign, not by colour alone"


UNWRITTEN_TESTS = "def tests_for_scheduled_drop():\n    raise NotImplementedError"


def test_the_command_reports_on_what_was_handed_in(tmp_path, capsys):
    course = new_course(tmp_path / "course", [DROPS])
    assert main(["similar", "04", "--course", str(course)]) == 2
    assert "nobody handed in" in capsys.readouterr().err
    answers = {"=odd": ODD, "disguised": DISGUISED, "ada": RIGHT[DROPS]["step_decay"], "bo": COMMON}
    for name, answer in answers.items():
        own = {"step_decay": answer, "tests_for_scheduled_drop": UNWRITTEN_TESTS}
        hand_in(course, DROPS, name, submission(course, DROPS, Pupil(name, own)))
    hand_in(course, DROPS, "no-json", json.dumps([]).encode())
    html, table = tmp_path / "page.html", tmp_path / "pairs.csv"
    for output in (html, table):
        assert main(["similar", "04", "--course", str(course), "--output", str(output)]) == 0
    assert "1 pair among 4 submissions. A hint for a person" in capsys.readouterr().err
    text = html.read_text(encoding="utf-8")
    assert "Could not be read: no-json" in text and "scheduled_drop" not in text
    [row] = csv.DictReader(table.read_text(encoding="utf-8").splitlines())
    assert (row["first"], row["second"], row["cells"]) == ("'=odd", "disguised", "step_decay")


@pytest.mark.parametrize("pairs", ["0", "-1", "many"])
def test_a_number_of_pairs_below_one_is_refused(capsys, pairs):
    with pytest.raises(SystemExit):
        main(["similar", "04", "--pairs", pairs])
    assert "expected a whole number of at least 1" in capsys.readouterr().err
