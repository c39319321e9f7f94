"""Reading curves: questions on recorded runs, with options that each say what one would see."""

from __future__ import annotations

import random
import textwrap
from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from autograders.declare.exercise import Question, Quiz
from lrlib.data.runs import FIRST, Trace, runs
from lrlib.data.signs import blocks

LETTERS = "abcd"
KEYS = random.Random(7).sample(LETTERS * 20, 80)
del KEYS[56:60]  # "bdbb": with these, b would be the letter to guess
"""The right letters of all units in order, four to a unit: a fixed shuffle of equal numbers."""

NEW = {
    "01": ("right", "too low", "unstable", "stuck"),
    "03": ("on the noise floor",),
    "04": ("dropped too early", "dropped too late"),
    "05": ("clock wrong",),
    "06": ("overfitting",),
    "07": ("spike and recovery",),
    "11": ("restarted",),
    "12": ("warmup missing",),
}
"""The kinds of run that a unit adds to those of the units before it."""

SIGNS = {
    "right": "A run that is right ends well below the guess, with its rate brought down gradually.",
    "too low": "A rate that is too low stays constant, and the loss falls slowly up to the end.",
    "unstable": "In an unstable run the loss keeps jumping above the guess, or stops being finite.",
    "stuck": "A stuck run jumps at the start, and stays level at the loss of a constant guess.",
    "on the noise floor": "On the noise floor a constant rate holds both losses at a noisy level.",
    "dropped too early": "A drop too early is one large cut near the start, then little gain.",
    "dropped too late": "A drop too late is one large cut near the end; the loss falls at once.",
    "overfitting": "In overfitting the unseen loss rises while the training loss keeps falling.",
    "warmup missing": "Without a warmup the loss jumps at the first, highest rates, then recovers.",
    "restarted": "A restart raises the rate at once in the midst of a run, and the loss with it.",
    "clock wrong": "With a wrong clock the schedule is over early in a run, or has hardly begun.",
    "spike and recovery": "A spike is one high peak; the loss has the same level before and after.",
}
"""What one sees in a run of each kind."""


def curves(unit: str, numbers: Sequence[int]) -> Quiz:
    """Declare the questions `c1`, `c2`, ... of a unit on recorded runs, worth 1 point.

    `numbers` are the places of the runs in `lrlib.data.runs()`.
    """
    return Quiz(
        f"curves_{unit[:2]}",
        unit,
        points=1,
        questions={
            f"c{k}": Question(
                text=_text(number),
                options={
                    letter: explanation(kind, runs()[number])
                    for letter, kind in offered(unit, k, number).items()
                },
                answer=_key(unit, k),
            )
            for k, number in enumerate(numbers, 1)
        },
    )


def offered(unit: str, k: int, number: int) -> dict[str, str]:
    """Return the kinds to choose from in question k of a unit, by letter, the run's own included.

    >>> offered("01_fixed_rate", 1, 39)[KEYS[4]]
    'too low'
    """
    label = runs()[number].label
    known = [kind for since, kinds in NEW.items() if since <= unit[:2] for kind in kinds]
    others = random.Random(f"{unit[:2]} {k}").sample([x for x in known if x != label], 3)
    own = LETTERS.index(_key(unit, k))
    return dict(zip(LETTERS, [*others[:own], label, *others[own:]]))


def explanation(kind: str, run: Trace) -> str:
    """Return why a run is of this kind, or what one would see if it were."""
    seen = SEEN[run.label](run)
    return f"Right: {seen}." if kind == run.label else f"{SIGNS[kind]} Here {seen}."


def section(unit: str, numbers: Sequence[int]) -> str:
    """Return the text of the questions as the unit's lesson shows it below the figure."""
    lines = [
        "*The four runs in words: one run in each row. On the left the training loss, the unseen "
        "loss and, dotted, the loss of a constant guess; in the middle the rate; on the right the "
        "norm of the gradient, all against updates.*",
        "<details><summary>The four runs in numbers</summary>",
        *(f"- Run {number}: {runs()[number].in_words()}" for number in numbers),
        "</details>",
    ]
    for k, number in enumerate(numbers, 1):
        lines.append(f"**c{k}.** {_text(number)}")
        lines += [
            f"- ({letter}) *{kind}*: {FIRST[kind]}"
            for letter, kind in offered(unit, k, number).items()
        ]
    return _laid_out(lines)


def _laid_out(lines: Sequence[str]) -> str:
    """Return lines at most 98 characters long, with a blank one wherever a paragraph ends."""
    text = ""
    for before, line in zip(["", *lines], lines):
        together = before.startswith("- ") and line.startswith("- ")
        indent = "  " if line.startswith("- ") else ""
        text += ("\n" if together else "\n\n") * bool(before)
        text += textwrap.fill(line, 98, subsequent_indent=indent, break_on_hyphens=False)
    return text


def _text(number: int) -> str:
    return f"Run {number} ({runs()[number].model}): what happened, and what do you do first?"


def _key(unit: str, k: int) -> str:
    return KEYS[4 * int(unit[:2]) + k - 1]


def _right(run: Trace) -> str:
    return (
        f"the loss ends at {_end(run):.2g}, well below the guess of {run.guess:.2g}, and the rate "
        f"comes down from {run.rate.max():.2g} to {run.rate[-1]:.1g} without a jump"
    )


def _too_low(run: Trace) -> str:
    b = blocks(run.loss)
    return (
        f"the rate is {run.rate[0]:.2g} throughout, and the loss still falls when the run ends: "
        f"{b[9]:.3g} at two thirds of it, {b[-1]:.3g} at the end"
    )


def _unstable(run: Trace) -> str:
    fine = np.isfinite(run.loss)
    if not fine.all():
        return f"the loss is not finite from update {run.updates[fine.argmin()]} on"
    above = (run.loss > 1.15 * run.guess).mean()
    return (
        f"{above:.0%} of the losses lie well above the guess of {run.guess:.2g}, the highest at "
        f"{_number(run.loss.max())}"
    )


def _stuck(run: Trace) -> str:
    return (
        f"the loss jumps to {_number(run.loss.max())} and then stays near {_end(run):.2g}, where a "
        f"constant guess has {run.guess:.2g}"
    )


def _noise_floor(run: Trace) -> str:
    late = run.loss[len(run.loss) // 2 :]
    return (
        f"the rate is {run.rate[0]:.2g} throughout, and in the second half single batches swing "
        f"between {late.min():.1g} and {late.max():.2g} around {late.mean():.2g} without a trend"
    )


def _dropped_early(run: Trace) -> str:
    cut = _steepest(run.rate)
    return (
        f"the rate falls from {run.rate[cut - 1]:.2g} to {run.rate[cut]:.2g} at update "
        f"{run.updates[cut]} of {run.updates[-1]}, and the loss only from "
        f"{blocks(run.loss)[3]:.2g} to {_end(run):.2g} in the last four fifths"
    )


def _dropped_late(run: Trace) -> str:
    cut = _steepest(run.rate)
    before, after = run.loss[cut - 60 : cut].mean(), run.loss[cut + 2 :].mean()
    return (
        f"the rate falls from {run.rate[cut - 1]:.2g} to {run.rate[cut]:.2g} only at update "
        f"{run.updates[cut]} of {run.updates[-1]}, and the loss at once from {before:.2g} to "
        f"{after:.2g}"
    )


def _overfitting(run: Trace) -> str:
    lowest = run.unseen.argmin()
    return (
        f"the unseen loss is lowest, {run.unseen[lowest]:.2g}, after {run.unseen_updates[lowest]} "
        f"updates and rises to {run.unseen[-1]:.2g}, while the training loss falls to "
        f"{_end(run):.1g}"
    )


def _warmup_missing(run: Trace) -> str:
    jump = run.loss[: len(run.loss) // 10].max()
    return (
        f"the first rate, {run.rate[0]:.2g}, is the highest; the loss jumps from "
        f"{run.loss[0]:.2g} to {jump:.2g} at the start and has come down to {_end(run):.2g} at the "
        "end"
    )


def _restarted(run: Trace) -> str:
    up = _steepest(run.rate, up=True)
    return (
        f"the rate goes up at once from {run.rate[up - 1]:.1g} to {run.rate[up]:.2g} at update "
        f"{run.updates[up]}, and the loss from {run.loss[up - 15 : up].mean():.2g} to "
        f"{run.loss[up + 1 : up + 20].mean():.2g} just after it"
    )


def _clock_wrong(run: Trace) -> str:
    first, quarter, last = run.rate[0], run.rate[len(run.rate) // 4], run.rate[-1]
    if last > first:
        times = int((np.diff(run.rate) > 0).sum())
        return (
            f"the rate rises from {first:.2g} to {last:.2g} in only {times} steps, and is still "
            "on its way up at the end"
        )
    return (
        f"the rate falls again and again, from {first:.2g} to {quarter:.1g} in the first "
        f"quarter, and the loss stays near {_end(run):.2g} for the rest"
    )


def _spike(run: Trace) -> str:
    at = int(run.loss.argmax())
    before, after = np.median(run.loss[at - 30 : at]), np.median(run.loss[at + 30 :])
    return (
        f"the loss leaps to {_number(run.loss[at])} near update {run.updates[at]}; its median is "
        f"{before:.2g} before and {after:.2g} after"
    )


def _number(loss: float) -> str:
    return f"{loss:,.0f}" if loss >= 100 else f"{loss:.2g}"


def _end(run: Trace) -> float:
    """Return the mean of the last fifteenth of the training losses."""
    return float(blocks(run.loss)[-1])


def _steepest(rate: NDArray, *, up: bool = False) -> int:
    """Return where the rate changes by the largest factor at once, downwards or upwards."""
    change = np.diff(np.log(np.maximum(rate, 1e-12 * rate.max())))
    return int(change.argmax() if up else change.argmin()) + 1


SEEN: dict[str, Callable[[Trace], str]] = {
    "right": _right,
    "too low": _too_low,
    "unstable": _unstable,
    "stuck": _stuck,
    "on the noise floor": _noise_floor,
    "dropped too early": _dropped_early,
    "dropped too late": _dropped_late,
    "overfitting": _overfitting,
    "warmup missing": _warmup_missing,
    "restarted": _restarted,
    "clock wrong": _clock_wrong,
    "spike and recovery": _spike,
}
"""What a run of each kind shows in its own numbers."""
