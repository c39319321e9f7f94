"""Mutants that earn full marks because they do nothing else on any input that the contract allows.

Each row: the exercises it is about (a regular expression), the change (another one, searched for in
"line before -> line after"), and why no graded call can tell the difference.
"""

EQUIVALENT = (
    (".*", r"^raise ", "only the words of a refusal change"),
    (".*", r"^f?\".* -> None$", "only the words of a refusal change"),
    (
        ".*",
        r"check\.(rate|within|whole|positive|decay|complaint)\(",
        "only what is said of bad arguments",
    ),
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
    (
        "mup_lr",
        r'-> .*check\.count\((None|"XX\w+|"[A-Z_]+")',
        "only what is said of bad arguments",
    ),
    ("polyak_step", r'^f"(loss should|but it has)', "only the words of a refusal change"),
    (
        "gamma_for_total",
        r"^low, high = |^if total >= |^for _ in range|^if _total\(math",
        "the search ends at the same factor",
    ),
    (
        "repaired_rates",
        r"^best, wait, rates = ",
        "the first loss is a new best, whatever was counted before",
    ),
    (
        "clip_by_global_norm",
        r'^with np\.errstate|^"Try to skip|np\.asarray\(factor|norm >= max_norm',
        "warnings, words and the type of floats are not graded, and a factor of 1 changes nothing",
    ),
    (
        "scale_step",
        r"^return ScaleState\(grown",
        "no run is asked for whose scale comes near the largest float32",
    ),
    ("polyak_step", r"-> .*sum\(grad\*\*2, (axis=None, )?keepdims", "one run at a time is graded"),
    (
        "polyak_step",
        r"^return float\(rates\[0\]\)",
        "an array of one rate multiplies as the rate does",
    ),
    (
        "polyak_step",
        r"-> ratio = np\.divide\(gap, square, (out=None, )?where=",
        "where the gradient is 0 no rate moves anything",
    ),
    (
        "dog_step|schedule_free_step",
        r"^return (Distance\(w|_start)",
        "the state is given, not made",
    ),
    ("dog_step", r"-> .*Distance\(None, farthest", "the answer hands the start on by itself"),
    ("sharpness", r"^if v\.ndim", "arguments within the contract"),
    ("updates_needed", r"kept <= 1e-12", "no curvatures give exactly that"),
    ("wsd", r"before = t <=", "at the boundary both pieces give the same rate"),
)
