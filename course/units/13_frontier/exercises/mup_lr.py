"""Width transfer: Adam's rate for a matrix whose inputs are as many as the network is wide."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from autograders.declare.exercise import Case, Edit, Exercise, given
from autograders.declare.returns import Number
from course.shared.draws import one_at_a_time
from lrlib.width import mup_lr

from . import UNIT


def _cases(rng: np.random.Generator) -> Iterator[Case]:
    for base_width, width in ((32, 128), (16, 256), (40, 100), (64, 1000)):
        lr = float(rng.uniform(0.001, 0.5))
        note = f"the width is {width / base_width:g} times the base width"
        yield given(lr, base_width, width).on("values", note)
    lr = float(rng.uniform(0.001, 0.5))
    base = int(rng.integers(5, 60))
    yield given(lr, base, 3 * base + 1).on("values", "the widths have no common factor")
    yield given(lr, base, 2 * base + 1).on("values", "the quotient is not whole")
    yield given(lr, 1, base).on("edge", "the base width is 1")
    yield given(lr, base, base).on("edge", "width and base width are equal")
    yield given(lr, 4 * base, base).on("edge", "the network is narrower than the base")
    yield given(lr, 3 * base, 2 * base).on("edge", "it is narrower and the quotient is not whole")
    yield given(1, 8, 32).on("edge", "lr is a whole number")
    yield given(lr, np.int64(base), np.int64(7 * base)).on("edge", "the widths are NumPy integers")
    usual = given(float(rng.uniform(0.002, 0.02)), 256, 4096)
    yield from one_at_a_time(
        usual, "lr base_width width", lr=(1e-10, 3e5), base_width=(2048,), width=(12_288, 128)
    )


MUP_LR = Exercise(
    name="mup_lr",
    unit=UNIT,
    signature="mup_lr(lr, base_width, width)",
    returns=Number(),
    reference=lambda lr, base_width, width: mup_lr(lr, base_width, width),
    cases=_cases,
    worth={"values": 1.5, "edge": 0.5},
    statements={"edge": "works for equal widths and for a network narrower than the base"},
)


@MUP_LR.variant
def as_written(lr, base_width, width):
    return lr * base_width / width


@MUP_LR.variant
def by_the_multiplier(lr, base_width, width):
    return lr / (width / base_width)


@MUP_LR.variant
def ratio_first(lr, base_width, width):
    return np.float64(base_width / width) * lr


@MUP_LR.variant
def in_logarithms(lr, base_width, width):
    return np.array(np.exp(np.log(lr) - np.log(width) + np.log(base_width)))


@MUP_LR.variant
def negative_power(lr, base_width, width):
    return lr * base_width * float(width) ** -1


MUP_LR.misconception(
    "raises-the-rate",
    Edit(as_written, ("base_width / width", "width / base_width")),
    where="A network four times as wide: is your rate above or below `lr`?",
    why="The quotient is upside down: every output adds up more inputs, so each must move less.",
    how="Multiply by `base_width / width`.",
)

MUP_LR.misconception(
    "square-root",
    Edit(as_written, ("base_width / width", "np.sqrt(base_width / width)")),
    where="A network four times as wide: by what is the rate divided?",
    why="The root belongs to the starting weights, whose sum grows by the root; updates of Adam "
    "agree in sign, so their sum grows by the width itself.",
    how="Divide by the width, not by its root.",
)

MUP_LR.misconception(
    "by-the-number-of-weights",
    Edit(as_written, ("base_width / width", "(base_width / width) ** 2")),
    where="A network twice as wide: by what is the rate divided?",
    why="A matrix between two wide layers has four times as many weights, but each of its outputs "
    "adds up only twice as many inputs.",
    how="Use the quotient of the widths, not its square.",
)

MUP_LR.misconception(
    "forgets-the-base",
    Edit(as_written, (" * base_width", "")),
    where="Ask for width equal to base_width: the rate should be `lr`.",
    why="`lr` was found at base_width, so only the change since then counts.",
    how="Multiply by `base_width / width`.",
)

MUP_LR.misconception(
    "keeps-the-rate",
    Edit(as_written, (" * base_width / width", "")),
    where="Is your answer different for two widths?",
    why="One rate for every width is what the standard parametrisation does, and what fails.",
    how="Multiply by `base_width / width`.",
)

MUP_LR.misconception(
    "never-raises",
    Edit(as_written, ("lr * base_width / width", "min(lr, lr * base_width / width)")),
    where="Ask for a network narrower than the base.",
    why="The rule holds in both directions: a narrower network takes a larger rate.",
    how="Leave out the `min` or `max`.",
)

MUP_LR.misconception(
    "whole-quotient",
    Edit(by_the_multiplier, ("(width / base_width)", "max(width // base_width, 1)")),
    Edit(as_written, ("base_width / width", "(base_width // width)")),
    where="Ask for a width that is no multiple of the base.",
    why="`//` throws the fraction away.",
    how="Divide with `/`.",
)

MUP_LR.misconception(
    "in-doublings",
    Edit(by_the_multiplier, ("width / base_width", "1 + abs(np.log2(width / base_width))")),
    where="A network four times as wide: by what is the rate divided?",
    why="Counting doublings divides by 3 where the width has grown by 4.",
    how="Divide by `width / base_width` itself.",
)

MUP_LR.misconception(
    "by-the-difference",
    Edit(by_the_multiplier, ("width / base_width", "1 + abs(width - base_width)")),
    where="Ask for width equal to base_width, and for twice as much.",
    why="What counts is how many times as wide the network is, not how many units were added.",
    how="Multiply by `base_width / width`.",
)
