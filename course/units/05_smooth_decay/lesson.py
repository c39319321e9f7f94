# %% [markdown]
# # 05 · Smooth decay
#
# Instead of a cliff, a slope: lower the rate a little at every update. There are three famous ways,
# and a long quarrel about which is best. Today you write all three, and find that most of the
# quarrel is about two numbers that are not in any of the formulas.
#
# **Time** 115 minutes. **Points** 24: read the curves 1, functions 14, repair 1, your experiment 3, predictions and quiz 2, written conclusion 3.
# **You need** units 01, 03 and 04.

# %% nbgrader={"grade_id": "setup", "locked": true}
import matplotlib.pyplot as plt
import numpy as np

from autograders import check, experiment
from autograders.notebook.your_code import your_code
from lrlib import data, figures, problems, schedules, style
from lrlib.labs import same_ends
from lrlib.optimizers import SGD
from lrlib.training import sweep, train

plt.rcParams.update(style.rc())

# %% [markdown]
# ## Live lab: same ends, different paths
#
# Three decays are pinned to one first and one last rate. The lab adds up each (*area*), and trains
# a real network with each.
#
# **Challenge:** find the power that gives the polynomial the same area as the exponential. Then
# look at the two losses again: how much of their difference is left?

# %%
same_ends()

# %% [markdown]
# *In words: on the left the rate against the step, three falling curves with common ends; the area
# under the exponential is shaded. On the right the training loss of each on a logarithmic scale. A
# sentence below gives each curve's area and last loss.*
#
# *The lab as a still picture, for readers without a kernel:*
#
# ![Still picture of the lab, described in the words above](attachment:same_ends.png)
#
# **After this unit you can**
#
# - write exponential, polynomial and inverse-time decay, and tell them apart on a plot;
# - say how far a schedule lets the weights walk (the *total* of its rates) and how much it lets
#   them shake at the end (its *last* rates), and read a result with both;
# - turn a decay factor into a half-life, and two ends into a decay factor;
# - compare schedules fairly: each at its own best first rate, chosen on data that does not judge.
#
# ## Warm-up
#
# 1. (Unit 04) A drop to a tenth makes the loss plunge. What has become smaller, and what has become
#    slower?
# 2. (Unit 01) On a bowl of curvature $c$ one step at rate $\eta$ multiplies $w$ by $1 - \eta c$.
#    The rates are $\eta_0, \eta_1, \eta_2$: what is $w$ multiplied by after three steps?
# 3. (School) $0.01^{1/2}$ is what?
#
# <details><summary>Answers</summary>
#
# 1. The shaking across the valley has become smaller; the walk along it, slower.
# 2. $(1 - \eta_0 c)(1 - \eta_1 c)(1 - \eta_2 c)$. Keep this one in mind.
# 3. 0.1: halfway down a multiplication by 0.01 is a multiplication by 0.1, not by 0.5.
#
# </details>

# %% [markdown]
# ## Predict
#
# **p1.** A valley is long and gentle, its curvature times the rate is tiny, and there is no noise.
# How far a run gets along it in 1,500 updates depends, very nearly, on ...
#
# - (a) the first rate: the large steps are made early
# - (b) the order of the rates: large ones help most while there is far to go
# - (c) the sum of all rates, in whatever order they come
#
# **p2.** An *exponential*, a *straight line* (polynomial of power 1) and *inverse time*,
# $\eta_0 / (1 + kt)$, train a network on the digits, with one label in ten drawn at random. All
# fall to a hundredth in 1,500 updates, each from *its own* best first rate. The lowest loss on
# unseen images has ...
#
# - (a) the exponential: quickly down, then a long time of fine tuning
# - (b) the straight line
# - (c) inverse time: it is the one that theory recommends
# - (d) none: each at its best, they are level
#
# **p3.** You have searched for the best *fixed* rate and found 0.35. Now you switch to a rate that
# decays to a hundredth. The best *first* rate is then ...
#
# - (a) the same
# - (b) smaller
# - (c) larger

# %% nbgrader={"grade_id": "predict_05", "solution": true}
predict_05 = {"p1": "?", "p2": "?", "p3": "?"}
### BEGIN SOLUTION
predict_05 = {"p1": "c", "p2": "b", "p3": "c"}
### END SOLUTION

# %% nbgrader={"grade_id": "check_predict_05", "grade": true, "points": 1}
check("predict_05", predict_05)

# %% [markdown]
# ## Two numbers that decide
#
# Back into the valley of unit 04: curvature 10 across, 0.02 along, noise in every gradient. All
# rates start at 0.15 and end at a hundredth of that.

# %%
valley = problems.NoisyQuadratic((10.0, 0.02), noise=1.0)
start, steps = np.array([0.0, 10.0]), 600
paths = {
    "straight line": schedules.PolynomialDecay(0.15, 0.0015, steps, power=1),
    "exponential": schedules.ExponentialDecay(0.15, gamma=0.01, every=steps),
    "inverse time": schedules.InverseTimeDecay(0.15, rate=99, every=steps),
    "fixed": schedules.Constant(0.15),
}
valley_ends = {}
print("                total   along the valley:         across:")
print("              of rates  exp(-0.04 total)   loss    loss")
for name, schedule in paths.items():
    walks = [
        train(valley, SGD(), schedule, steps, batch_size=1, seed=s, w0=start, progress=False)
        for s in range(30)
    ]
    across, along = np.mean([walk.w**2 for walk in walks], axis=0) * [5, 0.01]
    total = schedule(np.arange(steps)).sum()
    valley_ends[name] = total, np.exp(-0.04 * total), along, across
    print(f"{name:14} {total:7.1f} {valley_ends[name][1]:17.3f} {along:6.3f} {across:7.4f}")

# %% [markdown]
# **Along** the valley your warm-up answer is at work: $w$ is multiplied by $1 - \eta_t c$ again and
# again. For a small $\eta_t c$ that is nearly $e^{-\eta_t c}$, so after all updates
#
# $$ w \approx w_0 \; e^{-c\,(\eta_0 + \eta_1 + \dots)} $$
#
# and the loss, a square, shrinks by the square of it. It starts at $0.02/2 \cdot 10^2 = 1$, so the
# column $e^{-0.04\,\text{total}}$ is the loss that should be left. For the three decays it agrees
# with what was measured. (The fixed rate ends above it: its noise, still at full strength, holds it
# on unit 03's floor along the valley too.) The *order* in which the rates came plays no part. **The
# total of the rates says how far you walk.**
#
# **Across** the valley the noise of early updates is soon forgotten: a rate $\eta$ shrinks what
# earlier noise left behind by $1 - \eta c$ at every update, so it remembers about $1/(\eta c)$
# updates. The fixed rate walks farthest and is still shaking: its loss across is about a hundred
# times that of the line, and more than that of the others. The three decays share their last rate,
# 0.0015, and still differ by up to a factor of three, because at that rate the memory is long:
# $1/(0.0015 \cdot 10)$ is 67 updates, and within the last 67 the line comes down from 0.018, the
# exponential from 0.0025. **The rates of the last $1/(\eta c)$ updates say how much you shake.**
#
# So **p1** is (c). And totals differ: the exponential's total is less than half of the line's, and inverse
# time has less than a tenth of it. Schedules with equal ends can walk very unequal distances.

# %% [markdown]
# ## Worked example: half of the rate
#
# Exponential decay with `gamma = 0.1` and `every = 500` keeps a tenth over every 500 updates. After
# how many updates is *half* left?

# %%
gamma, every = 0.1, 500

# 1. Write down what is asked: gamma ** (t / every) = 1/2
# 2. Take the logarithm of both sides: t / every * log(gamma) = log(1/2)
# 3. Solve for t
t_half = every * np.log(1 / 2) / np.log(gamma)
# 4. Put the result back
print(f"t = {t_half:.1f}, and gamma ** (t / every) = {gamma ** (t_half / every)}")

# %% [markdown]
# Not 250, and not 278, where a straight line between the same ends has lost half: half is gone
# after 151 updates, half of the rest after 151 more, and so on for ever. That is what *exponential*
# means.
#
# **Your turn, the other way round.** You know both ends, 0.5 and 0.005 after 1,500 updates, and
# want the factor for `every = 100`. Sub-goals 1 and 2 are given; replace `None` by sub-goal 3.

# %% nbgrader={"grade_id": "gamma_for_ends", "solution": true}
# 1. Write down what is asked: 0.5 * gamma ** (1500 / 100) = 0.005
# 2. Divide by the first rate: gamma ** 15 = 0.01
gamma_for_ends = None  # 3. Solve for gamma
### BEGIN SOLUTION
gamma_for_ends = 0.01 ** (1 / 15)
### END SOLUTION
print("gamma for every 100 updates:", gamma_for_ends, "(0.7356... is right)")

# %% [markdown]
# ## Write it yourself
#
# ### Exponential decay
#
# The curve that meets step decay at every boundary, without the steps.


# %% nbgrader={"grade_id": "exponential_decay", "solution": true}
def exponential_decay(t, *, lr0, gamma, every):
    """Return the rate of update t, which falls by an equal share at every update.

    t: one whole number, 0 or more (updates already made). lr0: the first rate.
    gamma: what is left of the rate after `every` updates, above 0 and at most 1.
    every: a time scale in updates, at least 1; the decay goes on after it.
    Returns one number. With lr0 = 0.8, gamma = 0.25 and every = 4, update 2 has rate 0.4 and
    update 8 has 0.05.
    """
    ### BEGIN SOLUTION
    return lr0 * gamma ** (t / every)
    ### END SOLUTION


# %% nbgrader={"grade_id": "check_exponential_decay", "grade": true, "points": 3}
check(exponential_decay)

# %% [markdown]
# ### Polynomial decay
#
# This is the only one of the three that *arrives* at its last rate, so it needs to know the length
# of the run. It follows a power of the time that is **left**: power 1 is a straight line, a power
# above 1 falls fast at first, and one below 1 falls fast at the end.


# %% nbgrader={"grade_id": "polynomial_decay", "solution": true}
def polynomial_decay(t, *, lr0, lr_end, steps, power):
    """Return the rate of update t, whose distance from lr_end follows a power of the time left.

    t: one whole number, 0 or more, which may lie beyond steps. lr0, lr_end: first and last rate.
    steps: updates until lr_end, at least 1; after that the rate stays lr_end. The time left is a
    share of steps, 1 at the start; the distance that remains is that share to the power `power`,
    which is above 0. Returns one number.
    With lr0 = 0.9, lr_end = 0.1, steps = 8 and power = 2, update 4 has rate 0.3, update 10 has 0.1.
    """
    ### BEGIN SOLUTION
    time_left = 1 - min(t, steps) / steps
    return lr_end + (lr0 - lr_end) * time_left**power
    ### END SOLUTION


# %% nbgrader={"grade_id": "check_polynomial_decay", "grade": true, "points": 3}
check(polynomial_decay)

# %% [markdown]
# ### Inverse-time decay
#
# Also called time-based, or simply *the decaying rate*. Look at the divisor: it grows by the same
# amount at every update, so the rate falls quickly at first and then hardly at all.


# %% nbgrader={"grade_id": "inverse_time_decay", "solution": true}
def inverse_time_decay(t, *, lr0, rate, every):
    """Return the rate of update t: the first rate over a divisor that is 1 at t = 0.

    t: one whole number, 0 or more. lr0: the first rate.
    rate: how much the divisor grows over `every` updates, 0 or more, in equal parts at each.
    every: a time scale in updates, at least 1; the decay goes on after it.
    Returns one number. With lr0 = 0.9, rate = 4 and every = 8, update 4 has rate 0.3 and update 8
    has 0.18.
    """
    ### BEGIN SOLUTION
    return lr0 / (1 + rate * t / every)
    ### END SOLUTION


# %% nbgrader={"grade_id": "check_inverse_time_decay", "grade": true, "points": 3}
check(inverse_time_decay)

# %% [markdown]
# ### The half-life
#
# The worked example as a function. A half-life need not be a whole number: do not round.


# %% nbgrader={"grade_id": "half_life", "solution": true}
def half_life(gamma, every):
    """Return after how many updates half of the rate is left.

    gamma: what is left of the rate after `every` updates, above 0 and below 1.
    every: a number of updates, at least 1.
    Returns one real number above 0, in updates. For gamma = 0.25 and every = 10 it is 5, for
    gamma = 0.1 and every = 10 it is 3.0103.
    """
    ### BEGIN SOLUTION
    return every * np.log(2) / -np.log(gamma)
    ### END SOLUTION


# %% nbgrader={"grade_id": "check_half_life", "grade": true, "points": 2}
check(half_life)

# %% [markdown]
# ### A decay for a distance
#
# The total says how far the weights walk. Now turn it round: a fixed rate has shown how far they
# have to walk, and you want an exponential decay that walks just as far. No formula solves this for
# the factor. But the larger the factor, the larger the total: so you can search.
#
# **Before you write:** a run has two updates and the first rate is 2. Which factor over the whole
# run gives a total of 3? Which the largest total that there is, and which total is out of reach
# however small the factor?
#
# <details><summary>Answer</summary>
#
# The second rate has to be 1, half of the first, after half of the run: over the whole run a
# quarter is left. A factor of 1 gives 4, the most. Totals of 2 or less are out of reach: the first
# update alone has that much.
#
# </details>


# %% nbgrader={"grade_id": "gamma_for_total", "solution": true}
def gamma_for_total(total, *, lr0, steps):
    """Return the factor with which exponential decay over a run has the given total of rates.

    total: what the rates of all updates of the run add up to, from the first update to the last;
    above lr0, at most that of a fixed rate. lr0: the first rate. steps: the updates of the run, at
    least 2; the factor is what is left of the rate after all of them.
    Returns one number above 0, at most 1, right to six digits.
    With lr0 = 2 and two steps, a total of 3 needs 0.25; with lr0 = 0.5 and 1,500 steps, a total of
    379, that of a straight line to a hundredth, needs 0.20875.
    """
    ### BEGIN SOLUTION
    low, high = 0.0, 1.0
    for _ in range(60):
        gamma = (low + high) / 2
        reached = sum(exponential_decay(t, lr0=lr0, gamma=gamma, every=steps) for t in range(steps))
        low, high = (gamma, high) if reached < total else (low, gamma)
    return high
    ### END SOLUTION


# %% nbgrader={"grade_id": "check_gamma_for_total", "grade": true, "points": 3}
check(gamma_for_total)

# %% [markdown]
# All green? Then look at your three curves as practitioners do, on a *logarithmic* axis, and start
# the lab on your own functions.

# %%
with your_code():
    t = range(1501)
    drawn = {
        "exponential": [exponential_decay(i, lr0=0.5, gamma=0.01, every=1500) for i in t],
        "power 1": [polynomial_decay(i, lr0=0.5, lr_end=0.005, steps=1500, power=1) for i in t],
        "power 2": [polynomial_decay(i, lr0=0.5, lr_end=0.005, steps=1500, power=2) for i in t],
        "inverse time": [inverse_time_decay(i, lr0=0.5, rate=99, every=1500) for i in t],
    }
    fig, ax = plt.subplots()
    for i, (name, curve) in enumerate(drawn.items()):
        label = f"{name}: total {sum(curve[:-1]):.0f}"
        ax.semilogy(curve, label=label, **style.series(i, markevery=150))
    ax.set(xlabel="updates", ylabel="learning rate", title="Same ends, four paths")
    ax.set(ylim=(0.003, 4))
    ax.legend(ncols=2)

# %% [markdown]
# *Figure 1 in words: the rate against updates, 0.5 to 0.005, rate on a logarithmic scale. The
# exponential is a straight line. The two polynomials stay above it for most of the run and fall
# steeply at the end, the one of power 1 highest of all. Inverse time lies far below the others: it
# falls almost upright at first and is nearly level after that.*

# %%
same_ends(exponential_decay, polynomial_decay, inverse_time_decay)

# %% [markdown]
# > **Conventions.** *What does gamma act on?* PyTorch's `ExponentialLR` applies it at every step of
# > the scheduler (`every = 1`); Keras and Optax take `every` as `decay_steps` or
# > `transition_steps`, and draw stairs if `staircase=True`. *Where does the polynomial end?*
# > PyTorch's `PolynomialLR` always at 0; Keras at 1e-4 unless told; timm has the power 0.5 unless
# > told. *Inverse time* is Keras's `InverseTimeDecay`. The `decay=` argument of old Keras
# > optimizers was the same with `every = 1`: it counted **updates**, where many tutorials said
# > epochs.

# %% [markdown]
# ## Read the curves
#
# Four recorded runs of real training. Look at the losses, the rate and the gradient together. For
# each run choose what happened, with what you would do first.

# %%
figures.runs_figure((31, 53, 66, 0))

# %% [markdown]
# *The four runs in words: one run in each row. On the left the training loss, the unseen loss and,
# dotted, the loss of a constant guess; in the middle the rate; on the right the norm of the
# gradient, all against updates.*
#
# <details><summary>The four runs in numbers</summary>
#
# - Run 31: 598 updates; a constant guess has loss 2.3. Training loss, at the start and after 10,
#   30, 60 and 100 %: 2.28, 0.803, 0.883, 0.879, 0.873; highest 2.28 at 0%, lowest 0.677 at 27%.
#   Unseen loss, at the start and after 10, 30, 60 and 100 %: 1.04, 0.91, 0.91, 0.91, 0.91; highest
#   1.04 at 0%, lowest 0.91 at 10%. Rate, at the start and after 10, 30, 60 and 100 %: 0.7, 0.00051,
#   2.71e-10, 3.5e-19, 9.89e-32; highest 0.7 at 0%, lowest 9.89e-32 at 98%. Norm of the gradient, at
#   the start and after 10, 30, 60 and 100 %: 0.671, 0.724, 0.681, 0.665, 0.49; highest 2.44 at 2%,
#   lowest 0.458 at 11%.
# - Run 53: 598 updates; a constant guess has loss 2.3. Training loss, at the start and after 10,
#   30, 60 and 100 %: 2.89, 1.58, 1.44, 1.56, 1.68; highest 2.89 at 0%, lowest 1.16 at 86%. Unseen
#   loss, at the start and after 10, 30, 60 and 100 %: 1.97, 1.63, 1.59, 1.57, 1.54; highest 1.97 at
#   0%, lowest 1.54 at 93%. Rate, at the start and after 10, 30, 60 and 100 %: 0.3, 0.3, 0.009,
#   0.009, 0.009; highest 0.3 at 0%, lowest 0.009 at 11%. Norm of the gradient, at the start and
#   after 10, 30, 60 and 100 %: 3.17, 1.27, 1.03, 1.3, 1.28; highest 3.17 at 0%, lowest 0.92 at 54%.
# - Run 66: 598 updates; a constant guess has loss 2.3. Training loss, at the start and after 10,
#   30, 60 and 100 %: 2.89, 2.39, 1.87, 1.82, 1.71; highest 2.89 at 0%, lowest 1.24 at 86%. Unseen
#   loss, at the start and after 10, 30, 60 and 100 %: 2.65, 2.31, 1.95, 1.71, 1.5; highest 2.65 at
#   0%, lowest 1.5 at 97%. Rate, at the start and after 10, 30, 60 and 100 %: 0.005, 0.01, 0.025,
#   0.04, 0.07; highest 0.07 at 98%, lowest 0.005 at 0%. Norm of the gradient, at the start and
#   after 10, 30, 60 and 100 %: 3.17, 1.82, 1.4, 1.8, 1.76; highest 3.8 at 1%, lowest 1.26 at 55%.
# - Run 0: 598 updates; a constant guess has loss 2.3. Training loss, at the start and after 10, 30,
#   60 and 100 %: 2.28, 0.541, 0.131, 0.11, 0.0354; highest 2.28 at 1%, lowest 0.00563 at 88%.
#   Unseen loss, at the start and after 10, 30, 60 and 100 %: 1.91, 0.712, 0.122, 0.0629, 0.0607;
#   highest 1.91 at 0%, lowest 0.0598 at 77%. Rate, at the start and after 10, 30, 60 and 100 %:
#   0.014, 0.699, 0.608, 0.284, 2.28e-05; highest 0.7 at 8%, lowest 2.28e-05 at 100%. Norm of the
#   gradient, at the start and after 10, 30, 60 and 100 %: 0.671, 1.62, 0.502, 0.534, 0.186; highest
#   2.05 at 13%, lowest 0.0327 at 79%.
#
# </details>
#
# **c1.** Run 31 (network 64-32-10 on the digits): what happened, and what do you do first?
#
# - (a) *dropped too early*: Keep the high rate longer: drop when the loss has become level.
# - (b) *unstable*: Lower the rate threefold, and again, until the loss falls from the start.
# - (c) *on the noise floor*: Lower the rate in the second half of the run.
# - (d) *clock wrong*: Check what the schedule counts: epochs were taken for updates, or the
#   reverse.
#
# **c2.** Run 53 (network 40-64-64-10 on MNIST-1D): what happened, and what do you do first?
#
# - (a) *dropped too early*: Keep the high rate longer: drop when the loss has become level.
# - (b) *right*: Keep the rate and its schedule; a shorter or longer run is the next question.
# - (c) *on the noise floor*: Lower the rate in the second half of the run.
# - (d) *dropped too late*: Drop earlier, so that updates are left to gain from the lower rate.
#
# **c3.** Run 66 (network 40-64-64-10 on MNIST-1D): what happened, and what do you do first?
#
# - (a) *clock wrong*: Check what the schedule counts: epochs were taken for updates, or the
#   reverse.
# - (b) *dropped too late*: Drop earlier, so that updates are left to gain from the lower rate.
# - (c) *dropped too early*: Keep the high rate longer: drop when the loss has become level.
# - (d) *unstable*: Lower the rate threefold, and again, until the loss falls from the start.
#
# **c4.** Run 0 (network 64-32-10 on the digits): what happened, and what do you do first?
#
# - (a) *clock wrong*: Check what the schedule counts: epochs were taken for updates, or the
#   reverse.
# - (b) *dropped too late*: Drop earlier, so that updates are left to gain from the lower rate.
# - (c) *too low*: Raise the rate threefold, and again, until the loss no longer falls faster.
# - (d) *right*: Keep the rate and its schedule; a shorter or longer run is the next question.

# %% nbgrader={"grade_id": "curves_05", "solution": true}
curves_05 = {"c1": "?", "c2": "?", "c3": "?", "c4": "?"}
### BEGIN SOLUTION
curves_05 = {"c1": "d", "c2": "a", "c3": "a", "c4": "d"}
### END SOLUTION

# %% nbgrader={"grade_id": "check_curves_05", "grade": true, "points": 1}
check("curves_05", curves_05)

# %% [markdown]
# ## Bug museum: the rate that became a complex number
#
# "Poly" decay with power 0.9 is the standard of semantic segmentation, and one line of it has been
# copied from project to project. Users of Jittor (2021) and of a popular DeepLab implementation
# (2021) saw it fail in the same strange way, at the very end of training or when they trained a
# little longer than planned. Retold:


# %%
def poly_rate(t, lr0, steps, power):
    return lr0 * (1 - t / steps) ** power


for power in [0.9, 1, 2]:
    print(
        f"power {power}: at t = 99, 100, 110:",
        [poly_rate(t, 0.5, 100, power) for t in (99, 100, 110)],
    )

# %% [markdown]
# One missing word, three different failures. **Find** it, **explain** in a sentence each what
# training would do after update 100 with the three powers, and which failure you would notice last,
# then **fix** it below.
#
# <details><summary>What happened</summary>
#
# Beyond `steps` the time left is negative. A negative number to the power 0.9 is *complex* in
# Python. One training stopped with "'>' not supported between instances of 'float' and 'complex'"
# (VainF/DeepLabV3Plus-Pytorch, issue 59, 2021); another found a complex number among its rates
# (Jittor/jittor, issue 231, 2021). (NumPy would give `nan`, and the weights would follow.) With
# power 1 the rate is *negative*: training goes uphill, without an error. With power 2 the rate
# *rises* again: the loss gets worse, slowly, and that is noticed last. The crash was the lucky
# case. Hold the last value: `min(t, steps)`.
#
# </details>


# %% nbgrader={"grade_id": "repaired_poly_rate", "solution": true}
def repaired_poly_rate(t, lr0, steps, power):
    """Return the rate of update t as above, and 0 from t = steps on, whatever the power.

    t: a whole number, 0 or more. lr0: the first rate. steps: at least 1. power: above 0.
    """
    ### BEGIN SOLUTION
    return polynomial_decay(t, lr0=lr0, lr_end=0.0, steps=steps, power=power)
    ### END SOLUTION


# %% nbgrader={"grade_id": "check_repaired_poly_rate", "grade": true, "points": 1}
check(repaired_poly_rate)

# %% [markdown]
# ## Experiment: each decay at its own best
#
# The digits, with one training label in ten drawn at random, so that the noise stays to the end
# (unit 04 showed why that matters). This time the data is cut in *three*: one part trains, one
# **chooses** the first rate, and one is the **exam**. If you pick the best of eight rates by the
# exam, you have already peeked.

# %%
training_part, choosing_part, exam_part = data.load_digits().split(0, fractions=(0.6, 0.2, 0.2))
rng = np.random.default_rng(1)
wrong = rng.random(training_part.n_samples) < 0.1
labels = np.where(wrong, rng.integers(0, 10, training_part.n_samples), training_part.y)
sizes = (64, 32, 10)
network = problems.Network((training_part.X, labels), sizes)
choosing, exam = problems.Network(choosing_part, sizes), problems.Network(exam_part, sizes)

budget, seeds = 1500, range(5)
first_rates = 0.25 * 2 ** (np.arange(-1, 7) / 2)
decays = {
    "fixed": lambda t, lr0: lr0,
    "exponential": lambda t, lr0: exponential_decay(t, lr0=lr0, gamma=0.01, every=budget),
    "straight line": lambda t, lr0: polynomial_decay(
        t, lr0=lr0, lr_end=lr0 / 100, steps=budget, power=1
    ),
    "inverse time": lambda t, lr0: inverse_time_decay(t, lr0=lr0, rate=99, every=budget),
    "gentle inverse": lambda t, lr0: inverse_time_decay(t, lr0=lr0, rate=9, every=budget),
}

# %% [markdown]
# The first four you know. The fifth is inverse time that ends at a *tenth*, not at a hundredth, of
# its first rate. Forty runs for each: eight first rates, five seeds.


# %%
def try_all(problem):
    """For each decay a pair of arrays (seeds, rates): the loss on the choosing and exam parts."""
    results = {}
    for name, decay in decays.items():
        runs = sweep(
            problem,
            SGD(),
            first_rates,
            budget,
            schedule=lambda lr0, decay=decay: lambda t: decay(t, lr0),
            batch_size=16,
            seed=seeds,
            dtype=np.float32,
            progress=False,
        )
        results[name] = runs.measure(choosing.loss), runs.measure(exam.loss)
    return results


with your_code():
    results = try_all(network)

# %%
with your_code():
    half = list(first_rates).index(0.5)
    picked = {name: int(np.argmin(c.mean(axis=0))) for name, (c, _) in results.items()}
    best = {name: first_rates[i] for name, i in picked.items()}
    at_half = {name: judged[:, half] for name, (_, judged) in results.items()}
    at_best = {name: results[name][1][:, i] for name, i in picked.items()}
    print("                exam loss at 0.5   |  best    total   exam loss there")
    print("                mean (min to max)  |  first   of rates  mean (min to max)")
    for name, rate in best.items():
        total = sum(decays[name](t, rate) for t in range(budget))
        a, b = (
            f"{x.mean():.3f} ({x.min():.3f} to {x.max():.3f})"
            for x in (at_half[name], at_best[name])
        )
        print(f"{name:14} {a}  |  {rate:5.3f} {total:7.0f}   {b}")

# %%
with your_code():
    fig, ax = plt.subplots()
    for i, (name, (chosen_by, _)) in enumerate(results.items()):
        ax.semilogx(first_rates, chosen_by.mean(axis=0), label=name, **style.series(i, markevery=1))
    ax.set(xlabel="first rate", ylabel="loss on the choosing part (nats)", ylim=(0.18, 0.6))
    ax.set(title="Each decay has its own best first rate")
    ax.set_xticks([0.25, 0.5, 1, 2], ["0.25", "0.5", "1", "2"])
    ax.minorticks_off()
    ax.legend(loc="upper center")

# %% [markdown]
# *Figure 2 in words: loss on the choosing part against the first rate, one U-shaped curve for each
# decay, means over five seeds. The fixed rate has its bottom at 0.35, the exponential, the straight
# line and the gentle inverse at 0.71, inverse time at 1.41. To the left of their lowest points the
# curves slope gently, except that of inverse time, which is steep; to the right all rise steeply,
# the fixed rate's first.*
#
# At the same first rate, on the left of the table, the line is best, the exponential next, inverse
# time far behind: the order of their totals. At its own best, on the right, the line is still the
# lowest: **p2** is (b). **p3:** (c). Every decay wants a *larger* first rate than 0.35, and inverse
# time, which falls fastest, the largest of all. A decay spends only a short time at high rates, and
# it needs them to walk far enough. Why not start higher still, until all totals agree? Figure 2
# shows why: the exponential's loss has turned up at 1.41, long before its total reaches the line's.
# Is that unit 02's limit? A network with $\tanh$ in place of the ReLU shows whether it is:

# %%
print("first rate            ", "   ".join(f"{rate:4.2f}" for rate in first_rates[5:]))
for activation in ["relu", "tanh"]:
    other = problems.Network((training_part.X, labels), sizes, activation)
    judge = problems.Network(choosing_part, sizes, activation)
    wall = sweep(
        other,
        SGD(),
        first_rates[5:],
        budget,
        schedule=lambda lr0: schedules.Linear(lr0, lr0 / 100, budget),
        batch_size=16,
        seed=seeds,
        dtype=np.float32,
        progress=False,
    )
    height = wall.measure(judge.loss).mean(axis=0)
    if activation == "relu":
        relu_wall, parts = height, [other.views(w) for w in wall.w.reshape(-1, other.n_params)]
        off = [(training_part.X @ p["W1"] + p["b1"] <= 0).all(axis=0).mean() for p in parts]
        dead = np.reshape(off, (-1, 3)).mean(axis=0)
    print(f"straight line, {activation}  ", "   ".join(f"{loss:4.2f}" for loss in height))
print("dead ReLU units        ", "   ".join(f"{share:4.0%}" for share in dead))

# %% [markdown]
# The wall of Figure 2 is mostly **dead ReLU units** (unit 01), which are 0 on every training image
# and cannot learn. On three splits, five seeds each, 76 % or more of the units were dead at first
# rates 1.41 and 2, under all three of fixed, exponential and line. With $\tanh$, where none can die,
# the line's loss at 1.41 is 0.27 to 0.36 instead of 1.2 to 1.7. Higher still, at 2, $\tanh$ fails
# too: the limit exists, but the wall at 1.41 is not it.
#
# Now read the right half of the table, where each decay has its own best first rate. **Which two
# rows have nearly the same total, and what sets them apart? Which two have different formulas and
# similar losses?**
#
# <details><summary>Answer</summary>
#
# - *Inverse time* makes up about half of its distance to the line. At the common first rate its
#   total was far too small. Even at its own best it has the smallest total of all.
# - *Exponential* and *gentle inverse* have different formulas, similar totals, similar losses.
# - *Fixed* and *straight line* have nearly the same **total**, and differ in the **end**: and the
#   line's worst seed is better than the fixed rate's average one.
#
# </details>

# %% [markdown]
# ### Three claims, settled
#
# **"Exponential decay falls fast early."** Fast compared with what? When is half of the rate gone?

# %%
with your_code():
    print(f"exponential    {half_life(0.01, 1500):6.1f} updates, again and again")
    for name in ["straight line", "inverse time"]:
        gone = next(t for t in range(1500) if decays[name](t, 0.5) <= 0.25)
        print(f"{name:14} {gone:6} updates")
    first_fall = {"exponential": 1 - exponential_decay(1, lr0=1, gamma=0.01, every=1500)}
    for power in [1, 2, 4.6]:
        after_one = polynomial_decay(1, lr0=1, lr_end=0, steps=1500, power=power)
        first_fall[f"power {power}"] = 1 - after_one
    falls = [f"{name}: {1500 * fall:.1f}" for name, fall in first_fall.items()]
    print("the first fall, in units of the straight line's:", ", ".join(falls))

# %% [markdown]
# *True against the line*, *not here* against inverse time, which has lost half when the exponential
# has lost a twentieth. And a polynomial of power 4.6 starts exactly as fast: at the start a power
# $p$ falls $p$ times as steeply as the line, the exponential $\ln 100 = 4.6$ times.
#
# **"Polynomial decay is smoother."** *Not here.* None of these curves has a corner on the way; the
# power decides how steep each stretch is, and the only corner in the family is the polynomial's
# own, where it arrives. What sets it apart is that it *does* arrive, when you say.
#
# **"Decay steadies the end of training."** Take both at their best first rates, look at the exam
# loss after every 20 of the last 300 updates, and ask how far it still swings:

# %%
with your_code():
    swings = {}
    for name in ["fixed", "straight line"]:
        plan = [decays[name](t, best[name]) for t in range(budget)]
        ends = []
        for seed in seeds:
            run = train(
                network,
                SGD(),
                plan,
                budget,
                batch_size=16,
                seed=seed,
                validation=exam,
                validate_every=20,
                progress=False,
            )
            ends.append(run.validation_losses[run.validation_steps > budget - 300])
        swings[name] = np.ptp(ends, axis=1)
        print(f"{name:14} highest minus lowest, mean of five seeds: {swings[name].mean():.3f}")

# %% [markdown]
# *True here*, clearly: 0.24 against 0.03. With a fixed rate your result depends on the update at
# which you happened to stop; with a decay, hardly. That, more than a lower average,
# is what decay is for.
#
# ### And if you train for longer?
#
# The totals of two schedules that begin at 0.5, for a run that is not stopped at 1,500:

# %%
endless = {
    "exponential": schedules.ExponentialDecay(0.5, gamma=0.01, every=1500),
    "gentle inverse": schedules.InverseTimeDecay(0.5, rate=9, every=1500),
}
lengths = [1_500, 15_000, 150_000, 1_500_000]
totals = {name: np.cumsum(s(np.arange(lengths[-1]))) for name, s in endless.items()}
for name, total in totals.items():
    print(f"{name:14}", "  ".join(f"after {n:9,}: {total[n - 1]:5.1f}" for n in lengths))

# %% [markdown]
# The exponential has practically finished its walk at 1,500: the other 1,498,500 updates add one
# part in a hundred. If the minimum was farther than that, it will never be reached. Inverse time
# adds about the same amount again with *every tenfold*, without end, while its noise still dies
# out. This is what Robbins and Monro asked for in 1951: rates whose sum is infinite and whose
# squares have a finite sum. It is a promise about runs without end; your budget is 1,500.

# %% [markdown]
# ## Your experiment
#
# The labels above were noisy. **On clean labels, in 600 updates, is a decay still better than a
# fixed rate?** There are `"fixed"`, `"exponential"` and `"straight line"`; both decays end at a
# hundredth of their first rate.
#
# You write a plan as data and the course trains it: which methods, which rates, how many of the ten
# seeds, which data (`"training"`, `"validation"`, `"test"`) choose each method's rate, and which
# judge it. Rates move to the nearest rung of a ladder with steps of 1.32.
#
# Then write down what *your* runs support: which is lower, and whether you are sure (`True` or
# `False`). The plan is graded by its design, the finding by whether it follows from the plan's own
# runs.

# %% nbgrader={"grade_id": "experiment_05", "solution": true}
experiment_05 = {
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
experiment_05 = {
    "plan": {
        "methods": ["fixed", "straight line"],
        "rates": [0.19, 0.33, 0.58, 1.0, 1.7],
        "seeds": 10,
        "updates": 600,
        "choose_on": "validation",
        "judge_on": "test",
    },
    "finding": {"lower": "straight line", "sure": False},
}
### END SOLUTION

# %%
experiment("experiment_05", experiment_05["plan"])

# %% nbgrader={"grade_id": "check_experiment_05", "grade": true, "points": 3}
check("experiment_05", experiment_05)

# %% [markdown]
# ## Your conclusion (3 points, read by a person)
#
# In 80 to 120 words: *"We tried exponential decay with our old learning rate, and it was worse than
# no decay. Decay does not work for us." What do you answer?* One point each: (1) say what the total
# and the last rates of a schedule do; (2) compare two rows of your table, each at its own best
# first rate, with at least two numbers and their spread; (3) say what they should try next, or what
# your experiment cannot tell them.

# %% [markdown] nbgrader={"grade_id": "conclusion", "grade": true, "solution": true, "points": 3}
# The total of the rates is how far the weights can walk, the last rates are how much they still
# shake. Your exponential kept the old first rate, so it walked only about a fifth as far. In our
# runs the best fixed rate (0.35) ends at 0.200, but between 0.163 and 0.279 by luck; exponential at
# its own best first rate (0.71) ends at 0.202 and never outside 0.197 to 0.208; a straight line,
# with the same total as the fixed rate, at 0.181 (0.169 to 0.191). So search the first rate again,
# upwards from the old one, and try the line. One small network with ten per cent wrong labels: on
# clean labels the fixed rate may be as good.

# %% [markdown]
# ## Exit quiz
#
# **q1.** Exponential decay with `gamma = 0.25` and `every = 100`. Half of the rate is left after
# how many updates?
#
# - (a) 50
# - (b) 67
# - (c) 72
# - (d) 200
#
# **q2.** A run with fast exponential decay has stalled. Ten times more updates change nothing. Why?
#
# - (a) it has reached a minimum
# - (b) the noise has become too strong
# - (c) the rate is exactly zero
# - (d) its rates add up to a finite total
#
# **q3.** Your best fixed rate is 0.3. You change to a straight line down to 0. What do you do
# first?
#
# - (a) keep 0.3: the problem is the same
# - (b) halve it, because decay is for fine tuning
# - (c) set it to 0.6, so that the totals agree, and go
# - (d) search again, from 0.3 upwards
#
# **q4.** `lr0 * (1 - t/steps)**2`, in a run that goes on after `steps`: the rate ...
#
# - (a) stays 0
# - (b) rises again
# - (c) becomes complex
# - (d) becomes negative

# %% nbgrader={"grade_id": "quiz_05", "solution": true}
quiz_05 = {"q1": "?", "q2": "?", "q3": "?", "q4": "?"}
### BEGIN SOLUTION
quiz_05 = {"q1": "a", "q2": "d", "q3": "d", "q4": "b"}
### END SOLUTION

# %% nbgrader={"grade_id": "check_quiz_05", "grade": true, "points": 1}
check("quiz_05", quiz_05)

# %% [markdown]
# > **What practitioners do.** When the budget is known, a straight line to zero is hard to beat:
# > Li, Yumer and Ramanan (2020) found it best or nearly best over many tasks and budgets, and
# > Defazio, Cutkosky, Mehta and Mishchenko (2023) derived it from theory. BERT was trained with it
# > (Devlin et al. 2019). Semantic segmentation uses power 0.9 (Chen et al. 2018), which is almost
# > the same. Exponential decay lives on in EfficientNet, 0.97 every 2.4 epochs (Tan & Le 2019): a
# > half-life of some 55 epochs. Inverse time is at home where nobody knows when to stop, in online
# > learning (Bottou 2012). The cosine of unit 12 is the line with both corners rounded.
#
# ## Further reading
#
# - H. Robbins and S. Monro (1951), *A Stochastic Approximation Method*, Annals of Mathematical
#   Statistics 22.
# - L. Bottou (2012), *Stochastic Gradient Descent Tricks*, in Neural Networks: Tricks of the Trade.
# - A. Senior, G. Heigold, M. Ranzato and K. Yang (2013), *An Empirical Study of Learning Rates in
#   Deep Neural Networks for Speech Recognition*, ICASSP: exponential decay among its rivals.
# - L. Bottou, F. Curtis and J. Nocedal (2018), *Optimization Methods for Large-Scale Machine
#   Learning*, SIAM Review 60: what shrinking rates guarantee, with proofs.
# - L.-C. Chen, G. Papandreou, I. Kokkinos, K. Murphy and A. Yuille (2018), *DeepLab*, IEEE TPAMI
#   40.
# - J. Devlin, M.-W. Chang, K. Lee and K. Toutanova (2019), *BERT*, NAACL.
# - M. Tan and Q. Le (2019), *EfficientNet: Rethinking Model Scaling for Convolutional Neural
#   Networks*, ICML.
# - M. Li, E. Yumer and D. Ramanan (2020), *Budgeted Training: Rethinking Deep Neural Network
#   Training Under Resource Constraints*, ICLR.
# - A. Defazio, A. Cutkosky, H. Mehta and K. Mishchenko (2023), *Optimal Linear Decay Learning Rate
#   Schedules and Further Refinements*, arXiv:2310.07831.
