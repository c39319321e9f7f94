"""The techniques of the course, one row each: its class, its exercise, and when to use it.

The exports of `lrlib`, the cheat sheet, the map, the pictures and the property tests follow this
table; what a docstring or a unit says already is read from there.
"""

from __future__ import annotations

import inspect
import re
from dataclasses import dataclass
from functools import cached_property

import lrlib
from autograders.declare.catalogue import catalogue


@dataclass(frozen=True)
class Technique:
    """One row of the cheat sheet; all but its name and its use is read from lrlib."""

    name: str
    class_name: str
    exercise: str
    use: str

    @cached_property
    def document(self) -> str:
        """The docstring of its class."""
        return inspect.cleandoc(getattr(lrlib, self.class_name).__doc__)

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


TECHNIQUES = (
    Technique("Gradient step", "SGD", "sgd_step", "Always: every other step is built on it."),
    Technique(
        "Fixed rate", "Constant", "minimise",
        "As the first thing to try, and as the rival that every schedule has to beat.",
    ),
    Technique(
        "Step decay", "StepDecay", "step_decay",
        "For a known budget; at the same total of rates a little lower than a smooth curve.",
    ),
    Technique(
        "Scheduled drop", "ScheduledDrop", "scheduled_drop",
        "For a known budget; drop late, since a drop shows what was learned and teaches nothing.",
    ),
    Technique(
        "Exponential decay", "ExponentialDecay", "exponential_decay",
        "When a smooth fall without an end is wanted; its first updates spend the most.",
    ),
    Technique(
        "Polynomial decay", "PolynomialDecay", "polynomial_decay",
        "With power 1, a straight line to 0, as a default for a known budget.",
    ),
    Technique(
        "Inverse-time decay", "InverseTimeDecay", "inverse_time_decay",
        "When the end of training is not known and a slow fall is enough.",
    ),
    Technique(
        "Reduce on plateau", "ReduceOnPlateau", "plateau_step",
        "When the budget is unknown, with patience to outlast the noise of the held-out loss.",
    ),
    Technique(
        "Momentum", "Momentum", "momentum_step",
        "For ill-conditioned losses; lower the rate, or at 0.9 the noise floor rises tenfold.",
    ),
    Technique(
        "Nesterov momentum", "Nesterov", "nesterov_step",
        "In place of momentum, which it damps a little more.",
    ),
    Technique(
        "AdaGrad", "AdaGrad", "adagrad_step",
        "For sparse features, where rare parameters need longer steps, and runs that are short.",
    ),
    Technique(
        "RMSprop", "RMSprop", "rmsprop_step",
        "Where AdaGrad would die out: long runs whose gradients change in size.",
    ),
    Technique(
        "Adam", "Adam", "adam_step",
        "For transformers, rare features and mixed scales; tune its rate and let it fall.",
    ),
    Technique(
        "AdamW", "AdamW", "adamw_step", "Where Adam meets weight decay: the two belong apart."
    ),
    Technique(
        "Triangular cycle", "Triangular", "triangular",
        "To look at a range of rates in one run, or when a schedule must not depend on the end.",
    ),
    Technique(
        "Triangular cycle, halving", "Triangular2", "triangular2",
        "As above, with cycles that calm down.",
    ),
    Technique(
        "Cosine with restarts", "CosineRestarts", "cosine_restarts",
        "For a usable network at the end of every cycle; compare only at the ends of cycles.",
    ),
    Technique(
        "One cycle", "OneCycle", "one_cycle",
        "For a short known budget, counted in updates and not in epochs.",
    ),
    Technique(
        "Warmup", "Warmup", "warmup",
        "When the largest rate that would be good later is too large for the first updates.",
    ),
    Technique(
        "Cosine decay", "CosineDecay", "cosine_decay", "As the common default for a known budget."
    ),
    Technique(
        "Warmup-stable-decay", "WSD", "wsd",
        "When the budget may grow: branch the decay off whenever you need a finished model.",
    ),
    Technique(
        "Schedules in sequence", "Join", "chain", "To build warmup and decay out of parts you know."
    ),
    Technique(
        "Polyak step", "PolyakStep", "polyak_step",
        "When the lowest loss is known, for example 0 for a model that fits its data.",
    ),
    Technique(
        "Distance over gradients", "DoG", "dog_step",
        "When nothing may be tuned; judge it at an average of its iterates.",
    ),
    Technique(
        "Schedule-free SGD", "ScheduleFreeSGD", "schedule_free_step",
        "When the end is unknown and its average may be kept; its rate still has to be chosen.",
    ),
)  # fmt: skip
