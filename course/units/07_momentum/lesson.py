# %% [markdown]
# # 07 · Momentum and Nesterov
#
# Gradient descent has no memory. Give it a **velocity**, in which old gradients pile up and slowly
# fade: a valley that took hundreds of steps takes dozens, and the number called *learning rate*
# stops meaning what it meant.
#
# **Time** 110 minutes. **Points** 24: read the curves 1, functions 14, repair 1, your experiment 3, predictions and quiz 2, written conclusion 3.
# **You need** units 01 and 02; the last experiment uses the mini-batches of 03.

# %% nbgrader={"grade_id": "setup", "locked": true}
import matplotlib.pyplot as plt
import numpy as np

from autograders import check, experiment, your_code
from lrlib import data, figures, problems, style
from lrlib.labs import phase_map
from lrlib.optimizers import SGD, Momentum
from lrlib.training import sweep

plt.rcParams.update(style.rc())

# %% [markdown]
# ## Live lab: the phase map
#
# Every point of the map on the left is a pair of rate and momentum; its brightness says how fast
# they get down the ravine on the right.
#
# **Challenge:** find a point that keeps at most 0.8 of the distance each step. The best that plain
# descent can do is 0.96. Then push the momentum on to 0.95: what became of the speed?

# %%
phase_map()

# %% [markdown]
# *In words: on the left a map with the rate from left to right and the momentum from bottom to top;
# a dark corner at high rates and low momentum is marked "diverges", and a bright ridge runs between
# slow and divergent. On the right the contours of a ravine, the path of 60 steps and an arrow for
# the velocity. A sentence says which share of the distance one step keeps in the long run.*
#
# *The lab as a still picture, for readers without a kernel:*
#
# ![Still picture of the lab, described in the words above](attachment:phase_map.png)
#
# **After this unit you can**
#
# - write momentum and Nesterov's form of it, with the velocity in the open;
# - say how far one gradient carries, and why momentum is stable at rates that plain descent is not;
# - convert a rate between the three forms that libraries use;
# - judge momentum against plain descent fairly: each at its own best rate, for the same budget.
#
# ## Warm-up
#
# 1. (Unit 01) On a bowl of curvature $\lambda$, by what number does one plain step multiply the
#    distance to the bottom?
# 2. (Unit 02) Curvatures 1 and 50, plain descent. Which of the two sets the largest rate you may
#    use, and which is then slow?
# 3. (Unit 02) On the same ravine the best fixed rate, 2/51, keeps 96 % of the distance each step.
#    About how many steps to a thousandth?
#
# <details><summary>Answers</summary>
#
# 1. By $1 - \eta\lambda$.
# 2. The steep one, 50, sets the limit 2/50; the gentle one, 1, is then slow.
# 3. $\ln 1000 / 0.04 \approx 173$ steps. Remember that number.
#
# </details>

# %% [markdown]
# ## Predict
#
# The update is now
#
# $$ v \leftarrow \mu v + g, \qquad w \leftarrow w - \eta\, v $$
#
# in words: velocity = share × old velocity + gradient; new weights = old weights − rate × velocity.
#
# **p1.** The gradient is 1 at every update, $\mu = 0.9$, and the velocity starts at zero. After a
# long time the velocity is ...
#
# - (a) 1: the old ones fade away
# - (b) 0.9
# - (c) 10
# - (d) growing for ever
#
# **p2.** On some bowl plain descent diverges above the rate 0.48. You take 0.8, well above, and
# switch on momentum 0.9. The run ...
#
# - (a) diverges, even faster than without momentum
# - (b) swings, and converges
# - (c) swings for ever between two points
#
# **p3.** Least squares on real medical data with 10 updates, all of the data in each, and each
# method at *its own* best rate for these 10. The lower training loss has ...
#
# - (a) momentum 0.9: it is the faster method
# - (b) plain descent
# - (c) neither: with each at its best they are level

# %% nbgrader={"grade_id": "predict_07", "solution": true}
predict_07 = {"p1": "?", "p2": "?", "p3": "?"}
### BEGIN SOLUTION
predict_07 = {"p1": "c", "p2": "b", "p3": "b"}
### END SOLUTION

# %% nbgrader={"grade_id": "check_predict_07", "grade": true, "points": 1}
check("predict_07", predict_07)

# %% [markdown]
# ## What the velocity does
#
# **It remembers.** Unroll the first line: $v = g_t + \mu g_{t-1} + \mu^2 g_{t-2} + \dots$ Each
# gradient goes on working, a little less each time. The weights $1 + \mu + \mu^2 + \dots$ add up to
# $1/(1-\mu)$.

# %%
velocity = 0.0
for update in range(1, 61):
    velocity = 0.9 * velocity + 1.0
    if update in (1, 2, 5, 10, 20, 60):
        print(f"after {update:2} gradients of 1: velocity {velocity:.2f}")

# %% [markdown]
# That settles **p1**: (c), 10, because $1/(1 - 0.9) = 10$. Where the ground slopes the same way for
# long, momentum 0.9 walks with *ten times* the rate you wrote down: the **effective rate** is
# $\eta/(1-\mu)$. Getting there takes time: after twenty updates the velocity is at 8.78.
#
# **And where the slope keeps changing sign, the terms cancel.** That happens *across* a ravine:
# left, right, left. Old gradients then brake the new one, and the run stays stable at rates at
# which plain descent diverges. On a bowl of curvature $\lambda$ plain descent needs $\eta <
# 2/\lambda$; momentum only
#
# $$ \eta < \frac{2(1 + \mu)}{\lambda} $$
#
# in words: the limit grows by the factor $1 + \mu$ (Polyak 1964). Try the bowl of **p2**, whose
# plain limit is 0.48, so that its curvature is 2/0.48:

# %%
for lr, mu in [(0.8, 0.0), (0.8, 0.9), (0.95, 0.9)]:
    w, v = 1.0, 0.0
    for _ in range(100):
        v = mu * v + 2 / 0.48 * w
        w = w - lr * v
    print(f"rate {lr}, momentum {mu}: |w| after 100 updates {abs(w):.2g}")

# %% [markdown]
# **p2** is (b): the limit is now 0.48 · 1.9 = 0.912, so 0.8 converges and 0.95 does not. The
# effective rate of 8 is no danger: it needs a slope that keeps its sign, and here the sign changes
# with every swing.
#
# **Before you read on:** in the lab, more momentum than about 0.6 made the run slower. On which
# quantity could the slowness depend, if not on the curvature?
#
# <details><summary>Answer</summary>
#
# On the momentum itself. The next lines show that a run that swings keeps $\sqrt\mu$ of its
# distance at each step, whatever the curvature.
#
# </details>
#
# **Why is it faster?** One bowl, two numbers to follow: $w$ and $v$. The last step was
# $w_t - w_{t-1} = -\eta v_t$, so $v$ drops out of the next one:
# $w_{t+1} = (1 + \mu - \eta\lambda)\, w_t - \mu\, w_{t-1}$. Try $w_t = z^t$: it is a solution if
# $z^2 - (1 + \mu - \eta\lambda)\,z + \mu = 0$. Every run is a mixture of the two roots, and in the
# long run it shrinks by the larger in size. The product of the roots is $\mu$. So where they are a
# complex pair, which is a swing, both have the size $\sqrt\mu$, **whatever the curvature**.


# %%
def kept(lr, mu, curvature):
    """The share of the distance that one step keeps, in the long run, on a bowl."""
    return np.abs(np.roots([1, -(1 + mu - lr * curvature), mu])).max()


print("  rate  momentum  along (1)  across (50)")
for lr, mu in [(2 / 51, 0.0), (2 / 51, 0.567), (0.0614, 0.567), (0.03, 0.95)]:
    print(f"{lr:.4f}  {mu:8}  {kept(lr, mu, 1):9.3f}  {kept(lr, mu, 50):11.3f}")

# %% [markdown]
# Row one is plain descent at its best: 0.96 along and across. Row three is momentum at *its* best:
# every direction keeps 0.753, that is $\sqrt{0.567}$. Plain descent needs 173 steps to a
# thousandth, momentum about 25. Where does the pair come from? The roots are complex while
# $(1-\sqrt\mu)^2 < \eta\lambda < (1+\sqrt\mu)^2$, and the pair is the one with the smallest $\mu$
# that leaves room for both curvatures (Polyak 1964; we took slightly more). You will work it out
# below. The number of steps grows like $\sqrt\kappa$, where $\kappa$ is the condition number, 50;
# for plain descent it grows like $\kappa$. That square root is the whole gain.
#
# Row four is a warning. More momentum is not more speed: no pair can keep less than $\sqrt\mu$, and
# $\sqrt{0.95}$ is 0.975, *slower* than plain descent at its best. Momentum 0.9 keeps at least
# $\sqrt{0.9} \approx 0.949$: on a ravine as mild as this one, 131 steps in place of 173.

# %% [markdown]
# ## Worked example: two updates by hand
#
# The bowl $f(w) = w^2/2$, whose slope is $w$; start at 4 with zero velocity, rate 0.5, momentum
# 0.5.

# %%
w, v, rate, mu = 4.0, 0.0, 0.5, 0.5
for update in (1, 2):
    # 1. Measure the slope where you stand
    gradient = w
    # 2. Let the velocity fade, then add the slope
    v = mu * v + gradient
    # 3. Move by the rate times the *new* velocity
    w = w - rate * v
    # 4. Ask what is left to move on with
    print(f"update {update}: slope {gradient}, velocity {v}, w {w}")

# %% [markdown]
# After two updates $w$ is exactly at the bottom, and it will not stay: the slope is 0, the velocity
# is 4. That is the price of memory. **Your turn:** replace `None` by sub-goals 2 and 3 of the third
# update.

# %% nbgrader={"grade_id": "third_update", "solution": true}
gradient = w  # 1. Measure the slope where you stand
third_v = None  # 2. Let the velocity fade, then add the slope
third_w = None  # 3. Move by the rate times the new velocity
### BEGIN SOLUTION
third_v = mu * v + gradient
third_w = w - rate * third_v
### END SOLUTION
print("velocity", third_v, "and w", third_w, "(2.0 and -1.0 are right)")

# %% [markdown]
# ## Write it yourself
#
# ### Momentum
#
# The velocity comes in and goes out, because a pure function keeps nothing to itself. Two slips to
# avoid: stepping with the *old* velocity, and `velocity *= mu`, which writes into the caller's
# array.


# %% nbgrader={"grade_id": "momentum_step", "solution": true}
def momentum_step(w, grad, velocity, *, lr, mu):
    """Return (w, velocity) after one update with momentum.

    The velocity keeps the share mu of itself and takes up the whole gradient; then w moves against
    the new velocity, at the rate lr.
    w, grad, velocity: float arrays of one shape (any shape). lr: one number, 0 or more.
    mu: one number, at least 0 and below 1.
    Returns the new w and the new velocity, in this order; no input is changed.
    With lr = 0.5 and mu = 0.5, w = 1, grad = 2 and velocity = 8 give (-2, 6), velocity = 0 gives
    (0, 2).
    """
    ### BEGIN SOLUTION
    v = mu * velocity + grad
    return w - lr * v, v
    ### END SOLUTION


# %% nbgrader={"grade_id": "check_momentum_step", "grade": true, "points": 4}
check(momentum_step)

# %% [markdown]
# Green? Then walk down the ravine on your own function.

# %%
phase_map(momentum_step)

# %% [markdown]
# ### Nesterov: look first, then measure
#
# You know that the velocity is about to carry you by $-\eta\mu v$. Nesterov's idea: measure the
# slope *there*, not here. If the ground rises ahead, you brake one step earlier. But a training
# loop measures the slope at $w$. So libraries store the looked-ahead point itself as $w$. Derive the
# rule for that point: take the momentum step from the point behind it, then look ahead with the new
# velocity. What remains of the two moves by the old velocity?
#
# In words: the velocity as before; the step is the rate times the gradient plus the **new**
# velocity, faded *once more*. From zero velocity the first step is therefore $\eta(1+\mu)g$.


# %% nbgrader={"grade_id": "nesterov_step", "solution": true}
def nesterov_step(w, grad, velocity, *, lr, mu):
    """Return (w, velocity) after one update of Nesterov's form, for the looked-ahead point w.

    The velocity is that of momentum. The step takes the gradient and the new velocity, which has
    faded by mu once more; this once more is not kept.
    w, grad, velocity: float arrays of one shape (any shape). lr: one number, 0 or more.
    mu: one number, at least 0 and below 1.
    Returns the new w and the new velocity, in this order; no input is changed.
    With lr = 0.5 and mu = 0.5, w = 1, grad = 2 and velocity = 8 give (-1.5, 6), velocity = 0 gives
    (-0.5, 2).
    """
    ### BEGIN SOLUTION
    v = mu * velocity + grad
    return w - lr * (grad + mu * v), v
    ### END SOLUTION


# %% nbgrader={"grade_id": "check_nesterov_step", "grade": true, "points": 4}
check(nesterov_step)

# %% [markdown]
# Does looking ahead make large rates safer? Ask for the limit on a bowl of curvature 1:

# %%
with your_code(), np.errstate(all="ignore"):
    for name, step in {"momentum": momentum_step, "Nesterov": nesterov_step}.items():
        stable = []
        for lr in np.arange(0.1, 4.0, 0.1):
            w = v = np.array([1.0])
            for _ in range(2000):
                w, v = step(w, w, v, lr=lr, mu=0.9)
            if abs(w[0]) < 1e-3:
                stable.append(lr)
        print(f"{name} 0.9 on curvature 1: converges up to rate {stable[-1]:.1f} (plain: below 2)")

# %% [markdown]
# No, it does the opposite. Momentum is stable for every rate below $2(1+\mu) = 3.8$; Nesterov's
# form only below $2(1+\mu)/(1+2\mu) = 1.36$, *less* than plain descent. It damps the swinging
# better at moderate rates and pays with a lower ceiling, so a rate tuned for one does not suit the
# other.
#
# ### One path, three rates
#
# Libraries disagree about where the rate and the gradient's weight go:
#
# | form | velocity | step |
# |---|---|---|
# | `"classic"` | $v = \mu v + g$ | $w - \eta v$ |
# | `"ema"` | $v = \mu v + (1-\mu) g$ | $w - \eta v$ |
# | `"inside"` | $v = \mu v - \eta g$ | $w + v$ |
#
# All three can take *exactly* the same path. To find the rate that does it, compare the first steps
# from zero velocity. The averaging form starts with $(1-\mu)g$, a tenth of the gradient at
# $\mu = 0.9$: does it need the larger rate or the smaller?


# %% nbgrader={"grade_id": "convert_lr", "solution": true}
def convert_lr(lr, mu, *, source, target):
    """Return the rate with which the target form takes the same path as the source form with lr.

    lr: the source form's rate, one number, 0 or more; kept throughout the run.
    mu: one number, at least 0 and below 1; the same in both forms.
    source, target: "classic" (v = mu*v + g; w - lr*v), "ema" (v = mu*v + (1-mu)*g; w - lr*v) or
    "inside" (v = mu*v - lr*g; w + v); they may be equal. Both start from zero velocity.
    Returns one number.
    """
    ### BEGIN SOLUTION
    classic = lr * (1 - mu) if source == "ema" else lr
    return classic / (1 - mu) if target == "ema" else classic
    ### END SOLUTION


# %% nbgrader={"grade_id": "check_convert_lr", "grade": true, "points": 3}
check(convert_lr)

# %% [markdown]
# Test your conversions with three walks. Then comes a case that no conversion can repair: the rate
# is cut to a tenth after ten updates, as in unit 04.


# %%
def walk(form, lrs, mu=0.9, w=1.0, v=0.0):
    """The last point of a walk on the bowl w**2 / 2, with one rate for each update."""
    for lr in lrs:
        v = mu * v + {"classic": 1, "ema": 1 - mu, "inside": -lr}[form] * w
        w = w + v if form == "inside" else w - lr * v
    return w


with your_code():
    for form in ["classic", "ema", "inside"]:
        lr = convert_lr(0.2, 0.9, source="classic", target=form)
        constant, cut = walk(form, [lr] * 12), walk(form, [lr] * 10 + [lr / 10] * 2)
        print(f"{form:8} rate {lr:.1f}: after 12 updates {constant:.4f}, with a cut {cut:.4f}")

# %% [markdown]
# At a constant rate all three take one path. After a cut *inside* takes another: its velocity holds
# steps that were made with the old, large rate, and goes on using them. In the other two the cut
# acts at once.
#
# > **Conventions.** *Classic:* `torch.optim.SGD(momentum=...)` and Optax's `sgd`; this course.
# > *Inside:* Keras's `SGD`, and the formulas of Sutskever et al. (2013). *Ema:* the first moment of
# > Adam (unit 09), the example optimizer of HIPS/autograd (issue 289, 2017), and MLX's SGD until a
# > review noticed (ml-explore/mlx, pull request 87, 2023). PyTorch's `dampening=0.9` looks like
# > *ema* and is not quite: its first velocity is the whole gradient. *Names:* $\mu$, `momentum`,
# > `beta`, `rho`, `mass` are one thing.

# %% [markdown]
# ### The best pair
#
# You know the gentlest and the steepest curvature of a bowl. Which rate and momentum make its
# *slowest* direction shrink fastest? Two facts from above are enough: a direction with complex
# roots keeps $\sqrt\mu$, and it has complex roots while $\eta\lambda$ lies between
# $(1-\sqrt\mu)^2$ and $(1+\sqrt\mu)^2$.
#
# **Before you write:** the curvatures are 1 and 9. What does $\mu$ have to be for the range to be
# just wide enough, so that its lower end belongs to curvature 1 and its upper end to 9?
#
# <details><summary>Answer</summary>
#
# One rate has to serve both: nine times the lower end is the upper end, so $1 + \sqrt\mu$ is three
# times $1 - \sqrt\mu$. Hence $\sqrt\mu$ is a half, $\mu$ a quarter, and the rate a quarter too.
#
# </details>


# %% nbgrader={"grade_id": "best_pair", "solution": true}
def best_pair(lam_min, lam_max):
    """Return (lr, mu), the rate and momentum whose slowest direction shrinks fastest.

    lam_min, lam_max: the smallest and the largest curvature of a bowl, numbers above 0; they may be
    equal, and then the bowl is left in one step without momentum. The momentum is that of
    momentum_step. Returns two numbers, the rate and mu, in this order.
    For curvatures 1 and 9 they are 0.25 and 0.25, for 4 and 4 they are 0.25 and 0.
    """
    ### BEGIN SOLUTION
    low, high = np.sqrt(lam_min), np.sqrt(lam_max)
    kept = (high - low) / (high + low)
    return (1 + kept) ** 2 / lam_max, kept**2
    ### END SOLUTION


# %% nbgrader={"grade_id": "check_best_pair", "grade": true, "points": 3}
check(best_pair)

# %% [markdown]
# ## Read the curves
#
# Four recorded runs of real training. Look at the losses, the rate and the gradient together. For
# each run choose what happened, with what you would do first.

# %%
figures.runs_figure((5, 69, 90, 78))

# %% [markdown]
# *The four runs in words: one run in each row. On the left the training loss, the unseen loss and,
# dotted, the loss of a constant guess; in the middle the rate; on the right the norm of the
# gradient, all against updates.*
#
# <details><summary>The four runs in numbers</summary>
#
# - Run 5: 598 updates; a constant guess has loss 2.3. Training loss, at the start and after 10, 30,
#   60 and 100 %: 2.28, 2.14, 1.84, 1.47, 0.895; highest 2.34 at 2%, lowest 0.849 at 99%. Unseen
#   loss, at the start and after 10, 30, 60 and 100 %: 2.28, 2.14, 1.88, 1.46, 0.922; highest 2.28
#   at 0%, lowest 0.922 at 97%. Rate, at the start and after 10, 30, 60 and 100 %: 0.0015, 0.0015,
#   0.0015, 0.0015, 0.0015; highest 0.0015 at 0%, lowest 0.0015 at 0%. Norm of the gradient, at the
#   start and after 10, 30, 60 and 100 %: 0.671, 0.683, 0.736, 0.797, 0.499; highest 1.14 at 66%,
#   lowest 0.496 at 16%.
# - Run 69: 598 updates; a constant guess has loss 2.3. Training loss, at the start and after 10,
#   30, 60 and 100 %: 2.89, 1.67, 1.47, 1.74, 1.49; highest 38.9 at 50%, lowest 0.948 at 90%. Unseen
#   loss, at the start and after 10, 30, 60 and 100 %: 2.15, 1.68, 1.44, 1.72, 1.28; highest 2.15 at
#   0%, lowest 1.28 at 97%. Rate, at the start and after 10, 30, 60 and 100 %: 0.018, 0.018, 0.018,
#   0.018, 0.018; highest 0.018 at 0%, lowest 0.018 at 0%. Norm of the gradient, at the start and
#   after 10, 30, 60 and 100 %: 3.17, 1.76, 1.52, 1.18, 1.65; highest 43.7 at 50%, lowest 0.887 at
#   56%.
# - Run 90: 598 updates; a constant guess has loss 2.3. Training loss, at the start and after 10,
#   30, 60 and 100 %: 2.33, 1.91, 0.649, 0.328, 0.000785; highest 2.33 at 0%, lowest 0.000107 at
#   87%. Unseen loss, at the start and after 10, 30, 60 and 100 %: 2.26, 1.87, 2.55, 6.45, 8.21;
#   highest 8.21 at 97%, lowest 1.87 at 10%. Rate, at the start and after 10, 30, 60 and 100 %:
#   0.05, 0.05, 0.05, 0.05, 0.05; highest 0.05 at 0%, lowest 0.05 at 0%. Norm of the gradient, at
#   the start and after 10, 30, 60 and 100 %: 0.252, 1.25, 2.11, 1.56, 0.00993; highest 8.15 at 41%,
#   lowest 0.00245 at 87%.
# - Run 78: 598 updates; a constant guess has loss 2.3. Training loss, at the start and after 10,
#   30, 60 and 100 %: 2.31, 2.48, 2.65, 2.61, 2.68; highest 3.13 at 96%, lowest 2.22 at 50%. Unseen
#   loss, at the start and after 10, 30, 60 and 100 %: 2.44, 2.36, 2.45, 2.47, 2.48; highest 2.81 at
#   20%, lowest 2.34 at 60%. Rate, at the start and after 10, 30, 60 and 100 %: 2.5, 2.5, 2.5, 2.5,
#   2.5; highest 2.5 at 0%, lowest 2.5 at 0%. Norm of the gradient, at the start and after 10, 30,
#   60 and 100 %: 0.322, 0.26, 0.315, 0.253, 0.305; highest 3.45 at 3%, lowest 0.0977 at 32%.
#
# </details>
#
# **c1.** Run 5 (network 64-32-10 on the digits): what happened, and what do you do first?
#
# - (a) *stuck*: Start anew with a lower rate: the units that a large step killed do not come back.
# - (b) *right*: Keep the rate and its schedule; a shorter or longer run is the next question.
# - (c) *on the noise floor*: Lower the rate in the second half of the run.
# - (d) *too low*: Raise the rate threefold, and again, until the loss no longer falls faster.
#
# **c2.** Run 69 (network 40-64-64-10 on MNIST-1D): what happened, and what do you do first?
#
# - (a) *too low*: Raise the rate threefold, and again, until the loss no longer falls faster.
# - (b) *spike and recovery*: Nothing at once: it recovers. If spikes return, look at their batches.
# - (c) *dropped too late*: Drop earlier, so that updates are left to gain from the lower rate.
# - (d) *dropped too early*: Keep the high rate longer: drop when the loss has become level.
#
# **c3.** Run 90 (three convolutions on MNIST-1D): what happened, and what do you do first?
#
# - (a) *right*: Keep the rate and its schedule; a shorter or longer run is the next question.
# - (b) *clock wrong*: Check what the schedule counts: epochs were taken for updates, or the
#   reverse.
# - (c) *overfitting*: Stop at the lowest unseen loss, or take more data; another rate is no cure.
# - (d) *stuck*: Start anew with a lower rate: the units that a large step killed do not come back.
#
# **c4.** Run 78 (three convolutions on MNIST-1D): what happened, and what do you do first?
#
# - (a) *right*: Keep the rate and its schedule; a shorter or longer run is the next question.
# - (b) *unstable*: Lower the rate threefold, and again, until the loss falls from the start.
# - (c) *overfitting*: Stop at the lowest unseen loss, or take more data; another rate is no cure.
# - (d) *too low*: Raise the rate threefold, and again, until the loss no longer falls faster.

# %% nbgrader={"grade_id": "curves_07", "solution": true}
curves_07 = {"c1": "?", "c2": "?", "c3": "?", "c4": "?"}
### BEGIN SOLUTION
curves_07 = {"c1": "d", "c2": "b", "c3": "c", "c4": "b"}
### END SOLUTION

# %% nbgrader={"grade_id": "check_curves_07", "grade": true, "points": 1}
check("curves_07", curves_07)

# %% [markdown]
# ## Bug museum: the look ahead that looked back
#
# For months, networks that were trained with Nesterov momentum in the library Paddle did not learn.
# In July 2018 somebody found out why. Retold:


# %%
def shipped_nesterov(w, grad, velocity, lr, mu):
    velocity = mu * velocity + grad
    return w - grad * lr + mu * velocity * lr, velocity


w, v = 1.0, 0.0
for update in range(1, 6):
    w, v = shipped_nesterov(w, w, v, lr=0.1, mu=0.9)
    print(f"update {update}: distance from the bottom of the bowl {w:.3f}")

# %% [markdown]
# The first update goes down, a little; all others climb. **Find** the fault, **explain** in a
# sentence what direction the step has once the velocity is large, and **fix** it. Then the harder
# question: this optimizer *had* a test, and the test passed. How?
#
# <details><summary>What happened</summary>
#
# $g + \mu v$ has to be subtracted as a whole; with the brackets lost, $\mu v$ was *added*. On a
# steady slope $v$ is $10g$, so the step became $-\eta(g - 9g)$: eight times the gradient, uphill.
# The test computed its expected values by the same formula, minus for plus, so code and test agreed
# with each other and with nobody else. The fix was a pair of brackets (PaddlePaddle/Paddle, pull
# request 12231, 2018). A test has to ask something that the author of the code did not write: does
# the distance to the bottom shrink?
#
# </details>


# %% nbgrader={"grade_id": "repaired_nesterov", "solution": true}
def repaired_nesterov(w, grad, velocity, lr, mu):
    """Return (w, velocity) after one step of Nesterov's momentum.

    w, grad, velocity: float arrays of one shape, which are not changed. lr, mu: numbers.
    """
    ### BEGIN SOLUTION
    velocity = mu * velocity + grad
    return w - lr * (grad + mu * velocity), velocity
    ### END SOLUTION


# %% nbgrader={"grade_id": "check_repaired_nesterov", "grade": true, "points": 1}
check(repaired_nesterov)

# %% [markdown]
# ## Experiment: each at its own best rate
#
# 442 people with diabetes, ten measurements each, and how far the illness had progressed a year
# later (Efron, Hastie, Johnstone & Tibshirani 2004). A least-squares model is fitted to 354 of
# them; its error is measured on the other 88. The features are standardised, as unit 02 taught.

# %%
training_part, unseen_part = data.load_diabetes().split(seed=0)
mean, spread = training_part.X.mean(axis=0), training_part.X.std(axis=0)
problem = problems.LinearRegression(((training_part.X - mean) / spread, training_part.y))
exam = problems.LinearRegression(((unseen_part.X - mean) / spread, unseen_part.y))
lowest = problem.loss(problem.minimiser())
curvatures = np.linalg.eigvalsh(problem.hessian())
print("curvatures", curvatures.round(3))
print(
    f"condition number {curvatures[-1] / curvatures[0]:.0f}, plain limit {2 / curvatures[-1]:.3f}"
)
print(f"loss at the start {problem.loss(np.zeros(11)):.0f}, lowest possible {lowest:.1f}")

# %% [markdown]
# Even standardised, one direction is 527 times gentler than the steepest: some of the blood
# measurements nearly repeat one another. This should be momentum's home ground. *Your* steps run at
# 29 rates each, with all of the data at every update. What is compared is the loss **above the
# lowest possible**.


# %%
def descend(step, lr, mu, updates=300):
    """The points of a run from zero: one row for the start and one for each update."""
    w = v = np.zeros(problem.n_params)
    path = [w]
    for _ in range(updates):
        w, v = step(w, problem.grad(w), v, lr=lr, mu=mu)
        path.append(w)
    return np.stack(path)


rates = 0.01 * 2 ** (np.arange(29) / 4)
with your_code(), np.errstate(all="ignore"):
    methods = {"plain": (momentum_step, 0.0), "momentum 0.9": (momentum_step, 0.9)}
    methods["Nesterov 0.9"] = (nesterov_step, 0.9)
    paths = {name: [descend(step, lr, mu) for lr in rates] for name, (step, mu) in methods.items()}
    excess = {n: np.array([problem.loss(path) - lowest for path in ps]) for n, ps in paths.items()}

# %%
with your_code():
    budgets = [10, 30, 100, 300]
    best = {n: [int(np.nanargmin(e[:, budget])) for budget in budgets] for n, e in excess.items()}
    print("loss above the lowest, each at its best rate for that budget (rate in brackets)")
    print("updates        ", "".join(f"{budget:>17}" for budget in budgets))
    for name, chosen in best.items():
        cells = [f"{excess[name][i, b]:.2g} ({rates[i]:.3f})" for i, b in zip(chosen, budgets)]
        print(f"{name:15}", "".join(f"{cell:>17}" for cell in cells))

# %%
with your_code():
    fig, ax = plt.subplots()
    for i, (name, chosen) in enumerate(best.items()):
        curve = excess[name][chosen[2], :151]
        label = f"{name}, rate {rates[chosen[2]]:.2f}"
        ax.semilogy(curve, label=label, **style.series(i, markevery=15))
    ax.set(xlabel="updates", ylabel="loss above the lowest", title="Best rate for 100 updates")
    ax.legend()

# %% [markdown]
# *Figure 1 in words: loss above the lowest possible against updates, logarithmic. Plain descent
# falls steeply for some thirty updates, then becomes almost level near 2. Momentum sinks in rapid
# waves along a straight slope, far above plain descent at first, and stays below it from about
# update 85 on. Nesterov hardly waves, crosses plain descent before update 60 and goes on down.*
#
# The first column settles **p3**: (b), and by far. Nearly all of the loss lies in directions that
# are steep enough for plain descent to settle in ten updates. Momentum 0.9 keeps at least
# $\sqrt{0.9}$ of *every* direction each step, in the long run, also of those that plain descent
# finishes at once: they go on swinging. At 30 updates Nesterov has just overtaken, and
# plain descent is still ahead of momentum. At 100 only the gentle directions are left, and there
# the square root pays: at 300 momentum is ahead by a factor of more than a thousand million.
#
# ### Two claims, settled
#
# **"Momentum converges faster."** *True when* the budget reaches into the gentle directions; *not
# here* within 10 updates. And is the difference worth having? Ask the 88 people who took no part in
# training:

# %%
with your_code():
    ends = {
        "plain, 10 updates": paths["plain"][best["plain"][0]][10],
        "plain, 300 updates": paths["plain"][best["plain"][3]][300],
        "momentum 0.9, 300 updates": paths["momentum 0.9"][best["momentum 0.9"][3]][300],
        "exact solution": problem.minimiser(),
    }
    typical = {name: np.sqrt(2 * exam.loss(w)) for name, w in ends.items()}
    for name, error in typical.items():
        print(f"{name:26} typical error on unseen people {error:.1f} points")

# %% [markdown]
# After ten plain updates the error on them, about 57, is within half a point of the exact
# solution's. On other problems the gentle directions matter; here they hardly do. **How far to
# optimise is a question about the data, not about the optimizer.**
#
# One thing was still unfair: the rates were tuned, and the momentum of 0.9 was not. So tune both:

# %%
shares = [0.0, 0.3, 0.5, 0.7, 0.8, 0.9, 0.95]
tuned = {}
print("loss above the lowest, each at its best rate")
print("updates ", "".join(f"{'mu ' + str(mu):>10}" for mu in shares))
with np.errstate(all="ignore"):
    for budget in [10, 100, 300]:
        runs = sweep(problem, [Momentum(mu) for mu in shares], rates, budget)
        tuned[budget] = np.nanmin(runs.final_losses - lowest, axis=1)
        print(f"{budget:7} ", "".join(f"{value:10.2g}" for value in tuned[budget]))

# %% [markdown]
# The best share grows with the budget: 0.3 for 10 updates, 0.8 for 100, 0.9 for 300. A *little*
# momentum beats plain descent even in ten updates. What lost in the first table was not momentum
# but its default.
#
# **"Momentum 0.9 just means ten times the rate."** Mini-batches of 16, the digits, a small network,
# five seeds, 300 updates. Plain descent, momentum at a *tenth* of the rate, and momentum switched
# on without touching the rate.
#
# **Before you run it:** at which rates, small ones or large ones, will *plain* and *a tenth* be
# the same run?
#
# <details><summary>Answer</summary>
#
# At small ones: there the slope stays the same while the velocity fills up, and ten times the rate
# is all that the velocity adds. At large rates the slope turns before that, and the velocity
# brakes.
#
# </details>

# %%
train_digits, _ = data.load_digits().split(seed=0)
network = problems.Network(train_digits, sizes=(64, 32, 10))
plain_rates = np.array([0.03, 0.1, 0.3, 1.0])
contest = {"plain": (SGD(), 1.0), "a tenth": (Momentum(0.9), 0.1), "same rate": (Momentum(0.9), 1)}
finals = {}
for name, (rule, factor) in contest.items():
    runs = sweep(network, rule, factor * plain_rates, 300, batch_size=16, seed=range(5))
    finals[name] = np.nan_to_num(runs.final_losses, nan=np.inf)
print("mean training loss (lowest to highest of five seeds)")
print("rate    ", "".join(f"{name:>24}" for name in finals))
for i, rate in enumerate(plain_rates):
    cells = [
        f"{f[:, i].mean():.2f} ({f[:, i].min():.2f} to {f[:, i].max():.2f})"
        for f in finals.values()
    ]
    print(f"{rate:<8}", "".join(f"{cell:>24}" for cell in cells))

# %% [markdown]
# *True here when the rate is small:* in the first two rows *plain* and *a tenth* are the same run
# for all practical purposes. Look at the first row, last column: if you switch momentum on at 0.03,
# the loss falls to about a seventh, and you may give momentum the credit; plain descent at 0.3 does
# nearly as well. Most of that gain was a tenfold rate. In the last row momentum is better, on
# average, although the seeds overlap: at large rates the two are no longer the same run, as one
# would expect if momentum brakes across the ravine. And the same switch at rate 0.3 or 1 makes the
# loss several times as large, for a reason of the network: on three splits with ten seeds each, 66
# to 97 % of the ReLU units were dead at 0.3 and 97 % or more at 1, where the loss stays near that
# of guessing. With $\tanh$ none can die, and the steps are still too long: the mean loss is 0.8 to
# 1.2 at 0.3 and 46 or more at 1. The dead units are what cannot be repaired afterwards.
#
# For small rates this is a theorem (Wang, Malladi, Wang, Lyu & Li 2024). The same tenfold effect
# holds for the noise floor of unit 03. Two directions, curvatures 1 and 0.1, noise 1, the same rate
# 0.1 with and without momentum:

# %%
with your_code():
    floors = {}
    for mu in (0.0, 0.9):
        rng, w, v = np.random.default_rng(0), np.zeros((4000, 2)), np.zeros((4000, 2))
        for _ in range(800):
            grad = w * [1.0, 0.1] + rng.standard_normal(w.shape)
            w, v = momentum_step(w, grad, v, lr=0.1, mu=mu)
        floors[mu] = float((w**2 * [0.5, 0.05]).sum(axis=1).mean())
        print(f"momentum {mu}: floor {floors[mu]:.3f}")

# %% [markdown]
# Momentum 0.9 raises the floor tenfold at the same rate: the velocity piles up noise as it piles up
# slope. So **never compare an optimizer with momentum to one without at the same rate**: both the
# speed and the floor are those of ten times the rate.

# %% [markdown]
# ## Your experiment
#
# `"SGD"`, `"momentum"` and `"Nesterov"` (both at 0.9), for 100 or for 400 updates, on mini-batches
# of 32. **At the budget of your choice, is one of them surely lower than the next, each at its own
# best rate?** Remember what momentum does to the rate before you lay out the grids: they need not
# be the same for all.
#
# You write a plan as data and the course trains it: which methods, which rates, how many of the ten
# seeds, which data (`"training"`, `"validation"`, `"test"`) choose each method's rate, and which
# judge it. Rates move to the nearest rung of a ladder with steps of 1.32.
#
# Then write down what *your* runs support: which is lower, and whether you are sure (`True` or
# `False`). The plan is graded by its design, the finding by whether it follows from the plan's own
# runs.

# %% nbgrader={"grade_id": "experiment_07", "solution": true}
experiment_07 = {
    "plan": {
        "methods": [],
        "rates": [],
        "seeds": 1,
        "updates": 100,
        "choose_on": "?",
        "judge_on": "?",
    },
    "finding": {"lower": "?", "sure": "?"},
}
### BEGIN SOLUTION
experiment_07 = {
    "plan": {
        "methods": ["SGD", "momentum"],
        "rates": [0.028, 0.064, 0.15, 0.33, 0.75, 1.7, 3.9],
        "seeds": 10,
        "updates": 100,
        "choose_on": "validation",
        "judge_on": "test",
    },
    "finding": {"lower": "SGD", "sure": False},
}
### END SOLUTION

# %%
experiment("experiment_07", experiment_07["plan"])

# %% nbgrader={"grade_id": "check_experiment_07", "grade": true, "points": 3}
check("experiment_07", experiment_07)

# %% [markdown]
# ## Your conclusion (3 points, read by a person)
#
# In 80 to 120 words: *A colleague says: "always switch momentum on, it converges faster". What do
# you answer, for the diabetes data?* One point each: (1) compare plain descent and momentum at a
# short and at a long budget, with numbers from your table, each at its own best rate; (2) explain
# the change with the curvatures; (3) say whether the gain matters on unseen people, or name
# something that this experiment cannot tell.

# %% [markdown] nbgrader={"grade_id": "conclusion", "grade": true, "solution": true, "points": 3}
# It depends on the budget. At 10 updates, each at its best rate, plain descent is 3.8 above the
# lowest loss and momentum 224; at 100 it is the other way round, 1.2 against 0.04. The reason is
# the curvatures, from 4.1 down to 0.008: plain descent settles the steep directions in a few steps,
# and they hold nearly all of the loss, but in the gentlest it crawls; momentum shrinks all of them
# at about the same speed, the square root of 0.9 a step at best. On unseen people it hardly
# matters: 57.4 points after ten plain updates, 57.0 for the exact solution. One split and full
# batches: with the noise of mini-batches the order could differ.

# %% [markdown]
# ## Exit quiz
#
# **q1.** The gradient is 2 at every update, $\mu = 0.8$. Where does the velocity settle?
#
# - (a) at 2
# - (b) at 1.6
# - (c) at 10
# - (d) nowhere: it grows
#
# **q2.** A rate of 0.1 was tuned for the classic form with $\mu = 0.9$. Your framework averages
# (*ema*). For the same path it needs ...
#
# - (a) 1
# - (b) 0.1
# - (c) 0.01
# - (d) 0.09
#
# **q3.** Nesterov, rate 0.1, $\mu = 0.9$, zero velocity, gradient 1. How long is the first step?
#
# - (a) 0.1
# - (b) 1
# - (c) 0.09
# - (d) 0.19
#
# **q4.** On which problem can momentum *not* beat plain descent, each at its best rate?
#
# - (a) a long narrow valley, with many updates
# - (b) a round bowl: one curvature in all directions
# - (c) none: it is always at least as fast with $\mu = 0.9$

# %% nbgrader={"grade_id": "quiz_07", "solution": true}
quiz_07 = {"q1": "?", "q2": "?", "q3": "?", "q4": "?"}
### BEGIN SOLUTION
quiz_07 = {"q1": "c", "q2": "a", "q3": "d", "q4": "b"}
### END SOLUTION

# %% nbgrader={"grade_id": "check_quiz_07", "grade": true, "points": 1}
check("quiz_07", quiz_07)

# %% [markdown]
# > **What practitioners do.** Momentum 0.9 has been the default of image recipes from AlexNet
# > (Krizhevsky, Sutskever & Hinton 2012) to ResNet (He et al. 2016) and on; few people tune it, and
# > those who do search $1 - \mu$ on a logarithmic scale: 0.9, 0.99, 0.999. Rate and momentum are
# > tuned *together*, or the rate is tuned again whenever the momentum is changed (Godbole et al.
# > 2023). Deep networks that were once thought to need second-order methods could be trained with a
# > good initialisation and a carefully increased momentum (Sutskever, Martens, Dahl & Hinton 2013).
# > The gain is largest with large batches, where curvature, not noise, sets the limit; with small
# > batches plain descent at a larger rate does as well (Shallue et al. 2019).
#
# ## Further reading
#
# - B. Polyak (1964), *Some Methods of Speeding up the Convergence of Iteration Methods*, USSR
#   Computational Mathematics and Mathematical Physics 4: the heavy ball.
# - Y. Nesterov (1983), *A Method for Solving the Convex Programming Problem with Convergence Rate
#   O(1/k²)*, Soviet Mathematics Doklady 27.
# - A. Krizhevsky, I. Sutskever and G. Hinton (2012), *ImageNet Classification with Deep
#   Convolutional Neural Networks*, NeurIPS.
# - I. Sutskever, J. Martens, G. Dahl and G. Hinton (2013), *On the Importance of Initialization and
#   Momentum in Deep Learning*, ICML.
# - K. He, X. Zhang, S. Ren and J. Sun (2016), *Deep Residual Learning for Image Recognition*, CVPR.
# - G. Goh (2017), *Why Momentum Really Works*, Distill: the roots of this unit, draggable.
# - C. Shallue et al. (2019), *Measuring the Effects of Data Parallelism on Neural Network
#   Training*, Journal of Machine Learning Research 20.
# - V. Godbole et al. (2023), *Deep Learning Tuning Playbook*, Google Research, on GitHub.
# - R. Wang, S. Malladi, T. Wang, K. Lyu and Z. Li (2024), *The Marginal Value of Momentum for Small
#   Learning Rate SGD*, ICLR.
# - B. Efron, T. Hastie, I. Johnstone and R. Tibshirani (2004), *Least Angle Regression*, Annals of
#   Statistics 32: the data.
