"""Worked siblings: for each function of this unit a similar one, solved in full."""


def doubled_batch(t, *, batch0, every, largest):
    """A batch size that doubles every `every` updates, until it is `largest`.

    >>> [doubled_batch(t, batch0=16, every=10, largest=50) for t in (0, 9, 10, 25, 900)]
    [16, 16, 32, 50, 50]
    """
    doublings = t // every  # How many stairs are behind us: whole ones only.
    batch = batch0 * 2**doublings  # Each of them multiplies once more.
    return min(batch, largest)  # The last stair has no end.


def added_batch(t, *, batch0, milestones, more):
    """A batch size that grows by `more` at each milestone, from the update t = milestone on.

    >>> [added_batch(t, batch0=16, milestones=[5, 9], more=8) for t in (0, 4, 5, 9, 99)]
    [16, 16, 24, 32, 32]
    """
    passed = sum(milestone <= t for milestone in milestones)  # True counts as 1.
    return batch0 + passed * more  # What is added once for each is added `passed` times.


def full_updates(epochs, n_samples, batch_size):
    """How many updates some epochs make when a last batch that is not full is left out.

    >>> full_updates(3, 100, 32), full_updates(3, 96, 32), full_updates(3, 31, 32)
    (9, 9, 0)
    """
    in_one_epoch = n_samples // batch_size  # Rounds down: the rest makes no update here.
    return epochs * in_one_epoch  # Every epoch leaves out its own rest.


def tests_for_added_batch():
    """Tests that find faults of `added_batch`, each a dict of arguments and the right result.

    >>> all(added_batch(**arguments) == right for arguments, right in tests_for_added_batch())
    True
    """
    given = {"batch0": 16, "milestones": [5, 9], "more": 8}
    at_a_milestone = [(4, 16), (5, 24), (8, 24), (9, 32)]  # Both sides of each boundary,
    at_the_ends = [(0, 16), (1000, 32)]  # the beginning, and long after the last one.
    return [({"t": t, **given}, right) for t, right in at_a_milestone + at_the_ends]


SIBLINGS = {
    "step_decay": doubled_batch,
    "scheduled_drop": added_batch,
    "epochs_to_steps": full_updates,
    "tests_for_scheduled_drop": tests_for_added_batch,
}
