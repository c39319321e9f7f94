"""Unit 09, Adam and AdamW: one module for each graded function."""

UNIT = "09_adam"
