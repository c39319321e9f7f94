"""Frames: whatever bytes a process sends, the decoder gives plain values or refuses them."""

import json

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from autograders.protocol import codec as wire
from autograders.protocol.codec import Foreign, FrameError, Recipe, decode, encode

PLAIN = (type(None), bool, int, float, str, list, tuple, dict, np.ndarray, np.generic)


def is_plain_or_refused(frame):
    """The one promise that the decoder makes for any bytes at all."""
    try:
        value = decode(frame)
    except FrameError as refused:
        assert str(refused)
        return
    assert only_plain(value)


def only_plain(value):
    if isinstance(value, (list, tuple)):
        return all(map(only_plain, value))
    if isinstance(value, dict):
        return all(type(key) is str and only_plain(item) for key, item in value.items())
    if isinstance(value, Recipe):
        return only_plain(value.data)
    if isinstance(value, np.ndarray):
        return value.dtype.kind in "fiubc"
    return isinstance(value, (*PLAIN, Foreign))


TAGS = ["a", "g", "l", "t", "d", "r", "x", "n", "i", "f", "s", "b", "<f8", "|O", "|?"]
JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.sampled_from(TAGS)
    | st.text(max_size=4),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=3), inner, max_size=2)
    ),
    max_leaves=12,
)


@settings(deadline=None)
@given(JSON, st.binary(max_size=64))
@example(["a", "<f8", [10**9, 10**9]], b"")
@example(["a", "<f8", [-1, -8]], b"12345678" * 8)
@example(["a", "<f8", [True]], b"12345678")
@example(["a", "|O", [1]], b"12345678")
@example(["a", "<f8", [1e300]], b"12345678")
@example(["d", [["k", ["n"]], ["k"]]], b"")
@example(["l", {"a": ["n"]}], b"")
@example(["i", True], b"")
@example(["s", "\ud800"], b"")
@example(["g", "<f8", [1]], b"12345678")
def test_any_header_over_any_body_is_read_or_refused(tree, body):
    header = json.dumps(tree).encode()
    is_plain_or_refused(wire.LENGTHS.pack(len(header), len(body)) + header + body)


VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**70), 2**70)
    | st.floats()
    | st.text(max_size=8)
    | st.lists(st.floats(), max_size=5).map(np.array),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.lists(inner, max_size=3).map(tuple)
        | st.dictionaries(st.text(max_size=4), inner, max_size=3)
    ),
    max_leaves=8,
)


@settings(deadline=None)
@given(VALUES, st.data())
def test_a_damaged_frame_is_read_or_refused(value, data):
    frame = bytearray(encode(value))
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(frame)))
        frame[at : at + data.draw(st.integers(0, 9))] = data.draw(st.binary(max_size=9))
    is_plain_or_refused(bytes(frame))


@settings(deadline=None)
@given(VALUES)
def test_an_honest_frame_arrives_as_it_was_sent(value):
    assert repr(decode(encode(value))) == repr(json_safe(value))


def json_safe(value):
    """Texts arrive with surrogates replaced: no frame can hold one."""
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode()
    if isinstance(value, (list, tuple)):
        return type(value)(map(json_safe, value))
    if isinstance(value, dict):
        return {json_safe(key): json_safe(item) for key, item in value.items()}
    return value


@pytest.mark.parametrize("depth", [10**2, 10**5])
def test_deep_nesting_is_refused(depth):
    header = b"[" * depth + b"]" * depth
    with pytest.raises(FrameError):
        decode(wire.LENGTHS.pack(len(header), 0) + header)


def test_a_frame_that_announces_more_than_allowed_is_refused_before_it_is_read():
    with pytest.raises(FrameError, match="larger than allowed"):
        wire.lengths(b"\x7f\xff\xff\xff\x7f\xff\xff\xff")
