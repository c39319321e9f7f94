"""What one fork leaves for the next one, and so for the next student: nothing, in no way."""

import secrets

import pytest

MARK = secrets.randbits(60)

# How one fork stores a number, and how the next one would read it.
STORES = {
    "the time of the folder": (
        "import os\nos.utime('.', ns=(12345678900, 98765432100))",
        "import os\nseen = 98765432100 in (os.stat('.').st_mtime_ns, os.stat('.').st_atime_ns)",
    ),
    "the time of a device": (
        f"import os\nos.utime('/dev/null', ns=({MARK}, {MARK}))",
        f"import os\nseen = os.stat('/dev/null').st_mtime_ns == {MARK}",
    ),
    "the number of files that were made": (
        "import os\nfor _ in range(1000):\n    open('x', 'w').close()\n    os.unlink('x')",
        "import os\nopen('x', 'w').close()\nseen = os.stat('x').st_ino > 500",
    ),
    "a file": ("open('x', 'w').write('7')", "import os\nseen = bool(os.listdir('.'))"),
    "a folder": ("import os\nos.mkdir('x')", "import os\nseen = bool(os.listdir('.'))"),
    "the flags of a shared file": (
        "import fcntl, os\nfor fd in range(64):\n    try:\n"
        "        fcntl.fcntl(fd, fcntl.F_SETFL, os.O_APPEND | os.O_NONBLOCK)\n"
        "    except OSError:\n        pass",
        "import fcntl, os\nodd = os.O_APPEND | os.O_NONBLOCK\n"
        "seen = any(fcntl.fcntl(fd, fcntl.F_GETFL) & odd for fd in range(3))",
    ),
    "a module": (
        "import math, sys\nmath.tau = 7\nsys.modules['json'] = math",
        "import json, math\nseen = math.tau == 7 or json is math",
    ),
    "an environment variable": (
        "import os\nos.environ['KEPT'] = '7'",
        "import os\nseen = 'KEPT' in os.environ",
    ),
    "the working folder": ("import os\nos.chdir('/')", "import os\nseen = os.getcwd() == '/'"),
    "a mask": ("import os\nos.umask(0o111)", "import os\nseen = os.umask(0) == 0o111"),
    "a signal's handler": (
        "import signal\nsignal.signal(signal.SIGUSR1, signal.SIG_IGN)",
        "import signal\nseen = signal.getsignal(signal.SIGUSR1) is signal.SIG_IGN",
    ),
    "memory that is shared": (
        "import mmap\nwith open('x', 'wb') as f: f.write(bytes(4096))\n"
        "with open('x', 'r+b') as f: mmap.mmap(f.fileno(), 4096)[0] = 7",
        "import os\nseen = os.path.exists('x')",
    ),
}


@pytest.mark.parametrize("way", STORES)
def test_nothing_outlives_the_fork_that_made_it(classroom, way):
    """Hidden inputs go to one fork, messages come from another one, and the next is another's.

    A refused call counts as well: then nothing was stored.
    """
    store, read = STORES[way]
    kept = f"try:\n    exec({store!r})\nexcept OSError:\n    pass\nseen = True"
    assert classroom.probe(kept) is True
    assert classroom.probe(read) is False


def test_no_open_file_is_shared_with_other_forks(classroom):
    """A fork has its own channel, and a null device that it has opened itself."""
    look = """
import os, stat
seen = []
for fd in range(64):
    try:
        seen.append([fd, stat.S_ISSOCK(os.fstat(fd).st_mode)])
    except OSError:
        pass
"""
    assert sorted(is_socket for _, is_socket in classroom.probe(look)) == [
        False,
        False,
        False,
        True,
    ]


def test_a_hidden_input_cannot_be_carried_to_the_fork_that_makes_the_messages(classroom):
    """The fork with the hidden inputs stores one; the next, whose words are shown, looks for it."""
    carry = f"""
import os
found = [os.stat(".").st_mtime_ns, os.stat(".").st_atime_ns, os.stat("/dev/null").st_mtime_ns]
if {MARK} in found:
    raise RuntimeError("carried")
def step_decay(t, *, lr0, gamma, every):
    try:
        for path in (".", "/dev/null"):
            os.utime(path, ns=({MARK}, {MARK}))
    except OSError:
        pass
    return lr0
"""
    graded = classroom.grade_with(step_decay=carry)
    assert not [note for note in graded.notes if "carried" in note]
