# %% [markdown]
# # 13 · The frontier
#
# Twelve units have treated the rate as something you choose. This one asks three questions that
# are still being worked on. What does a network do at the largest stable rate? Must a rate be
# searched anew for every size of network? And can the choice be left out altogether? You will
# answer each by an experiment that takes seconds, and one of the answers will surprise you.
#
# **After this unit you can**
#
# - measure the sharpness of a network's loss, and say what it does when it meets $2/\eta$;
# - carry a rate from a narrow network to a wide one, and show what goes wrong without the rule;
# - write a Polyak step, distance over gradients and schedule-free SGD, and name what each of them
#   still has to be told;
# - compare a "rate-free" method fairly with a tuned rate.
#
# **Time** 105 minutes. **Points** 20: functions 15, predictions and quiz 2, written conclusion 3.
# **You need** units 02, 04, 09 and 12.

# %% nbgrader={"grade_id": "setup", "locked": true}
from functools import partial
from itertools import islice

import matplotlib.pyplot as plt
import numpy as np

from autograders import check
from autograders.notebook.your_code import your_code
from lrlib import curvature, data, problems, style, width
from lrlib.labs import edge_of_stability
from lrlib.optimizers import SGD, Adam
from lrlib.schedules import Linear
from lrlib.training import sweep

plt.rcParams.update(style.rc())

# %% [markdown]
# ## Warm-up
#
# 1. (Unit 02) A bowl with largest curvature 10: what happens at rate 0.19, and at 0.21?
# 2. (Unit 09) A weight's gradient becomes a hundred times larger and stays so. How much longer do
#    Adam's updates of that weight become?
# 3. (Unit 12) A trunk at a constant rate, and a branch with a short decay: what did the decay add?
#
# <details><summary>Answers</summary>
#
# 1. The limit is $2/10 = 0.2$. Below it, a swing that dies out; above it, a swing that grows.
# 2. Not at all, once the averages have settled: Adam divides by the size of the gradient.
# 3. It took the shaking away; what was learned was there already.
#
# </details>

# %% [markdown]
# ## Predict
#
# **p1.** A network is trained on all samples at once, no noise, rate 0.1. Its largest curvature is
# 11 at the start and grows as it learns; at 20 it meets the limit $2/0.1$ of unit 02. From then on
#
# - (a) the run diverges, as in a bowl
# - (b) the curvature stays near 20, and the loss goes on falling
# - (c) the curvature goes on growing, and the loss stands still
#
# **p2.** Adam, two hidden layers, 16 units wide: 1/16 is the best rate. The same network, 256 units
# wide, started in the usual way. At rate 1/16 it ends ...
#
# - (a) far above its best, which it reaches at a smaller rate
# - (b) close to its best: wide networks forgive more
# - (c) far above its best, which it reaches at a larger rate
#
# **p3.** DoG is a method without a rate. On digits with wrong labels, compare its loss on unseen
# images with that of SGD, decayed to 0 from a peak that was tuned for each budget. DoG's is ...
#
# - (a) lower after 150 updates and after 1,500: it finds the right rate at every update
# - (b) more than twice as high after 150 updates and after 1,500: nothing is free
# - (c) more than twice as high after 150 updates, but not after 1,500: it needs time

# %% nbgrader={"grade_id": "predict_13", "solution": true}
predict_13 = {"p1": "?", "p2": "?", "p3": "?"}
### BEGIN SOLUTION
predict_13 = {"p1": "b", "p2": "a", "p3": "c"}
### END SOLUTION

# %% nbgrader={"grade_id": "check_predict_13", "grade": true, "points": 1}
check("predict_13", predict_13)

# %% [markdown]
# ## Live lab: the edge of stability
#
# Gradient descent on 100 digits, all of them at every update. On the left the largest curvature of
# the loss, measured along the way, and the limit $2/\eta$ that belongs to your rate.
#
# **Challenge:** find a rate at which the curvature begins below $2/\eta$ and ends within 15 % of
# it. Then halve the rate. Where does the curvature want to go now?

# %%
edge_of_stability()

# %% [markdown]
# *In words: on the left the largest eigenvalue of the Hessian against the step, on a logarithmic
# scale, with a line at two over the rate; on the right the loss. A sentence gives rate, limit, last
# curvature and last loss.*
#
# *The lab as a still picture, for readers without a kernel:*
#
# ![Still picture of the lab, described in the words above](attachment:edge_of_stability.png)
#
# ## What holds it there
#
# **p1** is (b). The largest curvature of a loss, the top eigenvalue of its Hessian, is called its
# **sharpness**. While a network learns without noise the sharpness tends to grow until it meets
# $2/\eta$, and then it hovers. Cohen et al. (2021) found this for many networks and tasks, and
# called the place the *edge of stability*.
#
# Why does the run not diverge, as in a bowl? Because a bowl has the same curvature everywhere, and
# the loss of a network does not. Above the edge the swing along the sharpest direction grows, as
# unit 02 says. But a wide swing carries the weights to places that are *flatter*, and there it is
# stable again: the swing itself pushes the curvature down (Damian et al. 2023 say how, in many
# dimensions). The simplest case has one: a valley whose walls are straight further out, so that
# only its bottom is curved.

# %%
w, rate, swings = 0.01, 0.25, []
# the loss is log(cosh 3w), its slope 3 tanh 3w, its curvature at the bottom 9: the limit is 2/9
for _ in range(60):
    w = w - rate * 3 * np.tanh(3 * w)
    swings.append(abs(w))
print(f"limit at the bottom {2 / 9:.3f}, rate {rate}")
print("distance from the bottom:", "  ".join(f"{swings[t]:.3f}" for t in (0, 5, 10, 20, 40, 59)))

# %% [markdown]
# The rate is above the limit, the swing grows, and then it stops growing, at a width where it is
# just balanced. In a network there are thousands of other directions, and along those it goes on
# learning meanwhile.
#
# ## Worked example: four updates without a rate
#
# Now to the third question: can the choice be left out? Ivgi et al. (2023) take the rate from two
# things that a run can measure: how far it has come, and how large its gradients were.
#
# $$ \eta = \frac{\text{farthest distance from the start}}{\sqrt{\text{sum of all } |g|^2}} $$
#
# Distance over gradients: DoG. One parameter, gradients always 4; at first the farthest distance is
# a small guess, 0.1.

# %%
w, start, farthest, square_sum = 5.0, 5.0, 0.1, 0.0
for t in range(1, 5):
    gradient = 4.0
    # 1. Measure how far the run has come, and keep the largest
    farthest = max(farthest, abs(w - start))
    # 2. Add this gradient's square to the sum
    square_sum = square_sum + gradient**2
    # 3. Divide the distance by the root of the sum: that is the rate
    rate = farthest / np.sqrt(square_sum)
    # 4. Step
    w = w - rate * gradient
    print(f"t = {t}: farthest {farthest:.3f}, sum {square_sum:.0f}, rate {rate:.4f}, w {w:.4f}")

# %% [markdown]
# The first step is as long as the guess. Then two forces pull at the rate: the distance grows while
# the run makes its way, and the sum of squares always grows. At $t = 2$ the run has not yet got
# beyond the guess, so the rate falls; then the distance wins, and the rate rises by itself. Once a
# run goes in circles the distance stands still, and with gradients that keep their size the rate
# falls like $1/\sqrt{t}$.
#
# **Your turn.** The run goes on, and the slope gets gentler: at the fifth update the gradient is 2.
# Replace the two `None` by lines 1 and 3 of the example.

# %% nbgrader={"grade_id": "fifth_update", "solution": true}
gradient = 2.0
fifth_distance = None  # how far the run has come by now
fifth_rate = None  # that distance over the root of the sum, this gradient's square included
### BEGIN SOLUTION
fifth_distance = max(farthest, abs(w - start))
fifth_rate = fifth_distance / np.sqrt(square_sum + gradient**2)
### END SOLUTION
print("farthest", fifth_distance, "rate", fifth_rate, "(0.404 and 0.049 are right)")

# %% [markdown]
# ## Write it yourself
#
# ### Sharpness
#
# A network with a million weights has a Hessian with $10^{12}$ entries, but its product with one
# vector costs about two gradients. That is enough for power iteration (unit 02). New here: the
# weights of a layer form a matrix, so `v` may have any shape, and a loss can be flat along `v`.


# %% nbgrader={"grade_id": "sharpness", "solution": true}
def sharpness(hvp, v0, iterations):
    """Return the largest curvature of a loss by magnitude, found by power iteration.

    Each iteration replaces v, at first v0, by the direction of H v, with length 1. The result is
    the curvature along the last v: how far H v goes along v, for a v of length 1. Inner products
    and lengths run over all entries.
    hvp: function; hvp(v) is the Hessian times v, an array of the shape of v.
    v0: a float array of any shape and length, not 0. iterations: 0 or more.
    Returns one number, which may be negative; 0.0 where H v is 0. v0 is not changed.
    Examples, for H with 1 and -3 on its diagonal and v0 (1, 1): 0 iterations give -1, and 1
    iteration gives -2.6.
    """
    ### BEGIN SOLUTION
    v = v0
    for _ in range(iterations):
        product = hvp(v)
        length = np.sqrt(np.sum(product**2))
        if length == 0:
            return 0.0
        v = product / length
    return np.sum(v * hvp(v)) / np.sum(v * v)
    ### END SOLUTION


# %% nbgrader={"grade_id": "check_sharpness", "grade": true, "points": 4}
check(sharpness)

# %% [markdown]
# Green? Then the lab can measure with your own function.

# %%
edge_of_stability(sharpness)

# %% [markdown]
# ### A rate for every width
#
# A hidden unit adds up as many inputs as the layer below is wide. Adam moves every weight by about
# the rate (unit 09), and the signs of these moves are not random: they agree with the inputs that
# caused them. So their sum grows with the width. Make the layer 16 times as wide and one update
# moves every unit 16 times as far, at the same rate. The *maximal-update parametrisation*, muP
# (Yang et al. 2021), divides the rate by what has grown.


# %% nbgrader={"grade_id": "mup_lr", "solution": true}
def mup_lr(lr, base_width, width):
    """Return Adam's rate, at another width, for a matrix that reads a hidden layer.

    The sum of the moves of a unit's inputs stays as it was at base_width.
    lr: the rate that was found at base_width. base_width, width: whole numbers of hidden units,
    at least 1; width may also be the smaller of the two.
    Returns one number. Examples: 0.02 found at width 64 gives 0.01 at 128 and 0.08 at 16.
    """
    ### BEGIN SOLUTION
    return lr * base_width / width
    ### END SOLUTION


# %% nbgrader={"grade_id": "check_mup_lr", "grade": true, "points": 2}
check(mup_lr)

# %% [markdown]
# ### The Polyak step
#
# If the loss followed its tangent, how far would you have to go to reach the lowest loss? The
# tangent falls by $|g|^2$ per unit of rate and the gap is $f - f_{\min}$, so their quotient is the
# rate. You need to know the lowest loss, and a cap for the places where the gradient is tiny.


# %% nbgrader={"grade_id": "polyak_step", "solution": true}
def polyak_step(w, grad, loss, loss_min, max_lr):
    """Return the parameters after one step of gradient descent at Polyak's rate.

    The rate takes the tangent down to loss_min, and is never above max_lr.
    w, grad: float arrays of one shape (any shape); lengths run over all entries.
    loss: the loss at w. loss_min: the lowest loss that can be reached. max_lr: 0 or more.
    Returns a new array of that shape, equal to w where grad is 0 or loss is at or below loss_min.
    No input is changed.
    Examples, for w (1, 2), grad (3, 4), loss 6 and loss_min 1: max_lr 1 gives (0.4, 1.2), and
    max_lr 0.1 gives (0.7, 1.6).
    """
    ### BEGIN SOLUTION
    square = np.sum(grad**2)
    if square == 0:
        return w.copy()
    lr = min(max_lr, max(0, (loss - loss_min) / square))
    return w - lr * grad
    ### END SOLUTION


# %% nbgrader={"grade_id": "check_polyak_step", "grade": true, "points": 3}
check(polyak_step)

# %% [markdown]
# ### Distance over gradients
#
# The run's memory is a dict. It begins with the start itself, a small guess of the distance, and 0:


# %%
def dog_start(w, guess=1e-6):
    """The state before the first update; guess: as a share of the size of w."""
    return {"start": w.copy(), "farthest": guess * (1 + np.linalg.norm(w)), "square_sum": 0.0}


# %% nbgrader={"grade_id": "dog_step", "solution": true}
def dog_step(w, grad, state):
    """Return (w, state) after one update of DoG.

    First the state: "farthest" is the largest distance from the start so far, that of the w that
    came in included; "square_sum" takes in the squared length of the new gradient. Then a gradient
    step, whose rate is that distance over the root of that sum. Where the sum is 0, w stays.
    w, grad: float arrays of one shape (any shape); lengths run over all entries.
    state: a dict with exactly the keys "start" (array like w), "farthest" and "square_sum".
    Returns a new array and a new dict with the same keys: the start as it was, and the distance
    and the sum that this step used. No input is changed; the start may be the same array.
    Examples, for w 3 and grad 4: start 0, farthest 1e-6, square_sum 0 give w 0, farthest 3,
    square_sum 16; start 2, farthest 2, square_sum 9 give w 1.4, farthest 2, square_sum 25.
    """
    ### BEGIN SOLUTION
    farthest = max(state["farthest"], np.sqrt(np.sum((w - state["start"]) ** 2)))
    square_sum = state["square_sum"] + np.sum(grad**2)
    lr = farthest / np.sqrt(square_sum) if square_sum > 0 else 0.0
    return w - lr * grad, {**state, "farthest": farthest, "square_sum": square_sum}
    ### END SOLUTION


# %% nbgrader={"grade_id": "check_dog_step", "grade": true, "points": 3}
check(dog_step)

# %% [markdown]
# ### Schedule-free SGD
#
# A bolder idea (Defazio et al. 2024) keeps a rate but no schedule: in place of lowering the rate it
# keeps an average of all points so far. An average can be renewed without a list, by moving it
# towards the new point by the right share. Replace `None`.

# %% nbgrader={"grade_id": "running_average", "solution": true}
average, third_point = 4.0, 10.0  # the average of the points 3 and 5, and a third point
renewed = None  # the average, moved towards the third point so that it is the average of three
### BEGIN SOLUTION
renewed = average + (third_point - average) / 3
### END SOLUTION
print("average of 3, 5 and 10:", renewed, "(6.0 is right)")

# %% [markdown]
# Schedule-free SGD has three points. $z$ makes the steps. $x$ is the average of the points $z$;
# that is the model you keep. The gradient is taken at $y$, between the two, mostly at the average:
# `beta` is its share.


# %% nbgrader={"grade_id": "schedule_free_step", "solution": true}
def schedule_free_step(z, x, grad, t, *, lr, beta):
    """Return (z, x, y) after one update of schedule-free SGD.

    z makes a gradient step; then x becomes the average of the points z after updates 1 to t; then
    y is the mixture of the new x, with the share beta, and the new z, with the rest.
    z, x, grad: float arrays of one shape (any shape); grad was taken at the y before.
    t: 1 for the first update. lr: one number. beta: at least 0 and below 1.
    Returns new arrays of that shape; no input is changed.
    Examples, with lr 0.1 and beta 0.9: z 1, x 1, grad 2, t 1 give (0.8, 0.8, 0.8); z 0.8, x 0.8,
    grad 1, t 2 give (0.7, 0.75, 0.745).
    """
    ### BEGIN SOLUTION
    z = z - lr * grad
    x = x + (z - x) / t
    return z, x, beta * x + (1 - beta) * z
    ### END SOLUTION


# %% nbgrader={"grade_id": "check_schedule_free_step", "grade": true, "points": 3}
check(schedule_free_step)

# %% [markdown]
# > **Conventions.** *Sharpness* is the largest curvature here, after Cohen et al.; in
# > sharpness-aware minimisation (Foret et al. 2021) the same word means the highest loss nearby.
# > *muP:* our factors are those for Adam, and the last matrix starts with a variance that falls
# > like $1/n^2$; other forms multiply the output instead, and SGD has other factors.
# > *Polyak:* the stochastic form of Loizou et al. (2021) divides by $c|g|^2$; with $c = \frac12$
# > that is twice our rate. Optax's `polyak_sgd` lets the rate become negative unless told
# > otherwise. *DoG:* its authors and Optax add 1e-8 inside the root; we stay where the sum is 0.
# > *Schedule-free:* the paper's share is $1/(t+1)$, which counts the start as one of the points;
# > its authors' code has $1/t$, as we do. That code keeps $y$ in the model while it trains: call
# > `optimizer.eval()` before you measure **or save**, else you get $y$ and not $x$
# > (facebookresearch/schedule_free, issue 48, 2024).

# %% [markdown]
# ## Bug museum: the warmup that made all rates equal
#
# DeepSpeed trains very large models. If you left the peak of its warmup unset, you got the
# optimizer's own rates, one for each group of parameters. That was meant as a convenience. Retold,
# for a network 256 wide whose hidden matrices have been given a rate by muP:


# %%
def warmup_rates(groups, t, steps):
    """The rate of each group at update t of a warmup to the groups' own rates."""
    own = [group["lr"] for group in groups]
    peak = own[0]
    peaks = peak if isinstance(peak, list) else [peak] * len(groups)
    return [p * min(1, (t + 1) / steps) for p in peaks]


groups = [{"name": "reads the data", "lr": 1 / 16}, {"name": "reads 256 units", "lr": 1 / 256}]
for group, warm in zip(groups, warmup_rates(groups, t=500, steps=100)):
    print(f"{group['name']:16} should end its warmup at {group['lr']:.4f}, ends it at {warm:.4f}")

# %% [markdown]
# **Find** the three characters that do the harm, **explain** in a sentence why a model with a
# single group never showed the fault, **mend** the function below.
#
# <details><summary>What happened</summary>
#
# The `[0]` keeps the rate of the first group, and the next line, which is there so that a user may
# give one number, copies it to all. With one group nothing is lost, and most tests have one group.
# The fault came in with the convenience in 2025 and was fixed in July 2026 (deepspeedai/DeepSpeed,
# pull request 8171), with a test that has two groups. Three months earlier a sister class had been
# fixed in which only group 0 was set at the start (pull request 7969), and a pull request to
# nanotron of the same summer (huggingface/nanotron, 404, still open in 2026) proposes to fix a
# constant warmup that gave muP's groups the global rate. *A schedule scales rates; it must not
# choose them.*
#
# </details>


# %% nbgrader={"grade_id": "mended_rates", "solution": true}
def mended_rates(groups, t, steps):
    """Return the rate of each group at update t of a warmup to the groups' own rates."""
    ### BEGIN SOLUTION
    return [group["lr"] * min(1, (t + 1) / steps) for group in groups]
    ### END SOLUTION


# %%
with your_code():
    mended = mended_rates(groups, t=500, steps=100)
    print("after the warmup:", [round(rate, 4) for rate in mended], "([0.0625, 0.0039] is right)")

# %% [markdown]
# ## Experiment: three frontiers
#
# ### The edge, on all the digits
#
# A network reads each digit's value from its picture, trained on all 1,438 training images at every
# update: no noise at all. *Your* `sharpness` measures every 40 updates.

# %%
training_part, unseen_part = data.load_digits().split(seed=0)
values = data.Dataset(training_part.X, (training_part.y - 4.5) / 2.87)
reader = problems.Network(values, (64, 32, 1), "tanh")
direction = np.random.default_rng(0).standard_normal(reader.n_params)


def descend(rates):
    """Losses before each update, and the sharpness at every 40th."""
    w, losses, bends = reader.init(0), [], []
    for t, lr in enumerate(rates):
        loss, grad = reader.loss_and_grad(w)
        losses.append(float(loss))
        if loss > 1e3:
            break
        if t % 40 == 0:
            bends.append(sharpness(partial(curvature.hvp, reader, w), direction, 12))
        w = w - lr * grad
    return np.array(losses), np.array(bends)


# %%
with your_code():
    edge = {f"rate {lr}": descend([lr] * 601) for lr in (0.05, 0.1, 0.2, 0.4)}
    edge["0.2, then 0.1"] = descend([0.2] * 200 + [0.1] * 401)
    print("                sharpness at update 0, 200, 400, 600   last loss   rises of the loss")
    for name, (losses, bends) in edge.items():
        shown = "  ".join(f"{bend:5.1f}" for bend in bends[::5])
        rises = np.sum(np.diff(losses) > 0)
        print(f"{name:15} {shown:38} {losses[-1]:8.3g} {rises:13}")

# %%
with your_code():
    fig, ax = plt.subplots()
    for i, (name, (_, bends)) in enumerate(edge.items()):
        if len(bends) > 2:
            at = 40 * np.arange(len(bends))
            ax.plot(at, bends, label=name, **style.series(i, markevery=3))
    for limit in (10, 20):
        ax.axhline(limit, color="grey", linestyle=":", linewidth=1)
    ax.set(
        xlabel="updates", ylabel="sharpness", title="Limits 2/0.2 and 2/0.1 dotted", ylim=(0, 28)
    )
    ax.legend(loc="lower right", ncols=2)

# %% [markdown]
# *Figure 1 in words: sharpness against updates for four runs. At rate 0.05 it climbs steadily and
# stays far below its limit of 40. At 0.1 it climbs past its limit of 20 to about 25, drops, and
# then stays close to 20. At 0.2 it is held at 10 from early on. The run that changes from 0.2 to
# 0.1 leaves the line at 10 and begins to climb towards 20.*
#
# Three things to see. **The rate chooses the curvature**, not the other way round: the same network
# ends at 10 or at 20, as you like. (Given time: at rate 0.05 it has come to 26 of 40 after 600
# updates, and still climbs.) **The loss is no longer monotone**, and still falls: at 0.2 it rises
# dozens of times on its way to the lowest loss of the table. And **a drop lets the sharpness off
# the leash**: unit 04's drop changes not only how much a run shakes but where it may go.
#
# At the start the sharpness is 10.7, so by unit 02 the limit is 0.186. Rate 0.2 lies above it and
# lives; 0.4 does not. The edge gives way, but not without end.

# %% [markdown]
# ### One rate for every width
#
# Adam, two hidden layers, 150 updates with a rate that falls linearly to 0. Each of seven rates is
# tried at widths 16, 64 and 256, with three seeds. *Standard*: the usual start, one rate for all
# parameters. *muP*: the matrices that read hidden layers get what *your* `mup_lr` says, and the
# last one starts smaller, by the root of the same factor. At the base width 16 the two are the same
# network.

# %%
widths, rates, base = (16, 64, 256), 2.0 ** np.arange(-8, -1), 16


def unseen_losses(n, rates, start, hidden_share, seed, updates=150):
    """Loss on unseen images for each rate, at width n; Adam, updates of 64 images."""
    wide = problems.Network(training_part, (64, n, n, 10), "tanh")
    share = np.ones(wide.n_params)
    wide.views(share)["W2"][...] = wide.views(share)["W3"][...] = hidden_share
    w = np.tile(start(wide, seed), (len(rates), 1)).astype(np.float32)
    lr = (np.reshape(rates, (-1, 1)) * share).astype(np.float32)
    state, buffers = Adam().init(w), {}
    batches = wide.batches(np.random.default_rng(seed), 64)
    for t, batch in enumerate(islice(batches, updates)):
        grad = wide.loss_and_grad(w, batch, buffers)[1]
        w, state = Adam().update(w, grad, state, lr * np.float32(1 - t / updates))
    test = problems.Network(unseen_part, (64, n, n, 10), "tanh")
    return np.array([test.loss(row) for row in w])


def standard(network, seed):
    return network.init(seed)


def mup(network, seed):
    return width.mup_init(network, base, seed)


# %%
with your_code():
    results = {}
    for n in widths:
        settings = {"standard": (standard, 1.0), "muP": (mup, mup_lr(1.0, base, n))}
        for name, (start, share) in settings.items():
            runs = [unseen_losses(n, rates, start, share, seed) for seed in range(3)]
            results[name, n] = np.mean(runs, axis=0)
    transfer = results
    print("loss on unseen images at rate   ", "  ".join(f"1/{1 / rate:<5.0f}" for rate in rates))
    for (name, n), losses in transfer.items():
        row = "  ".join(f"{loss:7.3f}" for loss in losses)
        print(f"{name:9} {n:4} wide, best 1/{1 / rates[losses.argmin()]:<4.0f}{row}")

# %%
with your_code():
    fig, axes = plt.subplots(1, 2, sharey=True)
    for ax, name in zip(axes, ("standard", "muP")):
        for i, n in enumerate(widths):
            curve = style.series(i, markevery=1)
            ax.loglog(rates, transfer[name, n], label=f"{n} wide", **curve)
        ax.axvline(rates[transfer[name, base].argmin()], color="grey", linestyle=":", linewidth=1)
        ax.set(xlabel="rate", title=name)
        ax.set_xticks(rates[::2], [f"1/{1 / rate:.0f}" for rate in rates[::2]])
        ax.minorticks_off()
    axes[0].set(ylabel="loss on unseen images (nats)")
    axes[0].legend()

# %% [markdown]
# *Figure 2 in words: loss on unseen images against the rate, both on logarithmic scales, one panel
# for each parametrisation, three curves for the widths 16, 64 and 256, and a dotted line at the
# best rate of width 16. In the standard panel the lowest point moves to the left as the network
# widens, and at the dotted line the widest network lies far above its own best. In the muP panel
# all three curves are low at the dotted line, and the wider lie below the narrower.*
#
# **p2** is (a). In the standard parametrisation the best rate falls from 1/16 to 1/32 to 1/64 (on
# three splits and a finer grid from 1/21 to 1/16, to 1/47 to 1/27, to 1/106 to 1/81), and
# the widest network, trained at the rate that was best for the narrowest, ends at more than ten
# times its own best loss of 0.045. With muP the best rate stays at 1/16 or moves by one step, and
# that step matters little: 0.042 at 1/16, 0.033 at the best. So a rate found on the small network
# serves the large one, *as long as both train for the same number of updates*. What if the museum's
# warmup had made the rates equal again?

# %%
with your_code():
    flattened = np.mean([unseen_losses(256, [1 / 16], mup, 1.0, seed) for seed in range(3)])
    at_base = {name: transfer[name, 256][rates == 1 / 16][0] for name in ("standard", "muP")}
    print(f"width 256, rate 1/16: muP {at_base['muP']:.3f}, muP with equal rates {flattened:.3f}")

# %% [markdown]
# As bad as the standard form: the start alone does not carry a rate across widths. And be careful
# with one word, *better*. Tuned at its own width the standard form is not far behind: 0.045 and
# 0.033 lie close together, beside the ruined runs. What muP saves is the *search* at the large
# width, which at the size of a language model nobody could pay for.
#
# muP carries a rate across widths, and not across lengths. The best rate falls as training gets
# longer. On three splits, with rates a factor of 1.32 apart, it lies at width 16 between 1/21 and
# 1/16 for 150 updates, between 1/81 and 1/47 for 600, between 1/417 and 1/244 for 2,400. A short
# search on a small network therefore suggests too high a rate for a long training of a large one.
# Two lengths to see it:

# %%
by_length = {
    steps: np.mean([unseen_losses(16, rates, standard, 1.0, s, steps) for s in range(3)], axis=0)
    for steps in (150, 600)
}
for steps, values in by_length.items():
    lowest = rates[int(np.argmin(values))]
    print(f"width 16, {steps:5,} updates: best rate 1/{1 / lowest:.0f}, loss {values.min():.3f}")

# %% [markdown]
# ### Without a rate, without a schedule
#
# The digits of unit 09, with one training label in ten drawn at random; one part trains, one
# chooses rates, one measures. The baseline is expensive on purpose: SGD with a rate that falls
# linearly to 0, four peaks for *each* of three budgets, the best chosen on the second part.
# Schedule-free gets the same four rates, the best chosen once, at 600. Polyak and DoG get one run
# each. The losses of these three are also measured on their way.

# %%
budgets, seeds, peaks = (150, 600, 1500), range(5), [0.25, 0.5, 1.0, 2.0]
learn_part, choose_part, measure_part = data.load_digits().split(seed=0, fractions=(0.6, 0.2, 0.2))
rng = np.random.default_rng(1)
wrong = rng.random(learn_part.n_samples) < 0.1
labels = np.where(wrong, rng.integers(0, 10, learn_part.n_samples), learn_part.y)
noisy, clean, choose, measure = (
    problems.Network(part, sizes=(64, 32, 10))
    for part in ((learn_part.X, labels), learn_part, choose_part, measure_part)
)


def follow(update, memory, seed, network=noisy):
    """The points that a method would hand over at each budget; a state is (look, keep, memory)."""
    w = network.init(seed)
    state, kept = (w, w, memory(w)), []
    batches = network.batches(np.random.default_rng(seed), 16)
    for t, batch in enumerate(islice(batches, budgets[-1]), start=1):
        loss, grad = network.loss_and_grad(state[0], batch)
        state = update(state, loss, grad, t)
        if t in budgets:
            kept.append(state[1])
    return kept


# %%
def nothing(w):
    return None


def polyak(max_lr):
    def update(state, loss, grad, t):
        w = polyak_step(state[0], grad, loss, 0.0, max_lr)
        return w, w, None

    return update


def dog(state, loss, grad, t):
    w, memory = dog_step(state[0], grad, state[2])
    return w, w, memory


def schedule_free(lr):
    def update(state, loss, grad, t):
        z, x, y = schedule_free_step(state[2], state[1], grad, t, lr=lr, beta=0.9)
        return y, x, z

    return update


# %%
def judged(method, memory, seeds=seeds, network=noisy):
    """Losses on the choosing and on the measuring part, shape (2, seeds, budgets)."""
    kept = [follow(method, memory, seed, network) for seed in seeds]
    return np.array([[[part.loss(w) for w in row] for row in kept] for part in (choose, measure)])


def table(losses_of, costs=None):
    """One row for each method: mean, best and worst of the seeds at each budget."""
    print("loss on unseen images", "".join(f"{steps:<24}" for steps in budgets))
    for name, losses in losses_of.items():
        row = [f"{v.mean():.3f} ({v.min():.3f} to {v.max():.3f})" for v in losses.T]
        print(f"{name:21}", "  ".join(row), f"  {costs[name]:6,} updates" if costs else "")


# %%
def decayed(steps):
    """SGD at four peaks, falling to 0 within the budget: losses at the peak that was chosen."""

    def plan(lr):
        return Linear(lr, 0, steps)

    settings = {"batch_size": 16, "seed": seeds, "progress": False}
    runs = sweep(noisy, SGD(), peaks, steps, schedule=plan, **settings)
    best = runs.measure(choose.loss).mean(axis=0).argmin()
    return runs.measure(measure.loss)[:, best]


# %%
with your_code():
    tuned = np.array([decayed(steps) for steps in budgets]).T
    tried = {lr: judged(schedule_free(lr), np.copy) for lr in peaks}
    best_free = min(peaks, key=lambda lr: tried[lr][0, :, 1].mean())
    found = {
        "SGD, tuned": tuned,
        "Polyak, at most 1": judged(polyak(1.0), nothing)[1],
        "DoG": judged(dog, dog_start)[1],
        "schedule-free": tried[best_free][1],
    }
    costs = dict(zip(found, [4 * sum(budgets), budgets[-1], budgets[-1], 4 * budgets[-1]]))
    table(found, costs)
    print("rate of schedule-free:", best_free)

# %% [markdown]
# **p3** is (c). After 150 updates DoG has hardly left its start, because it began with a guess of a
# millionth; by 1,500 its mean is within a third of the tuned runs'. Polyak's step gets going at
# once, and ends where DoG does. Schedule-free is *below* the tuned baseline at 150 and at 600, on
# average, with the same run at both; at 1,500 it is a little above.
#
# ### What they still have to be told
#
# None of the three came without a number: Polyak's step was given a lowest loss and a cap, DoG a
# guess, schedule-free a rate. Turn each of them:

# %%
with your_code():
    told = {
        "schedule-free at 4": judged(schedule_free(4.0), np.copy)[1],
        "DoG, guess 0.01": judged(dog, lambda w: dog_start(w, 0.01))[1],
        "Polyak, at most 100": judged(polyak(100.0), nothing)[1],
        "at most 100, no noise": judged(polyak(100.0), nothing, network=clean)[1],
        "at most 1, no noise": judged(polyak(1.0), nothing, network=clean)[1],
    }
    table(told)

# %% [markdown]
# *Polyak's* lowest loss was given as 0. On clean labels a network comes close to that, and a cap a
# hundred times as large costs a third. With wrong labels it stays far above, so the gap is
# overrated at nearly every batch, and without a tight cap runs are ruined: **the cap is a rate in
# disguise**. *DoG's* guess may be wrong by a factor of ten thousand, and only the beginning
# suffers: of the three methods it needs to be told the least. *Schedule-free* has no schedule but
# it has a rate, and four times too much is too much.
#
# ### The surprise: who did the work?
#
# Schedule-free SGD is two things, steps and an average. Give an average alone to the others, the
# one that DoG's authors use, and change nothing else. SGD at a constant rate gets the best of the
# four again, chosen once, at 600, for itself and for its average.


# %%
def averaged(update):
    """The same method; what it hands over is a running mean in which late points weigh most."""

    def with_mean(state, loss, grad, t):
        look, _, memory = update((state[0], state[0], state[2]), loss, grad, t)
        return look, state[1] + 9 / (t + 8) * (look - state[1]), memory

    return with_mean


def constant(lr):
    def update(state, loss, grad, t):
        w = state[0] - lr * grad
        return w, w, None

    return update


# %%
with your_code():
    steady, best_steady = {}, {}
    for name, wrap in (("constant", lambda update: update), ("averaged", averaged)):
        runs = {lr: judged(wrap(constant(lr)), nothing) for lr in peaks}
        best_steady[name] = min(peaks, key=lambda lr: runs[lr][0, :, 1].mean())
        steady[f"SGD, {name}"] = runs[best_steady[name]][1]
    races = {**found, "DoG, averaged": judged(averaged(dog), dog_start)[1], **steady}
    table(races)
    print("rate of SGD without and with an average:", *best_steady.values())

# %%
with your_code():
    fig, ax = plt.subplots()
    shown = ["SGD, tuned", "SGD, constant", "SGD, averaged", "schedule-free", "DoG, averaged"]
    for i, name in enumerate(shown):
        ax.loglog(budgets, races[name].mean(axis=0), label=name, **style.series(i, markevery=1))
    ax.set(xlabel="updates", ylabel="loss on unseen images (nats)", title="Decay or average?")
    ax.set_xticks(budgets, [str(b) for b in budgets])
    ax.set_yticks([0.15, 0.2, 0.3, 0.5, 1, 2], ["0.15", "0.2", "0.3", "0.5", "1", "2"])
    ax.minorticks_off()
    ax.legend()

# %% [markdown]
# *Figure 3 in words: loss on unseen images against updates, both on logarithmic scales, means of
# five seeds. DoG with an average begins far above all others and ends below the tuned baseline.
# SGD at its best constant rate lies highest at the end. With an average it bears twice that rate,
# and lies below the tuned baseline at all three budgets.*
#
# From 600 updates on, the lowest line belongs to the oldest method in this course, a constant rate,
# with an average laid over it; the average costs one more copy of the weights. It does what a decay
# does, it takes the shaking away, and it needs to know no budget. That is the part of schedule-free
# training that carries over, and it is why DoG's authors judge DoG by an average. The idea is old:
# Polyak and Juditsky proved in 1992 that averaging makes up for a rate that falls too slowly.
#
# ### Two claims, settled
#
# **"Adaptive methods find the rate by themselves."** *True when* you mean DoG and give it time; its
# price is a slow start. *Not here* for Polyak's step with wrong labels. **"A schedule is no longer
# needed."** *True here*: an average reached what the tuned decay reached, at every budget, from one
# run. The rate itself still had to be chosen.

# %% [markdown]
# ## Your conclusion (3 points, read by a person)
#
# In 80 to 120 words: *A team tunes Adam's rate on a small network and uses it for ever wider ones;
# a colleague proposes to drop rates altogether and use DoG. Advise them.* One point each: (1) say
# what goes wrong with the width, with two numbers from your table, and what would mend it;
# (2) compare DoG with the tuned baseline at two budgets, with spread, and say what each costs;
# (3) name a reason why their case may differ from ours.

# %% [markdown] nbgrader={"grade_id": "conclusion", "grade": true, "solution": true, "points": 3}
# The rate that is best at width 16, 1/16, ruins our network of width 256 in the standard form: 0.9
# against 0.045 at its own best rate. With muP it ends at 0.042. So go on tuning on the small
# network, but divide the rate of the matrices that read hidden layers by the growth of the width.
# DoG needs no rate, but time: after 150 updates 2.101 (1.912 to 2.272) against 0.335 (0.293 to
# 0.376) for tuned SGD, after 1,500 updates 0.237 (0.198 to 0.269) against 0.188 (0.179 to 0.198);
# it cost 1,500 updates in place of 9,000. Average its points. Your networks are far wider and
# deeper, and train for longer, which lowers the best rate: test the transfer once half-way.

# %% [markdown]
# ## Exit quiz
#
# **q1.** Training without noise at rate 0.05, the sharpness hovers at 40. You halve the rate and go
# on. The sharpness ...
#
# - (a) stays at 40: that is the network's curvature
# - (b) falls to 20: smaller rates find flatter places
# - (c) climbs towards 80
#
# **q2.** Adam's best rate at width 64 is 0.02. Under muP, the hidden matrix of the same network at
# width 512 gets ...
#
# - (a) 0.16
# - (b) 0.0025
# - (c) 0.0071
# - (d) 0.02
#
# **q3.** Loss 9, lowest loss 1, gradient (0, 4), cap 5. Polyak's rate is ...
#
# - (a) 0.5
# - (b) 2
# - (c) 0.5625
# - (d) 1
#
# **q4.** A run of schedule-free SGD is over. Which point do you save as the model?
#
# - (a) z, which made the steps
# - (b) y, where the last gradient was taken
# - (c) x, the average

# %% nbgrader={"grade_id": "quiz_13", "solution": true}
quiz_13 = {"q1": "?", "q2": "?", "q3": "?", "q4": "?"}
### BEGIN SOLUTION
quiz_13 = {"q1": "c", "q2": "b", "q3": "a", "q4": "c"}
### END SOLUTION

# %% nbgrader={"grade_id": "check_quiz_13", "grade": true, "points": 1}
check("quiz_13", quiz_13)

# %% [markdown]
# > **What practitioners do.** Makers of language models search on small networks and transfer:
# > Cerebras-GPT (Dey et al. 2023) and MiniCPM (Hu et al. 2024) used muP; Everett et al. (2024) find
# > that the standard form, too, transfers once each layer has its own rate. Schedule-free AdamW won
# > the self-tuning track of the AlgoPerf competition (Kasimbeg et al. 2025). Averaging weights is
# > everywhere, as an exponential mean or over the last part of a run (Izmailov et al. 2018).
# > Rate-free methods such as Prodigy (Mishchenko and Defazio 2024) are offered by popular tools for
# > fine-tuning image models, where runs are short and nobody wants to search. And full-batch
# > training at the edge is a laboratory: with small batches the sharpness settles below $2/\eta$
# > (Cohen et al. 2021).
#
# ## Further reading
#
# - B. T. Polyak (1987), *Introduction to Optimization*, section 5.3.
# - B. T. Polyak and A. Juditsky (1992), *Acceleration of Stochastic Approximation by Averaging*,
#   SIAM Journal on Control and Optimization 30.
# - P. Izmailov et al. (2018), *Averaging Weights Leads to Wider Optima and Better Generalization*,
#   UAI.
# - J. Cohen et al. (2021), *Gradient Descent on Neural Networks Typically Occurs at the Edge of
#   Stability*, ICLR.
# - P. Foret et al. (2021), *Sharpness-Aware Minimization for Efficiently Improving Generalization*,
#   ICLR.
# - N. Loizou et al. (2021), *Stochastic Polyak Step-size for SGD: An Adaptive Learning Rate for
#   Fast Convergence*, AISTATS.
# - G. Yang et al. (2021), *Tuning Large Neural Networks via Zero-Shot Hyperparameter Transfer*
#   (Tensor Programs V), NeurIPS.
# - A. Damian, E. Nichani and J. D. Lee (2023), *Self-Stabilization: The Implicit Bias of Gradient
#   Descent at the Edge of Stability*, ICLR.
# - N. Dey et al. (2023), *Cerebras-GPT: Open Compute-Optimal Language Models Trained on the
#   Cerebras Wafer-Scale Cluster*, arXiv:2304.03208.
# - M. Ivgi, O. Hinder and Y. Carmon (2023), *DoG is SGD's Best Friend: A Parameter-Free Dynamic
#   Step Size Schedule*, ICML.
# - A. Defazio et al. (2024), *The Road Less Scheduled*, NeurIPS.
# - K. Everett et al. (2024), *Scaling Exponents Across Parameterizations and Optimizers*, ICML.
# - S. Hu et al. (2024), *MiniCPM: Unveiling the Potential of Small Language Models with Scalable
#   Training Strategies*, arXiv:2404.06395.
# - K. Mishchenko and A. Defazio (2024), *Prodigy: An Expeditiously Adaptive Parameter-Free
#   Learner*, ICML.
# - P. Kasimbeg et al. (2025), *Accelerating Neural Network Training: An Analysis of the AlgoPerf
#   Competition*, ICLR.
