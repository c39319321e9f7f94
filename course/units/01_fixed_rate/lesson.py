# %% [markdown]
# # 01 · One rate, kept throughout
#
# Every network you have heard of was trained by repeating one line, or a refinement of it: measure
# the slope, take a step downhill. The **learning rate** is the only number in that line that you
# choose. Today you write the line, and find out how wrong that number can be before anything
# breaks.
#
# **After this unit you can**
#
# - write the update, and say in one sentence what each symbol in it does;
# - tell from a loss curve whether a rate is too low, about right, or past the limit, and say when
#   the curve alone cannot tell you;
# - explain overshooting, oscillating and diverging with one multiplier;
# - search for a rate on a logarithmic scale, and report the usable band honestly.
#
# **Time** 90 minutes. **Points** 20: functions 15, predictions and quiz 2, written conclusion 3.
# **You need** unit 00, NumPy arrays, and what a derivative is.

# %% nbgrader={"grade_id": "setup", "locked": true}
import matplotlib.pyplot as plt
import numpy as np

from autograders import check
from autograders.notebook.your_code import your_code
from lrlib import data, problems, style
from lrlib.labs import step_marble

plt.rcParams.update(style.rc())

# %% [markdown]
# ## Warm-up
#
# Answer in your head, then open the answers. Recalling beats rereading.
#
# 1. In unit 00 you wrote `rescale(x, factor)`. After `y = rescale(x, 2)`, what must still be true
#    of `x`?
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
# Commit before you see anything. Students who predict a demonstration first understand it better
# than those who only watch (Crouch et al. 2004). The point here is for answering; a wrong guess
# costs nothing and teaches most. Replace each `?` below by a letter, and run both cells.
#
# **p1.** A marble sits on the side of the bowl $f(w) = w^2$. With some rate, one single update
# lands it exactly at the bottom. You use **one and a half times** that rate. The marble ...
#
# - (a) creeps down its own side and never crosses the bottom
# - (b) crosses to the other side, then back, each time nearer to the bottom
# - (c) crosses to the other side, then back, each time farther up, and is lost
# - (d) jumps to and fro between the same two points for ever
#
# **p2.** A classifier for handwritten digits (ten classes, so guessing is right about 10 % of the
# time) is trained for 200 updates at a rate far too low: its **loss**, the number that training
# makes small, goes from 2.303 to 2.299. On images it has never seen, it is right about ...
#
# - (a) 10 % of the time
# - (b) 25 % of the time
# - (c) 70 % of the time
# - (d) 98 % of the time
#
# **p3.** The same classifier at a rate a million times larger: within a few updates its loss has
# climbed from 2.3 to above 100. After all 200 updates the loss is ...
#
# - (a) not a number any more: it overflowed
# - (b) finite, but still above where it started
# - (c) lower than after 200 updates at any "sensible" rate up to 1

# %% nbgrader={"grade_id": "predict_01", "solution": true}
predict_01 = {"p1": "?", "p2": "?", "p3": "?"}
### BEGIN SOLUTION
predict_01 = {"p1": "b", "p2": "c", "p3": "c"}
### END SOLUTION

# %% nbgrader={"grade_id": "check_predict_01", "grade": true, "points": 1}
check("predict_01", predict_01)

# %% [markdown]
# ## Live lab: step a marble
#
# Drag the rate, press **Step**, watch the marble and the readout below it.
#
# **Challenge:** reach $|w| < 10^{-3}$ in at most four steps. Then try to find *two* rates, one on
# each side, at which the challenge just fails. How far apart are they?

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
# ## What the marble did
#
# The update is
#
# $$ w \leftarrow w - \eta\, g $$
#
# in words: new weights = old weights − rate × slope. With many weights there is a slope along each
# of them, and $g$ holds them all: the **gradient**.
#
# On a bowl $f(w) = \tfrac{c}{2} w^2$ the slope is $g = c\,w$, so one step gives
# $w - \eta c w = (1 - \eta c)\,w$. **Every step multiplies $w$ by the same number
# $m = 1 - \eta c$.** That number is the whole story:
#
# | $\eta c$ | multiplier $m$ | the marble |
# |---|---|---|
# | below 1 | between 0 and 1 | creeps down its own side |
# | exactly 1 | 0 | lands in one step |
# | between 1 and 2 | between −1 and 0 | crosses over and back, closer each time: *oscillates* |
# | exactly 2 | −1 | hops between two points for ever |
# | above 2 | below −1 | climbs farther each time: it *diverges* |
#
# The lab's bowl is $w^2$, so $c = 2$ and the marble starts at 1.8. The next cell walks five rates,
# one for each row.

# %%
for rate in [0.25, 0.5, 0.75, 1.0, 1.25]:
    multiplier = 1 - rate * 2
    path = 1.8 * multiplier ** np.arange(6)
    print(f"rate {rate:4}, m = {multiplier:4}: ", "  ".join(f"{w:8.4f}" for w in path))

# %% [markdown]
# The third row settles **p1**: (b). At 1.5 times the perfect rate the marble overshoots *and still
# converges*, exactly as fast as at half the perfect rate, because only the size of $m$ matters.
# Overshooting begins at the perfect rate, diverging at twice that. Everything between looks wild,
# and works.
#
# A second look at the claim that *the rate decides how far each update goes*. Compare the lengths
# of the steps:

# %%
print("step             1        2        3        4")
for rate in [0.05, 0.45]:
    path = 1.8 * (1 - rate * 2) ** np.arange(5)
    print(f"rate {rate:4}:  ", "  ".join(f"{length:.5f}" for length in np.abs(np.diff(path))))

# %% [markdown]
# From the third step on, the rate that is nine times *smaller* takes the *longer* steps. The step
# is rate × slope, and the cautious marble is still up where it is steep. So the claim is *true
# when* the slopes are equal. **The rate sets the scale; the slope sets the length.**

# %% [markdown]
# ## Worked example: one update by hand
#
# Fit $\hat y = w x$ to two points, $x = (1, 2)$ and $y = (2, 4)$, with the loss
# $\tfrac12\,\mathrm{mean}\,(w x - y)^2$; by the chain rule its slope is
# $\mathrm{mean}\,(w x - y)\,x$. Start at $w = 0$ with rate 0.1. Read the sub-goals; they are the
# same for every network.

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
# The slope is −5, so the step *against* it is +0.5, and the loss nearly halves. One trap to notice:
# the minus sign sits in sub-goal 4, not in the slope.
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
# The contract is in the docstring: what comes in, what goes out, what must not happen. Run its
# check as often as you like. Where it knows your mistake, it offers three hints, each saying more
# than the one before; open only as many as you need.
#
# ### The update


# %% nbgrader={"grade_id": "sgd_step", "solution": true}
def sgd_step(w, grad, lr):
    """Return the weights after one update, `w - lr * grad`.

    w, grad: float arrays of one shape (any shape). lr: one number above 0.
    Returns a new array of that shape; neither input is changed.
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
# Keep every position, not only the last: a path can be drawn and argued about, an end point cannot.
# Use your `sgd_step`.


# %% nbgrader={"grade_id": "minimise", "solution": true}
def minimise(grad_fn, w0, lr, steps):
    """Return the path of `steps` updates from `w0`, all at the same rate.

    grad_fn(w): the gradient at w, an array of w's shape. w0: a float array of any shape.
    lr: one number above 0. steps: a whole number, 0 or more.
    Returns an array of shape (steps + 1, *w0.shape): row 0 is w0, row k is w after k updates,
    each from the gradient at the row before. w0 is not changed.
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


# %% nbgrader={"grade_id": "classify_run", "solution": true}
def classify_run(losses):
    """Return the verdict on a run, from its losses (a list or 1-D array, first to last).

    "diverged" if any loss is not finite (inf or nan), or the last is greater than the first;
    otherwise "too slow" if the last is greater than half the first; otherwise "learning".
    """
    ### BEGIN SOLUTION
    losses = np.asarray(losses, dtype=float)
    if not np.isfinite(losses).all() or losses[-1] > losses[0]:
        return "diverged"
    return "too slow" if losses[-1] > losses[0] / 2 else "learning"
    ### END SOLUTION


# %% nbgrader={"grade_id": "check_classify_run", "grade": true, "points": 5}
check(classify_run)

# %% [markdown]
# > **Conventions.** *Mean or sum?* Our losses are means over the examples. Of a sum over $n$
# > examples the slope is $n$ times steeper, so the same path needs a rate $n$ times smaller: a rate
# > without its loss means nothing. PyTorch offers both (`reduction="mean"` or `"sum"`). *New array
# > or in place?* `sgd_step` returns new weights; `torch.optim.SGD.step()` overwrites them in place,
# > which saves memory and loses the path. *Names:* `lr`, $\eta$, $\alpha$, `step_size` are one
# > thing.

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
# training loop throws its gradient away after the step, so the weights were right. But whoever
# logged the gradient norm *after* the step logged a different number, and whoever stepped twice
# from one gradient paid the decay twice. The mend was to write `a = a + b` for `a += b`
# (ml-explore/mlx, pull request 4426, 2026). Every check in this course calls your function twice
# for this reason.
#
# </details>


# %% nbgrader={"grade_id": "mended_step", "solution": true}
def mended_step(w, grad, lr, decay):
    """Return w after one step with weight decay; neither w nor grad is changed."""
    ### BEGIN SOLUTION
    return w - lr * (grad + decay * w)
    ### END SOLUTION


# %%
with your_code():
    grad = np.array([0.5, 0.5])
    first, second = (mended_step(w, grad, lr=0.1, decay=0.5) for _ in range(2))
    print("same answer twice:", np.array_equal(first, second), "| gradient now:", grad)

# %% [markdown]
# ## Experiment: seven rates, a decade apart
#
# Now real data and your own functions: 1,797 digits written by 13 people, 8 × 8 pixels each
# (Alpaydin & Kaynak 1998). The model is **softmax regression**. Each class gets a score, a weighted
# sum of the 64 pixels plus a bias, 650 parameters in all; *softmax*, which is $e^{\text{score}}$
# divided by the sum over the ten, makes the scores chances. The loss of an image is $-\ln$ of the
# chance given to its right class (its unit is the *nat*), and the loss of the model is the mean of
# these. It starts at $\ln 10$, the price of guessing.

# %%
train, unseen = data.load_digits().split(seed=0)
problem, exam = problems.SoftmaxRegression(train), problems.SoftmaxRegression(unseen)
w0 = np.zeros(problem.n_params)
print(train, "|", problem.n_params, "parameters | first loss", round(float(problem.loss(w0)), 3))

# %%
rates = 10.0 ** np.arange(-4, 3)
with your_code():
    paths = {rate: minimise(problem.grad, w0, rate, steps=200) for rate in rates}
    losses = {rate: problem.loss(path) for rate, path in paths.items()}
    accuracy = {rate: exam.accuracy(path[-1]) for rate, path in paths.items()}
    print("    rate  first loss  highest  last loss  right on unseen  verdict")
    for rate in rates:
        first, top, last = losses[rate][0], losses[rate].max(), losses[rate][-1]
        verdict = classify_run(losses[rate])
        print(f"{rate:8g} {first:11.3f} {top:8.1f} {last:10.3f} {accuracy[rate]:16.1%}  {verdict}")

# %% [markdown]
# Read the table twice. First the right-hand side of the first row: the loss has hardly moved, and
# the model is right on about seven unseen images in ten. That settles **p2**: (c). A class is
# chosen by which output is *largest*, however small the weights are; the loss also asks how *sure*
# the model is. **A flat loss curve does not mean that nothing was learned.**
#
# Now the last row, which settles **p3**: also (c). A loss that passed 200 came back and ended below
# that of rate 1.

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
# The three smallest rates are nearly level lines near 2. Rates 0.1 and 1 fall smoothly. Rates 10
# and 100 first leap far above the start, 100 to more than 200, then come down; rate 10 ends lowest
# of all seven, and rate 100 leaps once more, late, before it ends below rate 1.*
#
# Look at that second leap. What would your verdict have been, had the budget ended there?

# %%
with your_code():
    verdicts = [classify_run(losses[100][: stop + 1]) for stop in range(1, 201)]
    late = [stop for stop in range(100, 201) if verdicts[stop - 1] == "diverged"]
    print("stopped at 200:", verdicts[-1], "| called diverged if stopped at", late)

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
# *True here*, in proportion: a tenth of the rate, ten times the bill.
#
# **"Too high a rate overshoots, oscillates and diverges."** Softmax overshot, oscillated, and
# recovered. Train the same weights (without the ten biases) on the same images with the *squared*
# error instead, and ask again:

# %%
X, Y = train.X, np.eye(10)[train.y]


def squared_error_gradient(W):
    return X.T @ (X @ W - Y) / len(X)


with your_code(), np.errstate(over="ignore", invalid="ignore"):
    for rate in rates:
        path = minimise(squared_error_gradient, np.zeros((64, 10)), rate, steps=200)
        squared = [np.mean(np.sum((X @ W - Y) ** 2, axis=1)) / 2 for W in path]
        print(f"rate {rate:8g}  last loss {squared[-1]:8.3g}  {classify_run(squared)}")

# %% [markdown]
# Now everything from 1 upwards is lost. *True when the curvature stays the same wherever you go*:
# on the bowl, and for the squared error of a linear model, whose bowl has the same shape
# everywhere, so the multiplier never improves. *Not here* for softmax. Far from home its loss is
# nearly a straight slope: the gradient is bounded, so no step can be longer than the rate times
# that bound, and leaps do not breed larger leaps. And since straight cuts can separate these
# training images perfectly (rate 10 gets all of them right within 2,000 updates), there is always
# farther downhill to go. Wu, Bartlett, Telgarsky and Yu (2024) prove it for two separable classes:
# after a bounded rough phase, gradient descent converges at *any* constant rate, and large ones get
# lower.
#
# So "the loss went up, abort" would have killed the best run in the table. And `classify_run`,
# which looks only at the ends, never saw rate 10 leap, and would have condemned rate 100 had you
# stopped at the wrong moment. **No verdict is better than what it looks at.**

# %% [markdown]
# ## Your conclusion (3 points, read by a person)
#
# In 80 to 120 words: *Which of the seven rates would you call usable for softmax regression on the
# digits, and where does the band end?* One point each: (1) say what you mean by usable, and give
# the band with at least two numbers from your table; (2) settle one of the three claims, as your
# numbers say; (3) name one thing that this experiment cannot tell you.

# %% [markdown] nbgrader={"grade_id": "conclusion", "grade": true, "solution": true, "points": 3}
# By usable I mean: right on at least 90 % of the unseen images after 200 updates. Then 0.1 (92 %),
# 1 (96 %), 10 (98 %) and 100 (97 %) are usable, a band of at least three decades; its lower edge
# lies between 0.01 (84 %) and 0.1, and its upper edge is not in the table, because nothing
# diverged. "Too high diverges" is therefore not true here up to rate 100, although the loss of rate
# 100 passed 200 on the way; with the squared error it was true from 1. One split, full batches and
# a start at zero: whether the leap is harmless with mini-batches or in a deeper network, this
# experiment cannot say.

# %% [markdown]
# ## Exit quiz
#
# **q1.** A loss curve has been flat at its starting value for 200 updates. What may you conclude?
#
# - (a) the model has learned nothing
# - (b) the gradient is zero: it is stuck in a minimum
# - (c) not much: look at another measure, and try a rate ten times larger
# - (d) the rate is too high and the updates cancel
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
# - (b) 1,000 times smaller
# - (c) 1,000 times larger
# - (d) about 32 times smaller, the square root
#
# **q4.** You can afford seven runs and know nothing. Which rates?
#
# - (a) 0.01, 0.02, 0.03, ... 0.07
# - (b) 0.0001, 0.001, 0.01, ... 100
# - (c) 0.1 seven times, with seven seeds
# - (d) seven drawn evenly between 0 and 1

# %% nbgrader={"grade_id": "quiz_01", "solution": true}
quiz_01 = {"q1": "?", "q2": "?", "q3": "?", "q4": "?"}
### BEGIN SOLUTION
quiz_01 = {"q1": "c", "q2": "d", "q3": "b", "q4": "b"}
### END SOLUTION

# %% nbgrader={"grade_id": "check_quiz_01", "grade": true, "points": 1}
check("quiz_01", quiz_01)

# %% [markdown]
# > **What practitioners do.** If there is time to tune one number, they tune this one (Goodfellow,
# > Bengio & Courville 2016, chapter 11). They search on a logarithmic scale, first in decades and
# > then in factors of two or three, and expect the best fixed rate within about a factor of two of
# > the largest that does not diverge (Bengio 2012). They make sure that the best rate lies *inside*
# > the range they tried, not at its edge (Godbole, Dahl, Gilmer, Shallue & Nado 2023). By that rule
# > you are not finished: try 1,000. And they do not stop a run for one spike: in wide networks a
# > large rate can throw the loss up and land it in a flatter, better place (Lewkowycz, Bahri, Dyer,
# > Sohl-Dickstein & Gur-Ari 2020).
#
# ## Further reading
#
# - A. Cauchy (1847), *Méthode générale pour la résolution des systèmes d'équations simultanées*,
#   Comptes rendus 25: gradient descent, in three pages.
# - H. Robbins and S. Monro (1951), *A Stochastic Approximation Method*, Annals of Mathematical
#   Statistics 22: the first rates that shrink, and why (unit 03).
# - Y. Bengio (2012), *Practical Recommendations for Gradient-Based Training of Deep Architectures*:
#   still the best advice.
# - I. Goodfellow, Y. Bengio and A. Courville (2016), *Deep Learning*, MIT Press, chapters 8 and 11.
# - G. Goh (2017), *Why Momentum Really Works*, Distill: bowls and multipliers, with pictures you
#   can drag.
# - A. Lewkowycz et al. (2020), *The large learning rate phase of deep learning: the catapult
#   mechanism*, arXiv:2003.02218.
# - V. Godbole et al. (2023), *Deep Learning Tuning Playbook*, Google Research, on GitHub.
# - J. Wu, P. Bartlett, M. Telgarsky and B. Yu (2024), *Large Stepsize Gradient Descent for Logistic
#   Loss: Non-Monotonicity of the Loss Improves Optimization Efficiency*, COLT, PMLR 247.
# - E. Alpaydin and C. Kaynak (1998), *Optical Recognition of Handwritten Digits*, UCI Machine
#   Learning Repository, doi:10.24432/C50P49.
# - C. Crouch, A. Fagen, J. Callan and E. Mazur (2004), *Classroom demonstrations: Learning tools or
#   entertainment?*, American Journal of Physics 72.
