"""Worked siblings: for each function of this unit a similar one, solved in full."""


def heating_step(temperature, state, *, wanted, patience, more, most):
    """Turn the heating up after more than `patience` cold measurements in a row.

    The state holds the power, the coldest measurement so far, and how many in a row were cold.

    >>> state = {"power": 2, "coldest": 20, "cold": 0}
    >>> for temperature in (17, 16, 15):
    ...     state = heating_step(temperature, state, wanted=18, patience=2, more=1, most=5)
    >>> state
    {'power': 3, 'coldest': 15, 'cold': 0}
    """
    power, coldest, cold = state["power"], state["coldest"], state["cold"]
    coldest = min(coldest, temperature)
    cold = cold + 1 if temperature < wanted else 0  # One good measurement ends the row.
    if cold > patience:  # Patience is what is still borne: the next one is too much.
        power, cold = min(power + more, most), 0  # Act, within the limit, and count anew.
    return {"power": power, "coldest": coldest, "cold": cold}  # A new dict; `state` stays.


def tests_for_heating_step():
    """Tests that find faults of `heating_step`, each a dict of arguments and the right result.

    >>> all(heating_step(**arguments) == right for arguments, right in tests_for_heating_step())
    True
    """
    settings = {"wanted": 18, "patience": 1, "more": 2, "most": 5}
    run = [  # One run, in which each state follows from the one before.
        (17, {"power": 2, "coldest": 17, "cold": 1}),  # Cold once: patience 1 bears that.
        (16, {"power": 4, "coldest": 16, "cold": 0}),  # Twice is too much, and counting restarts.
        (18, {"power": 4, "coldest": 16, "cold": 0}),  # Exactly what is wanted is not cold.
        (17, {"power": 4, "coldest": 16, "cold": 1}),
        (17, {"power": 5, "coldest": 16, "cold": 0}),  # Not 6: the most is 5.
    ]
    before = [{"power": 2, "coldest": 20, "cold": 0}, *(state for _, state in run)]
    return [
        ({"temperature": temperature, "state": old, **settings}, new)
        for (temperature, new), old in zip(run, before)
    ]


def buckets_for(rain, overflows):
    """The fewest litres a barrel must hold to overflow on at most so many days; it is then emptied.

    >>> buckets_for([3, 1, 4, 1, 5], 0), buckets_for([3, 1, 4, 1, 5], 1)
    (14, 6)
    """
    litres = 0
    while True:
        full = days = 0
        for fallen in rain:  # Try one size on the whole list: here 0, 1, 2 ... litres in turn.
            full += fallen
            if full > litres:
                days, full = days + 1, 0
        if days <= overflows:
            return litres  # The first that is large enough is the least.
        litres += 1


def repaired_alarms(steps, limit):
    """After which steps a walker's watch rings; the broken version never started again at 0.

    >>> repaired_alarms([4, 4, 4, 4, 4, 4], 10)
    [False, False, True, False, False, True]
    """
    walked, rings = 0, []
    for step in steps:
        walked += step
        rings.append(walked > limit)
        walked = 0 if rings[-1] else walked  # The repair: ringing and starting again go together.
    return rings


SIBLINGS = {
    "plateau_step": heating_step,
    "tests_for_plateau_step": tests_for_heating_step,
    "patience_for": buckets_for,
    "repaired_rates": repaired_alarms,
}
