"""What unit 11 and its guide page state, and what proves it."""

from __future__ import annotations

import numpy as np

from lrlib.data import load_digits
from lrlib.optimizers import SGD
from lrlib.problems import Network
from lrlib.schedules import Linear, OneCycle, Triangular
from lrlib.training import Method, study, three_parts, train

from ...shared.studied import Figures, Studied

BUDGETS = "(120, 300, 600, 1200)"
QUOTED = [
    (
        "The cycle takes every walker out of the narrow valley",
        "stayed[0.5, -1.0]['cycle'] == 0 and stayed[0.5, -1.0]['constant 0.02'] == 1",
    ),
    (
        "the cycle takes every walker out of it just the same",
        "stayed[-0.5, -1.0]['cycle'] == 0 and stayed[-0.5, -1.0]['constant 0.02'] == 1",
    ),
    (
        "From the wide valley nobody ever leaves, good or bad",
        "all(share == 0 for floor in (0.5, -0.5) for share in stayed[floor, 2.0].values())",
    ),
    (
        "a plain decay from 0.3 does it too",
        "stayed[0.5, -1.0]['decay from 0.3'] == stayed[-0.5, -1.0]['decay from 0.3'] == 0",
    ),
    (
        "the deeper the narrow valley, the more are in it",
        "all(2 * a < b and 2 * b < c for a, b, c in zip(*shaken.values()))",
    ),
    (
        "at 1,200 the constant rate has caught up with all of them",
        "scores['constant', 1200].mean()"
        " < 1.1 * min(scores[name, 1200].mean() for name in contest if name != 'constant')",
    ),
    (
        "after 200 updates, at the top after 300",
        "[round(float(runs[0].rates[t]), 6) for t in (200, 300)] == [0.07, 0.7]",
    ),
    (
        "settles **p1**: (b), in every one of the five seeds",
        "(curve[:, 14] > curve[:, 9]).all() and curve[:, 14].mean() > 1.3 * curve[:, 9].mean()",
    ),
    (
        "Each dip is lower than the one before",
        "(curve[:, 9] > curve[:, 19]).all() and (curve[:, 19] > curve[:, 29]).all()",
    ),
    (
        "at every bottom, at updates 200, 400 and 600, it dips and the band closes",
        "all(np.ptp(curve[:, b]) < np.ptp(curve[:, t]) for b, t in ((9, 14), (19, 24)))"
        " and np.ptp(curve[:, 29]) < np.ptp(curve[:, 24])",
    ),
    (
        "**no hill at all**, in any seed, after any cycle",
        "hills['top 0.7'].shape == (5, 2) and hills['top 0.7'].max() < 0.005",
    ),
    (
        "the way from bottom to bottom leads downhill",
        "all(np.diff(network.loss(np.linspace(r.path[a], r.path[a + 200], 21))).max() < 0.001"
        " for r in runs for a in (200, 400))",
    ),
    ("there is a hill of more than 0.2", "others.min() > 0.2"),
    (
        "With top 1.0 most seeds show no hill worth the name either",
        "(hills['top 1.0'].max(axis=1) < 0.05).sum() >= 3",
    ),
    (
        "Cycle 5 was due to begin",
        "sum(3 * 3**i for i in range(5)) == 363 and"
        " int(math.log(363 / 3 * 2 + 1, 3)) == 4 and cosine_restarts(363, lr_max=1.0, lr_min=0.0,"
        " first_cycle=3, multiplier=3) == 1.0",
    ),
    (
        "with a twenty-fifth of the rate",
        "max(rates_of_a_run(meant, epochs=5, batches=200)) < 0.8 / 25 * 1.05",
    ),
    (
        "beats the constant rate at 300, and so it does at 120 and 600",
        "all(scores['one cycle', n].mean() < scores['constant', n].mean()"
        " for n in (120, 300, 600))",
    ),
    (
        "at 600 of the cycle at 300, at 1,200 of the cycle at 600",
        "all(scores['constant', 2 * n].mean() < scores['one cycle', n].mean() for n in (300, 600))",
    ),
    (
        "At every budget its seeds and those of one cycle overlap",
        "all(scores['one cycle', n].min() < scores['linear decay', n].max() and"
        f" scores['linear decay', n].min() < scores['one cycle', n].max() for n in {BUDGETS})",
    ),
    (
        "one triangle is a shade ahead at 300 and 600, by less than the seeds",
        "all(0 < scores['linear decay', n].mean() - scores['one triangle', n].mean()"
        " < np.ptp(scores['linear decay', n]) for n in (300, 600))",
    ),
    (
        "the best peak of every schedule lies between 0.35 and 1",
        "all(0.35 < peak < 1.01 for peak in chosen.values())",
    ),
    (
        "at 2 all of them are lost",
        "all(not loss < 1.2 for loss in at_two.values())",
    ),
    (
        "The constant rate lies clearly above the others at 120 and 300 updates",
        "all(scores['constant', n].mean() > 1.1 * scores[name, n].mean() for n in (120, 300)"
        " for name in contest if name != 'constant')",
    ),
    (
        "one cycle reached 0.062 on unseen images (0.055 to 0.067)",
        "np.allclose([f(scores['one cycle', 600]) for f in (np.mean, np.min, np.max)],"
        " [0.062, 0.055, 0.067], atol=0.004)",
    ),
    (
        "linear decay 0.068 (0.061 to 0.075)",
        "np.allclose([f(scores['linear decay', 600]) for f in (np.mean, np.min, np.max)],"
        " [0.068, 0.061, 0.075], atol=0.005)",
    ),
    ("Against a constant rate (0.080)", "abs(scores['constant', 600].mean() - 0.080) < 0.02"),
]


def triangles(seed: int, top: float) -> tuple[float, float]:
    """Return the highest hill between bottoms of one seed, and its last training loss."""
    train_part, _ = load_digits().split(seed=0)
    network = Network(train_part, (64, 32, 10))
    plan = Triangular(top / 10, top, 100)
    run = train(network, SGD(), plan, 600, batch_size=16, seed=seed, keep_path=True, progress=False)
    rises = []
    for a, b in ((200, 400), (400, 600)):
        steps = np.linspace(0, 1, 21)[:, None]
        way = network.loss(run.path[a] + (run.path[b] - run.path[a]) * steps)
        rises.append(way.max() - max(way[0], way[-1]))
    return float(max(rises)), float(network.loss(run.w))


def hills(seeds: int = 24) -> Figures:
    """Three cycles of 200 updates to 0.7 and to 1.0: hills above 0.05 between bottoms."""
    calm = np.array([triangles(seed, 0.7) for seed in range(seeds)])
    wild = np.array([triangles(seed, 1.0) for seed in range(seeds)])
    hilly = wild[:, 0] > 0.05
    count = int(hilly.sum())
    worst = np.argsort(-wild[:, 1])[:count]
    return {
        "seeds": seeds,
        "calm": int((calm[:, 0] > 0.05).sum()),
        "hills": count,
        "among_worst": int(hilly[worst].sum()),
        "losses": [
            round(float(np.median(x)), 3) if len(x) else None
            for x in (wild[~hilly, 1], wild[hilly, 1])
        ],
    }


def one_cycle_or_line(splits: int = 3, seeds: int = 10) -> Figures:
    """One cycle, one triangle and a constant rate against linear decay, tuned in two rounds."""
    found: dict[str, list[float]] = {}
    lower = {}
    for steps in (300, 1200):
        methods = {
            "line": Method(SGD(), lambda lr, n=steps: Linear(lr, 0.0, n)),
            "cycle": Method(SGD(), lambda lr, n=steps: OneCycle(lr, n)),
            "triangle": Method(SGD(), lambda lr, n=steps: Triangular(lr / 10, lr, n // 2)),
            "constant": Method(SGD()),
        }
        done = study(
            three_parts(load_digits(), lambda part: Network(part, (64, 32, 10))),
            methods,
            steps,
            rates=(0.1, 1.0),
            splits=splits,
            tuning_seeds=seeds,
            seeds=seeds,
            batch_size=16,
            progress=False,
        )
        for name in ("cycle", "triangle", "constant"):
            gap = done.difference(name, relative=True)
            found[f"{name}_{steps}"] = [round(x, 3) for x in (gap.low, gap.mean, gap.high)]
            lower[f"{name}_{steps}_in"] = gap.below
    widest = max(map(abs, found["cycle_300"]))
    return {"runs": splits * seeds, "widest": widest, **found, **lower}


STUDIED = [
    Studied(
        (
            "Of {seeds} seeds, {hills} showed hills, and {among_worst} of these {hills} were among"
            " the {hills:word} that ended worst.",
        ),
        hills,
        lambda found: found["calm"] == 0 and 2 * found["among_worst"] >= found["hills"],
        {"seeds": 4},
    ),
    Studied(
        (
            "at 300 updates one cycle is within {widest:percent} % of the line either way, lower"
            " in {cycle_300_in} of {runs} runs, and one triangle in {triangle_300_in}; a constant"
            " rate ends {constant_300[1]:percent} % *above* the line ({constant_300[0]:percent} to"
            " {constant_300[2]:percent}). At 1,200 the constant rate cannot be told from the line"
            " any more ({constant_1200[0]:percent} to {constant_1200[2]:percent} %).",
        ),
        one_cycle_or_line,
        lambda found: (
            found["constant_300"][1] > found["widest"]
            and found["constant_1200"][1] < found["constant_300"][1]
        ),
        {"splits": 1, "seeds": 4},
    ),
]
