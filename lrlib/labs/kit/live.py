"""Training inside a callback: a small real network, fast enough to answer while a slider moves."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from lrlib.data import load_digits
from lrlib.optimizers import SGD, Optimizer
from lrlib.problems import Network

STEPS, BATCH_SIZE, EVERY = 160, 8, 16
_FLOOR = np.log(10)  # the loss of a guess among ten digits


@lru_cache(maxsize=4)
def digits_network(*hidden: int) -> Network:
    """A network with these hidden widths on the 1,797 handwritten digits."""
    return Network(load_digits(), (64, *hidden, 10))


@dataclass(frozen=True)
class Trace:
    """One training run.

    `minibatch` is the loss of each mini-batch before its step; `full` is the loss over all samples
    after `at` steps, and ends in NaN if the run broke off.
    """

    rates: NDArray[np.float64]
    minibatch: NDArray[np.float64]
    at: NDArray[np.intp]
    full: NDArray[np.float64]

    @property
    def final(self) -> float:
        """The loss over all samples after the last step."""
        return float(self.full[-1])

    @property
    def diverged(self) -> bool:
        """Whether the run ended no better than guessing, or not at a number at all."""
        return not self.final < _FLOOR


class TightNetwork:
    """`Network.loss_and_grad` for one hidden ReLU layer and batches known beforehand.

    The same numbers up to rounding, several times as fast on small batches: rows are gathered once,
    arrays are used again, nothing is checked. The gradient is overwritten by the next call.
    """

    def __init__(self, network: Network, batches: list[NDArray[np.intp]]) -> None:
        n_in, n_hidden, n_out = network.sizes
        self._cuts = np.cumsum([n_in * n_hidden, n_hidden, n_hidden * n_out]).tolist()
        self._shapes = (n_in, n_hidden), (n_hidden, n_out)
        X, hot = network.data.X.astype(np.float32), np.eye(n_out, dtype=np.float32)
        self._rows = [(X[b], hot[network.data.y[b]]) for b in batches]
        self._grad = np.empty(network.n_params, np.float32)
        self._slots = self._split(self._grad)

    def _split(self, w: NDArray) -> tuple[NDArray, NDArray, NDArray, NDArray]:
        a, b, c = self._cuts
        first, second = self._shapes
        return w[:a].reshape(first), w[a:b], w[b:c].reshape(second), w[c:]

    def loss_and_grad(self, w: NDArray, t: int) -> tuple[float, NDArray]:
        """The loss and its gradient on batch number t."""
        x, hot = self._rows[t]
        W1, b1, W2, b2 = self._split(w)
        gW1, gb1, gW2, gb2 = self._slots
        a = x @ W1
        a += b1
        np.maximum(a, 0, out=a)
        z = a @ W2
        z += b2
        z -= np.maximum.reduce(z, 1, keepdims=True)
        chosen = np.vdot(z, hot)
        np.exp(z, out=z)
        total = np.add.reduce(z, 1, keepdims=True)
        loss = (np.add.reduce(np.log(total), None) - chosen) / len(x)
        z /= total
        z -= hot
        z /= len(x)
        np.matmul(a.T, z, out=gW2)
        np.add.reduce(z, 0, out=gb2)
        d = z @ W2.T
        d *= a > 0
        np.matmul(x.T, d, out=gW1)
        np.add.reduce(d, 0, out=gb1)
        return float(loss), self._grad


class LiveRun:
    """Trains one network again and again, on the same mini-batches from the same start.

    Only what changed is computed: where the new rates agree with those of the call before, training
    resumes from the last state that both share. The result is the same, bit for bit, as training
    from the start. `kept` holds (parameters, state) after every `every` steps of the last run.
    """

    def __init__(
        self,
        network: Network | None = None,
        optimizer: Optimizer | None = None,
        *,
        steps: int = STEPS,
        batch_size: int = BATCH_SIZE,
        every: int = EVERY,
        seed: int = 0,
    ) -> None:
        if steps % every:
            raise ValueError(f"expected steps to be a multiple of every={every}; got {steps}")
        self.network = network or digits_network(16)
        self.optimizer = optimizer or SGD()
        self.steps, self.every = steps, every
        draws = self.network.batches(np.random.default_rng(seed), batch_size)
        batches = [rows for rows in islice(draws, steps) if rows is not None]
        self._tight = TightNetwork(self.network, batches)
        start = self.network.init(seed).astype(np.float32)
        self.kept: list[tuple[Any, Any]] = [(start, self.optimizer.init(start))]
        self._last: Trace | None = None

    def __call__(self, rates: ArrayLike) -> Trace:
        """Train with one rate per step; `rates` has shape (steps,)."""
        plan = np.array(np.broadcast_to(np.asarray(rates, float), (self.steps,)))
        done = self._shared(plan)
        marks = done // self.every
        del self.kept[marks + 1 :]
        w, state = self.kept[marks]
        minibatch = np.full(self.steps, np.nan)
        full = []
        if self._last is None:
            full.append(float(self.network.loss(w)))
        else:
            minibatch[:done] = self._last.minibatch[:done]
            full += self._last.full[: marks + 1].tolist()
        with np.errstate(all="ignore"):
            for t in range(done, self.steps):
                loss, grad = self._tight.loss_and_grad(w, t)
                minibatch[t] = loss
                if not np.isfinite(loss):
                    full.append(np.nan)
                    break
                w, state = self.optimizer.update(w, grad, state, float(plan[t]))
                if (t + 1) % self.every == 0:
                    self.kept.append((w, state))
                    full.append(float(self.network.loss(w)))
        at = np.arange(len(full)) * self.every
        self._last = Trace(plan, minibatch, at, np.array(full))
        return self._last

    def _shared(self, plan: NDArray[np.float64]) -> int:
        """How many steps, in whole snapshots, the plan has in common with the run before."""
        if self._last is None:
            return 0
        differs = np.flatnonzero(plan != self._last.rates)
        same = int(differs[0]) if differs.size else self.steps
        return min(same // self.every, len(self.kept) - 1) * self.every
