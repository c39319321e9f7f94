"""Gradients are the slopes of the losses, and many runs at once are the runs one by one."""

import numpy as np
import pytest

from lrlib import curvature
from lrlib.data import (
    Dataset,
    load_breast_cancer,
    load_diabetes,
    load_digits,
    load_mnist1d,
    load_shakespeare,
)
from lrlib.optimizers import Adam
from lrlib.problems import (
    LinearRegression,
    Network,
    NoisyQuadratic,
    Quadratic,
    Ravine,
    Rosenbrock,
    RotatedRavine,
    SoftmaxRegression,
    Transformer,
)
from lrlib.schedules import Linear
from lrlib.training import train

DIGITS = load_digits().take(range(40))
DIABETES = load_diabetes().standardised().take(range(30))
PLAYS = load_shakespeare(context=6).take(range(300, 320))
PROBLEMS = [
    Quadratic((0.5, 3.0, 10.0)),
    NoisyQuadratic((1.0, 2.0), noise=0.5),
    Ravine(condition=30.0),
    RotatedRavine(condition=30.0, angle=20.0),
    Rosenbrock(),
    LinearRegression(DIABETES),
    LinearRegression(DIABETES, intercept=False),
    SoftmaxRegression(DIGITS),
    Network(DIGITS, sizes=(64, 12, 10)),
    Network(DIGITS, sizes=(64, 9, 7, 5, 10), activation="tanh"),
    Network(DIABETES, sizes=(10, 6, 1), activation="tanh"),
    Network(DIGITS, sizes=(64, 9, 7, 10), norm=True),
    Network(DIGITS, sizes=(64, 8, 8, 8, 10), activation="tanh", residual=True),
    Network(DIGITS, sizes=(64, 8, 8, 6, 6, 10), activation="tanh", norm=True, residual=True),
    Transformer(PLAYS, width=8, layers=2, heads=2),
    Transformer(PLAYS, width=6, layers=1, heads=1),
]
SETTINGS = {
    Network: ("sizes", "activation", "norm", "residual"),
    LinearRegression: ("intercept",),
    Transformer: ("width", "layers", "heads"),
}


def name(problem):
    return f"{type(problem).__name__}{problem.n_params}"


@pytest.fixture
def rng():
    return np.random.default_rng(20)


@pytest.mark.parametrize("problem", PROBLEMS, ids=name)
def test_gradient_is_the_slope_of_the_loss_in_every_direction(problem, rng):
    w = problem.init(rng) + 0.1 * rng.standard_normal(problem.n_params)
    gradient = problem.grad(w)
    for _ in range(5):
        v = rng.standard_normal(problem.n_params)
        h = 1e-6
        slope = (problem.loss(w + h * v) - problem.loss(w - h * v)) / (2 * h)
        scale = np.linalg.norm(gradient) * np.linalg.norm(v) + 1e-3
        assert abs(slope - gradient @ v) < 1e-6 * scale


@pytest.mark.parametrize("problem", PROBLEMS, ids=name)
def test_runs_in_one_array_equal_runs_one_by_one(problem, rng):
    w = problem.init(rng) + 0.1 * rng.standard_normal((2, 3, problem.n_params))
    before = w.copy()
    losses, gradients = problem.loss_and_grad(w)
    assert losses.shape == (2, 3) and gradients.shape == w.shape
    assert np.array_equal(w, before)
    for index in np.ndindex(2, 3):
        loss, gradient = problem.loss_and_grad(w[index])
        np.testing.assert_allclose(losses[index], loss, rtol=1e-12)
        np.testing.assert_allclose(gradients[index], gradient, rtol=1e-9, atol=1e-12)
        np.testing.assert_allclose(problem.loss(w[index]), loss, rtol=1e-12)


@pytest.mark.parametrize("problem", PROBLEMS, ids=name)
def test_float32_stays_float32_and_agrees(problem, rng):
    w = problem.init(rng)
    loss, gradient = problem.loss_and_grad(w.astype(np.float32))
    assert gradient.dtype == np.float32 and loss.dtype == np.float32
    exact_loss, exact = problem.loss_and_grad(w)
    assert abs(loss - exact_loss) <= 1e-4 * abs(exact_loss) + 1e-6
    np.testing.assert_allclose(gradient, exact, rtol=1e-3, atol=1e-4 * np.abs(exact).max() + 1e-6)


@pytest.mark.parametrize("problem", PROBLEMS, ids=name)
def test_equal_seeds_start_at_equal_points(problem):
    assert np.array_equal(problem.init(5), problem.init(np.random.default_rng(5)))


@pytest.mark.parametrize("problem", PROBLEMS, ids=name)
def test_parameters_of_the_wrong_shape_are_refused(problem):
    with pytest.raises(ValueError, match=r"start from problem.init"):
        problem.loss_and_grad(np.zeros(problem.n_params + 1))


@pytest.mark.parametrize("problem", PROBLEMS[5:], ids=name)
def test_a_batch_is_the_problem_on_those_rows_for_one_run_or_each(problem, rng):
    w = problem.init(rng) + 0.1 * rng.standard_normal((3, problem.n_params))
    rows = rng.integers(0, problem.n_samples, size=(3, 8))
    losses, gradients = problem.loss_and_grad(w, rows)
    for i in range(3):
        names = SETTINGS.get(type(problem), ())
        settings = {name: getattr(problem, name) for name in names}
        part = type(problem)(problem.data.take(rows[i]), **settings)
        loss, gradient = part.loss_and_grad(w[i])
        np.testing.assert_allclose(losses[i], loss, rtol=1e-12)
        np.testing.assert_allclose(gradients[i], gradient, rtol=1e-9, atol=1e-12)
        np.testing.assert_allclose(problem.loss_and_grad(w[i], rows[i])[1], gradient, atol=1e-12)


@pytest.mark.parametrize("problem", PROBLEMS[7:], ids=name)
def test_kept_buffers_change_nothing(problem, rng):
    w = problem.init(rng) + 0.1 * rng.standard_normal((2, problem.n_params))
    buffers = {}
    problem.loss_and_grad(w + 1, None, buffers)
    loss, gradient = problem.loss_and_grad(w, None, buffers)
    assert np.array_equal(loss, problem.loss(w))
    assert np.array_equal(gradient, problem.grad(w))


def test_an_epoch_uses_every_sample_once_in_a_new_order():
    problem = LinearRegression(DIABETES)
    batches = problem.batches(np.random.default_rng(0), 8)
    epochs = [[next(batches) for _ in range(4)] for _ in range(2)]
    for epoch in epochs:
        assert [len(batch) for batch in epoch] == [8, 8, 8, 6]
        assert sorted(np.concatenate(epoch)) == list(range(30))
    assert not np.array_equal(np.concatenate(epochs[0]), np.concatenate(epochs[1]))
    assert next(problem.batches(np.random.default_rng(0), 30)) is None


@pytest.mark.parametrize("batch_size", [0, -1, 2.5, True])
def test_impossible_batch_sizes_are_refused(batch_size):
    with pytest.raises((ValueError, TypeError), match="batch_size"):
        next(LinearRegression(DIABETES).batches(np.random.default_rng(0), batch_size))


def test_a_quadratic_has_no_batches():
    with pytest.raises(ValueError, match="no samples"):
        next(Quadratic(1.0).batches(np.random.default_rng(0), 8))


def test_views_name_the_parameters_and_writing_to_them_writes_to_the_vector():
    network = Network(DIGITS, sizes=(64, 12, 10))
    w = network.init(0)
    views = network.views(w)
    assert list(views) == ["W1", "b1", "W2", "b2"]
    views["b2"][:] = 7.0
    assert (w[-10:] == 7.0).all()
    assert sum(view.size for view in views.values()) == network.n_params == w.size
    assert network.views(np.zeros((5, w.size)))["W2"].shape == (5, 12, 10)


def test_the_network_computes_what_its_formula_says(rng):
    network = Network(DIGITS, sizes=(64, 12, 10))
    w = network.init(rng) + 0.1
    p = network.views(w)
    z = np.maximum(DIGITS.X @ p["W1"] + p["b1"], 0) @ p["W2"] + p["b2"]
    probability = np.exp(z) / np.exp(z).sum(axis=1, keepdims=True)
    expected = -np.log(probability[np.arange(40), DIGITS.y]).mean()
    np.testing.assert_allclose(network.loss(w), expected, rtol=1e-12)
    np.testing.assert_allclose(network.outputs(w), z, rtol=1e-12)
    assert network.accuracy(w) == (z.argmax(axis=1) == DIGITS.y).mean()


def test_norm_and_residual_compute_what_their_formulas_say(rng):
    network = Network(DIGITS, sizes=(64, 8, 8, 10), norm=True, residual=True)
    w = network.init(rng) + 0.1 * rng.standard_normal(network.n_params)
    p = network.views(w)
    assert list(p) == ["W1", "b1", "g1", "W2", "b2", "g2", "W3", "b3"]

    def layer(a, k):
        h = a @ p[f"W{k}"]
        h = (h - h.mean(axis=1, keepdims=True)) / np.sqrt(h.var(axis=1, keepdims=True) + 1e-5)
        return np.maximum(h * p[f"g{k}"] + p[f"b{k}"], 0)

    first = layer(DIGITS.X, 1)
    z = (first + layer(first, 2)) @ p["W3"] + p["b3"]
    np.testing.assert_allclose(network.outputs(w), z, rtol=1e-12)


def test_a_normalised_network_does_not_see_the_scale_of_its_weights(rng):
    network = Network(DIGITS, sizes=(64, 12, 10), norm=True)
    w = network.init(rng)
    larger = w.copy()
    network.views(larger)["W1"][...] *= 100
    np.testing.assert_allclose(network.loss(larger), network.loss(w), rtol=1e-4)


def test_a_transformer_sees_no_character_that_is_still_to_come(rng):
    model = Transformer(PLAYS, width=8, layers=2, heads=2)
    w = model.init(rng)
    characters = model._rows(np.array([0, 1]), w)[0]
    changed = characters.copy()
    changed[3:6] = np.roll(characters[3:6], 1, axis=1)
    before, after = (
        model._forward(model.views(w), x, keep=False)[0] for x in (characters, changed)
    )
    same = (before == after).all(axis=-1)
    assert same.tolist() == [True] * 3 + [False] * 3 + [True] * 6


def test_a_text_in_pieces_has_the_loss_and_gradient_of_the_whole(rng, monkeypatch):
    model = Transformer(PLAYS, width=6, layers=1, heads=2)
    w = model.init(rng)
    whole, gradient = model.loss_and_grad(w, np.arange(20))
    monkeypatch.setattr("lrlib.problems.transformer.ROWS_AT_ONCE", 7)
    loss, pieces = model.loss_and_grad(w)
    assert loss == pytest.approx(whole, rel=1e-12) == model.loss(w)
    np.testing.assert_allclose(pieces, gradient, rtol=1e-9, atol=1e-14)


def test_a_transformer_starts_at_the_log_of_its_characters_and_learns():
    text = load_shakespeare()
    learn, unseen = text.split(0)
    model = Transformer(learn, width=16, layers=1)
    other = Transformer(unseen.take(range(100)), width=16, layers=1)
    assert float(model.loss(model.init(0), np.arange(50))) == pytest.approx(np.log(75), abs=0.1)
    run = train(model, Adam(), 0.01, 150, batch_size=8, dtype=np.float32)
    counts = np.unique(learn.windows, return_counts=True)[1]
    blind = -(counts / counts.sum() * np.log(counts / counts.sum())).sum()
    assert other.loss(run.w) < blind - 0.4


def test_mnist1d_separates_a_linear_model_from_a_network():
    signals = load_mnist1d()
    learn, unseen = signals.take(range(4000)), signals.take(range(4000, 5000))

    def right(make, lr, steps):
        run = train(make(learn), Adam(), Linear(lr, 0.0, steps), steps, batch_size=100, dtype="f4")
        return float(make(unseen).accuracy(run.w))

    # Greydanus and Kobak (2020) report 32 % and 68 %, the latter after 6,000 updates.
    assert 0.30 < right(SoftmaxRegression, 0.03, 600) < 0.35
    assert 0.58 < right(lambda part: Network(part, (40, 100, 100, 10)), 0.006, 1200) < 0.72


def test_first_layer_weights_have_the_stated_variance():
    for activation, gain in (("relu", 2.0), ("tanh", 1.0)):
        network = Network(load_digits(), sizes=(64, 400, 10), activation=activation)
        W1 = network.views(network.init(0))["W1"]
        assert abs(W1.var() * 64 / gain - 1) < 0.05


def test_softmax_regression_starts_at_log_of_the_number_of_classes():
    for data in (DIGITS, load_breast_cancer()):
        problem = SoftmaxRegression(data)
        assert float(problem.loss(problem.init())) == pytest.approx(np.log(data.n_classes))


def test_huge_outputs_do_not_overflow():
    problem = SoftmaxRegression(DIGITS)
    w = 1e4 * np.random.default_rng(0).standard_normal(problem.n_params)
    loss, gradient = problem.loss_and_grad(w)
    assert np.isfinite(loss) and np.isfinite(gradient).all()


def test_least_squares_is_solved_where_its_gradient_vanishes():
    problem = LinearRegression(load_diabetes().standardised())
    best = problem.minimiser()
    np.testing.assert_allclose(problem.grad(best), 0, atol=1e-9)
    np.testing.assert_allclose(best[-1], load_diabetes().y.mean())


def test_minima_are_where_the_formulas_say():
    assert Rosenbrock().loss(np.array([1.0, 1.0])) == 0
    assert (Rosenbrock().grad(np.array([1.0, 1.0])) == 0).all()
    assert Quadratic((1, 2)).loss(np.zeros(2)) == 0


def test_noise_has_the_stated_deviation_and_shrinks_with_the_batch():
    problem = NoisyQuadratic((1.0, 2.0), noise=3.0)
    for size in (1, 16):
        draws = problem.batches(np.random.default_rng(0), size)
        sample = np.array([next(draws) for _ in range(4000)])
        assert abs(sample.std() / (3.0 / np.sqrt(size)) - 1) < 0.03
    w = np.array([1.0, 1.0])
    noise = np.array([0.5, -0.5])
    assert problem.grad(w, noise).tolist() == [1.5, 1.5]
    assert problem.loss(w, noise) == problem.loss(w)


@pytest.mark.parametrize("problem", PROBLEMS[:7], ids=name)
def test_stated_hessian_is_the_derivative_of_the_gradient(problem, rng):
    w = problem.init(rng)
    measured = curvature.hessian(problem, w)
    if isinstance(problem, Rosenbrock):
        x, y = w
        expected = np.array([[2 - 400 * (y - 3 * x**2), -400 * x], [-400 * x, 200]])
    else:
        expected = problem.hessian()
    np.testing.assert_allclose(measured, expected, rtol=1e-5, atol=1e-5 * np.abs(expected).max())


def test_hessian_vector_products_agree_with_the_hessian_of_a_network(rng):
    network = Network(DIGITS, sizes=(64, 3, 10), activation="tanh")
    w = network.init(rng)
    H = curvature.hessian(network, w)
    v = rng.standard_normal((2, w.size))
    np.testing.assert_allclose(curvature.hvp(network, w, v), v @ H, rtol=1e-5, atol=1e-6)
    eigenvalues = np.linalg.eigvalsh(H)
    assert curvature.sharpness(network, w, iterations=200) == pytest.approx(
        eigenvalues[-1], rel=1e-3
    )


def test_the_sharpness_of_a_network_with_kinks_does_not_depend_on_where_the_search_begins():
    network = Network(load_digits().split(seed=0)[0], sizes=(64, 32, 10), activation="relu")
    w = network.init(0)
    found = [curvature.sharpness(network, w, iterations=100, seed=seed) for seed in range(3)]
    assert found == pytest.approx([found[0]] * 3, rel=1e-6)


def test_power_iteration_finds_a_negative_dominant_eigenvalue_and_keeps_its_start():
    A = np.diag([1.0, -5.0, 2.0])
    v0 = np.ones(3)
    found = curvature.largest_eigenvalue(lambda v: A @ v, v0, 60)
    assert found == pytest.approx(-5.0)
    assert (v0 == 1).all()
    assert curvature.largest_eigenvalue(lambda v: A @ v, [1.0, 0.0, 2.0], 0) == pytest.approx(9 / 5)
    assert curvature.largest_eigenvalue(lambda v: 0 * v, v0, 3) == 0.0


def test_predicted_rates_separate_converging_from_diverging_descent():
    problem = LinearRegression(load_diabetes().standardised())
    H = problem.hessian()
    limit = curvature.max_stable_lr(H)
    best = problem.minimiser()
    for rate, converges in ((0.99 * limit, True), (1.01 * limit, False)):
        w = best + np.linalg.eigh(H)[1][:, -1]
        for _ in range(400):
            w = w - rate * problem.grad(w)
        assert (np.linalg.norm(w - best) < 1) is np.bool_(converges)
    assert curvature.contraction(limit, H) == pytest.approx(1.0)
    best_rate = curvature.best_fixed_lr(H)
    assert curvature.contraction(best_rate, H) < min(
        curvature.contraction(best_rate * factor, H) for factor in (0.95, 1.05)
    )


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Quadratic(()), "one or more"),
        (lambda: Quadratic((1.0, -1.0)), "above 0"),
        (lambda: Quadratic("ab"), "list or tuple|number"),
        (lambda: NoisyQuadratic((1.0,), noise=-1.0), "0 or more"),
        (lambda: Ravine(condition=0.5), "1 or more"),
        (lambda: Rosenbrock(b=0.0), "above 0"),
        (lambda: Network(DIGITS, sizes=(64, 5)), "end with 10 outputs"),
        (lambda: Network(DIGITS, sizes=(63, 10)), "start with 64 features"),
        (lambda: Network(DIGITS, sizes=(64, 0, 10)), "1 or more"),
        (lambda: Network(DIGITS, sizes=(64, 32.5, 10)), "whole number"),
        (lambda: Network(DIGITS, activation="sigmoid"), "relu"),
        (lambda: Network(DIGITS, (64, 8, 10), residual=True), "two hidden layers of one width"),
        (lambda: Network(DIGITS, (64, 8, 9, 10), residual=True), "two hidden layers of one width"),
        (lambda: Transformer(DIGITS), "expected a Text"),
        (lambda: Transformer(PLAYS, width=10, heads=4), "multiple of the 4 heads; got 10; try 8"),
        (lambda: Transformer(PLAYS, layers=0), "1 or more"),
        (lambda: SoftmaxRegression(DIABETES), "use LinearRegression"),
        (lambda: LinearRegression("digits"), "expected a Dataset"),
        (lambda: Network(DIABETES, (10, 1)).accuracy(np.zeros(11)), "classes"),
        (lambda: curvature.max_stable_lr([[1.0, 2.0]]), "square"),
        (lambda: curvature.max_stable_lr([[1.0, 2.0], [0.0, 1.0]]), "symmetric"),
        (lambda: curvature.max_stable_lr([[1.0, 0.0], [0.0, -1.0]]), "positive definite"),
        (lambda: curvature.largest_eigenvalue(lambda v: v, [0.0, 0.0], 3), "not all 0"),
    ],
)
def test_nonsense_is_refused_in_one_sentence(make, message):
    with pytest.raises((ValueError, TypeError), match=message):
        make()


def test_a_pair_of_arrays_is_data_too():
    problem = LinearRegression((np.array([[1.0], [2.0]]), np.array([2.0, 4.0])))
    assert isinstance(problem.data, Dataset)
    np.testing.assert_allclose(problem.minimiser(), [2.0, 0.0], atol=1e-12)
