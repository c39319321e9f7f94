"""What unit 13 and its guide page state about the edge, the width and methods without a rate."""

from __future__ import annotations

from lrlib.data import load_digits
from lrlib.optimizers import Adam
from lrlib.problems import Network
from lrlib.schedules import Linear
from lrlib.training import Method, study, three_parts

from ...shared.studied import Figures, Studied

LAB = "__import__('lrlib.labs', fromlist=['x']).edge_of_stability()"


def _row(name, budget, *values, within=0.012):
    """Mean, least and largest of a method's losses at a budget (0, 1 or 2) are these values."""
    return (
        f"np.allclose([f(found[{name!r}][:, {budget}]) for f in (np.mean, np.min, np.max)],"
        f" {list(values)}, atol={within})"
    )


QUOTED = [
    ("Its largest curvature is 11 at the start", "round(edge['rate 0.1'][1][0]) == 11"),
    (
        "find a rate at which the curvature begins below $2/\\eta$ and ends within 15 % of it",
        f"(lambda lab: [o := lab.compute(0.1, '16 hidden units'),"
        f" *[o := o.more() for _ in range(7)]][-1].met)({LAB})",
    ),
    ("The limit is $2/10 = 0.2$", "abs(1 - 0.19 * 10) < 1 < abs(1 - 0.21 * 10)"),
    (
        "The rate is above the limit, the swing grows, and then it stops growing",
        "swings[0] < swings[10] < swings[40] and abs(swings[59] / swings[40] - 1) < 0.01",
    ),
    ("The first step is as long as the guess", "abs(0.1 / 16**0.5 * 4 - 0.1) < 1e-12"),
    (
        "at the fifth update the gradient is 2",
        "(round(fifth_distance, 3), round(fifth_rate, 3)) == (0.404, 0.049)",
    ),
    (
        "the same network ends at 10 or at 20, as you like",
        "abs(edge['rate 0.2'][1][-1] - 10) < 0.5 and abs(edge['rate 0.1'][1][-1] - 20) < 1",
    ),
    (
        "At rate 0.05 it climbs steadily and stays far below",
        "(np.diff(edge['rate 0.05'][1]) > -0.1).all() and edge['rate 0.05'][1].max() < 30",
    ),
    (
        "it climbs past its limit of 20 to about 25, drops",
        "(lambda b: 23 < b.max() < 27 and b[b.argmax() + 1 :].min() < 20.5)(edge['rate 0.1'][1])",
    ),
    (
        "At 0.2 it is held at 10 from early on",
        "np.abs(edge['rate 0.2'][1][4:] - 10).max() < 1",
    ),
    (
        "at rate 0.05 it has come to 26 of 40 after 600 updates, and still climbs",
        "round(edge['rate 0.05'][1][-1]) == 26 and (np.diff(edge['rate 0.05'][1])[-5:] > 0).all()",
    ),
    (
        "At $t = 2$ the run has not yet got beyond the guess, so the rate falls",
        "0.1 / 4 > 0.1 / 32**0.5 < 0.1 * (1 + 0.5**0.5) / 48**0.5 < farthest / 64**0.5",
    ),
    (
        "leaves the line at 10 and begins to climb towards 20",
        "(lambda b: abs(b[5] - 10) < 0.5 and (np.diff(b[5:]) > 0).all() and 14 < b[-1] < 20)"
        "(edge['0.2, then 0.1'][1])",
    ),
    (
        "at 0.2 it rises dozens of times on its way to the lowest loss of the table",
        "np.sum(np.diff(edge['rate 0.2'][0]) > 0) >= 48"
        " and min(edge, key=lambda name: edge[name][0][-1]) == 'rate 0.2'",
    ),
    (
        "At the start the sharpness is 10.7, so by unit 02 the limit is 0.186",
        "(lambda bend: (round(bend, 1), round(2 / bend, 3)) == (10.7, 0.186))"
        "(edge['rate 0.2'][1][0])",
    ),
    (
        "Rate 0.2 lies above it and lives; 0.4 does not",
        "edge['rate 0.2'][0][-1] < edge['rate 0.2'][0][0] / 3 and edge['rate 0.4'][0][-1] > 1000",
    ),
    (
        "the best rate falls from 1/16 to 1/32 to 1/64",
        "[1 / rates[transfer['standard', n].argmin()] for n in widths] == [16, 32, 64]",
    ),
    (
        "ends at more than ten times its own best loss of 0.045",
        "(lambda v: v[rates == 1 / 16][0] > 10 * v.min() and abs(v.min() - 0.045) < 0.006)"
        "(transfer['standard', 256])",
    ),
    (
        "With muP the best rate stays at 1/16 or moves by one step",
        "set(1 / rates[transfer['muP', n].argmin()] for n in widths) <= {8, 16}",
    ),
    (
        "0.042 at 1/16, 0.033 at the best",
        "(lambda v: np.allclose([v[rates == 1 / 16][0], v.min()], [0.042, 0.033], atol=0.005))"
        "(transfer['muP', 256])",
    ),
    (
        "all three curves are low at the dotted line, and the wider lie below the narrower",
        "(transfer['muP', 256] < transfer['muP', 64]).all()"
        " and (transfer['muP', 64] < transfer['muP', 16]).all()"
        " and all(transfer['muP', n][4] < 1.5 * transfer['muP', n].min() for n in widths)",
    ),
    (
        "muP carries a rate across widths, and not across lengths",
        "rates[by_length[600].argmin()] < rates[by_length[150].argmin()]",
    ),
    (
        "As bad as the standard form: the start alone does not carry a rate across widths",
        "flattened > 10 * at_base['muP'] and at_base['standard'] > 10 * at_base['muP']",
    ),
    (
        "DoG has hardly left its start",
        "found['DoG'][:, 0].mean() > 1.8",
    ),
    (
        "more than twice as high after 150 updates, but not after 1,500: it needs time",
        "(found['DoG'].mean(0) > 2 * found['SGD, tuned'].mean(0)).tolist() == [True, False, False]",
    ),
    (
        "by 1,500 its mean is within a third of the tuned runs'",
        "found['DoG'][:, 2].mean() < 4 / 3 * found['SGD, tuned'][:, 2].mean()",
    ),
    (
        "Polyak's step gets going at once, and ends where DoG does",
        "found['Polyak, at most 1'][:, 0].mean() < 0.5 and"
        " abs(found['Polyak, at most 1'][:, 2].mean() / found['DoG'][:, 2].mean() - 1) < 0.1",
    ),
    (
        "Schedule-free is *below* the tuned baseline at 150 and at 600",
        "(found['schedule-free'].mean(axis=0) < found['SGD, tuned'].mean(axis=0)).tolist()"
        " == [True, True, False] and best_free == 1.0",
    ),
    (
        "at 1,500 it is a little above",
        "found['schedule-free'][:, 2].mean() < 1.2 * found['SGD, tuned'][:, 2].mean()",
    ),
    (
        "a cap a hundred times as large costs a third",
        "1.1 < np.divide(*(told[f'at most {n}, no noise'][:, 2].mean() for n in (100, 1))) < 1.6",
    ),
    (
        "On clean labels a network comes close to that",
        "told['at most 100, no noise'][:, 2].mean() < 0.15",
    ),
    (
        "without a tight cap runs are ruined",
        "(told['Polyak, at most 100'][:, 2] > 1).any()"
        " and told['Polyak, at most 100'][:, 2].mean() > 0.8",
    ),
    (
        "may be wrong by a factor of ten thousand, and only the beginning suffers",
        "0.01 / 1e-6 == 10_000 and told['DoG, guess 0.01'][:, 0].mean() < 0.5 and"
        " abs(told['DoG, guess 0.01'][:, 2].mean() / found['DoG'][:, 2].mean() - 1) < 0.1",
    ),
    (
        "four times too much is too much",
        "told['schedule-free at 4'][:, 2].mean() > 2 * found['schedule-free'][:, 2].mean()"
        " and best_free * 4 == 4",
    ),
    (
        "chosen once, at 600, for itself and for its average",
        "all(np.array_equal(judged(run(constant(best_steady[name])), nothing)[1], races[f'SGD,"
        " {name}']) for name, run in (('constant', lambda u: u), ('averaged', averaged)))",
    ),
    (
        "DoG with an average begins far above all others and ends below the tuned baseline",
        "races['DoG, averaged'][:, 0].mean() > 4 * found['SGD, tuned'][:, 0].mean() and"
        " races['DoG, averaged'][:, 2].mean() < found['SGD, tuned'][:, 2].mean()",
    ),
    (
        "SGD at its best constant rate lies highest at the end",
        "max(shown, key=lambda name: races[name][:, 2].mean()) == 'SGD, constant'",
    ),
    (
        "With an average it bears twice that rate",
        "(best_steady['constant'], best_steady['averaged']) == (0.25, 0.5)",
    ),
    (
        "and lies below the tuned baseline at all three budgets",
        "(races['SGD, averaged'].mean(axis=0) < found['SGD, tuned'].mean(axis=0)).all()",
    ),
    (
        "From 600 updates on, the lowest line belongs to the oldest method in this course",
        "all((races['SGD, averaged'].mean(axis=0)[1:] <= races[name].mean(axis=0)[1:]).all()"
        " for name in shown)",
    ),
    (
        "0.9 against 0.045 at its own best rate",
        "0.45 < transfer['standard', 256][4] < 1.6",
    ),
    ("2.101 (1.912 to 2.272)", _row("DoG", 0, 2.101, 1.912, 2.272, within=0.05)),
    ("0.335 (0.293 to 0.376)", _row("SGD, tuned", 0, 0.335, 0.293, 0.376)),
    ("0.281 (0.255 to 0.320)", _row("DoG", 1, 0.281, 0.255, 0.320)),
    ("0.217 (0.206 to 0.223)", _row("SGD, tuned", 1, 0.217, 0.206, 0.223)),
    ("0.237 (0.198 to 0.269)", _row("DoG", 2, 0.237, 0.198, 0.269)),
    ("0.188 (0.179 to 0.198)", _row("SGD, tuned", 2, 0.188, 0.179, 0.198)),
    (
        "it cost 1,500 updates in place of 9,000",
        "costs['DoG'] == 1500 and costs['SGD, tuned'] == 9000",
    ),
]


def lengths(splits: int = 3, seeds: int = 6) -> Figures:
    """Adam, width 16, a rate that falls to 0: the best rate of a ladder of 1.32, by length."""
    best = {}
    for steps in (150, 600, 2400):
        found = study(
            three_parts(load_digits(), lambda part: Network(part, (64, 16, 16, 10), "tanh")),
            {"Adam": Method(Adam(), lambda lr, n=steps: Linear(lr, 0.0, n))},
            steps,
            rates=(0.003, 0.3),
            splits=splits,
            tuning_seeds=seeds,
            seeds=2,
            batch_size=64,
            progress=False,
        )
        best[f"best_{steps}"] = sorted(round(rate, 4) for rate in found.chosen_rates("Adam"))
    return best


def widths(splits: int = 3, seeds: int = 6) -> Figures:
    """Adam, 150 updates, standard parametrisation: the best rate of a ladder of 1.32, by width."""
    best = {}
    for n in (16, 64, 256):
        found = study(
            three_parts(load_digits(), lambda part, n=n: Network(part, (64, n, n, 10), "tanh")),
            {"Adam": Method(Adam(), lambda lr: Linear(lr, 0.0, 150))},
            150,
            rates=(0.003, 0.3),
            splits=splits,
            tuning_seeds=seeds,
            seeds=2,
            batch_size=64,
            progress=False,
        )
        best[f"best_{n}"] = sorted(round(rate, 4) for rate in found.chosen_rates("Adam"))
    return best


STUDIED = [
    Studied(
        (
            "it lies at width 16 between {best_150[0]:inverse} and {best_150[2]:inverse} for 150"
            " updates, between {best_600[0]:inverse} and {best_600[2]:inverse} for 600, between"
            " {best_2400[0]:inverse} and {best_2400[2]:inverse} for 2,400.",
        ),
        lengths,
        lambda found: min(found["best_150"]) > max(found["best_2400"]) * 4,
        {"splits": 1, "seeds": 2},
    ),
    Studied(
        (
            "from {best_16[0]:inverse} to {best_16[2]:inverse}, to {best_64[0]:inverse} to"
            " {best_64[2]:inverse}, to {best_256[0]:inverse} to {best_256[2]:inverse}",
        ),
        widths,
        lambda found: min(found["best_16"]) > max(found["best_256"]) * 2,
        {"splits": 1, "seeds": 2},
    ),
]
