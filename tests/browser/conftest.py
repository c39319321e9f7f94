"""Fixtures for tests in a real JupyterLab: `jupyter` (the server), `chrome`, `notebook`."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import count
from typing import Any

import pytest
from playwright.sync_api import Browser

from tests.browser.jupyter import NotebookPage, Server, chromium, serve

_numbers = count(1)


@pytest.fixture(scope="package")
def jupyter(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """JupyterLab over an empty temporary folder."""
    with serve(tmp_path_factory.mktemp("root"), tmp_path_factory.mktemp("home")) as server:
        yield server


@pytest.fixture(scope="package")
def chrome() -> Iterator[Browser]:
    """One headless Chromium for all browser tests; give each test a page of its own.

    It ends with this package: while it lives, an event loop runs in the main thread, which tests
    elsewhere would trip over.
    """
    with chromium() as browser:
        yield browser


@pytest.fixture
def notebook(jupyter: Server, chrome: Browser) -> Iterator[Callable[..., NotebookPage]]:
    """Call with code cells, and options for the browser's context, to open them in JupyterLab."""
    contexts = []

    def open_cells(cells: Sequence[str], **options: Any) -> NotebookPage:
        name = jupyter.add_notebook(f"lab-{next(_numbers)}.ipynb", cells)
        context = chrome.new_context(**({"viewport": {"width": 1280, "height": 1000}} | options))
        contexts.append(context)
        return NotebookPage.open(context.new_page(), jupyter, name)

    yield open_cells
    for context in contexts:
        context.close()
