"""Changes a module in one place at a time and says which changes its tests do not notice.

    .venv/bin/python -m tests.mutants autograders.gradebook.policy
    .venv/bin/python -m tests.mutants MODULE --sample 20 --seed 1 --tests tests/autograders/judging

The sample is the same for the same seed. The tests are those that import the module by its name,
without the slow ones, unless others are named. Exit code 1 if a change survives: it is a test that
is missing, or a change that makes no difference.
"""

from __future__ import annotations

import argparse
import ast
import copy
import os
import random
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
MARKS = "not slow and not peers and not browser and not nbgrader and not sandbox"
SWAPPED: dict[type[ast.AST], type[ast.AST]] = {
    ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt, ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq, ast.Is: ast.IsNot, ast.IsNot: ast.Is, ast.In: ast.NotIn, ast.NotIn: ast.In,
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Div, ast.Div: ast.Mult, ast.And: ast.Or,
    ast.Or: ast.And,
}  # fmt: skip
EXTREMES = {"max": "min", "min": "max", "any": "all", "all": "any"}
# Every process of a test run imports this first, those that the tests start as well.
HOOK = """\
import importlib.abc, importlib.machinery, sys
class Changed(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path=None, target=None):
        if name == {module!r}:
            spec = importlib.machinery.PathFinder.find_spec(name, path)
            spec.loader.get_code = lambda name: compile({source!r}, spec.origin, "exec")
            return spec
sys.meta_path.insert(0, Changed())
"""


@dataclass(frozen=True)
class Mutant:
    """A module with one change: its line, the expression or statement there before and after."""

    line: int
    before: str
    after: str
    source: str

    def __str__(self) -> str:
        return f"line {self.line}: {self.before} -> {self.after}"


def mutants(source: str) -> Iterator[Mutant]:
    """Every mutant of the functions of a module; docstrings, annotations and errors stay."""
    tree = ast.parse(source)
    for number, node in enumerate(_sites(tree)):
        for after in _changes(node):
            changed = copy.deepcopy(tree)
            _exchange(changed, _sites(changed)[number], after)
            ast.fix_missing_locations(changed)
            yield Mutant(node.lineno, _short(node), _short(after), ast.unparse(changed))


def _sites(tree: ast.Module) -> list[ast.stmt | ast.expr]:
    """The statements and expressions in bodies of functions, always in the same order."""
    found: list[ast.stmt | ast.expr] = []
    waiting: list[ast.AST] = list(tree.body)
    while waiting:
        node = waiting.pop(0)
        if isinstance(node, ast.Raise):
            continue
        inside: list[ast.AST] = list(ast.iter_child_nodes(node))
        if isinstance(node, ast.FunctionDef):
            inside = list(node.body)
        if isinstance(node, ast.AnnAssign):
            inside = [node.value] if node.value else []
        waiting += inside
        if isinstance(node, (ast.stmt, ast.expr)):
            found.append(node)
    bodies = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]
    within = {id(part) for body in bodies for line in body.body for part in ast.walk(line)}
    return [node for node in found if id(node) in within]


def _changes(node: ast.stmt | ast.expr) -> Iterator[ast.stmt | ast.expr]:
    changed = copy.deepcopy(node)
    if isinstance(changed, ast.Compare) and type(changed.ops[0]) in SWAPPED:
        changed.ops[0] = SWAPPED[type(changed.ops[0])]()  # type: ignore[call-overload]
        yield changed
    elif isinstance(changed, (ast.BinOp, ast.BoolOp)) and type(changed.op) in SWAPPED:
        changed.op = SWAPPED[type(changed.op)]()  # type: ignore[assignment]
        yield changed
    elif isinstance(changed, ast.UnaryOp) and isinstance(changed.op, (ast.Not, ast.USub)):
        yield changed.operand
    elif isinstance(changed, ast.Constant) and isinstance(changed.value, (bool, int, float)):
        value = changed.value
        yield ast.Constant(not value if isinstance(value, bool) else value + 1)
    elif isinstance(changed, ast.Call) and getattr(changed.func, "id", "") in EXTREMES:
        changed.func = ast.Name(EXTREMES[getattr(changed.func, "id")], ast.Load())  # noqa: B009
        yield changed
    elif isinstance(changed, ast.IfExp):
        changed.body, changed.orelse = changed.orelse, changed.body
        yield changed
    elif isinstance(changed, ast.If):
        changed.test = ast.UnaryOp(ast.Not(), changed.test)
        yield changed
    elif isinstance(changed, (ast.AugAssign, ast.Continue, ast.Break)) or (
        isinstance(changed, ast.Expr) and isinstance(changed.value, ast.Call)
    ):
        yield ast.Pass()


def _exchange(tree: ast.Module, old: ast.AST, new: ast.AST) -> None:
    for node in ast.walk(tree):
        for name, value in ast.iter_fields(node):
            if value is old:
                setattr(node, name, ast.copy_location(new, old))
            elif isinstance(value, list) and any(item is old for item in value):
                place = next(index for index, item in enumerate(value) if item is old)
                value[place] = ast.copy_location(new, old)


def _short(node: ast.AST) -> str:
    return ast.unparse(ast.fix_missing_locations(copy.deepcopy(node))).split("\n")[0][:70]


def survives(module: str, source: str, tests: Sequence[str], seconds: float = 300) -> bool:
    """Whether the tests pass with this source in the module's place; without end is noticed."""
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "sitecustomize.py").write_text(HOOK.format(module=module, source=source))
        paths = [folder, *filter(None, [os.environ.get("PYTHONPATH")])]
        command = [sys.executable, "-m", "pytest", "-q", "-x", "-n", "0", "-m", MARKS]
        try:
            done = subprocess.run(
                [*command, "-p", "no:cacheprovider", *tests],
                cwd=ROOT,
                env=os.environ | {"PYTHONPATH": os.pathsep.join(paths)},
                capture_output=True,
                timeout=seconds,
            )
        except subprocess.TimeoutExpired:
            return False
    return done.returncode == 0


def tests_of(module: str) -> list[str]:
    """The test files that import a module by its name."""
    room, _, name = module.rpartition(".")
    wanted = (f"from {module} import", f"from {room} import {name}", f"import {module}")
    files = sorted((ROOT / "tests").rglob("test_*.py"))
    return [str(path) for path in files if any(way in path.read_text("utf-8") for way in wanted)]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a sample of a module's mutants and print those that survive."""
    parser = argparse.ArgumentParser(prog="python -m tests.mutants", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("module")
    parser.add_argument("--sample", type=int, default=10)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--tests", nargs="+", help="default: those that import the module")
    options = parser.parse_args(arguments)
    spec = find_spec(options.module)
    if spec is None or spec.origin is None:
        parser.error(f"expected a module, such as autograders.judging.rules, got {options.module}")
    source = Path(spec.origin).read_text("utf-8")
    tests = options.tests or tests_of(options.module)
    if not tests or not survives(options.module, source, tests):
        parser.error(f"expected tests that pass without a change, got {tests}; name some: --tests")
    every = list(mutants(source))
    sample = random.Random(options.seed).sample(every, min(options.sample, len(every)))
    alive = [one for one in sample if survives(options.module, one.source, tests)]
    print(f"{options.module}: {len(alive)} of {len(sample)} survive, of {len(every)} mutants")
    for one in sorted(alive, key=lambda one: one.line):
        print(f"  {one}")
    return int(bool(alive))


if __name__ == "__main__":
    sys.exit(main())
