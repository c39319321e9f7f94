"""Unit 08, AdaGrad and RMSprop: one module for each graded function."""

UNIT = "08_adagrad_rmsprop"
