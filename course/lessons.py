"""How lessons lead to each other, and how they reach a learner: never over what was written."""

import hashlib
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from .carry import carry, marks

# Pages to look things up in. A student who fetches lessons through nbgrader's exchange gets their
# folders and nothing else, side by side: so a copy of the pages lies in the first lesson's folder.
PAGES = ("map.md", "cheat_sheet.md", "glossary.md")
LINK = re.compile(r"\]\(\.\./\w+/([\w.]+\.(?:md|ipynb))\)")
STANDS, AHEAD = "where-this-lesson-stands", "the-next-lesson"


def lesson_file(course: Path, unit: str) -> Path:
    """The text of a unit's lesson."""
    return course / "units" / unit / "lesson.py"


def lesson_files(course: Path) -> list[Path]:
    """The texts of all lessons, in the order of the units."""
    return sorted((course / "units").glob("[0-9]*/lesson.py"))


def signposts(course: Path, unit: str) -> dict[str, str]:
    """Two cells that lead on from a unit, by id: where it stands, and at its end what is next.

    Where nothing comes before or next, nothing is said of it.
    """
    units = lesson_files(course)
    names = [path.parent.name for path in units]
    at = names.index(unit)

    def lesson(path: Path) -> str:
        title = re.search(r"^# # (.+)", path.read_text("utf-8"), re.MULTILINE)
        name = path.parent.name
        return f"[{title[1] if title else name}](../{name}/{name}.ipynb)"

    before = [f"**Before this** {lesson(path)}." for path in units[:at][-1:]]
    after = [f"**Next** {lesson(path)}." for path in units[at + 1 : at + 2]]
    pages = ", ".join(
        f"[{name[:-3].replace('_', ' ')}](../{names[0]}/{name})"
        for name in PAGES
        if (course / name).exists()
    )
    look = [f"**To look up** {pages}."] if pages else []
    cells = {STANDS: " ".join([*before, *after, *look]), AHEAD: " ".join(after)}
    return {name: text for name, text in cells.items() if text}


def relink(notebook: str, *, pages: str = "", lessons: str = "") -> str:
    """A released notebook, or its text, for a place where not every lesson has its own folder.

    `pages` and `lessons` stand there before the file's name of a page and of a lesson.
    """

    def target(link: re.Match[str]) -> str:
        return f"]({pages if link[1] in PAGES else lessons}{link[1]})"

    return LINK.sub(target, notebook)


def reference(course: Path, lessons: str | None = None) -> Iterator[tuple[str, bytes]]:
    """The pages and their pictures by name; a link to what stays behind becomes its text.

    They are as they lie in the first lesson's folder; `lessons` is for `relink`.
    """
    for name in PAGES:
        if (course / name).exists():
            text = (course / name).read_text("utf-8")
            text = re.sub(r"(?<!!)\[([^\]]+)\]\(guide\.md\)", r"\1", text)
            text = text.replace("](release/", "](../")
            yield name, (text if lessons is None else relink(text, lessons=lessons)).encode()
    for path in sorted((course / "pictures").glob("*.svg")):
        yield f"pictures/{path.name}", path.read_bytes()


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def writing(content: bytes) -> str:
    """A hash of what a person wrote in a notebook; outputs and metadata change by opening it."""
    try:
        cells = json.loads(content.decode("utf-8"))["cells"]
        written = [
            [cell["cell_type"], "".join(cell["source"]), cell.get("attachments")] for cell in cells
        ]
    except (ValueError, KeyError, TypeError):
        return sha256(content)
    return sha256(json.dumps(written, sort_keys=True).encode())


def read_record(path: Path) -> dict[str, dict[str, Any]]:
    """The record of deliveries; a lost or damaged one is empty, and then no file is replaced."""
    try:
        found = json.loads(path.read_text("utf-8"))
        return {name: dict(edition) for name, edition in found.items()}
    except (OSError, ValueError, TypeError, AttributeError):
        return {}


def write(path: Path, content: bytes) -> None:
    """Replace a file in one step: after a power cut there is the old one or the new one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(path.name + ".part")
    draft.write_bytes(content)
    draft.replace(path)


def deliver(release: Path, work: Path) -> list[str]:
    """Copy released notebooks into the learner's folder, never over what the learner wrote.

    `work/.delivered.json` says which release each file came from, and what was written in it. A
    notebook that still says the same is refreshed. One with the learner's writing stays, and its
    update is put beside it as `NAME.updated.ipynb`, then `NAME.updated-2.ipynb`, with that writing
    carried into it. A deleted notebook is delivered afresh, a deleted update is not offered twice.
    The pages of `reference` come by the same rule. Returns a sentence for each update.
    """
    record = work / ".delivered.json"
    delivered = read_record(record)
    notices = []
    lessons = [(path.name, path.read_bytes()) for path in sorted(release.glob("*/*.ipynb"))]
    files = [(name, relink(content.decode()).encode()) for name, content in lessons]
    for first, content in [*files, *reference(release.parent, lessons="")]:
        edition: dict[str, Any] = {"release": sha256(content), "writing": writing(content)}
        wrote: tuple[bytes, dict[str, str]] | None = None
        for name in names_for(first):
            target, was = work / name, delivered.get(name, {})
            now = writing(target.read_bytes()) if target.exists() else None
            if was.get("release") == edition["release"] and (now or name != first):
                break
            if now is None or now == was.get("writing"):
                brought, look = carry(content, *wrote) if wrote else (content, 0)
                write(target, brought)
                edition |= {"writing": writing(brought), "cells": marks(content)}
                edition["written"] = sha256(brought)
                if name != first:
                    notices.append(_notice(first, name, brought != content, look))
            elif now != edition["writing"]:
                base = was.get("cells")
                wrote = target.read_bytes(), base if isinstance(base, dict) else {}
                continue
            delivered[name] = edition
            break
    write(record, json.dumps(delivered, indent=1, sort_keys=True).encode())
    return notices


def _notice(first: str, name: str, carried: bool, look: int) -> str:
    """What is said of an update."""
    new = f"the new one, with what you wrote in it, is work/{name}"
    if not carried:
        new = f"the new one is work/{name}"
    where = {0: "", 1: " A note in it shows where yours and the new text differ."}.get(
        look, f" {look} notes in it show where yours and the new text differ."
    )
    return f"{first} has been improved since you began. Yours is as you left it; {new}.{where}"


def last_saved(work: Path) -> str | None:
    """The name of the lesson to go on with: the last one that the learner saved, if there is one.

    Where an update of it came later, that is the one.
    """
    record = read_record(work / ".delivered.json")
    saved = [
        path
        for path in work.glob("*.ipynb")
        if path.name in record and record[path.name].get("written") != sha256(path.read_bytes())
    ]
    if not saved:
        return None
    newest = max(saved, key=_when)
    lesson = re.sub(r"\.updated(-\d+)?$", "", newest.stem)
    chain = [newest, *work.glob(f"{lesson}.updated*.ipynb")]
    return max(chain, key=_when).name


def _when(path: Path) -> float:
    return path.stat().st_mtime


def names_for(name: str) -> Iterator[str]:
    """The names under which a file may be delivered, in the order in which they are tried."""
    stem, dot, ending = name.rpartition(".")
    yield name
    yield f"{stem}.updated{dot}{ending}"
    number = 2
    while True:
        yield f"{stem}.updated-{number}{dot}{ending}"
        number += 1
