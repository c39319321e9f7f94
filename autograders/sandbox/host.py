"""The trusted side of the sandbox: starts the warm process, asks, and bounds what comes back."""

from __future__ import annotations

import contextlib
import json
import math
import select
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any

import numpy as np

from .. import wire
from . import mounts
from .level import SandboxLevel, SandboxUnavailable

CELL_SECONDS = 2.0
START_SECONDS = 60.0
GRACE_SECONDS = 5.0
WALL_BASE, WALL_FACTOR = 10.0, 8.0
MAX_ANSWER_BYTES = 48 * 2**20
MAX_FATAL_CELLS = 4
MAX_MESSAGE = 400

ANSWERED, TOO_SLOW, CRASHED, MALFORMED, FAULT = (
    "answered", "too slow", "crashed", "malformed", "fault",
)  # fmt: skip


@dataclass(frozen=True)
class Cell:
    """One code cell: a name for messages, its text, and whether it is the course's own."""

    name: str
    source: str
    trusted: bool = False


@dataclass(frozen=True)
class Request:
    """The calls put to one exercise's function, and the CPU time that they may take together.

    `calls` may be the frame of the calls, encoded once for a whole class.
    """

    name: str
    calls: Sequence[dict[str, Any]] | bytes
    seconds: float = 2.0

    @property
    def frame(self) -> bytes:
        """The calls as one frame."""
        return self.calls if isinstance(self.calls, bytes) else wire.encode(list(self.calls))


@dataclass(frozen=True)
class Outcome:
    """What came back for one request.

    `status` is "answered"; "too slow", "crashed" or "malformed", which are the submission's own
    doing; or "fault", which is the machine's. `detail` says how a process ended.
    """

    name: str
    status: str
    answers: list[Any] = field(default_factory=list)
    detail: str = ""

    @property
    def answered(self) -> bool:
        """True when the answers arrived."""
        return self.status == ANSWERED


@dataclass(frozen=True)
class Fork:
    """What one fork sent before it ended: which cells raised, and the outcomes in order.

    `ended_in` is the cell in which it ended, where known; `cells_done` that it got past them all.
    """

    failed: dict[int, str]
    outcomes: list[Outcome]
    cpu_seconds: float
    cells_done: bool = True
    ended_in: int | None = None
    ending: str = ""


@dataclass(frozen=True)
class Survey:
    """What each failing cell raised, and the cells that cannot run with the others."""

    messages: dict[int, str]
    fatal: frozenset[int]


class _Lost(Exception):
    """The warm process did not answer as it must; a new one is needed."""


class Sandbox:
    """A warm process that is forked once per request, shut in as well as the machine allows.

    Use it as a context manager. It starts when first needed and again whenever it was lost.
    `allow_process` accepts `SandboxLevel.PROCESS` where namespaces are refused; `level` says what
    was obtained. One sandbox serves one thread at a time.
    """

    def __init__(
        self,
        *,
        allow_process: bool = False,
        namespaces: bool = True,
        wall: tuple[float, float] = (WALL_BASE, WALL_FACTOR),
    ) -> None:
        if not sys.platform.startswith("linux"):
            raise SandboxUnavailable(
                "grading other people's code needs Linux (bubblewrap and seccomp); check(...) in a "
                "notebook works here, and WSL 2, a container or a Linux machine can grade"
            )
        self.allow_process = allow_process
        self.namespaces = namespaces
        self.wall = wall
        self.cpu_seconds = 0.0
        self.starts = 0
        self._warm: dict[bool, _Warm] = {}
        self._refused = ""

    def __enter__(self) -> Sandbox:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """End the warm processes; the sandbox can be used again afterwards."""
        while self._warm:
            self._warm.popitem()[1].close()

    @property
    def level(self) -> SandboxLevel:
        """The level obtained on this machine (starts the warm process if need be)."""
        return self._process(False).level

    def run(
        self, cells: Sequence[Cell], requests: Sequence[Request], *, plotting: bool = False
    ) -> list[Outcome]:
        """Answer every request in a fork of its own: a crash or endless loop costs one request."""
        return [
            self.run_together(cells, [request], plotting=plotting).outcomes[0]
            for request in requests
        ]

    def survey(self, cells: Sequence[Cell], *, plotting: bool = False) -> Survey:
        """Say what each failing cell raised and which of them end the process they run in.

        The forks used here are sent no inputs, so that no message can hold a hidden one.
        """
        alive = list(range(len(cells)))
        messages: dict[int, str] = {}
        fatal: set[int] = set()
        while True:
            fork = self._fork([cells[n] for n in alive], [], plotting, explain=True)
            if fork.cells_done or fork.ended_in is None or fork.ended_in >= len(alive):
                messages |= {alive[n]: text for n, text in fork.failed.items() if n < len(alive)}
                return Survey(messages, frozenset(fatal))
            worst = alive.pop(fork.ended_in)
            messages[worst] = fork.ending
            fatal.add(worst)
            if len(fatal) > MAX_FATAL_CELLS:
                rest = dict.fromkeys(alive, "not run: too many cells before it crashed")
                return Survey(messages | rest, frozenset(range(len(cells))))

    def run_together(
        self, cells: Sequence[Cell], requests: Sequence[Request], *, plotting: bool = False
    ) -> Fork:
        """Answer all requests in one fork, as far as it comes.

        A machine fault is tried again once in a new warm process before it is reported as "fault".
        """
        return self._fork(cells, requests, plotting, explain=False)

    def _fork(
        self, cells: Sequence[Cell], requests: Sequence[Request], plotting: bool, explain: bool
    ) -> Fork:
        detail = ""
        for _ in range(2):
            try:
                warm = self._process(plotting)
                fork = warm.fork(cells, requests, explain, self.wall)
            except (_Lost, OSError) as error:
                detail = str(error)
                self._drop(plotting)
                continue
            self.cpu_seconds += fork.cpu_seconds
            if not warm.usable:
                self._drop(plotting)
            return fork
        return Fork({}, [Outcome(request.name, FAULT, detail=detail) for request in requests], 0.0)

    def _process(self, plotting: bool) -> _Warm:
        if plotting not in self._warm:
            self._warm[plotting] = self._start(plotting)
            self.starts += 1
        return self._warm[plotting]

    def _drop(self, plotting: bool) -> None:
        warm = self._warm.pop(plotting, None)
        if warm is not None:
            warm.close()

    def _start(self, plotting: bool) -> _Warm:
        if self.namespaces and not self._refused:
            program = mounts.available()
            if program is None:
                self._refused = "bubblewrap (the command bwrap) is not installed"
            else:
                try:
                    warm = _Warm(plotting, program)
                    if warm.level is SandboxLevel.ISOLATED or self.allow_process:
                        return warm
                    warm.close()
                    self._refused = "there is no system-call filter for this processor"
                except _Lost as error:
                    if self.starts:
                        raise
                    self._refused = str(error)
        if not self.allow_process:
            reason = self._refused or "namespaces were not asked for"
            raise SandboxUnavailable(
                f"expected a machine that can isolate student code, but {reason}; install "
                "bubblewrap and allow user namespaces, or accept less with allow_process=True"
            )
        return _Warm(plotting, None)


class _Warm:
    """One warm process and the socket over which it is told what to fork."""

    def __init__(self, plotting: bool, bubblewrap: str | None) -> None:
        self.usable = True
        self._folder = Path(tempfile.mkdtemp(prefix="autograders-"))
        self._control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        try:
            self._process = self._launch(theirs.fileno(), plotting, bubblewrap)
            theirs.close()
            ready = self._reply(START_SECONDS)
        except BaseException as error:
            theirs.close()
            self.close()
            if isinstance(error, _Lost):
                raise _Lost(self._complaint or str(error)) from None
            raise
        isolated = bubblewrap is not None and ready["filter"]
        self.level = SandboxLevel.ISOLATED if isolated else SandboxLevel.PROCESS

    _process: subprocess.Popen[bytes] | None = None
    _complaint = ""

    def _launch(
        self, control: int, plotting: bool, bubblewrap: str | None
    ) -> subprocess.Popen[bytes]:
        tree = self._folder / "tree"
        mounts.build_tree(tree)
        packages = mounts.package_paths()
        sites = mounts.site_folders(packages)
        if bubblewrap is not None:
            command = mounts.bubblewrap(bubblewrap, tree, packages) + mounts.command(
                mounts.INSIDE_TREE, sites, control, plotting, mounts.INSIDE_SCRATCH
            )
            env: dict[str, str] = {}
        else:
            site, scratch = self._folder / "site", self._folder / "scratch"
            site.mkdir()
            scratch.mkdir()
            for path in packages:
                (site / path.name).symlink_to(path)
            command = mounts.command(str(tree), [str(site)], control, plotting, str(scratch))
            env = mounts.environment(str(scratch))
        with (self._folder / "stderr").open("wb") as errors:
            return subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=errors,
                pass_fds=[control],
                env=env,
                cwd="/",
            )

    def close(self) -> None:
        """End the process and remove its folder."""
        self._control.close()
        process = self._process
        if process is not None:
            process.kill()
            process.wait()
        with contextlib.suppress(OSError):
            self._complaint = (self._folder / "stderr").read_text(errors="replace").strip()[-500:]
        shutil.rmtree(self._folder, ignore_errors=True)

    def fork(
        self,
        cells: Sequence[Cell],
        requests: Sequence[Request],
        explain: bool,
        wall: tuple[float, float],
    ) -> Fork:
        """Have one fork run the cells and answer the requests."""
        seconds = CELL_SECONDS + sum(request.seconds for request in requests)
        cpu = math.ceil(seconds) + 1
        limits = {"cpu_seconds": cpu, "wall_seconds": wall[0] + wall[1] * seconds}
        mine, theirs = socket.socketpair()
        with mine:
            try:
                socket.send_fds(self._control, [json.dumps(limits).encode()], [theirs.fileno()])
            except OSError as error:
                raise _Lost("the warm process has ended") from error
            finally:
                theirs.close()
            reader = _Reader(mine, self._control, time.monotonic() + limits["wall_seconds"])
            frames: list[Any] = []
            broken = ""
            try:
                reader.send(_work(cells, requests, explain))
                while len(frames) < 2 + (len(cells) if explain else len(requests)):
                    frames.append(reader.frame())
            except wire.FrameError as error:
                broken = str(error)
            except (EOFError, OSError):
                pass
            # The end of the channel tells an honest fork to end; the packet has any other killed.
            mine.close()
        if broken:
            self._control.send(b"stop")
        report = self._reply(limits["wall_seconds"] + GRACE_SECONDS, wait_first=0.05)
        report["late"] |= reader.expired
        self.usable = report["clean"]
        if not frames and not broken:
            raise _Lost("a fork could not be prepared for student code")
        del frames[:1]
        if explain:
            return _surveyed(frames, len(cells), report, cpu)
        return _fork_of(requests, frames, broken, report, cpu)

    def _reply(self, seconds: float, wait_first: float | None = None) -> dict[str, Any]:
        """The next packet of the warm process; a fork that lingers after its answers is stopped."""
        deadline = time.monotonic() + seconds
        wait = seconds if wait_first is None else wait_first
        while not select.select([self._control], [], [], wait)[0]:
            wait = deadline - time.monotonic()
            if wait_first is None or wait <= 0:
                raise _Lost("the warm process did not answer in time")
            self._control.send(b"stop")
            wait_first = None
        packet = self._control.recv(4096)
        if not packet:
            raise _Lost("the warm process has ended")
        return json.loads(packet)


class _Reader:
    """Frames from a fork, within a number of bytes and a time."""

    def __init__(self, channel: socket.socket, control: socket.socket, deadline: float) -> None:
        self.channel = channel
        self.deadline = deadline
        self.left = MAX_ANSWER_BYTES
        self.expired = False

    def send(self, data: bytes) -> None:
        self.channel.settimeout(max(0.01, self.deadline - time.monotonic()))
        self.channel.sendall(data)

    def frame(self) -> Any:
        prefix = self._exactly(wire.LENGTHS.size)
        size = sum(wire.lengths(prefix))
        self.left -= size
        if self.left < 0:
            raise wire.FrameError("more answers than a submission may send")
        return wire.decode(prefix + self._exactly(size))

    def _exactly(self, size: int) -> bytes:
        data = bytearray()
        while len(data) < size:
            left = self.deadline - time.monotonic()
            self.channel.settimeout(max(left, 0.001))
            try:
                part = self.channel.recv(min(size - len(data), 2**20))
            except TimeoutError:
                self.expired = True
                raise
            if not part:
                raise EOFError
            data += part
        return bytes(data)


def _work(cells: Sequence[Cell], requests: Sequence[Request], explain: bool) -> bytes:
    """The frame that tells a fork what to do; texts cross as bytes, whatever their length."""
    return wire.encode(
        {
            "cells": [
                [cell.name, np.frombuffer(cell.source.encode("utf-8", "replace"), np.uint8),
                 cell.trusted]
                for cell in cells
            ],
            "cell_seconds": CELL_SECONDS,
            "explain": explain,
            "requests": [
                {"calls": np.frombuffer(request.frame, np.uint8), "seconds": request.seconds}
                for request in requests
            ],
        }
    )  # fmt: skip


def _fork_of(
    requests: Sequence[Request],
    frames: list[Any],
    broken: str,
    report: dict[str, Any],
    cpu_limit: int,
) -> Fork:
    """Read what a fork sent and how it ended into the outcome of each request."""
    failed = _failed(frames[0]) if frames else {}
    if failed is None:
        broken = broken or "the first frame is not the grader's"
    outcomes = []
    for number, request in enumerate(requests, start=1):
        frame = frames[number] if number < len(frames) and not broken else None
        outcomes.append(_outcome(request.name, frame, broken, report, cpu_limit))
    return Fork(failed or {}, outcomes, report["cpu"], cells_done=bool(frames))


def _surveyed(frames: list[Any], count: int, report: dict[str, Any], cpu_limit: int) -> Fork:
    """Read the frames of a survey: one before each cell, and the last with what was raised."""
    failed = _failed(frames[-1]) if len(frames) == count + 1 else None
    ending = _outcome("", None, "", report, cpu_limit)
    return Fork(
        failed or {}, [], report["cpu"],
        cells_done=failed is not None,
        ended_in=max(len(frames) - 1, 0),
        ending="used more CPU time than a cell may" if ending.status == TOO_SLOW
        else f"ended the process: {ending.detail}",
    )  # fmt: skip


def _failed(frame: Any) -> dict[int, str] | None:
    try:
        return {int(at): str(text)[:MAX_MESSAGE] for at, text in frame["failed"]}
    except (KeyError, TypeError, ValueError, OverflowError):
        return None


def _outcome(name: str, frame: Any, broken: str, report: dict[str, Any], cpu_limit: int) -> Outcome:
    if broken:
        return Outcome(name, MALFORMED, detail=broken)
    if frame is None:
        if report["late"] or report["cpu"] >= cpu_limit - 0.5:
            return Outcome(name, TOO_SLOW, detail=f"{report['cpu']:.1f} s of CPU time")
        return Outcome(name, CRASHED, detail=_ending(report["code"]))
    if isinstance(frame, dict) and isinstance(frame.get("answers"), list):
        return Outcome(name, ANSWERED, frame["answers"])
    stopped = frame.get("stopped") if isinstance(frame, dict) else None
    if stopped == "time":
        return Outcome(name, TOO_SLOW, detail="its CPU time was used up")
    if isinstance(stopped, str):
        return Outcome(name, CRASHED, detail=_RAISED.get(stopped, "an exception of its own kind"))
    return Outcome(name, MALFORMED, detail="a frame that is not an answer")


# An exit code or a type's name chosen by the student could carry a hidden input out of the process.
_RAISED = {
    name: f"it raised {name}" for name in ("BaseException", "GeneratorExit", "KeyboardInterrupt")
}


def _ending(code: int) -> str:
    if code >= 0:
        return "it ended itself"
    return "a segmentation fault" if code in (-11, -7) else "it was stopped by a signal"
