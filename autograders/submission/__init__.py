"""From a file that was handed in to a graded submission."""
