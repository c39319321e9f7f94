"""Source text -> tokens that stay the same when names, comments and layout change."""

from __future__ import annotations

import ast
import builtins
import io
import keyword
import tokenize
import warnings
from collections.abc import Iterator

LONGEST = 100_000
KEPT = frozenset(dir(builtins)) - {"_"}
FLIPPED: dict[type, str] = {ast.Gt: "Lt", ast.GtE: "LtE"}

Token = tuple[str, int]
"""What stands there, and in which line, from 1."""


def tokens(source: str) -> list[Token]:
    """The tokens of a code cell.

    What Python can parse becomes its syntax tree in order: names of variables, functions and
    arguments are one token, docstrings and annotations none, `a > b` is `b < a`, `x += y` is
    `x = x + y`. Attributes (`np.floor`) and built-in functions keep their names. What it cannot
    parse is cut into words and signs.
    """
    text = "\n".join(
        "" if line.lstrip().startswith(("%", "!", "?")) else line
        for line in source[:LONGEST].split("\n")
    )
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(text)
        return list(_walk(tree, 1))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return list(_words(text))


def _walk(node: ast.AST, line: int) -> Iterator[Token]:
    line = getattr(node, "lineno", line)
    match node:
        case ast.Name(id=name):
            yield (name if name in KEPT else "name"), line
            return
        case ast.Constant(value=value):
            yield type(value).__name__, line
            return
        case ast.Attribute(value=value, attr=attr):
            yield from _walk(value, line)
            yield f".{attr}", line
            return
        case ast.arg():
            yield "arg", line
            return
        case ast.AnnAssign(target=target, value=value):
            yield "Assign", line
            yield from _walk(target, line)
            if value is not None:
                yield from _walk(value, line)
            return
        case ast.AugAssign(target=target, op=op, value=value):
            yield "Assign", line
            yield from _walk(target, line)
            yield from _binary(target, op, value, line)
            return
        case ast.BinOp(left=left, op=op, right=right):
            yield from _binary(left, op, right, line)
            return
        case ast.Compare(left=left, ops=[op], comparators=[right]):
            flipped = FLIPPED.get(type(op))
            yield flipped or type(op).__name__, line
            for side in (right, left) if flipped else (left, right):
                yield from _walk(side, line)
            return
        case ast.FunctionDef() | ast.AsyncFunctionDef():
            yield "def", line
            yield from _walk(node.args, line)
            yield from _body(node.body, line)
            yield "end", line
            return
        case ast.Module(body=body):
            yield from _body(body, line)
            return
        case ast.expr_context():
            return
    yield type(node).__name__, line
    for child in ast.iter_child_nodes(node):
        yield from _walk(child, line)


def _binary(left: ast.AST, op: ast.AST, right: ast.AST, line: int) -> Iterator[Token]:
    yield type(op).__name__, line
    yield from _walk(left, line)
    yield from _walk(right, line)


def _body(body: list[ast.stmt], line: int) -> Iterator[Token]:
    """The statements but for texts that stand alone: docstrings and notes do nothing."""
    for statement in body:
        if isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant):
            continue
        yield from _walk(statement, line)


def _words(text: str) -> Iterator[Token]:
    """Words and signs as far as they can be told apart; comments and line ends are left out."""
    skipped = {tokenize.COMMENT, tokenize.NL, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT}
    try:
        for found in tokenize.generate_tokens(io.StringIO(text).readline):
            line = found.start[0]
            if found.type in skipped or found.type == tokenize.ENDMARKER:
                continue
            if found.type == tokenize.NAME:
                known = keyword.iskeyword(found.string) or found.string in KEPT
                yield (found.string if known else "name"), line
            elif found.type in (tokenize.NUMBER, tokenize.STRING):
                yield tokenize.tok_name[found.type], line
            else:
                yield found.string, line
    except (tokenize.TokenError, SyntaxError):
        return
