"""A Dask cluster of real worker processes grades as one machine does, also when one is killed."""

import os
import signal

import pytest

from autograders.__main__ import main
from autograders.bulk.run import Settings, grade_class, load_results
from autograders.bulk.workers import cluster
from autograders.submission.folders import CourseError, CourseFolder
from tests.benchmarks import endurance
from tests.benchmarks.cluster import Cluster

from ..classroom import DROPS
from .test_bulk import Inline, graded

WORKERS = 3


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    """The address of a scheduler with three workers of one thread each."""
    with Cluster(tmp_path_factory.mktemp("dask"), WORKERS) as cluster:
        yield cluster.address


@pytest.fixture(scope="module")
def alone(tmp_path_factory):
    """A class graded in this process."""
    course = endurance.new_class(tmp_path_factory.mktemp("alone") / "course", 39)
    graded(course, Inline(), record=False)
    return course


def results(course):
    kept = load_results(CourseFolder(course), DROPS)
    return {name: (outcome.scores, outcome.comments) for name, outcome in kept.items()}


def test_a_cluster_grades_as_one_process_does_with_a_worker_killed_in_the_middle(
    address, alone, tmp_path
):
    course = endurance.new_class(tmp_path / "course", 39)
    endurance.same_seed(course, alone)
    folder, killed = CourseFolder(course), []

    def kill_one(line):
        if line.startswith("10 of"):
            with Client(address, set_as_default=False) as client:
                killed.append(min(client.run(os.getpid).values()))
            os.kill(killed[0], signal.SIGKILL)

    from distributed import Client

    with cluster(address) as (executor, width):
        assert width == WORKERS
        tally = grade_class(
            folder, DROPS, executor, students=folder.students(DROPS), window=8, show=kill_one,
            settings=Settings(record=False),
        )  # fmt: skip
    assert killed and tally.graded == 39 and not tally.faults
    assert results(course) == results(alone)
    assert endurance.notebooks(course) == endurance.notebooks(alone)


def test_the_command_grades_and_records_on_the_cluster(address, tmp_path, capsys):
    course = endurance.new_class(tmp_path / "course", 8)
    assert main(["grade", "04", "--course", str(course), "--scheduler", address]) == 0
    assert "8 of 8 recorded in the gradebook" in capsys.readouterr().out


def test_a_cluster_that_is_not_there_is_said(monkeypatch):
    monkeypatch.setattr("autograders.bulk.workers.CONNECT_SECONDS", 1)
    with (
        pytest.raises(CourseError, match="no Dask scheduler answers"),
        cluster("tcp://127.0.0.1:9"),
    ):
        pass
