"""One epoch of mini-batches: every sample once, in a fresh random order."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from autograders.declare.exercise import Case, Edit, Exercise, given
from autograders.declare.returns import Batches
from autograders.protocol.codec import Recipe

from . import UNIT

LOCAL = "samples hardly move: early ones stay in early batches, late ones in late ones"
# Of 48 samples in batches of 8, one random order in about 10**14 has as much.
MOST_DRIFT = 0.85
RANDOM = 4


def _epoch_batches(n, batch_size, rng):
    order = rng.permutation(n)
    return [order[start : start + batch_size] for start in range(0, n, batch_size)]


def _cases(rng: np.random.Generator) -> list[Case]:
    def on(n: int, batch_size: int) -> Case:
        seed = int(rng.integers(2**31))
        return given(n, batch_size, Recipe("generator", {"seed": seed}))

    moved = given(48, 8, Recipe("watched_generator", {"seed": int(rng.integers(2**31))}))
    size, rounds = int(rng.integers(6, 12)), int(rng.integers(4, 8))
    n = size * rounds
    cases = [
        on(60, 12).on("values", "the batches come out even"),
        on(n, size).on("values", "the batches come out even"),
        on(256, 32).on("values", "there are many samples"),
        on(n + 1, size).on("boundary", "one sample is left over"),
        on(n - 1, size).on("boundary", "one sample is missing from the last batch"),
        on(n + size // 2, size).on("boundary", "the last batch is about half full"),
        on(1437, 64).on("boundary", "the data are the digits"),
        on(13, 13).on("edge", "one batch holds exactly all samples"),
        on(12, 50).on("edge", "the batch size exceeds the number of samples"),
        on(14, 1).on("edge", "each batch holds a single sample"),
        on(1, 4).on("edge", "there is a single sample"),
        on(5000, 1200).on("boundary", "batches are large"),
        moved.recorded().on("random", "the generator is wanted again for the next epoch"),
    ]
    for number in range(RANDOM):
        cases.append(on(48, 8).on("random", f"it is generator {number + 1} of {RANDOM}"))
    return cases


def _compare(case: Case, expected: Any, got: Sequence[np.ndarray]) -> str | None:
    """Every sample once, batches full but for the last, and not merely neighbours."""
    if case.record:
        return None if got else "the generator has not moved, so each epoch gets the same order"
    n, size = case.args[0], case.args[1]
    order = np.concatenate([*got, np.empty(0)])
    counts = np.bincount(order[(order >= 0) & (order < n)].astype(int), minlength=n)
    faults = [
        ("some indices lie outside 0 to n - 1", bool(((order < 0) | (order >= n)).any())),
        ("some samples are missing", bool((counts == 0).any())),
        ("some samples occur more than once", bool((counts > 1).any())),
    ]
    if any(found for _, found in faults):
        return " and ".join(words for words, found in faults if found)
    sizes = [len(batch) for batch in got]
    full = [size] * (n // size) + [n % size] * (n % size > 0)
    if sizes != full:
        return f"expected batches of {_runs(full)}, got {_runs(sizes)}"
    if case.property == "values" and any(batch.dtype.kind == "f" for batch in got):
        return "these are arrays of floats, which cannot pick samples: an index is a whole number"
    return _habit(n, size, got) if case.property == "random" else None


def _runs(sizes: Sequence[int]) -> str:
    """Batch sizes in short: `3 times 8, then 5`."""
    words = []
    for size in dict.fromkeys(sizes):
        count = sizes.count(size)
        words.append(f"{count} times {size}" if count > 1 else str(size))
    return ", then ".join(words) or "no"


def _habit(n: int, size: int, got: Sequence[np.ndarray]) -> str | None:
    """What is not random about an epoch whose batches hold neighbours only."""
    if np.array_equal(np.concatenate(got), np.arange(n)):
        return "the samples come in their original order"
    starts = [_first_of_neighbours(batch, n) for batch in got]
    if None in starts:
        return LOCAL if _drift(got) > MOST_DRIFT else None
    if starts == list(range(0, n, size)):
        return "each batch always holds the same samples, only their order in it changes"
    if set(starts) == set(range(0, n, size)):
        return "the same samples are always together, only the batches change places"
    return "each batch holds neighbours"


def _drift(got: Sequence[np.ndarray]) -> float:
    """How strongly the number of a batch goes with the indices in it, from 0 to about 1."""
    numbers = np.repeat(np.arange(len(got)), [len(batch) for batch in got])
    return float(abs(np.corrcoef(numbers, np.concatenate(got))[0, 1]))


def _first_of_neighbours(batch: np.ndarray, n: int) -> int | None:
    """The first index of a batch of neighbours (n - 1 and 0 are neighbours too), else None."""
    members = {int(index) for index in batch}
    firsts = [index for index in members if (index - 1) % n not in members]
    return firsts[0] if len(firsts) == 1 else None


def _stays(orders: Sequence[np.ndarray]) -> str | None:
    """What has its place in every order; by chance, four random orders agree once in 5 million."""
    if all(order.size and order[0] == 0 for order in orders):
        return "sample 0 always comes first"
    if all(order.size and order[-1] == order.size - 1 for order in orders):
        return "the last sample always comes last"
    return None


def _together(cases: Sequence[Case], reads: Sequence[Any]) -> dict[int, str]:
    """Equal generators have to give equal batches, different ones different groups of samples."""
    said: dict[int, str] = {}
    first: dict[int, Any] = {}
    orders: list[np.ndarray] = []
    groups: dict[Any, int] = {}
    for place, (case, read) in enumerate(zip(cases, reads)):
        if read is None or case.record:
            continue
        seed = case.args[2].data["seed"]
        if seed in first:
            same = len(first[seed]) == len(read) and all(map(np.array_equal, first[seed], read))
            if not same:
                said[place] = "the same generator gave other batches the second time"
        elif case.property == "random":
            group = frozenset(frozenset(batch.tolist()) for batch in read)
            if group in groups:
                said[place] = "another generator gave the same groups of samples"
            groups[group] = place
            orders.append(np.concatenate([*read, np.empty(0)]))
            stays = _stays(orders) if len(orders) == RANDOM else None
            if stays:
                said[place] = stays
        first.setdefault(seed, read)
    return said


EPOCH_BATCHES = Exercise(
    name="epoch_batches",
    unit=UNIT,
    signature="epoch_batches(n, batch_size, rng)",
    returns=Batches(),
    reference=_epoch_batches,
    cases=_cases,
    compare=_compare,
    together=_together,
    worth={"values": 1, "random": 2, "boundary": 1, "edge": 0.5, "purity": 0.5},
    statements={
        "values": "uses every sample exactly once, in batches of the size asked for",
        "random": "shuffles all samples, anew for each generator",
        "boundary": "keeps a short last batch, and only that one is short",
        "edge": "works for batches of one, for one batch and for a single sample",
        "purity": "draws from the generator that was given: equal generators, equal batches",
    },
)


@EPOCH_BATCHES.variant
def slices_of_a_permutation(n, batch_size, rng):
    order = rng.permutation(n)
    return [order[start : start + batch_size] for start in range(0, n, batch_size)]


@EPOCH_BATCHES.variant
def shuffled_in_place(n, batch_size, rng):
    order = np.arange(n)
    rng.shuffle(order)
    return tuple(np.split(order, range(batch_size, n, batch_size)))


@EPOCH_BATCHES.variant
def sorted_by_random_keys(n, batch_size, rng):
    order = np.argsort(rng.random(n))
    batches = []
    while len(order):
        batches.append(order[:batch_size])
        order = order[batch_size:]
    return batches


@EPOCH_BATCHES.variant
def chosen_without_replacement(n, batch_size, rng):
    order = rng.choice(n, size=n, replace=False)
    return [
        np.sort(order[k * batch_size : (k + 1) * batch_size]) for k in range(-(-n // batch_size))
    ]


@EPOCH_BATCHES.variant
def drawn_one_by_one(n, batch_size, rng):
    left, batches = list(range(n)), []
    while left:
        batch: list[int] = []
        while left and len(batch) < batch_size:
            batch.append(left.pop(int(rng.integers(len(left)))))
        batches.append(batch)
    return batches


EPOCH_BATCHES.misconception(
    "does-not-shuffle",
    Edit(slices_of_a_permutation, ("rng.permutation(n)", "np.arange(n)")),
    where="Print the first batch: is it 0, 1, 2, ...?",
    why="Samples that stand together in the file end up in the same batch in every epoch.",
    how="Cut up `rng.permutation(n)` instead of `np.arange(n)`.",
)

EPOCH_BATCHES.misconception(
    "shuffles-inside-batches-only",
    Edit(
        slices_of_a_permutation,
        ("rng.permutation(n)", "np.arange(n)"),
        ("order[start : start + batch_size]", "rng.permutation(order[start : start + batch_size])"),
    ),
    where="Which samples are in the first batch, whatever the generator?",
    why="The order inside a batch changes nothing: the mean gradient is the same.",
    how="Shuffle all n indices first, then cut.",
)


@EPOCH_BATCHES.misconception(
    "shuffles-whole-batches-only",
    where="Which samples share a batch, whatever the generator?",
    why="Exchanging whole batches leaves the same samples together for ever.",
    how="Shuffle all n indices first, then cut.",
)
def order_of_batches_only(n, batch_size, rng):
    batches = [np.arange(n)[k : k + batch_size] for k in range(0, n, batch_size)]
    short = batches.pop() if n % batch_size else None
    batches = [batches[k] for k in rng.permutation(len(batches))]
    return batches if short is None else [*batches, short]


EPOCH_BATCHES.misconception(
    "uses-the-global-generator",
    Edit(slices_of_a_permutation, ("rng.permutation(n)", "np.random.permutation(n)")),
    where="Call it twice with equally seeded generators: are the batches equal?",
    why="`np.random.permutation` draws from NumPy's global state, so no run can be repeated.",
    how="Draw from the generator that is passed in: `rng.permutation(n)`.",
)

EPOCH_BATCHES.misconception(
    "seeds-its-own-generator",
    Edit(
        slices_of_a_permutation, ("rng.permutation(n)", "np.random.default_rng(0).permutation(n)")
    ),
    where="Call it with differently seeded generators: are the batches different?",
    why="A fixed seed inside, or an order kept from an earlier call, gives the same epoch always.",
    how="Draw from the generator that is passed in, at each call: `rng.permutation(n)`.",
)

EPOCH_BATCHES.misconception(
    "drops-the-short-batch",
    Edit(
        slices_of_a_permutation,
        ("range(0, n, batch_size)", "range(0, n - batch_size + 1, batch_size)"),
    ),
    where="Take 10 samples in batches of 4 and count the samples that come back.",
    why="Whole batches only, like `drop_last=True` in torch's DataLoader, lose the rest.",
    how="Let the last slice be short: slicing beyond the end is allowed.",
)

EPOCH_BATCHES.misconception(
    "fills-up-the-short-batch",
    Edit(
        slices_of_a_permutation,
        (
            "order[start : start + batch_size]",
            'np.take(order, range(start, start + batch_size), mode="wrap")',
        ),
    ),
    where="Take 10 samples in batches of 4 and look for samples that occur twice.",
    why="Filling the last batch from the front uses some samples twice in one epoch.",
    how="Leave the last batch short.",
)

EPOCH_BATCHES.misconception(
    "evens-out-the-batches",
    Edit(
        shuffled_in_place,
        (
            "split(order, range(batch_size, n, batch_size))",
            "array_split(order, -(-n // batch_size))",
        ),
    ),
    where="Take 10 samples in batches of 4: sizes 4, 4, 2 are right.",
    why="`np.array_split` into a number of batches makes them about equal, so none has the size asked.",
    how="Cut after every `batch_size` samples.",
)

EPOCH_BATCHES.misconception(
    "takes-the-size-for-the-number",
    Edit(
        shuffled_in_place,
        ("split(order, range(batch_size, n, batch_size))", "array_split(order, batch_size)"),
    ),
    where="Take 12 samples and batch_size = 3: how many batches come back?",
    why="The second argument of `np.array_split` is how many parts there are, not how long.",
    how="Cut after every `batch_size` samples, by slicing.",
)

EPOCH_BATCHES.misconception(
    "ends-with-an-empty-batch",
    Edit(slices_of_a_permutation, ("range(0, n, batch_size)", "range(0, n + 1, batch_size)")),
    where="Take 8 samples in batches of 4 and count the batches.",
    why="When the samples come out even, nothing is left over for one more batch.",
    how="Let the starts run over `range(0, n, batch_size)`, which stops before n.",
)

EPOCH_BATCHES.misconception(
    "draws-with-replacement",
    Edit(slices_of_a_permutation, ("rng.permutation(n)", "rng.integers(n, size=n)")),
    where="Count how often each sample occurs in one epoch.",
    why="Independent draws, as `rng.integers` makes, repeat some samples and miss others.",
    how="Draw one permutation for the epoch and cut it up.",
)

EPOCH_BATCHES.misconception(
    "draws-each-batch-afresh",
    Edit(
        slices_of_a_permutation,
        ("order[start : start + batch_size]", "rng.choice(n, min(batch_size, n), replace=False)"),
    ),
    where="Look for samples that occur in two batches of one epoch.",
    why="Without a memory between batches, a sample may be drawn again or never.",
    how="Draw one permutation for the epoch and cut it up.",
)

EPOCH_BATCHES.misconception(
    "counts-samples-from-one",
    Edit(slices_of_a_permutation, ("rng.permutation(n)", "rng.permutation(n) + 1")),
    where="Look at the smallest and the largest index.",
    why="Python counts from 0: index n lies beyond the data, and sample 0 is never used.",
    how="Leave out the `+ 1`.",
)

EPOCH_BATCHES.misconception(
    "yields",
    Edit(
        slices_of_a_permutation,
        ("return [order", "return (order"),
        ("batch_size)]", "batch_size))"),
    ),
    where="Print what comes back: is it a list?",
    why="`yield` makes a generator, which can be gone through only once and has no length.",
    how="Collect the batches in a list and return it.",
)


@EPOCH_BATCHES.misconception(
    "does-not-cut",
    where="How many arrays come back?",
    why="One long array is an epoch, but not yet batches.",
    how="Return a list of slices of `batch_size` indices each.",
)
def one_array(n, batch_size, rng):
    return rng.permutation(n)
