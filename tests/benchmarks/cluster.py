"""A Dask cluster of real processes on this machine, for tests and benchmarks."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any


class Cluster:
    """A scheduler and some workers of one thread, each a process of its own; a context manager."""

    def __init__(self, folder: Path, workers: int) -> None:
        self.folder = folder
        self.workers = workers
        self.address = ""
        self._processes: list[subprocess.Popen[bytes]] = []

    def __enter__(self) -> Cluster:
        from distributed import Client

        where = self.folder / "scheduler.json"
        with (self.folder / "dask.log").open("w") as log:
            self._start(
                log, "dask_scheduler", "--host", "127.0.0.1", "--port", "0", "--no-dashboard",
                "--scheduler-file", str(where),
            )  # fmt: skip
            for _ in range(self.workers):
                self._start(
                    log, "dask_worker", "--scheduler-file", str(where), "--nthreads", "1",
                    "--no-dashboard", "--local-directory", str(self.folder),
                    "--preload", "autograders.bulk.work",
                )  # fmt: skip
        try:
            with Client(scheduler_file=str(where), timeout=120, set_as_default=False) as client:
                client.wait_for_workers(self.workers, timeout=120)
                self.address = client.scheduler.address
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *error: Any) -> None:
        for process in reversed(self._processes):
            process.terminate()
        for process in self._processes:
            process.wait(30)

    def _start(self, log: Any, kind: str, *arguments: str) -> None:
        command = [sys.executable, "-m", f"distributed.cli.{kind}", *arguments]
        root = Path(__file__).resolve().parents[2]
        self._processes.append(subprocess.Popen(command, cwd=root, stdout=log, stderr=log))
