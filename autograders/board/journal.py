"""The journal of a lab: an append-only file from which a board that was killed goes on."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

Record = dict[str, Any]


class Journal:
    """The records of one lab in the order in which they came, each on a line of its own.

    The file can be read by its owner only. It ends with the lab, unless somebody keeps it.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._file: IO[str] | None = None

    def read(self) -> Iterator[Record]:
        """The records so far. A last line that was cut off when the machine went is none."""
        if not self.path.exists():
            return
        with self.path.open(encoding="utf-8") as lines:
            for line in lines:
                if line.endswith("\n"):
                    yield json.loads(line)

    def append(self, record: Record) -> None:
        """Write a record, whole or not at all, before anybody is told that it arrived."""
        if self._file is None:
            self._mend()
            self._file = os.fdopen(
                os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600),
                "w",
                encoding="utf-8",
            )
        self._file.write(json.dumps(record, separators=(",", ":")) + "\n")
        self._file.flush()

    def _mend(self) -> None:
        """Cut off a line that was not finished."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        if self.path.exists():
            whole = self.path.read_bytes()
            os.truncate(self.path, whole.rfind(b"\n") + 1)

    def forget(self, learner: int) -> None:
        """Write the journal anew without what one learner sent, joining and leaving included."""
        kept = [record for record in self.read() if record.get("id") != learner]
        self.close()
        draft = Journal(self.path.with_name(f"{self.path.name}.new"))
        draft.remove()
        for record in kept:
            draft.append(record)
        draft.close()
        draft.path.replace(self.path)

    def close(self) -> None:
        """Let go of the file; the next `append` opens it again."""
        if self._file is not None:
            self._file.close()
            self._file = None

    def remove(self) -> None:
        """Delete the journal."""
        self.close()
        self.path.unlink(missing_ok=True)
