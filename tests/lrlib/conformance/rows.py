"""One row of the table: our object, the peer's exact call, and what is claimed of the two."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

TOLERANCE = 1e-12
APART = 1e-6


@dataclass(frozen=True)
class Row:
    """A claim about two calls, both written as they are run.

    `differs` names the places of disagreement as an expression in `t`; everywhere else the two
    are equal within `tolerance`, relative to the largest value that an entry has. An empty
    `differs` claims equality throughout. For optimizers `rates` says which rates both are given.
    """

    technique: str
    ours: str
    peer: str
    theirs: str
    differs: str = ""
    why: str = ""
    steps: int = 40
    tolerance: float = TOLERANCE
    rates: str = "falling"

    @property
    def id(self) -> str:
        return f"{self.technique}: {self.peer} {self.theirs}"

    def apart(self, ours: NDArray[np.float64], theirs: NDArray[np.float64]) -> NDArray[np.float64]:
        """The distance at each t, each entry relative to the largest value it ever has."""
        distance = np.abs(ours - theirs) / np.abs(ours).max(axis=0)
        return distance.reshape(len(ours), -1).max(axis=1)

    def claimed(self) -> NDArray[np.bool_]:
        """At which t the two should disagree."""
        expression = self.differs or "False"
        return np.array([bool(eval(expression, {"t": t})) for t in range(self.steps)])

    def faults(self, ours: NDArray[np.float64], theirs: NDArray[np.float64]) -> list[str]:
        """Every t at which the claim is not true; empty if the row holds."""
        found = []
        for t, (apart, differ) in enumerate(zip(self.apart(ours, theirs), self.claimed())):
            holds = apart > APART if differ else apart <= self.tolerance
            if not holds:
                found.append(
                    f"t = {t}: {apart:.1e} apart, claimed to {'differ' if differ else 'agree'}"
                )
        return found
