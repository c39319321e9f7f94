"""The grader: asks a student's function for numbers, compares them with the reference and names the misconception."""
