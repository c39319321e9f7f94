"""Gives each fork of the warm process namespaces and an empty scratch file system of its own."""

from __future__ import annotations

import ctypes
import os

CLONE_NEWNS, CLONE_NEWIPC, CLONE_NEWPID = 0x00020000, 0x08000000, 0x20000000
MS_NOSUID, MS_NODEV = 2, 4
CAPABILITY_VERSION = 0x20080522


class Box:
    """What surrounds one fork: what it writes, counts or locks there, no other fork ever sees.

    A process cannot enter another process namespace itself: only its next child is born there. So
    the warm process calls `ahead` before it forks and `behind` afterwards, and the fork calls
    `enter`, which leaves it without any capability. All of them raise `OSError` with the kernel's
    answer where it refuses.
    """

    def __init__(self, scratch: str, size: int) -> None:
        self.scratch = scratch
        self._options = f"size={size},nr_inodes=4096,mode=700".encode()
        self._libc = ctypes.CDLL(None, use_errno=True)
        self._own = os.pidfd_open(os.getpid())

    def ahead(self) -> None:
        """Have the next fork begin a process namespace of its own."""
        self._ask("unshare", CLONE_NEWPID)

    def behind(self) -> None:
        """Have later forks begin in this process's namespace again, until `ahead` is called."""
        self._ask("setns", self._own, CLONE_NEWPID)

    def enter(self) -> None:
        """In the fork: take own mounts, IPC and an empty scratch, then give up all rights."""
        self._ask("unshare", CLONE_NEWNS | CLONE_NEWIPC)
        flags = ctypes.c_ulong(MS_NOSUID | MS_NODEV)
        self._ask("mount", b"tmpfs", self.scratch.encode(), b"tmpfs", flags, self._options)
        os.chdir(self.scratch)
        header = (ctypes.c_uint32 * 2)(CAPABILITY_VERSION, 0)
        self._ask("capset", header, (ctypes.c_uint32 * 6)())

    def _ask(self, call: str, *arguments: object) -> None:
        if getattr(self._libc, call)(*arguments) != 0:
            number = ctypes.get_errno()
            raise OSError(number, f"{call} refused: {os.strerror(number)}")
