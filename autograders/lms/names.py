"""What Canvas and Moodle say in the names of the files that they hand out.

Canvas: `lovelaceada_LATE_7001_900_work-1.ipynb`, which is the name for sorting without blanks, the
user's number, the file's number, and the name that the file had. Moodle: a folder
`Ada Lovelace_11_assignsubmission_file` (with `_` at its end until Moodle 4.0) or the same in front
of each file's name; 11 is a number that one assignment gave to a participant, not the user's.
Source: `lib/content_zipper.rb` of Canvas LMS; `mod/assign/classes/downloader.php` and
`mod/assign/feedback/file/importziplib.php` of Moodle (read in 2026).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

CANVAS, MOODLE = "canvas", "moodle"
SUBMISSION = "_assignsubmission_"
MOODLE_NAME = re.compile(
    r"(?P<prefix>(?P<name>[^_/]+)_(?P<owner>[0-9]+)_assignsubmission_file)(?:_(?P<rest>.*))?",
    re.DOTALL,
)
ANONYMOUS = "anon"


@dataclass(frozen=True)
class Entry:
    """One file of a downloaded zip, as its name can be read.

    `owner` is the platform's number for the person, `path` what the student called the file,
    `prefix` what a name must begin with for the platform to take a file back as theirs. Canvas
    numbers files (`file`) in the order in which they came.
    """

    place: str
    form: str
    name: str
    owner: str
    path: str
    prefix: str
    late: bool = False
    file: int = 0


def form_of(places: Sequence[str]) -> str:
    """Which platform made a zip: one form for the whole, whatever students call their files."""
    return MOODLE if any(SUBMISSION in place.split("/")[0] for place in places) else CANVAS


def wrapper_of(places: Sequence[str]) -> str:
    """The one folder around everything, which packing an unpacked download again makes."""
    tops = {place.partition("/")[0] for place in places}
    alone = len(tops) == 1 and all("/" in place for place in places)
    return f"{tops.pop()}/" if alone and SUBMISSION not in "".join(tops) else ""


def readings(place: str, form: str, wrapper: str = "") -> list[Entry]:
    """Every way to read the name of a file; several where a name of Canvas leaves it open."""
    return (_moodle if form == MOODLE else _canvas)(place, place.removeprefix(wrapper))


def _moodle(place: str, inside: str) -> list[Entry]:
    """Only the first part is Moodle's: all behind it was called so by the student."""
    top, _, below = inside.partition("/")
    found = MOODLE_NAME.fullmatch(top)
    path = below or (found and found["rest"])
    if not found or not path:
        return []
    prefix = f"{top}/" if below else f"{found['prefix']}_"
    return [Entry(place, MOODLE, found["name"], found["owner"], path, prefix)]


def _canvas(place: str, inside: str) -> list[Entry]:
    """Where two numbers stand behind one another; a student's name or file may have some, too."""
    parts, found = inside.split("_"), []
    for at in range(1, len(parts) - 2):
        owner, file = parts[at : at + 2]
        late = at > 1 and parts[at - 1] == "LATE"
        name = "_".join(parts[: at - late])
        path = "_".join(parts[at + 2 :])
        numbers = all(re.fullmatch("[0-9]{1,18}", part) for part in (owner, file))
        if numbers and name and path and name != ANONYMOUS and "/" not in inside:
            prefix = "_".join(parts[: at + 2]) + "_"
            found.append(Entry(place, CANVAS, name, owner, path, prefix, late, int(file)))
    return found


def key(name: str) -> str:
    """A name as both platforms leave it: letters and digits, in no case."""
    folded = unicodedata.normalize("NFKC", name).casefold()
    return "".join(c for c in folded if unicodedata.category(c)[0] in "LMN")
