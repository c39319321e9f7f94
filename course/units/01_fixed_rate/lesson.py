# %% [markdown]
# # 01 · One rate, kept throughout
#
# Every neural network you have heard of was trained by repeating one line, or a refinement of it:
# measure the slope, take a step downhill. The **learning rate** is the one number in that line that
# you choose; today you choose it once, a **fixed rate**.
#
# **Time** 110 minutes. **Points** 24: read the curves 1, functions 14, repair 1, your experiment 3, predictions and
# quiz 2, written conclusion 3. **You need** unit 00, NumPy arrays, and what a derivative is.

# %% nbgrader={"grade_id": "setup", "locked": true}
import matplotlib.pyplot as plt
import numpy as np

from autograders import check, experiment, your_code
from lrlib import data, figures, optimizers, problems, style, training
from lrlib.labs import step_marble

plt.rcParams.update(style.rc())

# %% [markdown]
# ## Live lab: step a marble
#
# Drag the rate, press **Step**, watch the marble.
#
# **Challenge:** reach $|w| < 10^{-3}$ in at most four steps. Then find *two* rates, one on each
# side, at which the challenge just fails.

# %%
step_marble()

# %% [markdown]
# *In words: on the left a bowl, the marble on it, and an arrow to where the next step lands. On the
# right its distance from the bottom after each step, on a logarithmic scale. A sentence below says
# where the marble is, and whether it diverges.*
#
# *The lab as a still picture, for readers without a kernel:*
#
# ![Still picture of the lab, described in the words above](attachment:step_marble.png)
#
# **After this unit you can**
#
# - write the update, and say in one sentence what each symbol in it does;
# - predict from the rate and the curvature how a run on a bowl will go;
# - name what a loss curve shows, and what it does not show;
# - search for a rate on a logarithmic scale, and report the usable band honestly.
#
# ## Warm-up
#
# Answer in your head, then open the answers. Recalling works better than rereading.
#
# 1. In unit 00 you wrote `step_towards(x, target, share)`. What must still be true of `x` after a
#    call?
# 2. The bowl $f(w) = w^2/2$ has slope $f'(w) = w$. You stand at $w = -3$. Which sign has the slope,
#    and in which direction is downhill?
# 3. A model has 650 weights. You also decided on 200 updates and a rate of 0.1. Which of these
#    numbers does training change?
#
# <details><summary>Answers</summary>
#
# 1. It is unchanged: a graded function here never writes into its inputs.
# 2. The slope is −3: going right, the ground falls. So downhill is to the right, *against* the sign
#    of the slope.
# 3. Only the 650 weights. They are **parameters**, learned from data. The 200 and the 0.1 are
#    **hyper-parameters**, set by you.
#
# </details>

# %% [markdown]
# ## Predict
#
# Commit before you see the answers. Students who predict a demonstration understand it better than
# those who only watch it (Crouch et al. 2004). The point is for answering; a wrong guess costs
# nothing. Replace each `?` below by a letter, and run both cells.
#
# **p1.** Two marbles start at 1.8 on the lab's bowl, one with rate 0.05, one with rate 0.45. Which
# of them takes the longer *fourth* step?
#
# - (a) the one with rate 0.05
# - (b) the one with rate 0.45; its step is about nine times as long
# - (c) the one with rate 0.45; its step is a little longer
#
# **p2.** A classifier for handwritten digits (ten classes, so guessing is right about 10 % of the
# time) is trained for 200 updates at a rate far too low: its **loss**, the number that training
# makes small, goes from 2.303 to 2.299. On images it has never seen, it is right about ...
#
# - (a) 10 % of the time
# - (b) 25 % of the time
# - (c) 40 % of the time
# - (d) 70 % of the time
#
# **p3.** The same classifier at rate 100: its loss leaps above 200, comes back, and after 200
# updates is lower than that of a run at rate 1. On unseen images, compared with that run, ...
#
# - (a) its loss is lower too, and it is right more often
# - (b) its loss is more than twice as high, but it is right about as often
# - (c) its loss is more than twice as high, and it is wrong on most of them

# %% nbgrader={"grade_id": "predict_01", "solution": true}
predict_01 = {"p1": "?", "p2": "?", "p3": "?"}
### BEGIN SOLUTION
predict_01 = {"p1": "a", "p2": "d", "p3": "b"}
### END SOLUTION

# %% nbgrader={"grade_id": "check_predict_01", "grade": true, "points": 1}
check("predict_01", predict_01)

# %% [markdown]
# ## What the marble did
#
# The update is
#
# $$ w \leftarrow w - \eta\, g $$
#
# in words: the new weights are the old ones minus the rate times the slope. With many weights there
# is a slope along each of them, and $g$ holds them all: the **gradient**. Repeating this update is
# **gradient descent**.
#
# On a bowl $f(w) = \tfrac{c}{2} w^2$ the slope is $g = c\,w$, so one step gives
# $w - \eta c w = (1 - \eta c)\,w$. **Every step multiplies $w$ by the same number
# $m = 1 - \eta c$.**
#
# | $\eta c$ | multiplier $m$ | the marble |
# |---|---|---|
# | below 1 | between 0 and 1 | creeps down its own side |
# | exactly 1 | 0 | lands in one step |
# | between 1 and 2 | between −1 and 0 | crosses over and back, closer each time: it *oscillates* |
# | exactly 2 | −1 | hops between two points for ever |
# | above 2 | below −1 | climbs farther each time: it *diverges* |
#
# The lab's bowl is $w^2$, so $c = 2$. The next cell walks five rates, one for each row.

# %%
for rate in [0.25, 0.5, 0.75, 1.0, 1.25]:
    multiplier = 1 - rate * 2
    path = 1.8 * multiplier ** np.arange(6)
    print(f"rate {rate:4}, m = {multiplier:4}: ", "  ".join(f"{w:8.4f}" for w in path))

# %% [markdown]
# Compare the first row with the third. At 1.5 times the rate that lands in one step, the marble
# overshoots *and still converges*, exactly as fast as at half that rate, because only the size of
# $m$ matters. Overshooting begins at $1/c$, divergence at $2/c$.
#
# Now **p1**: the lengths of the steps.

# %%
print("step             1        2        3        4")
for rate in [0.05, 0.45]:
    path = 1.8 * (1 - rate * 2) ** np.arange(5)
    print(f"rate {rate:4}:  ", "  ".join(f"{length:.5f}" for length in np.abs(np.diff(path))))

# %% [markdown]
# It is (a). From the third step on, the rate that is nine times *smaller* takes the *longer* steps:
# a step is rate times slope, and the cautious marble is still where the bowl is steep. So "the rate
# decides how far each update goes" is *true when* the slopes are equal. **The rate sets the scale;
# the slope sets the length.**

# %% [markdown]
# ## Worked example: one update by hand
#
# Fit $\hat y = w x$ to two points, $x = (1, 2)$ and $y = (2, 4)$, with the loss
# $\tfrac12\,\mathrm{mean}\,(w x - y)^2$; by the chain rule its slope is
# $\mathrm{mean}\,(w x - y)\,x$. Start at $w = 0$ with rate 0.1. The sub-goals are the same for
# every network.

# %%
x, y = np.array([1.0, 2.0]), np.array([2.0, 4.0])
w, rate = 0.0, 0.1

# 1. Measure the error of the present weights
error = w * x - y
# 2. Turn the error into a slope
gradient = np.mean(error * x)
# 3. Scale the slope by the rate
step = rate * gradient
# 4. Move against it
w_new = w - step
# 5. Ask whether it helped
before, after = np.mean(error**2) / 2, np.mean((w_new * x - y) ** 2) / 2
print(f"slope {gradient}, step {step}, new w {w_new}, loss {before} -> {after}")

# %% [markdown]
# The slope is −5, so the step *against* it is +0.5, and the loss nearly halves. The minus sign
# belongs to sub-goal 4, not to the slope.
#
# **Your turn, with the first two sub-goals given.** Replace `None` by sub-goals 3 and 4.

# %% nbgrader={"grade_id": "second_update", "solution": true}
error = w_new * x - y  # 1. Measure the error of the present weights
gradient = np.mean(error * x)  # 2. Turn the error into a slope
second_update = None  # 3. Scale the slope by the rate   4. Move against it
### BEGIN SOLUTION
second_update = w_new - rate * gradient
### END SOLUTION
print("w after two updates:", second_update, "(0.875 is right)")

# %% [markdown]
# ## Write it yourself
#
# The docstring is the contract: what comes in, what goes out, what must not happen. Run the check
# as often as you like. Where it knows your mistake, it offers three hints, each saying more than
# the one before.
#
# ### The update


# %% nbgrader={"grade_id": "sgd_step", "solution": true}
def sgd_step(w, grad, lr):
    """Return the weights after one update of gradient descent.

    w, grad: float arrays of one shape (any shape). lr: one number, 0 or more.
    Returns a new array of that shape; neither input is changed.
    From the weight 1.0 with slope 2.0, rate 0.1 leads to 0.8; with slope -4.0 it leads to 1.4.
    """
    ### BEGIN SOLUTION
    return w - lr * grad
    ### END SOLUTION


# %% nbgrader={"grade_id": "check_sgd_step", "grade": true, "points": 5}
check(sgd_step)

# %% [markdown]
# Green? Then let your own function move the marble. If it is wrong, watch *how* the marble goes
# wrong.

# %%
step_marble(sgd_step)

# %% [markdown]
# ### Many updates
#
# Keep every position, not only the last: you can draw a path. Use your `sgd_step`.


# %% nbgrader={"grade_id": "minimise", "solution": true}
def minimise(grad_fn, w0, lr, steps):
    """Return the path of `steps` updates from `w0`, all at the same rate.

    grad_fn(w): the gradient at w, an array of w's shape. w0: a float array of any shape.
    lr: one number above 0. steps: a whole number, 0 or more.
    Returns an array of shape (steps + 1, *w0.shape): row 0 is w0, row k is w after k updates,
    each from the gradient at the row before. w0 is not changed.
    On the bowl w**2 / 2, two updates from [4.0] at rate 0.5 give [[4.0], [2.0], [1.0]].
    """
    ### BEGIN SOLUTION
    path = [np.array(w0)]
    for _ in range(steps):
        path.append(sgd_step(path[-1], grad_fn(path[-1]), lr))
    return np.stack(path)
    ### END SOLUTION


# %% nbgrader={"grade_id": "check_minimise", "grade": true, "points": 5}
check(minimise)

# %% [markdown]
# ### A verdict on a run
#
# The digits: 1,797 images of 8 × 8 pixels, written by 13 people (Alpaydin & Kaynak 1998). A model
# gives each of the ten classes a probability; the loss of an image is minus the natural logarithm
# of the probability given to its right class (**cross-entropy**, in *nats*), and the loss of the
# model is the mean of these. Whoever guesses gives each class 0.1 and pays $-\ln 0.1 = \ln 10
# \approx 2.303$.
#
# Here a small network (64 pixels, 32 hidden units, 10 classes) is trained at three rates.

# %%
train, unseen = data.load_digits().split(seed=0)
network = problems.Network(train, (64, 32, 10))
for rate in [0.0003, 0.3, 8]:
    run = training.train(network, optimizers.SGD(), rate, 200, progress=False)
    shown = "  ".join(f"{loss:6.3f}" for loss in run.losses[[0, 1, 2, 5, 10, 50, 100, 199]])
    parts = network.views(run.w)
    alive = (train.X @ parts["W1"] + parts["b1"] > 0).any(axis=0).sum()
    print(f"rate {rate:6}: {shown}   hidden units that still react: {alive} of 32")

# %% [markdown]
# The first and the last run end near $\ln 10$, for opposite reasons. The first hardly moved. The
# last leapt, and that destroyed it: a hidden unit passes on $\max(0, \text{its weighted sum})$, a
# *ReLU*. One step that is too long can make that sum negative for *every* image. Then the unit's
# output is 0 and so is its slope: no gradient reaches its weights again. It is a **dead unit**.
# When all are dead, only the constants of the output layer can still learn, and the best they can
# do is guess.
#
# We repeated this with 10 seeds on 3 splits. At rates 4 and 8, 59 of 60 runs ended like this; with
# $\tanh$ in place of the ReLU, which is nowhere exactly flat, none of 60 did (they diverged). A
# larger rate, the cure for a run that is too slow, makes a stuck run no better; it has to be
# started again, with a smaller one.
#
# **Before you write:** both runs end near the loss of a guess. Which number in the *rest* of the
# curve tells them apart?
#
# <details><summary>Answer</summary>
#
# The highest loss on the way. A rate that is too low never raises the loss much; units die in a
# leap.
#
# </details>


# %% nbgrader={"grade_id": "diagnose_run", "solution": true}
def diagnose_run(losses, guess):
    """Return the verdict on a run, the first of these four that applies.

    losses: a list or 1-D array, first to last, at least one. guess: the loss of the best constant
    guess, a number above 0. The *end* is the mean of the last tenth of the losses (how many that
    is, is rounded up). The *line* lies a quarter above the first loss or above guess, whichever
    of the two is larger.
    "diverged": some loss is not finite (inf or nan), or the end lies above the line.
    "stuck": some loss lies above the line, and the end differs from guess by a quarter of guess
    at most.
    "too slow": the end is more than half of guess.
    "learning": all others.
    With guess = 2.3, the losses [2.4, 30, 2.3, 2.3] are stuck and [2.4, 2.38, 2.36] too slow.
    """
    ### BEGIN SOLUTION
    losses = np.asarray(losses, dtype=float)
    if not np.isfinite(losses).all():
        return "diverged"
    end = losses[-int(np.ceil(len(losses) / 10)) :].mean()
    line = 1.25 * max(losses[0], guess)
    if end > line:
        return "diverged"
    if losses.max() > line and abs(end - guess) <= guess / 4:
        return "stuck"
    return "too slow" if end > guess / 2 else "learning"
    ### END SOLUTION


# %% nbgrader={"grade_id": "check_diagnose_run", "grade": true, "points": 4}
check(diagnose_run)

# %% [markdown]
# > **Conventions.** *Mean or sum?* Our losses are means over the examples. The slope of a sum over
# > $n$ examples is $n$ times as steep, so the same path needs a rate $n$ times smaller: a rate
# > means nothing without its loss. PyTorch offers both (`reduction="mean"` or `"sum"`). *New array
# > or in place?* `sgd_step` returns new weights; `torch.optim.SGD.step()` overwrites them, which
# > saves memory and loses the path. *Names:* `lr`, $\eta$, $\alpha$, `step_size` are one thing.
# > "SGD" stands for *stochastic* gradient descent, the same update with a gradient from a few
# > examples (unit 03).

# %% [markdown]
# ## Read the curves
#
# Four recorded runs of real training. Look at the losses, the rate and the gradient together. For
# each run choose what happened, with what you would do first.

# %%
figures.runs_figure((39, 9, 6, 1))

# %% [markdown]
# *The four runs in words: one run in each row. On the left the training loss, the unseen loss and,
# dotted, the loss of a constant guess; in the middle the rate; on the right the norm of the
# gradient, all against updates.*
#
# <details><summary>The four runs in numbers</summary>
#
# - Run 39: 598 updates; a constant guess has loss 2.3. Training loss, at the start and after 10,
#   30, 60 and 100 %: 3.38, 2.21, 2.34, 2.19, 2.14; highest 3.44 at 1%, lowest 1.81 at 91%. Unseen
#   loss, at the start and after 10, 30, 60 and 100 %: 2.86, 2.49, 2.3, 2.2, 2.1; highest 2.86 at
#   0%, lowest 2.1 at 97%. Rate, at the start and after 10, 30, 60 and 100 %: 0.003, 0.003, 0.003,
#   0.003, 0.003; highest 0.003 at 0%, lowest 0.003 at 0%. Norm of the gradient, at the start and
#   after 10, 30, 60 and 100 %: 4.11, 1.56, 1.82, 1.79, 1.46; highest 4.25 at 1%, lowest 1.3 at 94%.
# - Run 9: 598 updates; a constant guess has loss 2.3. Training loss, at the start and after 10, 30,
#   60 and 100 %: 2.28, 2.35, 2.4, 2.57, 2.35; highest 17.2 at 0%, lowest 2.17 at 11%. Unseen loss,
#   at the start and after 10, 30, 60 and 100 %: 2.38, 2.42, 2.42, 2.45, 2.37; highest 2.5 at 50%,
#   lowest 2.33 at 80%. Rate, at the start and after 10, 30, 60 and 100 %: 7, 7, 7, 7, 7; highest 7
#   at 0%, lowest 7 at 0%. Norm of the gradient, at the start and after 10, 30, 60 and 100 %: 0.671,
#   0.179, 0.254, 0.282, 0.132; highest 12.5 at 0%, lowest 0.0862 at 82%.
# - Run 6: 598 updates; a constant guess has loss 2.3. Training loss, at the start and after 10, 30,
#   60 and 100 %: 2.28, 3.14, 4.5, 2.88, 3.42; highest 296 at 0%, lowest 2.16 at 91%. Unseen loss,
#   at the start and after 10, 30, 60 and 100 %: 3.23, 4.19, 3.18, 3.85, 2.98; highest 5.45 at 27%,
#   lowest 2.77 at 40%. Rate, at the start and after 10, 30, 60 and 100 %: 17.5, 17.5, 17.5, 17.5,
#   17.5; highest 17.5 at 0%, lowest 17.5 at 0%. Norm of the gradient, at the start and after 10,
#   30, 60 and 100 %: 0.671, 0.311, 0.752, 0.371, 0.26; highest 53.5 at 0%, lowest 0.198 at 84%.
# - Run 1: 598 updates; a constant guess has loss 2.3. Training loss, at the start and after 10, 30,
#   60 and 100 %: 2.52, 0.39, 0.188, 0.0648, 0.0483; highest 2.52 at 0%, lowest 0.00769 at 96%.
#   Unseen loss, at the start and after 10, 30, 60 and 100 %: 1.3, 0.316, 0.126, 0.0996, 0.0876;
#   highest 1.3 at 0%, lowest 0.0875 at 60%. Rate, at the start and after 10, 30, 60 and 100 %: 0.7,
#   0.63, 0.49, 0.282, 0.00233; highest 0.7 at 0%, lowest 0.00233 at 100%. Norm of the gradient, at
#   the start and after 10, 30, 60 and 100 %: 1.17, 0.768, 0.823, 0.303, 0.246; highest 2.31 at 8%,
#   lowest 0.0474 at 96%.
#
# </details>
#
# **c1.** Run 39 (network 40-64-64-10 on MNIST-1D): what happened, and what do you do first?
#
# - (a) *stuck*: Start anew with a lower rate: the units that a large step killed do not come back.
# - (b) *too low*: Raise the rate threefold, and again, until the loss no longer falls faster.
# - (c) *right*: Keep the rate and its schedule; a shorter or longer run is the next question.
# - (d) *unstable*: Lower the rate threefold, and again, until the loss falls from the start.
#
# **c2.** Run 9 (network 64-32-10 on the digits): what happened, and what do you do first?
#
# - (a) *stuck*: Start anew with a lower rate: the units that a large step killed do not come back.
# - (b) *right*: Keep the rate and its schedule; a shorter or longer run is the next question.
# - (c) *unstable*: Lower the rate threefold, and again, until the loss falls from the start.
# - (d) *too low*: Raise the rate threefold, and again, until the loss no longer falls faster.
#
# **c3.** Run 6 (network 64-32-10 on the digits): what happened, and what do you do first?
#
# - (a) *unstable*: Lower the rate threefold, and again, until the loss falls from the start.
# - (b) *stuck*: Start anew with a lower rate: the units that a large step killed do not come back.
# - (c) *too low*: Raise the rate threefold, and again, until the loss no longer falls faster.
# - (d) *right*: Keep the rate and its schedule; a shorter or longer run is the next question.
#
# **c4.** Run 1 (network 64-32-10 on the digits): what happened, and what do you do first?
#
# - (a) *too low*: Raise the rate threefold, and again, until the loss no longer falls faster.
# - (b) *stuck*: Start anew with a lower rate: the units that a large step killed do not come back.
# - (c) *right*: Keep the rate and its schedule; a shorter or longer run is the next question.
# - (d) *unstable*: Lower the rate threefold, and again, until the loss falls from the start.

# %% nbgrader={"grade_id": "curves_01", "solution": true}
curves_01 = {"c1": "?", "c2": "?", "c3": "?", "c4": "?"}
### BEGIN SOLUTION
curves_01 = {"c1": "b", "c2": "a", "c3": "a", "c4": "c"}
### END SOLUTION

# %% nbgrader={"grade_id": "check_curves_01", "grade": true, "points": 1}
check("curves_01", curves_01)

# %% [markdown]
# ## Bug museum: the optimizer that edited your gradients
#
# Until August 2026 the SGD optimizer of MLX, Apple's array framework, could change the gradients
# that were handed to it. This is the fault retold in NumPy; `decay` pulls weights towards zero
# (unit 09 explains why one wants that).


# %%
def step_with_decay(w, grad, lr, decay):
    if decay != 0:
        grad += decay * w
    step = lr * grad
    return w - step


w, grad = np.array([1.0, -2.0]), np.array([0.5, 0.5])
print("first call ", step_with_decay(w, grad, lr=0.1, decay=0.5))
print("second call", step_with_decay(w, grad, lr=0.1, decay=0.5))

# %% [markdown]
# Same arguments, two answers. **Find** the line, **explain** in a sentence why training still
# worked and nobody noticed, then **fix** it below.
#
# <details><summary>What happened</summary>
#
# `grad += ...` writes into the caller's array; `grad = grad + ...` makes a new one. An ordinary
# training loop throws its gradient away after the step, so the weights were right. But if you
# logged the gradient norm *after* the step, you logged a different number, and if you stepped twice
# from one gradient, you paid the decay twice. The fix was to write `a = a + b` for `a += b`
# (ml-explore/mlx, pull request 4426, 2026). Every check in this course calls your function twice
# for this reason.
#
# </details>


# %% nbgrader={"grade_id": "repaired_step", "solution": true}
def repaired_step(w, grad, lr, decay):
    """Return what the first call of step_with_decay returns, every time.

    w, grad: float arrays of one shape. lr, decay: numbers, 0 or more.
    Returns a new array of that shape; neither w nor grad is changed.
    """
    ### BEGIN SOLUTION
    return w - lr * (grad + decay * w)
    ### END SOLUTION


# %% nbgrader={"grade_id": "check_repaired_step", "grade": true, "points": 1}
check(repaired_step)

# %% [markdown]
# ## Experiment: eight rates, a decade apart
#
# The digits again, with your own functions, and a simpler model: **softmax regression**. Each
# class gets a score, a weighted sum of the 64 pixels plus a bias, 650 parameters in all; *softmax*,
# which is $e^{\text{score}}$ divided by the sum over the ten, makes probabilities of the scores.
# Training starts from zero, at the loss of a guess. What counts is the loss on *unseen* images:
# whether what was learned **generalises**.

# %%
problem, exam = problems.SoftmaxRegression(train), problems.SoftmaxRegression(unseen)
w0 = np.zeros(problem.n_params)
print(train, "|", problem.n_params, "parameters | first loss", round(float(problem.loss(w0)), 3))

# %%
rates = 10.0 ** np.arange(-4, 4)
with your_code():
    paths = {rate: minimise(problem.grad, w0, rate, steps=200) for rate in rates}
    losses = {rate: problem.loss(path) for rate, path in paths.items()}
    outside = {rate: exam.loss(path[-1]) for rate, path in paths.items()}
    accuracy = {rate: exam.accuracy(path[-1]) for rate, path in paths.items()}
    print("      training loss            unseen images")
    print("    rate  highest    last      loss   right  verdict")
    for rate in rates:
        top, last = losses[rate].max(), losses[rate][-1]
        verdict = diagnose_run(losses[rate], np.log(10))
        print(
            f"{rate:8g} {top:8.1f} {last:7.3f} {outside[rate]:9.3f} {accuracy[rate]:7.1%}  {verdict}"
        )

# %% [markdown]
# Look first at the right-hand side of the first row: the loss has hardly moved, and the model is
# right on about seven unseen images in ten. **p2** is (d). The class is chosen by which score is
# *largest*, however small the weights are; the loss also asks how *sure* the model is. **A flat
# loss curve does not mean that nothing was learned.**
#
# Now rate 100. Its training loss is below that of rate 1, it is right slightly more often, and its
# unseen loss is 2.5 times as high: **p3** is (b). The leap left huge weights, so the model is
# certain of everything, also of what it gets wrong, and one wrong image costs it tens of nats. At
# rate 1,000 the model is right on 97 % and its unseen loss is worse than that of guessing.
#
# One split is an anecdote. On twelve splits the unseen loss of rate 10 was the lowest of all eight
# in every one; that of rate 100 was 2.5 to 49 times that of rate 1, in every one; and accuracy saw
# little of it (it was lower at rate 100 in six of twelve).

# %%
with your_code():
    runs = list(losses.items())
    fig, ax = plt.subplots()
    for i, (rate, loss) in enumerate(runs):
        ax.semilogy(loss, label=f"rate {rate:g}", **style.series(i, markevery=20))
    ax.set(xlabel="updates", ylabel="training loss (nats per image)", title="One rate each")
    ax.legend(fontsize="small", ncols=2)

# %% [markdown]
# *Figure 1 in words: training loss against updates on a logarithmic scale, one curve for each rate.
# The three smallest rates are nearly level lines near 2. Rates 0.1 and 1 fall smoothly. Rates 10,
# 100 and 1,000 first leap far above the start, 100 to more than 200 and 1,000 to more than 2,000,
# then come down; rate 10 ends lowest of all, and rate 100 leaps once more, late.*
#
# Look at that second leap. What would your verdict have been if the budget had ended there?

# %%
with your_code():
    verdicts = [diagnose_run(losses[100][: stop + 1], np.log(10)) for stop in range(1, 201)]
    late = [stop for stop in range(100, 201) if verdicts[stop - 1] != "learning"]
    print("stopped at 200:", verdicts[-1], "| not called learning if stopped at", late)

# %% [markdown]
# ### Three claims, settled
#
# **"A parameter is learned, a hyper-parameter is set."** *True here.* Training changed 650 numbers;
# `lr` went through `minimise` untouched. (Unit 13 meets methods that blur this.)
#
# **"Too low a rate wastes epochs, and so money."** An *epoch* is one pass over the training data;
# here each update uses all of it, so updates are epochs. How many does each rate need for the loss
# that rate 0.1 reaches in 200?

# %%
with your_code():
    goal = losses[0.1][-1]
    for rate in [0.1, 1.0]:
        updates = int(np.argmax(losses[rate] <= goal))
        print(f"rate {rate:g} needs {updates} updates to reach a loss of {goal:.3f}")

# %% [markdown]
# *True here*, in proportion: a tenth of the rate needs ten times the updates.
#
# **"Too high a rate overshoots, oscillates and diverges."** Softmax overshot and came back. Train
# the same weights (without the ten biases) on the same images with the *squared* error instead:

# %%
X, Y = train.X, np.eye(10)[train.y]
constant = np.mean(np.sum((Y - Y.mean(axis=0)) ** 2, axis=1)) / 2


def squared_error_gradient(W):
    return X.T @ (X @ W - Y) / len(X)


with your_code(), np.errstate(over="ignore", invalid="ignore"):
    for rate in rates:
        path = minimise(squared_error_gradient, np.zeros((64, 10)), rate, steps=200)
        squared = [np.mean(np.sum((X @ W - Y) ** 2, axis=1)) / 2 for W in path]
        print(f"rate {rate:8g}  last loss {squared[-1]:8.3g}  {diagnose_run(squared, constant)}")

# %% [markdown]
# Now everything from 1 upwards is lost. *True when the curvature stays the same wherever you go*:
# on the bowl, and for the squared error of a linear model. *Not here* for softmax: far from the
# minimum its loss is nearly a straight slope, the gradient is bounded, and so no step can be longer
# than the rate times that bound. And since straight cuts can separate these training images
# perfectly (rate 10 gets all of them right within 2,000 updates), its loss can always fall further.
# Wu, Bartlett, Telgarsky and Yu (2024) prove it for two separable classes: after a bounded rough
# phase, gradient descent converges at *any* constant rate. That is a theorem about the *training*
# loss; the table shows what happens to the unseen one.
#
# So there are four ways to be wrong. Stopping at the first leap would have ended the best run,
# rate 10. Trusting the training loss would have chosen rate 100 over 1. Trusting accuracy would
# have called 1,000 usable. And `diagnose_run` says "learning" for all four: it sees training losses
# only. **No verdict is better than what it looks at.**

# %% [markdown]
# ## Your experiment
#
# On which rates would you bet, if unseen digits decide? This experiment has one method, `"gradient
# descent"` on mini-batches of 64 for 200 updates; what is compared are *rates*. Find the best one,
# and say whether you can be sure that it beats the second best.
#
# You write a plan as data and the course trains it: which methods, which rates, how many of the ten
# seeds, which data (`"training"`, `"validation"`, `"test"`) choose each method's rate, and which
# judge it. Rates move to the nearest rung of a ladder with steps of 1.32.
#
# In the finding, `"lower"` is the rate. Then write down what *your* runs support: which is lower,
# and whether you are sure (`True` or `False`). The plan is graded by its design, the finding by
# whether it follows from the plan's own runs.

# %% nbgrader={"grade_id": "experiment_01", "solution": true}
experiment_01 = {
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
experiment_01 = {
    "plan": {
        "methods": ["gradient descent"],
        "rates": [0.76, 1.7, 3.9, 9.0, 21.0],
        "seeds": 10,
        "updates": 200,
        "choose_on": "validation",
        "judge_on": "test",
    },
    "finding": {"lower": 3.95, "sure": True},
}
### END SOLUTION

# %%
experiment("experiment_01", experiment_01["plan"])

# %% nbgrader={"grade_id": "check_experiment_01", "grade": true, "points": 3}
check("experiment_01", experiment_01)

# %% [markdown]
# ## Your conclusion (3 points, read by a person)
#
# In 80 to 120 words: *Which of the eight rates would you call usable for softmax regression on the
# digits, and where does the band end?* One point each: (1) say what you mean by usable, and give
# the band with at least two numbers from your table; (2) settle one of the three claims, as your
# numbers say; (3) name one thing that this experiment cannot tell you.

# %% [markdown] nbgrader={"grade_id": "conclusion", "grade": true, "solution": true, "points": 3}
# By usable I mean an unseen loss of at most 0.75 after 200 updates: a third of a guess. Then 0.1
# (0.740), 1 (0.193), 10 (0.077) and 100 (0.479) are usable, three decades, and 10 is best. The band
# ends between 0.01 (1.956) and 0.1, and between 100 and 1,000 (6.457), although 1,000 is right on
# 97 % of the unseen images: those it gets wrong, it gets wrong with certainty. "Too high diverges"
# is not true here up to 1,000 for the training loss; with the squared error it was true from 1.
# This was one split, with full batches and 200 updates: what mini-batches or a deeper network do,
# this experiment cannot say.

# %% [markdown]
# ## Exit quiz
#
# **q1.** A network's loss starts at 2.4, jumps to 30 at the second update and then stays at 2.30,
# the loss of a guess among ten classes. What do you try first?
#
# - (a) a rate ten times larger: the curve is flat
# - (b) a new start with a smaller rate
# - (c) ten times as many updates
# - (d) nothing: it has found a minimum
#
# **q2.** On $f(w) = 2w^2$, so with curvature 4, which rate lands in one step?
#
# - (a) 4
# - (b) 1
# - (c) 1/2
# - (d) 1/4
#
# **q3.** You change the loss from the mean over 1,000 examples to the sum, and want the same path.
# The rate must be ...
#
# - (a) the same: the data did not change
# - (b) 1,000 times larger
# - (c) 1,000 times smaller
# - (d) about 32 times smaller, the square root
#
# **q4.** You can afford seven runs and know nothing. Which rates?
#
# - (a) 0.0001, 0.001, 0.01, ... 100
# - (b) 0.01, 0.02, 0.03, ... 0.07
# - (c) 0.1 seven times, with seven seeds
# - (d) seven drawn evenly between 0 and 1

# %% nbgrader={"grade_id": "quiz_01", "solution": true}
quiz_01 = {"q1": "?", "q2": "?", "q3": "?", "q4": "?"}
### BEGIN SOLUTION
quiz_01 = {"q1": "b", "q2": "d", "q3": "c", "q4": "a"}
### END SOLUTION

# %% nbgrader={"grade_id": "check_quiz_01", "grade": true, "points": 1}
check("quiz_01", quiz_01)

# %% [markdown]
# > **What practitioners do.** If there is time to tune one number, they tune this one (Goodfellow,
# > Bengio & Courville 2016, chapter 11). They search on a logarithmic scale, first in decades and
# > then in factors of two or three (Bengio 2012), and make sure that the best rate lies *inside*
# > the range they tried, not at its edge (Godbole, Dahl, Gilmer, Shallue & Nado 2023). They choose
# > by a loss on data that did not train the model. And they do not stop a run for one spike: in
# > wide networks a large rate can throw the loss up and land it in a flatter, better place
# > (Lewkowycz, Bahri, Dyer, Sohl-Dickstein & Gur-Ari 2020).
#
# ## Further reading
#
# - A. Cauchy (1847), *Méthode générale pour la résolution des systèmes d'équations simultanées*,
#   Comptes rendus 25: gradient descent, in three pages.
# - H. Robbins and S. Monro (1951), *A Stochastic Approximation Method*, Annals of Mathematical
#   Statistics 22: the first rates that shrink, and why (unit 03).
# - Y. Bengio (2012), *Practical Recommendations for Gradient-Based Training of Deep Architectures*.
# - I. Goodfellow, Y. Bengio and A. Courville (2016), *Deep Learning*, MIT Press, chapters 8 and 11.
# - G. Goh (2017), *Why Momentum Really Works*, Distill: bowls and multipliers, with pictures you
#   can drag.
# - L. Lu, Y. Shin, Y. Su and G. Karniadakis (2020), *Dying ReLU and Initialization: Theory and
#   Numerical Examples*, Communications in Computational Physics 28.
# - A. Lewkowycz et al. (2020), *The large learning rate phase of deep learning: the catapult
#   mechanism*, arXiv:2003.02218.
# - V. Godbole et al. (2023), *Deep Learning Tuning Playbook*, Google Research, on GitHub.
# - J. Wu, P. Bartlett, M. Telgarsky and B. Yu (2024), *Large Stepsize Gradient Descent for Logistic
#   Loss: Non-Monotonicity of the Loss Improves Optimization Efficiency*, COLT, PMLR 247.
# - E. Alpaydin and C. Kaynak (1998), *Optical Recognition of Handwritten Digits*, UCI Machine
#   Learning Repository, doi:10.24432/C50P49.
# - C. Crouch, A. Fagen, J. Callan and E. Mazur (2004), *Classroom demonstrations: Learning tools or
#   entertainment?*, American Journal of Physics 72.
