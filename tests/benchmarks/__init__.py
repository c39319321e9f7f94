"""Benchmarks against PyTorch, Optax and Keras: `python -m tests.benchmarks`."""
