"""The kit of every live lab: controls, the model of a lab, and pictures as SVG text."""

from lrlib.labs.kit.axis import Axis, number
from lrlib.labs.kit.contour import heat_map
from lrlib.labs.kit.controls import Choice, Linear, Log, Pick, Span, Switch, Whole
from lrlib.labs.kit.model import Lab, Outcome
from lrlib.labs.kit.panel import Panel
from lrlib.labs.kit.picture import Picture

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
