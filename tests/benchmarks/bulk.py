"""Grading a class at scale, against stock nbgrader: `python -m tests.benchmarks.bulk NAME`."""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import platform
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from importlib.metadata import version
from pathlib import Path

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

from tests.autograders.classroom import COURSE, hand_in, new_course, read
from tests.benchmarks.cluster import Cluster
from tests.benchmarks.grading import (
    CELL_SECONDS,
    functions_of,
    graded_cells,
    one_per_cent_off,
    stock,
    submission,
)
from tests.benchmarks.timing import readable

UNIT = "05_smooth_decay"
MIX = (4, 4, 2, 0)
"""How many of the four functions are right, in turn: half the class all, a quarter half, a
quarter none. A wrong one is a hundredth off everywhere, which no misconception explains."""
ROOT = COURSE.parent


def handed_in(unit: str, number: int) -> dict:
    """What student `number` handed in; no two texts are alike, so nothing can be remembered."""
    notebook, names = submission(unit, right=True), functions_of(unit)
    wrong = names[MIX[number % len(MIX)] :]
    for cell in notebook["cells"]:
        name = cell["metadata"].get("nbgrader", {}).get("grade_id")
        if name in names:
            text = "".join(cell["source"])
            text = one_per_cent_off(name, text) if name in wrong else text
            cell["source"] = f"# written by student {number}\n{text}"
    return notebook


def new_class(folder: Path, size: int) -> Path:
    """A course of ours with so many submissions and a gradebook that knows the unit."""
    from autograders.bulk.run import open_recorder
    from autograders.submission.folders import CourseFolder

    course = new_course(folder, [UNIT])
    for number in range(size):
        hand_in(course, UNIT, f"s{number:05d}", handed_in(UNIT, number))
    with open_recorder(CourseFolder(course), UNIT, print):
        pass
    return course


def grade(course: Path, *more: str) -> float:
    """Wall seconds of the whole command, from starting Python to the recorded gradebook."""
    command = [sys.executable, "-m", "autograders", "grade", UNIT, "--course", str(course), *more]
    start = time.perf_counter()
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    seconds = time.perf_counter() - start
    if done.returncode:
        raise RuntimeError(done.stderr[-2000:])
    print(*(f"  {line}" for line in done.stdout.splitlines()), sep="\n", flush=True)
    return seconds


@contextlib.contextmanager
def some_class(size: int) -> Iterator[Path]:
    """A class in a folder that is gone afterwards."""
    with tempfile.TemporaryDirectory() as folder:
        yield new_class(Path(folder) / "course", size)


# Against stock nbgrader


class Stock:
    """nbgrader with its own settings on a sample of the class, and one submission more."""

    def __init__(self, folder: Path, sample: int, only: Callable[[dict], dict] | None) -> None:
        self.folder, self.sample = folder, sample
        source = read(COURSE / "source" / UNIT / f"{UNIT}.ipynb")
        path = folder / "source" / UNIT / f"{UNIT}.ipynb"
        path.parent.mkdir(parents=True)
        keep = only or (lambda notebook: notebook)
        path.write_text(json.dumps(keep(source)), encoding="utf-8")
        stock(folder, "generate_assignment", UNIT)
        for number in range(-1, sample):
            name = "first" if number < 0 else f"s{number:05d}"
            hand_in(folder, UNIT, name, keep(handed_in(UNIT, max(number, 0))))

    def seconds(self, command: str, *more: str) -> float:
        """Wall seconds of each further submission: what starting nbgrader takes is left out."""
        first = self._timed(command, "--student=first", *more)
        every = self._timed(command, *more)
        return (every - first) / self.sample

    def _timed(self, *arguments: str) -> float:
        start = time.perf_counter()
        stock(self.folder, arguments[0], UNIT, "--force", *arguments[1:])
        return time.perf_counter() - start


def against_stock(options: argparse.Namespace) -> None:
    """Both graders in one run: recorded in the gradebook, and with a feedback page each."""
    size, sample = options.size, options.sample
    timeout = f"--Execute.timeout={CELL_SECONDS}"
    print(f"nbgrader and ours alike begin with an empty gradebook. Ours: {size} submissions, whole")
    print(f"command, all cores. Stock: each further submission of {sample}, one after another.\n")
    with tempfile.TemporaryDirectory() as folder:
        os.environ["LR_COURSE_PROGRESS"] = str(Path(folder, "progress.json"))
        ours = {}
        with some_class(size) as course:
            ours["recorded in the gradebook"] = grade(course) / size
        with some_class(size) as course:
            ours["with a feedback page each"] = grade(course, "--feedback") / size
        rows = []
        forms = {"whole notebook": None, "experiments left out": graded_cells}
        for number, (form, only) in enumerate(forms.items()):
            peer = Stock(Path(folder, str(number)), sample, only)
            graded = peer.seconds("autograde", timeout)
            rows.append((form, "recorded in the gradebook", graded))
            paged = graded + peer.seconds("generate_feedback")
            rows.append((form, "with a feedback page each", paged))
    print(f"\n{'wall clock of one submission':50}{'stock':>10}{'ours':>10}{'times':>8}")
    for form, what, seconds in rows:
        mine = ours[what]
        print(
            f"{f'{what}, {form}':50}{readable(seconds):>10}{readable(mine):>10}"
            f"{seconds / mine:>8.0f}"
        )


# Where the time goes


def profile(options: argparse.Namespace) -> None:
    """Processor time of one submission by stage, in one process, and of its own code alone."""
    from autograders.bulk import run as bulk
    from autograders.bulk import work
    from autograders.bulk.results import Results
    from autograders.gradebook.record import Recorder
    from autograders.sandbox import Sandbox
    from autograders.submission import grading
    from autograders.submission.folders import CourseFolder
    from tests.autograders.bulk.test_bulk import Inline

    spent: dict[str, float] = {}
    stack: list[float] = []

    def stage(owner, name, label):
        inner = getattr(owner, name)

        def timed(*args, **kwargs):
            stack.append(0.0)
            start = time.process_time()
            try:
                return inner(*args, **kwargs)
            finally:
                whole = time.process_time() - start
                spent[label] = spent.get(label, 0.0) + whole - stack.pop()
                if stack:
                    stack[-1] += whole

        setattr(owner, name, timed)

    stages = [
        (work.Unit, "task", "reading the file"),
        (work, "read_submission", "rebuilding the notebook"),
        (Sandbox, "_fork", "asking the sandbox: sending, waiting, decoding"),
        (grading, "judge", "judging"),
        (work, "return_graded", "marks and cards"),
        (work, "notebook_json", "the notebook as text"),
        (bulk, "write_whole", "writing the notebook"),
        (Results, "append", "keeping the result"),
        (Recorder, "flush", "recording"),
    ]
    with some_class(options.size) as course:
        folder = CourseFolder(course)
        students = folder.students(UNIT)
        sandbox = work._sandbox_of(os.getpid(), False)
        bulk.grade_class(folder, UNIT, Inline(), students=students[:8])
        for each in stages:
            stage(*each)
        forks = sandbox.cpu_seconds
        cpu, wall = time.process_time(), time.perf_counter()
        bulk.grade_class(folder, UNIT, Inline(), students=students[8:])
        cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
        forks, count = sandbox.cpu_seconds - forks, len(students) - 8
        alone = student_code_alone(folder, students[8:])
    spent["everything else out here"] = cpu - sum(spent.values())
    spent["the forks: student code, and being forked"] = forks
    total = sum(spent.values())
    print(f"{'processor time of one submission':52}{'ms':>8}{'share':>8}")
    for label, seconds in sorted(spent.items(), key=lambda item: -item[1]):
        print(f"{label:52}{1e3 * seconds / count:>8.2f}{seconds / total:>8.0%}")
    print(f"{'together':52}{1e3 * total / count:>8.2f}{1:>8.0%}")
    print(f"{'of this, the answers run once, nothing around them':52}{1e3 * alone / count:>8.2f}")
    print(
        f"\n{count / total:.1f} submissions a second and core ({count / wall:.1f} by the wall"
        f" clock here); the limit set by student code alone is {total / alone:.1f} times that."
    )


def student_code_alone(folder, students: list[str]) -> float:
    """Processor seconds of all answers, defined and called once for every case, in this process."""
    import numpy as np

    from autograders.bulk.run import unit_of
    from autograders.declare.catalogue import of_unit
    from autograders.declare.exercise import Exercise
    from autograders.protocol.calls import quiet, run_calls
    from autograders.protocol.codec import decode
    from autograders.submission.grading import request_for
    from autograders.submission.intake import read_submission

    unit = unit_of(folder, UNIT)
    items = [item for item in of_unit(UNIT).values() if isinstance(item, Exercise)]
    calls = {item.name: request_for(item, unit.seed).frame for item in items}
    total = 0.0
    for student in students:
        task = unit.task(folder.submitted(UNIT, student), student)
        cells = read_submission(task.content, unit.master).answers
        fresh = {name: decode(frame) for name, frame in calls.items()}
        names = {"np": np, "display": print}
        start = time.process_time()
        with quiet():
            for name in calls:
                exec(cells[name], names)
                run_calls(names, fresh[name])
        total += time.process_time() - start
    return total


# More cores, more workers


def speedup(options: argparse.Namespace) -> None:
    """The same class with one and two processes here, and with one and several Dask workers."""
    seconds = {}
    for jobs in (1, 2):
        with some_class(options.size) as course:
            seconds[f"{jobs} local process(es)"] = grade(course, "--jobs", str(jobs))
    for workers in options.workers:
        with (
            tempfile.TemporaryDirectory() as where,
            Cluster(Path(where), workers) as cluster,
            some_class(options.size) as course,
        ):
            label = f"{workers} Dask worker(s)"
            seconds[label] = grade(course, "--scheduler", cluster.address)
    print(f"\n{'':24}{'wall':>10}{'a second':>10}{'speed-up':>10}   of {options.size} submissions")
    for kind in ("local", "Dask"):
        mine = {label: value for label, value in seconds.items() if kind in label}
        first = next(iter(mine.values()))
        for label, value in mine.items():
            rate = options.size / value
            print(f"{label:24}{readable(value):>10}{rate:>10.1f}{first / value:>10.2f}")


# Ten thousand


def growth(options: argparse.Namespace) -> None:
    """Time and memory while a large class is graded, plotted."""
    with some_class(options.size) as course:
        command = [sys.executable, "-m", "autograders", "grade", UNIT, "--course", str(course)]
        kept = course / "results" / f"{UNIT}.jsonl"
        start, points = time.perf_counter(), []
        with subprocess.Popen(command, cwd=ROOT, stderr=subprocess.DEVNULL) as process:
            seen = lines = 0
            while process.poll() is None:
                if kept.exists():
                    with kept.open("rb") as file:
                        file.seek(seen)
                        new = file.read()
                    seen, lines = seen + len(new), lines + new.count(b"\n")
                with contextlib.suppress(OSError, IndexError):
                    memory = resident(process.pid), sum(map(resident, below(process.pid)))
                    points.append((time.perf_counter() - start, lines, *memory))
                time.sleep(0.5)
        if process.returncode:
            raise SystemExit(process.returncode)
    working = [p for p in points if 0 < p[1] < options.size]
    at = {share: min(working, key=lambda p: abs(p[1] - share * options.size))
          for share in (0.1, 0.5, 0.9)}  # fmt: skip
    halves = [(at[b][1] - at[a][1]) / (at[b][0] - at[a][0]) for a, b in ((0.1, 0.5), (0.5, 0.9))]
    print(
        f"submissions a second from 10 to 50 %: {halves[0]:.1f}, from 50 to 90 %: {halves[1]:.1f}"
    )
    for name, column in (("main process", 2), ("workers and sandboxes", 3)):
        sizes = ", ".join(f"{at[share][column]:.0f} MB at {share:.0%}" for share in at)
        print(f"memory of {name}: {sizes}")
    plot(points, options)


def below(process: int) -> Iterator[int]:
    """All processes that descend from one."""
    for listing in Path(f"/proc/{process}/task").glob("*/children"):
        for child in map(int, listing.read_text().split()):
            yield child
            yield from below(child)


def resident(process: int) -> float:
    """Megabytes of memory that a process holds, its share of what is shared."""
    text = Path(f"/proc/{process}/smaps_rollup").read_text()
    return int(text.partition("\nPss:")[2].split()[0]) / 1024


def plot(points: list[tuple], options: argparse.Namespace) -> None:
    """Draw submissions over time, and memory over submissions."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot as plt

    seconds, done, main, rest = zip(*points)
    figure, (left, right) = plt.subplots(1, 2, figsize=(10, 4), layout="constrained")
    left.plot(seconds, done, color="#0072B2")
    left.set(xlabel="time (s)", ylabel="submissions with a result", title="Time grows linearly")
    right.plot(done, main, color="#0072B2", label="main process")
    right.plot(done, rest, color="#B35900", linestyle="--", label="workers and sandboxes")
    right.set(xlabel="submissions with a result", ylabel="memory (MB)", title="Memory stays flat")
    right.set_ylim(bottom=0)
    right.legend()
    figure.savefig(options.output)
    print(f"plotted in {options.output}")


BENCHMARKS = {
    "stock": against_stock,
    "profile": profile,
    "speedup": speedup,
    "growth": growth,
}
SIZES = {"stock": 1000, "profile": 208, "speedup": 400, "growth": 10_000}


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.bulk", description=__doc__)
    parser.add_argument("name", choices=BENCHMARKS)
    parser.add_argument("--size", type=int, help=f"submissions; default: {SIZES}")
    parser.add_argument("--sample", type=int, default=4, help="for stock nbgrader (default: 4)")
    parser.add_argument(
        "--workers", type=int, nargs="+", default=[1, 2, 4], help="of Dask (default: 1 2 4)"
    )
    parser.add_argument("--output", default="growth.png", help="the plot of `growth`")
    options = parser.parse_args()
    options.size = options.size or SIZES[options.name]
    packages = ("nbgrader", "nbconvert", "ipykernel", "sqlalchemy", "distributed", "numpy")
    print(
        f"Python {platform.python_version()}, "
        + ", ".join(f"{package} {version(package)}" for package in packages)
        + f"; {os.cpu_count()} CPUs, load {os.getloadavg()[0]:.1f}.\n"
        f"{UNIT}: {len(functions_of(UNIT))} functions; right are {MIX} of them, in turn.",
        flush=True,
    )
    BENCHMARKS[options.name](options)


if __name__ == "__main__":
    main()
