"""What unit 07 and its guide page state, and what proves it."""

from __future__ import annotations

import numpy as np

from lrlib.data import load_digits
from lrlib.optimizers import Momentum
from lrlib.problems import Network
from lrlib.training import sweep

from ...shared.studied import Figures, Studied

QUOTED = [
    ("$\\ln 1000 / 0.04 \\approx 173$ steps", "round(np.log(1000) / 0.04) == 173"),
    (
        "The best that plain descent can do is 0.96",
        "round(min(max(abs(1 - r), abs(1 - 50 * r)) for r in np.linspace(0, 0.04, 9999)), 2)"
        " == 0.96",
    ),
    ("settles **p1**: (c), 10", "abs(velocity - 10) < 0.02"),
    ("after twenty updates the velocity is at 8.78", "round(10 * (1 - 0.9**20), 2) == 8.78"),
    (
        "here the sign changes with every swing",
        "np.iscomplex(np.roots([1, -(1.9 - 0.8 * 2 / 0.48), 0.9])).all()",
    ),
    (
        "so 0.8 converges and 0.95 does not",
        "kept(0.8, 0.9, 2 / 0.48) < 1 < min(kept(0.95, 0.9, 2 / 0.48), kept(0.8, 0, 2 / 0.48))",
    ),
    (
        "the limit grows by the factor $1 + \\mu$",
        "all(kept(1.999 * (1 + m), m, 1) < 1 < kept(2.001 * (1 + m), m, 1) for m in (0.3, 0.9))",
    ),
    (
        "every direction keeps 0.753, that is $\\sqrt{0.567}$",
        "all(abs(kept(0.0614, 0.567, c) - 0.567**0.5) < 1e-6 for c in (1, 50))",
    ),
    ("to a thousandth, momentum about 25", "24 < np.log(1000) / -np.log(0.753) < 26"),
    (
        "no pair can keep less than $\\sqrt\\mu$",
        "all(kept(r, m, c) > m**0.5 - 1e-9 for r in np.geomspace(1e-3, 2, 40)"
        " for m in (0.1, 0.5, 0.9) for c in (1, 50))",
    ),
    ("*slower* than plain descent at its best", "0.95**0.5 > 49 / 51"),
    (
        "the pair is the one with the smallest $\\mu$ that leaves room for both curvatures",
        "(lambda root: np.allclose(best_pair(1, 50), (4 / (1 + 50**0.5) ** 2, root**2)) and all(abs(kept(4 / (1 + 50**0.5) ** 2, root**2, c) - root) < 1e-6"
        " for c in (1, 50)) and 0 < 0.567 - root**2 < 0.002)((50**0.5 - 1) / (50**0.5 + 1))",
    ),
    ("131 steps in place of 173", "round(np.log(1000) / -np.log(0.9**0.5)) == 131"),
    (
        "Nesterov's form only below $2(1+\\mu)/(1+2\\mu) = 1.36$",
        "[round(max(abs(np.roots([1, -1.9 * (1 - r), 0.9 * (1 - r)]))) - 1, 3) < 0"
        " for r in (1.35, 1.365)] == [True, False]",
    ),
    ("Momentum is stable for every rate below $2(1+\\mu) = 3.8$", "kept(3.79, 0.9, 1) < 1"),
    (
        "At a constant rate all three take one path.",
        "np.ptp([walk(f, [convert_lr(0.2, 0.9, source='classic', target=f)] * 12)"
        " for f in ('classic', 'ema', 'inside')]) < 1e-12",
    ),
    (
        "After a cut *inside* takes another",
        "abs(walk('inside', [0.2] * 10 + [0.02] * 2) - walk('classic', [0.2] * 10 + [0.02] * 2))"
        " > 0.1",
    ),
    (
        "The first update goes down, a little; all others climb",
        "(lambda a, b, c, d: abs(a) < 1 and abs(a) < abs(b) < abs(c) < abs(d))(*__import__"
        "('itertools').islice((lambda s: (s.append(shipped_nesterov(s[-1][0], s[-1][0], s[-1][1],"
        " 0.1, 0.9)) or s[-1][0] for _ in range(4)))([(1.0, 0.0)]), 4))",
    ),
    (
        "eight times the gradient, uphill",
        "abs(shipped_nesterov(0.0, 1.0, 10.0, 1.0, 0.9)[0] - 8) < 1e-9",
    ),
    (
        "one direction is 527 times gentler than the steepest",
        "round(curvatures[-1] / curvatures[0]) == 527",
    ),
    (
        "some of the blood measurements nearly repeat one another",
        "np.corrcoef(training_part.X.T)[4, 5] > 0.85",
    ),
    ("fitted to 354 of them; its error is measured on the other 88", "len(exam.data.y) == 88"),
    (
        "The first column settles **p3**: (b), and by far",
        "excess['plain'][:, 10].min() * 4 < np.nanmin(excess['Nesterov 0.9'][:, 10])"
        " < np.nanmin(excess['momentum 0.9'][:, 10])",
    ),
    (
        "At 30 updates Nesterov has just overtaken, and plain descent is still ahead of momentum",
        "np.nanmin(excess['Nesterov 0.9'][:, 30]) < np.nanmin(excess['plain'][:, 30])"
        " < np.nanmin(excess['momentum 0.9'][:, 30])",
    ),
    (
        "a factor of more than a thousand million",
        "np.nanmin(excess['plain'][:, 300]) > 1e9 * np.nanmin(excess['momentum 0.9'][:, 300])",
    ),
    (
        "Nearly all of the loss lies in directions",
        "np.nanmin(excess['plain'][:, 10]) < 0.001 * excess['plain'][0, 0]",
    ),
    (
        "stays below it from about update 85 on",
        "(lambda m, p: (m[90:] < p[90:]).all() and (m[:70] > p[:70]).mean() > 0.85)"
        "(excess['momentum 0.9'][best['momentum 0.9'][2]], excess['plain'][best['plain'][2]])",
    ),
    (
        "crosses plain descent before update 60",
        "(lambda n, p: n[30] > p[30] and (n[60:] < p[60:]).all())"
        "(excess['Nesterov 0.9'][best['Nesterov 0.9'][2]], excess['plain'][best['plain'][2]])",
    ),
    (
        "the error on them, about 57, is within half a point of the exact solution's",
        "typical['plain, 10 updates'] - typical['exact solution'] < 0.5"
        " and round(typical['exact solution']) == 57",
    ),
    (
        "*plain* and *a tenth* are the same run for all practical purposes",
        "(abs(finals['plain'][:, :2].mean(0) / finals['a tenth'][:, :2].mean(0) - 1) < 0.1).all()",
    ),
    (
        "the loss falls to about a seventh",
        "6 < finals['plain'][:, 0].mean() / finals['same rate'][:, 0].mean() < 8.5",
    ),
    (
        "plain descent at 0.3 does nearly as well",
        "finals['plain'][:, 2].mean() < 1.35 * finals['same rate'][:, 0].mean()",
    ),
    (
        "In the last row momentum is better, on average, although the seeds overlap",
        "finals['a tenth'][:, 3].mean() < 0.85 * finals['plain'][:, 3].mean()"
        " and finals['a tenth'][:, 3].max() > finals['plain'][:, 3].min()",
    ),
    (
        "the same switch at rate 0.3 or 1 makes the loss several times as large",
        "(finals['same rate'][:, 2:] > 2 * finals['plain'][:, 2:]).all()",
    ),
    (
        "Momentum 0.9 raises the floor tenfold at the same rate",
        "abs(floors[0.0] - 0.051) < 0.003 and 9 < floors[0.9] / floors[0.0] < 11",
    ),
    (
        "plain descent is 3.8 above the lowest loss and momentum 224",
        "abs(np.nanmin(excess['plain'][:, 10]) - 3.8) < 0.1"
        " and abs(np.nanmin(excess['momentum 0.9'][:, 10]) - 224) < 2",
    ),
    (
        "1.2 against 0.04",
        "round(float(np.nanmin(excess['plain'][:, 100])), 1) == 1.2"
        " and round(float(np.nanmin(excess['momentum 0.9'][:, 100])), 2) == 0.04",
    ),
    (
        "57.4 points after ten plain updates, 57.0 for the exact solution",
        "[f'{typical[n]:.1f}' for n in ('plain, 10 updates', 'exact solution')]"
        " == ['57.4', '57.0']",
    ),
    ("from 4.1 down to 0.008", "np.round(curvatures[[-1, 0]], 3).tolist() == [4.147, 0.008]"),
    (
        "0.3 for 10 updates, 0.8 for 100, 0.9 for 300",
        "[shares[tuned[b].argmin()] for b in (10, 100, 300)] == [0.3, 0.8, 0.9]",
    ),
    (
        "A *little* momentum beats plain descent even in ten updates",
        "tuned[10][1] < 0.8 * tuned[10][0]",
    ),
    ("2.3 against 3.8 for plain descent", "np.round(tuned[10][:2], 1).tolist() == [3.8, 2.3]"),
    (
        "Momentum 0.567, rate 0.0614",
        "kept(0.0614, 0.567, 1) < min(kept(2 / 51, 0, 1), kept(0.1, 0.9, 1), kept(0.03, 0.95, 1))"
        " and max(kept(0.0614, 0.567, c) for c in (1, 50)) < 0.8",
    ),
    ("97.5 % each step", "abs(0.95**0.5 - 0.975) < 0.001"),
]


def momentum_at_the_plain_rate(splits: int = 3, seeds: int = 10) -> Figures:
    """Momentum 0.9 at rates 0.3 and 1 after 300 updates: dead ReLU units, and tanh as control."""
    means: dict[str, list[np.ndarray]] = {"relu": [], "tanh": []}
    shares = []
    for split in range(splits):
        part, _ = load_digits().split(seed=split)
        for activation, found in means.items():
            network = Network(part, (64, 32, 10), activation)
            runs = sweep(
                network,
                Momentum(0.9),
                [0.3, 1.0],
                300,
                batch_size=16,
                seed=list(range(seeds)),
                dtype=np.float32,
                progress=False,
            )
            found.append(runs.final_losses.mean(axis=0))
            if activation == "relu":
                views = [network.views(w) for w in runs.w.reshape(-1, network.n_params)]
                off = [(part.X @ v["W1"] + v["b1"] <= 0).all(axis=0).mean() for v in views]
                shares.append(np.reshape(off, (seeds, 2)))
    dead, tanh = np.concatenate(shares), np.array(means["tanh"])
    return {
        "dead": [round(float(f(dead[:, 0])), 2) for f in (np.min, np.max)],
        "least_dead_at_1": round(float(dead[:, 1].min()), 2),
        "tanh": [round(float(f(tanh[:, 0])), 1) for f in (np.min, np.max)],
        "least_tanh_at_1": int(tanh[:, 1].min()),
    }


STUDIED = [
    Studied(
        (
            "on three splits with ten seeds each, {dead[0]:percent} to {dead[1]:percent} % of the"
            " ReLU units were dead at 0.3 and {least_dead_at_1:percent} % or more at 1",
            "With $\\tanh$ none can die, and the steps are still too long: the mean loss is"
            " {tanh[0]} to {tanh[1]} at 0.3 and {least_tanh_at_1} or more at 1.",
        ),
        momentum_at_the_plain_rate,
        lambda found: (
            found["dead"][0] > 0.6
            and found["least_dead_at_1"] > 0.9
            and found["tanh"][0] > 0.5
            and found["least_tanh_at_1"] > 20
        ),
        {"splits": 1},
    ),
]
