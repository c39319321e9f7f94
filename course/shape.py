"""What a lesson asks of its learner: words, code, points and minutes, counted from its text.

    python -m course.shape        a table of all lessons; shape 04 of one

A *touch* is where the learner acts: a lab, a cell to fill in, an experiment, or a question with its
answer folded away. Words are what everybody reads: not the text alternatives of pictures, not
figures that are folded away, not the list of further reading. Code is lines of cells, without
blank ones; what stands between the solution marks is written, the rest shown.

The minutes are by one rule: 150 words a minute, a minute and a half for each line to write, three
for each graded function or repair, half a minute for each run of a cell that is no check, two more
for each lab, eight for planning an experiment, and one for every eight words of a conclusion.
"""

from __future__ import annotations

import argparse
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from nbformat import NotebookNode

from .cells import split_cells
from .lessons import lesson_files

WORDS_A_MINUTE, CONCLUDED_A_MINUTE = 150, 8
MINUTES_A_LINE, MINUTES_A_FUNCTION, MINUTES_A_RUN = 1.5, 3, 0.5
MINUTES_MORE = {"lab": 2, "experiment": 8}
KINDS = ("functions", "repair", "curves", "experiment", "quiz", "conclusion")

PICTURED = re.compile(
    r"^\*(?:[^*\n]+ in words|In words|The lab as).*?\*$", re.DOTALL | re.MULTILINE
)
ANSWERED = re.compile(r"<details><summary>Answers?</summary>.*?</details>", re.DOTALL)
FOLDED = re.compile(r"<details>.*?</details>", re.DOTALL)
UNREAD = re.compile(r"!\[.*?\]\(.*?\)|<[^>]+>|^## Further reading.*", re.DOTALL | re.MULTILINE)
SOLUTION = re.compile(r"### BEGIN SOLUTION\n(.*?)### END SOLUTION", re.DOTALL)


@dataclass(frozen=True)
class Shape:
    """What one lesson asks, and how it is spread over its touches."""

    unit: str
    words: int
    spans: list[int]
    shown: int
    written: int
    points: dict[str, int]
    minutes: float

    @property
    def first(self) -> int:
        """The words before the first touch."""
        return self.spans[0]

    @property
    def longest(self) -> int:
        """The most words between two touches."""
        return max(self.spans[1:])


def words_in(markdown: str) -> int:
    """The words of a text that everybody reads; a formula counts as one."""
    text = UNREAD.sub(" ", FOLDED.sub(" ", PICTURED.sub(" ", markdown)))
    text = re.sub(r"\$\$.*?\$\$|\$[^$]+\$", " formula ", text, flags=re.DOTALL)
    return sum(bool(re.search(r"\w", word)) for word in text.split())


def lines_in(code: str) -> int:
    """The lines of code that are not blank."""
    return sum(bool(line.strip()) for line in code.splitlines())


def kind_of(name: str) -> str:
    """The kind of points that a graded cell gives, by its id."""
    name = name.removeprefix("check_")
    starts = {"predict": "quiz", "quiz": "quiz", "experiment": "experiment", "curves": "curves"}
    starts |= {"repaired": "repair", "conclusion": "conclusion", "report": "conclusion"}
    return starts.get(name.split("_")[0], "functions")


def labs_of(cells: Sequence[NotebookNode]) -> re.Pattern[str]:
    """What a call of one of the lesson's labs looks like at the start of a line."""
    imported = re.findall(
        r"^from lrlib\.labs import (.+)$", "\n".join(c.source for c in cells), re.MULTILINE
    )
    names = [name.split()[-1] for line in imported for name in line.split(",")]
    return re.compile(rf"^\s*(?:{'|'.join(map(re.escape, names)) or '(?!)'})\(", re.MULTILINE)


def touches(cells: Sequence[NotebookNode]) -> Iterator[tuple[str, int]]:
    """Every touch by its kind, with the words since the one before; last `end` with the rest."""
    lab, words = labs_of(cells), 0
    for cell in cells:
        nbgrader = cell.metadata.get("nbgrader", {})
        if cell.cell_type == "markdown" and not nbgrader.get("solution"):
            *asked, rest = ANSWERED.split(cell.source)
            for text in asked:
                yield "question", words + words_in(text)
                words = 0
            words += words_in(rest)
            continue
        kind = kind_of(str(nbgrader.get("grade_id", "")))
        if nbgrader.get("solution"):
            kind = "conclusion" if cell.cell_type == "markdown" else "answer"
        elif cell.source.startswith("experiment("):
            kind = "experiment"
        elif lab.search(cell.source):
            kind = "lab"
        else:
            continue
        yield kind, words
        words = 0
    yield "end", words


def shape(path: Path) -> Shape:
    """The shape of one lesson from its text."""
    cells = split_cells(path.read_text("utf-8"), path.parent.name)
    acts = list(touches(cells))
    shown = written = runs = functions = 0
    points = dict.fromkeys(KINDS, 0)
    for cell in cells:
        nbgrader = cell.metadata.get("nbgrader", {})
        if nbgrader.get("grade"):
            kind = kind_of(nbgrader["grade_id"])
            points[kind] += nbgrader["points"]
            functions += kind in ("functions", "repair")
        elif cell.cell_type == "code" and not nbgrader.get("locked"):
            written += sum(lines_in(region) for region in SOLUTION.findall(cell.source))
            shown += lines_in(SOLUTION.sub("", cell.source))
            runs += 1
    words = sum(words for _, words in acts)
    asked = re.findall(r"In (\d+) to \d+ words", "\n".join(cell.source for cell in cells))
    minutes = (
        words / WORDS_A_MINUTE
        + written * MINUTES_A_LINE
        + functions * MINUTES_A_FUNCTION
        + runs * MINUTES_A_RUN
        + sum(MINUTES_MORE.get(kind, 0) for kind, _ in acts)
        + sum(map(int, asked)) / CONCLUDED_A_MINUTE
    )
    spans = [words for _, words in acts]
    return Shape(path.parent.name, words, spans, shown, written, points, minutes)


def table(shapes: Sequence[Shape]) -> str:
    """The shapes as lines of text, a unit each."""
    head = (
        f"{'unit':26}{'words':>6}{'first':>7}{'longest':>9}{'shown':>7}{'written':>9}{'minutes':>9}"
    )
    lines = [head + "".join(f"{kind:>12}" for kind in KINDS)]
    for s in shapes:
        counts = f"{s.words:6}{s.first:7}{s.longest:9}{s.shown:7}{s.written:9}{s.minutes:9.0f}"
        lines.append(f"{s.unit:26}{counts}" + "".join(f"{s.points[kind]:12}" for kind in KINDS))
    return "\n".join(lines)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description="What each lesson asks of its learner.")
    parser.add_argument("units", nargs="*", help="two digits each; without one, every lesson")
    asked = parser.parse_args().units
    paths = [
        path
        for path in lesson_files(Path(__file__).parent)
        if not asked or any(path.parent.name.startswith(unit) for unit in asked)
    ]
    if not paths:
        raise SystemExit(f"expected units such as 04, got {' '.join(asked)}; see course/units.")
    print(table([shape(path) for path in paths]))


if __name__ == "__main__":
    main()
