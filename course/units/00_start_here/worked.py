"""Worked siblings: for each function of this unit a similar one, solved in full."""


def in_fahrenheit(celsius):
    """Temperatures in degrees Fahrenheit: 1.8 times those in degrees Celsius, and 32 more.

    >>> in_fahrenheit(np.array([0.0, 100.0]))
    array([ 32., 212.])
    """
    scaled = celsius * 1.8  # An array times a number multiplies every entry at once.
    return scaled + 32  # This is a new array; `celsius` stays as it was.


def cooled(body, room, minutes):
    """The temperature of a body whose distance from the room halves every minute.

    >>> cooled(np.array([100.0, 60.0]), 20, 2)
    array([40., 30.])
    """
    distance = body - room  # How far there is to go,
    left = distance * 0.5**minutes  # how much of that is left,
    return room + left  # and where that is, seen from the room.


SIBLINGS = {"raised_prices": in_fahrenheit, "step_towards": cooled}
