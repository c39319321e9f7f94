"""Finding spikes: losses far above the median of those just before."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from statistics import median

import numpy as np

from autograders.declare.exercise import Case, Edit, Exercise, given
from autograders.declare.returns import Numbers

from . import UNIT


def _reference(losses, window, factor):
    losses = [float(loss) for loss in losses]
    return [
        i for i in range(window, len(losses)) if losses[i] > factor * median(losses[i - window : i])
    ]


def _cases(rng: np.random.Generator) -> Iterator[Case]:
    for n, window, factor in ((60, 10, 1.5), (90, 21, 1.2), (40, 5, 2.0)):
        falling = 3.0 * np.geomspace(1, 0.4, n) * (1 + 0.03 * rng.uniform(-1, 1, n))
        yield given(falling, window, factor).on("values", f"nothing jumps, the window is {window}")
        one = falling.copy()
        one[n // 2] *= factor * 1.3
        yield given(one, window, factor).on("values", f"one loss jumps, the window is {window}")
        long = falling.copy()
        long[n // 2 : n // 2 + window // 2 - 1] *= factor * 1.4
        yield given(long, window, factor).on(
            "values", f"a spike lasts for almost half the window of {window}"
        )
        step = falling.copy()
        step[n // 2 :] *= factor * 1.4
        yield given(step, window, factor).on("values", f"the loss stays high, window {window}")
        early = falling.copy()
        early[window - 1] *= 9
        yield given(early, window, factor).on(
            "boundary", "the jump comes before there is a whole window"
        )
        first = falling.copy()
        first[window] *= 9
        yield given(first, window, factor).on(
            "boundary", "the first loss with a whole window jumps"
        )
        last = falling.copy()
        last[-1] *= 9
        yield given(last, window, factor).on("boundary", "the very last loss jumps")
    huge = np.full(30, 1.0) + 0.01 * rng.uniform(-1, 1, 30)
    huge[[12, 18]] = 500.0
    yield given(huge, 10, 1.5).on("values", "two huge losses stand in one window")
    yield given([2.0, 2.0, 2.0, 3.0, 2.0], 3, 1.5).on("boundary", "it is exactly factor times")
    yield given([2.0, 2.0, 2.0, 3.0 + 1e-6, 2.0], 3, 1.5).on("boundary", "it is just above that")
    for last, far in ((5.0, "above"), (4.0, "below")):
        yield given([4.0, 1.0, 8.0, 2.0, last], 4, 1.5).on(
            "values", f"the window is even and the loss just {far} the line"
        )
    yield given([1, 1, 1, 4, 1, 1], 3, 2).on("edge", "all are whole numbers")
    yield given([1.0, 5.0, 1.0, 5.0], 1, 2.0).on("edge", "the window is a single loss")
    yield given([1.0, 2.0, 9.0], 3, 1.5).on("edge", "there are as many losses as the window")
    yield given([1.0, 9.0], 5, 1.5).on("edge", "there are fewer losses than the window")
    yield given([], 4, 1.5).on("edge", "there are no losses")
    yield given(np.array([1.0, 1.0, 1.0, np.inf, 1.0]), 3, 1.5).on("edge", "one loss is infinite")
    yield given(tuple(huge), 8, 1.5).on("edge", "the losses are a tuple")
    yield given(huge.copy(), 9, 1.5).on("purity", "the losses are an array")


FIND_SPIKES = Exercise(
    name="find_spikes",
    unit=UNIT,
    signature="find_spikes(losses, window, factor)",
    returns=Numbers(),
    reference=_reference,
    cases=_cases,
    worth={"values": 1.5, "boundary": 0.5, "edge": 0.5, "purity": 0.5},
    statements={
        "values": "finds the losses that exceed factor times the median of the window before them",
        "boundary": "begins with the first whole window, and asks for more than factor times",
        "edge": "copes with few or no losses, a window of one, and an infinite loss",
        "purity": "leaves the losses as they were",
    },
)


@FIND_SPIKES.variant
def as_written(losses, window, factor):
    spikes = []
    for i in range(window, len(losses)):
        before = losses[i - window : i]
        if losses[i] > factor * np.median(before):
            spikes.append(i)
    return spikes


@FIND_SPIKES.variant
def with_sorting(losses, window, factor):
    found = []
    for i, loss in enumerate(losses):
        if i < window:
            continue
        ordered = sorted(losses[i - window : i])
        middle = (ordered[(window - 1) // 2] + ordered[window // 2]) / 2
        if loss > middle * factor:
            found.append(i)
    return tuple(found)


@FIND_SPIKES.variant
def with_windows(losses, window, factor):
    losses = np.asarray(losses, dtype=float)
    if len(losses) <= window:
        return np.array([], dtype=int)
    before = np.lib.stride_tricks.sliding_window_view(losses[:-1], window)
    return window + np.flatnonzero(losses[window:] > factor * np.median(before, axis=1))


@FIND_SPIKES.variant
def with_a_queue(losses, window, factor):
    recent, spikes = deque(maxlen=window), []
    for i, loss in enumerate(losses):
        if len(recent) == window and loss / factor > median(recent):
            spikes.append(i)
        recent.append(loss)
    return spikes


@FIND_SPIKES.variant
def with_a_comprehension(losses, window, factor):
    losses = list(losses)
    middle = {i: float(np.median(losses[i - window : i])) for i in range(window, len(losses))}
    return [i for i, value in middle.items() if losses[i] > factor * value]


FIND_SPIKES.misconception(
    "mean-for-median",
    Edit(as_written, ("np.median", "np.mean")),
    where="Put two huge losses into one window: is the second found?",
    why="One huge loss pulls the mean up, and the next spike hides behind it; the median stays.",
    how="Use `np.median`.",
)

FIND_SPIKES.misconception(
    "one-of-the-two-middles",
    Edit(
        with_sorting,
        ("(ordered[(window - 1) // 2] + ordered[window // 2]) / 2", "ordered[window // 2]"),
    ),
    Edit(
        with_sorting,
        ("(ordered[(window - 1) // 2] + ordered[window // 2]) / 2", "ordered[(window - 1) // 2]"),
    ),
    where="Use an even window, such as 1, 2, 4, 8: what is its median?",
    why="Of an even number of losses two stand in the middle; the median is the mean of both.",
    how="Use `np.median`, or average the two in the middle.",
)

FIND_SPIKES.misconception(
    "window-holds-the-loss-itself",
    Edit(as_written, ("losses[i - window : i]", "losses[i - window + 1 : i + 1]")),
    where="Use a window of one loss: with what is a loss compared?",
    why="A loss in its own window is compared with itself as well.",
    how="The window ends just before `i`: `losses[i - window : i]`.",
)

FIND_SPIKES.misconception(
    "window-one-longer",
    Edit(
        as_written,
        ("range(window,", "range(window + 1,"),
        ("[i - window : i]", "[i - window - 1 : i]"),
    ),
    where="Count the losses in the window of the first loss that you judge.",
    why="`window` losses stand before index `window`, and they are enough.",
    how="Begin at `i = window`, with the slice `losses[i - window : i]`.",
)

FIND_SPIKES.misconception(
    "judges-without-a-window",
    Edit(
        as_written,
        ("range(window,", "range(1,"),
        ("losses[i - window : i]", "losses[max(0, i - window) : i]"),
    ),
    where="Let a loss jump before there are `window` losses.",
    why="The first losses of a run fall fast and shake; the contract waits for a whole window.",
    how="Begin at `i = window`.",
)

FIND_SPIKES.misconception(
    "exactly-counts",
    Edit(as_written, ("losses[i] > factor", "losses[i] >= factor")),
    where="Try a loss of exactly `factor` times the median.",
    why="The contract asks for losses that *exceed* it.",
    how="Compare with `>`.",
)

FIND_SPIKES.misconception(
    "median-of-all",
    Edit(as_written, ("losses[i - window : i]", "losses[:i]")),
    Edit(as_written, ("losses[i - window : i]", "losses")),
    where="Let the loss fall tenfold, and then jump to half of where it began.",
    why="Losses of long ago, or still to come, say nothing of what is usual now.",
    how="Take the `window` losses just before.",
)

FIND_SPIKES.misconception(
    "values-for-places",
    Edit(as_written, ("spikes.append(i)", "spikes.append(losses[i])")),
    where="Compare what comes back with the length of the run.",
    why="The result says *where* the spikes are, not how high.",
    how="Collect `i`, not `losses[i]`.",
)

FIND_SPIKES.misconception(
    "counts-from-the-first-window",
    Edit(as_written, ("spikes.append(i)", "spikes.append(i - window)")),
    where="Let a single known loss jump: is that its index?",
    why="The index counts from the first loss of the run, not from the first that is judged.",
    how="Append `i` itself.",
)

FIND_SPIKES.misconception(
    "only-the-first-of-a-spike",
    Edit(
        as_written,
        ("spikes.append(i)", "spikes += [] if spikes and spikes[-1] >= i - window else [i]"),
    ),
    where="Let three losses in a row be high.",
    why="Every loss above the line counts; a spike may be several updates long.",
    how="Append each such index.",
)

FIND_SPIKES.misconception(
    "difference-for-factor",
    Edit(as_written, ("factor * np.median(before)", "factor + np.median(before)")),
    where="Try losses of about 100, or of about 0.01.",
    why="A sum makes the line depend on the size of the loss.",
    how="Multiply the median by `factor`.",
)

FIND_SPIKES.misconception(
    "misses-the-last",
    Edit(as_written, ("len(losses))", "len(losses) - 1)")),
    where="Let the very last loss jump.",
    why="`range` leaves out its end by itself.",
    how="Use `range(window, len(losses))`.",
)
