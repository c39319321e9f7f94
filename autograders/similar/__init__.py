"""Where two submissions have unusual code in common: a hint for a person, never a score."""
