"""A fair contest: equal accounts of updates, three parts, each look at the test written down."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np

from lrlib import _check as check
from lrlib.data import Dataset
from lrlib.optimizers import Optimizer
from lrlib.problems import Problem
from lrlib.training.loop import Rates, train

SPLITS = ("validation", "test")


class OverBudget(RuntimeError):
    """More updates were asked for than an account holds; none of them is made."""


@dataclass
class Budget:
    """An equal account of updates for every method: what is spent is written down, never lent.

    Args:
        each: Updates that every method may spend in all, tuning and final runs included.

    >>> budget = Budget(each=1000)
    >>> budget.spend("Adam", 600)
    >>> budget.left("Adam"), budget.left("SGD")
    (400, 1000)
    >>> budget.spend("Adam", 600)
    Traceback (most recent call last):
    ...
    lrlib.training.harness.OverBudget: Adam has 400 of its 1,000 updates left, but 600 are asked \
for; try fewer rates, fewer seeds or shorter runs
    """

    each: int
    spent: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.each = check.count("each", self.each)

    def left(self, account: str) -> int:
        """Updates that are left for a method."""
        return self.each - self.spent.get(account, 0)

    def spend(self, account: str, updates: int) -> None:
        """Take updates off an account, or raise `OverBudget` and take nothing."""
        updates = check.count("updates", updates)
        if updates > self.left(account):
            raise OverBudget(
                f"{account} has {self.left(account):,} of its {self.each:,} updates left, but "
                f"{updates:,} are asked for; try fewer rates, fewer seeds or shorter runs"
            )
        self.spent[account] = self.spent.get(account, 0) + updates

    def __str__(self) -> str:
        lines = [f"{name}: {spent:,} of {self.each:,}" for name, spent in self.spent.items()]
        return "updates spent: " + ("; ".join(lines) or "none")


@dataclass
class Contest:
    """One data set on which methods compete: in three parts, with one budget and a sealed test.

    A run starts anew from its seed, makes `steps` updates on the training part and is measured on
    another part. Whatever is measured on the test part is written down in `openings`, as (method,
    rate, seed), so that a reader sees how often, and by whom, it was used.

    Args:
        parts: The same kind of data three times: training, validation and test.
        problem: Makes the problem of a part, such as `lambda part: Network(part, (64, 32, 10))`.
        steps: Updates of one run.
        budget: Accounts in updates.
        batch_size: Samples in a batch; None takes all of them.

    >>> from lrlib.data import load_digits
    >>> from lrlib.optimizers import SGD
    >>> from lrlib.problems import SoftmaxRegression
    >>> parts = load_digits().split(seed=0, fractions=(0.6, 0.2, 0.2))
    >>> contest = Contest(parts, SoftmaxRegression, steps=50, budget=Budget(each=100))
    >>> train = contest.trainer("SGD", SGD())
    >>> train(0.5, seed=0, split="validation") < train(0.001, seed=0, split="validation")
    True
    >>> contest.openings, contest.budget.left("SGD")
    ([], 0)
    """

    parts: Sequence[Dataset]
    problem: Callable[[Dataset], Problem]
    steps: int
    budget: Budget
    batch_size: int | None = 16
    openings: list[tuple[str, float, int]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.steps = check.count("steps", self.steps)
        if len(self.parts) != 3:
            raise ValueError(
                f"expected three parts, training, validation and test; got {len(self.parts)}; "
                "try data.split(seed=0, fractions=(0.6, 0.2, 0.2))"
            )
        self._problems = dict(zip(("training", *SPLITS), map(self.problem, self.parts)))

    def trainer(
        self,
        method: str,
        optimizer: Optimizer,
        schedule: Callable[[float], Rates] | None = None,
    ) -> Callable[..., float]:
        """Return `train(lr, seed, split)`, which makes one run and gives its loss on a split.

        Args:
            method: The account that the runs are charged to; one method may have several trainers.
            optimizer: How a gradient becomes a step.
            schedule: Makes the schedule of a rate; by default the rate is kept throughout.

        The loss is NaN if the run diverged. `split` is "validation" or "test".
        """

        def run(lr: float, seed: int, split: str) -> float:
            if split not in SPLITS:
                raise ValueError(check.complaint("split", '"validation" or "test"', split))
            self.budget.spend(method, self.steps)
            if split == "test":
                self.openings.append((method, float(lr), int(seed)))
            plan = schedule(float(lr)) if schedule else float(lr)
            done = train(
                self._problems["training"],
                optimizer,
                plan,
                self.steps,
                batch_size=self.batch_size,
                seed=int(seed),
                dtype=np.float32,
                progress=False,
            )
            if done.diverged_at is not None:
                return float("nan")
            return float(self._problems[split].loss(done.w))

        return run
