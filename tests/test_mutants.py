"""The mutation tool makes the changes that it says, and knows what a test notices."""

from tests.mutants import mutants, survives

SOURCE = '''\
LIMIT = 3


def paid(score: float, late: bool, seen: list) -> float:
    """At least 0 of it."""
    if late and score > LIMIT:
        seen.append(score)
    return max(0.0, score - 1)
'''


def test_every_comparison_operator_number_branch_and_call_is_changed_once():
    assert {(one.line, one.before, one.after) for one in mutants(SOURCE)} == {
        (6, "if late and score > LIMIT:", "if not (late and score > LIMIT):"),
        (6, "late and score > LIMIT", "late or score > LIMIT"),
        (6, "score > LIMIT", "score >= LIMIT"),
        (7, "seen.append(score)", "pass"),
        (8, "max(0.0, score - 1)", "min(0.0, score - 1)"),
        (8, "score - 1", "score + 1"),
        (8, "0.0", "1.0"),
        (8, "1", "2"),
    }


def test_a_change_that_no_test_looks_at_survives_and_another_does_not(tmp_path, monkeypatch):
    (tmp_path / "marked.py").write_text(SOURCE)
    test = "from marked import paid\n\n\ndef test_it():\n    assert paid(2, False, []) == 1\n"
    (tmp_path / "test_marked.py").write_text(test)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    changed = {one.after: one.source for one in mutants(SOURCE)}
    tests = [str(tmp_path / "test_marked.py")]
    assert survives("marked", changed["score >= LIMIT"], tests)
    assert not survives("marked", changed["score + 1"], tests)
