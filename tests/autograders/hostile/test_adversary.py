"""A standing adversary: every allowed call with odd arguments, then what the next fork can see."""

import os
import random

import pytest

from autograders.sandbox.inside import lockdown

from ..sandbox.test_box import isolated, seen, without  # noqa: F401

SEED = int(os.environ.get("ADVERSARY_SEED", "20261201"))
ENDS = {"exit", "exit_group", "rt_sigreturn"}
TRIES = 60

CALL = """
import ctypes, mmap, os
libc = ctypes.CDLL(None, use_errno=True)
area = ctypes.create_string_buffer(8192)
here, made = ctypes.create_string_buffer(b"."), ctypes.create_string_buffer(b"made")
words = {{"area": ctypes.addressof(area), "here": ctypes.addressof(here),
         "made": ctypes.addressof(made)}}
for arguments in {tries}:
    libc.syscall({number}, *(ctypes.c_long(words.get(a, a)) for a in arguments))
seen = 1
"""

# What a fork can look at, but for clocks, and for two counts of the whole machine that no allowed
# call moves: the number of the channel's socket and the device number of the scratch.
LOOK = """
import fcntl, os, resource, stat
seen = []
for fd in range(8):
    try:
        about = os.fstat(fd)
        kind = stat.S_IFMT(about.st_mode)
        seen.append([fd, kind, about.st_mode, about.st_size, about.st_nlink, about.st_uid])
        seen.append([fcntl.fcntl(fd, fcntl.F_GETFL), fcntl.fcntl(fd, fcntl.F_GETFD)])
    except OSError as error:
        seen.append([fd, error.errno])
for path in (".", "/", "/dev/null", "/dev/urandom", "/grader", os.__file__, "/scratch", "/etc"):
    about = os.stat(path)
    seen.append([path, about.st_ino, about.st_mode, about.st_size, about.st_nlink, about.st_blocks])
seen += [about.st_mtime_ns if path not in (".", "/scratch") else 0]
open("new", "w").close()
seen += [os.stat("new").st_ino, sorted(os.listdir(".")), os.getpid(), os.getppid(), os.getcwd()]
seen += [os.umask(0), sorted(os.sched_getaffinity(0)), list(os.uname()), os.getuid(), os.getgid()]
seen += [list(resource.getrlimit(n)) for n in range(16)]
"""


def odd_calls(chance):
    """The name and code of every allowed call, with arguments that a student could choose."""
    values = [0, 1, 2, 3, 4, 5, -1, 7, 64, 4096, 2**31, 2**62, "area", "here", "made", -100, 0o102]
    for name, number in sorted(lockdown.ARCHITECTURES["x86_64"][1].items()):
        if name not in ENDS:
            tries = [[chance.choice(values) for _ in range(6)] for _ in range(TRIES)]
            yield name, CALL.format(number=number, tries=tries)


def call_all(sandbox, chance):
    """Make every call, each in a fork of its own; it may end that fork, and does nothing else."""
    from autograders.sandbox import Cell, Request

    ended = 0
    for _name, source in odd_calls(chance):
        [outcome] = sandbox.run_together(
            [Cell("odd", source)], [Request("seen", [{"do": "read", "name": "seen"}], 0.5)]
        ).outcomes
        assert outcome.status != "fault"
        ended += not outcome.answered
    return ended


@pytest.mark.skipif(os.uname().machine != "x86_64", reason="the numbers are those of x86-64")
def test_no_allowed_call_leaves_anything_that_the_next_fork_can_see():
    """The seed is `ADVERSARY_SEED`, or the one in this file."""
    print("seed", SEED)
    with isolated() as sandbox:
        before = seen(sandbox, LOOK)
        assert before == seen(sandbox, LOOK)
        ended = call_all(sandbox, random.Random(SEED))
        assert seen(sandbox, LOOK) == before
        # Most of the calls return: else nothing was tried.
        assert ended < 20 and sandbox.starts < 5


def test_the_same_look_sees_a_count_where_a_wall_is_taken_away(without):  # noqa: F811
    without("a box", "refused flags")
    count = (
        "import os\nfor _ in range(50):\n    os.close(os.open('.', 0o20200002, 0o600))\nseen = 1"
    )
    with isolated() as sandbox:
        before = seen(sandbox, LOOK)
        assert seen(sandbox, count) == 1
        assert seen(sandbox, LOOK) != before
