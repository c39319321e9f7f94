"""All that a learner imports."""
