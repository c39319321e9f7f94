"""nbgrader's settings for the quadrature course."""

from pathlib import Path

from autograders.submission.settings import configure

c = get_config()  # noqa: F821 - given by the loader
configure(c, Path(__file__).resolve().parent, "quadrature", exercises="quadrature.units")
