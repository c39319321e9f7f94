"""Writes the map, the cheat sheet and the page of evidence from the units and from lrlib.

    python -m course.sheets            write map.md, cheat_sheet.md, docs/evidence.md and pictures
    python -m course.sheets --check    only say what is out of date

Formulas, sources and curves are lrlib's own, prerequisites and times the units' own: what is
written there once is not written here again.
"""

from __future__ import annotations

import argparse
import re
import sys
import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from xml.sax.saxutils import escape

from autograders.declare.catalogue import catalogue
from autograders.declare.exercise import Exercise
from lrlib import bridge

from . import evidence
from . import sheet_pictures as pictures
from .lessons import lesson_files
from .techniques import TECHNIQUES, Technique

COURSE = Path(__file__).resolve().parent
MADE = "<!-- Made by `python -m course.sheets`; change that, lrlib or the unit instead. -->"


# The units


@dataclass(frozen=True)
class Unit:
    """What the map says of one unit, read from its first cell."""

    name: str
    title: str
    time: str
    needs: tuple[str, ...]
    helps: tuple[str, ...]
    functions: tuple[str, ...]

    @property
    def number(self) -> str:
        """The two digits in front of its name."""
        return self.name[:2]


def units() -> list[Unit]:
    """All units there are, in order."""
    return [read_unit(path) for path in lesson_files(COURSE)]


def read_unit(path: Path) -> Unit:
    """A unit from the text of its first cell; a sentence on what is missing otherwise."""
    first = re.sub(r"^# ?", "", path.read_text("utf-8").split("\n# %%")[0], flags=re.MULTILINE)
    title = re.search(r"^# \d+ · (.*)$", first, flags=re.MULTILINE)
    time = re.search(r"\*\*Time\*\* ([^.:]*)[.:]", first)
    needs = re.search(r"\*\*You need\*\* (.*)", first, flags=re.DOTALL)
    if not (title and time and needs):
        raise SystemExit(f"{path}: its first cell needs a title, **Time** and **You need**.")
    said = " ".join(needs[1].split())
    said = re.sub(r"(\d\d) to (\d\d)", _every_one, said)
    core, *rest = re.split(r";|, and what| for the | the last ", said, maxsplit=1)
    name = path.parent.name
    mine = name[:2]
    required = tuple(n for n in re.findall(r"\b(\d\d)\b", core) if n < mine)
    useful = tuple(
        n for n in re.findall(r"\b(\d\d)\b", " ".join(rest)) if n < mine and n not in required
    )
    functions = tuple(
        name
        for name, item in catalogue().items()
        if item.unit == name and isinstance(item, Exercise)
    )
    return Unit(name, title[1], time[1], required, useful, functions)


def _every_one(between: re.Match[str]) -> str:
    """The numbers of the units in "01 to 05"."""
    return ", ".join(f"{n:02}" for n in range(int(between[1]), int(between[2]) + 1))


def without_detours(found: Sequence[Unit]) -> dict[str, tuple[str, ...]]:
    """Unit -> those it needs directly: a need that another one brings along is left out."""
    needs = {unit.number: set(unit.needs) for unit in found}

    def all_of(number: str) -> set[str]:
        direct = needs.get(number, set())
        return direct.union(*(all_of(n) for n in direct))

    return {
        unit.number: tuple(
            n
            for n in unit.needs
            if not any(n in all_of(other) for other in needs[unit.number] - {n})
        )
        for unit in found
    }


# The pages


def course_map() -> dict[str, str]:
    """The map's page and its picture."""
    found = units()
    arrows = without_detours(found)
    names = {unit.number: unit for unit in found}
    rows = []
    for unit in found:
        needs = ", ".join(unit.needs) or "-"
        helps = f" ({', '.join(unit.helps)} helps)" if unit.helps else ""
        wrote = ", ".join(f"`{name}`" for name in unit.functions)
        title = f"[{unit.title}](release/{unit.name}/{unit.name}.ipynb)"
        rows.append(f"| {unit.number} | {title} | {unit.time} | {needs}{helps} | {wrote} |")
    said = " ".join(
        f"{names[number].title} ({number}) builds on {_and(needs)}." for number, needs in
        arrows.items() if needs
    )  # fmt: skip
    page = f"""{MADE}

# Map of the course

Read from top to bottom, or take a path: a unit needs what its arrows come from, and what those
need in turn.

![Boxes for the units, with arrows from each to the units that build on it](pictures/map.svg)

{textwrap.fill(f"*In words: {said} An arrow that others imply is not drawn.*", 100)}

| unit | what | time | needs | you write |
|---|---|---|---|---|
{chr(10).join(rows)}

Shorter courses, and what they leave out, are in the [instructor's guide](guide.md). Words
are in the [glossary](glossary.md), formulas in the [cheat sheet](cheat_sheet.md).
"""
    boxes = [(unit.number, unit.title) for unit in found]
    return {"map.md": page, "pictures/map.svg": pictures.dependency_map(boxes, arrows)}


def _and(items: Sequence[str]) -> str:
    return items[0] if len(items) == 1 else ", ".join(items[:-1]) + " and " + items[-1]


FRAMEWORKS = {"torch": "PyTorch", "keras": "Keras", "optax": "Optax"}


def _elsewhere(item: Technique) -> str:
    """The call that equals a technique in each framework, from the rows that the tests run.

    Empty for a class that no framework has.
    """
    calls = {name: bridge.pattern(item.class_name, key) for key, name in FRAMEWORKS.items()}
    if not any(call or note for call, note in calls.values()):
        return ""
    rows = []
    for name, (call, note) in calls.items():
        said = " ".join(filter(None, [f"`{call}`" if call else "No equal call.", note]))
        rows.append(f"| {name} | {said} |\n")
    return f"| in | |\n|---|---|\n{''.join(rows)}\n"


def cheat_sheet() -> dict[str, str]:
    """The cheat sheet's page and its pictures."""
    known = {path.parent.name for path in lesson_files(COURSE)}
    shown = [item for item in TECHNIQUES if item.exercise in catalogue()]
    shown = [item for item in shown if item.unit in known]
    files, parts = {}, []
    for item in shown:
        picture = f"pictures/{item.exercise}.svg"
        svg, alt = pictures.picture(item)
        files[picture] = svg
        parts.append(
            f"""## {item.name}

![{escape(alt)}]({picture})

```text
{item.formula}
```

{_elsewhere(item)}*When:* {item.use}
*Unit* {item.unit[:2]}, `{item.exercise}`; in the library `lrlib.{item.class_name}`.
*Source:* {item.source}.
"""
        )
    contents = "\n".join(
        f"- [{item.name}](#{re.sub(r'[^a-z0-9 -]', '', item.name.lower()).replace(' ', '-')})"
        f" ({item.unit[:2]})"
        for item in shown
    )
    page = f"""{MADE}

# Cheat sheet: every technique of the course

`t` counts the updates already made, so `t = 0` is the first one; `g` is the gradient, `w` the
parameters. A formula is that of the docstring of its class, to the letter. A picture of a schedule
shows the rate over time; one of an optimizer, twelve updates in a valley ten times as steep across
as along. The calls in PyTorch, Keras and Optax give the same numbers, and the tests run them; words
in them are the settings of the formula, `lr` is a rate or a schedule. `lrlib.bridge.snippet` writes
them with your numbers.

{contents}

{chr(10).join(parts)}"""
    return {"cheat_sheet.md": page.rstrip() + "\n", **files}


def register() -> dict[str, str]:
    """The page of the claims that many runs decide."""
    page = f"""{MADE}

# What the lessons claim, and what shows it

A sentence that one run of a notebook cannot decide rests on a study: many seeds, several splits
of the data, rates tuned for each method on data that do not judge. This page lists them. Intervals
are 95 % intervals of paired differences and hold the error of tuning (`lrlib.training.study`). Runs
near a limit of stability depend on the last digits of the arithmetic, so a count may differ by one
or two on another machine.

```sh
.venv/bin/python -m course.evidence
```

prints the claims; with a unit's number and `--rerun` it makes its studies again at full strength
and says which figures are no longer the same. The tests make a small part of each study every time.

{evidence.page().rstrip()}
"""
    return {"../docs/evidence.md": page}


def main(argv: Sequence[str] | None = None) -> int:
    """Write or check the pages; 0 when all is well."""
    parser = argparse.ArgumentParser(
        description="Write the map, the cheat sheet and the page of evidence."
    )
    parser.add_argument("--check", action="store_true", help="only say what is out of date")
    options = parser.parse_args(argv)
    stale = 0
    for name, text in {**course_map(), **cheat_sheet(), **register()}.items():
        path = COURSE / name
        if path.exists() and path.read_text("utf-8") == text:
            continue
        stale += 1
        if options.check:
            print(f"{name} is out of date; run 'python -m course.sheets'.", file=sys.stderr)
        else:
            path.parent.mkdir(exist_ok=True)
            path.write_text(text, "utf-8", newline="\n")
            print(f"{path.name}: written")
    return int(options.check and stale > 0)


if __name__ == "__main__":
    sys.exit(main())
