"""Earns what can be earned by copying: every expression of a lesson's words, tried as its answer.

    python -m tests.course.copying        the points that each function gives away

It reads what a learner reads before a function: the released docstring and all text above it, code
spans and formulas included, but no code cell. Whatever Python can read of it, with the function's
own arguments and a few words of mathematics, becomes a function, and the best one counts.
"""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import numpy as np

from autograders.declare.catalogue import of_unit
from autograders.declare.exercise import Exercise
from autograders.judging.laws import run
from autograders.judging.plan import Plan, plan_for
from course.cells import split_cells
from course.lessons import lesson_files

COURSE = Path(__file__).resolve().parents[2] / "course"
MATHS: dict[str, object] = {
    name: getattr(np, name)
    for name in ("sqrt", "exp", "log", "log2", "log10", "cos", "pi", "floor", "ceil", "sign")
}
MATHS |= {name: getattr(np, name) for name in ("mean", "median", "ones_like", "zeros_like")}
MATHS |= {"abs": abs, "min": min, "max": max, "sum": sum, "len": len, "round": round, "np": np}
MATHS |= {"int": int, "float": float, "range": range, "list": list, "sorted": sorted}
# What a symbol of a formula may be called as an argument, in the order of trying.
GREEK = {
    r"\eta": ("lr", "lr0", "lr_max", "max_lr", "rate"),
    r"\gamma": ("gamma", "decay"),
    r"\beta": ("beta", "beta1", "beta2", "rho"),
    r"\mu": ("mu", "momentum"),
    r"\rho": ("rho", "beta"),
    r"\varepsilon": ("eps",),
    r"\epsilon": ("eps",),
    r"\lambda": ("weight_decay", "curvature"),
    r"\sigma^2": ("grad_variance", "sample_variance", "variance"),
    "g": ("g", "grad", "gradient"),
    "c": ("c", "curvature"),
    "s": ("s", "mean_square", "total"),
    "k": ("k", "rate"),
    "T": ("steps", "every"),
    "B": ("batch_size",),
    "v": ("v", "velocity"),
    "a": ("a", "accumulator"),
    "n": ("n", "size"),
}


def candidates(text: str, arguments: list[str]) -> Iterator[str]:
    """Every body of a function that the text holds, as lines of Python."""
    spans = re.findall(r"`([^`]+)`", text)
    formulas = re.findall(r"\$\$(.+?)\$\$|\$([^$]+)\$", text, re.DOTALL)
    plain = re.sub(r"\s+", " ", re.sub(r"[`$]", " ", text))
    for span in spans + pieces(plain):
        yield from bodies(span, arguments)
    for display, inline in formulas:
        formula = re.sub(r"\\q?quad|,?\n|, (?=\\)", ";", display or inline)
        yield from bodies(python_of(formula, arguments), arguments)


def pieces(plain: str) -> list[str]:
    """The runs of words and signs that look like code, whole and cut at colons and commas."""
    runs = re.findall(r"[\w.()\[\]]+(?: ?(?:\*\*|//|[<>]=?|[-+*/=%(),]) ?[\w.()\[\]]+)+", plain)
    return [part for whole in runs for part in (whole, *re.split(r"[,:=] ?", whole))]


def python_of(formula: str, arguments: list[str]) -> str:
    """A formula as Python: fractions, roots, powers, and arguments for symbols."""
    text = re.sub(r"\\(?:(?:left|right|quad|qquad)(?![a-z])|[,;!]|text\{[^}]*\})", " ", formula)
    for symbol, names in GREEK.items():
        name = next((name for name in names if name in arguments), None)
        if name:
            pattern = re.escape(symbol) + (r"(?:_0)?(?![a-zA-Z])" if symbol[0] == "\\" else r"\b")
            text = re.sub(
                (r"(?<![\\a-zA-Z])" if symbol[0] != "\\" else "") + pattern, f" {name} ", text
            )
    for _ in range(4):
        text = re.sub(r"\\[td]?frac *\{([^{}]*)\} *\{([^{}]*)\}", r"((\1)/(\2))", text)
        text = re.sub(r"\\sqrt *\{([^{}]*)\}", r"sqrt(\1)", text)
        text = re.sub(r"\^ *\{([^{}]*)\}", r"**(\1)", text)
    text = re.sub(r"\^ *(\w)", r"**\1", text)
    text = text.replace(r"\leftarrow", "=").replace(r"\cdot", "*").replace(r"\approx", "=")
    text = re.sub(r"\\(sqrt|exp|log|cos|pi|min|max|floor)\b", r"\1", text)
    text = re.sub(r"(?<=[\w)]) +(?=[\w(])", "*", re.sub(r"\\[a-z]+|[{}&]", " ", text))
    return re.sub(r"(sqrt|exp|log|cos|min|max)\*?\(", r"\1(", re.sub(r"\* *\*", "**", text))


def bodies(code: str, arguments: list[str]) -> Iterator[str]:
    """The code as an answer: its last expression, or its assignments one after the other."""
    parts = [part.strip(" .") for part in re.split(r";|,(?= *\w+ *=[^=])|\\\\", code)]
    lines, given = [], []
    for part in parts:
        name, equals, value = part.rpartition("=")
        for text in dict.fromkeys([part, value.strip()]):
            if readable(text, arguments):
                yield f"return {text}"
        name = name.strip().split("=")[-1].strip()
        if equals and name.isidentifier() and readable(value.strip(), [*arguments, *given]):
            lines.append(f"{name} = {value.strip()}")
            given.append(name)
    if lines:
        yield "\n    ".join([*lines, f"return {given[-1]}"])
        kept = [name for name in arguments if name in given] or given
        yield "\n    ".join([*lines, f"return {', '.join(kept)}"])


def readable(text: str, names: list[str]) -> bool:
    """Whether the text is an expression over the names, with something to work out."""
    try:
        tree = ast.parse(text, mode="eval")
    except (SyntaxError, ValueError, MemoryError, RecursionError):
        return False
    used = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    bound = {n.id for n in ast.walk(tree) if isinstance(n, ast.Name) and type(n.ctx) is ast.Store}
    return bool(used & set(names)) and used - bound <= {*names, *MATHS}


def earned(plan: Plan, text: str) -> tuple[float, str]:
    """The most points that a copy earns, and the copy."""
    exercise, best = plan.exercise, (0.0, "")
    signature = exercise.signature
    tree = ast.parse(f"def {signature}: pass").body[0]
    assert isinstance(tree, ast.FunctionDef)
    arguments = [a.arg for a in (*tree.args.args, *tree.args.kwonlyargs)]
    for body in dict.fromkeys(candidates(text, arguments)):
        place = dict(MATHS)
        exec(f"def {signature}:\n    {body}", place)
        function = place[exercise.name]
        assert isinstance(function, Callable)  # type: ignore[arg-type]
        try:
            with np.errstate(all="ignore"):
                score = run(plan, function).score  # type: ignore[arg-type]
        except Exception:
            continue
        best = max(best, (score, body))
    return best


@cache
def copied(unit: str) -> dict[str, tuple[float, float, str]]:
    """For each function of a unit: points earned by copying, points to be had, and the copy."""
    items, text, found = of_unit(unit), "", {}
    path = next(path for path in lesson_files(COURSE) if path.parent.name == unit)
    for cell in split_cells(path.read_text("utf-8"), unit):
        name = cell.metadata.get("nbgrader", {}).get("grade_id", "")
        item = items.get(name)
        if cell.cell_type == "markdown" and not name:
            text += "\n" + cell.source
        elif isinstance(item, Exercise):
            docstring = re.search(r'"""(.*?)"""', cell.source, re.DOTALL)
            plan = plan_for(item, 0)
            score, body = earned(plan, text + "\n" + (docstring[1] if docstring else ""))
            found[name] = score, float(item.points), body
    return found


def main() -> None:
    """Print what copying earns, function by function."""
    sums = np.zeros(2)
    for path in lesson_files(COURSE):
        if sys.argv[1:] and not any(path.parent.name.startswith(unit) for unit in sys.argv[1:]):
            continue
        for name, (score, most, body) in copied(path.parent.name).items():
            sums += score, most
            print(f"{path.parent.name[:2]} {name:26} {score:4.1f} of {most:3.0f}  {body!r:.90}")
    print(f"copying earns {sums[0]:.1f} of {sums[1]:.0f} points, {sums[0] / sums[1]:.1%}")


if __name__ == "__main__":
    main()
