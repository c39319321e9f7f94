"""Commands of lrlib: `python -m lrlib audit run.csv --schedule "WSD(...)"`, `compare FILE`."""

from __future__ import annotations

import argparse
import sys

from lrlib.bridge.audit import Setting, audit, read_log
from lrlib.bridge.comparing import compare
from lrlib.bridge.text import parse


def main(arguments: list[str] | None = None) -> int:
    """Run a command; 0 if nothing was found, 1 if something was, 2 if it could not be looked at."""
    parser = argparse.ArgumentParser(prog="python -m lrlib", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    one = commands.add_parser("audit", help="compare a log with the schedule that was meant")
    one.add_argument("log", help=".csv, .tsv, .jsonl, .json or a TensorBoard log")
    one.add_argument("--schedule", required=True, help='such as "StepDecay(0.1, 0.5, every=30)"')
    one.add_argument("--accumulate", type=int, default=1, metavar="N", help="batches to an update")
    one.add_argument("--workers", type=int, default=1, metavar="N", help="processes that train")
    one.add_argument("--updates-per-epoch", type=int, metavar="N")
    one.add_argument("--step", help="name of the column that counts updates")
    one.add_argument("--rate", help="name of the column with the rate")
    one.add_argument("--loss", help="name of the column with the loss")
    one.add_argument(
        "--after-step", action="store_true", help="rates were written after scheduler.step()"
    )
    one.add_argument("--running", action="store_true", help="the run has not ended yet")
    one.add_argument("--picture", metavar="FILE.svg", help="write the picture there")
    two = commands.add_parser(
        "compare", help="say which conventions the functions of a file follow (it is run)"
    )
    two.add_argument("file", help="your own Python file, with get_lr(it) or step(w, grad, ...)")
    given = parser.parse_args(arguments)
    try:
        if given.command == "compare":
            found = compare(given.file)
            print(*(one.text for one in found), sep="\n")
            return int(any(one.differs or not one.convention for one in found))
        trace = read_log(
            given.log,
            step=given.step,
            rate=given.rate,
            loss=given.loss,
            after_step=given.after_step,
            finished=not given.running,
        )
        setting = Setting(given.accumulate, given.workers, given.updates_per_epoch)
        report = audit(trace, parse(given.schedule), setting)
    except (ValueError, TypeError) as error:
        print(f"{parser.prog}: {error}", file=sys.stderr)
        return 2
    print(report)
    if given.picture:
        report.save(given.picture)
        print(f"Picture: {given.picture}")
    return int(bool(report.findings))


if __name__ == "__main__":
    sys.exit(main())
