"""What this unit and its guide page state, each with what shows it."""

QUOTED = [
    ("`y` is `[2.0, 4.0]`", "double(np.array([1.0, 2.0])).tolist() == [2.0, 4.0]"),
    (
        "The array changed",
        "x is not None and (lambda a: (double(a), a[0])[1])(np.ones(1)) == 2",
    ),
    ("The number did not!", "(lambda n: (double(n), n)[1])(1.0) == 1.0"),
    ("ink of at most 0.47", "round(faint.max(), 2) == 0.47 and round(digit.max(), 2) == 0.94"),
    ("8 × 8 pixels, 0 is paper", "digit.shape == (8, 8) and digit.min() == 0"),
]
