"""Reading a loss curve: diverged, stuck, too slow or learning."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np

from autograders.declare.exercise import Case, Edit, Exercise, given
from autograders.declare.returns import Text

from . import UNIT


def _cases(rng: np.random.Generator) -> Iterator[Case]:
    guess = float(rng.uniform(1, 4))
    start = guess * float(rng.uniform(1.0, 1.08))
    noise = 1 + 0.004 * rng.uniform(-1, 1, size=120)

    def run(*losses: float, level: float, n: int) -> np.ndarray:
        return np.array([start, *losses, *(level * noise[:n])]) * 1.0

    yield given(start * np.geomspace(1, 0.06, 60), guess).on("values", "the loss falls")
    yield given(start * np.linspace(1, 0.99, 50), guess).on("values", "the loss hardly falls")
    yield given(start * np.geomspace(1, 900, 30), guess).on("values", "the loss grows")
    yield given((start * np.geomspace(1, 0.3, 12)).tolist(), guess).on("values", "it is a list")
    catapult = np.concatenate([[start], guess * np.geomspace(90, 0.02, 60)])
    yield given(catapult, guess).on("values", "the loss leaps first and ends low")
    coming = np.concatenate([[start], guess * np.geomspace(6, 0.6, 40)])
    yield given(coming, guess).on("values", "the loss leaps, and is still on its way down")
    yield given(start * np.array([*np.geomspace(1, 0.1, 20), *[4.0] * 5]), guess).on(
        "values", "the loss falls first and ends high"
    )
    far = 9 * guess * np.geomspace(1, 0.9, 40)
    yield given(far, guess).on("values", "the loss starts far above a guess and hardly falls")
    near = 3 * guess * np.geomspace(1, 0.27, 40)
    yield given(near, guess).on("values", "the loss starts far above a guess and comes near it")
    yield given(0.4 * guess * np.linspace(1, 1.9, 40), guess).on(
        "values", "the loss starts far below a guess and rises"
    )

    yield given(np.array([3.0, 2.0, 1.4]), 3.0).on("values", "the end is just below half a guess")

    yield given(run(9 * guess, 2 * guess, level=guess, n=60), guess).on(
        "stuck", "the loss leaps and then stays at that of a guess"
    )
    yield given(run(1.6 * guess, level=1.1 * guess, n=90), guess).on(
        "stuck", "the loss leaps and then stays a little above that of a guess"
    )
    yield given(run(4 * guess, level=0.85 * guess, n=40), guess).on(
        "stuck", "the loss leaps and then stays a little below that of a guess"
    )
    late = np.concatenate([start * np.geomspace(1, 0.2, 40), [7 * guess], guess * noise[:40]])
    yield given(late, guess).on("stuck", "the loss falls, leaps late and stays at a guess")
    yield given(guess * noise[:50], guess).on("stuck", "the loss never leaves that of a guess")
    ripple = guess * (1 + 0.15 * np.sin(np.arange(100)))
    yield given(ripple, guess).on("stuck", "the loss shakes about that of a guess")

    spike = start * np.geomspace(1, 0.2, 100)
    spike[-1] = 5 * guess
    yield given(spike, guess).on("end", "the last of 100 losses is a spike")
    lucky = guess * (1.5 + 0.02 * rng.uniform(-1, 1, size=50)) * 2
    lucky[0], lucky[-1] = start, guess * 0.1
    yield given(lucky, guess).on("end", "the last of 50 losses is low by chance")
    tail = np.full(25, 3 * guess)
    tail[0], tail[-2:] = guess, 0.2 * guess
    yield given(tail, guess).on("end", "the last 2 of 25 losses are low")
    eleventh = np.full(101, 0.45 * guess)
    eleventh[0], eleventh[-11] = guess, 3 * guess
    yield given(eleventh, guess).on("end", "of 101 losses, the 11th from the end is high")
    short = guess * np.array([1.0, 0.9, 0.7, 0.6, 0.3])
    yield given(short, guess).on("end", "there are 5 losses")

    for bad, words in ((np.nan, "NaN"), (np.inf, "infinite"), (-np.inf, "minus infinity")):
        broken = start * np.geomspace(1, 0.1, 30)
        broken[12] = bad
        yield given(broken, guess).on("edge", f"one loss is {words}, the last is low")
    yield given([math.nan, 0.4 * guess, 0.2 * guess], guess).on("edge", "the first loss is NaN")
    yield given([start, 0.1 * guess, math.nan], guess).on("edge", "the last loss is NaN")
    yield given(np.array([guess]), guess).on("edge", "there is a single loss")
    yield given([4, 3, 2, 1], 4).on("edge", "all are whole numbers")
    yield given(np.array([4.0, 3.0, 2.0]), 4.0).on("edge", "the end is exactly half a guess")
    yield given(np.array([4.0, 3.0, 2.0 + 1e-6]), 4.0).on("edge", "it is just above half a guess")
    yield given(np.array([4.0, 4.5, 5.0]), 4.0).on("edge", "the end is exactly at the line")
    yield given(np.array([4.0, 4.5, 5.0 + 1e-6]), 4.0).on("edge", "it is just above the line")
    yield given(np.array([4.0, 6.0, 3.0]), 4.0).on("edge", "it is exactly a quarter below a guess")
    yield given(np.array([4.0, 6.0, 3.0 - 1e-6]), 4.0).on("edge", "it is just further below")
    losses = [start, *(0.7 * guess * noise[:60]).tolist()]
    yield given(losses, guess).on("values", "the loss stays below that of a guess")
    yield given(losses, 2 * guess).on("values", "of an earlier call only the guess is another one")
    good = start * np.geomspace(1, 0.06, 250)
    yield given([*good.tolist(), *[9.0 * guess] * 50], guess).on("end", "a long run ends high")
    yield given(start - 3 * guess * np.linspace(0, 1, 60), guess).on(
        "values", "losses become negative"
    )
    for size, words in ((1e5, "large"), (1e-10, "tiny")):
        for end in (2 + 1e-4, 2 - 1e-4):
            case = given(size * np.array([4.0, 3.0, end]), 4.0 * size)
            yield case.on("edge", f"the end is near half a guess and all numbers are {words}")


def _diagnosed(losses, guess):
    losses = np.asarray(losses, float)
    if not np.isfinite(losses).all():
        return "diverged"
    end, line = losses[-math.ceil(len(losses) / 10) :].mean(), 1.25 * max(losses[0], guess)
    if end > line:
        return "diverged"
    if losses.max() > line and abs(end - guess) <= guess / 4:
        return "stuck"
    return "too slow" if end > guess / 2 else "learning"


DIAGNOSE_RUN = Exercise(
    name="diagnose_run",
    unit=UNIT,
    signature="diagnose_run(losses, guess)",
    returns=Text(),
    reference=_diagnosed,
    cases=_cases,
    worth={"values": 1, "stuck": 1, "end": 1, "edge": 1},
    statements={
        "values": "tells a run that learns, creeps or diverges",
        "stuck": "calls a run stuck if it leapt and came to rest near a guess, and only then",
        "end": "judges the end by the mean of the last tenth, rounded up",
        "edge": "draws its lines where the contract does, and notices a loss that is not finite",
    },
)


@DIAGNOSE_RUN.variant
def step_by_step(losses, guess):
    losses = np.array(losses, dtype=float)
    if np.isnan(losses).any() or np.isinf(losses).any():
        return "diverged"
    n = math.ceil(len(losses) / 10)
    end = np.mean(losses[-n:])
    line = 1.25 * max(losses[0], guess)
    if end > line:
        return "diverged"
    if max(losses) > line and 0.75 * guess <= end <= 1.25 * guess:
        return "stuck"
    if end > guess / 2:
        return "too slow"
    return "learning"


@DIAGNOSE_RUN.variant
def without_numpy(losses, guess):
    losses = [float(loss) for loss in losses]
    if not all(map(math.isfinite, losses)):
        return "diverged"
    last = losses[-((len(losses) + 9) // 10) :]
    end = sum(last) / len(last)
    line = max(losses[0], guess) * 5 / 4
    leapt = any(loss > line for loss in losses)
    if end > line:
        return "diverged"
    if leapt and abs(end / guess - 1) <= 0.25:
        return "stuck"
    return "learning" if 2 * end <= guess else "too slow"


@DIAGNOSE_RUN.variant
def learning_first(losses, guess):
    losses = np.asarray(losses, float)
    finite = np.isfinite(losses).all()
    count = -(-losses.size // 10)
    end = losses[losses.size - count :].mean()
    if finite and end <= guess / 2:
        return "learning" if end <= 1.25 * max(losses[0], guess) else "diverged"
    line = 1.25 * np.maximum(losses[0], guess)
    if not finite or end > line:
        return "diverged"
    leapt = (losses > line).any()
    return "stuck" if leapt and np.abs(end - guess) <= 0.25 * guess else "too slow"


@DIAGNOSE_RUN.variant
def in_units_of_a_guess(losses, guess):
    share = np.asarray(losses, dtype=np.float64) / guess
    if not np.all(np.isfinite(share)):
        return "diverged"
    end = float(np.mean(share[-int(np.ceil(share.size / 10)) :]))
    line = 1.25 * max(float(share[0]), 1.0)
    if end > line:
        return "diverged"
    if share.max() > line and 0.75 <= end <= 1.25:
        return "stuck"
    return "too slow" if end > 0.5 else "learning"


DIAGNOSE_RUN.misconception(
    "never-stuck",
    Edit(step_by_step, ('return "stuck"', "pass")),
    where="Try a loss that leaps to nine times a guess and then stays level at the guess.",
    why="A run that leapt and came to rest at the loss of a guess has dead units; it is not slow.",
    how="Before you test for too slow, ask whether some loss leapt and the end is near `guess`.",
)

DIAGNOSE_RUN.misconception(
    "stuck-without-a-jump",
    Edit(step_by_step, ("max(losses) > line and ", "")),
    where="Try losses that stay at the loss of a guess from the first to the last.",
    why="Without a jump nothing was broken: the rate may just be too small.",
    how='Say "stuck" only if some loss exceeded the line that the contract names.',
)

DIAGNOSE_RUN.misconception(
    "any-jump-is-stuck",
    Edit(step_by_step, ("0.75 * guess <= end <= 1.25 * guess", "end > guess / 2")),
    where="Try a loss that leaps first and is now at six tenths of a guess, still falling.",
    why="A run can leap and recover; stuck means that it came to rest near the loss of a guess.",
    how="Ask for both: a leap, and an end within a quarter of `guess` from it.",
)

DIAGNOSE_RUN.misconception(
    "a-jump-is-divergence",
    Edit(step_by_step, ("if end > line", "if max(losses) > line")),
    where="Try a loss that leaps to ninety times a guess and ends at a fiftieth of it.",
    why="A leap can end well: the digits at rate 10 leap and then learn best.",
    how="Compare the end, not the highest loss, with the line.",
)

DIAGNOSE_RUN.misconception(
    "one-loss-as-the-end",
    Edit(step_by_step, ("np.mean(losses[-n:])", "losses[-1]")),
    where="Try 100 losses that fall, of which only the last is a spike.",
    why="A single loss may be a spike or luck; the contract judges the mean of the last tenth.",
    how="Take the mean of the last `math.ceil(len(losses) / 10)` losses.",
)

DIAGNOSE_RUN.misconception(
    "rounds-the-tenth-down",
    Edit(step_by_step, ("math.ceil(len(losses) / 10)", "max(len(losses) // 10, 1)")),
    Edit(step_by_step, ("math.ceil(len(losses) / 10)", "len(losses) // 10")),
    where="Try 25 losses: how many are a tenth, rounded up? And of 5?",
    why="Rounded down, a tenth of 25 is 2, and a tenth of 5 is none at all.",
    how="Use `math.ceil(len(losses) / 10)`.",
)

DIAGNOSE_RUN.misconception(
    "half-of-the-first",
    Edit(step_by_step, ("end > guess / 2", "end > losses[0] / 2")),
    where="Try a loss that starts at three times a guess and ends near it.",
    why="The start is an accident of the first weights; what a run has learned shows against a guess.",
    how="Compare the end with half of `guess`, not with half of `losses[0]`.",
)

DIAGNOSE_RUN.misconception(
    "line-from-the-first-only",
    Edit(step_by_step, ("max(losses[0], guess)", "losses[0]")),
    where="Try a first loss far below a guess: how high is the line then?",
    why="The line lies above the *larger* of the first loss and a guess.",
    how="Use `max(losses[0], guess)`.",
)

DIAGNOSE_RUN.misconception(
    "line-from-the-guess-only",
    Edit(step_by_step, ("max(losses[0], guess)", "guess")),
    where="Try a first loss far above a guess, from which the run comes down.",
    why="A run that starts high has not jumped; the line lies above the larger of the two.",
    how="Use `max(losses[0], guess)`.",
)

DIAGNOSE_RUN.misconception(
    "forgets-nan",
    Edit(step_by_step, ("np.isnan(losses).any() or np.isinf(losses).any()", "False")),
    Edit(
        step_by_step,
        ("np.isnan(losses).any() or np.isinf(losses).any()", "not np.isfinite(losses[-1])"),
    ),
    where="Try losses that contain NaN or infinity in the middle and end low.",
    why="Every comparison with NaN is false, and a later loss hides an infinite one.",
    how="Ask `np.isfinite(losses).all()` before anything else.",
)

DIAGNOSE_RUN.misconception(
    "forgets-infinity",
    Edit(step_by_step, (" or np.isinf(losses).any()", "")),
    where="Try losses that contain infinity but no NaN.",
    why="`isnan` finds NaN only; an infinite loss has diverged too.",
    how="Use `np.isfinite`, which is false for both.",
)

DIAGNOSE_RUN.misconception(
    "half-counts-as-slow",
    Edit(step_by_step, ("end > guess / 2", "end >= guess / 2")),
    where="Try losses whose end is exactly half of `guess`.",
    why="Too slow means *above* half; exactly half has just made it.",
    how="Compare with `>`, not `>=`, in the last test.",
)
