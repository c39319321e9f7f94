"""A learner's side of a board: nothing is sent before `join`, all that is sent can be seen."""

from __future__ import annotations

import contextlib
import inspect
import json
import os
import sys
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
from collections import deque
from collections.abc import Callable
from pathlib import Path
from typing import Any

from ..declare.catalogue import catalogue
from ..errors import LearnersError
from ..notebook.listeners import LISTENERS
from .events import FIELDS, LONGEST_CODE, in_words, of_check

KEPT = ".board.json"
"""The learner's own secret of the board that was joined, so that a restarted kernel goes on."""
MOST_WAITING = 500
"""Events that wait for the network; of more the oldest are dropped."""
MOST_AT_ONCE = 40
PATIENCE = 3.0
"""Seconds that one request may take. It is made beside the learner's work, never in it."""
PAUSES = (1.0, 2.0, 4.0, 8.0, 15.0)

_HERE: list[Session] = []


class NotJoined(LearnersError, ValueError):
    """A request to a board that makes no sense; the message says what was expected."""


class Session:
    """One learner on one board: a queue, and a thread that sends what is in it."""

    def __init__(self, url: str, secret: str, name: str, exercises: list[str]) -> None:
        self.url, self.secret, self.name = url, secret, name
        self.exercises = set(exercises)
        self.said: deque[tuple[str, str]] = deque(maxlen=MOST_WAITING)
        self.dropped = 0
        self.ended = ""
        self._seq = 0
        self._waiting: deque[tuple[float, dict[str, Any]]] = deque()
        self._changed = threading.Condition()
        self._thread = threading.Thread(target=self._work, name="board", daemon=True)
        self._thread.start()

    def listen(self, kind: str, subject: Any, given: Any) -> None:
        """Hear of a check or a plan in this unit, and say what is sent of it."""
        name = subject if kind == "plan" else subject.name
        if name not in self.exercises or self.ended:
            return
        if kind == "plan":
            event = {"kind": "plan", "exercise": name, "methods": len(given.methods)}
            self.send(event | {"seeds": given.seeds})
        else:
            self.send(of_check(subject, given, catalogue()[name]))

    def send(self, event: dict[str, Any]) -> None:
        """Put an event into the queue and tell the learner. It never waits for the network."""
        with self._changed:
            # By the clock, so that it grows over restarts, and over two notebooks side by side.
            self._seq = max(self._seq + 1, time.time_ns() // 1_000_000)
            self._waiting.append((time.monotonic(), event | {"seq": self._seq}))
            if len(self._waiting) > MOST_WAITING:
                self._waiting.popleft()
                self.dropped += 1
            self._changed.notify()
        self.said.append((time.strftime("%H:%M:%S"), in_words(event)))
        print(f"to the board, as {self.name!r}: {in_words(event)}")

    @property
    def waiting(self) -> int:
        """How many events have not arrived yet."""
        return len(self._waiting)

    def end(self, why: str) -> None:
        """Send nothing more, and forget what waits."""
        with self._changed:
            self.ended = self.ended or why
            self._waiting.clear()
            self._changed.notify()

    def _work(self) -> None:
        failures = 0
        while True:
            with self._changed:
                while not self._waiting and not self.ended:
                    self._changed.wait()
                if self.ended:
                    return
                now = time.monotonic()
                batch = list(self._waiting)[:MOST_AT_ONCE]
            events = [event | {"age": round(now - at, 3)} for at, event in batch]
            try:
                pause = self._sent(events)
                failures = 0
            except (OSError, ValueError):
                pause = PAUSES[min(failures, len(PAUSES) - 1)]
                failures += 1
            with self._changed:
                if pause and not self.ended:
                    self._changed.wait_for(lambda: bool(self.ended), pause)

    def _sent(self, events: list[dict[str, Any]]) -> float:
        """Send events; the seconds to wait before the next are sent."""
        status, answer = ask(f"{self.url}/api/events", {"events": events}, self.secret)
        if status == 401:
            self.end("the board does not know you any more; join it again to go on")
        elif status == 200:
            self._drop(events[-1]["seq"])
        elif status == 400:
            # One that the board does not understand is given up, so that later ones arrive.
            self._drop(answer.get("seq") or events[0]["seq"])
        elif status == 429:
            return float(min(60, answer.get("wait", 5)))
        else:
            raise OSError(f"the board answered {status}")
        return 0.0

    def _drop(self, seq: int) -> None:
        with self._changed:
            while self._waiting and self._waiting[0][1]["seq"] <= seq:
                self._waiting.popleft()


class Sent:
    """What was sent to the board so far, in the order of time."""

    def __init__(self, session: Session | None) -> None:
        self.events = list(session.said) if session else []
        self.waiting = session.waiting if session else 0
        self.ended = session.ended if session else ""

    def __repr__(self) -> str:
        lines = [f"{at}  {words}" for at, words in self.events] or ["nothing"]
        if self.waiting:
            lines.append(f"{self.waiting} of these wait for the network")
        return "\n".join([*lines, *filter(None, [self.ended])])


def ask(url: str, given: dict[str, Any], secret: str = "") -> tuple[int, dict[str, Any]]:
    """Post JSON to a board, past any proxy; the status and the answer."""
    headers = {"Content-Type": "application/json", "Authorization": f"Bearer {secret}"}
    request = urllib.request.Request(url, json.dumps(given).encode(), headers)
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(request, timeout=PATIENCE) as answer:
            status, text = answer.status, answer.read(1 << 20)
    except urllib.error.HTTPError as error:
        with error:
            status, text = error.code, error.read(1 << 16)
    found = json.loads(text)
    return status, found if isinstance(found, dict) else {}


def join(address: str, code: str = "", *, name: str | None = None, consent: bool = False) -> None:
    """Join the live board of your lab, if you agree to what it is told.

    `join("192.168.1.20:8640", "KRT4MX")` says what would be sent and sends nothing; with
    `consent=True` it joins. From then on each check, quiz and plan of the unit sends one small
    event: no code, unless you call `show`. Without a `name` you are seen under a pseudonym. Never a
    mark, and deleted after the lab. `sent()` shows what went out, `leave()` deletes it.

    A board that does not answer or does not let you in is a sentence and no error, so that the
    notebook still runs from top to bottom when the lab is over.
    """
    url, code = _read_address(address, code)
    if not consent:
        print(_explained(address, code))
        return
    if sys.platform == "emscripten":
        raise NotJoined("a board can be joined from JupyterLab only, not from a page of the site")
    while _HERE:
        _stop(_HERE[-1], "you joined a board again")
    kept = _kept()
    if kept and kept["url"] == url and kept["code"] == code:
        session = Session(url, kept["secret"], kept["name"], kept["exercises"])
        welcome = "are again"
        if name and name != session.name:
            print("To be seen under another name, call leave() and join again.")
    else:
        try:
            status, answer = ask(f"{url}/api/join", {"code": code, "name": name})
        except (OSError, ValueError) as fault:
            print(f"You are on no board: none answers at {url} ({fault}).")
            print("Compare the address with the board's; is this machine in the same network?")
            return
        if status != 200:
            print(f"You are on no board: {answer.get('error', status)}.")
            return
        mine = {key: answer[key] for key in ("secret", "name", "exercises")}
        _keep({"url": url, "code": code, **mine})
        session = Session(url, **mine)
        welcome = "are now"
    _HERE.append(session)
    LISTENERS.append(session.listen)
    print(f"You {welcome} on the board as {session.name!r}.")
    print("sent() shows what goes out, leave() deletes it.")


def leave() -> None:
    """Leave the board: nothing more is sent, and what it has of you is deleted."""
    kept = _kept()
    while _HERE:
        _stop(_HERE[-1], "you left the board")
    if not kept:
        print("You are on no board.")
        return
    try:
        status, _ = ask(f"{kept['url']}/api/leave", {}, kept["secret"])
    except (OSError, ValueError):
        status = 0
    if status not in (200, 401):
        print("Nothing more is sent. The board does not answer: call leave() again to delete what")
        print("it has of you now, or leave it to the end of the lab, when all is deleted.")
        return
    with contextlib.suppress(OSError):
        _file().unlink()
    print("You have left the board, and what it had of you is deleted.")


def sent() -> Sent:
    """What was sent to the board since you joined it in this kernel."""
    return Sent(_HERE[-1] if _HERE else None)


def raise_hand(exercise: Callable[..., Any] | str | None = None) -> None:
    """Ask for help, with one exercise or in general."""
    if session := _session():
        name = _name_of(exercise, session)
        session.send({"kind": "hand", "exercise": name, "up": True})


def lower_hand() -> None:
    """Ask for help no longer."""
    if session := _session():
        session.send({"kind": "hand", "exercise": None, "up": False})


def show(function: Callable[..., Any]) -> None:
    """Send the code of one function of yours to the board, where the instructor can show it."""
    session = _session()
    if session is None:
        return
    try:
        code = inspect.getsource(function)[:LONGEST_CODE]
    except (OSError, TypeError):
        raise NotJoined("expected a function whose code can be read: run its cell first") from None
    session.send({"kind": "show", "exercise": _name_of(function, session), "code": code})


def _session() -> Session | None:
    """The session on a board, or None, which a sentence says."""
    session = _HERE[-1] if _HERE else None
    if session is None or session.ended:
        why = session.ended if session else 'join("address", "code") says how to join one'
        print(f"You are on no board: {why}.")
        return None
    return session


def _name_of(exercise: Callable[..., Any] | str | None, session: Session) -> str | None:
    name = exercise if exercise is None or isinstance(exercise, str) else exercise.__name__
    if name is not None and name not in session.exercises:
        known = ", ".join(sorted(session.exercises))
        raise NotJoined(f"expected an exercise of this lab, got {name!r}; there are: {known}")
    return name


def _stop(session: Session, why: str) -> None:
    session.end(why)
    _HERE.remove(session)
    LISTENERS.remove(session.listen)


def _read_address(address: str, code: str) -> tuple[str, str]:
    """The board's URL and the class code, from what the board shows."""
    parts = urllib.parse.urlsplit(address if "://" in address else f"http://{address}")
    code = (code or parts.path.strip("/")).strip().upper()
    if parts.scheme not in ("http", "https") or not parts.netloc or not code:
        raise NotJoined(
            f"expected the board's address and its code, got {address!r} and {code!r}; as in"
            ' join("192.168.1.20:8640", "KRT4MX")'
        )
    return f"{parts.scheme}://{parts.netloc}", code


def _explained(address: str, code: str) -> str:
    """What joining means, for who has not agreed to it yet."""
    width = max(map(len, FIELDS))
    kinds = [f"  {kind:<{width}}  {', '.join(fields)}" for kind, fields in FIELDS.items()]
    return "\n".join(
        [
            "Nothing has been sent. If you join, the board of your lab is told, under a name of",
            "your choice or a pseudonym, of each check, quiz and plan, when you raise your hand,",
            "and when you call show(...):",
            *kinds,
            "It is never a mark, it stays on your instructor's machine, and it is deleted after",
            "the lab or when you call leave(). To join:",
            f'  join("{address}", "{code}", name=None, consent=True)',
        ]
    )


def _file() -> Path:
    return Path(os.environ.get("LR_COURSE_BOARD") or KEPT)


def _kept() -> dict[str, Any] | None:
    try:
        found = json.loads(_file().read_text(encoding="utf-8"))
        known = {key: found[key] for key in ("url", "code", "secret", "name", "exercises")}
    except (OSError, ValueError, LookupError, TypeError):
        return None
    return known


def _keep(mine: dict[str, Any]) -> None:
    """Keep the secret where only its owner reads it; without the file a restart joins anew."""
    with contextlib.suppress(OSError):
        handle = os.open(_file(), os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            json.dump(mine, file)
