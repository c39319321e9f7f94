"""What a card is, and all cards there are: made by templates from lrlib and the recorded runs."""

from __future__ import annotations

import importlib
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import combinations, pairwise, permutations
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from autograders.declare.catalogue import catalogue
from lrlib.data.runs import Trace, runs
from lrlib.data.signs import shows
from lrlib.optimizers import Momentum, Optimizer
from lrlib.problems import Quadratic
from lrlib.schedules import Schedule
from lrlib.training import train

from ..shared.curves import NEW, explanation
from .families import IDEAS, MOVES, SCHEDULES, family, moved

APART = 0.05
"""Two numbers on offer differ by at least this share of the larger one."""
MOST = 4
"""Options on a card."""


class Option(NamedTuple):
    """An answer on offer, and why it is right or wrong."""

    text: str
    why: str


@dataclass(frozen=True, eq=False)
class Card:
    """One question.

    Attributes:
        name: What the card is remembered by; it holds all that the question depends on.
        unit: The number of the unit that it belongs to, such as `"04"`.
        question: The question.
        options: The answers on offer, the right one first; `shuffled` puts them in another order.
        numbers: What the picture shows, as text.
        curve: The updates and the rates of a schedule to draw.
        run: A recorded run to draw.
    """

    name: str
    unit: str
    question: str
    options: tuple[Option, ...]
    numbers: str = ""
    curve: tuple[NDArray, NDArray] | None = None
    run: Trace | None = None

    def shuffled(self, time: int) -> tuple[list[Option], int]:
        """The options in the order of the card's n-th showing, and the place of the right one."""
        order = random.Random(f"{self.name} {time}").sample(
            range(len(self.options)), len(self.options)
        )
        return [self.options[i] for i in order], order.index(0)


@cache
def all_cards() -> tuple[Card, ...]:
    """Every card of the course, always the same and in the same order."""
    found: dict[tuple[str, str], Card] = {}
    for card in (card for template in TEMPLATES for card in template() if len(card.options) >= 3):
        found.setdefault((card.question, card.numbers), card)
    return tuple(found.values())


def values() -> Iterator[Card]:
    """Predict the rate of a schedule at an update; wrong answers are the rates of its relatives."""
    for unit, lr, n in SCHEDULES:
        members = family(unit, lr, n)
        for right in members:
            others = [other for other in members if other != right]
            cards = [_value(unit, right, others, t) for t in (n // 2, n, 3 * n // 2, 2 * n, 3 * n)]
            yield from [card for card in cards if len(card.options) == MOST][:2]


def _value(unit: str, right: Schedule, others: Sequence[Schedule], t: int) -> Card:
    rate = right(t)
    found = [(rate, f"Right: it {IDEAS[type(right)]}.")]
    wrong = [
        (other(t), f"{other!r} has this rate at t = {t}: it {IDEAS[type(other)]}.")
        for other in others
    ]
    for clock, slip in ((t - 1, "before"), (t + 1, "after")):
        wrong.append((right(clock), f"This is the rate at t = {clock}, one update {slip}."))
    for value, why in wrong:
        if len(found) < MOST and all(_apart(value, known) for known, _ in found):
            found.append((value, why))
    return Card(
        f"value {right!r} {t}",
        unit,
        f"What is the rate at t = {t}, when {t} updates have been made, under {right!r}?",
        tuple(Option(f"{value:.3g}", why) for value, why in found),
    )


def names() -> Iterator[Card]:
    """Name the schedule from some of its rates, or from its picture."""
    for unit, lr, n in SCHEDULES:
        members = family(unit, lr, n)
        times = np.array([0, n // 2, n - 1, n, 3 * n // 2, 2 * n, 3 * n, 4 * n])
        for right in members:
            rates = right(times)
            options = [Option(repr(right), f"Right: it {IDEAS[type(right)]}.")]
            for other in members:
                parts = [t for t in times if _apart(other(int(t)), right(int(t)))]
                if parts and len(options) < MOST:
                    t = int(max(parts, key=lambda t: _gap(other(int(t)), right(int(t)))))
                    here = f"At t = {t} it has {other(t):.3g}, and the rate is {right(t):.3g}."
                    options.append(Option(repr(other), f"It {IDEAS[type(other)]}. {here}"))
            every = np.arange(4 * n + 1)
            shown = ", ".join(f"t = {t}: {rate:.3g}" for t, rate in zip(times, rates))
            yield Card(
                f"name {right!r}",
                unit,
                "Which schedule has these rates?",
                tuple(options),
                numbers=f"The rate at {shown}.",
                curve=(every, right(every)),
            )


def faults() -> Iterator[Card]:
    """Find out what happened in a recorded run; those that a unit asks for points are left out."""
    asked = graded_runs()
    for number, run in enumerate(runs()):
        if number in asked:
            continue
        unit = next(since for since, kinds in NEW.items() if run.label in kinds)
        known = [kind for since, kinds in NEW.items() if since <= unit for kind in kinds]
        others = [kind for kind in known if not shows(run, kind) and kind != run.label]
        random.Random(f"fault {number}").shuffle(others)
        kinds = [run.label, *others[: MOST - 1]]
        yield Card(
            f"fault {run.name}",
            unit,
            f"What happened in recorded run {number} ({run.model})?",
            tuple(Option(kind, explanation(kind, run)) for kind in kinds),
            numbers=run.in_words(),
            run=run,
        )


def graded_runs() -> set[int]:
    """The places of the recorded runs that the units ask about for points."""
    units = {item.unit for name, item in catalogue().items() if name.startswith("curves_")}
    modules = (importlib.import_module(f"course.units.{unit}.curves") for unit in units)
    return {number for module in modules for number in module.RUNS}


def orders() -> Iterator[Card]:
    """Put three runs in the order of their losses: three rates, or three momentum coefficients."""
    for curvature in (0.5, 2.0, 5.0, 20.0):
        for shares in ((0.1, 0.5, 0.9), (0.2, 1.05, 1.7), (0.05, 0.8, 2.1), (0.6, 1.6, 2.2)):
            yield _rates("01", (curvature,), [share / curvature for share in shares], 10)
    for curvatures in ((1.0, 10.0), (0.5, 20.0), (2.0, 8.0)):
        for shares in ((0.1, 0.5, 1.8), (0.3, 1.7, 2.1), (0.02, 0.9, 1.98)):
            yield _rates("02", curvatures, [share / curvatures[-1] for share in shares], 20)
    for curvatures in ((1.0, 50.0), (1.0, 100.0), (2.0, 40.0)):
        for share in (0.1, 0.5, 1.5):
            yield _momenta(curvatures, float(f"{share / curvatures[-1]:.2g}"), 40)


def _rates(unit: str, curvatures: tuple[float, ...], rates: Sequence[float], steps: int) -> Card:
    rounded = [float(f"{rate:.3g}") for rate in rates]
    losses = {f"rate {rate:g}": _loss(curvatures, Momentum(0.0), rate, steps) for rate in rounded}
    text = f"Gradient descent takes {steps} updates"
    factors = "; ".join(
        f"rate {rate:g}: " + ", ".join(f"{1 - rate * c:.3g}" for c in curvatures)
        for rate in rounded
    )
    why = f"an update multiplies each coordinate by 1 - rate * curvature ({factors})"
    return _order(unit, text, curvatures, losses, steps, why)


def _momenta(curvatures: tuple[float, ...], rate: float, steps: int) -> Card:
    losses = {
        f"mu = {mu:g}": _loss(curvatures, Momentum(mu), rate, steps) for mu in (0.0, 0.5, 0.9)
    }
    text = f"Momentum with rate {rate:g} takes {steps} updates"
    why = "momentum speeds a run up along flat directions and lets it oscillate along steep ones"
    return _order("07", text, curvatures, losses, steps, why)


def _loss(curvatures: tuple[float, ...], rule: Optimizer, rate: float, steps: int) -> float:
    bowl = Quadratic(curvatures)
    run = train(bowl, rule, rate, steps, w0=np.ones(len(curvatures)), progress=False)
    return float(bowl.loss_and_grad(run.w)[0])


def _order(
    unit: str,
    text: str,
    curvatures: tuple[float, ...],
    losses: dict[str, float],
    steps: int,
    why: str,
) -> Card:
    """A card that asks for an order; without options where two losses lie close together."""
    right = tuple(sorted(losses, key=losses.__getitem__))
    clear = all(2 * losses[a] < losses[b] for a, b in pairwise(right))
    found = ", ".join(f"{name}: {losses[name]:.3g}" for name in right)
    options = [Option(", ".join(right), f"Right: the losses are {found}; {why}.")]
    wrong = [order for order in permutations(losses) if order != right]
    for order in random.Random(f"{text} {curvatures}").sample(wrong, MOST - 1):
        slips = (
            f"{a} has loss {losses[a]:.3g}, more than {b}: {losses[b]:.3g}"
            for a, b in combinations(order, 2)
            if losses[a] > losses[b]
        )
        slip = f"After {steps} updates {', and '.join(slips)}."
        options.append(Option(", ".join(order), slip))
    bowl = " and ".join(f"{c:g}" for c in curvatures)
    many = "curvatures" if len(curvatures) > 1 else "curvature"
    return Card(
        f"order {text} {curvatures} {sorted(losses)}",
        unit,
        f"{text} on a bowl with {many} {bowl}, from 1 in each coordinate, with {_list(losses)}. "
        "In which order are the final losses, lowest first?",
        tuple(options) if clear else (),
    )


def moves() -> Iterator[Card]:
    """Predict how far a parameter moves under an update rule while its gradient stays the same."""
    for unit, rules in MOVES.items():
        for lr, gradient, steps in ((0.1, 0.01, 4), (0.01, 5.0, 3), (0.5, 0.2, 9)):
            for right in rules:
                way = moved(right, lr, gradient, steps)
                found = [(way, f"Right: it {IDEAS[type(right)]}.")]
                for other in rules:
                    value = moved(other, lr, gradient, steps)
                    if len(found) < MOST and all(_apart(value, known) for known, _ in found):
                        why = f"{other!r} moves it this far: it {IDEAS[type(other)]}."
                        found.append((value, why))
                yield Card(
                    f"move {unit} {right!r} {lr:g} {gradient:g} {steps}",
                    unit,
                    f"The gradient of a parameter is {gradient:g} at each of {steps} updates with "
                    f"rate {lr:g}. How far do they move the parameter under {right!r}?",
                    tuple(Option(f"{value:.3g}", why) for value, why in found),
                )


def _gap(one: float, other: float) -> float:
    """The difference of two numbers as a share of the larger one."""
    return abs(one - other) / (max(abs(one), abs(other)) or 1.0)


def _apart(one: float, other: float) -> bool:
    return _gap(one, other) > APART


def _list(names: Sequence[str] | dict[str, float]) -> str:
    *most, last = names
    return f"{', '.join(most)} and {last}"


TEMPLATES = (values, names, faults, orders, moves)
"""What makes cards; a card with fewer than three options is not used."""
