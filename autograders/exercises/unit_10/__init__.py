"""Unit 10, the range test: one module for each graded function."""

UNIT = "10_range_test"
