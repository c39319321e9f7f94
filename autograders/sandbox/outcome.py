"""What is asked of the sandbox, what comes back, and how the end of a process is put in words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from ..protocol import codec as wire

MAX_MESSAGE = 400

ANSWERED, TOO_SLOW, CRASHED, MALFORMED, FAULT = (
    "answered", "too slow", "crashed", "malformed", "fault",
)  # fmt: skip


@dataclass(frozen=True)
class Cell:
    """One code cell: a name for messages, its text, and whether it is the course's own."""

    name: str
    source: str
    trusted: bool = False


@dataclass(frozen=True)
class Request:
    """The calls put to one exercise's function, and the CPU time that they may take together.

    `calls` may be the frame of the calls, encoded once for a whole class.
    """

    name: str
    calls: Sequence[dict[str, Any]] | bytes
    seconds: float = 2.0

    @property
    def frame(self) -> bytes:
        """The calls as one frame."""
        return self.calls if isinstance(self.calls, bytes) else wire.encode(list(self.calls))


@dataclass(frozen=True)
class Reply:
    """What came back for one request.

    `status` is "answered"; "too slow", "crashed" or "malformed", which are the submission's own
    doing; or "fault", which is the machine's. `detail` says how a process ended, `waited` for how
    many seconds its answer was waited for after the one before it.
    """

    name: str
    status: str
    answers: list[Any] = field(default_factory=list)
    detail: str = ""
    waited: float = field(default=0.0, compare=False)

    @property
    def answered(self) -> bool:
        """True when the answers arrived."""
        return self.status == ANSWERED


@dataclass(frozen=True)
class Fork:
    """What one fork sent before it ended: which cells raised, and the outcomes in order.

    `ended_in` is the cell in which it ended, where known; `cells_done` that it got past them all.
    """

    failed: dict[int, str]
    outcomes: list[Reply]
    cpu_seconds: float
    cells_done: bool = True
    ended_in: int | None = None
    ending: str = ""


@dataclass(frozen=True)
class Survey:
    """What each failing cell raised, and the cells that cannot run with the others."""

    messages: dict[int, str]
    fatal: frozenset[int]


def fork_of(
    count: int,
    requests: Sequence[Request],
    frames: list[Any],
    broken: str,
    report: dict[str, Any],
    cpu_limit: int,
    waits: Sequence[float] = (),
) -> Fork:
    """Read what a fork of `count` cells sent, and its end, into the outcome of each request."""
    failed = _failed(frames[0], count) if frames else {}
    if failed is None:
        broken = broken or "the first frame is not the grader's"
    outcomes = []
    for number, request in enumerate(requests, start=1):
        frame = frames[number] if number < len(frames) and not broken else None
        outcome = _outcome(request.name, frame, broken, report, cpu_limit)
        waited = waits[number - 1] if number <= len(waits) else 0.0
        outcomes.append(replace(outcome, waited=waited))
    return Fork(failed or {}, outcomes, report["cpu"], cells_done=bool(frames))


def survey_of(frames: list[Any], count: int, report: dict[str, Any], cpu_limit: int) -> Fork:
    """Read the frames of a survey: one before each cell, and the last with what was raised."""
    failed = _failed(frames[-1], count) if len(frames) == count + 1 else None
    ending = _outcome("", None, "", report, cpu_limit)
    return Fork(
        failed or {}, [], report["cpu"],
        cells_done=failed is not None,
        ended_in=max(len(frames) - 1, 0),
        ending="used more CPU time than a cell may" if ending.status == TOO_SLOW
        else f"ended the process: {ending.detail}",
    )  # fmt: skip


def _failed(frame: Any, count: int) -> dict[int, str] | None:
    """The cells that raised, by number, or None for what only student code can have sent."""
    told = frame.get("failed") if isinstance(frame, dict) else None
    if not isinstance(told, list) or not all(_is_told(item, count) for item in told):
        return None
    return {at: text[:MAX_MESSAGE] for at, text in told}


def _is_told(item: Any, count: int) -> bool:
    if not isinstance(item, list) or len(item) != 2:
        return False
    at, text = item
    return type(at) is int and 0 <= at < count and isinstance(text, str)


def _outcome(name: str, frame: Any, broken: str, report: dict[str, Any], cpu_limit: int) -> Reply:
    if broken:
        return Reply(name, MALFORMED, detail=broken)
    if frame is None:
        if report["late"] or report["cpu"] >= cpu_limit - 0.5:
            return Reply(name, TOO_SLOW, detail=f"{report['cpu']:.1f} s of CPU time")
        return Reply(name, CRASHED, detail=_ending(report["code"]))
    if isinstance(frame, dict) and isinstance(frame.get("answers"), list):
        return Reply(name, ANSWERED, frame["answers"])
    stopped = frame.get("stopped") if isinstance(frame, dict) else None
    if stopped == "time":
        return Reply(name, TOO_SLOW, detail="its CPU time was used up")
    if isinstance(stopped, str):
        return Reply(name, CRASHED, detail=_RAISED.get(stopped, "an exception of its own kind"))
    return Reply(name, MALFORMED, detail="a frame that is not an answer")


# An exit code or a type's name chosen by the student could carry a hidden input out of the process.
_RAISED = {
    name: f"it raised {name}" for name in ("BaseException", "GeneratorExit", "KeyboardInterrupt")
}


def _ending(code: int) -> str:
    if code >= 0:
        return "it ended itself"
    return "a segmentation fault" if code in (-11, -7) else "it was stopped by a signal"
