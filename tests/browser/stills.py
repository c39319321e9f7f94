"""The labs' still pictures in the lessons, drawn by Chromium: `python -m tests.browser.stills`.

JupyterLab and GitHub show PNG attachments and no SVG. Each file carries what it says as its
`Description`, by which a test tells that a lab has changed and its picture has not.
"""

from __future__ import annotations

import io
from xml.etree import ElementTree

from PIL import Image, PngImagePlugin

from lrlib.labs.__main__ import stills
from tests.browser.jupyter import REPOSITORY, chromium

FOLDER = REPOSITORY / "course" / "images"
COLOURS = 48


def main() -> None:
    """Draw every lab in few colours, which keeps lessons small."""
    FOLDER.mkdir(exist_ok=True)
    finished = list(stills())
    with chromium() as browser:
        page = browser.new_page()
        for name, svg in finished:
            page.set_content(f"<body style='margin:0'>{svg}")
            shot = Image.open(io.BytesIO(page.locator("svg").first.screenshot()))
            facts = PngImagePlugin.PngInfo()
            facts.add_text("Description", ElementTree.fromstring(svg).attrib["aria-label"])
            path = FOLDER / f"{name}.png"
            shot.convert("RGB").quantize(COLOURS).save(path, optimize=True, pnginfo=facts)
            print(f"{path.name}: {path.stat().st_size / 1000:.0f} kB")


if __name__ == "__main__":
    main()
