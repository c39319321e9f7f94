"""The units of the course, a package each."""

WITHHELD = ("quadrature",)
"""The reference and these exercises: where student code is graded, nobody can use them."""
