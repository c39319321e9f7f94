"""What the sandbox can see: the interpreter, NumPy and Matplotlib, read-only, and nothing else."""

from __future__ import annotations

import importlib.util
import os
import shutil
import sys
import sysconfig
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

PACKAGES = (
    "numpy", "matplotlib", "mpl_toolkits", "contourpy", "cycler", "fontTools", "kiwisolver",
    "packaging", "PIL", "pyparsing", "dateutil", "six",
)  # fmt: skip
"""NumPy, Matplotlib and what Matplotlib imports; one that is not installed is left out."""

SYSTEM_LIBRARIES = ("/usr/lib", "/usr/lib64", "/lib", "/lib64")
ENVIRONMENT = {
    "LANG": "C.UTF-8",
    "MPLBACKEND": "Agg",
    "OPENBLAS_NUM_THREADS": "1",
    "OMP_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "PYTHONHASHSEED": "0",
}
SCRATCH_BYTES = 16 * 2**20
INSIDE_SCRATCH = "/scratch"
INSIDE_TREE = "/grader"
ROOMS_INSIDE = ("protocol",)


def build_tree(target: Path) -> None:
    """Copy into `target` the few modules that run inside, as a package of their own."""
    here = Path(__file__).parent
    package = target / "autograders"
    inside = package / "sandbox" / "inside"
    inside.mkdir(parents=True)
    (package / "sandbox" / "__init__.py").touch()
    shutil.copyfile(here / "inside" / "checkless.py", package / "__init__.py")
    for room in ROOMS_INSIDE:
        shutil.copytree(
            here.parent / room, package / room, ignore=shutil.ignore_patterns("__pycache__")
        )
    (package / "notebook").mkdir()
    for name in ("__init__.py", "your_code.py"):
        shutil.copyfile(here.parent / "notebook" / name, package / "notebook" / name)
    shutil.copyfile(here / "inside" / "unlimited.py", package / "notebook" / "limits.py")
    shutil.copyfile(here.parent / "unfinished.py", package / "unfinished.py")
    for module in (here / "inside").glob("*.py"):
        shutil.copyfile(module, inside / module.name)


def package_paths(names: Iterable[str] = ()) -> list[Path]:
    """Where `PACKAGES` and more lie: their folders or files, and the shared libraries beside."""
    found: list[Path] = []
    for name in (*PACKAGES, *names):
        spec = importlib.util.find_spec(name)
        if spec is None:
            continue
        places = list(spec.submodule_search_locations or ())
        if not places and spec.origin and Path(spec.origin).is_file():
            places = [spec.origin]
        for place in map(Path, places):
            beside = place.parent / f"{place.name}.libs"
            pillow = place.parent / "pillow.libs"
            found += [place, *(p for p in (beside, pillow) if p.is_dir())]
    return list(dict.fromkeys(found))


def site_folders(packages: Iterable[Path]) -> list[str]:
    """The folders that have to be on `sys.path` for the packages to be found."""
    return list(dict.fromkeys(str(path.parent) for path in packages))


def interpreter() -> Path:
    """The real interpreter behind a virtual environment."""
    return Path(getattr(sys, "_base_executable", None) or sys.executable).resolve()


def bubblewrap(
    program: str, tree: Path, packages: list[Path], withheld: Iterable[str] = ()
) -> list[str]:
    """The command that shuts its own arguments into a namespace of their own.

    Whole library folders are mounted first, then everything in them that is not ours to show is
    covered (installed packages, this project, the packages `withheld`), then the packages that are
    needed are put back. Within its namespaces the warm process keeps the right to mount: each of
    its forks gets a box of its own, and gives the right up.
    """
    args = [
        program, "--unshare-user", "--unshare-pid", "--unshare-net", "--unshare-ipc",
        "--unshare-uts", "--unshare-cgroup-try", "--uid", "1000", "--gid", "1000",
        "--hostname", "sandbox", "--die-with-parent", "--new-session", "--cap-drop", "ALL",
        "--cap-add", "CAP_SYS_ADMIN", "--clearenv",
    ]  # fmt: skip
    for key, value in environment(INSIDE_SCRATCH).items():
        args += ["--setenv", key, value]
    for folder in map(Path, SYSTEM_LIBRARIES):
        if folder.is_symlink():
            args += ["--symlink", str(folder.readlink()), str(folder)]
    executable = interpreter()
    shown = _libraries(executable)
    for path in shown:
        args += ["--ro-bind", str(path), str(path)]
    if not _within(executable, shown):
        args += ["--ro-bind", str(executable), str(executable)]
    args += ["--ro-bind-try", "/etc/ld.so.cache", "/etc/ld.so.cache"]
    covered = [path for path in _private(shown, withheld) if _within(path, shown)]
    for path in covered:
        args += ["--tmpfs", str(path)]
    for path in packages:
        if not _within(path, shown) or _within(path, covered):
            args += ["--ro-bind", str(path), str(path)]
    for path in covered:
        args += ["--remount-ro", str(path)]
    return [
        *args,
        "--ro-bind", str(tree), INSIDE_TREE,
        "--dev-bind", "/dev/null", "/dev/null",
        "--dev-bind", "/dev/urandom", "/dev/urandom",
        "--perms", "0700", "--size", str(SCRATCH_BYTES), "--tmpfs", INSIDE_SCRATCH,
        "--remount-ro", "/",
        "--chdir", INSIDE_SCRATCH,
    ]  # fmt: skip


def open_files(
    tree: Path, packages: Iterable[Path], withheld: Iterable[str]
) -> dict[str, list[str]]:
    """What a process without namespaces may "read", and the folders that are only "listed".

    The same as is mounted: a folder with something private in it is listed, and what else it holds
    may be read.
    """
    shown = _libraries(interpreter())
    private = _private(shown, withheld)
    read, listed = [tree, interpreter(), Path("/etc/ld.so.cache"), *packages], []
    waiting = list(shown)
    while waiting:
        path = waiting.pop()
        if path in private:
            continue
        if any(path in hidden.parents for hidden in private):
            listed.append(path)
            waiting += path.iterdir()
        else:
            read.append(path)
    return {"read": [str(p) for p in read], "listed": [str(p) for p in listed]}


def environment(scratch: str) -> dict[str, str]:
    """The whole environment of the process inside."""
    return {**ENVIRONMENT, "HOME": scratch, "TMPDIR": scratch, "MPLCONFIGDIR": scratch}


def command(
    tree: str,
    sites: Iterable[str],
    control: int,
    plotting: bool,
    scratch: str,
    surroundings: Mapping[str, Sequence[str]],
    limits: Mapping[str, Any],
) -> list[str]:
    """The command line of the warm process; it takes no path from where it starts."""
    start = (
        f"import sys; sys.path[:0] = {[tree]!r}; sys.path += {list(sites)!r}; "
        "from autograders.sandbox.inside.server import main; "
        f"main({control}, {plotting}, {scratch!r}, {dict(surroundings)!r}, {dict(limits)!r})"
    )
    return [str(interpreter()), "-s", "-S", "-B", "-P", "-c", start]


def _libraries(executable: Path) -> list[Path]:
    """The folders with the system's shared libraries, the interpreter's own and its modules."""
    shown: list[Path] = []
    for folder in map(Path, SYSTEM_LIBRARIES):
        if folder.is_dir() and not folder.is_symlink():
            shown += sorted(folder.glob("*-linux-gnu*")) or [folder]
    base = executable.parent.parent
    own = [] if base == Path("/usr") else [base / "lib", base / "lib64"]
    for folder in [*own, Path(sysconfig.get_path("stdlib")).resolve()]:
        if folder.is_dir() and not folder.is_symlink() and not _within(folder, shown):
            shown.append(folder)
    return shown


def _private(shown: Iterable[Path], withheld: Iterable[str]) -> list[Path]:
    """Folders of installed packages within what is shown, of this project and of the reference."""
    private = [Path(__file__).resolve().parents[2]]
    for root in shown:
        for pattern in ("", "python*", "local/lib/python*"):
            for folder in [root] if not pattern else sorted(root.glob(pattern)):
                private += [folder / "site-packages", folder / "dist-packages"]
    for name in {name.partition(".")[0] for name in withheld}:
        spec = importlib.util.find_spec(name)
        if spec is not None and spec.origin:
            private.append(Path(spec.origin).resolve().parent)
    return [path for path in dict.fromkeys(private) if path.is_dir() and not path.is_symlink()]


def _within(path: Path, folders: Iterable[Path]) -> bool:
    return any(path == folder or folder in path.parents for folder in folders)


def available() -> str | None:
    """The path of bubblewrap, if it is installed."""
    return shutil.which("bwrap", path=os.environ.get("PATH", "") + ":/usr/bin")
