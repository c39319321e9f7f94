"""Grading a class: on all cores or a cluster, kept at once, resumable, into the gradebook."""
