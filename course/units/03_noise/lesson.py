# %% [markdown]
# # 03 · Noise, and why rates decay
#
# Nobody measures the slope on all the data before each step: a handful of examples, a
# **mini-batch**, is cheaper and nearly right. Gradient descent on mini-batches is **stochastic
# gradient descent**, SGD. Today you find out what "nearly" costs, and predict it on real patients.
#
# **Time** 120 minutes. **Points** 24: read the curves 1, functions 14, repair 1, your experiment 3, predictions
# and quiz 2, written conclusion 3. **You need** units 01 and 02, and what a variance is.

# %% nbgrader={"grade_id": "setup", "locked": true}
from functools import partial

import matplotlib.pyplot as plt
import numpy as np

from autograders import check, experiment, your_code
from lrlib import data, figures, problems, style
from lrlib.labs import noise_floor as noise_floor_lab
from lrlib.optimizers import SGD
from lrlib.training import paired_interval, student_t, sweep

plt.rcParams.update(style.rc())

# %% [markdown]
# ## Live lab: the noise floor
#
# A bowl of curvature 1; the gradient of one sample has variance 4. Many runs, and their mean.
#
# **Challenge:** at a rate below 1, put your line within 15 % of where the mean levels off. Then
# halve the rate, and move the line *before* you look. Then four times the batch.

# %%
noise_floor_lab()

# %% [markdown]
# *In words: loss against the step, on a logarithmic scale: a jagged thin line for one run, a
# smoother one for the mean of 96 runs, which falls and then levels off, and a level line that you
# move. A sentence says where the mean levels off and how far away your line is.*
#
# *The lab as a still picture, for readers without a kernel:*
#
# ![Still picture of the lab, described in the words above](attachment:noise_floor.png)
#
# **After this unit you can**
#
# - cut an epoch into mini-batches, reproducibly, with every sample used once;
# - derive the noise floor of a bowl, and choose a batch that brings it down to a target;
# - scale a rate to a new batch size by two rules, and say where each of them ends;
# - say how sure a comparison of runs is: standard error, paired difference, number of seeds.
#
# ## Warm-up
#
# 1. (Unit 01) On a bowl of curvature $c$, each exact step multiplies $w$ by a number. By which?
# 2. (Unit 02) Of a bowl with curvatures 0.01 and 4: which one sets the largest stable rate, and
#    which one the waiting time?
# 3. Ten measurements have variance 4 each, and independent errors. Which variance has their mean?
#
# <details><summary>Answers</summary>
#
# 1. By $1 - \eta c$.
# 2. The 4 sets the limit, 2/4 = 0.5; the 0.01 sets the waiting time.
# 3. 0.4: the variance of a mean of $n$ is $n$ times smaller.
#
# </details>

# %% [markdown]
# ## Predict
#
# **p1.** In the lab the curvature is 1. On a bowl *four times as steep*, with the same noise in the
# gradient and the same small rate, the loss stops falling ...
#
# - (a) four times as high
# - (b) at a quarter of the height
# - (c) at about the same height
#
# **p2.** Two ways to draw batches of 16 from 442 patients. *Drawn*: every time 16 at random.
# *Shuffled*: shuffle all, deal them out, shuffle again. At a rate of 0.01, the floor of *shuffled*
# is ...
#
# - (a) lower, to less than half
# - (b) the same: one batch is as noisy as the other
# - (c) higher: the batches of one epoch depend on each other
#
# **p3.** Digits, six epochs whatever the batch. From batches of 4 to batches of 256, 64 times as
# large, the best rate grows ...
#
# - (a) hardly at all: the gradient has the same size on average
# - (b) about 10 times; the square root of 64 is 8
# - (c) about 30 times
# - (d) about 64 times, in proportion

# %% nbgrader={"grade_id": "predict_03", "solution": true}
predict_03 = {"p1": "?", "p2": "?", "p3": "?"}
### BEGIN SOLUTION
predict_03 = {"p1": "c", "p2": "a", "p3": "b"}
### END SOLUTION

# %% nbgrader={"grade_id": "check_predict_03", "grade": true, "points": 1}
check("predict_03", predict_03)

# %% [markdown]
# ## What holds the floor up
#
# A mini-batch gradient is the true one plus noise of mean zero: right on average, wrong each time.
# On a bowl one update is
#
# $$ w \leftarrow (1 - \eta c)\,w - \eta\,\xi, \qquad \operatorname{Var}\xi = \sigma^2 $$
#
# in words: shrink towards the bottom, then a random kick. Far out, the shrinking wins. Near the
# bottom there is hardly anything left to shrink, but **the kicks do not get smaller**. In
# between they balance, at the **noise floor**. Write $s$ for the mean of $w^2$; independent
# variances add, so $s \leftarrow (1 - \eta c)^2 s + \eta^2 \sigma^2$. It stands still where what shrinking takes,
# $(1 - (1 - \eta c)^2)\,s = \eta c\,(2 - \eta c)\,s$, equals what the kick adds, $\eta^2 \sigma^2$:
#
# $$ s = \frac{\eta\,\sigma^2}{c\,(2 - \eta c)}, \qquad \text{loss } \frac{c}{2}\,s =
# \frac{\eta\,\sigma^2}{2\,(2 - \eta c)} $$
#
# For small rates that is $\eta\sigma^2/4$, in proportion to the rate and to the variance. The
# curvature has gone: a steeper bowl weighs each stray more and lets it stray less. **p1** is (c).
# Does it hold? 2,000 walkers, 400 steps each, the lab's bowl.

# %%
rng = np.random.default_rng(0)
print("rate   measured   formula")
walked = {}
for rate in [1.6, 0.8, 0.4, 0.2, 0.1]:
    w = np.full(2000, 3.0)
    seen = []
    for _ in range(400):
        w = w - rate * (1.0 * w + 2.0 * rng.standard_normal(2000))
        seen.append(np.mean(w**2) / 2)
    walked[rate] = np.mean(seen[200:])
    print(f"{rate:4} {walked[rate]:10.3f} {rate * 4 / (2 * (2 - rate)):9.3f}")

# %% [markdown]
# From 0.2 to 0.1 the floor nearly halves. Time is not in the formula: waiting does not help. At
# large rates the floor rises *faster* than the rate, and at the limit of unit 02, where $\eta c =
# 2$, it goes to infinity: **noise of this kind does not move the limit, but you do not want to live
# near it.** A batch of $B$ divides $\sigma^2$ by $B$, and so the floor.

# %% [markdown]
# ## Worked example: a floor by hand
#
# Curvature 1, one-sample variance 4, rate 0.5, batch of one. Where does the loss settle?

# %%
c, variance, rate = 1.0, 4.0, 0.5

# 1. How much of the squared distance does one step keep?
kept = (1 - rate * c) ** 2
# 2. How much squared distance does one kick add?
added = rate**2 * variance
# 3. Find the squared distance at which what is lost equals what is added
balance = added / (1 - kept)
# 4. Turn the squared distance into a loss
floor = c / 2 * balance
print(f"keeps {kept}, adds {added}, balance {balance:.4f}, floor {floor:.4f}")

# %% [markdown]
# Sub-goal 3 is where sign and square go wrong: it is $1 - \text{kept}$, the share that is *lost*.
#
# **Your turn: the same bowl and rate, with batches of 16.** Only sub-goal 2 changes. Replace
# `None`; the mean of 16 samples is less noisy.

# %% nbgrader={"grade_id": "added_by_16", "solution": true}
added_by_16 = None  # 2. How much squared distance does one kick add?
### BEGIN SOLUTION
added_by_16 = rate**2 * variance / 16
### END SOLUTION
if added_by_16 is not None:
    print("floor:", c / 2 * added_by_16 / (1 - kept), "(0.0416..., a sixteenth, is right)")

# %% [markdown]
# ## Write it yourself
#
# ### An epoch of batches
#
# Draw everything from the generator that you are given, `rng.permutation(n)` for example. Then
# anyone who passes an equally seeded generator gets the same batches: that is what makes a run
# repeatable.


# %% nbgrader={"grade_id": "epoch_batches", "solution": true}
def epoch_batches(n, batch_size, rng):
    """Return the batches of one epoch: a random order of 0 ... n - 1, cut into pieces.

    n, batch_size: whole numbers, at least 1; batch_size may exceed n. rng: a NumPy Generator, the
    only source of chance. Returns a list of 1-D index arrays (whole numbers) of length batch_size;
    the last one is shorter if they do not come out even. Every index occurs exactly once.
    """
    ### BEGIN SOLUTION
    order = rng.permutation(n)
    return [order[start : start + batch_size] for start in range(0, n, batch_size)]
    ### END SOLUTION


# %% nbgrader={"grade_id": "check_epoch_batches", "grade": true, "points": 5}
check(epoch_batches)

# %% [markdown]
# ### The floor


# %% nbgrader={"grade_id": "noise_floor", "solution": true}
def noise_floor(lr, curvature, grad_variance):
    """Return the mean loss at which SGD settles on a bowl, for any rate that is stable.

    lr, curvature: numbers above 0, whose product is below 2. grad_variance: the variance of the
    gradient that each step uses (of a mini-batch, if it uses one), 0 or more. Returns one number.
    At rate 0.5, curvature 1 and variance 4 it is 0.6667; at rate 1.5 it is 6.0.
    """
    ### BEGIN SOLUTION
    return lr * grad_variance / (2 * (2 - lr * curvature))
    ### END SOLUTION


# %% nbgrader={"grade_id": "check_noise_floor", "grade": true, "points": 3}
check(noise_floor)

# %% [markdown]
# Green? Then let your formula set the lab's line. Take it to rates above 1: would the short form,
# $\eta\sigma^2/4$, still do there?

# %%
noise_floor_lab(noise_floor)

# %% [markdown]
# ### A batch for a floor
#
# Now the other way round: you know the floor that you can live with, and ask for the batch. A batch
# of $B$ divides the variance of one sample by $B$.
#
# **Before you write:** the floor of a single sample is five times too high. Which batch do you
# need? And if it is 5.2 times too high, or already low enough?
#
# <details><summary>Answer</summary>
#
# 5; 6, because 5 would leave it a little too high; and 1, the smallest batch there is.
#
# </details>


# %% nbgrader={"grade_id": "batch_for_floor", "solution": true}
def batch_for_floor(target, lr, curvature, sample_variance):
    """Return the smallest batch size with which the noise floor is at most target.

    target: a loss above 0. lr, curvature: numbers above 0, whose product is below 2.
    sample_variance: the variance of the gradient of one sample, 0 or more.
    Returns a whole number, at least 1. A floor exactly at target is low enough.
    At rate 0.5, curvature 1 and variance 4, a target of 0.1 needs a batch of 7, one of 1.0 a batch
    of 1.
    """
    ### BEGIN SOLUTION
    alone = lr * sample_variance / (2 * (2 - lr * curvature))
    return max(1, int(np.ceil(alone / target)))
    ### END SOLUTION


# %% nbgrader={"grade_id": "check_batch_for_floor", "grade": true, "points": 3}
check(batch_for_floor)

# %% [markdown]
# ### A rate for another batch size
#
# The **linear rule**: $k$ times the batch, $k$ times the rate; the ratio $\eta/B$, hence the floor
# at small rates, stays. The **square-root rule**: $k$ times the batch, $\sqrt k$ times the rate;
# the size of one kick, $\eta\sigma/\sqrt B$, stays. Write both; the experiment will judge.


# %% nbgrader={"grade_id": "scale_lr", "solution": true}
def scale_lr(lr, batch_size, new_batch_size, rule):
    """Return the rate for new_batch_size that corresponds to lr at batch_size.

    lr: a number above 0. batch_size, new_batch_size: whole numbers, at least 1; the new one may be
    smaller. rule: "linear" or "sqrt", as above. Returns one number. Raises ValueError for any other
    rule. From rate 0.1 at 64 to a batch of 256: "linear" gives 0.4 and "sqrt" 0.2.
    """
    ### BEGIN SOLUTION
    ratio = new_batch_size / batch_size
    if rule == "linear":
        return lr * ratio
    if rule == "sqrt":
        return lr * ratio**0.5
    raise ValueError(f'rule should be "linear" or "sqrt", but it is {rule!r}')
    ### END SOLUTION


# %% nbgrader={"grade_id": "check_scale_lr", "grade": true, "points": 3}
check(scale_lr)

# %% [markdown]
# > **Conventions.** *Epoch:* here every sample once, the last batch may be short. PyTorch's
# > `DataLoader` does the same with `shuffle=True`, loses the rest with `drop_last=True`, and
# > without `shuffle` serves the file's order for ever. Most theory draws every batch afresh
# > instead; below you see that it is not the same. *Batch size:* on several devices, "batch size
# > 32" may mean each or all; the rate belongs to *all*. *Mean or sum:* with the sum of a batch's
# > losses, $B$ is already in the gradient: the linear rule has then been applied once, unasked.
# > *Chance:* `np.random.permutation` draws from a state that all code shares; a `Generator` is
# > yours.

# %% [markdown]
# ## Read the curves
#
# Four recorded runs of real training. Look at the losses, the rate and the gradient together. For
# each run choose what happened, with what you would do first.

# %%
figures.runs_figure((7, 48, 13, 4))

# %% [markdown]
# *The four runs in words: one run in each row. On the left the training loss, the unseen loss and,
# dotted, the loss of a constant guess; in the middle the rate; on the right the norm of the
# gradient, all against updates.*
#
# <details><summary>The four runs in numbers</summary>
#
# - Run 7: 598 updates; a constant guess has loss 2.3. Training loss, at the start and after 10, 30,
#   60 and 100 %: 2.28, 12.5, 12.5, 17.4, 18.9; highest 5.53e+03 at 0%, lowest 2.28 at 0%. Unseen
#   loss, at the start and after 10, 30, 60 and 100 %: 19.8, 9.48, 16, 16.8, 15.9; highest 19.8 at
#   0%, lowest 6.76 at 50%. Rate, at the start and after 10, 30, 60 and 100 %: 42, 42, 42, 42, 42;
#   highest 42 at 0%, lowest 42 at 0%. Norm of the gradient, at the start and after 10, 30, 60 and
#   100 %: 0.671, 0.854, 0.945, 0.924, 0.607; highest 203 at 0%, lowest 0.308 at 36%.
# - Run 48: 598 updates; a constant guess has loss 2.3. Training loss, at the start and after 10,
#   30, 60 and 100 %: 2.94, 2.15, 1.89, 1.96, 1.52; highest 2.94 at 0%, lowest 0.998 at 65%. Unseen
#   loss, at the start and after 10, 30, 60 and 100 %: 2.11, 1.86, 1.87, 1.71, 1.89; highest 2.18 at
#   93%, lowest 1.68 at 87%. Rate, at the start and after 10, 30, 60 and 100 %: 0.3, 0.3, 0.3, 0.3,
#   0.3; highest 0.3 at 0%, lowest 0.3 at 0%. Norm of the gradient, at the start and after 10, 30,
#   60 and 100 %: 5.14, 2.49, 1.69, 3.36, 2.7; highest 7.79 at 96%, lowest 1.13 at 29%.
# - Run 13: 598 updates; a constant guess has loss 2.3. Training loss, at the start and after 10,
#   30, 60 and 100 %: 2.66, 1.4, 1.47, 0.875, 1.16; highest 3.32 at 11%, lowest 6.09e-05 at 60%.
#   Unseen loss, at the start and after 10, 30, 60 and 100 %: 1.21, 1.16, 1.07, 1.14, 1.37; highest
#   2.03 at 17%, lowest 0.772 at 3%. Rate, at the start and after 10, 30, 60 and 100 %: 0.15, 0.15,
#   0.15, 0.15, 0.15; highest 0.15 at 0%, lowest 0.15 at 0%. Norm of the gradient, at the start and
#   after 10, 30, 60 and 100 %: 1.56, 2.96, 0.987, 0.145, 0.496; highest 4.9 at 22%, lowest 0.000526
#   at 60%.
# - Run 4: 598 updates; a constant guess has loss 2.3. Training loss, at the start and after 10, 30,
#   60 and 100 %: 2.28, 2.22, 2.19, 2.14, 2.04; highest 2.36 at 5%, lowest 1.95 at 95%. Unseen loss,
#   at the start and after 10, 30, 60 and 100 %: 2.3, 2.26, 2.21, 2.15, 2.05; highest 2.3 at 0%,
#   lowest 2.05 at 97%. Rate, at the start and after 10, 30, 60 and 100 %: 0.0028, 0.0028, 0.0028,
#   0.0028, 0.0028; highest 0.0028 at 0%, lowest 0.0028 at 0%. Norm of the gradient, at the start
#   and after 10, 30, 60 and 100 %: 0.671, 0.666, 0.743, 0.645, 0.532; highest 0.973 at 99%, lowest
#   0.494 at 16%.
#
# </details>
#
# **c1.** Run 7 (network 64-32-10 on the digits): what happened, and what do you do first?
#
# - (a) *too low*: Raise the rate threefold, and again, until the loss no longer falls faster.
# - (b) *on the noise floor*: Lower the rate in the second half of the run.
# - (c) *stuck*: Start anew with a lower rate: the units that a large step killed do not come back.
# - (d) *unstable*: Lower the rate threefold, and again, until the loss falls from the start.
#
# **c2.** Run 48 (network 40-64-64-10 on MNIST-1D): what happened, and what do you do first?
#
# - (a) *too low*: Raise the rate threefold, and again, until the loss no longer falls faster.
# - (b) *right*: Keep the rate and its schedule; a shorter or longer run is the next question.
# - (c) *unstable*: Lower the rate threefold, and again, until the loss falls from the start.
# - (d) *on the noise floor*: Lower the rate in the second half of the run.
#
# **c3.** Run 13 (network 64-32-10 on the digits): what happened, and what do you do first?
#
# - (a) *too low*: Raise the rate threefold, and again, until the loss no longer falls faster.
# - (b) *on the noise floor*: Lower the rate in the second half of the run.
# - (c) *stuck*: Start anew with a lower rate: the units that a large step killed do not come back.
# - (d) *right*: Keep the rate and its schedule; a shorter or longer run is the next question.
#
# **c4.** Run 4 (network 64-32-10 on the digits): what happened, and what do you do first?
#
# - (a) *too low*: Raise the rate threefold, and again, until the loss no longer falls faster.
# - (b) *stuck*: Start anew with a lower rate: the units that a large step killed do not come back.
# - (c) *unstable*: Lower the rate threefold, and again, until the loss falls from the start.
# - (d) *right*: Keep the rate and its schedule; a shorter or longer run is the next question.

# %% nbgrader={"grade_id": "curves_03", "solution": true}
curves_03 = {"c1": "?", "c2": "?", "c3": "?", "c4": "?"}
### BEGIN SOLUTION
curves_03 = {"c1": "d", "c2": "d", "c3": "b", "c4": "a"}
### END SOLUTION

# %% nbgrader={"grade_id": "check_curves_03", "grade": true, "points": 1}
check("curves_03", curves_03)

# %% [markdown]
# ## Bug museum: the last step of the epoch
#
# When a large batch does not fit into memory, one sums the gradients of several small ones and then
# steps: *gradient accumulation*. Until version 4.55 (August 2025) the `Trainer` of Hugging Face's
# transformers did it like this, retold:


# %%
def accumulated(gradients, accumulate):
    updates = []
    for start in range(0, len(gradients), accumulate):
        group = gradients[start : start + accumulate]
        updates.append(sum(gradient / accumulate for gradient in group))
    return updates


print("five equal small batches, two to a step:", accumulated([1.0] * 5, accumulate=2))

# %% [markdown]
# **Find** the fault, **explain** in a sentence what it did to the learning rate and why nobody saw
# it for long, and **fix** it below.
#
# <details><summary>What happened</summary>
#
# Five batches make two full groups and one of a single batch. That one was divided by two all the
# same, so the last update of every epoch was half as long: a rate of half, for one step. The user
# who reported it saw the gradient norm go 36.2, 36.2, 18.1 in each epoch
# (huggingface/transformers, issue 38837; fixed in pull request 39659, 2025). In an epoch of a
# thousand steps it is invisible; with three steps an epoch it is a sixth of all learning. In the
# review somebody asked whether the smaller step was not safer, since a short group is noisier. That
# is a fair question (`scale_lr` answers it), but a rate should be chosen, not happen.
#
# </details>


# %% nbgrader={"grade_id": "repaired_accumulation", "solution": true}
def repaired_accumulation(gradients, accumulate):
    """Return the list of updates, each the mean of the gradients of its group, however short.

    gradients: a list of numbers, at least one, in order. accumulate: how many make a group, a whole
    number, at least 1; the last group may be shorter. Returns one number for each group.
    """
    ### BEGIN SOLUTION
    groups = [
        gradients[start : start + accumulate] for start in range(0, len(gradients), accumulate)
    ]
    return [sum(group) / len(group) for group in groups]
    ### END SOLUTION


# %% nbgrader={"grade_id": "check_repaired_accumulation", "grade": true, "points": 1}
check(repaired_accumulation)

# %% [markdown]
# ## Experiment 1: a floor predicted
#
# The patients of unit 02, standardised: a real bowl, whose bottom we know. Start *at* the bottom,
# and watch how far the noise carries the weights away. Below, `descend` walks several rates at
# once, with the batches that it is given.

# %%
patients = data.load_diabetes().standardised()
X, y = np.column_stack([patients.X, np.ones(442)]), patients.y
bottom = np.linalg.lstsq(X, y)[0]
least = np.mean((X @ bottom - y) ** 2) / 2


def descend(w0, rates, epochs, batches_of):
    """Mean squared error above the least after each epoch, shape (epochs, rates)."""
    w, t, above = np.tile(w0, (len(rates(0)), 1)), 0, []
    for _ in range(epochs):
        for rows in batches_of():
            slope = (w @ X[rows].T - y[rows]) @ X[rows] / len(rows)
            w, t = w - rates(t)[:, None] * slope, t + 1
        above.append(np.mean((w @ X.T - y) ** 2, axis=1) / 2 - least)
    return np.array(above)


# %% [markdown]
# The prediction: in its own directions (unit 02) the bowl is eleven bowls, one for each curvature.
# Add up eleven floors. Each needs the variance of the gradient along its direction, from the 442
# gradients at the bottom, divided by the batch size.

# %%
curvatures, directions = np.linalg.eigh(X.T @ X / 442)
each = X * (X @ bottom - y)[:, None]
variances = np.mean((each @ directions) ** 2, axis=0)
tried = np.array([0.01, 0.03, 0.1, 0.3])
floors = {}
with your_code():
    for rate in tried:
        parts = [noise_floor(rate, c, v / 16) for c, v in zip(curvatures, variances)]
        floors.setdefault("predicted", []).append(sum(parts))
    for name in ["drawn", "shuffled", "no short", "short first"]:
        levels = []
        for seed in range(5):
            rng = np.random.default_rng(seed)
            deal = {
                "drawn": partial(rng.integers, 0, 442, (28, 16)),
                "shuffled": partial(epoch_batches, 442, 16, rng),
                "no short": lambda rng=rng: epoch_batches(442, 16, rng)[:-1],
                "short first": lambda rng=rng: epoch_batches(442, 16, rng)[::-1],
            }
            levels.append(descend(bottom, lambda t: tried, 80, deal[name])[30:].mean(axis=0))
        floors[name] = np.mean(levels, axis=0)
    print("rate       ", "  ".join(f"{rate:6}" for rate in tried))
    for name, level in floors.items():
        print(f"{name:11}", "  ".join(f"{value:6.2f}" for value in level))

# %% [markdown]
# Read the rows *predicted* and *drawn*. Up to a rate of 0.1 a formula for one bowl, summed over
# eleven, is right to about a tenth, on real patients. At 0.3 the truth is worse: a batch also gets
# the *curvature* wrong, and far from the bottom its gradients disagree more; the formula knows
# neither.
#
# Now *shuffled*: at the smallest rate not a tenth of it. **p2** is (a). One batch is as noisy as
# the other, but in a shuffled epoch every patient has pulled exactly once, so the kicks of an epoch
# nearly cancel. That works while steps are small; with large ones the weights have moved on before
# the other half of the pull arrives.
#
# And at 0.3, *shuffled* is the worse of the two. The cause is the last batch of each epoch: it
# holds only 10 patients, so it is the noisiest, and we measured right after it. The last two rows
# show it: leave the short batch out and the floor is 235; deal it *first*, so that the others can
# repair what it did, and it is 238. A short batch at the full rate is a small fault at small
# rates, and a large one at large rates.

# %% [markdown]
# ## Why rates decay
#
# Now from zero, where there is still far to go: three fixed rates, and one that starts at the
# largest and shrinks like $1/t$.

# %%
plans = {
    "0.2": lambda t: 0.2,
    "0.05": lambda t: 0.05,
    "0.0125": lambda t: 0.0125,
    "0.2, shrinking": lambda t: 0.2 / (1 + t / 50),
}


def together(t):
    return np.array([plan(t) for plan in plans.values()])


with your_code():
    walks = []
    for seed in range(5):
        rng = np.random.default_rng(seed)
        epochs = [epoch_batches(442, 16, rng) for _ in range(100)]
        walks.append(descend(np.zeros(11), together, 100, partial(next, iter(epochs))))
    curves = dict(zip(plans, np.mean(walks, axis=0).T))
    late = {name: curve[80:].mean() for name, curve in curves.items()}
    print("epochs                 1         3        10    81 to 100")
    for name, curve in curves.items():
        at = "  ".join(f"{curve[e - 1]:8.2f}" for e in [1, 3, 10])
        print(f"{name:14} {at} {late[name]:12.2f}")

# %%
with your_code():
    named = list(curves.items())
    fig, ax = plt.subplots()
    for i, (name, curve) in enumerate(named):
        ax.loglog(np.arange(1, 101), curve, label=f"rate {name}", **style.series(i))
    ax.set(xlabel="epochs", ylabel="loss above the least", title="Three fixed rates, one decays")
    ax.legend()

# %% [markdown]
# *Figure 1 in words: loss above the least against epochs, both axes logarithmic. Rate 0.2 falls at
# once and then goes up and down around 140. Rate 0.05 takes three epochs to 30 and then goes up and
# down above 10. Rate 0.0125 is far above both for three epochs and ends below both, with little
# shaking. The shrinking rate is among the lowest from the first epoch on, and ends lowest of all.*
#
# Read the last row of the table against the others. Each fixed rate is the best of the three for
# a while: 0.2 in the first epoch, 0.05 in the third, 0.0125 in the last twenty. Far from the
# minimum the distance limits you; near it, the noise does. A rate that shrinks is large while that
# helps and small when that helps. Robbins and Monro (1951) proved that it works if the rates add
# up to infinity, or you may never arrive, and their squares do not, so that all kicks together stay
# finite. $1/t$ does both. The first is needed; the second is the safe side: on a bowl the floor
# follows *any* rate that goes to zero, $1/\sqrt t$ too, whose squares add up to infinity. (In the
# end 5.6 is left, and nearly all of it is no floor: it is the flat direction of unit 02, still on
# its way. Shrink too early and you stop too far out: unit 05.)

# %% [markdown]
# ## How sure can one be?
#
# Run SGD again with other batches and the loss comes out different. So when is one rate *better*
# than another? Softmax regression on the digits, six epochs with batches of 4, twenty seeds, loss
# on unseen images. Both rates get the same batches from the same seed.

# %%
train_part, unseen_part = data.load_digits().split(seed=0)
problem, exam = (problems.SoftmaxRegression(part) for part in (train_part, unseen_part))
steps = 6 * -(-problem.n_samples // 4)
seeds = list(range(20))
runs = sweep(problem, SGD(), [0.35, 0.5], steps, batch_size=4, seed=seeds, dtype=np.float32)
low, high = runs.measure(exam.loss).T
for rate, loss in [(0.35, low), (0.5, high)]:
    spread = loss.std(ddof=1)
    error = spread / np.sqrt(20)
    print(
        f"rate {rate}: mean {loss.mean():.4f}, deviation {spread:.4f}, standard error {error:.4f}"
    )
apart = np.sqrt((low.var(ddof=1) + high.var(ddof=1)) / 20)
print(f"difference of the means {(high - low).mean():+.4f}, its standard error {apart:.4f}")

# %% [markdown]
# The difference is about as large as its error. **Your turn:** both rates had the same batches, so
# subtract run by run first. What is the standard error of the mean of the twenty differences?

# %% nbgrader={"grade_id": "paired_error", "solution": true}
paired = None  # from high - low
### BEGIN SOLUTION
paired = (high - low).std(ddof=1) / np.sqrt(20)
### END SOLUTION
if paired is not None:
    print(f"standard error of the paired difference {paired:.4f} (0.0017 is right)")
    print("with its 95 % interval:", paired_interval(high, low))

# %% [markdown]
# - The **standard deviation** $s$ says how far one run strays. The **standard error** of a mean of
#   $n$ runs is $s/\sqrt n$: the mean of $n$ has a variance $n$ times smaller.
# - Of two separate means the variances add. Here the error, 0.0048, is as large as the difference,
#   and you could not tell.
# - A **paired difference** subtracts run by run, seed by seed. What makes a seed hard for both
#   rates cancels, and the error is 0.0017: three times smaller, as if you had nine times the runs.
# - The **confidence interval** reaches $t$ standard errors to each side, and $t$ grows when $n$ is
#   small, because $s$ is then a guess itself (Student 1908).
#
# Rate 0.5 is lower, in 17 of 20 runs. What would you have concluded from five seeds?

# %%
rng = np.random.default_rng(0)
print("seeds  t     sure that 0.5 is lower  mean on the wrong side")
few = {}
for n in [3, 5, 10]:
    picks = np.array([rng.choice(20, n, replace=False) for _ in range(1000)])
    gaps = (high - low)[picks]
    means, errors = gaps.mean(axis=1), gaps.std(axis=1, ddof=1) / np.sqrt(n)
    few[n] = np.mean(means + student_t(n - 1) * errors < 0), np.mean(means > 0)
    print(f"{n:5}  {student_t(n - 1):.2f} {few[n][0]:23.0%} {few[n][1]:23.0%}")

# %% [markdown]
# With five seeds less than half of all experimenters could have been sure of a difference that is
# there, and a few would have seen it the wrong way round. With five, $t$ is 2.78 and the interval
# is $\pm 1.2\,s$: differences smaller than one deviation stay hidden. From here on, tables print
# intervals.
#
# One warning: all this trusts the deviation. Of seeds 20 to 39, one ended at 0.47, right after an
# unlucky last batch (two images: the short batch again). With it the interval reaches from −0.012
# to +0.010, although 0.5 is lower in 34 of 40 runs. **Look at the runs, not only at their mean.**
#
# ## Experiment 2: rate against batch size
#
# The same problem, six epochs whatever the batch: so a larger batch makes fewer updates. Four batch
# sizes, eleven rates, three seeds.

# %%
sizes, grid = [4, 16, 64, 256], 2.0 ** np.arange(-5, 6)
table = []
for size in sizes:
    steps = 6 * -(-problem.n_samples // size)
    runs = sweep(problem, SGD(), grid, steps, batch_size=size, seed=[0, 1, 2], dtype=np.float32)
    table.append(runs.measure(exam.loss).mean(axis=0))
table = np.array(table)
best = grid[table.argmin(axis=1)]

# %%
fig, ax = plt.subplots()
ax.imshow(np.log(table), cmap="cividis", aspect="auto")
for row, column in np.ndindex(table.shape):
    mark = "bold" if column == table[row].argmin() else "normal"
    shade = "black" if table[row, column] > 0.6 else "white"
    text = f"{table[row, column]:.2f}"
    ax.text(column, row, text, ha="center", va="center", color=shade, weight=mark, fontsize=8)
ax.set_xticks(range(11), [f"{rate:.2g}" for rate in grid])
ax.set_yticks(range(4), sizes)
ax.grid(False)
ax.set(xlabel="learning rate", ylabel="batch size", title="Loss on unseen digits after six epochs")

# %% [markdown]
# *Figure 2 in words: a table in colour, four batch sizes by eleven rates, each cell with its loss,
# the lowest of each row in bold. The low cells lie along a diagonal that goes right and down: at
# rate 0.5 for batches of 4, at 2 for 16, at 4 for 64, at 8 for 256. Left of it the loss rises
# because the rate is too small for the few updates, right of it because the rate is too large.*

# %%
with your_code():
    print("batch  updates  best rate  lowest loss  linear rule  square-root rule")
    for size, rate, losses in zip(sizes, best, table):
        linear, root = (scale_lr(best[0], 4, size, rule) for rule in ("linear", "sqrt"))
        steps = 6 * -(-problem.n_samples // size)
        print(f"{size:5} {steps:8} {rate:10} {losses.min():12.3f} {linear:12} {root:17}")

# %% [markdown]
# How far do you trust the column *best rate*? The images that judge also chose, three seeds are
# few, and the rates are a factor of two apart. So we did it again: three splits, rates tuned in two
# rounds (a factor of 3, then 1.32) with ten seeds on images that only choose, and judged with ten
# other seeds on others. The best rate grew from batch 4 to 256 by 6.8, 11.8 and 9.0 times on the
# three splits (9.0, 9.0 and 3.9 if the training loss chooses). **p3** is (b). A single seed at
# batch 4 would have chosen anything from 0.25 to 1.0.
#
# So the linear rule fails here, by far: it asks for 64 times. Nor is the square root a law. For a
# small network with tanh units on the same digits the factor was 5.2 to 9.0, and for softmax
# regression on MNIST-1D, noisy signals that no linear model fits, 27 to 36: where more of what
# limits the rate is noise, the rate follows the batch further.
#
# Still, the linear rule has its place. Follow the left part of figure 2 downwards: 0.345 at rate
# 1/32 with batches of 4, 0.345 at 1/8 with 16, 0.343 at 1/2 with 64. There it is nearly exact. As
# long as steps are small, four steps of one batch each and one step, four times as long, of all
# four together end at nearly the same place. Taken all the way, it says 32 at 256, with a loss of
# 0.45; the square root says 4, with 0.22.
#
# Why does it end? Take the noise away, all images at every update, and keep the number of updates:

# %%
quiet = {}
for size, row in [(16, 1), (256, 3)]:
    losses = sweep(problem, SGD(), grid, 6 * -(-problem.n_samples // size)).measure(exam.loss)
    quiet[size] = grid[losses.argmin()], losses.min()
    print(f"as many updates as with batches of {size}: ", end="")
    print(f"best rate {best[row]:g} ({table[row].min():.3f}),", end=" ")
    print(f"without noise {quiet[size][0]:g} ({quiet[size][1]:.3f})")

# %% [markdown]
# Without any noise the best rate is 8 for as many updates as batches of 16 make, and 16 for those of
# 256: no batch, however large, bears the 32 of the linear rule. What is left to hold the rate down
# is curvature, unit 02's business. In the large study the best rates without noise were 5.2 to 9
# and 9 to 11.8. **The linear rule is a rule for noise, and ends where curvature takes over.**
#
# And the column *lowest loss*: for the same six epochs the large study found batches of 4 to end 8 %
# below those of 16 (in 26 of 30 runs), and batches of 256 at twice the loss of 4 (in 30 of 30);
# between 16 and 64 it could not tell. Large batches save time if your machine computes them at
# once, but not examples.
#
# ### Three claims, settled
#
# **"Smaller rates need more epochs, but can end at better weights."** *True when the noise stays*,
# as on the patients, which no line fits: after three epochs 0.0125 stood at 1,476 and 0.05 at 30;
# over the last twenty, at 6.9 and 11.1. *Not here* for softmax on digits at equal epochs: the
# smallest rates end far above the best, because the epochs run out.
#
# **"Larger rates fluctuate around the optimum."** *True here*, and now with a number: the mean of
# the fluctuation is the floor, $\eta\sigma^2/4B$ for small rates. It is not the rate alone: four
# times the batch buys as much as a quarter of the rate.
#
# **"A fixed rate does not fit every stage of training."** *True when there is noise and time to
# reach the floor*: figure 1. If the budget ends before any floor is reached, a fixed rate is fine.

# %% [markdown]
# ## Your experiment
#
# A network on the digits makes 400 updates with either `"batch of 8"` or `"batch of 64"`: the larger
# batch sees eight times as many images. **Does it end lower for that, each at its own best rate?**
# Remember where the best rates of the two will lie, and let your grid reach past both.
#
# You write a plan as data and the course trains it: which methods, which rates, how many of the ten
# seeds, which data (`"training"`, `"validation"`, `"test"`) choose each method's rate, and which
# judge it. Rates move to the nearest rung of a ladder with steps of 1.32.
#
# Then write down what *your* runs support: which is lower, and whether you are sure (`True` or
# `False`). The plan is graded by its design, the finding by whether it follows from the plan's own
# runs.

# %% nbgrader={"grade_id": "experiment_03", "solution": true}
experiment_03 = {
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
experiment_03 = {
    "plan": {
        "methods": ["batch of 8", "batch of 64"],
        "rates": [0.11, 0.19, 0.33, 0.58, 1.0, 1.73],
        "seeds": 10,
        "updates": 400,
        "choose_on": "validation",
        "judge_on": "test",
    },
    "finding": {"lower": "batch of 64", "sure": True},
}
### END SOLUTION

# %%
experiment("experiment_03", experiment_03["plan"])

# %% nbgrader={"grade_id": "check_experiment_03", "grade": true, "points": 3}
check("experiment_03", experiment_03)

# %% [markdown]
# ## Your conclusion (3 points, read by a person)
#
# In 80 to 120 words: *A colleague has tuned a rate at batch size 16, now gets a machine that takes
# 256 at once, and multiplies the rate by 16. What do you answer?* One point each: (1) say what the
# linear rule keeps constant, and why it ends; (2) give at least two numbers from your table, for
# the rule and for the best rate; (3) say what your experiment cannot tell about the colleague's
# case.

# %% [markdown] nbgrader={"grade_id": "conclusion", "grade": true, "solution": true, "points": 3}
# The linear rule keeps rate divided by batch, and with it the noise floor at small rates. It ends
# where curvature limits the rate instead of noise. In our table the best rate at 16 was 2; the
# rule says 32 at 256, where the loss on unseen digits was 0.45, three times that of the best
# rate, 8 (0.16). So start from the square root (8, here just right) and tune upwards and downwards.
# And do not expect the old loss after the same epochs: 0.12 became 0.16, with 36 updates instead of
# 540. One convex model, one small data set, three seeds, rates a factor of two apart: where your
# own rule ends, these numbers cannot say.

# %% [markdown]
# ## Exit quiz
#
# **q1.** The loss of SGD at a small fixed rate has settled. You train ten times longer. The mean
# loss ...
#
# - (a) falls to a tenth of its height above the minimum
# - (b) rises: noise adds up
# - (c) stays where it is
#
# **q2.** Which change lowers the floor most, at a small rate?
#
# - (a) half the rate
# - (b) another seed
# - (c) a bowl four times as steep
# - (d) four times the batch
#
# **q3.** Rate 0.1 at batch 32 works well. What does the linear rule say for batch 8?
#
# - (a) 0.025
# - (b) 0.05
# - (c) 0.4
# - (d) 0.1
#
# **q4.** Two rates were run with the same five seeds. What tells you most about which is better?
#
# - (a) the two means: the lower one wins
# - (b) the five differences, seed by seed, with their interval
# - (c) the intervals of the two means: if they overlap, there is no difference
# - (d) the best run of each

# %% nbgrader={"grade_id": "quiz_03", "solution": true}
quiz_03 = {"q1": "?", "q2": "?", "q3": "?", "q4": "?"}
### BEGIN SOLUTION
quiz_03 = {"q1": "c", "q2": "d", "q3": "a", "q4": "b"}
### END SOLUTION

# %% nbgrader={"grade_id": "check_quiz_03", "grade": true, "points": 1}
check("quiz_03", quiz_03)

# %% [markdown]
# > **What practitioners do.** They pick the batch that fills the machine and tune the rate *for it*
# > (Godbole, Dahl, Gilmer, Shallue & Nado 2023). ResNet-50 was trained with batches of up to 8,192
# > by the linear rule, with a warmup (Goyal et al. 2017; unit 12); larger ones lost accuracy. A
# > survey of many models and data sets found that neither rule holds everywhere (Shallue, Lee,
# > Antognini, Sohl-Dickstein, Frostig & Dahl 2019). How far a batch may grow before it stops paying
# > can be estimated from the gradient's own variance (McCandlish, Kaplan, Amodei et al. 2018). For
# > Adam (unit 09), whose step does not grow with the gradient, theory favours the square root
# > (Malladi, Lyu, Panigrahi & Arora 2022). And instead of decaying the rate one may grow the batch:
# > the floor falls just the same (Smith, Kindermans, Ying & Le 2018).
#
# ## Further reading
#
# - H. Robbins and S. Monro (1951), *A Stochastic Approximation Method*, Annals of Mathematical
#   Statistics 22.
# - Student (W. S. Gosset) (1908), *The Probable Error of a Mean*, Biometrika 6.
# - A. Krizhevsky (2014), *One weird trick for parallelizing convolutional neural networks*,
#   arXiv:1404.5997: the square root in theory, the linear rule in practice.
# - P. Goyal et al. (2017), *Accurate, Large Minibatch SGD: Training ImageNet in 1 Hour*,
#   arXiv:1706.02677.
# - E. Hoffer, I. Hubara and D. Soudry (2017), *Train longer, generalize better*, NeurIPS.
# - L. Bottou, F. Curtis and J. Nocedal (2018), *Optimization Methods for Large-Scale Machine
#   Learning*, SIAM Review 60: the theory of this unit.
# - S. McCandlish, J. Kaplan, D. Amodei et al. (2018), *An Empirical Model of Large-Batch Training*,
#   arXiv:1812.06162.
# - S. Smith, P.-J. Kindermans, C. Ying and Q. Le (2018), *Don't Decay the Learning Rate, Increase
#   the Batch Size*, ICLR.
# - C. Shallue et al. (2019), *Measuring the Effects of Data Parallelism on Neural Network
#   Training*, JMLR 20.
# - K. Mishchenko, A. Khaled and P. Richtárik (2020), *Random Reshuffling: Simple Analysis with Vast
#   Improvements*, NeurIPS: why dealing beats drawing.
# - S. Malladi, K. Lyu, A. Panigrahi and S. Arora (2022), *On the SDEs and Scaling Rules for
#   Adaptive Gradient Algorithms*, NeurIPS.
# - V. Godbole et al. (2023), *Deep Learning Tuning Playbook*, Google Research, on GitHub.
