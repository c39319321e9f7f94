"""What unit 08 and its guide page state about AdaGrad, RMSprop and the features they meet."""

LAB = "__import__('lrlib.labs', fromlist=['x']).effective_rate_bars()"
BAND = "(lambda low, high: (texts_with >= low) & (texts_with <= high))"

QUOTED = [
    (
        "SGD meets the challenge at no rate",
        f"not any({LAB}.compute('SGD', lr, True, False).met for lr in np.geomspace(0.001, 10, 41))",
    ),
    (
        "AdaGrad meets it at every rate from about 0.6 to the end of the slider",
        f"[{LAB}.compute('AdaGrad', lr, True, False).met for lr in (0.5, 0.65, 1, 2, 4, 7, 10)]"
        " == [False, True, True, True, True, True, True]",
    ),
    (
        "RMSprop in a narrow window about 0.07",
        f"[{LAB}.compute('RMSprop', lr, True, False).met for lr in (0.02, 0.05, 0.07, 0.1, 0.3, 1)]"
        " == [False, False, True, False, False, False]",
    ),
    (
        "AdaGrad's two bars are of one height",
        "all(max(own) / min(own) < 1.1 for own in"
        f" ({LAB}.compute('AdaGrad', lr, False, True).data[1] for lr in (0.8, 1, 2, 5)))",
    ),
    (
        "the other two walk the same path to the digits shown",
        "all(len({tuple(f'{w:.4g}' for w in train(problems.Quadratic((f, 100.0 * f)), m, r, 100,"
        " w0=start, keep_path=True).path[2]) for f in (1, 1000)}) == 1"
        " for m, r in ((RMSprop(rho=0.9), 0.05), (AdaGrad(), 0.4)))",
    ),
    (
        "AdaGrad's first step has that length exactly",
        "np.allclose(adagrad_step(np.zeros(2), np.array([100, 1e-3]), np.zeros(2), lr=0.4,"
        " eps=1e-12)[0], -0.4) and np.allclose(__import__('functools').reduce(lambda s, _:"
        " rmsprop_step(np.zeros(2), np.array([100, 1e-3]), s[1], lr=0.4, rho=0.9, eps=1e-12),"
        " range(200), (0, np.zeros(2)))[0], -0.4)",
    ),
    (
        "SGD is lost",
        "train(problems.Quadratic((1000.0, 100000.0)), SGD(), 0.008, 100, w0=start).diverged_at"
        " is not None",
    ),
    (
        "AdaGrad, all but perfect along the axes, falls behind SGD",
        "(lambda best: best[0, 1] < 1e-100 and best[45, 1] > best[45, 0]"
        " and abs(best[0, 0] / best[45, 0] - 1) < 1e-9)({(a, k): np.nanmin(sweep("
        "problems.RotatedRavine(100.0, a), m, np.geomspace(0.001, 10, 25), 100,"
        " w0=problems.RotatedRavine(100.0, a)._rotation() @ np.array([-7, 1.3])).final_losses)"
        " for a in (0, 45) for k, m in enumerate((SGD(), AdaGrad()))})",
    ),
    ("both parameters have moved by 0.5", "np.allclose(0.5 * np.array([3, 1]) / [3, 1], 0.5)"),
    ("the busy parameter's rate has fallen to 0.1", "np.allclose(effective, [0.1, 0.5])"),
    (
        "The idle parameter's memory *fell*",
        "second_memory[1] < 0.25 and second_memory[0] > 2.25",
    ),
    (
        "the port walks almost thirty times as fast",
        "27 < ported_step(0.0, 1e-4, 1e-8, **settings)[0]"
        " / original_step(0.0, 1e-4, 1e-8, **settings)[0] < 30",
    ),
    ("it acts like its own root, here 0.032", "round(settings['eps'] ** 0.5, 3) == 0.032"),
    (
        "the two agree on tiny gradients and differ on those near 1",
        "(lambda r: abs(r(1e-3) - 1) < 2e-3 and r(1.0) > 1.4)"
        "(lambda g: (g + 1) / (g * g + 1) ** 0.5)",
    ),
    ("1,602 docstrings", "sum(part.n_samples for part in parts) == 1602"),
    ("eight packages", "parts[0].n_classes == 8"),
    (
        "Both adaptive methods win, in every seed, and by several points of accuracy",
        "all(on_words[m]['loss'].max() < on_words['SGD']['loss'].min()"
        " and on_words[m]['right'] > on_words['SGD']['right'] + 0.03"
        " for m in ('AdaGrad', 'RMSprop'))",
    ),
    (
        "from rates of ten and more for most words in one to three texts to below 0.1",
        f"np.median(word_rate[{BAND}(1, 3)]) > 10 and word_rate[commonest] < 0.1",
    ),
    (
        "Some words in at most three texts lie above the frame",
        "0 < (word_rate[texts_with > 0] > 3000).sum() < 30"
        " and texts_with[word_rate > 3000].max() <= 3",
    ),
    (
        "that the model was sure of when it first met them",
        "(lambda step, rare: __import__('functools').reduce(lambda s, batch: (*step(s[0],"
        " learn.grad(s[0], batch), s[1], rate), max([s[2], *(learn.loss(s[0], np.array([i]))"
        " for i in batch if rare[i])])), islice(learn.batches(np.random.default_rng(0), 16), 60),"
        " (np.zeros(learn.n_params), np.zeros(learn.n_params), 0.0))[2] < 0.05)("
        "methods['AdaGrad'][0], (parts[0].X[:, (texts_with > 0) & (word_rate > 3000)] > 0)"
        ".any(axis=1))",
    ),
    (
        "about a hundred times as large",
        "80 < np.median(word_rate[texts_with == 5]) / word_rate[words.index('the')] < 150",
    ),
    (
        "Under SGD a word's weight grows with its frequency",
        f"(lambda sizes: sizes == sorted(sizes))([np.median(learned['SGD'][{BAND}(*b)])"
        " for b in bands])",
    ),
    (
        "a word in five texts weighs about as much as any",
        "(lambda few, rest: 0.6 < few / rest < 1.7)(np.median(learned['AdaGrad'][texts_with == 5]),"
        " np.median(learned['AdaGrad'][texts_with > 30]))",
    ),
    (
        "*Coefficient* stands in five, all of them about decimal numbers",
        "{parts[0].classes[k] for k in parts[0].y[parts[0].X[:, words.index('coefficient')] > 0]}"
        " == {'decimal'} and texts_with[words.index('coefficient')] == 5",
    ),
    (
        "of five or six points of lead one or two are left",
        "all(0.045 < on_words[m]['right'] - on_words['SGD']['right'] < 0.075"
        " and 0.005 < on_common[m]['right'] - on_common['SGD']['right'] < 0.025"
        " for m in ('AdaGrad', 'RMSprop'))",
    ),
    (
        "It is a draw, twice: the differences between methods are smaller than those between seeds",
        "all(np.ptp([ends[m]['loss'].mean() for m in ends])"
        " < min(np.ptp(ends[m]['loss']) for m in ends) for ends in (on_digits, on_busy))",
    ),
    (
        "no method misses the rare pixels",
        "all(on_busy[m]['loss'].mean() < 1.03 * on_digits[m]['loss'].mean() for m in on_digits)"
        " and (~busy).sum() > 10",
    ),
    ("has ten times the *larger* rate", "abs(rate_a / rate_b - 10) < 1e-5"),
    (
        "At 300 updates the two are level, now one ahead and now the other",
        "len(set(ends['RMSprop', 300][0] < ends['AdaGrad', 300][0])) == 2",
    ),
    (
        "fits the training images several times better in every seed",
        "(ends['AdaGrad', 3000][0] / ends['RMSprop', 3000][0]).min() > 2.5",
    ),
    (
        "On unseen images they are level even then",
        "abs(ends['AdaGrad', 3000][1].mean() / ends['RMSprop', 3000][1].mean() - 1) < 0.15",
    ),
    (
        "each method with the best of five rates",
        "all(list(rates).index(sweep(network, method, rates, budget, batch_size=16,"
        " seed=[0, 1, 2], progress=False).best_rate) in (1, 2, 3)"
        " for method, rates in rivals.values() for budget in (300, 3000))",
    ),
    (
        "RMSprop ended at a loss of 0.396 (0.391 to 0.401)",
        "np.allclose([f(on_words['RMSprop']['loss']) for f in (np.mean, min, max)],"
        " [0.396, 0.391, 0.401], atol=0.003)",
    ),
    (
        "0.436 (0.433 to 0.440), SGD at 0.498 (0.478 to 0.522)",
        "np.allclose([f(on_words[m]['loss']) for m in ('AdaGrad', 'SGD')"
        " for f in (np.mean, min, max)], [0.436, 0.433, 0.440, 0.498, 0.478, 0.522], atol=0.003)",
    ),
    ("Half of the words stand in at most six texts", "0.45 < np.mean(texts_with <= 6) < 0.55"),
    (
        "some twenty times those of the common ones",
        f"15 < np.median(word_rate[{BAND}(1, 6)]) / np.median(word_rate[texts_with > 100]) < 35",
    ),
    (
        "SGD 0.135 (0.110 to 0.161) and AdaGrad 0.136",
        "np.allclose([*[f(on_digits['SGD']['loss']) for f in (np.mean, min, max)],"
        " on_digits['AdaGrad']['loss'].mean()], [0.135, 0.110, 0.161, 0.136], atol=0.003)",
    ),
    (
        "(It grows: at their best rates 1.03 against 0.56.)",
        "(lambda best: abs(best['SGD'] - 1.03) < 0.03 and abs(best['AdaGrad'] - 0.56) < 0.02)("
        "{name: min(np.mean([measure.loss(fit(learn, step, r, s, updates=40)[0])"
        " for s in range(3)]) for r in rates) for name, (step, rates) in methods.items()})",
    ),
    (
        "(0.136 becomes 0.247; SGD's 0.135 becomes 0.296.)",
        "(lambda learn, exam: np.allclose([np.mean([exam.loss(fit(learn, methods[m][0], r, s)[0])"
        " for s in range(3)]) for m, r in (('AdaGrad', 1), ('SGD', 3))], [0.247, 0.296],"
        " atol=0.01))"
        "(*[problems.SoftmaxRegression((part.X * np.where(np.arange(64) % 2, 0.01, 1.0), part.y))"
        " for part in (digit_parts[0], digit_parts[2])])",
    ),
    (
        "ten times $\\eta$ for $\\rho = 0.99$",
        "abs(rmsprop_step(np.zeros(1), np.ones(1), np.zeros(1), lr=1.0, rho=0.99, eps=1e-9)[0][0]"
        " + 10) < 1e-6",
    ),
]
