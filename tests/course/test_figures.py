"""What is looked for in every figure of a unit: a scale on each axis, and every line to be seen."""

import io

import pytest
from matplotlib.figure import Figure

from tests.course import figures


def found(prepare):
    """The faults of a figure whose axes were prepared so, without its name."""
    figure = Figure()
    axes = figure.subplots()
    axes.set_title("Loss")
    prepare(axes)
    figure.savefig(io.BytesIO())
    said = figures.faults(figure)
    assert all(fault.startswith("Loss: ") for fault in said)
    return [fault.removeprefix("Loss: ") for fault in said]


def within_a_decade(axes):
    axes.semilogy([1, 2, 3], [0.3, 0.1, 0.05])
    axes.minorticks_off()


def flat_on_the_floor(axes):
    axes.plot([0, 1], [0, 0], label="flat")
    axes.set_ylim(0, 4)


def marked_where_it_begins(axes):
    axes.semilogx([1e-3, 1], [2, 1])
    axes.axvline(1e-3, label="suggested")


def outside(axes):
    axes.plot([0, 1], [5, 6], label="lost")
    axes.set_ylim(0, 4)


@pytest.mark.parametrize(
    ("prepare", "fault"),
    [
        (within_a_decade, "the y axis needs two tick labels to have a scale, and has $"),
        (flat_on_the_floor, "the line 'flat' lies on the bottom spine."),
        (marked_where_it_begins, "the line 'suggested' lies on the left spine."),
        (outside, "the line 'lost' lies outside the axes."),
        (lambda axes: axes.plot([], [], label="none"), "the line 'none' has no point."),
    ],
)
def test_a_fault_is_found_and_named(prepare, fault):
    [said] = found(prepare)
    assert said.startswith(fault)


def wide_enough(axes):
    marked_where_it_begins(axes)
    axes.set_xlim(1e-4, 10)


def labelled_by_hand(axes):
    within_a_decade(axes)
    axes.set_yticks([0.05, 0.1, 0.3], ["0.05", "0.1", "0.3"])


def image(axes):
    axes.imshow([[1, 2], [3, 4]])
    axes.set(xticks=[], yticks=[])


def without_a_spine(axes):
    flat_on_the_floor(axes)
    axes.spines["bottom"].set_visible(False)


def ends_on_the_floor(axes):
    axes.plot([0, 1], [3, 0])
    axes.set_ylim(0, 4)


@pytest.mark.parametrize(
    "prepare",
    [wide_enough, labelled_by_hand, image, without_a_spine, ends_on_the_floor],
)
def test_a_figure_that_can_be_read_is_left_in_peace(prepare):
    assert found(prepare) == []


def test_the_inner_axes_of_a_row_may_leave_their_scale_to_the_outer_ones():
    figure = Figure()
    for axes in figure.subplots(1, 2, sharey=True):
        axes.plot([0, 1], [0, 1])
    figure.savefig(io.BytesIO())
    assert figures.faults(figure) == []
