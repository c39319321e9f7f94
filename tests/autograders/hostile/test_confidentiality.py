"""Attempts to learn what is not theirs: hidden inputs, other students, the machine, the network."""

import os
import zipfile

import pytest

from autograders.judging.card import as_html
from autograders.judging.plan import PUBLIC_SEED, plan_for
from autograders.submission.files import Refused, find_notebook, read_regular
from autograders.submission.intake import read_submission

from .classroom import POINTS, RIGHT, SEED, UNIT, functions, handed_in, of_unit, texts

OTHERS_RIGHT = {name: POINTS[name] for name in RIGHT if name != "step_decay"}


def hidden_numbers():
    """The inputs of the hidden calls that are in no visible one, as Python writes them."""

    def written(seed):
        plan = plan_for(of_unit(UNIT)["step_decay"], seed)
        values = [v for case in plan.cases for v in (*case.args, *case.kwargs.values())]
        return {repr(float(v)) for v in values if not float(v).is_integer()}

    return {text[:10] for text in written(SEED)} - {text[:10] for text in written(PUBLIC_SEED)}


LEAKS = {
    "an exception's text": "raise ValueError(repr((t, lr0, gamma, every)))",
    "an exception's type": "raise type(repr(lr0), (Exception,), {})()",
    "a returned string": "return repr((lr0, gamma))",
    "a type's name": "return type(repr(lr0), (), {})()",
    "a dict's keys": "return {repr(lr0): gamma}",
    "a printed line": "print(lr0); import sys; print(lr0, file=sys.stderr); return 0.5",
    "a warning": "import warnings; warnings.warn(repr(lr0)); return 0.5",
    "the number itself": "return lr0 * 1.0000000001 + 1",
    "a list of them": "return [lr0, gamma]",
    "an exception that nothing catches": "raise type(repr(lr0), (BaseException,), {})()",
    "a quiz": "globals()['quiz_04'] = globals()['predict_04'] = repr(lr0); return 0.5",
    "a file": "open('x', 'a').write(repr(lr0)); return 0.5",
}


@pytest.mark.parametrize("way", LEAKS)
def test_hidden_inputs_are_in_no_message(classroom, way):
    """Stock nbgrader gives in: what a failing test prints goes into the feedback.

    However often this is repeated, there is nothing to read: messages are about visible inputs.
    """
    hidden = hidden_numbers()
    assert hidden
    answer = f"def step_decay(t, *, lr0, gamma, every):\n    {LEAKS[way]}"
    graded = classroom.grade_with(step_decay=answer)
    assert functions(graded) == {"step_decay": 0.0, **OTHERS_RIGHT}
    read = texts(graded)
    assert not [number for number in hidden if number in read]


def test_an_exit_code_says_nothing(classroom):
    """A process may end with a number of its choice; it is not passed on."""
    read = [
        texts(
            classroom.grade_with(
                step_decay=f"def step_decay(t, **k):\n    __import__('os')._exit({n})"
            )
        )
        for n in (1, 37, 70, 255)
    ]
    assert len(set(read)) == 1


def test_a_quiz_that_reads_the_calls_ahead_cannot_tell_them(classroom):
    """Hidden inputs taken from memory into the value of a quiz are in no message either."""
    theft = (
        "import gc\n"
        "quiz_04 = repr([o for o in gc.get_objects() if isinstance(o, dict) and 'calls' in o])\n"
        "predict_04 = {'p1': quiz_04, 'p2': quiz_04, quiz_04: 'a'}"
    )
    graded = classroom.grade_with(theft)
    assert not [number for number in hidden_numbers() if number in texts(graded)]


def test_a_cell_that_reads_the_calls_ahead_cannot_tell_them(classroom):
    """A cell may take the calls off the channel before its time; its messages are still empty."""
    theft = """
import os, stat
heard = b""
for fd in range(3, 64):
    try:
        if stat.S_ISSOCK(os.fstat(fd).st_mode):
            os.set_blocking(fd, False)
            heard += os.read(fd, 10**6)
    except OSError:
        pass
import gc
held = [o for o in gc.get_objects() if isinstance(o, dict) and "requests" in o]
raise ValueError(repr(held) + repr(heard))
"""
    graded = classroom.grade_with(first=[theft])
    assert not [number for number in hidden_numbers() if number in texts(graded)]


def test_scores_of_chosen_cases_do_not_say_which_input_it_was(classroom):
    """A submission that is wrong on one hidden input learns the property's name, no value."""
    answer = (
        "def step_decay(t, *, lr0, gamma, every):\n"
        "    lr = lr0 * gamma ** (t // every)\n"
        "    return lr if str(lr0)[-1] in '02468' else lr * 2"
    )
    graded = classroom.grade_with(step_decay=answer)
    assert not [number for number in hidden_numbers() if number in texts(graded)]


def test_other_students_folders_cannot_be_listed(classroom):
    """Stock nbgrader gives in: the kernel runs in a folder beside the others."""
    look = f"""
import os
seen = []
for path in ({str(classroom.folder)!r}, "/home", "/root", "/srv", "/var", "/etc", "..",
             "/usr/local", "/usr/share", "/opt", "/mnt", "/media", "/proc", "/sys", "/run",
             "/dev/shm", "/boot"):
    try:
        seen += [(path, name) for name in os.listdir(path)]
    except OSError:
        pass
"""
    found = dict(classroom.probe(look))
    assert set(found) <= {"/etc", "..", "/root", "/home", "/opt", "/usr/local"}
    holds_no_data = """
import os
seen = [f for f in os.listdir("/etc")]
"""
    assert set(classroom.probe(holds_no_data)) <= {"ld.so.cache"}


def test_nothing_outside_the_scratch_folder_can_be_written(classroom):
    """Stock nbgrader gives in: everything that the instructor may write can be written."""
    write = """
import os
seen = []
for root, folders, files in os.walk("/"):
    if root.startswith("/scratch"):
        continue
    try:
        with open(os.path.join(root, "x"), "w"):
            seen.append(root)
    except OSError:
        pass
"""
    assert classroom.probe(write) == []


def test_the_network_is_out_of_reach(classroom):
    """Stock nbgrader gives in: whatever the machine can reach, the kernel can."""
    call = """
import socket, urllib.request
seen = []
for attempt in (
    lambda: socket.create_connection(("169.254.169.254", 80), 2),
    lambda: socket.create_connection(("127.0.0.1", 22), 2),
    lambda: socket.getaddrinfo("example.org", 443),
    lambda: urllib.request.urlopen("http://169.254.169.254/latest/meta-data", timeout=2),
    lambda: socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b"x", ("8.8.8.8", 53)),
    lambda: socket.socketpair(),
):
    try:
        attempt()
        seen.append("reached")
    except OSError:
        seen.append("refused")
"""
    assert set(classroom.probe(call)) == {"refused"}


def test_the_environment_holds_no_secret(classroom, monkeypatch):
    """Stock nbgrader gives in: the kernel inherits the instructor's environment."""
    from autograders.sandbox import Cell, Request, Sandbox

    monkeypatch.setenv("CANVAS_TOKEN", "hunter2")
    read = Request("seen", [{"do": "read", "name": "seen"}])
    look = "import os, sys\nseen = repr(dict(os.environ)) + repr(sys.argv) + repr(os.getcwd())"
    with Sandbox() as fresh:
        seen = fresh.run([Cell("look", look)], [read])[0].answers[0]["result"]
    assert "hunter2" not in seen
    assert str(classroom.folder) not in seen


def test_the_parent_cannot_be_signalled(classroom):
    """Stock nbgrader gives in: the kernel can signal `nbgrader` itself, and every other process."""
    shoot = """
import os, signal
seen = []
for pid in (os.getppid(), 1, -1, 0):
    for number in (signal.SIGTERM, signal.SIGKILL, signal.SIGSTOP):
        try:
            os.kill(pid, number)
            seen.append(pid)
        except OSError:
            pass
"""
    by_descriptor = """
import fcntl, os, signal
seen = []
for fd in range(64):
    try:
        fcntl.fcntl(fd, fcntl.F_SETOWN, os.getppid())
        fcntl.fcntl(fd, 10, int(signal.SIGKILL))
        seen.append(fd)
    except OSError:
        pass
"""
    assert classroom.probe(by_descriptor) == []
    starts = classroom.sandbox.starts
    assert classroom.probe(shoot) == []
    assert classroom.sandbox.starts == starts


def test_other_processes_cannot_be_traced_or_read(classroom):
    """ptrace, process_vm_readv, pidfd and /proc are all refused."""
    pry = """
import ctypes, os
libc = ctypes.CDLL(None, use_errno=True)
numbers = {"ptrace": 101, "process_vm_readv": 310, "pidfd_open": 434, "pidfd_getfd": 438,
           "kill": 62, "tgkill": 234, "mount": 165, "unshare": 272, "setns": 308, "bpf": 321,
           "perf_event_open": 298, "io_uring_setup": 425, "userfaultfd": 323, "keyctl": 250,
           "memfd_create": 319, "chroot": 161, "clone3": 435, "vfork": 58, "execveat": 322,
           "prctl": 157, "seccomp": 317, "prlimit64": 302, "socket": 41, "sendmsg": 46}
seen = sorted(name for name, number in numbers.items()
              if not (libc.syscall(number, 1, 0, 0, 0, 0) == -1 and ctypes.get_errno() == 1))
"""
    if os.uname().machine != "x86_64":
        pytest.skip("the numbers are those of x86_64")
    assert classroom.probe(pry) == []


def test_the_32_bit_entry_ends_the_process(classroom):
    """The x32 numbers, a known way round filters, are not let through."""
    if os.uname().machine != "x86_64":
        pytest.skip("there is no other entry")
    answer = (
        "import ctypes\ndef step_decay(t, *, lr0, gamma, every):\n"
        "    ctypes.CDLL(None).syscall(0x40000000 + 57)\n    return 0.123"
    )
    graded = classroom.grade_with(step_decay=answer)
    assert functions(graded) == {"step_decay": 0.0, **OTHERS_RIGHT}
    assert "ended the process" in graded.reports["step_decay"].note


MARKUP = "<script>alert(1)</script>"


def test_markup_in_messages_stays_text(classroom):
    """Stock nbgrader gives in unless `sanitize_html` is set: a script in an output runs."""
    answer = f"def step_decay(t, **k):\n    raise ValueError({MARKUP!r})"
    graded = classroom.grade_with(first=[f"raise KeyError({MARKUP!r})"], step_decay=answer)
    assert graded.reports["step_decay"].score == 0
    assert MARKUP in texts(graded)
    for report in graded.reports.values():
        assert "<script" not in as_html(report)


def test_control_characters_in_messages_are_removed(classroom):
    """A note is one printable line, whatever a student puts into it."""
    strange = "raise ValueError('\\x1b[2J\\r\\n=cmd()\\0\\u202e' * 200)"
    graded = classroom.grade_with(first=[strange], step_decay="1/0")
    for note in graded.notes:
        assert note.isprintable()
        assert len(note) < 400


def test_a_symbolic_link_is_refused(classroom, gradebook, tmp_path):
    """Stock nbgrader gives in: a submitted link to another's notebook is graded as one's own."""
    link = tmp_path / f"{UNIT}.ipynb"
    link.symlink_to(classroom.folder / "submitted" / "good" / UNIT / f"{UNIT}.ipynb")
    with pytest.raises(Refused, match="symbolic link"):
        read_submission(link, classroom.master)
    folder = tmp_path / "folder"
    folder.symlink_to(classroom.folder)
    with pytest.raises(Refused, match="symbolic link"):
        find_notebook(folder, UNIT)


def test_a_hard_link_is_refused(tmp_path):
    """A second name of another's file is not one's own work."""
    (tmp_path / "theirs.ipynb").write_bytes(handed_in())
    os.link(tmp_path / "theirs.ipynb", tmp_path / "mine.ipynb")
    with pytest.raises(Refused, match="2 names"):
        read_regular(tmp_path / "mine.ipynb")


def test_pipes_devices_and_folders_are_refused_at_once(tmp_path):
    """Opening a pipe would wait for ever, and a device may never end."""
    os.mkfifo(tmp_path / "pipe.ipynb")
    for path in (tmp_path / "pipe.ipynb", tmp_path, "/dev/zero"):
        with pytest.raises(Refused, match="regular file"):
            read_regular(path)


@pytest.mark.parametrize("name", ["../../x.ipynb", "/etc/x.ipynb", "a\\..\\x.ipynb", "bomb"])
def test_an_archive_is_never_unpacked(tmp_path, name):
    """Zip-slip and zip bomb: what is not unpacked leads nowhere and fills nothing."""
    folder = tmp_path / "mallory"
    folder.mkdir()
    with zipfile.ZipFile(folder / "work.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, bytes(64 * 2**20) if name == "bomb" else handed_in())
    with pytest.raises(Refused, match="there is none in the folder"):
        find_notebook(folder, UNIT)
    (folder / "work.zip").rename(folder / f"{UNIT}.ipynb")
    path, _ = find_notebook(folder, UNIT)
    with pytest.raises(Refused, match="got a zip archive"):
        read_submission(path, None)
    assert [*tmp_path.rglob("*")] == [folder, path]
