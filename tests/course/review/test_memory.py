"""What a review remembers: what is asked again and when, whatever happened to its file."""

import json
import random
import subprocess
import sys
from datetime import date, timedelta

import pytest

from course.review import cards, memory

ALL = cards.all_cards()
MONDAY = date(2026, 1, 5)


@pytest.mark.parametrize("talent", [0.4, 0.9])
@pytest.mark.parametrize("seed", [0, 1])
def test_ten_weeks_of_a_learner_who_forgets_stay_at_five_minutes_a_day(tmp_path, seed, talent):
    rng, mine = random.Random(seed), memory.Memory(tmp_path / "review.jsonl")
    due, sizes, after = [], [], {True: [], False: []}
    for day in range(70):
        today = MONDAY + timedelta(days=day)
        open_now = [card for card in ALL if int(card.unit) <= 1 + day // 6]
        due.append(len(mine.due(open_now, today)))
        chosen = mine.choose(open_now, today, 10)
        sizes.append(len(chosen))
        for card in chosen:
            known = mine.seen.get(card.name)
            recall = talent
            if known:  # forgets half in twice the days that the box allows
                recall = 0.95 * 0.5 ** ((today - known.on).days / (2 * memory.DAYS[known.box]))
            right = rng.random() < recall
            comes = mine.answer(card, right, today)
            after[right].append((comes - today).days)
    assert max(due) <= 20 and max(sizes) <= 10
    assert sum(sizes) / len(sizes) > 7 and len(mine.seen) >= 70
    assert set(after[False]) == {1} and set(after[True]) == {3, 7, 21}
    assert sum(after[False]) > 50  # it forgot


def test_after_a_fortnight_away_what_is_due_is_worked_off_mistakes_first(tmp_path):
    mine = memory.Memory(tmp_path / "review.jsonl")
    mine.seen = {card.name: memory.Seen(n % 4, MONDAY) for n, card in enumerate(ALL[:60])}
    today = MONDAY + timedelta(days=35)
    assert len(mine.due(ALL, today)) == 60
    chosen = mine.choose(ALL, today, 10)
    assert [mine.seen[card.name].box for card in chosen] == [0] * 10


def test_a_missed_card_comes_the_next_day_and_a_known_one_after_3_7_and_21(tmp_path):
    mine, card, day = memory.Memory(tmp_path / "review.jsonl"), ALL[0], MONDAY
    days = []
    for right in (True, True, True, True, False, True):
        comes = mine.answer(card, right, day)
        days.append((comes - day).days)
        assert card not in mine.due(ALL, comes - timedelta(days=1))
        assert mine.due(ALL, comes) == [card]
        day = comes
    assert days == [3, 7, 21, 21, 1, 3]
    assert memory.Memory.load(mine.path).seen == mine.seen
    assert mine.seen[card.name].missed == 1 and mine.seen[card.name].asked == 6


def test_new_cards_come_first_from_units_where_a_check_is_open(tmp_path):
    chosen = memory.Memory(tmp_path / "review.jsonl").choose(ALL, MONDAY, 10, {"12"})
    assert {card.unit for card in chosen} == {"12"}


def test_a_clock_that_was_ahead_delays_no_card_for_ever(tmp_path):
    mine = memory.Memory(tmp_path / "r", {ALL[0].name: memory.Seen(0, date(2199, 1, 1))})
    assert mine.seen[ALL[0].name].due(MONDAY) == MONDAY + timedelta(days=1)


ANSWER_FORTY = """
import sys
from datetime import date
from pathlib import Path
from course.review import cards, memory
mine = memory.Memory.load(Path(sys.argv[1]))
for card in cards.all_cards()[int(sys.argv[2]) :: 2][:40]:
    mine.answer(card, True, date(2026, 1, 5))
"""


def test_two_reviews_at_once_keep_the_answers_of_both(tmp_path):
    kept = tmp_path / "review.jsonl"
    asked = [
        subprocess.Popen([sys.executable, "-c", ANSWER_FORTY, str(kept), str(half)])
        for half in range(2)
    ]
    assert [process.wait(timeout=120) for process in asked] == [0, 0]
    found = memory.Memory.load(kept)
    assert set(found.seen) == {card.name for card in ALL[:80]} and not found.said
    assert [path.name for path in tmp_path.iterdir()] == ["review.jsonl"]


GOOD = {"card": "good", "right": True, "on": "2026-01-05"}


@pytest.mark.parametrize(
    "damaged",
    [
        "{", "[]", "null", "3", "[" * 100_000, b"\xff\xfe\x00", {}, GOOD | {"card": 3},
        GOOD | {"right": 1}, GOOD | {"on": "soon"}, GOOD | {"on": 5},
    ],
)  # fmt: skip
def test_a_damaged_line_is_said_and_costs_no_other_answer(tmp_path, damaged):
    kept = tmp_path / "review.jsonl"
    raw = json.dumps(damaged) if isinstance(damaged, dict) else damaged
    raw = raw if isinstance(raw, bytes) else raw.encode()
    kept.write_bytes(json.dumps(GOOD).encode() + b"\n\n" + raw)
    found = memory.Memory.load(kept)
    assert f"Damaged in {kept}: line 3. " in found.said
    assert found.seen == {"good": memory.Seen(1, MONDAY)}
    found.answer(ALL[0], False, MONDAY)
    again = memory.Memory.load(kept)
    assert again.seen == found.seen and again.said == found.said
    assert raw in kept.read_bytes()


def test_a_half_written_line_does_not_take_the_next_answer_with_it(tmp_path):
    mine = memory.Memory(tmp_path / "review.jsonl")
    mine.answer(ALL[0], True, MONDAY)
    whole = mine.path.read_bytes()
    for cut in range(len(whole)):
        mine.path.write_bytes(whole[:cut])
        memory.Memory.load(mine.path).answer(ALL[1], True, MONDAY)
        assert ALL[1].name in memory.Memory.load(mine.path).seen
