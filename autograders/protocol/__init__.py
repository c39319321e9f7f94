"""What crosses between the grader and student code, and what the sandbox is given."""
