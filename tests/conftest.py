"""What all tests share: where the repository is, which browser there is, and no skipping in CI."""

import os
import shutil
from pathlib import Path

import pytest

# Before NumPy is first imported: tests run side by side, and the sandbox forks.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
os.environ.setdefault("OMP_NUM_THREADS", "1")

ROOT = Path(__file__).resolve().parent.parent
IN_CI = os.environ.get("CI", "").lower() in ("1", "true")
BROWSERS = ("chromium", "chromium-browser", "google-chrome")


def fail_instead(report):
    """Turn a skip report into a failure that keeps the reason."""
    reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else report.longrepr
    report.outcome = "failed"
    report.longrepr = f"With CI=true nothing may be missing, and this was to be skipped: {reason}"


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    """In CI a skipped test is a failed one, unless it is marked `may_skip` or expected to fail."""
    report = yield
    expected = hasattr(report, "wasxfail") or item.get_closest_marker("may_skip")
    if IN_CI and report.skipped and not expected:
        fail_instead(report)
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(collector):
    """In CI a module that skips itself while it is imported has failed."""
    report = yield
    if IN_CI and report.skipped:
        fail_instead(report)
    return report


@pytest.fixture(scope="session")
def root():
    """The repository's root folder."""
    return ROOT


@pytest.fixture(scope="session")
def chromium():
    """The path of a Chromium to drive; without one the test is skipped."""
    found = next(filter(None, map(shutil.which, BROWSERS)), None)
    if found is None:
        pytest.skip("no Chromium on the PATH; on Debian `sudo apt install chromium` adds it")
    return found
