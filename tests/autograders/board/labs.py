"""A board on a port of its own whose clock the test sets, and learners who speak to it directly."""

from __future__ import annotations

import asyncio
import http.client
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from autograders.board.desk import Desk
from autograders.board.guide import read_guide
from autograders.board.server import listen
from autograders.declare.catalogue import of_unit
from tests.conftest import ROOT

UNIT = "04_step_decay_and_drops"


class Served:
    """A running board: `desk` is its state, `now` its clock in seconds, `url` its address."""

    def __init__(self, journal: Path, now: float = 1_000_000.0, unit: str = UNIT) -> None:
        self.now = now
        items = of_unit(unit)
        guide = read_guide(ROOT / "course" / "units" / unit / "guide.md", items)
        self.desk = Desk(unit, items, guide, journal, clock=lambda: self.now)
        self.port = 0
        ready = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._serve(ready)), daemon=True)
        self._thread.start()
        assert ready.wait(30)

    async def _serve(self, ready: threading.Event) -> None:
        self._loop, self._ended = asyncio.get_running_loop(), asyncio.Event()
        server, self.port = listen(self.desk, "127.0.0.1", 0)
        self.url = self.desk.address = f"http://127.0.0.1:{self.port}"
        ready.set()
        await self._ended.wait()
        server.stop()
        await server.close_all_connections()

    def stop(self) -> None:
        """End the server, and leave the journal as it is."""
        if self._thread.is_alive():
            self._loop.call_soon_threadsafe(self._ended.set)
            self._thread.join(30)
        self.desk.journal.close()

    def post(self, path: str, body: Any, secret: str = "") -> tuple[int, dict[str, Any]]:
        """Post a body, as JSON unless it is bytes."""
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            headers = {"Authorization": f"Bearer {secret}"}
            connection.request("POST", f"/api/{path}", data, headers)
            answer = connection.getresponse()
            text = answer.read()
        finally:
            connection.close()
        return answer.status, json.loads(text or "{}")

    def join(self, name: str | None = None, phone: bool = False) -> Pupil:
        """A learner who has just joined."""
        given = {"code": self.desk.code, "name": name, "phone": phone}
        status, answer = self.post("join", given)
        assert status == 200, answer
        return Pupil(self, answer["secret"], answer["name"])

    def kept(self) -> str:
        """The journal after its first line, whose random token may hold any short word."""
        return self.desk.journal.path.read_text("utf-8").partition("\n")[2]

    def exercise(self, name: str) -> dict[str, Any]:
        """What the board shows of one exercise."""
        return next(row for row in self.desk.view()["exercises"] if row["name"] == name)


class Pupil:
    """A simulated learner: a secret, a name, and a number for the next event."""

    def __init__(self, served: Served, secret: str, name: str) -> None:
        self.served, self.secret, self.name, self.seq = served, secret, name, 0

    def send(self, event: dict[str, Any], age: float = 0.0) -> tuple[int, dict[str, Any]]:
        """Send one event that is `age` seconds old."""
        self.seq += 1
        sent = event | {"seq": self.seq, "age": age}
        return self.served.post("events", {"events": [sent]}, self.secret)

    def vote(self, option: int, question: int = 1, phase: str = "first") -> int:
        """Vote; the status of the answer."""
        given = {"question": question, "phase": phase, "option": option}
        return self.served.post("vote", given, self.secret)[0]


@contextmanager
def board(journal: Path, **options: Any) -> Iterator[Served]:
    """A board while the block runs."""
    served = Served(journal, **options)
    try:
        yield served
    finally:
        served.stop()


def checked(exercise: str, holds: list[str], mistake: str | None = None) -> dict[str, Any]:
    """The event of a check in which these properties hold."""
    full = set(holds) == set(of_unit(UNIT)[exercise].worth)
    status = "full" if full else "partial" if holds else "zero"
    fields = {"status": status, "holds": holds, "mistake": mistake}
    return {"kind": "check", "exercise": exercise, **fields}
