"""The insight page counts a class that was made of known misconceptions, and names nobody."""

import inspect
import json
import re
import textwrap
from collections import Counter
from dataclasses import dataclass
from html.parser import HTMLParser
from pathlib import Path

import pytest

from autograders.__main__ import main
from autograders.declare.catalogue import catalogue, of_unit
from autograders.declare.exercise import Exercise
from autograders.insight.attempts import BLANK, LOOK, NAMED, OTHER, RIGHT, insight
from autograders.insight.charts import LABEL
from autograders.insight.page import code_of, page
from autograders.judging.laws import run
from autograders.judging.plan import plan_for

from ..classroom import COURSE, DROPS, new_course

SEED = 7
EXERCISES = [item for item in of_unit(DROPS).values() if isinstance(item, Exercise)]
EVIL = "<script>alert('x')</script>"


def line(student, chosen, mark="1", exercise=None):
    """A kept result in which one exercise was answered by a function of the selftest."""
    verdicts = dict.fromkeys(of_unit(DROPS), "full")
    named = {}
    if exercise is not None:
        report = run(plan_for(exercise, SEED), chosen)
        verdicts[exercise.name] = report.status
        if report.misconception:
            named[exercise.name] = report.misconception
    return {
        "unit": DROPS, "student": student, "fingerprint": f"{student}-{mark}", "scores": {},
        "comments": {}, "faults": [], "verdicts": verdicts, "misconceptions": named,
    }  # fmt: skip


def the_class():
    """Student number n of each misconception, n students for the n-th one; then second attempts.

    Returns the lines and, for each misconception, how many had it and how many have it still.
    """
    lines, ever, still = [], Counter(), Counter()
    for exercise in EXERCISES:
        for number, (id, known) in enumerate(exercise.misconceptions.items()):
            for copy in range(number % 4 + 1):
                student = f"{exercise.name}-{id}-{copy}"
                lines.append(line(student, known.functions[0], exercise=exercise))
                ever[exercise.name, id] += 1
                if copy % 2:
                    lines.append(line(student, exercise.reference, "2", exercise))
                else:
                    still[exercise.name, id] += 1
    return lines, ever, still


@dataclass
class Course:
    """All that is asked of a course's folder here: where it is."""

    root: Path


def written(folder, lines, audit=()):
    (folder / "results").mkdir(parents=True, exist_ok=True)
    text = "".join(json.dumps(item) + "\n" for item in lines)
    (folder / "results" / f"{DROPS}.jsonl").write_text(text + '{"cut sho', encoding="utf-8")
    log = "".join(json.dumps(item) + "\n" for item in audit)
    (folder / "audit.jsonl").write_text(log, encoding="utf-8")
    return insight(Course(folder), DROPS)


@pytest.fixture(scope="module")
def known(tmp_path_factory):
    lines, ever, still = the_class()
    return written(tmp_path_factory.mktemp("insight"), lines), ever, still


class Text(HTMLParser):
    """The visible text of a page, its links and everything that could load or run."""

    def __init__(self, html):
        super().__init__()
        self.words, self.links, self.tags = [], [], Counter()
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.tags[tag] += 1
        self.links += [value for name, value in attrs if name in ("href", "src", "srcset")]

    def handle_data(self, data):
        self.words.append(data)


def test_a_class_made_of_known_misconceptions_is_counted_exactly(known):
    found, ever, still = known
    spreads = {(s.exercise, s.id): s for s in found.spreads()}
    assert {key: len(s.ever) for key, s in spreads.items()} == dict(ever)
    assert {key: len(s.still) for key, s in spreads.items() if s.still} == dict(still)
    assert [len(s.ever) for s in found.spreads()] == sorted(ever.values(), reverse=True)


def test_where_the_class_stands_adds_up_at_every_attempt(known):
    found, ever, still = known
    assert found.students == sum(ever.values())
    for exercise in EXERCISES:
        now = found.states(exercise.name)
        wrong = sum(n for (name, _), n in still.items() if name == exercise.name)
        assert now == {RIGHT: found.students - wrong, NAMED: wrong}
        first = found.states(exercise.name, 0)
        assert first[NAMED] == sum(n for (name, _), n in ever.items() if name == exercise.name)
        again = found.states(exercise.name, 1)
        assert sum(again.values()) == sum(len(made) > 1 for made in found.attempts.values())


def test_every_state_is_told_from_the_others(tmp_path):
    lines = [line("a", None), line("b", None), line("c", None), line("d", None)]
    lines[0]["verdicts"]["step_decay"] = "unwritten"
    lines[1]["verdicts"]["step_decay"] = "ungraded"
    lines[2]["verdicts"]["step_decay"] = "partial"
    lines[3]["verdicts"] = {}  # could not be read
    found = written(tmp_path, lines)
    assert found.states("step_decay") == {BLANK: 1, LOOK: 2, OTHER: 1}


def test_grading_the_same_work_again_is_no_new_attempt_and_shards_count_too(tmp_path):
    wrong = EXERCISES[0].misconceptions[next(iter(EXERCISES[0].misconceptions))].functions[0]
    once = line("a", wrong, exercise=EXERCISES[0])
    written(tmp_path, [once, once])
    part = tmp_path / "results" / f"{DROPS}.shard-1-of-2.jsonl"
    part.write_text(json.dumps(line("b", None)) + "\n", encoding="utf-8")
    found = insight(Course(tmp_path), DROPS)
    assert {student: len(made) for student, made in found.attempts.items()} == {"a": 1, "b": 1}


def test_attempts_that_only_the_audit_log_knows_count_by_points_in_their_order(tmp_path):
    entry = {"student": "a", "assignment": DROPS, "fingerprint": "auto", "notebook": DROPS}
    scores = {f"check_{name}": item.points for name, item in of_unit(DROPS).items()}
    audit = [
        {**entry, "scores": {**scores, "check_step_decay": 2.0}},
        {**entry, "fingerprint": "a-1", "scores": scores},
    ]
    found = written(tmp_path, [line("a", None)], audit)
    assert [attempt.states["step_decay"] for attempt in found.attempts["a"]] == [OTHER, RIGHT]
    assert found.by_score == 1 and "known by their points only" in page(found)


def test_the_page_loads_nothing_and_runs_nothing(known):
    found, *_ = known
    html = page(found, guide=COURSE / "units" / DROPS / "guide.md", output=COURSE / "page.html")
    text = Text(html)
    assert set(text.links) == {f"units/{DROPS}/guide.md"}
    assert not {"script", "link", "img", "iframe", "object"} & set(text.tags)
    assert "default-src 'none'" in html and not re.search(r"https?://|@import|url\((?!#)", html)


def test_every_misconception_has_its_question_its_reason_and_its_counts(known):
    found, ever, _ = known
    words = " ".join(" ".join(Text(page(found)).words).split())
    for (name, id), count in ever.items():
        known_as = of_unit(DROPS)[name].misconceptions[id]
        assert f"{count} of {found.students} had it" in words
        for hint in known_as.hints:
            assert " ".join(re.sub("`", " ", hint).split())[:40] in re.sub(" +", " ", words), id


def test_students_are_named_on_request_only_and_then_escaped(tmp_path):
    exercise = EXERCISES[0]
    wrong = exercise.misconceptions[next(iter(exercise.misconceptions))].functions[0]
    found = written(tmp_path, [line(EVIL, wrong, exercise=exercise)])
    assert "alert" not in page(found)
    named = page(found, names=True)
    assert "&lt;script&gt;alert" in named and Text(named).tags["script"] == 0


def test_charts_are_readable_without_colour_and_without_eyes(known):
    found, *_ = known
    html = page(found)
    assert html.count('role="img"') == html.count("<title id=") == html.count("<desc id=") >= 3
    assert html.count("<desc") == html.count("The same as a table")
    fills = re.findall(r'<pattern id="stand-\w+".*?</pattern>', html)
    shapes = {re.sub(r'fill="#\w+"', "", re.sub(r'id="[\w-]+"', "", fill)) for fill in fills}
    assert len(shapes) == len(fills) >= 2, "two parts have the same pattern"


def test_the_longest_name_of_a_misconception_has_room_beside_its_bar():
    items = [item for item in catalogue().values() if isinstance(item, Exercise)]
    longest = max((id for item in items for id in item.misconceptions), key=len)
    assert 8 * len(longest) < LABEL - 8, longest  # 14 pixels of font are less than 8 wide


def test_what_a_misconception_looks_like_is_shown_without_its_declaration():
    for exercise in EXERCISES:
        for known in exercise.misconceptions.values():
            code = code_of(known.functions[0])
            assert code.startswith(("def ", "lambda")) or "lambda" in code
            assert "misconception" not in code
            if code.startswith("def "):
                assert code in textwrap.dedent(inspect.getsource(known.functions[0]))


def test_the_guides_emphasis_is_shown_and_a_star_in_code_stays(known, tmp_path):
    guide = tmp_path / "guide.md"
    guide.write_text("## What goes wrong\n|see|say|\n|-|-|\n|`a * b * c`|read *greater* aloud|\n")
    html = page(known[0], guide=guide)
    assert "<code>a * b * c</code>" in html and "read <em>greater</em> aloud" in html


def test_the_command_writes_the_page_or_says_what_is_missing(tmp_path, capsys):
    course = new_course(tmp_path / "course", [DROPS])
    assert main(["insight", "04", "--course", str(course)]) == 2
    assert "run 'python -m autograders grade" in capsys.readouterr().err
    written(course, [line("ada", None)])
    output = tmp_path / "page.html"
    assert main(["insight", "04", "--course", str(course), "--output", str(output)]) == 0
    assert "<strong>1</strong> student," in output.read_text(encoding="utf-8")
