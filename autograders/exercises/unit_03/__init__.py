"""Unit 03, noise: one module for each graded function."""

UNIT = "03_noise"
