"""Predictions: answers that count for being given, before the lesson shows what happens."""

from __future__ import annotations

from autograders.declare.exercise import Question, Quiz


def predictions(name: str, unit: str, **questions: tuple[str, str]) -> Quiz:
    """Declare the predictions of a unit, worth 1 point: any option counts, none is told right yet.

    Each question is its short text and the letters of its options.

    >>> quiz = predictions("predict_99", "99_example", p1=("It falls, or it rises?", "ab"))
    >>> quiz.questions["p1"].options["b"]
    'recorded: (b); the lesson settles it'
    """
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
