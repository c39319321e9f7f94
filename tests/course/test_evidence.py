"""The register of claims: shown, made again, and said to have changed when it has."""

import json
from dataclasses import replace

import pytest

from course import evidence
from course.shared import studied
from course.shared.studied import Studied, Words


def coin(flips: int = 8) -> dict:
    """A coin with two heads."""
    return {"flips": flips, "heads": flips, "share": 1.0}


HEADS = Studied(
    ("it fell heads up in {heads:word} of {flips:word} flips ({share:percent} %)",),
    coin,
    lambda found: found["heads"] == found["flips"],
    {"flips": 2},
)


@pytest.fixture
def register(tmp_path, monkeypatch):
    """A register of one study, kept in a scratch folder."""
    monkeypatch.setattr(Studied, "file", property(lambda self: tmp_path / studied.FILE))
    monkeypatch.setattr(evidence, "studies", lambda wanted=(): [("01_coins", HEADS)])
    return tmp_path / studied.FILE


def test_a_study_made_again_keeps_its_figures_and_says_what_changed(register, capsys):
    assert evidence.main(["--rerun"]) == 0
    assert json.loads(register.read_text("utf-8"))["coin"]["figures"] == coin()
    assert HEADS.said() == ("it fell heads up in eight of eight flips (100 %)",)
    capsys.readouterr()
    assert evidence.main(["--rerun"]) == 0
    assert "as before" in capsys.readouterr().out
    kept = json.loads(register.read_text("utf-8"))
    kept["coin"]["figures"]["heads"] = 7
    register.write_text(json.dumps(kept), "utf-8")
    assert evidence.main(["--rerun"]) == 0
    assert "heads: 7 before, 8 now" in capsys.readouterr().out


def test_a_claim_that_no_longer_holds_ends_the_command_with_an_error(register, capsys, monkeypatch):
    false = replace(HEADS, rerun=lambda: {**coin(), "heads": 5}, holds=HEADS.holds)
    monkeypatch.setattr(evidence, "studies", lambda wanted=(): [("01_coins", false)])
    assert evidence.main(["--rerun"]) == 1
    assert "no longer holds" in capsys.readouterr().out


def test_the_claims_are_shown_with_their_figures(capsys):
    assert evidence.main(["04"]) == 0
    shown = " ".join(capsys.readouterr().out.split())
    for _, item in evidence.studies(["04"]):
        assert all(" ".join(words.split()) in shown for words in item.said())


@pytest.mark.parametrize(
    ("arguments", "said"),
    [(["77"], "there are 00_start_here"), (["--study", "dice"], "one of rates_on_splits")],
)
def test_an_unknown_unit_or_study_is_told_what_there_is(arguments, said):
    with pytest.raises(SystemExit, match=said):
        evidence.main(arguments)


def test_every_study_has_versions_a_time_and_a_sentence_on_what_was_run():
    for unit, item in evidence.studies():
        assert set(item.record) == {"figures", "seconds", "versions"}, (unit, item.name)
        assert item.record["seconds"] > 0, (unit, item.name)
        assert len(evidence.how(item)) > 30, (unit, item.name)


def test_words_take_figures_as_the_course_writes_them():
    template = "{n:word} of {many:word}, {x:percent} %, {d:+.3f}"
    filled = Words().format(template, n=7, many=48, x=0.031, d=-0.0123)
    assert filled == "seven of 48, 3 %, \N{MINUS SIGN}0.012"
