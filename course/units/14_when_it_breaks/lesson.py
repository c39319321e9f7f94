# %% [markdown]
# # 14 · When it breaks
#
# A run has learned for two thousand updates, and then its loss leaps. What has happened, will it
# come back, and what do you change before you start it again?
#
# **Time** 120 minutes. **Points** 24: read the curves 1, functions 14, repair 1, your experiment 3,
# predictions and quiz 2, written conclusion 3. **You need** units 02, 03, 09 and 12; 13 helps.

# %% nbgrader={"grade_id": "setup", "locked": true}
import copy
from dataclasses import replace

import matplotlib.pyplot as plt
import numpy as np

from autograders import check, experiment, your_code
from lrlib import curvature, data, figures, problems, style
from lrlib.labs import spike_maker
from lrlib.optimizers import Adam

plt.rcParams.update(style.rc())

# %% [markdown]
# ## Live lab: make a spike
#
# Adam walks down a smooth bowl at a constant rate. At update 150 one gradient is damaged: fifty
# times a usual one, in random directions.
#
# **Challenge:** leave the damage in and the gradients noisy, and keep the loss below 0.008 at a
# rate of 0.02 or more. Then press *nothing damaged*: no noise, no damage. Why is there a spike?

# %%
spike_maker()

# %% [markdown]
# *In words: above, the loss against the update, on a logarithmic scale, with a line at update 150.
# Below, the effective curvature, rate times curvature over the root of v, with its limit of 38. A
# sentence gives the highest and the lowest loss from update 150 on, and the longest step.*
#
# *The lab as a still picture, for readers without a kernel:*
#
# ![Still picture of the lab, described in the words above](attachment:spike_maker.png)
#
# **After this unit you can**
#
# - tell a spike that the data made from one that the optimizer made by itself;
# - say what a shorter memory, clipping and a lower rate each do about it, and what each cannot do;
# - clip by the global norm, find spikes in a log, and scale a loss for half precision;
# - stop a run and go on as if it had never stopped.
#
# ## Warm-up
#
# 1. (Unit 09) Adam's gradient has been 1 for a long time, and is 1 again. How long is the step?
# 2. (Unit 07) Momentum 0.9, `v = mu*v + g`, on a bowl of curvature 1: the largest stable rate?
# 3. (Unit 12) What does a warmup protect, and when must it come?
#
# <details><summary>Answers</summary>
#
# 1. One rate: the first moment is 1, and so is the root of the second.
# 2. $2(1 + \mu)/\lambda = 3.8$.
# 3. The first updates, while nothing has settled. It must come first, or not at all.
#
# </details>

# %% [markdown]
# ## Predict
#
# A small **transformer** reads Shakespeare, eight windows of 32 characters at a time, with Adam at
# rate 0.01 and $\beta_2 = 0.999$. At update 200 the data loader fails: three batches hold random
# characters. From the fourth on, all batches are right again. The unseen loss was 2.6.
#
# **p1.** What does the unseen loss do?
#
# - (a) it is highest right after the first damaged batch, before Adam's memory takes the jump in
# - (b) it goes on rising for some updates *after* the last damaged batch
# - (c) it rises over the three batches, and falls with the first batch that is right
#
# **p2.** You go back to update 195 and change one thing. Which change leaves the *highest* spike?
#
# - (a) $\beta_2 = 0.95$ in place of 0.999, as the recipes of large models have it
# - (b) clipping the gradient to 0.5, about its usual norm
# - (c) a third of the rate
#
# **p3.** Now nothing is damaged. The transformer learns sixteen fixed windows by heart, all of them
# at every update: no noise. Rate 0.02, 400 updates. Who spikes?
#
# - (a) neither $\beta_2 = 0.95$ nor 0.999: without noise there is nothing to trip over
# - (b) 0.999, because v follows too slowly
# - (c) 0.95, because v forgets too fast
#
# **p4.** A run is stopped and goes on from its saved *weights*; Adam's moments start at 0 again.
#
# - (a) nothing happens: the weights are all that was learned
# - (b) the unseen loss jumps up, then comes down again
# - (c) it goes on more slowly for some updates, without a jump

# %% nbgrader={"grade_id": "predict_14", "solution": true}
predict_14 = {"p1": "?", "p2": "?", "p3": "?", "p4": "?"}
### BEGIN SOLUTION
predict_14 = {"p1": "b", "p2": "a", "p3": "c", "p4": "b"}
### END SOLUTION

# %% nbgrader={"grade_id": "check_predict_14", "grade": true, "points": 1}
check("predict_14", predict_14)

# %% [markdown]
# ## Two ways to spike
#
# **The data did it.** Adam divides the first moment by the root of the second. Let the gradient
# have been 1 for long, so that $m = v = 1$, and let the next one be $J$. Then
#
# $$m = \beta_1 + (1 - \beta_1) J, \qquad v = \beta_2 + (1 - \beta_2) J^2,
# \qquad \text{step} = \frac{m}{\sqrt{v}} \text{ rates}.$$
#
# For a large $J$ the step tends to $(1 - \beta_1)/\sqrt{1 - \beta_2}$, whatever the size of $J$:

# %%
beta1 = 0.9
for beta2 in [0.999, 0.99, 0.95, 0.9]:
    bound = (1 - beta1) / np.sqrt(1 - beta2)
    fifty = (beta1 + (1 - beta1) * 50) / np.sqrt(beta2 + (1 - beta2) * 50**2)
    print(f"beta2 = {beta2:5}: a 50-fold jump {fifty:.2f} rates, ever larger ones {bound:.2f}")

# %% [markdown]
# So Adam limits its own steps, and $\beta_2$ says to what: after a large jump to 3.16 rates with
# 0.999, to 0.45 with 0.95. A memory of a thousand updates does not learn in one update that
# gradients have grown.
#
# **The optimizer did it.** In the lab's *nothing damaged* the gradients fade as $w$ comes to rest,
# and $v$ with them, as fast as its memory allows. The rate of each weight is $\eta/\sqrt{v}$: it
# *grows*. Unit 02's limit then comes to meet it. Adam's moment is momentum with a factor
# $1 - \beta_1$, so the limit of the warm-up becomes
#
# $$\frac{\eta\,\lambda}{\sqrt{v}} < \frac{2(1 + \beta_1)}{1 - \beta_1} = 38 .$$
#
# The left side is the **effective curvature** of the lab's lower picture. Past 38 the swing grows
# from update to update, until $v$ has noticed. Here a *short* memory is the danger: it forgets how
# steep the slopes were.
#
# Two questions tell the causes apart. Did the gradient jump *before* the loss did? Then look at the
# data. Had it been fading? Then look at the optimizer.

# %% [markdown]
# ## Worked example: the step after a jump
#
# $\beta_1 = 0.9$, $\beta_2 = 0.99$, gradients of 1 for a long time, then one of 10.

# %%
beta1, beta2, jump = 0.9, 0.99, 10.0

# 1. The first moment takes a tenth of the new gradient
m = beta1 * 1 + (1 - beta1) * jump
# 2. The second moment takes a hundredth of its square
v = beta2 * 1 + (1 - beta2) * jump**2
# 3. The step, in rates
step = m / np.sqrt(v)
print(f"m = {m:.2f}, v = {v:.2f}, step {step:.2f} rates")
# 4. Test: with beta2 = 1 the divisor stays 1, and the step is m itself
print("with an endless memory", m, "rates")

# %% [markdown]
# **Your turn.** The usual gradient comes back at once: 1 again. Which step follows? Replace `None`
# by the first moment after that update.

# %% nbgrader={"grade_id": "next_moment", "solution": true}
next_m = None  # the first moment one update later
### BEGIN SOLUTION
next_m = beta1 * m + (1 - beta1) * 1
### END SOLUTION
next_v = beta2 * v + (1 - beta2) * 1
print("first moment:", next_m, f"(1.81 is right), second moment: {next_v:.2f}")

# %% [markdown]
# A step of 1.29 rates follows, almost as long as the one before and still in the damaged direction:
# momentum goes on handing out what it took in.

# %% [markdown]
# ## Write it yourself
#
# ### Find the spikes in a log


# %% nbgrader={"grade_id": "find_spikes", "solution": true}
def find_spikes(losses, window, factor):
    """Return where a run's loss stands far above what was usual just before.

    losses: a list, tuple or 1-d array of numbers, perhaps empty, some perhaps infinite. window: at
    least 1, how many losses just before say what was usual; their median does. factor: above 1.
    Returns the indices, in order, of all losses that exceed factor times that median. A loss with
    fewer than window losses before it is never one of them.
    Examples, with window 3 and factor 1.5: [2, 2, 2, 9, 8, 2] gives [3, 4]; [2, 2, 2, 3] gives [].
    """
    ### BEGIN SOLUTION
    usual = {i: np.median(losses[i - window : i]) for i in range(window, len(losses))}
    return [i for i, middle in usual.items() if losses[i] > factor * middle]
    ### END SOLUTION


# %% nbgrader={"grade_id": "check_find_spikes", "grade": true, "points": 3}
check(find_spikes)

# %% [markdown]
# ### Clipping by the global norm
#
# A transformer has dozens of arrays of parameters. Their gradients together are one arrow, and
# clipping shortens it without turning it. A gradient that is NaN has no length: that is for the
# caller to decide.


# %% nbgrader={"grade_id": "clip_by_global_norm", "solution": true}
def clip_by_global_norm(grads, max_norm):
    """Return gradients whose joint length is at most max_norm, and the length they came with.

    grads: a list or tuple of float arrays of any shapes. max_norm: above 0.
    Returns (list of new arrays of the same shapes, norm): the norm is the Euclidean length of all
    entries of all arrays taken as one vector, before clipping. If it is larger than max_norm, all
    entries are multiplied by one number so that it becomes max_norm; else they keep their values.
    Nothing passed in is changed or handed back itself. A norm that is not finite raises ValueError.
    Examples: [[3.0], [4.0]] with max_norm 1 gives [[0.6], [0.8]] and 5; with 10 it gives
    [[3.0], [4.0]] and 5.
    """
    ### BEGIN SOLUTION
    norm = float(np.sqrt(sum(np.sum(grad**2) for grad in grads)))
    if not np.isfinite(norm):
        raise ValueError(f"the gradients have norm {norm}")
    factor = max_norm / norm if norm > max_norm else 1.0
    return [grad * factor for grad in grads], norm
    ### END SOLUTION


# %% nbgrader={"grade_id": "check_clip_by_global_norm", "grade": true, "points": 4}
check(clip_by_global_norm)

# %% [markdown]
# Green? Then the lab can clip with it, at one and a half times the usual norm. Compare the damaged
# gradient with 0.999. Then choose *nothing damaged* again: what can clipping do there?

# %%
spike_maker(clip_by_global_norm)

# %% [markdown]
# Against the damage it does nearly all: the gradient arrives with a usual length. Without damage it
# does nothing, because the gradients there are far too *small* to be clipped. **Clipping bounds a
# gradient; what spikes in the second case is the rate.**
#
# ### A memory for the longest step that you allow
#
# Turn the formula of *Two ways to spike* round. You know how large a jump may come, from your logs,
# and how long a step you can bear. How long may the memory be? Solve for $v$ first; what if any
# memory will do?


# %% nbgrader={"grade_id": "beta2_for_step", "solution": true}
def beta2_for_step(jump, most, *, beta1):
    """Return the largest beta2 with which Adam's step at a jump is at most `most` rates.

    All gradients were 1 for so long that both moments are 1; then one of size jump comes, and the
    step of that update is meant, without eps and bias correction.
    jump: 1 or more. most: 1 or more. beta1: the share that the first moment keeps, 0 or more and
    below 1.
    Returns one number from 0 to 1; it is 1 if every beta2 keeps the step within the bound.
    Examples, with beta1 0.9: jump 100 and most 1 give about 0.98819; jump 3 and most 2 give 1.
    """
    ### BEGIN SOLUTION
    first = beta1 + (1 - beta1) * jump
    second = (first / most) ** 2
    return 1.0 if second <= 1 else (jump**2 - second) / (jump**2 - 1)
    ### END SOLUTION


# %% nbgrader={"grade_id": "check_beta2_for_step", "grade": true, "points": 4}
check(beta2_for_step)

# %%
with your_code():
    for jump in [20, 100, 1000]:
        print(f"{jump:5}-fold jump, step of one rate: {beta2_for_step(jump, 1.0, beta1=0.9):.3f}")

# %% [markdown]
# After a large jump, a step of one rate needs a $\beta_2$ of about 0.99, however large the jump. The
# recipes take 0.95, with which such a step is about half a rate.
#
# ### Half precision
#
# Numbers of 16 bits (float16) end at 65,504, and below about $6 \times 10^{-8}$ they are 0. Small
# gradients vanish. So the *loss* is multiplied by a large **scale** before the gradient is taken,
# and the gradient divided by it after. Too large a scale, and a gradient overflows to infinity.
# Nobody knows the right one, so it is searched for while training goes on:

# %%
tiny = np.array([3e-9, 2e-6])
for scale in [1.0, 1024.0, 1e12]:
    with np.errstate(over="ignore"):
        kept = np.float32(np.float16(tiny * scale)) / np.float32(scale)
    print(f"scale {scale:>8g}: {tiny} becomes {kept}")


# %% nbgrader={"grade_id": "scale_step", "solution": true}
def scale_step(state, overflow, *, growth, backoff, interval):
    """Return the state of a loss scale after one more update.

    state: a dict with "scale", a number above 0, and "good", how many updates in a row went well
    since the scale last changed. overflow: True if a gradient of this update was not finite.
    growth: 1 or more. backoff: above 0 and at most 1. interval: at least 1.
    Returns a new dict with exactly these two keys; state is not changed. An overflow reduces the
    scale by the factor backoff and ends the row of good updates. Otherwise this update counts as
    good; one that completes a row of interval good updates raises the scale by the factor growth,
    and a new row begins.
    Examples, with growth 2, backoff 0.5, interval 3: {"scale": 8.0, "good": 2} without overflow
    becomes {"scale": 16.0, "good": 0}, and with overflow {"scale": 4.0, "good": 0}.
    """
    ### BEGIN SOLUTION
    if overflow:
        return {"scale": state["scale"] * backoff, "good": 0}
    if state["good"] + 1 < interval:
        return {"scale": state["scale"], "good": state["good"] + 1}
    return {"scale": state["scale"] * growth, "good": 0}
    ### END SOLUTION


# %% nbgrader={"grade_id": "check_scale_step", "grade": true, "points": 3}
check(scale_step)

# %% [markdown]
# Let it find a scale: the largest gradient below is 0.01, so anything above 6.5 million overflows.

# %%
with your_code():
    state, scales, skipped = {"scale": 65536.0, "good": 0}, [], 0
    for _ in range(400):
        with np.errstate(over="ignore"):
            overflow = not np.isfinite(np.float16(0.01 * state["scale"]))
        state = scale_step(state, overflow, growth=2.0, backoff=0.5, interval=20)
        scales, skipped = [*scales, state["scale"]], skipped + overflow
    print(f"it settles near {np.median(scales[200:]):,.0f}; {skipped} of 400 updates skipped")

# %% [markdown]
# Two clocks must not count a skipped update. Which?
#
# <details><summary>Answer</summary>
#
# Adam's `t` and that of the schedule: no update was made.
#
# </details>
#
# With bfloat16, which has the range of 32 bits and fewer digits, no scale is needed.
#
# > **Conventions.** *Clipping.* PyTorch's `clip_grad_norm_` divides by the norm plus 1e-6 and works
# > in place; Optax's `clip_by_global_norm` and Keras's `global_clipnorm` are as ours; Keras's
# > `clipnorm` clips each array by itself, and its `clipvalue` each entry. *Loss scale.* PyTorch's
# > `GradScaler` starts at 65,536 and has our three settings (2, 0.5, 2,000); its `unscale_` must
# > come *before* clipping, or you clip the scaled gradient.

# %% [markdown]
# ## Read the curves
#
# Four recorded runs of real training. Look at the losses, the rate and the gradient together. For
# each run choose what happened, with what you would do first.

# %%
figures.runs_figure((70, 151, 79, 64))

# %% [markdown]
# *The four runs in words: one run in each row. On the left the training loss, the unseen loss and,
# dotted, the loss of a constant guess; in the middle the rate; on the right the norm of the
# gradient, all against updates.*
#
# <details><summary>The four runs in numbers</summary>
#
# - Run 70: 598 updates; a constant guess has loss 2.3. Training loss, at the start and after 10,
#   30, 60 and 100 %: 2.89, 1.65, 1.39, 1.46, 1.24; highest 38.3 at 55%, lowest 0.682 at 89%. Unseen
#   loss, at the start and after 10, 30, 60 and 100 %: 2.02, 1.65, 1.36, 1.45, 1.15; highest 2.02 at
#   0%, lowest 1.11 at 93%. Rate, at the start and after 10, 30, 60 and 100 %: 0.0042, 0.0042,
#   0.0042, 0.0042, 0.0042; highest 0.0042 at 0%, lowest 0.0042 at 0%. Norm of the gradient, at the
#   start and after 10, 30, 60 and 100 %: 3.17, 1.94, 1.61, 1.38, 1.84; highest 37 at 55%, lowest
#   1.13 at 65%.
# - Run 151: 299 updates; a constant guess has loss 3.35. Training loss, at the start and after 10,
#   30, 60 and 100 %: 4.32, 4.2, 3.71, 3.3, 2.84; highest 4.32 at 0%, lowest 2.65 at 97%. Unseen
#   loss, at the start and after 10, 30, 60 and 100 %: 4.29, 4.14, 3.6, 3.31, 2.75; highest 4.29 at
#   0%, lowest 2.75 at 97%. Rate, at the start and after 10, 30, 60 and 100 %: 0.000167, 0.000167,
#   0.0005, 0.000667, 0.00117; highest 0.00117 at 90%, lowest 0.000167 at 0%. Norm of the gradient,
#   at the start and after 10, 30, 60 and 100 %: 0.608, 0.683, 0.667, 0.37, 0.435; highest 0.989 at
#   19%, lowest 0.27 at 51%.
# - Run 79: 598 updates; a constant guess has loss 2.3. Training loss, at the start and after 10,
#   30, 60 and 100 %: 2.31, 2.4, 3.09, 2.95, 2.49; highest 255 at 1%, lowest 2.23 at 98%. Unseen
#   loss, at the start and after 10, 30, 60 and 100 %: 4.29, 2.67, 2.64, 3.06, 2.89; highest 4.29 at
#   0%, lowest 2.47 at 7%. Rate, at the start and after 10, 30, 60 and 100 %: 6, 6, 6, 6, 6; highest
#   6 at 0%, lowest 6 at 0%. Norm of the gradient, at the start and after 10, 30, 60 and 100 %:
#   0.322, 0.216, 0.396, 0.315, 0.251; highest 509 at 1%, lowest 0.153 at 78%.
# - Run 64: 598 updates; a constant guess has loss 2.3. Training loss, at the start and after 10,
#   30, 60 and 100 %: 2.89, 1.5, 1.27, 1.61, 1.2; highest 2.89 at 0%, lowest 0.561 at 89%. Unseen
#   loss, at the start and after 10, 30, 60 and 100 %: 2.04, 1.68, 1.34, 1.44, 1.06; highest 2.07 at
#   50%, lowest 1.06 at 93%. Rate, at the start and after 10, 30, 60 and 100 %: 0.6, 0.543, 0.207,
#   0.546, 6.58e-05; highest 0.6 at 0%, lowest 6.58e-05 at 50%. Norm of the gradient, at the start
#   and after 10, 30, 60 and 100 %: 3.17, 1.01, 1.1, 1.55, 1.43; highest 3.33 at 53%, lowest 0.802
#   at 14%.
#
# </details>
#
# **c1.** Run 70 (network 40-64-64-10 on MNIST-1D): what happened, and what do you do first?
#
# - (a) *right*: Keep the rate and its schedule; a shorter or longer run is the next question.
# - (b) *spike and recovery*: Nothing at once: it recovers. If spikes return, look at their batches.
# - (c) *dropped too early*: Keep the high rate longer: drop when the loss has become level.
# - (d) *unstable*: Lower the rate threefold, and again, until the loss falls from the start.
#
# **c2.** Run 151 (transformer of width 32 on Shakespeare): what happened, and what do you do first?
#
# - (a) *too low*: Raise the rate threefold, and again, until the loss no longer falls faster.
# - (b) *spike and recovery*: Nothing at once: it recovers. If spikes return, look at their batches.
# - (c) *clock wrong*: Check what the schedule counts: epochs were taken for updates, or the
#   reverse.
# - (d) *restarted*: Nothing: the schedule restarts the rate. Judge the run where a cycle ends.
#
# **c3.** Run 79 (three convolutions on MNIST-1D): what happened, and what do you do first?
#
# - (a) *unstable*: Lower the rate threefold, and again, until the loss falls from the start.
# - (b) *right*: Keep the rate and its schedule; a shorter or longer run is the next question.
# - (c) *dropped too early*: Keep the high rate longer: drop when the loss has become level.
# - (d) *dropped too late*: Drop earlier, so that updates are left to gain from the lower rate.
#
# **c4.** Run 64 (network 40-64-64-10 on MNIST-1D): what happened, and what do you do first?
#
# - (a) *restarted*: Nothing: the schedule restarts the rate. Judge the run where a cycle ends.
# - (b) *spike and recovery*: Nothing at once: it recovers. If spikes return, look at their batches.
# - (c) *clock wrong*: Check what the schedule counts: epochs were taken for updates, or the
#   reverse.
# - (d) *dropped too late*: Drop earlier, so that updates are left to gain from the lower rate.

# %% nbgrader={"grade_id": "curves_14", "solution": true}
curves_14 = {"c1": "?", "c2": "?", "c3": "?", "c4": "?"}
### BEGIN SOLUTION
curves_14 = {"c1": "b", "c2": "c", "c3": "a", "c4": "a"}
### END SOLUTION

# %% nbgrader={"grade_id": "check_curves_14", "grade": true, "points": 1}
check("curves_14", curves_14)

# %% [markdown]
# ## Bug museum: the rate that leapt after a restart
#
# Until April 2026 a library for training robots, starVLA, moved its schedule on with every
# micro-batch, while the optimizer waited for several of them. After a restart it set the clock by
# the number of *updates*. Retold for a rate that falls in a straight line over 200 updates, four
# micro-batches to an update, with a stop after 40 updates:


# %%
def rates_around_a_stop(lr, total, accumulate, stop, end):
    clock, rates = 0, []
    for _ in range(stop):
        rates.append(lr * max(0.0, 1 - clock / total))
        clock += accumulate  # a call for each micro-batch
    clock = stop  # the restart: set from the updates that were made
    for _ in range(stop, end):
        rates.append(lr * max(0.0, 1 - clock / total))
        clock += accumulate
    return rates


leap = rates_around_a_stop(0.01, 200, accumulate=4, stop=40, end=44)
print("updates 36 to 43:", np.round(leap[36:], 4))

# %% [markdown]
# The rate was at a fifth of where it began, and is back at four fifths. **Find** the lines that are
# wrong, **explain** in a sentence why the fault before the stop was not noticed, then **repair** it:
# whether before or after a stop, one clock, which counts updates.
#
# <details><summary>What happened</summary>
#
# Micro-batches were counted as updates: the rate fell four times too fast, and no error says so.
# Only the restart, which used the right number, made the fault visible, as a leap of the rate and a
# spike of the loss. The fix was to move the schedule on only when the optimizer makes an update
# (starVLA/starVLA, pull request 210, 2026). Saving the schedule's own clock would have hidden the
# fault for good.
#
# </details>


# %% nbgrader={"grade_id": "repaired_resume", "solution": true}
def repaired_resume(micro_batches, accumulate, steps, *, lr, total):
    """Return the rates of the next updates of a run that was stopped, as if it had not been.

    micro_batches: how many were read before the stop, a multiple of accumulate. accumulate: micro-
    batches to an update, at least 1. steps: how many rates are wanted, at least 1. lr: the rate of
    the first update of the whole run. total: the rate falls by equal amounts with each update and
    is 0 from update t = total on.
    Returns a list, tuple or 1-d array of steps rates. Example: after 8 micro-batches, 4 to an
    update, with lr 1 and total 10, the next two rates are 0.8 and 0.7.
    """
    ### BEGIN SOLUTION
    done = micro_batches // accumulate
    return [lr * max(0.0, 1 - t / total) for t in range(done, done + steps)]
    ### END SOLUTION


# %% nbgrader={"grade_id": "check_repaired_resume", "grade": true, "points": 1}
check(repaired_resume)

# %% [markdown]
# ## Stop, and go on
#
# What does a run consist of? Its weights, of course. But the next update also needs Adam's two
# moments and their count, the schedule's clock, and the batches that are still to come in this
# epoch. With all of it, a run that goes on is the run that never stopped, to the last bit.

# %%
book, rest = data.load_shakespeare().split(seed=0)
model = problems.Transformer(book, width=32, layers=1)
judge = problems.Transformer(rest.take(range(24)), width=32, layers=1)


usual = Adam()  # beta2 = 0.999


def new_run(seed):
    rng = np.random.default_rng(seed)
    w = model.init(rng).astype(np.float32)
    return {"w": w, "moments": usual.init(w), "rng": rng, "to_come": []}


def next_batch(run):
    if not run["to_come"]:
        order = run["rng"].permutation(model.n_samples)
        run["to_come"] = [order[k : k + 8] for k in range(0, len(order), 8)]
    return run["to_come"].pop(0)


def go_on(run, updates, rule=usual, lr=0.01):
    for _ in range(updates):
        _, grad = model.loss_and_grad(run["w"], next_batch(run))
        run["w"], run["moments"] = rule.update(run["w"], grad, run["moments"], lr)
    return run


# %%
run = go_on(new_run(seed=0), 60)
saved = copy.deepcopy(run)
never_stopped = go_on(run, 10)["w"]

whole = go_on(copy.deepcopy(saved), 10)["w"]
no_moments = copy.deepcopy(saved) | {"moments": usual.init(saved["w"])}
other_order = copy.deepcopy(saved) | {"to_come": []}
print("all of it:         equal to the last bit?", np.array_equal(whole, never_stopped))
for name, part in {"without moments": no_moments, "another order": other_order}.items():
    gap = np.abs(go_on(part, 10)["w"] - never_stopped).max()
    print(f"{name:18} largest difference after ten updates {gap:.3f}")

# %% [markdown]
# `copy.deepcopy` and not `dict(run)`: a shallow copy shares its lists and arrays with the run, and
# goes on changing with it. PyTorch's `state_dict()` has the same trap: it hands out the tensors
# themselves, so keep a copy, or write it to disk at once.
#
# ## Experiment 1: a spike, and three ways to mend it
#
# With a saved run one spike can be had as often as we like. Each branch below goes on from update
# 195 with the same batches; three of them are damaged. *Your* `clip_by_global_norm` is one of the
# mends.

# %%
rng = np.random.default_rng(0)
shape = (24, book.context + 1)
noise = replace(book, windows=rng.integers(0, len(book.alphabet), size=shape))
damaged = problems.Transformer(noise, width=32, layers=1)


def branch(run, rule=usual, lr=0.01, max_norm=None, damage=True):
    """Go on from a copy for 65 updates, the sixth to eighth damaged; return loss and steps."""
    run, seen, steps = copy.deepcopy(run), [], []
    for t in range(65):
        hit = damage and 5 <= t < 8
        batch = next_batch(run)
        rows = np.arange(8 * (t - 5), 8 * (t - 4)) if hit else batch
        _, grad = (damaged if hit else model).loss_and_grad(run["w"], rows)
        if max_norm is not None:
            (grad,), _ = clip_by_global_norm([grad], max_norm)
        w, run["moments"] = rule.update(run["w"], grad.astype(np.float32), run["moments"], lr)
        steps.append(np.sqrt(np.mean((w - run["w"]) ** 2)) / 0.01)
        run["w"] = w
        seen.append(float(judge.loss(w)))
    return np.array(seen), np.array(steps)


# %%
with your_code():
    trunks = [go_on(new_run(seed), 195) for seed in range(5)]
    mends = {
        "nothing changed": {},
        "beta2 = 0.95": {"rule": Adam(beta2=0.95)},
        "clipped at 0.5": {"max_norm": 0.5},
        "a third of the rate": {"lr": 0.01 / 3},
        "no damage": {"damage": False},
    }
    spikes = {name: [branch(run, **mend) for run in trunks] for name, mend in mends.items()}
    before = np.array([float(judge.loss(run["w"])) for run in trunks])
    rises = {name: [s.max() for s, _ in found] - before for name, found in spikes.items()}
    for name, found in spikes.items():
        rise, step = rises[name], np.mean([s[5:15].max() for _, s in found])
        least, most = rise.min(), rise.max()
        print(f"{name:19}: rises by {rise.mean():.2f} ({least:.2f} to {most:.2f}),", end=" ")
        print(f"longest step {step:.2f} rates")

# %%
with your_code():
    fig, ax = plt.subplots()
    for i, (name, found) in enumerate(spikes.items()):
        mean = np.mean([seen for seen, _ in found], axis=0)
        ax.plot(np.arange(195, 260), mean, label=name, **style.series(i, markevery=13))
    ax.axvspan(200, 203, alpha=0.2)
    ax.set(xlabel="update", ylabel="unseen loss (nats per character)")
    ax.set(title="Three damaged batches, four answers")
    ax.legend()

# %% [markdown]
# *Figure 1 in words: unseen loss against the update, from 195 to 260, means of five seeds; a shaded
# stripe marks the three damaged batches. Unchanged, the loss climbs steeply through the stripe,
# peaks some updates after it, and needs thirty updates or more to return. With beta2 = 0.95 the peak
# is about six tenths as high. Clipped, or at a third of the rate, it is about a quarter as high.
# Without damage there is no peak.*
#
# **p1** is (b), and momentum is the reason: it hands out a damaged gradient over ten updates or so.
# **p2** is (a). In ten seeds on ten splits the unseen loss rose by 0.49 with nothing changed, by
# 0.29 with $\beta_2 = 0.95$, and by 0.11 both with clipping and with a third of the rate; in all ten
# $\beta_2 = 0.95$ left the highest spike of the three. The table's last column says why: it shortens
# the longest step from 0.70 rates to 0.48, but the usual one is 0.24.
#
# Best of all was to leave the three batches out: the loss rose by 0.02, as much as without damage.
# That is how PaLM was trained through its spikes: back to a checkpoint, and past some hundred
# batches (Chowdhery et al. 2022). All ten runs came back by themselves, within 45 updates. So the
# spike costs time; what it *tells* you is to look at the batch.
#
# **p4** is (b). In the same study fresh moments, with no damage at all, let the loss rise by 0.07,
# where it otherwise rose by 0.02, and more than otherwise in all ten runs: the first update of a
# fresh Adam is one rate long in every weight, four times the usual length.
#
# Before you go on: what did the curvature do in unit 13, at a constant rate and without noise?
#
# <details><summary>Answer</summary>
#
# It grew until it met the limit of that rate, and stayed there.
#
# </details>
#
# ## Experiment 2: nothing damaged
#
# Sixteen windows by heart, all at every update. Along the way we measure the largest effective
# curvature: power iteration (unit 02) on the Hessian, with each weight scaled by the root of its
# own rate.

# %%
rows = np.random.default_rng(0).choice(book.n_samples, 16, replace=False)
by_heart = problems.Transformer(book.take(rows), width=32, layers=1)


def pull_of(w, moments, beta2, u, lr=0.02):
    """The largest eigenvalue of rate times curvature, each weight in units of its own step."""
    root = np.sqrt(moments.v / (1 - beta2**moments.t)).astype(float) + 1e-8
    scale, w = root**-0.5, w.astype(float)
    for _ in range(8):
        u = scale * curvature.hvp(by_heart, w, scale * u)
        size = np.linalg.norm(u)
        u = u / size
    return lr * size, u


def learn_by_heart(beta2, seed=0, updates=400):
    rule, w = Adam(beta2=beta2), by_heart.init(seed).astype(np.float32)
    moments, u = rule.init(w), np.random.default_rng(0).standard_normal(w.size)
    losses, pulls = [], {}
    for t in range(updates):
        if t % 20 == 0 and t:
            pulls[t], u = pull_of(w, moments, beta2, u)
        loss, grad = by_heart.loss_and_grad(w)
        losses.append(float(loss))
        w, moments = rule.update(w, grad, moments, 0.02)
    return np.array(losses), pulls


# %%
with your_code():
    heart = {beta2: learn_by_heart(beta2) for beta2 in (0.95, 0.999)}
    for beta2, (losses, pulls) in heart.items():
        found, late = find_spikes(losses, 20, 1.5), [p for t, p in pulls.items() if t >= 100]
        print(f"beta2 = {beta2}: lowest loss {losses.min():.4f}, {len(found)} losses in spikes;")
        print(f"   effective curvature from update 100 on: median {np.median(late):.0f},", end=" ")
        print(f"highest {max(late):.0f}")

# %%
with your_code():
    fig, axes = plt.subplots(2, 1, sharex=True, figsize=(7, 6))
    for i, (beta2, (losses, pulls)) in enumerate(heart.items()):
        named = {"label": f"beta2 = {beta2}"}
        axes[0].semilogy(losses, **named, **style.series(i, markevery=50))
        axes[1].semilogy(list(pulls), list(pulls.values()), **named, **style.series(i, markevery=3))
    axes[1].axhline(38, linestyle=":", color="gray")
    axes[0].set(ylabel="loss (nats)", title="Exact gradients, and still a spike")
    axes[1].set(xlabel="update", ylabel="effective curvature")
    axes[0].legend()

# %% [markdown]
# *Figure 2 in words: above, the loss on sixteen windows against the update, on a logarithmic scale:
# both runs fall to about 0.016, and the one with beta2 = 0.95 has a spike to several times that
# after update 240. Below, the effective curvature with a dotted line at 38: both runs are at the
# line from the first measurement on, and below or near it later; the run with 0.95 stands clearly
# above it just before its spike.*
#
# **p3** is (c). Look at the lower picture first: *both* runs stand at 38. It is unit 13's edge of
# stability, for Adam: the curvature grows until the limit holds it. The long memory holds it softly,
# because $v$ hardly moves. The short one lets $v$ sink between two swings, and then the limit is
# passed by far before the first large gradients lift $v$ again.
# In ten runs from ten seeds: with 0.95 all ten spiked within 400 updates, with 0.99 one, with 0.999
# none. What mends it? Clipping, at 0.1: all ten spiked. Half the rate: eight spiked. A larger
# $\epsilon$, 1e-4, which bounds $\eta/\sqrt{v}$: one spiked. A cosine down to zero: none. Why does
# half the rate help so little, and a falling one so much?
#
# <details><summary>Answer</summary>
#
# Half the rate has its own edge, at twice the curvature, and the curvature grows up to it. The edge
# of a falling rate recedes all the time.
#
# </details>
#
# ### Claims, settled
#
# - **"$\beta_2 = 0.95$ prevents spikes."** *True when* gradients jump: the spike is six tenths as
#   high. *Not here* when gradients fade: there it makes them.
# - **"Clip at 1.0 and you are safe."** *True when* the gradient is what grew, and the bound lies
#   near its usual norm; ours is about 0.5, so 1.0 would have been twice the usual. *Not here*
#   without damage.
# - **"Lower the rate and the spikes go."** *True when* the data made them: a third of the rate left
#   a quarter of the spike. *Not here* without damage, unless the rate goes on falling.

# %% [markdown]
# ## Your experiment
#
# A mend is insurance: it is paid for in every run in which nothing breaks. **What does it cost?**
# A transformer of width 16 on 540 windows of 16 characters, 200 updates, nothing damaged:
# `"Adam"`, `"Adam, beta2 0.95"`, `"Adam, clipped at 1"`, `"Adam, clipped at 0.1"`. Compare two or
# more, each at its own best rate.
#
# You write a plan as data and the course trains it: which methods, which rates, how many of the ten
# seeds, which data (`"training"`, `"validation"`, `"test"`) choose each method's rate, and which
# judge it. Rates move to the nearest rung of a ladder with steps of 1.32.
#
# Then write down what *your* runs support: which is lower, and whether you are sure (`True` or
# `False`). The plan is graded by its design, the finding by whether it follows from the plan's own
# runs.

# %% nbgrader={"grade_id": "experiment_14", "solution": true}
experiment_14 = {
    "plan": {
        "methods": [],
        "rates": [],
        "seeds": 1,
        "updates": 200,
        "choose_on": "?",
        "judge_on": "?",
    },
    "finding": {"lower": "?", "sure": "?"},
}
### BEGIN SOLUTION
experiment_14 = {
    "plan": {
        "methods": ["Adam", "Adam, beta2 0.95"],
        "rates": [0.0031, 0.0071, 0.016, 0.037, 0.084],
        "seeds": 10,
        "updates": 200,
        "choose_on": "validation",
        "judge_on": "test",
    },
    "finding": {"lower": "Adam, beta2 0.95", "sure": False},
}
### END SOLUTION

# %%
experiment("experiment_14", experiment_14["plan"])

# %% nbgrader={"grade_id": "check_experiment_14", "grade": true, "points": 3}
check("experiment_14", experiment_14)

# %% [markdown]
# ## Your conclusion (3 points, read by a person)
#
# In 80 to 120 words: *A colleague's transformer spiked at update 40,000, and came back. "I have
# lowered $\beta_2$ to 0.95, now it is safe." What do you answer?* One point each: (1) say how you
# would find out which of the two kinds it was, and what you would look at; (2) say with two numbers
# from this unit what $\beta_2 = 0.95$ does about each kind; (3) name a mend that costs nothing in a
# healthy run, or what your own experiment found about the cost, with its uncertainty.

# %% [markdown] nbgrader={"grade_id": "conclusion", "grade": true, "solution": true, "points": 3}
# First look at the log: did the norm of the gradient jump at or before the spike, or had it been
# fading? If it jumped, read the batches of those updates. Against a jump 0.95 helps somewhat:
# our spike rose by 0.29 in place of 0.49, where clipping near the usual norm left 0.11 and leaving
# out the batches nothing. If the gradients had faded, 0.95 is the cause rather than the cure: all
# ten of our runs without any damage spiked with it, and none with 0.999. A schedule that falls to
# zero stopped those and you want one anyway. In my experiment 0.95 ended 0.012 lower on healthy
# runs, but the interval holds zero: no cost that I could see.

# %% [markdown]
# ## Exit quiz
#
# **q1.** The norm of the gradient is about 0.5 for 1,000 updates, 30 at update 1,001, then 0.5
# again. The loss is highest at update 1,004. What do you do first?
#
# - (a) raise $\beta_2$, so that v is steadier
# - (b) look at the batch of update 1,001
# - (c) look at the batch of update 1,004
# - (d) lower the rate for the rest of the run
#
# **q2.** Adam with $\beta_1 = 0.9$, $\beta_2 = 0.95$. A gradient jumps a million-fold in one update.
# How long is the step of that update, about?
#
# - (a) a million rates
# - (b) 3.16 rates
# - (c) one rate
# - (d) 0.45 rates
#
# **q3.** You clip at 1.0. The norm before clipping has never been above 0.2, and the loss spikes.
#
# - (a) the bound is too high: clip at 0.1, and the spikes will go
# - (b) clipping must be done for each array by itself
# - (c) it was not the gradient that grew: look at the rate, and at v
#
# **q4.** Loss scaling finds an overflow at update 500 and skips it. What goes on counting?
#
# - (a) Adam's `t` and the schedule: a batch was read
# - (b) neither Adam's `t` nor the schedule: no update was made
# - (c) the schedule only: time has passed
#
# **q5.** A checkpoint holds the weights, Adam's moments and `t`, and the schedule's clock. What is
# missing for a run that goes on as if it had never stopped, to the last bit?
#
# - (a) the order of the batches to come, with the state of its random numbers
# - (b) the gradient of the last batch
# - (c) nothing

# %% nbgrader={"grade_id": "quiz_14", "solution": true}
quiz_14 = {"q1": "?", "q2": "?", "q3": "?", "q4": "?", "q5": "?"}
### BEGIN SOLUTION
quiz_14 = {"q1": "b", "q2": "d", "q3": "c", "q4": "b", "q5": "a"}
### END SOLUTION

# %% nbgrader={"grade_id": "check_quiz_14", "grade": true, "points": 1}
check("quiz_14", quiz_14)

# %% [markdown]
# > **What practitioners do.** GPT-3 was trained with $\beta_2 = 0.95$ and the global norm clipped at
# > 1.0 (Brown et al. 2020), and most large models since have kept both. PaLM still spiked about
# > twenty times; its authors went back some hundred updates and left out 200 to 500 batches, and
# > found that the same batches did no harm from another checkpoint: it takes the batch *and* the
# > state (Chowdhery et al. 2022). OPT's logbook of 2022 tells of lowered rates, restarts and loss
# > scales that fell to nothing (Zhang et al. 2022). Growing attention logits are a third cause,
# > which normalising queries and keys removes (Wortsman et al. 2024). Today's frameworks train in
# > bfloat16, where no loss scale is needed.
#
# ## Further reading
#
# - R. Pascanu, T. Mikolov and Y. Bengio (2013), *On the Difficulty of Training Recurrent Neural
#   Networks*, ICML: clipping.
# - P. Micikevicius et al. (2018), *Mixed Precision Training*, ICLR: the loss scale.
# - T. Brown et al. (2020), *Language Models are Few-Shot Learners*, NeurIPS, appendix B.
# - A. Chowdhery et al. (2022), *PaLM: Scaling Language Modeling with Pathways*, arXiv:2204.02311,
#   section 5.1.
# - J. Cohen et al. (2022), *Adaptive Gradient Methods at the Edge of Stability*, arXiv:2207.14484:
#   where the 38 comes from.
# - S. Zhang et al. (2022), *OPT: Open Pre-trained Transformer Language Models*, arXiv:2205.01068.
# - M. Wortsman et al. (2023), *Stable and Low-Precision Training for Large-Scale Vision-Language
#   Models*, NeurIPS: spikes follow when v lags behind.
# - M. Wortsman et al. (2024), *Small-scale Proxies for Large-scale Transformer Training
#   Instabilities*, ICLR.
# - Z. Bai et al. (2026), *Adaptive Preconditioners Trigger Loss Spikes in Adam*, ICML: the second
#   kind of spike.
