"""Kills the grading of a class again and again: `python -m tests.benchmarks.endurance`."""

from __future__ import annotations

import argparse
import contextlib
import json
import multiprocessing
import os
import random
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from autograders.__main__ import main as autograders
from tests.autograders.classroom import DROPS, PUPILS, hand_in, new_course, submission

SECONDS_TO_LIVE = 300
FORKS = multiprocessing.get_context("forkserver")
FORKS.set_forkserver_preload(["autograders.bulk.run"])


def new_class(folder: Path, size: int) -> Path:
    """A course in which so many students handed in unit 04, right, half right, wrong or blank."""
    course = new_course(folder, [DROPS])
    for number in range(size):
        pupil = PUPILS[DROPS][number % len(PUPILS[DROPS])]
        when = f"2026-03-0{1 + number % 5} 10:00:00 UTC"
        name = f"{number:04d}-{pupil.name}"
        hand_in(course, DROPS, name, submission(course, DROPS, pupil), when)
    return course


def grade(course: Path, *more: str) -> Any:
    """Begin `python -m autograders grade` in a process of its own."""
    arguments = ["grade", DROPS, "--course", str(course), "--jobs", "2", *more]
    process = FORKS.Process(target=_quietly, args=(arguments, course.parent / "said"))
    process.start()
    return process


def _quietly(arguments: list[str], log: Path) -> None:
    with log.open("a") as said, contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
        sys.exit(autograders(arguments))


def finish(course: Path) -> None:
    """Grade to the end."""
    process = grade(course)
    process.join(SECONDS_TO_LIVE)
    if process.exitcode != 0:
        raise RuntimeError(f"exit code {process.exitcode}: {(course.parent / 'said').read_text()}")


def signs_of_life(course: Path) -> tuple[int, ...]:
    """What changes while a class is graded and recorded: sizes and times of its files."""
    files = [course / "results" / f"{DROPS}.jsonl", *sorted(course.glob("gradebook.db*"))]
    found = [path.stat() for path in files if path.exists()]
    return tuple(value for about in found for value in (about.st_size, about.st_mtime_ns))


def kill_at_random(course: Path, draw: random.Random, longest: float) -> bool:
    """Begin to grade and kill it at a random moment; whether it was still at work."""
    before = signs_of_life(course)
    process = grade(course)
    # Seldom in the beginning, else at once or a little after it has begun to write.
    if draw.random() < 0.8:
        while process.is_alive() and signs_of_life(course) == before:
            time.sleep(0.002)
    process.join(draw.uniform(0, longest))
    alive = process.is_alive()
    process.kill()
    process.join()
    return alive


def contents(course: Path) -> dict[str, Any]:
    """All that nbgrader's gradebook says of the unit, by student."""
    from nbgrader.api import Gradebook

    with Gradebook(f"sqlite:///{course / 'gradebook.db'}", "learning_rate") as book:
        return {
            row.student_id: {
                "timestamp": row.timestamp,
                "notebooks": [
                    {
                        "penalty": notebook.late_submission_penalty,
                        "grades": sorted(
                            (g.name, g.auto_score, g.manual_score, g.needs_manual_grade)
                            for g in notebook.grades
                        ),
                        "comments": sorted(
                            (c.name, c.auto_comment or "") for c in notebook.comments
                        ),
                    }
                    for notebook in row.notebooks
                ],
            }
            for row in book.assignment_submissions(DROPS)
        }


def changes(course: Path) -> set[str]:
    """The lines of the audit log, without the time at which each was written."""
    lines = map(json.loads, (course / "audit.jsonl").read_text().splitlines())
    return {json.dumps({**line, "at": ""}, sort_keys=True) for line in lines}


def notebooks(course: Path) -> dict[str, bytes]:
    """The graded notebooks, and whatever else lies beside them."""
    folder = course / "autograded"
    return {str(p.relative_to(folder)): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def same_seed(course: Path, other: Path) -> None:
    """Let two courses ask for the same hidden values."""
    (course / ".grading_seed").write_bytes((other / ".grading_seed").read_bytes())


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.endurance")
    parser.add_argument("--kills", type=int, default=50, help="default: 50")
    parser.add_argument("--size", type=int, default=200, help="submissions (default: 200)")
    parser.add_argument("--seed", type=int, default=0, help="of the moments (default: 0)")
    options = parser.parse_args()
    draw, killed, classes = random.Random(options.seed), 0, 0
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        calm = new_class(folder / "calm" / "course", options.size)
        finish(calm)
        wanted = [look(calm) for look in (contents, notebooks, changes)]
        while killed < options.kills:
            course = new_class(folder / str(classes) / "course", options.size)
            same_seed(course, calm)
            mine = 0
            while killed < options.kills and kill_at_random(course, draw, 0.7):
                killed, mine = killed + 1, mine + 1
            finish(course)
            classes += 1
            if [look(course) for look in (contents, notebooks, changes)] != wanted:
                sys.exit(f"class {classes}, killed {mine} times, differs from the calm one")
            lines = (course / "results" / f"{DROPS}.jsonl").read_bytes().count(b"\n")
            print(
                f"class {classes}: killed {mine} times; {lines} results for {options.size}"
                " submissions; gradebook, notebooks and audit log are those of the calm run",
                flush=True,
            )
    print(f"{killed} kills, {classes} classes, {os.cpu_count()} CPUs: nothing lost")


if __name__ == "__main__":
    main()
