# %% [markdown]
# # 06 · Reacting to performance
#
# Every schedule so far was fixed before the first update. But the person who trained AlexNet sat
# and *watched*: when the validation error stopped falling, the rate was cut. Today you turn that
# person into eight lines of code, **reduce on plateau**, and meet its weakness.
#
# **Time** 140 minutes. **Points** 24: read the curves 1, functions 14, repair 1, your experiment 3, predictions and quiz 2, written conclusion 3.
# **You need** units 04 and 05.

# %% nbgrader={"grade_id": "setup", "locked": true}
from types import SimpleNamespace

import matplotlib.pyplot as plt
import numpy as np

from autograders import check, experiment, your_code
from lrlib import data, figures, problems, schedules, style
from lrlib.labs import counter_stepper
from lrlib.optimizers import SGD, ReduceOnPlateau
from lrlib.training import train

plt.rcParams.update(style.rc())

# %% [markdown]
# ## Live lab: step the counter
#
# The rule remembers the **best** loss so far, and counts **bad** losses, those that do not beat it.
# A new best sets the count to 0. When the count is *greater* than the **patience**, the rate is
# cut. Step through thirty losses of a real network, recorded at a fixed rate.
#
# **Challenge:** walk to the end with exactly one cut, and none before check 12.

# %%
counter_stepper()

# %% [markdown]
# *In words: your cuts change the rate that is drawn, not the losses, which were recorded. Above, the
# validation loss against the number of the check, values to come in grey, the
# best so far as a falling staircase, and a dashed line that the next loss must beat. Below, the
# rate on a logarithmic scale. A table lists the last five checks with loss, best, bad count and
# rate.*
#
# *The lab as a still picture, for readers without a kernel:*
#
# ![Still picture of the lab, described in the words above](attachment:counter_stepper.png)
#
# **After this unit you can**
#
# - write reduce-on-plateau as a pure step from one state to the next;
# - follow its state through a list of losses by hand, at every boundary;
# - write the cases that a wrong version of the rule would fail;
# - explain why noise makes it cut too early, and count its false cuts;
# - set patience in the right unit, and keep the data that decides apart from the data that judges.
#
# ## Warm-up
#
# 1. (Unit 04) What does a cut of the rate do to the loss within a few updates, and what does it do
#    to progress?
# 2. (Unit 05) Why was the data cut in three parts, not two?
# 3. (Unit 03) A loss is measured on 30 examples, then on 3,000. Which of the two jumps more, by
#    roughly what factor?
#
# <details><summary>Answers</summary>
#
# 1. The shaking stops and the loss plunges; from then on progress is slower.
# 2. Whatever *chose* the rate has been used. Judging needs data that decided nothing.
# 3. The one on 30, about ten times more: the spread of a mean falls with the square root of the
#    number.
#
# </details>

# %% [markdown]
# ## Predict
#
# **p1.** The patience is 2, the losses are 1.0, 0.8, 0.95, 0.90, 0.85. The rate is cut ...
#
# - (a) not at all: the loss has been falling for two values
# - (b) at 0.90, the second bad value
# - (c) at 0.85, although it is falling
#
# **p2.** A network learns the digits, with one label in ten at random, at rate 0.5. Left alone, it
# lowers its loss on other images by another 10 % after update 500, averaged over five runs. Now
# that loss is looked at after every 25 updates, with a patience of 0. The first cut comes ...
#
# - (a) soon after update 500
# - (b) within the first 200 updates
# - (c) never: the loss is falling
#
# **p3.** Now the patience is 2. One run looks at the loss after every 10 updates, another after
# every 50. After 1,500 updates the lower loss has ...
#
# - (a) the run that looks every 10: it reacts sooner
# - (b) the run that looks every 50
# - (c) neither: both have a patience of 2

# %% nbgrader={"grade_id": "predict_06", "solution": true}
predict_06 = {"p1": "?", "p2": "?", "p3": "?"}
### BEGIN SOLUTION
predict_06 = {"p1": "c", "p2": "b", "p3": "b"}
### END SOLUTION

# %% nbgrader={"grade_id": "check_predict_06", "grade": true, "points": 1}
check("predict_06", predict_06)

# %% [markdown]
# ## The best is the luckiest
#
# Here is a loss that falls all the time: $e^{-k/30}$ at check $k$, and on top of it some noise.
# There is no plateau anywhere, so **every cut is a false cut**. How many does the rule make in 60
# checks?


# %%
def false_cuts(noise, patience, walks=200, checks=60):
    """Return the mean number of cuts on a loss that never stops falling."""
    rng = np.random.default_rng(0)
    rule = ReduceOnPlateau(factor=0.5, patience=patience, min_delta=0.0)
    cuts = 0
    for _ in range(walks):
        state = rule.init(lr=1.0)
        for k in range(checks):
            state = rule.update(np.exp(-k / 30) + noise * rng.standard_normal(), state)
        cuts += -np.log2(state.lr)  # each cut halves the rate, which began at 1
    return float(cuts / walks)


false = {(n, p): false_cuts(n, p) for n in (0, 0.02, 0.05, 0.1) for p in (0, 2, 5, 8)}
print("false cuts in 60 checks, mean of 200 walks")
print("patience      0      2      5      8")
for noise in (0, 0.02, 0.05, 0.1):
    print(f"noise {noise:4} ", "  ".join(f"{false[noise, p]:5.1f}" for p in (0, 2, 5, 8)))

# %% [markdown]
# Without noise it makes none. With noise of only 0.05, on a loss that falls from 1 to 0.14, an
# impatient rule cuts dozens of times, and one with a patience of 2 still more than seven times: a
# rate halved seven times is less than a hundredth of itself.
#
# The reason is in the word *best*. **The best of many noisy values is not the typical value; it is
# the luckiest.** Each loss has to beat the luckiest of all losses before it, and the longer the run
# lasts, the luckier that one is. Two remedies follow: more patience, or less noise in what is
# looked at (more validation data, fewer looks, an average).

# %% [markdown]
# ## Worked example: one step of the counter
#
# The state is the rate, the best and the bad count. Patience 1, `min_delta` 0.1, `factor` 0.5:

# %%
metric, lr, best, bad = 0.75, 0.4, 0.8, 1
patience, min_delta, factor, min_lr = 1, 0.1, 0.5, 0.01

# 1. Ask whether the metric improves by more than min_delta
improved = metric < best - min_delta
# 2. Update best and bad
best, bad = (metric, 0) if improved else (best, bad + 1)
# 3. Ask whether the patience is used up
cut = bad > patience
# 4. Cut, not below min_lr, and give the new rate a fresh count
if cut:
    lr, bad = max(lr * factor, min_lr), 0
print("improved:", improved, "| cut:", cut, "| lr", lr, "best", best, "bad", bad)

# %% [markdown]
# 0.75 is lower than 0.8, and yet *bad*: it had to be below 0.7. And `best` stays 0.8, so that two
# small gains can add up to one that counts. **p1** is settled too: the best is 0.8, so 0.95, 0.90
# and 0.85 are three bad values, and three is more than two: (c). The rule does not see a trend.
#
# **Your turn.** The state after that step is known, the next metric is 0.65. Replace `None` by the
# new best and bad count (sub-goals 1 and 2); no code needed.

# %% nbgrader={"grade_id": "next_state", "solution": true}
next_best, next_bad = None, None  # best was 0.8, bad was 0, min_delta is 0.1, the metric is 0.65
### BEGIN SOLUTION
next_best, next_bad = 0.65, 0
### END SOLUTION
print("best, bad:", (next_best, next_bad), "| right:", (next_best, next_bad) == (0.65, 0))

# %% [markdown]
# ## Write it yourself
#
# One pure function: a metric and a state go in, a new state comes out. The old one is not changed,
# so that every state of a run can be kept, compared and drawn.
#
# ### First the test, then the function
#
# Eight lines, and more than twenty ways to get them wrong. So begin with the test again (unit 04):
# cases worked out by hand, from the four sub-goals. A rule with a state is tested one step at a
# time: *you* write the state that goes in, so you can put it right before anything that may happen.
# Which metrics are close to the line between better and not better? Which states are one bad value
# away from a cut? What does the contract say of NaN, and of the state that was passed in? Take
# numbers that floats hold exactly (0.5, 0.25, whole ones), or a right version may fail by rounding.


# %% nbgrader={"grade_id": "tests_for_plateau_step", "solution": true}
def tests_for_plateau_step():
    """Return at most 20 cases that tell right versions of plateau_step from wrong ones.

    A case is a pair (arguments, expected), the arguments by name and the new state, such as
    ({"metric": 3.0, "state": {"lr": 0.5, "best": 4.0, "bad": 1}, "factor": 0.25, "patience": 2,
      "min_delta": 0.5, "min_lr": 0.125}, {"lr": 0.5, "best": 3.0, "bad": 0}).
    The contract is that of plateau_step, below. Equal states are one and the same dict.
    Returns a list.
    """
    ### BEGIN SOLUTION
    rule = {"factor": 0.25, "patience": 2, "min_delta": 0.5, "min_lr": 0.125}
    fresh = {"lr": 0.5, "best": 4.0, "bad": 0}
    one, two = {**fresh, "bad": 1}, {**fresh, "bad": 2}
    steps = [
        (3.0, fresh, {**fresh, "best": 3.0}),
        *((metric, fresh, one) for metric in (3.5, 4.25, float("nan"))),
        (3.75, one, two),
        (1.0, one, {**fresh, "best": 1.0}),
        (9.0, two, {**fresh, "lr": 0.125}),
        (9.0, {**two, "lr": 0.25}, {**fresh, "lr": 0.125}),
        (9.0, {**two, "lr": 4.0}, {**fresh, "lr": 1.0}),
        (3.0, fresh, {**fresh, "best": 3.0}),
    ]
    return [({"metric": m, "state": before, **rule}, after) for m, before, after in steps]
    ### END SOLUTION


# %% nbgrader={"grade_id": "check_tests_for_plateau_step", "grade": true, "points": 4}
check(tests_for_plateau_step)

# %% [markdown]
# ### The plateau step


# %% nbgrader={"grade_id": "plateau_step", "solution": true}
def plateau_step(metric, state, *, factor, patience, min_delta, min_lr):
    """Return the state after one more value of the metric; lower is better.

    metric: one number; it may be NaN, which is never an improvement.
    state: a dict with the keys "lr", "best" (infinity at first) and "bad"; it is not changed.
    A metric that is lower than best by more than min_delta is an improvement: it becomes the best
    and ends the count of bad ones. Any other adds one to the count; once the count exceeds
    patience, lr is cut by factor, not below min_lr, and the count starts again at 0.
    factor: above 0, at most 1. patience: a whole number, 0 or more. min_delta, min_lr: 0 or more.
    Returns a new dict with exactly the keys "lr", "best" and "bad".
    With factor 0.25, patience 2, min_delta 0.5, min_lr 0.125 and the state lr 1, best 4, bad 2, the
    metric 3 gives lr 1, best 3, bad 0; the metric 3.5 gives lr 0.25, best 4, bad 0.
    """
    ### BEGIN SOLUTION
    lr, best, bad = state["lr"], state["best"], state["bad"]
    if metric < best - min_delta:
        best, bad = metric, 0
    else:
        bad += 1
    if bad > patience:
        lr, bad = max(lr * factor, min_lr), 0
    return {"lr": lr, "best": best, "bad": bad}
    ### END SOLUTION


# %% nbgrader={"grade_id": "check_plateau_step", "grade": true, "points": 7}
check(plateau_step)

# %% [markdown]
# Green? Then let it walk along the losses of **p1**, and count in the lab.

# %%
with your_code():
    state = {"lr": 0.4, "best": np.inf, "bad": 0}
    for metric in [1.0, 0.8, 0.95, 0.90, 0.85]:
        state = plateau_step(metric, state, factor=0.5, patience=2, min_delta=0.0, min_lr=0.0)
        print(metric, state)

# %%
counter_stepper(plateau_step)

# %% [markdown]
# > **Conventions.** *Patience.* Here and in PyTorch the rate is cut when `bad` is *greater* than
# > the patience; in Keras and Optax when it *reaches* it: our 2 is their 3. PyTorch's users have
# > reported theirs as a bug (pytorch/pytorch, issue 2545, 2017). *Margin.* Ours is absolute, as
# > `min_delta` in Keras; PyTorch's `threshold=1e-4` is **relative** unless you say
# > `threshold_mode="abs"`. *Direction.* Lower is better here; give an accuracy to a rule in
# > `mode="min"`, and it cuts as long as training goes well. *Cooldown.* Libraries can ignore some
# > values after a cut. *Small rates.* PyTorch skips cuts of less than 1e-8.

# %% [markdown]
# ### How much patience would have done?
#
# You have the watched losses of a finished run, and a budget for cuts. How patient does the rule
# have to be? The other way round from `plateau_step`, which is told its patience. Cuts change the
# rate and not the recorded losses, so you can try each patience on the same list.
#
# **Before you write:** the losses are 5, 1, 2, 3, 4, 0.5. How many cuts are made with patience 0,
# 1, 2 and 3? Which is the least patience for at most one cut?
#
# <details><summary>Answer</summary>
#
# Three losses in a row are bad: 2, 3 and 4. Patience 0 makes three cuts, patience 1 one, at the
# second of them (the third is the first of a new count); patience 2 one, at the third; patience 3
# none. Patience 1 is enough for at most one cut.
#
# </details>


# %% nbgrader={"grade_id": "patience_for", "solution": true}
def patience_for(losses, cuts, *, min_delta):
    """Return the least patience with which the rule makes at most `cuts` cuts on these losses.

    losses: list or array of at least one number, in the order in which the rule sees them; lower is
    better, and NaN is never an improvement. The best is infinite before the first.
    cuts: a whole number, 0 or more. min_delta: 0 or more. The rule is that of plateau_step, with a
    rate that can always be cut further.
    Returns a whole number, 0 or more.
    For the losses 5, 1, 2, 3, 4, 0.5 and min_delta 0, at most one cut needs patience 1, none 3.
    """
    ### BEGIN SOLUTION
    for patience in range(len(losses)):
        best, bad, made = np.inf, 0, 0
        for loss in losses:
            best, bad = (loss, 0) if loss < best - min_delta else (best, bad + 1)
            if bad > patience:
                made, bad = made + 1, 0
        if made <= cuts:
            return patience
    return len(losses)
    ### END SOLUTION


# %% nbgrader={"grade_id": "check_patience_for", "grade": true, "points": 3}
check(patience_for)

# %% [markdown]
# ## Read the curves
#
# Four recorded runs of real training. Look at the losses, the rate and the gradient together. For
# each run choose what happened, with what you would do first.

# %%
figures.runs_figure((21, 10, 18, 57))

# %% [markdown]
# *The four runs in words: one run in each row. On the left the training loss, the unseen loss and,
# dotted, the loss of a constant guess; in the middle the rate; on the right the norm of the
# gradient, all against updates.*
#
# <details><summary>The four runs in numbers</summary>
#
# - Run 21: 598 updates; a constant guess has loss 2.3. Training loss, at the start and after 10,
#   30, 60 and 100 %: 2.38, 0.114, 0.000716, 0.000167, 0.000107; highest 2.38 at 0%, lowest 8.4e-05
#   at 92%. Unseen loss, at the start and after 10, 30, 60 and 100 %: 1.02, 1.36, 1.55, 1.61, 1.66;
#   highest 1.66 at 97%, lowest 1.02 at 0%. Rate, at the start and after 10, 30, 60 and 100 %: 0.3,
#   0.3, 0.3, 0.3, 0.3; highest 0.3 at 0%, lowest 0.3 at 0%. Norm of the gradient, at the start and
#   after 10, 30, 60 and 100 %: 0.798, 0.214, 0.00171, 0.000756, 0.000446; highest 2.51 at 4%,
#   lowest 0.000324 at 92%.
# - Run 10: 598 updates; a constant guess has loss 2.3. Training loss, at the start and after 10,
#   30, 60 and 100 %: 2.28, 2.33, 2.3, 2.49, 2.32; highest 9.1 at 1%, lowest 2.13 at 1%. Unseen
#   loss, at the start and after 10, 30, 60 and 100 %: 2.35, 2.35, 2.36, 2.35, 2.33; highest 2.37 at
#   73%, lowest 2.31 at 87%. Rate, at the start and after 10, 30, 60 and 100 %: 3.5, 3.5, 3.5, 3.5,
#   3.5; highest 3.5 at 0%, lowest 3.5 at 0%. Norm of the gradient, at the start and after 10, 30,
#   60 and 100 %: 0.671, 0.189, 0.168, 0.252, 0.106; highest 8.58 at 1%, lowest 0.0728 at 60%.
# - Run 18: 598 updates; a constant guess has loss 2.3. Training loss, at the start and after 10,
#   30, 60 and 100 %: 2.37, 0.512, 0.33, 0.133, 0.855; highest 2.6 at 1%, lowest 6.86e-05 at 54%.
#   Unseen loss, at the start and after 10, 30, 60 and 100 %: 2.09, 0.592, 0.338, 0.184, 0.115;
#   highest 2.09 at 0%, lowest 0.106 at 67%. Rate, at the start and after 10, 30, 60 and 100 %: 0.7,
#   0.7, 0.7, 0.7, 0.035; highest 0.7 at 0%, lowest 0.035 at 95%. Norm of the gradient, at the start
#   and after 10, 30, 60 and 100 %: 0.879, 1.24, 0.812, 0.702, 1.49; highest 4.88 at 24%, lowest
#   0.00058 at 54%.
# - Run 57: 598 updates; a constant guess has loss 2.3. Training loss, at the start and after 10,
#   30, 60 and 100 %: 2.32, 0.102, 0.0105, 0.0057, 0.0023; highest 2.53 at 0%, lowest 0.00187 at
#   98%. Unseen loss, at the start and after 10, 30, 60 and 100 %: 2.1, 3.05, 3.7, 4.04, 4.32;
#   highest 4.32 at 97%, lowest 2.1 at 0%. Rate, at the start and after 10, 30, 60 and 100 %: 0.3,
#   0.3, 0.3, 0.3, 0.3; highest 0.3 at 0%, lowest 0.3 at 0%. Norm of the gradient, at the start and
#   after 10, 30, 60 and 100 %: 1.79, 0.323, 0.0594, 0.0267, 0.013; highest 2.62 at 0%, lowest
#   0.0106 at 98%.
#
# </details>
#
# **c1.** Run 21 (network 64-32-10 on the digits): what happened, and what do you do first?
#
# - (a) *on the noise floor*: Lower the rate in the second half of the run.
# - (b) *right*: Keep the rate and its schedule; a shorter or longer run is the next question.
# - (c) *overfitting*: Stop at the lowest unseen loss, or take more data; another rate is no cure.
# - (d) *stuck*: Start anew with a lower rate: the units that a large step killed do not come back.
#
# **c2.** Run 10 (network 64-32-10 on the digits): what happened, and what do you do first?
#
# - (a) *stuck*: Start anew with a lower rate: the units that a large step killed do not come back.
# - (b) *on the noise floor*: Lower the rate in the second half of the run.
# - (c) *clock wrong*: Check what the schedule counts: epochs were taken for updates, or the
#   reverse.
# - (d) *unstable*: Lower the rate threefold, and again, until the loss falls from the start.
#
# **c3.** Run 18 (network 64-32-10 on the digits): what happened, and what do you do first?
#
# - (a) *dropped too early*: Keep the high rate longer: drop when the loss has become level.
# - (b) *unstable*: Lower the rate threefold, and again, until the loss falls from the start.
# - (c) *dropped too late*: Drop earlier, so that updates are left to gain from the lower rate.
# - (d) *overfitting*: Stop at the lowest unseen loss, or take more data; another rate is no cure.
#
# **c4.** Run 57 (network 40-64-64-10 on MNIST-1D): what happened, and what do you do first?
#
# - (a) *stuck*: Start anew with a lower rate: the units that a large step killed do not come back.
# - (b) *overfitting*: Stop at the lowest unseen loss, or take more data; another rate is no cure.
# - (c) *dropped too late*: Drop earlier, so that updates are left to gain from the lower rate.
# - (d) *too low*: Raise the rate threefold, and again, until the loss no longer falls faster.

# %% nbgrader={"grade_id": "curves_06", "solution": true}
curves_06 = {"c1": "?", "c2": "?", "c3": "?", "c4": "?"}
### BEGIN SOLUTION
curves_06 = {"c1": "c", "c2": "a", "c3": "c", "c4": "b"}
### END SOLUTION

# %% nbgrader={"grade_id": "check_curves_06", "grade": true, "points": 1}
check("curves_06", curves_06)

# %% [markdown]
# ## Bug museum: the cut that would not stop
#
# In October 2016 a Keras user saw the rate fall as it should after four bad epochs, and then again
# at *every* epoch. Retold:


# %%
def shipped_rates(losses, lr, patience, cooldown):
    """Return the rate after each of the losses."""
    best, wait, cooling, rates = np.inf, 0, 0, []
    for loss in losses:
        if cooling > 0:
            cooling, wait = cooling - 1, 0
        if loss < best:
            best, wait = loss, 0
        elif cooling == 0:
            if wait >= patience:
                lr, cooling = lr * 0.5, cooldown
            wait += 1
        rates.append(lr)
    return rates


for cooldown in [1, 0]:
    print(f"cooldown {cooldown}:", shipped_rates([1.0] * 10, 1.0, 2, cooldown))

# %% [markdown]
# With a cooldown of 1 it is patient again after a cut; with the default of 0 it is not. **Find**
# where the count is reset, **explain** in a sentence why the authors' own trials could pass,
# **fix** it below.
#
# <details><summary>What happened</summary>
#
# After a cut the count is reset only by way of the cooldown. Without a cooldown it stays above the
# patience, and every further bad epoch cuts again. If you tried it with a cooldown, you saw nothing
# wrong (keras-team/keras, issue 3991, fixed by pull request 4011, both 2016). The lesson is
# sub-goal 4: **a cut and the reset of its count belong on one line.** A state that is passed from
# call to call, as in your `plateau_step`, makes such a fault easy to see: print the state.
#
# </details>


# %% nbgrader={"grade_id": "repaired_rates", "solution": true}
def repaired_rates(losses, lr, patience):
    """Return the rate after each loss; without a cooldown, and patient again after each cut.

    losses: list of at least one number. lr: the rate before the first. patience: 0 or more. As
    above, a loss that does not beat the best is bad, and more than `patience` of them in a row
    halve the rate; then their count starts again at 0. Returns a list, one rate for each loss.
    """
    ### BEGIN SOLUTION
    rates, state = [], {"lr": lr, "best": np.inf, "bad": 0}
    for loss in losses:
        state = plateau_step(loss, state, factor=0.5, patience=patience, min_delta=0.0, min_lr=0.0)
        rates.append(state["lr"])
    return rates
    ### END SOLUTION


# %% nbgrader={"grade_id": "check_repaired_rates", "grade": true, "points": 1}
check(repaired_rates)

# %% [markdown]
# ## Experiment: how patient?
#
# The digits with one training label in ten at random, as in unit 05, at a first rate of 0.5 that is
# halved at each cut, at most seven times. One part of the data trains; the loss on the **watched**
# part decides the cuts; the **exam** part judges. Your `plateau_step` decides, inside `train`, by
# way of this small adapter:


# %%
class YourRule:
    """Gives plateau_step, with its settings, the form that `train(..., plateau=...)` asks for."""

    def __init__(self, patience):
        self.settings = {"factor": 0.5, "patience": patience, "min_delta": 0.0, "min_lr": 0.5 / 128}

    def init(self, lr):
        return SimpleNamespace(lr=lr, best=np.inf, bad=0)

    def update(self, metric, state):
        return SimpleNamespace(**plateau_step(metric, vars(state), **self.settings))


training_part, watched_part, exam_part = data.load_digits().split(0, fractions=(0.6, 0.2, 0.2))
rng = np.random.default_rng(1)
wrong = rng.random(training_part.n_samples) < 0.1
labels = np.where(wrong, rng.integers(0, 10, training_part.n_samples), training_part.y)
sizes, budget, seeds = (64, 32, 10), 1500, range(5)
network = problems.Network((training_part.X, labels), sizes)
watched, exam = problems.Network(watched_part, sizes), problems.Network(exam_part, sizes)


# %%
def run_all(schedule=0.5, every=25, patience=None):
    """Five runs; with a patience, the watched loss after every `every` updates cuts the rate."""
    return [
        train(
            network,
            SGD(),
            schedule,
            budget,
            batch_size=16,
            seed=seed,
            validation=watched,
            validate_every=every,
            plateau=None if patience is None else YourRule(patience),
            dtype=np.float32,
            progress=False,
        )
        for seed in seeds
    ]


def cuts(run):
    """The updates at which the rate of a run fell."""
    return np.flatnonzero(np.diff(run.rates) < 0) + 1


# %%
with your_code():
    line = schedules.Linear(0.5, 0.005, budget)
    patient = {f"patience {p}": run_all(patience=p) for p in (0, 2, 5, 10)}
    runs = {"no cut": run_all(), "straight line": run_all(line), **patient}
    scores = {n: np.array([float(exam.loss(r.w)) for r in rs]) for n, rs in runs.items()}
    print("               exam loss: mean (best to worst seed)   cuts   first cut, mean")
    for name, score in scores.items():
        told = f"{name:14} {score.mean():.3f} ({score.min():.3f} to {score.max():.3f})"
        if name in patient:
            made = [cuts(run) for run in runs[name]]
            told += (
                f" {np.mean([len(m) for m in made]):19.1f} {np.mean([m[0] for m in made]):12.0f}"
            )
        print(told)

# %%
with your_code():
    fig, (above, below) = plt.subplots(2, 1, sharex=True, figsize=(6.4, 5.2))
    for i, name in enumerate(["no cut", "patience 0", "patience 5"]):
        run = runs[name][0]
        above.semilogy(
            run.validation_steps, run.validation_losses, label=name, **style.series(i, markevery=8)
        )
        below.semilogy(run.rates, label=name, **style.series(i, markevery=200))
    above.set(xlabel="updates", ylabel="loss on the watched part", title="One seed, three rules")
    below.set(xlabel="updates", ylabel="learning rate")
    above.legend()

# %% [markdown]
# *Figure 1 in words: two panels over 1,500 updates, seed 0 of three rules. Above, the loss on the
# watched part on a logarithmic scale: all three fall together at first; then patience 0 levels off
# at 0.29, a calm line; the run without a cut keeps jumping between 0.18 and 0.41 to the end;
# patience 5 jumps with it until its rate is cut, and comes to rest at 0.22. Below, the rates:
# patience 0 makes its seven cuts within the first few hundred updates; patience 5 begins in the
# middle of the run; without a cut the rate stays level.*
#
# **p2** is (b): all five runs with patience 0 were cut within 200 updates. The rule had cut the
# rate to its floor before the network had learned much, and ended *worse than no cut at all* on
# average. Five seeds overlap too much to be sure; with ten, it was 0.245 against 0.218. With
# patience 5 the same rule comes close to the straight line, which knew from the start how long the
# run would be; the plateau rule did not. Still more patience begins to cost: at 10 the cuts come so
# late that one seed is still shaking at the end.

# %% [markdown]
# ### How many first cuts were false?
#
# Until its first cut, a run is *the same run* as the one without cuts: same seed, same batches. So
# we can ask what it would have missed. Call a first cut **false** if the uncut run, within the next
# 200 updates, gets at least a tenth below the best loss before the cut.
#
# **Before you run it:** suppose that few first cuts are false with patience 10. Would that show
# that the rule *saw* the plateau? With what would you compare?
#
# <details><summary>Answer</summary>
#
# No: a cut that comes late may be right whatever caused it. Compare with a rule that cannot have
# seen anything, such as a cut at the same moments in other runs.
#
# </details>

# %%
with your_code():
    false_first, false_blind = {}, {}
    print("first cuts that were false, and cuts at the same moments in runs of other seeds")
    for patience in (0, 2, 5, 10):
        count = 0
        for run, uncut in zip(runs[f"patience {patience}"], runs["no cut"]):
            check_number = cuts(run)[0] // 25
            before = uncut.validation_losses[:check_number].min()
            soon = uncut.validation_losses[check_number : check_number + 8].min()
            count += bool(soon < 0.9 * before)
        false_first[patience] = count
        blind = []  # the same moments, in runs that had nothing to do with them
        for i, run in enumerate(runs[f"patience {patience}"]):
            check_number = cuts(run)[0] // 25
            for j, uncut in enumerate(runs["no cut"]):
                if j != i:
                    before = uncut.validation_losses[:check_number].min()
                    soon = uncut.validation_losses[check_number : check_number + 8].min()
                    blind.append(soon < 0.9 * before)
        false_blind[patience] = np.mean(blind)
        print(f"patience {patience:2}: {count} of 5, and {np.mean(blind):4.0%} in other runs")

# %% [markdown]
# Fewer first cuts are false with more patience. Is it because the rule looks? The last column says
# no: a cut at the *same moment* in another seed's run, which knows nothing of this loss, is false
# about as often. Patience makes cuts late, and late cuts are rarely false.
#
# So does the rule react to its own loss at all? Give each run the cuts of the *next* seed:

# %%
with your_code():
    borrowed = []
    for seed in seeds:
        plan = runs["patience 5"][(seed + 1) % 5].rates
        run = train(
            network,
            SGD(),
            plan,
            budget,
            batch_size=16,
            seed=seed,
            dtype=np.float32,
            progress=False,
        )
        borrowed.append(float(exam.loss(run.w)))
    print(f"own cuts {scores['patience 5'].mean():.3f}, cuts of the next seed", end=" ")
    print(f"{np.mean(borrowed):.3f}")

# %% [markdown]
# The same, within the noise: at this budget it is *when* the cuts come that counts, not the loss
# that asked for them. A rule does help when nobody planned the length of the run: in 6,000 updates,
# five seeds, the straight line stays at high rates long enough to learn the wrong labels by heart
# (training loss 0.10, exam loss 0.243), and patience 5, which has cut by then, does not (0.38 and
# 0.187; lower on all five).
#
# ### Patience in which unit?

# %%
with your_code():
    looks = {25: scores["patience 2"]}
    for every in (10, 50):
        looks[every] = np.array(
            [float(exam.loss(run.w)) for run in run_all(every=every, patience=2)]
        )
    for every, score in sorted(looks.items()):
        told = f"{score.mean():.3f} ({score.min():.3f} to {score.max():.3f})"
        print(f"patience 2, a look every {every} updates: waits {3 * every:3} updates, {told}")

# %% [markdown]
# **p3:** (b). Patience counts *looks*. If you look five times as often with the same patience, you
# wait a fifth as long and have five times as many chances to be fooled. When a paper or a library's
# default says "patience 10", ask at once: ten of what? Usually it is epochs; how many updates are
# in one of yours?
#
# ### The claim, settled
#
# **"The rate can adapt to the model's own performance."** *True when* the patience outlasts the
# noise and the budget is unknown: then the rule found nearly what the straight line found by
# knowing the budget. At 1,500 updates a plan that never looks does as well. *Not here* with an
# impatient rule, which adapted to the noise. And nothing was saved: factor, patience, margin, floor
# and the interval of the looks are five settings in place of one schedule.

# %% [markdown]
# ## Your experiment
#
# A rule that reacts deserves a rival that does not look. `"blind clock"` halves the rate after
# every 150 updates, whatever the loss does; `"fixed"` keeps it. **Does the clock alone win
# anything, and are you sure?**
#
# You write a plan as data and the course trains it: which methods, which rates, how many of the ten
# seeds, which data (`"training"`, `"validation"`, `"test"`) choose each method's rate, and which
# judge it. Rates move to the nearest rung of a ladder with steps of 1.32.
#
# Then write down what *your* runs support: which is lower, and whether you are sure (`True` or
# `False`). The plan is graded by its design, the finding by whether it follows from the plan's own
# runs.

# %% nbgrader={"grade_id": "experiment_06", "solution": true}
experiment_06 = {
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
experiment_06 = {
    "plan": {
        "methods": ["fixed", "blind clock"],
        "rates": [0.064, 0.14, 0.3, 0.64, 1.4, 3.0],
        "seeds": 10,
        "updates": 600,
        "choose_on": "validation",
        "judge_on": "test",
    },
    "finding": {"lower": "fixed", "sure": False},
}
### END SOLUTION

# %%
experiment("experiment_06", experiment_06["plan"])

# %% nbgrader={"grade_id": "check_experiment_06", "grade": true, "points": 3}
check("experiment_06", experiment_06)

# %% [markdown]
# ## Your conclusion (3 points, read by a person)
#
# In 80 to 120 words: *A colleague trains with reduce-on-plateau, a look every 25 updates and
# patience 0, "so that it reacts at once". What do you tell them?* One point each: (1) explain why
# noise causes cuts while the loss is still falling; (2) compare two patiences with at least two
# numbers from your tables and their spread; (3) say what else you would change or check, and why.

# %% [markdown] nbgrader={"grade_id": "conclusion", "grade": true, "solution": true, "points": 3}
# Your rule compares each loss with the luckiest one so far, so while the loss falls, an ordinary
# value soon looks bad, and with patience 0 one is enough. In our runs all five first cuts were
# false, the rate had fallen to its floor early, and the exam loss was 0.247 (0.233 to 0.261): worse
# than without any cut. With patience 5 it was 0.186 (0.175 to 0.198), and one of five first cuts
# was false. I would also look less often, or at more data, because that lowers the noise itself,
# and make sure that the part that cuts is not the part that judges. Five seeds, one network:
# elsewhere another patience may be right.

# %% [markdown]
# ## Exit quiz
#
# **q1.** `best = 0.5`, `min_delta = 0.01`, and the metric is 0.495. Then ...
#
# - (a) best becomes 0.495, bad becomes 0
# - (b) the rate is cut
# - (c) best stays 0.5, bad stays as it is
# - (d) best stays 0.5, bad grows by 1
#
# **q2.** After one lucky low value the loss falls steadily, but stays above that value. The rule
# ...
#
# - (a) sees that the loss is falling, and waits
# - (b) counts every value as bad, and cuts
# - (c) forgets the lucky value after `patience` looks
# - (d) widens its margin because of the noise
#
# **q3.** You look at the loss five times as often as before. To be as cautious, the patience must
# be ...
#
# - (a) the same
# - (b) a fifth
# - (c) about five times as large
# - (d) the same, with a larger min_delta
#
# **q4.** The test set decides when the rate is cut, and then reports the result. What is wrong?
#
# - (a) nothing: no gradient was computed on it
# - (b) the rule works only on training losses
# - (c) the report is too good: the test set took part in training
# - (d) a test set is too noisy for it

# %% nbgrader={"grade_id": "quiz_06", "solution": true}
quiz_06 = {"q1": "?", "q2": "?", "q3": "?", "q4": "?"}
### BEGIN SOLUTION
quiz_06 = {"q1": "d", "q2": "b", "q3": "c", "q4": "c"}
### END SOLUTION

# %% nbgrader={"grade_id": "check_quiz_06", "grade": true, "points": 1}
check("quiz_06", quiz_06)

# %% [markdown]
# > **What practitioners do.** AlexNet's rate was divided by ten, by hand, whenever the validation
# > error stopped improving (Krizhevsky, Sutskever & Hinton 2012); VGG did the same, three times in
# > all (Simonyan & Zisserman 2015), and He et al. (2016) divided ResNet's rate "when the error
# > plateaus" on ImageNet. As a rule in code it is popular where budgets are unknown and validation
# > is cheap: medical images, tables, fine-tuning. Large runs fix their schedule in advance: a cut
# > that depends on a noisy loss cannot be planned, nor repeated exactly on other hardware. The rule
# > also has a blind spot that users keep finding: after one spike *down*, or a spike up followed by
# > a long recovery, everything looks like a plateau (pytorch/pytorch, issue 30873, 2019).
#
# ## Further reading
#
# - L. Prechelt (1998), *Early Stopping - But When?*, in Neural Networks: Tricks of the Trade: the
#   same question, when has a noisy loss stopped falling, with careful measurements.
# - A. Krizhevsky, I. Sutskever and G. Hinton (2012), *ImageNet Classification with Deep
#   Convolutional Neural Networks*, NeurIPS.
# - K. Simonyan and A. Zisserman (2015), *Very Deep Convolutional Networks for Large-Scale Image
#   Recognition*, ICLR.
# - K. He, X. Zhang, S. Ren and J. Sun (2016), *Deep Residual Learning for Image Recognition*, CVPR.
# - C. Dwork, V. Feldman, M. Hardt, T. Pitassi, O. Reingold and A. Roth (2015), *The reusable
#   holdout: Preserving validity in adaptive data analysis*, Science 349: what happens to data that
#   decides.
