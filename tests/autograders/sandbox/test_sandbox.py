"""The sandbox: what runs in it, what comes back, and how it keeps going."""

import signal
import struct
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest

from autograders.declare.catalogue import Surroundings, surroundings
from autograders.sandbox import (
    Cell,
    Request,
    Sandbox,
    SandboxLevel,
    SandboxUnavailable,
    mounts,
    warm,
)
from autograders.sandbox.inside import lockdown, standins, worker

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="needs Linux")

DOUBLE = Cell("double", "def double(x):\n    return 2 * x")


def call(name, *args):
    """A call as the grader sends it."""
    return {"do": "call", "name": name, "args": list(args), "kwargs": {}, "then": None,
            "frozen": False, "record": False}  # fmt: skip


def read(name):
    """The request for one variable."""
    return Request(name, [{"do": "read", "name": name}])


def value(sandbox, source, name="seen", plotting=False):
    """What a cell leaves in a variable."""
    outcome = sandbox.run([Cell("probe", source)], [read(name)], plotting=plotting)[0]
    assert outcome.answered, outcome
    return outcome.answers[0]["result"]


@pytest.fixture(scope="module", params=["isolated", "process"])
def sandbox(request):
    """The sandbox at both levels."""
    isolated = request.param == "isolated"
    with Sandbox(allow_process=not isolated, namespaces=isolated) as made:
        try:
            level = made.level
        except SandboxUnavailable as error:
            pytest.skip(str(error))
        assert level is (SandboxLevel.ISOLATED if isolated else SandboxLevel.PROCESS)
        yield made


def test_answers_come_back_in_the_order_of_the_requests(sandbox):
    requests = [Request("double", [call("double", n), call("double", n + 0.5)]) for n in range(3)]
    together = sandbox.run_together([DOUBLE], requests).outcomes
    alone = sandbox.run([DOUBLE], requests)
    results = [[answer["result"] for answer in outcome.answers] for outcome in together]
    assert results == [[0, 1.0], [2, 3.0], [4, 5.0]]
    assert alone == together


def test_a_failing_cell_is_told_and_the_others_run(sandbox):
    cells = [Cell("one", "1/0"), DOUBLE, Cell("two", "def ("), Cell("three", "raise SystemExit(3)")]
    fork = sandbox.run_together(cells, [Request("double", [call("double", 4)])])
    assert fork.outcomes[0].answers[0]["result"] == 8
    assert set(fork.failed) == {0, 2, 3}
    survey = sandbox.survey(cells)
    assert survey.fatal == frozenset()
    assert survey.messages[0] == "ZeroDivisionError: division by zero (line 1)"
    assert survey.messages[2].startswith("SyntaxError")


def test_messages_are_not_taken_from_a_fork_that_was_sent_inputs(sandbox):
    cells = [Cell("one", "raise ValueError('secret')"), DOUBLE]
    fork = sandbox.run_together(cells, [Request("double", [call("double", 4)])])
    assert fork.failed == {0: ""}


def test_a_cell_that_ends_the_process_is_named(sandbox):
    cells = [DOUBLE, Cell("end", "import os\nos._exit(1)"), Cell("after", "1/0")]
    assert not sandbox.run_together(cells, []).cells_done
    survey = sandbox.survey(cells)
    assert survey.fatal == {1}
    assert "ended the process" in survey.messages[1]
    assert "ZeroDivisionError" in survey.messages[2]


def test_what_one_fork_changes_no_other_fork_sees(sandbox):
    change = "import math, builtins\nmath.tau = builtins.pow = 3\nseen = 1"
    assert value(sandbox, change) == 1
    assert value(sandbox, "import math\nseen = [math.tau > 6, pow(2, 3)]") == [True, 8]


def test_notebook_magics_are_left_out(sandbox):
    source = "%matplotlib inline\n!pip install x\nimport os\nos?\nseen = 10\nseen = (seen\n% 3)"
    assert value(sandbox, source) == 1
    assert value(sandbox, "%%time\nseen = 4") == 4
    foreign = [Cell("html", "%%html\n<b>"), Cell("fine", "seen = 5")]
    assert sandbox.run(foreign, [read("seen")])[0].answers[0]["result"] == 5
    assert sandbox.run_together(foreign, []).failed == {}


def test_magics_keep_every_line_where_it_was():
    text = "a = 1\n%time\n    %indented\nb = 2"
    assert worker.without_magics(text) == "a = 1\npass\n    pass\nb = 2"


def test_plots_and_widgets_are_inert_but_do_not_fail(sandbox):
    source = (
        "import matplotlib.pyplot as plt\nimport ipywidgets\nfrom IPython.display import display\n"
        "from lrlib.labs import step_marble\nfrom lrlib import data, style\n"
        "plt.rcParams.update(style.rc())\nplt.plot([1, 2]).set(color='k')\n"
        "@ipywidgets.interact(lr=(0, 1))\ndef show(lr): return lr\n"
        "step_marble(show)\ndisplay(1)\nget_ipython().run_line_magic('x', '')\n"
        "with ipywidgets.Output(): pass\nseen = show(3)"
    )
    assert value(sandbox, source) == 3


def test_a_submission_that_plots_gets_the_real_matplotlib(sandbox):
    source = (
        "import matplotlib.pyplot as plt\nfig, (a, b) = plt.subplots(1, 2)\na.plot([1, 2])\n"
        "fig.savefig('x.png')\nimport os\nseen = [fig.axes[0].lines[0].get_xdata()[-1] * 1.0, "
        "os.path.getsize('x.png') > 1000]"
    )
    assert value(sandbox, source, plotting=True) == [1.0, True]


@pytest.mark.parametrize(
    "use",
    ["from lrlib.schedules import StepDecay", "import lrlib.optimizers", "from lrlib import Adam"],
)
def test_the_reference_is_withheld_in_plain_words(sandbox, use):
    survey = sandbox.survey([Cell("mine", use)])
    assert "is not available when your notebook is graded" in survey.messages[0]


def test_the_courses_own_set_up_may_name_the_reference(sandbox):
    source = "from lrlib import problems, data\nfrom lrlib.schedules import StepDecay\nx = 1"
    setup = Cell("setup", source, trusted=True)
    survey = sandbox.survey([setup, Cell("mine", "y = x"), Cell("use", "StepDecay(1, 2, 3)")])
    assert set(survey.messages) == {2}
    assert "write the function yourself" in survey.messages[2]


def test_no_other_package_of_the_environment_can_be_imported(sandbox):
    source = "from importlib.util import find_spec\nseen = [n for n in {} if find_spec(n)]"
    assert value(sandbox, source.format(["pytest", "nbgrader", "torch", "jupyter_core"])) == []


def test_student_classes_know_the_module_they_live_in(sandbox):
    source = (
        "from dataclasses import dataclass\n@dataclass\nclass P:\n    x: 'int' = 1\n"
        "import typing\nseen = [typing.get_type_hints(P)['x'] is int, __name__ == '__main__']"
    )
    assert value(sandbox, source) == [True, True]


def test_a_long_cell_arrives_whole(sandbox):
    source = "\n".join(f"x{n} = {n}" for n in range(20_000)) + "\nseen = x19999"
    assert value(sandbox, source) == 19_999


def test_a_lost_warm_process_is_started_again(sandbox):
    assert value(sandbox, "seen = 1") == 1
    starts = sandbox.starts
    sandbox._warm[False]._process.send_signal(signal.SIGKILL)
    sandbox._warm[False]._process.wait()
    assert value(sandbox, "seen = 2") == 2
    assert sandbox.starts == starts + 1


def test_a_closed_sandbox_starts_again_when_it_is_used(sandbox):
    sandbox.close()
    assert value(sandbox, "seen = 1") == 1


def test_a_machine_that_fails_is_a_fault_and_never_an_answer(sandbox, monkeypatch):
    def fails(*arguments):
        raise warm.Lost("out of luck")

    monkeypatch.setattr(warm.Warm, "fork", fails)
    outcome = sandbox.run([DOUBLE], [Request("double", [call("double", 4)])])[0]
    assert (outcome.status, outcome.detail) == ("fault", "out of luck")


def test_the_same_submission_gives_the_same_answers_every_time(sandbox):
    source = (
        "import random\nimport numpy as np\nnp.random.seed(1)\n"
        "seen = [list({'a', 'b', 'c', 'dd'}), hash('x'), float(np.random.rand())]"
    )
    first = value(sandbox, source)
    sandbox.close()
    assert value(sandbox, source) == first


def test_the_wall_clock_ends_what_processor_time_does_not():
    """As on a machine on which a process gets hardly any: there is no other way to wait."""
    with Sandbox(allow_process=True, wall=(2.0, 0.0)) as sandbox:
        assert value(sandbox, "seen = 1") == 1
        endless = Cell("endless", "def endless():\n    while True: pass")
        outcome = sandbox.run([endless], [Request("endless", [call("endless")], seconds=60)])[0]
        assert outcome.status == "too slow"
        assert value(sandbox, "seen = 2") == 2


def test_an_interrupted_request_leaves_no_answer_for_the_next_one(sandbox, monkeypatch):
    reply = warm.Warm._reply

    def interrupted(*arguments, **more):
        raise KeyboardInterrupt

    assert value(sandbox, "seen = 1") == 1
    monkeypatch.setattr(warm.Warm, "_reply", interrupted)
    with pytest.raises(KeyboardInterrupt):
        value(sandbox, "seen = 2")
    monkeypatch.setattr(warm.Warm, "_reply", reply)
    assert value(sandbox, "seen = 3") == 3


def test_sandboxes_side_by_side_do_not_mix_their_answers():
    def answers(offset):
        with Sandbox(allow_process=True) as own:
            return [value(own, f"seen = {n + offset}") for n in range(10)]

    with ThreadPoolExecutor(2) as pool:
        assert list(pool.map(answers, (0, 100))) == [list(range(10)), list(range(100, 110))]


def test_less_than_isolation_has_to_be_asked_for():
    with pytest.raises(SandboxUnavailable, match="allow_process=True"):
        Sandbox(namespaces=False).run_together([DOUBLE], [])


def test_a_machine_without_bubblewrap_says_what_to_install(monkeypatch):
    monkeypatch.setattr(mounts, "available", lambda: None)
    with pytest.raises(SandboxUnavailable, match="install bubblewrap"):
        Sandbox().run_together([DOUBLE], [])
    with Sandbox(allow_process=True) as lenient:
        assert lenient.level is SandboxLevel.PROCESS
        assert "without namespaces" in lenient.level.words


def test_a_machine_that_refuses_namespaces_says_so(monkeypatch, tmp_path):
    refusing = tmp_path / "bwrap"
    refusing.write_text("#!/bin/sh\necho 'bwrap: No permission for a new namespace' >&2\nexit 1\n")
    refusing.chmod(0o755)
    monkeypatch.setattr(mounts, "available", lambda: str(refusing))
    with pytest.raises(SandboxUnavailable, match="No permission for a new"):
        Sandbox().run_together([DOUBLE], [])


@pytest.mark.parametrize("platform", ["darwin", "win32"])
def test_other_systems_are_told_that_grading_needs_linux(monkeypatch, platform):
    monkeypatch.setattr(sys, "platform", platform)
    with pytest.raises(SandboxUnavailable, match="needs Linux"):
        Sandbox()


@pytest.mark.parametrize("machine", lockdown.ARCHITECTURES)
def test_the_filter_lets_through_what_is_listed_and_nothing_else(machine):
    """The program is run here, instruction by instruction, for every number."""
    audit, allowed = lockdown.ARCHITECTURES[machine]
    numbers = set(allowed.values())
    verdicts = {n: run_filter(lockdown.program(machine), audit, n, 1) for n in range(1000)}
    assert {n for n, verdict in verdicts.items() if verdict == lockdown._ALLOW} == numbers
    opens = allowed["openat"]
    for flag in (0o20000000, 0o10000000, 0o4000000, 0o1000000, 0o20000, 0o10000):
        refused = run_filter(lockdown.program(machine), audit, opens, 1, flag | 0o2)
        assert refused == lockdown._ERRNO | 1, flag
    assert run_filter(lockdown.program(machine), audit, opens, 1, 0o2103) == lockdown._ALLOW
    for name, known in lockdown.COMMANDS.items():
        number = allowed[name]
        commands = {c: run_filter(lockdown.program(machine), audit, number, c) for c in range(2000)}
        assert {c for c, verdict in commands.items() if verdict == lockdown._ALLOW} == set(known)
        refused = {verdict for c, verdict in commands.items() if c not in known}
        assert refused == {lockdown._ERRNO | 1}, name
    assert 8 not in lockdown.COMMANDS["fcntl"], "F_SETOWN sends signals"
    assert not {0, 9, 128, 137} & set(lockdown.COMMANDS["futex"]), "FUTEX_WAIT waits for ever"
    assert {v for n, v in verdicts.items() if n not in numbers} == {lockdown._ERRNO | 1}
    assert run_filter(lockdown.program(machine), audit ^ 1, 0) == lockdown._KILL
    assert run_filter(lockdown.program(machine), audit, lockdown._X32 + 57) == lockdown._KILL


def run_filter(program, audit, number, argument=0, third=0):
    """A BPF machine with the five instructions that the filter uses."""
    code = list(struct.iter_unpack("=HBBI", program))
    at, accumulator = 0, 0
    while True:
        operation, if_true, if_false, k = code[at]
        at += 1
        if operation == lockdown._RETURN:
            return k
        if operation == lockdown._LOAD:
            accumulator = {0: number, 4: audit, 24: argument, 32: third}[k]
        else:
            holds = {
                lockdown._EQUAL: accumulator == k,
                lockdown._AT_LEAST: accumulator >= k,
                lockdown._ANY_BIT: bool(accumulator & k),
            }[operation]
            at += if_true if holds else if_false


REACHING_OUT = """
fork vfork clone clone3 execve execveat ptrace kill tkill tgkill socket connect bind mount unshare
setns prctl setrlimit prlimit64 bpf process_vm_readv process_vm_writev pidfd_open keyctl
memfd_create symlink link ioctl shmget chmod poll ppoll select pselect6 epoll_wait nanosleep pause
clock_nanosleep rt_sigsuspend rt_sigtimedwait flock wait4 utime utimes utimensat futimesat setxattr
"""


@pytest.mark.parametrize("name", REACHING_OUT.split())
def test_what_could_reach_out_is_on_no_list(name):
    assert all(name not in allowed for _, allowed in lockdown.ARCHITECTURES.values())


def test_the_stand_ins_cover_what_a_set_up_cell_imports():
    around = surroundings()
    finder = standins.StandIns((*standins.INERT, *around.inert), around.withheld)
    for name in ("ipywidgets", "lrlib", "lrlib.labs.step_marble", "lrlib.optimizers"):
        assert finder.find_spec(name) is not None
    for name in ("numpy", "lrlibrary"):
        assert finder.find_spec(name) is None


def test_another_course_withholds_its_own_reference_and_may_lend_a_package():
    around = Surroundings(("areas",), ("areas.figures",), ("sortedcontainers",))
    lent = "import sortedcontainers as s\ndef lent():\n    return len(s.SortedSet('aab'))"
    cells = [
        Cell("setup", "from areas import simpson\nfrom areas.figures import plot", trusted=True),
        Cell("lent", lent),
        Cell("taken", "def taken():\n    return simpson([1, 2, 3])"),
        Cell("shown", "def shown():\n    plot([1, 2, 3])\n    return 1"),
        Cell("other", "def other():\n    import lrlib"),
    ]
    names = ("lent", "taken", "shown", "other")
    with Sandbox(allow_process=True, around=around) as sandbox:
        fork = sandbox.run_together(cells, [Request(name, [call(name)]) for name in names])
    lent, taken, shown, other = (outcome.answers[0] for outcome in fork.outcomes)
    assert (lent["result"], shown["result"]) == (2, 1)
    assert "areas.simpson is part of the reference" in taken["raised"]["message"]
    assert other["raised"]["types"][0] == "ModuleNotFoundError"
