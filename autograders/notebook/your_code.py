"""Where a lesson runs code that a learner may not have written yet: one line, no traceback."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager

from .limits import OutOfTime, time_limit, without_end

__all__ = ["your_code"]

SECONDS = 180.0


@contextmanager
def your_code() -> Iterator[None]:
    """A `with` block that runs the learner's functions and ends quietly at one still to be written.

    A released stub raises `NotImplementedError`; the block then prints which function it waits for
    and the notebook runs on. So it does when the block itself uses a name that an earlier waiting
    cell did not make, and when it is stopped because it still runs after three minutes. Every other
    exception is the learner's to see and passes unchanged.

    >>> def sgd_step(w, grad, lr):
    ...     raise NotImplementedError
    >>> with your_code():
    ...     sgd_step(1.0, 2.0, 0.1)
    This cell waits for your `sgd_step`. Write it, run its cell, then run this one again.
    """
    try:
        with time_limit(SECONDS):
            yield
    except OutOfTime:
        print(f"This cell was stopped: {without_end(SECONDS)} in your functions.")
    except (NotImplementedError, NameError) as error:
        trace = error.__traceback__
        while trace is not None and trace.tb_next is not None:
            trace = trace.tb_next
        where = trace.tb_frame.f_code.co_name if trace else "<module>"
        if isinstance(error, NotImplementedError) and where.isidentifier():
            awaited = f"your `{where}`. Write it, run its cell, then run this one again."
        elif isinstance(error, NameError) and not where.isidentifier():
            # The sandbox, where this runs as well, holds no such module.
            newest = sys.modules.get("autograders.notebook.newest")
            known = newest.explain(error.name) if newest else ""
            usual = "It is made by a cell above: run that, then this one again."
            awaited = f"`{error.name}`. {known or usual}"
        else:
            raise
        print(f"This cell waits for {awaited}")
