"""Unit 11, cyclical rates: one module for each graded function."""

UNIT = "11_cyclical"
