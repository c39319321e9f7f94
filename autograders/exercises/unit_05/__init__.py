"""Unit 05, smooth decay: one module for each graded function."""

UNIT = "05_smooth_decay"
