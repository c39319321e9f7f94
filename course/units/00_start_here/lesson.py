# %% [markdown]
# # 00 · Start here
#
# Click on the next cell, press **Shift + Enter**, and a network learns to read handwritten digits.
# Then drag the slider, its **learning rate**, and **break it**.
#
# **Time** 35 minutes. **Points** 10: functions 4, repair 1, prediction and quiz 2, written
# conclusion 3. **You need** some Python.

# %% nbgrader={"grade_id": "setup", "locked": true}
import matplotlib.pyplot as plt
import numpy as np

from autograders import Progress, check
from autograders.notebook.your_code import your_code
from lrlib import data, style
from lrlib.labs import rate_preview

plt.rcParams.update(style.rc())
rate_preview()

# %% [markdown]
# *In words: the loss of a small network, a measure of how wrong it is, after each of 160 updates,
# on a logarithmic scale. Low rates hardly move it, moderate ones bring it far down, and large ones
# throw it into the shaded part, where it is no better than a guess. A sentence below says how
# training ended, and whether widgets work.*
#
# *The lab as a still picture, for readers without a kernel:*
#
# ![Still picture of the lab, described in the words above](attachment:rate_preview.png)
#
# ## Live lab: what you just did
#
# You trained a network, a new one each time you moved the slider. If the curve followed, **widgets
# work**; if nothing moved, you are in **static mode**: you can read everything, but there is no
# kernel behind the page.
#
# **Challenge:** now mend it: which rate ends with the *lowest* loss? You can drag, use the arrow
# keys once the slider is selected, or type into its box; all three work in every lab.
#
# This course is about that one number: why some rates learn and others destroy, how to find a good
# one, and how to change it during training. First, half an hour with the tools.
#
# **After this unit you can**
#
# - run cells, and say why the *order* in which you ran them matters;
# - write a graded function from its contract, check it, and use the hints;
# - say which lines change the data that a function was given;
# - hand in a notebook that works on any machine.

# %% [markdown]
# ## How a notebook works
#
# **Shift + Enter** runs a cell and selects the next one. The set-up cell, the one that you ran,
# comes first in each unit. The number in `[ ]` counts runs; a `*` means *busy*. All cells talk to
# one running Python, the **kernel**, which remembers everything until you restart it (menu
# *Kernel*).
#
# ## Warm-up
#
# Every unit has a few questions from memory. These ask what you bring along.
#
# 1. `x` is the array `[1.0, 2.0]`. What is `x * 3`?
# 2. What is the shape of `np.zeros((4, 2)) * 0.5`?
# 3. A function ends without `return`. What does it give back?
#
# <details><summary>Answers</summary>
#
# 1. `[3.0, 6.0]`: every entry is multiplied.
# 2. `(4, 2)`: a number times an array keeps the array's shape.
# 3. `None`. If a check ever says that you returned None, look for a missing `return`.
#
# </details>

# %% [markdown]
# ## Predict
#
# Before anything is shown, you commit to a guess; that is what makes the answer stick. You get the
# point for answering, not for being right. Replace the `?` by a letter and run the two cells.
#
# ```python
# def double(x):
#     x *= 2
#     return x
#
# x = np.array([1.0, 2.0])
# y = double(x)
# ```
#
# **p1.** `y` is `[2.0, 4.0]`. What does `x` hold now?
#
# - (a) `[1.0, 2.0]`: a function works on its own copy
# - (b) nothing, there is an error
# - (c) `[2.0, 4.0]`

# %% nbgrader={"grade_id": "predict_00", "solution": true}
predict_00 = {"p1": "?"}
### BEGIN SOLUTION
predict_00 = {"p1": "c"}
### END SOLUTION

# %% nbgrader={"grade_id": "check_predict_00", "grade": true, "points": 1}
check("predict_00", predict_00)

# %% [markdown]
# ## What happened to `x`
#
# The same two lines, with an array and with a plain number:


# %%
def double(x):
    x *= 2
    return x


x, n = np.array([1.0, 2.0]), 1.0
double(x), double(n)
print("the array: ", x)
print("the number:", n)

# %% [markdown]
# The array changed, so **p1** is (c). The number did not! Python hands a function the object
# itself, not a copy. `x *= 2` tells an *array* to overwrite its own entries, and the caller sees
# it; a *number* cannot be changed, so `n *= 2` makes a new one and the caller's stays.
#
# That is why nearly every function in this course has to be **pure**: same inputs, same result, and
# nothing that came in is changed.

# %% [markdown]
# ## Worked example: from contract to function
#
# The docstring of a graded function is a contract. Here is one, fulfilled in four steps.


# %%
def shift(x, amount):
    """Return the array x moved up by amount, of x's shape; x is not changed."""
    return x + amount


# 1. What comes in: make the smallest example by hand
x = np.array([1.0, 2.0])
# 2. What goes out: value, kind and shape
print(shift(x, 10.0), shift(x, 10.0).shape)
# 3. What must not happen: look at the input again
print("x is still", x)
# 4. An edge of the contract: does an empty array work?
print(shift(np.array([]), 10.0))

# %% [markdown]
# **Your turn**, with the call given: replace `None` by a comparison that is `True` exactly if `x`
# was left alone. One `True` for the whole array, please, not one for each entry.

# %% nbgrader={"grade_id": "left_alone", "solution": true}
x = np.array([1.0, 2.0])
before = x.copy()
shift(x, 10.0)
left_alone = None  # 3. Look at the input again: compare x with before
### BEGIN SOLUTION
left_alone = np.array_equal(x, before)
### END SOLUTION
print("left alone:", left_alone, "(one True is right)")

# %% [markdown]
# ## Write it yourself
#
# Your first graded function moves something. From `x` to a target there is a way; go a share of
# it. **Be wrong on purpose first:** change `x` in place, run both cells, and read the card; for
# more, add a cell with `check(step_towards, hint=2)`. Then make it right. Checking costs nothing,
# as often as you like.


# %% nbgrader={"grade_id": "step_towards", "solution": true}
def step_towards(x, target, share):
    """Return the point that lies the given share of the way from x to target.

    x, target: float arrays of one shape (any shape). share: one number, 0 or more: below 1 the
    result falls short of the target, at 1 it is there, above 1 it has gone past.
    Returns a new array of x's shape; neither x nor target is changed.
    From [0.0, 8.0] to [4.0, 0.0], a share of 0.25 gives [1.0, 6.0], and one of 1.5 gives
    [6.0, -4.0].
    """
    ### BEGIN SOLUTION
    return x + share * (target - x)
    ### END SOLUTION


# %% nbgrader={"grade_id": "check_step_towards", "grade": true, "points": 4}
check(step_towards)

# %% [markdown]
# This is the course in one line. Take many steps with a small share and you creep; with 1 you land;
# between 1 and 2 you overshoot and still arrive; and beyond 2?

# %%
with your_code():
    for share in [0.1, 1.0, 1.8, 2.2]:
        path = [np.array([1.0])]
        for _ in range(8):
            path.append(step_towards(path[-1], np.array([0.0]), share))
        print(f"share {share}: ", "  ".join(f"{p.item():6.2f}" for p in path))

# %% [markdown]
# > **Conventions of this course.** Results have to be right to six digits; `1 / 3` and `0.3333333`
# > are the same to us. Where the contract asks for one number, an `int`, a `float` or a NumPy
# > number will do; for a row of numbers, a list, tuple or array; parameters are always arrays, and
# > keep their shape. Printing and warnings never cost points. Points are given by property (values,
# > shape, purity), so one fault does not cost everything. Nothing that you write in a notebook is
# > trusted with its own grade: in a class your functions are run again, elsewhere, on fresh inputs.

# %% [markdown]
# ## Bug museum: the cell that aged
#
# Pimentel, Murta, Braganholo and Freire (2019) took hundreds of thousands of notebooks that people
# had published on GitHub and ran them again. About one in four ran without an error; about one in
# *twenty-five* gave the results that it had been saved with. This is one reason, in three lines.
# Run the second cell of the pair several times:

# %%
prices = np.array([100.0, 200.0])

# %%
prices *= 1.1
print(prices.round(2))

# %% [markdown]
# Each run raises the prices again, and nothing on the page shows how often it ran. **Find** the
# line, **explain** it in a sentence, **fix** it: write a function that may be run any number of
# times.
#
# <details><summary>What happened</summary>
#
# `*=` again: the cell changes what it reads. Its result depends on the *history* of the kernel,
# which is not saved with the notebook. A cell that makes a new name from old ones can be run twice,
# or in a fresh kernel, and says the same. The test for a whole notebook is in the menu: *Kernel →
# Restart Kernel and Run All Cells*.
#
# </details>


# %% nbgrader={"grade_id": "raised_prices", "solution": true}
def raised_prices(prices, percent):
    """Return the prices raised by a percentage.

    prices: a float array of any shape. percent: one number, 0 or more; 10 makes 100.0 into 110.0.
    Returns a new array of that shape; prices is not changed.
    """
    ### BEGIN SOLUTION
    return prices * (1 + percent / 100)
    ### END SOLUTION


# %% nbgrader={"grade_id": "check_raised_prices", "grade": true, "points": 1}
check(raised_prices)

# %% [markdown]
# ## Experiment: half the ink
#
# A real digit: 8 × 8 pixels, 0 is paper and 1 is full ink (Alpaydin & Kaynak 1998). Your
# `step_towards` takes it half of the way to blank paper. First as Matplotlib shows it by default,
# then with the same grey for the same ink. The line `with your_code():` stands before what runs a
# function of yours: while that is not written, the cell says so and ends, without an error.

# %%
with your_code():
    digit = data.load_digits().X[0].reshape(8, 8).copy()
    faint = step_towards(digit, np.zeros((8, 8)), 0.5)
    print("digit unchanged:", np.array_equal(digit, data.load_digits().X[0].reshape(8, 8)))
    print("most ink in one pixel:", digit.max(), "and", faint.max())

# %%
with your_code():
    panels = [
        (digit, {}),
        (faint, {}),
        (digit, {"vmin": 0, "vmax": 1}),
        (faint, {"vmin": 0, "vmax": 1}),
    ]
    fig, axes = plt.subplots(1, 4, figsize=(9, 2.8))
    for ax, (image, colours) in zip(axes, panels, strict=True):
        ax.imshow(image, cmap="gray_r", **colours)
        name = "the digit" if image is digit else "half the ink"
        ax.set(xlabel="column (pixel)", ylabel="row (pixel)", title=name)
        ax.grid(False)
    fig.suptitle("default colours (left pair) and fixed colours (right pair)")

# %% [markdown]
# *Figure 1 in words: a handwritten zero, four times. In the first two panels, the digit and its
# half-ink copy with default colours look exactly alike. In the last two, with fixed colours, the
# copy is visibly paler.*
#
# By default `imshow` stretches the colours to whatever is in the image, and hides exactly what you
# changed. Pictures need axes that stay put; you will compare many loss curves in this course.

# %% [markdown]
# ## Your conclusion (3 points, read by a person)
#
# In 40 to 60 words: *Which of the two pairs of pictures would you show to somebody, and why?* One
# point each: (1) your choice and its cause; (2) the two numbers printed above; (3) your evidence
# that the original digit was not changed. Double-click on the answer below to write.

# %% [markdown] nbgrader={"grade_id": "conclusion", "grade": true, "solution": true, "points": 3}
# I would show the pair with fixed colours. The default stretches the greys to each image, so ink of
# at most 0.47 looks as black as 0.94 and the change is invisible. Somebody who sees the first pair
# would conclude that nothing happened. The original is untouched: compared with a fresh copy of the
# data, it is equal in every pixel.

# %% [markdown]
# ## Exit quiz
#
# **q1.** A notebook shows `[7]` on a cell and, *below* it, `[3]` on another. What is certain?
#
# - (a) the lower cell ran before the upper one
# - (b) the upper cell ran first: it stands first
# - (c) the notebook is broken
#
# **q2.** A check is green. What does that say about the grade?
#
# - (a) the points are stored in the notebook now
# - (b) the same function earns them on fresh inputs too, unless it only repeats the examples
# - (c) little: a harder, hidden exam follows
#
# **q3.** Which habit finds hidden state before you hand in?
#
# - (a) saving often
# - (b) running the last cell once more
# - (c) restarting the kernel and running all cells

# %% nbgrader={"grade_id": "quiz_00", "solution": true}
quiz_00 = {"q1": "?", "q2": "?", "q3": "?"}
### BEGIN SOLUTION
quiz_00 = {"q1": "a", "q2": "b", "q3": "c"}
### END SOLUTION

# %% nbgrader={"grade_id": "check_quiz_00", "grade": true, "points": 1}
check("quiz_00", quiz_00)

# %% [markdown]
# ## Where you stand, and where to look things up
#
# Every check is noted in a small file beside your notebooks; nothing is sent anywhere. Run this
# cell whenever you want to know how far you are and what comes next.

# %%
Progress()

# %% [markdown]
# *In words: a table with one row for each unit, a bar, your points and the most that checks give,
# and whether it is done, begun or not begun; below it the unit and the answers that come next.*
#
# Three pages go with the lessons: the map shows which unit builds on which, the glossary explains
# the words of the course, and the cheat sheet has a formula, a picture and a use for each
# technique. Every lesson links to them at its top. In JupyterLab's file browser they are `map.md`,
# `glossary.md` and `cheat_sheet.md`.
#
# ## Handing in
#
# Learning on your own? You are done. In a class: *Restart Kernel and Run All Cells*, look once from
# top to bottom, save, and submit the file the way your teacher says. Cells that you add yourself
# are welcome; cells of the course that you delete by accident are put back.
#
# > **What practitioners do.** They restart and run everything before they share a notebook, keep
# > cells short, and move what is used twice into functions (Rule et al. 2019). They prefer new
# > arrays to changed ones, and change in place only where memory is short and the name says so.
#
# ## Further reading
#
# - J. Pimentel, L. Murta, V. Braganholo and J. Freire (2019), *A Large-scale Study about Quality
#   and Reproducibility of Jupyter Notebooks*, Mining Software Repositories (MSR).
# - A. Rule et al. (2019), *Ten simple rules for writing and sharing computational analyses in
#   Jupyter Notebooks*, PLoS Computational Biology 15.
# - C. Harris et al. (2020), *Array programming with NumPy*, Nature 585.
# - E. Alpaydin and C. Kaynak (1998), *Optical Recognition of Handwritten Digits*, UCI Machine
#   Learning Repository, doi:10.24432/C50P49.
#
# **Next:** unit 01, where the marble rolls.
