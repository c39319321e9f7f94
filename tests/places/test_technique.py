"""A technique is added by following the page: every block is applied, every command run."""

import os
import re
import shutil

import pytest

from .pages import ROOT, blocks, copy_of_the_repository, environment, run

pytestmark = pytest.mark.skipif(os.name == "nt", reason="the page is written for a POSIX shell")
PAGE = "docs/add_a_technique.md"


def add(root, file, text):
    """A block with a file's name: added to it, or the file."""
    path = root / file
    before = path.read_text("utf-8").rstrip("\n") + "\n\n\n" if path.exists() else ""
    path.write_text(before + text, "utf-8")


def patch(root, file, text):
    """A diff: what it keeps and takes away has to be there, once."""
    path = root / file
    lines = [(line[:1] or " ", line[1:]) for line in text.splitlines()]
    assert {sign for sign, _ in lines} <= {" ", "+", "-"}, text
    old, new = (
        "".join(f"{line}\n" for sign, line in lines if sign in signs) for signs in (" -", " +")
    )
    before = path.read_text("utf-8")
    assert before.count(old) == 1, f"{file} has not once\n{old}"
    path.write_text(before.replace(old, new), "utf-8")


@pytest.fixture(scope="module")
def followed(tmp_path_factory):
    """The page applied to a copy of the repository; (its root, line -> what it said)."""
    root = copy_of_the_repository(tmp_path_factory.mktemp("technique"))
    environment(root)
    run("git init -q .", root)  # the house's tests ask git for the files
    said = {}
    text = (ROOT / PAGE).read_text("utf-8")
    for kind, file in re.findall(r"^```(\w+) ?(\S*)$", text, re.MULTILINE):
        assert kind in ("python", "diff", "sh") and bool(file) == (kind != "sh")
    for kind, file, code in blocks(PAGE):
        if kind == "sh":
            said |= {line: run(line, root).stdout for line in code.splitlines()}
        else:
            (add if kind == "python" else patch)(root, file, code)
    return root, said


def test_a_technique_without_its_lab_is_entered_in_at_most_five_places():
    without_lab = (ROOT / PAGE).read_text("utf-8").split("\n## 5. The lab")[0]
    files = set(re.findall(r"^```\w+ (\S+)$", without_lab, re.MULTILINE))
    assert len(files) <= 5 < len(re.findall(r"^```", without_lab, re.MULTILINE))
    assert {file for file in files if not (ROOT / file).exists()} == {
        "course/units/05_smooth_decay/exercises/sqrt_cooldown.py"
    }


def test_the_cheat_sheet_shows_the_new_technique_with_its_picture_and_no_call(followed):
    course = followed[0] / "course"
    page = (course / "cheat_sheet.md").read_text("utf-8")
    section = page.split("## Square-root cooldown\n")[1].split("\n## ")[0]
    assert "sqrt(min(t, steps) / steps)" in section and "PyTorch" not in section
    assert "SqrtCooldown" in (course / "pictures" / "sqrt_cooldown.svg").read_text("utf-8")


def said(followed, word):
    return [text for line, text in followed[1].items() if word in line]


def test_the_tests_that_the_page_runs_cover_the_new_technique(followed):
    for text in said(followed, "pytest"):
        passed = re.search(r"(\d+) passed", text)
        assert passed and int(passed[1]) >= 2, text


def test_every_implementation_of_the_new_exercise_is_taken_for_what_it_is(followed):
    [text] = said(followed, "selftest sqrt_cooldown")
    assert "right taken as right  24   misconceptions named as themselves  24" in text
    assert text.endswith(" 0 off the diagonal\n")


def test_the_unit_is_built_with_the_new_section_and_shows_no_solution(followed):
    root, _ = followed
    release = root / "course" / "release" / "05_smooth_decay" / "05_smooth_decay.ipynb"
    assert "check(sqrt_cooldown)" in release.read_text("utf-8")
    assert "(min(t, steps) / steps) ** 0.5" not in release.read_text("utf-8")
    assert said(followed, "05 --check") == ["05_smooth_decay: up to date\n"]


@pytest.mark.parametrize("left_out", ["class", "exercise", "section"])
def test_the_house_says_which_part_is_left_out(followed, left_out, tmp_path):
    root = followed[0]
    file = {
        "class": "lrlib/schedules/decay.py",
        "exercise": "course/units/05_smooth_decay/exercises/sqrt_cooldown.py",
        "section": "course/units/05_smooth_decay/lesson.py",
    }[left_out]
    word = "SqrtCooldown" if left_out == "class" else "sqrt_cooldown"
    shutil.copy(root / file, tmp_path / "kept")
    kept = (root / file).read_text("utf-8")
    try:
        (root / file).write_text(kept.replace(word, f"Another{word}"), "utf-8")
        test = "tests/test_house.py::test_a_technique_has_its_class_its_exercise_and_its_section"
        done = run(f".venv/bin/python -m pytest -q {test!s} -k root; test $? != 0", root)
    finally:
        shutil.copy(tmp_path / "kept", root / file)
    part = {
        "class": "has no attribute 'SqrtCooldown'",
        "exercise": "the exercise",
        "section": "the cells",
    }
    assert part[left_out] in done.stdout
