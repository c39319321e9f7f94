"""Unit 02, stability: one module for each graded function."""

UNIT = "02_stability"
