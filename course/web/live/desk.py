"""What the worker of a lesson page does: opens labs and acts on them, with the learner's functions.

The page's script sends one request at a time as JSON and gets JSON back. The same code makes the
labs of the page while the site is built, so that the first picture and the worker's are one.
"""

from __future__ import annotations

import ast
import contextlib
import io
import json
import symtable
import traceback
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from lrlib import labs
from lrlib.labs.kit import Lab
from lrlib.labs.kit.page import Stage


def open_lab(
    name: str, own: Mapping[str, str], written: Mapping[str, Callable[..., Any]] | None = None
) -> Lab:
    """A lab by its name; `own` says which function each of its parameters takes, by name.

    A function that the learner has not written yet is the exercise's reference.
    """
    known = written or {}
    functions = {
        parameter: known.get(function) or reference(function) for parameter, function in own.items()
    }
    return getattr(labs, name)(**functions)


def reference(function: str) -> Callable[..., Any]:
    """The course's own version of a function that an exercise asks for."""
    from autograders.declare.catalogue import (
        find,  # a second of a page's start, not spent before needed
    )

    return find(function).reference  # type: ignore[union-attr]


class Desk:
    """The labs that are open on a page, and the functions that its learner has written."""

    def __init__(self) -> None:
        self._stages: dict[str, Stage] = {}
        self._written: dict[str, Callable[..., Any]] = {}

    def answer(self, request: str) -> str:
        """The JSON that answers a request in JSON."""
        asked = json.loads(request)
        return json.dumps(getattr(self, f"on_{asked.pop('kind')}")(**asked), ensure_ascii=False)

    def on_lab(self, key: str, lab: str, own: dict[str, str], act: str, values: dict) -> dict:
        """Act on a lab, which is opened when it is first heard of."""
        if key not in self._stages or act == "open":
            self._stages[key] = Stage(open_lab(lab, own, self._written))
            if values:
                self._stages[key].lab.set(**values)
        if act == "open":
            values = {}
        return self._stages[key].act(act, values)

    def on_check(self, cells: list[dict[str, Any]], check: str) -> dict[str, Any]:
        """Run what a check needs of a lesson's code cells, in order, then the check: its card.

        `cells` are all from the set-up to the check, or to the cell to be run where `check` is "";
        each has an `id`, a `source`, and says whether it is an `answer`. An answer that the check
        needs has to run: where one fails, `fault` says how and there is no card. `said` is what
        the last cell and the check print, as a screen shows it; `ran` are the answers that decided.
        """
        code = [(cell["id"], cell["source"]) for cell in cells]
        needed = needs([*code, ("", check)], len(code)) if check else needs(code, len(code) - 1)
        asked = "" if check else code[-1][0]
        needed += [asked] if asked else []
        answers = {cell["id"] for cell in cells if cell["answer"]}
        ran = [name for name in needed if name in answers]
        room: dict[str, Any] = {"__name__": "__main__"}
        said = io.StringIO()
        with contextlib.redirect_stdout(said):
            run_setup(code[0][1], room)
            for name, source in code[1:]:
                if name not in needed and not (name in answers and defines(source)):
                    continue
                said.truncate(said.seek(0))
                fault = run_cell(name, source, room)
                if fault and (name in ran or name == asked):
                    return {"fault": fault, "said": said.getvalue(), "ran": ran}
            if not check:
                made = values(room, code[-1][1])
                return {"said": on_screen(said.getvalue()), "made": made, "ran": ran}
            report = eval(check, room)
        self._written |= {name: f for name, f in room.items() if name in answers and callable(f)}
        return {
            "card": report._repr_html_(),
            "score": report.score,
            "most": report.max_score,
            "said": said.getvalue(),
            "ran": ran,
        }


def made(source: str) -> set[str]:
    """The names that a cell's code binds at its top level."""
    symbols = [s for scope in _scopes(source)[:1] for s in scope.get_symbols()]
    return {s.get_name() for s in symbols if s.is_assigned() or s.is_namespace()}


def _scopes(source: str) -> list[symtable.SymbolTable]:
    """The outermost scope of a cell's code; none where it is no Python, as running it will say."""
    try:
        return [symtable.symtable(source, "cell", "exec")]
    except SyntaxError:
        return []


def used(source: str) -> set[str]:
    """The names from elsewhere that a cell's code uses, also inside its functions."""
    found: set[str] = set()
    scopes = _scopes(source)
    while scopes:
        scope = scopes.pop()
        top = scope.get_type() == "module"
        found |= {
            s.get_name()
            for s in scope.get_symbols()
            if s.is_referenced() and (top or s.is_global())
        }
        scopes += scope.get_children()
    return found


def needs(code: Sequence[tuple[str, str]], at: int) -> list[str]:
    """The ids of the earlier cells without which cell number `at` cannot run, in their order.

    `code` has the id and the source of each code cell. A cell needs the last one before it that
    makes a name it uses, and what that one needs. The first, the set-up, is taken for granted. An
    answer makes the name that is its id, also while it cannot run.
    """
    wanted, waiting = set(), [at]
    while waiting:
        here = waiting.pop()
        for name in used(code[here][1]):
            makers = (
                k for k in range(here - 1, 0, -1) if name == code[k][0] or name in made(code[k][1])
            )
            maker = next(makers, None)
            if maker is not None and maker not in wanted:
                wanted.add(maker)
                waiting.append(maker)
    return [code[k][0] for k in sorted(wanted)]


def defines(source: str) -> bool:
    """Whether a cell's code is nothing but functions, which can be run before they are right."""
    try:
        return all(isinstance(node, ast.FunctionDef) for node in ast.parse(source).body)
    except SyntaxError:
        return False


def values(room: dict[str, Any], source: str) -> str:
    """A line for each value that a cell's code gives a name to, as text."""
    names = [
        node.id
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store) and node.id in room
    ]
    return "\n".join(f"{name} = {room[name]!r}" for name in dict.fromkeys(names))


def on_screen(text: str) -> str:
    """Printed text as a terminal leaves it, where a line may be written over again."""
    return "\n".join(line.rpartition("\r")[2] for line in text.split("\n"))


def run_setup(source: str, room: dict[str, Any]) -> None:
    """Run a lesson's set-up, statement by statement, without what a page has not: Matplotlib."""
    for statement in ast.parse(source).body:
        with contextlib.suppress(ImportError, NameError):
            exec(compile(ast.Module([statement], []), "setup", "exec"), room)


def run_cell(name: str, source: str, room: dict[str, Any]) -> str:
    """Run one cell and print its value; "" if it ran, else what went wrong, with the line."""
    try:
        body = ast.parse(source, name).body
        last = body.pop() if body and isinstance(body[-1], ast.Expr) else None
        exec(compile(ast.Module(body, []), name, "exec"), room)
        if isinstance(last, ast.Expr):
            value = eval(compile(ast.Expression(last.value), name, "eval"), room)
            if value is not None:
                print(value)
    except SyntaxError as error:
        return f"{name}, line {error.lineno}: {type(error).__name__}: {error.msg}"
    except (Exception, SystemExit) as error:
        lines = [f.lineno for f in traceback.extract_tb(error.__traceback__) if f.filename == name]
        where = f", line {lines[-1]}" if lines else ""
        return f"{name}{where}: {type(error).__name__}: {error}".rstrip(": ")
    return ""
