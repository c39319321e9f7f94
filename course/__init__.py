"""The course on learning rates: its units, and what builds notebooks, sheets and the site."""
