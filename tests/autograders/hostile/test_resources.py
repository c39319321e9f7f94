"""Attempts to use up the machine: each costs one exercise at most, and the class goes on."""

import os
import resource

import pytest

from autograders.judging.report import FULL
from autograders.submission.grading import grade_source

from .classroom import POINTS, RIGHT, functions

OTHERS_RIGHT = {name: POINTS[name] for name in RIGHT if name != "step_decay"}
HEAD = "def step_decay(t, *, lr0, gamma, every):\n"


def attack(*lines):
    """A `step_decay` whose body is these lines."""
    return HEAD + "\n".join(f"    {line}" for line in lines)


def only_step_decay_is_lost(graded):
    """The attack costs its own exercise, and nothing else."""
    return functions(graded) == {"step_decay": 0.0, **OTHERS_RIGHT}


def test_an_endless_loop_costs_one_exercise(classroom):
    """Stock nbgrader waits for its time-out and leaves every later cell ungraded."""
    graded = classroom.grade_with(step_decay=attack("while True: pass"))
    assert only_step_decay_is_lost(graded)
    assert "too slow" in graded.reports["step_decay"].note


STUBBORN = """
import signal
for number in range(1, 65):
    try:
        signal.signal(number, signal.SIG_IGN)
    except (OSError, ValueError):
        pass
try:
    signal.setitimer(signal.ITIMER_PROF, 0)
except OSError:
    pass
signal.pthread_sigmask(signal.SIG_BLOCK, range(1, 65))
"""


def test_a_loop_that_swallows_everything_costs_one_exercise(classroom):
    """Stock nbgrader gives in: a kernel that ignores interrupts hangs `autograde`."""
    answer = (
        HEAD + "    exec(STUBBORN)\n    while True:\n        try:\n            while True: pass\n"
        "        except BaseException: pass"
    )
    graded = classroom.grade_with(step_decay=f"STUBBORN = {STUBBORN!r}\n{answer}")
    assert only_step_decay_is_lost(graded)
    assert "too slow" in graded.reports["step_decay"].note


def test_an_endless_cell_does_not_stop_the_cells_after_it(classroom):
    """A helper cell that loops for ever is noted; all functions are graded."""
    graded = classroom.grade_with(first=["while True: pass"])
    assert all(graded.reports[name].status == FULL for name in RIGHT)
    graded = classroom.grade_with(first=["while True: pass"], step_decay=attack("return 0.123"))
    assert only_step_decay_is_lost(graded)
    assert any("CPU time" in note for note in graded.notes)


@pytest.mark.parametrize(
    "wait",
    ["__import__('time').sleep(10**6)", "__import__('signal').pause()", "input('name? ')"],
)
def test_waiting_costs_no_time(classroom, wait):
    """Stock nbgrader waits: for a sleep until its time-out, for input() with an error."""
    graded = classroom.grade_with(step_decay=attack(wait, "return 0.123"))
    assert only_step_decay_is_lost(graded)
    assert "too slow" not in graded.reports["step_decay"].note


WAITS = {
    "a lock": "import threading\nlock = threading.Lock()\nlock.acquire()\nlock.acquire()",
    "a lock with a time": "import threading\nlock = threading.Lock()\nlock.acquire()\n"
    "lock.acquire(timeout=10**6)",
    "a queue": "import queue\nqueue.Queue().get()",
    "select": "import select\nselect.select([], [], [], 10**6)",
    "poll": "import select\nselect.poll().poll(10**9)",
    "the channel": "import os\nfor fd in range(3, 64):\n    try:\n        os.read(fd, 1)\n"
    "    except OSError:\n        pass",
    "a signal": "import signal\nsignal.sigwait([signal.SIGUSR1])",
    "a child": "import os\nos.wait()",
    "the disk": "import os\nos.fsync(os.open('x', os.O_CREAT))",
    "every processor": "import ctypes\nlibc = ctypes.CDLL(None)\nlibc.syscall(324, 1, 0)",
}


@pytest.mark.parametrize("kind", WAITS)
def test_nobody_can_wait(classroom, kind):
    """Who waits uses no CPU time, and would hold up the class until the wall clock ends it.

    Three times at that, and twice while no other grading goes on: as whatever is too slow.
    """
    graded = classroom.grade_with(step_decay=attack(f"exec({WAITS[kind]!r})", "return 0.123"))
    assert only_step_decay_is_lost(graded)
    assert "too slow" not in graded.reports["step_decay"].note


def test_an_animation_that_sleeps_still_runs_to_its_end(classroom):
    """An honest `time.sleep` in a helper cell is not an error: nobody waits for it."""
    slow = "import time\ntime.sleep(3600)\ndef drops(t, every):\n    return t // every"
    answer = attack("return lr0 * gamma ** drops(t, every)")
    assert classroom.grade_with(first=[slow], step_decay=answer).reports["step_decay"].passed


FORKS = {
    "os.fork": "import os\nfor _ in range(10**4): os.fork()",
    "subprocess": "import subprocess\nsubprocess.Popen(['/bin/sh', '-c', 'sleep 1000'])",
    "multiprocessing": "import multiprocessing as m\nm.Process(target=print).start()",
    "threads": "import threading\nfor _ in range(10**4): threading.Thread(target=print).start()",
    "exec": "import os, sys\nos.execv(sys.executable, [sys.executable, '-c', 'pass'])",
    "clone by number": "import ctypes\nlibc = ctypes.CDLL(None, use_errno=True)\n"
    "if libc.syscall(56, 17, 0) < 0: raise OSError(ctypes.get_errno(), 'refused')",
}


@pytest.mark.parametrize("kind", FORKS)
def test_no_process_or_thread_can_be_started(classroom, kind):
    """Stock nbgrader gives in: a fork bomb takes the machine, and survivors outlive the kernel."""
    tried = f"import os\ntry:\n    exec({FORKS[kind]!r})\n    seen = 'started'\n"
    tried += "except BaseException as error:\n    seen = type(error).__name__"
    assert classroom.probe(tried) in ("PermissionError", "RuntimeError", "FileNotFoundError")
    graded = classroom.grade_with(step_decay=FORKS[kind] + "\n" + attack("return 0.123"))
    assert only_step_decay_is_lost(graded)


def test_a_memory_bomb_costs_one_exercise(classroom):
    """Stock nbgrader gives in: the machine swaps or the kernel killer picks somebody."""
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    graded = classroom.grade_with(
        step_decay=attack("hog = []", "while True: hog.append(bytes(2**26))")
    )
    assert only_step_decay_is_lost(graded)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 500_000
    assert "MemoryError" in classroom.probe(
        "try:\n    x = bytearray(2**34)\nexcept MemoryError as e:\n    seen = type(e).__name__"
    )


def test_a_recursion_into_a_segfault_costs_one_exercise(classroom):
    """Stock nbgrader loses the kernel, and with it every later answer."""
    answer = (
        "import sys\nsys.setrecursionlimit(10**9)\n"
        "class Deep:\n    def __repr__(self): return repr(self.inside)\n"
        "def step_decay(t, *, lr0, gamma, every):\n"
        "    inner = outer = []\n    for _ in range(10**6): outer = [outer]\n"
        "    return repr(outer)"
    )
    graded = classroom.grade_with(step_decay=answer)
    assert only_step_decay_is_lost(graded)


def test_a_filled_disk_is_the_submissions_own_and_soon_empty(classroom):
    """Stock nbgrader gives in: the kernel writes wherever the instructor may."""
    fill = """
written = files = 0
import os
try:
    for number in range(10**6):
        with open(f"fill{number}", "wb") as file:
            file.write(bytes(2**22))
        written += 2**22
except OSError:
    pass
seen = written
"""
    assert classroom.probe(fill) <= 32 * 2**20
    many = "seen = 0\ntry:\n    while True:\n        open(f'n{seen}', 'w').close(); seen += 1\n"
    many += "except BaseException: pass"
    assert classroom.probe(many) > 0
    assert classroom.probe("import os\nseen = os.listdir('.')") == []
    graded = classroom.grade_with(fill, step_decay=fill + attack("return 0.123"))
    assert only_step_decay_is_lost(graded)


def test_folders_left_behind_do_not_outlive_the_submission(classroom):
    """Names that cannot be deleted one by one cost a new process, and nobody sees them."""
    nest = "import os\nfor _ in range(300):\n    os.mkdir('d')\n    os.chdir('d')\nseen = 1"
    assert classroom.probe(nest) == 1
    assert classroom.probe("import os\nseen = os.listdir('.')") == []


def test_flooding_stdout_costs_nothing(classroom):
    """Stock nbgrader gives in: outputs grow without bound in memory and in the notebook."""
    flood = "import os, sys\nfor _ in range(2000):\n    os.write(1, b'x' * 65536)\n"
    flood += "    os.write(2, b'x' * 65536)\n    print('x' * 1000)"
    graded = classroom.grade_with(flood)
    assert all(graded.reports[name].status == FULL for name in RIGHT)


@pytest.mark.parametrize(
    "end",
    ["__import__('os')._exit(0)", "__import__('os').abort()", "__import__('sys').exit(10)",
     "__import__('os').kill(__import__('os').getpid(), 9)", "raise KeyboardInterrupt",
     "__import__('ctypes').string_at(0)", "raise GeneratorExit", "quit()"],
)  # fmt: skip
def test_ending_the_process_costs_one_exercise(classroom, end):
    """Stock nbgrader loses the kernel, and with it every later answer."""
    assert only_step_decay_is_lost(classroom.grade_with(step_decay=attack(end)))


def test_a_cell_that_ends_the_process_is_left_out_and_noted(classroom):
    """The other cells are graded without it, and the student is told."""
    graded = classroom.grade_with("import os\nos._exit(0)", first=["import os\nos._exit(70)"])
    assert all(graded.reports[name].status == FULL for name in RIGHT)
    assert sum("ended the process" in note for note in graded.notes) == 2
    assert graded.faults == ()


def test_a_long_computation_in_c_costs_one_exercise(classroom):
    """Stock nbgrader waits: an interrupt is only seen when the computation returns."""
    answer = attack("return sum(range(10**12))")
    graded = classroom.grade_with(step_decay=answer)
    assert only_step_decay_is_lost(graded)
    assert "too slow" in graded.reports["step_decay"].note


def test_a_huge_result_is_not_sent(classroom):
    """Stock nbgrader gives in: 10^8 floats are printed into the notebook."""
    report = grade_source(
        "sgd_step", "def sgd_step(w, grad, lr):\n    return np.zeros(10**8)", 1,
        sandbox=classroom.sandbox,
    )  # fmt: skip
    assert report.score == 0
    answer = attack("return [0.0] * 10**7")
    assert only_step_decay_is_lost(classroom.grade_with(step_decay=answer))


def test_one_core_at_most_is_used(classroom):
    """Stock nbgrader gives in: NumPy and threads use every core of the machine.

    No thread can be made (see above), so a product that NumPy would share out is made by one.
    """
    product = "import os\nimport numpy as np\na = np.ones((600, 600))\nseen = float((a @ a)[0, 0])"
    assert classroom.probe(product) == 600
    assert classroom.probe("import os\nseen = os.environ['OPENBLAS_NUM_THREADS']") == "1"


def test_no_process_and_no_file_is_left_over():
    """Closing a sandbox leaves nothing of it: no process, no temporary folder."""
    from autograders.sandbox import Cell, Request, Sandbox

    with Sandbox(allow_process=True) as sandbox:
        sandbox.run([Cell("a", "x = 1")], [Request("x", [{"do": "read", "name": "x"}])])
        folders = [warm._folder for warm in sandbox._warm.values()]
        processes = [warm._process.pid for warm in sandbox._warm.values()]
        assert processes
    assert not any(folder.exists() for folder in folders)
    for pid in processes:
        with pytest.raises(ProcessLookupError):
            os.kill(pid, 0)
