"""Fixtures for tests of the site: it is built once, whole, and served on this machine."""

from __future__ import annotations

import functools
import http.server
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Request

from tests.browser import jupyter

ROOT = Path(__file__).resolve().parents[2]
UNITS = tuple(sorted(path.stem for path in ROOT.glob("course/release/*/*.ipynb")))
SITE_PYTHON = (
    ROOT / ".venv-site" / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")
)


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the whole site, as the command of the documentation makes it."""
    shared = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        shared = shared.parent  # which all workers of this run have in common
    ended = shared / "web-ended"
    try:
        (shared / "web").mkdir()
    except FileExistsError:
        while not ended.exists():  # another worker, or an earlier test of this one, builds it
            time.sleep(0.5)
    else:
        try:
            said = build(shared / "web")
        except BaseException as error:
            said = repr(error)
            raise
        finally:
            write_at_once(ended, said)
    said = ended.read_text("utf-8")
    if "package index cannot be reached" in said:
        pytest.skip(said)
    assert said == "", said
    return shared / "web"


def build(folder: Path) -> str:
    """Build the site; what went wrong, if anything did."""
    command = [sys.executable, "start.py", "site", "--output", str(folder)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    said = f"{done.stdout}{done.stderr}\nexit code {done.returncode}"
    return said if done.returncode else ""


def write_at_once(path: Path, text: str) -> None:
    """Write a file that is never seen half written."""
    draft = path.with_name(path.name + ".part")
    draft.write_text(text, "utf-8")
    draft.replace(path)


class Quiet(http.server.SimpleHTTPRequestHandler):
    """Serves files, and says nothing about it."""

    def log_message(self, *arguments: object) -> None:
        pass


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """The address of a folder, served until the block ends."""
    handler = functools.partial(Quiet, directory=str(folder))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()


@dataclass
class Visit:
    """A page in a browser, and what went wrong while it was looked at."""

    page: Page
    address: str
    errors: list[str] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    external: list[str] = field(default_factory=list)

    def watch(self) -> None:
        """Note errors of the page, answers of 400 and above, and let no request leave."""
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.page.context.on(
            "response", lambda r: self.missing.append(r.url) if r.status >= 400 else None
        )
        self.page.context.route(
            lambda url: not url.startswith((self.address, "data:", "blob:")),
            lambda route, request: self.refuse(route, request),
        )

    def refuse(self, route: object, request: Request) -> None:
        self.external.append(request.url)
        route.abort()  # type: ignore[attr-defined]

    def go(self, path: str) -> Page:
        """Open a page of the site."""
        self.page.goto(f"{self.address}/{path}")
        return self.page

    def overflow(self) -> int:
        """By how many pixels the page is wider than its window."""
        return int(self.page.evaluate("document.documentElement.scrollWidth - window.innerWidth"))


@pytest.fixture(scope="package")
def chrome(chromium: str) -> Iterator[Browser]:
    """One headless Chromium for the tests of this package; skipped where there is none."""
    with jupyter.chromium() as browser:
        yield browser


@pytest.fixture
def visit(chrome: Browser, site: Path) -> Iterator[Callable[..., Visit]]:
    """Call with options for the browser's context, or another folder to be served."""
    contexts, blocks = [], []

    def begin(folder: Path = site, **options: object) -> Visit:
        block = served(folder)
        blocks.append(block)
        context = chrome.new_context(**({"viewport": {"width": 1280, "height": 900}} | options))
        contexts.append(context)
        begun = Visit(context.new_page(), block.__enter__())
        begun.watch()
        return begun

    yield begin
    for context in contexts:
        context.close()
    for block in blocks:
        block.__exit__(None, None, None)
