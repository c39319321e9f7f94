"""The claims of the course as tests, and the commands that measure it.

A command whose packages are missing says how to get them, in place of a traceback.
"""

import re
import sys
from pathlib import Path
from types import TracebackType

ROOT = Path(__file__).resolve().parent.parent
# The last one is also for what the packages of the tests bring along.
COMMANDS = {
    "requirements-site.txt": "site",
    "requirements.txt": "setup",
    "requirements-peers.txt": "setup --peers",
    "requirements-test.txt": "setup --tests",
}


def remedy(package: str) -> str:
    """The command that installs a package, and the environment into which it does."""
    command = COMMANDS["requirements-test.txt"]
    for file, installs in COMMANDS.items():
        names = re.findall(r"^[\w-]+", (ROOT / file).read_text("utf-8"), re.MULTILINE)
        if package.replace("_", "-") in names:
            command = installs
    venv = ".venv-site" if command == "site" else ".venv"
    return f"`python3 start.py {command}` installs it into {venv}"


def explain(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    """Print a missing package or sandbox as a sentence, and anything else as Python does."""
    package = (getattr(error, "name", None) or "").partition(".")[0]
    if isinstance(error, ModuleNotFoundError) and package and not (ROOT / package).exists():
        said = (
            f"This command needs the package {package}, which {sys.executable} does not have:"
            f" {remedy(package)}, with whose Python you then run the command again."
        )
    elif kind.__name__ == "SandboxUnavailable":  # known by name: importing it may be what failed
        said = str(error)
    else:
        sys.__excepthook__(kind, error, trace)
        return
    print(said, file=sys.stderr)


if sys.argv[0] == "-m":  # as it is while Python looks for the module of `python -m tests.NAME`
    sys.excepthook = explain
