"""What this unit and its guide page state, each with what shows it."""

from __future__ import annotations

import numpy as np

from lrlib.data import load_digits
from lrlib.optimizers import SGD
from lrlib.problems import Network
from lrlib.schedules import Constant, ExponentialDecay, ScheduledDrop, StepDecay
from lrlib.training import sweep

from ...shared.studied import Figures, Studied

QUOTED = [
    (
        "it collapses within twenty updates, to less than a tenth",
        "across[320] < across[300] / 10",
    ),
    (
        "progress just becomes **ten times slower**",
        "6 < np.log(along[0] / along[300]) / np.log(along[300] / along[600]) < 13",
    ),
    ("0.165 to 0.005 in 20 updates", "abs(across[[300, 320]] - [0.165, 0.005]).max() < 1e-3"),
    (
        "(In the mean 0.196: between *no drop*, 0.214, and *late*, 0.158.)",
        "np.allclose([np.mean([r.validation_losses[-1] for r in run_all(s, noisy)])"
        " for s in (drop_at(300), 0.5, drop_at(1200))], [0.196, 0.214, 0.158], atol=0.01)",
    ),
    (
        "from 1.5, early ends at 1.7 and late at 2.3",
        "(lambda early, late: early < 2.0 < late)(*(np.mean([r.validation_losses[-1]"
        " for r in run_all(schedules.ScheduledDrop(1.5, [t], 0.1))]) for t in (300, 1200)))",
    ),
    (
        "on seven right versions and on eleven wrong ones",
        "'11 of 11 wrong versions' in str(check(tests_for_scheduled_drop))"
        " and len(__import__('autograders.declare.catalogue', fromlist=['find'])"
        ".find('scheduled_drop').right_versions()) == 7",
    ),
    ("nothing plunges", "along[320] > 0.95 * along[300]"),
    ("16: fifteen full batches", "epochs_to_steps(1, 1000, 64) == 16"),
    ("0.9 · 1512 is 1360.8", "abs(0.9 * 1512 - 1360.8) < 1e-9"),
    (
        "with 1,512, one of the three drops is missing",
        "abs(rates_with_shares(0.5, (0.5, 0.75, 0.9), 0.1, 1512)[-1] - 0.005) < 1e-12",
    ),
    (
        "*early* is far ahead of the same network without a cut",
        "curves['early'][:, 6].mean() < 0.75 * curves['no drop'][:, 6].mean()",
    ),
    (
        "At the end, *early* is *behind*, in all five seeds",
        "(curves['early'][:, -1] > curves['late'][:, -1]).all()",
    ),
    (
        "ends, here, about level with the late drop",
        "abs(curves['no drop'][:, -1].mean() / curves['late'][:, -1].mean() - 1) < 0.1",
    ),
    (
        "The average, which never saw a small rate, has the loss of the run that was cut",
        "abs(np.mean(mean) / np.mean(after) - 1) < 0.05 and np.mean(before) > 1.3 * np.mean(after)",
    ),
    (
        "averaging the 50 updates before the cut gives 0.085, the cut run 0.084 and the run itself"
        " 0.126",
        "[f'{np.mean(x):.3f}' for x in (mean, after, before)] == ['0.085', '0.084', '0.126']",
    ),
    ("fits its training images almost perfectly", "runs['no drop'][0].final_loss < 0.02"),
    (
        "falls by about a third at 300 and by less than half as much at 1,200",
        "0.6 < curves['early'][:, 6].mean() / curves['early'][:, 5].mean() < 0.73"
        " and 1 > curves['late'][:, 24].mean() / curves['late'][:, 23].mean() > 0.84"
        " and curves['no drop'][:, 6].mean() > curves['no drop'][:, 5].mean()",
    ),
    (
        "0.15 is near the limit of 0.2, where unit 03's floor grows faster than the rate",
        "0.15 / (2 - 1.5) > 2 * 10 * 0.015 / (2 - 0.15)",
    ),
    (
        "the staircase clearly beats the smooth curve",
        "finals['staircase'].max() < 0.7 * finals['smooth, same ends'].min()",
    ),
    (
        "and a straight line beats both",
        "finals['straight, same ends'].max() < finals['staircase'].min()",
    ),
    (
        "With the same total the two look level",
        "abs(finals['staircase'].mean() / finals['smooth, same total'].mean() - 1) < 0.1",
    ),
    (
        "0.084 against 0.138 without a drop",
        "abs(curves['early'][:, 6].mean() - 0.084) < 0.004"
        " and abs(curves['no drop'][:, 6].mean() - 0.138) < 0.02",
    ),
    (
        "0.068, against 0.043 for the late drop",
        "abs(curves['early'][:, -1].mean() - 0.068) < 0.002"
        " and abs(curves['late'][:, -1].mean() - 0.043) < 0.002",
    ),
    (
        "(0.063 to 0.072 against 0.039 to 0.049)",
        "np.allclose([f(curves[n][:, -1]) for n in ('early', 'late') for f in (min, max)],"
        " [0.063, 0.072, 0.039, 0.049], atol=0.003)",
    ),
]

SIZES = (64, 32, 10)
SHAPES = {
    "late": lambda lr: ScheduledDrop(lr, [1200], 0.1),
    "no drop": Constant,
    "staircase": lambda lr: StepDecay(lr, 0.1, 500),
    "same total": lambda lr: ExponentialDecay(lr, gamma=0.085, every=1500),
}


def losses(problem: Network, judge: Network, name: str, seeds: int) -> tuple[np.ndarray, ...]:
    """Return the training and the unseen loss of each seed after 1,500 updates from rate 0.5."""
    runs = sweep(
        problem,
        SGD(),
        [0.5],
        1500,
        schedule=SHAPES[name],
        batch_size=16,
        seed=list(range(seeds)),
        dtype=np.float32,
        progress=False,
    )
    return runs.final_losses[:, 0], runs.measure(judge.loss)[:, 0]


def late_drops(splits: int = 9, seeds: int = 16) -> Figures:
    """One late drop against none on clean labels: unseen loss, paired by seed, on each split."""
    gains, lower, narrower = [], 0, 0
    for split in range(splits):
        train, judge = (Network(part, SIZES) for part in load_digits().split(seed=split))
        (_, late), (_, none) = (losses(train, judge, n, seeds) for n in ("late", "no drop"))
        gains.append(1 - late.mean() / none.mean())
        lower += int((late < none).sum())
        narrower += int(np.ptp(late) < np.ptp(none))
    return {
        "splits": splits,
        "lower_means": sum(bool(gain > 0) for gain in gains),
        "least_gain": round(float(min(gains)), 2),
        "most_gain": round(float(max(gains)), 2),
        "pairs": splits * seeds,
        "lower_pairs": lower,
        "narrower": narrower,
    }


def lasting_noise(splits: int = 3, seeds: int = 16) -> Figures:
    """The same with one training label in ten at random, and whether the two ranges overlap."""
    gains, lower, overlap = [], 0, 0
    for split in range(splits):
        part, other = load_digits().split(seed=split)
        rng = np.random.default_rng(1)
        wrong = rng.random(part.n_samples) < 0.1
        labels = np.where(wrong, rng.integers(0, 10, part.n_samples), part.y)
        train, judge = Network((part.X, labels), SIZES), Network(other, SIZES)
        (_, late), (_, none) = (losses(train, judge, n, seeds) for n in ("late", "no drop"))
        gains.append(1 - late.mean() / none.mean())
        lower += int((late < none).sum())
        overlap += int(late.max() > none.min())
    return {
        "splits": splits,
        "least_gain": round(float(min(gains)), 2),
        "most_gain": round(float(max(gains)), 2),
        "pairs": splits * seeds,
        "lower_pairs": lower,
        "overlapping_splits": overlap,
    }


def equal_totals(splits: int = 3, seeds: int = 16) -> Figures:
    """The staircase against the smooth curve of the same total, paired by seed."""
    gains: dict[str, list[float]] = {"training": [], "unseen": []}
    lower = {"training": 0, "unseen": 0}
    for split in range(splits):
        train, judge = (Network(part, SIZES) for part in load_digits().split(seed=split))
        stairs, smooth = (losses(train, judge, n, seeds) for n in ("staircase", "same total"))
        for name, a, b in zip(gains, stairs, smooth):
            gains[name].append(1 - a.mean() / b.mean())
            lower[name] += int((a < b).sum())
    return {
        "splits": splits,
        "pairs": splits * seeds,
        "lower": lower,
        "gains": {n: [round(float(f(g)), 2) for f in (min, max)] for n, g in gains.items()},
    }


STUDIED = [
    Studied(
        (
            "On {splits:word} splits, with 16 seeds each, the late drop had the lower mean on all"
            " {lower_means:word}, by {least_gain:percent} to {most_gain:percent} %, and was below"
            " the run without one in {lower_pairs} of {pairs} pairs; its seeds spread less on"
            " {narrower:word} of {splits:word}.",
        ),
        late_drops,
        lambda found: (
            found["lower_means"] == found["splits"] and found["lower_pairs"] > 0.5 * found["pairs"]
        ),
        {"splits": 1},
    ),
    Studied(
        (
            "with 16 seeds on each of {splits:word} splits the mean falls by {least_gain:percent} to"
            " {most_gain:percent} %, and the late drop is lower in {lower_pairs} of {pairs} pairs.",
            "on each of these splits the best run without a drop beats the worst with one",
        ),
        lasting_noise,
        lambda found: (
            found["least_gain"] > 0.15
            and found["overlapping_splits"] == found["splits"]
            and found["lower_pairs"] > 0.6 * found["pairs"]
        ),
        {"splits": 1},
    ),
    Studied(
        (
            "with 16 seeds on each of {splits:word} splits, the staircase has the lower mean on all"
            " {splits:word}, by {gains[training][0]:percent} to {gains[training][1]:percent} % in"
            " training loss and {gains[unseen][0]:percent} to {gains[unseen][1]:percent} % on unseen"
            " images; it is lower in {lower[training]} of {pairs} pairs in training and"
            " {lower[unseen]} of {pairs} unseen",
        ),
        equal_totals,
        lambda found: (
            min(low for low, _ in found["gains"].values()) > 0
            and min(found["lower"].values()) > 0.6 * found["pairs"]
        ),
        {"splits": 1},
    ),
]
