"""The kit of every live lab: pictures as SVG text, and the frame with controls around them."""

from lrlib.labs.kit.axis import Axis, number
from lrlib.labs.kit.controls import Choice, Linear, Log, Pick, Span, Switch, Whole
from lrlib.labs.kit.frame import Lab, Outcome
from lrlib.labs.kit.svg import Panel, Picture, heat_map

__all__ = [
    "Axis",
    "Choice",
    "Lab",
    "Linear",
    "Log",
    "Outcome",
    "Panel",
    "Pick",
    "Picture",
    "Span",
    "Switch",
    "Whole",
    "heat_map",
    "number",
]
