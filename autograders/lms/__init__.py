"""Submissions as learning platforms hand them out, and feedback as they take it back."""
