"""What unit 05 and its guide page state about totals, ends, and each decay at its own best."""

from __future__ import annotations

import numpy as np

from lrlib.optimizers import SGD
from lrlib.problems import Network
from lrlib.schedules import Constant, ExponentialDecay, Linear
from lrlib.training import sweep

from ...shared.noisy import noisy_digits
from ...shared.studied import Figures, Studied

LAB = "__import__('lrlib.labs', fromlist=['x']).same_ends()"

QUOTED = [
    (
        "For the three decays it agrees with what was measured",
        "all(abs(a / b - 1) < 0.1 for n, (_, a, b, _) in valley_ends.items() if n != 'fixed')",
    ),
    (
        "It starts at $0.02/2 \\cdot 10^2 = 1$",
        "float(valley.loss(start)) == 1",
    ),
    (
        "The fixed rate ends above it",
        "valley_ends['fixed'][2] > 1.3 * valley_ends['fixed'][1]",
    ),
    (
        "the exponential's loss has turned up at 1.41, long before its total reaches the line's",
        "(lambda c: c[6] > 1.3 * c.min())(results['exponential'][0].mean(axis=0)) and"
        " sum(decays['exponential'](t, first_rates[6]) for t in range(budget))"
        " < 0.9 * sum(decays['straight line'](t, best['straight line']) for t in range(budget))",
    ),
    (
        "0.24 against 0.03",
        "abs(swings['fixed'].mean() - 0.24) < 0.05 and abs(swings['straight line'].mean() - 0.03)"
        " < 0.01",
    ),
    (
        "its loss across is about a hundred times that of the line",
        "60 < valley_ends['fixed'][3] / valley_ends['straight line'][3] < 180",
    ),
    (
        "The three decays share their last rate, 0.0015, and still differ by up to a factor of"
        " three",
        "2.5 < valley_ends['straight line'][3] / valley_ends['inverse time'][3] < 4",
    ),
    (
        "$1/(0.0015 \\cdot 10)$ is 67 updates, and within the last 67 the line comes down from"
        " 0.018, the exponential from 0.0025",
        "round(1 / 0.015) == 67 and [f'{float(paths[n](533)):.2g}' for n in"
        " ('straight line', 'exponential')] == ['0.018', '0.0025']",
    ),
    (
        "The wall of Figure 2 is mostly **dead ReLU units**",
        "dead[1:].min() > 0.75 and relu_wall[1] > 3 * height[1]",
    ),
    (
        "the exponential's total is less than half of the line's, and inverse time has less than"
        " a tenth of it",
        "(lambda e, l, i: e < l / 2 and i < l / 10)(*(valley_ends[n][0] for n in"
        " ('exponential', 'straight line', 'inverse time')))",
    ),
    (
        "Not 250, and not 278, where a straight line between the same ends has lost half: half"
        " is gone after 151 updates",
        "round(half_life(0.1, 500)) == 151 and round(500 * 0.5 / 0.9) == 278",
    ),
    ("want the factor for `every = 100`", "f'{gamma_for_ends:.4f}' == '0.7356'"),
    (
        "With power 1 the rate is *negative*",
        "poly_rate(110, 0.5, 100, 1) < 0 < poly_rate(110, 0.5, 100, 2)"
        " and isinstance(poly_rate(110, 0.5, 100, 0.9), complex)",
    ),
    (
        "The fixed rate has its bottom at 0.35, the exponential, the straight line and the gentle"
        " inverse at 0.71, inverse time at 1.41",
        "[f'{best[n]:.2f}' for n in ('fixed', 'exponential', 'straight line', 'gentle inverse',"
        " 'inverse time')] == ['0.35', '0.71', '0.71', '0.71', '1.41']",
    ),
    (
        "to the right all rise steeply, the fixed rate's first",
        "(lambda at_one: at_one.pop('fixed') > 1.2 * max(at_one.values()))"
        "({name: chosen[:, 5].mean() for name, (chosen, _) in results.items()})",
    ),
    (
        "At the same first rate, on the left of the table, the line is best, the exponential next,"
        " inverse time far behind",
        "at_half['straight line'].mean() < at_half['exponential'].mean()"
        " < at_half['inverse time'].mean() / 1.4",
    ),
    (
        "*Inverse time* makes up about half of its distance to the line",
        "0.4 < 1 - (at_best['inverse time'].mean() - at_best['straight line'].mean())"
        " / (at_half['inverse time'].mean() - at_half['straight line'].mean()) < 0.7",
    ),
    (
        "different formulas, similar totals, similar losses",
        "abs(at_best['exponential'].mean() - at_best['gentle inverse'].mean()) < 0.015"
        " and abs(best['exponential'] / best['gentle inverse'] - 1) < 0.01",
    ),
    (
        "have nearly the same **total**",
        "abs(best['fixed'] / (best['straight line'] * 0.505) - 1) < 0.03",
    ),
    (
        "the line's worst seed is better than the fixed rate's average one",
        "at_best['straight line'].max() < at_best['fixed'].mean()",
    ),
    (
        "which has lost half when the exponential has lost a twentieth",
        "inverse_time_decay(16, lr0=1, rate=99, every=1500) < 0.5"
        " and 0.95 < exponential_decay(16, lr0=1, gamma=0.01, every=1500) < 0.955",
    ),
    (
        "a polynomial of power 4.6 starts exactly as fast",
        "abs(first_fall['power 4.6'] / first_fall['exponential'] - 1) < 0.01",
    ),
    ("how far it still swings", "swings['fixed'].mean() > 4 * swings['straight line'].mean()"),
    (
        "the other 1,498,500 updates add one part in a hundred",
        "0.005 < totals['exponential'][-1] / totals['exponential'][1499] - 1 < 0.015",
    ),
    (
        "adds about the same amount again with *every tenfold*",
        "np.ptp([totals['gentle inverse'][10 * n - 1] - totals['gentle inverse'][n - 1]"
        " for n in lengths[:-1]]) < 10",
    ),
    (
        "it walked only about a fifth as far",
        "0.18 < sum(exponential_decay(t, lr0=1, gamma=0.01, every=1500) for t in range(1500))"
        " / 1500 < 0.23",
    ),
    (
        "(0.35) ends at 0.200, but between 0.163 and 0.279 by luck",
        "np.allclose([at_best['fixed'].mean(), at_best['fixed'].min(), at_best['fixed'].max()],"
        " [0.200, 0.163, 0.279], atol=0.004)",
    ),
    (
        "ends at 0.202 and never outside 0.197 to 0.208",
        "np.allclose([at_best['exponential'].mean(), at_best['exponential'].min(),"
        " at_best['exponential'].max()], [0.202, 0.197, 0.208], atol=0.003)",
    ),
    (
        "at 0.181 (0.169 to 0.191)",
        "np.allclose([at_best['straight line'].mean(), at_best['straight line'].min(),"
        " at_best['straight line'].max()], [0.181, 0.169, 0.191], atol=0.003)",
    ),
    (
        "on clean labels the fixed rate may be as good",
        "(lambda judged, clean: judged(clean['fixed']) < 1.1 * judged(clean['straight line']))("
        "lambda v: v[1].mean(axis=0)[v[0].mean(axis=0).argmin()],"
        " try_all(problems.Network(training_part, sizes)))",
    ),
    ("a half-life of some 55 epochs", "54 < half_life(0.97, 2.4) < 55"),
    (
        "the power is about 3",
        f"(lambda lab: lab.compute(0.4, 0.01, 3.0).met and not lab.compute(0.4, 0.01, 1.0).met)"
        f"({LAB})",
    ),
]


def walls(splits: int = 3, seeds: int = 5) -> Figures:
    """ReLU and tanh at first rates 1.41 and 2 of three schedules, one label in ten at random."""
    rates = [2**0.5, 2.0]
    shapes = [
        Constant,
        lambda lr: ExponentialDecay(lr, gamma=0.01, every=1500),
        lambda lr: Linear(lr, lr / 100, 1500),
    ]
    dead, line = [], {"relu": [], "tanh": []}
    for split in range(splits):
        part, judge, _ = noisy_digits(split)
        for activation, found in line.items():
            network = Network(part, (64, 32, 10), activation)
            for shape in shapes if activation == "relu" else shapes[2:]:
                runs = sweep(
                    network,
                    SGD(),
                    rates,
                    1500,
                    schedule=shape,
                    batch_size=16,
                    seed=list(range(seeds)),
                    dtype=np.float32,
                    progress=False,
                )
                if activation == "relu":
                    views = [network.views(w) for w in runs.w.reshape(-1, network.n_params)]
                    off = [(part.X @ v["W1"] + v["b1"] <= 0).all(axis=0).mean() for v in views]
                    dead.extend(np.reshape(off, (seeds, 2)).mean(axis=0))
            judged = runs.measure(Network(judge, (64, 32, 10), activation).loss)
            found.append(judged[:, 0].mean())
    return {
        "least_dead": round(float(min(dead)), 2),
        "line": {n: [round(float(f(x)), 2) for f in (min, max)] for n, x in line.items()},
    }


STUDIED = [
    Studied(
        (
            "On three splits, five seeds each, {least_dead:percent} % or more of the units were dead"
            " at first rates 1.41 and 2, under all three of fixed, exponential and line. With"
            " $\\tanh$, where none can die, the line's loss at 1.41 is {line[tanh][0]} to"
            " {line[tanh][1]} instead of {line[relu][0]:.1f} to {line[relu][1]:.1f}.",
        ),
        walls,
        lambda found: (
            found["least_dead"] > 0.7 and found["line"]["relu"][0] > 3 * found["line"]["tanh"][1]
        ),
        {"splits": 1},
    ),
]
