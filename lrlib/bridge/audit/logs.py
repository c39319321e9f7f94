"""Traces from log files: CSV, JSON lines, and TensorBoard where it is installed."""

from __future__ import annotations

import csv
import json
import math
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from lrlib.bridge.audit.trace import Trace

STEPS = ("update", "step", "global_step", "_step", "trainer/global_step", "iteration", "iter", "t")
RATES = ("lr", "learning_rate", "rate", "train/learning_rate", "train/lr", "lr-SGD", "lr-AdamW")
LOSSES = ("loss", "train_loss", "train/loss", "training_loss")
LARGEST = 200 * 2**20
"""Bytes of a log that are read; more is refused rather than read for minutes."""


def read_log(
    path: str | Path,
    *,
    step: str | None = None,
    rate: str | None = None,
    loss: str | None = None,
    after_step: bool = False,
    finished: bool = True,
) -> Trace:
    """The trace of a run from its log.

    Args:
        path: `.csv` or `.tsv` with a head line; `.jsonl`, `.ndjson` or `.json` with one object a
            line; a TensorBoard file or its folder.
        step, rate, loss: Names of the columns; without them the usual ones are looked for.
        after_step: Whether a rate was written after the scheduler had moved on from that update.
        finished: Whether the run has come to its end.

    The step counts updates already made when the rate was used; a log that does not begin with 0
    may count the update itself. Rows without a rate are left out. Rates count as accurate to their
    printed digits.

    Raises `ValueError` where the file is not as described; the message says what is missing.
    """
    path = Path(path)
    if not path.exists():
        raise ValueError(f"there is no log {str(path)!r}.")
    if path.is_file() and path.stat().st_size > LARGEST:
        raise ValueError(f"{path.name} has more than {LARGEST >> 20} MiB; try every tenth row.")
    rows = list(_rows(path))
    names: dict[str, None] = {}
    for row in rows:
        names.update(dict.fromkeys(row))
    step = _column("step", step, STEPS, names, path)
    rate = _column("rate", rate, RATES, names, path)
    loss = _column("loss", loss, LOSSES, names, path, needed=False)
    table: dict[int, tuple[str, str]] = {}
    for row in rows:
        if row.get(step, "") != "" and row.get(rate, "") != "":
            table[_whole(row[step], step, path)] = row[rate], row.get(loss or "", "")
    if len(table) < 2:
        raise ValueError(f"{path.name} should have at least 2 rows with {step!r} and {rate!r}.")
    t = sorted(table)
    counts = np.array(t) + int(after_step)
    rates = [_number(table[each][0], rate, path) for each in t]
    losses = [_number(table[each][1] or "nan", loss, path) for each in t] if loss else None
    digits = max(_digits(table[each][0]) for each in t)
    return Trace.of(
        counts, rates, losses, accurate=max(1e-6, 10.0 ** (1 - digits)), log=True, finished=finished
    )


def _rows(path: Path) -> Iterable[Mapping[str, str]]:
    kind = path.suffix.lower()
    if path.is_dir() or "tfevents" in path.name:
        return _tensorboard(path)
    if kind in (".csv", ".tsv"):
        with path.open(encoding="utf-8-sig", newline="") as file:
            table = csv.DictReader(file, delimiter="\t" if kind == ".tsv" else ",")
            return [
                {str(k).strip(): (v or "").strip() for k, v in row.items() if k} for row in table
            ]
    if kind in (".jsonl", ".ndjson", ".json"):
        return [_object(line, path) for line in path.read_text("utf-8").split("\n") if line.strip()]
    raise ValueError(
        f"{path.name} should end in .csv, .tsv, .jsonl, .ndjson or .json, or be a TensorBoard log."
    )


def _object(line: str, path: Path) -> Mapping[str, str]:
    try:
        record = json.loads(line, parse_float=str, parse_int=str)
    except ValueError as error:
        raise ValueError(f"a line of {path.name} is no JSON: {line[:60]!r} ({error}).") from None
    if not isinstance(record, dict):
        raise ValueError(f"a line of {path.name} should be one object, but it is {line[:60]!r}.")
    return {key: value for key, value in record.items() if isinstance(value, str)}


def _tensorboard(path: Path) -> Iterable[Mapping[str, str]]:
    try:
        from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
    except ImportError as error:
        raise ValueError(
            f"reading {path.name} needs TensorBoard: try pip install tensorboard, or write a CSV."
        ) from error
    events = EventAccumulator(str(path), size_guidance={"scalars": 0, "tensors": 0})
    events.Reload()
    rows: dict[int, dict[str, str]] = {}
    for tag in events.Tags()["scalars"]:
        for event in events.Scalars(tag):
            rows.setdefault(event.step, {"step": str(event.step)})[tag] = f"{event.value:.7g}"
    return rows.values()


def _column(
    what: str,
    name: str | None,
    usual: tuple[str, ...],
    names: Mapping[str, Any],
    path: Path,
    needed: bool = True,
) -> str:
    found = next((n for n in ([name] if name else usual) if n in names), None)
    if found is None and (needed or name):
        raise ValueError(
            f"{path.name} should have a column for the {what}, one of {', '.join(usual)}, but it "
            f"has {', '.join(names) or 'none'}. Name it with --{what}."
        )
    return found or ""


def _whole(text: str, name: str, path: Path) -> int:
    value = _number(text, name, path)
    if value < 0 or value != int(value):
        raise ValueError(f"{name!r} of {path.name} should be whole numbers, but one is {text!r}.")
    return int(value)


def _number(text: str, name: str | None, path: Path) -> float:
    try:
        value = float(text)
    except ValueError:
        raise ValueError(f"{name!r} of {path.name} should be numbers; one is {text!r}.") from None
    if math.isinf(value) and name in (*RATES, *STEPS):
        raise ValueError(f"{name!r} of {path.name} should be finite, but one is {text!r}.")
    return value


def _digits(text: str) -> int:
    """Significant digits of a number as printed."""
    mantissa = text.lower().split("e")[0].replace(".", "").lstrip("+-0")
    return max(1, len(mantissa))
