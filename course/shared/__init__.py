"""What the exercises of several units have in common."""
