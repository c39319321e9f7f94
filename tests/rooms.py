"""Rooms and arrows of the engine: which folder imports which, and on which floor it stands.

    .venv/bin/python -m tests.rooms            a table of this tree
    .venv/bin/python -m tests.rooms FOLDER     of another checkout, to compare before and after

A room is a folder or a module directly below a package. Imports inside functions count as well.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("lrlib", "autograders")


def module_name(path: Path, root: Path) -> str:
    """The dotted name of the module in a file."""
    parts = path.relative_to(root).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imported(path: Path, root: Path) -> Iterator[str]:
    """The dotted names that a module imports anywhere, relative ones made absolute.

    What is imported for types alone is no arrow: it does not run.
    """
    package = module_name(path, root).split(".")
    if path.name != "__init__.py":
        package = package[:-1]
    waiting: list[ast.AST] = [ast.parse(path.read_text("utf-8"))]
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.dump(node.test):
            continue
        waiting += ast.iter_child_nodes(node)
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) + 1 - node.level] if node.level else []
            origin = ".".join([*base, *filter(None, [node.module])])
            yield from (f"{origin}.{alias.name}" for alias in node.names)


def modules(root: Path) -> dict[str, Path]:
    """All modules of the packages, by dotted name."""
    paths = (path for package in PACKAGES for path in sorted((root / package).rglob("*.py")))
    return {module_name(path, root): path for path in paths}


def module_arrows(root: Path) -> dict[str, set[str]]:
    """Module -> the modules that it imports."""
    known = modules(root)
    return {
        name: {
            target if target in known else target.rpartition(".")[0]
            for target in imported(path, root)
            if {target, target.rpartition(".")[0]} & set(known)
        }
        - {name}
        for name, path in known.items()
    }


def room_of(module: str) -> str:
    """The room that a module stands in: the part below the package."""
    return ".".join(module.split(".")[:2])


def room_arrows(root: Path) -> dict[str, set[str]]:
    """Room -> the rooms that it imports; the front doors (`__init__`, `__main__`) are no rooms."""
    rooms: dict[str, set[str]] = {}
    for name, targets in module_arrows(root).items():
        if "." not in name or (name.endswith("__main__") and name.count(".") == 1):
            continue
        near = {room_of(target) for target in targets if "." in target}
        rooms.setdefault(room_of(name), set()).update(near - {room_of(name)})
    return rooms


def floors(arrows: dict[str, set[str]]) -> dict[str, int]:
    """Room -> how many rooms stand below it in the longest way down; CycleError for a circle."""
    found: dict[str, int] = {}
    for room in TopologicalSorter(arrows).static_order():
        found[room] = 1 + max((found[below] for below in arrows.get(room, ())), default=-1)
    return found


def main(arguments: list[str]) -> int:
    """Print the table; 1 where there is a circle."""
    if arguments in (["-h"], ["--help"]):
        print(__doc__)
        return 0
    root = Path(arguments[0]).resolve() if arguments else ROOT
    arrows = room_arrows(root)
    if not arrows:
        sys.exit(f"expected a checkout that holds {' and '.join(PACKAGES)}, and {root} has neither")
    sizes: dict[str, list[int]] = {}
    for name, path in modules(root).items():
        sizes.setdefault(room_of(name), []).append(len(path.read_text("utf-8").splitlines()))
    try:
        on = floors(arrows)
    except CycleError as error:
        print("a circle: " + " -> ".join(error.args[1]))
        on = dict.fromkeys(arrows, 0)
    for room in sorted(arrows, key=lambda room: (room.partition(".")[0], on[room], room)):
        below = ", ".join(sorted(arrows[room])) or "-"
        lines = sizes[room]
        print(f"{on[room]:2}  {room:28} {len(lines):3} modules {sum(lines):6} lines   {below}")
    count = sum(map(len, arrows.values()))
    print(f"{len(arrows)} rooms, {count} arrows, {max(on.values()) + 1} floors")
    return int(not any(on.values()))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
