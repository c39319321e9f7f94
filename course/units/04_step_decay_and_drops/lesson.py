# %% [markdown]
# # 04 · Step decay and scheduled drops
#
# Keep a rate, cut it, keep the new one. For years the best image classifiers in the world were
# trained this way, and their loss curves show the same strange cliff at each cut. Today you will
# write the two schedules, find out what the cliff is made of, and learn to distrust it.
#
# **After this unit you can**
#
# - write step decay and a scheduled drop as pure functions of the update count, right at every
#   boundary;
# - write tests that right versions pass and wrong ones do not;
# - explain why the loss plunges at a drop, and what the plunge costs;
# - turn epochs into updates without being off by a batch;
# - judge a schedule at the end of its budget, over several seeds, against a fixed rate.
#
# **Time** 100 minutes. **Points** 24: read the curves 1, your experiment 3, functions 15, predictions and quiz 2, written conclusion 3.
# **You need** units 01 and 03.

# %% nbgrader={"grade_id": "setup", "locked": true}
import matplotlib.pyplot as plt
import numpy as np

from autograders import check, experiment, your_code
from lrlib import data, figures, problems, schedules, style
from lrlib.labs import drag_the_drops
from lrlib.optimizers import SGD
from lrlib.training import train

plt.rcParams.update(style.rc())

# %% [markdown]
# ## Warm-up
#
# 1. (Unit 01) On a bowl of curvature 10, at which fixed rate does gradient descent begin to
#    diverge?
# 2. (Unit 03) With mini-batches and a fixed rate the loss settles on a floor instead of at zero.
#    You halve the rate. What happens to the floor, roughly?
# 3. (Unit 03) 1,000 examples, batches of 64: how many updates make an epoch, if none is thrown
#    away?
#
# <details><summary>Answers</summary>
#
# 1. Above 2/10 = 0.2.
# 2. It halves, roughly: for small rates the floor is proportional to the rate.
# 3. 16: fifteen full batches and one of 40.
#
# </details>

# %% [markdown]
# ## Predict
#
# A small network learns the digits with mini-batches of 16 at rate 0.5. At some update the rate is
# cut, once, to a tenth. Losses are means of five such runs.
#
# **p1.** In the 50 updates right after the cut, the loss on unseen images ...
#
# - (a) goes on falling, ten times more slowly than before
# - (b) plunges at once
# - (c) rises a little, then goes on falling
#
# **p2.** The whole budget is 1,500 updates. *Early* cuts at update 300, *late* at 1,200. At the
# end, the lower loss on unseen images has ...
#
# - (a) early: it spends 1,200 updates on careful refinement
# - (b) late: it spends 1,200 updates at the high rate
# - (c) neither: both saw the same two rates
#
# **p3.** A staircase cuts the rate to a tenth twice; a smooth curve takes off the same small share
# at every update. Both start at 0.5 and end at 0.005. After 1,500 updates the lower loss has ...
#
# - (a) the staircase
# - (b) the smooth curve: no sudden shocks
# - (c) neither: the ends decide

# %% nbgrader={"grade_id": "predict_04", "solution": true}
predict_04 = {"p1": "?", "p2": "?", "p3": "?"}
### BEGIN SOLUTION
predict_04 = {"p1": "b", "p2": "b", "p3": "a"}
### END SOLUTION

# %% nbgrader={"grade_id": "check_predict_04", "grade": true, "points": 1}
check("predict_04", predict_04)

# %% [markdown]
# ## Live lab: drag the drops
#
# Every change trains a real network again, on real digits, for 160 updates with very noisy batches
# of 8.
#
# **Challenge:** end with a loss of at most 0.3. When the lab says that you have met it, press *pin*
# and drag the first drop *earlier*. Watch two things: how deep the first plunge is, and where the
# run ends.

# %%
drag_the_drops()

# %% [markdown]
# *In words: above, the learning rate against the update, a flat line with two vertical marks, the
# drops. Below, the training loss of the whole data, with the jagged loss of the mini-batches behind
# it and a dashed goal at 0.3. A sentence says where the run ends.*
#
# *The lab as a still picture, for readers without a kernel:*
#
# ![Still picture of the lab, described in the words above](attachment:drag_the_drops.png)
#
# ## What a drop does
#
# Think of a long valley: steep across, gentle along. Mini-batch noise shakes the weights *across*
# it; the way to the minimum leads *along* it. The next cell is that valley and nothing else:
# curvature 10 across, 0.02 along, noise in every gradient, rate 0.15 cut to 0.015 at update 300.

# %%
valley = problems.NoisyQuadratic((10.0, 0.02), noise=1.0)
cut = schedules.ScheduledDrop(0.15, [300], gamma=0.1)
walks = [
    train(
        valley, SGD(), cut, 600, batch_size=1, seed=seed, w0=np.array([0.0, 10.0]), keep_path=True
    )
    for seed in range(50)
]
half_curvatures = np.array([[5.0], [0.01]])  # the loss in a direction is half its curvature * w^2
across, along = np.mean([walk.path**2 for walk in walks], axis=0).T * half_curvatures
moments = [0, 100, 200, 300, 320, 400, 500, 600]
print("updates     ", "  ".join(f"{t:5}" for t in moments))
for name, part in [("loss across ", across), ("loss along  ", along)]:
    print(name, "  ".join(f"{part[t]:.3f}" for t in moments))

# %% [markdown]
# Across the valley, the loss is a floor that noise holds up. At the cut it collapses within twenty
# updates, to less than a tenth: shorter steps, less shaking. (More than tenfold, because 0.15 is
# near the limit of 0.2, where unit 03's floor grows faster than the rate.) Along the valley, where
# the learning is still to be done, nothing plunges; progress just becomes **ten times slower**.
#
# So the cliff in this valley is not a burst of learning. The shaking stops, and what was already
# learned becomes visible. **A drop shows what was learned; it teaches nothing.** That makes (b) the
# likely answer to **p1**; the experiment below settles it on the digits.

# %% [markdown]
# ## Worked example: reading a staircase
#
# Step decay multiplies the rate by `gamma` once every `every` updates; `t` counts updates already
# made, so `t = 0` is the first one. What is the rate at $t = 25$ for `lr0 = 0.8`, `gamma = 0.5`,
# `every = 10`?

# %%
t, lr0, gamma, every = 25, 0.8, 0.5, 10

# 1. Count the steps of the staircase that are complete
complete = t // every
# 2. Each complete step is one drop
shrink = gamma**complete
# 3. Apply all drops to the first rate
print(f"t = {t}: {complete} steps complete, rate {lr0} * {shrink} = {lr0 * shrink}")
# 4. Test both sides of a boundary
print("t = 9, 10:", lr0 * gamma ** (9 // every), lr0 * gamma ** (10 // every))

# %% [markdown]
# Sub-goal 4 is where programs go wrong. After ten updates, `t = 0 ... 9`, the drop takes effect
# **at** `t = 10`.
#
# **Your turn, for a scheduled drop:** now the boundaries are a list. Only sub-goal 1 changes:
# replace `None` by it. (Python counts a true comparison as 1: `True + True` is 2.)

# %% nbgrader={"grade_id": "drops_so_far", "solution": true}
t, milestones = 60, [30, 60, 80]
drops_so_far = None  # 1. Count the milestones that have been reached: m <= t
### BEGIN SOLUTION
drops_so_far = sum(milestone <= t for milestone in milestones)
### END SOLUTION
print(f"drops at t = {t}:", drops_so_far, "(2 is right: 60 counts, the drop is at its boundary)")

# %% [markdown]
# ## Write it yourself
#
# ### Step decay


# %% nbgrader={"grade_id": "step_decay", "solution": true}
def step_decay(t, *, lr0, gamma, every):
    """Return the rate of update t of a staircase that drops after every `every` updates.

    t: one whole number, 0 or more (updates already made). lr0: the first rate.
    gamma: the factor of each drop, above 0 and at most 1. every: updates per step, at least 1.
    Returns one number. The drop takes effect at t = every, not one later.
    With lr0 = 0.8, gamma = 0.25 and every = 4, update 3 has rate 0.8 and update 8 has 0.05.
    """
    ### BEGIN SOLUTION
    return lr0 * gamma ** (t // every)
    ### END SOLUTION


# %% nbgrader={"grade_id": "check_step_decay", "grade": true, "points": 5}
check(step_decay)

# %% [markdown]
# ### First the test, then the function
#
# Next comes the scheduled drop. Before you write it, write its *test*: a list of calls, each with
# the rate that you worked out **by hand**. What makes a list good? Not its length. A good list is
# one that *right* versions pass and *wrong* ones do not. Think of the ways to get this wrong, and
# ask for the rate where each would show: the update at a boundary and the one right before it;
# between two drops and after the last; the smallest milestone that the contract allows; the same
# call once more. And choose numbers that cannot be mistaken: `gamma = 0.5` looks the same whether
# half is kept or half is taken away.
#
# Your list is tried on seven right versions and on eleven wrong ones that people really write.
# Cases with equal milestones are called with one and the same list, as if you had given it a name:
# if a version changes that list, your next case gets the changed one.


# %% nbgrader={"grade_id": "tests_for_scheduled_drop", "solution": true}
def tests_for_scheduled_drop():
    """Return at most 20 cases that tell right versions of scheduled_drop from wrong ones.

    A case is a pair (arguments, expected), such as
    ({"t": 0, "lr0": 0.8, "milestones": [4, 8], "gamma": 0.25}, 0.8).
    The contract: scheduled_drop multiplies lr0 by gamma once for each milestone that t has reached
    or passed. t is a whole number, 0 or more; milestones are whole numbers, 0 or more, strictly
    increasing, or none at all; gamma is above 0 and at most 1; lr0 is above 0. milestones is not
    changed.
    Returns a list.
    """
    ### BEGIN SOLUTION
    at = {"lr0": 0.8, "milestones": [4, 8], "gamma": 0.25}
    rates = {3: 0.8, 4: 0.2, 7: 0.2, 8: 0.05, 100: 0.05}
    cases = [({**at, "t": t}, rate) for t, rate in rates.items()]
    return [*cases, ({**at, "t": 0, "milestones": [0, 8]}, 0.2)]
    ### END SOLUTION


# %% nbgrader={"grade_id": "check_tests_for_scheduled_drop", "grade": true, "points": 3}
check(tests_for_scheduled_drop)

# %% [markdown]
# ### Scheduled drop
#
# Now the function that your test was waiting for.


# %% nbgrader={"grade_id": "scheduled_drop", "solution": true}
def scheduled_drop(t, *, lr0, milestones, gamma):
    """Return the rate of update t, dropped once for each milestone that t has reached or passed.

    t: one whole number, 0 or more. lr0: the rate before any milestone.
    milestones: list, tuple or array of update counts, 0 or more, strictly increasing; may be empty.
    gamma: the factor of each drop, above 0 and at most 1.
    Returns one number. milestones is not changed.
    With lr0 = 0.8, milestones [4, 9] and gamma = 0.25, update 3 has rate 0.8 and update 9 has 0.05.
    """
    ### BEGIN SOLUTION
    return lr0 * gamma ** sum(milestone <= t for milestone in milestones)
    ### END SOLUTION


# %% nbgrader={"grade_id": "check_scheduled_drop", "grade": true, "points": 5}
check(scheduled_drop)

# %% [markdown]
# Green? Then the lab can run on your own function.

# %%
drag_the_drops(scheduled_drop=scheduled_drop)

# %% [markdown]
# ### From epochs to updates
#
# Papers say "drop at epoch 30"; schedules count updates. The bridge has one trap: the last, short
# batch.


# %% nbgrader={"grade_id": "epochs_to_steps", "solution": true}
def epochs_to_steps(epochs, n_samples, batch_size):
    """Return the number of updates in `epochs` epochs.

    epochs: a whole number, 0 or more. n_samples, batch_size: whole numbers, at least 1.
    Returns a whole number. Every epoch uses every sample; its last batch may be short.
    10 samples in batches of 4 make 3 updates in one epoch and 6 in two.
    """
    ### BEGIN SOLUTION
    return epochs * -(-n_samples // batch_size)
    ### END SOLUTION


# %% nbgrader={"grade_id": "check_epochs_to_steps", "grade": true, "points": 2}
check(epochs_to_steps)

# %% [markdown]
# > **Conventions.** *When does a drop at 30 act?* Here, in PyTorch's `MultiStepLR` and in Optax at
# > `t = 30`; Keras's `PiecewiseConstantDecay` still has the old rate at 30 (pass 29), timm drops at
# > 29 (pass 31). *What is counted?* PyTorch counts calls of `scheduler.step()`: once an epoch or
# > once an update is up to your loop, and mixing the two is a classic. *Short batches:* a PyTorch
# > `DataLoader` with `drop_last=True` throws the last one away: round down instead of up. *Reading
# > the rate:* in PyTorch use `get_last_lr()`; in release 1.1 `get_lr()` showed the drop twice at
# > each milestone while the optimizer used it once (pytorch/pytorch, issue 20486, 2019).

# %% [markdown]
# ## Read the curves
#
# Four recorded runs of real training. Look at the losses, the rate and the gradient together. For
# each run choose what happened, with what you would do first.

# %%
figures.runs_figure((15, 54, 51, 49))

# %% [markdown]
# *The four runs in words: one run in each row. On the left the training loss, the unseen loss and,
# dotted, the loss of a constant guess; in the middle the rate; on the right the norm of the
# gradient, all against updates.*
#
# <details><summary>The four runs in numbers</summary>
#
# - Run 15: 598 updates; a constant guess has loss 2.3. Training loss, at the start and after 10,
#   30, 60 and 100 %: 2.28, 0.288, 0.285, 0.233, 0.139; highest 2.28 at 0%, lowest 0.0688 at 96%.
#   Unseen loss, at the start and after 10, 30, 60 and 100 %: 1, 0.277, 0.225, 0.201, 0.182; highest
#   1 at 0%, lowest 0.182 at 93%. Rate, at the start and after 10, 30, 60 and 100 %: 0.7, 0.021,
#   0.021, 0.021, 0.021; highest 0.7 at 0%, lowest 0.021 at 8%. Norm of the gradient, at the start
#   and after 10, 30, 60 and 100 %: 0.671, 0.666, 0.518, 0.398, 0.288; highest 2.6 at 2%, lowest
#   0.178 at 49%.
# - Run 54: 598 updates; a constant guess has loss 2.3. Training loss, at the start and after 10,
#   30, 60 and 100 %: 2.94, 2.15, 1.89, 1.96, 1.53; highest 2.94 at 0%, lowest 0.998 at 65%. Unseen
#   loss, at the start and after 10, 30, 60 and 100 %: 2.11, 1.86, 1.87, 1.71, 1.65; highest 2.11 at
#   0%, lowest 1.65 at 97%. Rate, at the start and after 10, 30, 60 and 100 %: 0.3, 0.3, 0.3, 0.3,
#   0.015; highest 0.3 at 0%, lowest 0.015 at 95%. Norm of the gradient, at the start and after 10,
#   30, 60 and 100 %: 5.14, 2.49, 1.69, 3.36, 2.79; highest 5.14 at 0%, lowest 1.13 at 97%.
# - Run 51: 598 updates; a constant guess has loss 2.3. Training loss, at the start and after 10,
#   30, 60 and 100 %: 2.89, 1.7, 1.53, 1.62, 1.72; highest 2.89 at 0%, lowest 1.19 at 86%. Unseen
#   loss, at the start and after 10, 30, 60 and 100 %: 1.97, 1.69, 1.64, 1.62, 1.59; highest 1.97 at
#   0%, lowest 1.58 at 93%. Rate, at the start and after 10, 30, 60 and 100 %: 0.3, 0.009, 0.009,
#   0.009, 0.009; highest 0.3 at 0%, lowest 0.009 at 8%. Norm of the gradient, at the start and
#   after 10, 30, 60 and 100 %: 3.17, 1.73, 1.07, 1.33, 1.24; highest 3.17 at 0%, lowest 0.902 at
#   17%.
# - Run 49: 598 updates; a constant guess has loss 2.3. Training loss, at the start and after 10,
#   30, 60 and 100 %: 3.32, 2.82, 1.78, 2.23, 1.34; highest 3.57 at 5%, lowest 0.18 at 8%. Unseen
#   loss, at the start and after 10, 30, 60 and 100 %: 2.29, 1.87, 1.81, 1.7, 1.62; highest 2.29 at
#   0%, lowest 1.6 at 83%. Rate, at the start and after 10, 30, 60 and 100 %: 0.09, 0.09, 0.09,
#   0.09, 0.09; highest 0.09 at 0%, lowest 0.09 at 0%. Norm of the gradient, at the start and after
#   10, 30, 60 and 100 %: 9.39, 4.14, 2.94, 3.15, 4.03; highest 9.39 at 0%, lowest 1.32 at 8%.
#
# </details>
#
# **c1.** Run 15 (network 64-32-10 on the digits): what happened, and what do you do first?
#
# - (a) *on the noise floor*: Lower the rate in the second half of the run.
# - (b) *too low*: Raise the rate threefold, and again, until the loss no longer falls faster.
# - (c) *dropped too early*: Keep the high rate longer: drop when the loss has become level.
# - (d) *stuck*: Start anew with a lower rate: the units that a large step killed do not come back.
#
# **c2.** Run 54 (network 40-64-64-10 on MNIST-1D): what happened, and what do you do first?
#
# - (a) *on the noise floor*: Lower the rate in the second half of the run.
# - (b) *dropped too late*: Drop earlier, so that updates are left to gain from the lower rate.
# - (c) *dropped too early*: Keep the high rate longer: drop when the loss has become level.
# - (d) *unstable*: Lower the rate threefold, and again, until the loss falls from the start.
#
# **c3.** Run 51 (network 40-64-64-10 on MNIST-1D): what happened, and what do you do first?
#
# - (a) *on the noise floor*: Lower the rate in the second half of the run.
# - (b) *stuck*: Start anew with a lower rate: the units that a large step killed do not come back.
# - (c) *too low*: Raise the rate threefold, and again, until the loss no longer falls faster.
# - (d) *dropped too early*: Keep the high rate longer: drop when the loss has become level.
#
# **c4.** Run 49 (network 40-64-64-10 on MNIST-1D): what happened, and what do you do first?
#
# - (a) *unstable*: Lower the rate threefold, and again, until the loss falls from the start.
# - (b) *on the noise floor*: Lower the rate in the second half of the run.
# - (c) *stuck*: Start anew with a lower rate: the units that a large step killed do not come back.
# - (d) *dropped too late*: Drop earlier, so that updates are left to gain from the lower rate.

# %% nbgrader={"grade_id": "curves_04", "solution": true}
curves_04 = {"c1": "?", "c2": "?", "c3": "?", "c4": "?"}
### BEGIN SOLUTION
curves_04 = {"c1": "c", "c2": "b", "c3": "d", "c4": "b"}
### END SOLUTION

# %% nbgrader={"grade_id": "check_curves_04", "grade": true, "points": 1}
check("curves_04", curves_04)

# %% [markdown]
# ## Bug museum: the drop that sometimes never came
#
# Pointcept, a library for 3-D scenes, let its users give milestones as *shares* of the whole run.
# In December 2024 a user found that the rate was never cut, without any error. Retold:


# %%
def rates_with_shares(lr, shares, gamma, steps):
    milestones = [share * steps for share in shares]
    rates = []
    for t in range(steps):
        if t in milestones:
            lr = lr * gamma
        rates.append(lr)
    return rates


for steps in [1500, 1512]:
    last = rates_with_shares(0.5, (0.5, 0.75, 0.9), 0.1, steps)[-1]
    print(f"{steps} updates: last rate {last:.4f} after three drops to a tenth")

# %% [markdown]
# With 1,500 updates it works; with 1,512, one of the three drops is missing. **Find** the
# comparison, **explain** in a sentence why a test with 1,500 updates passes, **fix** it below.
#
# <details><summary>What happened</summary>
#
# 0.9 · 1512 is 1360.8, and no whole number is *equal* to 1360.8. PyTorch's `MultiStepLR` looks the
# present count up in its milestones, as `t in milestones` does here; so whether a drop came
# depended on whether share × steps happened to be whole, that is on the size of the data set. The
# finder's fix is `int(share * steps)` (Pointcept/Pointcept, issue 379, 2024). A rule that cannot be
# jumped over is safer: *count the milestones with* `m <= t`, as your `scheduled_drop` does.
# Boundaries need `<=`, never `==`.
#
# </details>


# %% nbgrader={"grade_id": "mended_rates", "solution": true}
def mended_rates(lr, shares, gamma, steps):
    """Return the list of the rates of all updates, with a drop at each share of the run."""
    ### BEGIN SOLUTION
    milestones = [share * steps for share in shares]
    return [scheduled_drop(t, lr0=lr, milestones=milestones, gamma=gamma) for t in range(steps)]
    ### END SOLUTION


# %%
with your_code():
    last = mended_rates(0.5, (0.5, 0.75, 0.9), 0.1, 1512)[-1]
    print(f"last rate {last:.4f} (0.0005 is right)")

# %% [markdown]
# ## Experiment: an early drop against a late drop
#
# The same network, data, batches, budget and seeds; only the moment of the cut differs. *Your*
# `scheduled_drop` sets the rate of every update. The loss is measured on the unseen fifth of the
# digits, which takes no part in training.

# %%
training_part, unseen_part = data.load_digits().split(seed=0)
network = problems.Network(training_part, sizes=(64, 32, 10))
unseen = problems.Network(unseen_part, sizes=(64, 32, 10))
budget, seeds = 1500, range(5)


def run_all(schedule, problem=network):
    """Five runs, one for each seed, with the loss on unseen images every 50 updates."""
    settings = {"batch_size": 16, "validation": unseen, "validate_every": 50, "progress": False}
    return [train(problem, SGD(), schedule, budget, seed=seed, **settings) for seed in seeds]


# %%
def drop_at(milestone):
    return lambda t: scheduled_drop(t, lr0=0.5, milestones=[milestone], gamma=0.1)


with your_code():
    runs = {"early": run_all(drop_at(300)), "late": run_all(drop_at(1200)), "no drop": run_all(0.5)}
    curves = {name: np.array([r.validation_losses for r in rs]) for name, rs in runs.items()}
    print("mean loss on unseen images; at the end also the best and the worst of five seeds")
    print("updates   300    350    1200   1250   1500")
    for name, curve in curves.items():
        means = "  ".join(
            f"{curve[:, t // 50 - 1].mean():.3f}" for t in [300, 350, 1200, 1250, 1500]
        )
        print(f"{name:8}  {means}  ({curve[:, -1].min():.3f} to {curve[:, -1].max():.3f})")

# %%
with your_code():
    updates = runs["early"][0].validation_steps
    fig, ax = plt.subplots()
    for i, (name, curve) in enumerate(curves.items()):
        ax.semilogy(updates, curve.mean(axis=0), label=name, **style.series(i, markevery=4))
        ax.fill_between(updates, curve.min(axis=0), curve.max(axis=0), alpha=0.12)
    ax.set(xlabel="updates", ylabel="loss on unseen images (nats)", title="One drop, two moments")
    ax.legend()

# %% [markdown]
# *Figure 1 in words: loss on unseen images against updates, on a logarithmic scale; lines are means
# over five seeds, bands reach from the best to the worst seed. At update 300 the early run plunges
# below the others and then flattens out. The other two keep falling in a wide, ragged band and
# cross the early run well before the end. At update 1,200 the late run's band becomes narrow.*
#
# Read the table with the figure. Just after its cut, *early* is far ahead of the same network
# without a cut: **p1** is (b) on real data too. The loss falls by about a third at 300 and by less
# than half as much at 1,200, when less shaking is left. At the end, *early* is *behind*, in all
# five seeds: **p2** is (b). After its cut it crept along the valley.
#
# **No drop** ends, here, about level with the late drop, and one split cannot tell them apart. On
# nine splits, with 16 seeds each, the late drop had the lower mean on all nine, by 3 to 13 %, and
# was below the run without one in 101 of 144 pairs; its seeds spread less on eight of nine. So a
# late drop lowers the mean a little and makes the result depend less on luck. The gain is small
# because this network fits its training images almost perfectly, and then every mini-batch agrees:
# the noise itself fades.
#
# Does a drop really only show what was already learned? If the weights shake to both sides, the
# shaking cancels in their *mean*. So take the weights of the 50 updates **before** the cut at 300,
# all made at the high rate, and average them:

# %%
before, mean, after = [], [], []
for seed in seeds:
    run = train(network, SGD(), 0.5, 300, batch_size=16, seed=seed, keep_path=True, progress=False)
    before.append(unseen.loss(run.w))
    mean.append(unseen.loss(run.path[-50:].mean(axis=0)))
with your_code():
    after = curves["early"][:, 6]
    print(f"at update 300 {np.mean(before):.3f}, mean of the 50 before it {np.mean(mean):.3f}")
    print(f"and 50 updates after the cut {np.mean(after):.3f}")

# %% [markdown]
# The average, which never saw a small rate, has the loss of the run that was cut.

# %% [markdown]
# ### Two claims, settled
#
# **"A fixed rate does not fit every stage of training."** On these clean digits the fixed 0.5 held
# its own. So make the noise stay: give one training image in ten a random label, and repeat.

# %%
rng = np.random.default_rng(1)
wrong = rng.random(training_part.n_samples) < 0.1
labels = np.where(wrong, rng.integers(0, 10, training_part.n_samples), training_part.y)
noisy = problems.Network((training_part.X, labels), sizes=(64, 32, 10))
with your_code():
    stay = {}
    for name, schedule in {"late": drop_at(1200), "no drop": 0.5}.items():
        stay[name] = np.array([r.validation_losses[-1] for r in run_all(schedule, noisy)])
        print(
            f"{name:8} {stay[name].mean():.3f}  ({stay[name].min():.3f} to {stay[name].max():.3f})"
        )

# %% [markdown]
# *True when the noise stays*, on average: with 16 seeds on each of three splits the mean falls by
# 18 to 23 %, and the late drop is lower in 39 of 48 pairs. It is no promise for one run: on each of
# these splits the best run without a drop beats the worst with one. For clean digits, which this
# network can fit, the gain is much smaller.
#
# **"Cutting in steps gives more control than continuous decay."** You do choose the moment. Does it
# lower the loss? A staircase against two curves with the same *ends* and one with the same *total*
# of rates:

# %%
contest = {
    "staircase": lambda t: step_decay(t, lr0=0.5, gamma=0.1, every=500),
    "smooth, same ends": schedules.ExponentialDecay(0.5, gamma=0.01, every=1500),
    "straight, same ends": schedules.Linear(0.5, 0.005, budget),
    "smooth, same total": schedules.ExponentialDecay(0.5, gamma=0.085, every=1500),
}
finals = {}
with your_code():
    for name, schedule in contest.items():
        results = run_all(schedule)
        total = results[0].rates.sum()
        finals[name] = ends = np.array([run.final_loss for run in results])
        print(f"{name:19} rates add up to {total:3.0f}, loss {ends.mean():.3f} ± {ends.std():.3f}")

# %% [markdown]
# (Losses on the training images, mean ± standard deviation.) With the same ends the staircase
# clearly beats the smooth curve, so **p3** is (a), and a straight line beats both. Most of that
# difference comes from how far a run could walk: the losses fall as the totals rise. With the same
# total the two look level, because the seeds differ more than the schedules. Compared seed by seed,
# with 16 seeds on each of three splits, the staircase has the lower mean on all three, by 3 to 4 %
# in training loss and 3 to 10 % on unseen images; it is lower in 42 of 48 pairs in training and 39
# of 48 unseen. So: *true here, by a little*, once the totals agree. Compare schedules at equal ends
# and you mostly compare how far they walked. Unit 05 makes this its first question.

# %% [markdown]
# ## Your experiment
#
# The labels are clean this time, and the run is short: 600 updates. `"early drop"` divides the rate
# by ten after a fifth of them, `"late drop"` after four fifths, `"no drop"` never. **Compare two of
# them, or all three, each at its own best rate.**
#
# You write a plan as data and the course trains it: which methods, which rates, how many of the ten
# seeds, which data (`"training"`, `"validation"`, `"test"`) choose each method's rate, and which
# judge it. Rates move to the nearest rung of a ladder with steps of 1.32.
#
# Then write down what *your* runs support: which is lower, and whether you are sure (`True` or
# `False`). The plan is graded by its design, the finding by whether it follows from the plan's own
# runs.

# %% nbgrader={"grade_id": "experiment_04", "solution": true}
experiment_04 = {
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
experiment_04 = {
    "plan": {
        "methods": ["early drop", "late drop"],
        "rates": [0.15, 0.33, 0.76, 1.7, 3.9],
        "seeds": 10,
        "updates": 600,
        "choose_on": "validation",
        "judge_on": "test",
    },
    "finding": {"lower": "late drop", "sure": True},
}
### END SOLUTION

# %%
experiment("experiment_04", experiment_04["plan"])

# %% nbgrader={"grade_id": "check_experiment_04", "grade": true, "points": 3}
check("experiment_04", experiment_04)

# %% [markdown]
# ## Your conclusion (3 points, read by a person)
#
# In 80 to 120 words: *A colleague shows you a curve that plunges right after a drop at update 300
# of 1,500 and concludes "drop early". What do you answer?* One point each: (1) say what the plunge
# is made of; (2) compare early and late at the end, with at least two numbers from your table and
# their spread; (3) name a situation in which the colleague would be right.

# %% [markdown] nbgrader={"grade_id": "conclusion", "grade": true, "solution": true, "points": 3}
# The plunge is the end of the shaking across the valley, not faster learning. In our runs the early
# drop was ahead at update 350 (0.084 against 0.138 without a drop) and behind at the end: 0.068,
# against 0.043 for the late drop, and the seeds do not overlap (0.063 to 0.072 against 0.039 to
# 0.049). After an early drop every update is a tenth as long, so the way along the valley takes ten
# times as many. I would drop late, shortly before the budget ends. You would be right if the budget
# were 350 updates. One network and one starting rate: with one so high that nothing is learned
# before the drop, early would be better too.

# %% [markdown]
# ## Exit quiz
#
# **q1.** Why does the loss plunge within a few updates of a drop?
#
# - (a) smaller steps find the right direction better
# - (b) the gradient becomes smaller at the drop
# - (c) the drop lets the network leave a bad region
# - (d) the shaking about the valley floor shrinks with the rate
#
# **q2.** Step decay with `lr0 = 0.8`, `gamma = 0.5`, `every = 10`: the rate at `t = 10`?
#
# - (a) 0.4
# - (b) 0.8
# - (c) 0.2
# - (d) 0.3
#
# **q3.** 1,438 images, batches of 100, none thrown away: how many updates are three epochs?
#
# - (a) 42
# - (b) 44
# - (c) 4,314
# - (d) 45
#
# **q4.** After 350 updates run A, which has just dropped, is ahead of run B, which has not. Which
# is better at 1,500?
#
# - (a) A: it is ahead and more careful
# - (b) B: dropping early is always wrong
# - (c) unknown: compare them at the end of the budget

# %% nbgrader={"grade_id": "quiz_04", "solution": true}
quiz_04 = {"q1": "?", "q2": "?", "q3": "?", "q4": "?"}
### BEGIN SOLUTION
quiz_04 = {"q1": "d", "q2": "a", "q3": "d", "q4": "c"}
### END SOLUTION

# %% nbgrader={"grade_id": "check_quiz_04", "grade": true, "points": 1}
check("quiz_04", quiz_04)

# %% [markdown]
# > **What practitioners do.** AlexNet's rate was cut by ten, by hand, when the validation error
# > stopped falling, three times in all (Krizhevsky, Sutskever & Hinton 2012). ResNet made it a
# > schedule: 0.1, a tenth of it after 32,000 and again after 48,000 of 64,000 updates on CIFAR-10,
# > half and three quarters of the way (He et al. 2016). ImageNet recipes cut at epochs 30, 60 and
# > 80 of 90 (Goyal et al. 2017). Today most recipes decay smoothly, and large language models are
# > often trained at a constant rate with one short decay at the very end (Hu et al. 2024; Hägele et
# > al. 2024): in effect a late drop with a rounded edge. Unit 12 builds it. In theory, too,
# > dropping in steps is close to the best that a known budget allows for least squares (Ge et al.
# > 2019).
#
# ## Further reading
#
# - A. Krizhevsky, I. Sutskever and G. Hinton (2012), *ImageNet Classification with Deep
#   Convolutional Neural Networks*, NeurIPS.
# - K. He, X. Zhang, S. Ren and J. Sun (2016), *Deep Residual Learning for Image Recognition*, CVPR.
# - P. Goyal et al. (2017), *Accurate, Large Minibatch SGD: Training ImageNet in 1 Hour*,
#   arXiv:1706.02677.
# - R. Ge, S. Kakade, R. Kidambi and P. Netrapalli (2019), *The Step Decay Schedule: A Near Optimal,
#   Geometrically Decaying Learning Rate Procedure For Least Squares*, NeurIPS.
# - K. You, M. Long, J. Wang and M. Jordan (2019), *How Does Learning Rate Decay Help Modern Neural
#   Networks?*, arXiv:1908.01878.
# - S. Hu et al. (2024), *MiniCPM: Unveiling the Potential of Small Language Models with Scalable
#   Training Strategies*, arXiv:2404.06395.
# - A. Hägele et al. (2024), *Scaling Laws and Compute-Optimal Training Beyond Fixed Training
#   Durations*, NeurIPS.
