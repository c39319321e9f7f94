"""Makes the tables behind the graders of experiments, and checks them by sample.

python -m course.experiments 05           train every run that a plan of unit 05 can ask for
python -m course.experiments              the same for all units: minutes
python -m course.experiments --check 6    train six runs of each table anew, drawn at random
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from autograders.declare.catalogue import catalogue
from autograders.declare.experiment import Experiment

from .shared.experiments import whole_table

UNITS = Path(__file__).resolve().parent / "units"
ROOM = 0.02
"""How far a run may lie from the table, as a share: other kernels of BLAS round differently."""


def experiments(wanted: Sequence[str]) -> list[Experiment]:
    """The experiments of the units with these numbers or names; of all for none."""
    found = [item for item in catalogue().values() if isinstance(item, Experiment)]
    return [e for e in found if not wanted or {e.unit, e.unit[:2]} & set(wanted)]


def table_of(item: Experiment) -> Path:
    """Where the table of an experiment lies: in its unit."""
    return UNITS / item.unit / "results.npz"


def make(item: Experiment) -> str:
    """Train all runs and write the table."""
    losses = whole_table(item)
    np.savez_compressed(table_of(item), losses=losses)
    return f"{item.name}: {losses[:, :, 0].size} runs"


def check(item: Experiment, count: int, seed: int) -> list[str]:
    """Runs of the table that come out otherwise when they are trained again."""
    rng, table, wrong = np.random.default_rng(seed), item.table(), []
    for _ in range(count):
        m, u = int(rng.integers(len(item.methods))), int(rng.integers(len(item.updates)))
        s, r = int(rng.integers(item.seeds)), int(rng.integers(len(item.ladder)))
        mine = item.train(item.methods[m], item.updates[u], [r], s + 1)[:, s, 0]
        kept = table[m, u, :, s, r]
        alike = np.isclose(mine, kept, rtol=ROOM) | (np.isinf(mine) & np.isinf(kept))
        if not alike.all():
            wrong.append(
                f"{item.name}, {item.methods[m]}, {item.updates[u]} updates, seed {s}, rate "
                f"{item.ladder[r]:.3g}: {mine} now, {kept} in the table"
            )
    return wrong


def main(argv: Sequence[str] | None = None) -> int:
    """Make or check the tables; 1 when a run of a table is no longer what it was."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("units", nargs="*", metavar="UNIT", help="name or number; default: all")
    parser.add_argument("--check", type=int, metavar="N", help="train N runs of each table anew")
    parser.add_argument("--seed", type=int, default=0, help="which runs are drawn")
    options = parser.parse_args(argv)
    wrong: list[str] = []
    for item in experiments(options.units):
        if options.check:
            wrong += check(item, options.check, options.seed)
        else:
            print(make(item))
    print("\n".join(wrong), end="\n" if wrong else "", file=sys.stderr)
    return int(bool(wrong))


if __name__ == "__main__":
    sys.exit(main())
