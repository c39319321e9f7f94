"""What Sphinx needs to make the readable pages."""
