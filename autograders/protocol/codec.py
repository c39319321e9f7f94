"""Values as bounded frames: how numbers cross to and from a process that runs student code.

A frame is eight bytes (two big-endian lengths), a JSON header and a body of raw array bytes.
Nothing is ever unpickled, dtypes come from a short list, and every length is checked before it is
believed, so a hostile peer can send wrong numbers but nothing else.
"""

from __future__ import annotations

import json
import struct
from dataclasses import dataclass, field
from typing import Any

import numpy as np

MAX_HEADER = 4 * 2**20
MAX_BODY = 32 * 2**20
MAX_ITEMS = 200_000
MAX_ENTRIES = 10 * 2**20
MAX_DEPTH = 12
MAX_TEXT = 4_000
MAX_TYPE_NAME = 200
MAX_INT_BITS = 4096
LENGTHS = struct.Struct(">II")

_DTYPES = {
    np.dtype(code).newbyteorder("<").str: np.dtype(code).newbyteorder("<")
    for code in ("f2", "f4", "f8", "i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8", "?", "c8", "c16")
}

_CODES = {dtype: code for code, dtype in _DTYPES.items()}


class FrameError(ValueError):
    """A frame that does not keep to the format; nothing of it is used."""


@dataclass(frozen=True)
class Foreign:
    """Stands for a value of a kind that may not cross: only the name of its type is known."""

    type_name: str


@dataclass(frozen=True)
class Recipe:
    """An argument built where it is used, from plain data: a function or a random generator."""

    kind: str
    data: dict[str, Any] = field(default_factory=dict)


def encode(value: Any) -> bytes:
    """Return `value` as one frame; a value that is too large or too deep becomes `Foreign`."""
    packer = _Packer()
    try:
        tree = packer.pack(value, 0)
        header = json.dumps(tree).encode()
        if len(header) > MAX_HEADER:
            raise _TooLarge
    except _TooLarge:
        packer = _Packer()
        header = json.dumps(["x", f"{type(value).__name__} that is too large to send"]).encode()
    body = b"".join(packer.buffers)
    return LENGTHS.pack(len(header), len(body)) + header + body


def lengths(prefix: bytes) -> tuple[int, int]:
    """Return the lengths of header and body announced by the first eight bytes of a frame."""
    header, body = LENGTHS.unpack(prefix)
    if header > MAX_HEADER or body > MAX_BODY:
        raise FrameError(f"a frame of {header} + {body} bytes is larger than allowed")
    return header, body


def decode(frame: bytes) -> Any:
    """Return the value in one whole frame; raise `FrameError` for anything else."""
    if len(frame) < LENGTHS.size:
        raise FrameError("a frame shorter than its own prefix")
    header, body = lengths(frame[: LENGTHS.size])
    if len(frame) != LENGTHS.size + header + body:
        raise FrameError("a frame whose length is not the one it announces")
    start = LENGTHS.size + header
    try:
        tree = json.loads(frame[LENGTHS.size : start])
    except (ValueError, RecursionError) as error:
        raise FrameError("a frame whose header is not JSON") from error
    return _Unpacker(memoryview(frame)[start:]).unpack(tree, 0)


class _TooLarge(Exception):
    pass


class _Packer:
    def __init__(self) -> None:
        self.buffers: list[bytes] = []
        self.size = 0
        self.entries = 0
        self.items = 0

    def pack(self, value: Any, depth: int) -> list[Any]:
        self.items += 1
        if depth > MAX_DEPTH or self.items > MAX_ITEMS:
            raise _TooLarge
        kind = type(value)
        if value is None:
            return ["n"]
        if kind is bool or kind is float:
            return ["b" if kind is bool else "f", value]
        if kind is int:
            if value.bit_length() >= MAX_INT_BITS:
                return ["x", f"int of over {MAX_INT_BITS} bits"]
            return ["i", value]
        if kind is str:
            return ["s", value[:MAX_TEXT]]
        if kind is np.str_:
            return ["s", str.__str__(value)[:MAX_TEXT]]
        if kind is list or kind is tuple:
            return ["l" if kind is list else "t", [self.pack(v, depth + 1) for v in value]]
        if kind is dict and all(type(key) is str for key in value):
            pairs = [[key[:MAX_TEXT], self.pack(v, depth + 1)] for key, v in value.items()]
            return ["d", pairs]
        if kind is np.ndarray or isinstance(value, (np.number, np.bool_)):
            return self.array("a" if kind is np.ndarray else "g", value)
        if kind is Recipe:
            return ["r", value.kind, self.pack(value.data, depth + 1)]
        if kind is Foreign:
            return ["x", value.type_name[:MAX_TYPE_NAME]]
        return ["x", str(getattr(kind, "__name__", "object"))[:MAX_TYPE_NAME]]

    def array(self, tag: str, value: Any) -> list[Any]:
        array = np.asarray(value)
        code = _CODES.get(array.dtype)
        if code is None:
            if array.dtype == np.longdouble or array.dtype == np.clongdouble:
                array = array.astype(np.complex128 if array.dtype.kind == "c" else np.float64)
            code = array.dtype.newbyteorder("<").str
            if code not in _DTYPES:
                return ["x", f"array of {array.dtype.name}"]
            array = array.astype(_DTYPES[code])
        self.size += array.nbytes
        self.entries += array.size
        if self.size > MAX_BODY or self.entries > MAX_ENTRIES:
            raise _TooLarge
        self.buffers.append(array.tobytes())
        return [tag, code, list(array.shape)]


class _Unpacker:
    """Arrays stand in the body in the order in which the header names them.

    What `_Packer` never sends is refused: a peer that does not use it has no wider bounds, or a few
    megabytes of header would become gigabytes of objects.
    """

    def __init__(self, body: memoryview) -> None:
        self.body = body
        self.offset = 0
        self.entries = 0
        self.items = 0

    def unpack(self, tree: Any, depth: int) -> Any:
        if depth > MAX_DEPTH or type(tree) is not list or not tree or type(tree[0]) is not str:
            raise FrameError("a frame with a malformed value")
        self.items += 1
        if self.items > MAX_ITEMS:
            raise FrameError(f"a frame with more than {MAX_ITEMS:,} values")
        try:
            return self.value(tree, depth)
        except (IndexError, TypeError, ValueError, OverflowError) as error:
            if isinstance(error, FrameError):
                raise
            raise FrameError("a frame with a malformed value") from error

    def value(self, tree: list[Any], depth: int) -> Any:
        tag = tree[0]
        if tag == "n":
            return None
        if tag in _PLAIN:
            if type(tree[1]) is not _PLAIN[tag]:
                raise FrameError("a frame whose value is not of its announced type")
            return _text(tree[1]) if tag == "s" else _short(tree[1])
        if tag == "l" or tag == "t":
            items = [self.unpack(item, depth + 1) for item in tree[1]]
            return items if tag == "l" else tuple(items)
        if tag == "d":
            return {_text(key): self.unpack(item, depth + 1) for key, item in tree[1]}
        if tag == "a":
            return self.array(tree[1], tree[2])
        if tag == "g":
            if tree[2] != []:
                raise FrameError("a scalar with a shape")
            return self.array(tree[1], [])[()]
        if tag == "r":
            data = self.unpack(tree[2], depth + 1)
            if type(data) is not dict:
                raise FrameError("a recipe without its data")
            return Recipe(_text(tree[1]), data)
        if tag == "x":
            return Foreign(_name(tree[1]))
        raise FrameError("a frame with a value of unknown kind")

    def array(self, code: str, shape: list[int]) -> np.ndarray:
        if any(type(n) is not int or n < 0 for n in shape) or len(shape) > 32:
            raise FrameError("an array with an impossible shape")
        dtype = _DTYPES.get(code)
        if dtype is None:
            raise FrameError("an array of a dtype that may not cross")
        count = 1
        for n in shape:
            count *= n
        self.entries += count
        end = self.offset + count * dtype.itemsize
        if end > len(self.body) or self.entries > MAX_ENTRIES:
            raise FrameError("an array larger than the frame that holds it")
        flat = np.frombuffer(self.body, dtype, count, self.offset) if count else np.empty(0, dtype)
        self.offset = end
        return flat.reshape(shape).astype(dtype.newbyteorder("="))


_PLAIN = {"b": bool, "f": float, "i": int, "s": str}


def _text(text: Any) -> str:
    if type(text) is not str or len(text) > MAX_TEXT:
        raise FrameError("a frame with a text that is none, or too long")
    return text if text.isascii() else text.encode("utf-8", "replace").decode()


def _short(number: Any) -> Any:
    if type(number) is int and number.bit_length() >= MAX_INT_BITS:
        raise FrameError("a frame with a number that is too long")
    return number


def _name(text: Any) -> str:
    """The name of a type, which goes into sentences: on one line, and printable."""
    return "".join(c if c.isprintable() else " " for c in _text(text)[:MAX_TYPE_NAME])
