"""Labs in saved notebooks, once their kernels are gone: a still picture, and what to run."""

from __future__ import annotations

import os
from pathlib import Path

import nbformat
from nbformat import NotebookNode
from nbformat.sign import NotebookNotary
from nbformat.v4 import new_output

from .lessons import write

VIEW = "application/vnd.jupyter.widget-view+json"
SLEEPS = (
    "*This lab sleeps. To wake it, run the set-up cell, the first code cell of this notebook, and"
    " then this one (Shift+Enter).*"
)


def put_labs_to_sleep(work: Path) -> None:
    """Have notebooks say what to run where JupyterLab would say "model not found".

    For a moment at which no kernel runs: every widget that a notebook shows is gone then, and its
    still picture is there. What a person wrote, the time at which it was saved and the trust in it
    stay.
    """
    notary = NotebookNotary()
    for path in work.glob("*.ipynb"):
        content, saved = path.read_bytes(), path.stat()
        if VIEW.encode() not in content:
            continue
        try:
            notebook = nbformat.reads(content.decode("utf-8"), as_version=4)
        except Exception:  # nbformat raises its own, json's and validation errors
            continue
        trusted = notary.check_signature(notebook)
        for cell in notebook.cells:
            if "outputs" in cell:
                cell.outputs = [part for output in cell.outputs for part in _asleep(output)]
        write(path, nbformat.writes(notebook).encode("utf-8"))
        os.utime(path, ns=(saved.st_atime_ns, saved.st_mtime_ns))
        if trusted:
            notary.sign(notebook)


def _asleep(output: NotebookNode) -> list[NotebookNode]:
    """An output without the view of a widget; where there was one, what to run comes first."""
    if output.get("data", {}).pop(VIEW, None) is None:
        return [output]
    said = {"text/markdown": SLEEPS, "text/plain": SLEEPS.strip("*")}
    return [new_output("display_data", said), output]
