"""A wrong version as an edit of a right one: the fault is all that is written down."""

from __future__ import annotations

import ast
import builtins
import dis
import inspect
import linecache
import textwrap
from collections.abc import Callable, Iterator
from functools import cache, cached_property
from types import CodeType
from typing import Any


class Edit:
    """A right version in which some pieces of its body are replaced.

    >>> def as_written(t, every):
    ...     return t / every
    >>> in_stairs = Edit(as_written, ("t / every", "t // every"))
    >>> in_stairs.function(7, 2)
    3

    Each change is a pair `(old, new)`. `old` occurs exactly once in the body of `base`, as it
    stands in the file; pieces do not overlap, so that the order of changes does not matter. `base`
    is a function of a module: it uses no variables of another function around it.
    """

    def __init__(self, base: Callable[..., Any], *changes: tuple[str, str]) -> None:
        self.base = base
        self.changes = changes
        self.source = self._edited()

    def _edited(self) -> str:
        head, body = _head_and_body(self.base)
        if not self.changes:
            raise self._wrong("at least one change (old, new)", "none", "say what is different")
        end, edited = 0, head
        for old, new in sorted(self.changes, key=lambda change: body.find(change[0])):
            if body.count(old) != 1:
                came = f"it {body.count(old)} times"
                raise self._wrong(f"{old!r} once in the body", came, "quote more of it, or less")
            start = body.index(old)
            if start < end:
                came = f"{old!r} inside another one"
                raise self._wrong("changes of different places", came, "make one change of both")
            edited += body[end:start] + new
            end = start + len(old)
        return edited + body[end:]

    def _wrong(self, expected: str, came: str, advice: str) -> ValueError:
        name = f"{self.base.__module__}.{self.base.__name__}"
        return ValueError(f"an edit of {name}: expected {expected}, got {came}; {advice}")

    @cached_property
    def function(self) -> Callable[..., Any]:
        """The edited function, compiled when it is first asked for; its source can be read."""
        changes = "; ".join(f"{old!r} -> {new!r}" for old, new in self.changes)
        file = f"{inspect.getfile(self.base)}, {self.base.__name__}, {changes}"
        linecache.cache[file] = len(self.source), None, self.source.splitlines(True), file
        # In names of its own, so that a function that calls itself calls the edited one.
        names = dict(self.base.__globals__)
        exec(compile(self.source, file, "exec"), names)
        unknown = {*_globals_of(names[self.base.__name__].__code__)} - {*names, *dir(builtins)}
        if unknown:
            expected = f"names that {self.base.__module__} has"
            raise self._wrong(expected, ", ".join(sorted(unknown)), "import them there")
        function: Callable[..., Any] = names[self.base.__name__]
        return function


def _globals_of(code: CodeType) -> Iterator[str]:
    """The names that a function, and those inside it, look up in their module."""
    yield from (i.argval for i in dis.get_instructions(code) if i.opname == "LOAD_GLOBAL")
    for inner in code.co_consts:
        if isinstance(inner, CodeType):
            yield from _globals_of(inner)


@cache
def _head_and_body(function: Callable[..., Any]) -> tuple[str, str]:
    """The source of a function without its decorators, cut where the body begins."""
    if function.__closure__:
        raise ValueError(
            f"expected a function of a module to edit, got {function.__qualname__}, which uses "
            f"{', '.join(function.__code__.co_freevars)} of the function around it"
        )
    lines = textwrap.dedent(inspect.getsource(function)).splitlines(True)
    tree = ast.parse("".join(lines)).body[0]
    assert isinstance(tree, ast.FunctionDef)
    begins = tree.body[0].lineno - 1
    return "".join(lines[tree.lineno - 1 : begins]), "".join(lines[begins:])
