"""The process that reads students' text: it answers one request after another until its end.

Requests are pickled by the grader, answers are JSON: nothing that was made from a student's text is
ever unpickled.
"""

from __future__ import annotations

import contextlib
import json
import pickle
import signal
import struct
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from ..submission.files import Refused

LENGTH = struct.Struct(">Q")
MEMORY = 256 * 2**20
"""How much more than before a request the process may hold while it answers it."""


def serve(requests: IO[bytes], answers: IO[bytes]) -> None:
    """Answer requests until there are no more, or one has taken more memory than there is."""
    while head := requests.read(LENGTH.size):
        function, arguments = pickle.loads(requests.read(LENGTH.unpack(head)[0]))
        out_of_memory = False
        with _bounded():
            try:
                data = json.dumps({"read": function(*arguments)}).encode()
            except Refused as reason:
                data = json.dumps({"refused": str(reason)}).encode()
            except MemoryError:
                data, out_of_memory = b'{"bound": "memory"}', True
            except Exception as error:
                data = json.dumps({"failed": f"{type(error).__name__}: {error}"[:500]}).encode()
        answers.write(LENGTH.pack(len(data)) + data)
        answers.flush()
        if out_of_memory:
            return


@contextlib.contextmanager
def _bounded() -> Iterator[None]:
    """Hold at most `MEMORY` more than now, where the system can say how much that is."""
    if not sys.platform.startswith("linux"):
        yield
        return
    import resource

    pages = int(Path("/proc/self/statm").read_text().split()[0])
    hard = resource.getrlimit(resource.RLIMIT_AS)[1]
    most = pages * resource.getpagesize() + MEMORY
    resource.setrlimit(resource.RLIMIT_AS, (most if hard < 0 else min(most, hard), hard))
    yield


def main() -> None:
    """Serve the process that started this one; Ctrl-C is for that one to hear."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    answers = sys.stdout.buffer
    sys.stdout = sys.stderr
    serve(sys.stdin.buffer, answers)
