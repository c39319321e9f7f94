"""One warm process, started and told what to fork; what its forks send is bounded here."""

from __future__ import annotations

import contextlib
import itertools
import json
import math
import select
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from ..declare.catalogue import Surroundings, chosen
from ..protocol import codec as wire
from . import mounts
from .level import SandboxLevel
from .outcome import Cell, Fork, Request, fork_of, survey_of

CELL_SECONDS = 2.0
START_SECONDS = 60.0
GRACE_SECONDS = 5.0
MAX_ANSWER_BYTES = 48 * 2**20


class Lost(Exception):
    """The warm process did not answer as it must; a new one is needed."""


class Warm:
    """One warm process and the socket over which it is told what to fork."""

    def __init__(self, plotting: bool, bubblewrap: str | None, surroundings: Surroundings) -> None:
        self.usable = True
        self._surroundings = surroundings
        self._folder = Path(tempfile.mkdtemp(prefix="autograders-"))
        self._control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        try:
            self._process = self._launch(theirs.fileno(), plotting, bubblewrap)
            theirs.close()
            ready = self._reply(START_SECONDS)
        except BaseException as error:
            theirs.close()
            self.close()
            if isinstance(error, Lost):
                raise Lost(self._complaint or str(error)) from None
            raise
        self.walls: dict[str, str] = ready["walls"]
        self.reached: str = ready["reached"]
        isolated = bubblewrap is not None and ready["filter"]
        self.level = SandboxLevel.ISOLATED if isolated else SandboxLevel.PROCESS
        if bubblewrap is not None:
            # All that runs inside is imported by now; nothing is left to find, or to clean up.
            shutil.rmtree(self._folder, ignore_errors=True)

    _process: subprocess.Popen[bytes] | None = None
    _complaint = ""

    def _launch(
        self, control: int, plotting: bool, bubblewrap: str | None
    ) -> subprocess.Popen[bytes]:
        tree = self._folder / "tree"
        mounts.build_tree(tree)
        around = self._surroundings
        packages = mounts.package_paths(around.packages)
        sites = mounts.site_folders(packages)
        names = asdict(around)
        # The exercises hold the reference's right answers: whatever lies on disk is covered.
        private = (*around.withheld, chosen())
        if bubblewrap is not None:
            command = mounts.bubblewrap(bubblewrap, tree, packages, private)
            command += mounts.command(
                mounts.INSIDE_TREE, sites, control, plotting, mounts.INSIDE_SCRATCH, names,
                {"box": mounts.SCRATCH_BYTES},
            )  # fmt: skip
            env: dict[str, str] = {}
        else:
            site, scratch = self._folder / "site", self._folder / "scratch"
            site.mkdir()
            scratch.mkdir()
            for path in packages:
                (site / path.name).symlink_to(path)
            limits = {"box": 0, **mounts.open_files(self._folder, packages, private)}
            command = mounts.command(
                str(tree), [str(site)], control, plotting, str(scratch), names, limits
            )
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
                raise Lost("the warm process has ended") from error
            finally:
                theirs.close()
            reader = _Reader(mine, self._control, time.monotonic() + limits["wall_seconds"])
            frames: list[Any] = []
            times: list[float] = []
            broken = ""
            try:
                reader.send(_work(cells, requests, explain))
                while len(frames) < 2 + (len(cells) if explain else len(requests)):
                    frames.append(reader.frame())
                    times.append(time.monotonic())
                    if len(frames) == 2 and not explain:
                        # What the cells have not used is not there for the requests.
                        rest = math.ceil(sum(request.seconds for request in requests)) + 1
                        self._control.send(str(rest).encode())
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
        cpu = report["limit"] or cpu
        self.usable = report["clean"]
        if not frames and not broken:
            raise Lost("a fork could not be prepared for student code")
        del frames[:1]
        if explain:
            return survey_of(frames, len(cells), report, cpu)
        waits = [after - before for before, after in itertools.pairwise(times[1:])]
        return fork_of(len(cells), requests, frames, broken, report, cpu, waits)

    def _reply(self, seconds: float, wait_first: float | None = None) -> dict[str, Any]:
        """The next packet of the warm process; a fork that lingers after its answers is stopped."""
        deadline = time.monotonic() + seconds
        wait = seconds if wait_first is None else wait_first
        while not select.select([self._control], [], [], wait)[0]:
            wait = deadline - time.monotonic()
            if wait_first is None or wait <= 0:
                raise Lost("the warm process did not answer in time")
            self._control.send(b"stop")
            wait_first = None
        packet = self._control.recv(4096)
        if not packet:
            raise Lost("the warm process has ended")
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
