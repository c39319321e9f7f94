"""Write a still picture of every lab, for readers without a kernel.

python -m lrlib.labs FOLDER
"""

import argparse
from collections.abc import Iterator
from pathlib import Path

from lrlib import labs


def stills() -> Iterator[tuple[str, str]]:
    """The name and the SVG text of every lab, as "about right" where it has that preset.

    A lab of steps is shown halfway. Equal versions give equal text.
    """
    for name in labs.__all__:
        lab = getattr(labs, name)()
        telling = dict(lab.presets).get("about right", {})
        lab.set(**telling, **({"steps": lab.most_steps // 2} if lab.most_steps else {}))
        yield name, lab.still()


def write_stills(folder: Path) -> list[Path]:
    """Write `<lab>.svg` for every lab into `folder` and return the paths."""
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for name, svg in stills():
        path = folder / f"{name}.svg"
        path.write_text(svg + "\n", encoding="utf-8")
        written.append(path)
    return written


def main() -> None:
    """Run the command."""
    parser = argparse.ArgumentParser(prog="python -m lrlib.labs", description=__doc__)
    parser.add_argument("folder", type=Path, help="where the .svg files go")
    for path in write_stills(parser.parse_args().folder):
        print(path)


if __name__ == "__main__":
    main()
