"""The grader's side of the reader: asks, waits within bounds, and ends what goes beyond them."""

from __future__ import annotations

import atexit
import contextlib
import json
import math
import os
import pickle
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from functools import lru_cache
from typing import Any

from ..submission.files import Refused
from .process import LENGTH, MEMORY

START = "from autograders.reader.process import main; main()"
CPU_SECONDS = 10.0
WALL_FACTOR, WALL_BASE = 10.0, 60.0
"""The wall clock is a wide backstop: on a busy machine a process gets little of the processor."""


class BoundReached(Refused):
    """Reading a student's text took more time or memory than any honest one: a person must look."""


class ReaderFailed(RuntimeError):
    """The reader met an error of ours; what it says is for the log."""


class Reader:
    """A process that reads students' text, started when first needed and after each that it lost.

    One reader serves one thread at a time.
    """

    def __init__(self, cpu_seconds: float = CPU_SECONDS) -> None:
        self.cpu_seconds = cpu_seconds
        self.starts = 0
        self._process: subprocess.Popen[bytes] | None = None
        self._lock = threading.Lock()

    def __enter__(self) -> Reader:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    def close(self) -> None:
        """End the process; the reader can be used again afterwards."""
        process, self._process = self._process, None
        if process is not None:
            process.kill()
            for stream in (process.stdin, process.stdout):
                with contextlib.suppress(OSError):
                    stream.close()  # type: ignore[union-attr]
            process.wait()

    def read(self, function: Callable[..., Any], *arguments: Any) -> Any:
        """What a function of a module makes of a student's text, as JSON has it.

        Raises what the text is refused with, `BoundReached` when reading it takes too much, and
        `ReaderFailed` for an error of ours.
        """
        with self._lock:
            return self._ask(function, *arguments)

    def _running(self) -> subprocess.Popen[bytes]:
        if self._process is None or self._process.poll() is not None:
            self.close()
            self.starts += 1
            # `-P`: no module of that name beside what is being graded is taken for ours.
            paths = [path for path in sys.path if path]
            self._process = subprocess.Popen(
                [sys.executable, "-P", "-c", START],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                env={
                    **os.environ,
                    "OPENBLAS_NUM_THREADS": "1",
                    "PYTHONPATH": os.pathsep.join(paths),
                },
            )
        return self._process

    def _ask(self, function: Callable[..., Any], *arguments: Any) -> Any:
        process = self._running()
        assert process.stdin is not None and process.stdout is not None
        data = pickle.dumps((function, arguments))
        backstop = threading.Timer(WALL_BASE + WALL_FACTOR * self.cpu_seconds, process.kill)
        backstop.start()
        try:
            self._allow(process)
            process.stdin.write(LENGTH.pack(len(data)) + data)
            process.stdin.flush()
            head = process.stdout.read(LENGTH.size)
            size = LENGTH.unpack(head)[0] if len(head) == LENGTH.size else 0
            answer = process.stdout.read(size)
        except OSError:
            size = 0
        except BaseException:
            self.close()
            raise
        finally:
            backstop.cancel()
        if not size or len(answer) != size:
            self.close()
            raise BoundReached(
                f"reading it took more than {self.cpu_seconds:g} s of processor time, or ended the"
                " process that reads"
            )
        return self._answered(json.loads(answer))

    def _answered(self, answer: dict[str, Any]) -> Any:
        if "read" in answer:
            return answer["read"]
        if "refused" in answer:
            raise Refused(answer["refused"])
        if "bound" in answer:
            self.close()
            raise BoundReached(f"reading it took more than {MEMORY // 2**20} MB of memory")
        raise ReaderFailed(answer["failed"])

    def _allow(self, process: subprocess.Popen[bytes]) -> None:
        """Have the kernel end the process when it has used its time from now on."""
        if not sys.platform.startswith("linux"):
            return
        import resource

        used = time.clock_gettime(~process.pid << 3 | 2)
        hard = resource.prlimit(process.pid, resource.RLIMIT_CPU)[1]
        limit = math.ceil(used + self.cpu_seconds)
        soft = limit if hard == resource.RLIM_INFINITY else min(limit, hard)
        resource.prlimit(process.pid, resource.RLIMIT_CPU, (soft, hard))


@lru_cache(maxsize=1)
def _reader_of(process: int) -> Reader:
    reader = Reader()
    atexit.register(lambda: reader.close() if os.getpid() == process else None)
    return reader


def own_reader() -> Reader:
    """The reader of this process; a process that was forked from it gets its own."""
    return _reader_of(os.getpid())
