"""One fork of the warm process: runs a submission's cells, then answers calls to its functions."""

from __future__ import annotations

import math
import re
import signal
import socket
import sys
import time
from types import CodeType, ModuleType
from typing import Any

import numpy as np

import autograders.protocol.calls as calls
import autograders.protocol.codec as wire

from . import standins

MAGIC = re.compile(r"%{1,2}[A-Za-z_].*|!(?!=).*|\?.*|[^#'\"=]*\?{1,2}")
CELL_MAGIC = re.compile(r"^\s*%%(\w+)")
HARMLESS_CELL_MAGICS = frozenset({"time", "timeit", "capture", "prun"})
TICK_SECONDS = 0.05


class OutOfTime(BaseException):
    """Raised where student code is when its CPU time is used up."""


def receive(channel: socket.socket) -> Any:
    """Read one frame from the trusted side."""
    prefix = _read(channel, wire.LENGTHS.size)
    return wire.decode(prefix + _read(channel, sum(wire.lengths(prefix))))


def _read(channel: socket.socket, size: int) -> bytes:
    parts = []
    while size:
        part = channel.recv(min(size, 2**20))
        if not part:
            raise EOFError
        parts.append(part)
        size -= len(part)
    return b"".join(parts)


def compile_cell(text: str, name: str) -> CodeType | None:
    """Compile a cell; notebook magics are left out, and a cell of another language altogether."""
    filename = f"<cell {name}>"
    try:
        return compile(text, filename, "exec", dont_inherit=True)
    except SyntaxError:
        plain = without_magics(text)
        if plain is None:
            return None
        if plain == text:
            raise
        return compile(plain, filename, "exec", dont_inherit=True)


def without_magics(text: str) -> str | None:
    """Blank out lines that only a notebook understands, keeping every other line where it is."""
    lines = text.split("\n")
    first = next((i for i, line in enumerate(lines) if line.strip()), 0)
    magic = CELL_MAGIC.match(lines[first])
    if magic:
        if magic[1] not in HARMLESS_CELL_MAGICS:
            return None
        lines[first] = ""
    for i, line in enumerate(lines):
        if MAGIC.fullmatch(line.strip()):
            lines[i] = line[: len(line) - len(line.lstrip())] + "pass"
    return "\n".join(lines)


def run(channel: socket.socket, work: dict[str, Any]) -> None:
    """Serve one request and return; the caller ends the process.

    The work is `{"cells": [[name, UTF-8 bytes, trusted]], "cell_seconds", "explain", "requests":
    [{"calls": a frame as bytes, "seconds"}]}`. The answer is a frame that says that student code is
    about to run (without it the fault is ours), one frame with the numbers of the cells that
    raised, and one frame for each request. With `explain` there is a frame before each
    cell, so that the one which ends the process is known, and the last says what was raised.
    """
    send = channel.sendall
    main = ModuleType("__main__")
    sys.modules["__main__"] = main
    namespace = main.__dict__
    namespace.update(display=standins.Inert(), get_ipython=standins.Inert())
    time.sleep = _no_sleep  # type: ignore[assignment]
    failed = []
    send(wire.encode("started"))
    with calls.quiet():
        for number, (name, text, trusted) in enumerate(work["cells"]):
            if work["explain"]:
                send(wire.encode(number))
            standins.allow_reference_names(trusted)
            fault = run_cell(bytes(text).decode(), name, namespace, work["cell_seconds"])
            if fault is not None:
                failed.append([number, describe(fault) if work["explain"] else ""])
    send(wire.encode({"failed": failed}))
    for request in work["requests"]:
        send(wire.encode(answer(namespace, request)))


REHEARSAL = """\
import numpy as np


def rehearse(w, factor, *, steps, grad=None):
    if steps < 0:
        raise ValueError(steps)
    return w * factor, [float(np.sqrt(np.abs(w)).sum())] * steps, {"w": w + 1}
"""


def rehearse() -> None:
    """Do once, before the forks, what each of them does.

    The interpreter specialises code that has run a few times, and memory that a fork writes to is
    copied page by page: what is warm here costs no fork anything.
    """
    namespace: dict[str, Any] = {}
    recipe = wire.Recipe("linear_grad", {"slope": np.ones(3), "shift": 0.5})
    call: dict[str, Any] = {"do": calls.CALL, "name": "rehearse", "then": None, "frozen": False}
    call["record"] = False
    call |= {"args": [np.arange(3.0), 0.5], "kwargs": {"steps": 2, "grad": recipe}}
    refused = call | {"frozen": True, "kwargs": {"steps": -1}}
    request = wire.encode([call, refused])
    for _ in range(20):
        run_cell(REHEARSAL, "rehearsal", namespace, math.inf)
        answers = calls.run_calls(namespace, wire.decode(request))
        wire.decode(wire.encode({"answers": answers}))


def run_cell(
    text: str, name: str, namespace: dict[str, Any], seconds: float
) -> BaseException | None:
    """Run one cell and return what it raised, if anything: the cells after it run all the same."""
    try:
        _allow(seconds)
        code = compile_cell(text, name)
        if code is not None:
            exec(code, namespace)
    except BaseException as error:
        return error
    finally:
        _allow(0)
    return None


def answer(namespace: dict[str, Any], request: dict[str, Any]) -> dict[str, Any]:
    """Answer the calls of one exercise, or say that its CPU time was used up."""
    try:
        _allow(request["seconds"])
        answers = calls.run_calls(namespace, wire.decode(bytes(request["calls"])))
    except OutOfTime:
        return {"stopped": "time"}
    except BaseException as error:
        return {"stopped": type(error).__name__}
    finally:
        _allow(0)
    return {"answers": answers}


def describe(error: BaseException) -> str:
    """One line: the kind of exception, its message, and the line of the cell it came from."""
    if isinstance(error, OutOfTime):
        return "used more CPU time than a cell may"
    line = error.lineno if isinstance(error, SyntaxError) else None
    trace = error.__traceback__
    while trace is not None:
        if trace.tb_frame.f_code.co_filename.startswith("<cell "):
            line = trace.tb_lineno
        trace = trace.tb_next
    try:
        message = (error.msg if isinstance(error, SyntaxError) else str(error)) or ""
    except BaseException:
        message = ""
    where = f" (line {line})" if line else ""
    return (
        f"{type(error).__name__}: {message[:300]}{where}"
        if message
        else (f"{type(error).__name__}{where}")
    )


_cpu_time = time.process_time
_deadline = math.inf


def start_clock() -> None:
    """Look at the CPU time used again and again from now on, and raise `OutOfTime` when it is up.

    One timer, set before the filter refuses to set any, ticks for all cells and requests: student
    code can neither disarm nor delay it. Code that ignores it meets the kernel's own limit.
    """
    signal.signal(signal.SIGPROF, _tick)
    signal.setitimer(signal.ITIMER_PROF, TICK_SECONDS, TICK_SECONDS)


def _allow(seconds: float) -> None:
    global _deadline
    _deadline = _cpu_time() + seconds if seconds else math.inf


def _tick(number: int, frame: Any) -> None:
    if _cpu_time() >= _deadline:
        raise OutOfTime


def _no_sleep(seconds: float) -> None:
    """Nobody waits for an animation when a notebook is graded."""
