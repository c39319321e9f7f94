"""Opens nbgrader's gradebook, waits while others hold it, and says plainly what is wrong."""

from __future__ import annotations

import contextlib
import os
import secrets
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeVar

from nbgrader.api import Gradebook
from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import (
    DatabaseError,
    DBAPIError,
    InterfaceError,
    InternalError,
    OperationalError,
)
from sqlalchemy.pool import NullPool

from ..errors import GraderError

Value = TypeVar("Value")

PAUSES = (0.2, 0.5, 1.0, 2.0, 4.0)
"""Seconds between attempts, on top of what the database itself waits (`timeout` in `db_url`)."""

HOPELESS = {
    "readonly": "it cannot be written to; give its file and its folder write permission",
    "read-only": "it cannot be written to; give its file and its folder write permission",
    "is full": "the disk is full; make room on it",
    "not a database": "it is damaged; restore a copy, or move it away and make a new one",
    "malformed": "it is damaged; restore a copy, or move it away and make a new one",
    "unable to open": "it cannot be opened; look at its path and at the permissions of its folder",
    "disk i/o error": "the disk refuses to read or write; look whether it is full",
    "no such table": "it is damaged; restore a copy, or move it away and make a new one",
    "no such column": "it is of another version of nbgrader; run 'nbgrader db upgrade'",
}
ONE_AT_A_TIME = 0x6C656172
LOCKED = "another program holds it; close the formgrader or wait for the other nbgrader command"
UNREACHABLE = "it does not answer; look whether its server is running"


class GradebookUnusable(GraderError):
    """The gradebook as a whole cannot be used; results that are kept can be recorded later."""


def patiently(act: Callable[[], Value], db_url: str) -> Value:
    """Do something with a gradebook, again and again while another program holds it.

    Raises `GradebookUnusable` when the gradebook is at fault; what is wrong with the entries
    themselves is raised as it is.
    """
    for pause in (*PAUSES, None):
        try:
            return act()
        except DBAPIError as error:
            if not _of_the_whole(error):
                raise
            why = _hopeless(error)
            if why is None and pause is not None:
                time.sleep(pause)
                continue
            raise _unusable(db_url, why or _busy(error), error) from error
    raise AssertionError("the last attempt returns or raises")


def _of_the_whole(error: DBAPIError) -> bool:
    """Whether an error is the database's, not that of one entry in it."""
    return isinstance(error, (OperationalError, InterfaceError, InternalError)) or (
        type(error) is DatabaseError
    )


def _hopeless(error: DBAPIError) -> str | None:
    said = str(error.orig).lower()
    return next((why for sign, why in HOPELESS.items() if sign in said), None)


def _busy(error: DBAPIError) -> str:
    said = str(error.orig).lower()
    return LOCKED if "lock" in said or "busy" in said else UNREACHABLE


def _unusable(db_url: str, why: str, error: Exception) -> GradebookUnusable:
    name = make_url(db_url).render_as_string(hide_password=True)
    said = str(getattr(error, "orig", error)).strip().partition("\n")[0]
    return GradebookUnusable(f"the gradebook {name} cannot be used: {why} ({said})")


def open_gradebook(db_url: str, course_id: str) -> Gradebook:
    """Open a gradebook; one in a new file appears there whole or not at all."""
    make_file(db_url, course_id)
    with alone(db_url):
        return patiently(lambda: Gradebook(db_url, course_id), db_url)


@contextlib.contextmanager
def alone(db_url: str) -> Iterator[None]:
    """Let one program at a time make tables or an assignment in PostgreSQL; do not nest.

    Two that find an empty database would both begin to fill it, and nbgrader's statements then fail
    for the second. The lock ends with its connection, however this program ends. SQLite has one
    writer at a time anyway.
    """
    url = make_url(db_url)
    if url.get_backend_name() != "postgresql":
        yield
        return
    with patiently(create_engine(url, poolclass=NullPool).connect, db_url) as connection:
        connection.execute(text("SELECT pg_advisory_lock(:key)"), {"key": ONE_AT_A_TIME})
        yield


def make_file(db_url: str, course_id: str) -> None:
    """Make an SQLite gradebook when its file is missing or empty.

    nbgrader fills a new file in several steps, and refuses one in which a stop left only some.
    """
    url = make_url(db_url)
    name = url.database or ":memory:"
    if url.get_backend_name() != "sqlite" or name == ":memory:" or name.startswith("file:"):
        return
    path = Path(name)
    if path.exists() and path.stat().st_size:
        return
    draft = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
    try:
        patiently(lambda: Gradebook(f"sqlite:///{draft}", course_id), db_url).close()
        if path.exists() and not path.stat().st_size:
            path.unlink()
        # A link is made whole or not at all, and never in the place of another's gradebook.
        with contextlib.suppress(FileExistsError):
            os.link(draft, path)
    except OSError as error:
        raise _unusable(db_url, "it cannot be made", error) from None
    finally:
        draft.unlink(missing_ok=True)
        draft.with_name(f"{draft.name}-journal").unlink(missing_ok=True)
