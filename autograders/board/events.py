"""What a learner's notebook may send to a board: five kinds of events, and nothing else."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from typing import Any

from ..declare.exercise import Exercise, Quiz
from ..errors import GraderError
from ..judging.report import FULL, PARTIAL, UNGRADED, UNWRITTEN, ZERO, Report

LONGEST_NAME = 24
LONGEST_CODE = 4000
MOST_SEEDS = 1000
STATUSES = (FULL, PARTIAL, ZERO, UNWRITTEN, UNGRADED)

FIELDS = {
    "check": {
        "exercise": "the exercise's name",
        "status": "full, partial, zero, unwritten or ungraded",
        "holds": "the names of the properties that hold",
        "mistake": "the name of the mistake that was recognised, or nothing",
    },
    "answers": {
        "exercise": "the name of the quiz or of the predictions",
        "answers": "the letter that you chose for each question",
    },
    "plan": {
        "exercise": "the experiment's name",
        "methods": "how many methods the plan compares",
        "seeds": "how many seeds it has",
    },
    "hand": {
        "exercise": "the exercise that you name, or nothing",
        "up": "whether you ask for help or no longer do",
    },
    "show": {
        "exercise": "the exercise's name",
        "code": "your function as text, because you called show(...)",
    },
}
"""The fields of each kind. Every event also has `seq`, its number, and `age`, in seconds."""

Items = Mapping[str, Exercise | Quiz]


class BadEvent(GraderError):
    """What was sent is no event of this board: the message says what was expected."""


def of_check(report: Report, answer: Any, item: Exercise | Quiz) -> dict[str, Any]:
    """The event of one check. Of answers to a quiz only letters of its options are taken."""
    if isinstance(item, Quiz) and any(question.options for question in item.questions.values()):
        return {"kind": "answers", "exercise": report.name, "answers": _letters(answer, item)}
    return {
        "kind": "check",
        "exercise": report.name,
        "status": report.status,
        "holds": [finding.property for finding in report.findings if finding.passed],
        "mistake": report.misconception,
    }


def _letters(answer: Any, quiz: Quiz) -> dict[str, str]:
    given = answer if isinstance(answer, Mapping) else {}
    said = {id: str(given.get(id, "")).strip().lower() for id in quiz.questions}
    return {id: letter for id, letter in said.items() if letter in quiz.questions[id].options}


def in_words(event: Mapping[str, Any]) -> str:
    """An event as the learner reads it."""
    parts = [f"{key} {_value(event[key])}" for key in FIELDS[event["kind"]] if key in event]
    return f"{event['kind']}: {', '.join(parts)}"


def _value(value: Any) -> str:
    if isinstance(value, Mapping):
        return " ".join(f"{key}={each}" for key, each in value.items()) or "none"
    if isinstance(value, list):
        return " and ".join(value) or "none"
    if isinstance(value, str) and "\n" in value:
        return f"({len(value.splitlines())} lines)"
    return {None: "none", True: "yes", False: "no"}.get(value, str(value))


def read_name(given: Any) -> str:
    """The name that a learner wants to be seen under, or "" for a pseudonym."""
    if given is None:
        return ""
    if not isinstance(given, str):
        raise BadEvent("expected a name as text, or none for a pseudonym")
    name = " ".join(unicodedata.normalize("NFKC", given).split())
    if len(name) > LONGEST_NAME or not re.fullmatch(r"[\w .'-]*", name):
        raise BadEvent(
            f"expected a name of at most {LONGEST_NAME} letters, digits, spaces and . ' -;"
            " choose another, or none for a pseudonym"
        )
    return name


def read_event(given: Any, items: Items) -> dict[str, Any]:
    """An event with exactly the fields of its kind, each one known to the unit; else BadEvent."""
    kind = given.get("kind") if isinstance(given, dict) else None
    if not isinstance(kind, str) or kind not in FIELDS:
        raise BadEvent(f"expected an event of the kinds {', '.join(FIELDS)}")
    if set(given) - {"kind", "seq", "age"} != set(FIELDS[kind]):
        raise BadEvent(f"expected of {kind!r} the fields {', '.join(FIELDS[kind])} and no others")
    name = given["exercise"]
    if kind == "hand" and name is None:
        item = None
    elif isinstance(name, str) and name in items:
        item = items[name]
    else:
        raise BadEvent("expected the name of an exercise of this unit")
    return {"kind": kind, "exercise": name, **_READ[kind](given, item)}


def _check(given: Mapping[str, Any], item: Exercise | Quiz) -> dict[str, Any]:
    known = set(item.questions if isinstance(item, Quiz) else item.worth)
    mistakes = set() if isinstance(item, Quiz) else set(item.misconceptions)
    holds, mistake = given["holds"], given["mistake"]
    if given["status"] not in STATUSES:
        raise BadEvent(f"expected a status of {', '.join(STATUSES)}")
    if not isinstance(holds, list) or not all(isinstance(p, str) and p in known for p in holds):
        raise BadEvent(f"expected as holds properties of {item.name}")
    if mistake is not None and not (isinstance(mistake, str) and mistake in mistakes):
        raise BadEvent(f"expected a mistake of {item.name}, or none")
    return {"status": given["status"], "holds": sorted(set(holds)), "mistake": mistake}


def _answers(given: Mapping[str, Any], item: Exercise | Quiz) -> dict[str, Any]:
    answers = given["answers"]
    if not isinstance(item, Quiz) or not isinstance(answers, dict):
        raise BadEvent("expected answers to a quiz")
    for question, letter in answers.items():
        if question not in item.questions or letter not in [*item.questions[question].options]:
            raise BadEvent(f"expected as answers letters of the options of {item.name}")
    return {"answers": dict(answers)}


def _plan(given: Mapping[str, Any], item: Exercise | Quiz) -> dict[str, Any]:
    for key in ("methods", "seeds"):
        if type(given[key]) is not int or not 0 < given[key] <= MOST_SEEDS:
            raise BadEvent(f"expected as {key} a whole number from 1 to {MOST_SEEDS}")
    return {"methods": given["methods"], "seeds": given["seeds"]}


def _hand(given: Mapping[str, Any], item: Exercise | Quiz | None) -> dict[str, Any]:
    if not isinstance(given["up"], bool):
        raise BadEvent("expected true or false as up")
    return {"up": given["up"]}


def _show(given: Mapping[str, Any], item: Exercise | Quiz) -> dict[str, Any]:
    code = given["code"]
    if not isinstance(code, str) or not 0 < len(code) <= LONGEST_CODE:
        raise BadEvent(f"expected code of 1 to {LONGEST_CODE} characters")
    return {"code": "".join(c for c in code if c.isprintable() or c in "\n\t")}


_READ: dict[str, Any] = {
    "check": _check,
    "answers": _answers,
    "plan": _plan,
    "hand": _hand,
    "show": _show,
}
