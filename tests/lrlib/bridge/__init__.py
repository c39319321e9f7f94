"""lrlib inside PyTorch, Keras and Optax."""
