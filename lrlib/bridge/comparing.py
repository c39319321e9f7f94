"""Say which known convention a file's schedules and steps follow, and where lrlib differs."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from lrlib.bridge import probe
from lrlib.bridge.conventions import NAMES, constants, curves, decays, steps

SAME = 1e-9
"""Relative difference up to which two sequences are the same."""


@dataclass(frozen=True)
class Compared:
    """What `compare` found out about one function.

    Attributes:
        name: The function.
        like: The class of lrlib nearest to it, or "" if it could not be asked.
        convention: What it follows, in words; "" if no known convention gives its numbers.
        differs: Updates at which it differs from lrlib's, counted from 0.
        largest: The largest difference: of a step as a share of lrlib's largest weight at that
            update, of a schedule as a share of lrlib's largest rate.
        text: All of it in sentences.
    """

    name: str
    like: str
    convention: str
    differs: tuple[int, ...]
    largest: float
    text: str


def compare(path: str | Path, seconds: float = 20.0) -> list[Compared]:
    """Run the functions of a file and say which known conventions they follow.

    The file is run, in a process of its own that is stopped after `seconds`: it should be your
    own, or one that you trust.

    Args:
        path: A Python file with functions such as `get_lr(it)`, `schedule(epoch, lr)`,
            `step(w, dw, config)` or `step(w, grad, state, lr, ...)`.
        seconds: Time limit.

    Raises `ValueError` where nothing can be compared: the file does not run or takes too long, or
    holds no function of a known shape. The message says what was looked for.
    """
    file = Path(path)
    if not file.is_file():
        raise ValueError(f"a Python file was expected, and {str(path)!r} is none")
    command = [sys.executable, str(probe.__file__), str(file.resolve())]
    try:
        done = subprocess.run(
            command, capture_output=True, stdin=subprocess.DEVNULL, timeout=seconds, text=True
        )
        said = json.loads(done.stdout)
    except subprocess.TimeoutExpired:
        raise ValueError(
            f"{file.name} did not end within {seconds:g} s; compare runs all of the file, so put"
            ' training under if __name__ == "__main__":'
        ) from None
    except json.JSONDecodeError:
        raise ValueError(f"{file.name} ended its process before its functions were asked") from None
    if "error" in said:
        raise ValueError(
            f"{file.name} does not run here: {said['error']}. Keep the function and what it uses"
            " in a file of their own."
        )
    found = [_compared(item) for item in said["found"] if "other" not in item]
    if not found:
        others = [f"{item['name']}{item['other']}" for item in said["found"]]
        there = f"it has {', '.join(others)}" if others else "it defines no function"
        raise ValueError(
            f"nothing in {file.name} can be compared: {there}. Looked for functions with"
            f" parameters as in {', '.join(probe.SHAPES)}."
        )
    return found


def _compared(item: dict[str, Any]) -> Compared:
    if "unread" in item:
        return Compared(item["name"], "", "", (), 0.0, f"{item['name']}: {item['unread']}.")
    if "path" in item:
        code = np.array(item["path"], float)
        rows = list(steps(item["given"]))
        return _verdict(item["name"], code, rows, "update")
    code, known = np.array(item["rates"], float), item["constants"]
    rows = [
        (like, words, code, own) for like, words, own in decays(code, item.get("start"))
    ] or list(curves(known, len(code)))
    unit = "epoch" if item["shape"].startswith("schedule(epoch") else "count"
    if rows:
        return _verdict(item["name"], code, rows, unit)
    missing = [
        f"{key} ({', '.join(NAMES[key])})"
        for key in ("peak", "steps")
        if key not in constants(known)
    ]
    why = f" For warmup and cosine it needs constants: {'; '.join(missing)}." if missing else ""
    text = f"{item['name']}: these rates follow no known decay.{why}"
    return Compared(item["name"], "", "", (), 0.0, text)


def _distance(one: np.ndarray, other: np.ndarray) -> np.ndarray:
    """For each update the largest difference, as a share of the largest value of `other` there."""
    if one.ndim == 1:
        one, other = one[:, None], other[:, None]
        size = np.full(len(other), np.abs(other).max())
    else:
        size = np.abs(other).max(axis=1)
    apart = np.abs(one - other).max(axis=1) / np.maximum(size, 1e-300)
    return np.where(np.isfinite(apart), apart, np.inf)


def _verdict(name: str, code: np.ndarray, rows: list[Any], unit: str) -> Compared:
    near = [float(_distance(code, path).max()) for _, _, path, _ in rows]
    exact = [row for row, apart in zip(rows, near, strict=True) if apart <= SAME]
    # Of several that give these numbers the first is the plainest.
    like, words, _, own = exact[0] if exact else rows[int(np.argmin(near))]
    apart = _distance(code, own)
    differs = tuple(int(t) for t in np.flatnonzero(apart > SAME))
    largest = float(apart.max())
    says = (
        f"{name} follows {like}: {words}."
        if exact
        else f"{name} follows no known convention; the nearest is {like}: {words}."
    )
    if unit == "epoch":
        says += " It is asked once for each epoch, not for each update."
    if not differs:
        says += f" It equals lrlib's in all {len(code)} {unit}s."
    else:
        says += (
            f" It differs from lrlib's in {len(differs)} of {len(code)} {unit}s, first at {unit}"
            f" {differs[0]} (counted from 0); most at {int(np.argmax(apart))}, by {largest:.2g} of"
            f" the largest {'weight there' if unit == 'update' else 'rate'}."
        )
    return Compared(name, like, words if exact else "", differs, largest, says)
