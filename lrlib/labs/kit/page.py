"""The labs on a web page: HTML with native inputs, first frames, and the worker's end of a lab."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import singledispatch
from html import escape
from typing import Any

from lrlib.labs.kit.controls import Choice, Control, Linear, Log, Pick, Span, Switch, Whole
from lrlib.labs.kit.model import Lab, Shown
from lrlib.labs.kit.theme import LAB, PICTURE, variables
from lrlib.style import DARK

MOST_FRAMES = 31
STYLE = f"""{PICTURE}{LAB}
@media(prefers-color-scheme:dark){{body:not([data-theme="light"]) .lr-lab{{{variables(DARK)}}}}}
body[data-theme="dark"] .lr-lab{{{variables(DARK)}}}
"""


def main_control(lab: Lab) -> Log | Linear | Whole | Pick | None:
    """The slider that a reader drags first: the first one with a single handle."""
    sliders = (c for c in lab.controls if isinstance(c, Log | Linear | Whole | Pick))
    return next(sliders, None)


def stops(control: Log | Linear | Whole | Pick) -> list[Any]:
    """Every value on which a slider stands."""
    if isinstance(control, Log | Pick):
        return list(control.marks)
    count = round((control.high - control.low) / control.step)
    made = (control.low + control.step * k for k in range(count + 1))
    return [control.check(type(control.low)(f"{value:.10g}")) for value in made]


def frames(lab: Lab) -> list[tuple[Any, dict[str, str]]]:
    """For some values of the main slider, what changes in the picture from the lab's first state.

    At most `MOST_FRAMES`, spread over the slider. The lab is left in its first state.
    """
    control = main_control(lab)
    if control is None:
        return []
    every = stops(control)
    last = len(every) - 1
    count = min(MOST_FRAMES, len(every))
    chosen = sorted({round(k * last / max(1, count - 1)) for k in range(count)})
    lab.forget()
    first, made = lab.shown(), []
    for k in chosen:
        lab.forget()
        lab.set(**{control.name: every[k]})
        now = lab.shown()
        if now.skeleton == first.skeleton:
            made.append((every[k], changed(first, now)))
    lab.forget()
    return made


def changed(before: Shown, now: Shown) -> dict[str, str]:
    """The parts of `now` that are other than before."""
    return {name: text for name, text in now.parts.items() if text != before.parts[name]}


def html(lab: Lab, key: str, attributes: Mapping[str, str]) -> str:
    """A lab in its first state as HTML that the page's script brings to life.

    `key` is unlike that of every other lab on the page; `attributes` go on the outermost element.
    """
    data = "".join(f' {name}="{escape(value)}"' for name, value in attributes.items())
    main = main_control(lab)
    known = {"name": main.name if main else "", "frames": frames(lab)}
    text = json.dumps(known, ensure_ascii=False).replace("<", "\\u003c")
    controls = "".join(_place(control, f"{key}-{control.name}") for control in lab.controls)
    return (
        f'<div class="lr-lab lr-live" role="group" aria-label="{escape(lab.title)}"{data}>'
        f'<p class="lr-title"><strong>{escape(lab.title)}</strong></p>'
        f"<p>{escape(lab.question)}</p>"
        f'<div class="lr-controls">{controls}</div><div class="lr-buttons">{_buttons(lab)}</div>'
        f'<div class="lr-view" tabindex="0" role="group" aria-label="{escape(lab.title)}: result">'
        f"{lab.svg}</div>"
        '<p class="lr-state" role="status"></p><div class="lr-status" aria-live="polite"></div>'
        f'<script type="application/json" class="lr-frames">{text}</script></div>'
    )


def _buttons(lab: Lab) -> str:
    acts = [(name, "change", json.dumps(dict(values))) for name, values in lab.presets]
    acts += [("step", "step", "{}"), ("run", "run", "{}")] if lab.most_steps else []
    acts += [("pin", "pin", "{}"), ("reset", "reset", "{}")]
    return "".join(
        f'<button type="button" data-act="{act}" data-values="{escape(values)}">'
        f"{escape(name[0].upper() + name[1:])}</button>"
        for name, act, values in acts
    )


def _place(control: Control, id: str) -> str:
    kind = type(control).__name__.lower()
    return (
        f'<div class="lr-control" data-kind="{kind}" data-name="{control.name}">'
        f"{_input(control, id)}</div>"
    )


def _label(control: Control, id: str) -> str:
    return f'<label for="{id}">{escape(control.label)}</label>'


def _range(id: str, low: float, high: float, step: float, value: float, more: str = "") -> str:
    return (
        f'<input type="range" id="{id}" min="{low:g}" max="{high:g}" step="{step:g}"'
        f' value="{value:.10g}"{more}>'
    )


@singledispatch
def _input(control: Any, id: str) -> str:
    raise TypeError(f"expected a control of lrlib.labs.kit.controls; got {control!r}")


@_input.register
def _(control: Log, id: str) -> str:
    at = control.nearest(control.value)
    marks = f" data-marks='{json.dumps(control.marks)}' aria-valuetext=\"{control.value:g}\""
    return (
        f"{_label(control, id)}{_range(id, 0, len(control.marks) - 1, 1, at, marks)}"
        f'<input type="number" aria-label="{escape(control.label)}, number" step="any"'
        f' min="{control.low:g}" max="{control.high:g}" value="{control.value:g}">'
    )


@_input.register
def _(control: Pick, id: str) -> str:
    at = control.marks.index(control.value)
    marks = f" data-marks='{json.dumps(control.marks)}' aria-valuetext=\"{control.value:g}\""
    slider = _range(id, 0, len(control.marks) - 1, 1, at, marks)
    return f'{_label(control, id)}{slider}<output for="{id}">{control.value:g}</output>'


@_input.register(Linear)
@_input.register(Whole)
def _(control: Any, id: str) -> str:
    slider = _range(id, control.low, control.high, control.step, control.value)
    return f'{_label(control, id)}{slider}<output for="{id}">{control.value:g}</output>'


@_input.register
def _(control: Span, id: str) -> str:
    names = f" data-names='{json.dumps(control.names)}'" if control.names else ""
    ends = []
    for end, value in zip(("from", "to"), control.value):
        said = control.names[value - control.low] if control.names else f"{value}"
        more = f'{names} aria-valuetext="{said}"'
        slider = _range(f"{id}-{end}", control.low, control.high, control.step, value, more)
        ends.append(
            f'<span class="lr-end"><label for="{id}-{end}">{end}</label>{slider}'
            f'<output for="{id}-{end}">{said}</output></span>'
        )
    return f"<fieldset><legend>{escape(control.label)}</legend>{''.join(ends)}</fieldset>"


@_input.register
def _(control: Choice, id: str) -> str:
    options = "".join(
        f"<option{' selected' * (option == control.value)}>{escape(option)}</option>"
        for option in control.options
    )
    return f'{_label(control, id)}<select id="{id}">{options}</select>'


@_input.register
def _(control: Switch, id: str) -> str:
    ticked = " checked" * control.value
    return f'<span></span><label><input type="checkbox" id="{id}"{ticked}> {control.label}</label>'


class Stage:
    """The worker's end of a lab on a page: it acts, and says what the page has to change."""

    ACTS = ("open", "touch", "change", "step", "go_on", "pin", "reset")

    def __init__(self, lab: Lab) -> None:
        self.lab = lab
        self._sent: Shown | None = None

    def act(self, act: str, values: Mapping[str, Any]) -> dict[str, Any]:
        """Do one of `ACTS` to the lab and return the news as what JSON can hold.

        `parts` are those that have changed since the last news; where another skeleton has to come
        first, `skeleton` is there and the parts are all. `more` says that `go_on` would go on.
        """
        if act not in self.ACTS:
            raise ValueError(f"expected one of {', '.join(self.ACTS)}; got {act!r}")
        if act == "step" and self.lab.finished and self.lab.steps == self.lab.most_steps:
            self.lab.change(steps=0)
        if act != "open":
            getattr(self.lab, act)(**values)
        return self._news()

    def _news(self) -> dict[str, Any]:
        lab, now = self.lab, self.lab.shown()
        news: dict[str, Any] = {
            "values": lab.values,
            "more": lab.outcome.more is not None,
            "finished": lab.finished,
        }
        if self._sent is None or self._sent.skeleton != now.skeleton:
            news |= {"skeleton": now.skeleton, "parts": dict(now.parts)}
        else:
            news["parts"] = changed(self._sent, now)
        self._sent = now
        return news
