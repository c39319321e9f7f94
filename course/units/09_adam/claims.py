"""What unit 09 and its guide page state about Adam's steps, its rate and its decay."""

from __future__ import annotations

import numpy as np

from lrlib.optimizers import SGD, Adam, Momentum, Optimizer
from lrlib.problems import Network
from lrlib.schedules import Linear
from lrlib.training import Method, Study, study

from ...shared.noisy import noisy_digits
from ...shared.studied import Figures, Studied

LAB = "__import__('lrlib.labs', fromlist=['x']).adam_anatomy()"

QUOTED = [
    (
        "tells a right Adam from eighteen wrong ones",
        "'18 of 18 wrong versions' in str(check(tests_for_adam_step))",
    ),
    (
        "At rate 0.01 each of these still learns the digits",
        "all(measure.loss(__import__('functools').reduce(lambda s, b: (*version(s[0],"
        " noisy.grad(s[0], b), *s[1:], lr=0.01, **betas), s[3] + 1),"
        " islice(noisy.batches(np.random.default_rng(0), 16), 300),"
        " (noisy.init(0), np.zeros(noisy.n_params), np.zeros(noisy.n_params), 1))[0]) < 1"
        " for version in (__import__('autograders.declare.catalogue', fromlist=['find']).find('adam_step')"
        ".misconceptions[id].functions[0] for id in ('starts-at-two', 'eps-inside-the-root',"
        " 'no-bias-correction', 'corrects-only-the-first-moment',"
        " 'corrects-only-the-second-moment')))",
    ),
    (
        "make the very first update at least three times as long as the rate",
        f"(lambda lab: lab.compute(0.5, 0.9, 0.999, False).met and not any("
        f"lab.compute(lr, 0.9, 0.999, True).met for lr in (0.01, 0.1, 1.0, 10.0)))({LAB})",
    ),
    (
        "the first update of Adam moves every parameter by the rate itself",
        "np.allclose(adam_step(np.zeros(2), np.array([100, 0.001]), np.zeros(2), np.zeros(2), 1,"
        " lr=0.01, **betas)[0], -0.01, rtol=1e-4)",
    ),
    ("= 0.1/0.0316 = 3.16$ rates long", "abs(0.1 / 0.001**0.5 - 3.16) < 0.01"),
    (
        "A larger $\\beta_2$ makes the step longer, a larger $\\beta_1$ shorter",
        f"(lambda f: f(0.9, 0.9999) > f(0.9, 0.999) > f(0.99, 0.999))(lambda b1, b2:"
        f" {LAB}.compute(0.5, b1, b2, False).data[1][0, 0])",
    ),
    (
        "a step reaches 6.57 rates after a long silence, and more than 5",
        "abs(longest[0.999][0] - 6.57) < 0.005 and 5 < longest[0.999][1] < 5.3",
    ),
    (
        "no sequence of gradients makes a step longer than 1.17 rates",
        # Cauchy-Schwarz on the two weighted sums, with the corrections, at every t.
        "max((1 - 0.95**t) ** 0.5 / (1 - 0.9**t) * 0.1 / 0.05**0.5"
        " * ((1 - (0.81 / 0.95) ** t) / (1 - 0.81 / 0.95)) ** 0.5 for t in range(1, 2000)) < 1.17",
    ),
    (
        "the length goes on growing for a while",
        "(lambda q: (np.diff(q[:8]) > 0).all())([(1 - 0.9**t) / (1 - 0.999**t) ** 0.5"
        " for t in range(1, 12)])",
    ),
    ("At $t = 2$ the gradient points back, and $m$ is 0", "0.5 * (0.5 * 4) + 0.5 * -2 == 0"),
    ("$m = 2$ and $v = 7$", "(0.5 * 0 + 0.5 * 4, 0.75 * 4 + 0.25 * 16) == (2, 7)"),
    (
        "the pair of corrected averages at $t = 3$",
        "np.allclose(corrected, (2.2857, 12.1081), atol=1e-4)",
    ),
    (
        "has hardly decayed: the root swallowed its pull",
        "(lambda end: end[0] < 0.3 and end[1] > 0.95)(__import__('functools').reduce(lambda s, t:"
        " adam_step(s[0], np.array([0.1, 10.0]) * (-1) ** t + 0.1 * s[0], s[1], s[2], t, lr=0.001,"
        " **betas), range(1, 2001), (np.ones(2), np.zeros(2), np.zeros(2)))[0])",
    ),
    ("both have shrunk alike", "abs(0.9995**2000 - 0.37) < 0.01"),
    (
        "ran at 2.2 times the rate it was given",
        "abs(update_lengths([1.0] * 200, 0.01, 0.9, 0.95)[-1] / 0.01 - 2.24) < 0.01",
    ),
    (
        "SGD with a falling rate ends below Adam at any constant rate",
        "(finals['SGD', 'falling'].mean() < results['Adam', 'constant', 'measure'].mean(0)).all()",
    ),
    (
        "even its worst run is below Adam's best run at 0.003",
        "finals['SGD', 'falling'].max() < finals['Adam', 'constant'].min()",
    ),
    (
        "The rival is plain SGD from the library, with as many seeds and rates",
        "len(sgd_rates) == len(rates) and all(0 < np.nanargmin(results[method, name, 'choose']"
        ".mean(axis=0)) < 4 for method in ('SGD', 'Adam') for name in ('constant', 'falling'))",
    ),
    (
        "Let Adam's rate fall too, and its loss falls",
        "finals['Adam', 'falling'].max() < finals['Adam', 'constant'].min()",
    ),
    (
        "SGD with a falling rate still ended 7 % below Adam with one",
        "finals['SGD', 'falling'].mean() < 0.97 * finals['Adam', 'falling'].mean()",
    ),
    (
        "by a factor of more than three from the best to the worst",
        "(lambda m: max(m) > 3 * min(m))(results['Adam', 'constant', 'measure'].mean(0))",
    ),
    (
        "its best start was 2.3 to 5.2 times the best constant rate",
        "rates[results['Adam', 'falling', 'choose'].mean(0).argmin()]"
        " > rates[results['Adam', 'constant', 'choose'].mean(0).argmin()]",
    ),
    (
        "Adam's loss is lowest at 0.003 and rises to both sides, steeply to the right",
        "(lambda m: m[0] > m[1] and (np.diff(m[1:]) > 0).all() and m[-1] > 2 * m[0])("
        "results['Adam', 'constant', 'measure'].mean(0))",
    ),
    (
        "it is lowest at 0.03, and below the other line from 0.01 on",
        "results['Adam', 'falling', 'measure'].mean(0).argmin() == 3"
        " and (results['Adam', 'falling', 'measure'].mean(0)"
        " < results['Adam', 'constant', 'measure'].mean(0)).tolist() == [False] * 2 + [True] * 3",
    ),
    (
        "There Adam leads momentum, and momentum leads SGD",
        "(lambda mean: mean('Adam') < 0.95 * mean('momentum') < 0.95 * mean('SGD'))"
        "(lambda name: sprint['constant', name].mean())",
    ),
    (
        "momentum ends at 0.362, Adam at 0.408",
        "np.allclose([sprint['falling', name].mean() for name in ('momentum', 'Adam')],"
        " [0.362, 0.408], atol=0.004)",
    ),
    (
        "Against SGD with a falling rate it keeps a lead of 8 %",
        "(np.maximum(sprint['falling', 'momentum'], sprint['falling', 'Adam'])"
        " < sprint['falling', 'SGD']).mean() >= 0.8",
    ),
    (
        "0.186 against 0.200 in the table above",
        "finals['SGD', 'falling'].mean() < finals['Adam', 'falling'].mean()",
    ),
    (
        "A little decay makes no difference, much of it hurts",
        "abs(decayed[1].mean() / decayed[0].mean() - 1) < 0.05"
        " and decayed[2:].min() > decayed[0].max()",
    ),
    (
        "0.232 (0.228 to 0.238)",
        "np.allclose([f(finals['Adam', 'constant']) for f in (np.mean, min, max)],"
        " [0.232, 0.228, 0.238], atol=0.004)",
    ),
    (
        "it reached 0.200 (0.177 to 0.215)",
        "np.allclose([f(finals['Adam', 'falling']) for f in (np.mean, min, max)],"
        " [0.200, 0.177, 0.215], atol=0.004)",
    ),
    (
        "falling rate got 0.186 (0.181 to 0.193)",
        "np.allclose([f(finals['SGD', 'falling']) for f in (np.mean, min, max)],"
        " [0.186, 0.181, 0.193], atol=0.004)",
    ),
    (
        "Your 0.001 had 0.286, and 0.1 had 0.802",
        "(lambda m: abs(m[0] - 0.286) < 0.004 and abs(m[-1] - 0.802) < 0.03)("
        "results['Adam', 'constant', 'measure'].mean(0))",
    ),
    (
        "After the *second* update the stored $m$ is 1.8",
        "np.isclose(bias_correct(np.array([1.8]), 0.8, 2)[0], 5)",
    ),
]

RIVALS: dict[str, tuple[Optimizer, tuple[float, float]]] = {
    "Adam": (Adam(), (0.003, 0.1)),
    "SGD": (SGD(), (0.1, 3.0)),
    "momentum": (Momentum(0.9), (0.03, 0.3)),
}


def contest(names: list[str], steps: int, splits: int, seeds: int) -> Study:
    """Each method with a constant rate and with one that falls to 0, on the noisy digits."""
    methods, rates = {}, {}
    for name in names:
        optimizer, ends = RIVALS[name]
        methods[name] = Method(optimizer)
        methods[f"{name}, falling"] = Method(optimizer, lambda lr: Linear(lr, 0.0, steps))
        rates |= {name: ends, f"{name}, falling": ends}
    return study(
        lambda split: tuple(Network(p, (64, 32, 10)) for p in noisy_digits(split)),  # type: ignore[return-value]
        methods,
        steps,
        rates=rates,
        splits=splits,
        tuning_seeds=seeds,
        seeds=seeds,
        batch_size=16,
        progress=False,
    )


def schedules_for_adam(splits: int = 3, seeds: int = 10) -> Figures:
    """Adam and SGD, 1,500 updates, constant rate and one that falls to 0, tuned in two rounds."""
    found = contest(["Adam", "SGD"], 1500, splits, seeds)
    gain = found.difference("Adam, falling", "Adam", relative=True)
    rival = found.difference("SGD, falling", "Adam, falling", relative=True)
    start = np.divide(found.chosen_rates("Adam, falling"), found.chosen_rates("Adam"))
    return {
        "runs": gain.n,
        "gain": [round(-x, 3) for x in (gain.high, gain.mean, gain.low)],
        "gain_in": gain.below,
        "starts": [round(float(f(start)), 1) for f in (min, max)],
        "rival": [round(-x, 3) for x in (rival.high, rival.mean, rival.low)],
        "rival_in": rival.below,
        "rival_splits": found.splits_below("SGD, falling", "Adam, falling"),
        "splits": splits,
    }


def sprints(splits: int = 3, seeds: int = 10) -> Figures:
    """Adam, SGD and momentum, 75 updates, constant and falling rates, tuned in two rounds."""
    found = contest(list(RIVALS), 75, splits, seeds)
    pairs = {
        "constant": ("Adam", "momentum"),
        "falling": ("Adam, falling", "momentum, falling"),
        "sgd": ("Adam, falling", "SGD, falling"),
    }
    gaps = {name: found.difference(*pair, relative=True) for name, pair in pairs.items()}
    less = {name: [-gap.high, -gap.mean, -gap.low] for name, gap in gaps.items()}
    more = gaps["falling"]
    return {
        "runs": splits * seeds,
        "lead": [round(x, 3) for x in less["constant"]],
        "falling": [round(x, 3) for x in (more.low, more.mean, more.high)],
        "sgd": [round(x, 3) for x in less["sgd"]],
        **{f"{name}_in": gap.below for name, gap in gaps.items()},
    }


STUDIED = [
    Studied(
        (
            "a falling rate lowered Adam's loss by {gain[1]:percent} % (interval {gain[0]:percent}"
            " to {gain[2]:percent}) and was lower in {gain_in} of {runs} runs; its best start was"
            " {starts[0]} to {starts[1]} times the best constant rate. SGD with a falling rate"
            " still ended {rival[1]:percent} % below Adam with one ({rival[0]:percent} to"
            " {rival[2]:percent}), and was lower in {rival_in} of {runs} runs.",
            "a tuned SGD with a falling rate is {rival[1]:percent} % lower, on {rival_splits:word}"
            " of {splits:word} splits",
        ),
        schedules_for_adam,
        lambda found: (
            found["gain"][1] > 0.03
            and found["rival"][1] > 0
            and found["rival_splits"] == found["splits"]
        ),
        {"splits": 1, "seeds": 3},
    ),
    Studied(
        (
            "at constant rates Adam ends {lead[1]:percent} % below momentum, with an interval from"
            " {lead[2]:percent} % below to level, and is lower in {constant_in} of {runs} runs;"
            " with falling rates it ends {falling[1]:percent} % *above* ({falling[0]:percent} to"
            " {falling[2]:percent}) and is lower in {falling_in} of {runs}. Against SGD with a"
            " falling rate it keeps a lead of {sgd[1]:percent} % ({sgd[0]:percent} to"
            " {sgd[2]:percent}).",
            "with falling rates Adam ends {falling[1]:percent} % above momentum after 75 updates",
        ),
        sprints,
        lambda found: found["lead"][0] < 0.05 and found["falling"][1] > 0 < found["sgd"][1],
        {"splits": 2, "seeds": 5},
    ),
]
