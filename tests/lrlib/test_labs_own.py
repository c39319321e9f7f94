"""The learner's own functions in the labs: right ones change nothing, wrong ones are named."""

from __future__ import annotations

import inspect
import subprocess
import sys
import xml.etree.ElementTree as ET
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from lrlib import labs
from lrlib.labs.__main__ import stills, write_stills
from lrlib.labs.kit import Lab

REPOSITORY = Path(__file__).resolve().parents[2]
PLUGS = [
    (lab, name) for lab in labs.__all__ for name in inspect.signature(getattr(labs, lab)).parameters
]
SETTINGS: dict[str, dict[str, Any]] = {
    "effective_rate_bars": {"method": "RMSprop"},
    "step_marble": {"steps": 5},
    "phase_map": {"steps": 5, "mu": 0.5},
    "counter_stepper": {"steps": 12},
}


def sgd_step(w, grad, lr):
    return w - lr * grad


def momentum_step(w, grad, velocity, *, lr, mu):
    velocity = mu * velocity + grad
    w -= lr * velocity
    return w, velocity


def adam_step(w, grad, m, v, t, *, lr, beta1, beta2, eps):
    m = beta1 * m + (1 - beta1) * grad
    v = beta2 * v + (1 - beta2) * grad**2
    step = m / (1 - beta1**t) / (np.sqrt(v / (1 - beta2**t)) + eps)
    return w - lr * step, m, v


def plateau_step(metric, state, *, factor, patience, min_delta, min_lr):
    lr, best, bad = state["lr"], state["best"], state["bad"]
    if metric < best - min_delta:
        best, bad = metric, 0
    else:
        bad += 1
    if bad > patience:
        lr, bad = max(lr * factor, min_lr), 0
    return {"lr": lr, "best": best, "bad": bad}


def triangular(t, *, base_lr, max_lr, half_cycle):
    cycle = np.floor(1 + t / (2 * half_cycle))
    x = abs(t / half_cycle - 2 * cycle + 1)
    return base_lr + (max_lr - base_lr) * max(0, 1 - x)


def wsd(t, *, lr, warmup_steps, steps, decay_steps, lr_end):
    if t < warmup_steps:
        return lr * (t + 1) / warmup_steps
    if t < steps - decay_steps:
        return lr
    return lr + (lr_end - lr) * min(1, (t - steps + decay_steps) / decay_steps)


def tune(train, rates, seeds):
    scores = [sum(train(lr, seed, "validation") for seed in seeds) / len(seeds) for lr in rates]
    return rates[int(np.argmin(scores))], scores


def compare(results):
    gaps = np.subtract(results["Adam"], results["SGD"])
    row = {"difference": gaps.mean(), "margin": 2.776 * gaps.std(ddof=1) / np.sqrt(5)}
    far = abs(row["difference"]) > row["margin"]
    verdict = ("better" if row["difference"] < 0 else "worse") if far else "cannot tell"
    return {"SGD": {}, "Adam": row | {"verdict": verdict}}


OWN = {
    "results_board": {"tune": tune, "compare": compare},
    "step_marble": {"sgd_step": sgd_step},
    "mode_bars": {"max_stable_lr": lambda hessian: 2 / np.linalg.eigvalsh(hessian)[-1]},
    "phase_map": {"momentum_step": momentum_step},
    "adam_anatomy": {"adam_step": adam_step},
    "counter_stepper": {"plateau_step": plateau_step},
    "effective_rate_bars": {
        "effective_lr": lambda mean_square, *, lr, eps: lr / (np.sqrt(mean_square) + eps)
    },
    "triangle_anatomy": {"triangular": triangular},
    "schedule_designer": {"wsd": wsd},
    "drag_the_drops": {
        "scheduled_drop": lambda t, *, lr0, milestones, gamma: (
            lr0 * gamma ** sum(m <= t for m in milestones)
        )
    },
    "same_ends": {
        "polynomial_decay": lambda t, *, lr0, lr_end, steps, power: (
            lr_end + (lr0 - lr_end) * (1 - min(t, steps) / steps) ** power
        ),
        "inverse_time_decay": lambda t, *, lr0, rate, every: lr0 / (1 + rate * t / every),
    },
}


def show(lab: str, **own: Any) -> Lab:
    made: Lab = getattr(labs, lab)(**own)
    made.set(**SETTINGS.get(lab, {}))
    return made


@pytest.mark.parametrize("lab", OWN)
def test_a_right_function_of_the_learner_s_leaves_every_reading_as_it_is(lab: str) -> None:
    assert show(lab, **OWN[lab]).reading == show(lab).reading


@pytest.mark.parametrize(("lab", "name"), PLUGS)
def test_a_stub_is_reported_as_not_written_yet(lab: str, name: str) -> None:
    def stub(*args: Any, **kwargs: Any) -> Any:
        raise NotImplementedError

    shown = show(lab, **{name: stub})
    assert f"Your {name} is not written yet" in shown.reading
    assert "NO PICTURE" in shown.svg
    shown.pin()
    ET.fromstring(shown.still())


@pytest.mark.parametrize(("lab", "name"), PLUGS)
@pytest.mark.parametrize("answer", [None, "0.1", [], (1, 2, 3, 4)], ids=repr)
def test_an_answer_that_cannot_be_used_is_shown_and_never_breaks_the_lab(
    lab: str, name: str, answer: Any
) -> None:
    shown = show(lab, **{name: lambda *args, **kwargs: answer})
    assert shown.outcome.data is None or answer == "0.1"
    if shown.outcome.data is None:
        assert repr(answer) in shown.reading
    shown.reset()


def test_a_fault_in_the_middle_of_a_drag_is_shown_and_gone_with_the_next_value() -> None:
    def brittle(w: float, grad: float, lr: float) -> float:
        return 1 / 0 if lr > 1 else w - lr * grad

    lab = labs.step_marble(brittle)
    lab.set(lr=2.0)
    assert "Your sgd_step raised ZeroDivisionError: division by zero" in lab.reading
    lab.set(lr=0.5)
    assert "after 0 steps" in lab.reading and not lab.outcome.diverged


def clip_by_global_norm(grads, max_norm):
    norm = float(np.sqrt(sum(np.sum(grad**2) for grad in grads)))
    return [grad * min(1.0, max_norm / norm) for grad in grads], norm


def test_a_learner_s_clipping_takes_the_damage_out_of_the_spike_maker() -> None:
    lab, clipped = labs.spike_maker(), labs.spike_maker(clip_by_global_norm)
    (before, *_), (after, *_) = lab.outcome.data, clipped.outcome.data
    assert np.array_equal(before[:30], after[:30])
    assert after[150:].max() < before[150:].max() / 4
    wrong = labs.spike_maker(lambda grads, max_norm: grads[0])
    assert "Your clip_by_global_norm answered" in wrong.reading


def test_a_fault_of_the_lab_itself_is_raised_and_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    lab = labs.step_marble()

    def broken(**values: Any) -> Any:
        raise RuntimeError("a bug")

    monkeypatch.setattr(lab, "compute", broken)
    with pytest.raises(RuntimeError, match="a bug"):
        lab.set(lr=0.2)
    assert "This lab failed" in lab.svg


def test_the_stills_are_whole_pictures_and_the_same_every_time(tmp_path: Path) -> None:
    first = write_stills(tmp_path / "a")
    code = [sys.executable, "-m", "lrlib.labs", str(tmp_path / "b")]
    subprocess.run(code, check=True, capture_output=True)
    assert [path.stem for path in first] == labs.__all__
    for path in first:
        root = ET.fromstring(path.read_text(encoding="utf-8"))
        assert len(root.attrib["aria-label"]) > 40
        assert path.read_bytes() == (tmp_path / "b" / path.name).read_bytes()


def test_the_pictures_in_the_lessons_are_small_and_say_what_the_labs_say_now() -> None:
    for name, svg in stills():
        path = REPOSITORY / "course" / "images" / f"{name}.png"
        with Image.open(path) as picture:
            said = picture.info["Description"]
        assert said == ET.fromstring(svg).attrib["aria-label"], "run python -m tests.browser.stills"
        assert path.stat().st_size < 30_000
