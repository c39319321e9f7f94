"""What unit 10 and its guide page state, and what proves it."""

QUOTED = [
    ("each 1.1 times the last", "round(rates[1] / rates[0], 1) == 1.1 and len(rates) == 100"),
    (
        "the largest that is stable, here 2, up to the spacing of the rates",
        "all(low <= 2 < low * 10 ** (6 / (k - 1)) * 1.001 for k, (low, _) in landmarks.items())",
    ),
    (
        "the steep place moves to the left",
        "landmarks[30][1] > 2 * landmarks[100][1] > 4 * landmarks[300][1]",
    ),
    (
        "0.36, 1.87, 0.75: two to nine times the limit, and not in order",
        "[round(float(two_curvatures[k]), 2) for k in (30, 100, 300)] == [0.36, 1.87, 0.75]",
    ),
    ("Uncorrected, the first entry would be 2", "0.5 * 0 + 0.5 * 4 == 2"),
    (
        "Same start, same rates, two curves",
        "(lambda r: shipped_test(1.0, r, rates[::9])[0][:3] != shipped_test(1.0, r, rates[::9])"
        "[0][:3])(MomentumRule())",
    ),
    (
        "(c), because of two tests in ten",
        "sum(rate < 0.01 for rate in rules['steepest']) == 2"
        " and max(rules['steepest']) > 100 * min(rules['steepest'])",
    ),
    (
        "More smoothing does not help",
        "[suggest_lr(rates[: len(t[0])], smooth(t[0], 0.95)) < 0.01 for t in tests]"
        " == [rate < 0.01 for rate in rules['steepest']]",
    ),
    (
        "in the lab, 0.95 sends the line to the far left",
        "__import__('lrlib.labs', fromlist=['x']).finder().compute(0.2, 0.95).data[2] < 0.002",
    ),
    (
        "the training loss would have chosen the same rate",
        "sweep(network, SGD(), grid, 800, **settings).best_rate == grid[found[800].argmin()]",
    ),
    (
        "a smoothed curve adds a lag of its own",
        "all(r >= rates[t[0].argmin()] for r, t in zip(rules['lowest'], tests))",
    ),
    (
        "the ten suggestions lie within a factor of about three",
        "2.5 < max(rules['steepest, not first 10']) / min(rules['steepest, not first 10']) < 3.6",
    ),
    ("for test 6 in the middle of the fall at 0.56", "round(rules['steepest'][6], 2) == 0.56"),
    ("for test 2 where its curve begins, at 0.001", "round(rules['steepest'][2], 4) == 0.001"),
    (
        "fall to about 1.5 near 0.8",
        "all(1.4 < curves[s].min() < 1.7 and 0.7 < rates[curves[s].argmin()] < 1 for s in (2, 6))",
    ),
    (
        "test 6 near 2, test 2 near 4",
        "1.8 < rates[len(curves[6]) - 1] < 2.3 and 3.5 < rates[len(curves[2]) - 1] < 4.3",
    ),
    (
        "0.5 for 100 updates, 1 for 800",
        "[grid[found[updates].argmin()] for updates in (100, 800)] == [0.5, 1.0]",
    ),
    ("at 2, nothing is learned at all", "found[800][grid == 2][0] > 2.2"),
    (
        "it is good in seven tests of ten and a wreck in three",
        "(outcome['lowest'] < 0.06).sum() == 7 and (outcome['lowest'] > 0.2).sum() == 3",
    ),
    (
        "*A tenth of the lowest* never fails, and never shines: **p2** is (b)",
        "2 < outcome['a tenth of the lowest'].min() / found[800].min()"
        " and outcome['a tenth of the lowest'].max() / found[800].min() < 3.2",
    ),
    ("it costs 100 updates instead of 8,800", "len(rates) == 100 and len(grid) * 800 == 8800"),
    ("about a ninetieth of the price", "85 < len(grid) * 800 / len(rates) < 95"),
    (
        "half of its suggestions end within a fifth of the search's best",
        "(outcome['steepest, not first 10'] < 1.2 * found[800].min()).sum() >= 5",
    ),
    (
        "between the rates of the grid, end even lower",
        "outcome['steepest, not first 10'][0] < found[800].min()",
    ),
    (
        "others end at several times the loss",
        "(forgotten < 1.2 * restored).sum() >= 3 and (forgotten > 3 * restored).sum() >= 2",
    ),
    (
        "units were thrown to where they are silent more than three times out of four",
        "(lambda silent: silent(tests[forgotten.argmax()][2]) > 0.75"
        " > silent(tests[forgotten.argmax()][1]) + 0.15)"
        "(lambda w: (lambda v: np.mean(training_part.X @ v['W1'] + v['b1'] <= 0))"
        "(network.views(w)))",
    ),
    (
        "*True here* within a factor of two or three",
        "all(0.35 < rate < 2 for rate in rules['steepest, not first 10'])",
    ),
    (
        "all ten lie between about 0.4 and 1.2",
        "all(0.38 < rate < 1.2 for rate in rules['steepest, not first 10'])",
    ),
    (
        "a median of 0.11, against 0.044 for the best of the search",
        "round(np.median(outcome['a tenth of the lowest']), 2) == 0.11"
        " and abs(found[800].min() - 0.044) < 0.003",
    ),
    (
        "without the start has a median near 0.05",
        "abs(np.median(outcome['steepest, not first 10']) - 0.05) < 0.006",
    ),
]
