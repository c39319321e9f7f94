"""Submissions, rebuilt from the released notebook in the reader."""

from __future__ import annotations

import pickle
from functools import lru_cache
from typing import Any

from ..submission.intake import Placed, Submission
from ..submission.intake import read_submission as rebuild
from ..submission.master import Master
from .reader import Reader, own_reader


def read_submission(data: bytes, master: Master, reader: Reader | None = None) -> Submission:
    """Rebuild a submission as `intake.read_submission` does, within bounds.

    Raises `Refused` when there is nothing to use, `BoundReached` among them.
    """
    reader = reader or own_reader()
    found = reader.read(placed_of, data, _pickled(master))
    placed = tuple(
        Placed(source, kind, None if number is None else master.cells[number], pictures)
        for source, kind, number, pictures in found["placed"]
    )
    return Submission(master.unit, placed, tuple(found["notes"]))


def placed_of(data: bytes, released: bytes) -> dict[str, Any]:
    """In the reader: a submission's cells, each with its number in the master, and the notes."""
    master, numbers = _master(released)
    read = rebuild(data, master)
    placed = [
        [
            item.source,
            item.cell_type,
            None if item.master is None else numbers[id(item.master)],
            {name: dict(kinds) for name, kinds in item.pictures.items()},
        ]
        for item in read.placed
    ]
    return {"placed": placed, "notes": read.notes}


_last: dict[int, tuple[Master, bytes]] = {}


def _pickled(master: Master) -> bytes:
    """The master as bytes, made once; the master is kept, so that no other one gets its number."""
    if id(master) not in _last:
        _last.clear()
        plain = Master(master.unit, master.cells, master.metadata)
        _last[id(master)] = (master, pickle.dumps(plain))
    return _last[id(master)][1]


@lru_cache(maxsize=4)
def _master(released: bytes) -> tuple[Master, dict[int, int]]:
    master = pickle.loads(released)
    return master, {id(cell): number for number, cell in enumerate(master.cells)}
