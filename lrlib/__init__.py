"""The reference library of the course: schedules, optimizers, problems, training, figures and live labs."""
