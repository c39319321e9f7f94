# %% [markdown]
# # 11 · Cyclical rates
#
# Every schedule so far went one way: down. In 2015 Leslie Smith proposed to go down *and up again*,
# over and over, and networks did not fall apart. The papers said that they trained ten times
# faster, and that they found better minima. Today you write four cyclical schedules and test both
# claims against a tuned opponent.
#
# **After this unit you can**
#
# - write triangular cycles, warm restarts and the one-cycle policy as pure functions, right at
#   every corner;
# - say in which unit a cycle is measured, and where in it a run may stop;
# - explain which minima a high rate leaves, and test whether a run has left one;
# - compare schedules at equal budget, each at its own best rate.
#
# **Time** 115 minutes. **Points** 24: read the curves 1, your experiment 3, functions 15, predictions and quiz 2, written conclusion 3.
# **You need** units 02, 04 and 10.

# %% nbgrader={"grade_id": "setup", "locked": true}
import math
from functools import partial

import matplotlib.pyplot as plt
import numpy as np

from autograders import check, experiment, your_code
from lrlib import data, figures, problems, schedules, style
from lrlib.labs import triangle_anatomy
from lrlib.optimizers import SGD
from lrlib.training import sweep, train

plt.rcParams.update(style.rc())

# %% [markdown]
# ## Warm-up
#
# 1. (Unit 02) A valley has curvature 20. Above which fixed rate does gradient descent leave it,
#    however well it sat at the bottom?
# 2. (Unit 04) Right after a drop the loss plunges. What was there before the drop that is gone
#    after it?
# 3. (Unit 10) A range test on the digits shows the loss falling fastest near one rate and rising
#    again beyond another. Which of the two would you make the *top* of a cycle?
#
# <details><summary>Answers</summary>
#
# 1. 2/20 = 0.1. Above it every step multiplies the distance from the bottom by more than one.
# 2. The shaking: noise, held up by the high rate. A drop shows what was learned; it teaches
#    nothing.
# 3. One a little below the rate at which the loss turns up. Smith (2017) reads both bounds of a
#    cycle off such a curve; the top is near its end, the base where the loss begins to fall.
#
# </details>

# %% [markdown]
# ## Predict
#
# The small digits network, batches of 16, a triangular rate between 0.07 and 0.7. Half a cycle is
# 100 updates: the rate is at the bottom after 200 updates, at the top after 300.
#
# **p1.** The loss on unseen images after 300 updates, compared with that after 200, is ...
#
# - (a) lower: the network has trained for half as long again
# - (b) higher, although the network has trained for half as long again
# - (c) about the same
#
# **p2.** Take the weights at the bottom after 200 updates and at the next bottom, after 400. Walk
# in a straight line from one to the other, and watch the training loss on the way.
#
# - (a) it goes downhill all the way: it is the same valley, farther along
# - (b) it goes over a hill: the cycle has carried the network into another minimum
# - (c) it is flat: nothing has moved
#
# **p3.** A one-cycle run and a run at a constant rate, each at its own best rate. The one-cycle run
# gets 300 updates. To reach the same loss on unseen images the constant rate needs ...
#
# - (a) about ten times as many
# - (b) more, but less than twice as many
# - (c) fewer

# %% nbgrader={"grade_id": "predict_11", "solution": true}
predict_11 = {"p1": "?", "p2": "?", "p3": "?"}
### BEGIN SOLUTION
predict_11 = {"p1": "b", "p2": "a", "p3": "b"}
### END SOLUTION

# %% nbgrader={"grade_id": "check_predict_11", "grade": true, "points": 1}
check("predict_11", predict_11)

# %% [markdown]
# ## Live lab: the anatomy of a triangle
#
# Base, top, half-cycle. Every change trains a real network on real digits for 160 updates of eight
# images.
#
# **Challenge:** end *at the bottom of a cycle* with a loss of at most 0.33. When the lab says that
# you have met it, press *pin* and lengthen the half-cycle by half. Read the sentence below the
# picture: where in its cycle does the run end now?

# %%
triangle_anatomy()

# %% [markdown]
# *In words: above, the learning rate against the update, a zigzag with a rule at the end of each
# full cycle and an arrow as long as half a cycle. Below, the training loss of all digits and, thin
# and jagged, of the mini-batches. A sentence gives the half-cycle in updates and in epochs, the
# number of cycles, the last rate and the last loss.*
#
# *The lab as a still picture, for readers without a kernel:*
#
# ![Still picture of the lab, described in the words above](attachment:triangle_anatomy.png)
#
# ## What a high rate does to a minimum
#
# Why would anybody raise the rate again? The usual answer: *to leave poor minima*. Here is the
# smallest world in which that can be tested: two valleys on a line. The left one is narrow, with
# curvature 20; the right one is wide, with curvature 1. We may choose which of them is deeper. A
# thousand noisy walkers start at the bottom of one and walk 160 updates; the cycle goes between
# 0.02 and 0.3.


# %%
def walk(start, schedule, narrow_floor, steps=160, noise=0.5):
    """The share of a thousand noisy walkers that end in the narrow valley."""
    rng = np.random.default_rng(0)
    w = np.full(1000, start)
    for t in range(steps):
        narrow, wide = 10 * (w + 1) ** 2 + narrow_floor, (w - 2) ** 2 / 2
        slope = np.where(narrow < wide, 20 * (w + 1), w - 2)
        w = w - schedule(t) * (slope + noise * rng.standard_normal(1000))
    return np.mean(10 * (w + 1) ** 2 + narrow_floor < (w - 2) ** 2 / 2)


# %%
plans = {
    "constant 0.02": schedules.Constant(0.02),
    "cycle": schedules.Triangular(0.02, 0.3, half_cycle=20),
    "decay from 0.3": schedules.Linear(0.3, 0.02, steps=160),
}
stayed = {}
print("share in the narrow valley at the end")
for floor, name in [(0.5, "narrow is worse"), (-0.5, "narrow is BETTER")]:
    for start, where in [(-1.0, "narrow"), (2.0, "wide")]:
        shares = [walk(start, plan, floor) for plan in plans.values()]
        stayed[floor, start] = dict(zip(plans, shares))
        text = "  ".join(f"{plan} {share:.2f}" for plan, share in zip(plans, shares))
        print(f"{name:16} start in {where:6}:  {text}")

# %% [markdown]
# Read the rows from the top. The cycle takes every walker out of the narrow valley: good, because
# it was the worse one. Now the third row. The narrow valley is the *better* one, and the cycle
# takes every walker out of it just the same. From the wide valley nobody ever leaves, good or bad.
#
# A walker sees slopes, not depths. What decides is the warm-up's first question: is the rate above
# 2/curvature? **A high rate leaves minima that are too sharp for it, poor or not.** And look at the
# last column: a plain decay from 0.3 does it too. The high rate is enough; it did not have to come
# *back up* here.
#
# One reservation: these walkers are shaken little. Make the kicks ten times as strong, and stay
# *below* 2/20:

# %%
shaken = {}
print("rate 0.05, kicks of 5: share in the narrow valley after 2,000 updates")
for floor in [0.5, -0.5, -3.0]:
    shaken[floor] = [
        walk(start, schedules.Constant(0.05), floor, steps=2000, noise=5) for start in (-1.0, 2.0)
    ]
    print(f"narrow floor at {floor:4}: start narrow {shaken[floor][0]:.2f}, wide", end=" ")
    print(f"{shaken[floor][1]:.2f}")

# %% [markdown]
# Now noise carries walkers over the ridge both ways, and the deeper the narrow valley, the more are
# in it: to climb out of a deep one takes more kicks. With strong noise depth counts after all.
#
# So the claim has two halves to be tested on a real network: does a cycle leave a minimum at all,
# and does the network end better for it? That is the experiment. First the tools.

# %% [markdown]
# ## Worked example: one point of a triangle
#
# Smith's triangle is described by `base_lr`, `max_lr` and `half_cycle`, the number of updates from
# base to top. What is the rate at $t = 27$ for 0.1, 0.5 and 10?

# %%
t, base_lr, max_lr, half_cycle = 27, 0.1, 0.5, 10

# 1. Number the cycle, from 1: a whole one takes two half-cycles
cycle = math.floor(1 + t / (2 * half_cycle))
# 2. Measure the distance from this cycle's top, in half-cycles
x = abs(t / half_cycle - 2 * cycle + 1)
# 3. Turn distance into height: 1 at the top, 0 at the base
height = max(0, 1 - x)
# 4. Scale the height between the bounds
rate = base_lr + (max_lr - base_lr) * height
print(f"t = {t}: cycle {cycle}, {x:.1f} from its top, height {height:.1f}, rate {rate:.2f}")
# 5. Test the corners
for t in [0, 10, 20, 30]:
    x = abs(t / half_cycle - 2 * math.floor(1 + t / (2 * half_cycle)) + 1)
    print(f"t = {t:2}: height {1 - x:.0f}")

# %% [markdown]
# Sub-goal 4 has the two classic faults in it: the amplitude is `max_lr - base_lr`, not `max_lr`,
# and the base is added afterwards.
#
# **Your turn, for warm restarts.** SGDR (Loshchilov & Hutter 2017) falls along a cosine and then
# *jumps* back to the top; each cycle may be `multiplier` times as long as the one before. The first
# sub-goal is again: where in its own cycle does $t$ lie? With a first cycle of 4 and multiplier 2
# the cycles are 4, 8, 16, ... updates long. Replace `None` by the number of updates since the last
# restart.

# %% nbgrader={"grade_id": "since_restart", "solution": true}
t, restarts = 17, [0, 4, 12, 28]
since_restart = None  # t minus the last restart that is not after t
### BEGIN SOLUTION
since_restart = t - max(start for start in restarts if start <= t)
### END SOLUTION
print("updates since the last restart:", since_restart, "(5 is right)")

# %% [markdown]
# ## Write it yourself
#
# ### The triangle


# %% nbgrader={"grade_id": "triangular", "solution": true}
def triangular(t, *, base_lr, max_lr, half_cycle):
    """Return the rate of update t on a triangle between two bounds, repeated for ever.

    Straight up from base_lr to max_lr in half_cycle updates, straight down in as many, and again.
    t: one whole number (int or NumPy integer), 0 or more. base_lr, max_lr: the bounds,
    base_lr <= max_lr. half_cycle: updates from base to top, at least 1.
    Returns one number: base_lr at t = 0, max_lr at t = half_cycle.
    Examples, with base_lr 0.1, max_lr 0.5, half_cycle 10: t = 5 gives 0.3, t = 38 gives 0.18.
    """
    ### BEGIN SOLUTION
    cycle = math.floor(1 + t / (2 * half_cycle))
    x = abs(t / half_cycle - 2 * cycle + 1)
    return base_lr + (max_lr - base_lr) * max(0, 1 - x)
    ### END SOLUTION


# %% nbgrader={"grade_id": "check_triangular", "grade": true, "points": 4}
check(triangular)

# %% [markdown]
# Green? Then the lab can run on your own triangle.

# %%
triangle_anatomy(triangular)

# %% [markdown]
# ### The triangle that shrinks
#
# `triangular2` halves the *amplitude* after every full cycle; the base stays where it is.


# %% nbgrader={"grade_id": "triangular2", "solution": true}
def triangular2(t, *, base_lr, max_lr, half_cycle):
    """Return the rate of update t on a triangle whose amplitude halves with every cycle.

    As triangular, but from each cycle to the next the amplitude halves; the base stays, and the
    first cycle has the full amplitude.
    t: one whole number (int or NumPy integer), 0 or more. base_lr, max_lr: the bounds of the
    first cycle. half_cycle: updates from base to top, at least 1.
    Returns one number.
    Examples, with base_lr 0.1, max_lr 0.5, half_cycle 10: t = 25 gives 0.2, t = 50 gives 0.2.
    """
    ### BEGIN SOLUTION
    cycle = math.floor(1 + t / (2 * half_cycle))
    top = base_lr + (max_lr - base_lr) / 2 ** (cycle - 1)
    return triangular(t, base_lr=base_lr, max_lr=top, half_cycle=half_cycle)
    ### END SOLUTION


# %% nbgrader={"grade_id": "check_triangular2", "grade": true, "points": 3}
check(triangular2)

# %% [markdown]
# ### Warm restarts
#
# Find the cycle by taking whole cycles off `t`, not with a logarithm; the Conventions box below
# shows what a logarithm does.


# %% nbgrader={"grade_id": "cosine_restarts", "solution": true}
def cosine_restarts(t, *, lr_max, lr_min, first_cycle, multiplier):
    """Return the rate of update t of a cosine that restarts, in cycles that may grow.

    Each cycle starts at lr_max and falls towards lr_min along the half of a cosine from its top to
    its bottom; the rate lr_min itself would come at the next restart, which is at lr_max instead.
    Each cycle is multiplier times as long as the one before.
    t: one whole number (int or NumPy integer), 0 or more. lr_max, lr_min: the rate at each
    start, and the one each cycle falls to. first_cycle, multiplier: whole numbers, at least 1.
    Returns one number: lr_max at t = 0 and at every restart.
    Examples, with lr_max 1, lr_min 0.2, first_cycle 3, multiplier 2: t = 1 gives 0.8, t = 7 gives
    0.4.
    """
    ### BEGIN SOLUTION
    length = first_cycle
    while t >= length:
        t, length = t - length, length * multiplier
    return lr_min + (lr_max - lr_min) / 2 * (1 + math.cos(math.pi * t / length))
    ### END SOLUTION


# %% nbgrader={"grade_id": "check_cosine_restarts", "grade": true, "points": 4}
check(cosine_restarts)

# %% [markdown]
# ### One cycle
#
# One cycle for the whole run: up to a rate higher than you would dare to keep, then down, far below
# the start. Two cosines that meet at the peak. Mind the indices: `steps` updates are
# `t = 0 ... steps - 1`, and the peak may lie *between* two of them.


# %% nbgrader={"grade_id": "one_cycle", "solution": true}
def one_cycle(t, *, max_lr, steps, pct_start, div, final_div):
    """Return the rate of update t of the one-cycle policy.

    Half a cosine up from the first rate at t = 0 to the peak at t = pct_start*steps - 1, then half
    a cosine down to the last rate at t = steps - 1, held after. Half a cosine is the part from its
    bottom to its top, or back.
    t: one whole number (int or NumPy integer), 0 or more. max_lr: the peak. steps: updates in
    all. pct_start: share of the rise, 0 < pct_start < 1 and pct_start*steps > 1.
    div, final_div: peak over first rate, first rate over last rate, each at least 1.
    Returns one number. Examples, with max_lr 1, steps 11, pct_start 5/11, div 5, final_div 2: t = 2
    gives 0.6, t = 7 gives 0.55.
    """
    ### BEGIN SOLUTION
    first, last = max_lr / div, max_lr / div / final_div
    peak, end = pct_start * steps - 1, steps - 1
    if t <= peak:
        return max_lr + (first - max_lr) / 2 * (1 + math.cos(math.pi * t / peak))
    share = min(1, (t - peak) / (end - peak))
    return last + (max_lr - last) / 2 * (1 + math.cos(math.pi * share))
    ### END SOLUTION


# %% nbgrader={"grade_id": "check_one_cycle", "grade": true, "points": 4}
check(one_cycle)

# %% [markdown]
# > **Conventions.** *What is a cycle?* Smith's "stepsize" and our `half_cycle` are half a cycle;
# > PyTorch's `CyclicLR` says `step_size_up`. *Counted in what?* Updates, always; a half-cycle that
# > was meant in epochs is too short by the number of batches. *Momentum:* `CyclicLR` and
# > `OneCycleLR` also move the momentum, downwards while the rate goes up, unless you pass
# > `cycle_momentum=False`. *One cycle:* ours is PyTorch's, peak at `pct_start*steps - 1`, end at
# > `steps - 1`; Optax peaks at `int(pct_start*steps)` and ends at `steps`. *Restarts:* PyTorch's
# > `CosineAnnealingWarmRestarts.step(epoch)` and timm find the cycle with a logarithm:

# %%
t, first_cycle, multiplier = 363, 3, 3
exact = math.log(t / first_cycle * (multiplier - 1) + 1, multiplier)
print(f"{multiplier}**5 = {multiplier**5}; its logarithm: {exact!r}; rounded down: {int(exact)}")

# %% [markdown]
# Cycle 5 was due to begin. In PyTorch 2.13, `step(363)` sets the rate to 0 in place of the top.
# Whole numbers do not round.

# %% [markdown]
# ## Read the curves
#
# Four recorded runs of real training. Look at the losses, the rate and the gradient together. For
# each run choose what happened, with what you would do first.

# %%
figures.runs_figure((95, 67, 27, 126))

# %% [markdown]
# *The four runs in words: one run in each row. On the left the training loss, the unseen loss and,
# dotted, the loss of a constant guess; in the middle the rate; on the right the norm of the
# gradient, all against updates.*
#
# <details><summary>The four runs in numbers</summary>
#
# - Run 95: 598 updates; a constant guess has loss 2.3. Training loss, at the start and after 10,
#   30, 60 and 100 %: 2.31, 1.92, 1.09, 0.974, 0.834; highest 2.68 at 69%, lowest 0.64 at 92%.
#   Unseen loss, at the start and after 10, 30, 60 and 100 %: 2.13, 1.52, 1.3, 1.12, 0.883; highest
#   2.13 at 0%, lowest 0.883 at 97%. Rate, at the start and after 10, 30, 60 and 100 %: 0.1, 0.0794,
#   0.00245, 0.0105, 2.47e-05; highest 0.1 at 0%, lowest 2.47e-05 at 33%. Norm of the gradient, at
#   the start and after 10, 30, 60 and 100 %: 0.322, 1.57, 1.33, 0.672, 1.08; highest 6.45 at 68%,
#   lowest 0.217 at 1%.
# - Run 67: 598 updates; a constant guess has loss 2.3. Training loss, at the start and after 10,
#   30, 60 and 100 %: 2.89, 1.82, 1.82, 1.82, 2.03; highest 2.89 at 0%, lowest 1.48 at 1%. Unseen
#   loss, at the start and after 10, 30, 60 and 100 %: 1.92, 1.86, 1.86, 1.86, 1.86; highest 1.92 at
#   0%, lowest 1.86 at 10%. Rate, at the start and after 10, 30, 60 and 100 %: 0.3, 0.000219,
#   1.16e-10, 1.5e-19, 4.24e-32; highest 0.3 at 0%, lowest 4.24e-32 at 98%. Norm of the gradient, at
#   the start and after 10, 30, 60 and 100 %: 3.17, 1.37, 1.42, 1.41, 1.34; highest 3.17 at 0%,
#   lowest 1.08 at 76%.
# - Run 27: 598 updates; a constant guess has loss 2.3. Training loss, at the start and after 10,
#   30, 60 and 100 %: 2.28, 0.305, 0.171, 0.135, 0.0362; highest 2.28 at 0%, lowest 0.00589 at 88%.
#   Unseen loss, at the start and after 10, 30, 60 and 100 %: 0.984, 0.28, 0.124, 0.0788, 0.0638;
#   highest 0.984 at 0%, lowest 0.0623 at 87%. Rate, at the start and after 10, 30, 60 and 100 %:
#   0.7, 0.556, 0.0171, 0.0734, 0.000173; highest 0.7 at 0%, lowest 0.000173 at 33%. Norm of the
#   gradient, at the start and after 10, 30, 60 and 100 %: 0.671, 1.21, 0.473, 0.505, 0.197; highest
#   2.58 at 2%, lowest 0.0359 at 88%.
# - Run 126: 299 updates; a constant guess has loss 2.3. Training loss, at the start and after 10,
#   30, 60 and 100 %: 2.42, 0.55, 0.137, 0.0734, 0.0655; highest 6.34 at 45%, lowest 0.00462 at 98%.
#   Unseen loss, at the start and after 10, 30, 60 and 100 %: 2.15, 0.674, 0.123, 0.0875, 0.245;
#   highest 2.19 at 3%, lowest 0.0668 at 77%. Rate, at the start and after 10, 30, 60 and 100 %:
#   0.1, 0.1, 0.1, 0.1, 0.1; highest 0.1 at 0%, lowest 0.1 at 0%. Norm of the gradient, at the start
#   and after 10, 30, 60 and 100 %: 3.16, 3.76, 1.83, 0.821, 1.63; highest 13.5 at 45%, lowest 0.067
#   at 97%.
#
# </details>
#
# **c1.** Run 95 (three convolutions on MNIST-1D): what happened, and what do you do first?
#
# - (a) *restarted*: Nothing: the schedule restarts the rate. Judge the run where a cycle ends.
# - (b) *dropped too early*: Keep the high rate longer: drop when the loss has become level.
# - (c) *on the noise floor*: Lower the rate in the second half of the run.
# - (d) *dropped too late*: Drop earlier, so that updates are left to gain from the lower rate.
#
# **c2.** Run 67 (network 40-64-64-10 on MNIST-1D): what happened, and what do you do first?
#
# - (a) *restarted*: Nothing: the schedule restarts the rate. Judge the run where a cycle ends.
# - (b) *overfitting*: Stop at the lowest unseen loss, or take more data; another rate is no cure.
# - (c) *right*: Keep the rate and its schedule; a shorter or longer run is the next question.
# - (d) *clock wrong*: Check what the schedule counts: epochs were taken for updates, or the
#   reverse.
#
# **c3.** Run 27 (network 64-32-10 on the digits): what happened, and what do you do first?
#
# - (a) *restarted*: Nothing: the schedule restarts the rate. Judge the run where a cycle ends.
# - (b) *overfitting*: Stop at the lowest unseen loss, or take more data; another rate is no cure.
# - (c) *spike and recovery*: Nothing at once: it recovers. If spikes return, look at their batches.
# - (d) *stuck*: Start anew with a lower rate: the units that a large step killed do not come back.
#
# **c4.** Run 126 (residual network with batch norm on the digits): what happened, and what do you
# do first?
#
# - (a) *right*: Keep the rate and its schedule; a shorter or longer run is the next question.
# - (b) *spike and recovery*: Nothing at once: it recovers. If spikes return, look at their batches.
# - (c) *clock wrong*: Check what the schedule counts: epochs were taken for updates, or the
#   reverse.
# - (d) *too low*: Raise the rate threefold, and again, until the loss no longer falls faster.

# %% nbgrader={"grade_id": "curves_11", "solution": true}
curves_11 = {"c1": "?", "c2": "?", "c3": "?", "c4": "?"}
### BEGIN SOLUTION
curves_11 = {"c1": "a", "c2": "d", "c3": "a", "c4": "b"}
### END SOLUTION

# %% nbgrader={"grade_id": "check_curves_11", "grade": true, "points": 1}
check("curves_11", curves_11)

# %% [markdown]
# ## Bug museum: the cycle that never left the ground
#
# In September 2021 a user of PyTorch Lightning wondered why `OneCycleLR` printed a rate that hardly
# moved for five epochs. Three months earlier the speech toolkit ESPnet had fixed the same fault in
# its own loop. Retold:


# %%
def rates_of_a_run(schedule, epochs, batches):
    rates = []
    for epoch in range(epochs):
        rate = schedule(epoch)
        for _ in range(batches):
            rates.append(rate)
    return rates


meant = schedules.OneCycle(max_lr=0.8, steps=5 * 200, pct_start=0.3, div=25, final_div=1e4)
used = rates_of_a_run(meant, epochs=5, batches=200)
print(f"highest rate meant 0.8, used {max(used):.4f}; last rate meant {meant(999):.1e}, ", end="")
print(f"used {used[-1]:.4f}")

# %% [markdown]
# No error, no warning, and the loss goes down a little: with a twenty-fifth of the rate. **Find**
# the line, **explain** in a sentence why it is harmless for a step decay written in epochs, **fix**
# it below.
#
# <details><summary>What happened</summary>
#
# The schedule was told that the run has 1,000 steps, and was moved on once an epoch: it walked five
# steps of the climb. The count must move with the *update*. For a schedule that is written in
# epochs, such as "drop at epoch 30", once an epoch is right, and that is what both loops were
# written for (pytorch/pytorch, issue 65417; espnet/espnet, pull request 3319; both 2021). The
# protection is a habit: *plot the rates that were used*, not the schedule you meant.
#
# </details>


# %% nbgrader={"grade_id": "mended_run", "solution": true}
def mended_run(schedule, epochs, batches):
    """Return the rates of all updates of a run, one after the other."""
    ### BEGIN SOLUTION
    return [schedule(t) for t in range(epochs * batches)]
    ### END SOLUTION


# %%
with your_code():
    used = mended_run(meant, epochs=5, batches=200)
    print(f"{len(used)} rates, highest {max(used):.4f} (1000 and 0.8000 are right)")

# %% [markdown]
# ## Experiment: four cycles on trial
#
# ### Where may a cycle stop?
#
# *Your* `triangular` trains the digits network: three cycles, five seeds. The loss is measured on
# the unseen fifth of the digits, which takes no part in training.

# %%
training_part, unseen_part = data.load_digits().split(seed=0)
network = problems.Network(training_part, sizes=(64, 32, 10))
unseen = problems.Network(unseen_part, sizes=(64, 32, 10))
seeds = range(5)


def three_triangles(top):
    """Five runs of 600 updates, three cycles between top/10 and top, with all their weights."""
    settings = {"batch_size": 16, "validation": unseen, "validate_every": 20, "keep_path": True}
    plan = [triangular(t, base_lr=top / 10, max_lr=top, half_cycle=100) for t in range(600)]
    return [train(network, SGD(), plan, 600, seed=s, progress=False, **settings) for s in seeds]


with your_code():
    runs = three_triangles(0.7)
    curve = np.array([run.validation_losses for run in runs])
    print("updates  rate is   loss on unseen images, mean (best to worst seed)")
    for t in [200, 300, 400, 500, 600]:
        now = curve[:, t // 20 - 1]
        end = "bottom" if t % 200 == 0 else "top"
        print(f"{t:7}  {end:8}  {now.mean():.3f}  ({now.min():.3f} to {now.max():.3f})")

# %%
with your_code():
    fig, (above, ax) = plt.subplots(2, sharex=True, height_ratios=[1, 2])
    above.plot(runs[0].rates, **style.series(1, markevery=100))
    above.set(ylabel="rate", xlabel="", title="Three cycles")
    ax.semilogy(runs[0].validation_steps, curve.mean(axis=0), **style.series(0, markevery=5))
    ax.fill_between(runs[0].validation_steps, curve.min(axis=0), curve.max(axis=0), alpha=0.15)
    ax.set(xlabel="updates", ylabel="loss on unseen images (nats)")

# %% [markdown]
# *Figure 1 in words: above, the rate, three triangles between 0.07 and 0.7. Below, the loss on
# unseen images on a logarithmic scale, mean of five seeds with a band from best to worst. Around
# every top the loss is high and the band is wide; at every bottom, at updates 200, 400 and 600, it
# dips and the band closes. Each dip is lower than the one before.*
#
# That settles **p1**: (b), in every one of the five seeds. The second half of each triangle acts as
# unit 04's drop; the first half of the next one undoes it. So: **a run must stop at the bottom of a
# cycle.** Choose the number of cycles first, then `half_cycle = steps // (2 * cycles)`; and never
# compare a run at its top with a run at its bottom.

# %% [markdown]
# ### Did it leave its minimum?
#
# If two sets of weights lie in two different minima, then somewhere on the straight line between
# them there is a hill. (Not the reverse: a level way may lead *around* the hill, as Garipov et al.
# found in 2018. A way without a hill proves one valley; a hill is only a sign of two.) Walk in a
# straight line from the first bottom to the second, from the second to the third, and measure how
# far the loss rises above the higher end. For comparison: from the end of one seed to the end of
# another.


# %%
def hill(a, b):
    """How far the training loss on the straight line from a to b rises above both ends."""
    on_the_way = network.loss(np.stack([a + (b - a) * x for x in np.linspace(0, 1, 21)]))
    return on_the_way.max() - max(on_the_way[0], on_the_way[-1])


with your_code():
    wild = three_triangles(1.0)
    hills = {}
    for name, rs in {"top 0.7": runs, "top 1.0": wild}.items():
        pairs = [(r.path[a], r.path[a + 200]) for r in rs for a in (200, 400)]
        hills[name] = np.array([hill(*pair) for pair in pairs]).reshape(5, 2)
        for seed, row in enumerate(hills[name]):
            ends = "  ".join(f"{network.loss(rs[seed].path[t]):.3f}" for t in (200, 400, 600))
            print(f"{name}, seed {seed}: hills {row[0]:.3f} {row[1]:.3f}   loss at bottoms {ends}")
    others = np.array([hill(runs[0].w, run.w) for run in runs[1:]])
    print("from seed 0 to the other seeds: hills", others.round(2))

# %% [markdown]
# With top 0.7 there is **no hill at all**, in any seed, after any cycle: the way from bottom to
# bottom leads downhill. Between different seeds there is a hill of more than 0.2, so the instrument
# works. **p2** is (a). The cycle did not leave a minimum; it went on along the same valley, and
# what looked like an escape was the noise rising and falling.
#
# With top 1.0 most seeds show no hill worth the name either; which do depends on the machine. Five
# seeds are too few to say more. Of 24 seeds, 6 showed hills, and 5 of these 6 were among the six
# that ended worst. A top that carries the network over a hill usually leaves it *worse* off. The
# two valleys on a line said why that is possible.

# %% [markdown]
# ### Is it faster?
#
# Now the trial of speed: six schedules, four budgets, seven peak rates each, five seeds. For each
# schedule and budget the rate is chosen by the *training* loss; the unseen images judge.


# %%
def cycles(n):
    return lambda lr, steps: (
        lambda t: triangular(t, base_lr=lr / 10, max_lr=lr, half_cycle=steps // (2 * n))
    )


contest = {
    "constant": lambda lr, steps: lr,
    "linear decay": lambda lr, steps: schedules.Linear(lr, 0.0, steps),
    "one triangle": cycles(1),
    "three triangles": cycles(3),
    "three restarts": lambda lr, steps: (
        lambda t: cosine_restarts(t, lr_max=lr, lr_min=0, first_cycle=steps // 3, multiplier=1)
    ),
    "one cycle": lambda lr, steps: (
        lambda t: one_cycle(t, max_lr=lr, steps=steps, pct_start=0.3, div=25, final_div=1e4)
    ),
}
peaks = 0.25 * 2 ** (np.arange(7) / 2)

# %%
with your_code():
    settings = {"batch_size": 16, "seed": seeds, "dtype": np.float32, "progress": False}
    results, chosen, at_two = {}, {}, {}
    for steps in [120, 300, 600, 1200]:
        print(f"{steps} updates       peak   loss on unseen images, mean (best to worst seed)")
        for name, make in contest.items():
            tried = sweep(
                network, SGD(), peaks, steps, schedule=partial(make, steps=steps), **settings
            )
            best = int(np.argmin(tried.final_losses.mean(axis=0)))
            score = results[name, steps] = tried.measure(unseen.loss)[:, best]
            chosen[name, steps] = peaks[best]
            at_two[name, steps] = tried.final_losses[:, -1].mean()
            spread = f"({score.min():.3f} to {score.max():.3f})"
            print(f"  {name:16} {peaks[best]:6.2f}   {score.mean():.3f}  {spread}")
    scores = results

# %%
with your_code():
    budgets = [120, 300, 600, 1200]
    fig, ax = plt.subplots()
    for i, name in enumerate(contest):
        means = [scores[name, steps].mean() for steps in budgets]
        ax.loglog(budgets, means, label=name, **style.series(i, markevery=1))
    ax.set(xlabel="budget (updates)", ylabel="loss on unseen images (nats)", title="Six schedules")
    ax.set_xticks(budgets, [str(b) for b in budgets])
    ax.set_yticks([0.05, 0.1, 0.2, 0.3], ["0.05", "0.1", "0.2", "0.3"])
    ax.minorticks_off()
    ax.legend()

# %% [markdown]
# *Figure 2 in words: loss on unseen images against the budget, both on logarithmic scales, one line
# for each schedule, means over five seeds, each at its own best peak rate. The constant rate lies
# clearly above the others at 120 and 300 updates and joins them at 1,200. The other five run close
# together all the way.*
#
# ### Two claims, settled
#
# **"A triangular cycle speeds convergence"**, in its strongest form *super-convergence*: ten times
# fewer updates (Smith & Topin 2018). Compare along the budgets: one cycle at 300 updates beats the
# constant rate at 300, and so it does at 120 and 600. But double the constant rate's updates and it
# is ahead: at 600 of the cycle at 300, at 1,200 of the cycle at 600. So **p3** is (b): *true
# against a constant rate, by less than a factor of two*; tenfold: *not here*. And at 1,200 the
# constant rate has caught up with all of them: the advantage is one of short budgets.
#
# Now the opponent that the papers seldom tuned: **linear decay**. At every budget its seeds and
# those of one cycle overlap; one triangle is a shade ahead at 300 and 600, by less than the seeds
# spread. Five seeds on one split cannot settle so little. A study with ten seeds on each of three
# splits, every schedule tuned in two rounds, can say more: at 300 updates one cycle is within 6 %
# of the line either way, lower in 15 of 30 runs, and one triangle in 17; a constant rate ends 17 %
# *above* the line (6 to 29). At 1,200 the constant rate cannot be told from the line any more (−4
# to 10 %). Nearly all of the advantage is the *down* half. Why no miracle? The effect was seen where
# very high rates could be reached: a cycle to many times the usual rate. Here the best peak of
# every schedule lies between 0.35 and 1, and at 2 all of them are lost: there are no much higher
# rates to visit. And our SGD has no momentum, which Smith's recipe moves too, against the rate.
#
# **"Cycles help to leave poor minima."** *Not here* at the best rates: no hill between the bottoms.
# *True when* the top exceeds 2/curvature of the minimum; but then it leaves good ones as well. On
# much larger networks Gotmare, Keskar, Xiong and Socher (2019) came to a similar verdict: the
# reasons usually given for the success of restarts did not show in their measurements.

# %% [markdown]
# ## Your experiment
#
# A short budget of 300 updates: `"fixed"`, `"straight line"` (down to 0), `"triangular"` (three
# cycles between a tenth of the rate and the rate) and `"one cycle"`. **Does a cycle beat the
# straight line, each at its own best rate?**
#
# You write a plan as data and the course trains it: which methods, which rates, how many of the ten
# seeds, which data (`"training"`, `"validation"`, `"test"`) choose each method's rate, and which
# judge it. Rates move to the nearest rung of a ladder with steps of 1.32.
#
# Then write down what *your* runs support: which is lower, and whether you are sure (`True` or
# `False`). The plan is graded by its design, the finding by whether it follows from the plan's own
# runs.

# %% nbgrader={"grade_id": "experiment_11", "solution": true}
experiment_11 = {
    "plan": {
        "methods": [],
        "rates": [],
        "seeds": 1,
        "updates": 300,
        "choose_on": "?",
        "judge_on": "?",
    },
    "finding": {"lower": "?", "sure": "?"},
}
### BEGIN SOLUTION
experiment_11 = {
    "plan": {
        "methods": ["straight line", "one cycle"],
        "rates": [0.15, 0.33, 0.76, 1.7, 3.9],
        "seeds": 10,
        "updates": 300,
        "choose_on": "validation",
        "judge_on": "test",
    },
    "finding": {"lower": "straight line", "sure": False},
}
### END SOLUTION

# %%
experiment("experiment_11", experiment_11["plan"])

# %% nbgrader={"grade_id": "check_experiment_11", "grade": true, "points": 3}
check("experiment_11", experiment_11)

# %% [markdown]
# ## Your conclusion (3 points, read by a person)
#
# In 80 to 120 words: *A colleague wants to replace the team's linear decay by triangular cycles,
# "because cycles escape poor minima and train ten times faster". What do you answer?* One point
# each: (1) compare two schedules at equal budget, each at its best rate, with two numbers and their
# spread; (2) say what the straight line between two bottoms showed, and when a cycle does leave a
# minimum; (3) name a case in which you would use a cycle, or one thing this experiment cannot tell.

# %% [markdown] nbgrader={"grade_id": "conclusion", "grade": true, "solution": true, "points": 3}
# At 600 updates, each at its best peak, one cycle reached 0.062 on unseen images (0.055 to 0.067)
# and linear decay 0.068 (0.061 to 0.075): the seeds overlap, so I would not change a working
# recipe. Against a constant rate (0.080) the cycle does win, but twice the updates at a constant
# rate win back. Escaping: on the straight line between the bottoms of two cycles there was no hill,
# so nothing was escaped. A cycle leaves a minimum when its top exceeds 2/curvature, and then it
# leaves good ones too. I would use restarts when I want several usable models from one run, one at
# each bottom. One small network and one data set: where far higher rates are stable, this may
# differ.

# %% [markdown]
# ## Exit quiz
#
# **q1.** Triangular, `base_lr = 0.1`, `max_lr = 0.5`, `half_cycle = 10`: the rate at `t = 25`?
#
# - (a) 0.3
# - (b) 0.35
# - (c) 0.5
# - (d) 0.25
#
# **q2.** You train for 1,000 updates with a half-cycle of 200, and the final loss is poor. First
# suspicion?
#
# - (a) too few cycles
# - (b) the run ended at the top of a cycle
# - (c) cycles do not suit this data
# - (d) the base rate is too low
#
# **q3.** Restarts with `first_cycle = 5`, `multiplier = 2`: when does the third cycle begin?
#
# - (a) at t = 10
# - (b) at t = 20
# - (c) at t = 15
# - (d) at t = 16
#
# **q4.** A paper: "one cycle reaches in 10 epochs what the baseline reaches in 100". What do you
# ask first?
#
# - (a) which momentum was cycled
# - (b) whether the baseline decayed too, and how its rate and budget were chosen
# - (c) whether the network was large enough
# - (d) nothing: a factor of ten is beyond any doubt

# %% nbgrader={"grade_id": "quiz_11", "solution": true}
quiz_11 = {"q1": "?", "q2": "?", "q3": "?", "q4": "?"}
### BEGIN SOLUTION
quiz_11 = {"q1": "a", "q2": "b", "q3": "c", "q4": "b"}
### END SOLUTION

# %% nbgrader={"grade_id": "check_quiz_11", "grade": true, "points": 1}
check("quiz_11", quiz_11)

# %% [markdown]
# > **What practitioners do.** Smith's advice (2017): take the bounds from a range test, and make a
# > half-cycle 2 to 10 epochs long. One cycle with opposed momentum (Smith 2018) became the default
# > of fastai (Howard & Gugger 2020) and is still a good choice for a short budget that is known
# > beforehand. Restarts found a use of their own: keep the model at each bottom, and average what
# > the models say (Huang et al. 2017); if the bottoms lie in one valley, as here, average the
# > *weights* instead (Izmailov et al. 2018). For large models repeated cycles have gone out of use:
# > a short rise and one long decay are what is left of them, and that is unit 12.
#
# ## Further reading
#
# - L. N. Smith (2017), *Cyclical Learning Rates for Training Neural Networks*, WACV,
#   arXiv:1506.01186.
# - I. Loshchilov and F. Hutter (2017), *SGDR: Stochastic Gradient Descent with Warm Restarts*,
#   ICLR, arXiv:1608.03983.
# - G. Huang, Y. Li, G. Pleiss, Z. Liu, J. Hopcroft and K. Weinberger (2017), *Snapshot Ensembles:
#   Train 1, Get M for Free*, ICLR.
# - T. Garipov, P. Izmailov, D. Podoprikhin, D. Vetrov and A. G. Wilson (2018), *Loss Surfaces, Mode
#   Connectivity, and Fast Ensembling of DNNs*, NeurIPS: ways around the hill.
# - L. N. Smith and N. Topin (2018), *Super-Convergence: Very Fast Training of Neural Networks Using
#   Large Learning Rates*, arXiv:1708.07120.
# - L. N. Smith (2018), *A Disciplined Approach to Neural Network Hyper-Parameters: Part 1*,
#   arXiv:1803.09820.
# - P. Izmailov, D. Podoprikhin, T. Garipov, D. Vetrov and A. G. Wilson (2018), *Averaging Weights
#   Leads to Wider Optima and Better Generalization*, UAI.
# - A. Gotmare, N. S. Keskar, C. Xiong and R. Socher (2019), *A Closer Look at Deep Learning
#   Heuristics: Learning Rate Restarts, Warmup and Distillation*, ICLR.
# - J. Howard and S. Gugger (2020), *Fastai: A Layered API for Deep Learning*, Information 11.
