"""A class of hundreds on one live board: its load, its memory, and how late the page shows a thing.

.venv/bin/python -m tests.benchmarks.board --learners 300
"""

from __future__ import annotations

import argparse
import asyncio
import json
import re
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tornado.httpclient import AsyncHTTPClient, HTTPRequest

from tests.autograders.board.labs import UNIT, checked
from tests.autograders.classroom import new_course
from tests.conftest import ROOT

PROBES = 20


class Board:
    """The command in a process of its own, and what its page was last told."""

    def __init__(self, course: Path) -> None:
        options = ["--ip", "127.0.0.1", "--port", "0", "--course", str(course)]
        command = [sys.executable, "-m", "autograders", "board", "4", *options]
        self.process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
        assert self.process.stdout
        said = self.process.stdout.readline() + self.process.stdout.readline()
        found = re.search(r"(http://\S+)/board\?token=(\S+)", said)
        code = re.search(r'"(\w{6})"\)', said)
        if not found or not code:
            sys.exit(f"expected the board's address, got {said!r}")
        self.url, self.token, self.code = found[1], found[2], code[1]
        self.client = AsyncHTTPClient(force_instance=True, max_clients=1000)
        self.view: dict[str, Any] = {}
        self.bytes = 0
        self._rest = b""

    def read(self, chunk: bytes) -> None:
        """Take in a piece of the page's stream."""
        self.bytes += len(chunk)
        *whole, self._rest = (self._rest + chunk).split(b"\n\n")
        if whole:
            self.view = json.loads(whole[-1].removeprefix(b"data: "))

    async def post(self, path: str, body: Any, secret: str = "") -> dict[str, Any]:
        """Post JSON, as a learner's notebook does."""
        headers = {"Authorization": f"Bearer {secret}"}
        answer = await self.client.fetch(
            HTTPRequest(f"{self.url}/api/{path}", "POST", headers, json.dumps(body))
        )
        return json.loads(answer.body)

    async def until(self, seen: Callable[[dict[str, Any]], bool]) -> None:
        """Wait until the page shows something."""
        while not (self.view and seen(self.view)):
            await asyncio.sleep(0.002)

    def used(self) -> tuple[float, float]:
        """Seconds of processor time and megabytes of memory that the board's process has used."""
        stat = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        peak = re.search(r"VmHWM:\s+(\d+)", status)
        return (int(stat[11]) + int(stat[12])) / 100, int(peak[1]) / 1024 if peak else 0.0


async def polled(board: Board, phones: int) -> None:
    """Open a question to phones that all follow it and vote at once; print what it took."""
    joined = await asyncio.gather(
        *(board.post("join", {"code": board.code, "phone": True}) for _ in range(phones))
    )
    secrets = [answer["secret"] for answer in joined]
    seen: dict[str, float] = {}

    def follow(secret: str) -> Any:
        def read(chunk: bytes) -> None:
            if b'"phase": "first"' in chunk:
                seen.setdefault(secret, time.perf_counter())

        address = f"{board.url}/api/poll?secret={secret}"
        stream = HTTPRequest(address, streaming_callback=read, request_timeout=0)
        return asyncio.ensure_future(board.client.fetch(stream, raise_error=False))

    streams = [follow(secret) for secret in secrets]
    await asyncio.sleep(2)
    began = time.perf_counter()
    await board.post(f"act?token={board.token}", {"do": "poll", "question": 1})
    while len(seen) < phones:
        await asyncio.sleep(0.01)
    delays = [moment - began for moment in seen.values()]
    print(f"{phones} phones show a question after: {shares(delays)}")

    async def vote(secret: str, option: int) -> float:
        asked = time.perf_counter()
        await board.post("vote", {"question": 1, "phase": "first", "option": option}, secret)
        return time.perf_counter() - asked

    times = await asyncio.gather(*(vote(secret, n % 3) for n, secret in enumerate(secrets)))
    print(f"{phones} vote at once: {shares(list(times))}")
    await asyncio.gather(*(board.post("leave", {}, secret) for secret in secrets))
    await asyncio.gather(*streams, return_exceptions=True)


def shares(times: list[float]) -> str:
    """Median, 95th percentile and longest in milliseconds."""
    ordered = sorted(times)
    middle, late = statistics.median(ordered), ordered[int(0.95 * (len(ordered) - 1))]
    return f"median {1e3 * middle:.0f}, p95 {1e3 * late:.0f}, longest {1e3 * ordered[-1]:.0f} ms"


async def measure(board: Board, learners: int, seconds: float) -> None:
    """Join at once, check at once, then check as a busy class does; print what it took."""
    address = f"{board.url}/api/board?token={board.token}"
    stream = HTTPRequest(address, streaming_callback=board.read, request_timeout=0)
    following = asyncio.ensure_future(board.client.fetch(stream, raise_error=False))
    await board.until(lambda view: True)
    cpu, memory = board.used()
    print(f"alone: {memory:.0f} MB")

    async def timed(asked: Any) -> tuple[float, Any]:
        began = time.perf_counter()
        answer = await asked
        return time.perf_counter() - began, answer

    joined = await asyncio.gather(
        *(timed(board.post("join", {"code": board.code})) for _ in range(learners))
    )
    secrets = [answer["secret"] for _, answer in joined]
    print(f"{learners} join at once: {shares([took for took, _ in joined])}")

    numbers = [0] * learners

    async def send(who: int) -> float:
        numbers[who] += 1
        event = checked("step_decay", ["edge"], "glides") | {"seq": numbers[who], "age": 0}
        return (await timed(board.post("events", {"events": [event]}, secrets[who])))[0]

    times = await asyncio.gather(*map(send, range(learners)))
    print(f"{learners} check at once: {shares(list(times))}")

    await polled(board, learners)
    before, began = board.used()[0], time.perf_counter()
    answered: list[float] = []

    async def busy(who: int) -> None:
        await asyncio.sleep(10 * who / learners)
        while time.perf_counter() - began < seconds:
            answered.append(await send(who))
            await asyncio.sleep(10)

    working = asyncio.gather(*map(busy, range(learners)))
    delays = []
    probe = (await board.post("join", {"code": board.code}))["secret"]
    for number in range(1, PROBES + 1):
        await asyncio.sleep(seconds / PROBES / 2)
        up = bool(number % 2)
        event = {"kind": "hand", "exercise": None, "up": up, "seq": number, "age": 0}
        asked = time.perf_counter()
        await board.post("events", {"events": [event]}, probe)
        await board.until(lambda view, up=up: bool(view["hands"]) == up)  # type: ignore[misc]
        delays.append(time.perf_counter() - asked)
    await working
    took = time.perf_counter() - began
    cpu, memory = board.used()
    print(
        f"{learners} check every 10 s: {len(answered) / took:.0f} events a second, each answered in"
        f" {shares(answered)}"
    )
    print(f"shown on the page after: {shares(delays)}")
    print(f"processor: {100 * (cpu - before) / took:.0f} % of a core; memory: {memory:.0f} MB")
    print(f"the page's stream: {board.bytes / 1024 / took:.0f} kB a second")
    board.process.terminate()
    await asyncio.gather(following, return_exceptions=True)


def main() -> None:
    """Start a board for a class that does not exist, and measure it."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.board", description=__doc__)
    parser.add_argument("--learners", type=int, default=300, help="default: 300")
    parser.add_argument("--seconds", type=float, default=30, help="of ordinary work; default: 30")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        course = new_course(Path(folder) / "course", [UNIT])
        guide = Path("units") / UNIT / "guide.md"
        (course / guide).parent.mkdir(parents=True)
        (course / guide).write_bytes((ROOT / "course" / guide).read_bytes())
        board = Board(course)
        try:
            asyncio.run(measure(board, options.learners, options.seconds))
        finally:
            board.process.kill()
            board.process.communicate()


if __name__ == "__main__":
    main()
