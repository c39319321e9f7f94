"""Grades for other systems: CSV, Canvas, Moodle, Gradescope and GitHub Classroom."""
