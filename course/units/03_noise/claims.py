"""What unit 03 and its guide page state, and when it is true."""

from __future__ import annotations

import numpy as np

from lrlib.data import load_digits, load_mnist1d
from lrlib.optimizers import SGD
from lrlib.problems import Network, SoftmaxRegression
from lrlib.training import Method, paired_interval, study, sweep, three_parts

from ...shared.studied import Figures, Studied

QUOTED = [
    (
        "From 0.2 to 0.1 the floor nearly halves",
        "0.45 < walked[0.1] / walked[0.2] < 0.52",
    ),
    (
        "At large rates the floor rises *faster* than the rate",
        "walked[1.6] > 3 * walked[0.8] and walked[0.8] > 2.4 * walked[0.4]",
    ),
    (
        "For small rates that is $\\eta\\sigma^2/4$, in proportion to the rate and to the variance",
        "abs(noise_floor(1e-6, 1.0, 4.0) / 1e-6 - 1) < 1e-5",
    ),
    (
        "Up to a rate of 0.1 a formula for one bowl, summed over eleven, is right to about a tenth",
        "(abs(np.array(floors['drawn']) / floors['predicted'] - 1)[:3] < 0.1).all()",
    ),
    ("At 0.3 the truth is worse", "floors['drawn'][3] > 1.2 * floors['predicted'][3]"),
    (
        "at the smallest rate not a tenth of it",
        "floors['shuffled'][0] < floors['drawn'][0] / 10",
    ),
    (
        "at 0.3, *shuffled* is the worse of the two",
        "floors['shuffled'][3] > floors['drawn'][3]"
        " and (floors['shuffled'] < floors['drawn'])[:3].all()",
    ),
    (
        "it holds only 10 patients",
        "len(epoch_batches(442, 16, np.random.default_rng(0))[-1]) == 10",
    ),
    (
        "leave the short batch out and the floor is 235; deal it *first*, so that the others can"
        " repair what it did, and it is 238",
        "[round(floors[name][3]) for name in ('no short', 'short first')] == [235, 238]",
    ),
    (
        "the floor follows *any* rate that goes to zero, $1/\\sqrt t$ too",
        "(lambda s: 0.9 < s[-1] / 2 / noise_floor(0.5 / 100, 1.0, 4.0) < 1.1)("
        "list(__import__('itertools').accumulate(range(1, 10_001), lambda s, t:"
        " (1 - 0.5 / t**0.5) ** 2 * s + (0.5 / t**0.5) ** 2 * 4, initial=9.0)))",
    ),
    (
        "nearly all of it is no floor: it is the flat direction of unit 02",
        "0.85 < curvatures[0] / 2 * (directions[:, 0] @ bottom) ** 2 * np.prod(1 - curvatures[0]"
        " * 0.2 / (1 + np.arange(2800) / 50)) ** 2 / late['0.2, shrinking'] < 1.05",
    ),
    (
        "0.2 in the first epoch, 0.05 in the third, 0.0125 in the last twenty",
        "[min(['0.2', '0.05', '0.0125'], key=key) for key in (lambda n: curves[n][0],"
        " lambda n: curves[n][2], late.get)] == ['0.2', '0.05', '0.0125']",
    ),
    (
        "goes up and down around 140",
        "120 < curves['0.2'][10:].mean() < 160 and curves['0.2'][10:].min() < 100",
    ),
    (
        "takes three epochs to 30 and then goes up and down above 10",
        "29 < curves['0.05'][2] < 32 and 10 < curves['0.05'][20:].mean() < 15",
    ),
    (
        "ends below both, with little shaking",
        "late['0.0125'] < min(late['0.2'], late['0.05'])"
        " and curves['0.0125'][80:].std() < curves['0.05'][80:].std() / 3",
    ),
    (
        "and ends lowest of all",
        "min(late, key=late.get) == '0.2, shrinking'",
    ),
    (
        "among the lowest from the first epoch on",
        "all(curves['0.2, shrinking'][e] <= sorted(c[e] for c in curves.values())[1]"
        " for e in range(100))",
    ),
    ("In the end 5.6 is left", "round(late['0.2, shrinking'], 1) == 5.6"),
    (
        "at rate 0.5 for batches of 4, at 2 for 16, at 4 for 64, at 8 for 256",
        "best.tolist() == [0.5, 2, 4, 8]",
    ),
    (
        "0.345 at rate 1/32 with batches of 4, 0.345 at 1/8 with 16, 0.343 at 1/2 with 64",
        "np.allclose([table[0, 0], table[1, 2], table[2, 4]], [0.345, 0.345, 0.343], atol=0.001)",
    ),
    (
        "it says 32 at 256, with a loss of 0.45; the square root says 4, with 0.22",
        "scale_lr(0.5, 4, 256, 'linear') == 32 and scale_lr(0.5, 4, 256, 'sqrt') == 4"
        " and np.allclose(table[3, [10, 7, 8]], [0.45, 0.22, 0.16], atol=0.006)",
    ),
    (
        "Without any noise the best rate is 8 for as many updates as batches of 16 make, and 16 for"
        " those of 256",
        "quiet[16][0] == 8 and quiet[256][0] == 16 and best.tolist() == [0.5, 2, 4, 8]",
    ),
    (
        "Here the error, 0.0048, is as large as the difference, and you could not tell",
        "f'{apart:.4f}' == '0.0048' and abs((high - low).mean()) < 1.2 * apart",
    ),
    ("and the error is 0.0017: three times smaller", "f'{paired:.4f}' == '0.0017'"),
    (
        "Rate 0.5 is lower, in 17 of 20 runs",
        "(high < low).sum() == 17 and paired_interval(high, low).verdict == 'lower'",
    ),
    (
        "With five seeds less than half of all experimenters could have been sure of a difference"
        " that is there, and a few would have seen it the wrong way round",
        "0.35 < few[5][0] < 0.5 and 0.01 < few[5][1] < 0.1",
    ),
    (
        "With five, $t$ is 2.78 and the interval is $\\pm 1.2\\,s$",
        "round(student_t(4), 2) == 2.78 and round(student_t(4) / 5**0.5, 1) == 1.2",
    ),
    ("(two images: the short batch again)", "problem.n_samples % 4 == 2"),
    (
        "after three epochs 0.0125 stood at 1,476 and 0.05 at 30; over the last twenty, at 6.9 and"
        " 11.1",
        "np.allclose([curves['0.0125'][2], curves['0.05'][2], late['0.0125'], late['0.05']],"
        " [1476, 30, 6.9, 11.1], rtol=0.01)",
    ),
    (
        "the smallest rates end far above the best, because the epochs run out",
        "(table[:, 0] > 2.5 * table.min(axis=1)).all()",
    ),
    (
        "the square root (8, here just right)",
        "scale_lr(2.0, 16, 256, 'sqrt') == 8 == best[3] and scale_lr(2.0, 16, 256, 'linear') == 32",
    ),
    (
        "0.12 became 0.16, with 36 updates instead of 540",
        "round(table[1].min(), 2) == 0.12 and round(table[3].min(), 2) == 0.16"
        " and 6 * -(-problem.n_samples // 256) == 36 and 6 * -(-problem.n_samples // 16) == 540",
    ),
    (
        "4.27 drawn and 0.23 shuffled",
        "np.allclose([floors['drawn'][0], floors['shuffled'][0]], [4.27, 0.23], atol=0.01)",
    ),
]


def many_seeds(seeds: int = 40) -> Figures:
    """Rates 0.35 and 0.5 with batches of 4 on split 0: unseen loss, as in the unit."""
    train, judge = map(SoftmaxRegression, load_digits().split(seed=0))
    steps = 6 * -(-train.n_samples // 4)
    runs = sweep(
        train,
        SGD(),
        [0.35, 0.5],
        steps,
        batch_size=4,
        seed=list(range(seeds)),
        dtype=np.float32,
        progress=False,
    )
    low, high = runs.measure(judge.loss).T
    gap = paired_interval(high, low)
    return {
        "n": gap.n,
        "below": gap.below,
        "low": round(gap.low, 3),
        "high": round(gap.high, 3),
        "worst": round(float(low.max()), 2),
    }


def rates_and_batches(splits: int = 3, seeds: int = 10) -> Figures:
    """Each batch size at its best rate, six epochs, softmax regression on the digits."""
    parts = three_parts(load_digits(), SoftmaxRegression)
    n = parts(0)[0].n_samples  # type: ignore[attr-defined]
    steps = {size: 6 * -(-n // size) for size in (4, 16, 64, 256)}
    methods = {f"{size}": Method(SGD(), steps=steps[size], batch_size=size) for size in steps}
    methods |= {
        f"quiet {size}": Method(SGD(), steps=steps[size], batch_size=n) for size in (16, 256)
    }
    found = study(
        parts,
        methods,
        10,
        rates={name: (0.1, 3.0) if name == "4" else (0.3, 9.0) for name in methods},
        splits=splits,
        tuning_seeds=seeds,
        seeds=seeds,
        progress=False,
    )
    rate = {name: np.array(found.chosen_rates(name)) for name in methods}
    gap = {
        pair: found.difference(*pair.split(" to "), relative=True)
        for pair in ("4 to 16", "256 to 4", "64 to 16")
    }
    return {
        "ratios": [round(x, 1) for x in rate["256"] / rate["4"]],
        "quiet_16": [round(x, 1) for x in rate["quiet 16"]],
        "quiet_256": [round(x, 1) for x in rate["quiet 256"]],
        "gap_4": round(gap["4 to 16"].mean, 2),
        "gap_256": round(gap["256 to 4"].mean, 2),
        "gap_64": round(gap["64 to 16"].mean, 2),
        "below_4": gap["4 to 16"].below,
        "above_256": splits * seeds - gap["256 to 4"].below,
        "below_64": gap["64 to 16"].below,
        "runs": splits * seeds,
    }


def other_problems(splits: int = 3, seeds: int = 10) -> Figures:
    """How many times as large the best rate is at batch 256 as at 4, on two other problems."""
    problems = {
        "tanh": (load_digits(), lambda part: Network(part, (64, 32, 10), "tanh")),
        "mnist1d": (load_mnist1d(1500), SoftmaxRegression),
    }
    ratios = {}
    for name, (data, problem) in problems.items():
        n = data.split(0, (0.6, 0.2, 0.2))[0].n_samples
        methods = {
            f"{size}": Method(SGD(), steps=6 * -(-n // size), batch_size=size) for size in (4, 256)
        }
        found = study(
            three_parts(data, problem),
            methods,
            10,
            rates={"4": (0.1, 3.0), "256": (0.3, 9.0)},
            splits=splits,
            tuning_seeds=seeds,
            seeds=2,
            progress=False,
        )
        rate = [np.array(found.chosen_rates(size)) for size in methods]
        ratios[name] = sorted(round(float(x), 1) for x in rate[1] / rate[0])
    return ratios


STUDIED = [
    Studied(
        (
            "Of seeds 20 to 39, one ended at {worst}",
            "With it the interval reaches from {low:.3f} to {high:+.3f}, although 0.5 is lower in"
            " {below} of {n} runs.",
        ),
        many_seeds,
        lambda found: found["below"] > 0.8 * found["n"],
        {"seeds": 8},
    ),
    Studied(
        (
            "The best rate grew from batch 4 to 256 by {ratios[0]}, {ratios[1]} and {ratios[2]}"
            " times on the three splits",
            "In the large study the best rates without noise were {quiet_16[1]} to {quiet_16[0]:.0f}"
            " and {quiet_256[1]:.0f} to {quiet_256[0]}.",
            "the large study found batches of 4 to end 8 % below those of 16 (in {below_4} of"
            " {runs} runs), and batches of 256 at twice the loss of 4 (in {above_256} of {runs});"
            " between 16 and 64 it could not tell",
        ),
        rates_and_batches,
        lambda found: (
            all(4 < ratio < 22 for ratio in found["ratios"])
            and max(found["quiet_256"]) < 32
            and found["gap_4"] < 0 < found["gap_256"]
        ),
        {"splits": 1, "seeds": 2},
    ),
    Studied(
        (
            "For a small network with tanh units on the same digits the factor was {tanh[0]} to"
            " {tanh[2]}, and for softmax regression on MNIST-1D, noisy signals that no linear model"
            " fits, {mnist1d[0]:.0f} to {mnist1d[2]:.0f}",
        ),
        other_problems,
        lambda found: max(found["tanh"]) < 16 < min(found["mnist1d"]) < 64,
        {"splits": 1, "seeds": 3},
    ),
]
