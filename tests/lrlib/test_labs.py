"""Every lab in process: its controls at their ends and middle, its reading against lrlib."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from itertools import product
from typing import Any

import numpy as np
import pytest

from lrlib import labs
from lrlib.labs.kit import Choice, Lab, Pick, Span, Switch
from lrlib.labs.kit.live import STEPS
from lrlib.schedules import Constant, ScheduledDrop, StepDecay


def stops(control: Any) -> list[Any]:
    """The ends and the middle of a control, or all its options."""
    if isinstance(control, Choice | Pick):
        return list(control.options)
    if isinstance(control, Switch):
        return [False, True]
    if isinstance(control, Span):
        middle = (control.low + control.high) // 2
        return [(control.low, control.low), (middle, control.high), (control.high, control.high)]
    if hasattr(control, "format") or isinstance(control.low, int):
        return [control.low, type(control.low)((control.low + control.high) / 2), control.high]
    return [control.low, float(np.sqrt(control.low * control.high)), control.high]


@pytest.mark.parametrize("name", labs.__all__)
def test_every_control_of_a_lab_works_at_its_ends_and_in_the_middle(name: str) -> None:
    lab: Lab = getattr(labs, name)()
    assert 1 <= len(lab.controls) <= 4
    names = [control.name for control in lab.controls]
    corners = list(product(*(stops(control) for control in lab.controls)))
    chosen = corners if len(corners) <= 30 else corners[:: len(corners) // 30 + 1]
    for corner in chosen:
        lab.set(**dict(zip(names, corner)))
        assert [lab.values[name] for name in names] == list(corner)
        picture = ET.fromstring(lab.still())
        assert picture.attrib["aria-label"] == f"{lab.title}. {lab.reading}"
        assert "nan" not in re.sub(r"base64,[^\"]*", "", lab.svg)
        assert lab.reading.endswith((".", "!", "?"))


@pytest.mark.parametrize("name", labs.__all__)
def test_presets_pin_steps_and_reset_of_every_lab_work(name: str) -> None:
    lab: Lab = getattr(labs, name)()
    start = lab.values
    for preset, values in lab.presets:
        lab.set(**values)
        assert lab.outcome.diverged or preset != "diverges", f"{preset} should diverge"
        lab.pin()
    if lab.most_steps:
        lab.run()
        assert lab.steps == lab.most_steps
    lab.reset()
    assert lab.values == start and lab.pinned is None


@pytest.mark.parametrize("lr", [0.003, 0.1, 0.5, 1.0, 3.0])
def test_the_marble_takes_the_steps_of_gradient_descent(lr: float) -> None:
    lab = labs.step_marble()
    lab.set(lr=lr, steps=20)
    expected = 1.8 * (1 - 2 * lr) ** np.arange(22)
    assert np.allclose(lab.outcome.data, expected, rtol=1e-12)
    assert lab.outcome.diverged == (lr > 1)


def test_the_marble_s_challenge_is_met_in_four_steps_and_not_in_five() -> None:
    lab = labs.step_marble()
    close_in_4, close_in_5 = 0.575, 0.61
    lab.set(lr=close_in_4, steps=20)
    assert lab.outcome.met
    lab.set(lr=close_in_5)
    assert abs(lab.outcome.data[5]) < 1e-3 and not lab.outcome.met


def test_a_marble_that_lands_at_once_is_drawn_close_enough_although_zero_has_no_logarithm() -> None:
    lab = labs.step_marble()
    lab.set(lr=0.5, steps=3)
    assert "within 0.001 of the bottom after 1 step." in lab.reading
    panels = [g for g in ET.fromstring(f"<p>{lab.svg}</p>").iter() if g.tag.endswith("g")]
    walk = [g for g in panels if "How close, step by step" in {t.text for t in g.iter()}][-2]
    marks = [path.get("d", "") for path in walk.iter() if "mk" in path.get("class", "").split()]
    assert [drawn.count("M") for drawn in marks] == [4]


def test_at_exactly_the_limit_the_steep_direction_hops_and_does_not_diverge() -> None:
    lab = labs.mode_bars()
    for lr in (0.5, 0.5000005):
        lab.set(lr=lr, flat=0.2, steep=4.0)
        assert not lab.outcome.diverged and "to and fro for ever" in lab.reading
    lab.set(lr=0.505)
    assert lab.outcome.diverged and "it diverges" in lab.reading


def test_the_counter_s_table_shows_why_a_bad_count_is_0_again_the_rate_was_cut() -> None:
    lab = labs.counter_stepper()
    lab.set(patience=1, min_delta=0.0, factor=0.5, steps=15)
    (*_, before, cut), heads = lab.outcome.table[1:], lab.outcome.table[0]
    assert heads == ("check", "loss", "best", "bad", "rate")
    assert (before[3:], cut[3:]) == (("1", "0.5"), ("0", "0.25"))


def test_the_drops_lab_follows_lrlib_s_schedules_and_the_learner_s() -> None:
    lab = labs.drag_the_drops()
    lab.set(lr0=0.5, milestones=(60, 120), gamma=0.2)
    steps = np.arange(STEPS)
    assert np.array_equal(lab.outcome.data[0].rates, ScheduledDrop(0.5, (60, 120), 0.2)(steps))

    def step_decay(t: int, *, lr0: float, gamma: float, every: int) -> float:
        return lr0 * gamma ** (t // every)

    own = labs.drag_the_drops(step_decay=step_decay)
    own.set(lr0=0.5, every=40, gamma=0.5)
    assert np.allclose(own.outcome.data[0].rates, StepDecay(0.5, 0.5, 40)(steps))
    with pytest.raises(ValueError, match="not both"):
        labs.drag_the_drops(step_decay=step_decay, scheduled_drop=step_decay)


def test_no_fixed_rate_meets_the_drops_challenge_and_one_late_drop_does() -> None:
    lab = labs.drag_the_drops()
    for lr in np.geomspace(0.01, 10, 31):
        lab.set(lr0=float(lr), gamma=1.0)
        assert np.array_equal(lab.outcome.data[0].rates, Constant(float(lr))(np.arange(STEPS)))
        assert not lab.outcome.met
    lab.set(lr0=0.5, milestones=(150, 160), gamma=0.2)
    assert lab.outcome.met


def test_the_preflight_says_that_widgets_work_only_once_one_was_moved() -> None:
    lab = labs.rate_preview()
    assert "Widgets work" not in lab.reading
    lab.widget().knobs["lr"].value = 0.5
    assert "Widgets work" in lab.reading


def test_the_first_network_learns_at_moderate_rates_breaks_at_large_ones_and_mends() -> None:
    lab = labs.rate_preview()
    for lr, broken in ((0.1, False), (0.5, False), (2.0, True), (30.0, True), (0.3, False)):
        lab.set(lr=lr)
        assert lab.outcome.met == lab.outcome.diverged == broken
        assert (lab.outcome.data.final < 0.8) != broken
