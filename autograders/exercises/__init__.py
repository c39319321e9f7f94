"""The exercises of the course: one module for each unit."""
