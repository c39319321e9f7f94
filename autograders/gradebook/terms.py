"""The terms of a course in policy.toml: due dates, extensions, excuses, weights and caps."""

from __future__ import annotations

import tomllib
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from ..submission.folders import CourseError

FILE = "policy.toml"
ZERO, LEFT_OUT = "zero", "left out"
EXAMPLE = (
    '[units.01_fixed_rate] with due = 2026-03-01T12:00:00Z, or [[people]] with student = "ada"'
)


@dataclass(frozen=True)
class UnitTerms:
    """What holds for a unit: when it is due (UTC), its weight, how many points count at most."""

    due: datetime | None = None
    weight: float = 1.0
    cap: float | None = None


@dataclass(frozen=True)
class Terms:
    """What holds for a course; `known` is False where there is no file.

    `extensions` and `excused` are by (student, unit). Missing work is "zero" or "left out" of the
    total once its due date is past; `drop_lowest` units with the lowest share are left out.
    """

    units: Mapping[str, UnitTerms] = field(default_factory=dict)
    extensions: Mapping[tuple[str, str], timedelta] = field(default_factory=dict)
    excused: frozenset[tuple[str, str]] = frozenset()
    missing: str = ZERO
    drop_lowest: int = 0
    known: bool = False

    def of(self, unit: str) -> UnitTerms:
        """What holds for a unit."""
        return self.units.get(unit, UnitTerms())

    @staticmethod
    def load(course: Path) -> Terms:
        """Read the file of a course folder; `CourseError` says what in it is not understood."""
        path = course / FILE
        if not path.exists():
            return Terms()
        try:
            data = tomllib.loads(path.read_text(encoding="utf-8-sig"))
            return _terms(data)
        except (OSError, UnicodeError, tomllib.TOMLDecodeError, ValueError) as error:
            raise CourseError(f"{path}: {error}; expected such as {EXAMPLE}") from None

    def check(self, units: Collection[str], students: Collection[str]) -> None:
        """Raise `CourseError` for an unknown unit or student: a misspelt name changes no mark."""
        named = {*self.extensions, *self.excused}
        wrong = [f"unit {unit!r}" for unit in {*self.units, *(u for _, u in named)} - {*units}]
        if students:
            wrong += [f"student {who!r}" for who in {who for who, _ in named} - {*students}]
        if wrong:
            raise CourseError(
                f"{FILE} names {', '.join(sorted(wrong))}, which the course does not have"
            )


def _terms(data: dict[str, Any]) -> Terms:
    _only(data, "at the top", "missing", "drop_lowest", "units", "people")
    missing, drop = data.get("missing", ZERO), data.get("drop_lowest", 0)
    if missing not in (ZERO, LEFT_OUT):
        raise ValueError(f'expected missing = "{ZERO}" or "{LEFT_OUT}", got {missing!r}')
    if not isinstance(drop, int) or drop < 0:
        raise ValueError(f"expected drop_lowest to be a whole number from 0, got {drop!r}")
    units = {}
    for name, about in data.get("units", {}).items():
        _only(about, f"in [units.{name}]", "due", "weight", "cap")
        due, weight, cap = about.get("due"), about.get("weight", 1.0), about.get("cap")
        units[name] = UnitTerms(
            None if due is None else _utc(due),
            _number(weight, "weight"),
            None if cap is None else _number(cap, "cap"),
        )
    extensions: dict[tuple[str, str], timedelta] = {}
    excused = set()
    for about in data.get("people", []):
        _only(about, "in [[people]]", "student", "unit", "due", "days", "excused", "why")
        who, unit = about.get("student"), about.get("unit")
        if not (isinstance(who, str) and isinstance(unit, str)):
            raise ValueError(f"expected student and unit in each [[people]], got {about}")
        if about.get("excused"):
            excused.add((who, unit))
        if "due" in about:
            due = units[unit].due if unit in units else None
            if due is None:
                raise ValueError(f"{who!r} has a due date of their own, and {unit} has none here")
            extensions[who, unit] = _utc(about["due"]) - due
        elif "days" in about:
            extensions[who, unit] = timedelta(days=_number(about["days"], "days"))
    return Terms(units, extensions, frozenset(excused), missing, drop, known=True)


def _only(table: Mapping[str, Any], where: str, *names: str) -> None:
    unknown = table.keys() - {*names}
    if unknown:
        raise ValueError(
            f"expected {', '.join(names)} {where}, got {', '.join(sorted(unknown))} as well"
        )


def _number(value: object, name: str) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 <= value < 1e9:
        raise ValueError(f"expected {name} to be a number from 0, got {value!r}")
    return float(value)


def _utc(value: object) -> datetime:
    """A time as nbgrader keeps it: UTC, without saying so. One without a zone is UTC."""
    if not isinstance(value, datetime):
        kind = "a day without a time" if isinstance(value, date) else repr(value)
        raise ValueError(f"expected a time such as 2026-03-01T12:00:00+01:00, got {kind}")
    return value.astimezone(UTC).replace(tzinfo=None) if value.tzinfo else value
