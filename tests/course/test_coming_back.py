"""Saved labs say what to run once their kernels are gone; what a learner wrote stays as it was."""

import os

import nbformat
import pytest
from nbformat import v4
from nbformat.sign import NotebookNotary

from course.asleep import SLEEPS, VIEW, put_labs_to_sleep

STILL = {"image/svg+xml": "<svg/>", "text/plain": "Step marble."}
ALIVE = {VIEW: {"model_id": "1"}} | STILL


@pytest.fixture
def saved(tmp_path, monkeypatch):
    """A notebook with a lab, a card and a printed line, saved an hour after the epoch."""
    monkeypatch.setenv("JUPYTER_DATA_DIR", str(tmp_path / "data"))
    shown = [
        v4.new_output("stream", text="loss 0.5\n"),
        v4.new_output("execute_result", ALIVE, execution_count=3),
        v4.new_output("display_data", {"text/html": "<section>card</section>"}),
    ]
    cells = [v4.new_markdown_cell("mine"), v4.new_code_cell("step_marble()", outputs=shown)]
    path = tmp_path / "01_fixed_rate.ipynb"
    nbformat.write(v4.new_notebook(cells=cells), path)
    os.utime(path, (3_600, 3_600))
    return path


def test_a_lab_that_is_gone_keeps_its_still_picture_below_what_to_run(saved):
    before = nbformat.read(saved, as_version=4)
    put_labs_to_sleep(saved.parent)
    after = nbformat.read(saved, as_version=4)
    outputs = after.cells[1].outputs
    assert [output.output_type for output in outputs] == [
        "stream", "display_data", "execute_result", "display_data"
    ]  # fmt: skip
    assert outputs[1].data["text/markdown"] == SLEEPS and outputs[2].data == STILL
    after.cells[1].outputs, before.cells[1].outputs = [], []
    assert after == before and saved.stat().st_mtime == 3_600
    asleep = saved.read_bytes()
    put_labs_to_sleep(saved.parent)
    assert saved.read_bytes() == asleep


@pytest.mark.parametrize("trusted", [True, False])
def test_a_notebook_is_trusted_afterwards_if_it_was_before(saved, trusted):
    if trusted:
        NotebookNotary().sign(nbformat.read(saved, as_version=4))
    put_labs_to_sleep(saved.parent)
    assert NotebookNotary().check_signature(nbformat.read(saved, as_version=4)) is trusted


@pytest.mark.parametrize("other", [b"", VIEW.encode(), b'{"cells": "' + VIEW.encode() + b'"}'])
def test_what_cannot_be_read_and_what_shows_no_lab_stays_to_the_byte(saved, other):
    (saved.parent / "other.ipynb").write_bytes(other)
    put_labs_to_sleep(saved.parent)
    assert (saved.parent / "other.ipynb").read_bytes() == other
