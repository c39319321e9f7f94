"""Puts many pieces of work to an executor, a few at a time, and finds out which of them kill it."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, CancelledError, Executor, Future, wait
from dataclasses import dataclass
from typing import Generic, TypeVar

from ..errors import GraderError
from ..sandbox import SandboxUnavailable
from ..submission.version import OtherGrader

Item = TypeVar("Item")
Answer = TypeVar("Answer")

LOST_IN_A_ROW = 5


@dataclass(frozen=True)
class Lost:
    """A piece of work that failed twice while nothing else was being done."""

    reason: str


class WorkersFail(GraderError):
    """The workers fail, whatever the work is."""


def spread(
    executor: Executor,
    function: Callable[[Item], Answer],
    items: Iterable[Item],
    *,
    window: int,
) -> Iterator[tuple[Item, Answer | Lost]]:
    """Yield each item with its answer, as the answers come; at most `window` are under way.

    When a worker dies, whatever it takes along is suspected and done once more, one by one; what
    fails twice then is `Lost`. After five of these in a row, `WorkersFail`.
    """
    return _Spread(executor, function, iter(items), window).run()


class _Spread(Generic[Item, Answer]):
    def __init__(
        self,
        executor: Executor,
        function: Callable[[Item], Answer],
        items: Iterator[Item],
        window: int,
    ) -> None:
        self.executor = executor
        self.function = function
        self.items = items
        self.window = window
        self.suspects: deque[tuple[Item, int]] = deque()
        self.under_way: dict[Future[Answer], Item] = {}
        self.on_trial: int | None = None
        self.lost_in_a_row = 0

    def run(self) -> Iterator[tuple[Item, Answer | Lost]]:
        try:
            while self._submit():
                for future in wait(self.under_way, return_when=FIRST_COMPLETED).done:
                    item = self.under_way.pop(future)
                    answer = self._answer(future, item)
                    if answer is not None:
                        yield item, answer
        finally:
            for future in self.under_way:
                future.cancel()

    def _submit(self) -> bool:
        """Have as much under way as there may be; False when there is nothing left."""
        if not self.suspects:
            while len(self.under_way) < self.window:
                item = next(self.items, None)
                if item is None:
                    break
                self._begin(item)
            self.on_trial = None
        elif not self.under_way:
            item, self.on_trial = self.suspects.popleft()
            self._begin(item)
        return bool(self.under_way)

    def _begin(self, item: Item) -> None:
        try:
            self.under_way[self.executor.submit(self.function, item)] = item
        except Exception as error:
            raise WorkersFail(f"no work can be handed out any more: {_said(error)}") from error

    def _answer(self, future: Future[Answer], item: Item) -> Answer | Lost | None:
        """The answer; None for what is to be done once more."""
        try:
            answer = future.result()
        except (SandboxUnavailable, OtherGrader):
            raise
        except (Exception, CancelledError) as error:
            failures = 0 if self.on_trial is None else self.on_trial + 1
            if failures < 2:
                self.suspects.append((item, failures))
                return None
            self.lost_in_a_row += 1
            if self.lost_in_a_row >= LOST_IN_A_ROW:
                raise WorkersFail(
                    f"{LOST_IN_A_ROW} pieces of work in a row failed twice, the last with:"
                    f" {_said(error)}"
                ) from error
            return Lost(_said(error))
        self.lost_in_a_row = 0
        return answer


def _said(error: BaseException) -> str:
    return f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
