"""The web site of the course: what is in it, and how it behaves in a browser."""
