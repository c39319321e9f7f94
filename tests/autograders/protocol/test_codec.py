"""Values cross unchanged, hostile frames are refused and nothing else can come through."""

import contextlib
import json
import math
from collections import OrderedDict
from enum import StrEnum
from typing import NamedTuple

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autograders.protocol.calls import CALL, run_calls
from autograders.protocol.codec import (
    LENGTHS,
    MAX_BODY,
    MAX_HEADER,
    MAX_TEXT,
    Foreign,
    FrameError,
    Recipe,
    decode,
    encode,
    lengths,
)

plain = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**80), 2**80)
    | st.floats(allow_nan=False)
    | st.text(st.characters(exclude_categories=["Cs"]), max_size=20),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.lists(inner, max_size=4).map(tuple)
        | st.dictionaries(st.text(st.characters(exclude_categories=["Cs"]), max_size=5), inner)
    ),
    max_leaves=20,
)


@given(plain)
def test_plain_values_come_back_equal_and_of_the_same_type(value):
    back = decode(encode(value))
    assert back == value
    assert type(back) is type(value)


@pytest.mark.parametrize("dtype", ["f2", "f4", "f8", "i1", "i8", "u4", "?", "c16"])
@pytest.mark.parametrize("shape", [(), (0,), (3,), (2, 3), (4, 1), (2, 0, 3)])
def test_arrays_come_back_bit_for_bit(dtype, shape):
    array = (np.arange(math.prod(shape)) % 2).reshape(shape).astype(dtype)
    back = decode(encode(array))
    assert type(back) is np.ndarray
    assert back.dtype == array.dtype
    assert back.shape == array.shape
    assert back.tobytes() == array.tobytes()


def test_nan_infinity_and_numpy_scalars_keep_their_kind():
    values = [math.nan, math.inf, -math.inf, np.float32(0.1), np.int64(7), np.array(2.5)]
    back = decode(encode(values))
    assert math.isnan(back[0])
    assert back[1:3] == [math.inf, -math.inf]
    assert [type(value) for value in back[3:]] == [np.float32, np.int64, np.ndarray]


def test_big_endian_and_strided_arrays_arrive_as_ordinary_ones():
    array = np.arange(12, dtype=">f8").reshape(3, 4)[:, ::2]
    assert np.array_equal(decode(encode(array)), array)


class AlwaysEqual:
    def __eq__(self, other):
        return True

    __hash__ = None


class Disguised(np.ndarray):
    pass


@pytest.mark.parametrize(
    ("value", "name"),
    [
        (AlwaysEqual(), "AlwaysEqual"),
        (np.zeros(2).view(Disguised), "Disguised"),
        (np.array([object()]), "array of object"),
        (np.ma.masked_array([1.0]), "MaskedArray"),
        (1 << 5000, "int of over 4096 bits"),
        (len, "builtin_function_or_method"),
        ({1: 2}, "dict"),
    ],
)
def test_other_kinds_cross_as_the_name_of_their_type(value, name):
    assert decode(encode(value)) == Foreign(name)


def test_subclasses_of_plain_types_do_not_pass_as_plain():
    class Sly(float):
        pass

    assert decode(encode(Sly(1.0))) == Foreign("Sly")


class Pair(NamedTuple):
    first: float
    second: float


class Verdict(StrEnum):
    SLOW = "too slow"


class Liar(list):
    def __iter__(self):
        return iter([1.0])

    def __len__(self):
        return 1


@pytest.mark.parametrize(
    ("value", "plain"),
    [
        (Pair(1.0, 2.0), (1.0, 2.0)),
        ([Pair(1.0, 2.0)], [(1.0, 2.0)]),
        (OrderedDict(lr=1.0), {"lr": 1.0}),
        (Verdict.SLOW, "too slow"),
        (Liar([3.0, 4.0]), [3.0, 4.0]),
    ],
)
def test_a_result_of_a_more_special_kind_is_sent_as_the_plain_one(value, plain):
    call = {"do": CALL, "name": "f", "args": [], "kwargs": {}, "then": None}
    answer = run_calls({"f": lambda: value}, [call | {"frozen": False, "record": False}])[0]
    back = decode(encode(answer["result"]))
    assert back == plain
    assert type(back) is type(plain)


def test_a_special_list_is_not_sent_if_it_hides_its_size():
    call = {"do": CALL, "name": "f", "args": [], "kwargs": {}, "then": None}
    hidden = Liar([0.0] * 30_000)
    answer = run_calls({"f": lambda: hidden}, [call | {"frozen": False, "record": False}])[0]
    assert "too large" in answer["result"].type_name


def test_recipes_cross_as_data():
    recipe = Recipe("matvec", {"matrix": np.eye(2)})
    back = decode(encode(recipe))
    assert back.kind == "matvec"
    assert np.array_equal(back.data["matrix"], np.eye(2))


@pytest.mark.parametrize("value", [np.zeros(MAX_BODY // 8 + 1), [0.5] * 300_000])
def test_what_is_too_large_is_not_sent(value):
    back = decode(encode(value))
    assert isinstance(back, Foreign)
    assert "too large" in back.type_name


def test_endless_nesting_is_not_followed():
    loop: list = []
    loop.append(loop)
    assert isinstance(decode(encode(loop)), Foreign)


def frame(tree, body=b""):
    header = json.dumps(tree).encode()
    return LENGTHS.pack(len(header), len(body)) + header + body


@pytest.mark.parametrize(
    "tree",
    [
        ["a", "<f8", [10**12]],
        ["a", "<f8", [-1]],
        ["a", "<f8", [True]],
        ["a", "|O", [1]],
        ["a", "<f8", [2**62, 2**62]],
        ["a", "<f8", "no"],
        ["g", "<f8", [1]],
        ["f", "0.5"],
        ["i", 0.5],
        ["b", 1],
        ["nobody", 1],
        ["s", 1],
        ["s", "a" * (MAX_TEXT + 1)],
        ["l", 3],
        ["d", [["key"]]],
        ["l"],
        [],
        {},
        17,
    ],
)
def test_a_malformed_value_is_refused(tree):
    with pytest.raises(FrameError):
        decode(frame(tree, b"\0" * 8))


def test_lengths_are_bounded_before_anything_is_read():
    with pytest.raises(FrameError, match="larger than allowed"):
        lengths(LENGTHS.pack(MAX_HEADER + 1, 0))
    with pytest.raises(FrameError, match="larger than allowed"):
        lengths(LENGTHS.pack(2, MAX_BODY + 1))


def test_lone_surrogates_become_ordinary_text():
    decode(frame(["s", "\ud800"])).encode()


@settings(max_examples=300)
@given(st.binary(max_size=200))
def test_random_bytes_are_refused(noise):
    with pytest.raises(FrameError):
        decode(noise)


@settings(max_examples=300)
@given(plain, st.integers(0, 400), st.integers(0, 255))
def test_a_changed_byte_gives_a_value_or_a_frame_error(value, place, byte):
    damaged = bytearray(encode(value))
    damaged[place % len(damaged)] = byte
    with contextlib.suppress(FrameError):
        decode(bytes(damaged))
