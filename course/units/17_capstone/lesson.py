# %% [markdown]
# # 17 · Capstone: a fair comparison
#
# "Adaptive methods improve results without wasting resources." You have met the sentence before.
# It may be true; but most tables that seem to prove it compare a method that somebody tuned with a
# method that nobody did. In this project you build the tools of a fair comparison, settle the
# sentence with them, and then answer a question of your own, so that a stranger can check it.
#
# **After this project you can**
#
# - tune several methods within one budget, and prove that the budgets were equal;
# - keep a test set shut until everything is decided, and show how often it was opened;
# - say *better*, *worse* or *cannot tell* from paired seeds, with an interval;
# - read a published comparison of optimizers, and ask the three questions that sink most of them.
#
# **Time** 4 to 6 hours: about 100 minutes up to the experiment, the rest for your own study.
# **Points** 20: functions 9, predictions and quiz 2, written report 9.
# **You need** units 01 to 05, and 07 to 09 for the methods that you choose among.

# %% nbgrader={"grade_id": "setup", "locked": true}
from dataclasses import replace

import matplotlib.pyplot as plt
import numpy as np

from autograders import check
from autograders.notebook.your_code import your_code
from lrlib import data, problems, style
from lrlib.labs import results_board
from lrlib.optimizers import SGD, AdaGrad, Adam, AdamW, Momentum, Nesterov, RMSprop
from lrlib.schedules import Linear
from lrlib.training import Budget, Contest, OverBudget

plt.rcParams.update(style.rc())

# %% [markdown]
# ## Warm-up
#
# 1. (Unit 04) Two runs differ in their schedule only. Why do we give both the same seed?
# 2. (Unit 05) Two decays were compared *at one first rate*, and one of them won. What was wrong?
# 3. (Unit 09) SGD ended below Adam. What had to be true of SGD? Where did Adam lead?
#
# <details><summary>Answers</summary>
#
# 1. They then share starting point and batches, so that what is left is the schedule's doing.
# 2. Each needs its own best first rate: at a common one, the shape that likes it wins.
# 3. Its rate had been tuned and fell to 0. Adam led after 75 updates only at constant rates.
#
# </details>

# %% [markdown]
# ## Predict
#
# **p1.** Digits, 300 updates, the default rates of Keras: Adam's loss ends far below that of plain
# SGD, and far above that of momentum. Now each method tries six rates with three seeds, and each
# rate falls to 0. On the test set Adam is then ...
#
# - (a) worse than momentum still, if by less: momentum suits the digits
# - (b) neither better nor worse than momentum, as far as ten seeds can tell
# - (c) better than momentum: at last it has the rate that it needed
#
# **p2.** Words instead of images (the docstrings of unit 08), again tuned alike. At 75 updates
# Adam leads by far. And at 1,200?
#
# - (a) the lead is gone: given time, all methods arrive
# - (b) it is smaller, and still clear
# - (c) it has grown
#
# **p3.** A network is trained for 200 epochs on labels that are *coin flips*. A script reports the
# best test accuracy of all epochs, on 100 test images. It reports about ...
#
# - (a) 50 %
# - (b) 55 %
# - (c) 64 %

# %% nbgrader={"grade_id": "predict_17", "solution": true}
predict_17 = {"p1": "?", "p2": "?", "p3": "?"}
### BEGIN SOLUTION
predict_17 = {"p1": "b", "p2": "b", "p3": "c"}
### END SOLUTION

# %% nbgrader={"grade_id": "check_predict_17", "grade": true, "points": 1}
check("predict_17", predict_17)

# %% [markdown]
# ## Live lab: the results board
#
# All runs behind this board have been made: nine rates of SGD, from 0.001 to 10, and nine of Adam,
# from 0.0001 to 1, on the digits. You decide only *which of them the search may see*, how long runs
# are, and how many seeds tune. The winner of each search is then measured on five new seeds.
#
# **Challenge:** without changing a single run, have the board say that Adam is worse than SGD.
# Then press *Defaults only*, *Equal ranges*, and try 75 updates. How many verdicts can you get?

# %%
results_board()

# %% [markdown]
# *In words: on the left the validation loss against the rate, both on logarithmic scales, a valley
# for each method; rates that the search may see carry a mark, the chosen one a large mark. On the
# right the difference of the test losses, Adam minus SGD, for five new seeds, a level line at 0 and
# a band for the interval. A sentence gives the runs spent, the difference and the verdict.*
#
# *The lab as a still picture, for readers without a kernel:*
#
# ![Still picture of the lab, described in the words above](attachment:results_board.png)
#
# ## What makes a comparison fair
#
# The board's verdict went from *better* over *cannot tell* to *worse*, and every time it was
# computed correctly. What moved it was the search. So the search is part of the method, and these
# five rules are about the search.
#
# **1. Sort your settings first** (the words are Godbole et al.'s, 2023). *Scientific*: what the
# question is about, here the method. *Nuisance*: what must be tuned anew for each value of it, or
# the comparison is unfair, always the rate. *Fixed*: all the rest, and your conclusion holds for
# these values only.
#
# **2. Equal budgets.** Each method gets the same number of updates for its whole search: as many
# rates, as many seeds, as long runs. Rates lie a factor of about 3 apart at first (unit 01), and a
# factor of 1.25 to 1.4 in a second round around the best, if small differences are to count.
#
# **3. Three parts of the data.** One trains, one chooses (validation), one measures (test). The
# test part is opened once, when nothing is left to decide, and each look at it is written down.
#
# **4. The same seeds for all.** A seed fixes the starting point and the batches. Runs with one seed
# form a pair, and the difference within a pair is what you compare.
#
# **5. Look at the valley, not only at its bottom.** A plot of the loss against the rate, with
# everything else at its best, is called an *isolation plot*. It shows whether the best rate lies at
# the edge of what you tried, and how much a wrong rate would have cost: in practice often more than
# a wrong method.

# %% [markdown]
# ## Worked example: a verdict by hand
#
# A tiny problem: test losses of two methods for three seeds, in the same order. B is lower in
# every pair. Is it better?

# %% nbgrader={"grade_id": "setup_t95", "locked": true}
# How many standard errors cover 95 %, by the number of seeds (Student's t for n - 1).
T95 = {2: 12.706, 3: 4.303, 4: 3.182, 5: 2.776, 6: 2.571, 7: 2.447, 8: 2.365, 9: 2.306, 10: 2.262}

# %%
a, b = np.array([0.50, 0.70, 0.60]), np.array([0.44, 0.66, 0.52])

# 1. Pair: one difference for each seed, method minus baseline
gaps = b - a
# 2. Average the differences
difference = gaps.mean()
# 3. Ask how well this average is known: standard error, times the factor for three seeds
margin = T95[3] * gaps.std(ddof=1) / np.sqrt(3)
# 4. Look where the interval lies
low, high = difference - margin, difference + margin
# 5. Speak: better below 0, worse above 0, else cannot tell
verdict = "better" if high < 0 else "worse" if low > 0 else "cannot tell"
print(f"differences {gaps.round(2)}: {difference:.3f} ± {margin:.3f}, so B is {verdict}")

# 2.-4. once more, without the pairs
wide = T95[3] * np.sqrt((a.var(ddof=1) + b.var(ddof=1)) / 3)
print(f"unpaired: {difference:.3f} ± {wide:.3f}; both methods swing with the seed by ±0.1")

# %% [markdown]
# B is better, but barely: three seeds are so few that the factor is 4.3. Without the pairs nothing
# could be said at all. Both methods find seed 1 hard; that is what the pairs take away.
#
# **Your turn, sub-goal 3:** with *five* seeds the differences are −0.06, −0.04, −0.08, −0.05 and
# −0.07. Replace `None` by their margin, and compare it with the 0.050 above: what do two more seeds
# buy?

# %% nbgrader={"grade_id": "margin_of_five", "solution": true}
five = np.array([-0.06, -0.04, -0.08, -0.05, -0.07])
margin_of_five = None  # 3. Ask how well this average is known
### BEGIN SOLUTION
margin_of_five = T95[5] * five.std(ddof=1) / np.sqrt(5)
### END SOLUTION
print("margin:", margin_of_five, "(0.0196 is right)")

# %% [markdown]
# Well under half. Not all of that was bought, though: these five also differ a little less among
# themselves, by 0.016 against 0.020, and that is luck.
#
# ## Write it yourself
#
# ### Tuning
#
# `train` makes a whole training run at each call and counts it. The checker's `train` looks its
# losses up in a table, and writes down every call: which rate, which seed, which part of the data.


# %% nbgrader={"grade_id": "tune", "solution": true}
def tune(train, rates, seeds):
    """Return (rate, scores): the best rate by validation loss, and the score of every rate.

    train: a function; train(lr, seed, split) makes one training run and returns its loss on
    split, "validation" or "test". rates: at least one, in any order. seeds: at least one.

    Call train exactly once for every rate with every seed, always with split "validation".
    The score of a rate is the mean of its losses over the seeds; if one of them is not finite
    (the run diverged), the score is not finite either, and the rate cannot win.
    Returns a pair: the rate with the lowest score, of several equal ones the smallest rate; and
    the scores in the order of rates. rates and seeds are not changed.
    Raises ValueError if no score is finite.
    """
    ### BEGIN SOLUTION
    scores = []
    for lr in rates:
        losses = [train(lr, seed, "validation") for seed in seeds]
        scores.append(float(np.mean(losses)) if np.all(np.isfinite(losses)) else np.inf)
    lowest = min(scores)
    if not np.isfinite(lowest):
        raise ValueError("expected a rate without a diverged run; try smaller rates")
    return min(lr for lr, score in zip(rates, scores) if score == lowest), scores
    ### END SOLUTION


# %% nbgrader={"grade_id": "check_tune", "grade": true, "points": 5}
check(tune)

# %% [markdown]
# ### Comparing
#
# The worked example, for any number of methods. The first one is the baseline.


# %% nbgrader={"grade_id": "compare", "solution": true}
def compare(results):
    """Return a dict of method -> dict with "mean", "spread", "difference", "margin", "verdict".

    results: dict of method -> test losses, one for each of 2 to 10 seeds, in the same order for
    all; the first method is the baseline. spread is the standard deviation, with n - 1; difference
    the mean of the gaps to the baseline, seed by seed; margin the half-width of the 95 % interval
    of that mean, by T95. verdict is "baseline" for the first, "better" if the whole interval lies
    below 0, "worse" if it lies above, else "cannot tell". If a loss is not finite (a run diverged),
    no number that needs it is; a method with one is "worse" than a baseline without, "better" if
    only the baseline has one. Nothing in results is changed.
    Examples: A (0.5, 0.7, 0.6), B (0.44, 0.66, 0.52) give B the difference -0.06, the margin 0.0497
    and "better"; with 0.6 as B's last loss they are -0.0333, 0.0759 and "cannot tell".
    """
    ### BEGIN SOLUTION
    base, board = np.array(next(iter(results.values())), dtype=float), {}
    for name, losses in results.items():
        x = np.array(losses, dtype=float)
        gap, margin = (x - base).mean(), T95[len(x)] * (x - base).std(ddof=1) / np.sqrt(len(x))
        alive, base_alive = np.isfinite(x).all(), np.isfinite(base).all()
        better = gap < -margin or (alive and not base_alive)
        worse = gap > margin or (base_alive and not alive)
        verdict = "better" if better else "worse" if worse else "cannot tell"
        row = {"mean": x.mean(), "spread": x.std(ddof=1), "difference": gap, "margin": margin}
        board[name] = row | {"verdict": verdict if board else "baseline"}
    return board
    ### END SOLUTION


# %% nbgrader={"grade_id": "check_compare", "grade": true, "points": 4}
check(compare)

# %% [markdown]
# Green? Then the board can choose with your `tune` and speak with your `compare`.

# %%
results_board(tune, compare)

# %% [markdown]
# > **Conventions.** *Spread:* `np.std` divides by n unless told `ddof=1`; pandas, R and
# > `statistics.stdev` divide by n − 1. With five seeds that is a difference of 12 %. *What stands
# > behind the ±?* Here the ± of a difference is a 95 % interval of its mean; papers print standard
# > deviations, standard errors and best-to-worst ranges with the same sign, often without saying
# > which. *What is a seed?* Here it fixes starting point *and* batches; elsewhere the split of the
# > data varies too, and the spread is then larger and more honest (Bouthillier et al. 2021). *What
# > is a budget?* Here updates, search included; others count epochs, examples, seconds or trials.

# %% [markdown]
# ## The harness
#
# A `Contest` holds the three parts of a data set, and gives each method a `train`. Every run is
# charged to the method's account *before* it is made. Here the account holds five runs.

# %%
SHARES = (0.6, 0.2, 0.2)
parts = data.load_digits().split(seed=0, fractions=SHARES)
small = Contest(parts, problems.SoftmaxRegression, steps=100, budget=Budget(each=500))
try_sgd = small.trainer("SGD", SGD())

with your_code():
    best, scores = tune(try_sgd, [0.1, 1.0], [0, 1])
    print(f"scores {scores[0]:.3f} and {scores[1]:.3f}, best rate {best} | {small.budget}")
    print(f"test loss {try_sgd(best, 7, 'test'):.3f} | {small.budget}")
    try:
        try_sgd(1.0, 8, "validation")
    except OverBudget as error:
        print("refused:", error)
    print("looks at the test part (method, rate, seed):", small.openings)

# %% [markdown]
# Both guards are honest about what they are. The account refuses; the seal only *records*, because
# the final test has to break it. Anyone who reads the last line knows what has been looked at.

# %% [markdown]
# ## Bug museum: the test set that drove
#
# In 2018 the code of a published classifier of time series trained like this. `fit` was given the
# *test* data as `validation_data`, so Keras named its accuracy `val_acc`. Two helpers watched
# `val_acc`: one kept the weights of the best epoch, one cut the learning rate on a plateau (unit
# 06). Retold, without the network: the labels are coin flips, so nothing can be learned.


# %%
def report(epochs):
    best = 0.0
    for val_acc in epochs["test"]:  # fit(..., validation_data=(X_test, y_test))
        if val_acc > best:
            best = val_acc  # the checkpoint; the other helper cuts the rate by this number
    return best


rng = np.random.default_rng(0)
guessing = {part: rng.binomial(100, 0.5, size=200) / 100 for part in ("validation", "test")}
print(f"200 epochs, 100 test images, coin flips for labels: {report(guessing):.0%} reported")

# %% [markdown]
# **p3** is (c). **Find** the line that is wrong, **explain** in a sentence why the report grows
# with the number of epochs although nothing is learned, **mend** it below: the validation part
# chooses the epoch, and the test part is read once, there.
#
# <details><summary>What happened</summary>
#
# The name `val_acc` promised what the data did not keep. The best of 200 noisy readings is no
# reading of the best: it is high because it was chosen for being high. And here the test part did
# more than choose, it *drove*: each cut of the rate came on its signal. It was reported and mended
# on one day (titu1994/LSTM-FCN, issue 7, 2018). In kuangliu/pytorch-cifar, a collection of image
# networks that many start from, the best epoch was chosen on the test set when a reader said so in
# 2017 (issue 14), and again when another did in 2022 (issue 145, open). Look for it in your own
# code: search for `max` near `test`.
#
# </details>


# %% nbgrader={"grade_id": "mended_report", "solution": true}
def mended_report(epochs):
    """Return the test accuracy at the epoch that the validation accuracy chooses."""
    ### BEGIN SOLUTION
    return epochs["test"][np.argmax(epochs["validation"])]
    ### END SOLUTION


# %%
with your_code():
    flips = [
        {part: rng.binomial(100, 0.5, size=200) / 100 for part in ("validation", "test")}
        for _ in range(200)
    ]
    honest = np.mean([mended_report(epochs) for epochs in flips])
    print(f"over 200 such trainings: {np.mean([report(e) for e in flips]):.1%} reported as it was,")
    print(f"{honest:.1%} with yours (50 %, give or take 1, is right)")

# %% [markdown]
# ## Experiment: the claim, settled
#
# "Adaptive methods improve results without wasting resources." *Resources* we can count: updates.
# For *improve* we need a rival. We take momentum, tuned, and plain SGD, tuned. Two data sets, three
# lengths of a run. Your `tune` chooses, your `compare` speaks.

# %%
METHODS = {
    "momentum": (Momentum(0.9), [0.003, 0.01, 0.03, 0.1, 0.3, 1.0]),
    "SGD": (SGD(), [0.01, 0.03, 0.1, 0.3, 1.0, 3.0]),
    "Adam": (Adam(), [0.0003, 0.001, 0.003, 0.01, 0.03, 0.1]),
}
SETS = {
    "digits": (data.load_digits().split(0, SHARES), (64, 32, 10)),
    "docstrings": (data.load_docstrings().split(0, SHARES), (1142, 16, 8)),
}
tuning_seeds, test_seeds = [0, 1, 2], list(range(10, 20))
runs_each = 6 * len(tuning_seeds) + len(test_seeds)


def contest(name, steps, runs):
    """A new contest on a data set, with accounts of so many runs."""
    split, sizes = SETS[name]
    make = lambda part: problems.Network(part, sizes)  # noqa: E731
    return Contest(split, make, steps=steps, budget=Budget(each=runs * steps))


def falling(steps):
    """Makes the schedule of a first rate: a straight line to 0."""
    return lambda lr: Linear(lr, 0.0, steps)


# %%
def settle(name, steps):
    """Tune all methods on a data set, test each once; the scores, best rates and results."""
    arena = contest(name, steps, runs_each)
    scores, best, results = {}, {}, {}
    for method, (optimizer, rates) in METHODS.items():
        run = arena.trainer(method, optimizer, falling(steps))
        best[method], scores[method] = tune(run, rates, tuning_seeds)
        results[method] = [run(best[method], seed, "test") for seed in test_seeds]
    assert set(arena.budget.spent.values()) == {arena.budget.each}, "equal, and all of it"
    return scores, best, results


with your_code():
    study = {(name, n): settle(name, n) for name in SETS for n in (75, 300, 1200)}
    boards = {key: compare(results) for key, (_, _, results) in study.items()}

# %%
with your_code():
    for (name, steps), board in boards.items():
        print(f"{name}, {steps} updates, test loss of ten seeds and difference to momentum:")
        for method, row in board.items():
            gap = f"{row['difference']:+.3f} ± {row['margin']:.3f}: {row['verdict']}"
            print(f"    {method:9} {row['mean']:.3f}  {gap}")

# %%
with your_code():
    fig, axes = plt.subplots(1, 2, sharey=True, figsize=(9, 3.8), layout="constrained")
    for ax, name in zip(axes, SETS):
        for i, method in enumerate(METHODS):
            scores = study[name, 300][0][method]
            look = style.series(i, markevery=1)
            ax.loglog(METHODS[method][1], scores, label=method, **look)
        ax.set(xlabel="first rate", ylabel="validation loss (nats)", title=f"{name}, 300 updates")
    fig.legend(*axes[0].get_legend_handles_labels(), loc="outside lower center", ncols=3)

# %% [markdown]
# *Figure 1 in words: two isolation plots, validation loss against the first rate, both on
# logarithmic scales, means of three seeds; digits on the left, docstrings on the right. Each
# method has a valley; Adam's lies at smaller rates than SGD's. On the digits the valleys of
# momentum and Adam are equally deep. On the docstrings Adam's is the deepest. Two steps of the grid
# below its best rate every method has lost more than the three methods differ by.*
#
# Now the same digits without any tuning: the default rates of Keras, 0.01 for SGD with or without
# momentum and 0.001 for Adam, kept constant.

# %%
defaults = {"momentum": 0.01, "SGD": 0.01, "Adam": 0.001}
untuned = {}
for method, lr in defaults.items():
    run = contest("digits", 300, 5).trainer(method, METHODS[method][0])
    untuned[method] = [run(lr, seed, "test") for seed in test_seeds[:5]]
with your_code():
    for method, row in compare(untuned).items():
        gap = f"{row['difference']:+.3f} ± {row['margin']:.3f}: {row['verdict']}"
        print(f"at its default rate {method:9} {row['mean']:.3f} | {gap}")

# %% [markdown]
# **p1** is (b). At the defaults you would have reported that Adam beats SGD and loses to momentum,
# both by far, and both would have been reports about defaults. Tuned on this grid, Adam and momentum
# cannot be told apart on the digits at 300 updates, nor at 1,200.
#
# Now ask what the ± covers: the seeds of the test, and nothing else. Two things are left out. The
# grid: with rates a factor of 3 apart neither method gets its best rate, and that alone moves the
# difference on the digits by 0.014, more than a margin of 0.006. On a finer grid all three verdicts
# on the digits change. The split: other splits of the same data give other verdicts, too. So the
# three verdicts on the digits are verdicts *about this grid and this split*. A study on three
# splits, its rates a factor of 1.32 apart, with an interval that holds the error of tuning, finds
# Adam at 300 updates anywhere from 14 % below momentum to 9 % above, and lower in 19 of 30 runs. The
# right sentence is "the difference is smaller than what our search can resolve".
#
# **p2** is (b). On words, where a batch holds about two hundred of the 1,142 and rare ones decide
# (unit 08), Adam is better than tuned momentum at every length. Its lead shrinks from 0.6 at 75
# updates to about 0.14 at 300 (in the study, a loss 26 % lower, 21 to 30, in 30 of 30 runs), and
# there it stays: from 300 to 1,200 neither of the two gets better
# on the test set. And look at the last block once more: there momentum is behind even plain SGD.
# *Which* baseline is the strong one depends on the problem, so tune more than one.
#
# The sentence is thus *true when* gradients are sparse: at each budget that we tried, against tuned
# rivals. *Undecided* on the digits: there the difference from a tuned momentum is smaller than the
# error of the search. And "without wasting resources" is *half true*: Adam needs no extra updates, but its
# search costs as much as anybody's, and it keeps two arrays where momentum keeps one.
#
# Whole papers have turned on this point. Wilson et al. (2017) found adaptive methods worse than
# tuned SGD on test data; Choi et al. (2019) tuned Adam more widely, `eps` included, and it was no
# worse. Sivaprasad et al. (2020) ask how good a method is *after k trials*: then Adam with only
# its rate tuned is hard to beat at small k.

# %% [markdown]
# ## Your own study
#
# Choose **three methods and two data sets**, and a question that they can answer. First of all
# write the question down, and what you expect. Then work through the cells; each is yours to
# change, and the first one you *must* write. Ideas: *Does Nesterov ever beat momentum? Is weight
# decay worth a run? Does RMSprop do all that Adam does? Which method forgives a wrong rate?*

# %%
MENU = {
    **METHODS,
    "Nesterov": (Nesterov(0.9), [0.003, 0.01, 0.03, 0.1, 0.3, 1.0]),
    "AdaGrad": (AdaGrad(), [0.01, 0.03, 0.1, 0.3, 1.0, 3.0]),
    "RMSprop": (RMSprop(), [0.0003, 0.001, 0.003, 0.01, 0.03, 0.1]),
    "AdamW": (AdamW(weight_decay=0.1), [0.0003, 0.001, 0.003, 0.01, 0.03, 0.1]),
}


def scaled(whole):
    """Three parts; features are standardised by the training part, which alone may be looked at."""
    split = whole.split(0, SHARES)
    return [part.standardised(like=split[0]) for part in split]


patients = data.load_diabetes()
in_units = replace(patients, y=(patients.y - 150) / 77)  # about mean 0 and spread 1
SETS["breast cancer"] = (scaled(data.load_breast_cancer()), (30, 8, 2))
SETS["diabetes"] = (scaled(in_units), (10, 8, 1))
SCHEDULES = {"constant": lambda steps: None, "falling": falling}


# %% nbgrader={"grade_id": "my_choice", "solution": true}
def my_choice():
    """Return three methods of MENU, the baseline first, two of SETS, and the updates of a run."""
    ### BEGIN SOLUTION
    return ["Adam", "RMSprop", "momentum"], ["docstrings", "digits"], 300
    ### END SOLUTION


# %% [markdown]
# The rate and the schedule are nuisance settings here: each method is tuned at both schedules, and
# keeps the better one. That makes 2 × 6 rates × 3 seeds, and ten runs for the test (five is the
# least): each account holds 46 runs. Whoever wants more rates or more seeds needs a larger account
# *for all*.

# %%
my_tuning_seeds, my_test_seeds = [0, 1, 2], list(range(10, 20))


def tune_all(arena, methods, steps):
    """For each method: its scores at each schedule, and the best (score, rate, schedule)."""
    scores, best = {}, {}
    for method in methods:
        optimizer, rates = MENU[method]
        for plan, make in SCHEDULES.items():
            run = arena.trainer(method, optimizer, make(steps))
            rate, found = tune(run, rates, my_tuning_seeds)
            scores[method, plan] = found
            best[method] = min(best.get(method, (np.inf,)), (min(found), rate, plan))
    return scores, best


with your_code():
    my_methods, my_sets, my_steps = my_choice()
    arenas = {name: contest(name, my_steps, 46) for name in my_sets}
    my_tuning = {name: tune_all(arenas[name], my_methods, my_steps) for name in my_sets}
    for name, (_, best) in my_tuning.items():
        for method, (score, rate, plan) in best.items():
            edge = "   at the edge!" if rate in (MENU[method][1][0], MENU[method][1][-1]) else ""
            print(f"{name:13} {method:9} {score:.3f} at rate {rate}, {plan}{edge}")

# %% [markdown]
# *At the edge!* means that the valley may go on outside of your grid: shift the grid, and start the
# contest anew, before you open the test part. Then the isolation plots: for each rate, the better
# of the two schedules.

# %%
with your_code():
    fig, axes = plt.subplots(1, len(my_sets), figsize=(9, 3.8), squeeze=False, layout="constrained")
    for ax, (name, (scores, _)) in zip(axes[0], my_tuning.items()):
        for i, method in enumerate(my_methods):
            at_best = np.min([scores[method, plan] for plan in SCHEDULES], axis=0)
            shown = np.where(np.isfinite(at_best), at_best, np.nan)
            ax.loglog(MENU[method][1], shown, label=method, **style.series(i, markevery=1))
        ax.set(xlabel="first rate", ylabel="validation loss", title=f"{name}, {my_steps} updates")
    fig.legend(*axes[0, 0].get_legend_handles_labels(), loc="outside lower center", ncols=3)

# %% [markdown]
# *Figure 2 in words: one isolation plot for each data set, validation loss against the first rate,
# both on logarithmic scales, each method at its better schedule; a gap in a line is a rate at which
# a run diverged. Describe your own figure in your report: where the valleys lie, how deep and how
# wide they are.*
#
# ### The test, once
#
# Everything is decided. This cell opens the test part, with ten new seeds for each method. Run it
# a second time, and the account refuses.


# %%
def open_test(arena, best, steps):
    """The test losses of every method at its best rate and schedule, for the new seeds."""
    results = {}
    for method, (_, rate, plan) in best.items():
        run = arena.trainer(method, MENU[method][0], SCHEDULES[plan](steps))
        results[method] = [run(rate, seed, "test") for seed in my_test_seeds]
    return results


with your_code():
    my_results = {
        name: open_test(arenas[name], best, my_steps) for name, (_, best) in my_tuning.items()
    }
    my_boards = {name: compare(results) for name, results in my_results.items()}
    for name, board in my_boards.items():
        print(
            f"{name}, {my_steps} updates, test loss (mean, spread), difference to {my_methods[0]}"
        )
        for method, row in board.items():
            gap = f"{row['difference']:+.3f} ± {row['margin']:.3f}: {row['verdict']}"
            print(f"    {method:9} {row['mean']:.3f} ({row['spread']:.3f})  {gap}")

# %% [markdown]
# ### The audit
#
# Three questions that a stranger would ask: were the budgets equal, who looked at the test part,
# and does it come out the same again? The answers belong in your report.

# %%
with your_code():
    for name in my_boards:
        arena = arenas[name]
        spent = set(arena.budget.spent.values())
        print(f"{name}: {arena.budget}; equal: {len(spent) == 1}")
        seeds = sorted({seed for _, _, seed in arena.openings})
        print(f"    looks at the test part: {len(arena.openings)}, seeds {seeds}")
    first = my_sets[0]
    again, _ = tune_all(contest(first, my_steps, 46), my_methods[:1], my_steps)
    kept = my_tuning[first][0]
    same = all(np.array_equal(again[key], kept[key]) for key in again)
    print(f"{my_methods[0]} tuned again on {first}: the same scores to the last digit: {same}")

# %% [markdown]
# ## Your report (9 points, read by a person)
#
# In 350 to 500 words, for a reader who will rerun it. One point each:
#
# - (1) the question, what you expected, and why these methods and sets;
# - (2) the settings, sorted into scientific, nuisance and fixed;
# - (3) the budget of each method in updates, and where it went;
# - (4) the isolation plots read: place, depth and width of the valleys, edges;
# - (5) the board: means, spreads, differences with margins, and the verdicts they allow;
# - (6) hygiene: how often the test part was opened, by whom, with which seeds;
# - (7) an answer to the question that says no more than the verdicts do, "cannot tell" included;
# - (8) what limits it: fixed settings that might turn the result, and one you would vary next;
# - (9) all that a stranger needs to redo it: seeds, grids, splits, lengths, and what you changed in
#   the cells above.
#
# Use what others have written, and say whom. A sentence that is not yours and has no name on it is
# plagiarism, and so is a figure, and so is text that a machine wrote and you did not say so.

# %% [markdown] nbgrader={"grade_id": "report", "grade": true, "solution": true, "points": 9}
# **Which half of Adam does the work?** RMSprop divides by the root of a mean square, momentum
# averages gradients, Adam does both. I expected the dividing half to matter on words, where
# gradients are sparse (unit 08), and the averaging half on images. Hence these three methods, with
# Adam as baseline, and these two sets.
#
# *Settings.* Scientific: the method. Nuisance: first rate (six, each about three times the last)
# and schedule (constant, or linear to 0). Fixed: networks with one hidden layer (16 and 32 units),
# batches of 16, 300 updates, the usual betas and eps, one split, seed 0, in 60/20/20.
#
# *Budget.* 13,800 updates for each method on each set: 36 runs for tuning (seeds 0, 1, 2), 10 for
# the test. The accounts are equal, and empty.
#
# *Isolation plots.* No best rate lies at an edge. On the docstrings Adam and RMSprop have their
# valleys at 0.01, down to 0.429 and 0.413; momentum's is at 0.03 and ends higher, at 0.511. On the
# digits Adam (0.118, at 0.03) and momentum (0.114, at 0.1) are equally deep, RMSprop stays at
# 0.150. A rate ten times too small costs more than any change of method.
#
# *Board* (test loss, spread over ten seeds; difference to Adam). Docstrings: Adam 0.375 (0.018);
# RMSprop 0.375 (0.024), +0.000 ± 0.016, cannot tell; momentum 0.525 (0.090), +0.150 ± 0.063, worse.
# Digits: Adam 0.094 (0.010); momentum 0.092 (0.006), −0.002 ± 0.006, cannot tell; RMSprop 0.133
# (0.017), +0.039 ± 0.016, worse.
#
# *Hygiene.* The test part of each set was opened 30 times, all after tuning: three methods at their
# best setting, seeds 10 to 19. Tuning Adam again gave the same scores to the last digit.
#
# *Answer.* On the words dividing does the work: RMSprop cannot be told from Adam, and momentum is
# worse. On the digits averaging does it: momentum cannot be told from Adam, and RMSprop is worse.
# Adam was not beaten on either, and that, rather than winning, may be why it is chosen so often.
# "Cannot tell" leaves room: on the words RMSprop may be better or worse than Adam by 0.016.
#
# *Limits.* RMSprop had no bias correction, so its handicap on the digits may come from its first
# steps; I would add that next. Three hundred updates are few; with 1,200 gaps were smaller in the
# experiment above. The ± covers seeds only: the grid of factor 3 costs up to 0.014 on the digits,
# more than the ± 0.006 of momentum, and I used one split. That verdict may change on a finer grid.
#
# *To redo it:* grids, seeds, split and lengths are those in the cells above; I wrote `my_choice`
# and changed nothing else.

# %% [markdown]
# ## Exit quiz
#
# **q1.** A paper tunes its own method over 60 settings and takes SGD "with the usual rate". Its
# method ends 5 % lower. What follows?
#
# - (a) the method is better by 5 %: the usual rate is usual for a reason
# - (b) nothing yet: the best of 60 tickets is compared with one
# - (c) the method is better if the 5 % exceed the spread over seeds
#
# **q2.** The difference is −0.02, its margin 0.03. You write ...
#
# - (a) the methods are equally good
# - (b) the method is better, by 0.02
# - (c) five seeds cannot tell; it may be better by 0.05 or worse by 0.01
#
# **q3.** The test part has been opened, and now you see that one grid should have reached further.
# You ...
#
# - (a) report both: the result as it stands, and a second study on a new split
# - (b) tune that method again on the validation part, and test it once more
# - (c) do nothing: whatever was found before the test is final
#
# **q4.** Three seeds in place of five save two fifths of the runs. The margin is then about ...
#
# - (a) the same, if the spread is the same
# - (b) 1.3 times as wide: the root of 5/3
# - (c) twice as wide

# %% nbgrader={"grade_id": "quiz_17", "solution": true}
quiz_17 = {"q1": "?", "q2": "?", "q3": "?", "q4": "?"}
### BEGIN SOLUTION
quiz_17 = {"q1": "b", "q2": "c", "q3": "a", "q4": "c"}
### END SOLUTION

# %% nbgrader={"grade_id": "check_quiz_17", "grade": true, "points": 1}
check("quiz_17", quiz_17)

# %% [markdown]
# > **What practitioners do.** Choi et al. (2019) showed that the ranking of optimizers follows from
# > the search space, and that a method which contains another as a special case never lost to it
# > once both were tuned widely. Schmidt et al. (2021) ran fifteen optimizers on eight problems with
# > four tuning budgets and four schedules: no winner everywhere, and trying several optimizers at
# > their defaults helped about as much as tuning one. AlgoPerf (Dahl et al. 2023) fixes the rules
# > for everybody: a workload, a target, a tuning budget, the time to reach the target. The tuning
# > playbook (Godbole et al. 2023) is how one team does it day by day: change one scientific setting
# > in a round, tune the nuisance ones, read isolation plots, look whether the best point lies at an
# > edge. And the rate is the setting that matters most, again and again (Goodfellow et al. 2016,
# > section 11.4; Greff et al. 2017, who measured it).
#
# ## Further reading
#
# - Student (1908), *The Probable Error of a Mean*, Biometrika 6.
# - I. Goodfellow, Y. Bengio and A. Courville (2016), *Deep Learning*, MIT Press, section 11.4: loss
#   against rate, with everything else fixed.
# - K. Greff, R. Srivastava, J. Koutník, B. Steunebrink and J. Schmidhuber (2017), *LSTM: A Search
#   Space Odyssey*, IEEE Transactions on Neural Networks and Learning Systems 28.
# - A. Wilson, R. Roelofs, M. Stern, N. Srebro and B. Recht (2017), *The Marginal Value of Adaptive
#   Gradient Methods in Machine Learning*, NeurIPS.
# - D. Choi, C. Shallue, Z. Nado, J. Lee, C. Maddison and G. Dahl (2019), *On Empirical Comparisons
#   of Optimizers for Deep Learning*, arXiv:1910.05446.
# - P. Sivaprasad, F. Mai, T. Vogels, M. Jaggi and F. Fleuret (2020), *Optimizer Benchmarking Needs
#   to Account for Hyperparameter Tuning*, ICML.
# - R. Schmidt, F. Schneider and P. Hennig (2021), *Descending through a Crowded Valley:
#   Benchmarking Deep Learning Optimizers*, ICML.
# - X. Bouthillier et al. (2021), *Accounting for Variance in Machine Learning Benchmarks*, MLSys.
# - V. Godbole, G. Dahl, J. Gilmer, C. Shallue and Z. Nado (2023), *Deep Learning Tuning Playbook*,
#   github.com/google-research/tuning_playbook.
# - G. Dahl et al. (2023), *Benchmarking Neural Network Training Algorithms*, arXiv:2306.07179.
