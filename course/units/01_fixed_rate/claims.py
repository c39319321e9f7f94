"""What this unit and its guide page state, each with what shows it."""

QUOTED = [
    ("A model has 650 weights", "problem.n_params == 650"),
    (
        "makes small, goes from 2.303 to 2.299",
        "f'{losses[1e-4][0]:.3f} {losses[1e-4][-1]:.3f}' == '2.303 2.299'",
    ),
    ("(c) 70 % of the time", "0.66 < accuracy[1e-4] < 0.74"),
    (
        "within a few updates its loss has climbed from 2.3 to above 100",
        "losses[100][:6].max() > 100",
    ),
    (
        'lower than after 200 updates at any "sensible" rate up to 1',
        "losses[100][-1] < min(losses[r][-1] for r in rates if r <= 1)",
    ),
    ("exactly as fast as at half the perfect rate", "abs(1 - 0.75 * 2) == abs(1 - 0.25 * 2)"),
    (
        "the rate that is nine times *smaller* takes the *longer* steps",
        "all(0.05 * 0.9**k > 0.45 * 0.1**k for k in range(2, 50)) and 0.05 < 0.45",
    ),
    ("The slope is −5", "np.mean((0 * np.array([1, 2]) - [2, 4]) * np.array([1, 2])) == -5"),
    ("the loss nearly halves", "0.5 < after / before < 0.6"),
    ("It starts at $\\ln 10$, the price of guessing", "abs(losses[1][0] - np.log(10)) < 1e-9"),
    ("on about seven unseen images in ten", "0.66 < accuracy[1e-4] < 0.74"),
    ("A loss that passed 200 came back", "losses[100].max() > 200 > losses[100][-1]"),
    ("ended below that of rate 1", "losses[100][-1] < losses[1][-1]"),
    ("rate 10 ends lowest of all seven", "min(losses, key=lambda r: losses[r][-1]) == 10"),
    (
        "The three smallest rates are nearly level lines near 2",
        "all(losses[r].min() > 1.9 for r in rates[:3])",
    ),
    ("Rates 0.1 and 1 fall smoothly", "all((np.diff(losses[r]) < 0).all() for r in (0.1, 1))"),
    (
        "rate 100 leaps once more, late",
        "len(late) > 0 and losses[100][150:].max() > losses[100][0]",
    ),
    (
        "a tenth of the rate, ten times the bill",
        "9 <= 200 / np.argmax(losses[1.0] <= goal) <= 11",
    ),
    ("everything from 1 upwards is lost", "classify_run(squared) == 'diverged'"),
    ("would have killed the best run in the table", "losses[10].max() > losses[10][0]"),
    ("never saw rate 10 leap", "classify_run(losses[10]) == 'learning'"),
    (
        "0.1 (92 %), 1 (96 %), 10 (98 %) and 100 (97 %) are usable",
        "np.allclose([accuracy[r] for r in rates[3:]], [0.92, 0.96, 0.98, 0.97], atol=0.008)",
    ),
    ("lies between 0.01 (84 %) and 0.1", "abs(accuracy[0.01] - 0.84) < 0.008"),
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
        "min(losses, key=lambda r: losses[r][-1]) > 100 * 0.07",
    ),
    (
        "(10,000; it has.)",
        "(lambda p: problem.loss(p[200]) > losses[1][0] > problem.loss(p[2000]))"
        "(minimise(problem.grad, w0, 10_000, 2000))",
    ),
]
