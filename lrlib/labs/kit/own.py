"""The learner's own functions inside a lab, and what is said when one of them fails."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lrlib.limits import OutOfTime, time_limit, without_end

SECONDS = 5.0
_answers: dict[str, Any] = {}
_spent = 0.0


class LearnerError(Exception):
    """The learner's own function raised or returned what cannot be used; the lab shows this."""


def plugged(function: Callable[..., Any], name: str) -> Callable[..., Any]:
    """The learner's own function; whatever it raises becomes a `LearnerError` that names it.

    A stub that still raises `NotImplementedError` is reported as not written yet, and one without
    end is stopped when all calls since `forget_answers` have taken `SECONDS`. What it answered last
    is kept for `blamed`. A function of lrlib's own is returned as it is.
    """
    if getattr(function, "__module__", "").startswith("lrlib."):
        return function

    def call(*args: Any, **kwargs: Any) -> Any:
        global _spent
        began = time.monotonic()
        try:
            with time_limit(SECONDS - _spent):
                answer = function(*args, **kwargs)
        except OutOfTime:
            raise LearnerError(f"Your {name} was stopped: {without_end(SECONDS)}.") from None
        except NotImplementedError:
            raise LearnerError(
                f"Your {name} is not written yet: fill it in, then run this cell again."
            ) from None
        except Exception as error:
            raise LearnerError(f"Your {name} raised {type(error).__name__}: {error}") from error
        finally:
            _spent += time.monotonic() - began
        _answers[name] = answer
        return answer

    return call


def forget_answers() -> None:
    """Start anew: no function of the learner has answered yet, or taken any time."""
    global _spent
    _spent = 0.0
    _answers.clear()


def blamed(error: Exception) -> str:
    """What to say of a failure after answers of the learner's function; "" if there were none."""
    if not _answers:
        return ""
    name, answer = list(_answers.items())[-1]
    shown = repr(answer)
    shown = shown if len(shown) <= 60 else f"{shown[:57]}..."
    return f"Your {name} answered {shown}, and with that the lab cannot go on: {error}"


def rates_from(schedule: Callable[..., Any], steps: int, /, **options: Any) -> NDArray[np.float64]:
    """The rate of each step under `schedule(t, **options)`, checked to be numbers of 0 or more."""
    plan = np.empty(steps)
    for t in range(steps):
        rate = schedule(t, **options)
        try:
            plan[t] = float(rate)
        except (TypeError, ValueError):
            raise LearnerError(
                f"A schedule returns one number; at t = {t} it gave {rate!r}."
            ) from None
    if not (plan >= 0).all():
        at = int(np.flatnonzero(~(plan >= 0))[0])
        raise LearnerError(f"A rate is 0 or more; at t = {at} the schedule gave {plan[at]}.")
    return plan
