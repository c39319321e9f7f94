"""The warm process: imports what student code may use, then forks once per request to run it."""

from __future__ import annotations

import gc
import importlib
import json
import os
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
    from .lockdown import LockDown

ONE_TICK = 0.02
PRELOADED = ("autograders.notebook.your_code", "IPython.display", "ipywidgets")
"""What the set-up cells of any course import: done once here, not in every fork."""


def main(control_fd: int, plotting: bool, scratch: str, surroundings: dict[str, list[str]]) -> None:
    """Serve requests from the control socket until it is closed.

    `surroundings` names what stands around student code in this course: "withheld", "inert" and
    "packages", all of them imported here, before any fork.

    A request is one JSON packet with the limits and, beside it, the descriptor of a socket of its
    own; the reply is one JSON packet that says how the fork ended. Only trusted code runs here.
    """
    import numpy

    importlib.import_module("numpy.random")
    importlib.import_module("numpy.linalg")
    from . import lockdown, standins, worker

    plotting = plotting and _import_plotting()
    packages, inert = surroundings["packages"], surroundings["inert"]
    for name in packages:
        importlib.import_module(name)
    standins.install(plotting, surroundings["withheld"], inert)
    control = socket.socket(fileno=control_fd)
    guard = lockdown.LockDown()
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
    ready = {"filter": guard.filtered, "plotting": plotting, "numpy": numpy.__version__}
    control.send(json.dumps(ready).encode())
    while True:
        packet, descriptors, _, _ = socket.recv_fds(control, 4096, 1)
        if not packet:
            return
        if not descriptors:
            continue
        limits = json.loads(packet)
        pid = os.fork()
        if pid == 0:
            _child(guard, control, descriptors[0], limits, worker)
        os.close(descriptors[0])
        report = _watch(pid, control, limits["wall_seconds"])
        # A fork that made anything there has left its name, its time or its number to the next.
        report["clean"] = Path(scratch).stat().st_ctime_ns == changed
        control.send(json.dumps(report).encode())


def _child(
    guard: LockDown, control: socket.socket, fd: int, limits: dict[str, Any], worker: ModuleType
) -> None:
    status = 1
    try:
        control.close()
        channel = socket.socket(fileno=fd)
        guard.end_with_parent()
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
    late = False
    try:
        while True:
            left = deadline - time.monotonic()
            ready = [fd for fd, _ in poller.poll(max(0, left) * 1000)]
            if handle in ready:
                break
            late = late or not ready
            if not ready or not control.recv(64):
                os.kill(pid, signal.SIGKILL)
                break
            os.kill(pid, signal.SIGKILL)
    finally:
        os.close(handle)
    _, status, usage = os.wait4(pid, 0)
    code = os.waitstatus_to_exitcode(status)
    return {"code": code, "cpu": usage.ru_utime + usage.ru_stime, "late": late}


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
