"""The workflows: short, and only of commands and files that there are."""

import re

import pytest
import yaml

from tests.web.conftest import ROOT

WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))


def steps(path):
    """Every step of every job of a workflow."""
    jobs = yaml.safe_load(path.read_text("utf-8"))["jobs"].values()
    return [step for job in jobs for step in job["steps"]]


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.stem)
def test_a_workflow_uses_official_actions_and_commands_that_exist(path):
    assert path.read_text("utf-8").count("\n") < 60
    for step in steps(path):
        if "uses" in step:
            assert re.fullmatch(r"actions/[\w-]+@v\d+", step["uses"])
            continue
        for script in re.findall(r"(?:python3?|bash) (\S+)", step["run"]):
            assert (ROOT / script).is_file(), script


def test_what_is_published_is_what_the_command_builds():
    commands = [step.get("run") for step in steps(ROOT / ".github/workflows/pages.yml")]
    uploads = [step["with"]["path"] for step in steps(ROOT / ".github/workflows/pages.yml")
               if "upload" in step.get("uses", "")]  # fmt: skip
    assert "python3 start.py site" in commands
    assert uploads == ["dist/site"]
    assert 'ROOT / "dist" / "site"' in (ROOT / "course/web/__main__.py").read_text("utf-8")


def test_every_supported_python_is_tested_somewhere():
    text = (ROOT / ".github/workflows/test.yml").read_text("utf-8")
    assert {"3.11", "3.12", "3.13", "3.14"} <= set(re.findall(r'"(3\.\d+)"', text))
