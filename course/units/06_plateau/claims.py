"""What unit 06 and its guide page state about plateaus, noise, patience and false cuts."""

from __future__ import annotations

import numpy as np

from lrlib.optimizers import SGD, ReduceOnPlateau
from lrlib.problems import Network
from lrlib.schedules import Linear
from lrlib.training import train

from ...shared.noisy import noisy_digits
from ...shared.studied import Figures, Studied

LAB = "__import__('lrlib.labs', fromlist=['x']).counter_stepper()"

# The first cut, with patience 0, that an average of the last four looks makes, and is it false?
AVERAGED = (
    "[(lambda L, A: next((25 * (k + 1), bool(L[k + 1 : k + 9].min() < 0.9 * L[: k + 1].min()))"
    " for k in range(1, 60) if A[k] >= A[:k].min()))"
    "(r.validation_losses, np.array([r.validation_losses[max(0, k - 3) : k + 1].mean()"
    " for k in range(60)])) for r in runs['no cut']]"
)

QUOTED = [
    (
        "more than twenty ways to get them wrong",
        "'of 23 wrong versions' in str(check(tests_for_plateau_step))",
    ),
    ("What is 0.4 - 0.1 in Python?", "0.4 - 0.1 != 0.3"),
    ("Without noise it makes none", "all(false[0, p] == 0 for p in (0, 2, 5, 8))"),
    (
        "an impatient rule cuts dozens of times, and one with a patience of 2 still more than"
        " seven times",
        "24 < false[0.05, 0] and 7 < false[0.05, 2] < 8",
    ),
    ("on a loss that falls from 1 to 0.14", "round(float(np.exp(-59 / 30)), 2) == 0.14"),
    (
        "three is more than two: (c)",
        "[e['lr'] for e in __import__('itertools').accumulate([1.0, 0.8, 0.95, 0.90, 0.85],"
        " lambda s, m: plateau_step(m, s, factor=0.5, patience=2, min_delta=0.0, min_lr=0.0),"
        " initial={'lr': 0.4, 'best': np.inf, 'bad': 0})] == [0.4] * 5 + [0.2]",
    ),
    (
        "lowers its loss on other images by another 10 % after update 500, averaged over five runs",
        "0.87 < np.mean([r.validation_losses[20:].min() / r.validation_losses[:20].min()"
        " for r in runs['no cut']]) < 0.92",
    ),
    (
        "then patience 0 levels off at 0.29, a calm line",
        "abs(runs['patience 0'][0].validation_losses[-30:] - 0.287).max() < 0.006",
    ),
    (
        "the run without a cut keeps jumping between 0.18 and 0.41 to the end",
        "(lambda x: np.allclose([x.min(), x.max()], [0.18, 0.41], atol=0.01))"
        "(runs['no cut'][0].validation_losses[-20:])",
    ),
    (
        "patience 5 jumps with it until its rate is cut, and comes to rest at 0.22",
        "(lambda r: (r.validation_losses[:25] == runs['no cut'][0].validation_losses[:25]).all()"
        " and cuts(r)[0] >= 625 and abs(r.validation_losses[-12:] - 0.218).max() < 0.01)"
        "(runs['patience 5'][0])",
    ),
    (
        "Without a cooldown it stays above the patience, and every further bad epoch cuts again",
        "shipped_rates([1.0] * 8, 1.0, 2, 0)[3:] == [0.5**k for k in range(1, 6)]",
    ),
    (
        "all five runs with patience 0 were cut within 200 updates",
        "max(cuts(r)[0] for r in runs['patience 0']) <= 200",
    ),
    (
        "makes its seven cuts within the first few hundred updates",
        "len(cuts(runs['patience 0'][0])) == 7 and cuts(runs['patience 0'][0])[-1] <= 500",
    ),
    (
        "patience 5 begins in the middle of the run",
        "500 <= cuts(runs['patience 5'][0])[0] <= 1000",
    ),
    (
        "ended *worse than no cut at all*",
        "scores['patience 0'].mean() > scores['no cut'].mean()",
    ),
    (
        "comes close to the straight line",
        "abs(scores['patience 5'].mean() - scores['straight line'].mean()) < 0.012",
    ),
    (
        "at 10 the cuts come so late that one seed is still shaking at the end",
        "scores['patience 10'].max() > 1.2 * scores['patience 5'].max()"
        " and max(r.rates[-1] for r in runs['patience 10']) > 0.05",
    ),
    (
        "all five first cuts were false",
        "false_first[0] == 5 and false_first[0] >= false_first[2] >= false_first[5]"
        " >= false_first[10]",
    ),
    ("one of five first cuts was false", "false_first[5] == 1"),
    (
        "is false about as often",
        "all(abs(false_blind[p] - false_first[p] / 5) < 0.25 for p in (0, 2, 5, 10))"
        " and false_blind[0] > 0.9 and false_blind[10] < 0.2",
    ),
    (
        "The same, within the noise",
        "abs(np.mean(borrowed) - scores['patience 5'].mean()) < 0.01",
    ),
    (
        "look five times as often with the same patience, you wait a fifth as long",
        "looks[50].mean() < looks[25].mean() < looks[10].mean()",
    ),
    (
        "the exam loss was 0.247 (0.233 to 0.261)",
        "(lambda x: np.allclose([x.mean(), x.min(), x.max()], [0.247, 0.233, 0.261], atol=0.005))"
        "(scores['patience 0'])",
    ),
    (
        "With patience 5 it was 0.186 (0.175 to 0.198)",
        "(lambda x: np.allclose([x.mean(), x.min(), x.max()], [0.186, 0.175, 0.198], atol=0.005))"
        "(scores['patience 5'])",
    ),
    (
        "at patience 2 that gave 0.189 against 0.202",
        "np.allclose([looks[50].mean(), looks[25].mean()], [0.189, 0.202], atol=0.005)",
    ),
    (
        "A least improvement of 0.05 and patience 6 to 8 meets it",
        f"(lambda lab: [p for p in range(13) if lab.compute(p, 0.05, 0.5, 30).met])({LAB})"
        " == [6, 7, 8]",
    ),
    (
        "(All five. They come later, at updates 225 to 300 instead of 75 to 150:",
        f"{AVERAGED} == [(300, True), (250, True), (225, True), (225, True), (250, True)]"
        " and sorted(cuts(r)[0] for r in runs['patience 0'])[:: 4] == [75, 150]",
    ),
    ("the sum is 2.9", "round(sum(1 / k for k in range(1, 11)), 1) == 2.9"),
]


def ends(updates: int, seeds: int, patience: int | None, *, line: bool = False) -> np.ndarray:
    """Return training and exam loss of each seed, shape (2, seeds), on this unit's digits."""
    network, look, judge = (Network(part, (64, 32, 10)) for part in noisy_digits(0))
    rule = None if patience is None else ReduceOnPlateau(0.5, patience, 0.0, min_lr=0.5 / 128)
    runs = [
        train(
            network,
            SGD(),
            Linear(0.5, 0.005, updates) if line else 0.5,
            updates,
            batch_size=16,
            seed=seed,
            validation=look,
            validate_every=25,
            plateau=rule,
            dtype=np.float32,
            progress=False,
        )
        for seed in range(seeds)
    ]
    return np.array([[run.final_loss for run in runs], [float(judge.loss(r.w)) for r in runs]])


def impatient(seeds: int = 10) -> Figures:
    """Patience 0 against no cut: the mean exam loss after 1,500 updates."""
    cut, none = ends(1500, seeds, 0)[1], ends(1500, seeds, None)[1]
    return {
        "patience_0": round(float(cut.mean()), 3),
        "no_cut": round(float(none.mean()), 3),
    }


def unplanned(seeds: int = 5) -> Figures:
    """A straight line and patience 5 over 6,000 updates: training and exam loss."""
    line, rule = ends(6000, seeds, None, line=True), ends(6000, seeds, 5)
    return {
        "line": [round(float(x), 3) for x in line.mean(axis=1)],
        "patience_5": [round(float(x), 3) for x in rule.mean(axis=1)],
        "seeds": seeds,
        "lower": int((rule[1] < line[1]).sum()),
    }


STUDIED = [
    Studied(
        ("with ten, it was {patience_0} against {no_cut}",),
        impatient,
        lambda found: found["patience_0"] > found["no_cut"],
        {"seeds": 5},
    ),
    Studied(
        (
            "in 6,000 updates, {seeds:word} seeds, the straight line stays at high rates long enough"
            " to learn the wrong labels by heart (training loss {line[0]:.2f}, exam loss"
            " {line[1]}), and patience 5, which has cut by then, does not ({patience_5[0]:.2f} and"
            " {patience_5[1]}; lower on all {lower:word})",
        ),
        unplanned,
        lambda found: (
            found["lower"] == found["seeds"] and found["line"][0] < 0.5 * found["patience_5"][0]
        ),
        {"seeds": 1},
    ),
]
