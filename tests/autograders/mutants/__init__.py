"""Mutants of the reference, made by a mutation tool, handed in as answers."""
