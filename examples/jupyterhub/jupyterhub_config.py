"""JupyterHub for one class: students, a grader, one course and nbgrader's exchange between them.

What belongs to the class lies in `CLASS_FOLDER` (default /srv/class): `students.txt` and
`instructors.txt`, one account name a line, the exchange, and what the hub remembers. Lessons and
programs come from the repository that this file lies in.
"""

import os
import shutil
import sys
from pathlib import Path

c = get_config()  # noqa: F821 - given by the loader

HERE = Path(__file__).resolve().parent
REPOSITORY = HERE.parents[1]
PROGRAMS = Path(sys.executable).parent
CLASS_FOLDER = Path(os.environ.get("CLASS_FOLDER", "/srv/class"))


def names(file):
    """The account names in a file of the class: one a line, `#` begins a remark."""
    lines = (
        line.partition("#")[0].strip() for line in (CLASS_FOLDER / file).open(encoding="utf-8")
    )
    return set(filter(None, lines))


STUDENTS, INSTRUCTORS = names("students.txt"), names("instructors.txt")
if STUDENTS & INSTRUCTORS:
    raise ValueError(f"both students and instructors: {', '.join(sorted(STUDENTS & INSTRUCTORS))}")

# Everyone may hand in, nobody may remove or rename what belongs to somebody else.
EXCHANGE = CLASS_FOLDER / "exchange"
EXCHANGE.mkdir(exist_ok=True)
EXCHANGE.chmod(0o1777)

# Solutions, others' work and marks are for the instructor alone; `autograders doctor` looks at that
# before anything is graded.
for name in ("source", "submitted", "autograded", "feedback", "results"):
    folder = REPOSITORY / "course" / name
    folder.mkdir(exist_ok=True)
    shutil.chown(folder, (REPOSITORY / "course").owner())
    folder.chmod(0o700)
for name in ("gradebook.db", "audit.jsonl", ".grading_seed"):
    if (file := REPOSITORY / "course" / name).exists():
        file.chmod(0o600)

# Who may enter: accounts of this machine, with their passwords. A department has its own way: with
# `pip install oauthenticator`, authenticator_class = "generic-oauth" or "google"; with
# `pip install ldapauthenticator`, "ldap". The names below stay as they are.
c.JupyterHub.authenticator_class = "pam"
c.Authenticator.allowed_users = STUDENTS | INSTRUCTORS
# An administrator of the hub can enter everybody's server; grading does not need that.
c.Authenticator.admin_users = set()

# Each server runs under its user's own account. The exchange keeps submissions apart by who owns a
# file, so this is what the class's privacy rests on.
c.JupyterHub.spawner_class = "localprocess"
c.Spawner.cmd = [str(PROGRAMS / "jupyterhub-singleuser")]
c.Spawner.default_url = "/lab"
# What a kernel says leaves for the browser at once: without it the live labs lag behind the hand.
c.Spawner.args = [
    "--ServerApp.kernel_websocket_connection_class=lrlib.labs.server.PromptConnection"
]


def by_role(spawner):
    """A student starts at home and sees the assignment list; an instructor in the course."""
    role = "instructor" if spawner.user.name in INSTRUCTORS else "student"
    spawner.environment |= {
        "JUPYTER_CONFIG_PATH": str(HERE / role),
        "NBGRADER_EXCHANGE": str(EXCHANGE),
        "PATH": os.pathsep.join([str(PROGRAMS), os.environ.get("PATH", os.defpath)]),
        # Numerical libraries would start as many threads as there are cores, for each student.
        "OPENBLAS_NUM_THREADS": "1",
        "OMP_NUM_THREADS": "1",
    }
    if role == "instructor":
        spawner.notebook_dir = str(REPOSITORY)


c.Spawner.pre_spawn_hook = by_role

# What the hub remembers between two starts; readable for its owner only.
STATE = CLASS_FOLDER / "hub"
STATE.mkdir(mode=0o700, exist_ok=True)
c.JupyterHub.db_url = f"sqlite:///{STATE / 'jupyterhub.sqlite'}"
c.JupyterHub.cookie_secret_file = str(STATE / "cookie_secret")
c.ConfigurableHTTPProxy.pid_file = str(STATE / "proxy.pid")
c.JupyterHub.bind_url = "http://127.0.0.1:8000"  # put nginx or Caddy with a certificate before it
