"""A term of sixty students, worked out twice: totals agree, and no mark changes silently."""

import csv
import json
import random
from collections import defaultdict
from datetime import datetime, timedelta
from fractions import Fraction
from math import ceil

import pytest
from nbgrader.api import Gradebook

from autograders.__main__ import main
from autograders.bulk.recording import open_recorder, settle
from autograders.gradebook.marks import Marks
from autograders.gradebook.record import Result
from autograders.submission.folders import CourseFolder

from ..classroom import COURSE, new_course, read

UNITS = sorted(path.stem for path in (COURSE / "release").glob("0[1456]_*/*.ipynb"))
WEIGHT = dict(zip(UNITS, (1, 2, 1, 3), strict=True))
EVERYBODY = [f"s{number:02d}" for number in range(60)]
PLUGIN = """
from math import ceil
from nbgrader.plugins import BasePlugin
class PerDay(BasePlugin):
    def late_submission_penalty(self, student_id, score, total_seconds_late):
        return score * 0.1 * ceil(total_seconds_late / 86400)
"""


class Term:
    """A course, and beside it what every student did, for a second calculation by other means."""

    def __init__(self, root):
        self.course = new_course(root / "course", UNITS)
        self.said = []
        self.cells = {
            unit: {
                about["grade_id"]: Fraction(about["points"])
                for cell in read(self.released(unit))["cells"]
                if (about := cell["metadata"].get("nbgrader", {})).get("grade")
            }
            for unit in UNITS
        }
        self.auto = defaultdict(dict)  # (student, unit) -> cell -> raw points
        self.manual = defaultdict(dict)
        self.when = {}

    def released(self, unit):
        return self.course / "release" / unit / f"{unit}.ipynb"

    def run(self, *arguments):
        assert main([arguments[0], "--course", str(self.course), *arguments[1:]]) == 0

    def record(self, unit, students=EVERYBODY):
        """Results as grading in bulk makes them."""
        before, told = self.recorded(), len(self.said)
        with open_recorder(CourseFolder(self.course), unit, self.said.append) as recorder:
            there = [s for s in students if (s, unit) in self.when]
            for student in there:
                raw = {c: float(p) for c, p in self.auto[student, unit].items()}
                marks = Marks({**raw, "conclusion": None}, {}, self.worth[unit])
                when = self.when[student, unit]
                recorder.add(Result(student, unit, unit, marks, timestamp=when))
            recorder.add_others(unit, set(there))
            settle(recorder, unit, self.tell)
            changed = {who for who, _ in recorder.changes}
        assert recorder.failures == {}
        after = self.recorded()
        moved = {s for s, u in before if abs(before[s, u] - after[s, u]) > 1e-9}
        points = any("points of" in said for said in self.said[told:])
        assert points or moved <= changed, "a recorded mark changed silently"

    def tell(self, said):
        self.said.append(said)
        return True

    def book(self):
        return Gradebook(f"sqlite:///{self.course / 'gradebook.db'}?timeout=60", "learning_rate")

    def recorded(self):
        """The marks in nbgrader's gradebook, penalties taken off, of whoever has any."""
        with self.book() as book:
            return {
                (row.student_id, a.name): row.score - (row.late_submission_penalty or 0)
                for a in book.assignments
                for row in a.submissions
            }

    def read_all(self, unit):
        """A person gives points for every conclusion."""
        with self.book() as book:
            for row in book.assignment_submissions(unit):
                grade = book.find_grade("conclusion", unit, unit, row.student_id)
                grade.manual_score = float(self.manual[row.student_id, unit]["conclusion"])
                grade.needs_manual_grade = False
            book.db.commit()

    @property
    def worth(self):
        return {u: {c: float(p) for c, p in cells.items()} for u, cells in self.cells.items()}


def expected(term, student, known_as, due, extension, excused, capped):
    """The spreadsheet: exact fractions, from what was done and decided alone."""
    rows = []
    for unit in UNITS:
        if (known_as, unit) in excused:
            continue
        most = sum(term.cells[unit].values())
        if (student, unit) not in term.when:
            rows.append((Fraction(0), unit))
            continue
        score = sum(term.auto[student, unit].values()) + sum(term.manual[student, unit].values())
        late = term.when[student, unit] - due[unit] - extension.get((known_as, unit), timedelta(0))
        if late > timedelta(0):
            days = ceil(late.total_seconds() / 86400)
            score -= min(score, score * days / 10)
        rows.append((min(score, capped.get(unit, score)) / most, unit))
    rows.sort()
    kept = rows[1:] if len(rows) > 1 else rows
    weights = sum(WEIGHT[unit] for _, unit in kept)
    return 100 * sum(share * WEIGHT[unit] for share, unit in kept) / weights


@pytest.mark.nbgrader
def test_a_whole_term_ends_with_the_marks_of_a_spreadsheet_and_a_log_that_explains_them(
    tmp_path, capsys
):
    draw = random.Random(2026)
    term = Term(tmp_path)
    one, two, three, four = UNITS
    start = datetime(2026, 3, 1, 12)
    due = {unit: start + n * timedelta(days=7) for n, unit in enumerate(UNITS)}
    canvas = ["Student,ID,SIS User ID,SIS Login ID,Section"]
    canvas += [
        f'"Last{n}, First{n}",{9000 + n},U{n},{s},{"AB"[n % 2]}' for n, s in enumerate(EVERYBODY)
    ]
    (tmp_path / "canvas.csv").write_text("\n".join(canvas))
    term.run("roster", "import", str(tmp_path / "canvas.csv"))

    def policy(extra="", cap=None):
        lines = ["drop_lowest = 1"]
        for unit in UNITS:
            lines += [f"[units.{unit}]", f"due = {due[unit].isoformat()}Z"]
            lines += [f"weight = {WEIGHT[unit]}"]
            if unit == two and cap:
                lines.append(f"cap = {cap}")
        (term.course / "policy.toml").write_text("\n".join(lines) + f"\n{extra}")

    policy()
    for unit in UNITS:
        for student in EVERYBODY:
            if draw.random() < 0.15:
                continue  # hands in nothing
            hours = draw.choice([-50, -3, -1, -1, 2, 30, 60])
            term.when[student, unit] = due[unit] + timedelta(hours=hours)
            for cell, most in term.cells[unit].items():
                given = most * draw.choice([0, 1, 2, 4, 4, 4]) / 4
                (term.manual if cell == "conclusion" else term.auto)[student, unit][cell] = given

    # Units are graded and read one after the other; the late plug-in comes after the first.
    term.record(one)
    term.read_all(one)
    (term.course / "term_late_plugin.py").write_text(PLUGIN)
    with (term.course / "nbgrader_config.py").open("a") as file:
        file.write("\nc.AssignLatePenalties.plugin_class = 'term_late_plugin.PerDay'\n")
    assert main(["export", "--course", str(term.course)]) == 2, "penalties are not recorded yet"
    assert "0 gain" in capsys.readouterr().err
    for unit in UNITS:
        term.record(unit)
        term.read_all(unit)

    # Two leave and one is renamed; the next list of the platform has them all as before.
    term.run("roster", "withdraw", "s07", "s08")
    term.run("roster", "rename", "s09", "s09.married")
    term.run("roster", "import", str(tmp_path / "canvas.csv"))
    current = {s: "s09.married" if s == "s09" else s for s in EVERYBODY if s not in ("s07", "s08")}
    for unit in UNITS:
        for kept in (term.when, term.auto, term.manual):
            if ("s09", unit) in kept:
                kept["s09.married", unit] = kept.pop(("s09", unit))

    # Points change after grading, in the release; marks by hand change with them.
    changed = {"check_sgd_step": Fraction(10), "conclusion": Fraction(6)}
    notebook = read(term.released(one))
    for cell in notebook["cells"]:
        about = cell["metadata"].get("nbgrader", {})
        if about.get("grade_id") in changed and about.get("grade"):
            about["points"] = float(changed[about["grade_id"]])
    term.released(one).write_text(json.dumps(notebook))
    for cell, most in changed.items():
        old = term.cells[one][cell]
        for kept in (term.auto, term.manual):
            for (_, unit), given in kept.items():
                if unit == one and cell in given:
                    given[cell] = given[cell] * most / old
        term.cells[one][cell] = most

    # An exercise of the last unit is mended: who had a quarter of its points has all.
    mended = next(cell for cell in term.cells[four] if cell.startswith("check_"))
    for (_, unit), given in term.auto.items():
        if unit == four and given[mended] == term.cells[four][mended] / 4:
            given[mended] = term.cells[four][mended]

    # A due date moves, one is extended, one excused, and the second unit is capped.
    due[three] += timedelta(days=1)
    extension = {("s10", two): timedelta(days=3), ("s09.married", four): timedelta(days=3)}
    people = "".join(
        f'[[people]]\nstudent = "{who}"\nunit = "{unit}"\ndays = 3\n' for who, unit in extension
    )
    people += f'[[people]]\nstudent = "s11"\nunit = "{one}"\nexcused = true\nwhy = "ill"\n'
    cap = sum(term.cells[two].values()) - 2
    policy(people, cap=int(cap))
    for unit in UNITS:
        term.record(unit, list(current.values()))
        term.read_all(unit)

    # A regrade is asked for and granted by hand.
    cell = next(name for name in term.cells[two] if name.startswith("check_"))
    granted = next(s for s in current.values() if (s, two) in term.when)
    term.auto[granted, two][cell] = term.cells[two][cell]
    with term.book() as book:
        book.find_grade(cell, two, two, granted).manual_score = float(term.cells[two][cell])
        book.find_grade(cell, two, two, granted).needs_manual_grade = False
        book.db.commit()
    for unit in UNITS:
        term.run("record", unit)

    path = tmp_path / "totals.csv"
    term.run("export", "--to", "totals", "--output", str(path))
    with path.open(newline="", encoding="utf-8") as file:
        rows = {row["student_id"]: row for row in csv.DictReader(file)}
    assert rows.keys() == set(current.values())
    wanted = {s: expected(term, s, s, due, extension, {("s11", one)}, {two: cap}) for s in rows}
    wrong = {
        s: (row["total"], float(wanted[s]))
        for s, row in rows.items()
        if abs(float(row["total"]) - float(wanted[s])) > 0.005 + 1e-9
    }
    assert wrong == {}
    assert rows["s11"][f"{one} (status)"] == "excused"
    assert {"counted", "dropped", "missing"} <= {
        row[f"{unit} (status)"] for row in rows.values() for unit in UNITS
    }
    assert {row["final"] for row in rows.values()} == {"True"}
    assert_the_log_explains(term)
    assert any("points of" in said for said in term.said)


def assert_the_log_explains(term):
    """Replayed from its first line, the log ends with the gradebook's scores and penalties."""
    scores, penalties = defaultdict(dict), {}
    for line in map(json.loads, (term.course / "audit.jsonl").read_text().splitlines()):
        if line["why"] == "roster":
            if line["did"] == "rename":
                for kept in (scores, penalties):
                    for who, unit in [key for key in kept if key[0] == line["from"]]:
                        kept[line["student"], unit] = kept.pop((who, unit))
            continue
        if line["student"]:
            key = line["student"], line["assignment"]
            for cell, before in line["before"].items():
                assert scores[key].get(cell) == pytest.approx(before), "a change between two lines"
            scores[key] |= line["scores"]
            penalties[key] = line["late_penalty"] or 0.0
    with term.book() as book:
        for assignment in book.assignments:
            for row in assignment.submissions:
                key, [notebook] = (row.student_id, assignment.name), row.notebooks
                for grade in notebook.grades:
                    if grade.auto_score is not None:
                        assert scores[key][grade.name] == pytest.approx(grade.auto_score), key
                assert penalties[key] == pytest.approx(notebook.late_submission_penalty or 0.0), key
