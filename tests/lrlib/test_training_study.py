"""A study finds each method's rate, keeps choosing and judging apart, and knows how sure it is."""

import numpy as np
import pytest

from lrlib import figures
from lrlib.data import load_digits
from lrlib.optimizers import SGD, Momentum
from lrlib.problems import Problem, SoftmaxRegression
from lrlib.schedules import Linear
from lrlib.training import Method, nearest_rung, rung, study, three_parts, train

DIGITS = load_digits().take(range(500))
PARTS = three_parts(DIGITS, SoftmaxRegression)


class Valley(Problem):
    """A made-up part whose loss is a valley over the log of the rate, with noise for each seed.

    A "run" ends at `(log3 of the rate, seed, depth, where the valley lies)`.
    """

    n_params = 4

    def __init__(
        self, split, part, *, noise=0.0, gap=0.0, split_noise=0.0, move=0.0, blur=1.0, study=0
    ):
        self.gap, self.move = gap, move if part == 1 else 0.0
        self.noise = noise * (blur if part == 1 else 1.0)
        self.key = [study, split, part]
        self.effect = split_noise * np.random.default_rng([study, split]).standard_normal()

    def loss(self, w, batch=None):
        flat = np.atleast_2d(w)
        rngs = [np.random.default_rng([*self.key, int(seed)]) for seed in flat[:, 1]]
        noise = np.array([r.standard_normal(82)[[0, 1 + round(4 * x) % 81]].sum()
                          for r, x in zip(rngs, flat[:, 0] + 100 * flat[:, 2])])  # fmt: skip
        depth = flat[:, 2] * (self.gap + self.effect)
        value = 1 + depth + 0.8 * (flat[:, 0] - flat[:, 3] - self.move) ** 2 + self.noise * noise
        return value.reshape(w.shape[:-1])


def valley(depth, place):
    """A method whose loss is `depth` times the gap above that of depth 0, lowest at 3**place."""
    return Method(SGD(), run=lambda learn, choose, lr, seed: np.array(
        [np.log(lr) / np.log(3), seed, depth, place]))  # fmt: skip


def made(methods, steps=1, splits=3, **options):
    settings = {name: options.pop(name) for name in ("tuning_seeds", "seeds") if name in options}
    problems = lambda split: tuple(Valley(split, part, **options) for part in range(3))  # noqa: E731
    return study(problems, methods, steps, splits=splits, **settings)


@pytest.mark.parametrize("place", [-6.3, -3.0, -1.1, 0.0, 2.6, 5.05])
def test_the_rate_found_is_the_best_of_the_ladder_wherever_the_first_grid_lay(place):
    found = made({"one": valley(0, place)})
    assert found.chosen_rates("one") == [rung(round(4 * place))] * 3
    assert not found.at_edge.any()
    tried = found.rates[np.isfinite(found.scores[0, 0, 0])]
    best = found.rates[found.chosen[0, 0]]
    around = tried[(tried > best / 1.4) & (tried < best * 1.4)]
    assert len(around) == 3


def test_a_best_rate_that_keeps_running_away_is_said_to_lie_at_the_edge():
    found = made({"near": valley(0, 0.0), "far": valley(0, 40.0)})
    assert found.at_edge.tolist() == [[False] * 3, [True] * 3]
    assert "(edge)" in found.table().splitlines()[-2]


def test_the_second_part_of_the_data_chooses_and_the_third_judges():
    found = made({"one": valley(0, 0.0)}, move=1.0)
    assert found.chosen_rates("one") == [pytest.approx(3.0)] * 3
    np.testing.assert_allclose(found.losses("one"), 1.8)


def test_judged_losses_are_those_of_the_run_that_train_makes_with_a_seed_that_did_not_tune():
    plan = lambda lr: Linear(lr, 0.0, 30)  # noqa: E731
    found = study(
        PARTS,
        {"SGD": SGD(), "momentum": Method(Momentum(0.9), plan)},
        30,
        splits=(4, 7),
        batch_size=16,
        tuning_seeds=2,
        seeds=2,
    )
    learn, _, judge = PARTS(7)
    rate = found.chosen_rates("momentum")[1]
    run = train(learn, Momentum(0.9), plan(rate), 30, batch_size=16, seed=7501, dtype=np.float32)
    assert found.losses("momentum")[1, 1] == pytest.approx(judge.loss(run.w), rel=1e-5)
    assert found.losses("momentum", "training")[1, 1] == pytest.approx(learn.loss(run.w), rel=1e-5)
    assert run.seed not in range(7000, 7000 + found.scores.shape[2])


def test_another_method_beside_it_changes_nothing():
    alone = study(PARTS, {"SGD": SGD()}, 20, batch_size=16, splits=2, tuning_seeds=2, seeds=2)
    methods = {"momentum": Momentum(0.9), "SGD": SGD()}
    both = study(PARTS, methods, 20, batch_size=16, splits=2, tuning_seeds=2, seeds=2)
    assert alone.chosen_rates("SGD") == both.chosen_rates("SGD")
    assert np.array_equal(alone.losses("SGD"), both.losses("SGD"))
    one, other = both.difference("SGD"), both.difference("momentum", "SGD")
    assert (one.mean, one.low) == pytest.approx((-other.mean, -other.high))


def test_both_precisions_come_to_the_same_conclusion():
    options = {"batch_size": 16, "splits": 2, "tuning_seeds": 3, "seeds": 4}
    methods = {"SGD": SGD(), "short": Method(SGD(), steps=3)}
    single, double = (study(PARTS, methods, 40, dtype=d, **options) for d in ("f4", "f8"))
    assert single.chosen_rates("SGD") == double.chosen_rates("SGD")
    a, b = (found.difference("short") for found in (single, double))
    assert a.verdict == b.verdict == "higher"
    assert a.mean == pytest.approx(b.mean, rel=1e-4)


def test_the_interval_covers_the_truth_as_often_as_it_says():
    truth = 0.2
    shares = []
    for split_noise, noise in ((0.0, 0.1), (0.1, 0.1), (0.3, 0.05), (0.0, 0.4)):
        covered = []
        for k in range(40):
            methods = {"base": valley(0, 0.02), "other": valley(1, -0.02)}
            found = made(methods, gap=truth, noise=noise, split_noise=split_noise, study=k, seeds=6)
            gap = found.difference("other")
            covered.append(gap.low < truth < gap.high)
        shares.append(np.mean(covered))
    assert min(shares) > 0.82 and np.mean(shares) > 0.92


def test_a_grid_that_may_pick_the_wrong_rate_makes_the_interval_wider():
    methods = {"base": valley(0, 0.0), "other": valley(1, 0.0)}
    narrow, wide = (
        made(methods, noise=0.02, blur=20.0, tuning_seeds=n).difference("other").margin
        for n in (100, 2)
    )
    assert wide > 2 * narrow


def test_relative_differences_are_shares_of_the_baseline():
    found = made({"base": valley(0, 0.0), "other": valley(1, 0.0)}, gap=-0.25)
    assert found.difference("other").mean == pytest.approx(-0.25)
    assert found.difference("other", relative=True).mean == pytest.approx(-0.25)
    assert "-25.0%" in found.table(relative=True)
    assert "30 of 30 runs, 3 of 3 splits" in str(found)


def test_a_method_that_is_lost_at_some_rates_is_tuned_below_them():
    def run(learn, choose, lr, seed):
        return np.array([np.log(lr) / np.log(3) if lr < 0.05 else np.nan, seed, 0, 0])

    found = made({"fine": valley(0, 0.0), "fragile": Method(SGD(), run=run)})
    assert max(found.chosen_rates("fragile")) < 0.05
    assert found.difference("fragile").verdict == "higher"


def test_a_method_that_is_lost_at_every_rate_is_refused_with_what_to_try():
    lost = Method(SGD(), run=lambda learn, choose, lr, seed: np.full(4, np.nan))
    with pytest.raises(ValueError, match="expected a rate at which lost does not diverge"):
        made({"lost": lost})


def test_a_run_that_is_lost_when_judged_makes_the_method_higher():
    def run(learn, choose, lr, seed):
        return np.array([np.log(lr) / np.log(3) if seed != 1502 else np.nan, seed, -1, 0])

    found = made({"fine": valley(0, 0.0), "unlucky": Method(SGD(), run=run)}, gap=0.5)
    gap = found.difference("unlucky")
    assert gap.verdict == "higher" and gap.below == 29
    assert found.difference("fine", "unlucky").verdict == "lower"


def test_the_ladder_is_its_own_inverse_and_three_is_four_rungs():
    assert [nearest_rung(rung(k)) for k in range(-40, 20)] == list(range(-40, 20))
    assert rung(5) / rung(1) == pytest.approx(3.0)
    assert 1.25 <= rung(1) / rung(0) <= 1.4


def test_the_figure_says_what_the_table_says():
    found = made({"base": valley(0, 0.0), "other": valley(1, 1.0)}, gap=0.5, noise=0.01)
    figure = figures.study_figure(found)
    assert "other, unseen loss: higher, below in 0 of 30 runs" in figures.alt(figure)
    left, right = figure.axes
    assert left.get_xlabel() and right.get_xlabel() and left.get_ylabel() and right.get_ylabel()
    bar = right.lines[0]
    gap = found.difference("other", loss="training")
    assert bar.get_xdata().tolist() == [gap.low, gap.high]
    alone = made({"base": valley(0, 0.0)})
    assert "nothing to compare" in figures.alt(figures.study_figure(alone, dark=True))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"methods": {}}, "one method at least"),
        ({"splits": ()}, "one split at least"),
        ({"seeds": 1}, "2 or more"),
        ({"seeds": 501}, "at most 500"),
        ({"choose_by": "test"}, "training"),
        ({"rates": (1.0, 0.1)}, "the lower one first"),
    ],
)
def test_nonsense_is_refused_in_one_sentence(change, message):
    settings = {"problems": PARTS, "methods": {"SGD": SGD()}, "steps": 3} | change
    with pytest.raises(ValueError, match=message):
        study(**settings)


def test_unknown_names_are_refused():
    found = made({"one": valley(0, 0.0)})
    with pytest.raises(ValueError, match="method"):
        found.losses("two")
    with pytest.raises(ValueError, match="unseen"):
        found.losses("one", "test")
