"""What the worker of a lesson page does: opens labs and acts on them, with the learner's functions.

The page's script sends one request at a time as JSON and gets JSON back. The same code makes the
labs of the page while the site is built, so that the first picture and the worker's are one.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from lrlib import labs
from lrlib.labs.kit import Lab
from lrlib.labs.kit.page import Stage


def open_lab(
    name: str, own: Mapping[str, str], written: Mapping[str, Callable[..., Any]] | None = None
) -> Lab:
    """A lab by its name; `own` says which function each of its parameters takes, by name.

    A function that the learner has not written yet is the exercise's reference.
    """
    known = written or {}
    functions = {
        parameter: known.get(function) or reference(function) for parameter, function in own.items()
    }
    return getattr(labs, name)(**functions)


def reference(function: str) -> Callable[..., Any]:
    """The course's own version of a function that an exercise asks for."""
    from autograders.declare.catalogue import (
        find,  # a second of a page's start, not spent before needed
    )

    return find(function).reference  # type: ignore[union-attr]


class Desk:
    """The labs that are open on a page."""

    def __init__(self) -> None:
        self._stages: dict[str, Stage] = {}

    def answer(self, request: str) -> str:
        """The JSON that answers a request in JSON."""
        asked = json.loads(request)
        return json.dumps(getattr(self, f"on_{asked.pop('kind')}")(**asked), ensure_ascii=False)

    def on_lab(self, key: str, lab: str, own: dict[str, str], act: str, values: dict) -> dict:
        """Act on a lab, which is opened when it is first heard of."""
        if key not in self._stages or act == "open":
            self._stages[key] = Stage(open_lab(lab, own))
            if values:
                self._stages[key].lab.set(**values)
        if act == "open":
            values = {}
        return self._stages[key].act(act, values)
