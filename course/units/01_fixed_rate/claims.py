"""What this unit and its guide page state, each with what shows it."""

from __future__ import annotations

import numpy as np

from lrlib.data import load_digits
from lrlib.optimizers import SGD
from lrlib.problems import Network, SoftmaxRegression
from lrlib.training import sweep

from ...shared.studied import Figures, Studied

QUOTED = [
    ("A model has 650 weights", "problem.n_params == 650"),
    (
        "makes small, goes from 2.303 to 2.299",
        "f'{losses[1e-4][0]:.3f} {losses[1e-4][-1]:.3f}' == '2.303 2.299'",
    ),
    ("(d) 70 % of the time", "0.66 < accuracy[1e-4] < 0.74"),
    (
        "its loss leaps above 200, comes back, and after 200 updates is lower than that of a run at"
        " rate 1",
        "losses[100].max() > 200 and losses[100][-1] < losses[1][-1]",
    ),
    (
        "(b) its loss is more than twice as high, but it is right about as often",
        "outside[100] > 2 * outside[1] and abs(accuracy[100] - accuracy[1]) < 0.02",
    ),
    ("exactly as fast as at half that rate", "abs(1 - 0.75 * 2) == abs(1 - 0.25 * 2)"),
    (
        "the rate that is nine times *smaller* takes the *longer* steps",
        "all(0.05 * 0.9**k > 0.45 * 0.1**k for k in range(2, 50)) and 0.05 < 0.45",
    ),
    ("The slope is −5", "np.mean((0 * np.array([1, 2]) - [2, 4]) * np.array([1, 2])) == -5"),
    ("the loss nearly halves", "0.5 < after / before < 0.6"),
    ("\\approx 2.303$", "round(np.log(10), 3) == 2.303"),
    (
        "The first and the last run end near $\\ln 10$",
        "abs(run.losses[-1] - np.log(10)) < 0.01 and alive == 0 and run.losses.max() > 10",
    ),
    ("Training starts from zero, at the loss of a guess", "losses[1][0] == problem.loss(w0)"),
    ("right on about seven unseen images in ten", "0.66 < accuracy[1e-4] < 0.74"),
    (
        "Its training loss is below that of rate 1, it is right slightly more often, and its unseen"
        " loss is 2.5 times as high",
        "losses[100][-1] < losses[1][-1] and 0 < accuracy[100] - accuracy[1] < 0.02"
        " and round(outside[100] / outside[1], 1) == 2.5",
    ),
    (
        "one wrong image costs it tens of nats",
        "max(exam.loss(paths[100][-1], np.array([i])) for i in range(len(unseen.y))) > 20",
    ),
    (
        "At rate 1,000 the model is right on 97 % and its unseen loss is worse than that of"
        " guessing",
        "f'{accuracy[1000]:.0%}' == '97%' and outside[1000] > np.log(10)",
    ),
    (
        "The three smallest rates are nearly level lines near 2",
        "all(losses[r].min() > 1.9 for r in rates[:3])",
    ),
    ("Rates 0.1 and 1 fall smoothly", "all((np.diff(losses[r]) < 0).all() for r in (0.1, 1))"),
    (
        "100 to more than 200 and 1,000 to more than 2,000, then come down; rate 10 ends lowest of"
        " all",
        "losses[100].max() > 200 and losses[1000].max() > 2000"
        " and min(losses, key=lambda r: losses[r][-1]) == 10",
    ),
    (
        "rate 100 leaps once more, late",
        "len(late) > 0 and losses[100][150:].max() > losses[100][0]",
    ),
    (
        "a tenth of the rate needs ten times the updates",
        "9 <= 200 / np.argmax(losses[1.0] <= goal) <= 11",
    ),
    ("everything from 1 upwards is lost", "diagnose_run(squared, constant) == 'diverged'"),
    (
        "Stopping at the first leap would have ended the best run, rate 10",
        "losses[10].max() > 5 and min(outside, key=outside.get) == 10",
    ),
    (
        'And `diagnose_run` says "learning" for all four',
        "all(diagnose_run(losses[r], np.log(10)) == 'learning' for r in (1, 10, 100, 1000))",
    ),
    (
        "Then 0.1 (0.740), 1 (0.193), 10 (0.077) and 100 (0.479) are usable",
        "[f'{outside[r]:.3f}' for r in rates[3:7]] == ['0.740', '0.193', '0.077', '0.479']",
    ),
    (
        "between 0.01 (1.956) and 0.1, and between 100 and 1,000 (6.457)",
        "f'{outside[0.01]:.3f} {outside[1000]:.3f}' == '1.956 6.457'",
    ),
    ("a flat curve with 69 % accuracy", "f'{accuracy[1e-4]:.0%}' == '69%'"),
    ("goes up to 216 and comes back", "abs(losses[100].max() - 216) < 1"),
    (
        "its multiplier is 0.2, the smallest in size",
        "min((0.9, 0.4, 0.1, 0.7), key=lambda r: abs(1 - 2 * r)) == 0.4",
    ),
    (
        "(rate 10 gets all of them right within 2,000 updates)",
        "problem.accuracy(minimise(problem.grad, w0, 10.0, 2000)[-1]) == 1",
    ),
    (
        "the best rate of this unit's table is over a hundred times the largest of them",
        "min(outside, key=outside.get) > 100 * 0.07",
    ),
]


def rates_on_splits(splits: int = 12) -> Figures:
    """Softmax regression on the digits, 200 full-batch updates from zero, on each split."""
    rates = 10.0 ** np.arange(-4, 5)
    unseen, right = [], []
    for split in range(splits):
        train, judge = map(SoftmaxRegression, load_digits().split(seed=split))
        runs = sweep(train, SGD(), rates, 200, progress=False)
        unseen.append(runs.measure(judge.loss))
        right.append(runs.measure(judge.accuracy))
    loss, share = np.array(unseen), np.array(right)
    ratio = loss[:, 6] / loss[:, 4]
    return {
        "splits": splits,
        "lowest_at_10": int((loss[:, :8].argmin(axis=1) == 5).sum()),
        "least_ratio": round(float(ratio.min()), 1),
        "most_ratio": round(float(ratio.max())),
        "less_often_right": int((share[:, 6] < share[:, 4]).sum()),
        "least_at_1000": round(float(loss[:, 7].min()), 1),
        "least_at_10000": round(float(loss[:, 8].min())),
        "least_right_at_10000": round(float(share[:, 8].min()), 2),
    }


def dead_networks(splits: int = 3, seeds: int = 10) -> Figures:
    """Networks of 32 hidden units on the digits, 200 full-batch updates at rates 4 and 8."""
    guessing = {}
    for activation in ("relu", "tanh"):
        near = 0
        for split in range(splits):
            train, _ = load_digits().split(seed=split)
            network = Network(train, (64, 32, 10), activation)
            runs = sweep(
                network,
                SGD(),
                [4.0, 8.0],
                200,
                seed=list(range(seeds)),
                dtype=np.float32,
                progress=False,
            )
            near += int((abs(runs.losses[..., -20:].mean(axis=-1) - np.log(10)) < 0.01).sum())
        guessing[activation] = near
    return {"runs": 2 * splits * seeds, **guessing}


STUDIED = [
    Studied(
        (
            "On {splits:word} splits the unseen loss of rate 10 was the lowest of all eight in every"
            " one; that of rate 100 was {least_ratio} to {most_ratio} times that of rate 1, in every"
            " one; and accuracy saw little of it (it was lower at rate 100 in"
            " {less_often_right:word} of {splits:word}).",
            "on {splits:word} splits the unseen loss at 10,000 was at least {least_at_10000} and the"
            " model right on at least {least_right_at_10000:percent} %",
        ),
        rates_on_splits,
        lambda found: (
            found["lowest_at_10"] == found["splits"]
            and found["least_ratio"] >= 2.5
            and found["least_at_1000"] > np.log(10)
            and found["least_at_10000"] > 50
            and found["least_right_at_10000"] >= 0.92
        ),
        {"splits": 1},
    ),
    Studied(
        (
            "At rates 4 and 8, {relu} of {runs} runs ended like this; with $\\tanh$ in place of the ReLU,"
            " which is nowhere exactly flat, none of {runs} did (they diverged).",
        ),
        dead_networks,
        lambda found: found["relu"] >= 0.9 * found["runs"] > 0 == found["tanh"],
        {"splits": 1, "seeds": 2},
    ),
]
