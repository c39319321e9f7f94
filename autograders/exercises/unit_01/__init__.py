"""Unit 01, fixed rate: one module for each graded function."""

UNIT = "01_fixed_rate"
