"""The audit on loops from public projects: faults named rightly, nothing said of right ones."""

import csv
import json
import re
import shlex

import pytest

from lrlib.__main__ import main
from lrlib.bridge import parse
from lrlib.bridge.audit import KINDS, audit, read_log
from tests.lrlib.bridge.loops import FAULTS, RIGHT, made
from tests.lrlib.conformance import peers

pytestmark = [pytest.mark.peers, pytest.mark.filterwarnings("ignore")]


CONSEQUENCE = "on the floor"
"""What the loss may say besides: true where a fault keeps the rate high."""


def clock(report):
    """The kinds of what was found in the rates."""
    return tuple(kind for kind in report.kinds if kind != CONSEQUENCE)


def write_csv(trace, path, digits=6):
    with path.open("w", newline="") as file:
        table = csv.writer(file)
        table.writerow(["step", "lr", "loss"])
        for t, rate, loss in zip(trace.t, trace.rates[:, 0], trace.losses):
            table.writerow([t, f"{rate:.{digits}g}", f"{loss:.5g}"])


def write_jsonl(trace, path):
    rows = zip(trace.t.tolist(), trace.rates[:, 0].tolist(), trace.losses.tolist())
    lines = [json.dumps({"global_step": t, "lr": lr, "loss": loss}) for t, lr, loss in rows]
    path.write_text("\n".join(lines) + "\n", "utf-8")


@pytest.mark.parametrize("loop", FAULTS, ids=lambda loop: loop.run.__name__)
def test_a_fault_is_named_in_the_loop_and_in_its_logs(loop, tmp_path):
    bench = made(loop)
    report = bench.report()
    assert clock(report) == (loop.fault,), report
    assert report.findings[0].factor == pytest.approx(loop.factor, rel=0.05) or loop.factor == 1
    assert loop.fault in KINDS
    for name, write in (("run.csv", write_csv), ("run.jsonl", write_jsonl)):
        write(bench.trace(), tmp_path / name)
        again = audit(read_log(tmp_path / name), loop.plan, loop.setting)
        assert clock(again) == (loop.fault,), again


@pytest.mark.parametrize("loop", RIGHT, ids=lambda loop: loop.run.__name__)
def test_nothing_is_said_of_a_right_loop_or_of_its_logs(loop, tmp_path):
    bench = made(loop)
    assert str(bench.report()) == "The rate is what was meant at all 120 updates that were seen."
    for name, write in (("run.csv", write_csv), ("run.jsonl", write_jsonl)):
        write(bench.trace(), tmp_path / name)
        assert audit(read_log(tmp_path / name), loop.plan, loop.setting).findings == ()
    write_csv(bench.trace(), tmp_path / "coarse.csv", digits=3)
    command = ["audit", str(tmp_path / "coarse.csv"), "--schedule", repr(loop.plan)]
    assert main(command) == 0


def test_there_are_at_least_twelve_faults_and_four_right_ones_all_met_in_public():
    assert len(FAULTS) >= 12
    assert len(RIGHT) >= 4
    assert all("#" in loop.met for loop in FAULTS)
    assert len({loop.fault for loop in FAULTS}) >= 12


def test_the_page_for_work_runs_and_says_what_it_shows(root, capsys):
    peers.required("torch")
    page = (root / "docs" / "at_work.md").read_text("utf-8")
    names = {}
    for block in re.findall(r"```python\n(.*?)```", page, re.DOTALL):
        exec(block, names)
    said = capsys.readouterr().out
    shown = re.findall(r"```text\n(.*?)```", page, re.DOTALL)
    assert shown
    assert all(line in said for line in shown[0].strip().splitlines()), said
    command = shlex.split(re.search(r"```sh\npython -m lrlib (.*?)\n```", page)[1])
    assert parse(command[command.index("--schedule") + 1]) == names["plan"]
