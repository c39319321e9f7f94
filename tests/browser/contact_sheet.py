"""Screenshots of every lab on one sheet, in both themes, to be looked at.

python -m tests.browser.contact_sheet sheet.png [--dark] [lab ...]
"""

from __future__ import annotations

import argparse
import io
import tempfile
from pathlib import Path

from PIL import Image

from lrlib import labs
from tests.browser.jupyter import NotebookPage, chromium, serve
from tests.browser.lab_page import LabPage

COLUMNS, GAP = 4, 12


def sheet(pictures: list[Image.Image]) -> Image.Image:
    """The pictures in columns, each column as tall as what is in it."""
    width = max(picture.width for picture in pictures)
    columns: list[list[Image.Image]] = [pictures[i::COLUMNS] for i in range(COLUMNS)]
    heights = [sum(picture.height + GAP for picture in column) for column in columns]
    page = Image.new("RGB", ((width + GAP) * COLUMNS, max(heights)), "#888888")
    for i, column in enumerate(columns):
        top = 0
        for picture in column:
            page.paste(picture, (i * (width + GAP), top))
            top += picture.height + GAP
    return page


def main() -> None:
    """Open every lab in JupyterLab, take its picture, and save the sheet."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("file", type=Path)
    parser.add_argument("labs", nargs="*", default=labs.__all__)
    parser.add_argument("--dark", action="store_true", help="in JupyterLab's dark theme")
    options = parser.parse_args()
    cells = [
        f"from lrlib import labs\nlab = labs.{name}()\nif lab.most_steps: lab.set(steps=8)\nlab"
        for name in options.labs
    ]
    with tempfile.TemporaryDirectory() as scratch:
        root, home = Path(scratch, "root"), Path(scratch, "home")
        root.mkdir()
        home.mkdir()
        with serve(root, home) as server, chromium() as browser:
            notebook = server.add_notebook("sheet.ipynb", cells)
            page = browser.new_context(viewport={"width": 1100, "height": 1400}).new_page()
            opened = NotebookPage.open(page, server, notebook)
            if options.dark:
                opened.use_dark_theme()
            shots = [
                LabPage.show(opened, cell).root.screenshot(animations="disabled")
                for cell in range(len(cells))
            ]
    sheet([Image.open(io.BytesIO(shot)) for shot in shots]).save(options.file)


if __name__ == "__main__":
    main()
