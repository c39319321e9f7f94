"""The exercises of the course: a package for each unit, a module for each graded function."""

WITHHELD = ("lrlib",)
"""The reference: student code may name it where it is graded, and cannot use it."""

INERT = ("lrlib.data", "lrlib.figures", "lrlib.labs", "lrlib.style")
"""What only shows something: it can be called where student code is graded, and does nothing."""
