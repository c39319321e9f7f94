# %% [markdown]
# # 00 · Start here
#
# This is a notebook: text to read, code to run, pictures that move when you touch them. In half an
# hour you will have used every part that the course is made of, and met a mistake that even good
# programmers make.
#
# **After this unit you can**
#
# - run cells, and say why the *order* in which you ran them matters;
# - tell a live widget from a still picture;
# - write a graded function from its contract, check it, and use the hints;
# - hand in a notebook that works on any machine.
#
# **Time** 30 minutes. **Points** 10: function 5, prediction and quiz 2, written conclusion 3 (later
# units have 20). **You need** some Python. No calculus yet.

# %% [markdown]
# ## How a notebook works
#
# Click on a cell and press **Shift + Enter**: it runs, and the next one is selected. The first cell
# of each unit, below, brings in the tools; run it first, always. The number in `[ ]` counts runs; a
# `*` means *busy*. All cells talk to one running Python, the **kernel**, which remembers everything
# until you restart it (menu *Kernel*).

# %% nbgrader={"grade_id": "setup", "locked": true}
import matplotlib.pyplot as plt
import numpy as np

from autograders import Progress, check
from autograders.notebook.your_code import your_code
from lrlib import data, style
from lrlib.labs import rate_preview

plt.rcParams.update(style.rc())

# %% [markdown]
# ## Warm-up
#
# Every unit begins with a few questions from memory. There is no earlier unit yet, so these ask
# what you bring along.
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
# - (b) `[2.0, 4.0]`
# - (c) nothing, there is an error

# %% nbgrader={"grade_id": "predict_00", "solution": true}
predict_00 = {"p1": "?"}
### BEGIN SOLUTION
predict_00 = {"p1": "b"}
### END SOLUTION

# %% nbgrader={"grade_id": "check_predict_00", "grade": true, "points": 1}
check("predict_00", predict_00)

# %% [markdown]
# ## Live lab: is this notebook alive?
#
# Run the cell and move the slider, with the mouse, or with the arrow keys once it is selected. If
# the curve follows, **widgets work**. If there is no slider, or nothing moves, you are in **static
# mode**: you can read everything, but there is no kernel behind the page.
#
# **Challenge:** set the rate to exactly 0.5. Then type a number into the box; both ways work in
# every lab.

# %%
rate_preview()

# %% [markdown]
# *In words: a falling curve of loss against steps, with one slider, the learning rate. A higher
# rate makes the curve fall faster. Below the picture a sentence says what it shows, and whether the
# challenge is met.*
#
# *The lab as a still picture, for readers without a kernel:*
#
# ![Still picture of the lab, described in the words above](attachment:rate_preview.png)
#
# ## What happened to `x`
#
# Now the prediction. The same two lines, with an array and with a plain number:


# %%
def double(x):
    x *= 2
    return x


x, n = np.array([1.0, 2.0]), 1.0
double(x), double(n)
print("the array: ", x)
print("the number:", n)

# %% [markdown]
# The array changed, so **p1** is (b). The number did not! Python hands a function the object
# itself, not a copy. `x *= 2` tells an *array* to overwrite its own entries, and the caller sees
# it; a *number* cannot be changed, so `n *= 2` makes a new one and the caller's stays. One line,
# two behaviours, no warning.
#
# That is why nearly every function in this course has to be **pure**: same inputs, same result, and
# nothing that came in is changed.

# %% [markdown]
# ## Worked example: from contract to function
#
# The docstring of a graded function is a contract. Here is one, fulfilled in four steps.


# %%
def shift(x, amount):
    """Return the array x + amount, of x's shape; x is not changed."""
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
# Your first graded function. **Be wrong on purpose first:** write `x *= factor` and `return x`, run
# both cells, and read the card; for more, add a cell with `check(rescale, hint=2)`. Then make it
# right. Checking costs nothing, as often as you like.


# %% nbgrader={"grade_id": "rescale", "solution": true}
def rescale(x, factor):
    """Return the array x * factor, without changing x.

    x: a float array of any shape. factor: one number.
    Returns a new array of x's shape.
    """
    ### BEGIN SOLUTION
    return x * factor
    ### END SOLUTION


# %% nbgrader={"grade_id": "check_rescale", "grade": true, "points": 5}
check(rescale)

# %% [markdown]
# You have just written half of all training: what a learning rate does to a gradient *is*
# `rescale`.
#
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
# had published on GitHub and ran them again. About one in four got through without an error; about
# one in *twenty-five* gave the results that it had been saved with. This is one reason, in three
# lines. Run the second cell of the pair several times:

# %%
prices = np.array([100.0, 200.0])

# %%
prices *= 1.1
print(prices.round(2))

# %% [markdown]
# Each run raises the prices again, and nothing on the page shows how often it ran. **Find** the
# line, **explain** it in a sentence, **fix** it so that the cell may be run any number of times.
#
# <details><summary>What happened</summary>
#
# `*=` again: the cell changes what it reads. Its result depends on the *history* of the kernel,
# which is not saved with the notebook. A cell that makes a new name from old ones
# (`raised = prices * 1.1`) can be run twice, or in a fresh kernel, and says the same. The test for
# a whole notebook is in the menu: *Kernel → Restart Kernel and Run All Cells*.
#
# </details>

# %% nbgrader={"grade_id": "raised", "solution": true}
prices = np.array([100.0, 200.0])
raised = None  # 10 % more than prices, without changing prices
### BEGIN SOLUTION
raised = rescale(prices, 1.1)
### END SOLUTION
print("prices", prices, "| raised", raised)

# %% [markdown]
# ## Experiment: half the ink
#
# A real digit: 8 × 8 pixels, 0 is paper and 1 is full ink (Alpaydin & Kaynak 1998). Your `rescale`
# takes half of its ink away. First as Matplotlib shows it by default, then with the same grey for
# the same ink. The line `with your_code():` stands before what runs a function of yours: while that
# is not written, the cell says so and ends, without an error.

# %%
with your_code():
    digit = data.load_digits().X[0].reshape(8, 8).copy()
    faint = rescale(digit, 0.5)
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
# - (a) the upper cell ran first: it stands first
# - (b) the lower cell ran before the upper one
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
quiz_00 = {"q1": "b", "q2": "b", "q3": "c"}
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
