"""Predictions and exit quizzes: each option is something people believe, with what to say to it."""

from __future__ import annotations

from ..exercise import Question, Quiz

START, FIXED, DROPS = "00_start_here", "01_fixed_rate", "04_step_decay_and_drops"


def _predictions(name: str, unit: str, **questions: tuple[str, str]) -> Quiz:
    """Predictions: any option counts, and none is told right before the lesson settles it."""
    return Quiz(
        name,
        unit,
        points=1,
        questions={
            id: Question(
                text=text,
                options={key: f"recorded: ({key}); the lesson settles it" for key in keys},
                answer=None,
            )
            for id, (text, keys) in questions.items()
        },
    )


PREDICT_00 = _predictions("predict_00", START, p1=("After y = double(x), what does x hold?", "abc"))

QUIZ_00 = Quiz(
    "quiz_00",
    START,
    points=1,
    questions={
        "q1": Question(
            "A notebook shows In [7] above In [3]. What is certain?",
            {
                "a": "Numbers count runs, not places: cell 3 ran first, wherever it stands.",
                "b": (
                    "Right: numbers count runs, so the cell further down ran before the one above."
                ),
                "c": (
                    "Nothing is broken: running cells in any order is allowed, and that is the "
                    "trap."
                ),
            },
            "b",
        ),
        "q2": Question(
            "A check is green. What does that say about the grade?",
            {
                "a": (
                    "Close, but nothing in the notebook is trusted: grading runs your function "
                    "anew."
                ),
                "b": (
                    "Right: fresh inputs, same judge; only an answer tied to the examples would "
                    "differ."
                ),
                "c": (
                    "Graded inputs are fresh, but of the same kinds; there is no stricter second "
                    "exam."
                ),
            },
            "b",
        ),
        "q3": Question(
            "Before you hand in, which one habit finds hidden state?",
            {
                "a": "Saving keeps the file, including cells that no longer work in order.",
                "b": "Running a single cell again uses the same kernel, so the same hidden state.",
                "c": (
                    "Right: a fresh kernel knows only what the cells, from top to bottom, tell it."
                ),
            },
            "c",
        ),
    },
)

PREDICT_01 = _predictions(
    "predict_01",
    FIXED,
    p1=("One and a half times the perfect rate: the marble ...", "abcd"),
    p2=("Loss from 2.303 to 2.299: right on unseen images ...", "abcd"),
    p3=("At rate 100 the loss climbs above 100, and after 200 updates is ...", "abc"),
)

QUIZ_01 = Quiz(
    "quiz_01",
    FIXED,
    points=1,
    questions={
        "q1": Question(
            "A loss curve flat for 200 updates: what may you conclude?",
            {
                "a": "At rate 0.0001 the curve was flat and seven unseen images in ten were right.",
                "b": "A tiny rate times a large slope is flat too; look at the gradient to know.",
                "c": (
                    "Right: a flat curve has several causes, and one larger rate tells them apart."
                ),
                "d": (
                    "Updates that cancel are a zigzag, not a flat line, and the loss would jump "
                    "about."
                ),
            },
            "c",
        ),
        "q2": Question(
            "f(w) = 2 w^2: which rate lands in one step?",
            {
                "a": "4 is the curvature itself: the multiplier would be 1 - 16 = -15.",
                "b": "1 - 1*4 = -3: it diverges. Only for curvature 1 is the perfect rate 1.",
                "c": (
                    "1 - 4/2 = -1: it hops for ever. That is the limit 2/curvature, not the best "
                    "rate."
                ),
                "d": "Right: the multiplier 1 - lr*4 is zero at 1/4, one over the curvature.",
            },
            "d",
        ),
        "q3": Question(
            "From the mean over 1,000 examples to the sum, same path: the rate must be ...",
            {
                "a": "The data did not change, but the slope did: a sum is 1,000 times as steep.",
                "b": "Right: slope times 1,000, so rate divided by 1,000 gives the same step.",
                "c": (
                    "That makes each step a million times too long: the slope grew, so the rate "
                    "must shrink."
                ),
                "d": (
                    "The square root belongs to noise in mini-batches (unit 03), not to this "
                    "rescaling."
                ),
            },
            "b",
        ),
        "q4": Question(
            "Seven runs and no idea: which rates?",
            {
                "a": (
                    "All seven lie within one decade; here they would all have looked much the "
                    "same."
                ),
                "b": (
                    "Right: what a rate does depends on its ratio to the curvature, so step by "
                    "factors."
                ),
                "c": (
                    "Seeds measure noise around one guess; they cannot tell you that the guess is "
                    "off."
                ),
                "d": "Nine in ten of these fall above 0.1: the small decades are hardly visited.",
            },
            "b",
        ),
    },
)

PREDICT_04 = _predictions(
    "predict_04",
    DROPS,
    p1=("Right after the rate is cut to a tenth, the loss on unseen images ...", "abc"),
    p2=("Budget 1,500 updates, one drop: which ends lower?", "abc"),
    p3=("Steps against a smooth curve with the same first and last rate ...", "abc"),
)

QUIZ_04 = Quiz(
    "quiz_04",
    DROPS,
    points=1,
    questions={
        "q1": Question(
            "The loss plunges within a few updates of a drop. Why?",
            {
                "a": (
                    "The slope shows the same direction as before; shorter steps cannot know it "
                    "better."
                ),
                "b": (
                    "Right: the smaller rate stops the shaking about the valley floor that hid "
                    "the progress."
                ),
                "c": "One drop does not leave a bad region; the weights have hardly moved since.",
                "d": (
                    "The gradient is as large as before at the drop; it is the step that became "
                    "shorter."
                ),
            },
            "b",
        ),
        "q2": Question(
            "lr0 = 0.8, gamma = 0.5, every = 10: the rate at t = 10?",
            {
                "a": (
                    "0.8 is the rate up to t = 9: t = 10 is the eleventh update, in the second "
                    "step."
                ),
                "b": "Right: floor(10/10) = 1, so one halving has taken effect.",
                "c": "0.2 is reached at t = 20; counting the first step as a drop gives this.",
                "d": (
                    "That is the rate of exponential decay at t = 5; a step does not fall halfway."
                ),
            },
            "b",
        ),
        "q3": Question(
            "1,438 images, batches of 100: how many updates are 3 epochs?",
            {
                "a": "Rounding down forgets the short last batch, which is an update too.",
                "b": (
                    "Rounding once at the end mixes epochs: each epoch ends with its own short "
                    "batch."
                ),
                "c": "Right: ceil(1438/100) = 15 updates an epoch, three times.",
                "d": "That counts images, not updates: one update uses 100 of them.",
            },
            "c",
        ),
        "q4": Question(
            "After 350 updates run A, just dropped, is ahead of run B. Which is better at 1,500?",
            {
                "a": "A drop buys an early gain with a slower rest: the lead says little.",
                "b": "Not always: with a budget that ended at 350, A would be the right choice.",
                "c": (
                    "Right: a drop shows its gain at once and its cost later; compare at the end "
                    "of the budget."
                ),
            },
            "c",
        ),
    },
)
