"""Zips as Canvas and Moodle make them, and how each finds the student of a file it gets back."""

from __future__ import annotations

import io
import re
import unicodedata
import zipfile

from autograders.gradebook.roster import Person

from ..classroom import DROPS

NAME = f"{DROPS}.ipynb"
ADA = Person("ada", "Lovelace", "Ada", "ada@uni.edu", "7001", "S1", "ada", "A")
BOB = Person("bob", "O'Brien-Ḱ", "Bob Élie", "bob@uni.edu", "7002", "S2", "bob", "B")


def zipped(files):
    """A zip of (name or ZipInfo, bytes)."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items() if isinstance(files, dict) else files:
            archive.writestr(name, data)
    return made.getvalue()


def canvas_name(person, file, called, *, user="", late=False):
    """As Canvas's ContentZipper writes it, from the name for sorting."""
    sortable = re.sub(r"_(\d+)_", r"\1", f"{person.last_name}, {person.first_name}").lower()
    whole = "_".join([sortable, *["LATE"] * late, user or person.lms_id])
    word = [c for c in whole if c == "_" or unicodedata.category(c)[0] in "LMN"]
    return f"{''.join(word)}_{file}_" + re.sub(r'[\x00/\\:*?"<>|]+', "_", called)


def moodle_prefix(person, participant):
    """As Moodle's downloader writes it, from the full name."""
    full = f"{person.first_name} {person.last_name}".replace("_", " ")
    return re.sub(r"[&<>\"`|':\\/]", "", f"{full}_{participant}_assignsubmission_file")


def canvas_takes_back(name, users, files):
    """(user, shown name) as Canvas infers them from an uploaded name, or None if it ignores it."""
    parts = name.rpartition("/")[2].split("_")
    user, file = [*[part for part in parts if re.fullmatch(r"\d+", part)], "", ""][:2]
    ignored = parts[-1].startswith("link") or user not in users or file not in files
    return None if ignored else (user, files[file])


def moodle_takes_back(path, participants):
    """(participant, path of the feedback file) as Moodle's importer finds them, or None."""
    parts = path.split("/")
    while parts:
        about = parts.pop(0).split("_", 4)
        known = len(about) > 3 and about[1].isdecimal() and about[1] in participants
        if known and about[2:4] == ["assignsubmission", "file"]:
            return about[1], "/".join([*about[4:5], *parts])
    return None
