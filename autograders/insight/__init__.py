"""What a class has understood, and what not: counted from kept results, shown on one page."""
