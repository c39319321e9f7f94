"""What a unit must be: every check that build.py makes before it writes a notebook."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Mapping, Sequence

from nbformat import NotebookNode
from nbgrader import utils
from nbgrader.nbgraderformat import MetadataValidator

from autograders.declare.catalogue import chosen
from autograders.declare.exercise import Exercise, Quiz

TEST_CELL = re.compile(r'check\((?:(?P<function>[a-z]\w*)|"(?P<value>[a-z]\w*)", (?P=value))\)')


def find_problems(cells: Sequence[NotebookNode], clear: Callable[[str], str]) -> list[str]:
    """Every reason why these cells are not a unit, one sentence each.

    `clear` turns the text of an answer cell into the stub that learners get.
    """
    titles = [line for c in cells if c.cell_type == "markdown" for line in headings(c.source, 1)]
    problems = []
    if len(titles) != 1:
        problems.append(f"expected exactly one '# ' heading, got {len(titles)}: {titles}.")
    answers: dict[str, str] = {}
    for cell in cells:
        nbgrader = cell.metadata.get("nbgrader")
        if "### BEGIN SOLUTION" in cell.source and not (nbgrader or {}).get("solution"):
            problems.append(f"solution lines outside a solution cell: {cell.source[:60]!r}.")
        if nbgrader is None:
            continue
        fault = metadata_fault(cell)
        name = nbgrader.get("grade_id", "")
        if fault:
            problems.append(fault)
        elif nbgrader["solution"] and cell.cell_type == "code":
            faults = solution_faults(name, cell.source)
            problems += faults
            answers[name] = "" if faults else cell.source
        elif nbgrader["grade"] and not nbgrader["solution"]:
            problems += test_faults(name, cell.source.strip(), answers, clear)
    ids = [cell.id for cell in cells]
    twice = sorted({name for name in ids if ids.count(name) > 1})
    return problems + [f"the grade_id '{name}' is used twice; ids are unique." for name in twice]


def headings(markdown: str, level: int) -> list[str]:
    """The headings of one level, ignoring what stands in code fences."""
    prose = re.sub(r"^(```|~~~).*?^\1", "", markdown, flags=re.DOTALL | re.MULTILINE)
    return re.findall(rf"^#{{{level}}} .*", prose, flags=re.MULTILINE)


def metadata_fault(cell: NotebookNode) -> str | None:
    """What nbgrader itself would refuse or ignore in this cell's metadata."""
    nbgrader = cell.metadata["nbgrader"]
    name = nbgrader.get("grade_id", "")
    if not re.fullmatch(r"[A-Za-z0-9_-]{1,64}", str(name)):
        return (
            f"expected a grade_id of letters, digits, '-' and '_', got {name!r}"
            f" in the cell {cell.source[:60]!r}."
        )
    if not any(nbgrader[kind] for kind in ("grade", "solution", "locked", "task")):
        return f"the cell '{name}' needs one of grade, solution, locked or task to be true."
    try:
        MetadataValidator().validate_cell(cell)
    except Exception as error:  # jsonschema's and nbgrader's own errors share no base class
        return f"nbgrader refuses the cell '{name}': {getattr(error, 'message', error)}."
    return None


def solution_faults(name: str, source: str) -> list[str]:
    """What is wrong with an answer cell, graded or not."""
    begins, ends = source.count("### BEGIN SOLUTION"), source.count("### END SOLUTION")
    if begins == 0 or begins != ends:
        return [
            f"the answer '{name}' needs matching '### BEGIN SOLUTION' and '### END SOLUTION' lines,"
            f" got {begins} and {ends}."
        ]
    try:
        ast.parse(source)
    except SyntaxError as error:
        return [f"the answer '{name}' is not valid Python: {error}."]
    return []


def test_faults(
    name: str, source: str, answers: Mapping[str, str], clear: Callable[[str], str]
) -> list[str]:
    """What is wrong with a test cell, given the answers above it."""
    call = TEST_CELL.fullmatch(source)
    if call is None:
        return [
            f"the test cell '{name}' must hold only check(function) or"
            f' check("name", name), got {source[:60]!r}.'
        ]
    tested = call["function"] or call["value"]
    if name != f"check_{tested}":
        return [f"the test cell of '{tested}' needs the grade_id 'check_{tested}', got '{name}'."]
    if tested not in answers:
        return [f"'{name}' has no answer cell '{tested}' above it."]
    if not answers[tested]:
        return []
    return stub_faults(tested, clear(answers[tested]), is_function=call["function"] is not None)


def stub_faults(name: str, stub: str, *, is_function: bool) -> list[str]:
    """What is wrong with the text that a learner gets for a graded answer.

    A function's stub is its def line, a docstring with the contract and one raise; a value's stub
    assigns something to its name.
    """
    try:
        body = ast.parse(stub).body
    except SyntaxError as error:
        return [f"the stub of '{name}' is not valid Python: {error}."]
    if not is_function:
        assigned = {ast.unparse(t) for s in body if isinstance(s, ast.Assign) for t in s.targets}
        if name in assigned and not any(isinstance(s, ast.Raise) for s in body):
            return []
        return [f"'{name}' must be assigned an empty answer above its solution lines."]
    function = next((s for s in body if isinstance(s, ast.FunctionDef) and s.name == name), None)
    if function is None:
        return [f"the line 'def {name}' must stand outside the solution lines."]
    faults = []
    if ast.get_docstring(function) is None:
        faults.append(f"'{name}' needs a docstring with its contract above the solution lines.")
    rest = function.body[0 if faults else 1 :]
    if len(rest) != 1 or not isinstance(rest[0], ast.Raise):
        faults.append(
            f"the stub of '{name}' must be its def line, docstring and one solution region,"
            f" got {ast.unparse(function)[-80:]!r} at its end."
        )
    return faults


def grading_problems(
    cells: Sequence[NotebookNode], unit: str, exercises: Mapping[str, Exercise | Quiz]
) -> list[str]:
    """Where test cells and exercises disagree: one without the other, or other points."""
    tests = {
        cell.metadata.nbgrader["grade_id"].removeprefix("check_"): cell.metadata.nbgrader["points"]
        for cell in cells
        if utils.is_grade(cell) and not utils.is_solution(cell)
    }
    problems = []
    for name, points in tests.items():
        if name not in exercises:
            problems.append(f"'{name}' has a test cell but no exercise in {chosen()}.")
        elif float(points) != exercises[name].points:
            problems.append(
                f"the exercise '{name}' is worth {exercises[name].points:g} points, its test cell"
                f" says {points:g}."
            )
    untested = [n for n, exercise in exercises.items() if exercise.unit == unit and n not in tests]
    return problems + [f"the exercise '{name}' has no test cell." for name in untested]
