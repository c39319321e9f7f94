"""The warm process: imports what student code may use, then forks once per request to run it."""

from __future__ import annotations

import contextlib
import gc
import importlib
import json
import math
import os
import resource
import select
import shutil
import signal
import socket
import sys
import time
import traceback
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .box import Box
    from .lockdown import LockDown

ONE_TICK = 0.02
PRELOADED = ("autograders.notebook.your_code", "IPython.display", "ipywidgets")
"""What the set-up cells of any course import: done once here, not in every fork."""


def main(
    control_fd: int,
    plotting: bool,
    scratch: str,
    surroundings: dict[str, list[str]],
    limits: dict[str, Any],
) -> None:
    """Serve requests from the control socket until it is closed.

    `surroundings` names what stands around student code in this course: "withheld", "inert" and
    "packages", all of them imported here, before any fork. `limits` has "box", the bytes that each
    fork may write in a box of its own, or 0 for none, and where there are no namespaces the files
    that it may use: those to "read", and those only "listed".

    A request is one JSON packet with the limits and, beside it, the descriptor of a socket of its
    own; the reply is one JSON packet that says how the fork ended. Only trusted code runs here.
    """
    import numpy

    importlib.import_module("numpy.random")
    importlib.import_module("numpy.linalg")
    from . import lockdown, standins, worker

    lockdown.close_memory()
    plotting = plotting and _import_plotting()
    packages, inert = surroundings["packages"], surroundings["inert"]
    for name in packages:
        importlib.import_module(name)
    standins.install(plotting, surroundings["withheld"], inert)
    control = socket.socket(fileno=control_fd)
    walls: dict[str, str] = {}
    guard = _guard(limits, scratch, walls)
    guard.end_with_parent()
    os.chdir(scratch)
    sys.argv = [""]
    sys.path.append("")
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    for name in (*PRELOADED, *inert, *([] if plotting else standins.PLOTTING_MODULES)):
        importlib.import_module(name)
    worker.rehearse()
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 50, 100)
    changed = _emptied(scratch)
    box = _box(scratch, limits["box"], walls)
    ready = {
        "filter": guard.filtered,
        "plotting": plotting,
        "numpy": numpy.__version__,
        "walls": walls,
        "reached": _reached(guard, box),
    }
    control.send(json.dumps(ready).encode())
    while True:
        packet, descriptors, _, _ = socket.recv_fds(control, 4096, 1)
        if not packet:
            return
        if not descriptors:
            continue
        asked = json.loads(packet)
        pid = _fork(box)
        if pid == 0:
            _child(guard, box, control, descriptors[0], asked, worker)
        os.close(descriptors[0])
        report = _watch(pid, control, asked["wall_seconds"])
        # Without a box, a fork that made anything has left its name, time or number to the next.
        report["clean"] = box is not None or Path(scratch).stat().st_ctime_ns == changed
        control.send(json.dumps(report).encode())


def _guard(limits: dict[str, Any], scratch: str, walls: dict[str, str]) -> LockDown:
    """What each fork is limited with; `walls` gets the kernel's answer to what is asked of it."""
    from . import landlock, lockdown

    if "read" not in limits:
        return lockdown.LockDown()
    # Whoever has neither namespaces nor a box gets what any process may have.
    files, nobody = None, False
    try:
        write = (scratch, os.devnull, "/dev/urandom")
        files = landlock.Landlock(limits["read"], limits["listed"], write)
        walls["files"] = ""
    except OSError as error:
        walls["files"] = str(error)
    shut = [path for path in (sys.prefix, os.__file__) if not _open_to_all(Path(path))]
    if os.getuid() != 0:
        walls["user"] = "the grader is not root, so student code runs as the same user"
    elif shut:
        walls["user"] = f"other users cannot read {shut[0]}, which Python needs"
    else:
        os.chown(scratch, lockdown.NOBODY, lockdown.NOBODY)
        Path(scratch).parent.chmod(0o711)
        walls["user"], nobody = "", True
    return lockdown.LockDown(files, nobody)


def _open_to_all(path: Path) -> bool:
    return all(place.stat().st_mode & 0o001 for place in path.parents)


def _box(scratch: str, size: int, walls: dict[str, str]) -> Box | None:
    """The box around each fork, tried once; None where the kernel refuses it, or none is wanted."""
    from .box import Box

    if not size:
        return None
    box = Box(scratch, size)
    try:
        pid = _fork(box)
    except OSError as error:
        walls["box"] = str(error)
        return None
    if pid == 0:
        try:
            box.enter()
        except OSError as error:
            os._exit(error.errno or 1)
        os._exit(0)
    refused = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    walls["box"] = os.strerror(refused) if refused else ""
    return None if refused else box


def _fork(box: Box | None) -> int:
    if box is None:
        return os.fork()
    box.ahead()
    pid = os.fork()
    if pid != 0:
        box.behind()
    return pid


def _reached(guard: LockDown, box: Box | None) -> str:
    """What a locked fork can get at that decides grades: memory of a process, files of ours."""
    reading, writing = os.pipe()
    mine = [os.getpid(), os.getppid()]
    pid = _fork(box)
    if pid == 0:
        found = "the probe itself failed"
        try:
            if box is not None:
                box.enter()
            guard.apply(5)
            found = _first_reached(mine)
        finally:
            os.write(writing, found.encode())
            os._exit(0)
    os.close(writing)
    os.waitpid(pid, 0)
    with os.fdopen(reading, "rb") as answer:
        return answer.read().decode()


def _first_reached(processes: list[int]) -> str:
    with contextlib.suppress(OSError):
        processes += [int(path.name) for path in Path("/proc").iterdir() if path.name.isdecimal()]
    for process in processes:
        if process != os.getpid() and _opens(f"/proc/{process}/mem"):
            return f"the memory of process {process}"
    return "files of the grader's account" if _opens(__file__) else ""


def _opens(path: str) -> bool:
    try:
        os.close(os.open(path, os.O_RDWR))
    except OSError:
        return False
    return True


def _child(
    guard: LockDown,
    box: Box | None,
    control: socket.socket,
    fd: int,
    limits: dict[str, Any],
    worker: ModuleType,
) -> None:
    status = 1
    try:
        control.close()
        channel = socket.socket(fileno=fd)
        guard.end_with_parent()
        if box is not None:
            box.enter()
        worker.start_clock()
        guard.apply(limits["cpu_seconds"])
        work = worker.receive(channel)
        _keep_only(channel)
        worker.run(channel, work)
        status = 0
    except Exception:
        traceback.print_exc()
    finally:
        os._exit(status)


def _watch(pid: int, control: socket.socket, seconds: float) -> dict[str, Any]:
    """Wait for a fork to end; kill it when its time is over or the trusted side has had enough."""
    deadline = time.monotonic() + seconds
    handle = os.pidfd_open(pid)
    poller = select.poll()
    poller.register(handle, select.POLLIN)
    poller.register(control, select.POLLIN)
    late, limit = False, 0
    try:
        while True:
            left = deadline - time.monotonic()
            ready = [fd for fd, _ in poller.poll(max(0, left) * 1000)]
            if handle in ready:
                break
            late = late or not ready
            packet = control.recv(64) if ready else b""
            if packet.isdigit():
                limit = _limited(pid, int(packet))
                continue
            os.kill(pid, signal.SIGKILL)
            if not packet:
                break
    finally:
        os.close(handle)
    _, status, usage = os.wait4(pid, 0)
    code = os.waitstatus_to_exitcode(status)
    cpu = usage.ru_utime + usage.ru_stime
    return {"code": code, "cpu": cpu, "late": late, "limit": limit}


def _limited(pid: int, seconds: int) -> int:
    """Have a fork end when it has used this much CPU time from now on; its limit since it began."""
    try:
        used = time.clock_gettime(~pid << 3 | 2)
        limit = min(math.ceil(used) + seconds, resource.prlimit(pid, resource.RLIMIT_CPU)[1])
        resource.prlimit(pid, resource.RLIMIT_CPU, (limit, limit))
    except OSError:
        return 0
    return limit


def _keep_only(channel: socket.socket) -> None:
    """Open what every process has anew and close all else: flags of a shared one would live on.

    The channel is shut for reading, so that nobody can wait there for what never comes.
    """
    channel.shutdown(socket.SHUT_RD)
    null = os.open(os.devnull, os.O_RDWR)
    for standard in range(3):
        os.dup2(null, standard)
    os.closerange(3, channel.fileno())
    os.closerange(channel.fileno() + 1, os.sysconf("SC_OPEN_MAX"))


def _emptied(scratch: str) -> int:
    """Empty the scratch folder; when it was last changed, in nanoseconds.

    Its time of reading is later, and so stays as it is when a fork reads it (`relatime`).
    """
    folder = Path(scratch)
    for entry in folder.iterdir():
        shutil.rmtree(entry) if entry.is_dir() else entry.unlink()
    # The clock that files are stamped with moves in steps: no fork may begin in the same one.
    time.sleep(ONE_TICK)
    assert not list(folder.iterdir())
    return folder.stat().st_ctime_ns


def _import_plotting() -> bool:
    try:
        matplotlib = importlib.import_module("matplotlib")
        matplotlib.use("Agg")
        importlib.import_module("matplotlib.pyplot")
    except ImportError:
        return False
    return True
