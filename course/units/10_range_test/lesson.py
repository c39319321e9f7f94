# %% [markdown]
# # 10 · The range test
#
# Before a long training you would like to know the rate. A **range test** spends a hundred updates
# on the question: raise the rate at every single update, from far too small to far too large, and
# watch the loss fall and then explode. Today you write one, learn what its curve does not say, and
# find out whether its advice is as good as a full search.
#
# **After this unit you can**
#
# - write a range test that leaves your model exactly as it was;
# - smooth a noisy curve without spoiling its start;
# - read the curve: what its lowest point means, what its steepest fall means, and what neither
#   does;
# - say how far to trust the rate that it suggests, with numbers.
#
# **Time** 115 minutes. **Points** 24: read the curves 1, your experiment 3, functions 15,
# predictions and quiz 2, written conclusion 3. **You need** units 01, 02 and 03; unit 07 for the
# bug museum.

# %% nbgrader={"grade_id": "setup", "locked": true}
import copy

import matplotlib.pyplot as plt
import numpy as np

from autograders import check, experiment, your_code
from lrlib import data, figures, problems, style
from lrlib.labs import finder
from lrlib.optimizers import SGD
from lrlib.training import range_test, sweep

plt.rcParams.update(style.rc())

# %% [markdown]
# ## Warm-up
#
# 1. (Unit 01) You may try seven rates and know nothing. Evenly spaced, or each ten times the last?
# 2. (Unit 02) On a bowl of curvature $\lambda$, between which two rates does plain descent get
#    closer at every step?
# 3. (Unit 03) Two batches of 32 from the same data, the same weights. Are their losses equal?
#
# <details><summary>Answers</summary>
#
# 1. Each ten times the last: nobody knows the order of magnitude beforehand.
# 2. Between 0 and $2/\lambda$.
# 3. No: each is an estimate, and with 32 images a rough one.
#
# </details>

# %% [markdown]
# ## Predict
#
# A network learns the digits with batches of 32. One range test is 100 updates with rates from
# 0.001 to 10, each 1.1 times the last. The usual advice: take the rate at which the (smoothed) loss
# falls most steeply.
#
# **p1.** Ten tests of the same network on the same data; only the starting weights and the order of
# the batches differ. The largest of the ten suggested rates is how many times the smallest?
#
# - (a) about 1.1: the neighbour on the list
# - (b) about 3
# - (c) more than 100
#
# **p2.** Another advice: take a *tenth* of the rate at which the loss is lowest. Train 800 updates
# with it, and compare with the best of a full search over eleven rates. The loss on unseen images
# is ...
#
# - (a) the same, give or take a tenth
# - (b) two or three times as high
# - (c) not to be compared: most of these runs diverge
#
# **p3.** The test ends when the loss explodes. Somebody forgets to restore the weights, and trains
# 800 updates from the *wrecked* ones at a sensible rate. Compared with a proper start this ends ...
#
# - (a) at about the same loss: 800 updates mend everything
# - (b) much worse, every time
# - (c) now the same, now many times worse: it is a lottery

# %% nbgrader={"grade_id": "predict_10", "solution": true}
predict_10 = {"p1": "?", "p2": "?", "p3": "?"}
### BEGIN SOLUTION
predict_10 = {"p1": "c", "p2": "b", "p3": "c"}
### END SOLUTION

# %% nbgrader={"grade_id": "check_predict_10", "grade": true, "points": 1}
check("predict_10", predict_10)

# %% [markdown]
# ## Live lab: the finder
#
# On the left the curve of one range test. Move the cursor: on the right three real trainings start,
# with the cursor's rate, a tenth of it, and ten times it.
#
# **Challenge:** place the cursor so that its own training ends lowest of the three, below 0.65.
# Then turn the smoothing to 0 and up to 0.95: where does the *suggested* line go?

# %%
finder()

# %% [markdown]
# *In words: on the left the loss against the rate on a logarithmic axis: level at first, then a
# fall, then a steep rise; two vertical lines, the cursor and the suggested rate. On the right the
# training loss of three runs against the step. A sentence says what is suggested and where the
# three runs end.*
#
# *The lab as a still picture, for readers without a kernel:*
#
# ![Still picture of the lab, described in the words above](attachment:finder.png)
#
# ## What the curve says
#
# Begin where everything is known: a bowl of curvature 1 without noise. At each update the distance
# is multiplied by $|1 - \eta|$, with an $\eta$ that grows. So the loss falls as long as
# $\eta < 2$, whatever happened before, and rises from then on.

# %%
print("updates  last rate that lowered it  steepest fall at rate")
landmarks = {}
for updates in [30, 100, 300]:
    test = range_test(problems.Quadratic(1.0), lr_max=10.0, steps=updates, beta=0.0, w0=np.ones(1))
    landmarks[updates] = test.rates[test.losses.argmin() - 1], test.suggestion
    print("{:7}  {:25.2f}  {:21.2f}".format(updates, *landmarks[updates]))

# %% [markdown]
# With one curvature the rate just before the lowest point is the largest that is stable, here 2, up
# to the spacing of the rates. The steepest fall depends on the test: with more updates there are
# more small steps behind you, the loss is gone earlier, and the steep place moves to the left.
#
# A network has many curvatures. Two are enough to change the first column: 1 and 10, limit 0.2.

# %%
two_curvatures = {}
for updates in [30, 100, 300]:
    bowl = problems.Quadratic((1.0, 10.0))
    test = range_test(bowl, lr_max=10.0, steps=updates, beta=0.0, w0=np.ones(2))
    two_curvatures[updates] = test.rates[test.losses.argmin() - 1]
    print(f"{updates:7} updates: last rate that lowered the loss {two_curvatures[updates]:.2f}")

# %% [markdown]
# 0.36, 1.87, 0.75: two to nine times the limit, and not in order. Beyond 0.2 the steep direction
# grows again, but from the little that the test has left of it, while the gentle direction still
# falls. The sum turns when the steep part is large enough to count, and this depends on how much
# was left and on how many updates each rate gets. **Both landmarks depend on the length of the
# test.** The lowest point says only that the limit has been passed: it is a warning sign, and not
# a measurement of the limit.
#
# That is the trap in the picture. The axis says *rate*, so one reads "the loss that this rate
# gives". But the loss at a rate was made by all rates *before* it.

# %% [markdown]
# ## Worked example: an average without a bad start
#
# Batches are noisy, so the curve is smoothed: $m \leftarrow \beta m + (1 - \beta) L$, beginning
# with $m = 0$. That zero is not a loss, and it pulls the first averages down; a correction has to
# remove it. Losses 4, then 1; $\beta = 0.5$.

# %%
beta, m = 0.5, 0.0
for i, loss in enumerate([4.0, 1.0]):
    # 1. Fade the old average, add a share of the new loss
    m = beta * m + (1 - beta) * loss
    # 2. Ask how much of the average is losses; the rest is the zero it began with
    weight = 1 - beta ** (i + 1)
    # 3. Divide by that share
    print(f"loss {loss}: average {m}, of which {weight} is losses, corrected {m / weight}")

# %% [markdown]
# Uncorrected, the first entry would be 2, half of the only loss there is. Corrected, it is that
# loss. **Your turn:** the third loss is 3. Replace `None` by sub-goals 2 and 3 (`i` is now 2).

# %% nbgrader={"grade_id": "third_average", "solution": true}
m = beta * m + (1 - beta) * 3.0  # 1. Fade the old average, add a share of the new loss
third_average = None  # 2. How much of it is losses?   3. Divide by that share
### BEGIN SOLUTION
third_average = m / (1 - beta**3)
### END SOLUTION
print("third corrected average:", third_average, "(2.5714... is right)")

# %% [markdown]
# ## Write it yourself
#
# ### The rates
#
# `steps` rates have `steps - 1` gaps. Both ends are used.


# %% nbgrader={"grade_id": "range_test_rates", "solution": true}
def range_test_rates(lr_min, lr_max, steps):
    """Return `steps` rates from lr_min to lr_max, each the same factor above the last.

    lr_min, lr_max: numbers, 0 < lr_min < lr_max; the first and the last rate.
    steps: how many rates, a whole number, at least 2.
    Returns a sequence of `steps` numbers.
    """
    ### BEGIN SOLUTION
    return np.geomspace(lr_min, lr_max, steps)
    ### END SOLUTION


# %% nbgrader={"grade_id": "check_range_test_rates", "grade": true, "points": 3}
check(range_test_rates)

# %% [markdown]
# ### The smoothing


# %% nbgrader={"grade_id": "smooth", "solution": true}
def smooth(losses, beta):
    """Return the bias-corrected exponential moving average of the losses, one entry for each.

    losses: list or 1-D array of numbers, in order. beta: the share of the old average that each
    new loss leaves, at least 0 and below 1. The average starts at 0; each entry is corrected for
    what is left of that zero when it is made.
    Returns a sequence as long as losses, which is not changed.
    Examples: losses 4, 1, 3 with beta 0.5 give 4, 2, 2.5714; losses 2, 6 with beta 0.9 give 2,
    4.1053.
    """
    ### BEGIN SOLUTION
    m, averages = 0.0, []
    for i, loss in enumerate(losses):
        m = beta * m + (1 - beta) * loss
        averages.append(m / (1 - beta ** (i + 1)))
    return np.array(averages)
    ### END SOLUTION


# %% nbgrader={"grade_id": "check_smooth", "grade": true, "points": 4}
check(smooth)

# %% [markdown]
# ### The suggestion
#
# Measure slopes per *decade*. Take them of the whole curve first, and only then look for the
# steepest up to the lowest loss.


# %% nbgrader={"grade_id": "suggest_lr", "solution": true}
def suggest_lr(rates, losses):
    """Return the rate at which the loss falls fastest per decade, at or before its minimum.

    rates: increasing numbers above 0, not necessarily by a constant factor, at least two.
    losses: as many finite numbers. Both are lists or 1-D arrays.
    The slopes are those that numpy.gradient estimates from the whole curve, with the distances
    between rates measured in decades. Only rates up to and including that of the lowest loss are
    candidates; of several equal ones the first counts, for losses as for slopes.
    Returns one of the rates.
    Examples: rates 0.001, 0.01, 0.1, 1 with losses 4, 3.9, 2, 5 give 0.01; rates
    0.001, 0.01, 0.1, 1, 10 with losses 4, 1, 0.9, 0.8, 5 give 0.001.
    """
    ### BEGIN SOLUTION
    slopes = np.gradient(np.asarray(losses), np.log10(rates))
    return rates[int(np.argmin(slopes[: int(np.argmin(losses)) + 1]))]
    ### END SOLUTION


# %% nbgrader={"grade_id": "check_suggest_lr", "grade": true, "points": 4}
check(suggest_lr)

# %% [markdown]
# Green? Then your own function places the line.

# %%
finder(suggest_lr)

# %% [markdown]
# ### The test
#
# Record the loss *before* its step; keep the loss that ends the test; hand `w0` back untouched.


# %% nbgrader={"grade_id": "lr_range_test", "solution": true}
def lr_range_test(loss_and_grad, w0, rates):
    """Return (losses, w0): one step of plain gradient descent for each rate, starting at w0.

    loss_and_grad(w): the loss, above 0, and the gradient at w (an array of w's shape).
    w0: a float array of any shape. rates: list or 1-D array of numbers, at least one.
    Each loss is taken before the step with its rate. Stops after the first loss that is not finite
    or is greater than 4 times the lowest so far; that loss is kept.
    Returns the losses and w0 as it was given, itself or a copy; w0 is not changed.
    Examples, for the loss w**2 / 2: w0 2 and rates 0.5, 0.5 give the losses 2, 0.5; w0 2 and rates
    0.5, 0.5, 4, 8, 9 give 2, 0.5, 0.125, 1.125.
    """
    ### BEGIN SOLUTION
    w, losses = w0.copy(), []
    for rate in rates:
        loss, grad = loss_and_grad(w)
        losses.append(loss)
        if not np.isfinite(loss) or loss > 4 * min(losses):
            break
        w = w - rate * grad
    return losses, w0
    ### END SOLUTION


# %% nbgrader={"grade_id": "check_lr_range_test", "grade": true, "points": 4}
check(lr_range_test)

# %% [markdown]
# > **Conventions.** *What rises, and how:* Smith (2017) raises the rate evenly and reads the
# > *accuracy*, for two bounds of a cycle (unit 11); geometric rates, the smoothed loss and one
# > suggested rate came with fastai. *When to stop:* 4 times the best in fastai and Lightning, 5
# > times in torch-lr-finder. *Which part counts:* Lightning leaves out the first ten rates and the
# > last one; you will see why. *Who restores the weights:* fastai and Lightning do, in
# > torch-lr-finder you call `reset()` yourself (davidtvs/pytorch-lr-finder, issue 11, 2019, is
# > somebody who found out). *Smoothing:* a library's `smooth_f=0.05` is our $\beta = 0.95$.

# %% [markdown]
# ## Read the curves
#
# Four recorded runs of real training. Look at the losses, the rate and the gradient together. For
# each run choose what happened, with what you would do first.

# %%
figures.runs_figure((104, 135, 107, 110))

# %% [markdown]
# *The four runs in words: one run in each row. On the left the training loss, the unseen loss and,
# dotted, the loss of a constant guess; in the middle the rate; on the right the norm of the
# gradient, all against updates.*
#
# <details><summary>The four runs in numbers</summary>
#
# - Run 104: 299 updates; a constant guess has loss 2.3. Training loss, at the start and after 10,
#   30, 60 and 100 %: 2.55, 0.558, 0.0214, 0.0262, 0.0192; highest 2.55 at 0%, lowest 0.00264 at
#   84%. Unseen loss, at the start and after 10, 30, 60 and 100 %: 2.22, 0.352, 0.0536, 0.0287,
#   0.0257; highest 2.22 at 0%, lowest 0.0251 at 67%. Rate, at the start and after 10, 30, 60 and
#   100 %: 0.008, 0.2, 0.174, 0.0813, 6.53e-06; highest 0.2 at 8%, lowest 6.53e-06 at 100%. Norm of
#   the gradient, at the start and after 10, 30, 60 and 100 %: 4.77, 2.6, 0.263, 0.508, 0.376;
#   highest 8.27 at 5%, lowest 0.0293 at 84%.
# - Run 135: 299 updates; a constant guess has loss 3.35. Training loss, at the start and after 10,
#   30, 60 and 100 %: 4.34, 20.6, 19.3, 30, 38.6; highest 50 at 95%, lowest 4.34 at 0%. Unseen loss,
#   at the start and after 10, 30, 60 and 100 %: 18.3, 8.88, 16.8, 29.3, 35; highest 40.9 at 93%,
#   lowest 8.88 at 10%. Rate, at the start and after 10, 30, 60 and 100 %: 0.6, 0.6, 0.6, 0.6, 0.6;
#   highest 0.6 at 0%, lowest 0.6 at 0%. Norm of the gradient, at the start and after 10, 30, 60 and
#   100 %: 0.656, 27.9, 19.6, 42.9, 27.1; highest 81.2 at 94%, lowest 0.656 at 0%.
# - Run 107: 299 updates; a constant guess has loss 2.3. Training loss, at the start and after 10,
#   30, 60 and 100 %: 2.55, 2.12, 1.5, 1.2, 1.03; highest 2.55 at 0%, lowest 0.725 at 92%. Unseen
#   loss, at the start and after 10, 30, 60 and 100 %: 2.31, 2.2, 1.64, 1.23, 0.828; highest 2.31 at
#   0%, lowest 0.828 at 97%. Rate, at the start and after 10, 30, 60 and 100 %: 0.002, 0.002, 0.002,
#   0.002, 0.002; highest 0.002 at 0%, lowest 0.002 at 0%. Norm of the gradient, at the start and
#   after 10, 30, 60 and 100 %: 4.77, 3.25, 3.38, 3.12, 3.46; highest 5.52 at 1%, lowest 2.35 at
#   86%.
# - Run 110: 299 updates; a constant guess has loss 2.3. Training loss, at the start and after 10,
#   30, 60 and 100 %: 2.42, 2.32, 2.35, 2.33, 2.27; highest 11.3 at 0%, lowest 2.25 at 64%. Unseen
#   loss, at the start and after 10, 30, 60 and 100 %: 2.33, 2.32, 2.32, 2.32, 2.33; highest 2.34 at
#   17%, lowest 2.3 at 13%. Rate, at the start and after 10, 30, 60 and 100 %: 2, 2, 2, 2, 2;
#   highest 2 at 0%, lowest 2 at 0%. Norm of the gradient, at the start and after 10, 30, 60 and 100
#   %: 3.16, 0.158, 0.188, 0.164, 0.216; highest 15.1 at 0%, lowest 0.0797 at 58%.
#
# </details>
#
# **c1.** Run 104 (residual network with batch norm on the digits): what happened, and what do you
# do first?
#
# - (a) *too low*: Raise the rate threefold, and again, until the loss no longer falls faster.
# - (b) *spike and recovery*: Nothing at once: it recovers. If spikes return, look at their batches.
# - (c) *right*: Keep the rate and its schedule; a shorter or longer run is the next question.
# - (d) *dropped too late*: Drop earlier, so that updates are left to gain from the lower rate.
#
# **c2.** Run 135 (transformer of width 32 on Shakespeare): what happened, and what do you do first?
#
# - (a) *unstable*: Lower the rate threefold, and again, until the loss falls from the start.
# - (b) *stuck*: Start anew with a lower rate: the units that a large step killed do not come back.
# - (c) *spike and recovery*: Nothing at once: it recovers. If spikes return, look at their batches.
# - (d) *too low*: Raise the rate threefold, and again, until the loss no longer falls faster.
#
# **c3.** Run 107 (residual network with batch norm on the digits): what happened, and what do you
# do first?
#
# - (a) *right*: Keep the rate and its schedule; a shorter or longer run is the next question.
# - (b) *too low*: Raise the rate threefold, and again, until the loss no longer falls faster.
# - (c) *dropped too late*: Drop earlier, so that updates are left to gain from the lower rate.
# - (d) *clock wrong*: Check what the schedule counts: epochs were taken for updates, or the
#   reverse.
#
# **c4.** Run 110 (residual network with batch norm on the digits): what happened, and what do you
# do first?
#
# - (a) *on the noise floor*: Lower the rate in the second half of the run.
# - (b) *clock wrong*: Check what the schedule counts: epochs were taken for updates, or the
#   reverse.
# - (c) *stuck*: Start anew with a lower rate: the units that a large step killed do not come back.
# - (d) *too low*: Raise the rate threefold, and again, until the loss no longer falls faster.

# %% nbgrader={"grade_id": "curves_10", "solution": true}
curves_10 = {"c1": "?", "c2": "?", "c3": "?", "c4": "?"}
### BEGIN SOLUTION
curves_10 = {"c1": "c", "c2": "a", "c3": "b", "c4": "c"}
### END SOLUTION

# %% nbgrader={"grade_id": "check_curves_10", "grade": true, "points": 1}
check("curves_10", curves_10)

# %% [markdown]
# ## Bug museum: the test that remembered
#
# In October 2020 a user of fastai ran the range test twice in a row, without training between, and
# got two very different curves. The weights had been restored. Retold, with the momentum of unit 07
# and the bowl $w^2/2$:


# %%
class MomentumRule:
    def __init__(self):
        self.velocity = 0.0

    def step(self, w, grad, lr):
        self.velocity = 0.9 * self.velocity + grad
        return w - lr * self.velocity


def shipped_test(w, rule, rates):
    start, losses = w, []
    for rate in rates:
        losses.append(w**2 / 2)
        w = rule.step(w, w, rate)
    return losses, start


rule, rates = MomentumRule(), np.geomspace(0.01, 10.0, 8)
for run in ["first", "second"]:
    losses, w = shipped_test(1.0, rule, rates)
    print(f"{run:6} test, from w = {w}:", "  ".join(f"{loss:.3f}" for loss in losses))

# %% [markdown]
# Same start, same rates, two curves. **Find** what the test did not put back, **explain** why
# training after the test suffers too, and **fix** it below; `copy.deepcopy` helps.
#
# <details><summary>What happened</summary>
#
# The weights were saved and loaded; the optimizer was not made anew. Its velocity (with Adam, its
# averages) still held gradients from the far end of the test, where everything explodes, and the
# first steps of whatever came next were pushed by them. Reported twice (fastai/fastai, issues 2892,
# 2020, and 3185, 2021), and in one more thread by someone whose *training* changed because a range
# test stood before it (issue 3013). **What a test must put back is the whole state**: weights,
# optimizer, and the random generator that draws the batches.
#
# </details>


# %% nbgrader={"grade_id": "mended_test", "solution": true}
def mended_test(w, rule, rates):
    """Return (losses, w) of a range test after which w and rule are as they were."""
    ### BEGIN SOLUTION
    start, losses, rule = w, [], copy.deepcopy(rule)
    for rate in rates:
        losses.append(w**2 / 2)
        w = rule.step(w, w, rate)
    return losses, start
    ### END SOLUTION


# %%
with your_code():
    rule = MomentumRule()
    first, second = (mended_test(1.0, rule, rates)[0] for _ in range(2))
    print("same curve twice:", first == second, "| velocity left behind:", rule.velocity)

# %% [markdown]
# ## Experiment: ten tests against a full search
#
# The digits, a network with 32 hidden units, batches of 32. First the tests, ten of them, with
# *your* functions. Each has its own starting weights and its own order of batches. We also keep the
# last weights that a test looked at, the wreck, for later.

# %%
training_part, unseen_part = data.load_digits().split(seed=0)
network = problems.Network(training_part, sizes=(64, 32, 10))
unseen = problems.Network(unseen_part, sizes=(64, 32, 10))


def digits_test(seed, rates):
    """One range test: its losses, its starting weights, and the weights it ended with."""
    rng = np.random.default_rng(seed)
    start, batches, seen = network.init(rng), network.batches(rng, 32), []

    def loss_and_grad(w):
        seen[:] = [w.copy()]
        return network.loss_and_grad(w, next(batches))

    losses, w0 = lr_range_test(loss_and_grad, start, rates)
    return np.array(losses), w0, seen[0]


# %%
with your_code():
    rates = np.asarray(range_test_rates(1e-3, 10.0, 100))
    tests = [digits_test(seed, rates) for seed in range(10)]
    curves = [np.asarray(smooth(losses, 0.8)) for losses, _, _ in tests]
    rules = {
        "steepest": [suggest_lr(rates[: len(c)], c) for c in curves],
        "steepest, not first 10": [suggest_lr(rates[10 : len(c)], c[10:]) for c in curves],
        "lowest": [rates[c.argmin()] for c in curves],
        "a tenth of the lowest": [rates[c.argmin()] / 10 for c in curves],
    }
    for name, suggested in rules.items():
        print(f"{name:23}", "  ".join(f"{rate:.3f}" for rate in suggested))

# %%
with your_code():
    fig, ax = plt.subplots()
    for i, seed in enumerate([2, 6]):
        losses, curve = tests[seed][0], curves[seed]
        look = style.series(i, markevery=12)
        ax.semilogx(rates[: len(losses)], losses, color=look["color"], alpha=0.25)
        ax.semilogx(rates[: len(curve)], curve, label=f"test {seed}, smoothed", **look)
        rate, dash = rules["steepest"][seed], look["linestyle"]
        ax.axvline(rate, color=look["color"], linestyle=dash, label=f"its suggestion, {rate:.3f}")
    ax.set(xlabel="learning rate", ylabel="loss of the batch (nats)", title="Two range tests")
    ax.set(xlim=(3e-4, 10), ylim=(0, 4))
    ax.legend()

# %% [markdown]
# *Figure 1 in words: loss against rate, on a logarithmic axis, for tests 2 and 6; pale raw losses
# behind smoothed ones. Both curves are nearly level up to about 0.1, fall to about 1.5 near 0.8,
# and then rise and break off, test 6 near 2, test 2 near 4. A vertical line marks each suggestion:
# for test 6 in the middle of the fall at 0.56, for test 2 where its curve begins, at 0.001, where
# nothing falls but the noise.*
#
# That settles **p1**: (c), because of two tests in ten. Where the average has seen only one or two
# losses it is as noisy as they are, and one lucky second batch makes a "steep fall". More smoothing
# does not help: it flattens the true fall and leaves the start as it is (in the lab, 0.95 sends the
# line to the far left). No rule replaces the picture: *look at the curve*. Leaving out the first
# ten rates, as Lightning does, repairs both tests, and the ten suggestions lie within a factor of
# about three.
#
# Now the price of each piece of advice. The search: eleven rates, each twice the last, three seeds.

# %%
grid = 2.0 ** np.arange(-8, 3)
settings = {"batch_size": 32, "seed": range(3), "dtype": np.float32, "progress": False}
found = {}
for updates in [100, 800]:
    found[updates] = (
        sweep(network, SGD(), grid, updates, **settings).measure(unseen.loss).mean(axis=0)
    )
print("rate       ", "".join(f"{rate:8.3f}" for rate in grid))
for updates, row in found.items():
    print(f"{updates:3} updates", "".join(f"{value:8.3f}" for value in row))

# %%
with your_code():
    outcome = {}
    print("loss on unseen images after 800 updates at the suggested rates: best, median, worst")
    for name, suggested in rules.items():
        runs = sweep(network, SGD(), suggested, 800, **settings)
        ends = np.sort(runs.measure(unseen.loss).mean(axis=0))
        outcome[name] = ends
        print(f"{name:23} {ends[0]:7.3f} {np.median(ends):7.3f} {ends[-1]:7.3f}")
    print(f"{'full search':23} {found[800].min():7.3f}")

# %% [markdown]
# First the search. The best rate depends on the budget: 0.5 for 100 updates, 1 for 800. (The search
# is judged by the images that chose, which flatters it a little; the training loss would have
# chosen the same rate.) A range test, which sees 100 updates, cannot know your budget. And one
# doubling above the best, at 2, nothing is learned at all: the best rate lies just below a cliff.
#
# Then the advice. *The lowest* lies at that cliff: it is good in seven tests of ten and a wreck in
# three. As the bowls said, it lies beyond the limit, and a smoothed curve adds a lag of its own. *A
# tenth of the lowest* never fails, and never shines: **p2** is (b). *The steepest* is close to the
# search where it is not absurd. With the first ten left out it costs 100 updates instead of 8,800,
# and half of its suggestions end within a fifth of the search's best; a few, between the rates of
# the grid, end even lower.
#
# ### What if the weights are not restored?
#
# The tests kept their wrecks. Train from these and from the proper starts: same rate 0.3, same
# batches, 800 updates.


# %%
def train_all(starts, lr=0.3, updates=800):
    """The loss on unseen images of plain runs from several starts, on the same batches."""
    W, batches = np.stack(starts), network.batches(np.random.default_rng(99), 32)
    for _ in range(updates):
        W = W - lr * network.loss_and_grad(W, next(batches))[1]
    return unseen.loss(W)


with your_code():
    restored = train_all([w0 for _, w0, _ in tests])
    forgotten = train_all([wreck for _, _, wreck in tests])
    print("restored ", "  ".join(f"{loss:.3f}" for loss in restored))
    print("forgotten", "  ".join(f"{loss:.3f}" for loss in forgotten))

# %% [markdown]
# **p3** is (c), a lottery. Some wrecks recover so well that nobody would notice the fault; others
# end at several times the loss, at the same rate, on the same batches: in the worst wreck the
# hidden units were thrown to where they are silent more than three times out of four. A fault that
# shows only now and then is the worst kind.
#
# ### Two claims, settled
#
# **"Take the rate at which the loss falls most steeply."** *True here* within a factor of two or
# three, *when* the start of the curve is left out; *not here* if it is followed blindly.
#
# **"A range test replaces a search."** *Not here*: it finds the decade of the cliff, at about
# a ninetieth of the price. Which rate of that decade is best depends on the budget, and three or
# four full runs around the suggestion settle that. **A range test tells you where to search.**

# %% [markdown]
# ## Your experiment
#
# Run your range test on MNIST-1D first if you like: which rate does it suggest? **Now search for
# the best rate of whole runs**, of 100 or of 600 updates; the only method is `"SGD"`, and what is
# compared are rates. Is the best one surely better than the runner-up, or is there a flat region in
# which any rate will do?
#
# You write a plan as data and the course trains it: which methods, which rates, how many of the ten
# seeds, which data (`"training"`, `"validation"`, `"test"`) choose each method's rate, and which
# judge it. Rates move to the nearest rung of a ladder with steps of 1.32.
#
# Then write down what *your* runs support: which is lower (here `"lower"` is a rate), and whether
# you are sure (`True` or `False`). The plan is graded by its design, the finding by whether it
# follows from the plan's own runs.

# %% nbgrader={"grade_id": "experiment_10", "solution": true}
experiment_10 = {
    "plan": {
        "methods": [],
        "rates": [],
        "seeds": 1,
        "updates": 600,
        "choose_on": "?",
        "judge_on": "?",
    },
    "finding": {"lower": "?", "sure": "?"},
}
### BEGIN SOLUTION
experiment_10 = {
    "plan": {
        "methods": ["SGD"],
        "rates": [0.064, 0.15, 0.33, 0.76, 1.7],
        "seeds": 10,
        "updates": 600,
        "choose_on": "validation",
        "judge_on": "test",
    },
    "finding": {"lower": 0.333, "sure": True},
}
### END SOLUTION

# %%
experiment("experiment_10", experiment_10["plan"])

# %% nbgrader={"grade_id": "check_experiment_10", "grade": true, "points": 3}
check("experiment_10", experiment_10)

# %% [markdown]
# ## Your conclusion (3 points, read by a person)
#
# In 80 to 120 words: *You have a new network and a budget for five full trainings. Do you spend 100
# updates on a range test, and what do you do with its answer?* One point each: (1) describe how far
# the ten suggestions agreed, with numbers and the rule you mean; (2) compare what a suggestion
# earned with the full search, with two numbers; (3) say what you would do with the five trainings,
# or name a limit of this experiment.

# %% [markdown] nbgrader={"grade_id": "conclusion", "grade": true, "solution": true, "points": 3}
# Yes, it costs an eighth of one training of 800 updates. By the steepest fall two of ten tests said
# 0.001, which is absurd; without the first ten rates all ten lie between about 0.4 and 1.2. A tenth
# of the lowest is steadier and too timid: after 800 updates a median of 0.11, against 0.044 for the
# best of the search; the steepest fall without the start has a median near 0.05. I would look at
# the curve, then spend the five trainings on half, one and two times the suggestion, and on two
# rates around the winner. One network and plain descent: with momentum or Adam the cliff lies
# elsewhere, and the test has to be repeated.

# %% [markdown]
# ## Exit quiz
#
# **q1.** What does the lowest point of the curve mark?
#
# - (a) the best rate for training
# - (b) about the largest rate at which the loss still falls
# - (c) the loss that training with this rate would reach
#
# **q2.** $\beta = 0.9$, the first loss is 2. What is the first entry of the corrected average?
#
# - (a) 0.2
# - (b) 1.8
# - (c) 2
#
# **q3.** You repeat the test with three times as many updates over the same range. The steepest
# fall ...
#
# - (a) stays: it is a property of the network
# - (b) moves to smaller rates
# - (c) moves to larger rates
#
# **q4.** After the test you begin to train. What has to be as it was before the test?
#
# - (a) the weights
# - (b) the weights, and the state of the optimizer
# - (c) nothing: the test has already trained a little

# %% nbgrader={"grade_id": "quiz_10", "solution": true}
quiz_10 = {"q1": "?", "q2": "?", "q3": "?", "q4": "?"}
### BEGIN SOLUTION
quiz_10 = {"q1": "b", "q2": "c", "q3": "b", "q4": "b"}
### END SOLUTION

# %% nbgrader={"grade_id": "check_quiz_10", "grade": true, "points": 1}
check("quiz_10", quiz_10)

# %% [markdown]
# > **What practitioners do.** Smith (2017) used the test for the two bounds of a cyclical rate, and
# > with it made the rate something that one measures. fastai built it in and made it popular
# > (Howard & Gugger 2020). Groups that can afford it search instead: random or quasi-random rates
# > on a logarithmic scale, the budget they will really use, and a check that the best is not at the
# > edge (Godbole et al. 2023). And the test is read backwards too: where the loss explodes is a
# > measurement of the largest curvature, and warmup (unit 12) moves it (Gilmer et al. 2022).
#
# ## Further reading
#
# - L. Smith (2017), *Cyclical Learning Rates for Training Neural Networks*, WACV, section 3.3.
# - J. Howard and S. Gugger (2020), *fastai: A Layered API for Deep Learning*, Information 11.
# - J. Gilmer et al. (2022), *A Loss Curvature Perspective on Training Instabilities of Deep
#   Learning Models*, ICLR.
# - V. Godbole et al. (2023), *Deep Learning Tuning Playbook*, Google Research, on GitHub.
