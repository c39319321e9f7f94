"""A lab apart from any view: controls, presets, steps, pinned results, a reading, a challenge."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from html import escape
from typing import Any, ClassVar

from lrlib.labs.kit.controls import Control
from lrlib.labs.kit.own import LearnerError, blamed, forget_answers
from lrlib.labs.kit.picture import Picture, filled

MOST_CONTROLS = 4
_WORDS = (
    '<div class="lr-result" data-part="words"></div>'
    '<div data-part="table"></div><div data-part="code"></div>'
)


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


@dataclass(frozen=True)
class Shown:
    """What a lab shows: HTML with an empty element for each part, and the text of the parts.

    While the skeleton stays, a view has to replace only the parts that have changed. The part `alt`
    is the text alternative of the picture, an attribute.
    """

    skeleton: str
    parts: Mapping[str, str]

    @property
    def whole(self) -> str:
        """The HTML with every part in its place."""
        return filled(self.skeleton, self.parts)


class Lab:
    """A live lab. A subclass declares its controls and writes `compute` and `draw`.

    `compute(**values)` turns the controls' values into an `Outcome`; `draw(outcome, pinned)` turns
    that into a `Picture`, with the pinned earlier outcome (or None) behind it. Where time matters,
    `most_steps` is above 0, the views have buttons for steps, and `compute` also receives `steps`,
    the number of steps taken so far.

    From code: `lab.set(lr=0.1)`, `lab.values`, `lab.outcome`, `lab.reading`, `lab.svg`. In Jupyter
    a cell that ends in a lab shows it as a widget; `watchers` are called after every change.
    """

    title: ClassVar[str]
    question: ClassVar[str]
    challenge: str = ""
    controls: tuple[Control, ...] = ()
    presets: tuple[tuple[str, Mapping[str, Any]], ...] = ()
    most_steps: ClassVar[int] = 0
    most_pins: ClassVar[int] = 1
    make_widget: ClassVar[Callable[[Lab], Any] | None] = None  # the Jupyter view sets this

    def __init__(self) -> None:
        if len(self.controls) > MOST_CONTROLS:
            raise ValueError(
                f"a lab has at most {MOST_CONTROLS} controls; {self.title} has {len(self.controls)}"
            )
        self.watchers: list[Callable[[], None]] = []
        self.touched = False
        self.pins: tuple[Outcome, ...] = ()
        self.outcome: Outcome
        self._values = self._first_values()
        self._ever_met = False
        self._widget: Any = None
        self.set()

    def compute(self, *args: Any, **values: Any) -> Outcome:
        raise NotImplementedError(f"{type(self).__name__} must say what its controls lead to")

    def draw(self, outcome: Outcome, pinned: Outcome | None) -> Picture:
        raise NotImplementedError(f"{type(self).__name__} must draw its outcome")

    @property
    def values(self) -> dict[str, Any]:
        """The value of every control, by name, and the steps taken if the lab has steps."""
        return dict(self._values)

    @property
    def steps(self) -> int:
        """The steps taken so far, 0 in a lab without steps."""
        return self._values.get("steps", 0)

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
        return self.shown().whole

    def set(self, **values: Any) -> None:
        """Set controls (and `steps`) by name and compute the whole outcome.

        Raises `ValueError` for an unknown name or a value that the control does not take.
        """
        self.change(**values)
        while self.go_on():
            pass

    def change(self, **values: Any) -> None:
        """As `set`, but compute only the first part of an outcome that takes long."""
        unknown = set(values) - set(self._values)
        if unknown:
            raise ValueError(
                f"{self.title} has no control {sorted(unknown)}; it has {sorted(self._values)}"
            )
        steps = max(0, min(int(values.pop("steps", self.steps)), self.most_steps))
        takes = {control.name: control for control in self.controls}
        checked = {name: takes[name].check(value) for name, value in values.items()}
        self._values |= checked | ({"steps": steps} if self.most_steps else {})
        self._take(lambda: self.compute(**self._values))

    def go_on(self) -> bool:
        """Compute the next part of the outcome; False if nothing was left."""
        if self.outcome.more is None:
            return False
        self._take(self.outcome.more)
        return True

    def touch(self, **values: Any) -> None:
        """As `change`, by a hand on a control: some labs say whether that has happened."""
        self.touched = True
        self.change(**values)

    def step(self) -> None:
        """Take one step more, up to `most_steps`."""
        self.set(**({"steps": self.steps + 1} if self.most_steps else {}))

    def run(self) -> None:
        """Take all remaining steps at once; the views' Run takes them one by one."""
        if not self.most_steps:
            raise ValueError(f"{self.title} has no steps to run; set its controls instead")
        self.set(steps=self.most_steps)

    @property
    def finished(self) -> bool:
        """Whether a run through the steps has nothing more to show."""
        return self.steps == self.most_steps or (self.outcome.diverged and self.steps > 0)

    def pin(self) -> None:
        """Keep the present outcome behind later ones; of more than `most_pins` the oldest goes."""
        if self.outcome.data is not None:
            self.pins = (*self.pins, self.outcome)[-self.most_pins :]
            self.set()

    def reset(self) -> None:
        """Back to the first state: starting values, no steps, nothing pinned."""
        self.pins = ()
        self.set(**self._first_values())

    def forget(self) -> None:
        """As new: back to the first state, and no challenge was ever met."""
        self._ever_met = False
        self.reset()

    def shown(self) -> Shown:
        """The picture, the words and the table of the present outcome, in parts."""
        picture, words = self._picture(), self._words()
        alt = {"alt": f"{self.title}. {self.reading}"}
        return Shown(picture.skeleton() + _WORDS, picture.parts() | words | alt)

    def still(self) -> str:
        """The present picture as an SVG file of its own, for readers without a kernel."""
        return self._picture().render(f"{self.title}. {self.reading}", alone=True)

    def widget(self) -> Any:
        """This lab as one ipywidgets widget, made at the first call."""
        make = type(self).make_widget
        if make is None:
            raise ImportError("a widget of a lab needs ipywidgets; try: pip install ipywidgets")
        if self._widget is None:
            self._widget = make(self)
        return self._widget

    def _repr_mimebundle_(self, **options: Any) -> dict[str, Any]:
        still = {"image/svg+xml": self.still(), "text/plain": f"{self.title}. {self.reading}"}
        if self.make_widget is None:
            return still
        return self.widget()._repr_mimebundle_(**options) | still

    def _first_values(self) -> dict[str, Any]:
        start: dict[str, Any] = {control.name: control.value for control in self.controls}
        return start | ({"steps": 0} if self.most_steps else {})

    def _take(self, part: Callable[[], Outcome]) -> None:
        """Make a part of the outcome, or say what went wrong with the learner's function in it."""
        forget_answers()
        try:
            self.outcome = part()
        except LearnerError as error:
            self.outcome = Outcome(str(error), diverged=True)
        except Exception as error:
            words = blamed(error)
            self.outcome = Outcome(words or f"This lab failed: {error!r}", diverged=True)
            if not words:
                self._tell()
                raise
        self._ever_met = self._ever_met or self.outcome.met
        self._tell()

    def _tell(self) -> None:
        for watcher in self.watchers:
            watcher()

    def _picture(self) -> Picture:
        if self.outcome.data is None:
            return Picture(height=80, banner="NO PICTURE")
        picture = self.draw(self.outcome, self.pinned)
        if self.outcome.diverged:
            picture.banner = "DIVERGED"
        return picture

    def _words(self) -> dict[str, str]:
        outcome = self.outcome
        kind = "lr-reading lr-bad" if outcome.diverged else "lr-reading"
        text = f'<p class="{kind}">{escape(outcome.reading)}</p>'
        if self.challenge:
            if outcome.met:
                state, mark = "lr-task lr-met", "✓ Challenge met"
            else:
                state = "lr-task"
                mark = "Challenge (met before)" if self._ever_met else "Challenge"
            text += f'<p class="{state}">{mark}: {escape(self.challenge)}</p>'
        code = f"<pre>{escape(outcome.code)}</pre>" if outcome.code else ""
        return {"words": text, "table": _html_table(outcome.table), "code": code}


def _html_table(rows: tuple[tuple[str, ...], ...]) -> str:
    if not rows:
        return ""
    head = "".join(f'<th scope="col">{escape(cell)}</th>' for cell in rows[0])
    body = "".join(
        f"<tr>{''.join(f'<td>{escape(cell)}</td>' for cell in row)}</tr>" for row in rows[1:]
    )
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
