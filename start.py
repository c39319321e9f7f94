"""Set up the course and open it: `python3 start.py`; or prepare it, test it, build its site.

Standard library only, in a syntax that Python 3.7 can read, so that an old Python gets as far as
the sentence that asks for a newer one. Packages go into `.venv` beside this file, lessons into
`work/`; nothing is written elsewhere.
"""

import argparse
import contextlib
import errno
import hashlib
import importlib.util
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import webbrowser
from pathlib import Path

ROOT = Path(__file__).resolve().parent
OLDEST_PYTHON = (3, 11)
FIRST_PORT = 8888
COURSE, SCALE = "requirements.txt", "requirements-scale.txt"
TEST, PEERS = "requirements-test.txt", "requirements-peers.txt"
SITE = "requirements-site.txt"  # in .venv-site: JupyterLite's extension breaks a real JupyterLab
TESTS = {False: [COURSE, SCALE, TEST], True: [COURSE, SCALE, TEST, PEERS]}  # by: peers too?
LOCK, LOCKS = "requirements.lock", {SITE: "requirements-site.lock"}
GIGABYTES = {COURSE: 1.0, SCALE: 0.3, TEST: 0.5, PEERS: 6.0, SITE: 0.6}
PREFERENCES = {
    "@jupyterlab/apputils-extension:notification": {"fetchNews": "false"},
    "@jupyterlab/docmanager-extension:plugin": {"defaultViewers": {"markdown": "Markdown Preview"}},
}
EXTENSION = {"extensions": ["autograders.notebook.newest"]}  # explains a name that is missing
PROMPT = {"kernel_websocket_connection_class": "lrlib.labs.server.PromptConnection"}

# Run inside .venv; they fail where it cannot be used.
RUNS = "import sys, pip; assert sys.version_info >= (3, 11), 'its Python is too old'"
HAS_COURSE = """
import importlib.util, numpy, jupyter_core.paths
for name in ("jupyterlab", "matplotlib", "ipywidgets", "nbgrader", "lrlib", "autograders"):
    assert importlib.util.find_spec(name), "the package " + name + " is missing"
print(jupyter_core.paths.jupyter_runtime_dir())
"""


class CannotStart(Exception):
    """Something outside the course is in the way; the message says what, and what to do."""


def require_python(version):
    """Refuse a Python that the course's packages do not support."""
    if tuple(version[:2]) < OLDEST_PYTHON:
        raise CannotStart(
            "The course needs Python 3.11 or newer; this is Python {}.{}. Install a newer one from "
            "https://www.python.org/downloads/ and start with it, as in `python3.13 start.py`; or, "
            "with uv, `uv run --no-project --python 3.13 start.py`.".format(*version[:2])
        )


def require_writable(root):
    """Refuse a folder in which nothing can be created."""
    trial = root / ".write-test"
    try:
        trial.write_bytes(b"")
        trial.unlink()
    except OSError as error:
        raise CannotStart(
            f"The course needs to write into its own folder, {root}, and cannot ({error.strerror})."
            " Copy the folder to a place of your own, such as your home folder, and start it there."
        ) from error


def require_space(root, groups):
    """Refuse to begin an installation that the disk cannot hold."""
    need = sum(GIGABYTES[group] for group in groups)
    free = shutil.disk_usage(str(root)).free / 1e9
    if free < need:
        raise CannotStart(
            f"Setting up the course takes {need:.1f} GB of disk space, and {root} has {free:.1f} GB"
            " free. Free some, or move the folder to a larger disk, and start again."
        )


# The environment


def programs(venv):
    """The folder of an environment that holds its programs."""
    return venv / ("Scripts" if os.name == "nt" else "bin")


def interpreter(venv):
    """The path of an environment's Python."""
    return str(programs(venv) / ("python.exe" if os.name == "nt" else "python"))


def environ(venv):
    """The caller's variables, with the environment first and without those that would divert it."""
    foreign = {"PYTHONHOME", "PYTHONPATH", "PIP_USER", "PIP_TARGET", "PIP_PREFIX", "VIRTUAL_ENV"}
    kept = {name: value for name, value in os.environ.items() if name not in foreign}
    kept["PATH"] = os.pathsep.join([str(programs(venv)), kept.get("PATH", os.defpath)])
    # The labs train networks too small for threads: with them each change costs several times more.
    kept.setdefault("OPENBLAS_NUM_THREADS", "1")
    return kept


def read_json(path):
    """The dictionary in a file, or an empty one where there is none that can be read."""
    try:
        found = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def write_json(path, value):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(value, indent=1), "utf-8")


def run_inside(venv, code):
    """(output, None) of a piece of Python run in the environment, or (None, why it failed)."""
    command = [interpreter(venv), "-c", code]
    try:
        done = subprocess.run(command, capture_output=True, text=True, env=environ(venv))
    except OSError as error:
        return None, f"its Python does not run: {error.strerror}"
    if done.returncode:
        return None, (done.stderr.strip().splitlines() or [f"exit code {done.returncode}"])[-1]
    return done.stdout.strip(), None


def fingerprint(root, group):
    """A hash of what decides the result of installing one requirements file, and where."""
    lock = LOCKS.get(group, LOCK)
    parts = [str(root), *((root / name).read_text("utf-8") for name in (group, lock))]
    if group in (COURSE, SITE):
        import tomllib  # absent before Python 3.11

        packaging = tomllib.loads((root / "pyproject.toml").read_text("utf-8"))
        parts.append(repr([packaging["project"], packaging["tool"]["setuptools"]]))
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()


def remove(venv):
    """Delete an environment."""
    try:
        venv.unlink() if venv.is_symlink() or venv.is_file() else shutil.rmtree(str(venv))
    except OSError as error:
        raise CannotStart(
            f"The environment {venv} has to be built again and cannot be deleted "
            f"({error.strerror}). Stop any JupyterLab that runs from it, delete that folder, and "
            "start again."
        ) from error


def create(venv, log):
    """Make an empty environment that has pip, with uv where there is one."""
    python = getattr(sys, "_base_executable", None) or sys.executable
    uv = shutil.which("uv")
    if uv and run_logged([uv, "venv", "--seed", "--python", python, str(venv)], venv, log):
        return
    if venv.exists():
        remove(venv)
    if not (importlib.util.find_spec("venv") and importlib.util.find_spec("ensurepip")):
        raise CannotStart(
            "This Python cannot make environments: its module `ensurepip` is missing. On Debian "
            "and Ubuntu `sudo apt install python3-venv` adds it; uv (https://docs.astral.sh/uv/) "
            "does without it. Then start again."
        )
    if not run_logged([python, "-m", "venv", str(venv)], venv, log):
        raise CannotStart(explain(log, f"The environment {venv} could not be made."))


def install(venv, group, log):
    """Install one requirements file as the lock says, the course's own packages with the first."""
    wanted = [["-r", group, "-c", LOCKS.get(group, LOCK)]]
    if group in (COURSE, SITE):
        # With the setuptools of the lock, not with the newest one.
        wanted.append(["--no-build-isolation", "--no-deps", "-e", "."])
    pip = [interpreter(venv), "-m", "pip", "install", "--no-input"]
    uv = [shutil.which("uv"), "pip", "install", "--python", interpreter(venv)]
    for what in wanted:
        # uv does not read pip's configuration, which may name a CPU-only torch or a campus mirror.
        if uv[0] and group != PEERS and run_logged(uv + what, venv, log):
            continue
        if not run_logged(pip + what, venv, log):
            raise CannotStart(explain(log, f"Installing {group} did not work."))


def run_logged(command, venv, log):
    """Run a command, log its output, show the latest line on a terminal; True if it worked."""
    width = shutil.get_terminal_size().columns - 4
    with log.open("a", encoding="utf-8") as record:
        record.write("$ {}\n".format(" ".join(command)))
        record.flush()
        process = subprocess.Popen(
            command,
            cwd=str(log.parent),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            env=environ(venv),
            encoding="utf-8",
            errors="replace",
        )
        for line in process.stdout or ():
            record.write(line)
            if sys.stdout.isatty():
                print("\r  " + line.strip()[:width].ljust(width), end="", flush=True)
    if sys.stdout.isatty():
        print("\r" + " " * (width + 2) + "\r", end="", flush=True)
    return process.wait() == 0


def explain(log, failed):
    """Turn the end of an installation log into a sentence that says what to do."""
    tail = log.read_text("utf-8", errors="replace").splitlines()[-60:]
    disk_full = r"No space left|ENOSPC|not enough space"
    unreachable = (
        r"ConnectionError|Failed to establish|name resolution|dns error|error sending request"
        r"|timed out|Connection refused|Network is unreachable|Failed to fetch|ProxyError"
        r"|ConnectTimeout|No route to host"
    )
    if re.search(disk_full, "\n".join(tail), re.IGNORECASE):
        return f"{failed} The disk is full: free some space and start again. Details: {log}"
    if re.search(unreachable, "\n".join(tail), re.IGNORECASE):
        return (
            f"{failed} The package index cannot be reached; the first start needs the Internet, "
            f"later ones do not. Check the connection and start again. Details: {log}"
        )
    return "\n".join([failed, *("  " + line for line in tail[-12:]), f"Details: {log}"])


def configure(venv):
    """Write what Jupyter has to know about this environment; other settings in the file stay."""
    write_json(venv / "share/jupyter/lab/settings/overrides.json", PREFERENCES)
    for name, app, ours in (
        ("etc/jupyter/jupyter_server_config.json", "ServerApp", PROMPT),
        ("etc/ipython/ipython_kernel_config.json", "IPKernelApp", EXTENSION),
    ):
        settings = read_json(venv / name)
        write_json(venv / name, settings | {app: settings.get(app, {}) | ours})


def prepare(root, groups, name=".venv"):
    """Bring an environment to what the requirements files and the lock say; return its path.

    A second time nothing is installed. A broken environment is built again. One that works but is
    out of date and cannot be brought up to date, as on a train, is used as it is.
    """
    venv, log = root / name, root / ".setup.log"
    stamps = read_json(venv / "course-setup.json")
    if venv.is_symlink() or venv.exists():
        _, fault = run_inside(venv, HAS_COURSE if COURSE in stamps else RUNS)
        if fault:
            print(f"The environment {name} is broken ({fault}); building it again, work/ stays.")
            remove(venv)
            stamps = {}
    missing = [group for group in groups if stamps.get(group) != fingerprint(root, group)]
    if missing:
        log.write_bytes(b"")
        if not venv.exists():
            require_space(root, missing)
            print(f"Making the environment {name}, once; this takes some minutes.", flush=True)
            create(venv, log)
        for group in missing:
            print(f"Installing {group}", flush=True)
            try:
                install(venv, group, log)
            except CannotStart as reason:
                if group not in stamps:
                    raise
                print(f"{reason}\nGoing on with what was installed before.")
            else:
                stamps[group] = fingerprint(root, group)
                write_json(venv / "course-setup.json", stamps)
    configure(venv)
    (root / "course" / "exchange").mkdir(parents=True, exist_ok=True)
    return venv


# The server


def is_free(port):
    """Whether a server could listen on this port of this machine."""
    with socket.socket() as listener:
        if os.name != "nt":
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def choose_port(wanted):
    """The wanted port, which must be free; with none wanted, the first free one from 8888 on."""
    if wanted is None:
        return next(filter(is_free, range(FIRST_PORT, FIRST_PORT + 100)), 0)
    if not is_free(wanted):
        raise CannotStart(
            f"Port {wanted} is in use by another program. Stop that program, or choose another "
            "port, or leave `--port` out: then a free one is taken."
        )
    return wanted


def port_number(text):
    """A port as the command line gives it."""
    if not (text.isdigit() and 1 <= int(text) <= 65535):
        raise argparse.ArgumentTypeError(f"a port is a whole number from 1 to 65535, not {text!r}")
    return int(text)


def running(root, venv):
    """The page that opens a JupyterLab already running on this folder, or None."""
    folder, _ = run_inside(venv, HAS_COURSE)
    for file in sorted(Path(folder).glob("jpserver-*.json")) if folder else []:
        server = read_json(file)
        if server.get("root_dir") == str(root) and not is_free(server["port"]):
            return file.with_name(file.stem + "-open.html")
    return None


def serve(root, venv, port, browser, lesson):
    """Run JupyterLab at the root of the repository, on a lesson, until it is stopped."""
    command = [interpreter(venv), "-m", "jupyterlab", "--log-level=WARN", "-y"]
    command += [f"--ServerApp.{name}" for name in (f"root_dir={root}", f"port={port}")]
    command += ["--ServerApp.port_retries=0"] + ([] if browser else ["--no-browser"])
    if (root / "work" / lesson).exists():
        command.append(f"--LabApp.default_url=/lab/tree/work/{lesson}")
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        command.append("--allow-root")
    print("Opening JupyterLab. Your lessons are in work/. To stop it, press Ctrl-C.", flush=True)
    # nbgrader reads nbgrader_config.py from the folder in which the server starts.
    process = subprocess.Popen(command, cwd=str(root), env=environ(venv))
    signal.signal(signal.SIGTERM, lambda *_: process.terminate())
    while process.returncode is None:
        with contextlib.suppress(KeyboardInterrupt):
            process.wait()
    if process.returncode > 0:
        raise CannotStart(
            f"JupyterLab stopped with code {process.returncode}. If it never opened, delete the "
            "folder .venv and start again: that builds it anew, and your work/ stays."
        )
    return 0


def parse(arguments):
    """The command line as (options, arguments left for pytest)."""
    parser = argparse.ArgumentParser(
        prog="start.py", description="Set up the course and open its first lesson."
    )
    parser.add_argument("--no-browser", action="store_true", help="serve, but open no browser")
    parser.add_argument("--port", type=port_number, help="serve on this port")
    parser.set_defaults(tests=False, peers=False)
    commands = parser.add_subparsers(dest="command", metavar="[setup | test | site]")
    setup = commands.add_parser("setup", help="prepare everything, open nothing")
    setup.add_argument("--tests", action="store_true", help="with what tests and benchmarks need")
    setup.add_argument("--peers", action="store_true", help="with PyTorch, JAX, Optax, Keras")
    test = commands.add_parser(
        "test", help="run the test suite; more arguments go to pytest", allow_abbrev=False
    )
    test.add_argument(
        "--quick", action="store_true", help="lint, lrlib and the laws on one seed: about a minute"
    )
    test.add_argument("--peers", action="store_true", help="with PyTorch, JAX, Optax, Keras")
    commands.add_parser("site", help="build the web site", add_help=False, allow_abbrev=False)
    options, rest = parser.parse_known_args(arguments)
    if rest and options.command not in ("test", "site"):
        parser.error("{} means nothing here; see --help".format(" ".join(rest)))
    return options, rest


def main(arguments):
    """Carry out one command; the exit code."""
    require_python(sys.version_info)
    options, rest = parse(arguments)
    require_writable(ROOT)
    if options.command == "test":
        peers = options.peers or os.environ.get("CI", "").lower() in ("1", "true")
        venv = prepare(ROOT, TESTS[peers])
        from tests.lanes import lane, run  # in the syntax of a newer Python

        return run(lane(options.quick, rest), interpreter(venv), environ(venv))
    if options.command == "site":
        venv = prepare(ROOT, [SITE], ".venv-site")
        command = [interpreter(venv), "-m", "course.web", *rest]
        return subprocess.call(command, cwd=str(ROOT), env=environ(venv))
    port = None if options.command == "setup" else choose_port(options.port)
    venv = prepare(ROOT, TESTS[options.peers] if options.tests or options.peers else [COURSE])
    from course.lessons import deliver, last_saved  # in the syntax of a newer Python

    for notice in deliver(ROOT / "course" / "release", ROOT / "work"):
        print(notice)
    if options.command == "setup":
        print("Ready. `python3 start.py` opens the first lesson.")
        return 0
    page = running(ROOT, venv)
    if page and options.port is None:
        print(f"JupyterLab is already running on this folder: {page.as_uri()}")
        return 0 if options.no_browser else int(not webbrowser.open(page.as_uri()))
    last, say = last_saved(ROOT / "work"), "from course.coming_back import say; say({!r}, {})"
    if last:
        print(run_inside(venv, say.format(last, page is None))[0] or "")
    return serve(ROOT, venv, port, not options.no_browser, last or "00_start_here.ipynb")


def guarded(arguments):
    """The exit code of `main`, or the sentence to leave with when something is in the way."""
    try:
        return main(arguments)
    except CannotStart as reason:
        return str(reason)
    except KeyboardInterrupt:
        return "Stopped. The same command goes on from here."
    except OSError as error:
        if error.errno != errno.ENOSPC:
            raise
        return "The disk is full. Free some space and start again; what you wrote is still there."


if __name__ == "__main__":
    sys.exit(guarded(sys.argv[1:]))
