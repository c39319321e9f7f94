"""A JupyterLab server on a temporary root, a Chromium, and a page object for one notebook."""

from __future__ import annotations

import json
import os
import re
import secrets
import shutil
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import nbformat
from playwright.sync_api import Browser, Locator, Page, sync_playwright

import start

REPOSITORY = Path(__file__).resolve().parents[2]
CHROMIUM_ARGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
START_SECONDS = 90
PATIENCE_MS = 40_000
# What is asked of a kernel after a change is answered after what the change led to.
_ANSWERED = "() => jupyterapp.shell.currentWidget.sessionContext.session.kernel.requestKernelInfo()"
_RESTART = "() => jupyterapp.shell.currentWidget.sessionContext.session.kernel.restart()"
_RAN = re.compile(r"\[\d+\]")


@dataclass(frozen=True)
class Server:
    """A running JupyterLab: `root` is the folder it serves, `url` its address without a token."""

    root: Path
    url: str
    token: str

    def address(self, notebook: str | Path = "") -> str:
        """The page that shows one notebook in JupyterLab's single-document mode."""
        return f"{self.url}/doc/tree/{notebook}?token={self.token}&reset"

    def add_notebook(self, name: str, cells: Sequence[str]) -> str:
        """Write a notebook of code cells into the root and return its path below the root."""
        notebook = nbformat.v4.new_notebook(
            cells=[nbformat.v4.new_code_cell(source) for source in cells],
            metadata={
                "kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}
            },
        )
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        nbformat.write(notebook, path)
        return name


@contextmanager
def serve(root: Path, home: Path, *, extra: Sequence[str] = ()) -> Iterator[Server]:
    """Serve `root` with JupyterLab until the block ends.

    `home` receives every setting, runtime file and log, so that nothing of the person who runs the
    tests is read or changed. `extra` is appended to the command line. Raises `RuntimeError` with
    the log when the server does not answer within 90 s.
    """
    token = secrets.token_hex(16)
    settings = home / "settings" / "@jupyterlab" / "apputils-extension"
    settings.mkdir(parents=True)
    (settings / "notification.jupyterlab-settings").write_text(
        json.dumps({"fetchNews": "false", "checkForUpdates": False})
    )
    profile = home / "ipython" / "profile_default"
    profile.mkdir(parents=True)
    kernel = json.dumps({"IPKernelApp": start.EXTENSION})
    (profile / "ipython_kernel_config.json").write_text(kernel)
    environment = os.environ | {
        "HOME": str(home),
        "JUPYTER_CONFIG_DIR": str(home / "config"),
        "JUPYTER_RUNTIME_DIR": str(home / "runtime"),
        "JUPYTERLAB_SETTINGS_DIR": str(home / "settings"),
        "JUPYTERLAB_WORKSPACES_DIR": str(home / "workspaces"),
        "IPYTHONDIR": str(home / "ipython"),
        "OPENBLAS_NUM_THREADS": "1",
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
    }
    command = [
        *(sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root", "--ip=127.0.0.1"),
        *("--port=0", f"--ServerApp.root_dir={root}", f"--IdentityProvider.token={token}"),
        "--LabApp.expose_app_in_browser=True",
        *extra,
    ]
    log = home / "jupyter.log"
    with log.open("wb") as stream:
        process = subprocess.Popen(
            command, cwd=root, env=environment, stdout=stream, stderr=subprocess.STDOUT
        )
        try:
            yield Server(root, _address(home / "runtime", process, log), token)
        finally:
            process.terminate()
            try:
                process.wait(timeout=20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _address(runtime: Path, process: subprocess.Popen[bytes], log: Path) -> str:
    """Wait for the server's own record of where it listens, then for its first answer."""
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        for record in runtime.glob("jpserver-*.json"):
            try:
                facts = json.loads(record.read_text())
                url = f"http://127.0.0.1:{facts['port']}"
                urllib.request.urlopen(f"{url}/api?token={facts['token']}", timeout=5).close()
            except (OSError, ValueError, KeyError):
                continue
            return url
        time.sleep(0.1)
    raise RuntimeError(
        f"JupyterLab did not answer within {START_SECONDS} s; its log:\n{log.read_text()}"
    )


@contextmanager
def chromium() -> Iterator[Browser]:
    """A headless Chromium: the one on PATH, else the one that Playwright installed."""
    found = (
        shutil.which("chromium")
        or shutil.which("chromium-browser")
        or shutil.which("google-chrome")
    )
    with sync_playwright() as playwright:
        if not (found or Path(playwright.chromium.executable_path).exists()):
            sys.exit("No Chromium on the PATH; on Debian `sudo apt install chromium` adds it.")
        browser = playwright.chromium.launch(executable_path=found, args=CHROMIUM_ARGS)
        try:
            yield browser
        finally:
            browser.close()


@dataclass
class NotebookPage:
    """One notebook, open in JupyterLab; `errors` collects what the page itself complained about."""

    page: Page
    errors: list[str] = field(default_factory=list)

    @classmethod
    def open(cls, page: Page, server: Server, notebook: str) -> NotebookPage:
        """Open `notebook` and wait until its kernel is idle."""
        opened = cls(page)
        page.on("pageerror", lambda error: opened.errors.append(str(error)))
        page.set_default_timeout(PATIENCE_MS)
        page.goto(server.address(notebook))
        page.locator(".jp-Notebook .jp-Cell").first.wait_for()
        opened.wait_idle()
        page.locator(".jp-Spinner").first.wait_for(state="detached")
        return opened

    def wait_idle(self) -> None:
        """Wait until the kernel says that it has nothing left to do."""
        self.page.locator("#jp-main-statusbar").get_by_text("| Idle").wait_for()

    def restart(self) -> None:
        """Restart the kernel, as the Kernel menu does, and wait until it is idle."""
        self.page.evaluate(_RESTART)
        self.wait_answered()

    def wait_answered(self) -> None:
        """Wait until the kernel has answered all that the page has sent it, however busy it is."""
        self.page.evaluate(_ANSWERED)
        self.wait_idle()

    def cell(self, index: int) -> Locator:
        """The cell at `index` in document order, counting code and text alike."""
        return self.page.locator(f".jp-Notebook [data-windowed-list-index='{index}']")

    def run_cell(self, index: int) -> Locator:
        """Run one cell, wait for its execution count and its outputs; return its output area."""
        cell = self.cell(index)
        cell.locator(".jp-InputArea-editor").click()
        before = self._prompt(index)
        self.page.keyboard.press("Control+Enter")
        self.wait_run(index, before)
        return cell.locator(".jp-OutputArea")

    def wait_run(self, index: int, before: str = "") -> None:
        """Wait until a cell has an execution count other than `before`, and the kernel is idle."""
        deadline = time.monotonic() + PATIENCE_MS / 1000
        while not _RAN.search(now := self._prompt(index)) or now == before:
            if time.monotonic() > deadline:
                raise TimeoutError(f"cell {index} did not finish; its prompt says {now!r}")
            self.page.wait_for_timeout(20)
        self.wait_idle()

    def _prompt(self, index: int) -> str:
        # Not inner_text, which is empty where JupyterLab leaves a cell out of sight unrendered.
        return self.cell(index).locator(".jp-InputPrompt").text_content() or ""

    def sources(self) -> list[str]:
        """The source of every cell in the document as it is now."""
        return self.page.evaluate(
            "() => [...document.querySelectorAll('.jp-Notebook .jp-Cell')]"
            ".map(cell => cell.querySelector('.cm-content')?.textContent ?? '')"
        )

    def use_dark_theme(self) -> None:
        """Switch JupyterLab to its dark theme, as the Settings menu does."""
        menu = self.page.locator("#jp-MainMenu")
        menu.get_by_text("Settings", exact=True).click()
        self.page.locator(".lm-Menu-item", has_text="Theme").first.hover()
        self.page.locator(".lm-Menu-item", has_text="JupyterLab Dark").first.click()
        self.page.locator("body[data-jp-theme-light='false']").wait_for(state="attached")
