"""Unit 00, start here: one module for each graded function."""

UNIT = "00_start_here"
