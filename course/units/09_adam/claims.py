"""What unit 09 and its guide page state about Adam's steps, its rate and its decay."""

LAB = "__import__('lrlib.labs', fromlist=['x']).adam_anatomy()"

QUOTED = [
    (
        "tells a right Adam from eighteen wrong ones",
        "'18 of 18 wrong versions' in str(check(tests_for_adam_step))",
    ),
    (
        "At rate 0.01 each of these still learns the digits",
        "all(measure.loss(__import__('functools').reduce(lambda s, b: (*version(s[0],"
        " noisy.grad(s[0], b), *s[1:], lr=0.01, **betas), s[3] + 1),"
        " islice(noisy.batches(np.random.default_rng(0), 16), 300),"
        " (noisy.init(0), np.zeros(noisy.n_params), np.zeros(noisy.n_params), 1))[0]) < 1"
        " for version in (__import__('autograders.declare.catalogue', fromlist=['find']).find('adam_step')"
        ".misconceptions[id].functions[0] for id in ('starts-at-two', 'eps-inside-the-root',"
        " 'no-bias-correction', 'corrects-only-the-first-moment',"
        " 'corrects-only-the-second-moment')))",
    ),
    (
        "make the very first update at least three times as long as the rate",
        f"(lambda lab: lab.compute(0.5, 0.9, 0.999, False).met and not any("
        f"lab.compute(lr, 0.9, 0.999, True).met for lr in (0.01, 0.1, 1.0, 10.0)))({LAB})",
    ),
    (
        "the first update of Adam moves every parameter by the rate itself",
        "np.allclose(adam_step(np.zeros(2), np.array([100, 0.001]), np.zeros(2), np.zeros(2), 1,"
        " lr=0.01, **betas)[0], -0.01, rtol=1e-4)",
    ),
    ("= 0.1/0.0316 = 3.16$ rates long", "abs(0.1 / 0.001**0.5 - 3.16) < 0.01"),
    (
        "A larger $\\beta_2$ makes the step longer, a larger $\\beta_1$ shorter",
        f"(lambda f: f(0.9, 0.9999) > f(0.9, 0.999) > f(0.99, 0.999))(lambda b1, b2:"
        f" {LAB}.compute(0.5, b1, b2, False).data[1][0, 0])",
    ),
    (
        "a step reaches 6.57 rates after a long silence, and more than 5",
        "abs(longest[0.999][0] - 6.57) < 0.005 and 5 < longest[0.999][1] < 5.3",
    ),
    (
        "no sequence of gradients makes a step longer than 1.17 rates",
        # Cauchy-Schwarz on the two weighted sums, with the corrections, at every t.
        "max((1 - 0.95**t) ** 0.5 / (1 - 0.9**t) * 0.1 / 0.05**0.5"
        " * ((1 - (0.81 / 0.95) ** t) / (1 - 0.81 / 0.95)) ** 0.5 for t in range(1, 2000)) < 1.17",
    ),
    (
        "the length goes on growing for a while",
        "(lambda q: (np.diff(q[:8]) > 0).all())([(1 - 0.9**t) / (1 - 0.999**t) ** 0.5"
        " for t in range(1, 12)])",
    ),
    ("At $t = 2$ the gradient points back, and $m$ is 0", "0.5 * (0.5 * 4) + 0.5 * -2 == 0"),
    ("$m = 2$ and $v = 7$", "(0.5 * 0 + 0.5 * 4, 0.75 * 4 + 0.25 * 16) == (2, 7)"),
    (
        "the pair of corrected averages at $t = 3$",
        "np.allclose(corrected, (2.2857, 12.1081), atol=1e-4)",
    ),
    (
        "has hardly decayed: the root swallowed its pull",
        "(lambda end: end[0] < 0.3 and end[1] > 0.95)(__import__('functools').reduce(lambda s, t:"
        " adam_step(s[0], np.array([0.1, 10.0]) * (-1) ** t + 0.1 * s[0], s[1], s[2], t, lr=0.001,"
        " **betas), range(1, 2001), (np.ones(2), np.zeros(2), np.zeros(2)))[0])",
    ),
    ("both have shrunk alike", "abs(0.9995**2000 - 0.37) < 0.01"),
    (
        "ran at 2.2 times the rate it was given",
        "abs(update_lengths([1.0] * 200, 0.01, 0.9, 0.95)[-1] / 0.01 - 2.24) < 0.01",
    ),
    (
        "SGD with a falling rate ends below Adam at any constant rate",
        "(finals['SGD', 'falling'].mean() < results['Adam', 'constant', 'measure'].mean(0)).all()",
    ),
    (
        "even its worst run is below Adam's best run at 0.003",
        "finals['SGD', 'falling'].max() < finals['Adam', 'constant'].min()",
    ),
    (
        "The rival is plain SGD from the library, with as many seeds and rates",
        "len(sgd_rates) == len(rates) and all(0 < np.nanargmin(results[method, name, 'choose']"
        ".mean(axis=0)) < 4 for method in ('SGD', 'Adam') for name in ('constant', 'falling'))",
    ),
    (
        "Let Adam's rate fall too, and its loss falls",
        "finals['Adam', 'falling'].max() < finals['Adam', 'constant'].min()",
    ),
    (
        "SGD with a falling rate still ended 7 to 14 % below Adam with one",
        "finals['SGD', 'falling'].mean() < 0.97 * finals['Adam', 'falling'].mean()",
    ),
    (
        "by a factor of more than three from the best to the worst",
        "(lambda m: max(m) > 3 * min(m))(results['Adam', 'constant', 'measure'].mean(0))",
    ),
    (
        "its best start was 2.5 to 3.3 times the best constant rate",
        "rates[results['Adam', 'falling', 'choose'].mean(0).argmin()]"
        " > rates[results['Adam', 'constant', 'choose'].mean(0).argmin()]",
    ),
    (
        "Adam's loss is lowest at 0.003 and rises to both sides, steeply to the right",
        "(lambda m: m[0] > m[1] and (np.diff(m[1:]) > 0).all() and m[-1] > 2 * m[0])("
        "results['Adam', 'constant', 'measure'].mean(0))",
    ),
    (
        "it is lowest at 0.03, and below the other line from 0.01 on",
        "results['Adam', 'falling', 'measure'].mean(0).argmin() == 3"
        " and (results['Adam', 'falling', 'measure'].mean(0)"
        " < results['Adam', 'constant', 'measure'].mean(0)).tolist() == [False] * 2 + [True] * 3",
    ),
    (
        "There Adam leads momentum, and momentum leads SGD",
        "(lambda mean: mean('Adam') < 0.95 * mean('momentum') < 0.95 * mean('SGD'))"
        "(lambda name: sprint['constant', name].mean())",
    ),
    (
        "momentum ends at 0.362, Adam at 0.408",
        "np.allclose([sprint['falling', name].mean() for name in ('momentum', 'Adam')],"
        " [0.362, 0.408], atol=0.004)",
    ),
    (
        "Both stay ahead of SGD",
        "(np.maximum(sprint['falling', 'momentum'], sprint['falling', 'Adam'])"
        " < sprint['falling', 'SGD']).mean() >= 0.8",
    ),
    (
        "0.186 against 0.200 in the table above",
        "finals['SGD', 'falling'].mean() < finals['Adam', 'falling'].mean()",
    ),
    (
        "A little decay makes no difference, much of it hurts",
        "abs(decayed[1].mean() / decayed[0].mean() - 1) < 0.05"
        " and decayed[2:].min() > decayed[0].max()",
    ),
    (
        "0.232 (0.228 to 0.238)",
        "np.allclose([f(finals['Adam', 'constant']) for f in (np.mean, min, max)],"
        " [0.232, 0.228, 0.238], atol=0.004)",
    ),
    (
        "it reached 0.200 (0.177 to 0.215)",
        "np.allclose([f(finals['Adam', 'falling']) for f in (np.mean, min, max)],"
        " [0.200, 0.177, 0.215], atol=0.004)",
    ),
    (
        "falling rate got 0.186 (0.181 to 0.193)",
        "np.allclose([f(finals['SGD', 'falling']) for f in (np.mean, min, max)],"
        " [0.186, 0.181, 0.193], atol=0.004)",
    ),
    (
        "Your 0.001 had 0.286, and 0.1 had 0.802",
        "(lambda m: abs(m[0] - 0.286) < 0.004 and abs(m[-1] - 0.802) < 0.03)("
        "results['Adam', 'constant', 'measure'].mean(0))",
    ),
    (
        "After the *second* update the stored $m$ is 1.8",
        "np.isclose(bias_correct(np.array([1.8]), 0.8, 2)[0], 5)",
    ),
]
