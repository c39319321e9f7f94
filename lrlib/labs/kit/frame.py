"""The frame of a lab: controls, presets, steps, a pinned result, a reading and a challenge."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from html import escape
from typing import Any, ClassVar

import ipywidgets as widgets

from lrlib.labs.kit.controls import Control
from lrlib.labs.kit.later import Later
from lrlib.labs.kit.own import LearnerError, blamed, forget_answers
from lrlib.labs.kit.svg import Picture
from lrlib.labs.kit.theme import SCRIPT, STYLE

FRAME_SECONDS = 0.12
PART_SECONDS = 0.03
CODE_SECONDS = 0.15
MOST_CONTROLS = 4


@dataclass(frozen=True)
class Outcome:
    """What one setting of the controls leads to.

    `reading` is the result in words, also spoken by screen readers; `data` holds the numbers behind
    it, None where there are none; `diverged` and `met` say whether the run broke down and whether
    the challenge is met. `table` has a heading row and data rows; `code` reproduces the result.
    Where the whole answer takes too long for one frame, `more` continues from this first part.
    """

    reading: str
    data: Any = None
    diverged: bool = False
    met: bool = False
    table: tuple[tuple[str, ...], ...] = ()
    code: str = ""
    more: Callable[[], Outcome] | None = None


class Lab(widgets.VBox):
    """A live lab. A subclass declares its controls and writes `compute` and `draw`.

    `compute(**values)` turns the controls' values into an `Outcome`; `draw(outcome, pinned)` turns
    that into a `Picture`, with the pinned earlier outcome (or None) behind it. Where time matters,
    `most_steps` is above 0, Step and Run buttons appear, and `compute` also receives `steps`, the
    number of steps taken so far.

    From code: `lab.set(lr=0.1)`, `lab.values`, `lab.outcome`, `lab.reading`, `lab.svg`.
    """

    title: ClassVar[str]
    question: ClassVar[str]
    challenge: str = ""
    controls: tuple[Control, ...] = ()
    presets: tuple[tuple[str, Mapping[str, Any]], ...] = ()
    most_steps: ClassVar[int] = 0
    most_pins: ClassVar[int] = 1

    def __init__(self) -> None:
        if len(self.controls) > MOST_CONTROLS:
            raise ValueError(
                f"a lab has at most {MOST_CONTROLS} controls; {self.title} has {len(self.controls)}"
            )
        self.knobs = {control.name: control.widget() for control in self.controls}
        self.steps = 0
        self.pins: tuple[Outcome, ...] = ()
        self.outcome: Outcome
        self._quiet = False
        self._run: asyncio.Task[None] | None = None
        self._refining: asyncio.Task[None] | None = None
        self._ever_met = False
        self._view, self._code = widgets.HTML().add_class("lr-view"), widgets.HTML()
        self._code_later = Later(CODE_SECONDS, self._show_code)
        for knob in self.knobs.values():
            knob.observe(self._changed, names="value")
        self._refresh()
        head = f"<style>{STYLE}</style><h4>{escape(self.title)}</h4><p>{escape(self.question)}</p>"
        script = {
            "output_type": "display_data",
            "data": {"text/html": f"<script>{SCRIPT}</script>"},
            "metadata": {},
        }
        super().__init__(
            [
                widgets.HTML(head),
                *self.knobs.values(),
                self._button_row(),
                self._view,
                self._code,
                widgets.Output(outputs=(script,), layout={"display": "none"}),
            ]
        )
        self.add_class("lr-lab")

    def compute(self, *args: Any, **values: Any) -> Outcome:
        raise NotImplementedError(f"{type(self).__name__} must say what its controls lead to")

    def draw(self, outcome: Outcome, pinned: Outcome | None) -> Picture:
        raise NotImplementedError(f"{type(self).__name__} must draw its outcome")

    @property
    def values(self) -> dict[str, Any]:
        """The value of every control, by name, and the steps taken if the lab has steps."""
        found = {name: knob.value for name, knob in self.knobs.items()}
        return found | {"steps": self.steps} if self.most_steps else found

    @property
    def pinned(self) -> Outcome | None:
        """The outcome that was pinned last, if any."""
        return self.pins[-1] if self.pins else None

    @property
    def reading(self) -> str:
        """The result in words."""
        return self.outcome.reading

    @property
    def svg(self) -> str:
        """What the lab shows: the picture as SVG text, the reading and the challenge."""
        return self._view.value

    def set(self, **values: Any) -> None:
        """Set controls (and `steps`) by name, then draw once; an unknown name is a `ValueError`."""
        unknown = set(values) - set(self.values)
        if unknown:
            raise ValueError(
                f"{self.title} has no control {sorted(unknown)}; it has {sorted(self.values)}"
            )
        with self._silence():
            self.steps = int(values.pop("steps", self.steps))
            for name, value in values.items():
                self.knobs[name].value = value
        self._refresh()

    def step(self) -> None:
        """Take one step more, up to `most_steps`."""
        self.set(steps=min(self.steps + 1, self.most_steps))

    def run(self) -> None:
        """Take all remaining steps: a few per second in a kernel, else at once."""
        if not self.most_steps:
            raise ValueError(f"{self.title} has no steps to run; set its controls instead")
        if self.steps == self.most_steps:
            self.steps = 0
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:
            self.set(steps=self.most_steps)
        else:
            self.stop()
            self._run = loop.create_task(self._play())

    def stop(self) -> None:
        """Stop a run in progress."""
        if self._run:
            self._run.cancel()
            self._run = None

    def pin(self) -> None:
        """Keep the present outcome behind later ones; of more than `most_pins` the oldest goes."""
        if self.outcome.data is not None:
            self.pins = (*self.pins, self.outcome)[-self.most_pins :]
            self._refresh()

    def reset(self) -> None:
        """Back to the first state: starting values, no steps, nothing pinned."""
        self.stop()
        self.pins = ()
        start: dict[str, Any] = {control.name: control.value for control in self.controls}
        self.set(**start, **({"steps": 0} if self.most_steps else {}))

    def still(self) -> str:
        """The present picture as an SVG file of its own, for readers without a kernel."""
        return self._picture().render(f"{self.title}. {self.reading}", alone=True)

    async def _play(self) -> None:
        while self.steps < self.most_steps and not (self.outcome.diverged and self.steps):
            self.step()
            await asyncio.sleep(FRAME_SECONDS)

    def _button_row(self) -> widgets.Box:
        actions: list[tuple[str, Callable[[], None]]] = []
        for name, values in self.presets:
            actions.append((name[0].upper() + name[1:], lambda values=values: self.set(**values)))  # type: ignore[misc]
        if self.most_steps:
            actions += [("Step", self.step), ("Run", self.run)]
        actions += [("Pin", self.pin), ("Reset", self.reset)]
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

    def _changed(self, _: Any) -> None:
        if not self._quiet:
            self._refresh()

    def _picture(self) -> Picture:
        if self.outcome.data is None:
            return Picture(height=80, banner="NO PICTURE")
        picture = self.draw(self.outcome, self.pinned)
        if self.outcome.diverged:
            picture.banner = "DIVERGED"
        return picture

    def _refresh(self) -> None:
        if self._refining:
            self._refining.cancel()
            self._refining = None
        self.outcome = self._careful(lambda: self.compute(**self.values))
        if self.outcome.more is not None:
            try:
                loop = asyncio.get_running_loop()
            except RuntimeError:
                while (more := self.outcome.more) is not None:
                    self.outcome = self._careful(more)
            else:
                self._refining = loop.create_task(self._refine())
        self._show()

    async def _refine(self) -> None:
        """Continue the outcome part by part, letting the slider in between the parts."""
        while (more := self.outcome.more) is not None:
            await asyncio.sleep(PART_SECONDS)
            self.outcome = self._careful(more)
            self._show()

    def _careful(self, part: Callable[[], Outcome]) -> Outcome:
        """A part of the outcome, or what went wrong with the learner's function in it."""
        forget_answers()
        try:
            return part()
        except LearnerError as error:
            return Outcome(str(error), diverged=True)
        except Exception as error:
            if words := blamed(error):
                return Outcome(words, diverged=True)
            self._view.value = self._words(Outcome(f"This lab failed: {error!r}", diverged=True))
            raise

    def _show(self) -> None:
        self._ever_met = self._ever_met or self.outcome.met
        drawn = self._picture().render(f"{self.title}. {self.reading}")
        self._view.value = drawn + self._words(self.outcome)
        if self.outcome.code or self._code.value:
            self._code_later()

    def _show_code(self) -> None:
        code = self.outcome.code
        self._code.value = f"<pre>{escape(code)}</pre>" if code else ""

    def _words(self, outcome: Outcome) -> str:
        kind = "lr-reading lr-bad" if outcome.diverged else "lr-reading"
        text = f'<p class="{kind}">{escape(outcome.reading)}</p>'
        if self.challenge:
            if outcome.met:
                state, mark = "lr-task lr-met", "✓ Challenge met"
            else:
                state = "lr-task"
                mark = "Challenge (met before)" if self._ever_met else "Challenge"
            text += f'<p class="{state}">{mark}: {escape(self.challenge)}</p>'
        return f'<div class="lr-result">{text}</div>{_html_table(outcome.table)}'

    def _repr_mimebundle_(self, **kwargs: Any) -> dict[str, Any] | None:
        bundle = super()._repr_mimebundle_(**kwargs)
        if bundle is not None:
            bundle |= {"image/svg+xml": self.still(), "text/plain": f"{self.title}. {self.reading}"}
        return bundle


def _html_table(rows: tuple[tuple[str, ...], ...]) -> str:
    if not rows:
        return ""
    head = "".join(f'<th scope="col">{escape(cell)}</th>' for cell in rows[0])
    body = "".join(
        f"<tr>{''.join(f'<td>{escape(cell)}</td>' for cell in row)}</tr>" for row in rows[1:]
    )
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
