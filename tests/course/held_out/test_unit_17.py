"""Strangers to unit 17: tuning at equal budget and comparing on paired seeds, right and wrong."""

import itertools
import math
import statistics

import numpy as np
import pytest

from autograders.declare.catalogue import find
from autograders.judging.report import FULL

from . import Strangers, faults, reports

STRANGERS = Strangers()
TUNE, COMPARE = find("tune"), find("compare")
right, wrong = STRANGERS.right, STRANGERS.wrong
T95 = {2: 12.706, 3: 4.303, 4: 3.182, 5: 2.776, 6: 2.571, 7: 2.447, 8: 2.365, 9: 2.306, 10: 2.262}


@right(TUNE)
def with_product_and_reshape(train, rates, seeds):
    flat = [train(lr, s, "validation") for lr, s in itertools.product(rates, seeds)]
    scores = np.reshape(flat, (len(rates), len(seeds))).mean(1)
    alive = [(score, lr) for score, lr in zip(scores, rates) if math.isfinite(score)]
    if not alive:
        raise ValueError("no rate survived")
    return min(alive)[1], scores


@right(TUNE)
def in_random_order(train, rates, seeds):
    pairs = [(i, j) for i in range(len(rates)) for j in range(len(seeds))]
    losses = np.empty((len(rates), len(seeds)))
    for k in np.random.default_rng(0).permutation(len(pairs)):
        i, j = pairs[k]
        losses[i, j] = train(rates[i], int(seeds[j]), "validation")
    scores = losses.sum(1) / len(seeds)
    order = sorted(
        range(len(rates)), key=lambda i: (not np.isfinite(scores[i]), scores[i], rates[i])
    )
    if not np.isfinite(scores[order[0]]):
        raise ValueError(f"all of {list(rates)} diverged")
    return rates[order[0]], list(scores)


@right(TUNE)
def with_a_generator_and_walrus(train, rates, seeds):
    def score(lr):
        got = [train(lr, seed, "validation") for seed in seeds]
        return statistics.fmean(got) if all(map(math.isfinite, got)) else math.inf

    if not math.isfinite(low := min(scores := tuple(score(lr) for lr in rates))):
        raise ValueError("diverged everywhere")
    return next(lr for lr in sorted(rates) if scores[list(rates).index(lr)] == low), scores


@right(TUNE)
def with_structured_sort(train, rates, seeds):
    table = [(np.mean([train(lr, s, "validation") for s in seeds]), lr) for lr in rates]
    kind = [("score", "f8"), ("lr", "f8")]
    finite = np.array([row for row in table if np.isfinite(row[0])], dtype=kind)
    if not len(finite):
        raise ValueError("nothing left")
    return np.sort(finite, order=["score", "lr"])[0]["lr"], [s for s, _ in table]


@right(TUNE)
def raises_something_more_special(train, rates, seeds):
    class AllDiverged(ValueError):
        pass

    best_lr, best, scores = None, math.inf, []
    for lr in rates:
        losses = np.array([train(lr, seed, "validation") for seed in seeds])
        scores.append(losses.mean() if np.isfinite(losses).all() else np.nan)
        if scores[-1] < best or (scores[-1] == best and lr < best_lr):
            best_lr, best = lr, scores[-1]
    if best_lr is None:
        raise AllDiverged
    return float(best_lr), np.array(scores)


def scored(train, rates, seeds, split="validation"):
    losses = np.array([[train(lr, seed, split) for seed in seeds] for lr in rates])
    return losses, np.where(np.isfinite(losses).all(axis=1), losses.mean(axis=1), np.inf)


def chosen(rates, scores):
    if not np.isfinite(scores).any():
        raise ValueError
    return min(lr for lr, score in zip(rates, scores) if score == min(scores))


@wrong(TUNE)
def geometric_means(train, rates, seeds):
    losses, _ = scored(train, rates, seeds)
    scores = np.exp(np.log(losses).mean(axis=1))
    scores = np.where(np.isfinite(losses).all(axis=1), scores, np.inf)
    return chosen(rates, scores), scores


@wrong(TUNE)
def a_million_for_a_lost_run(train, rates, seeds):
    losses, _ = scored(train, rates, seeds)
    scores = np.where(np.isfinite(losses), losses, 1e6).mean(axis=1)
    return chosen(rates, scores), scores


@wrong(TUNE)
def mean_plus_a_standard_deviation(train, rates, seeds):
    losses, scores = scored(train, rates, seeds)
    return chosen(rates, scores + np.nan_to_num(losses.std(axis=1))), scores


@wrong(TUNE)
def scores_in_order_of_quality(train, rates, seeds):
    _, scores = scored(train, rates, seeds)
    return chosen(rates, scores), sorted(scores)


@wrong(TUNE)
def looks_between_the_rates(train, rates, seeds):
    _, scores = scored(train, rates, seeds)
    best = chosen(rates, scores)
    train(best * 1.4, seeds[0], "validation")
    return best, scores


@wrong(TUNE)
def skips_the_rest_of_a_rate_that_diverged(train, rates, seeds):
    scores = []
    for lr in rates:
        losses = []
        for seed in seeds:
            losses.append(train(lr, seed, "validation"))
            if not np.isfinite(losses[-1]):
                break
        scores.append(np.mean(losses) if np.isfinite(losses).all() else np.inf)
    return chosen(rates, scores), scores


@wrong(TUNE)
def validates_the_best_half_and_tests_it(train, rates, seeds):
    _, scores = scored(train, rates, seeds)
    best = chosen(rates, scores)
    train(best, seeds[-1], "test")
    return best, scores


@wrong(TUNE)
def average_of_both_splits(train, rates, seeds):
    _, validation = scored(train, rates, seeds)
    _, test = scored(train, rates, seeds, "test")
    scores = (validation + test) / 2
    return chosen(rates, scores), scores


@wrong(TUNE)
def middle_rate_without_training(train, rates, seeds):
    return sorted(rates)[len(rates) // 2], [0.5] * len(rates)


@wrong(TUNE)
def sorts_the_rates_in_place(train, rates, seeds):
    _, scores = scored(train, rates, seeds)
    best = chosen(rates, scores)
    rates.sort()
    return best, scores


@right(COMPARE)
def with_cov(results):
    keys = list(results)
    lost = {k: not np.isfinite(results[k]).all() for k in keys}
    out = {}
    for k in keys:
        a, b = np.asarray(results[k], float), np.asarray(results[keys[0]], float)
        n = a.size
        row = {"mean": np.average(a), "spread": np.sqrt(np.var(a, ddof=1))}
        row["difference"] = np.average(a) - np.average(b)
        c = np.cov(a, b)
        rest = max(c[0, 0] + c[1, 1] - 2 * c[0, 1], 0.0) if np.isfinite(c).all() else np.nan
        row["margin"] = T95[n] * math.sqrt(rest / n) if k != keys[0] else 0.0
        if k == keys[0] and lost[k]:
            row |= {"difference": np.nan, "margin": np.nan}
        if lost[k] != lost[keys[0]]:
            verdict = "worse" if lost[k] else "better"
        else:
            clear = abs(row["difference"]) > row["margin"]
            verdict = ("better" if row["difference"] < 0 else "worse") if clear else "cannot tell"
        out[k] = row | {"verdict": "baseline" if k == keys[0] else verdict}
    return out


@right(COMPARE)
def with_a_match(results):
    (first, base), *_ = results.items()

    def summary(values):
        alive = all(map(math.isfinite, values))
        return statistics.fmean(values), statistics.stdev(values) if alive else math.nan

    board = {}
    for name, losses in results.items():
        gaps = [x - y for x, y in zip(losses, base)]
        mean, spread = summary(list(losses))
        gap, wobble = summary(gaps)
        margin = T95[len(gaps)] * wobble / math.sqrt(len(gaps))
        match (all(map(math.isfinite, losses)), all(map(math.isfinite, base))):
            case (True, False):
                verdict = "better"
            case (False, True):
                verdict = "worse"
            case (False, False):
                verdict = "cannot tell"
            case _:
                verdict = (
                    "better" if gap + margin < 0 else "worse" if gap > margin else "cannot tell"
                )
        numbers = {"mean": mean, "spread": spread, "difference": gap, "margin": margin}
        board[name] = numbers | {"verdict": verdict}
    board[first]["verdict"] = "baseline"
    return board


@right(COMPARE)
def baseline_row_by_itself(results):
    names = list(results)
    base = np.array(results[names[0]], dtype=np.float64)
    board = {
        names[0]: {
            "verdict": "baseline",
            "margin": 0 if np.isfinite(base).all() else np.inf,
            "difference": 0 if np.isfinite(base).all() else np.inf,
            "spread": base.std(ddof=1),
            "mean": base.mean(),
        }
    }
    for name in names[1:]:
        x = np.array(results[name], dtype=np.float64)
        d = x - base
        m = T95[d.size] * np.sqrt(((d - d.mean()) ** 2).sum() / (d.size - 1) / d.size)
        row = {"mean": x.mean(), "spread": x.std(ddof=1), "difference": d.mean(), "margin": m}
        row["verdict"] = "cannot tell"
        if np.isfinite(d).all():
            if (d.mean() - m) * (d.mean() + m) > 0:
                row["verdict"] = "worse" if d.mean() > 0 else "better"
        elif np.isfinite(x).all() != np.isfinite(base).all():
            row["verdict"] = "better" if np.isfinite(x).all() else "worse"
        board[name] = row
    return board


def board(results, **changes):
    """A right board; `changes` are functions of (losses, baseline) that replace an entry."""
    out = baseline_row_by_itself(results)
    base = np.array(next(iter(results.values())), dtype=float)
    for name, losses in results.items():
        for key, change in changes.items():
            if key != "verdict" or out[name]["verdict"] != "baseline":
                out[name][key] = change(np.array(losses, dtype=float), base)
    return out


def word(gap, margin):
    return "better" if gap < -margin else "worse" if gap > margin else "cannot tell"


@wrong(COMPARE)
def wilcoxon_like_all_wins(results):
    return board(results, verdict=lambda x, b: word(np.sign(x - b).mean(), 0.99))


@wrong(COMPARE)
def within_one_spread(results):
    return board(results, verdict=lambda x, b: word(x.mean() - b.mean(), b.std(ddof=1)))


@wrong(COMPARE)
def within_one_standard_error(results):
    return board(
        results, verdict=lambda x, b: word((x - b).mean(), (x - b).std(ddof=1) / len(x) ** 0.5)
    )


@wrong(COMPARE)
def relative_difference(results):
    return board(results, difference=lambda x, b: x.mean() / b.mean() - 1)


@wrong(COMPARE)
def median_of_seeds(results):
    return board(results, mean=lambda x, b: np.median(x))


@wrong(COMPARE)
def mean_absolute_deviation(results):
    return board(results, spread=lambda x, b: np.abs(x - x.mean()).mean())


@wrong(COMPARE)
def margin_of_the_method_alone(results):
    return board(results, margin=lambda x, b: T95[len(x)] * x.std(ddof=1) / len(x) ** 0.5)


@wrong(COMPARE)
def says_tie(results):
    out = board(results)
    for row in out.values():
        row["verdict"] = row["verdict"].replace("cannot tell", "tie")
    return out


@wrong(COMPARE)
def forgets_the_baseline(results):
    return dict(list(board(results).items())[1:])


@wrong(COMPARE)
def one_more_key(results):
    return {name: {**row, "n": 5} for name, row in board(results).items()}


@wrong(COMPARE)
def compares_with_the_one_before(results):
    names, out = list(results), board(results)
    for before, name in itertools.pairwise(names):
        pair = board({before: results[before], name: results[name]})
        out[name] = pair[name]
    return out


@wrong(COMPARE)
def baseline_by_the_alphabet(results):
    return board({name: results[name] for name in sorted(results)})


@pytest.mark.parametrize(("exercise", "function"), STRANGERS.right_ones)
def test_a_right_answer_that_nobody_listed_gets_full_marks(exercise, function):
    assert [faults(report) for report in reports(exercise, function)] == [[], [], []]


@pytest.mark.parametrize(("exercise", "function"), STRANGERS.wrong_ones)
def test_a_wrong_answer_that_nobody_listed_does_not(exercise, function):
    assert all(report.status != FULL for report in reports(exercise, function))


def properties_lost(exercise, function):
    return [
        {finding.property for finding in report.findings if not finding.passed}
        for report in reports(exercise, function)
    ]


def test_each_fault_of_conduct_costs_its_own_property_only():
    peeks = TUNE.misconceptions["looks-at-the-test-split"].functions
    again = TUNE.misconceptions["runs-the-winner-again"].functions
    for peek in peeks:
        lost = properties_lost(TUNE, peek)
        assert all("hygiene" in each and each <= {"hygiene", "budget"} for each in lost)
    for more in again:
        assert properties_lost(TUNE, more) == [{"budget"}] * 3


def test_an_answer_without_a_single_run_earns_neither_budget_nor_hygiene():
    lost = properties_lost(TUNE, middle_rate_without_training)
    assert all({"rate", "scores", "budget", "hygiene"} <= each for each in lost)


def test_another_spread_costs_the_spread_and_nothing_of_the_verdict():
    lost = properties_lost(COMPARE, mean_absolute_deviation)
    assert all("spread" in each and not {"mean", "interval", "verdict"} & each for each in lost)
