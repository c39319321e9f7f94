"""From epochs to updates: what milestones and horizons are counted in."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np

from autograders.declare.exercise import Case, Edit, Exercise, given
from autograders.declare.returns import WholeNumber

from . import UNIT


def _epoch_cases(rng: np.random.Generator) -> Iterator[Case]:
    for _ in range(4):
        batch = int(rng.integers(7, 64))
        samples = batch * int(rng.integers(5, 30)) + int(rng.integers(1, batch - 1))
        yield given(int(rng.integers(2, 20)), samples, batch).on(
            "values", "the last batch is short"
        )
    epochs, batch = int(rng.integers(2, 20)), int(rng.integers(8, 64))
    full = batch * int(rng.integers(20, 40))
    yield given(epochs, 1437, 64).on("values", "the data are the digits")
    yield given(epochs, full, batch).on("boundary", "the batches come out even")
    yield given(epochs, full + 1, batch).on("boundary", "one sample is left over")
    yield given(epochs, full - 1, batch).on("boundary", "one sample is missing")
    yield given(epochs, batch - 3, batch).on("edge", "one batch holds all samples")
    yield given(epochs, full, 1).on("edge", "each batch is a single sample")
    yield given(0, full, batch).on("edge", "there are no epochs")
    yield given(epochs, 1_281_167, 32).on("edge", "the data set is large")
    yield given(epochs, 4096 * int(rng.integers(9, 99)) + 1, 4096).on(
        "edge", "one sample is left over and batches are large"
    )
    yield given(2500, full + 1, batch).on("edge", "there are many epochs")


EPOCHS_TO_STEPS = Exercise(
    name="epochs_to_steps",
    unit=UNIT,
    signature="epochs_to_steps(epochs, n_samples, batch_size)",
    returns=WholeNumber(),
    reference=lambda epochs, n_samples, batch_size: epochs * -(-n_samples // batch_size),
    cases=_epoch_cases,
    worth={"values": 1, "boundary": 0.5, "edge": 0.5},
    statements={"boundary": "counts full and short batches exactly"},
)


@EPOCHS_TO_STEPS.variant
def with_ceil(epochs, n_samples, batch_size):
    return epochs * math.ceil(n_samples / batch_size)


@EPOCHS_TO_STEPS.variant
def negative_floor(epochs, n_samples, batch_size):
    return epochs * -(-n_samples // batch_size)


@EPOCHS_TO_STEPS.variant
def add_before_dividing(epochs, n_samples, batch_size):
    return epochs * ((n_samples + batch_size - 1) // batch_size)


@EPOCHS_TO_STEPS.variant
def with_numpy_ceil(epochs, n_samples, batch_size):
    return epochs * np.ceil(n_samples / batch_size)


@EPOCHS_TO_STEPS.variant
def with_divmod(epochs, n_samples, batch_size):
    full, rest = divmod(n_samples, batch_size)
    return int(epochs * (full + (rest > 0)))


EPOCHS_TO_STEPS.misconception(
    "drops-the-short-batch",
    Edit(with_ceil, ("math.ceil(n_samples / batch_size)", "(n_samples // batch_size)")),
    where="Take 10 samples in batches of 4: how many updates does one epoch make?",
    why="`//` alone throws the last, short batch away, but it makes an update too.",
    how="Round up: `math.ceil(n_samples / batch_size)`.",
)

EPOCHS_TO_STEPS.misconception(
    "rounds-after-multiplying",
    Edit(with_ceil, ("epochs * math.ceil(n_samples", "math.ceil(epochs * n_samples")),
    where="Take 2 epochs of 10 samples in batches of 4.",
    why="Each epoch ends with a short batch of its own; samples do not spill into the next epoch.",
    how="Round up the batches of one epoch first, then multiply by the epochs.",
)

EPOCHS_TO_STEPS.misconception(
    "keeps-the-fraction",
    Edit(with_ceil, ("math.ceil(n_samples / batch_size)", "n_samples / batch_size")),
    where="Look at the decimals of the result.",
    why="There is no fraction of an update: a short batch is one whole update.",
    how="Round the batches of one epoch up before you multiply.",
)

EPOCHS_TO_STEPS.misconception(
    "always-one-more",
    Edit(with_ceil, ("math.ceil(n_samples / batch_size)", "(n_samples // batch_size + 1)")),
    where="Take 12 samples in batches of 4: there are exactly 3.",
    why="`// + 1` counts a batch that is empty whenever the samples come out even.",
    how="Use `math.ceil`, which adds one only when something is left over.",
)

EPOCHS_TO_STEPS.misconception(
    "rounds-to-nearest",
    Edit(with_ceil, ("math.ceil", "round")),
    where="Take 9 samples in batches of 4: two full batches and one of a single sample.",
    why="`round` drops a short batch that is less than half full.",
    how="Round up, however small the last batch is.",
)

EPOCHS_TO_STEPS.misconception(
    "one-update-per-epoch",
    Edit(with_ceil, (" * math.ceil(n_samples / batch_size)", "")),
    where="Does the batch size matter in your answer?",
    why="An epoch is one pass over the data; it makes one update for each batch, not one in all.",
    how="Multiply the epochs by the number of batches.",
)

EPOCHS_TO_STEPS.misconception(
    "one-update-per-sample",
    Edit(with_ceil, ("math.ceil(n_samples / batch_size)", "n_samples")),
    where="Double the batch size: the number of updates has to fall.",
    why="An update uses a whole batch; the samples are shared out among the batches.",
    how="Divide the samples by the batch size, rounding up.",
)

EPOCHS_TO_STEPS.misconception(
    "turns-the-ratio-over",
    Edit(with_ceil, ("n_samples / batch_size", "batch_size / n_samples")),
    where="Take 10 samples in batches of 4: which of the two is divided by the other?",
    why="The batch size over the samples is a share below 1, which rounds up to one update.",
    how="Divide `n_samples` by `batch_size`.",
)

EPOCHS_TO_STEPS.misconception(
    "forgets-the-epochs",
    Edit(with_ceil, ("epochs * ", "")),
    where="Double the epochs: the number of updates has to double.",
    why="That is the number of updates of a single epoch.",
    how="Multiply by `epochs`.",
)

EPOCHS_TO_STEPS.misconception(
    "at-least-one-epoch",
    Edit(with_ceil, ("epochs *", "max(1, epochs) *")),
    where="Ask for 0 epochs.",
    why="No epochs mean no updates; nothing forces a first one.",
    how="Multiply by `epochs` as it is, without `max(1, ...)`.",
)
