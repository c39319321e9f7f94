"""CSV files for and from spreadsheets and learning platforms, of which no cell is a formula."""

from __future__ import annotations

import csv
import io
import re
import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from ..submission.folders import CourseError

# Spreadsheets take a cell that begins so for a formula; East Asian versions also in full width.
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
UNSEEN = " \u00a0\u00ad\u200b\u200c\u200d\u2060\u3000\ufeff"
"""Blanks and signs without a width; a spreadsheet that trims a cell takes what follows them."""
INSIDE = re.compile(rf";(?=\s*[{re.escape(''.join(FORMULA))}])")
SEPARATORS = ",;\t"


class RosterError(CourseError):
    """A class list that cannot be used; the message says why and which file is expected."""


def no_formula(value: object) -> object:
    """A cell that no spreadsheet takes for a formula, whatever a student's name is.

    Where the list separator is a semicolon, a cell also begins behind each of them. A lone "-"
    means nothing to a spreadsheet, and "no grade" to Moodle.
    """
    if not isinstance(value, str) or value == "-":
        return value
    text = INSIDE.sub(r";'", value)
    return f"'{text}" if begins_formula(text) else text


def begins_formula(text: str) -> bool:
    """Whether a text begins with a formula's sign, also behind blanks that nobody sees."""
    return text.startswith(FORMULA) or text.lstrip(UNSEEN).startswith(FORMULA)


def csv_text(header: Sequence[str], rows: Iterable[Mapping[str, object]]) -> str:
    """Rows as CSV, every text quoted and no cell a formula."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, quoting=csv.QUOTE_NONNUMERIC)
    writer.writerow([no_formula(name) for name in header])
    writer.writerows([no_formula(row.get(name, "")) for name in header] for row in rows)
    return text.getvalue()


def write_csv(
    output: Path | None, header: Sequence[str], rows: Iterable[Mapping[str, object]]
) -> None:
    """Write rows as UTF-8 CSV to a file or the terminal."""
    text = csv_text(header, rows)
    if output is None:
        sys.stdout.write(text)
    else:
        output.write_bytes(text.encode())


def read_csv(path: Path) -> tuple[list[str], list[dict[str, str]]]:
    """The columns and rows of a CSV file as spreadsheets and learning platforms write them.

    The separator is a comma, a semicolon or a tab, whichever the first line has most of; the text
    is UTF-8 or what a byte-order mark says. Cells lose spaces around them.
    """
    try:
        data = path.read_bytes()
        encoding = "utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
        text = data.decode(encoding)
        first = text.partition("\n")[0]
        separator = max(SEPARATORS, key=first.count)
        lines = list(csv.reader(io.StringIO(text, newline=""), delimiter=separator))
    except (OSError, UnicodeError, csv.Error) as error:
        raise RosterError(f"expected a CSV file in UTF-8, and {path}: {error}") from None
    header = [name.strip() for name in lines[0]] if lines else []
    rows = [
        dict(zip(header, [*map(str.strip, line), *[""] * len(header)]))
        for line in lines[1:]
        if any(cell.strip() for cell in line)
    ]
    return header, rows


def as_written(text: str) -> str:
    """A cell without the apostrophe that `no_formula` put before it."""
    return text[1:] if text.startswith("'") and begins_formula(text[1:]) else text
