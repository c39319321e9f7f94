# %% [markdown]
# # 12 · The modern recipe
#
# Warm up, keep going, wind down. Nearly every large model of today was trained with some version of
# these three steps, and no configuration file says what each of them is for. Today you write all
# the parts, break a deep network by leaving one out, and find out which part lets you stop whenever
# you like.
#
# **After this unit you can**
#
# - write warmup, cosine decay and warmup-stable-decay, and join schedules so that each keeps its
#   own clock;
# - say what warmup protects, and recognise a network that did not survive its first updates;
# - get models for several budgets out of one run, and say what that saves;
# - read the schedule of a published recipe, and spot where two libraries count differently.
#
# **Time** 115 minutes. **Points** 24: read the curves 1, your experiment 3, functions 15, predictions and quiz 2, written conclusion 3.
# **You need** units 04, 05, 07 and 11.

# %% nbgrader={"grade_id": "setup", "locked": true}
import math

import matplotlib.pyplot as plt
import numpy as np

from autograders import check, experiment, your_code
from lrlib import data, figures, problems, schedules, style
from lrlib.labs import schedule_designer
from lrlib.optimizers import SGD, Momentum
from lrlib.training import sweep, train

plt.rcParams.update(style.rc())

# %% [markdown]
# ## Warm-up
#
# 1. (Unit 04) A late drop and no drop: what did the drop add, and how many updates did it need?
# 2. (Unit 05) Two decays have the same first and the same last rate, and one of them ends lower.
#    What do you compare before you praise its shape?
# 3. (Unit 07) Momentum 0.9, gradients that hardly change: how many times longer does a step become
#    than the rate alone would make it?
#
# <details><summary>Answers</summary>
#
# 1. It stopped the shaking, within a few dozen updates, so that what was learned became visible.
# 2. The totals of their rates: how far each of them walks.
# 3. Ten times: the velocity adds up to 1/(1 − 0.9) gradients, but only after some updates.
#
# </details>

# %% [markdown]
# ## Predict
#
# A network with four hidden layers learns the digits with momentum 0.9, batches of 256, 300
# updates. At rate 0.2 and without warmup, some of six seeds fail: right on less than 90 % of the
# unseen images.
#
# **p1.** Now the rate climbs to 0.2 in a straight line over the first 100 updates and stays there.
#
# - (a) as many seeds fail, only later: the full rate comes anyway
# - (b) at most one of the six still fails
# - (c) more fail: a third of the budget is spent at low rates
#
# **p2.** A run that has failed shows a loss of 2.30, update after update. What is it doing?
#
# - (a) nothing: its last hidden layer gives zero for every image, and so does the gradient there
# - (b) swinging to and fro across a valley: the rate is too high
# - (c) resting in a poor minimum, from which a larger rate would free it
#
# **p3.** You want models for budgets of 300, 600 and 1,200 updates. *Branches*: one run at a
# constant rate; at 240, 480 and 960 updates a short decay branches off. *Cosines*: three runs from
# the start, each with a cosine that fits its budget. On unseen images ...
#
# - (a) the cosines end lower: they were planned for their budget from the start
# - (b) they end level only at 1,200; short branches suffer
# - (c) the branches end at least as low, with two thirds of the updates

# %% nbgrader={"grade_id": "predict_12", "solution": true}
predict_12 = {"p1": "?", "p2": "?", "p3": "?"}
### BEGIN SOLUTION
predict_12 = {"p1": "b", "p2": "a", "p3": "c"}
### END SOLUTION

# %% nbgrader={"grade_id": "check_predict_12", "grade": true, "points": 1}
check("predict_12", predict_12)

# %% [markdown]
# ## Live lab: design a schedule
#
# One peak, two marks: where the warmup ends and where the decay begins. The recipe is stretched
# over three budgets, and every change trains a real network three times.
#
# **Challenge:** end all three budgets at or below the lab's three goals. When you are there, *pin*
# it and switch the shape to *cosine*. Which budget suffers, and what has become of the area under
# the rate?

# %%
schedule_designer()

# %% [markdown]
# *In words: on the left the learning rate against the update, three curves for budgets of 60, 100
# and 160 updates, each rising, level and falling. On the right the training loss of the three runs
# on a logarithmic scale. A sentence gives the peak, the marks and the three last losses.*
#
# *The lab as a still picture, for readers without a kernel:*
#
# ![Still picture of the lab, described in the words above](attachment:schedule_designer.png)
#
# ## Three jobs
#
# You know two of the three already. The long stretch at a high rate **earns**: it covers the
# ground. The decay at the end **cashes in** (unit 04). The third is new, and it is not about speed:
# the warmup lets the network **survive a larger rate** through its first updates, when nothing has
# settled.
#
# Seen this way, cosine and warmup-stable-decay (WSD) divide one budget differently. How much
# walking does each buy, for 1,200 updates with peak 0.7?

# %%
t = np.arange(1200)
walked = {
    "constant": schedules.Constant(0.7)(t).sum(),
    "cosine to 0": schedules.CosineDecay(0.7, 0.0, steps=1200)(t).sum(),
    "WSD, decay in the last fifth": schedules.WSD(0.7, 30, 1200, 240, 0.0)(t).sum(),
}
for name, total in walked.items():
    print(f"{name:29} total of rates {total:5.0f}, {total / walked['constant']:.0%} of constant")

# %% [markdown]
# A cosine walks half as far as a constant rate at its peak; WSD walks nearly nine tenths as far.
# And there is a difference that no total shows. The cosine's rate at update 300 depends on where
# the run will *end*: for another budget it is another curve, from the start. WSD's first 960 rates
# do not know the end at all. That is what the second half of the experiment uses.

# %% [markdown]
# ## Worked example: one point of WSD
#
# Warmup 20, 200 updates in all, the last 50 of them decay; peak 0.4, end 0. What is the rate at
# $t = 170$?

# %%
t, lr, warmup_steps, steps, decay_steps, lr_end = 170, 0.4, 20, 200, 50, 0.0

# 1. Find where the parts begin; the decay is the last part OF the steps, not after them
decay_start = steps - decay_steps
# 2. Find the part that t lies in
part = "warmup" if t < warmup_steps else "stable" if t < decay_start else "decay"
# 3. Measure the share of that part which is done
share = (t - decay_start) / decay_steps
# 4. Move that share of the way between its two rates
rate = lr + (lr_end - lr) * share
print(f"t = {t}: {part}, {share:.0%} done, rate {rate:.2f}")
# 5. Test the joints: the last update of the warmup, and the first of the decay
print("t = 19:", lr * (19 + 1) / warmup_steps, " t = 150:", lr + (lr_end - lr) * 0 / decay_steps)

# %% [markdown]
# Sub-goal 5: with `t + 1` over `warmup_steps` the first rate is `lr/20`, not 0, and the peak is
# there at `t = 19`, the twentieth update. Both neighbours of each joint belong in your tests.
#
# **Your turn, for joined schedules.** A warmup of 30 updates is followed by a cosine. The cosine
# must start at *its own* 0. Replace `None` by the time on the cosine's clock.

# %% nbgrader={"grade_id": "own_clock", "solution": true}
t, lengths = 130, [30]
own_clock = None  # updates since the second piece began
### BEGIN SOLUTION
own_clock = t - lengths[0]
### END SOLUTION
print("on the clock of the second piece:", own_clock, "(100 is right)")

# %% [markdown]
# ## Write it yourself
#
# ### Warmup


# %% nbgrader={"grade_id": "warmup", "solution": true}
def warmup(t, *, lr, steps):
    """Return the rate of update t of a straight climb to lr.

    t: one whole number (int or NumPy integer), 0 or more. lr: the peak. steps: updates of the
    climb, 0 or more; steps = 0 means no warmup, lr from the start.
    Returns one number. The climb goes up by equal amounts; its first rate is one such amount,
    never 0, and the update number `steps`, at t = steps - 1, is the first at the peak.
    Examples, with lr 1 and steps 4: t = 1 gives 0.5, and t = 9 gives 1.
    """
    ### BEGIN SOLUTION
    return lr if t >= steps else lr * (t + 1) / steps
    ### END SOLUTION


# %% nbgrader={"grade_id": "check_warmup", "grade": true, "points": 3}
check(warmup)

# %% [markdown]
# ### Cosine decay
#
# Half a turn of a cosine, then *stay there*. What happens without the second half of the sentence
# is in the bug museum.


# %% nbgrader={"grade_id": "cosine_decay", "solution": true}
def cosine_decay(t, *, lr0, lr_end, steps):
    """Return the rate of update t on half a cosine from lr0 down to lr_end, held after.

    The curve is the part of a cosine from its top to its bottom, stretched to the two rates.
    t: one whole number (int or NumPy integer), 0 or more. lr0, lr_end: first and last rate.
    steps: at least 1.
    Returns one number: lr0 at t = 0, lr_end from t = steps on.
    Examples, with lr0 1, lr_end 0.2 and steps 3: t = 1 gives 0.8, t = 2 gives 0.4.
    """
    ### BEGIN SOLUTION
    return lr_end + (lr0 - lr_end) / 2 * (1 + math.cos(math.pi * min(t, steps) / steps))
    ### END SOLUTION


# %% nbgrader={"grade_id": "check_cosine_decay", "grade": true, "points": 4}
check(cosine_decay)

# %% [markdown]
# ### Warmup, stable, decay


# %% nbgrader={"grade_id": "wsd", "solution": true}
def wsd(t, *, lr, warmup_steps, steps, decay_steps, lr_end):
    """Return the rate of update t of warmup-stable-decay.

    The warmup is that of `warmup`. The stable rate lasts until the last decay_steps of the steps
    begin; their first update, t = steps - decay_steps, still has the rate lr. From there a straight
    line reaches lr_end at t = steps, and lr_end is held after.
    t: one whole number (int or NumPy integer), 0 or more. lr: the stable rate. warmup_steps:
    0 or more; 0 is no warmup. steps: updates in all, warmup and decay included. decay_steps: at
    least 1. lr_end: last rate.
    Returns one number. Examples, with lr 0.4, warmup_steps 20, steps 200, decay_steps 50, lr_end 0:
    t = 4 gives 0.1, and t = 170 gives 0.24.
    """
    ### BEGIN SOLUTION
    if t < warmup_steps:
        return lr * (t + 1) / warmup_steps
    share = (t - (steps - decay_steps)) / decay_steps
    return lr + (lr_end - lr) * min(1, max(0, share))
    ### END SOLUTION


# %% nbgrader={"grade_id": "check_wsd", "grade": true, "points": 4}
check(wsd)

# %% [markdown]
# Green? Then the lab can run on your own recipe.

# %%
schedule_designer(wsd)

# %% [markdown]
# ### Joining schedules
#
# `chain` takes functions and gives back a function. It must remember nothing between calls: the
# time comes in with `t`.


# %% nbgrader={"grade_id": "chain", "solution": true}
def chain(schedules, lengths):
    """Return one function of t that runs schedules one after the other.

    schedules: list or tuple of functions of t. lengths: how many updates each piece lasts, for
    all but the last, so len(lengths) == len(schedules) - 1; each at least 1, may be empty.
    Returns a function: each piece is called with its own clock, which starts at 0; the last
    piece goes on for ever. Neither list is changed.
    """

    ### BEGIN SOLUTION
    def joined(t):
        for piece, length in zip(schedules, lengths):
            if t < length:
                return piece(t)
            t = t - length
        return schedules[-1](t)

    return joined
    ### END SOLUTION


# %% nbgrader={"grade_id": "check_chain", "grade": true, "points": 4}
check(chain)

# %% [markdown]
# > **Conventions.** *The first rate.* Ours is `lr/steps`. The warmups of transformers start at 0,
# > and so did BERT's; in Optax and Keras you have to name the start yourself. With a start at 0 the first batch is read and nothing is learned
# > from it (google-research/bert, issue 1293, 2022; huggingface/transformers, issue 34754, 2024).
# > *Does the length of a cosine include the warmup?* In Optax's `warmup_cosine_decay_schedule` yes,
# > in Keras's `CosineDecay` no. *After the end:* ours holds; PyTorch's `CosineAnnealingLR` rises
# > again, and is back at the top at twice `T_max`. *WSD:* transformers warms up from the minimum
# > rate, we from `lr/warmup_steps`. *No warmup:* 0 steps mean `lr` at once here; Optax's linear
# > schedule of 0 steps stays at its start value for ever.

# %% [markdown]
# ## Read the curves
#
# Four recorded runs of real training. Look at the losses, the rate and the gradient together. For
# each run choose what happened, with what you would do first.

# %%
figures.runs_figure((149, 24, 148, 117))

# %% [markdown]
# *The four runs in words: one run in each row. On the left the training loss, the unseen loss and,
# dotted, the loss of a constant guess; in the middle the rate; on the right the norm of the
# gradient, all against updates.*
#
# <details><summary>The four runs in numbers</summary>
#
# - Run 149: 299 updates; a constant guess has loss 3.35. Training loss, at the start and after 10,
#   30, 60 and 100 %: 4.34, 4.23, 3.7, 3.26, 2.71; highest 4.34 at 0%, lowest 2.62 at 99%. Unseen
#   loss, at the start and after 10, 30, 60 and 100 %: 4.3, 4.18, 3.6, 3.25, 2.68; highest 4.3 at
#   0%, lowest 2.68 at 97%. Rate, at the start and after 10, 30, 60 and 100 %: 0.000167, 0.000167,
#   0.0005, 0.000667, 0.00117; highest 0.00117 at 90%, lowest 0.000167 at 0%. Norm of the gradient,
#   at the start and after 10, 30, 60 and 100 %: 0.656, 0.704, 0.735, 0.375, 0.501; highest 1.01 at
#   25%, lowest 0.278 at 50%.
# - Run 24: 598 updates; a constant guess has loss 2.3. Training loss, at the start and after 10,
#   30, 60 and 100 %: 2.28, 1.63, 0.496, 0.189, 0.0647; highest 3.23 at 2%, lowest 0.02 at 96%.
#   Unseen loss, at the start and after 10, 30, 60 and 100 %: 1.97, 1.59, 0.404, 0.17, 0.142;
#   highest 1.97 at 0%, lowest 0.139 at 87%. Rate, at the start and after 10, 30, 60 and 100 %: 1.4,
#   1.37, 1.11, 0.491, 3.84e-05; highest 1.4 at 0%, lowest 3.84e-05 at 100%. Norm of the gradient,
#   at the start and after 10, 30, 60 and 100 %: 0.671, 0.475, 0.4, 0.42, 0.303; highest 3.43 at 2%,
#   lowest 0.0594 at 89%.
# - Run 148: 299 updates; a constant guess has loss 3.35. Training loss, at the start and after 10,
#   30, 60 and 100 %: 4.34, 3, 2.79, 2.57, 2.52; highest 4.34 at 0%, lowest 2.39 at 63%. Unseen
#   loss, at the start and after 10, 30, 60 and 100 %: 3.6, 2.85, 2.69, 2.54, 2.47; highest 3.6 at
#   0%, lowest 2.47 at 93%. Rate, at the start and after 10, 30, 60 and 100 %: 1, 0.794, 0.0245,
#   0.105, 0.000247; highest 1 at 0%, lowest 0.000247 at 33%. Norm of the gradient, at the start and
#   after 10, 30, 60 and 100 %: 0.656, 0.638, 0.466, 0.459, 0.427; highest 2.77 at 68%, lowest 0.378
#   at 90%.
# - Run 117: 299 updates; a constant guess has loss 2.3. Training loss, at the start and after 10,
#   30, 60 and 100 %: 2.42, 0.548, 0.0967, 0.116, 0.0251; highest 4.91 at 1%, lowest 0.0048 at 84%.
#   Unseen loss, at the start and after 10, 30, 60 and 100 %: 2.23, 0.366, 0.106, 0.0845, 0.0797;
#   highest 2.23 at 0%, lowest 0.0688 at 53%. Rate, at the start and after 10, 30, 60 and 100 %:
#   0.4, 0.39, 0.318, 0.14, 1.1e-05; highest 0.4 at 0%, lowest 1.1e-05 at 100%. Norm of the
#   gradient, at the start and after 10, 30, 60 and 100 %: 3.16, 1.99, 0.714, 0.838, 0.301; highest
#   9.57 at 1%, lowest 0.049 at 98%.
#
# </details>
#
# **c1.** Run 149 (transformer of width 32 on Shakespeare): what happened, and what do you do first?
#
# - (a) *restarted*: Nothing: the schedule restarts the rate. Judge the run where a cycle ends.
# - (b) *right*: Keep the rate and its schedule; a shorter or longer run is the next question.
# - (c) *dropped too late*: Drop earlier, so that updates are left to gain from the lower rate.
# - (d) *clock wrong*: Check what the schedule counts: epochs were taken for updates, or the
#   reverse.
#
# **c2.** Run 24 (network 64-32-10 on the digits): what happened, and what do you do first?
#
# - (a) *unstable*: Lower the rate threefold, and again, until the loss falls from the start.
# - (b) *too low*: Raise the rate threefold, and again, until the loss no longer falls faster.
# - (c) *clock wrong*: Check what the schedule counts: epochs were taken for updates, or the
#   reverse.
# - (d) *warmup missing*: Warm up: raise the rate from near 0 over the first updates.
#
# **c3.** Run 148 (transformer of width 32 on Shakespeare): what happened, and what do you do first?
#
# - (a) *warmup missing*: Warm up: raise the rate from near 0 over the first updates.
# - (b) *restarted*: Nothing: the schedule restarts the rate. Judge the run where a cycle ends.
# - (c) *clock wrong*: Check what the schedule counts: epochs were taken for updates, or the
#   reverse.
# - (d) *too low*: Raise the rate threefold, and again, until the loss no longer falls faster.
#
# **c4.** Run 117 (residual network with batch norm on the digits): what happened, and what do you
# do first?
#
# - (a) *dropped too late*: Drop earlier, so that updates are left to gain from the lower rate.
# - (b) *right*: Keep the rate and its schedule; a shorter or longer run is the next question.
# - (c) *warmup missing*: Warm up: raise the rate from near 0 over the first updates.
# - (d) *clock wrong*: Check what the schedule counts: epochs were taken for updates, or the
#   reverse.

# %% nbgrader={"grade_id": "curves_12", "solution": true}
curves_12 = {"c1": "?", "c2": "?", "c3": "?", "c4": "?"}
### BEGIN SOLUTION
curves_12 = {"c1": "d", "c2": "d", "c3": "b", "c4": "c"}
### END SOLUTION

# %% nbgrader={"grade_id": "check_curves_12", "grade": true, "points": 1}
check("curves_12", curves_12)

# %% [markdown]
# ## Bug museum: the cosine that came back 138 times
#
# The Vesuvius Challenge reads burnt papyrus rolls with neural networks. Until August 2026 its
# training code, set to 1,000 epochs of 250 updates, computed the factor on the rate like this:


# %%
def factor(t, warmup_steps, horizon):
    if t < warmup_steps:
        return t / warmup_steps
    progress = (t - warmup_steps) / (horizon - warmup_steps)
    return max(0.0, 0.5 * (1 + math.cos(math.pi * progress)))


for t in [0, 250, 1000, 2000, 249_999]:
    print(f"update {t:7,} (epoch {t // 250:3}): factor {factor(t, 100, horizon=1000):.4f}")

# %% [markdown]
# At epoch 4 training is "over"; at epoch 8 the rate is nearly back at its peak; the last update of
# 250,000 is made at three quarters of it. **Find** the two faults that together do this, and a
# third, small one, in the first line of the table. **Explain** in a sentence why no error was
# raised. **Mend** the function below: whatever the horizon, it must never rise after it.
#
# <details><summary>What happened</summary>
#
# The horizon was given in epochs, the schedule was moved on at every update: a factor of 250. That
# alone would have meant 996 wasted epochs at rate 0, which somebody would have noticed. But a
# cosine is periodic, and nothing stopped it at its end: so it fell and rose again and again, and
# the average rate looked reasonable. The fix was to pass updates (ScrollPrize/villa, pull request
# 1495, 2026). `min(progress, 1)` would have turned a silent fault into a visible one. The small
# third: the factor at update 0 is 0.
#
# </details>


# %% nbgrader={"grade_id": "mended_factor", "solution": true}
def mended_factor(t, warmup_steps, horizon):
    """Return the factor on the peak rate: never 0 in the warmup, never rising after horizon."""
    ### BEGIN SOLUTION
    rise = warmup(t, lr=1, steps=warmup_steps)
    fall = cosine_decay(t - warmup_steps, lr0=1, lr_end=0, steps=horizon - warmup_steps)
    return rise if t < warmup_steps else fall
    ### END SOLUTION


# %%
with your_code():
    mended = [mended_factor(t, 100, horizon=1000) for t in (0, 550, 2000, 249_999)]
    print([round(value, 4) for value in mended], "([0.01, 0.5, 0.0, 0.0] is right)")

# %% [markdown]
# ## Experiment: is warmup worth it?
#
# Four hidden layers, six rates, six seeds, 300 updates. Three ways to spend the first 100 of them:
# at the full rate, climbing to it with *your* `warmup`, or, as a control, coming *down* from it to
# a tenth. A run counts as alive when it is right on at least 90 % of the unseen images.

# %%
training_part, unseen_part = data.load_digits().split(seed=0)
deep_sizes = (64, 32, 32, 32, 32, 10)
deep = problems.Network(training_part, sizes=deep_sizes)
deep_unseen = problems.Network(unseen_part, sizes=deep_sizes)
rates = [0.05, 0.1, 0.14, 0.2, 0.28, 0.4]
first_100 = {
    "full rate": lambda lr: lr,
    "warmup": lambda lr: lambda t: warmup(t, lr=lr, steps=100),
    "decay": lambda lr: schedules.Linear(lr, lr / 10, steps=100),
}


def six_seeds(optimizer, peaks, plan, updates=300):
    """Runs, shape (seeds, peaks), and how many seeds end alive at each peak."""
    settings = {"batch_size": 256, "seed": range(6), "dtype": np.float32, "progress": False}
    runs = sweep(deep, optimizer, peaks, updates, schedule=plan, **settings)
    return runs, np.sum(runs.measure(deep_unseen.accuracy) >= 0.9, axis=0)


# %%
with your_code():
    results, survived, best_unseen = {}, {}, {}
    print("seeds alive, of six, at rate", "  ".join(f"{rate:4}" for rate in rates), "  best loss")
    for name, plan in first_100.items():
        runs, alive = six_seeds(Momentum(0.9), rates, plan)
        results[name], survived[name] = runs, alive
        best_unseen[name] = np.nanmin(runs.measure(deep_unseen.loss).mean(axis=0))
        counts = "  ".join(f"{n:4}" for n in alive)
        print(f"first 100 updates: {name:9}", counts, f"  {best_unseen[name]:.3f}")
    tried = results

# %%
with your_code():
    fig, ax = plt.subplots()
    for i, (name, runs) in enumerate(tried.items()):
        middle = np.median(runs.losses[:, 4], axis=0)
        ax.semilogy(middle, label=name, **style.series(i, markevery=30))
    ax.set(xlabel="updates", ylabel="training loss, batch (nats)", title="Peak rate 0.28")
    ax.legend()

# %% [markdown]
# *Figure 1 in words: batch loss against updates at peak rate 0.28, on a logarithmic scale, medians
# of six seeds. At the full rate the loss leaps up within the first ten updates or so, and is still
# high at the end. With the decay there is the same leap; then it falls quietly and slowly, and ends
# far above the third curve: with 100 warmup steps the loss falls below 0.5 before the full rate is
# reached, and goes on falling.*
#
# (Which seeds survive near a limit depends on the last digits of the arithmetic. On your machine a
# count may differ by one or two.)
#
# **p1** is (b). And not because the full rate never came: it was there for 200 of the 300 updates.
# The rate that ruins a *fresh* network is harmless a hundred updates later. Without warmup the
# seeds begin to die above 0.1; with it, above 0.2. Its help has a limit, too: at 0.4 warmup no
# longer helps.
#
# The control is instructive. Coming down from 0.2 keeps most seeds alive as well. Did warmup then
# work only by sparing them the high rate? Look inside. A ReLU unit whose input is negative for
# every image gives zero for every image, and its weights get no gradient: it cannot come back by
# itself. Only the layer below could lift it, by sending something else; and if a *whole* layer is
# dead, the layers below get no gradient either.


# %%
def dead_units(w):
    """The share of units in each hidden layer that give zero for every training image."""
    views, a, shares = deep.views(w), training_part.X, []
    for k in range(1, len(deep_sizes) - 1):
        a = np.maximum(a @ views[f"W{k}"] + views[f"b{k}"], 0)
        shares.append(np.mean(a.max(axis=0) == 0))
    return np.array(shares)


with your_code():
    dead = {}
    for name, runs in tried.items():
        dead[name] = np.mean([dead_units(w).mean() for w in runs.w[:, 3]])
        print(
            f"peak 0.2, first 100 updates {name:9}: {dead[name]:.0%} of all hidden units are dead"
        )
    early = {name: six_seeds(Momentum(0.9), [0.2], first_100[name], 20)[0].w for name in tried}
    young = {name: np.mean([dead_units(w).mean() for w in early[name][:, 0]]) for name in early}
    print("after 20 updates only:", ", ".join(f"{name} {young[name]:.0%}" for name in young))
    losses = tried["full rate"].final_losses
    stuck = [(s, r) for s in range(6) for r in range(6) if 2.29 < losses[s, r] < 2.32]
    last_layer = [dead_units(tried["full rate"].w[s, r])[-1] for s, r in stuck]
    print(f"{len(stuck)} runs at the full rate are stuck at 2.30; dead share of their last hidden")
    print("layer:", np.round(last_layer, 2))

# %% [markdown]
# **p2** is (a): in the runs that are stuck the last hidden layer is dead, every unit of it or all
# but one or two. What is left to the network is ten biases and little else, and $2.30 = \ln 10$ is
# what guessing costs.
#
# And here the control parts from the warmup. The decay kept its seeds alive with about a third of
# their units dead: units die in the first twenty updates or so, at the full rate, and hardly any
# comes back, whatever the schedule does later. After a warmup nearly all units live, *although* the
# network then spent 200 updates at the full rate. **A warmup must come first or not at all.**
#
# Do dead units explain the gain, then? They explain how *these* runs fail. The control is the same
# network with tanh, where no unit can die.

# %%
with your_code():
    parts = training_part, unseen_part
    tanh, tanh_unseen = (problems.Network(part, deep_sizes, "tanh") for part in parts)
    settings = {"batch_size": 256, "seed": range(3), "dtype": np.float32, "progress": False}
    tanh_alive = {}
    for name in ["full rate", "warmup"]:
        plan = first_100[name]
        runs = sweep(tanh, Momentum(0.9), [0.4, 0.8], 300, schedule=plan, **settings)
        tanh_alive[name] = np.sum(runs.measure(tanh_unseen.accuracy) >= 0.9, axis=0)
        print(f"tanh, {name:9}: seeds alive, of three, at 0.4 and 0.8:", tanh_alive[name])

# %% [markdown]
# With tanh a warmup gains a factor of about two as well. A larger study, ten seeds on each of three
# splits, says the same: with ReLU 18 of 30 runs live at 0.2 at the full rate and 28 after a warmup;
# with tanh 0 and 29 at 0.8. So dying units are a symptom and not the reason: the rate is too large for the network as it is at the start, whatever its units do then.
#
# ### Two claims, settled
#
# **"Warmup allows larger rates."** *True here*, about twofold, for a deep network with momentum.
# Does it help every optimizer? Try the same with plain SGD:

# %%
with your_code():
    plain = {}
    for name in ["full rate", "warmup"]:
        runs, plain[name] = six_seeds(SGD(), [0.25, 0.5, 0.7], first_100[name])
        print(f"plain SGD, {name:9}: alive at 0.25, 0.5, 0.7:", plain[name])

# %% [markdown]
# *Not here*: without momentum the same warmup makes next to no difference, a seed more or fewer
# here and there (in the larger study, 26, 19 and 0 of 30 live without, 28, 18 and 1 with); with
# momentum it saved six or more. Whether it pays depends on what it protects
# from. (Adam with warmup is not run here: *Your experiment*, below, asks for it.) With momentum the
# first velocity is built from ten or more gradients of a network that changes under them; Adam's
# first steps rest on a single squared gradient (Liu et al. 2020); very
# large batches tempt people to very large rates (Goyal et al. 2017). Kalra and Barkeshli (2024)
# find one thing common to many cases: during the warmup the network moves to a place that tolerates
# a larger rate.
#
# And the best network of each row? Its loss on unseen images stands in the last column of the first
# table: with warmup it is lower than at the full rate, because a higher rate could be used. But
# what warmup buys first of all is *safety*: you may miss the best rate by another factor of two,
# and live.

# %% [markdown]
# ### One run, three budgets
#
# Now the small network of earlier units, and the claim that made WSD famous: **"you need not know
# the budget"**. Warmup 30 and peak 0.7, the best of 0.5, 0.7 and 1 for both schedules at all three
# budgets. *Your* `wsd` gives the trunk and the branches, *your* `chain` the cosines.

# %%
network = problems.Network(training_part, sizes=(64, 32, 10))
unseen = problems.Network(unseen_part, sizes=(64, 32, 10))
budgets, settings = [300, 600, 1200], {"batch_size": 16, "progress": False}


def stable(t, steps):
    return wsd(t, lr=0.7, warmup_steps=30, steps=steps, decay_steps=steps // 5, lr_end=0)


def cosine(steps):
    def climb(t):
        return warmup(t, lr=0.7, steps=30)

    def fall(t):
        return cosine_decay(t, lr0=0.7, lr_end=0, steps=steps - 30)

    return chain([climb, fall], [30])


# %%
with your_code():
    kinds = ["trunk, no decay", "branch", "cosine, own", "cosine, cut short"]
    reached = {kind: np.zeros((3, 5)) for kind in kinds}
    for seed in range(5):
        same = {"seed": seed, "keep_path": True, **settings}
        trunk = train(network, SGD(), lambda t: stable(t, 1200), 960, **same)
        longest = train(network, SGD(), cosine(1200), 1200, **same)
        for i, steps in enumerate(budgets):
            start, decay = (
                steps - steps // 5,
                [stable(t, steps) for t in range(steps)][-steps // 5 :],
            )
            w0 = trunk.path[start]
            branch = train(network, SGD(), decay, steps // 5, w0=w0, seed=100 + seed, **settings)
            own = train(network, SGD(), cosine(steps), steps, **same)
            points = [w0, branch.w, own.w, longest.path[steps]]
            for kind, w in zip(kinds, points):
                reached[kind][i, seed] = unseen.loss(w)
    ends = reached

# %%
with your_code():
    print("loss on unseen images, mean (best to worst of five seeds), for budgets of")
    print(" " * 18, "".join(f"{steps:<25}" for steps in budgets))
    for kind, values in ends.items():
        row = [f"{v.mean():.3f} ({v.min():.3f} to {v.max():.3f})" for v in values]
        print(f"{kind:18}", "   ".join(row))
    print("updates in all: branches", 960 + sum(b // 5 for b in budgets), "| cosines", sum(budgets))

# %%
with your_code():
    fig, ax = plt.subplots()
    for i, (kind, values) in enumerate(ends.items()):
        ax.loglog(budgets, values.mean(axis=1), label=kind, **style.series(i, markevery=1))
    ax.set(xlabel="budget (updates)", ylabel="loss on unseen images (nats)")
    ax.set(title="One trunk against three cosines")
    ax.set_xticks(budgets, [str(b) for b in budgets])
    ax.set_yticks([0.04, 0.06, 0.08, 0.1, 0.12], ["0.04", "0.06", "0.08", "0.10", "0.12"])
    ax.minorticks_off()
    ax.legend()

# %% [markdown]
# *Figure 2 in words: loss on unseen images against the budget, both on logarithmic scales, means of
# five seeds. The branches are lowest at all three budgets. The cosines planned for their budget run
# a little above them. The cosine planned for 1,200 lies far above at 300 and meets the planned ones
# at 1,200. The trunk, which never decayed, is above the branches everywhere.*
#
# **p3** is (c). The branches end lower on average than the cosines at all three budgets, for 1,380
# updates in place of 2,100. And look at what a branch costs: at 300 its last 60 updates take the
# trunk from 0.108 to 0.082. So *true here*: you need not know the budget, only the moment before
# its last fifth.
#
# Be careful with the word *lower*, though. On three splits with ten seeds each, both tuned in two
# rounds, WSD ends 10 % below the cosine at 300 updates (5 to 15; with one label in ten wrong, 7 %,
# 4 to 10). At 1,200 updates nobody can tell (20 % below to 12 % above). At the same peak WSD walks nearly twice as far as the
# cosine, and this network on these clean digits rewards walking (unit 04: even no drop at all did
# well). On language models the careful comparison says *level*, not lower (Hägele et al. 2024). The
# saving of updates is the part that carries over.
#
# And the cosine that was stopped early? At 300, a quarter of its plan, it has hardly begun to
# decay: 0.127 on average, and a wide spread. Half-way, at 600, the harm has already gone here.

# %% [markdown]
# ## Your experiment
#
# Adam on MNIST-1D for 600 updates: `"constant"`, `"cosine"`, `"warmup, cosine"` and `"warmup,
# stable, decay"`. **What does warmup add to a cosine, and what does it cost or gain to keep the
# rate until the last fifth?** Compare two or more, each at its own best rate.
#
# You write a plan as data and the course trains it: which methods, which rates, how many of the ten
# seeds, which data (`"training"`, `"validation"`, `"test"`) choose each method's rate, and which
# judge it. Rates move to the nearest rung of a ladder with steps of 1.32.
#
# Then write down what *your* runs support: which is lower, and whether you are sure (`True` or
# `False`). The plan is graded by its design, the finding by whether it follows from the plan's own
# runs.

# %% nbgrader={"grade_id": "experiment_12", "solution": true}
experiment_12 = {
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
experiment_12 = {
    "plan": {
        "methods": ["cosine", "warmup, cosine"],
        "rates": [0.0054, 0.012, 0.028, 0.064, 0.15],
        "seeds": 10,
        "updates": 600,
        "choose_on": "validation",
        "judge_on": "test",
    },
    "finding": {"lower": "cosine", "sure": False},
}
### END SOLUTION

# %%
experiment("experiment_12", experiment_12["plan"])

# %% nbgrader={"grade_id": "check_experiment_12", "grade": true, "points": 3}
check("experiment_12", experiment_12)

# %% [markdown]
# ## Your conclusion (3 points, read by a person)
#
# In 80 to 120 words: *Your team trains a deep network with momentum, a cosine and no warmup; one
# run in three dies, and the budget is changed every month. Recommend a schedule.* One point each:
# (1) say what the warmup would change, with two numbers from your table, and what a dead run is;
# (2) compare branches with cosines at one budget, with spread, and what each costs; (3) name a
# reason why their case may differ from ours.

# %% [markdown] nbgrader={"grade_id": "conclusion", "grade": true, "solution": true, "points": 3}
# Warm up over the first hundred updates or so, then use WSD. At rate 0.28 two of our six seeds
# lived without warmup and five with it; the dead ones had lost their whole last hidden layer, so no
# later schedule could have saved them. For a budget that changes, keep one run at a constant rate
# and branch off a decay in the last fifth: at 600 updates the branches reached 0.053 (0.045 to
# 0.064) and cosines trained for 600 reached 0.067 (0.058 to 0.073); all three budgets cost 1,380
# updates in place of 2,100. Our network is small and fits its data; with plain SGD warmup gave
# nothing, so try both on your own network first.

# %% [markdown]
# ## Exit quiz
#
# **q1.** `warmup(t, lr=0.4, steps=4)`: the rates of the first four updates?
#
# - (a) 0, 0.1, 0.2, 0.3
# - (b) 0.1, 0.2, 0.3, 0.4
# - (c) 0.08, 0.16, 0.24, 0.32
# - (d) 0, 0.13, 0.27, 0.4
#
# **q2.** A ReLU network has been at a loss of $\ln 10$ for 500 updates, ten classes. You lower the
# rate tenfold. What happens?
#
# - (a) nothing, if a whole layer is dead: its gradient is zero at any rate
# - (b) it starts to learn: the rate was too high
# - (c) it leaves this plateau after all, only ten times as slowly
#
# **q3.** A cosine was planned for 10,000 updates. You stop at 2,500, to compare with a cosine
# planned for 2,500. The comparison is ...
#
# - (a) fair: both have made 2,500 updates
# - (b) unfair to the short one: its rate was lower all the time
# - (c) unfair to the long one: its rate has hardly fallen
#
# **q4.** `chain([warmup_30, cosine_100], [30])`: which `t` does the cosine get at update 80?
#
# - (a) 80
# - (b) 30
# - (c) 51
# - (d) 50

# %% nbgrader={"grade_id": "quiz_12", "solution": true}
quiz_12 = {"q1": "?", "q2": "?", "q3": "?", "q4": "?"}
### BEGIN SOLUTION
quiz_12 = {"q1": "b", "q2": "a", "q3": "c", "q4": "d"}
### END SOLUTION

# %% nbgrader={"grade_id": "check_quiz_12", "grade": true, "points": 1}
check("quiz_12", quiz_12)

# %% [markdown]
# > **What practitioners do.** The first famous warmup was a rescue: a ResNet of 110 layers was
# > trained at 0.01 until it had begun to learn, then at 0.1 (He et al. 2016). Goyal et al. (2017)
# > made it a straight line over five epochs; the Transformer climbs for 4,000 updates, then falls
# > with the inverse square root (Vaswani et al. 2017). From 2020 to 2023 a cosine down to a
# > tenth was usual, as in GPT-3 (Brown et al. 2020) and LLaMA, and a cosine much longer than the run does harm (Hoffmann et al.
# > 2022). WSD spread with MiniCPM, which decays in about the last tenth (Hu et al. 2024); a fifth
# > matches the cosine across scales (Hägele et al. 2024). Decaying all the way to zero, rather than
# > to a tenth, has the better record since 2025 (Bergsma et al. 2025).
#
# ## Further reading
#
# - K. He, X. Zhang, S. Ren and J. Sun (2016), *Deep Residual Learning for Image Recognition*, CVPR,
#   section 4.2.
# - I. Loshchilov and F. Hutter (2017), *SGDR: Stochastic Gradient Descent with Warm Restarts*,
#   ICLR: the cosine.
# - P. Goyal et al. (2017), *Accurate, Large Minibatch SGD: Training ImageNet in 1 Hour*,
#   arXiv:1706.02677.
# - A. Vaswani et al. (2017), *Attention Is All You Need*, NeurIPS.
# - T. Brown et al. (2020), *Language Models are Few-Shot Learners*, NeurIPS, appendix B.
# - L. Liu et al. (2020), *On the Variance of the Adaptive Learning Rate and Beyond*, ICLR.
# - J. Hoffmann et al. (2022), *Training Compute-Optimal Large Language Models*, arXiv:2203.15556.
# - D. Kalra and M. Barkeshli (2024), *Why Warmup the Learning Rate? Underlying Mechanisms and
#   Improvements*, NeurIPS.
# - S. Hu et al. (2024), *MiniCPM: Unveiling the Potential of Small Language Models with Scalable
#   Training Strategies*, arXiv:2404.06395.
# - A. Hägele et al. (2024), *Scaling Laws and Compute-Optimal Training Beyond Fixed Training
#   Durations*, NeurIPS.
# - S. Bergsma et al. (2025), *Straight to Zero: Why Linearly Decaying the Learning Rate to Zero
#   Works Best for LLMs*, ICLR.
