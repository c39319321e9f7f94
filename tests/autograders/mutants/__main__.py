"""Which mutants of the references earn full marks: `python -m tests.autograders.mutants`.

Prints one JSON object, {exercise: [[change, reason or null, survives], ...]}. A process of its own:
the mutated classes would otherwise stand beside the real ones in lrlib's registers.
"""

import json
import re
import sys

from autograders.judging.laws import exercises
from tests.autograders.mutants.equivalent import EQUIVALENT
from tests.autograders.mutants.making import mutants, survives


def reason(exercise: str, change: str) -> str | None:
    """Why a change is no fault, or None."""
    for pattern, line, why in EQUIVALENT:
        if re.fullmatch(pattern, exercise) and re.search(line, change):
            return why
    return None


def main() -> None:
    """Put every mutant that is not listed through the judge."""
    found: dict[str, list] = {}
    for item in exercises():
        rows = found.setdefault(item.name, [])
        for mutant in mutants(item):
            why = reason(item.name, mutant.change)
            rows.append([mutant.change, why, why is None and survives(mutant, item)])
    json.dump(found, sys.stdout, indent=1)


if __name__ == "__main__":
    main()
