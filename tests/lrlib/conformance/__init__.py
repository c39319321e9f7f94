"""lrlib against the libraries that others use: a table of claims, each one run."""
