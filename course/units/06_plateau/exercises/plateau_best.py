"""Misconceptions of `plateau_step` about what counts as improving, and what the best is."""

from __future__ import annotations

from autograders.declare.exercise import Edit

from .plateau_step import PLATEAU_STEP, as_written

PLATEAU_STEP.misconception(
    "equal-counts-as-improvement",
    Edit(as_written, ("metric < best - min_delta", "metric <= best - min_delta")),
    where="Try a metric of exactly `best - min_delta`.",
    why="`<=` lets a metric that stands still count as improving, so with min_delta = 0 nothing is cut.",
    how="Compare with `<`.",
)

PLATEAU_STEP.misconception(
    "ignores-min-delta",
    Edit(as_written, ("metric < best - min_delta", "metric < best")),
    where="Try a metric that improves by less than `min_delta`.",
    why="Without the margin, noise keeps producing tiny new bests and the rate is never cut.",
    how="Compare with `best - min_delta`.",
)

PLATEAU_STEP.misconception(
    "margin-on-the-wrong-side",
    Edit(as_written, ("best - min_delta", "best + min_delta")),
    Edit(as_written, ("metric < best - min_delta", "abs(metric - best) > min_delta")),
    where="Try a metric slightly above the best.",
    why="`best + min_delta` accepts values that are worse as improvements.",
    how="Lower is better, so the margin is subtracted: `best - min_delta`.",
)

PLATEAU_STEP.misconception(
    "relative-margin",
    Edit(as_written, ("best - min_delta", "best * (1 - min_delta)")),
    where="Try best = 4, min_delta = 0.1 and a metric of 3.8.",
    why="A share of the best is torch's default, `threshold_mode='rel'`; here the margin is absolute.",
    how="Compare with `best - min_delta`.",
)

PLATEAU_STEP.misconception(
    "higher-is-better",
    Edit(as_written, ("metric < best - min_delta", "metric > best + min_delta")),
    where="Try a metric far below the best: it is a loss, so that is good.",
    why="`mode='max'` is for accuracies; here lower is better.",
    how="Improvement means `metric < best - min_delta`.",
)

PLATEAU_STEP.misconception(
    "nan-counts-as-improvement",
    Edit(as_written, ("metric < best - min_delta", "not metric >= best - min_delta")),
    where="Try a metric of NaN and look at `best`.",
    why="Every comparison with NaN is false, so `not metric >= ...` is true for NaN.",
    how="Ask the question the other way: `metric < best - min_delta` is false for NaN.",
)

PLATEAU_STEP.misconception(
    "skips-nan",
    Edit(as_written, ("bad += 1", "bad += not math.isnan(metric)")),
    where="Try a metric of NaN and look at `bad`.",
    why="NaN is never an improvement, so it is one more bad value; skipping it hides a broken run.",
    how="Let NaN go the way of every value that does not improve: `bad += 1`.",
)

PLATEAU_STEP.misconception(
    "best-creeps-down",
    Edit(as_written, ("bad += 1", "best, bad = min(best, metric), bad + 1")),
    where="Try a metric that improves by less than `min_delta` and look at `best`.",
    why="If best follows every small gain, a slow drift never adds up to an improvement.",
    how="Set `best` only when the metric is below `best - min_delta`.",
)

PLATEAU_STEP.misconception(
    "compares-with-the-last-metric",
    Edit(as_written, ("bad += 1", "best, bad = metric, bad + 1")),
    where="Look at `best` after a bad value.",
    why="Storing every metric compares with the one before, so a jump up makes the next one look good.",
    how="Set `best` only when the metric has improved.",
)

PLATEAU_STEP.misconception(
    "forgets-the-best-at-a-cut",
    Edit(
        as_written,
        (
            "lr, bad = max(lr * factor, min_lr), 0",
            "lr, best, bad = max(lr * factor, min_lr), metric, 0",
        ),
    ),
    Edit(
        as_written,
        (
            "lr, bad = max(lr * factor, min_lr), 0",
            "lr, best, bad = max(lr * factor, min_lr), math.inf, 0",
        ),
    ),
    where="Look at `best` after a cut.",
    why="A cut changes the rate, not what has been reached: the best stays the best.",
    how="Leave `best` alone when you cut.",
)

PLATEAU_STEP.misconception(
    "stores-the-margin",
    Edit(as_written, ("best, bad = metric, 0", "best, bad = metric - min_delta, 0")),
    where="Look at `best` after an improvement: it has to be the metric.",
    why="Subtracting the margin here and in the comparison asks for twice of it.",
    how="Set `best = metric`.",
)
