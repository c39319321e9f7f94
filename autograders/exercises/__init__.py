"""The exercises of the course: a package for each unit, a module for each graded function."""
