"""Unit 12, the modern recipe: one module for each graded function."""

UNIT = "12_modern_recipe"
