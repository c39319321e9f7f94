# %% [markdown]
# # 08 · AdaGrad and RMSprop: a rate for each parameter
#
# A model that reads text meets *the* in every sentence, and *coefficient* five times. Should their
# weights take steps of one scale? AdaGrad answered no in 2011, RMSprop a year later: divide each
# parameter's rate by the size of the gradients that it has had.
#
# **Time** 100 minutes. **Points** 23: functions 14, repair 1, your experiment 3, predictions and quiz 2, written conclusion 3.
# **You need** units 01 and 02; 07 helps.

# %% nbgrader={"grade_id": "setup", "locked": true}
from itertools import islice

import matplotlib.pyplot as plt
import numpy as np

from autograders import check, experiment, your_code
from lrlib import data, problems, style
from lrlib.labs import effective_rate_bars
from lrlib.optimizers import SGD, AdaGrad, RMSprop
from lrlib.training import sweep, train

plt.rcParams.update(style.rc())

# %% [markdown]
# ## Live lab: effective-rate bars
#
# Two parameters; parameter 2 is a hundred times steeper. The bars show the rate that each really
# gets. With the switch, parameter 1 gets a gradient at one update in five only (and five times as
# large, so that the mean is the same): a rare word.
#
# **Challenge:** with parameter 1 seen rarely, bring the loss below 0.001. Which of the three methods
# can?

# %%
effective_rate_bars()

# %% [markdown]
# *In words: on the left the contours of a long valley and the path of 100 updates in it. On the
# right one bar for each parameter, the rate it gets at the end, on a logarithmic scale. A sentence
# says both rates and the loss.*
#
# *The lab as a still picture, for readers without a kernel:*
#
# ![Still picture of the lab, described in the words above](attachment:effective_rate_bars.png)
#
# **After this unit you can**
#
# - write AdaGrad and RMSprop, and say what each keeps in memory between updates;
# - compute the rate that a parameter really gets, and predict which parameter gets more;
# - say which change of the problem these methods do not notice, and which one defeats them;
# - decide from the data whether a rate for each parameter is worth having.
#
# ## Warm-up
#
# 1. (Unit 01) The update is rate × slope. Parameter A has slope 6, parameter B has slope 0.02, the
#    rate is 0.1. How far does each move?
# 2. (Unit 02) A valley has curvature 1 along and 100 across. Which of the two sets the largest
#    stable rate, and which then waits?
# 3. (Unit 02) What did standardising the features do to such a valley?
#
# <details><summary>Answers</summary>
#
# 1. 0.6 and 0.002: with one rate, the steps differ as the slopes do.
# 2. The steep direction sets it, at 2/100 = 0.02. The gentle one waits: each update takes off at
#    most 2 % of what is left.
# 3. It made the curvatures similar, so that one rate suited all. Today the *optimizer* tries to do
#    that, while it runs.
#
# </details>

# %% [markdown]
# ## Predict
#
# **p1.** AdaGrad has made 400 updates on a *bag of words*: each feature says how often one word
# occurs in a text, so in most texts most features are 0. Compared with the rate of the word *the*,
# the rate that a typical word from only five texts really gets is ...
#
# - (a) the same: one rate was set
# - (b) smaller: with so little evidence one should be careful
# - (c) about twice as large
# - (d) about a hundred times as large
#
# **p2.** Somebody multiplies the loss by 1,000 and forgets to touch the rate. Which notices?
#
# - (a) SGD and RMSprop diverge, both
# - (b) SGD diverges; RMSprop walks almost exactly the same path as before
# - (c) neither: the minimum is where it was
#
# **p3.** A narrow valley lies along an axis. Now the axes are turned by 45 degrees, so that the
# valley runs diagonally; nothing else changes. After 100 updates, each method at its best rate ...
#
# - (a) SGD ends exactly as before, AdaGrad much worse
# - (b) both end as before: turning a picture changes nothing
# - (c) both end worse: diagonal valleys are harder

# %% nbgrader={"grade_id": "predict_08", "solution": true}
predict_08 = {"p1": "?", "p2": "?", "p3": "?"}
### BEGIN SOLUTION
predict_08 = {"p1": "d", "p2": "b", "p3": "a"}
### END SOLUTION

# %% nbgrader={"grade_id": "check_predict_08", "grade": true, "points": 1}
check("predict_08", predict_08)

# %% [markdown]
# ## What divides the rate
#
# SGD meets the challenge at no rate. AdaGrad meets it at every rate from about 0.6 to the end of
# the slider, RMSprop in a narrow window about 0.07.
#
# AdaGrad keeps, for each parameter, the sum of all its squared gradients so far, the
# **accumulator** $a$, and divides by its root:
#
# $$ a \leftarrow a + g^2, \qquad w \leftarrow w - \frac{\eta}{\sqrt{a} + \varepsilon}\, g $$
#
# Everything is entry by entry: squares, root, division. The fraction in front of $g$ is the
# **effective rate**. $\varepsilon$ is tiny and keeps a parameter that has never had a gradient from
# dividing 0 by 0.
#
# RMSprop replaces the sum by a moving average $s$, so that old squares fade:
#
# $$ s \leftarrow \rho\, s + (1 - \rho)\, g^2, \qquad
# w \leftarrow w - \frac{\eta}{\sqrt{s} + \varepsilon}\, g $$
#
# **Before you read on:** the gradients of a parameter all have the same size. What becomes of the
# sum, what of the average, and what of the two rates?
#
# <details><summary>Answer</summary>
#
# The sum grows by the same amount at each update, so AdaGrad's rates fall for ever: it has a
# schedule built in. Which one, you will write below. RMSprop's average settles at the square of the
# gradient, and its rate stays at the set rate divided by the gradient's size.
#
# </details>
#
# ### What they do not notice
#
# Double every gradient, and the root doubles too: the step is what it was. The next cell multiplies
# a whole loss by 1,000.

# %%
start = np.array([-2.0, 1.0])
methods = {"SGD": (SGD(), 0.008), "RMSprop": (RMSprop(rho=0.9), 0.05), "AdaGrad": (AdaGrad(), 0.4)}
for name, (method, rate) in methods.items():
    for factor in (1, 1000):
        bowl = problems.Quadratic((1.0 * factor, 100.0 * factor))
        run = train(bowl, method, rate, 100, w0=start, keep_path=True)
        third = "  ".join(f"{w:9.4g}" for w in run.path[2])
        end = "diverged" if run.diverged_at is not None else f"loss {run.final_loss / factor:.3g}"
        print(f"{name:7}  loss x {factor:<4}  w after two updates: {third}   {end}")

# %% [markdown]
# **p2** is (b): SGD is lost, the other two walk the same path to the digits shown. In the steps of
# AdaGrad and RMSprop the *size* of the gradients cancels; only how they compare with their own
# past is left. So $\eta$ is a length here, in units of the parameter: AdaGrad's first step has that
# length exactly, and a step of RMSprop has it about, once the average has settled.
#
# ### What defeats them
#
# A rate for each *parameter* is a rate along each *axis*. Now turn the valley.

# %%
for angle in (0.0, 45.0):
    valley = problems.RotatedRavine(condition=100.0, angle=angle)
    c, s = np.cos(np.deg2rad(angle)), np.sin(np.deg2rad(angle))
    turned_start = np.array([[c, -s], [s, c]]) @ np.array([-7.0, 1.3])
    for name, method in {"SGD": SGD(), "AdaGrad": AdaGrad()}.items():
        tried = sweep(valley, method, np.geomspace(0.001, 10, 25), 100, w0=turned_start)
        print(f"turned by {angle:2.0f}: {name:7}  best loss {np.nanmin(tried.final_losses):8.3g}")

# %% [markdown]
# **p3** is (a). SGD cannot tell the two valleys apart: its path turns with the picture. AdaGrad,
# all but perfect along the axes, falls behind SGD. At 45 degrees both parameters are equally
# steep, the bars are level, and a rate for each of them is one rate. What is hard now is a
# *combination* of parameters, and no combination has a bar. **These methods know axes, not
# valleys.** They help when the trouble lies along the parameters themselves; features of different
# frequency are such a case.

# %% [markdown]
# ## Worked example: two updates by hand
#
# Two parameters at 0, $\eta = 0.5$. The first gradient is (3, 1). The second is (4, 0): the second
# parameter's word did not occur. No memory is 0 when it is divided by, so $\varepsilon$ is left
# out.

# %%
w, accumulator, rate = np.zeros(2), np.zeros(2), 0.5

for gradient in (np.array([3.0, 1.0]), np.array([4.0, 0.0])):
    # 1. Square the gradient, entry by entry
    square = gradient**2
    # 2. Put it into the memory
    accumulator = accumulator + square
    # 3. Take the root: back to the size of a gradient
    root = np.sqrt(accumulator)
    # 4. Divide the rate by it: a rate for each
    effective = rate / root
    # 5. Step
    w = w - effective * gradient
    print(f"memory {accumulator}, root {root}, effective rates {effective}, w {w}")

# %% [markdown]
# After the first update both parameters have moved by 0.5, the rate itself, although their
# gradients were 3 and 1. After the second the busy parameter's rate has fallen to 0.1, and the idle
# one still has its 0.5: **without a gradient a rate does not fall**.
#
# **Your turn, for RMSprop with** $\rho = 0.75$. Only sub-goal 2 changes: the new memory is
# $\rho$ times the old one plus $(1 - \rho)$ times the square. After the first gradient it is
# (2.25, 0.25). Replace `None` by the memory after the second.

# %% nbgrader={"grade_id": "second_memory", "solution": true}
rho, memory, gradient = 0.75, np.array([2.25, 0.25]), np.array([4.0, 0.0])
second_memory = None  # 2. Put the square into the memory
### BEGIN SOLUTION
second_memory = rho * memory + (1 - rho) * gradient**2
### END SOLUTION
print("memory after two gradients:", second_memory, "([5.6875 0.1875] is right)")

# %% [markdown]
# The idle parameter's memory *fell*, so its rate rises, although nothing happened to it. That is
# what forgetting means, and it is the whole difference.
#
# ## Write it yourself
#
# ### AdaGrad


# %% nbgrader={"grade_id": "adagrad_step", "solution": true}
def adagrad_step(w, grad, accumulator, *, lr, eps):
    """Return the weights and the accumulator after one update of AdaGrad.

    The accumulator takes in the new gradient first; then every parameter makes a gradient step at
    its own effective rate.
    w, grad, accumulator: float arrays of one shape (any shape); accumulator is 0 or more, and
    holds the sum of the squared gradients before this one. lr: one number. eps: one number above
    0, added to the root and not under it.
    Returns the new weights and the new accumulator, two new arrays of that shape; no input is
    changed.
    Examples, with lr 0.1 and eps 0.5: w 1, grad 2, accumulator 0 give (0.92, 4); w 1, grad -3,
    accumulator 16 give (1.05455, 25).
    """
    ### BEGIN SOLUTION
    accumulator = accumulator + grad**2
    return w - lr * grad / (np.sqrt(accumulator) + eps), accumulator
    ### END SOLUTION


# %% nbgrader={"grade_id": "check_adagrad_step", "grade": true, "points": 4}
check(adagrad_step)

# %% [markdown]
# ### The effective rate
#
# The same fraction serves both methods: give it AdaGrad's accumulator or RMSprop's average.


# %% nbgrader={"grade_id": "effective_lr", "solution": true}
def effective_lr(mean_square, *, lr, eps):
    """Return the rate that each parameter really gets, its effective rate.

    mean_square: a float array of any shape, 0 or more: the memory of either method.
    lr: one number. eps: one number above 0, added to the root and not under it.
    Returns a new array of that shape; mean_square is not changed.
    Examples, with lr 0.1 and eps 0.5: a mean square of 4 gives 0.04, one of 0 gives 0.2.
    """
    ### BEGIN SOLUTION
    return lr / (np.sqrt(mean_square) + eps)
    ### END SOLUTION


# %% nbgrader={"grade_id": "check_effective_lr", "grade": true, "points": 3}
check(effective_lr)

# %% [markdown]
# Green? Then your function can draw the bars. Switch the rarity off, turn the valley by 45 degrees,
# and look at the *bars* before you look at the path: with parameter 1 seen always, AdaGrad's two
# bars are of one height. No parameter needs more than the other.

# %%
effective_rate_bars(effective_lr)

# %% [markdown]
# ### RMSprop


# %% nbgrader={"grade_id": "rmsprop_step", "solution": true}
def rmsprop_step(w, grad, mean_square, *, lr, rho, eps):
    """Return the weights and the mean square after one update of RMSprop.

    The mean square takes in the new gradient first; then every parameter makes a gradient step at
    its own effective rate.
    w, grad, mean_square: float arrays of one shape (any shape); mean_square is 0 or more.
    lr: one number. rho: the share of the past, at least 0 and below 1. eps: above 0, added to the
    root and not under it.
    Returns the new weights and the new mean square, two new arrays of that shape; no input is
    changed.
    Examples, with lr 0.1, rho 0.75, eps 0.5: w 1, grad 2, mean_square 0 give (0.86667, 1); w 1,
    grad -3, mean_square 9 give (1.08571, 9).
    """
    ### BEGIN SOLUTION
    mean_square = rho * mean_square + (1 - rho) * grad**2
    return w - lr * grad / (np.sqrt(mean_square) + eps), mean_square
    ### END SOLUTION


# %% nbgrader={"grade_id": "check_rmsprop_step", "grade": true, "points": 4}
check(rmsprop_step)

# %% [markdown]
# ### The schedule that is built in
#
# AdaGrad has no schedule that you set, and its rate falls all the same. How fast? Take the simplest
# case: a parameter whose gradients all have one size.
#
# **Before you write:** the rate that was set is 1, each gradient is 2. What is the rate after 1, 4
# and 16 of them? How many more gradients until it has halved once more?
#
# <details><summary>Answer</summary>
#
# 1/2, 1/4 and 1/8: four times the gradients, half the rate. For 1/16 it takes 64 of them, 48 more.
#
# </details>


# %% nbgrader={"grade_id": "rate_after", "solution": true}
def rate_after(n, g, *, lr):
    """Return what AdaGrad's rate for a parameter has become after n gradients of the same size.

    n: how many gradients there have been, a whole number, at least 1. g: each of them, a number
    that is not 0. lr: the rate that was set. The accumulator began at 0, and eps is too small to
    matter. The rate, not the step.
    Returns one number. With lr = 0.1, 25 gradients of 2 leave 0.01, and 100 of -0.5 leave 0.02.
    """
    ### BEGIN SOLUTION
    return lr / (abs(g) * n**0.5)
    ### END SOLUTION


# %% nbgrader={"grade_id": "check_rate_after", "grade": true, "points": 3}
check(rate_after)

# %% [markdown]
# > **Conventions.** *Where is* `eps`*?* Here and in PyTorch it is added to the root. Keras adds it
# > inside the root in both methods, and so does Optax: in its RMSprop unless told otherwise, in its
# > AdaGrad always. *Where does the memory start?* Here and in PyTorch AdaGrad starts at 0, in Keras
# > and Optax at 0.1. *How much is kept?* Hinton's lecture has $\rho = 0.9$, as Keras and Optax
# > have; PyTorch calls it `alpha`, with 0.99. *The first update:* from a mean square of 0 RMSprop's
# > first step is $\eta/\sqrt{1-\rho}$ long, ten times $\eta$ for $\rho = 0.99$. Nobody wanted that;
# > unit 09 corrects it.

# %% [markdown]
# ## Bug museum: the same epsilon, in another place
#
# Several well-known image networks were trained in TensorFlow with RMSprop and a large `eps`.
# People moved the recipes to PyTorch, number by number, and could not reproduce the results.
# Retold:


# %%
def original_step(w, grad, s, lr, rho, eps):
    s = rho * s + (1 - rho) * grad**2
    return w - lr * grad / np.sqrt(s + eps), s


def ported_step(w, grad, s, lr, rho, eps):
    s = rho * s + (1 - rho) * grad**2
    return w - lr * grad / (np.sqrt(s) + eps), s


settings = {"lr": 0.01, "rho": 0.9, "eps": 0.001}
for size in (1.0, 0.03, 0.0001):
    moves = [abs(step(0.0, size, size**2, **settings)[0]) for step in (original_step, ported_step)]
    print(f"gradients of {size:<6}: step {moves[0]:.6f} there, {moves[1]:.6f} here")

# %% [markdown]
# With large gradients nobody sees a difference; with tiny ones, the port walks almost thirty times
# as fast. **Find** the difference, **explain** in a sentence why a test with gradients of 1 did not
# see it, **fix** the port below.
#
# <details><summary>What happened</summary>
#
# Inside the root, `eps` is compared with a *squared* gradient: it acts like its own root, here
# 0.032 instead of 0.001. For `eps = 1`, as for Inception, the two agree on tiny gradients and
# differ on those near 1. Users of Chainer (chainer/chainer, issue 4754, 2018) and PyTorch
# (pytorch/pytorch, issue 23796, 2019) reported it. PyTorch changed its documentation, not its
# formula; JAX moved `eps` inside (jax-ml/jax, pull request 1427, 2019); the library timm carries an
# `RMSpropTF` for such recipes. Neither place is the right one: a recipe's `eps` belongs where it
# was tuned.
#
# </details>


# %% nbgrader={"grade_id": "repaired_port", "solution": true}
def repaired_port(w, grad, s, lr, rho, eps):
    """Return (w, s) after one update as the original recipe makes it.

    w, grad, s: float arrays of one shape, which are not changed. lr, rho, eps: numbers.
    """
    ### BEGIN SOLUTION
    mean = rho * s + (1 - rho) * grad**2
    return w - lr * grad / np.sqrt(mean + eps), mean
    ### END SOLUTION


# %% nbgrader={"grade_id": "check_repaired_port", "grade": true, "points": 1}
check(repaired_port)

# %% [markdown]
# ## Experiment: rare words and common pixels
#
# The bag of words holds 1,602 docstrings from Python's own library; entry (i, j) counts word j in
# docstring i. The task: which of eight packages does a docstring come from? The model is softmax
# regression, as in unit 01. Three parts: one trains, one chooses each method's rate, and one, which
# decides nothing, measures.

# %%
parts = data.load_docstrings().split(seed=0, fractions=(0.6, 0.2, 0.2))
learn, choose, measure = (problems.SoftmaxRegression(part) for part in parts)
texts_with = (parts[0].X > 0).sum(axis=0)
words = parts[0].names
commonest = texts_with.argmax()
print(learn.n_samples, "docstrings to learn from,", len(words), "words")
print(
    f"zeros: {np.mean(parts[0].X == 0):.1%}; words in at most six: {np.mean(texts_with <= 6):.0%}"
)
for word in (commonest, words.index("coefficient")):
    print(f"{words[word]!r} stands in {texts_with[word]} of the docstrings to learn from")

# %%
methods = {
    "SGD": (lambda w, g, s, lr: (w - lr * g, s), [0.1, 0.3, 1, 3, 10]),
    "AdaGrad": (lambda w, g, s, lr: adagrad_step(w, g, s, lr=lr, eps=1e-8), [0.03, 0.1, 0.3, 1, 3]),
    "RMSprop": (
        lambda w, g, s, lr: rmsprop_step(w, g, s, lr=lr, rho=0.99, eps=1e-8),
        [0.001, 0.003, 0.01, 0.03, 0.1],
    ),
}


def fit(problem, step, rate, seed, updates=400):
    """Weights and memory after some updates with batches of 16, both starting at 0."""
    w, memory = np.zeros(problem.n_params), np.zeros(problem.n_params)
    batches = problem.batches(np.random.default_rng(seed), 16)
    for batch in islice(batches, updates):
        w, memory = step(w, problem.grad(w, batch), memory, rate)
    return w, memory


# %% [markdown]
# Every method gets the same budget: five rates, three seeds, 400 updates each.


# %%
def contest(learn, choose, measure):
    """Each method's best rate, chosen on one part, and its weights; prints the other part."""
    best = {}
    for name, (step, rates) in methods.items():
        fits = {rate: [fit(learn, step, rate, seed)[0] for seed in range(3)] for rate in rates}
        rate = min(rates, key=lambda r: np.mean([choose.loss(w) for w in fits[r]]))
        loss = np.array([measure.loss(w) for w in fits[rate]])
        right = np.mean([measure.accuracy(w) for w in fits[rate]])
        best[name] = {"rate": rate, "w": fits[rate], "loss": loss, "right": right}
        print(
            f"{name:8} rate {rate:<5}  loss {loss.mean():.3f} ({loss.min():.3f} to "
            f"{loss.max():.3f})  right {right:.1%}"
        )
    return best


with your_code():
    print("words: loss and accuracy on docstrings that had no say")
    on_words = contest(learn, choose, measure)

# %% [markdown]
# Both adaptive methods win, in every seed, and by several points of accuracy. Why? Look at what
# each word got.

# %%
bands = [(1, 3), (4, 6), (7, 30), (31, 100), (101, 961)]


def strength(w):
    """The mean size of each word's eight weights."""
    return np.abs(w[: 8 * len(words)].reshape(-1, 8)).mean(axis=1)


with your_code():
    rate = on_words["AdaGrad"]["rate"]
    _, memory = fit(learn, methods["AdaGrad"][0], rate, seed=0)
    own_rates = effective_lr(memory[: 8 * len(words)], lr=rate, eps=1e-8).reshape(-1, 8)
    word_rate = np.median(own_rates, axis=1)
    learned = {name: strength(on_words[name]["w"][0]) for name in ("SGD", "AdaGrad")}
    print("in texts     words   AdaGrad's rate   mean size of weight: SGD   AdaGrad")
    for low, high in bands:
        band = (texts_with >= low) & (texts_with <= high)
        sizes = [np.median(learned[name][band]) for name in learned]
        print(
            f"{low:3} to {high:3} {band.sum():9} {np.median(word_rate[band]):16.3f} "
            f"{sizes[0]:25.3f} {sizes[1]:9.3f}"
        )

# %%
with your_code():
    seen = (texts_with > 0) & (word_rate > 0)
    fig, ax = plt.subplots()
    ax.scatter(texts_with[seen], word_rate[seen], s=12, alpha=0.5, label="one word each")
    ax.axhline(rate, label="the rate that was set", **{**style.series(1), "marker": None})
    ax.set(xscale="log", yscale="log", title="AdaGrad: rare words keep large rates")
    ax.set(xlabel="training texts with the word", ylabel="effective rate after 400 updates")
    ax.set(ylim=(0.03, 3000))
    ax.legend()

# %% [markdown]
# *Figure 1 in words: effective rate against the number of training texts that hold a word, both on
# logarithmic scales, one point for each word. The cloud falls steadily from upper left to lower
# right, from rates of ten and more for most words in one to three texts to below 0.1 for the very
# commonest. A level dashed line marks the rate that was set, 0.1. Some words in at most three texts
# lie above the frame.*
#
# The words above the frame stand only in texts that the model was sure of when it first met them:
# their gradients were almost zero, so hardly anything was ever added up for them.
#
# That settles **p1**: (d). And the table shows what may explain the win. Under SGD a word's weight
# grows with its frequency, so the weights of rare words stay near zero; under AdaGrad a word in
# five texts weighs about as much as any other. *Coefficient* stands in five, all of them about
# decimal numbers: when it occurs, it gives its package away, if its weight is large enough to
# count.
#
# It only *may*, because two things that go together need not be cause and effect.
#
# **Before you run on:** with which experiment would you find out whether the rare words are the
# reason?
#
# <details><summary>Answer</summary>
#
# Take them away. If they are the reason, the lead must go when they go.
#
# </details>

# %%
with your_code():
    often = texts_with > 30
    print(f"only the {often.sum()} words in more than thirty docstrings")
    on_common = contest(*(problems.SoftmaxRegression((part.X[:, often], part.y)) for part in parts))

# %% [markdown]
# Without them every method is worse, and of five or six points of lead one or two are left. The
# rare words were the reason, for the most part.
#
# Now the same contest on the digits. They have rare features too, the pixels at the border; so it
# is run twice, with and without them.

# %%
digit_parts = data.load_digits().split(seed=0, fractions=(0.6, 0.2, 0.2))
digit_problems = [problems.SoftmaxRegression(part) for part in digit_parts]
busy = np.mean(digit_parts[0].X > 0, axis=0) >= 0.05
busy_problems = [problems.SoftmaxRegression((part.X[:, busy], part.y)) for part in digit_parts]
with your_code():
    print("digits: loss and accuracy on images that had no say")
    on_digits = contest(*digit_problems)
    print(f"without the {np.sum(~busy)} pixels that carry ink in less than 5 % of the images")
    on_busy = contest(*busy_problems)

# %% [markdown]
# It is a draw, twice: the differences between methods are smaller than those between seeds, and no
# method misses the rare pixels. A feature that is rare *and* carries no information needs no larger
# rate.
#
# So two properties of the data decide. Does the trouble lie along single parameters? (The turned
# valley: no.) And do the rarely used ones carry a part of the answer? (Rare words: yes. Border
# pixels: no.)
#
# ### Two claims, settled
#
# **"AdaGrad gives frequently updated parameters smaller rates."** On the words, yes; but is it the
# frequency? Take two made-up parameters. A has a gradient of 0.01 at each of 100 updates; B has one
# gradient of 1 and then none.
#
# **Before you run it:** which of the two has the larger rate after 100 updates?
#
# <details><summary>Answer</summary>
#
# A: the squares of its gradients add up to 0.01, that of B is 1. The cell gives both rates.
#
# </details>

# %%
with your_code():
    sums = np.array([100 * 0.01**2, 1 * 1.0**2])
    rate_a, rate_b = effective_lr(sums, lr=1.0, eps=1e-8)
    print(f"A, updated 100 times: rate {rate_a:.1f}     B, updated once: rate {rate_b:.1f}")

# %% [markdown]
# A was updated a hundred times as often, and has ten times the *larger* rate. AdaGrad does not
# count updates, it adds up squares. So: *true when* gradients are of similar size whenever they
# come, as for word counts; not in general.
#
# **"RMSprop mends AdaGrad's over-aggressive decay."** A small network on the digits, a short budget
# and one ten times as long; each method with the best of five rates, three seeds.

# %%
network = problems.Network(digit_parts[0], sizes=(64, 32, 10))
exam = problems.Network(digit_parts[2], sizes=(64, 32, 10))
rivals = {
    "AdaGrad": (AdaGrad(), [0.05, 0.1, 0.2, 0.4, 0.8]),
    "RMSprop": (RMSprop(), [0.0025, 0.005, 0.01, 0.02, 0.04]),
}
ends = {}
for budget in (300, 3000):
    for name, (method, rates) in rivals.items():
        tried = sweep(network, method, rates, budget, batch_size=16, seed=[0, 1, 2])
        best = list(rates).index(tried.best_rate)
        fitted, unseen = tried.final_losses[:, best], tried.measure(exam.loss)[:, best]
        ends[name, budget] = fitted, unseen
        print(
            f"{budget:4} updates  {name}  best rate {rates[best]:<5}  training loss "
            f"{fitted.mean():.5f}  on unseen images {unseen.mean():.3f}"
        )

# %% [markdown]
# *True in the long run.* At 300 updates the two are level, now one ahead and now the other. At
# 3,000 RMSprop fits the training images several times better in every seed, because AdaGrad never
# stops slowing down. (On unseen images they are level even then: the closer fit did not carry
# over.) But RMSprop does not slow down at all. Its steps stay about as long as $\eta$, so near the
# bottom it hops to and fro for ever; that is why its window in the lab was so narrow. It needs from
# you what SGD needed in units 03 to 05, a schedule. Unit 09 tries that.

# %% [markdown]
# ## Your experiment
#
# A data set on which methods differ more than on the digits: MNIST-1D (Greydanus 2020), 40 numbers,
# ten classes. **Does a rate for each parameter help there?** The methods are `"SGD"`, `"AdaGrad"`
# and `"RMSprop"`; their best rates lie decades apart, so give each its own list: `"rates": {"SGD":
# [...], "RMSprop": [...]}`.
#
# You write a plan as data and the course trains it: which methods, which rates, how many of the ten
# seeds, which data (`"training"`, `"validation"`, `"test"`) choose each method's rate, and which
# judge it. Rates move to the nearest rung of a ladder with steps of 1.32.
#
# Then write down what *your* runs support: which is lower, and whether you are sure (`True` or
# `False`). The plan is graded by its design, the finding by whether it follows from the plan's own
# runs.

# %% nbgrader={"grade_id": "experiment_08", "solution": true}
experiment_08 = {
    "plan": {
        "methods": [],
        "rates": [],
        "seeds": 1,
        "updates": 400,
        "choose_on": "?",
        "judge_on": "?",
    },
    "finding": {"lower": "?", "sure": "?"},
}
### BEGIN SOLUTION
experiment_08 = {
    "plan": {
        "methods": ["SGD", "RMSprop"],
        "rates": [0.0024, 0.0051, 0.011, 0.024, 0.051, 0.11, 0.23, 0.5, 1.1, 2.3],
        "seeds": 10,
        "updates": 400,
        "choose_on": "validation",
        "judge_on": "test",
    },
    "finding": {"lower": "RMSprop", "sure": True},
}
### END SOLUTION

# %%
experiment("experiment_08", experiment_08["plan"])

# %% nbgrader={"grade_id": "check_experiment_08", "grade": true, "points": 3}
check("experiment_08", experiment_08)

# %% [markdown]
# ## Your conclusion (3 points, read by a person)
#
# In 80 to 120 words: *A colleague says: "Adaptive methods are better, I always use one." For which
# of the two data sets do your results agree?* One point each: (1) compare SGD with an adaptive
# method on both data sets, with at least three numbers and their spread; (2) explain the difference
# by what rare and common features get; (3) name one thing that this experiment cannot tell you.

# %% [markdown] nbgrader={"grade_id": "conclusion", "grade": true, "solution": true, "points": 3}
# For the docstrings I agree: RMSprop ended at a loss of 0.396 (0.391 to 0.401) and AdaGrad at
# 0.436 (0.433 to 0.440), SGD at 0.498 (0.478 to 0.522), each at the best of five rates; the seeds
# do not overlap. Half of the words stand in at most six texts; AdaGrad leaves them rates some
# twenty times those of the common ones, so their weights grow, while under SGD they stay near
# zero. For the digits I do not: SGD 0.135 (0.110 to 0.161) and AdaGrad 0.136 are a draw, because
# their rare pixels say nothing. One linear model, 400 updates and a constant rate: whether a
# schedule or a deeper network would change this, I cannot say.

# %% [markdown]
# ## Exit quiz
#
# **q1.** AdaGrad. A had a gradient of 0.5 at each of 16 updates, B had one gradient of 8. Whose
# effective rate is larger now?
#
# - (a) they are equal: 16 times 0.5 is 8
# - (b) B's: it was updated less often
# - (c) A's, sixteen times as large
# - (d) A's, four times as large
#
# **q2.** All gradients of a parameter have the same size. After 100 updates its effective rate
# under AdaGrad is, compared with that after the first update, ...
#
# - (a) a tenth
# - (b) the same
# - (c) a hundredth
# - (d) practically zero
#
# **q3.** Under RMSprop, with a negligible `eps`, every gradient becomes 50 times larger from the
# start. The steps become ...
#
# - (a) 50 times longer
# - (b) 50 times shorter
# - (c) no different
#
# **q4.** For which data would you expect most from AdaGrad over a tuned SGD?
#
# - (a) ten standardised measurements of 400 patients
# - (b) any model with more than a million parameters
# - (c) two strongly correlated features of equal size
# - (d) clicks on adverts, one feature for each of a million words

# %% nbgrader={"grade_id": "quiz_08", "solution": true}
quiz_08 = {"q1": "?", "q2": "?", "q3": "?", "q4": "?"}
### BEGIN SOLUTION
quiz_08 = {"q1": "d", "q2": "a", "q3": "c", "q4": "d"}
### END SOLUTION

# %% nbgrader={"grade_id": "check_quiz_08", "grade": true, "points": 1}
check("quiz_08", quiz_08)

# %% [markdown]
# > **What practitioners do.** Where features are sparse, a rate for each parameter is a matter of
# > course: word vectors (Pennington, Socher & Manning 2014) were trained with AdaGrad, and click
# > prediction keeps a rate for each coordinate (McMahan et al. 2013). RMSprop drove the network
# > that learned Atari games (Mnih et al. 2015). Elsewhere Adam has replaced both (unit 09).
# > Whether adaptive methods end better than a tuned SGD is disputed: on small image and language
# > networks Wilson et al. (2017) found them worse on unseen data. For large language models they
# > clearly win. One reason is a relative of what you saw: here words were rare as *inputs*; there
# > the next word is a rare *class*, and plain gradient descent is slow on the rare classes
# > (Kunstner, Yadav, Milligan, Schmidt & Bietti 2024). For turned valleys
# > AdaGrad's own paper has a version with a full matrix, too large to store for a network; Shampoo
# > is an affordable relative (Gupta, Koren & Singer 2018).
#
# ## Further reading
#
# - J. Duchi, E. Hazan and Y. Singer (2011), *Adaptive Subgradient Methods for Online Learning and
#   Stochastic Optimization*, Journal of Machine Learning Research 12.
# - T. Tieleman and G. Hinton (2012), *Neural Networks for Machine Learning*, lecture 6.5: RMSprop
#   was never published otherwise.
# - M. Zeiler (2012), *ADADELTA: An Adaptive Learning Rate Method*, arXiv:1212.5701: RMSprop's
#   sibling, which does without a rate.
# - H. B. McMahan et al. (2013), *Ad Click Prediction: a View from the Trenches*, KDD.
# - J. Pennington, R. Socher and C. Manning (2014), *GloVe: Global Vectors for Word Representation*,
#   EMNLP.
# - V. Mnih et al. (2015), *Human-level control through deep reinforcement learning*, Nature 518.
# - A. Wilson, R. Roelofs, M. Stern, N. Srebro and B. Recht (2017), *The Marginal Value of Adaptive
#   Gradient Methods in Machine Learning*, NeurIPS.
# - V. Gupta, T. Koren and Y. Singer (2018), *Shampoo: Preconditioned Stochastic Tensor
#   Optimization*, ICML.
# - F. Kunstner, R. Yadav, A. Milligan, M. Schmidt and A. Bietti (2024), *Heavy-Tailed Class
#   Imbalance and Why Adam Outperforms Gradient Descent on Language Models*, NeurIPS.
