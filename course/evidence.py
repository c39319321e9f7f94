"""Shows the claims that many runs decide, and makes their studies again.

python -m course.evidence              a table of all claims, with what was found
python -m course.evidence 04 12        the claims of these units
python -m course.evidence 04 --rerun   make the studies of unit 04 again, at full strength: minutes
"""

from __future__ import annotations

import argparse
import json
import platform
import sys
import textwrap
import time
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np

from .shared.studied import Studied

UNITS = Path(__file__).resolve().parent / "units"


def studies(wanted: Sequence[str] = ()) -> list[tuple[str, Studied]]:
    """Each study with its unit, for the units with these numbers or names; all for none."""
    names = sorted(path.parent.name for path in UNITS.glob("[0-9][0-9]_*/claims.py"))
    unknown = [w for w in wanted if w not in names and w not in {n[:2] for n in names}]
    if unknown:
        raise SystemExit(
            f"expected numbers or names of units; got {', '.join(unknown)}; "
            f"there are {', '.join(names)}"
        )
    return [
        (name, item)
        for name in names
        if not wanted or {name, name[:2]} & set(wanted)
        for item in getattr(import_module(f"course.units.{name}.claims"), "STUDIED", ())
    ]


def notes(unit: str) -> int:
    """How many statements of a unit its own notebook decides whenever it is run."""
    return len(import_module(f"course.units.{unit}.claims").QUOTED)


def rerun(item: Studied) -> list[str]:
    """Make a study at full strength, keep what it finds, and return what is no longer as it was."""
    start = time.perf_counter()
    figures = json.loads(json.dumps(item.rerun(), default=float))
    kept: dict[str, Any] = {}
    if item.file.exists():
        kept = json.loads(item.file.read_text("utf-8"))
    before = kept.get(item.name, {}).get("figures", {})
    kept[item.name] = {
        "figures": figures,
        "seconds": round(time.perf_counter() - start),
        "versions": {"numpy": np.__version__, "python": platform.python_version()},
    }
    text = json.dumps(dict(sorted(kept.items())), indent=1, ensure_ascii=False)
    item.file.write_text(text + "\n", "utf-8", newline="\n")
    changed = [
        f"{name}: {before.get(name, 'not known')} before, {figures[name]} now"
        for name in figures
        if figures[name] != before.get(name)
    ]
    if not item.holds(figures):
        changed.append("what the unit says no longer holds")
    return changed


def page() -> str:
    """The register as a page: each claim, how it was found, the figures, and how to repeat it."""
    parts = []
    unit = ""
    for name, item in studies():
        if name != unit:
            unit = name
            more = f"{notes(name)} more statements are decided by the unit's own run.\n"
            parts.append(f"## {name[:2]} {name[3:].replace('_', ' ').capitalize()}\n\n{more}")
        record = item.record
        figures = "; ".join(f"{n.replace('_', ' ')}: {_plain(v)}" for n, v in _flat(item.found))
        rows = [
            f"### {item.name.replace('_', ' ').capitalize()}\n",
            "\n".join(f"> {words}\n" for words in item.said()),
            f"*Study:* {how(item)}\n",
            f"*Found:* {figures}.\n",
            f"*Again:* `python -m course.evidence --study {item.name} --rerun`, about"
            f" {_long(record['seconds'])} on one core; these figures come from NumPy"
            f" {record['versions']['numpy']}.\n",
        ]
        parts.append("\n".join(rows))
    return "\n".join(parts)


def how(item: Studied) -> str:
    """What was run, in the words of the study's docstring."""
    return " ".join((item.rerun.__doc__ or "").split())


def _long(seconds: float) -> str:
    return f"{max(1, round(seconds))} s" if seconds < 90 else f"{seconds / 60:.0f} min"


def _flat(found: Any, stem: str = "") -> list[tuple[str, Any]]:
    rows: list[tuple[str, Any]] = []
    for name, value in found.items():
        label = f"{stem} {name}".strip()
        rows += _flat(value, label + ",") if isinstance(value, dict) else [(label, value)]
    return rows


def _plain(value: Any) -> str:
    return ", ".join(map(str, value)) if isinstance(value, (list, tuple)) else str(value)


def main(argv: Sequence[str] | None = None) -> int:
    """Show claims or make their studies again; 1 when a claim no longer holds."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("units", nargs="*", metavar="UNIT", help="name or number; default: all")
    parser.add_argument("--study", metavar="NAME", help="only the study of this name")
    parser.add_argument("--rerun", action="store_true", help="make these studies again")
    options = parser.parse_args(argv)
    chosen = studies(options.units)
    if options.study:
        known = [item.name for _, item in chosen]
        if options.study not in known:
            raise SystemExit(f"expected a study, one of {', '.join(known)}; got {options.study}")
        chosen = [pair for pair in chosen if pair[1].name == options.study]
    wrong = False
    for unit, item in chosen:
        if not options.rerun:
            print(f"{unit[:2]}  {item.name}  ({_long(item.record['seconds'])})")
            for words in item.said():
                print(textwrap.indent(textwrap.fill(words, 92), "    "))
            continue
        print(f"{unit[:2]}  {item.name} ...", flush=True)
        changed = rerun(item)
        wrong |= not item.holds(item.found)
        print("\n".join(f"    {line}" for line in changed or ["as before"]))
    return int(wrong)


if __name__ == "__main__":
    sys.exit(main())
