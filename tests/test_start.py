"""start.py: its messages, its repairs, and a real start that ends on the first lesson."""

import ast
import contextlib
import errno
import importlib.util
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest

from course.lessons import last_saved
from tests import lanes

ROOT = Path(__file__).resolve().parent.parent
SPEC = importlib.util.spec_from_file_location("start", ROOT / "start.py")
start = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(start)

NOWHERE = "http://127.0.0.1:9/simple"


@pytest.fixture
def course(tmp_path):
    """A copy of what start.py reads, in a folder of its own, with one lesson and no environment."""
    home = tmp_path / "course folder"
    lesson = home / "course" / "release" / "00_start_here"
    lesson.mkdir(parents=True)
    (lesson / "00_start_here.ipynb").write_text('{"cells": []}', "utf-8")
    files = [
        "start.py",
        "course/carry.py",
        "course/lessons.py",
        "pyproject.toml",
        start.LOCK,
        start.COURSE,
        start.TEST,
        start.PEERS,
    ]
    for name in files:
        shutil.copy(ROOT / name, home / name)
    return home


def offline(tmp_path):
    """Variables that let pip and uv reach nothing: no index, no cache, no configuration."""
    lost = {
        name: value for name, value in os.environ.items() if not name.startswith(("PIP_", "UV_"))
    }
    lost |= {"PIP_INDEX_URL": NOWHERE, "PIP_CONFIG_FILE": os.devnull, "PIP_RETRIES": "1"}
    lost |= {
        "UV_DEFAULT_INDEX": NOWHERE,
        "UV_CACHE_DIR": str(tmp_path / "cache"),
        "UV_HTTP_RETRIES": "0",
    }
    return lost | {"PIP_CACHE_DIR": str(tmp_path / "cache"), "PIP_DISABLE_PIP_VERSION_CHECK": "1"}


def run(course, *arguments, **options):
    """Run a copy of start.py as a learner does; (exit code, everything it said)."""
    done = subprocess.run(
        [sys.executable, "start.py", *arguments],
        cwd=course,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        **options,
    )
    return done.returncode, done.stdout


# Messages


@pytest.mark.parametrize("version", [(3, 6, 15), (3, 10, 13), (2, 7, 18)])
def test_an_old_python_is_named_with_what_to_do(version):
    with pytest.raises(
        start.CannotStart, match=r"3\.11 or newer; this is Python {}\.{}".format(*version)
    ):
        start.require_python(version)


def test_the_file_can_be_read_by_the_old_pythons_it_turns_away():
    ast.parse((ROOT / "start.py").read_text("utf-8"), feature_version=(3, 7))


def test_only_the_standard_library_is_imported():
    names = {"course"}
    ours = (
        "start.py",
        "course/lessons.py",
        "course/carry.py",
        "tests/__init__.py",
        "tests/lanes.py",
    )
    for file in ours:
        for node in ast.walk(ast.parse((ROOT / file).read_text("utf-8"))):
            if isinstance(node, ast.Import):
                names |= {alias.name.partition(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and not node.level:
                names.add(node.module.partition(".")[0])
    assert names - sys.stdlib_module_names == {"course", "tests"}


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--port", "abc"], "a port is a whole number from 1 to 65535, not 'abc'"),
        (["--port", "70000"], "not '70000'"),
        (["install"], "invalid choice: 'install'"),
        (["--nobrowser"], "--nobrowser means nothing here"),
        (["setup", "-x"], "-x means nothing here"),
    ],
)
def test_a_command_line_that_makes_no_sense_is_refused_before_anything_is_done(
    course, arguments, said
):
    code, output = run(course, *arguments)
    assert (code, said in output) == (2, True), output
    assert not (course / ".venv").exists()


def test_arguments_after_test_go_to_pytest():
    options, rest = start.parse(["test", "tests/test_start.py", "-k", "port", "-x", "--peers"])
    assert (options.command, options.peers) == ("test", True)
    assert rest == ["tests/test_start.py", "-k", "port", "-x"]


def test_lint_and_types_come_before_the_tests():
    programs = [command[0] for command in lanes.lane(quick=False, rest=[])]
    assert programs == ["ruff", "ruff", "mypy", "pytest"]


def test_the_quick_lane_holds_the_laws_on_one_seed_and_nothing_slow():
    *_, laws, tests = lanes.lane(quick=True, rest=[])
    assert laws == ["autograders", "selftest", "--seeds", "1"]
    assert all((ROOT / path).exists() for path in lanes.QUICK) and lanes.QUICK_MARKS in tests


def test_a_lane_stops_at_the_first_fault(monkeypatch):
    ran = []

    def call(command, **options):
        ran.append(command[2])
        return 3 if command[2] == "mypy" else 0

    monkeypatch.setattr(lanes.subprocess, "call", call)
    assert lanes.run(lanes.lane(quick=False, rest=[]), "python", {}) == 3
    assert ran == ["ruff", "ruff", "mypy"]


@pytest.mark.parametrize(
    ("flags", "wanted"),
    [
        ([], ["requirements.txt"]),
        (["--tests"], ["requirements.txt", "requirements-scale.txt", "requirements-test.txt"]),
        (["--peers"], sorted(start.GIGABYTES.keys() - {start.SITE})),
    ],
)
def test_a_setup_installs_what_its_flags_say(course, monkeypatch, flags, wanted):
    asked = []
    monkeypatch.setattr(start, "ROOT", course)
    monkeypatch.setattr(start, "prepare", lambda root, groups: asked.extend(groups))
    assert start.main(["setup", *flags]) == 0
    assert sorted(asked) == sorted(wanted)


def test_a_port_in_use_is_said_before_anything_is_installed(course):
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        code, output = run(course, "--no-browser", "--port", str(port))
    assert code == 1
    assert f"Port {port} is in use" in output and "Traceback" not in output
    assert not (course / ".venv").exists()


def test_without_a_wish_the_first_free_port_is_taken(monkeypatch):
    monkeypatch.setattr(start, "is_free", lambda port: port >= 8890)
    assert start.choose_port(None) == 8890


def test_a_full_disk_is_noticed_before_anything_is_installed(course, monkeypatch):
    usage = shutil.disk_usage(course)._replace(free=2 * 10**8)
    monkeypatch.setattr(start.shutil, "disk_usage", lambda path: usage)
    with pytest.raises(
        start.CannotStart, match=r"takes 1\.5 GB of disk space, and .* has 0\.2 GB free"
    ):
        start.prepare(course, [start.COURSE, start.TEST])
    assert not (course / ".venv").exists()


def test_a_disk_that_fills_up_on_the_way_is_said_in_one_sentence(course, monkeypatch):
    def full(path, value):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(start, "ROOT", course)
    monkeypatch.setattr(start, "create", lambda venv, log: venv.mkdir())
    monkeypatch.setattr(start, "install", lambda venv, group, log: None)
    monkeypatch.setattr(start, "write_json", full)
    assert start.guarded(["setup"]).startswith("The disk is full. Free some space")


@pytest.mark.sandbox
def test_a_read_only_folder_is_named_with_what_to_do(course):
    if not shutil.which("bwrap"):
        pytest.skip("no bubblewrap")
    command = ["bwrap", "--ro-bind", "/", "/", "--dev", "/dev", sys.executable, "start.py", "setup"]
    done = subprocess.run(command, cwd=course, capture_output=True, text=True)
    assert done.returncode == 1
    assert "cannot (Read-only file system)" in done.stderr and "Copy the folder" in done.stderr


def test_a_python_without_ensurepip_is_told_which_package_has_it(course, monkeypatch):
    real = importlib.util.find_spec
    monkeypatch.setattr(start.shutil, "which", lambda name: None)
    monkeypatch.setattr(
        start.importlib.util, "find_spec", lambda name: None if name == "ensurepip" else real(name)
    )
    with pytest.raises(start.CannotStart, match="sudo apt install python3-venv"):
        start.create(course / ".venv", course / ".setup.log")


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("OSError: [Errno 28] No space left on device", "The disk is full"),
        ("error: Failed to fetch: `https://example.org/simple/numpy/`", "cannot be reached"),
        ("ERROR: Failed building wheel for numpy", "Failed building wheel for numpy"),
    ],
)
def test_a_failed_installation_is_explained(tmp_path, line, said):
    log = tmp_path / "log"
    log.write_text(f"Collecting numpy\n{line}\n", "utf-8")
    explanation = start.explain(log, "Installing requirements.txt did not work.")
    assert said in explanation and str(log) in explanation


# The environment


def broken_environment(course):
    """An environment whose Python is gone, as after an upgrade of the system."""
    python = Path(start.interpreter(course / ".venv"))
    python.parent.mkdir(parents=True)
    python.symlink_to(course / "python-that-was-removed")
    (course / ".venv" / "course-setup.json").write_text('{"requirements.txt": "0"}', "utf-8")


def test_a_broken_environment_is_built_again_and_without_network_that_is_said(course, tmp_path):
    broken_environment(course)
    (course / "work").mkdir()
    (course / "work" / "00_start_here.ipynb").write_text("mine", "utf-8")
    code, output = run(course, "setup", env=offline(tmp_path))
    assert code == 1
    assert "The environment .venv is broken (its Python does not run" in output
    assert "The package index cannot be reached; the first start needs the Internet" in output
    assert "Traceback" not in output
    assert start.run_inside(course / ".venv", start.RUNS) == ("", None)
    assert (course / "work" / "00_start_here.ipynb").read_text("utf-8") == "mine"


def test_an_environment_that_lost_a_package_is_found_out():
    output, fault = start.run_inside(
        Path(sys.prefix), start.HAS_COURSE.replace('"nbgrader"', '"no_such_package"')
    )
    assert output is None
    assert fault == "AssertionError: the package no_such_package is missing"


def test_out_of_date_and_offline_goes_on_with_what_is_installed(course, monkeypatch, capsys):
    monkeypatch.setattr(start, "run_inside", lambda venv, code: ("", None))
    monkeypatch.setattr(start, "run_logged", lambda command, venv, log: False)
    monkeypatch.setattr(start, "explain", lambda log, failed: f"{failed} No network.")
    stamps = {start.COURSE: "an earlier lock"}
    start.write_json(course / ".venv" / "course-setup.json", stamps)
    start.prepare(course, [start.COURSE])
    assert "No network.\nGoing on with what was installed before." in capsys.readouterr().out
    assert start.read_json(course / ".venv" / "course-setup.json") == stamps


def test_a_second_time_nothing_is_installed_until_a_requirement_changes(course, monkeypatch):
    installed = []
    monkeypatch.setattr(start, "run_inside", lambda venv, code: ("", None))
    monkeypatch.setattr(start, "create", lambda venv, log: venv.mkdir())
    monkeypatch.setattr(start, "install", lambda venv, group, log: installed.append(group))
    start.prepare(course, [start.COURSE])
    start.prepare(course, [start.COURSE])
    assert installed == [start.COURSE]
    start.prepare(course, [start.COURSE, start.TEST])
    assert installed == [start.COURSE, start.TEST]
    with (course / start.COURSE).open("a", encoding="utf-8") as requirements:
        requirements.write("distributed>=2024.1\n")
    start.prepare(course, [start.COURSE, start.TEST])
    assert installed == [start.COURSE, start.TEST, start.COURSE]


def test_kernels_of_the_environment_say_which_cell_makes_a_missing_name(tmp_path, monkeypatch):
    from ipykernel.kernelapp import IPKernelApp
    from IPython.core import application

    assert [Path(sys.prefix, "etc/ipython")] == [Path(at) for at in application.ENV_CONFIG_DIRS]
    settings = tmp_path / "etc/ipython/ipython_kernel_config.json"
    start.write_json(settings, {"IPKernelApp": {"quiet": False}, "Else": {"kept": 1}})
    start.configure(tmp_path)
    kept = {"IPKernelApp": {"quiet": False} | start.EXTENSION, "Else": {"kept": 1}}
    assert start.read_json(settings) == kept
    monkeypatch.setattr(application, "ENV_CONFIG_DIRS", [str(settings.parent)])
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path / "ipython"))
    app = IPKernelApp()
    app.init_profile_dir()
    app.init_config_files()
    app.load_config_file()
    assert app.extensions == ["autograders.notebook.newest"]


def test_variables_that_would_divert_the_environment_are_left_out(monkeypatch, tmp_path):
    monkeypatch.setenv("PYTHONPATH", "/somewhere/else")
    monkeypatch.setenv("PIP_USER", "1")
    variables = start.environ(tmp_path / ".venv")
    assert {"PYTHONPATH", "PIP_USER"} & set(variables) == set()
    assert variables["PATH"].split(os.pathsep)[0] == str(start.programs(tmp_path / ".venv"))


# A real start


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


@contextlib.contextmanager
def serving(*arguments, runtime):
    """Run `start.py` in this repository; yields the address that it prints, and stops it after."""
    log = (runtime / "log").open("w+", encoding="utf-8")
    process = subprocess.Popen(
        [sys.executable, str(ROOT / "start.py"), "--no-browser", *arguments],
        cwd=runtime,
        env=os.environ | {"JUPYTER_RUNTIME_DIR": str(runtime)},
        stdout=log,
        stderr=subprocess.STDOUT,
        stdin=subprocess.DEVNULL,
    )
    try:
        deadline = time.monotonic() + 120
        while not (
            found := re.search(r"http://127\.0\.0\.1\S+", Path(log.name).read_text("utf-8"))
        ):
            assert process.poll() is None, Path(log.name).read_text("utf-8")
            assert time.monotonic() < deadline, Path(log.name).read_text("utf-8")
            time.sleep(0.1)
        yield found.group()
    finally:
        # Not SIGKILL: start.py passes the request on, and no server stays behind a failed test.
        process.send_signal(signal.SIGTERM)
        code = process.wait(30)
        log.close()
    assert code == 0


@pytest.mark.browser
def test_a_start_ends_on_the_first_lesson_in_a_browser_or_on_the_one_saved_last(tmp_path, chromium):
    from playwright.sync_api import sync_playwright

    lesson = last_saved(ROOT / "work") or "00_start_here.ipynb"
    port = free_port()
    with serving("--port", str(port), runtime=tmp_path) as address:
        assert f":{port}/lab/tree/work/{lesson}?token=" in address
        token = address.partition("token=")[2]
        listing = f"http://127.0.0.1:{port}/api/contents/work?token={token}"
        with urllib.request.urlopen(listing) as answer:
            names = {entry["name"] for entry in json.load(answer)["content"]}
        assert {path.name for path in (ROOT / "course" / "release").glob("*/*.ipynb")} <= names
        said = (tmp_path / "log").read_text("utf-8")
        assert "No nbgrader_config.py file found" not in said
        again = run(ROOT, "--no-browser", env=os.environ | {"JUPYTER_RUNTIME_DIR": str(tmp_path)})
        assert again[0] == 0 and "already running on this folder" in again[1]
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(
                executable_path=chromium,
                args=["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-sync"],
            )
            page = browser.new_page()
            errors = []
            page.on("pageerror", lambda error: errors.append(str(error)))
            page.goto(address)
            page.get_by_role("tab", name=lesson).wait_for(timeout=60_000)
            page.locator(".jp-Notebook .jp-Cell h1").first.wait_for(timeout=60_000)
            assert page.get_by_text("Would you like to").count() == 0, "the news prompt is open"
            assert errors == []
            browser.close()
