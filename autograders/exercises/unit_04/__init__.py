"""Unit 04, step decay and drops: one module for each graded function."""

UNIT = "04_step_decay_and_drops"
