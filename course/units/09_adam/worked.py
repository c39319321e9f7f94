"""Worked siblings: for each function of this unit a similar one, solved in full."""

import numpy as np


def weights_of_past(beta, t):
    """The weights that a moving mean from 0 gives to its t values so far, the newest first.

    >>> weights = weights_of_past(0.5, 3)
    >>> weights, float(weights.sum())
    (array([0.5  , 0.25 , 0.125]), 0.875)
    """
    age = np.arange(t)  # The newest value has age 0.
    return (1 - beta) * beta**age  # The sum is 1 - beta**t, not 1: the mean begins too small.


def adamax_step(w, grad, m, u, t, *, lr, beta1, beta2):
    """One update of AdaMax: divides by the largest size, which fades, in place of a root.

    >>> adamax_step(np.array([1.0]), np.array([-4.0]), np.array([0.0]), np.array([0.0]), 1,
    ...             lr=0.5, beta1=0.5, beta2=0.5)
    (array([1.5]), array([-2.]), array([4.]))
    """
    m = beta1 * m + (1 - beta1) * grad  # Both states first, from this gradient.
    u = np.maximum(beta2 * u, np.abs(grad))  # A largest size does not begin too small,
    m_hat = m / (1 - beta1**t)  # so only m is corrected, for the step alone.
    return w - lr * m_hat / u, m, u  # m comes back without its correction.


def decayed_step(w, grad, velocity, *, lr, mu, weight_decay):
    """One update of momentum with decoupled weight decay: the new w, and the new velocity.

    >>> decayed_step(np.array([10.0]), np.array([2.0]), np.array([0.0]),
    ...              lr=0.1, mu=0.9, weight_decay=0.5)
    (array([9.3]), array([2.]))
    """
    velocity = mu * velocity + grad  # The gradient alone: the decay is not remembered.
    shrunk = w * (1 - lr * weight_decay)  # The decay acts on the weights themselves,
    return shrunk - lr * velocity, velocity  # beside the step, and with the rate as well.


def tests_for_adamax_step():
    """Tests that find faults of `adamax_step`, each a dict of arguments and the right result.

    >>> all(adamax_step(**arguments) == right for arguments, right in tests_for_adamax_step())
    True
    """
    start = {"w": 1.0, "m": 0.0, "u": 0.0, "lr": 0.5, "beta1": 0.5, "beta2": 0.25}
    first = ({**start, "grad": -4.0, "t": 1}, (1.5, -2.0, 4.0))  # The largest correction.
    later = {**start, "m": 3.0, "u": 8.0, "t": 2}  # States that are not 0 and betas that differ,
    fading = ({**later, "grad": 1.0}, (1.0 - 0.5 * (2.0 / 0.75) / 2.0, 2.0, 2.0))
    growing = ({**later, "grad": 3.0}, (1.0 - 0.5 * (3.0 / 0.75) / 3.0, 3.0, 3.0))
    return [first, fading, growing]  # and both sides of the maximum.


SIBLINGS = {
    "bias_correct": weights_of_past,
    "adam_step": adamax_step,
    "adamw_step": decayed_step,
    "tests_for_adam_step": tests_for_adamax_step,
}
