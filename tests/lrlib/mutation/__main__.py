"""Run mutants and judge the survivors: `python -m tests.lrlib.mutation [NAME ...]`.

Names may hold wildcards; without one all mutants are run, which takes a quarter of an hour or
more. Linux or macOS. Exit code 1 if a mutant survives that is not listed in `equivalent.py` with
a reason, or if all were run and a listed one did not survive.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from importlib import metadata
from pathlib import Path

from tests.lrlib.mutation.equivalent import EQUIVALENT, Equivalent

ROOT = Path(__file__).resolve().parents[3]
PACKAGES = ("schedules", "optimizers")
TESTS = (
    "test_schedules.py",
    "test_optimizers.py",
    "test_optimizers_values.py",
    "test_schedules_doctests.py",
    "test_schedules_properties.py",
    "test_optimizers_properties.py",
)
CONFIG = """\
[mutmut]
source_paths=lrlib
also_copy=
    course
only_mutate=
{packages}
pytest_add_cli_args_test_selection=
{tests}
"""


def main(names: list[str]) -> int:
    """Make the mutants, run those that match, and print what survived."""
    print(f"mutmut {metadata.version('mutmut')}", flush=True)
    with tempfile.TemporaryDirectory() as folder:
        workspace = Path(folder)
        _prepare(workspace)
        _make_mutants(workspace)
        results = _run_mutants(workspace / "mutants", names or ["*"])
        survivors = [name for name, outcome in results.items() if outcome == "survived"]
        changes = {name: _change(workspace, name) for name in survivors}
    return _report(results, changes, everything=not names)


def _prepare(workspace: Path) -> None:
    for package in PACKAGES:
        shutil.copytree(ROOT / "lrlib" / package, workspace / "lrlib" / package)
    (workspace / "course").mkdir()
    for module in (
        "lrlib/__init__.py",
        "lrlib/_check.py",
        "lrlib/_plain.py",
        "course/__init__.py",
        "course/techniques.py",
    ):
        shutil.copy(ROOT / module, workspace / module)
    tests = workspace / "tests" / "lrlib"
    for folder in ("mutation", "conformance"):
        shutil.copytree(ROOT / "tests/lrlib" / folder, tests / folder)
    for name in ("__init__.py", "examples.py", *TESTS):
        shutil.copy(ROOT / "tests/lrlib" / name, tests / name)
    shutil.copy(ROOT / "tests/__init__.py", workspace / "tests/__init__.py")
    config = CONFIG.format(
        packages="\n".join(f"    lrlib/{package}/*" for package in PACKAGES),
        tests="\n".join(f"    tests/lrlib/{name}" for name in TESTS),
    )
    (workspace / "setup.cfg").write_text(config)


def _make_mutants(workspace: Path) -> None:
    """One mutant run by mutmut itself, which makes them all and notes which test reaches what."""
    command = [sys.executable, "-m", "mutmut", "run", "lrlib.optimizers.base.*SGD*update__mutmut_1"]
    done = subprocess.run(command, cwd=workspace, capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"mutmut could not start:\n{done.stdout[-3000:]}\n{done.stderr[-3000:]}")


def _run_mutants(mutants: Path, names: list[str]) -> dict[str, str]:
    results = mutants / "results.json"
    tests = [f"tests/lrlib/{name}" for name in TESTS]
    command = [sys.executable, "-m", "pytest", "-q", "-W", "error"]
    command += ["-p", "tests.lrlib.mutation.runner", *tests]
    # An empty name keeps the trampolines off until a fork sets its own.
    environment = os.environ | {
        "MUTATION_RESULTS": str(results),
        "MUTANTS": " ".join(names),
        "MUTANT_UNDER_TEST": "",
    }
    subprocess.run(command, cwd=mutants, env=environment, stdout=subprocess.DEVNULL, check=False)
    return json.loads(results.read_text())


def _change(workspace: Path, name: str) -> tuple[str, str, str]:
    """The function, the line as it was and as the mutant has it."""
    command = [sys.executable, "-m", "mutmut", "show", name]
    shown = subprocess.run(command, cwd=workspace, capture_output=True, text=True, check=True)
    lines = shown.stdout.splitlines()
    was = [line[1:].strip() for line in lines if line.startswith("-") and line[:3] != "---"]
    becomes = [line[1:].strip() for line in lines if line.startswith("+") and line[:3] != "+++"]
    function = name.rsplit("__mutmut_", 1)[0].replace("xǁ", "").replace("ǁ", ".")
    return function.replace(".x_", "."), " ".join(was), " ".join(becomes)


def _report(
    results: dict[str, str], changes: dict[str, tuple[str, str, str]], everything: bool
) -> int:
    known = {(row.function, row.was, row.becomes): row.reason for row in EQUIVALENT}
    unknown = {name: change for name, change in changes.items() if change not in known}
    stale = known.keys() - set(changes.values()) if everything else set()
    tally = ", ".join(f"{n} {outcome}" for outcome, n in Counter(results.values()).most_common())
    print(f"{len(results)} mutants, {tally}")
    print(f"{len(changes) - len(unknown)} survivors are listed as equivalent")
    for name, change in unknown.items():
        print(f"\nSURVIVED {name}\n{Equivalent(*change, reason='?')}")
    for change in sorted(stale):
        print(f"\nLISTED BUT NOT A SURVIVOR {change}")
    return 1 if unknown or stale else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
