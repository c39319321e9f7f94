"""The board's web server: pages, the learners' requests, and a stream that keeps the page live."""

from __future__ import annotations

import asyncio
import contextlib
import hmac
import json
import logging
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any, ClassVar

from tornado.httpserver import HTTPServer
from tornado.iostream import StreamClosedError
from tornado.netutil import bind_sockets
from tornado.web import Application, RequestHandler

from .desk import Desk, Refusal

PAGES = Path(__file__).parent / "pages"
LARGEST = 64 * 1024
"""Bytes of one request."""
EVERY = 0.25
"""Seconds between two looks at whether a page has something new to show."""
AT_LEAST_EVERY = 5.0
MOST_STREAMS = 20
MOST_PAGES = 3
HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self';"
        " base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
    "Server": "board",
}
TYPES = {".html": "text/html", ".css": "text/css", ".js": "text/javascript"}


class Handler(RequestHandler):
    """What all answers share: the headers, and refusals as JSON."""

    def initialize(self, desk: Desk) -> None:
        self.desk = desk

    def set_default_headers(self) -> None:
        for name, value in HEADERS.items():
            self.set_header(name, value)

    def refuse(self, refusal: Refusal) -> None:
        """Answer with the reason for a refusal."""
        self.set_status(refusal.status)
        self.finish(refusal.body)

    def body(self) -> dict[str, Any]:
        """The JSON object that was sent."""
        try:
            found = json.loads(self.request.body)
        except (ValueError, RecursionError):
            found = None
        if not isinstance(found, dict):
            raise Refusal(400, "expected a JSON object", seq=0)
        return found

    def instructor(self) -> None:
        """Refuse anybody without the token of the address that the command printed."""
        given = self.get_query_argument("token", "").encode("utf-8", "replace")
        if not hmac.compare_digest(given, self.desk.token.encode()):
            raise Refusal(403, "open the board by the whole address that the command printed")


class Page(Handler):
    """A page, or what belongs to one; the board's own page is the instructor's."""

    def get(self, name: str) -> None:
        try:
            if name == "board":
                self.instructor()
        except Refusal as refusal:
            return self.refuse(refusal)
        path = PAGES / ({"board": "board.html", "": "learner.html"}.get(name) or name)
        self.set_header("Content-Type", f"{TYPES[path.suffix]}; charset=utf-8")
        self.finish(path.read_bytes())
        return None


class Ask(Handler):
    """A request of a learner or of the instructor, answered with JSON."""

    def post(self, what: str) -> None:
        try:
            self.finish(self._answer(what))
        except Refusal as refusal:
            self.refuse(refusal)

    def _answer(self, what: str) -> dict[str, Any]:
        if what == "act":
            self.instructor()
            return self.desk.act(self.body())
        if what == "join":
            return self.desk.join(self.body(), self.request.remote_ip or "")
        secret = self.request.headers.get("Authorization", "").removeprefix("Bearer ")
        if what == "leave":
            return self.desk.leave(secret)
        return {"events": self.desk.take, "vote": self.desk.vote}[what](secret, self.body())


class Stream(Handler):
    """Server-sent events for the board's page: the view, when it has changed and now and then."""

    streams = 0

    async def get(self) -> None:
        try:
            self.instructor()
            if Stream.streams >= MOST_STREAMS:
                raise Refusal(429, f"the board is open on {MOST_STREAMS} pages already")
        except Refusal as refusal:
            return self.refuse(refusal)
        Stream.streams += 1
        try:
            await self.follow(lambda: self.desk.changes, self.desk.view)
        finally:
            Stream.streams -= 1
        return None

    async def follow(self, changes: Callable[[], int], view: Callable[[], dict[str, Any]]) -> None:
        """Send what `view` gives whenever `changes` does, until the page is gone."""
        self.set_header("Content-Type", "text/event-stream; charset=utf-8")
        seen, waited = -1, AT_LEAST_EVERY
        with contextlib.suppress(StreamClosedError):
            while True:
                if seen != changes() or waited >= AT_LEAST_EVERY:
                    seen, waited = changes(), 0.0
                    self.write(f"data: {json.dumps(view())}\n\n")
                    await self.flush()
                await asyncio.sleep(EVERY)
                waited += EVERY


class Question(Stream):
    """Server-sent events for a learner's page: the question that is open."""

    pages: ClassVar[Counter[str]] = Counter()

    async def get(self) -> None:
        secret = self.get_query_argument("secret", "")
        try:
            self.desk.learner(secret)
            if self.pages[secret] >= MOST_PAGES:
                raise Refusal(429, f"you have this page open {MOST_PAGES} times already")
        except Refusal as refusal:
            return self.refuse(refusal)
        self.pages[secret] += 1
        try:
            await self.follow(lambda: self.desk.polled, lambda: self._asked(secret))
        finally:
            self.pages[secret] -= 1
        return None

    def _asked(self, secret: str) -> dict[str, Any]:
        """The question; the stream ends when the learner has left."""
        try:
            return self.desk.asked(self.desk.learner(secret))
        except Refusal:
            raise StreamClosedError from None


def application(desk: Desk) -> Application:
    """The board's addresses."""
    given = {"desk": desk}
    return Application(
        [
            (r"/(board|(?:board|learner)\.(?:js|css)|)", Page, given),
            (r"/api/(join|events|vote|leave|act)", Ask, given),
            (r"/api/board", Stream, given),
            (r"/api/poll", Question, given),
        ],
        log_function=lambda handler: None,
    )


def listen(desk: Desk, address: str, port: int) -> tuple[HTTPServer, int]:
    """Serve a lab from now on; the server, and its port, which is a free one when 0 is asked for.

    What is wrong with a request is told to who sent it, and not to the instructor's terminal.
    """
    for name in ("tornado.access", "tornado.general"):
        logging.getLogger(name).setLevel(logging.CRITICAL)
    server = HTTPServer(
        application(desk),
        max_body_size=LARGEST,
        max_buffer_size=2 * LARGEST,
        max_header_size=16 * 1024,
        body_timeout=20,
        idle_connection_timeout=120,
    )
    sockets = bind_sockets(port, address)
    server.add_sockets(sockets)
    return server, sockets[0].getsockname()[1]
