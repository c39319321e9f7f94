"""Unit 06, plateau: one module for each graded function."""

UNIT = "06_plateau"
