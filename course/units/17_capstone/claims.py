"""What unit 17 and its guide page state, and what proves it.

Verdicts are asserted where the interval lies well on one side of 0, or well across it.
"""

from __future__ import annotations

from typing import Any

from lrlib.data import load_digits, load_docstrings
from lrlib.optimizers import Adam, Momentum
from lrlib.problems import Network
from lrlib.schedules import Linear
from lrlib.training import Method, study, three_parts

from ...shared.studied import Figures, Studied


def row(name: str, steps: int, method: str) -> str:
    return f"boards[{name!r}, {steps}][{method!r}]"


def clear(name: str, steps: int, method: str, verdict: str) -> str:
    return f"{row(name, steps, method)}['verdict'] == {verdict!r}"


MINE = "my_boards[{!r}][{!r}]"


def mine(name: str, method: str, mean: float, spread: float) -> str:
    entry = MINE.format(name, method)
    return f"abs({entry}['mean'] - {mean}) < 0.01 and abs({entry}['spread'] - {spread}) < 0.02"


def gap(name: str, method: str, difference: float, verdict: str) -> str:
    entry = MINE.format(name, method)
    return (
        f"abs({entry}['difference'] - ({difference})) < 0.02 and {entry}['verdict'] == {verdict!r}"
    )


QUOTED = [
    # Worked example
    ("B is better, but barely", "verdict == 'better' and -0.02 < high < 0"),
    ("Without the pairs nothing could be said at all", "wide > 5 * abs(difference)"),
    (
        "Both methods find seed 1 hard; that is what the pairs take away",
        "a.argmax() == b.argmax() == 1 and a.std(ddof=1) > 4 * (b - a).std(ddof=1)",
    ),
    ("so few that the factor is 4.3", "T95[3] == 4.303"),
    ("compare it with the 0.050 above", "abs(margin - 0.050) < 0.001"),
    ("what do two more seeds buy?", "abs(margin_of_five - 0.0196) < 5e-5"),
    # Lab
    (
        "have the board say that Adam is worse than SGD",
        "(lambda lab: (lab.set(adam=(0, 3)), lab.outcome.met)[1])(results_board())",
    ),
    (
        "The board's verdict went from *better* over *cannot tell* to *worse*",
        "(lambda lab: [(lab.set(**how), lab.outcome.data[-1]['verdict'])[1] for how in"
        " ({}, {'updates': 75, 'seeds': 1}, {'adam': (0, 3)})])(results_board())"
        " == ['better', 'cannot tell', 'worse']",
    ),
    # Conventions, harness
    ("With five seeds that is a difference of 12 %", "abs((5 / 4) ** 0.5 - 1.12) < 0.005"),
    ("Here the account holds five runs", "small.budget.each == 5 * small.steps"),
    (
        "The account refuses; the seal only *records*",
        "small.budget.left('SGD') == 0 and len(small.openings) == 1",
    ),
    # Bug museum
    ("**p3** is (c). **Find** the line", "0.6 < report(guessing) < 0.68"),
    (
        "the test part is read once, there",
        "abs(honest - 0.5) < 0.01 and 0.62 < np.mean([report(e) for e in flips]) < 0.66",
    ),
    (
        "grows with the number of epochs",
        "report({'test': guessing['test'][:20]}) < report(guessing)",
    ),
    # The claim
    (
        "Adam's loss ends far below that of plain SGD, and far above that of momentum",
        "(lambda m: m('momentum') * 2 < m('Adam') < m('SGD') / 2)"
        "(lambda name: np.mean(untuned[name]))",
    ),
    (
        "**p1** is (b). At the defaults you would have reported that Adam beats SGD and loses to"
        " momentum, both by far",
        "compare(untuned)['Adam']['verdict'] == 'worse' and"
        " compare({k: untuned[k] for k in ('SGD', 'Adam')})['Adam']['verdict'] == 'better'",
    ),
    (
        "Tuned on this grid, Adam and momentum cannot be told apart on the digits at 300 updates, nor"
        " at 1,200",
        clear("digits", 300, "Adam", "cannot tell")
        + " and "
        + clear("digits", 1200, "Adam", "cannot tell"),
    ),
    (
        "Adam is better than tuned momentum at every length",
        "all(boards['docstrings', n]['Adam']['verdict'] == 'better' for n in (75, 300, 1200))",
    ),
    (
        "Its lead shrinks from 0.6 at 75 updates to about 0.14 at 300",
        f"abs({row('docstrings', 75, 'Adam')}['difference'] + 0.6) < 0.05 and"
        f" abs({row('docstrings', 300, 'Adam')}['difference'] + 0.14) < 0.015 and"
        f" abs({row('docstrings', 1200, 'Adam')}['difference'] + 0.14) < 0.02",
    ),
    (
        "from 300 to 1,200 neither of the two gets better on the test set",
        " and ".join(
            f"{row('docstrings', 1200, name)}['mean'] + 0.005"
            f" > {row('docstrings', 300, name)}['mean']"
            for name in ("Adam", "momentum")
        ),
    ),
    (
        "by 0.016 against 0.020",
        "abs(five.std(ddof=1) - 0.016) < 0.0005 and abs(gaps.std(ddof=1) - 0.02) < 0.0005",
    ),
    (
        "there momentum is behind even plain SGD",
        clear("docstrings", 1200, "SGD", "better"),
    ),
    (
        "the three verdicts on the digits are verdicts *about this grid and this split*",
        clear("digits", 75, "Adam", "worse") + " and max(np.diff(np.log(METHODS['Adam'][1]))) > 1",
    ),
    (
        "a batch holds about two hundred of the 1,142",
        "(lambda X: 150 < np.mean([(X[i * 16:(i + 1) * 16].sum(0) > 0).sum() for i in range(60)])"
        " < 250 and X.shape[1] == 1142)(SETS['docstrings'][0][0].X)",
    ),
    (
        "Adam's lies at smaller rates than SGD's",
        "all(found[1]['Adam'] < found[1]['SGD'] for found in study.values())",
    ),
    (
        "the valleys of momentum and Adam are equally deep",
        "abs(min(study['digits', 300][0]['Adam']) / min(study['digits', 300][0]['momentum'])"
        " - 1) < 0.12",
    ),
    (
        "On the docstrings Adam's is the deepest",
        "(lambda s: min(s['Adam']) < 0.9 * min(min(s['SGD']), min(s['momentum'])))"
        "(study['docstrings', 300][0])",
    ),
    (
        "Two steps of the grid below its best rate every method has lost more than the three"
        " methods differ by",
        "all((lambda lows: all(sc[int(np.argmin(sc)) - 2] - min(sc) > max(lows) - min(lows)"
        " for sc in s.values()))([min(sc) for sc in s.values()])"
        " for s in (study['digits', 300][0], study['docstrings', 300][0]))",
    ),
    # The model report
    (
        "No best rate lies at an edge",
        "all(MENU[m][1][0] < best[m][1] < MENU[m][1][-1] for _, best in my_tuning.values()"
        " for m in my_methods)",
    ),
    (
        "13,800 updates for each method on each set: 36 runs for tuning (seeds 0, 1, 2), 10",
        "all(set(a.budget.spent.values()) == {13_800} == {46 * 300} for a in arenas.values())",
    ),
    (
        "have their valleys at 0.01, down to 0.429 and 0.413; momentum's is at 0.03 and ends"
        " higher, at 0.511",
        "(lambda b: [b[m][1] for m in ('Adam', 'RMSprop', 'momentum')] == [0.01, 0.01, 0.03] and"
        " np.allclose([b[m][0] for m in ('Adam', 'RMSprop', 'momentum')], [0.429, 0.413, 0.511],"
        " atol=0.01))(my_tuning['docstrings'][1])",
    ),
    (
        "Adam (0.118, at 0.03) and momentum (0.114, at 0.1) are equally deep, RMSprop stays at"
        " 0.150",
        "(lambda b: [b[m][1] for m in ('Adam', 'momentum')] == [0.03, 0.1] and"
        " np.allclose([b[m][0] for m in ('Adam', 'momentum', 'RMSprop')], [0.118, 0.114, 0.150],"
        " atol=0.006))(my_tuning['digits'][1])",
    ),
    (
        "A rate ten times too small costs more than any change of method",
        "all((lambda at, lows: all(v[int(np.argmin(v)) - 2] - min(v) > max(lows) - min(lows)"
        " for v in at))(at, [min(v) for v in at]) for at in"
        " ([np.min([t[0][m, p] for p in SCHEDULES], axis=0) for m in my_methods]"
        " for t in my_tuning.values()))",
    ),
    ("Docstrings: Adam 0.375 (0.018)", mine("docstrings", "Adam", 0.375, 0.018)),
    (
        "RMSprop 0.375 (0.024), +0.000 ± 0.016, cannot tell",
        mine("docstrings", "RMSprop", 0.375, 0.024)
        + " and "
        + gap("docstrings", "RMSprop", 0.0, "cannot tell"),
    ),
    (
        "momentum 0.525 (0.090), +0.150 ± 0.063, worse",
        "abs(my_boards['docstrings']['momentum']['mean'] - 0.525) < 0.04 and "
        "my_boards['docstrings']['momentum']['verdict'] == 'worse'",
    ),
    ("Digits: Adam 0.094 (0.010)", mine("digits", "Adam", 0.094, 0.010)),
    (
        "momentum 0.092 (0.006), −0.002 ± 0.006, cannot tell",
        mine("digits", "momentum", 0.092, 0.006)
        + " and "
        + gap("digits", "momentum", -0.002, "cannot tell"),
    ),
    (
        "RMSprop 0.133 (0.017), +0.039 ± 0.016, worse",
        mine("digits", "RMSprop", 0.133, 0.017)
        + " and "
        + gap("digits", "RMSprop", 0.039, "worse"),
    ),
    (
        "The test part of each set was opened 30 times",
        "all(len(a.openings) == 30 and {s for _, _, s in a.openings} == set(range(10, 20))"
        " for a in arenas.values())",
    ),
    ("gave the same scores to the last digit", "same"),
    (
        "RMSprop may be better or worse than Adam by 0.016",
        "abs(my_boards['docstrings']['RMSprop']['margin'] - 0.016) < 0.006",
    ),
    (
        "with 1,200 gaps were smaller in the experiment above",
        f"abs({row('docstrings', 1200, 'Adam')}['difference']) <"
        f" abs({row('docstrings', 75, 'Adam')}['difference'])",
    ),
    # Quiz
    (
        "it may be better by 0.05 or worse by 0.01",
        "np.allclose([-0.02 - 0.03, -0.02 + 0.03], [-0.05, 0.01])",
    ),
    ("- (c) twice as wide", "abs((T95[3] / 3**0.5) / (T95[5] / 5**0.5) - 2) < 0.01"),
    ("1.3 times as wide: the root of 5/3", "abs((5 / 3) ** 0.5 - 1.3) < 0.01"),
    # Guide
    (
        "the best of 20 epochs is 60 % or so, of 2,000 about 67 %",
        "(lambda best: abs(best(20) - 0.60) < 0.02 and abs(best(2000) - 0.67) < 0.005)(lambda n:"
        " np.mean(np.random.default_rng(3).binomial(100, 0.5, (300, n)).max(axis=1)) / 100)",
    ),
]


def fair_contest(splits: int = 3, seeds: int = 10) -> Figures:
    """Adam against momentum, 300 updates, rates that fall to 0, tuned in two rounds, on both sets."""
    sets = {
        "digits": (load_digits(), (64, 32, 10)),
        "words": (load_docstrings(), (1142, 16, 8)),
    }
    found: dict[str, Any] = {"runs": splits * seeds}
    for name, (data, sizes) in sets.items():
        done = study(
            three_parts(data, lambda part, sizes=sizes: Network(part, sizes)),
            {
                "momentum": Method(Momentum(0.9), lambda lr: Linear(lr, 0.0, 300)),
                "Adam": Method(Adam(), lambda lr: Linear(lr, 0.0, 300)),
            },
            300,
            rates={"momentum": (0.03, 0.3), "Adam": (0.003, 0.03)},
            splits=splits,
            tuning_seeds=seeds,
            seeds=seeds,
            batch_size=16,
            progress=False,
        )
        gap = done.difference("Adam", relative=True)
        found[name] = [round(-x, 3) for x in (gap.high, gap.mean, gap.low)]
        found[f"{name}_in"] = gap.below
    return {**found, "above": -found["digits"][0]}


STUDIED = [
    Studied(
        (
            "finds Adam at 300 updates anywhere from {digits[2]:percent} % below momentum to"
            " {above:percent} % above, and lower in {digits_in} of {runs} runs.",
            "(in the study, a loss {words[1]:percent} % lower, {words[0]:percent} to"
            " {words[2]:percent}, in {words_in} of {runs} runs)",
        ),
        fair_contest,
        lambda found: found["digits"][0] < 0 < found["digits"][2] and found["words"][1] > 0.1,
        {"splits": 1, "seeds": 6},
    ),
]
