"""What each unit and its guide page state, and an expression true once its notebook has run.

An entry is (words that stand in the unit or on its page, expression over the notebook's names).
A unit's entries stand here or in `claims/unit_NN.py`, as `QUOTED` beside the name of its `UNIT`.
"""

from importlib import import_module
from pathlib import Path

QUOTED: dict[str, list[tuple[str, str]]] = {
    "00_start_here": [
        ("`y` is `[2.0, 4.0]`", "double(np.array([1.0, 2.0])).tolist() == [2.0, 4.0]"),
        (
            "The array changed",
            "x is not None and (lambda a: (double(a), a[0])[1])(np.ones(1)) == 2",
        ),
        ("The number did not!", "(lambda n: (double(n), n)[1])(1.0) == 1.0"),
        ("ink of at most 0.47", "round(faint.max(), 2) == 0.47 and round(digit.max(), 2) == 0.94"),
        ("8 × 8 pixels, 0 is paper", "digit.shape == (8, 8) and digit.min() == 0"),
    ],
    "01_fixed_rate": [
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
    ],
    "04_step_decay_and_drops": [
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
            "on six right versions and on eleven wrong ones",
            "'11 of 11 wrong versions' in str(check(tests_for_scheduled_drop))"
            " and len(__import__('autograders.catalogue', fromlist=['find'])"
            ".find('scheduled_drop').variants) == 6",
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
            "At the end it is *behind*, in all five seeds",
            "(curves['early'][:, -1] > curves['late'][:, -1]).all()",
        ),
        (
            "ends, on average, about level with the late drop",
            "abs(curves['no drop'][:, -1].mean() / curves['late'][:, -1].mean() - 1) < 0.1",
        ),
        (
            "not a lower mean but a narrower spread",
            "np.ptp(curves['late'][:, -1]) < 0.6 * np.ptp(curves['no drop'][:, -1])",
        ),
        ("fits its training images almost perfectly", "runs['no drop'][0].final_loss < 0.02"),
        (
            "now every run with the late drop ends below every run without one",
            "stay['late'].max() < stay['no drop'].min()",
        ),
        (
            "(b) plunges, by a third or so",
            "0.6 < curves['early'][:, 6].mean() / curves['early'][:, 5].mean() < 0.73"
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
            "Same total: a draw",
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
    ],
}

for path in sorted(Path(__file__).parent.glob("claims/unit_*.py")):
    claims = import_module(f"{__package__}.claims.{path.stem}")
    QUOTED[claims.UNIT] = claims.QUOTED
