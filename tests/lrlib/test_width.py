"""Width transfer: what muP keeps equal at every width, and what its arguments have to be."""

import numpy as np
import pytest

from lrlib import width
from lrlib.data import load_digits
from lrlib.optimizers import Adam
from lrlib.problems import Network

BASE, WIDTHS = 16, (16, 64, 256)
DIGITS = load_digits()


def network(n):
    return Network(DIGITS, (64, n, n, 10), "tanh")


def moved(n, start, rates):
    """Root mean square by which the outputs move in three updates of Adam on 100 digits."""
    problem, batch = network(n), np.arange(100)
    w = w0 = start(problem)
    state = Adam().init(w)
    for _ in range(3):
        w, state = Adam().update(w, problem.grad(w, batch), state, rates(problem))
    change = problem.outputs(w, DIGITS.X[batch]) - problem.outputs(w0, DIGITS.X[batch])
    return float(np.sqrt(np.mean(change**2)))


def test_at_the_base_width_nothing_changes():
    problem = network(BASE)
    assert (width.mup_init(problem, BASE, 3) == problem.init(3)).all()
    assert (width.mup_rates(problem, 0.1, BASE) == 0.1).all()


def test_under_mup_a_network_16_times_as_wide_moves_its_outputs_about_as_far():
    moves = [
        moved(n, lambda p: width.mup_init(p, BASE), lambda p: width.mup_rates(p, 0.01, BASE))
        for n in WIDTHS
    ]
    assert max(moves) < 2 * min(moves)


def test_in_the_standard_form_they_move_further_the_wider_the_network():
    moves = [moved(n, lambda p: p.init(0), lambda p: 0.01) for n in WIDTHS]
    assert moves[2] > 2 * moves[1] > 4 * moves[0]


def test_only_matrices_that_read_a_hidden_layer_are_scaled():
    problem = network(64)
    rates = problem.views(width.mup_rates(problem, 0.1, BASE))
    scaled = {name for name, part in rates.items() if (part != 0.1).any()}
    assert scaled == {"W2", "W3"}
    assert rates["W2"] == pytest.approx(width.mup_lr(0.1, BASE, 64))


def test_a_network_without_hidden_layers_has_nothing_to_scale():
    linear = Network(DIGITS, (64, 10))
    assert (width.mup_rates(linear, 0.1, BASE) == 0.1).all()
    assert (width.mup_init(linear, BASE, 1) == linear.init(1)).all()


@pytest.mark.parametrize(
    ("arguments", "name"),
    [((0.1, 0, 4), "base_width"), ((0.1, 4, 2.5), "width"), ((-1, 4, 4), "lr")],
)
def test_what_cannot_be_a_rate_or_a_width_is_refused_by_name(arguments, name):
    with pytest.raises((ValueError, TypeError), match=f"^{name} should be"):
        width.mup_lr(*arguments)
