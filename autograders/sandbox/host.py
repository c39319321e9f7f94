"""The trusted side of the sandbox: keeps warm processes, asks them, and starts lost ones again."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from types import TracebackType

from ..declare.catalogue import Surroundings, surroundings
from . import mounts
from .inside.lockdown import close_memory
from .level import SandboxLevel, SandboxUnavailable, obtained
from .outcome import FAULT, Cell, Fork, Reply, Request, Survey
from .warm import Lost, Warm

WALL_BASE, WALL_FACTOR = 10.0, 8.0
MAX_FATAL_CELLS = 4


class Sandbox:
    """A warm process that is forked once per request, isolated as well as the machine allows.

    Use it as a context manager. It starts when first needed and again whenever it was lost.
    `allow_process` accepts `SandboxLevel.PROCESS` where namespaces are refused; `level` says what
    was obtained, and `walls` the kernel's answer to what was asked of it, "" where it was granted.
    A machine on which student code could reach what decides its grade is refused in any
    case. From the first use on, no process of the same account can open the memory of this one.
    `around` is what student code finds beside NumPy; without it, what the exercises
    in use declare. One sandbox serves one thread at a time.
    """

    def __init__(
        self,
        *,
        allow_process: bool = False,
        namespaces: bool = True,
        wall: tuple[float, float] = (WALL_BASE, WALL_FACTOR),
        around: Surroundings | None = None,
    ) -> None:
        if not sys.platform.startswith("linux"):
            raise SandboxUnavailable(
                "grading other people's code needs Linux (bubblewrap and seccomp); check(...) in a "
                "notebook works here, and WSL 2, a container or a Linux machine can grade"
            )
        self.allow_process = allow_process
        self.namespaces = namespaces
        self.wall = wall
        self.around = around
        self.cpu_seconds = 0.0
        self.starts = 0
        self._warm: dict[bool, Warm] = {}
        self._level: SandboxLevel | None = None
        self._walls: dict[str, str] = {}
        self._refused = ""

    def __enter__(self) -> Sandbox:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """End the warm processes; the sandbox can be used again afterwards."""
        while self._warm:
            self._warm.popitem()[1].close()

    @property
    def level(self) -> SandboxLevel:
        """The level obtained on this machine (starts the warm process if need be)."""
        if self._level is None:
            self._process(False)
        assert self._level is not None
        return self._level

    @property
    def walls(self) -> dict[str, str]:
        """What was asked of the kernel beside the level, and its answer; "" where granted."""
        self.level  # noqa: B018
        return dict(self._walls)

    @property
    def isolation(self) -> str:
        """How student code was isolated, in words, with what this machine did not give."""
        return obtained(self.level, self.walls)

    def run(
        self, cells: Sequence[Cell], requests: Sequence[Request], *, plotting: bool = False
    ) -> list[Reply]:
        """Answer every request in a fork of its own: a crash or endless loop costs one request."""
        return [
            self.run_together(cells, [request], plotting=plotting).outcomes[0]
            for request in requests
        ]

    def survey(self, cells: Sequence[Cell], *, plotting: bool = False) -> Survey:
        """Say what each failing cell raised and which of them end the process they run in.

        The forks used here are sent no inputs, so that no message can hold a hidden one.
        """
        alive = list(range(len(cells)))
        messages: dict[int, str] = {}
        fatal: set[int] = set()
        while True:
            fork = self._fork([cells[n] for n in alive], [], plotting, explain=True)
            if fork.cells_done or fork.ended_in is None or fork.ended_in >= len(alive):
                messages |= {alive[n]: text for n, text in fork.failed.items()}
                return Survey(messages, frozenset(fatal))
            worst = alive.pop(fork.ended_in)
            messages[worst] = fork.ending
            fatal.add(worst)
            if len(fatal) > MAX_FATAL_CELLS:
                rest = dict.fromkeys(alive, "not run: too many cells before it crashed")
                return Survey(messages | rest, frozenset(range(len(cells))))

    def run_together(
        self, cells: Sequence[Cell], requests: Sequence[Request], *, plotting: bool = False
    ) -> Fork:
        """Answer all requests in one fork, as far as it comes.

        A machine fault is tried again once in a new warm process before it is reported as "fault".
        """
        return self._fork(cells, requests, plotting, explain=False)

    def _fork(
        self, cells: Sequence[Cell], requests: Sequence[Request], plotting: bool, explain: bool
    ) -> Fork:
        detail = ""
        for _ in range(2):
            try:
                warm = self._process(plotting)
                fork = warm.fork(cells, requests, explain, self.wall)
            except (Lost, OSError) as error:
                detail = str(error)
                self._drop(plotting)
                continue
            except BaseException:
                self._drop(plotting)
                raise
            self.cpu_seconds += fork.cpu_seconds
            if not warm.usable:
                self._drop(plotting)
            return fork
        return Fork({}, [Reply(request.name, FAULT, detail=detail) for request in requests], 0.0)

    def _process(self, plotting: bool) -> Warm:
        if plotting not in self._warm:
            self._warm[plotting] = self._start(plotting)
            self._level, self._walls = self._warm[plotting].level, self._warm[plotting].walls
            self.starts += 1
        return self._warm[plotting]

    def _drop(self, plotting: bool) -> None:
        warm = self._warm.pop(plotting, None)
        if warm is not None:
            warm.close()

    def _start(self, plotting: bool) -> Warm:
        around = self.around or surroundings()
        close_memory()
        if self.namespaces and not self._refused:
            program = mounts.available()
            if program is None:
                self._refused = "bubblewrap (the command bwrap) is not installed"
            else:
                try:
                    warm = Warm(plotting, program, around)
                    if warm.level is SandboxLevel.ISOLATED or self.allow_process:
                        return self._sound(warm)
                    warm.close()
                    self._refused = "there is no system-call filter for this processor"
                except Lost as error:
                    if self.starts:
                        raise
                    self._refused = str(error)
        if not self.allow_process:
            reason = self._refused or "namespaces were not asked for"
            raise SandboxUnavailable(
                f"expected a machine that can isolate student code, but {reason}; install "
                "bubblewrap and allow user namespaces, or accept less with allow_process=True"
            )
        return self._sound(Warm(plotting, None, around))

    @staticmethod
    def _sound(warm: Warm) -> Warm:
        """The warm process, unless what it forks can reach what decides a grade."""
        if not warm.reached:
            return warm
        warm.close()
        refused = "; ".join(answer for answer in warm.walls.values() if answer)
        raise SandboxUnavailable(
            "expected a machine on which student code cannot change its own grade, but it can open"
            f" {warm.reached} ({refused or 'no wall was refused'}); install bubblewrap, or use a"
            " kernel with Landlock (Linux 5.13), or grade as root in a container of its own"
        )
