"""Marks in nbgrader's gradebook: open, record, audit."""
