"""Unit 07, momentum: one module for each graded function."""

UNIT = "07_momentum"
