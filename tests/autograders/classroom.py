"""A class for tests: students of units 01 and 04, what they handed in and what is fair for it."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

COURSE = Path(__file__).resolve().parents[2] / "course"
FIXED, DROPS = "01_fixed_rate", "04_step_decay_and_drops"


@dataclass(frozen=True)
class Pupil:
    """One student: what they changed in a right submission, and what it should earn.

    `answers` replaces cells by grade_id; None leaves the released stub. `points` holds the
    exercises that do not earn full marks. `fault` is what the feedback must say.
    """

    name: str
    answers: Mapping[str, str | None] = field(default_factory=dict)
    points: Mapping[str, float | None] = field(default_factory=dict)
    fault: str = ""
    extra: str = ""
    manual: float | None = None


FULL = {
    FIXED: {
        "predict_01": 1,
        "sgd_step": 5,
        "minimise": 5,
        "diagnose_run": 4,
        "repaired_step": 1,
        "experiment_01": 3,
        "curves_01": 1,
        "quiz_01": 1,
    },
    DROPS: {
        "predict_04": 1,
        "step_decay": 5,
        "tests_for_scheduled_drop": 3,
        "scheduled_drop": 5,
        "epochs_to_steps": 2,
        "experiment_04": 3,
        "curves_04": 1,
        "quiz_04": 1,
    },
}

RIGHT = {
    FIXED: {
        "sgd_step": "def sgd_step(w, grad, lr):\n    return w - lr * grad",
        "minimise": """\
def minimise(grad_fn, w0, lr, steps):
    path = [w0.copy()]
    for _ in range(steps):
        path.append(path[-1] - lr * grad_fn(path[-1]))
    return np.array(path)""",
        "diagnose_run": """\
def diagnose_run(losses, guess):
    a = np.asarray(losses, dtype=float)
    end, line = a[-int(np.ceil(len(a) / 10)):].mean(), 1.25 * max(a[0], guess)
    if not np.all(np.isfinite(a)) or end > line:
        return "diverged"
    if a.max() > line and abs(end - guess) <= guess / 4:
        return "stuck"
    return "too slow" if end > guess / 2 else "learning\"""",
        "repaired_step": "def repaired_step(w, grad, lr, decay):\n"
        "    return w - lr * (grad + decay * w)",
        "conclusion": "The usable band is about a decade: below it the loss hardly moves.",
    },
    DROPS: {
        "step_decay": "def step_decay(t, *, lr0, gamma, every):\n"
        "    return lr0 * gamma ** (t // every)",
        "tests_for_scheduled_drop": """\
def tests_for_scheduled_drop():
    at = {"lr0": 0.8, "milestones": [0, 4, 8], "gamma": 0.25}
    rates = {3: 0.2, 4: 0.05, 7: 0.05, 8: 0.0125, 99: 0.0125}
    return [({**at, "t": t}, rate) for t, rate in rates.items()]""",
        "scheduled_drop": "def scheduled_drop(t, *, lr0, milestones, gamma):\n"
        "    return lr0 * gamma ** sum(m <= t for m in milestones)",
        "epochs_to_steps": "def epochs_to_steps(epochs, n_samples, batch_size):\n"
        "    return epochs * -(-n_samples // batch_size)",
        "conclusion": "The late drop won here, because the first rate was still making progress.",
    },
}

BLANK_01 = dict.fromkeys([*FULL[FIXED], *RIGHT[FIXED]])
BLANK_04 = dict.fromkeys([*FULL[DROPS], *RIGHT[DROPS]])

PUPILS = {
    FIXED: [
        Pupil("ada"),
        Pupil(
            "ben-loops",
            {
                "sgd_step": """\
def sgd_step(w, grad, lr):
    new = np.empty_like(w)
    for i in np.ndindex(w.shape):
        new[i] = w[i] - lr * grad[i]
    return new""",
                "minimise": """\
def minimise(grad_fn, w0, lr, steps):
    path = np.zeros((steps + 1,) + w0.shape)
    path[0] = w0
    for k in range(1, steps + 1):
        path[k] = sgd_step(path[k - 1], grad_fn(path[k - 1]), lr)
    return path""",
            },
        ),
        Pupil(
            "cy-numpy",
            {
                "sgd_step": "sgd_step = lambda w, grad, lr: np.add(w, np.multiply(-lr, grad))",
                "repaired_step": """\
def repaired_step(w, grad, lr, decay):
    return np.subtract(w, np.multiply(lr, np.add(grad, np.multiply(decay, w))))""",
            },
        ),
        Pupil(
            "dan-climbs",
            {"sgd_step": "def sgd_step(w, grad, lr):\n    return w + lr * grad"},
            {"sgd_step": 2},
            "Should the step go up or down?",
        ),
        Pupil(
            "eva-in-place",
            {"sgd_step": "def sgd_step(w, grad, lr):\n    w -= lr * grad\n    return w"},
            {"sgd_step": 4},
            "the input `w` was changed",
        ),
        Pupil(
            "fay-no-start",
            {
                "minimise": """\
def minimise(grad_fn, w0, lr, steps):
    path, w = [], w0
    for _ in range(steps):
        w = w - lr * grad_fn(w)
        path.append(w)
    return np.array(path)"""
            },
            {"minimise": 1},
            "Count the rows and look at the first one.",
        ),
        Pupil(
            "gus-one-array",
            {
                "minimise": """\
def minimise(grad_fn, w0, lr, steps):
    w = w0.copy()
    path = [w]
    for _ in range(steps):
        w -= lr * grad_fn(w)
        path.append(w)
    return np.stack(path)"""
            },
            {"minimise": 3},
            "are they all the same point?",
        ),
        Pupil(
            "hal-nan",
            {
                "diagnose_run": """\
def diagnose_run(losses, guess):
    a = np.asarray(losses, dtype=float)
    end, line = a[-int(np.ceil(len(a) / 10)):].mean(), 1.25 * max(a[0], guess)
    if end > line:
        return "diverged"
    if a.max() > line and abs(end - guess) <= guess / 4:
        return "stuck"
    return "too slow" if end > guess / 2 else "learning\""""
            },
            {"diagnose_run": 3},
            "Try losses that contain NaN",
        ),
        Pupil("ida-blank", BLANK_01, dict.fromkeys(FULL[FIXED], 0), "No response.", manual=0),
        Pupil(
            "jon-raises",
            {"sgd_step": 'def sgd_step(w, grad, lr):\n    raise ValueError("which w?")'},
            {"sgd_step": 0},
            "ValueError: which w?",
        ),
        Pupil(
            "kim-prints-and-warns",
            {
                "sgd_step": """\
import sys
import warnings

def sgd_step(w, grad, lr):
    warnings.warn("stepping")
    print("w is", w)
    print("careful", file=sys.stderr)
    return w - lr * grad

print(10)
warnings.warn("this cell warns")"""
            },
        ),
        Pupil(
            "lea-typo",
            {"minimise": "def minimise(grad_fn, w0, lr, steps)\n    return w0"},
            {"minimise": 0},
            "your cell raised SyntaxError",
        ),
        Pupil(
            "mia-helper",
            {"sgd_step": "def sgd_step(w, grad, lr):\n    return w - scaled(grad, lr)"},
            extra="def scaled(vector, factor):\n    return factor * vector",
        ),
    ],
    DROPS: [
        Pupil("ada"),
        Pupil(
            "ben-loops",
            {
                "step_decay": """\
def step_decay(t, *, lr0, gamma, every):
    rate = lr0
    while t >= every:
        rate, t = rate * gamma, t - every
    return rate""",
                "scheduled_drop": """\
def scheduled_drop(t, *, lr0, milestones, gamma):
    rate = lr0
    for milestone in milestones:
        if t >= milestone:
            rate = rate * gamma
    return rate""",
            },
        ),
        Pupil(
            "cy-numpy",
            {
                "step_decay": """\
def step_decay(t, *, lr0, gamma, every):
    return np.array(lr0 * np.power(float(gamma), np.floor(t / every)))""",
                "scheduled_drop": """\
def scheduled_drop(t, *, lr0, milestones, gamma):
    return lr0 * gamma ** np.searchsorted(milestones, t, side="right")""",
                "epochs_to_steps": """\
def epochs_to_steps(epochs, n_samples, batch_size):
    return np.int64(epochs * np.ceil(n_samples / batch_size))""",
            },
        ),
        Pupil(
            "dan-late",
            {
                "step_decay": """\
def step_decay(t, *, lr0, gamma, every):
    return lr0 * gamma ** (max(t - 1, 0) // every)"""
            },
            {"step_decay": 2},
            "Look at t = every exactly",
        ),
        Pupil(
            "eva-glides",
            {
                "step_decay": """\
def step_decay(t, *, lr0, gamma, every):
    return lr0 * gamma ** (t / every)"""
            },
            {"step_decay": 0},
            "the rate must not move",
        ),
        Pupil(
            "fay-past-the-milestone",
            {
                "scheduled_drop": """\
def scheduled_drop(t, *, lr0, milestones, gamma):
    return lr0 * gamma ** sum(t > m for m in milestones)"""
            },
            {"scheduled_drop": 3},
            "Look at t equal to a milestone.",
        ),
        Pupil(
            "gus-eats-the-list",
            {
                "scheduled_drop": """\
def scheduled_drop(t, *, lr0, milestones, gamma):
    milestones = milestones if hasattr(milestones, "pop") else list(milestones)
    rate = lr0
    while len(milestones) and milestones[0] <= t:
        milestones.pop(0)
        rate *= gamma
    return rate"""
            },
            {"scheduled_drop": 4},
            "leaves the list of milestones alone",
        ),
        Pupil(
            "hal-short-batch",
            {
                "epochs_to_steps": """\
def epochs_to_steps(epochs, n_samples, batch_size):
    return epochs * (n_samples // batch_size)"""
            },
            {"epochs_to_steps": 0},
            "Take 10 samples in batches of 4",
        ),
        Pupil("ida-blank", BLANK_04, dict.fromkeys(FULL[DROPS], 0), "No response.", manual=0),
        Pupil(
            "jon-raises",
            {"step_decay": "def step_decay(t, *, lr0, gamma, every):\n    return lr0 * factor"},
            {"step_decay": 0},
            "NameError",
        ),
        Pupil(
            "kim-prints-and-warns",
            {
                "epochs_to_steps": """\
import warnings

def epochs_to_steps(epochs, n_samples, batch_size):
    warnings.warn("counting")
    print("<b>counting</b>")
    return epochs * -(-n_samples // batch_size)

7"""
            },
        ),
        Pupil(
            "lea-half-done",
            {"scheduled_drop": None, "epochs_to_steps": None, "quiz_04": None, "conclusion": None},
            {"scheduled_drop": 0, "epochs_to_steps": 0, "quiz_04": 0},
            "No response.",
            manual=0,
        ),
        Pupil(
            "mia-loses-a-tenth",
            {
                "step_decay": """\
def step_decay(t, *, lr0, gamma, every):
    return lr0 * (1 - gamma) ** (t // every)"""
            },
            {"step_decay": 0},
            "is a tenth left, or nine tenths?",
        ),
    ],
}


def expected_points(unit: str, pupil: Pupil) -> dict[str, float | None]:
    """What each exercise of a submission should earn."""
    return {**FULL[unit], **pupil.points}


def read(path: Path) -> dict:
    """A notebook as plain JSON."""
    return json.loads(path.read_text(encoding="utf-8"))


def answers_of(notebook: Mapping) -> dict[str, str]:
    """The text of every answer cell of a notebook, by grade_id."""
    cells = [c for c in notebook["cells"] if c["metadata"].get("nbgrader", {}).get("solution")]
    return {c["metadata"]["nbgrader"]["grade_id"]: "".join(c["source"]) for c in cells}


def submission(course: Path, unit: str, pupil: Pupil) -> dict:
    """The notebook that a pupil hands in: the released one with their answers."""
    notebook = read(course / "release" / unit / f"{unit}.ipynb")
    solved = answers_of(read(COURSE / "source" / unit / f"{unit}.ipynb"))
    wanted = {**solved, **RIGHT[unit], **pupil.answers}
    for cell in notebook["cells"]:
        name = cell["metadata"].get("nbgrader", {}).get("grade_id")
        if wanted.get(name) is not None and cell["metadata"]["nbgrader"]["solution"]:
            cell["source"] = wanted[name]
    if pupil.extra:
        own = {"cell_type": "code", "id": "own", "metadata": {}, "source": pupil.extra}
        notebook["cells"].insert(3, {**own, "outputs": [], "execution_count": None})
    return notebook


def hand_in(course: Path, unit: str, name: str, content: Mapping | bytes, when: str = "") -> Path:
    """Put a submission where nbgrader looks for it; its path."""
    folder = course / "submitted" / name / unit
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{unit}.ipynb"
    data = content if isinstance(content, bytes) else json.dumps(content, indent=1).encode()
    path.write_bytes(data)
    (folder / "timestamp.txt").write_text(when or "2026-03-01 10:00:00 UTC")
    return path


def new_course(folder: Path, units: Iterable[str] = (FIXED, DROPS)) -> Path:
    """A course folder of one's own, as a clone has it, with these units."""
    folder.mkdir(parents=True, exist_ok=True)
    shutil.copy(COURSE / "nbgrader_config.py", folder)
    for unit in units:
        for stage in ("source", "release"):
            shutil.copytree(COURSE / stage / unit, folder / stage / unit)
    return folder


def nbgrader(course: Path, *arguments: str, succeeds: bool = True) -> subprocess.CompletedProcess:
    """Run nbgrader's own command in a course folder, as an instructor does."""
    quiet = {"JUPYTER_CONFIG_DIR": str(course / ".jupyter"), "OPENBLAS_NUM_THREADS": "1"}
    done = subprocess.run(
        [sys.executable, "-m", "nbgrader", *arguments],
        cwd=course,
        env={**os.environ, **quiet},
        capture_output=True,
        text=True,
        timeout=600,
    )
    if succeeds:
        assert done.returncode == 0, done.stderr[-4000:]
    return done
