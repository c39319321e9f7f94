"""Writes the map of the course and the cheat sheet from the units and from lrlib's docstrings.

    python course/sheets.py            write map.md, cheat_sheet.md and their pictures
    python course/sheets.py --check    only say what is out of date

Formulas, sources and curves are lrlib's own, prerequisites and times the units' own: what is
written there once is not written here again.
"""

from __future__ import annotations

import argparse
import inspect
import re
import sys
import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from xml.sax.saxutils import escape

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
import sheet_pictures as pictures

import lrlib
from autograders.catalogue import catalogue
from autograders.exercise import Exercise

COURSE = Path(__file__).resolve().parent
MADE = "<!-- Made by `python course/sheets.py`; change that, lrlib or the unit instead. -->"


@dataclass(frozen=True)
class Technique:
    """One row of the cheat sheet; all but its name and its use is read from lrlib."""

    name: str
    class_name: str
    exercise: str
    use: str

    @cached_property
    def document(self) -> str:
        """The docstring of its class."""
        return inspect.cleandoc(getattr(lrlib, self.class_name).__doc__)

    @property
    def formula(self) -> str:
        """The indented formula of the docstring, to the letter."""
        return formula_of(self.document)

    @property
    def source(self) -> str:
        """Author, year and title."""
        return source_of(self.document)

    @property
    def unit(self) -> str:
        """The unit that teaches it."""
        return catalogue()[self.exercise].unit


def formula_of(document: str) -> str:
    """The indented lines of a docstring that stand before its arguments."""
    before = re.split(r"^(?:Args:|>>> |Source: )", document, flags=re.MULTILINE)[0]
    lines = before.split("\n")
    inside = [n for n, line in enumerate(lines) if line.startswith("    ")]
    kept = lines[inside[0] : inside[-1] + 1] if inside else []
    return inspect.cleandoc("\n".join(line for line in kept if line[:4].strip() == ""))


def source_of(document: str) -> str:
    """The source that a docstring names, on one line, without what other libraries call it."""
    found = re.search(r"^Source: (.*)", document, flags=re.MULTILINE | re.DOTALL)
    said = " ".join(found[1].split()) if found else ""
    return re.split(r"\.? Same as | Same as |; same as ", said)[0].rstrip(".")


TECHNIQUES = (
    Technique("Gradient step", "SGD", "sgd_step", "Always: every other step is built on it."),
    Technique(
        "Fixed rate", "Constant", "minimise",
        "As the first thing to try, and as the rival that every schedule has to beat.",
    ),
    Technique(
        "Step decay", "StepDecay", "step_decay",
        "For a known budget, when you want few rates that are easy to report.",
    ),
    Technique(
        "Scheduled drop", "ScheduledDrop", "scheduled_drop",
        "For a known budget; drop late, when most of what a high rate can learn is learned.",
    ),
    Technique(
        "Exponential decay", "ExponentialDecay", "exponential_decay",
        "When a smooth fall without an end is wanted; its first updates spend the most.",
    ),
    Technique(
        "Polynomial decay", "PolynomialDecay", "polynomial_decay",
        "With power 1, a straight line to 0, as a default for a known budget.",
    ),
    Technique(
        "Inverse-time decay", "InverseTimeDecay", "inverse_time_decay",
        "When the end of training is not known and a slow fall is enough.",
    ),
    Technique(
        "Reduce on plateau", "ReduceOnPlateau", "plateau_step",
        "When the budget is unknown and a held-out loss with little noise is cheap.",
    ),
    Technique(
        "Momentum", "Momentum", "momentum_step",
        "For ill-conditioned losses, steep across and gentle along; tune the rate again with it.",
    ),
    Technique(
        "Nesterov momentum", "Nesterov", "nesterov_step",
        "In place of momentum, which it damps a little more.",
    ),
    Technique(
        "AdaGrad", "AdaGrad", "adagrad_step",
        "For sparse features, where rare parameters need longer steps, and runs that are short.",
    ),
    Technique(
        "RMSprop", "RMSprop", "rmsprop_step",
        "Where AdaGrad would die out: long runs whose gradients change in size.",
    ),
    Technique(
        "Adam", "Adam", "adam_step",
        "For short budgets, transformers and losses of mixed scales, with a schedule.",
    ),
    Technique(
        "AdamW", "AdamW", "adamw_step", "Where Adam meets weight decay: the two belong apart."
    ),
    Technique(
        "Triangular cycle", "Triangular", "triangular",
        "To look at a range of rates in one run, or when a schedule must not depend on the end.",
    ),
    Technique(
        "Triangular cycle, halving", "Triangular2", "triangular2",
        "As above, with cycles that calm down.",
    ),
    Technique(
        "Cosine with restarts", "CosineRestarts", "cosine_restarts",
        "For a usable network at the end of every cycle; compare only at the ends of cycles.",
    ),
    Technique(
        "One cycle", "OneCycle", "one_cycle",
        "For a short known budget, counted in updates and not in epochs.",
    ),
    Technique(
        "Warmup", "Warmup", "warmup",
        "When the largest rate that would be good later is too large for the first updates.",
    ),
    Technique(
        "Cosine decay", "CosineDecay", "cosine_decay", "As the common default for a known budget."
    ),
    Technique(
        "Warmup-stable-decay", "WSD", "wsd",
        "When the budget may grow: branch the decay off whenever you need a finished model.",
    ),
    Technique(
        "Schedules in sequence", "Join", "chain", "To build warmup and decay out of parts you know."
    ),
    Technique(
        "Polyak step", "PolyakStep", "polyak_step",
        "When the lowest loss is known, for example 0 for a model that fits its data.",
    ),
    Technique(
        "Distance over gradients", "DoG", "dog_step",
        "When nothing may be tuned; judge it at an average of its iterates.",
    ),
    Technique(
        "Schedule-free SGD", "ScheduleFreeSGD", "schedule_free_step",
        "When the end is unknown and its average may be kept; its rate still has to be chosen.",
    ),
)  # fmt: skip


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
    return [read_unit(path) for path in sorted((COURSE / "units").glob("[0-9]*.py"))]


def read_unit(path: Path) -> Unit:
    """A unit from the text of its first cell; a sentence on what is missing otherwise."""
    first = re.sub(r"^# ?", "", path.read_text("utf-8").split("\n# %%")[0], flags=re.MULTILINE)
    title = re.search(r"^# \d+ · (.*)$", first, flags=re.MULTILINE)
    time = re.search(r"\*\*Time\*\* ([^.:]*)[.:]", first)
    needs = re.search(r"\*\*You need\*\* (.*)", first, flags=re.DOTALL)
    if not (title and time and needs):
        raise SystemExit(f"{path.name}: its first cell needs a title, **Time** and **You need**.")
    said = " ".join(needs[1].split())
    said = re.sub(r"(\d\d) to (\d\d)", _every_one, said)
    core, *rest = re.split(r";|, and what| for the | the last ", said, maxsplit=1)
    mine = path.stem[:2]
    required = tuple(n for n in re.findall(r"\b(\d\d)\b", core) if n < mine)
    useful = tuple(
        n for n in re.findall(r"\b(\d\d)\b", " ".join(rest)) if n < mine and n not in required
    )
    functions = tuple(
        name
        for name, item in catalogue().items()
        if item.unit == path.stem and isinstance(item, Exercise)
    )
    return Unit(path.stem, title[1], time[1], required, useful, functions)


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

Shorter courses, and what they leave out, are in the [instructor's guide](guide/README.md). Words
are in the [glossary](glossary.md), formulas in the [cheat sheet](cheat_sheet.md).
"""
    boxes = [(unit.number, unit.title) for unit in found]
    return {"map.md": page, "pictures/map.svg": pictures.dependency_map(boxes, arrows)}


def _and(items: Sequence[str]) -> str:
    return items[0] if len(items) == 1 else ", ".join(items[:-1]) + " and " + items[-1]


def cheat_sheet() -> dict[str, str]:
    """The cheat sheet's page and its pictures."""
    known = {path.stem for path in (COURSE / "units").glob("[0-9]*.py")}
    shown = [item for item in TECHNIQUES if item.exercise in catalogue()]
    shown = [item for item in shown if item.unit in known]
    files, parts = {}, []
    for item in shown:
        picture = f"pictures/{item.exercise}.svg"
        svg, alt = pictures.picture(item.class_name)
        files[picture] = svg
        parts.append(
            f"""## {item.name}

![{escape(alt)}]({picture})

```text
{item.formula}
```

*When:* {item.use}
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
as along.

{contents}

{chr(10).join(parts)}"""
    return {"cheat_sheet.md": page.rstrip() + "\n", **files}


def main(argv: Sequence[str] | None = None) -> int:
    """Write or check the pages; 0 when all is well."""
    parser = argparse.ArgumentParser(description="Write the map and the cheat sheet.")
    parser.add_argument("--check", action="store_true", help="only say what is out of date")
    options = parser.parse_args(argv)
    stale = 0
    for name, text in {**course_map(), **cheat_sheet()}.items():
        path = COURSE / name
        if path.exists() and path.read_text("utf-8") == text:
            continue
        stale += 1
        if options.check:
            print(f"{name} is out of date; run 'python course/sheets.py'.", file=sys.stderr)
        else:
            path.parent.mkdir(exist_ok=True)
            path.write_text(text, "utf-8", newline="\n")
            print(f"{name}: written")
    return int(options.check and stale > 0)


if __name__ == "__main__":
    sys.exit(main())
