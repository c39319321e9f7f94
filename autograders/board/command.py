"""The command `board`: the live board of one unit, from its start to Ctrl-C."""

from __future__ import annotations

import argparse
import asyncio
import signal
import socket
import sys
from datetime import datetime
from typing import TYPE_CHECKING

from ..errors import GraderError

if TYPE_CHECKING:
    from .desk import Desk

PORT = 8640


class CannotServe(GraderError):
    """Why the board cannot be served here, and what to try."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `board`."""
    parser.add_argument("unit", help="a unit's name or number")
    parser.add_argument(
        "--ip", default="0.0.0.0", help="the address to listen at (default: all of this machine)"
    )
    parser.add_argument("--port", type=int, default=PORT, help=f"default: {PORT}")
    parser.add_argument("--keep", action="store_true", help="keep the lab's journal at the end")
    parser.add_argument(
        "--new", action="store_true", help="delete the journal of a lab that was interrupted"
    )


def run(options: argparse.Namespace) -> None:
    """Serve the board until Ctrl-C; then delete what was collected, unless it is to be kept."""
    from ..declare.catalogue import of_unit
    from ..submission.folders import CourseFolder
    from .desk import Desk
    from .guide import read_guide

    course = CourseFolder(options.course)
    unit = course.unit(options.unit)
    known = of_unit(unit)
    asked = [name for name in course.master(unit).tests if name in known]
    items = {name: known[name] for name in dict.fromkeys([*asked, *known])}
    journal = course.root / "board" / f"{unit}.jsonl"
    if options.new:
        journal.unlink(missing_ok=True)
    guide = read_guide(course.root / "units" / unit / "guide.md", items)
    desk = Desk(unit, items, guide, journal)
    try:
        asyncio.run(_serve(desk, options))
    finally:
        desk.journal.close()
    if options.keep:
        # Under a name of its own: the next lab of this unit is another one.
        kept = journal.with_name(f"{unit}-{datetime.now():%Y-%m-%d-%H%M%S}.jsonl")
        journal.rename(kept)
        print(f"The journal is kept in {kept}.", file=sys.stderr)
    else:
        desk.journal.remove()
        print("The lab is over; everything that the board was told is deleted.", file=sys.stderr)


async def _serve(desk: Desk, options: argparse.Namespace) -> None:
    """Listen until the process is told to end."""
    from .server import listen

    ended, loop = asyncio.Event(), asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: loop.call_soon_threadsafe(ended.set))
    try:
        server, port = listen(desk, options.ip, options.port)
    except (OSError, OverflowError) as fault:
        raise CannotServe(
            f"cannot listen at {options.ip}, port {options.port}: {fault}; is a board running"
            " already? Try another port with --port"
        ) from None
    near = options.ip if options.ip not in ("0.0.0.0", "::", "") else _address()
    desk.address = f"http://{near}:{port}"
    if desk.resumed:
        known = len(desk.lab.learners)
        begun = datetime.fromtimestamp(desk.begun)
        print(f"Goes on with the lab of {begun:%d %B, %H:%M}, which was interrupted, with {known}")
        print("learners; --new deletes it and begins anew.")
    print(f"The board, for you alone to open: {desk.address}/board?token={desk.token}")
    print(f"A learner's cell: from autograders.board import join; {desk.invitation}")
    print("Ctrl-C ends the lab.", flush=True)
    await ended.wait()
    server.stop()
    await server.close_all_connections()


def _address() -> str:
    """This machine's address in its network: the one from which it would call elsewhere.

    Nothing is sent: a datagram socket that is connected only chooses a way.
    """
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asked:
        try:
            asked.connect(("192.0.2.1", 9))
            return str(asked.getsockname()[0])
        except OSError:
            return "127.0.0.1"
