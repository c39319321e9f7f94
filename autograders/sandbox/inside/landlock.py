"""Closes files for a process without namespaces: Landlock, which no process needs rights for."""

from __future__ import annotations

import ctypes
import os
import stat
import struct
from collections.abc import Iterable

_CREATE, _ADD, _RESTRICT = 444, 445, 446
_VERSION, _PATH_BENEATH = 1, 1
_EXECUTE, _READ_FILE, _READ_DIR = 1 << 0, 1 << 2, 1 << 3
_OF_FILES = 1 << 0 | 1 << 1 | 1 << 2 | 1 << 14
_BITS = {1: 13, 2: 14, 3: 15, 4: 15}
_BITS_NOW = 16
"""The rights that each version of Landlock knows: the first of them by number."""


class Landlock:
    """The files that stay open: made once in the warm process, `apply` is called in each fork.

    `read` may be read, `listed` only listed, `write` written too. Files that are not below any of
    these cannot be opened, `/proc` among them; that they exist can still be seen. Where the kernel
    has no Landlock, `OSError` says so. Source: `man 7 landlock`.
    """

    def __init__(self, read: Iterable[str], listed: Iterable[str], write: Iterable[str]) -> None:
        self._syscall = ctypes.CDLL(None, use_errno=True).syscall
        version = self._ask(_CREATE, None, ctypes.c_size_t(0), _VERSION)
        every = (1 << _BITS.get(version, _BITS_NOW)) - 1
        attributes = struct.pack("=Q", every)
        self._rules = self._ask(_CREATE, attributes, ctypes.c_size_t(8), 0)
        for paths, rights in (
            (read, _EXECUTE | _READ_FILE | _READ_DIR), (listed, _READ_DIR), (write, every),
        ):  # fmt: skip
            for path in paths:
                self._allow(path, rights & every)

    def _allow(self, path: str, rights: int) -> None:
        try:
            handle = os.open(path, os.O_PATH | os.O_CLOEXEC)
        except FileNotFoundError:
            return
        try:
            if not stat.S_ISDIR(os.fstat(handle).st_mode):
                rights &= _OF_FILES
            rule = struct.pack("=Qi", rights, handle)
            self._ask(_ADD, self._rules, _PATH_BENEATH, rule, 0)
        finally:
            os.close(handle)

    def apply(self) -> None:
        """Close all other files for this process for good; it must have given up new privileges."""
        self._ask(_RESTRICT, self._rules, 0)

    def _ask(self, call: int, *arguments: object) -> int:
        answer = int(self._syscall(call, *arguments))
        if answer < 0:
            number = ctypes.get_errno()
            raise OSError(number, f"Landlock refused: {os.strerror(number)}")
        return answer
