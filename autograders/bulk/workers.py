"""Where the work of a class is done: processes of this machine, or a Dask cluster."""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from multiprocessing import connection
from typing import Any

from ..submission.folders import CourseError

CONNECT_SECONDS = 30


def cores() -> int:
    """The processors that this process may use."""
    if sys.platform.startswith("linux"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


class LocalPool(Executor):
    """Processes of this machine; after one of them has died, all are started afresh.

    What was submitted when one died fails with `BrokenProcessPool`; submit it again.
    """

    def __init__(self, jobs: int) -> None:
        self.jobs = jobs
        self._pool: ProcessPoolExecutor | None = None

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        """Have one of the processes call a function."""
        try:
            return self._running().submit(fn, *args, **kwargs)
        except BrokenProcessPool:
            self.shutdown()
            return self._running().submit(fn, *args, **kwargs)

    def _running(self) -> ProcessPoolExecutor:
        if self._pool is None:
            # Not forked: a fork would inherit the database connection and the sandbox's sockets.
            spawn = multiprocessing.get_context("spawn")
            self._pool = ProcessPoolExecutor(self.jobs, spawn, _begin)
        return self._pool

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """End the processes when they have finished what they do."""
        if self._pool is not None:
            self._pool.shutdown(wait, cancel_futures=cancel_futures)
            self._pool = None


def _begin() -> None:
    """Prepare a worker: the one who started it hears of Ctrl-C, and does not leave it behind."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        connection.wait([parent.sentinel])
        os._exit(1)


@contextmanager
def local(jobs: int) -> Iterator[tuple[Executor, int]]:
    """A pool of processes, and how many there are."""
    pool = LocalPool(jobs)
    try:
        yield pool, jobs
    finally:
        pool.shutdown(cancel_futures=True)


@contextmanager
def cluster(address: str) -> Iterator[tuple[Executor, int]]:
    """The workers of a Dask cluster as an executor, and how many there are."""
    try:
        from distributed import Client
    except ImportError:
        raise CourseError(
            "--scheduler needs Dask; install it with 'pip install -r requirements-scale.txt'"
        ) from None
    try:
        client = Client(address, timeout=CONNECT_SECONDS, set_as_default=False)
    except (OSError, ValueError) as error:
        raise CourseError(
            f"no Dask scheduler answers at {address} ({error}); start one with 'dask scheduler'"
        ) from None
    with client:
        workers = client.scheduler_info(n_workers=-1)["workers"]
        if not workers:
            raise CourseError(
                f"the scheduler at {address} has no workers; start some with"
                f" 'dask worker {address} --nthreads 1'"
            )
        executor = client.get_executor()
        try:
            yield executor, len(workers)
        finally:
            executor.shutdown(wait=False)
