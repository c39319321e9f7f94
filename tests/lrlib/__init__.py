"""What lrlib promises, shown."""
