"""Locks a process down before student code runs in it: resource limits and a system-call filter.

The filter is an allow-list in classic BPF (`man 2 seccomp`): what numerical Python needs is let
through, everything else fails with EPERM. Not on the list, among others: new processes and threads,
programs, signals, sockets, tracing, other processes' memory, mounts, sleeping and every other way
to wait, timers, setting the times of files, and what tells of the whole machine (`sysinfo`,
`statfs`), which two forks could talk through.
"""

from __future__ import annotations

import ctypes
import errno
import os
import platform
import resource
import struct
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .landlock import Landlock

_X86_64 = {
    "read": 0, "write": 1, "open": 2, "close": 3, "stat": 4, "fstat": 5, "lstat": 6, "lseek": 8,
    "mmap": 9, "mprotect": 10, "munmap": 11, "brk": 12, "rt_sigaction": 13, "rt_sigprocmask": 14,
    "rt_sigreturn": 15, "pread64": 17, "pwrite64": 18, "readv": 19, "writev": 20, "access": 21,
    "mremap": 25, "madvise": 28, "dup": 32, "dup2": 33, "getpid": 39, "sendto": 44, "recvfrom": 45,
    "shutdown": 48, "exit": 60, "uname": 63, "fcntl": 72, "truncate": 76, "ftruncate": 77,
    "getdents": 78, "getcwd": 79, "chdir": 80, "rename": 82, "mkdir": 83, "rmdir": 84, "unlink": 87,
    "readlink": 89, "umask": 95, "gettimeofday": 96, "getrlimit": 97, "getrusage": 98, "times": 100,
    "getuid": 102, "getgid": 104, "geteuid": 107, "getegid": 108, "getppid": 110,
    "rt_sigpending": 127, "sigaltstack": 131, "gettid": 186, "time": 201, "futex": 202,
    "sched_getaffinity": 204, "getdents64": 217, "clock_gettime": 228, "clock_getres": 229,
    "exit_group": 231, "openat": 257, "mkdirat": 258, "newfstatat": 262, "unlinkat": 263,
    "renameat": 264, "readlinkat": 267, "faccessat": 269, "dup3": 292, "getcpu": 309,
    "renameat2": 316, "getrandom": 318, "statx": 332, "rseq": 334, "close_range": 436,
    "faccessat2": 439,
}  # fmt: skip
_AARCH64 = {
    "read": 63, "write": 64, "close": 57, "fstat": 80, "lseek": 62, "mmap": 222, "mprotect": 226,
    "munmap": 215, "brk": 214, "rt_sigaction": 134, "rt_sigprocmask": 135, "rt_sigreturn": 139,
    "pread64": 67, "pwrite64": 68, "readv": 65, "writev": 66, "mremap": 216, "madvise": 233,
    "dup": 23, "getpid": 172, "sendto": 206, "recvfrom": 207, "shutdown": 210, "exit": 93,
    "uname": 160, "fcntl": 25, "truncate": 45, "ftruncate": 46, "getcwd": 17, "chdir": 49,
    "umask": 166, "gettimeofday": 169, "getrlimit": 163, "getrusage": 165, "times": 153,
    "getuid": 174, "getgid": 176, "geteuid": 175, "getegid": 177, "getppid": 173,
    "rt_sigpending": 136, "sigaltstack": 132, "gettid": 178, "futex": 98, "sched_getaffinity": 123,
    "getdents64": 61, "clock_gettime": 113, "clock_getres": 114, "exit_group": 94, "openat": 56,
    "mkdirat": 34, "newfstatat": 79, "unlinkat": 35, "renameat": 38, "readlinkat": 78,
    "faccessat": 48, "dup3": 24, "getcpu": 168, "renameat2": 276, "getrandom": 278, "statx": 291,
    "rseq": 293, "close_range": 436, "faccessat2": 439,
}  # fmt: skip
ARCHITECTURES = {
    "x86_64": (0xC000003E, _X86_64),
    "aarch64": (0xC00000B7, _AARCH64),
}
"""The audit number of each processor that the filter knows, and the system calls let through."""

COMMANDS = {
    "fcntl": (0, 1, 2, 3, 4, 1030),
    "futex": (1, 5, 10, 129, 133, 138),
}
"""Calls of which only these commands, their second argument, are let through.

Of `fcntl` to duplicate a descriptor, to get and set its flags: with F_SETOWN it would signal other
processes. Of `futex` to wake: a process without threads that waits for a lock waits for ever.
"""

OPENING = {"open": 24, "openat": 32}
"""Calls that open files, and where their flags stand in what the filter is given."""

REFUSED_FLAGS = 0o20000000 | 0o10000000 | 0o4000000 | 0o1000000 | 0o20000 | 0o10000
"""Flags with which nothing is opened, on both processors: O_TMPFILE, O_PATH, O_SYNC, O_NOATIME,
O_ASYNC, O_DSYNC. A file without a name is counted but never seen, O_SYNC waits, O_ASYNC signals."""

NOBODY = 65534
MEMORY = 2 * 2**30
FILE_SIZE = 8 * 2**20
OPEN_FILES = 64

_LOAD, _EQUAL, _AT_LEAST, _ANY_BIT, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
_ALLOW, _ERRNO, _KILL = 0x7FFF0000, 0x00050000, 0x80000000
_X32 = 0x40000000
_PR_SET_PDEATHSIG, _PR_SET_DUMPABLE, _PR_SET_SECCOMP, _PR_SET_NO_NEW_PRIVS = 1, 4, 22, 38
_SECCOMP_MODE_FILTER = 2


class LockDownError(OSError):
    """The process could not be locked down; student code must not run in it."""


def close_memory() -> None:
    """Have no other process of this account open the memory of this one (it is not dumpable)."""
    if ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_DUMPABLE, ctypes.c_ulong(0), 0, 0, 0) != 0:
        number = ctypes.get_errno()
        raise LockDownError(number, f"prctl refused: {os.strerror(number)}")


def known_architecture() -> bool:
    """Whether there is a filter for this processor."""
    return platform.machine() in ARCHITECTURES


def program(machine: str) -> bytes:
    """Return the filter for a processor as BPF instructions.

    The system-call number stands at offset 0 of what the filter is given, the architecture at 4,
    the second argument at 24 and the third at 32. A call made through another architecture's entry
    (32 bit, x32) kills the process.
    """
    audit, allowed = ARCHITECTURES[machine]
    numbers = sorted({n for name, n in allowed.items() if name not in (*COMMANDS, *OPENING)})
    entry = [
        (_LOAD, 0, 0, 4),
        (_EQUAL, 1, 0, audit),
        (_RETURN, 0, 0, _KILL),
        (_LOAD, 0, 0, 0),
        (_AT_LEAST, 0, 1, _X32),
        (_RETURN, 0, 0, _KILL),
    ]
    refuse, allow = (_RETURN, 0, 0, _ERRNO | errno.EPERM), (_RETURN, 0, 0, _ALLOW)
    checks: list[tuple[int, int, int, int]] = []
    for name, known in COMMANDS.items():
        commands: list[tuple[int, int, int, int]] = [(_LOAD, 0, 0, 24)]
        for left, command in zip(range(len(known), 0, -1), known):
            commands.append((_EQUAL, left, 0, command))
        commands += [refuse, allow]
        checks += [(_EQUAL, 0, len(commands), allowed[name]), *commands]
    for name, place in OPENING.items():
        if name in allowed:
            flags = [(_LOAD, 0, 0, place), (_ANY_BIT, 0, 1, REFUSED_FLAGS), refuse, allow]
            checks += [(_EQUAL, 0, len(flags), allowed[name]), *flags]
    checks += [refuse, allow]
    for left, number in enumerate(numbers, start=len(checks) - 1):
        checks.insert(0, (_EQUAL, left, 0, number))
    return b"".join(struct.pack("=HBBI", *instruction) for instruction in [*entry, *checks])


class LockDown:
    """All that `apply` needs, made once in the warm process and used in each of its forks.

    `files` closes files where no namespace does; `nobody` says to go on as a user without rights,
    which only root can.
    """

    def __init__(self, files: Landlock | None = None, nobody: bool = False) -> None:
        self.files, self.nobody = files, nobody
        self.filtered = known_architecture()
        if self.filtered:
            code = program(platform.machine())
            self._code = ctypes.create_string_buffer(code, len(code))
            address = ctypes.addressof(self._code)
            self._program = ctypes.create_string_buffer(struct.pack("@HP", len(code) // 8, address))
        self._libc = ctypes.CDLL(None, use_errno=True)

    def end_with_parent(self) -> None:
        """Ask the kernel to end this process when the one that started it ends."""
        self._prctl(_PR_SET_PDEATHSIG, 9)

    def apply(self, cpu_seconds: int, memory: int = MEMORY) -> None:
        """Limit this process for good: nothing that runs in it afterwards can undo it."""
        if self.nobody:
            os.setgroups([])
            os.setresgid(NOBODY, NOBODY, NOBODY)
            os.setresuid(NOBODY, NOBODY, NOBODY)
        # Another user's process is not ended with its parent unless it asks again.
        self.end_with_parent()
        self._prctl(_PR_SET_DUMPABLE, 0)
        self._prctl(_PR_SET_NO_NEW_PRIVS, 1)
        if self.files is not None:
            self.files.apply()
        for what, limit in (
            (resource.RLIMIT_CPU, cpu_seconds),
            (resource.RLIMIT_AS, memory),
            (resource.RLIMIT_FSIZE, FILE_SIZE),
            (resource.RLIMIT_NOFILE, OPEN_FILES),
            (resource.RLIMIT_CORE, 0),
            (resource.RLIMIT_NPROC, 0),
            (resource.RLIMIT_MEMLOCK, 0),
        ):
            hard = resource.getrlimit(what)[1]
            limit = limit if hard == resource.RLIM_INFINITY else min(limit, hard)
            resource.setrlimit(what, (limit, limit))
        if self.filtered:
            self._prctl(_PR_SET_SECCOMP, _SECCOMP_MODE_FILTER, self._program)

    def _prctl(self, option: int, value: int, pointer: object = None) -> None:
        if self._libc.prctl(option, ctypes.c_ulong(value), pointer, 0, 0) != 0:
            number = ctypes.get_errno()
            raise LockDownError(number, f"prctl({option}) refused: {os.strerror(number)}")
