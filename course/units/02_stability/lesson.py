# %% [markdown]
# # 02 · How big is too big
#
# In unit 01 one number, the curvature of a bowl, told you when a rate breaks. A real loss has as
# many curvatures as it has directions, and one rate must suit them all. Today you compute the
# largest stable rate before any training, and check it on real patients.
#
# **Time** 95 minutes. **Points** 20: functions 14, repair 1, predictions and quiz 2, written
# conclusion 3. **You need** unit 01, and matrix times vector.

# %% nbgrader={"grade_id": "setup", "locked": true}
from functools import partial

import matplotlib.pyplot as plt
import numpy as np

from autograders import check
from autograders.notebook.your_code import your_code
from lrlib import curvature, data, problems, style
from lrlib.labs import mode_bars
from lrlib.optimizers import SGD
from lrlib.training import sweep

plt.rcParams.update(style.rc())

# %% [markdown]
# ## Live lab: mode bars
#
# A bowl with a flat and a steep direction. Each bar is the share of its distance that a direction
# keeps at every step: low is fast, above 1 is lost.
#
# **Challenge:** with the steep curvature at least ten times the flat one, find the fastest stable
# rate. Watch which bar is the higher one while you raise the rate. When does that change?

# %%
mode_bars()

# %% [markdown]
# *In words: on the left the oval contours of a bowl with the path of 40 steps; on the right one bar
# for the flat and one for the steep direction, with a line at 1 above which a direction grows. A
# sentence names the slower direction and counts the steps to a thousandth.*
#
# *The lab as a still picture, for readers without a kernel:*
#
# ![Still picture of the lab, described in the words above](attachment:mode_bars.png)
#
# **After this unit you can**
#
# - read gradient, Hessian and eigenvectors off a picture of a valley;
# - derive the limit $2/\lambda_{\max}$, and say which direction sets it;
# - turn a condition number into a number of updates;
# - find the largest curvature of a loss from gradients alone;
# - say what standardising the features changes, and what it does not.
#
# ## Warm-up
#
# 1. (Unit 01) On a bowl of curvature $c$, each step multiplies $w$ by a number. By which?
# 2. (Unit 01) For which rates does that number make $w$ cross the bottom *and* still converge?
# 3. (Unit 01) You replace a mean over 442 patients by a sum. What happens to the usable rates?
#
# <details><summary>Answers</summary>
#
# 1. By $1 - \eta c$.
# 2. Between $1/c$ and $2/c$: the number is negative, and smaller than 1 in size.
# 3. They all become 442 times smaller: every slope, and every curvature, is 442 times larger.
#
# </details>

# %% [markdown]
# ## Predict
#
# **p1.** On the valley $f(w) = w_1^2 + w_1 w_2 + w_2^2$ the curvature along either axis is 2. Unit
# 01 says that on a bowl of curvature 2 any rate below 1 converges. Here, at rate 0.9, gradient
# descent from almost any start ...
#
# - (a) converges, crossing over at every step
# - (b) diverges
# - (c) hops between two points for ever
#
# **p2.** You predict from ten measurements of 442 diabetes patients how far the disease has gone a
# year later: a linear model, squared error. From the measurements alone, before training, you
# compute a limit for the rate. The limit at which training really breaks is ...
#
# - (a) within 1 % of it
# - (b) within a factor of two: a formula for bowls is only a guide on real data
# - (c) anywhere: it depends on what the disease did, which you have not looked at
#
# **p3.** Each measurement keeps its own unit: years, mm Hg, and so on. At the best fixed rate,
# after how many updates has even the slowest direction only a thousandth of its way left?
#
# - (a) about a thousand
# - (b) about a hundred thousand
# - (c) more than a hundred million

# %% nbgrader={"grade_id": "predict_02", "solution": true}
predict_02 = {"p1": "?", "p2": "?", "p3": "?"}
### BEGIN SOLUTION
predict_02 = {"p1": "b", "p2": "a", "p3": "c"}
### END SOLUTION

# %% nbgrader={"grade_id": "check_predict_02", "grade": true, "points": 1}
check("predict_02", predict_02)

# %% [markdown]
# ## Gradient, Hessian, eigenvector: two dimensions
#
# Take a valley in two weights, $f(w) = \tfrac12 (5 w_1^2 + 4 w_1 w_2 + 2 w_2^2)$.
#
# - The **gradient** holds the slope along each axis: $g = (5 w_1 + 2 w_2,\; 2 w_1 + 2 w_2)$. It
#   points where the ground rises fastest, at right angles to the contour.
# - The **Hessian** holds the slopes of these slopes, one row for each entry of the gradient:
#   $H = \begin{pmatrix} 5 & 2 \\ 2 & 2 \end{pmatrix}$. It is symmetric, and $g = H w$. The diagonal
#   has the curvatures along the axes; the 2 beside it says that moving along one axis changes the
#   slope along the other.
# - An **eigenvector** of $H$ is a direction that $H$ only stretches: $H v = \lambda v$. For $v =
#   (2, 1)$ it gives $(12, 6) = 6 v$, and for $v = (1, -2)$ it gives $(1, -2) = 1 v$. The factors
#   $\lambda$, the **eigenvalues** 6 and 1, are the curvatures in these directions, which for a
#   symmetric matrix stand at right angles.
#
# Start *on* an eigenvector and the gradient points straight along it: a bowl like that of unit 01,
# with one multiplier. Anywhere else both happen at once, since every $w$ is a sum of a part along
# $(2, 1)$ and a part along $(1, -2)$.

# %%
H = np.array([[5.0, 2.0], [2.0, 2.0]])
across = np.linspace(-3, 3, 61)
first, second = np.meshgrid(across, across)
height = (5 * first**2 + 4 * first * second + 2 * second**2) / 2
fig, ax = plt.subplots(figsize=(5, 5))
ax.contour(first, second, height, levels=[0.5, 2, 5, 10, 20], colors="grey", linewidths=0.8)
for i, start in enumerate([(2.0, 1.0), (1.0, -2.0), (2.5, -2.0)]):
    path = [np.array(start)]
    for _ in range(12):
        path.append(path[-1] - 0.1 * H @ path[-1])
    ax.plot(*np.array(path).T, label=f"from {start}", **style.series(i))
ax.set(
    xlabel="weight 1", ylabel="weight 2", title="Two straight ways down, and a bent one", aspect=1
)
ax.legend(fontsize="small")

# %% [markdown]
# *Figure 1 in words: oval contours of a valley that lies aslant, and three paths of gradient
# descent at rate 0.1. From (2, 1) the path runs straight down the steep side, from (1, −2) straight
# along the flat floor. From (2.5, −2) it bends: first down the steep side, then along the floor.*
#
# ## Why one rate has to suit them all
#
# Near a minimum $w^*$ a smooth loss looks like such a valley, in as many dimensions as there are
# weights: $f(w) \approx f(w^*) + \tfrac12 (w - w^*)^\top H (w - w^*)$, with eigenvalues
# $\lambda_i$. The gradient is $H (w - w^*)$, hence
#
# $$ w - w^* \;\leftarrow\; (I - \eta H)\,(w - w^*) $$
#
# in words: one update multiplies what is still missing by $I - \eta H$. Along eigenvector $i$ that
# is the number $1 - \eta\lambda_i$: **unit 01, once for each direction, all with one rate.**
#
# - It converges when every $|1 - \eta\lambda_i| < 1$. The largest curvature fails first, so the
#   limit is $2/\lambda_{\max}$.
# - How fast? The slowest direction decides: the **contraction** $\max_i |1 - \eta\lambda_i|$ is the
#   share of the distance that is kept, in the worst direction, at each step.
#
# Which rate is the fastest? Take curvatures 1 and 10.

# %%
print(" rate   keeps, flat   keeps, steep   steps to a thousandth")
for rate in [0.05, 0.1, 2 / 11, 0.199]:
    flat, steep = abs(1 - rate * 1), abs(1 - rate * 10)
    steps = np.log(1e-3) / np.log(max(flat, steep))
    print(f"{rate:.3f} {flat:13.3f} {steep:14.3f} {steps:23.0f}")

# %% [markdown]
# Not 0.1: there the steep direction is done at once, and everybody waits for the flat one. Raise
# the rate and the flat one gains, until the steep one, overshooting to and fro, is just as slow:
# there, at $2/(\lambda_{\min} + \lambda_{\max})$, both keep the same share. Beyond, the steep one
# holds up everything. **The fastest fixed rate overshoots, by design.**

# %%
rates = np.linspace(0, 0.22, 45)
lines = {"flat, curvature 1": abs(1 - rates), "steep, curvature 10": abs(1 - 10 * rates)}
lines["the slower of the two"] = np.maximum(*lines.values())
fig, ax = plt.subplots()
for i, (name, kept) in enumerate(lines.items()):
    ax.plot(rates, kept, label=name, **style.series(i))
ax.axhline(1, color="grey", linewidth=0.8)
ax.set(xlabel="learning rate", ylabel="share kept at each step", title="One rate, two directions")
ax.legend()

# %% [markdown]
# *Figure 2 in words: the share of the distance kept at each step, against the rate. The flat
# direction is a line that falls slowly from 1. The steep one is a V: from 1 down to 0 at rate 0.1,
# then up again, through 1 at rate 0.2. The slower of the two follows the flat line to the crossing
# at about 0.18, its lowest point, then the rising arm of the V.*
#
# At the crossing, with the **condition number** $\kappa = \lambda_{\max}/\lambda_{\min}$, each step
# keeps $(\kappa - 1)/(\kappa + 1)$. For large $\kappa$ the logarithm of that is close to
# $-2/\kappa$, so a factor of a thousand takes about $\tfrac{\kappa}{2} \ln 1000 \approx
# 3.5\,\kappa$ updates. A condition number *is* a waiting time.

# %% [markdown]
# ## Worked example: a valley that is turned
#
# The valley of **p1** has $H = \begin{pmatrix} 2 & 1 \\ 1 & 2 \end{pmatrix}$. Both diagonal
# entries, the curvatures along the axes, are 2. Is the rate 0.9 safe?

# %%
H = np.array([[2.0, 1.0], [1.0, 2.0]])
rate = 0.9

# 1. Find the curvatures along the valley's own directions
curvatures, directions = np.linalg.eigh(H)
# 2. Turn each into its multiplier
multipliers = 1 - rate * curvatures
# 3. Let the worst decide
kept = np.abs(multipliers).max()
# 4. Check by walking
w = np.array([1.0, 0.5])
for _ in range(10):
    w = w - rate * H @ w
print("curvatures", curvatures, "multipliers", multipliers, f"kept {kept:.1f}")
print(f"after ten steps the distance is {np.linalg.norm(w):.0f}, and was {np.hypot(1, 0.5):.1f}")

# %% [markdown]
# **p1** is (b). The direction (1, 1) between the axes has curvature 3, and the limit is 2/3. The
# axes did not show it, because diagonal entries are curvatures *along the axes only*.
#
# **Your turn, with sub-goal 1 done.** Now read 2 and 3 backwards: with which rate is *no* direction
# of this $H$ the worst, because both multipliers have the same size? Replace `None`: one line, from
# `curvatures`.

# %% nbgrader={"grade_id": "balanced_rate", "solution": true}
balanced_rate = None  # 2. and 3. Choose the rate: multipliers of opposite sign, equal in size
### BEGIN SOLUTION
balanced_rate = 2 / (curvatures[0] + curvatures[-1])
### END SOLUTION
if balanced_rate is not None:
    print("kept:", np.abs(1 - balanced_rate * curvatures), "(twice 0.5 is right)")

# %% [markdown]
# ## Write it yourself
#
# All four take curvature seriously: *eigenvalues*, not entries. For a symmetric matrix use
# `np.linalg.eigvalsh`, which returns them in increasing order; `eigvals` promises no order.
#
# ### The limit


# %% nbgrader={"grade_id": "max_stable_lr", "solution": true}
def max_stable_lr(hessian):
    """Return the rate from which on gradient descent no longer converges on this bowl.

    hessian: a symmetric positive-definite matrix, shape (n, n), n at least 1.
    Returns one number. hessian is not changed.
    [[2, 1], [1, 2]] has the limit 0.6667, and [[4]] has 0.5.
    """
    ### BEGIN SOLUTION
    return 2 / np.linalg.eigvalsh(hessian)[-1]
    ### END SOLUTION


# %% nbgrader={"grade_id": "check_max_stable_lr", "grade": true, "points": 3}
check(max_stable_lr)

# %% [markdown]
# Green? Then the lab can read its limit from your function.

# %%
mode_bars(max_stable_lr)

# %% [markdown]
# ### The fastest fixed rate


# %% nbgrader={"grade_id": "best_fixed_lr", "solution": true}
def best_fixed_lr(hessian):
    """Return the fixed rate with which the worst direction shrinks fastest.

    hessian: a symmetric positive-definite matrix, shape (n, n), n at least 1.
    Returns one number. hessian is not changed.
    For [[2, 1], [1, 2]] it is 0.5, and for [[4]] it is 0.25.
    """
    ### BEGIN SOLUTION
    curvatures = np.linalg.eigvalsh(hessian)
    return 2 / (curvatures[0] + curvatures[-1])
    ### END SOLUTION


# %% nbgrader={"grade_id": "check_best_fixed_lr", "grade": true, "points": 2}
check(best_fixed_lr)

# %% [markdown]
# ### The share that is kept


# %% nbgrader={"grade_id": "contraction", "solution": true}
def contraction(lr, hessian):
    """Return the share of the distance that one step keeps in its worst direction.

    Above 1 the distance grows there.
    lr: one number, 0 or more. hessian: symmetric positive-definite, shape (n, n), n at least 1.
    Returns one number. hessian is not changed.
    For [[2, 1], [1, 2]] it is 0.5 at rate 0.5, and 1.7 at rate 0.9.
    """
    ### BEGIN SOLUTION
    return np.abs(1 - lr * np.linalg.eigvalsh(hessian)).max()
    ### END SOLUTION


# %% nbgrader={"grade_id": "check_contraction", "grade": true, "points": 3}
check(contraction)

# %% [markdown]
# ### How long will it take?
#
# Now the other way round: not what one update keeps, but how many updates a goal takes.
#
# **Before you write:** at the best rate each update keeps 0.8 of the distance, in the worst
# direction. After how many is at most half of it left, from any start?
#
# <details><summary>Answer</summary>
#
# Shares multiply: 0.8, 0.64, 0.512, 0.41. Three are not quite enough, four are. Which power of a
# number falls to a given share is a question for logarithms.
#
# </details>


# %% nbgrader={"grade_id": "updates_needed", "solution": true}
def updates_needed(hessian, share):
    """Return the fewest updates that are sure to be enough, at the best fixed rate.

    Enough means that from any start the distance to the minimum is at most share of what it was.
    hessian: symmetric positive-definite, shape (n, n), n at least 1. share: above 0, at most 1.
    Returns a whole number: 0 if share is 1; otherwise at least 1, also where one update lands.
    hessian is not changed.
    Curvatures 1 and 9 need 4 updates for a share of 0.5; [[4]] needs 1 for any share below 1.
    """
    ### BEGIN SOLUTION
    curvatures = np.linalg.eigvalsh(hessian)
    kept = (curvatures[-1] - curvatures[0]) / (curvatures[-1] + curvatures[0])
    if share == 1:
        return 0
    return 1 if kept < 1e-12 else int(np.ceil(np.log(share) / np.log(kept)))
    ### END SOLUTION


# %% nbgrader={"grade_id": "check_updates_needed", "grade": true, "points": 3}
check(updates_needed)

# %% [markdown]
# ### The largest curvature, without the matrix
#
# A network with a million parameters has a Hessian with $10^{12}$ entries: nobody writes it down.
# But the product $H v$ costs only about two gradients, and that is enough. Multiply almost any $v$
# by $H$ again and again, and the direction that $H$ stretches most outgrows all others: **power
# iteration**. Divide by the length each time, or the numbers overflow. At the end, $v \cdot (H v) /
# (v \cdot v)$, the *Rayleigh quotient*, is the curvature along $v$, with its sign.


# %% nbgrader={"grade_id": "largest_eigenvalue", "solution": true}
def largest_eigenvalue(matvec, v0, iterations):
    """Return the estimate of the eigenvalue of largest size after some power iterations.

    matvec(v): the product of a symmetric matrix with v, an array of v's shape. v0: a 1-D float
    array, not zero, of any length: the start. iterations: how often to multiply and divide by the
    length, a whole number, 0 or more. The estimate is the Rayleigh quotient of the last vector.
    Returns one number, which is negative if that eigenvalue is. v0 is not changed.
    For diag(3, -1) from (2, 2): after 0 iterations 1.0, after one 2.6.
    """
    ### BEGIN SOLUTION
    v = v0
    for _ in range(iterations):
        product = matvec(v)
        v = product / np.linalg.norm(product)
    return v @ matvec(v) / (v @ v)
    ### END SOLUTION


# %% nbgrader={"grade_id": "check_largest_eigenvalue", "grade": true, "points": 3}
check(largest_eigenvalue)

# %% [markdown]
# > **Conventions.** *Half or not?* Our squared error has a factor ½. PyTorch's `MSELoss` has none:
# > all curvatures double, and the limit halves. *Textbook step:* optimisation books recommend $1/L$
# > with $L = \lambda_{\max}$, the largest step that never overshoots; stability ends at twice that.
# > *Condition number of what?* `np.linalg.cond(X)` is that of the data matrix; for least squares
# > the Hessian's is its **square**. *Standard deviation:* scikit-learn's `StandardScaler` and NumPy
# > divide by $n$, pandas' `.std()` by $n - 1$; for the rate it does not matter.

# %% [markdown]
# ## Bug museum: the test that failed at random
#
# A test of Trilinos, a large library of solvers, failed at random: in 2015 with two threads but not
# with one, three or four, and again in 2022. The code estimated a largest eigenvalue with ten power
# iterations from a random start, and watched one number while it returned another. Retold for the
# two dominant eigenvalues of that test:

# %%
A = np.diag([12.5839, -10.6639, 1.0])


def watched_and_returned(v, iterations=10):
    for _ in range(iterations):
        length = np.linalg.norm(A @ v)
        v = A @ v / length
    return length, v @ A @ v


for start in [[1.0, 1.0, 1.0], [1.0, 3.0, 1.0], [1.0, 8.0, 1.0]]:
    watched, returned = watched_and_returned(np.array(start) / np.linalg.norm(start))
    print(f"start {start}: watched {watched:6.2f}, returned {returned:6.2f}")

# %% [markdown]
# From the last start the log looks fine and the result is *negative*. **Find** the two quantities,
# **explain** in a sentence why they part, and **fix** it: what must be watched, to know whether ten
# iterations were enough?
#
# <details><summary>What happened</summary>
#
# $|A v|$ has no sign: components along 12.6 and along −10.7 both make it large. The Rayleigh
# quotient averages the two eigenvalues, each with the share that $v$ still has of it. The second
# share shrinks by only 10.66/12.58 = 0.85 at each round, so after ten rounds a start that leaned
# towards −10.7 still leans there. The number of threads changed the random start, and with it the
# answer (trilinos/Trilinos, issue 64, 2015, and pull request 11231, 2022). A reviewer remarked,
# rightly, that the result *was* the right one for ten iterations; it was the log that misled. Watch
# the number that you will return.
#
# </details>


# %% nbgrader={"grade_id": "repaired_history", "solution": true}
def repaired_history(matvec, v0, iterations):
    """Return the estimates after 0, 1, ... iterations rounds; the last one is the result.

    matvec, v0, iterations: as for largest_eigenvalue, whose result each estimate is.
    Returns a sequence of iterations + 1 numbers. v0 is not changed.
    """
    ### BEGIN SOLUTION
    v, estimates = v0, []
    for _ in range(iterations + 1):
        product = matvec(v)
        estimates.append(v @ product / (v @ v))
        v = product / np.linalg.norm(product)
    return estimates
    ### END SOLUTION


# %% nbgrader={"grade_id": "check_repaired_history", "grade": true, "points": 1}
check(repaired_history)

# %%
with your_code():
    history = repaired_history(lambda v: A @ v, np.array([1.0, 8.0, 1.0]), 40)
    print("after 0, 10, 20, 30, 40:", [round(float(value), 2) for value in history[::10]])

# %% [markdown]
# After ten rounds it has not settled, and the history shows it.

# %% [markdown]
# ## Experiment: a limit predicted and met
#
# 442 patients, ten measurements, and how far the disease had gone a year later (Efron, Hastie,
# Johnstone & Tibshirani 2004). The model is linear with an intercept, 11 parameters. Its Hessian is
# $X^\top X / n$: the loss is $\tfrac1{2n} \sum_i (x_i^\top w - y_i)^2$, its gradient
# $\tfrac1n \sum_i x_i\,(x_i^\top w - y_i)$, and the slope of that along each weight
# $\tfrac1n \sum_i x_i x_i^\top = X^\top X / n$. It holds the measurements, not the outcomes.

# %%
patients = data.load_diabetes()
print("measurement   ", "  ".join(f"{name:>5}" for name in patients.names))
print("mean          ", "  ".join(f"{m:5.1f}" for m in patients.X.mean(axis=0)))
print("std deviation ", "  ".join(f"{s:5.1f}" for s in patients.X.std(axis=0)))
tasks = {
    "raw": problems.LinearRegression(patients),
    "standardised": problems.LinearRegression(patients.standardised()),
}
least = tasks["raw"].loss(tasks["raw"].minimiser())
print(f"loss at the start {tasks['raw'].loss(np.zeros(11)):.0f}, least possible {least:.1f}")

# %% [markdown]
# Find the largest curvature with *your* power iteration: a difference of two gradients is $H v$,
# exactly, because the loss is a bowl. Then train from zero, 1,000 full-batch updates each, at six
# rates around your predicted limit.

# %%
around = np.array([0.5, 0.9, 0.99, 1.01, 1.1, 2.0])
results = {}
with your_code():
    for name, task in tasks.items():
        H, still = task.hessian(), task.grad(np.zeros(11))
        v0 = np.random.default_rng(0).normal(size=11)
        top = largest_eigenvalue(lambda v, task=task, g=still: task.grad(v) - g, v0, 50)
        limit = max_stable_lr(H)
        results[name] = sweep(task, SGD(), limit * around, 1000)
        print(f"{name}: largest curvature {top:.6g}, limit {limit:.4g} (2/{top:.4g})")
        for share, at in zip(around, results[name].diverged_at):
            print(f"   {share:4} x limit:", f"diverged at update {at}" if at >= 0 else "stable")

# %% [markdown]
# **p2** is (a): at 0.99 of the predicted limit training is stable, at 1.01 it is lost, raw or
# standardised. The patients' outcomes never entered: they decide *where* the bottom is, not how
# steep the walls are. (Just above the limit it takes hundreds of updates to show. A short trial run
# would have called it stable.)

# %%
with your_code():
    print("               condition     best rate     keeps a step  updates to a thousandth")
    for name, task in tasks.items():
        H = task.hessian()
        kept = contraction(best_fixed_lr(H), H)
        wait = updates_needed(H, 1e-3)
        condition = np.linalg.cond(H)
        print(f"{name:13} {condition:11,.0f} {best_fixed_lr(H):13.5g} {kept:16.9f} {wait:16,.0f}")

# %% [markdown]
# **p3** is (c): some 181 million updates. Standardised, 1,624. Same patients, same model, same best
# loss; only the units changed. Is it the mean or the spread of the features that does it? The next
# cell treats one at a time.

# %%
spread = patients.X.std(axis=0)
versions = {
    "raw": patients.X,
    "scaled, not centred": patients.X / spread,
    "centred, not scaled": patients.X - patients.X.mean(axis=0),
    "standardised": patients.standardised().X,
}
conditions = {}
for name, X in versions.items():
    ones = np.column_stack([X, np.ones(len(X))])
    conditions[name] = np.linalg.cond(ones.T @ ones / len(X))
    print(f"{name:20} condition number {conditions[name]:12,.0f}")
without_s1 = np.delete(patients.standardised().X, patients.names.index("s1"), axis=1)
conditions["without s1"] = np.linalg.cond(without_s1.T @ without_s1)
print(f"standardised, without s1  condition number {conditions['without s1']:7,.0f}")

# %% [markdown]
# Each alone helps by a factor of hundreds; only both together give 470. A feature far from zero is
# entangled with the intercept (both are "always large"), and one that is written in large numbers
# makes its own direction steep. What remains is *correlation*: `s1`, all cholesterol, moves with
# `s2`, one kind of it (0.90), and the nine others together explain 98 % of its variance. To move
# its weight one way and theirs the other hardly changes the loss: a flat direction. Leave `s1` out,
# and 47 remains. **Scaling removes differences of
# unit; it does not remove correlation.**
#
# Now train for a real budget, at half the limit and at the "best" rate.

# %%
with your_code():
    above = {}
    for name, task in tasks.items():
        H = task.hessian()
        run = sweep(task, SGD(), [max_stable_lr(H) / 2, best_fixed_lr(H)], 1000)
        above[f"{name}, half the limit"], above[f"{name}, best in the long run"] = (
            run.losses - least
        )
    fig, ax = plt.subplots()
    for i, (name, excess) in enumerate(above.items()):
        ax.loglog(np.arange(1, 1001), excess, label=name, **style.series(i))
        print(f"{name:34} {excess[-1]:10.2f} above the least loss")
    ax.set(xlabel="updates", ylabel="loss above the least", title="Same patients, other units")
    ax.legend(fontsize="small")

# %% [markdown]
# *Figure 3 in words: loss above its least value against updates, both axes logarithmic. With raw
# features, the curve for half the limit falls at the first step to about a thousand and then creeps
# down to some hundreds; the curve for the rate that is best in the long run hardly leaves its start
# above 10,000. Standardised, half the limit is far ahead from the tenth update to the hundredth;
# with standardised features both end below 1.*
#
# Look at the second line of the table. With raw features the rate that is *best in the long run* is
# a disaster in this one: it lies so close to the limit (to 2 parts in 100 million) that the steep
# direction bounces almost undamped for millions of updates. "Best" was a promise about the worst
# direction *in the end*. Half the limit clears the steepest direction at once, and what is flat
# would not have moved in 1,000 updates anyway. **A rate is best for a budget.**
#
# ### The claim, settled
#
# **"Too high a rate overshoots, oscillates and diverges."** Three words, two limits. *Overshooting*
# and *oscillating* start at $1/\lambda_{\max}$, in the steepest direction only, and are harmless:
# 0.9 of the limit overshot at every step and was stable. *Diverging* starts at
# $2/\lambda_{\max}$. So: *true when the rate is above that limit*, and then it is a law, not a
# risk, as long as the curvature stays the same.
#
# And when it does not stay the same? Your power iteration can look at unit 01's softmax model, and
# at a network, at their starting points.

# %%
digits, _ = data.load_digits().split(seed=0)
models = {
    "softmax": problems.SoftmaxRegression(digits),
    "network": problems.Network(digits, sizes=(64, 32, 10)),
}
tops, lows = {}, {}
with your_code():
    for name, model in models.items():
        w0 = model.init(0)
        v0 = np.random.default_rng(0).normal(size=model.n_params)

        def product(v, shift=0.0, model=model, w0=w0):
            return curvature.hvp(model, w0, v) - shift * v

        tops[name] = top = largest_eigenvalue(product, v0, 100)
        lows[name] = low = largest_eigenvalue(partial(product, shift=top), v0, 400) + top
        print(f"{name}: curvatures from {low:6.3f} to {top:.3f}, 2/largest = {2 / top:.2f}")

# %% [markdown]
# (The second call takes the largest curvature off all of them: now the *lowest* is farthest from
# zero, power iteration finds it, and the largest is added back.)
#
# For softmax the limit at the start is 1.74. That is why, in unit 01, rate 1 fell smoothly and rate
# 10 leapt; it came back because its curvature *changed* on the way. The network's limit is 1.34,
# and something is new: its lowest curvature is **negative**. In that direction the loss curves
# downwards: the start is near a **saddle point**, a pass between hills, not a bowl. At any rate
# gradient descent moves away from it, downhill, so a negative curvature sets no limit. Had it been
# the larger in size, power iteration would have returned it, and a program that drops the sign
# would have reported a limit that means nothing. And in a network $2/\lambda$ holds only where it
# was measured: the curvature changes during training. Unit 13 follows it.

# %% [markdown]
# ## Your conclusion (3 points, read by a person)
#
# In 80 to 120 words: *A colleague trains a linear model on raw hospital data, finds that every rate
# either diverges or crawls, and asks for a better optimizer. What do you answer?* One point each:
# (1) explain why no single rate can be right, naming both ends of the curvatures; (2) give two
# numbers from your tables that show what standardising changes; (3) name one thing that it does not
# change, or that your experiment does not show.

# %% [markdown] nbgrader={"grade_id": "conclusion", "grade": true, "solution": true, "points": 3}
# One rate serves all directions. The steepest one (curvature 73,592) limits it to 0.000027; at that
# rate the flattest one (0.0014) loses 0.000004 % of its distance at each step. So every rate that
# is stable crawls: 181 million updates to a thousandth in our data. Before you change the
# optimizer, change the units: with standardised features the condition number fell from 52 million
# to 470 and the wait to 1,624 updates, for the same least loss. It does not remove correlation: s1
# and the measurements that move with it still leave a flat direction. And we had a bowl; in a
# network the curvature changes while you train, so a limit found at the start need not hold later.

# %% [markdown]
# ## Exit quiz
#
# **q1.** A Hessian has eigenvalues 0.5, 2 and 8. The largest stable rate is below ...
#
# - (a) 4
# - (b) 0.19
# - (c) 0.25
# - (d) 0.125
#
# **q2.** During training a parameter jumps to the other side of its optimum at each update. What
# may you conclude?
#
# - (a) the rate is above $2/\lambda_{\max}$ and the run will diverge
# - (b) the rate is above $1/\lambda$ in some direction; it may be the fastest rate there is
# - (c) the gradient has the wrong sign
# - (d) the loss has two minima
#
# **q3.** You measure a length in millimetres instead of metres. The curvature along its weight ...
#
# - (a) stays: it is the same length
# - (b) grows 1,000 times
# - (c) shrinks 1,000 times, since the weight becomes smaller
# - (d) grows 1,000,000 times
#
# **q4.** Power iteration on a network's Hessian settles at −2.2. Which rate is the limit?
#
# - (a) this number does not say: look for the largest positive curvature
# - (b) there is none: all rates are stable where the loss curves downwards
# - (c) 2/2.2, since only the size counts
# - (d) 1/2.2, to be on the safe side

# %% nbgrader={"grade_id": "quiz_02", "solution": true}
quiz_02 = {"q1": "?", "q2": "?", "q3": "?", "q4": "?"}
### BEGIN SOLUTION
quiz_02 = {"q1": "c", "q2": "b", "q3": "d", "q4": "a"}
### END SOLUTION

# %% nbgrader={"grade_id": "check_quiz_02", "grade": true, "points": 1}
check("quiz_02", quiz_02)

# %% [markdown]
# > **What practitioners do.** They centre and scale their inputs, and decorrelate them where they
# > can (LeCun, Bottou, Orr & Müller 1998, *Efficient BackProp*), with means and deviations of the
# > *training* part only. Inside a network, normalisation layers do it again at every layer (Ioffe &
# > Szegedy 2015); their main effect seems to be a smoother loss that bears larger rates (Santurkar,
# > Tsipras, Ilyas & Madry 2018). Power iteration on a running network is as old as 1993 (LeCun,
# > Simard & Pearlmutter). What scaling cannot reach is left to momentum (unit 07) and to a rate
# > for each parameter (unit 08).
#
# ## Further reading
#
# - R. von Mises and H. Pollaczek-Geiringer (1929), *Praktische Verfahren der
#   Gleichungsauflösung*, ZAMM 9: power iteration.
# - B. Polyak (1964), *Some methods of speeding up the convergence of iteration methods*, USSR
#   Computational Mathematics and Mathematical Physics 4.
# - Y. LeCun, P. Simard and B. Pearlmutter (1993), *Automatic Learning Rate Maximization by On-Line
#   Estimation of the Hessian's Eigenvectors*, NeurIPS 5.
# - B. Pearlmutter (1994), *Fast Exact Multiplication by the Hessian*, Neural Computation 6.
# - Y. LeCun, L. Bottou, G. Orr and K.-R. Müller (1998), *Efficient BackProp*, in *Neural Networks:
#   Tricks of the Trade*, Springer.
# - S. Boyd and L. Vandenberghe (2004), *Convex Optimization*, Cambridge, chapter 9.
# - B. Efron, T. Hastie, I. Johnstone and R. Tibshirani (2004), *Least Angle Regression*, Annals of
#   Statistics 32: the patients.
# - S. Ioffe and C. Szegedy (2015), *Batch Normalization: Accelerating Deep Network Training by
#   Reducing Internal Covariate Shift*, ICML.
# - G. Goh (2017), *Why Momentum Really Works*, Distill: this unit, with pictures you can drag.
# - S. Santurkar, D. Tsipras, A. Ilyas and A. Madry (2018), *How Does Batch Normalization Help
#   Optimization?*, NeurIPS.
# - J. Cohen et al. (2021), *Gradient Descent on Neural Networks Typically Occurs at the Edge of
#   Stability*, ICLR.
