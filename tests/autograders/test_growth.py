"""No work on a student's text grows faster than the text: nobody's file holds the grader."""

import contextlib
import gc
import json
import re
import time
from pathlib import Path

import pytest

from autograders.bulk import work
from autograders.feedback import clean, mathml, pages
from autograders.gradebook import marks, tables
from autograders.judging import report
from autograders.protocol import codec
from autograders.sandbox.inside import worker
from autograders.similar import index, tokens
from autograders.submission import files, folders, grading, intake
from autograders.submission.master import read_master

REPOSITORY = Path(__file__).parents[2]
UNIT = "01_fixed_rate"
MASTER = read_master(REPOSITORY / "course" / "release" / UNIT / f"{UNIT}.ipynb")

CELL = '<div class="cell border-box-sizing code_cell rendered">'
BLANKS = ["\n", " ", "\t", "\r", "\x0c", "a\n\n"]
CODE = [
    *BLANKS, "a", "1", "%", "%a\n", "?", "a ?", "#", "'", '"""\n', "=", "(", "[", "{", "f'{",
    "\\\n", "a.", "a+", "a,", "not ", "lambda:", "def ", "def a", "if a:\n ", "sgd_step ", "\x00",
    "é",
]  # fmt: skip
MARKDOWN = [
    *BLANKS, "`", "``a` ", "[", "![",
    "[a](", "[a][", "[a]: b\n", "*", "**a ", "*a_", "_a ", "~~a ", "<", "<a href='", "<!--", "<b>",
    "<b><i>", "<div>", "<p><b>", "</b>", "<details>", "<table><td>", "<b>\n\n", "&", "> ", ">",
    "- ",    "- a\n", "+ a\n> b\n", "1. ", "    a\n", "|a|\n|-|\n", "|", "```\n", "~~~\n", "\\", "http://",
    "a@b.", "a\n===\n", "<img src='attachment:", "<svg>",
]  # fmt: skip
TEX = [
    "a", "1", "~", "<", "{a}", "{", "x^{", "\\hat", "\\frac1", "\\frac{", "\\sqrt{", "\\text{",
    "\\\\", "\\left(", "\\left(a\\right)", "\\begin{matrix}", "a_b", "'",
]  # fmt: skip
FORMULAS = ["\\\\(", "\\\\[", "$", "$$ ", "$a ", "\\begin{a}", "\\begin{"]
JSON = ["[", "[],", '{"a":', '"a",', '"\\', '"\\u', "1", "1e", "-", " ", "\n", "\x00", "\ud7ff"]
HTML = [*BLANKS, "&lt;", "<img>", "<p>a</p>", '"', "<a title='b'>c</a>", "</div>\n"]
SHORT = [*BLANKS, "a", "=", ";", "; =", "`", "\\", "<", "é", "\x00"]


class Context(dict):
    """What a template knows of the cell whose text it shows."""


def markdown(text):
    """The page's form of a cell of Markdown, as long as those that are rendered at all."""
    return clean.markdown_to_html(Context(), text)


def formulas(text):
    """A text of long formulas that are converted, no two of them alike: a like one is kept."""
    parts = [text[at : at + 1_900] for at in range(0, len(text), 1_900)]
    markdown("".join(f"${place} {part}$ " for place, part in enumerate(parts)))
    mathml.shown.cache_clear()


def submission(text):
    """A notebook whose only cell has lost its metadata, so that it is looked through."""
    cell = {"cell_type": "code", "source": text, "metadata": {}}
    with_refusal(intake.read_submission, json.dumps({"cells": [cell], "nbformat": 4}).encode())


def with_refusal(read, data):
    """Read what may be refused: that is an answer too."""
    with contextlib.suppress(intake.Refused):
        read(data, MASTER)


def own_cells(text):
    """A notebook of many cells of the student's own, with one that is known."""
    known = MASTER.by_id["sgd_step"].raw
    mine = [{"cell_type": "code", "source": text[:50], "metadata": {}}] * (len(text) // 500)
    data = json.dumps({"cells": [*mine, known], "nbformat": 4}).encode()
    read = intake.read_submission(data, MASTER)
    work.notebook_json(read.notebook(MASTER))
    return read.digest


def frame(text):
    """A frame whose header is a student's."""
    data = text.encode("utf-8", "surrogatepass")
    with contextlib.suppress(codec.FrameError):
        codec.decode(codec.LENGTHS.pack(len(data), 0) + data)


def stamp(folder):
    """The reader of time stamps, for a file with some text."""

    def read(text):
        (folder / "timestamp.txt").write_text(text, "utf-8")
        folders.timestamp_of(folder)

    return read


FUNCTIONS = {
    "intake reads a notebook": (submission, CODE, 10_000),
    "intake reads JSON": (
        lambda text: with_refusal(intake.read_submission, text.encode()), JSON, 50_000,
    ),
    "intake places cells": (own_cells, ["a", "\n"], 50_000),
    "intake reads pictures": (intake.base64_of, ["A", "=", "A=", " ", "\n"], 50_000),
    "grading looks for plots": (grading.PLOTS.search, CODE, 50_000),
    "a text is made printable": (report.printable, SHORT, 10_000),
    "a text is escaped": (marks.plain, SHORT, 10_000),
    "the sandbox leaves magics out": (worker.without_magics, CODE, 10_000),
    "Markdown becomes HTML": (markdown, MARKDOWN, 2_000),
    "formulas become HTML": (markdown, FORMULAS, clean.LONGEST_TEXT // 4),
    "formulas become MathML": (formulas, TEX, 7_000),
    "long code is shown plain": (clean.too_long, CODE, 50_000),
    "an output is cleaned": (clean.clean_output, ["&lt;", " ", "a"], 10_000),
    "pictures are put in": (
        lambda text: clean.with_pictures(text, {"a": {"image/png": "AA"}}),
        ['src="attachment:', 'src="attachment:a"', '"'], 10_000,
    ),
    "a page is put together": (
        lambda text: pages.parsed(f"{CELL}{text}", 1), HTML, 10_000,
    ),
    "similar code is compared": (
        lambda text: list(index.winnow(tokens.tokens(text))), CODE, 2_000,
    ),
    "a frame is decoded": (frame, JSON, 50_000),
    "a table is written": (tables.no_formula, SHORT, 50_000),
}  # fmt: skip

FEW_SECONDS = 0.05
MOST = 10.0


def growth(function, unit, size):
    """The times of a function for texts of n, 2n and 4n characters."""
    times = []
    for length in (size, 2 * size, 4 * size):
        text = (unit * (length // len(unit) + 1))[:length]
        gc.disable()
        before = time.process_time()
        function(text)
        times.append(time.process_time() - before)
        gc.enable()
    return times


def grows_faster(function, unit, size):
    """Whether the time of a text four times as long is more than ten times that of the short one.

    Work that grows with the square takes sixteen times as long. What looks like it is measured up
    to three times: a machine under load makes a measurement longer, never all of them.
    """
    for _ in range(3):
        short, _middle, long = growth(function, unit, size)
        if long < FEW_SECONDS or long < MOST * short:
            return False
    return True


@pytest.mark.parametrize("name", FUNCTIONS)
def test_work_on_a_students_text_grows_no_faster_than_the_text(name):
    function, units, size = FUNCTIONS[name]
    function(units[0] * 100)
    assert [unit for unit in units if grows_faster(function, unit, size)] == []


def test_a_time_stamp_is_read_in_no_time_whatever_is_in_it(tmp_path):
    read = stamp(tmp_path)
    assert [unit for unit in [*SHORT, "1", "1:", "2026-"] if grows_faster(read, unit, 50_000)] == []


@pytest.mark.parametrize(
    ("pattern", "unit"),
    [
        (r"^\s*(?:def\s+sgd_step\b)", "\n"),
        (r"(?s)(?:\s*</div>){2}\s*</main>.*\Z", "\n"),
        (r"(?s)\\\\\(.*?\\\\\)", "\\\\("),
    ],
)
def test_the_measure_tells_a_pattern_that_takes_time_with_the_square(pattern, unit):
    """These three held the grader: hours for a notebook of blank lines."""
    search = re.compile(pattern, re.MULTILINE).search
    assert any(grows_faster(search, unit, 2_000) for _ in range(3)), "load can hide it once"


def test_a_notebook_of_blank_lines_is_looked_through_at_once():
    before = time.process_time()
    submission("\n" * 400_000)
    assert time.process_time() - before < 2


@pytest.mark.parametrize(
    "text", ["<div>" * 5000, "|a|\n|-|\n" * 3000, "+ a\n> b\n" * 3000, "x" * 40_000]
)
def test_a_text_that_nobody_can_render_is_shown_as_it_is(text):
    assert markdown(text).startswith("<pre>")


def test_formulas_and_pictures_of_an_honest_text_are_rendered():
    text = "\\\\(a\\\\) $b$ $$c$$ \\begin{align}d\n\\end{align}" + " ![a](b.png)" * 300
    html = markdown(text + "\n\n" + "> a\n" * 50)
    assert html.count("<math") == 4 and "$" not in html and html.count("<img") == 300


def test_a_file_is_never_read_beyond_its_limit(tmp_path):
    path = tmp_path / "large"
    with path.open("wb") as file:
        file.truncate(files.MAX_BYTES + 1)
    with pytest.raises(files.Refused, match="MB"):
        files.read_regular(path)
