"""A review as it is held: in a terminal, in a cell, and where something is in the way."""

import builtins
import json
import re
import time
from datetime import date

import pytest

from autograders.notebook import progress
from course import coming_back
from course.review import asking, cards, memory, review
from course.review.__main__ import main
from course.review.pictures import image

ALL = cards.all_cards()


@pytest.fixture
def learner(tmp_path, monkeypatch):
    """A learner in a folder of their own, who has begun unit 04."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("LR_COURSE_PROGRESS", raising=False)
    entry = {"unit": "04_step_decay_and_drops", "best": 1.0, "checks": 2, "max": 2}
    (tmp_path / ".progress.json").write_text(json.dumps({"step_decay": entry}))
    return tmp_path


def answering(monkeypatch, *said):
    """Answers that `input` reads, then the end of the file."""
    waiting = list(said)

    def read(prompt):
        if not waiting:
            raise EOFError
        return waiting.pop(0)

    monkeypatch.setattr(builtins, "input", read)


def test_the_command_asks_explains_every_option_and_keeps_the_answer(learner, monkeypatch, capsys):
    answering(monkeypatch, "x", "", "B", "a", "q")
    assert main(["--cards", "3"]) == 0
    said = capsys.readouterr().out
    assert said.count("expected a, b, c or d, or q to stop; got ") == 2
    assert "Card 3 of 3, unit 04" in said and " of 2 right" in said
    assert said.count("This card comes again on ") == 2
    kept = memory.Memory.load(learner / ".progress.review.jsonl")
    assert len(kept.seen) == 2
    shown = " ".join(said.split())
    for card in (card for card in ALL if card.name in kept.seen):
        assert all(" ".join(option.why.split()) in shown for option in card.options)
    assert {card.unit for card in ALL if card.name in kept.seen} == {"04"}


def test_what_was_answered_is_not_asked_again_on_the_same_day(learner, monkeypatch, capsys):
    answering(monkeypatch, *"abcd" * 3)
    review(10)
    first = set(memory.Memory.load(memory.path()).seen)
    answering(monkeypatch, *"abcd" * 3)
    review(10)
    assert len(first) == 10
    kept = memory.Memory.load(memory.path()).seen
    assert {kept[name].asked for name in first} == {1}
    assert "comes again" in capsys.readouterr().out


def test_without_a_unit_that_was_begun_it_says_what_to_do(learner, capsys):
    for text in ("{}", "{broken", '{"step_towards": {"unit": "00_start_here"}, "x": 3}'):
        progress.path().write_text(text)
        review()
        assert "No cards yet" in capsys.readouterr().out and not memory.path().exists()


def test_a_damaged_file_is_said_before_the_first_card(learner, monkeypatch, capsys):
    memory.path().write_text("{\n")
    answering(monkeypatch, "a")
    assert main([]) == 0
    said = capsys.readouterr().out
    assert said.index("Damaged in") < said.index("Card 1 of 10")


def test_one_who_comes_back_is_told_the_lesson_what_is_open_and_what_is_due(learner, capsys):
    coming_back.say("04_step_decay_and_drops.ipynb")
    said = capsys.readouterr().out
    assert "Going on with work/04_step_decay_and_drops.ipynb, where you stopped." in said
    assert "Next: open 00_start_here.ipynb" in said and "due" not in said
    mine = [card for card in ALL if card.unit == "04"][:2]
    for card, expected in zip(mine, ("1 card is due for review: ", "2 cards are due for review: ")):
        memory.Memory.load(memory.path()).answer(card, False, date(2026, 1, 5))
        coming_back.say("04_step_decay_and_drops.ipynb")
        assert f"{expected}.venv/bin/python -m course.review" in capsys.readouterr().out


@pytest.mark.parametrize("wrong", [0, -1])
def test_too_few_cards_are_refused(learner, wrong, capsys):
    with pytest.raises(ValueError, match="at least 1 card"):
        review(wrong)
    with pytest.raises(SystemExit) as stopped:
        main(["--cards", str(wrong)])
    assert stopped.value.code == 2 and "at least 1" in capsys.readouterr().err


@pytest.mark.parametrize("wrong", ["ten", 2.5, True, None])
def test_cards_that_are_no_whole_number_are_refused(learner, wrong):
    with pytest.raises(TypeError, match="expected a whole number of cards"):
        review(wrong)


def test_an_answer_that_cannot_be_kept_is_said_and_the_review_goes_on(learner, monkeypatch, capsys):
    opened = type(learner).open

    def full(path, mode="r", **more):
        if "a" in mode:
            raise OSError(28, "No space left on device")
        return opened(path, mode, **more)

    monkeypatch.setattr(type(learner), "open", full)
    answering(monkeypatch, "a", "b", "q")
    assert main(["--cards", "3"]) == 0
    said = capsys.readouterr().out
    assert said.count("could not be kept") == 2 and " of 2 right" in said


def test_where_nothing_can_be_typed_it_names_the_command(learner, monkeypatch, capsys):
    def refuse(prompt):
        raise NotImplementedError

    monkeypatch.setattr(builtins, "input", refuse)
    review()
    assert "python -m course.review" in capsys.readouterr().out


def test_pictures_have_a_text_alternative_and_every_card_its_numbers_as_text():
    for template in ("name", "fault"):
        for card in [card for card in ALL if card.name.startswith(f"{template} ")][::6]:
            page = asking.Question(card, card.options, "Card 1 of 10")._repr_html_()
            assert 'alt="' in page and image(card) in page and "<summary>" in page
            assert card.numbers.split(",")[0] in page
    for card in ALL:
        assert bool(image(card)) == card.name.startswith(("name ", "fault "))


def test_a_cell_shows_html_and_reads_letters(learner):
    client = pytest.importorskip("jupyter_client.manager")
    manager, kernel = client.start_new_kernel(kernel_name="python3", cwd=str(learner))
    try:
        kernel.execute("from course.review import review; review(3)", allow_stdin=True)
        for letter in "aq":
            assert kernel.get_stdin_msg(timeout=60)["msg_type"] == "input_request"
            kernel.input(letter)
        kernel.get_shell_msg(timeout=60)
        pages, until = [], time.monotonic() + 10
        while time.monotonic() < until and len(pages) < 3:
            message = kernel.get_iopub_msg(timeout=10)
            if message["msg_type"] == "display_data":
                pages.append(message["content"]["data"])
    finally:
        kernel.stop_channels()
        manager.shutdown_kernel(now=True)
    assert [page["text/html"].split('"')[1] for page in pages] == [
        "Card 1 of 3, unit 04", "Explanation", "Card 2 of 3, unit 04"
    ]  # fmt: skip
    assert "Card 1 of 3" in pages[0]["text/plain"]
    assert len(memory.Memory.load(learner / ".progress.review.jsonl").seen) == 1


def test_a_card_is_an_alert_with_letters_as_text_since_the_reader_stands_in_the_answer_s_box():
    card = next(card for card in ALL if "`" in card.options[0].why)
    told = asking.Explanation(card.options, 0, 1, "This card comes again on 2026-01-05.")
    for page in (asking.Question(card, card.options, "Card 1 of 10"), told):
        html = page._repr_html_()
        assert html.count('role="alert"') == 1
        assert re.findall(r"<li>(.\))", html) == ["a)", "b)", "c)", "d)"][: len(card.options)]
        assert "`" not in html
    assert "<code>" in told._repr_html_()
