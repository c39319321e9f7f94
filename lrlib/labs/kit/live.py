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
    """Gradient descent on a `Network` of one hidden ReLU layer, for batches known beforehand.

    The same numbers up to rounding, several times as fast on small batches: rows are gathered once,
    every array is made once, and a column of ones carries the biases, which stand below their
    weights in the flat vector. A short batch, the last of an epoch, is filled up with rows of
    weight 0. `w`, shape (runs, n_params), is changed in place by `step`.
    """

    def __init__(self, network: Network, batches: list[NDArray[np.intp]], runs: int) -> None:
        n_in, n_hidden, n_out = network.sizes
        size, steps, made = max(map(len, batches)), len(batches), np.float32
        cut = (n_in + 1) * n_hidden
        self.w = np.empty((runs, network.n_params), made)
        self._grad = np.empty_like(self.w)
        (self._V1, self._V2), (self._G1, self._G2) = (
            (
                flat[:, :cut].reshape(runs, n_in + 1, n_hidden),
                flat[:, cut:].reshape(runs, n_hidden + 1, n_out),
            )
            for flat in (self.w, self._grad)
        )
        x = np.zeros((steps, size, n_in + 1), made)
        self._weights = np.zeros((steps, 1, size, 1), made)
        self._shares = np.zeros((steps, 1, size, n_out), made)
        for t, rows in enumerate(batches):
            here = slice(len(rows))
            x[t, here, :-1], x[t, here, -1] = network.data.X[rows], 1
            self._weights[t, 0, here] = 1 / len(rows)
            self._shares[t, 0, np.arange(len(rows)), network.data.y[rows]] = 1 / len(rows)
        self._x, self._columns = x, np.ascontiguousarray(x.mT)
        self._a = np.ones((runs, size, n_hidden + 1), made)
        self._hidden, self._a_rows, self._W2_rows = (
            self._a[:, :, :-1],
            self._a.mT,
            self._V2[:, :-1].mT,
        )
        self._d = np.empty((runs, size, n_hidden), made)
        self._p = np.empty((runs, size, n_out), made)
        self._z = np.empty((steps, runs, size, n_out), made)
        self._top = np.empty((steps, runs, size, 1), made)
        self._total = np.empty_like(self._top)
        self._none = np.zeros((), made)

    def step(self, t: int, lr: NDArray[np.float32]) -> None:
        """One update of `w` on batch number t, with a rate for each run, shape (runs, 1)."""
        z, p, d, hidden = self._z[t], self._p, self._d, self._hidden
        np.matmul(self._x[t], self._V1, out=hidden)
        np.maximum(hidden, self._none, out=hidden)
        np.matmul(self._a, self._V2, out=z)
        top = np.maximum.reduce(z, 2, out=self._top[t], keepdims=True)
        np.subtract(z, top, out=p)
        np.exp(p, out=p)
        total = np.add.reduce(p, 2, out=self._total[t], keepdims=True)
        np.multiply(p, self._weights[t] / total, out=p)
        np.subtract(p, self._shares[t], out=p)
        np.matmul(p, self._W2_rows, out=d)
        np.multiply(d, np.greater(hidden, self._none), out=d)
        np.matmul(self._columns[t], d, out=self._G1)
        np.matmul(self._a_rows, p, out=self._G2)
        np.multiply(self._grad, lr, out=self._grad)
        np.subtract(self.w, self._grad, out=self.w)

    def losses(self, begin: int, end: int) -> NDArray[np.float32]:
        """The loss of each batch before its step, shape (end - begin, runs), once taken."""
        done = slice(begin, end)
        whole = (np.log(self._total[done]) + self._top[done]) * self._weights[done]
        return whole.sum((2, 3)) - (self._z[done] * self._shares[done]).sum((2, 3))


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
        end = done = self._shared(plan)
        del self.kept[done // self.every + 1 :]
        self._tight.w[...] = self.kept[-1]
        pace = plan.astype(np.float32)[:, :, None]
        full = list(self._full[: len(self.kept)])
        minibatch = np.full((self.steps, self.runs), np.nan)
        minibatch[:done] = self._minibatch[:done]
        with np.errstate(all="ignore"):
            for begin in range(done, self.steps, self.every):
                end = begin + self.every
                for t in range(begin, end):
                    self._tight.step(t, pace[t])
                w = self._tight.w.copy()
                full.append(self._probe.loss(w))
                if not np.isfinite(full[-1]).any():
                    break
                self.kept.append(w)
            minibatch[done:end] = self._tight.losses(done, end)
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
