"""A PostgreSQL server of the tests' own: in a temporary folder, on a Unix socket, no TCP port."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

PLACES = "/usr/lib/postgresql/*/bin"  # where Debian keeps the programs of a server


def programs() -> Path | None:
    """The folder with initdb and pg_ctl, or None when there is no server to start."""
    found = sorted(Path("/").glob(f"{PLACES[1:]}/initdb"), key=lambda path: path.parts)
    on_path = shutil.which("initdb")
    return found[-1].parent if found else Path(on_path).parent if on_path else None


class Server:
    """PostgreSQL refuses to run as root: it runs as another user then."""

    def __init__(self, bin: Path) -> None:
        self.bin = bin
        # Short, because the path of a Unix socket is limited; not below pytest's closed folders.
        self.folder = Path(tempfile.mkdtemp(prefix="pg-", dir="/tmp"))
        self.user: str | None = None
        self.group: int | None = None
        if os.geteuid() == 0:
            import pwd  # not on Windows, where this module is imported too

            known = {entry.pw_name for entry in pwd.getpwall()}
            self.user = "postgres" if "postgres" in known else "nobody"
            self.group = pwd.getpwnam(self.user).pw_gid
            shutil.chown(self.folder, self.user)
        options = ["--auth=trust", "--username=course", "--encoding=UTF8", "--locale=C"]
        self._run("initdb", "--no-sync", "-D", self.data, *options)
        self.start()

    @property
    def data(self) -> Path:
        return self.folder / "data"

    def _run(self, program: str, *arguments: object) -> None:
        done = subprocess.run(
            [self.bin / program, *map(str, arguments)],
            cwd=self.folder,
            user=self.user,
            group=self.group,
            extra_groups=[] if self.user else None,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            timeout=120,
        )
        assert done.returncode == 0, done.stderr

    def start(self) -> None:
        """Start the server and wait until it answers."""
        settings = f"-c listen_addresses='' -c fsync=off -k {self.folder}"
        log = self.folder / "log"
        self._run("pg_ctl", "-D", self.data, "-l", log, "-o", settings, "-w", "start")

    def stop(self) -> None:
        """Stop it at once, as a loss of power would."""
        self._run("pg_ctl", "-D", self.data, "-m", "immediate", "-w", "stop")

    def database(self, name: str, template: str = "template0") -> str:
        """Make a database, empty or a copy of another; its URL for nbgrader."""
        self._run("createdb", "-h", self.folder, "-U", "course", "--template", template, name)
        return f"postgresql+psycopg:///{name}?host={self.folder}&user=course"

    def close(self) -> None:
        """Stop the server and remove what it kept."""
        try:
            self.stop()
        finally:
            shutil.rmtree(self.folder, ignore_errors=True)
