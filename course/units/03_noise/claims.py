"""What unit 03 and its guide page state, and when it is true."""

QUOTED = [
    (
        "From 0.2 to 0.1 the floor halves, nearly",
        "0.45 < walked[0.1] / walked[0.2] < 0.52",
    ),
    (
        "At large rates the floor rises *faster* than the rate",
        "walked[1.6] > 3 * walked[0.8] and walked[0.8] > 2.4 * walked[0.4]",
    ),
    (
        "For small rates that is $\\eta\\sigma^2/4$",
        "abs(noise_floor(1e-6, 1.0, 4.0) / 1e-6 - 1) < 1e-5",
    ),
    (
        "Up to a rate of 0.1 a formula for one bowl, summed over eleven, is right to about a tenth",
        "(abs(np.array(floors['drawn']) / floors['predicted'] - 1)[:3] < 0.1).all()",
    ),
    ("At 0.3 the truth is worse", "floors['drawn'][3] > 1.2 * floors['predicted'][3]"),
    (
        "at the smallest rate not a tenth of it",
        "floors['shuffled'][0] < floors['drawn'][0] / 10",
    ),
    (
        "at 0.3, *shuffled* is the worse of the two",
        "floors['shuffled'][3] > floors['drawn'][3]"
        " and (floors['shuffled'] < floors['drawn'])[:3].all()",
    ),
    (
        "it holds only 10 patients",
        "len(epoch_batches(442, 16, np.random.default_rng(0))[-1]) == 10",
    ),
    (
        "leave the short batch out and the floor is 235; deal it *first*, so that the others can"
        " mend what it did, and it is 238",
        "[round(floors[name][3]) for name in ('no short', 'short first')] == [235, 238]",
    ),
    (
        "the floor follows *any* rate that goes to zero, $1/\\sqrt t$ too",
        "(lambda s: 0.9 < s[-1] / 2 / noise_floor(0.5 / 100, 1.0, 4.0) < 1.1)("
        "list(__import__('itertools').accumulate(range(1, 10_001), lambda s, t:"
        " (1 - 0.5 / t**0.5) ** 2 * s + (0.5 / t**0.5) ** 2 * 4, initial=9.0)))",
    ),
    (
        "nearly all of it is no floor: it is the flat direction of unit 02",
        "0.85 < curvatures[0] / 2 * (directions[:, 0] @ bottom) ** 2 * np.prod(1 - curvatures[0]"
        " * 0.2 / (1 + np.arange(2800) / 50)) ** 2 / late['0.2, shrinking'] < 1.05",
    ),
    (
        "0.2 in the first epoch, 0.05 in the third, 0.0125 in the last twenty",
        "[min(['0.2', '0.05', '0.0125'], key=key) for key in (lambda n: curves[n][0],"
        " lambda n: curves[n][2], late.get)] == ['0.2', '0.05', '0.0125']",
    ),
    (
        "goes up and down around 140",
        "120 < curves['0.2'][10:].mean() < 160 and curves['0.2'][10:].min() < 100",
    ),
    (
        "takes three epochs to 30 and then goes up and down above 10",
        "29 < curves['0.05'][2] < 32 and 10 < curves['0.05'][20:].mean() < 15",
    ),
    (
        "ends below both, with little shaking",
        "late['0.0125'] < min(late['0.2'], late['0.05'])"
        " and curves['0.0125'][80:].std() < curves['0.05'][80:].std() / 3",
    ),
    (
        "and ends lowest of all",
        "min(late, key=late.get) == '0.2, shrinking'",
    ),
    (
        "among the lowest from the first epoch on",
        "all(curves['0.2, shrinking'][e] <= sorted(c[e] for c in curves.values())[1]"
        " for e in range(100))",
    ),
    ("In the end 5.6 is left", "round(late['0.2, shrinking'], 1) == 5.6"),
    (
        "at rate 0.5 for batches of 4, at 2 for 16, at 4 for 64, at 8 for 256",
        "best.tolist() == [0.5, 2, 4, 8]",
    ),
    (
        "0.345 at rate 1/32 with batches of 4, 0.345 at 1/8 with 16, 0.343 at 1/2 with 64",
        "np.allclose([table[0, 0], table[1, 2], table[2, 4]], [0.345, 0.345, 0.343], atol=0.001)",
    ),
    (
        "it says 32, with a loss of 0.45; the square root says 4, with 0.22;"
        " the best is 8, with 0.16",
        "scale_lr(0.5, 4, 256, 'linear') == 32 and scale_lr(0.5, 4, 256, 'sqrt') == 4"
        " and np.allclose(table[3, [10, 7, 8]], [0.45, 0.22, 0.16], atol=0.006)",
    ),
    (
        "the best would be 8 instead of 2, and the loss would nearly halve",
        "quiet[16][0] == 8 and best[1] == 2 and 0.5 < quiet[16][1] / table[1].min() < 0.6",
    ),
    (
        "the best rate is 16 instead of 8, and the loss 0.14 instead of 0.16",
        "quiet[256][0] == 16 and best[3] == 8"
        " and round(quiet[256][1], 2) == 0.14 and round(table[3].min(), 2) == 0.16",
    ),
    (
        "batches of 4 and 16 end lower than 64 and 256",
        "table[:2].min(axis=1).max() < table[2:].min(axis=1).min()",
    ),
    (
        "after three epochs 0.0125 stood at 1,476 and 0.05 at 30; over the last twenty, at 6.9 and"
        " 11.1",
        "np.allclose([curves['0.0125'][2], curves['0.05'][2], late['0.0125'], late['0.05']],"
        " [1476, 30, 6.9, 11.1], rtol=0.01)",
    ),
    (
        "the smallest rates end far above the best, because the epochs run out",
        "(table[:, 0] > 2.5 * table.min(axis=1)).all()",
    ),
    (
        "the square root (8, here just right)",
        "scale_lr(2.0, 16, 256, 'sqrt') == 8 == best[3] and scale_lr(2.0, 16, 256, 'linear') == 32",
    ),
    (
        "0.12 became 0.16, with 36 updates instead of 540",
        "round(table[1].min(), 2) == 0.12 and round(table[3].min(), 2) == 0.16"
        " and 6 * -(-problem.n_samples // 256) == 36 and 6 * -(-problem.n_samples // 16) == 540",
    ),
    (
        "4.27 drawn and 0.23 shuffled",
        "np.allclose([floors['drawn'][0], floors['shuffled'][0]], [4.27, 0.23], atol=0.01)",
    ),
]
