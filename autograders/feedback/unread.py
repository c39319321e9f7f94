"""What nobody has given points for is "not read yet" on a page, and not 0.0."""

from __future__ import annotations

from jinja2.filters import do_float, do_round

NOT_READ = "not read yet"


class Words(str):
    """What stands on a page in the place of a number of points."""


def points_or_words(auto: float | None, manual: float | None, score: float) -> float | Words:
    """The points of a cell as a page shows them."""
    return Words(NOT_READ) if auto is None and manual is None else score


def so_far(score: float) -> Words:
    """The points of a notebook that somebody has still to read."""
    return Words(f"{round(float(score), 2)} so far")


def as_number(value: object, default: float = 0.0) -> float | Words:
    """Jinja's filter `float`, which lets words stand: nbgrader's template asks for every score."""
    return value if isinstance(value, Words) else do_float(value, default)


def rounded(value: float | Words, precision: int = 0, method: str = "common") -> float | Words:
    """Jinja's filter `round`, which lets words stand."""
    if isinstance(value, Words):
        return value
    return do_round(value, precision, method)  # type: ignore[arg-type]
