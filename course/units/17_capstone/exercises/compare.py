"""Compare methods on paired seeds: mean, spread, interval of the difference, and a verdict."""

from __future__ import annotations

import statistics
from collections.abc import Iterator
from typing import Any

import numpy as np

from autograders.declare.exercise import Case, Exercise, given
from autograders.declare.returns import Keyed, Number, State, Text

from . import UNIT

T95 = {2: 12.706, 3: 4.303, 4: 3.182, 5: 2.776, 6: 2.571, 7: 2.447, 8: 2.365, 9: 2.306, 10: 2.262}
"""Student's t for an interval that covers 95 %, by number of pairs (not degrees of freedom)."""

BETTER, WORSE, UNCLEAR, BASELINE = "better", "worse", "cannot tell", "baseline"


def verdict_of(difference, margin):
    if difference < -margin:
        return BETTER
    return WORSE if difference > margin else UNCLEAR


def _of_lost(x, base):
    if np.isfinite(x).all() == np.isfinite(base).all():
        return UNCLEAR
    return BETTER if np.isfinite(x).all() else WORSE


def board_of(results, entry):
    """The result, given what to say of `(losses, losses of the baseline)`; the first is that."""
    base = np.array(next(iter(results.values())), dtype=float)
    found: dict[str, Any] = {}
    for name, losses in results.items():
        x = np.array(losses, dtype=float)
        found[name] = entry(x, base)
        if not (np.isfinite(x).all() and np.isfinite(base).all()):
            found[name] |= {"difference": np.inf, "margin": np.inf, "verdict": _of_lost(x, base)}
        if not np.isfinite(x).all():
            found[name] |= {"mean": np.inf, "spread": np.inf}
        if len(found) == 1:
            found[name]["verdict"] = BASELINE
    return found


def entry_of(x, base, *, spread=None, margin=None, factor=None, verdict=verdict_of):
    n = len(x)
    gap = x - base
    mean_gap = gap.mean()
    factor = T95[n] if factor is None else factor(n)
    margin = factor * gap.std(ddof=1) / n**0.5 if margin is None else margin(x, base)
    return {
        "mean": x.mean(),
        "spread": x.std(ddof=1) if spread is None else spread(x),
        "difference": mean_gap,
        "margin": margin,
        "verdict": verdict(mean_gap, margin),
    }


def _reference(results):
    return board_of(results, entry_of)


def _cases(rng: np.random.Generator) -> Iterator[Case]:
    def noisy(n: int, mean: float, spread: float) -> np.ndarray:
        draw = rng.permutation(np.linspace(-1, 1, n) + rng.uniform(-0.1, 0.1, n))
        return mean + spread * (draw - draw.mean())

    def field(n: int) -> dict[str, list[float]]:
        """A baseline whose seeds vary a lot, and rivals that keep to it, or do not."""
        base = noisy(n, 0.5, 0.2)
        near = base - 0.05 + noisy(n, 0, 0.01)
        far = base + 0.08 + noisy(n, 0, 0.01)
        blurred = base - 0.03 + noisy(n, 0, 0.15)
        each = {"SGD": base, "momentum": near, "Adam": far, "RMSprop": blurred}
        return {name: losses.tolist() for name, losses in each.items()}

    for part in ("mean", "spread", "difference", "margin"):
        name = "interval" if part in ("difference", "margin") else part
        for n in (5, 7, 3):
            yield given(field(n)).only(part).on(name, f"four methods have run on {n} seeds")
    for n in (4, 5, 6, 10):
        yield given(field(n)).only("verdict").on("verdict", f"differences vary less than seeds, {n} of them")  # fmt: skip
    steps = np.array([-1.0, -0.5, 0.0, 0.5, 1.0])
    for factor, note in ((2.4, "is just too wide"), (3.2, "is just narrow enough")):
        base = noisy(5, 0.6, 0.02)
        width = steps.std(ddof=1) / 5**0.5
        gap = 0.01 * (rng.permutation(steps) - factor * width)
        close = {"AdamW": base.tolist(), "Lion": (base + gap).tolist()}
        yield given(close).only("verdict").on("verdict", f"the interval of five seeds {note}")
    wide = steps * 0.1 + 0.7
    sides = {"late": wide.tolist(), "early": (wide[::-1] - 0.01).tolist()}
    yield given(sides).only("verdict").on("verdict", "what one seed gains the next one loses")
    order = {"worst": [0.9, 0.92, 0.91], "best": [0.1, 0.12, 0.13], "middle": [0.5, 0.54, 0.51]}
    yield given(order).only("verdict").on("verdict", "the baseline is the worst of three")
    same = [0.5, 0.25, 0.75]
    equal = {"one": same, "other": list(same)}
    yield given(equal).only("verdict").on("verdict", "two methods give equal losses")

    good, lost = noisy(5, 0.4, 0.05), noisy(5, 0.3, 0.05)
    lost[2] = np.nan
    other = noisy(5, 0.35, 0.05)
    other[0] = np.inf
    for name, results in (
        ("a rival has a run that diverged", {"SGD": good, "Adam": lost}),
        ("the baseline has a run that diverged", {"SGD": other, "Adam": good}),
        ("both have runs that diverged", {"SGD": lost, "Adam": other, "Lion": good}),
    ):
        case = given({key: losses.tolist() for key, losses in results.items()})
        yield case.only("verdict").on("divergence", name)
        yield case.only("mean").on("divergence", name)
    yield given(field(2)).only("margin").on("edge", "there are two seeds")
    alone = given({"only": noisy(5, 0.5, 0.1).tolist()})
    yield alone.only("verdict").on("edge", "there is a single method")
    arrays = {name: np.array(losses) for name, losses in field(5).items()}
    yield given(arrays).only("mean").on("edge", "losses are arrays")
    yield given(arrays).read_only().only("mean").on("purity", "losses cannot be written to")
    yield given(field(6)).only("mean").on("purity", "losses are in no order")
    for size, words in ((1e5, "large"), (1e-10, "tiny")):
        scaled = {key: [size * loss for loss in losses] for key, losses in field(5).items()}
        for part, name in (("mean", "mean"), ("spread", "spread"), ("margin", "interval")):
            yield given(scaled).only(part).on(name, f"all losses are {words}")
        yield given(scaled).only("verdict").on("verdict", f"all losses are {words}")


COMPARE = Exercise(
    name="compare",
    unit=UNIT,
    signature="compare(results)",
    returns=Keyed(
        State(
            (Number(), Number(), Number(), Number(), Text()),
            ("mean", "spread", "difference", "margin", "verdict"),
        )
    ),
    reference=_reference,
    cases=_cases,
    worth={
        "mean": 0.25,
        "spread": 0.75,
        "interval": 1,
        "verdict": 1,
        "divergence": 0.5,
        "edge": 0.25,
        "purity": 0.25,
    },
    statements={
        "mean": "gives the mean over the seeds",
        "spread": "gives the standard deviation over the seeds, with n - 1",
        "interval": "gives the mean of the paired differences and the margin of that mean",
        "verdict": "says better or worse only where the whole interval lies on one side of 0",
        "divergence": "counts a method with a diverged run as worse than one without",
        "edge": "works for two seeds, for a single method, and for arrays",
        "purity": "gives equal answers to equal calls, and leaves the losses as they are",
    },
)


@COMPARE.variant
def with_statistics(results):
    names = list(results)
    board: dict[str, Any] = {}
    for name in names:
        mine = [float(value) for value in results[name]]
        base = [float(value) for value in results[names[0]]]
        fine, base_fine = all(map(np.isfinite, mine)), all(map(np.isfinite, base))
        row: dict[str, Any] = dict.fromkeys(("mean", "spread", "difference", "margin"), np.nan)
        if fine:
            row |= {"mean": statistics.fmean(mine), "spread": statistics.stdev(mine)}
        if fine and base_fine:
            gaps = [a - b for a, b in zip(mine, base)]
            row["difference"] = statistics.fmean(gaps)
            row["margin"] = T95[len(gaps)] * statistics.stdev(gaps) / len(gaps) ** 0.5
        low, high = row["difference"] - row["margin"], row["difference"] + row["margin"]
        if name == names[0]:
            row["verdict"] = "baseline"
        elif fine != base_fine:
            row["verdict"] = "better" if fine else "worse"
        else:
            row["verdict"] = "better" if high < 0 else "worse" if low > 0 else "cannot tell"
        board[name] = row
    return board


@COMPARE.variant
def as_one_array(results):
    losses = np.array([list(values) for values in results.values()], dtype=float)
    with np.errstate(invalid="ignore"):
        gaps = losses - losses[0]
        n = losses.shape[1]
        means, spreads = losses.mean(axis=1), losses.std(axis=1, ddof=1)
        differences = gaps.mean(axis=1)
        margins = T95[n] / np.sqrt(n) * gaps.std(axis=1, ddof=1)
    fine = np.isfinite(losses).all(axis=1)
    board = {}
    for i, name in enumerate(results):
        verdict = "cannot tell"
        if i == 0:
            verdict = "baseline"
        elif (fine[i] and not fine[0]) or differences[i] + margins[i] < 0:
            verdict = "better"
        elif (fine[0] and not fine[i]) or differences[i] - margins[i] > 0:
            verdict = "worse"
        board[name] = {
            "mean": means[i],
            "spread": spreads[i],
            "difference": differences[i],
            "margin": margins[i],
            "verdict": verdict,
        }
    return board


@COMPARE.variant
def by_hand(results):
    baseline = next(iter(results))

    def moments(values):
        center = sum(values) / len(values)
        return center, (sum((v - center) ** 2 for v in values) / (len(values) - 1)) ** 0.5

    def lost(name):
        return not all(np.isfinite(v) for v in results[name])

    def line(name):
        gaps = [a - b for a, b in zip(results[name], results[baseline])]
        (mean, spread), (gap, gap_spread) = moments(list(results[name])), moments(gaps)
        margin = T95[len(gaps)] * gap_spread / len(gaps) ** 0.5
        if name == baseline:
            words = "baseline"
        elif lost(name) or lost(baseline):
            both = lost(name) and lost(baseline)
            words = "cannot tell" if both else "worse" if lost(name) else "better"
        elif abs(gap) <= margin:
            words = "cannot tell"
        else:
            words = "better" if gap < 0 else "worse"
        return {"mean": mean, "spread": spread, "difference": gap, "margin": margin} | {
            "verdict": words
        }

    return {name: line(name) for name in results}


@COMPARE.variant
def verdicts_by_sign(results):
    words = {-1: "better", 0: "cannot tell", 1: "worse"}
    board = board_of(results, entry_of)
    for i, row in enumerate(board.values()):
        if i and np.isfinite(row["difference"]):
            outside = abs(row["difference"]) > row["margin"]
            row["verdict"] = words[int(np.sign(row["difference"])) * bool(outside)]
    return board


def changed(**changed):
    return lambda results: board_of(results, lambda x, base: entry_of(x, base, **changed))


COMPARE.misconception(
    "population-spread",
    changed(spread=lambda x: x.std()),
    where="Compare your spread for two seeds with the hand calculation.",
    why="`np.std` divides by n unless told; with few seeds that makes every method look steadier "
    "than it is.",
    how="Write `np.std(losses, ddof=1)`.",
)

COMPARE.misconception(
    "standard-error-as-spread",
    changed(spread=lambda x: x.std(ddof=1) / len(x) ** 0.5),
    where="Does your spread shrink when more seeds are run?",
    why="The spread says how much runs differ; divided by the root of n it says how well their "
    "mean is known. A reader takes one for the other.",
    how="Leave the division by the root of n to the margin.",
)

COMPARE.misconception(
    "range-as-spread",
    changed(spread=lambda x: x.max() - x.min()),
    where="What does your spread do when one more seed is run?",
    why="From the best to the worst run is a range; it grows with every seed that is added.",
    how="Take the standard deviation with n - 1.",
)

COMPARE.misconception(
    "unpaired-margin",
    changed(
        margin=lambda x, base: T95[len(x)] * ((x.var(ddof=1) + base.var(ddof=1)) / len(x)) ** 0.5
    ),
    where="Two methods swing together from seed to seed. Is their difference uncertain?",
    why="Both started from the same point and saw the same batches: what they share cancels in the "
    "differences, and adding up both spreads throws that away.",
    how="Take the differences seed by seed first, then their standard deviation.",
)

COMPARE.misconception(
    "margin-without-root-n",
    changed(margin=lambda x, base: T95[len(x)] * (x - base).std(ddof=1)),
    where="What should happen to the margin when there are four times as many seeds?",
    why="That is how far one difference may lie off; the mean of n of them is known better, by the "
    "root of n.",
    how="Divide by `n ** 0.5`.",
)

COMPARE.misconception(
    "two-for-every-n",
    changed(factor=lambda n: 1.96),
    changed(factor=lambda n: 2.0),
    where="Compare your margins for three and for ten seeds with the table `T95`.",
    why="The factor 2 is for many seeds; with five it must be 2.776, with three 4.303, because the "
    "standard deviation itself is uncertain.",
    how="Look the factor up: `T95[n]`.",
)

COMPARE.misconception(
    "table-read-one-off",
    changed(factor=lambda n: T95[max(n - 1, 2)]),
    where="Is `T95` listed by number of seeds, or by degrees of freedom?",
    why="Here the table counts seeds; n - 1 has been taken care of.",
    how="Look the factor up as `T95[n]`.",
)
