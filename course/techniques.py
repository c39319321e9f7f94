"""The techniques of the course, one row each: class, exercise, use, an example, and how to test it.

The cheat sheet, the pictures, the property tests and the tables of values follow this table; what
a docstring or a unit says already is read from there.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Protocol

from lrlib import optimizers as opt
from lrlib import schedules as sch


class Draw(Protocol):
    """What a row draws its settings from; the property tests hand in one that Hypothesis drives."""

    def rate(self) -> float:
        """A rate."""

    def rates(self) -> tuple[float, float]:
        """Two rates, the larger one first."""

    def number(self, low: float, high: float) -> float:
        """A number between two others."""

    def whole(self, low: int, high: int) -> int:
        """A whole number between two others."""

    def wholes(self, low: int, high: int) -> list[int]:
        """A few whole numbers, in increasing order, perhaps none."""


@dataclass(frozen=True)
class Technique:
    """One technique.

    Attributes:
        name: What the cheat sheet calls it.
        exercise: The graded function that learners write.
        use: When to use it.
        example: An instance of its class in `lrlib`. The class's docstring gives formula and
            source, the instance the picture.
        draw: Makes an instance with settings that are drawn, for the property tests;
            None where they compose one.
        rate: The rate at which the picture of an optimizer runs it.
        values: For a schedule, instances with rates worked out by hand, {t: rate}, on both sides
            of every boundary.
        falls: A schedule that starts at `lr0` and never rises.
        jumps: A schedule that is not continuous, or that is infinitely steep somewhere.
    """

    name: str
    exercise: str
    use: str
    example: sch.Schedule | opt.Optimizer | opt.ReactiveRate
    draw: Callable[[Draw], Any] | None = None
    rate: float = 1.0
    values: Mapping[sch.Schedule, Mapping[float, float]] = field(default_factory=dict)
    falls: bool = False
    jumps: bool = False

    @property
    def kind(self) -> type[sch.Schedule | opt.Optimizer | opt.ReactiveRate]:
        """Its class in `lrlib`."""
        return type(self.example)

    @property
    def class_name(self) -> str:
        """The name of its class."""
        return self.kind.__name__

    @cached_property
    def document(self) -> str:
        """The docstring of its class."""
        return inspect.cleandoc(self.kind.__doc__ or "")

    @property
    def formula(self) -> str:
        """The indented formula of the docstring, to the letter."""
        return formula_of(self.document)

    @property
    def source(self) -> str:
        """Author, year and title."""
        return source_of(self.document)

    @property
    def unit(self) -> str:
        """The unit that teaches it."""
        # Tests of lrlib alone read this table without the grader.
        from autograders.declare.catalogue import catalogue

        return catalogue()[self.exercise].unit


def formula_of(document: str) -> str:
    """The indented lines of a docstring that stand before its arguments."""
    before = re.split(r"^(?:Args:|>>> |Source: )", document, flags=re.MULTILINE)[0]
    lines = before.split("\n")
    inside = [n for n, line in enumerate(lines) if line.startswith("    ")]
    kept = lines[inside[0] : inside[-1] + 1] if inside else []
    return inspect.cleandoc("\n".join(line for line in kept if line[:4].strip() == ""))


def source_of(document: str) -> str:
    """The source that a docstring names, on one line, without what other libraries call it."""
    found = re.search(r"^Source: (.*)", document, flags=re.MULTILINE | re.DOTALL)
    said = " ".join(found[1].split()) if found else ""
    return re.split(r"\.? Same as | Same as |; same as ", said)[0].rstrip(".")


def _wsd(d: Draw) -> sch.WSD:
    warmup, stable, decay = d.whole(0, 50), d.whole(0, 50), d.whole(1, 300)
    lr, lr_end = d.rates()
    return sch.WSD(lr, warmup, warmup + stable + decay, decay, lr_end)


TECHNIQUES = (
    Technique(
        "Gradient step", "sgd_step", "Always: every other step is built on it.",
        opt.SGD(),
        lambda d: opt.SGD(), rate=0.17,
    ),
    Technique(
        "Fixed rate", "minimise",
        "As the first thing to try, and as the rival that every schedule has to beat.",
        sch.Constant(1.0),
        lambda d: sch.Constant(d.rate()),
        values={sch.Constant(0.5): {0: 0.5, 10**9: 0.5}},
    ),
    Technique(
        "Step decay", "step_decay",
        "For a known budget; at the same total of rates a little lower than a smooth curve.",
        sch.StepDecay(1.0, 0.5, 15),
        lambda d: sch.StepDecay(d.rate(), d.number(0.05, 1), d.whole(1, 300)),
        falls=True, jumps=True,
        values={
            sch.StepDecay(8.0, 0.5, 3): {0: 8, 2: 8, 3: 4, 5: 4, 6: 2, 30: 8 / 1024},
            sch.StepDecay(8.0, 0.5, 1): {0: 8, 1: 4, 2: 2},
            sch.StepDecay(8.0, 1.0, 1): {0: 8, 100: 8},
        },
    ),
    Technique(
        "Scheduled drop", "scheduled_drop",
        "For a known budget; drop late, since a drop shows what was learned and teaches nothing.",
        sch.ScheduledDrop(1.0, (25, 45), 0.25),
        lambda d: sch.ScheduledDrop(d.rate(), tuple(d.wholes(0, 400)), d.number(0.05, 1)),
        falls=True, jumps=True,
        values={
            sch.ScheduledDrop(8.0, (0, 3, 4), 0.5): {0: 4, 2: 4, 3: 2, 4: 1, 5: 1, 400: 1},
            sch.ScheduledDrop(8.0, (), 0.5): {0: 8, 100: 8},
        },
    ),
    Technique(
        "Exponential decay", "exponential_decay",
        "When a smooth fall without an end is wanted; its first updates spend the most.",
        sch.ExponentialDecay(1.0, 0.5, 15),
        lambda d: sch.ExponentialDecay(d.rate(), d.number(0.05, 1), d.whole(1, 300)), falls=True,
        values={sch.ExponentialDecay(8.0, 0.25, 4): {0: 8, 2: 4, 4: 2, 8: 0.5}},
    ),
    Technique(
        "Polynomial decay", "polynomial_decay",
        "With power 1, a straight line to 0, as a default for a known budget.",
        sch.PolynomialDecay(1.0, 0.0, 60, 2.0),
        lambda d: sch.PolynomialDecay(*d.rates(), d.whole(1, 300), d.number(0.25, 4)),
        falls=True, jumps=True,
        values={
            sch.PolynomialDecay(9.0, 1.0, 4, 2.0): {0: 9, 2: 3, 3: 1.5, 4: 1, 5: 1, 40: 1},
            sch.PolynomialDecay(9.0, 1.0, 1, 3.0): {0: 9, 1: 1, 2: 1},
        },
    ),
    Technique(
        "Inverse-time decay", "inverse_time_decay",
        "When the end of training is not known and a slow fall is enough.",
        sch.InverseTimeDecay(1.0, 1.0, 10),
        lambda d: sch.InverseTimeDecay(d.rate(), d.number(0, 5), d.whole(1, 300)), falls=True,
        values={
            sch.InverseTimeDecay(8.0, 3.0, 2): {0: 8, 2: 2, 10: 0.5},
            sch.InverseTimeDecay(8.0, 0.0, 2): {0: 8, 100: 8},
        },
    ),
    Technique(
        "Reduce on plateau", "plateau_step",
        "When the budget is unknown, with patience to outlast the noise of the held-out loss.",
        opt.ReduceOnPlateau(factor=0.5, patience=5, min_delta=0.0),
        lambda d: opt.ReduceOnPlateau(
            d.number(0.05, 1), d.whole(0, 5), d.number(0, 1), d.rate(), d.whole(0, 5)
        ),
    ),
    Technique(
        "Momentum", "momentum_step",
        "For ill-conditioned losses; lower the rate, or at 0.9 the noise floor rises tenfold.",
        opt.Momentum(0.7),
        lambda d: opt.Momentum(d.number(0, 0.99)), rate=0.06,
    ),
    Technique(
        "Nesterov momentum", "nesterov_step", "In place of momentum, which it damps a little more.",
        opt.Nesterov(0.7),
        lambda d: opt.Nesterov(d.number(0, 0.99)), rate=0.06,
    ),
    Technique(
        "AdaGrad", "adagrad_step",
        "For sparse features, where rare parameters need longer steps, and runs that are short.",
        opt.AdaGrad(),
        lambda d: opt.AdaGrad(d.number(1e-8, 0.1)), rate=0.8,
    ),
    Technique(
        "RMSprop", "rmsprop_step",
        "Where AdaGrad would die out: long runs whose gradients change in size.",
        opt.RMSprop(0.9),
        lambda d: opt.RMSprop(d.number(0, 0.99), d.number(1e-8, 0.1)), rate=0.12,
    ),
    Technique(
        "Adam", "adam_step",
        "For transformers, rare features and mixed scales; tune its rate and let it fall.",
        opt.Adam(0.7, 0.9),
        lambda d: opt.Adam(d.number(0, 0.99), d.number(0, 0.99), d.number(1e-8, 0.1)), rate=0.4,
    ),
    Technique(
        "AdamW", "adamw_step", "Where Adam meets weight decay: the two belong apart.",
        opt.AdamW(0.7, 0.9, weight_decay=0.1),
        lambda d: opt.AdamW(
            d.number(0, 0.99), d.number(0, 0.99), d.number(1e-8, 0.1), d.number(0, 0.5)
        ),
        rate=0.4,
    ),
    Technique(
        "Triangular cycle", "triangular",
        "To look at a range of rates in one run, or when a schedule must not depend on the end.",
        sch.Triangular(0.2, 1.0, 10),
        lambda d: sch.Triangular(*d.rates()[::-1], d.whole(1, 300)),
        values={
            sch.Triangular(1.0, 5.0, 2): {0: 1, 1: 3, 2: 5, 3: 3, 4: 1, 5: 3, 6: 5},
            sch.Triangular(1.0, 5.0, 1): {0: 1, 1: 5, 2: 1, 3: 5},
            sch.Triangular(1.0, 1.0, 2): {0: 1, 1: 1, 2: 1},
        },
    ),
    Technique(
        "Triangular cycle, halving", "triangular2", "As above, with cycles that calm down.",
        sch.Triangular2(0.2, 1.0, 10),
        lambda d: sch.Triangular2(*d.rates()[::-1], d.whole(1, 300)),
        values={
            sch.Triangular2(1.0, 5.0, 2): {0: 1, 2: 5, 4: 1, 5: 2, 6: 3, 8: 1, 10: 2}
        },
    ),
    Technique(
        "Cosine with restarts", "cosine_restarts",
        "For a usable network at the end of every cycle; compare only at the ends of cycles.",
        sch.CosineRestarts(1.0, 0.0, 10, 2),
        lambda d: sch.CosineRestarts(*d.rates(), d.whole(1, 300), d.whole(1, 4)), jumps=True,
        values={
            sch.CosineRestarts(9.0, 1.0, 2, 1): {0: 9, 1: 5, 2: 9, 3: 5, 4: 9},
            sch.CosineRestarts(9.0, 1.0, 2, 3): {
                0: 9, 1: 5, 2: 9, 5: 5, 7: 9 - 8 * 0.9330127018922193, 8: 9
            },
            sch.CosineRestarts(9.0, 1.0, 3, 3): {362: 1.00033428, 363: 9.0, 1092: 9.0},
            sch.CosineRestarts(9.0, 1.0, 1, 1): {0: 9, 1: 9, 2: 9},
        },
    ),
    Technique(
        "One cycle", "one_cycle", "For a short known budget, counted in updates and not in epochs.",
        sch.OneCycle(1.0, 60, 0.3, 25.0, 100.0),
        lambda d: sch.OneCycle(
            d.rate(), d.whole(3, 300), d.number(0.4, 0.9), d.number(1, 100), d.number(1, 1e4)
        ),
        values={
            sch.OneCycle(8.0, 11, 3 / 11, 4.0, 8.0): {
                0: 2, 1: 5, 2: 8, 6: 4.125, 10: 0.25, 11: 0.25
            },
            sch.OneCycle(8.0, 3, 0.5, 4.0, 8.0): {0: 2, 1: 8 - 7.75 * 0.25, 2: 0.25, 3: 0.25},
        },
    ),
    Technique(
        "Warmup", "warmup",
        "When the largest rate that would be good later is too large for the first updates.",
        sch.Warmup(1.0, 20),
        lambda d: sch.Warmup(d.rate(), d.whole(0, 300)),
        values={
            sch.Warmup(8.0, 4): {0: 2, 1: 4, 2: 6, 3: 8, 4: 8, 400: 8},
            sch.Warmup(8.0, 1): {0: 8, 1: 8},
            sch.Warmup(8.0, 0): {0: 8, 1: 8},
        },
    ),
    Technique(
        "Cosine decay", "cosine_decay", "As the common default for a known budget.",
        sch.CosineDecay(1.0, 0.0, 60),
        lambda d: sch.CosineDecay(*d.rates(), d.whole(1, 300)), falls=True,
        values={
            sch.CosineDecay(9.0, 1.0, 4): {
                0: 9, 1: 5 + 4 * 0.5**0.5, 2: 5, 3: 5 - 4 * 0.5**0.5, 4: 1, 5: 1, 40: 1
            },
            sch.CosineDecay(9.0, 1.0, 1): {0: 9, 1: 1, 2: 1},
        },
    ),
    Technique(
        "Warmup-stable-decay", "wsd",
        "When the budget may grow: branch the decay off whenever you need a finished model.",
        sch.WSD(1.0, 8, 60, 20, 0.0),
        _wsd,
        jumps=True,
        values={
            sch.WSD(8.0, 2, 10, 4, 2.0): {
                0: 4, 1: 8, 5: 8, 6: 8, 7: 6.5, 9: 3.5, 10: 2, 11: 2, 99: 2
            },
            sch.WSD(8.0, 0, 4, 4, 0.0): {0: 8, 1: 6, 3: 2, 4: 0, 5: 0},
            sch.WSD(8.0, 0, 1, 1, 2.0): {0: 8, 1: 2, 2: 2},
        },
    ),
    Technique(
        "Schedules in sequence", "chain", "To build warmup and decay out of parts you know.",
        sch.Warmup(1.0, 10).then(10, sch.CosineDecay(1.0, 0.0, 50)),
        jumps=True,
        values={
            sch.Join((sch.Constant(5.0), sch.Linear(4.0, 0.0, 4)), (3,)): {
                0: 5, 2: 5, 3: 4, 4: 3, 7: 0, 9: 0
            },
            sch.Join((sch.Constant(5.0), sch.Constant(6.0), sch.Constant(7.0)), (0, 2)): {
                0: 6, 1: 6, 2: 7
            },
            sch.Join((sch.Linear(4.0, 0.0, 4),), ()): {0: 4, 2: 2},
        },
    ),
    Technique(
        "Polyak step", "polyak_step",
        "When the lowest loss is known, for example 0 for a model that fits its data.",
        opt.PolyakStep(loss_min=0.0, max_lr=1.0),
        lambda d: opt.PolyakStep(d.number(-1, 1), d.rate()),
    ),
    Technique(
        "Distance over gradients", "dog_step",
        "When nothing may be tuned; judge it at an average of its iterates.",
        opt.DoG(reps_rel=0.03),
        lambda d: opt.DoG(d.number(1e-6, 0.1), d.number(1e-8, 0.1)),
    ),
    Technique(
        "Schedule-free SGD", "schedule_free_step",
        "When the end is unknown and its average may be kept; its rate still has to be chosen.",
        opt.ScheduleFreeSGD(0.7),
        lambda d: opt.ScheduleFreeSGD(d.number(0, 0.99)), rate=0.12,
    ),
    Technique(
        "Clipping by the global norm", "clip_by_global_norm",
        "When a gradient may jump, with a bound near its usual norm; not when gradients fade.",
        opt.Clipped(opt.SGD(), max_norm=1.0), rate=0.15,
    ),
)  # fmt: skip
