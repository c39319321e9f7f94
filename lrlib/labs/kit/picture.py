"""Pictures of panels as SVG text, whole or in parts that can be replaced one by one."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from html import escape

from lrlib.labs.kit.axis import Axis
from lrlib.labs.kit.panel import LAYERS, Panel
from lrlib.labs.kit.theme import PICTURE

_PLACE = re.compile(r'data-part="([^"]*)">')


@dataclass
class Picture:
    """A drawing of some panels, `width` by `height` pixels at 100 %; it shrinks with its column."""

    width: int = 660
    height: int = 300
    panels: list[Panel] = field(default_factory=list)
    banner: str = ""

    def panel(
        self,
        x: Axis,
        y: Axis,
        *,
        left: float = 58,
        top: float = 26,
        right: float = 12,
        bottom: float = 44,
        title: str = "",
    ) -> Panel:
        """Add a panel; the margins count from the picture's edges."""
        added = Panel(left, top, self.width - left - right, self.height - top - bottom, x, y, title)
        self.panels.append(added)
        return added

    def parts(self) -> dict[str, str]:
        """What stands in each `data-part` of the skeleton, by its name."""
        drawn = set[tuple[str, int]]().union(*(panel.drawn for panel in self.panels))
        found = {
            f"{place}.{layer}": text
            for place, panel in enumerate(self.panels)
            for layer, text in panel.layers(drawn).items()
        }
        width = 9.5 * len(self.banner) + 24
        found["banner"] = self.banner and (
            f'<rect class="alarm" x="{(self.width - width) / 2:.0f}" y="30"'
            f' width="{width:.0f}" height="26" rx="4"/>'
            f'<text class="alarm-text" x="{self.width / 2:.0f}" y="48">{escape(self.banner)}</text>'
        )
        return found

    def skeleton(self) -> str:
        """SVG text with an empty group for each part and no text alternative yet."""
        body = "".join(_nest(place, panel) for place, panel in enumerate(self.panels))
        return (
            f'<svg class="lr-picture" role="img" width="{self.width}" height="{self.height}"'
            f' viewBox="0 0 {self.width} {self.height}" aria-label="">'
            f'{body}<g data-part="banner"></g></svg>'
        )

    def render(self, alt: str, *, alone: bool = False) -> str:
        """SVG text with `alt` as its text alternative; `alone` makes a file of its own."""
        whole = filled(self.skeleton(), self.parts() | {"alt": alt})
        if not alone:
            return whole
        opening, _, body = re.sub(r' data-part="[^"]*"', "", whole).partition(">")
        opening = opening.replace("<svg", '<svg xmlns="http://www.w3.org/2000/svg"', 1)
        opening = opening.replace("lr-picture", "lr-picture lr-alone", 1)
        paper = '<rect class="paper" width="100%" height="100%"/>'
        return f"{opening}><style>{PICTURE}</style>{paper}{body}"


def filled(skeleton: str, parts: Mapping[str, str]) -> str:
    """A skeleton with its parts in their places, and `alt` as the text alternative."""
    named = skeleton.replace('aria-label=""', f'aria-label="{escape(parts["alt"])}"', 1)
    return _PLACE.sub(lambda place: place[0] + parts[place[1]], named)


def _nest(place: int, panel: Panel) -> str:
    """The empty layers of a panel: frame, clipped ground and marks, then labels on top."""
    frame, ground, marks, labels = (f'<g data-part="{place}.{layer}"></g>' for layer in LAYERS)
    return (
        f'<g transform="translate({panel.left:g} {panel.top:g})">{frame}'
        f'<svg role="none" width="{panel.width:g}" height="{panel.height:g}">{ground}{marks}</svg>'
        f"{labels}</g>"
    )
