"""Mutants that earn full marks because they do nothing else on any input that the contract allows.

Each row: the exercises it is about (a regular expression), the change (another one, searched for in
"line before -> line after"), and why no graded call can tell the difference.
"""

EQUIVALENT = (
    (".*", r"^raise ", "only the words of a refusal change"),
    (".*", r"^f?\".* -> None$", "only the words of a refusal change"),
    (".*", r"check\.(rate|whole|positive|decay|complaint)\(", "only what is said of bad arguments"),
    (
        ".*",
        r"dtype=np\.float64|asarray\(losses, float\)|astype\(np\.float64\)",
        "inputs are floats already",
    ),
    (
        ".*",
        r"^return \w+\(.*zeros_like|^zeros = |^return Moments\(zeros",
        "the state is given, not made",
    ),
    (".*", r"-> .*Moments\(m, v, None\)", "the count in the new state is not returned"),
    ("plateau_step", r"cooling|^return PlateauState\(check", "no cooldown is asked for"),
    (
        "range_test_rates|suggest_lr",
        r"^if (lr_min|rates|not \(rates)",
        "arguments within the contract",
    ),
    ("cosine_restarts", r"edges\[-2\]", "one restart more is planned than is needed"),
    ("one_cycle", r"OneCycleMomentum", "the momentum that goes with it is not graded"),
    ("triangular", r"self\._scale", "the plain triangle scales by 1 wherever it is"),
    (
        "triangular2",
        r"_scale\(None, cycle\)|^return 1\.0",
        "it has a scale of its own, which reads the cycle",
    ),
    ("wsd", r"before = t <=", "at the boundary both pieces give the same rate"),
)
