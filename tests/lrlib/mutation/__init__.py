"""Mutants of the schedules and optimizers, made by mutmut and run against their tests."""
