"""Work that ends the process that does it; in a module of its own, so that workers start fast."""

import os
import signal


def work(item):
    """Say what kind of work it was, or die on it, always or the first time."""
    kind, place = item
    if kind == "kills" or (kind == "kills once" and not place.exists()):
        if place is not None:
            place.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return kind
