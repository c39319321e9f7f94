"""The labs of a lesson as HTML: which lab a cell shows, in its first state, and how to open it."""

from __future__ import annotations

import ast
import inspect
import json

from lrlib import labs
from lrlib.labs.kit.page import html

from .desk import open_lab


def lab_call(source: str, setup: str) -> tuple[str, dict[str, str]] | None:
    """The lab that a cell shows, with its parameters and the names of the functions given for them.

    `setup` is the notebook's first code, which may import a lab under another name. None where the
    cell does not end in a call of a lab.
    """
    imported = {
        alias.asname or alias.name: alias.name
        for node in ast.parse(setup).body
        if isinstance(node, ast.ImportFrom) and node.module == "lrlib.labs"
        for alias in node.names
    }
    match ast.parse(source).body:
        case [*_, ast.Expr(ast.Call(ast.Name(called), arguments, keywords))] if called in imported:
            name = imported[called]
        case _:
            return None
    bound = inspect.signature(getattr(labs, name)).bind(
        *(argument.id for argument in arguments if isinstance(argument, ast.Name)),
        **{k.arg: k.value.id for k in keywords if k.arg and isinstance(k.value, ast.Name)},
    )
    return name, dict(bound.arguments)


def live_lab(name: str, own: dict[str, str], key: str) -> str:
    """A lab of a lesson as HTML: its first state, frames for its first drag, and how to open it."""
    return html(open_lab(name, own), key, {"data-lab": name, "data-own": json.dumps(own)})
