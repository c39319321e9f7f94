"""The graded functions of the course, a module each."""

UNIT = "01_areas"

WITHHELD = ("quadrature",)
"""The reference and these exercises: where student code is graded, nobody can use them."""
