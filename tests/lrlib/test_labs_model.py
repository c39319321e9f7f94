"""The labs without widgets and without Matplotlib: their model, their drawing, what a view gets."""

from __future__ import annotations

import json
import subprocess
import sys
from html import unescape
from itertools import pairwise
from typing import Any

import contourpy
import numpy as np
import pytest
from matplotlib import colormaps, image
from matplotlib.ticker import LogLocator, MaxNLocator

from lrlib import labs
from lrlib.labs.kit import Axis, Choice, Linear, Log, Pick, Span, Switch, Whole, heat_map
from lrlib.labs.kit.contour import contour_lines
from lrlib.labs.kit.model import Shown
from lrlib.labs.kit.picture import filled

ALONE = """
import sys
for name in ("ipywidgets", "IPython", "matplotlib", "contourpy", "traitlets", "comm"):
    sys.modules[name] = None  # importing it raises ImportError
from lrlib import labs
for name in labs.__all__:
    lab = getattr(labs, name)()
    first, *_ = lab.controls
    lab.set(**{first.name: first.value})
    lab.pin()
    assert lab.reading in lab.still() or "&" in lab.still()
    assert set(lab._repr_mimebundle_()) == {"image/svg+xml", "text/plain"}
print("all", len(labs.__all__))
"""


def test_every_lab_computes_and_draws_where_widgets_and_matplotlib_cannot_be_imported() -> None:
    done = subprocess.run(
        [sys.executable, "-c", ALONE], capture_output=True, text=True, check=False
    )
    assert (done.stdout, done.stderr) == (f"all {len(labs.__all__)}\n", "")


@pytest.mark.parametrize("name", labs.__all__)
def test_the_parts_that_changed_turn_the_picture_before_into_the_picture_after(name: str) -> None:
    lab = getattr(labs, name)()
    before = lab.shown()
    first, *_ = lab.controls
    other = first.options[-1] if isinstance(first, Choice) else _next(first)
    lab.set(**{first.name: other})
    after = lab.shown()
    changed = {key: text for key, text in after.parts.items() if text != before.parts[key]}
    assert after.whole == lab.svg != before.whole
    assert Shown(before.skeleton, {**before.parts, **changed}).whole == after.whole
    assert {"alt", "words"} <= set(changed), "the reading is in both"
    assert sum(map(len, changed.values())) < len(after.whole), "some of it stays"


def _next(control: Any) -> Any:
    if isinstance(control, Span):
        return control.value[0] + control.step, control.value[1]
    return control.marks[control.nearest(control.value) + 1] if isinstance(control, Log) else 3


def test_the_widget_sends_the_picture_once_and_then_what_changed_since() -> None:
    lab = labs.drag_the_drops()
    widget = lab.widget()
    lab.set(lr0=0.6)
    assert widget._view.value == lab.svg, "no script has said that it is there"
    widget._ready.click()
    base = widget._view.value
    for values in ({"lr0": 0.7}, {"gamma": 0.1}, {"lr0": 0.6, "gamma": 1.0}):
        lab.set(**values)
        assert widget._view.value == base
        changes = json.loads(unescape(widget._changes.value))
        assert not {"1.frame", "0.frame"} & set(changes), "frames do not change"
        assert filled(lab.shown().skeleton, widget._base.parts | changes) == lab.svg
    lab._take(lambda: (_ for _ in ()).throw(labs_error()))
    assert widget._view.value == lab.svg and widget._changes.value == "", "another skeleton"


def labs_error() -> Exception:
    from lrlib.labs.kit.own import LearnerError

    return LearnerError("Your function failed.")


def test_a_lab_that_is_set_from_code_moves_the_controls_of_its_widget() -> None:
    lab = labs.schedule_designer()
    knobs = lab.widget().knobs
    lab.set(lr=0.7, parts=(10, 80), shape="cosine")
    assert {name: knob.value for name, knob in knobs.items()} == lab.values
    knobs["parts"].value = (20, 60)
    assert lab.values["parts"] == (20, 60) and "20 %" in lab.reading


@pytest.mark.parametrize(
    ("control", "wrong", "said"),
    [
        (Log("lr", "Rate", 0.01, 1.0, 0.1), 2.0, "lr as a number from 0.01 to 1.0; got 2.0"),
        (Linear("mu", "Momentum", 0.0, 0.9, 0.0), float("nan"), "got nan"),
        (Linear("mu", "Momentum", 0.0, 0.9, 0.0), "half", "got 'half'"),
        (Whole("seeds", "Seeds", 1, 5, 3), 2.5, "seeds as a whole number from 1 to 5; got 2.5"),
        (Span("parts", "Hold", 0, 95, (0, 95)), (50, 20), r"in order.*got \(50, 20\)"),
        (Span("parts", "Hold", 0, 95, (0, 95)), 50, "in order"),
        (Pick("batch", "Batch", (1, 2, 4), 1), 3, r"one of \(1, 2, 4\); got 3"),
        (Choice("shape", "Shape", ("a", "b"), "a"), "c", "got 'c'"),
        (Switch("on", "On"), 2, "True or False; got 2"),
    ],
)
def test_a_value_that_a_control_does_not_take_is_refused_by_name(
    control: Any, wrong: Any, said: str
) -> None:
    assert control.check(control.value) == control.value
    with pytest.raises(ValueError, match=said):
        control.check(wrong)


def test_an_outcome_in_parts_ends_where_the_whole_ends() -> None:
    lab, whole = labs.edge_of_stability(), labs.edge_of_stability()
    whole.set(lr=0.08)
    lab.change(lr=0.08)
    assert lab.outcome.more is not None and lab.reading != whole.reading
    parts = 1
    while lab.go_on():
        parts += 1
    assert parts == 8 and lab.svg == whole.svg


def test_linear_ticks_stand_where_matplotlib_puts_them() -> None:
    rng = np.random.default_rng(0)
    chooser = MaxNLocator(nbins=6, steps=[1, 2, 2.5, 5, 10])
    for _ in range(500):
        low = rng.normal() * 10 ** rng.uniform(-3, 3)
        high = low + 10 ** rng.uniform(-3, 4)
        expected = [t for t in chooser.tick_values(low, high) if low <= t <= high]
        assert np.allclose(Axis(low, high).places, expected, atol=(high - low) * 1e-6)


def test_logarithmic_ticks_of_up_to_seven_decades_stand_where_matplotlib_puts_them() -> None:
    rng = np.random.default_rng(0)
    for _ in range(500):
        low = 10 ** rng.uniform(-9, 2)
        high = low * 10 ** rng.uniform(0.8, 6)
        subs = (1.0,) if high / low > 100 else (1.0, 2.0, 5.0)
        found = LogLocator(subs=subs, numticks=7).tick_values(low, high)
        assert np.allclose(Axis(low, high, log=True).places, [t for t in found if low <= t <= high])
    assert len(Axis(1e-9, 1e9, log=True).places) <= 7
    assert len(Axis(3.0, 4.5, log=True).places) >= 3, "narrow axes have ticks like linear ones"


def test_contours_run_through_the_points_that_contourpy_finds_also_round_saddles() -> None:
    x, y = np.linspace(-2, 2, 23), np.linspace(-1, 1, 17)
    landscapes = {
        "bowl": x**2 + 3 * y[:, None] ** 2,
        "saddle": x * y[:, None],
        "bumps": np.sin(3 * x) * np.cos(4 * y[:, None]),
        "noise": np.random.default_rng(1).standard_normal((17, 23)),
    }
    for name, z in landscapes.items():
        for level in (-0.3, 0.01, 0.51, 1.7):
            found = list(contour_lines(x, y, z, level))
            expected = contourpy.contour_generator(x, y, z).lines(level)
            assert _steps(found) == _steps(expected), (name, level)
            assert len(found) == len(expected), (name, level)


def _steps(lines: list[Any]) -> set[frozenset[tuple[float, ...]]]:
    """The straight pieces of some lines, each as its two ends."""
    rounded = [[tuple(point) for point in np.round(line, 9).tolist()] for line in lines]
    return {frozenset(piece) for line in rounded for piece in pairwise(line)}


def test_a_heat_map_has_the_first_row_below_and_nearly_matplotlib_s_colours(tmp_path) -> None:
    import base64

    values = np.linspace(0, 1, 60).reshape(5, 12)
    picture = tmp_path / "map.png"
    picture.write_bytes(base64.b64decode(heat_map(values).partition(",")[2]))
    drawn = image.imread(picture)[::-1, :, :3]
    assert drawn.shape == (5, 12, 3)
    assert np.abs(drawn - colormaps["cividis"](values)[..., :3]).max() < 12 / 255
