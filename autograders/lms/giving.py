"""A zip of feedback pages, each named so that the platform gives it to the right student."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path

from ..bulk.returning import outdated_pages
from ..submission.archive import of_zip
from ..submission.files import write_whole
from ..submission.folders import CourseError, CourseFolder
from .collect import sorted_entries
from .names import CANVAS, Entry
from .people import Class

UPLOAD = {
    "canvas": "Canvas: the assignment, Re-Upload Submissions. It shows each page under the name of"
    " the file that was handed in",
    "moodle": "Moodle: the assignment, Submissions, Upload multiple feedback files in a zip",
}


def give_back(
    course: CourseFolder,
    unit: str,
    source: Path,
    people: Class,
    output: Path,
    say: Callable[[str], None],
) -> int:
    """Write the pages of whoever is in a downloaded zip; how many of them have none to send."""
    with of_zip(source) as archive:
        found = sorted_entries(archive, people)
    for place, why in found.aside.items():
        say(f"left aside: {place!r}: {why}")
    students = sorted(found.of)
    old = outdated_pages(course, unit, students)
    none = [one for one in students if not course.feedback(unit, one).is_file()]
    sent = [one for one in students if one not in {*old, *none}]
    for what, of in (("out of date", old), ("not there", none)):
        if of:
            say(
                f"left out, because the page is {what}: {', '.join(of)}; 'python -m autograders"
                f" grade {unit} --feedback' writes it"
            )
    if not sent:
        raise CourseError(f"no feedback page of {unit} is for anybody in {source}")
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as target:
        for student in sent:
            name = reply_name(found.of[student], unit)
            # The time of nobody's clock: the same pages give the same zip.
            about = zipfile.ZipInfo(name)
            about.compress_type = zipfile.ZIP_DEFLATED
            target.writestr(about, course.feedback(unit, student).read_bytes())
    write_whole(output, made.getvalue(), 0o600)
    form = found.of[sent[0]][0].form
    say(f"{output}: {len(sent)} pages; upload it to {UPLOAD[form]}")
    return len(found.aside) + len(old) + len(none)


def reply_name(entries: Sequence[Entry], unit: str) -> str:
    """What a page is called in the zip: behind the platform's own prefix for the student.

    Canvas looks for the number of a file that was handed in, and ignores names whose last part
    begins with `link`.
    """
    named = [one for one in entries if unit.casefold() in one.path.casefold()]
    last = max(named or entries, key=lambda one: one.file)
    return f"{last.prefix}{'feedback' if last.form == CANVAS else unit}.html"
