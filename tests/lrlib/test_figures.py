"""Figures say in words what they show, need more than colour, and leave Matplotlib as it was."""

import re

import matplotlib as mpl
import numpy as np
import pytest
from matplotlib.figure import Figure

from lrlib import figures, style
from lrlib.schedules import Constant, StepDecay

ALL = [make for makers in figures.UNITS.values() for make in makers]
QUICK = [figures.fixed_rates, figures.drops, figures.cycles, figures.stability]


@pytest.fixture(scope="module")
def drawn():
    return {make: make() for make in ALL}


def test_every_unit_from_01_to_13_has_a_figure():
    assert [unit[:2] for unit in figures.UNITS] == [f"{n:02}" for n in range(1, 14)]
    public = {getattr(figures, name) for name in figures.__all__}
    assert set(ALL) <= public


@pytest.mark.parametrize("make", ALL, ids=lambda make: make.__name__)
def test_figure_has_a_real_text_alternative_and_labelled_axes(make, drawn):
    figure = drawn[make]
    assert isinstance(figure, Figure)
    text = figures.alt(figure)
    assert len(text) > 80 and text.endswith(".") and "\n" not in text
    assert not re.search(r"\b(nan|inf|None)\b", text)
    for axes in figure.axes:
        assert axes.get_ylabel()
        assert axes.get_xlabel() or axes.get_label() == "<colorbar>"


@pytest.mark.parametrize("make", ALL, ids=lambda make: make.__name__)
def test_lines_that_share_axes_differ_in_more_than_colour(make, drawn):
    for axes in drawn[make].axes:
        looks = [
            (line.get_linestyle(), repr(line._dash_pattern), line.get_marker())
            for line in axes.lines
            if not str(line.get_label()).startswith("_")
        ]
        assert len(looks) == len(set(looks))


@pytest.mark.parametrize("make", QUICK, ids=lambda make: make.__name__)
def test_svg_carries_the_text_and_is_the_same_every_time(make):
    first, second = figures.svg(make()), figures.svg(make())
    assert first == second
    assert first.startswith('<svg role="img" aria-label="')
    assert "<script" not in first


@pytest.mark.parametrize("make", QUICK, ids=lambda make: make.__name__)
def test_dark_figures_are_dark_and_settings_are_put_back(make):
    before = dict(mpl.rcParams)
    figure = make(dark=True)
    assert mpl.colors.to_hex(figure.get_facecolor()) == style.DARK.background
    assert dict(mpl.rcParams) == before


def test_the_alternative_states_what_the_curve_does():
    figure = figures.schedule_curves({"halving": StepDecay(0.4, 0.5, 10)}, 25)
    assert "halving starts at 0.4, ends at 0.1" in figures.alt(figure)
    (line,) = figure.axes[0].lines
    assert line.get_ydata().tolist() == [0.4] * 10 + [0.2] * 10 + [0.1] * 5


def test_noise_settles_at_the_predicted_floor(drawn):
    text = figures.alt(drawn[figures.noise_floor])
    pairs = re.findall(r"([\d.]+) against a predicted ([\d.]+\d)", text)
    assert len(pairs) == 3
    for seen, predicted in pairs:
        assert abs(float(seen) / float(predicted) - 1) < 0.15


def test_sharpness_hovers_at_two_over_the_rate(drawn):
    text = figures.alt(drawn[figures.edge_of_stability])
    pairs = re.findall(r"2/rate is ([\d.]+\d?), mean of the second half ([\d.]+\d)", text)
    assert len(pairs) == 2
    for edge, seen in pairs:
        assert abs(float(seen) / float(edge) - 1) < 0.15


def test_a_figure_of_someone_else_has_no_alternative_and_no_schedule_is_no_figure():
    with pytest.raises(ValueError, match="alt_text"):
        figures.alt(Figure())
    with pytest.raises(ValueError, match="at least one schedule"):
        figures.schedule_curves({}, 10)
    with pytest.raises(ValueError, match="steps >= 1"):
        figures.schedule_curves({"flat": Constant(0.1)}, 0)


def luminance(colour):
    channels = np.array(mpl.colors.to_rgb(colour))
    linear = np.where(channels <= 0.04045, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4)
    return float(linear @ [0.2126, 0.7152, 0.0722])


def contrast(one, other):
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("dark", [False, True])
def test_colours_have_the_stated_contrast(dark):
    page = style.theme(dark)
    for colour in (*page.series, page.good, page.bad):
        assert contrast(colour, page.background) >= 3
    assert contrast(page.text, page.background) >= 7
    assert contrast(page.muted, page.background) >= 4.5


def test_series_differ_in_colour_dash_and_marker():
    looks = [style.series(i) for i in range(8)]
    for key in ("color", "linestyle", "marker"):
        assert len({str(look[key]) for look in looks}) == 8
    assert style.svg_dash(0) == "none" and len({style.svg_dash(i) for i in range(8)}) == 8


def test_style_draws_inside_its_block_only():
    before = dict(mpl.rcParams)
    with style.style(dark=True) as page:
        assert mpl.rcParams["axes.facecolor"] == page.background == "#111111"
    assert dict(mpl.rcParams) == before
