"""A JupyterHub for tests: the example's, with two users who need no account of the machine."""

from __future__ import annotations

import json
import os
import re
import socket
import subprocess
import sys
import time
import uuid
from pathlib import Path

import requests
import websocket

PASSWORD = "a class of two"
PATIENCE = 240  # seconds; a machine under load takes long to start three servers
OVERRIDES = """
load_subconfig({example!r})
c.JupyterHub.authenticator_class = "shared-password"
c.SharedPasswordAuthenticator.user_password = {password!r}
c.JupyterHub.spawner_class = "simple"
c.SimpleLocalProcessSpawner.home_dir_template = {home!r}
c.Spawner.args = ["--allow-root"]
c.JupyterHub.bind_url = "http://127.0.0.1:{port}"
c.JupyterHub.hub_port = {hub_port}
c.ConfigurableHTTPProxy.api_url = "http://127.0.0.1:{proxy_port}"
c.ConfigurableHTTPProxy.auth_token = {secret!r}
"""


def free_ports(count: int) -> list[int]:
    """Ports that are free now."""
    listeners = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [listener.getsockname()[1] for listener in listeners]
    for listener in listeners:
        listener.close()
    return ports


def wait_for(what: str, ready, alive=lambda: True):
    """What `ready()` gives as soon as it is true."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end and alive():
        found = ready()
        if found:
            return found
        time.sleep(0.3)
    raise AssertionError(f"{what} did not happen")


class Hub:
    """The example's hub over one copy of the repository, as a context."""

    def __init__(self, repository: Path, folder: Path, students: str, instructors: str) -> None:
        self.folder = folder
        self.exchange = folder / "exchange"
        port, hub_port, proxy_port = free_ports(3)
        self.url = f"http://127.0.0.1:{port}"
        folder.mkdir()
        (folder / "students.txt").write_text(f"{students}  # of this term\n", "utf-8")
        (folder / "instructors.txt").write_text(f"{instructors}\n", "utf-8")
        self.config = folder / "config.py"
        example = repository / "examples" / "jupyterhub" / "jupyterhub_config.py"
        settings = OVERRIDES.format(
            example=str(example), password=PASSWORD, home=str(folder / "home" / "{username}"),
            port=port, hub_port=hub_port, proxy_port=proxy_port, secret=uuid.uuid4().hex,
        )  # fmt: skip
        self.config.write_text(settings, "utf-8")
        self.cwd = repository

    def __enter__(self) -> Hub:
        (self.folder / "home").mkdir()
        self.log = self.folder / "log.txt"
        with self.log.open("w") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "jupyterhub", "-f", str(self.config)],
                cwd=self.folder,
                env={**os.environ, "CLASS_FOLDER": str(self.folder), "PYTHONPATH": str(self.cwd)},
                stdout=log,
                stderr=log,
            )
        try:
            wait_for("the start of the hub", self._answers, lambda: self.process.poll() is None)
        except AssertionError:
            self.__exit__()
            raise AssertionError(self.log.read_text()[-3000:]) from None
        return self

    def _answers(self) -> bool:
        try:
            return requests.get(f"{self.url}/hub/api/", timeout=10).ok
        except requests.RequestException:
            return False

    def __exit__(self, *_: object) -> None:
        self.process.terminate()
        try:
            self.process.wait(60)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


class Person:
    """Somebody with a browser: logs in through the form, starts a server, uses what it offers."""

    def __init__(self, hub: Hub, name: str) -> None:
        self.hub, self.name = hub, name
        self.home = hub.folder / "home" / name
        self.session = requests.Session()
        self.token = ""

    def log_in(self, password: str = PASSWORD) -> bool:
        """Fill in the form; whether that let the person in."""
        form = f"{self.hub.url}/hub/login"
        self.session.get(form, timeout=PATIENCE)
        data = {"username": self.name, "password": password, "_xsrf": self._xsrf}
        answer = self.session.post(form, data=data, timeout=PATIENCE, allow_redirects=False)
        return answer.status_code == 302

    @property
    def _xsrf(self) -> str:
        return next(c.value or "" for c in self.session.cookies if c.name == "_xsrf")

    def start_server(self) -> None:
        """Ask the hub for a server and for a token with which a program may use it."""
        user = f"{self.hub.url}/hub/api/users/{self.name}"
        headers = {"X-XSRFToken": self._xsrf, "Referer": f"{self.hub.url}/hub/home"}
        answer = self.session.post(f"{user}/tokens", headers=headers, json={}, timeout=PATIENCE)
        assert answer.status_code == 201, answer.text
        self.token = answer.json()["token"]
        self.auth = {"Authorization": f"token {self.token}"}
        assert (
            requests.post(f"{user}/server", headers=self.auth, timeout=PATIENCE).status_code < 300
        )
        wait_for(f"the start of {self.name}'s server", lambda: self._is_ready(user))

    def _is_ready(self, user: str) -> bool:
        servers = requests.get(user, headers=self.auth, timeout=PATIENCE).json()["servers"]
        return bool(servers) and servers[""]["ready"]

    def ask(self, method: str, path: str, **arguments: object) -> requests.Response:
        """A request to the person's own server."""
        url = f"{self.hub.url}/user/{self.name}/{path}"
        return requests.request(method, url, headers=self.auth, timeout=PATIENCE, **arguments)

    def done(self, method: str, path: str, **arguments: object):
        """The same, which has to succeed; what came back."""
        answer = self.ask(method, path, **arguments)
        assert answer.ok, f"{path}: {answer.status_code} {answer.text[-2000:]}"
        found = json.loads(answer.text) if answer.text else None
        if isinstance(found, dict) and "success" in found:
            assert found["success"], found
        return found

    def types(self, command: str) -> str:
        """Type a command into a terminal of the person's server; what it printed."""
        name = self.done("POST", "api/terminals", json={})["name"]
        address = f"{self.hub.url}/user/{self.name}/terminals/websocket/{name}"
        channel = websocket.create_connection(
            address.replace("http", "ws", 1), header=self.auth, timeout=PATIENCE
        )
        said = ""
        # The shell puts the mark together, so that the echo of what is typed does not hold it.
        channel.send(json.dumps(["stdin", f"{command}; echo done''-$?.\r"]))
        while not (end := re.search(r"done-(\d+)\.", said)):
            kind, *rest = json.loads(channel.recv())
            said += rest[0] if kind == "stdout" else ""
        channel.close()
        self.done("DELETE", f"api/terminals/{name}")
        assert end[1] == "0", said
        return said
