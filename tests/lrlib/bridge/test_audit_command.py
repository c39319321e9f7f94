"""The audit of a log: a schedule from text, the files that are read, the command."""

import json
from xml.etree import ElementTree

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lrlib.__main__ import main
from lrlib.bridge import parse
from lrlib.bridge.audit import audit, read_log
from lrlib.schedules import WSD, CosineDecay, Warmup
from tests.lrlib import examples

N = 400
PLAN = WSD(lr=0.1, warmup_steps=40, steps=N, decay_steps=100, lr_end=0.001)
T = np.arange(N)


def test_a_schedule_is_read_without_being_run():
    assert parse(repr(PLAN)) == PLAN
    plan = "Join([Warmup(lr=1e-1, steps=2 * 5), CosineDecay(0.1, -0.0, 10**2 - 10)], (10,))"
    assert parse(plan) == Warmup(0.1, 10).then(10, CosineDecay(0.1, 0.0, 90))
    assert parse("Constant(1 / 4).then(3, Constant(0.5 + 0.25))")(3) == 0.75


@settings(max_examples=60, deadline=None, derandomize=True)
@given(st.one_of(*examples.SCHEDULES.values()))
def test_every_schedule_is_read_back_from_its_repr(schedule):
    assert parse(repr(schedule)) == schedule


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("WSD(", "no schedule in Python's notation"),
        ("0.1", r"a schedule should be given, .* but '0\.1' is 0\.1"),
        ("__import__('os').system('true')", "is not understood here. A schedule is one of"),
        ("Constant(open('x'))", r"\"open\('x'\)\" is not understood here"),
        ("Constant(0.1).__class__", "is not understood here"),
        ("Constant(lr=True)", "'True' is not understood here"),
        ("Schedule()", "is not understood here"),
        ("Constant(9**9**9)", "a power of 387420489 is out of reach"),
        ("Constant(1 / 0)", "give no number: division by zero"),
        ("Constant(10.0**64 * -[1])", r"'\[1\]' should be a number"),
        ("Constant(-1)", "lr of Constant should be a rate of 0 or more"),
    ],
)
def test_text_that_is_no_schedule_is_refused_unrun(text, sentence):
    with pytest.raises(ValueError, match=sentence):
        parse(text)


def write(path, rows):
    path.write_text("\n".join(rows) + "\n", "utf-8")
    return str(path)


def test_the_command_finds_says_and_draws(tmp_path, capsys):
    rows = ["step,lr,loss", *(f"{t},{PLAN(4 * t):.6g},{1 / (t + 1):.4g}" for t in T)]
    log = write(tmp_path / "run.csv", rows)
    picture = tmp_path / "run.svg"
    command = ["audit", log, "--schedule", repr(PLAN), "--accumulate", "4"]
    assert main([*command, "--picture", str(picture)]) == 1
    said = capsys.readouterr().out
    assert said.startswith("1 thing is not as it was meant.\n- ahead by accumulation: the schedule")
    assert "Its warmup lasted about 10 updates, not 40." in said
    tree = ElementTree.parse(picture)
    assert len(tree.findall(".//{*}polyline")) == 3
    assert "4 times too fast" in tree.getroot().get("aria-label")
    right = ["t\tlearning_rate", *(f"{t}\t{PLAN(t)!r}" for t in T)]
    assert main(["audit", write(tmp_path / "r.tsv", right), "--schedule", repr(PLAN)]) == 0
    assert capsys.readouterr().out == (
        "The rate is what was meant at all 400 updates that were seen.\n"
    )


def test_a_log_written_after_the_scheduler_moved_on_says_so(tmp_path):
    log = write(tmp_path / "run.csv", ["step,lr", *(f"{t},{PLAN(t + 1)!r}" for t in range(N))])
    assert main(["audit", log, "--schedule", repr(PLAN)]) == 1
    assert main(["audit", log, "--schedule", repr(PLAN), "--after-step"]) == 0


def test_a_run_that_goes_on_is_not_blamed_for_its_end(tmp_path):
    log = write(tmp_path / "run.csv", ["step,lr", *(f"{t},{PLAN(t)!r}" for t in range(350))])
    assert main(["audit", log, "--schedule", repr(PLAN)]) == 1
    assert main(["audit", log, "--schedule", repr(PLAN), "--running"]) == 0


def test_json_lines_may_mix_their_records_and_name_their_columns(tmp_path):
    lines = [json.dumps({"n": t, "opt/lr": PLAN(t)}) for t in range(N)]
    lines[3:3] = [json.dumps({"epoch": 1, "note": "evaluation", "n": 2}), ""]
    log = write(tmp_path / "run.jsonl", lines)
    trace = read_log(log, step="n", rate="opt/lr")
    assert trace.t.tolist() == T.tolist()
    assert trace.losses is None
    assert audit(trace, PLAN).findings == ()
    command = ["audit", log, "--schedule", repr(PLAN), "--step", "n", "--rate", "opt/lr"]
    assert main(command) == 0


@pytest.mark.parametrize(
    ("name", "rows", "sentence"),
    [
        ("a.csv", ["x,y", "1,2", "2,3"], "should have a column for the step, one of update, step"),
        ("a.csv", ["step,y", "1,2"], r"column for the rate.*it has step, y\. Name it with --rate"),
        ("a.csv", ["step,lr", "0,0.1"], "should have at least 2 rows with 'step' and 'lr'"),
        ("a.csv", ["step,lr", "0,0.1", "1,many"], "'lr' of a.csv should be numbers; one is 'many'"),
        ("a.csv", ["step,lr", "0,0.1", "0.5,0.1"], "'step' of a.csv should be whole numbers"),
        ("a.csv", ["step,lr", "0,0.1", "1,inf"], "'lr' of a.csv should be finite"),
        ("a.csv", ["step,lr", "0,0.1", "1,nan"], "rates should be 2 finite numbers"),
        ("a.json", ["[1, 2]"], r"a line of a.json should be one object, but it is '\[1, 2\]'"),
        ("a.jsonl", ["{oops"], "a line of a.jsonl is no JSON: '{oops'"),
        ("a.txt", ["0 0.1"], "a.txt should end in .csv, .tsv, .jsonl"),
    ],
)
def test_a_log_that_cannot_be_read_is_refused_in_words(name, rows, sentence, tmp_path, capsys):
    log = write(tmp_path / name, rows)
    with pytest.raises(ValueError, match=sentence):
        read_log(log)
    assert main(["audit", log, "--schedule", "Constant(0.1)"]) == 2
    assert capsys.readouterr().err.startswith("python -m lrlib: ")


def test_a_missing_log_and_a_wrong_schedule_are_refused_in_words(tmp_path, capsys):
    assert main(["audit", str(tmp_path / "no.csv"), "--schedule", "Constant(0.1)"]) == 2
    log = write(tmp_path / "a.csv", ["step,lr", "0,0.1", "1,0.1"])
    assert main(["audit", log, "--schedule", "Cosine(0.1)"]) == 2
    said = capsys.readouterr().err
    assert "there is no log" in said
    assert "'Cosine(0.1)' is not understood here" in said


def test_tensorboard_is_read_where_it_is_installed(tmp_path):
    try:
        from torch.utils.tensorboard import SummaryWriter
    except ImportError:
        (tmp_path / "events.out.tfevents.1").write_bytes(b"")
        with pytest.raises(ValueError, match="needs TensorBoard: try pip install tensorboard"):
            read_log(tmp_path)
        return
    with SummaryWriter(str(tmp_path)) as board:
        for t in T:
            board.add_scalar("lr", PLAN(int(t)), t)
            board.add_scalar("loss", 1 / (1 + t), t)
    assert audit(read_log(tmp_path), PLAN).findings == ()
