"""Strangers to unit 02: limits of stability and power iteration, right and wrong."""

import numpy as np
import pytest

from autograders.declare.catalogue import find
from autograders.judging.report import FULL

from . import Strangers, faults, reports

BEST_FIXED_LR = find("best_fixed_lr")
CONTRACTION = find("contraction")
LARGEST_EIGENVALUE = find("largest_eigenvalue")
MAX_STABLE_LR = find("max_stable_lr")

STRANGERS = Strangers()
right, wrong = STRANGERS.right, STRANGERS.wrong


def qr_iteration(hessian, rounds=400):
    """The eigenvalues of a symmetric matrix, by unshifted QR."""
    a = hessian.copy()
    for _ in range(rounds):
        q, r = np.linalg.qr(a)
        a = r @ q
    return np.diag(a)


@right(MAX_STABLE_LR)
def by_qr_iteration(hessian):
    return 2 / qr_iteration(hessian).max()


@right(MAX_STABLE_LR)
def by_the_inverse(hessian):
    return 2 * np.linalg.eigvalsh(np.linalg.inv(hessian)).min()


@right(MAX_STABLE_LR)
def by_long_power_iteration(hessian):
    v = np.random.default_rng(1).normal(size=len(hessian))
    for _ in range(500):
        v = hessian @ v
        v /= np.linalg.norm(v)
    return 2 / (v @ hessian @ v)


@right(MAX_STABLE_LR)
def root_of_the_largest_square(hessian):
    return 2 / np.sqrt(np.linalg.eigvalsh(hessian.T @ hessian).max())


@right(MAX_STABLE_LR)
def of_the_real_parts(hessian):
    return float(2 / np.real(np.linalg.eig(hessian)[0]).max())


@right(MAX_STABLE_LR)
def of_a_doubled_bowl(hessian):
    return 1 / np.linalg.eigvalsh(0.5 * hessian)[-1]


@right(MAX_STABLE_LR)
def sorted_downwards(hessian):
    return 2.0 / sorted(np.linalg.eigvals(hessian), reverse=True)[0]


@wrong(MAX_STABLE_LR)
def power_iteration_from_ones(hessian):
    v = np.ones(len(hessian))
    for _ in range(100):
        v = hessian @ v
        v /= np.linalg.norm(v)
    return 2 / (v @ hessian @ v)


@wrong(MAX_STABLE_LR)
def a_few_power_iterations(hessian):
    v = np.random.default_rng(1).normal(size=len(hessian))
    for _ in range(3):
        v = hessian @ v
        v /= np.linalg.norm(v)
    return 2 / (v @ hessian @ v)


@wrong(MAX_STABLE_LR)
def slightly_below_the_limit(hessian):
    return 1.99 / np.linalg.eigvalsh(hessian)[-1]


@wrong(MAX_STABLE_LR)
def guarded_by_eps(hessian):
    return 2 / (np.linalg.eigvalsh(hessian)[-1] + 1e-8)


@wrong(MAX_STABLE_LR)
def second_eigenvalue(hessian):
    return 2 / np.linalg.eigvalsh(hessian)[min(1, len(hessian) - 1)]


@wrong(MAX_STABLE_LR)
def two_by_two_formula(hessian):
    a, b, d = hessian[0, 0], hessian[0, -1], hessian[-1, -1]
    return 2 / ((a + d) / 2 + np.hypot((a - d) / 2, b))


@wrong(MAX_STABLE_LR)
def largest_column_length(hessian):
    return 2 / np.linalg.norm(hessian, axis=0).max()


@wrong(MAX_STABLE_LR)
def lower_triangle(hessian):
    return 2 / np.linalg.eigvals(np.tril(hessian)).max()


@right(BEST_FIXED_LR)
def ends_by_qr_iteration(hessian):
    values = qr_iteration(hessian)
    return 2 / (values.max() + values.min())


@right(BEST_FIXED_LR)
def by_norms(hessian):
    return 2 / (np.linalg.norm(hessian, 2) + np.linalg.norm(hessian, -2))


@right(BEST_FIXED_LR)
def by_condition_number(hessian):
    largest = np.linalg.eigvalsh(hessian)[-1]
    return 2 / (largest * (1 + 1 / np.linalg.cond(hessian)))


@right(BEST_FIXED_LR)
def harmonic_mean_of_the_rates(hessian):
    rates = 1 / np.linalg.eigvalsh(hessian)
    return 2 / (1 / rates.max() + 1 / rates.min())


@right(BEST_FIXED_LR)
def with_quantiles(hessian):
    return np.float64(2) / np.quantile(np.linalg.eigvalsh(hessian), [0, 1]).sum()


@right(BEST_FIXED_LR)
def by_unpacking(hessian):
    low, *_, high = [*np.linalg.eigvalsh(hessian)] * 2
    return float(np.reciprocal(np.mean([low, high])))


@wrong(BEST_FIXED_LR)
def mean_of_limit_and_safe_rate(hessian):
    return 1.5 / np.linalg.eigvalsh(hessian)[-1]


@wrong(BEST_FIXED_LR)
def best_on_a_coarse_grid(hessian):
    values = np.linalg.eigvalsh(hessian)
    rates = np.linspace(0, 2 / values[-1], 1001)
    return rates[np.argmin(np.abs(1 - np.outer(rates, values)).max(axis=1))]


@wrong(BEST_FIXED_LR)
def two_smallest(hessian):
    values = np.linalg.eigvalsh(hessian)
    return 2 / (values[0] + values[min(1, len(values) - 1)])


@wrong(BEST_FIXED_LR)
def two_largest(hessian):
    values = np.linalg.eigvalsh(hessian)
    return 2 / (values[-1] + values[-2:][0])


@wrong(BEST_FIXED_LR)
def root_mean_square(hessian):
    values = np.linalg.eigvalsh(hessian)
    return 1 / np.sqrt((values[0] ** 2 + values[-1] ** 2) / 2)


@wrong(BEST_FIXED_LR)
def nine_tenths_of_the_limit(hessian):
    return 1.8 / np.linalg.eigvalsh(hessian)[-1]


@right(CONTRACTION)
def by_one_step_of_the_eigenvectors(lr, hessian):
    _, vectors = np.linalg.eigh(hessian)
    return np.linalg.norm(vectors - lr * hessian @ vectors, axis=0).max()


@right(CONTRACTION)
def by_singular_values(lr, hessian):
    return np.linalg.svd(np.eye(len(hessian)) - lr * hessian)[1][0]


@right(CONTRACTION)
def by_numpy_where(lr, hessian):
    left = 1.0 - np.linalg.eigvalsh(lr * hessian)
    return np.where(left < 0, -left, left).max()


@right(CONTRACTION)
def root_of_the_square(lr, hessian):
    return float(np.sqrt(np.max((1 - lr * np.linalg.eigvals(hessian)) ** 2)))


@right(CONTRACTION)
def distance_from_the_best_rate(lr, hessian):
    low, high = np.linalg.eigvalsh(hessian)[[0, -1]]
    return 1 - lr * low if lr <= 2 / (low + high) else lr * high - 1


@right(CONTRACTION)
def sorted_sizes(lr, hessian):
    return sorted(abs(1 - lr * value) for value in np.linalg.eigvalsh(hessian))[-1]


@wrong(CONTRACTION)
def always_from_the_flat_side(lr, hessian):
    return max(0.0, (1 - lr * np.linalg.eigvalsh(hessian)).max())


@wrong(CONTRACTION)
def wraps_at_the_limit(lr, hessian):
    return np.abs(1 - lr * np.linalg.eigvalsh(hessian)).max() % 1.0


@wrong(CONTRACTION)
def per_step_and_parameter(lr, hessian):
    return np.abs(1 - lr * np.linalg.eigvalsh(hessian)).max() ** (1 / len(hessian))


@wrong(CONTRACTION)
def exponential_of_the_flow(lr, hessian):
    return np.exp(-lr * np.linalg.eigvalsh(hessian)[0])


@wrong(CONTRACTION)
def from_a_random_start(lr, hessian):
    w = np.random.default_rng(0).normal(size=len(hessian))
    return np.linalg.norm(w - lr * hessian @ w) / np.linalg.norm(w)


@wrong(CONTRACTION)
def row_sum_norm(lr, hessian):
    return np.linalg.norm(np.eye(len(hessian)) - lr * hessian, np.inf)


@wrong(CONTRACTION)
def leaves_out_the_middle_sign(lr, hessian):
    values = np.linalg.eigvalsh(hessian)
    return max(abs(1 - lr * values[0]), 1 - lr * values[-1])


@right(LARGEST_EIGENVALUE)
def powers_first(matvec, v0, iterations):
    v = v0
    for _ in range(iterations):
        v = matvec(v)
        v = v * (1.0 / np.sum(np.abs(v)))
    return np.vdot(v, matvec(v)) / np.vdot(v, v)


@right(LARGEST_EIGENVALUE)
def recursive(matvec, v0, iterations):
    if iterations == 0:
        return float(v0.dot(matvec(v0)) / v0.dot(v0))
    moved = matvec(v0)
    return recursive(matvec, moved / np.linalg.norm(moved), iterations - 1)


@right(LARGEST_EIGENVALUE)
def flipping_the_sign(matvec, v0, iterations):
    v = v0 / np.linalg.norm(v0)
    for _ in range(iterations):
        product = matvec(v)
        v = -product / np.linalg.norm(product)
    return (v * matvec(v)).sum()


@right(LARGEST_EIGENVALUE)
def through_a_dense_matrix(matvec, v0, iterations):
    matrix = np.stack([matvec(e) for e in np.eye(len(v0))], axis=1)
    v = np.linalg.matrix_power(matrix / np.abs(matrix).max(), iterations) @ v0
    return v @ (matrix @ v) / np.linalg.norm(v) ** 2


@right(LARGEST_EIGENVALUE)
def with_einsum(matvec, v0, iterations):
    v = v0.astype(float)
    for _ in range(int(iterations)):
        v = matvec(v)
        v = v / np.sqrt(np.einsum("i,i", v, v))
    return np.einsum("i,i", v, matvec(v)) / np.einsum("i,i", v, v)


@right(LARGEST_EIGENVALUE)
def solving_least_squares(matvec, v0, iterations):
    v = v0
    for _ in range(iterations):
        v = matvec(v)
        v = v / np.linalg.norm(v)
    return np.linalg.lstsq(v[:, None], matvec(v), rcond=None)[0][0]


@wrong(LARGEST_EIGENVALUE)
def stops_when_it_hardly_moves(matvec, v0, iterations):
    v, value = v0, np.inf
    for _ in range(iterations):
        v = matvec(v) / np.linalg.norm(matvec(v))
        new = v @ matvec(v)
        if abs(new - value) < 0.05 * abs(new):
            return new
        value = new
    return v @ matvec(v) / (v @ v)


@wrong(LARGEST_EIGENVALUE)
def old_against_new(matvec, v0, iterations):
    v, product = v0, matvec(v0)
    for _ in range(iterations):
        v, product = product / np.linalg.norm(product), matvec(product)
        product = product / np.linalg.norm(product)
    return v @ product * np.linalg.norm(matvec(v))


@wrong(LARGEST_EIGENVALUE)
def sign_of_the_first_entry(matvec, v0, iterations):
    v = v0
    for _ in range(iterations):
        v = matvec(v) / np.linalg.norm(matvec(v))
    return np.sign(v[0]) * np.linalg.norm(matvec(v)) / np.linalg.norm(v)


@wrong(LARGEST_EIGENVALUE)
def best_seen(matvec, v0, iterations):
    v, best = v0, -np.inf
    for _ in range(iterations + 1):
        best = max(best, v @ matvec(v) / (v @ v))
        v = matvec(v) / np.linalg.norm(matvec(v))
    return best


@wrong(LARGEST_EIGENVALUE)
def divides_by_the_length(matvec, v0, iterations):
    v = v0
    for _ in range(iterations):
        v = matvec(v) / np.linalg.norm(matvec(v))
    return v @ matvec(v) / np.linalg.norm(v)


@wrong(LARGEST_EIGENVALUE)
def singular_value(matvec, v0, iterations):
    v = v0
    for _ in range(iterations):
        v = matvec(v) / np.linalg.norm(matvec(v))
    return np.sqrt(v @ matvec(matvec(v)) / (v @ v))


@wrong(LARGEST_EIGENVALUE)
def nudges_the_start(matvec, v0, iterations):
    v = v0 + 1e-3
    for _ in range(iterations):
        v = matvec(v) / np.linalg.norm(matvec(v))
    return v @ matvec(v) / (v @ v)


@wrong(LARGEST_EIGENVALUE)
def at_least_one_iteration(matvec, v0, iterations):
    v = v0
    for _ in range(max(1, iterations)):
        v = matvec(v) / np.linalg.norm(matvec(v))
    return v @ matvec(v) / (v @ v)


@right(LARGEST_EIGENVALUE)
def divided_by_the_largest_entry(matvec, v0, iterations):
    v = v0
    for _ in range(iterations):
        v = matvec(v)
        v = v / np.abs(v).max()
    return v @ matvec(v) / (v @ v)


@wrong(LARGEST_EIGENVALUE)
def divided_by_a_fixed_length(matvec, v0, iterations):
    v = v0
    for _ in range(iterations):
        v = matvec(v) / 10
    return v @ matvec(v) / (v @ v)


@pytest.mark.parametrize(("exercise", "function"), STRANGERS.right_ones)
def test_a_right_answer_that_nobody_listed_gets_full_marks(exercise, function):
    assert [faults(report) for report in reports(exercise, function)] == [[], [], []]


@pytest.mark.parametrize(("exercise", "function"), STRANGERS.wrong_ones)
def test_a_wrong_answer_that_nobody_listed_does_not(exercise, function):
    assert all(report.status != FULL for report in reports(exercise, function))
