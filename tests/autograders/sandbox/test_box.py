"""The walls around student code, each with the attack that succeeds where it is taken away."""

import ctypes
import errno
import platform
import re
import sys
from pathlib import Path

import pytest

from autograders.sandbox import Cell, Request, Sandbox, SandboxLevel, SandboxUnavailable, mounts
from autograders.sandbox.inside import lockdown
from autograders.submission.grading import grade_source

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="needs Linux")

TABLE = Path("/usr/include/x86_64-linux-gnu/asm/unistd_64.h")
WITHOUT = {
    "a box": ("server", "_box = lambda scratch, size, walls: None"),
    "closed files": ("landlock", "Landlock.__init__ = _refused"),
    "another user": ("server", "_open_to_all = lambda path: False"),
    "closed memory": (
        "lockdown", "close_memory = lambda: None\n_PR_SET_DUMPABLE = _PR_SET_PDEATHSIG",
    ),
    "refused flags": ("lockdown", "REFUSED_FLAGS = 0"),
    "the filter": ("lockdown", "known_architecture = lambda: False"),
    "one clock": ("worker", "start_clock = lambda: None"),
}  # fmt: skip
REFUSE = """

def _refused(*_):
    raise OSError(95, "taken away")


"""


@pytest.fixture
def without(monkeypatch):
    """Take walls away from the warm processes that start from now on."""

    def take(*walls):
        build = mounts.build_tree

        def build_less(target):
            build(target)
            for module, change in map(WITHOUT.__getitem__, walls):
                path = target / "autograders" / "sandbox" / "inside" / f"{module}.py"
                path.write_text(path.read_text() + REFUSE + change + "\n")

        monkeypatch.setattr(mounts, "build_tree", build_less)

    return take


@pytest.fixture
def unchecked(monkeypatch):
    """Take a machine on which the probe of the sandbox got at something."""
    monkeypatch.setattr(Sandbox, "_sound", staticmethod(lambda warm: warm))


def isolated():
    """A sandbox at its full level, or none on this machine."""
    sandbox = Sandbox()
    try:
        sandbox.level  # noqa: B018
    except SandboxUnavailable as error:
        pytest.skip(str(error))
    return sandbox


def in_a_process():
    """A sandbox without namespaces."""
    return Sandbox(allow_process=True, namespaces=False)


def seen(sandbox, source):
    """What a cell leaves in the variable `seen`."""
    request = Request("seen", [{"do": "read", "name": "seen"}])
    fork = sandbox.run_together([Cell("probe", source)], [request])
    [outcome] = fork.outcomes
    assert outcome.answered, outcome
    return outcome.answers[0].get("result", fork.failed)


# The grader's own memory


def forge(address):
    """Code that writes over some bytes in the memory of the grader, two processes up."""
    return f"""
import os
seen = "failed"
try:
    stat = open(f"/proc/{{os.getppid()}}/stat").read()
    grader = int(stat.rpartition(")")[2].split()[1])
    with open(f"/proc/{{grader}}/mem", "r+b", buffering=0) as memory:
        memory.seek({address})
        memory.write(b"full")
    seen = "forged"
except OSError as error:
    seen = type(error).__name__
"""


def test_student_code_cannot_write_into_the_memory_of_the_grader():
    score = ctypes.create_string_buffer(b"zero")
    with in_a_process() as sandbox:
        assert sandbox.level is SandboxLevel.PROCESS
        assert seen(sandbox, forge(ctypes.addressof(score))) == "PermissionError"
    assert score.value == b"zero"


@pytest.mark.usefixtures("unchecked")
def test_it_could_where_nothing_closes_the_memory(without):
    """The positive control: on a machine that allows all, the same attack changes the score."""
    without("closed files", "another user", "closed memory")
    score = ctypes.create_string_buffer(b"zero")
    with in_a_process() as sandbox:
        assert seen(sandbox, forge(ctypes.addressof(score))) == "forged"
    assert score.value == b"full"


def test_a_machine_on_which_it_could_is_refused(without):
    without("closed files", "another user", "closed memory")
    with in_a_process() as sandbox, pytest.raises(SandboxUnavailable, match="memory of process"):
        seen(sandbox, "seen = 1")


def test_files_of_the_grader_are_closed_without_namespaces_too(tmp_path):
    secret = tmp_path / "gradebook.db"
    secret.write_text("15 points")
    read = (
        f"try:\n    seen = open({str(secret)!r}).read()\nexcept OSError as e:\n    seen = e.errno"
    )
    write = f"try:\n    seen = open({str(secret)!r}, 'w').write('')\nexcept OSError as e:\n"
    with in_a_process() as sandbox:
        assert seen(sandbox, read) == errno.EACCES
        assert seen(sandbox, write + "    seen = e.errno") == errno.EACCES
        reference = "import importlib.util as u\nseen = u.find_spec('autograders.judging') is None"
        assert seen(sandbox, reference) is True
        assert seen(sandbox, "import statistics, calendar\nseen = statistics.mean([1, 3])") == 2


@pytest.mark.usefixtures("unchecked")
def test_they_are_open_where_nothing_closes_them(without, tmp_path):
    without("closed files", "another user")
    secret = tmp_path / "gradebook.db"
    secret.write_text("15 points")
    with in_a_process() as sandbox:
        assert seen(sandbox, f"seen = open({str(secret)!r}).read()") == "15 points"


def test_what_the_kernel_refused_is_recorded(without):
    without("closed files")
    with in_a_process() as sandbox:
        try:
            walls = sandbox.walls
        except SandboxUnavailable as error:
            assert "taken away" in str(error)
        else:
            assert "taken away" in walls["files"] and walls["user"] == ""


def test_grade_source_isolates_or_raises_unless_told(monkeypatch):
    from autograders.submission import grading

    answer = "def sgd_step(w, grad, lr):\n    return w - lr * grad"
    monkeypatch.setattr(mounts, "available", lambda: None)
    made = []
    monkeypatch.setattr(
        grading, "_sandbox_of", lambda process, allow: made.append(Sandbox(allow_process=allow))
        or made[-1]
    )  # fmt: skip
    with pytest.raises(SandboxUnavailable, match="isolate"):
        grade_source("sgd_step", answer)
    assert grade_source("sgd_step", answer, allow_process=True).passed
    made[-1].close()


# One fork and the next

COUNT = """
import os
seen = 0
try:
    for _ in range(2000):
        os.close(os.open(".", 0o20200000 | os.O_RDWR, 0o600))
        seen += 1
except OSError:
    pass
"""
READ = "import os\nopen('x', 'w').close()\nseen = os.stat('x').st_ino"


def test_no_count_of_files_goes_from_one_fork_to_the_next():
    with isolated() as sandbox:
        before = seen(sandbox, READ)
        assert seen(sandbox, COUNT) == 0
        assert seen(sandbox, READ) == before


def test_it_does_where_files_without_a_name_and_one_scratch_are_shared(without):
    without("a box", "refused flags")
    with isolated() as sandbox:
        assert seen(sandbox, COUNT) == 2000
        assert seen(sandbox, READ) > 2000


def test_the_box_alone_keeps_the_count(without):
    without("refused flags")
    with isolated() as sandbox:
        before = seen(sandbox, READ)
        assert seen(sandbox, COUNT) == 2000
        assert (seen(sandbox, READ), sandbox.starts) == (before, 1)


def test_a_fork_is_alone_in_its_namespaces_and_has_no_rights():
    look = "import os\nseen = [os.getpid(), os.getppid(), os.listdir('.'), os.path.exists('/proc')]"
    with isolated() as sandbox:
        assert sandbox.walls["box"] == ""
        assert seen(sandbox, look) == [1, 0, [], False]
        mount = "import ctypes\nl = ctypes.CDLL(None, use_errno=True)\n"
        mount += "seen = [l.mount(b'a', b'/scratch', b'tmpfs', 0, 0), ctypes.get_errno()]"
        assert seen(sandbox, mount) == [-1, errno.EPERM]


def test_where_no_box_can_be_had_a_new_process_follows_whoever_made_a_file(without):
    without("a box")
    with isolated() as sandbox:
        assert seen(sandbox, "open('x', 'w').close()\nseen = 1") == 1
        assert seen(sandbox, "import os\nseen = os.listdir('.')") == []
        assert sandbox.starts == 2


# The filter, asked by number

ASK = """
import ctypes, sys
libc = ctypes.CDLL(None, use_errno=True)
seen = []
for number in {numbers}:
    ctypes.set_errno(0)
    if libc.syscall(number, -1, -1, -1, -1, -1, -1) != -1 or ctypes.get_errno() != 1:
        seen.append(number)
"""


def kernels_table():
    """The numbers of all system calls, from the kernel's own header."""
    if not TABLE.exists() or platform.machine() != "x86_64":
        pytest.skip("needs the kernel's headers (linux-libc-dev) on x86-64")
    found = re.findall(r"#define __NR_(\w+) (\d+)", TABLE.read_text())
    return {name: int(number) for name, number in found}


def test_every_allowed_call_has_the_number_that_the_kernel_gives_it():
    table = kernels_table()
    allowed = lockdown.ARCHITECTURES["x86_64"][1]
    assert {name: table.get(name) for name in allowed} == allowed


def test_every_other_call_is_refused_when_it_is_made():
    table = kernels_table()
    # The kernel ends whoever calls uretprobe (335) or uprobe (336), before any filter is asked.
    ending = {335, 336}
    others = sorted(set(range(max(table.values()) + 20)) - set(lockdown._X86_64.values()) - ending)
    waiting = {"membarrier", "fsync", "fdatasync", "setitimer", "nanosleep", "clock_nanosleep",
               "ptrace", "process_vm_writev", "process_vm_readv", "kill", "tgkill", "fork", "vfork",
               "clone", "clone3", "execve", "sysinfo", "statfs", "timer_create", "alarm", "poll",
               "prctl", "unshare", "mount", "setns", "pidfd_open", "io_uring_setup"}  # fmt: skip
    assert {table[name] for name in waiting} <= set(others)
    for level in (isolated(), in_a_process()):
        with level as sandbox:
            assert seen(sandbox, ASK.format(numbers=others)) == []


def test_the_same_calls_are_not_refused_where_there_is_no_filter(without):
    without("the filter")
    table = kernels_table()
    numbers = [table[name] for name in ("sysinfo", "fsync", "poll", "membarrier", "setitimer")]
    with in_a_process() as sandbox:
        assert seen(sandbox, ASK.format(numbers=numbers)) == numbers


FLAGS = """
import os
seen = []
for flag in (0o20200000, 0o10000000, 0o4010000, 0o10000, 0o1000000, 0o20000):
    for folder in (False, True):
        try:
            os.close(os.open("." if folder else "x", flag | os.O_RDWR * (flag == 0o20200000)))
            seen.append(flag)
        except OSError as error:
            if error.errno != 1:
                seen.append(flag)
"""


def test_files_are_opened_with_no_flag_that_waits_signals_or_hides():
    make = "open('x', 'w').close()\n"
    with isolated() as sandbox:
        assert seen(sandbox, make + FLAGS) == []


def test_those_flags_work_where_they_are_not_refused(without):
    without("refused flags")
    with isolated() as sandbox:
        found = seen(sandbox, "open('x', 'w').close()\n" + FLAGS)
        assert set(found) >= {0o20200000, 0o10000000, 0o4010000, 0o10000}


# Time

DISARM = """
import signal, sys
for number in (signal.SIGPROF, signal.SIGXCPU, signal.SIGVTALRM):
    signal.signal(number, signal.SIG_IGN)
try:
    signal.setitimer(signal.ITIMER_PROF, 0)
except OSError:
    pass
inside = sys.modules.get("autograders.sandbox.inside.worker")
if inside is not None:
    inside._deadline = float("inf")
    inside._allow = lambda seconds: None
import time
def sgd_step(w, grad, lr):
    end = time.process_time() + SECONDS
    while time.process_time() < end:
        pass
    return w - lr * grad
"""


@pytest.mark.parametrize(("longer", "passes"), [(0.0, True), (9.0, False)])
def test_whoever_disarms_the_clock_gets_no_more_time(longer, passes):
    """The exercise has 2 s of CPU time; who needs none of it passes with the same code."""
    answer = DISARM.replace("SECONDS", str(longer / 20))
    with isolated() as sandbox:
        report = grade_source("sgd_step", "import numpy as np\n" + answer, 7, sandbox=sandbox)
    assert report.passed is passes
    if not passes:
        assert "too slow" in report.note


def test_a_fork_has_for_its_answers_only_the_time_of_its_answers():
    """What the cells leave of their time is taken away before the first answer."""
    endless = "def endless():\n    while True:\n        try:\n            while True: pass\n"
    endless += "        except BaseException: pass"
    call = {"do": "call", "name": "endless", "args": [], "kwargs": {}, "then": None,
            "frozen": False, "record": False}  # fmt: skip
    with isolated() as sandbox:
        before = sandbox.cpu_seconds
        fork = sandbox.run_together([Cell("a", endless)], [Request("endless", [call], seconds=0.2)])
        assert fork.outcomes[0].status == "too slow"
        assert sandbox.cpu_seconds - before < 3.2


def test_the_grader_is_not_dumpable_once_it_grades():
    with in_a_process() as sandbox:
        assert seen(sandbox, "seen = 1") == 1
    assert ctypes.CDLL(None).prctl(3, 0, 0, 0, 0) == 0


def test_the_level_says_what_was_obtained_and_what_was_refused(without):
    with isolated() as sandbox:
        assert sandbox.isolation.startswith("isolated: ")
        assert "with namespaces and a scratch folder of its own" in sandbox.isolation
    without("closed files")
    with in_a_process() as sandbox:
        try:
            said = sandbox.isolation
        except SandboxUnavailable:
            return
        assert "without files closed by Landlock (" in said and "with a user of its own" in said
