"""Unit 13, the frontier: one module for each graded function."""

UNIT = "13_frontier"
