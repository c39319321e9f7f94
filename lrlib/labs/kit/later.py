"""What may follow a picture a little later, so that the picture comes first."""

from __future__ import annotations

import asyncio
from collections.abc import Callable


class Later:
    """Calls `act` within `seconds`, once for all requests until then; at once without a loop.

    A kernel has an event loop, a script has none. Each message to the browser costs a millisecond,
    which a slider feels when the message stands before or beside the picture.
    """

    def __init__(self, seconds: float, act: Callable[[], None]) -> None:
        self._seconds, self._act = seconds, act
        self._timer: asyncio.TimerHandle | None = None

    def __call__(self) -> None:
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:
            self._act()
        else:
            self._timer = self._timer or loop.call_later(self._seconds, self._now)

    def _now(self) -> None:
        self._timer = None
        self._act()
