"""Worked siblings: for each function of this unit a similar one, solved in full."""


def mean_step(w, grad, mean, *, lr, beta):
    """One update along a moving mean of the gradients: the new w, and the new mean.

    >>> mean_step(np.array([1.0]), np.array([4.0]), np.array([2.0]), lr=0.1, beta=0.5)
    (array([0.7]), array([3.]))
    """
    mean = beta * mean + (1 - beta) * grad  # The mean first: it has to hold this gradient.
    w = w - lr * mean  # Then the step, along the new mean.
    return w, mean  # What the next update needs comes back as well.


def mixed_step(w, grad, mean, *, lr, beta, nu):
    """One update of quasi-hyperbolic momentum: along a mix of the gradient and its moving mean.

    >>> mixed_step(np.array([1.0]), np.array([4.0]), np.array([2.0]), lr=0.1, beta=0.5, nu=0.5)
    (array([0.65]), array([3.]))
    """
    mean = beta * mean + (1 - beta) * grad  # The state, as if there were no mix.
    direction = (1 - nu) * grad + nu * mean  # What is walked along need not be the state.
    return w - lr * direction, mean  # The mean comes back, not the direction.


def convert_time(value, *, source, target):
    """Convert a time between "updates" and "epochs" of 50 updates.

    >>> convert_time(150, source="updates", target="epochs")
    3.0
    >>> convert_time(3, source="epochs", target="epochs")
    3.0
    """
    updates = value * 50 if source == "epochs" else value  # First into one common unit,
    return updates / 50 if target == "epochs" else float(updates)  # then out of it again.


def fair_split(slow, fast):
    """The share of a job for the slow worker, and the hours, when both are to end together.

    >>> fair_split(2.0, 6.0)
    (0.25, 0.125)
    """
    # Ending together means share / slow = (1 - share) / fast; one equation, solved for the share.
    share = slow / (slow + fast)
    return share, share / slow  # The hours follow from either worker.


def repaired_cost(price, amount, tax):
    """The money left over, and the bill; the broken version added the tax back to the purse.

    >>> repaired_cost(10.0, 3.0, 0.5)
    (-45.0, 45.0)
    """
    bill = price * amount
    bill = bill + tax * bill  # The repair: add up first,
    return 0.0 - bill, bill  # then subtract the whole.


SIBLINGS = {
    "momentum_step": mean_step,
    "nesterov_step": mixed_step,
    "convert_lr": convert_time,
    "best_pair": fair_split,
    "repaired_nesterov": repaired_cost,
}
