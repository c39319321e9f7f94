"""Delivers released notebooks into a learner's folder, never over what the learner wrote."""

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path


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


def read_record(path: Path) -> dict[str, dict[str, str]]:
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
    update is put beside it as `NAME.updated.ipynb`, then `NAME.updated-2.ipynb`. A deleted notebook
    is delivered afresh, a deleted update is not offered twice. Returns a sentence for each update.
    """
    record = work / ".delivered.json"
    delivered = read_record(record)
    notices = []
    for source in sorted(release.glob("*/*.ipynb")):
        content = source.read_bytes()
        edition = {"release": sha256(content), "writing": writing(content)}
        for name in names_for(source):
            target, was = work / name, delivered.get(name, {})
            now = writing(target.read_bytes()) if target.exists() else None
            if was.get("release") == edition["release"] and (now or name != source.name):
                break
            if now is None or now == was.get("writing"):
                write(target, content)
                if name != source.name:
                    notices.append(
                        f"{source.name} has been improved since you began. Yours is as you left "
                        f"it; the new one is work/{name}."
                    )
            elif now != edition["writing"]:
                continue
            delivered[name] = edition
            break
    write(record, json.dumps(delivered, indent=1, sort_keys=True).encode())
    return notices


def names_for(source: Path) -> Iterator[str]:
    """The names under which a notebook may be delivered, in the order in which they are tried."""
    yield source.name
    yield source.stem + ".updated.ipynb"
    number = 2
    while True:
        yield f"{source.stem}.updated-{number}.ipynb"
        number += 1
