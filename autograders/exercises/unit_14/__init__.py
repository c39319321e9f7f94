"""Unit 14, the capstone: one module for each graded function."""

UNIT = "14_capstone"
