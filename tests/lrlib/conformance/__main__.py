"""Print the conformance table as Markdown: `python -m tests.lrlib.conformance`."""

from __future__ import annotations

import contextlib
import io
import platform
import sys
import warnings
from collections import Counter

import numpy as np
import pytest

from tests.lrlib.conformance import optimizers, peers, plateau, scaling, schedules

SECTIONS = (schedules, plateau, optimizers, scaling)
NOT_RUN = """\
Not run: timm (it needs torchvision, which has no place in a course on CPU) and transformers; what
`lrlib`'s docstrings say of them was found by running or reading them and is watched by no test.
Hypergradient descent, Shampoo and SOAP have no peer to install: tests derive the first from the
loss, the second from the paper's large matrix, and hold the path of the code of SOAP's authors."""


def main() -> int:
    """Print the table; the exit code is 1 if a row does not hold or none could be run."""
    warnings.simplefilter("ignore")
    versions = ", ".join(f"{name} {peers.version(name)}" for name in peers.DISTRIBUTIONS)
    print(f"Python {platform.python_version()}, NumPy {np.__version__}, {versions}\n")
    found: Counter[bool | None] = Counter()
    for module in SECTIONS:
        found += _print_section(module)
    print(f"{NOT_RUN}\n\n{verdict(found)}")
    return int(found[False] > 0 or not found[True])


def verdict(found: Counter[bool | None]) -> str:
    """The last line, from how many rows hold (True), do not (False) and were not run (None)."""
    if found[False]:
        return f"{found[False]} rows do not hold."
    if not found[True]:
        return "No row was run: `python3 start.py test --peers tests/lrlib/conformance` has peers."
    return "Every row that was run holds."


def _print_section(module) -> Counter[bool | None]:
    print("| technique | lrlib | peer | the peer's call | values | apart | claim |")
    print("|---|---|---|---|---|---|---|")
    found: Counter[bool | None] = Counter()
    for row in module.ROWS:
        apart, claim, holds = _judge(module, row)
        found[holds] += 1
        print(f"{what(module, row)} {apart} | {claim} |")
    print()
    return found


def what(module, row) -> str:
    """The part of a row that says what is compared with what."""
    theirs = f"{row.theirs}` ({row.rates} rates)" if module is optimizers else f"{row.theirs}`"
    cells = (row.technique, f"`{row.ours}`", row.peer, f"`{theirs}", row.steps)
    return "".join(f"| {cell} " for cell in cells) + "|"


def _judge(module, row) -> tuple[str, str, bool | None]:
    try:
        with contextlib.redirect_stdout(io.StringIO()):  # schedulefree prints its mode
            ours, theirs = module.ours(row), module.theirs(row)
    except pytest.skip.Exception:
        return "-", "not run: the peer is not installed", None
    largest = f"{row.apart(ours, theirs).max():.1e}"
    why = f" ({row.why})" if row.why else ""
    faults = row.faults(ours, theirs)
    if faults:
        return largest, f"**DOES NOT HOLD**: {faults[0]}", False
    if row.differs:
        return largest, f"differs exactly where {row.differs}{why}", True
    return largest, f"equal within {row.tolerance:.0e}{why}", True


if __name__ == "__main__":
    sys.exit(main())
