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
    (
        "Low rates hardly move it, moderate ones bring it far down, and large ones throw it into"
        " the shaded part",
        "(lambda lab, ends: [(lab.set(lr=lr), ends.append(lab.outcome.data.final))"
        " for lr in (0.005, 0.3, 10.0)] and ends[0] > 2 and ends[1] < 0.5 and ends[2] > 2.303)"
        "(rate_preview(), [])",
    ),
    (
        "between 1 and 2 you overshoot and still arrive",
        "abs(1 - 1.8) ** 8 < 0.2 and abs(1 - 2.2) ** 8 > 4",
    ),
]
