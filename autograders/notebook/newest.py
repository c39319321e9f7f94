"""Whether a function in a notebook is the newest version that a cell of it defines."""

from __future__ import annotations

import dis
import json
import sys
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from types import CodeType
from typing import Any

from . import missing

ANSWERS = (dict, list, tuple, set, str)  # right or wrong, what a quiz may be answered with
EARLIER = "this is the verdict on your earlier version. Mend that cell, or run it, and check again."


@dataclass(frozen=True)
class Version:
    """The cell that defined a name, as it was when it ran."""

    cell: str | None
    source: str
    at: float


class Cells:
    """Follows the cells that run in an IPython shell, and what each of them defined.

    A cell that fails before a definition, or no longer has it, leaves the old value behind: that
    value is out of date, and stays so until some cell defines the name again.
    """

    def __init__(self, shell: Any) -> None:
        self.shell = shell
        self._before = self._values()
        self._versions: dict[str, Version] = {}
        self._outdated: dict[str, tuple[Any, str]] = {}
        self._ran: set[str] = set()
        self._now: str | None = None
        shell.events.register("pre_run_cell", self._about_to_run)
        shell.events.register("post_run_cell", self._has_run)

    def doubt(self, value: Any) -> str:
        """Say why a value, or a function that it calls, is not what the notebook says; or ""."""
        values = self._values()
        names = [name for name, known in values.items() if known is value]
        for name in names:
            code = getattr(values[name], "__code__", None)
            called = _globals_of(code) if isinstance(code, CodeType) else ()
            names += [other for other in called if other in values and other not in names]
        for name in names:
            old, why = self._outdated.get(name, (None, ""))
            why = why if old is values[name] else self._as_saved(name)
            if why:
                return f"{why}; {EARLIER}"
        return ""

    def explain(self, name: str, near: Iterable[str] = ()) -> str:
        """Say why there is no `name` in the notebook, and what to do; or ""."""
        if name in self._outdated:
            return f"{self._outdated[name][1]}, so there is no `{name}` yet."
        return missing.explain(name, self._ran, self._now, {*self.shell.user_ns, *near})

    def _values(self) -> dict[str, Any]:
        return {
            name: value
            for name, value in self.shell.user_ns.items()
            if not name.startswith("_") and (callable(value) or isinstance(value, ANSWERS))
        }

    def _about_to_run(self, info: Any) -> None:
        self._before = self._values()
        self._now = getattr(info, "cell_id", None)

    def _has_run(self, result: Any) -> None:
        if result is None:
            return
        source, cell = result.info.raw_cell or "", getattr(result.info, "cell_id", None)
        before, self._before = self._before, self._values()
        made = {name for name, value in self._before.items() if before.get(name) is not value}
        written = _names_in(source)
        earlier = {name: v for name, v in self._versions.items() if cell and v.cell == cell}
        error = result.error_before_exec or result.error_in_exec
        if error is not None:
            how = self._stopped(error)
            lost = {
                name: f"The cell that defines `{name}` {how}"
                for name in (written | set(earlier)) - made
            }
        else:
            instead = ", ".join(f"`{name}`" for name in sorted(made & written))
            now = f"now defines {instead} instead" if instead else "no longer does"
            lost = {
                name: f"The cell that defined `{name}` {now}"
                for name in set(earlier) - made - written
                if name in _names_in(earlier[name].source)
            }
        self._outdated |= {name: (self._before.get(name), why) for name, why in lost.items()}
        for name in made:
            self._outdated.pop(name, None)
            self._versions[name] = Version(cell, source, time.time())
        if isinstance(error, NameError) and error.name and error.name not in lost:
            said = self.explain(error.name, _names_where(error))
            print(said, end="\n" if said else "")
        if cell:
            self._ran.add(cell)

    def _stopped(self, error: BaseException) -> str:
        if isinstance(error, KeyboardInterrupt):
            return "was stopped by you before it got there"
        line = error.lineno if isinstance(error, SyntaxError) else None
        trace = error.__traceback__
        while trace is not None and line is None:
            if trace.tb_frame.f_globals is self.shell.user_ns:
                line = trace.tb_lineno
            trace = trace.tb_next
        kind = type(error).__name__
        article = "an" if kind[0] in "AEIOU" else "a"
        return f"stopped with {article} {kind}" + (f" in line {line}" if line else "")

    def _as_saved(self, name: str) -> str:
        """Compare what ran with the notebook's file, where it was saved after that.

        A kernel sees no text that is neither run nor saved.
        """
        ran = self._versions.get(name)
        saved = missing.notebook()
        if ran is None or ran.cell is None or saved is None:
            return ""
        try:
            if saved.stat().st_mtime <= ran.at:
                return ""
            cells = json.loads(saved.read_text("utf-8"))["cells"]
            sources = {cell["id"]: "".join(cell["source"]) for cell in cells}
        except (OSError, ValueError, KeyError, TypeError):
            return ""
        if ran.cell not in sources:
            return f"The cell that defined `{name}` is no longer in your saved notebook"
        if sources[ran.cell].strip() != ran.source.strip():
            return f"The cell that defines `{name}` was edited and not run"
        return ""


_cells: Cells | None = None


def follow() -> Cells | None:
    """Follow the cells of the running IPython shell from now on; None where there is no shell."""
    global _cells
    shell = getattr(sys.modules.get("IPython"), "get_ipython", lambda: None)()
    if shell is None:
        return None
    if _cells is None or _cells.shell is not shell:
        _cells = Cells(shell)
    return _cells


def doubt(value: Any) -> str:
    """Say why a value is not the newest version in the notebook; "" where nothing is known."""
    cells = follow()
    return cells.doubt(value) if cells else ""


def explain(name: str, near: Iterable[str] = ()) -> str:
    """Say why there is no `name` in the notebook, and what to do; "" where nothing is known."""
    cells = follow()
    return cells.explain(name, near) if cells else ""


def load_ipython_extension(shell: Any) -> None:
    """Follow a kernel from its start, before a cell has imported anything (see `start.py`)."""
    follow()


def _names_in(source: str) -> set[str]:
    """The names that a cell seems to define; it may be one that Python cannot read."""
    return {first or second for first, second in missing.DEFINES.findall(source)}


def _names_where(error: BaseException) -> set[str]:
    """The local names of the function in which an exception was raised."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return set(trace.tb_frame.f_locals) if trace else set()


def _globals_of(code: CodeType) -> Iterator[str]:
    for instruction in dis.get_instructions(code):
        if instruction.opname == "LOAD_GLOBAL":
            yield instruction.argval
    for inner in code.co_consts:
        if isinstance(inner, CodeType):
            yield from _globals_of(inner)
