"""Training inside a callback: a small real network, fast enough to answer while a slider moves."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import islice
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from lrlib.data import Dataset, load_digits
from lrlib.problems import Network

STEPS, BATCH_SIZE, EVERY = 160, 8, 16
_GUESS = np.log(10)  # the loss of a guess among ten digits


@lru_cache(maxsize=4)
def digits_network(*hidden: int) -> Network:
    """A network with these hidden widths on the 1,797 handwritten digits."""
    return Network(load_digits(), (64, *hidden, 10))


@dataclass(frozen=True)
class Trace:
    """One training run.

    `minibatch` is the loss of each mini-batch before its step; `full` is the loss over every third
    sample, 599 of the digits, after `at` steps, and ends in NaN if the run broke off.
    """

    rates: NDArray[np.float64]
    minibatch: NDArray[np.float64]
    at: NDArray[np.intp]
    full: NDArray[np.float64]

    @property
    def final(self) -> float:
        """The loss over every third sample after the last step."""
        return float(self.full[-1])

    @property
    def diverged(self) -> bool:
        """Whether the loss shot up and the run ended no better than guessing, or at no number."""
        if not np.isfinite(self.final):
            return True
        return bool(self.final >= _GUESS and self.minibatch.max() > 2 * self.full[0])


class TightNetwork:
    """`Network.loss_and_grad` for one hidden ReLU layer and batches known beforehand.

    The same numbers up to rounding, several times as fast on small batches: rows are gathered once
    and nothing is checked. `w` has shape (runs, n_params); the gradient is overwritten by the next
    call.
    """

    def __init__(self, network: Network, batches: list[NDArray[np.intp]], runs: int) -> None:
        n_in, n_hidden, n_out = network.sizes
        self._cuts = np.cumsum([n_in * n_hidden, n_hidden, n_hidden * n_out]).tolist()
        self._shapes = (runs, n_in, n_hidden), (runs, n_hidden, n_out)
        X, hot = network.data.X.astype(np.float32), np.eye(n_out, dtype=np.float32)
        self._rows = [(X[b], hot[network.data.y[b]]) for b in batches]
        self._grad = np.empty((runs, network.n_params), np.float32)
        self._slots = self._split(self._grad)

    def _split(self, w: NDArray) -> tuple[NDArray, NDArray, NDArray, NDArray]:
        a, b, c = self._cuts
        first, second = self._shapes
        return w[:, :a].reshape(first), w[:, a:b], w[:, b:c].reshape(second), w[:, c:]

    def loss_and_grad(self, w: NDArray, t: int) -> tuple[NDArray, NDArray]:
        """The losses, shape (runs,), and their gradients on batch number t."""
        x, hot = self._rows[t]
        W1, b1, W2, b2 = self._split(w)
        a = x @ W1
        a += b1[:, None]
        np.maximum(a, 0, out=a)
        z = a @ W2
        z += b2[:, None]
        z -= np.maximum.reduce(z, 2, keepdims=True)
        chosen = np.add.reduce(z * hot, (1, 2))
        np.exp(z, out=z)
        total = np.add.reduce(z, 2, keepdims=True)
        loss = (np.add.reduce(np.log(total), (1, 2)) - chosen) / len(x)
        z /= total
        z -= hot
        z /= len(x)
        d = z @ W2.mT
        d *= a > 0
        gW1, gb1, gW2, gb2 = self._slots
        gW1[...] = x.T @ d
        gW2[...] = a.mT @ z
        np.add.reduce(d, 1, out=gb1)
        np.add.reduce(z, 1, out=gb2)
        return loss, self._grad


class LiveRuns:
    """Trains one network with several plans of rates at once, from one start on the same batches.

    Only what changed is computed: where the new rates agree with those of the call before, training
    resumes from the last state that both share. The result is the same, bit for bit, as training
    from the start. `kept` holds the parameters, (runs, n_params), after every `every` steps of the
    last call. The update is that of `lrlib.optimizers.SGD`, written out.
    """

    def __init__(
        self,
        runs: int,
        network: Network | None = None,
        *,
        steps: int = STEPS,
        batch_size: int = BATCH_SIZE,
        every: int = EVERY,
        seed: int = 0,
    ) -> None:
        if steps % every:
            raise ValueError(f"expected steps to be a multiple of every={every}; got {steps}")
        self.network = network or digits_network(16)
        self.runs, self.steps, self.every = runs, steps, every
        draws = self.network.batches(np.random.default_rng(seed), batch_size)
        batches = [rows for rows in islice(draws, steps) if rows is not None]
        self._tight = TightNetwork(self.network, batches, runs)
        start = np.tile(self.network.init(seed).astype(np.float32), (runs, 1))
        data = self.network.data
        self._probe = replace(self.network, data=Dataset(data.X[::3], data.y[::3]))
        self.kept = [start]
        first = np.full((1, runs), self._probe.loss(start[0]), float)
        self._full, self._minibatch, self._plan = first, np.empty((0, runs)), np.empty((0, runs))

    def __call__(self, rates: ArrayLike) -> list[Trace]:
        """Train with the rates of shape (steps, runs), or what broadcasts to it."""
        plan = np.array(np.broadcast_to(np.asarray(rates, float), (self.steps, self.runs)))
        done = self._shared(plan)
        del self.kept[done // self.every + 1 :]
        w, pace = self.kept[-1], plan.astype(np.float32)[:, :, None]
        full = list(self._full[: len(self.kept)])
        minibatch = np.full((self.steps, self.runs), np.nan)
        minibatch[:done] = self._minibatch[:done]
        with np.errstate(all="ignore"):
            for t in range(done, self.steps):
                minibatch[t], grad = self._tight.loss_and_grad(w, t)
                w = w - pace[t] * grad
                if (t + 1) % self.every == 0:
                    full.append(self._probe.loss(w))
                    if not np.isfinite(full[-1]).any():
                        break
                    self.kept.append(w)
        self._plan, self._minibatch, self._full = plan, minibatch, np.array(full, float)
        at = np.arange(len(full)) * self.every
        return [
            Trace(plan[:, run], minibatch[:, run], at, self._full[:, run])
            for run in range(self.runs)
        ]

    def _shared(self, plan: NDArray[np.float64]) -> int:
        """How many steps, in whole snapshots, the plan has in common with the one before."""
        if not self._plan.size:
            return 0
        differs = np.flatnonzero((plan != self._plan).any(axis=1))
        same = int(differs[0]) if differs.size else self.steps
        return min(same // self.every, len(self.kept) - 1) * self.every


class LiveRun(LiveRuns):
    """`LiveRuns` for one plan of rates: takes shape (steps,) and returns one Trace."""

    def __init__(self, network: Network | None = None, **options: Any) -> None:
        super().__init__(1, network, **options)

    def __call__(self, rates: ArrayLike) -> Trace:  # type: ignore[override]
        plan = np.broadcast_to(np.asarray(rates, float), (self.steps,))
        return super().__call__(plan[:, None])[0]
