"""Build the web site of the course: a landing page, the lessons to read, the lessons to run.

python3 start.py site                          everything, in dist/site
python3 start.py site --only 00 01             these units only
python3 start.py site --pyodide PATH           served without any content delivery network
python3 start.py site --serve                  build, then serve on this machine
"""

from __future__ import annotations

import argparse
import functools
import http.server
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path

from autograders.feedback.mathml import FormulaError

from .landing import write_landing
from .lite import PYODIDE_VERSION, build_lite
from .live.build import write_live
from .units import COURSE, SiteError, Unit, read_units

ROOT = COURSE.parent
SITE, CACHE = ROOT / "dist" / "site", ROOT / ".site-cache"
PARTS = ("landing", "read", "live", "lite")
PORT = 8000


def parse(arguments: Sequence[str]) -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(
        prog="start.py site", description="Build the web site of the course."
    )
    parser.add_argument("--output", type=Path, default=SITE, help="where the site goes")
    parser.add_argument("--only", nargs="+", metavar="NN", help="build these units only")
    parser.add_argument("--part", choices=PARTS, nargs="+", default=PARTS, help="build these only")
    parser.add_argument(
        "--pyodide",
        type=Path,
        metavar="PATH",
        help=f"serve Python itself too: pyodide-{PYODIDE_VERSION}.tar.bz2, or the folder in it",
    )
    parser.add_argument(
        "--serve",
        type=int,
        nargs="?",
        const=PORT,
        metavar="PORT",
        help=f"then serve it on this machine, at port {PORT} if none is given",
    )
    return parser.parse_args(arguments)


def choose(units: list[Unit], only: Sequence[str] | None) -> list[Unit]:
    """The units whose number or name was asked for; an unknown one is a SiteError."""
    if only is None:
        return units
    chosen = [unit for unit in units if unit.name in only or unit.number in only]
    strange = set(only) - {name for unit in chosen for name in (unit.name, unit.number)}
    if strange:
        raise SiteError(
            f"There is no unit {', '.join(sorted(strange))}; the units are"
            f" {', '.join(unit.name for unit in units)}."
        )
    return chosen


def fresh(folder: Path) -> Path:
    """The folder, empty."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return folder


def build(options: argparse.Namespace) -> None:
    """Build what was asked for, each part in place of the one before."""
    output, pyodide = options.output.resolve(), options.pyodide
    known = read_units()
    units = choose(known, options.only)
    output.mkdir(parents=True, exist_ok=True)
    if "landing" in options.part:
        print("The landing page", flush=True)
        write_landing(units, output)
    if "read" in options.part:
        from .reading import build_pages  # slow to import

        print(f"The lessons to read: {len(units)}, run where they have changed", flush=True)
        build_pages(units, fresh(output / "read"), CACHE)
    if "live" in options.part:
        print("What the lessons to read load to live", flush=True)
        write_live(units, fresh(output / "live"), pyodide)
    if "lite" in options.part:
        print("The lessons to run in a browser tab", flush=True)
        build_lite(units, fresh(output / "lite"), CACHE, pyodide)


def serve(folder: Path, port: int) -> None:
    """Serve the site on this machine until it is stopped; a port in use is a SiteError."""
    handler = functools.partial(http.server.SimpleHTTPRequestHandler, directory=str(folder))
    try:
        server = http.server.ThreadingHTTPServer(("127.0.0.1", port), handler)
    except OSError as error:
        raise SiteError(
            f"Port {port} cannot be served on ({error.strerror}); give another: --serve {port + 1}."
        ) from error
    with server:
        print(f"http://127.0.0.1:{server.server_port}/  To stop, press Ctrl-C.", flush=True)
        server.serve_forever()


def main(arguments: Sequence[str]) -> int | str:
    """Carry out the command; the exit code, or the sentence to leave with."""
    options = parse(arguments)
    try:
        build(options)
        print(f"Ready: {options.output / 'index.html'}")
        if options.serve is not None:
            serve(options.output, options.serve)
    except (SiteError, FormulaError) as reason:
        return str(reason)
    except KeyboardInterrupt:
        return "Stopped."
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
