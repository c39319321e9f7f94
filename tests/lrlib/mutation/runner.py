"""A pytest plugin that runs each mutant in a fork of one session that has collected its tests.

mutmut makes the mutants and finds out which test reaches which function; its own loop starts a
session per mutant, which takes ten times as long for tests as short as these.
"""

from __future__ import annotations

import json
import os
import signal
import sys
from fnmatch import fnmatch
from pathlib import Path

from hypothesis import Phase, settings

from tests.lrlib import examples

SECONDS = 60
SURVIVED, KILLED = 0, 1

# Before the test modules import it: a failing example need not be made small to kill a mutant.
examples.quick = settings(examples.quick, max_examples=10, phases=[Phase.generate], database=None)


def mutants() -> dict[str, str]:
    """The name of every mutant that was asked for, and the function it is made from."""
    names = {}
    patterns = os.environ["MUTANTS"].split()
    for meta in sorted(Path("lrlib").rglob("*.meta")):
        for name in json.loads(meta.read_text())["exit_code_by_key"]:
            if any(fnmatch(name, pattern) for pattern in patterns):
                names[name] = name.rsplit("__mutmut_", 1)[0]
    return names


def pytest_runtestloop(session):
    """Run the mutants in place of the tests, and write what became of each."""
    stats = json.loads(Path("mutmut-stats.json").read_text())
    durations = stats["duration_by_test"]
    reached = {
        function: sorted(tests, key=lambda test: durations.get(test, 0.0))
        for function, tests in stats["tests_by_mangled_function_name"].items()
    }
    items = {item.nodeid: item for item in session.items}
    running, results = {}, {}
    for name, function in mutants().items():
        if len(running) == (os.cpu_count() or 1):
            _collect(running, results)
        tests = [items[test] for test in reached.get(function, ()) if test in items]
        running[_start(session, name, tests)] = name
    while running:
        _collect(running, results)
    Path(os.environ["MUTATION_RESULTS"]).write_text(json.dumps(results))
    return True


def _start(session, name: str, tests: list) -> int:
    pid = os.fork()
    if pid:
        return pid
    signal.alarm(SECONDS)
    os.environ["MUTANT_UNDER_TEST"] = name
    silence = os.open(os.devnull, os.O_WRONLY)
    os.dup2(silence, 1)
    os.dup2(silence, 2)
    try:
        for item in tests:
            item.ihook.pytest_runtest_protocol(item=item, nextitem=None)
            if session.testsfailed:
                os._exit(KILLED)
    except BaseException:
        os._exit(KILLED)
    os._exit(SURVIVED)


def _collect(running: dict[int, str], results: dict[str, str]) -> None:
    pid, status = os.wait()
    if os.WIFSIGNALED(status):
        outcome = "timeout"
    else:
        outcome = "killed" if os.WEXITSTATUS(status) == KILLED else "survived"
    name = running.pop(pid)
    results[name] = outcome
    if outcome == "survived":
        print(name, file=sys.stderr, flush=True)
    if len(results) % 100 == 0:
        print(f"{len(results)} mutants run", file=sys.stderr)
