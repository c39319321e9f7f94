"""The labs in Jupyter: a widget for each control, and the picture, of which only changes are sent.

The first picture is sent whole. After that the page's script, `jupyter.js`, takes the parts that
have changed since from a hidden element and puts them into their places; it says that it is there
by pressing a hidden button. Where no script runs, every picture is sent whole.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial, singledispatch
from html import escape
from importlib.resources import files
from typing import Any

import ipywidgets as widgets
import traitlets

from lrlib.labs.kit.controls import Choice, Linear, Log, Pick, Span, Switch, Whole
from lrlib.labs.kit.model import Lab, Shown
from lrlib.labs.kit.theme import LAB, PICTURE, UNSEEN, variables
from lrlib.style import DARK

FRAME_SECONDS = 0.12
PART_SECONDS = 0.03
BOX_SECONDS = 0.08
_LABEL = {"description_width": "132px"}
_NONE = {"display": "none"}
STYLE = f"""{PICTURE}{LAB}
body[data-jp-theme-light="false"] .lr-lab{{{variables(DARK)}}}
.lr-lab .widget-html,.lr-lab .widget-html-content{{height:auto;line-height:1.4;width:100%}}
.lr-lab .widget-label,.lr-lab .widget-label-basic{{color:var(--lr-ink)}}
.lr-lab .widget-readout{{border:1px solid var(--lr-soft);border-radius:3px;min-width:64px}}
.lr-lab .widget-readout{{color:var(--lr-ink)}}
.lr-lab .lr-row{{max-width:640px;overflow:visible}}
.lr-lab .lr-number{{width:92px;flex:none}}
.lr-lab .lr-number .widget-label{{{UNSEEN}}}
.lr-lab .lr-buttons{{flex-flow:row wrap;overflow:visible}}
.lr-lab .lr-buttons button{{width:auto;padding:0 12px}}
.lr-lab .lr-asleep{{display:none;font-weight:bold}}
.lr-lab.jupyter-widgets-disconnected .lr-asleep{{display:block}}
.lr-lab .noUi-target.noUi-target.noUi-target .noUi-handle{{background:var(--lr-0)}}
"""
ASLEEP = (
    "This lab sleeps, because the kernel was stopped or started anew. To wake it, run the set-up"
    " cell, the first code cell of this notebook, and then this one (Shift+Enter)."
)
SCRIPT = files(__package__).joinpath("jupyter.js").read_text(encoding="utf-8")


class LogKnob(widgets.HBox):
    """A logarithmic slider beside a number box; `value` is what either of them was last set to.

    The slider stands on the control's marks; the box takes any number within the limits, exactly.
    Browser and kernel tell each other the number of a mark. With `FloatLogSlider` the browser
    answers a value off the marks with the mark that it moved the handle to, and that answer can
    arrive after the next value was set and undo it.
    """

    value = traitlets.Float()

    def __init__(self, control: Log) -> None:
        self._control = control
        self._busy = False
        self._timer: asyncio.TimerHandle | None = None
        self._slider = _slider(
            widgets.SelectionSlider,
            control,
            readout=False,
            options=[f"{mark:g}" for mark in control.marks],
            index=control.nearest(control.value),
        )
        self._box = widgets.BoundedFloatText(
            value=control.value,
            min=control.low,
            max=control.high,
            description=f"{control.label}, number",
        ).add_class("lr-number")
        super().__init__([self._slider, self._box], value=control.value)
        self.add_class("lr-row")
        self._slider.observe(self._slid, names="index")
        self._box.observe(self._typed, names="value")
        self.observe(self._set, names="value")

    def _slid(self, change: Any) -> None:
        if self._busy:
            return
        with self._alone():
            self.value = self._control.marks[change["new"]]
        # A message to the browser takes a millisecond, which is felt before the picture's.
        if loop := _loop():
            self._timer = self._timer or loop.call_later(BOX_SECONDS, self._write)
        else:
            self._write()

    def _write(self) -> None:
        self._timer = None
        with self._alone():
            self._box.value = self.value

    def _typed(self, change: Any) -> None:
        if not self._busy:
            self.value = change["new"]

    def _set(self, change: Any) -> None:
        if not self._busy:
            with self._alone():
                self._box.value = change["new"]
                self._slider.index = self._control.nearest(change["new"])

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Let one of value, slider and box set the others without being answered by them."""
        self._busy = True
        try:
            yield
        finally:
            self._busy = False


def _loop() -> asyncio.AbstractEventLoop | None:
    """The event loop: a kernel has one, a script has none."""
    try:
        return asyncio.get_running_loop()
    except RuntimeError:
        return None


def _slider(kind: type, control: Any, **options: Any) -> widgets.DOMWidget:
    return kind(
        description=control.label,
        style=_LABEL,
        layout={"width": "100%", "max_width": "640px"},
        continuous_update=True,
        **options,
    )


def _limits(control: Linear | Whole | Span) -> dict[str, Any]:
    return {
        "min": control.low,
        "max": control.high,
        "value": control.value,
        "step": control.step,
    }


@singledispatch
def knob(control: Any) -> widgets.DOMWidget:
    """The widget of a control; its `value` is the control's."""
    raise TypeError(f"expected a control of lrlib.labs.kit.controls; got {control!r}")


@knob.register
def _(control: Log) -> widgets.DOMWidget:
    return LogKnob(control)


@knob.register
def _(control: Linear) -> widgets.DOMWidget:
    limits = _limits(control)
    return _slider(widgets.FloatSlider, control, readout_format=control.format, **limits)


@knob.register
def _(control: Whole) -> widgets.DOMWidget:
    return _slider(widgets.IntSlider, control, **_limits(control))


# ipywidgets lets one type into the readout of a slider between named marks, but ignores it: the
# class `lr-marks` has the script close it.
@knob.register
def _(control: Span) -> widgets.DOMWidget:
    if not control.names:
        return _slider(widgets.IntRangeSlider, control, **_limits(control))
    named = list(zip(control.names, range(control.low, control.high + 1), strict=True))
    slider = _slider(widgets.SelectionRangeSlider, control, options=named, value=control.value)
    return slider.add_class("lr-marks")


@knob.register
def _(control: Pick) -> widgets.DOMWidget:
    named = [(f"{option:g}", option) for option in control.options]
    slider = _slider(widgets.SelectionSlider, control, options=named, value=control.value)
    return slider.add_class("lr-marks")


@knob.register
def _(control: Choice) -> widgets.DOMWidget:
    return widgets.Dropdown(
        description=control.label, options=control.options, value=control.value, style=_LABEL
    )


@knob.register
def _(control: Switch) -> widgets.DOMWidget:
    return widgets.Checkbox(
        description=control.label, value=control.value, style=_LABEL, layout={"width": "100%"}
    )


class LabWidget(widgets.VBox):
    """A lab as a widget: what the learner does here reaches the lab, what the lab says shows."""

    def __init__(self, lab: Lab) -> None:
        self.lab = lab
        self.knobs = {control.name: knob(control) for control in lab.controls}
        self._quiet = False
        self._task: asyncio.Task[None] | None = None
        self._base: Shown | None = None
        self._moved: set[str] = set()
        self._view = widgets.HTML().add_class("lr-view")
        self._changes = widgets.HTML(layout=_NONE).add_class("lr-changes")
        self._ready = widgets.Button(layout=_NONE).add_class("lr-ready")
        self._patched = False
        self._ready.on_click(self._can_patch)
        for name, made in self.knobs.items():
            made.observe(partial(self._turned, name), names="value")
        head = f"<style>{STYLE}</style><h4>{escape(lab.title)}</h4><p>{escape(lab.question)}</p>"
        # ipywidgets marks the views of a kernel that is gone, and nothing else tells a learner.
        asleep = f'<p class="lr-asleep" role="alert">{ASLEEP}</p>'
        script = {
            "output_type": "display_data",
            "data": {"text/html": f"<script>{SCRIPT}</script>"},
            "metadata": {},
        }
        super().__init__(
            [
                widgets.HTML(head + asleep),
                *self.knobs.values(),
                self._button_row(),
                self._view,
                self._changes,
                self._ready,
                widgets.Output(outputs=(script,), layout=_NONE),
            ]
        )
        self.add_class("lr-lab")
        self.show()
        lab.watchers.append(self.show)

    def show(self) -> None:
        """Show the lab as it is now: the controls' values, and of the picture what has changed."""
        with self._silence():
            for name, made in self.knobs.items():
                made.value = self.lab.values[name]
        now = self.lab.shown()
        if not self._patched or self._base is None or now.skeleton != self._base.skeleton:
            self._base, self._moved = now, set()
            self._changes.value, self._view.value = "", now.whole
            return
        # All that was ever changed, so that a page which opens later needs only these two.
        before = self._base.parts
        self._moved |= {name for name, text in now.parts.items() if text != before[name]}
        changes = {name: now.parts[name] for name in sorted(self._moved)}
        self._changes.value = escape(json.dumps(changes, ensure_ascii=False), quote=False)

    def play(self) -> None:
        """Take the remaining steps, a few per second; at once where no event loop runs."""
        self.stop()
        if self.lab.steps == self.lab.most_steps:
            self.lab.change(steps=0)
        if loop := _loop():
            self._task = loop.create_task(self._play())
        else:
            self.lab.run()

    def stop(self) -> None:
        """Stop what is going on by itself: a run, or the later parts of an outcome."""
        if self._task:
            self._task.cancel()
            self._task = None

    async def _play(self) -> None:
        while not self.lab.finished:
            self.lab.step()
            await asyncio.sleep(FRAME_SECONDS)

    def _turned(self, name: str, change: Any) -> None:
        if not self._quiet:
            self._do(lambda: self.lab.touch(**{name: change["new"]}))

    def _do(self, act: Callable[[], None]) -> None:
        """Act, then continue the outcome part by part, letting the slider in between the parts."""
        self.stop()
        act()
        if loop := _loop():
            if self.lab.outcome.more is not None:
                self._task = loop.create_task(self._refine())
        else:
            while self.lab.go_on():
                pass

    async def _refine(self) -> None:
        while self.lab.outcome.more is not None:
            await asyncio.sleep(PART_SECONDS)
            self.lab.go_on()

    def _can_patch(self, _: Any) -> None:
        self._patched = True

    def _button_row(self) -> widgets.Box:
        lab = self.lab
        actions: list[tuple[str, Callable[[], None]]] = [
            (name[0].upper() + name[1:], partial(self._do, partial(lab.change, **values)))
            for name, values in lab.presets
        ]
        if lab.most_steps:
            actions += [("Step", partial(self._do, lab.step)), ("Run", self.play)]
        actions += [("Pin", partial(self._do, lab.pin)), ("Reset", partial(self._do, lab.reset))]
        row = []
        for label, action in actions:
            button = widgets.Button(description=label)
            button.on_click(lambda _, action=action: action())
            row.append(button)
        return widgets.Box(row).add_class("lr-buttons")

    @contextmanager
    def _silence(self) -> Iterator[None]:
        self._quiet = True
        try:
            yield
        finally:
            self._quiet = False


Lab.make_widget = LabWidget
