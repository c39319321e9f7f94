"""All that the author of an exercise imports."""
