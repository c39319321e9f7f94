"""What a learner wrote in a lesson, carried into a newer edition of it; standard library only."""

import hashlib
import json
from collections.abc import Iterator
from typing import Any

NOTE = "changed-since-"
CHANGED = (
    "**This task has changed since you answered it.** Your answer stands in the next cell. The"
    " task is now given as follows; when you have looked at both, delete this cell.\n\n{}"
)
GONE = (
    "**The lesson no longer has the next cell in these words.** It is kept here since you wrote in"
    " it; delete both when you do not need them."
)


def key(cell: dict[str, Any]) -> str:
    """What a cell is known by from edition to edition: its `grade_id`, else its id."""
    graded = cell.get("metadata", {}).get("nbgrader", {})
    return str(graded.get("grade_id") or cell.get("id", ""))


def text(cell: dict[str, Any]) -> str:
    """The text of a cell."""
    return "".join(cell["source"])


def mark(words: str) -> str:
    """A short hash of a text."""
    return hashlib.sha256(words.encode()).hexdigest()[:16]


def marks(content: bytes) -> dict[str, str]:
    """For each cell of a notebook, by its key, a hash of its text; none where it is no notebook."""
    try:
        return {key(cell): mark(text(cell)) for cell in json.loads(content)["cells"]}
    except (ValueError, KeyError, TypeError, AttributeError):
        return {}


def carry(new: bytes, mine: bytes, base: dict[str, str]) -> tuple[bytes, int]:
    """The new edition with what was written in an older one, and how many places need a look.

    `base` is what `marks` said of the older edition when it was delivered; without it only answers
    are carried. An answer stands in the cell of its `grade_id`; where the task has changed, a note
    before it shows the new one. A cell that the learner added follows the cell that it followed,
    and a cell of the lesson in which the learner wrote replaces the same words of the new edition;
    where these are gone, it is kept with a note. A locked cell is that of the new edition.
    """
    try:
        edition, wrote = json.loads(new), json.loads(mine)["cells"]
        cells = list(_merged(edition["cells"], wrote, base))
    except (ValueError, KeyError, TypeError, AttributeError):
        return new, 0
    notes = sum(cell["id"].startswith(NOTE) for cell in cells)
    taken: set[str] = set()
    for number, cell in enumerate(cells):
        if cell["id"] in taken:
            cell["id"] = f"own-{number}"
        taken.add(cell["id"])
    edition["cells"] = cells
    return (json.dumps(edition, indent=1, ensure_ascii=False) + "\n").encode(), notes


def _merged(
    released: list[dict[str, Any]], wrote: list[dict[str, Any]], base: dict[str, str]
) -> Iterator[dict[str, Any]]:
    """The cells of the new edition, with those of the learner in and between them."""
    by_key = {key(cell): cell for cell in released}
    by_text = {mark(text(cell)): key(cell) for cell in reversed(released)}
    instead: dict[str, dict[str, Any]] = {}
    notes: dict[str, list[dict[str, Any]]] = {}
    after: dict[str, list[dict[str, Any]]] = {}
    place = ""
    for cell in (cell for cell in wrote if not cell.get("id", "").startswith(NOTE)):
        name, words = key(cell), mark(text(cell))
        graded, before = cell.get("metadata", {}).get("nbgrader", {}), base.get(name)
        if graded:
            same = name if name in by_key else ""
        else:
            same = by_text.get(before or words, "")
        locked = graded and not graded.get("solution")
        if locked or words == before or (same and words == mark(text(by_key[same]))):
            place = same or place
        elif same and same not in instead:
            place = same
            changed = graded and before and mark(text(by_key[same])) != before
            instead[same] = {**by_key[same], "source": cell["source"]}
            instead[same] |= {"attachments": cell["attachments"]} if "attachments" in cell else {}
            if changed:
                notes[same] = [_note(name, CHANGED.format(_quoted(by_key[same])))]
        elif base or graded:
            gone = [] if same or not before else [_note(name, GONE)]
            after.setdefault(place, []).extend([*gone, _plain(cell)])
    yield from after.get("", [])
    for cell in released:
        yield from notes.get(key(cell), [])
        yield instead.get(key(cell), cell)
        yield from after.get(key(cell), [])


def _plain(cell: dict[str, Any]) -> dict[str, Any]:
    """A cell of the learner's own: it is not graded, and has not run."""
    own = {**cell, "metadata": {}}
    return own | {"outputs": [], "execution_count": None} if cell["cell_type"] == "code" else own


def _note(name: str, words: str) -> dict[str, Any]:
    return {
        "cell_type": "markdown",
        "id": f"{NOTE}{name}"[:64],
        "metadata": {},
        "source": words.splitlines(True),
    }


def _quoted(cell: dict[str, Any]) -> str:
    """The text of a cell inside a Markdown cell."""
    if cell["cell_type"] == "code":
        return f"```python\n{text(cell)}\n```"
    return "\n".join(f"> {line}" for line in text(cell).splitlines())
