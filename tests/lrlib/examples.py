"""Hypothesis strategies for every schedule and optimizer of lrlib."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

import lrlib
from course.techniques import TECHNIQUES
from lrlib import optimizers as opt
from lrlib import schedules as sch

quick = settings(max_examples=40, deadline=None, derandomize=True)

rates = st.floats(1e-6, 10.0)
counts = st.integers(1, 300)
gammas = st.floats(0.05, 1.0)
times = st.integers(0, 1500)
plans = hnp.arrays(np.int64, st.integers(1, 30), elements=times)


class Drawn:
    """What the rows of the techniques draw their settings from, driven by Hypothesis."""

    def __init__(self, draw):
        self._draw = draw

    def rate(self):
        return self._draw(rates)

    def rates(self) -> tuple[float, float]:
        low, high = sorted((self.rate(), self.rate()))
        return high, low

    def number(self, low, high):
        return self._draw(st.floats(low, high))

    def whole(self, low, high):
        return self._draw(st.integers(low, high))

    def wholes(self, low, high):
        return self._draw(several(low, high))


def several(low, high):
    return st.lists(st.integers(low, high), max_size=6, unique=True).map(sorted)


@st.composite
def drawn(draw: st.DrawFn, make: Callable[[Drawn], Any]) -> Any:
    return make(Drawn(draw))


drops = several(0, 400)
TAUGHT = {row.class_name: drawn(row.draw) for row in TECHNIQUES if row.draw}
FALLING = {row.class_name for row in TECHNIQUES if row.falls} | {"Linear"}
JUMPING = {row.class_name for row in TECHNIQUES if row.jumps}
SIMPLE = {
    name: strategy
    for name, strategy in TAUGHT.items()
    if issubclass(getattr(lrlib, name), sch.Schedule)
} | {
    "Linear": drawn(lambda d: sch.Linear(*d.rates(), d.whole(1, 300))),
    "InverseSqrt": st.builds(sch.InverseSqrt, rates, counts),
    "ExpRange": drawn(lambda d: sch.ExpRange(*d.rates()[::-1], d.whole(1, 300), d.number(0.9, 1))),
    "OneCycleMomentum": TAUGHT["OneCycle"].map(sch.OneCycle.momentum),
}


def has_peer(name):
    """Whether another library has a class of lrlib, by the word of its docstring."""
    document = " ".join(getattr(lrlib, name).__doc__.split())
    return "no class of torch, Optax or Keras has it" not in document


# The bridge takes over a composed schedule only where it has every piece.
_pieces = st.lists(
    st.one_of(*(strategy for name, strategy in SIMPLE.items() if has_peer(name))),
    min_size=1,
    max_size=4,
)
COMPOSED = {
    "Join": _pieces.flatmap(
        lambda pieces: st.builds(
            sch.Join,
            st.just(pieces),
            st.lists(st.integers(0, 60), min_size=len(pieces) - 1, max_size=len(pieces) - 1),
        )
    ),
    "Product": st.builds(sch.Product, _pieces),
}
SCHEDULES = SIMPLE | COMPOSED

_beta, _eps, _decay = st.floats(0.0, 0.99), st.floats(1e-8, 1e-1), st.floats(0.0, 0.5)
_taught = {
    name: strategy
    for name, strategy in TAUGHT.items()
    if issubclass(getattr(lrlib, name), opt.Optimizer)
}
ELEMENTWISE = {name: strategy for name, strategy in _taught.items() if name != "DoG"} | {
    "AdaDelta": st.builds(opt.AdaDelta, _beta, _eps),
    "AMSGrad": st.builds(opt.AMSGrad, _beta, _beta, _eps),
    "NAdam": st.builds(opt.NAdam, _beta, _beta, _eps, st.floats(0.0, 0.1)),
    "Lion": st.builds(opt.Lion, _beta, _beta, _decay),
    "ScheduleFreeAdamW": st.builds(opt.ScheduleFreeAdamW, _beta, _beta, _eps, _decay),
}
WHOLE_VECTOR = {
    "DoG": TAUGHT["DoG"],
    "Hypergradient": st.builds(opt.Hypergradient, st.floats(0.0, 1e-3)),
    "Prodigy": st.builds(opt.Prodigy, _beta, _beta, _eps, st.floats(1e-4, 1.0)),
    "LARS": st.builds(opt.LARS, _beta, st.just(0.0) | st.floats(1e-6, 0.5), st.floats(1e-3, 1.0)),
    "LAMB": st.builds(opt.LAMB, _beta, _beta, _eps, _decay),
    "Clipped": st.builds(opt.Clipped, TAUGHT["AdamW"], st.floats(1e-3, 1e3)),
}
ELEMENTWISE["EMA"] = st.builds(opt.EMA, TAUGHT["Momentum"], _beta)
MATRIX = {
    "Muon": st.builds(
        opt.Muon,
        _beta,
        st.booleans(),
        _decay,
        st.sampled_from(["original", "match_rms_adamw"]),
        st.integers(0, 6),
    ),
    "Shampoo": st.builds(opt.Shampoo, st.floats(1e-6, 1.0)),
    "SOAP": st.builds(opt.SOAP, _beta, _beta, _eps, _decay, st.integers(1, 4)),
}
GROUPS = {
    "Groups": st.builds(
        lambda rules, scales: opt.Groups(rules, [(3, 2), (4,)], scales),
        st.tuples(st.one_of(*MATRIX.values()), TAUGHT["AdamW"]),
        st.lists(st.floats(0.0, 2.0), min_size=2, max_size=2),
    )
}
OPTIMIZERS = ELEMENTWISE | WHOLE_VECTOR
REACTIVE = {
    name: strategy
    for name, strategy in TAUGHT.items()
    if issubclass(getattr(lrlib, name), opt.ReactiveRate)
} | {
    "LossScale": st.builds(opt.LossScale, st.floats(1.0, 4.0), gammas, st.integers(1, 9)),
}
seeds = st.integers(0, 2**32 - 1)


def gradients(seed: int, steps: int, shape: tuple[int, ...], dtype=np.float64) -> np.ndarray:
    """Gradients over six orders of magnitude, of shape (steps, *shape), with an exact zero."""
    rng = np.random.default_rng(seed)
    values = rng.normal(size=(steps, *shape)) * 10.0 ** rng.integers(-3, 4, size=(steps, *shape))
    values[steps // 2] = 0.0
    return values.astype(dtype)


def run(optimizer, w, grads, lr):
    """The parameters and state after all of `grads`."""
    state = optimizer.init(w)
    for grad in grads:
        w, state = optimizer.update(w, grad, state, lr)
    return w, state


def arrays_in(state):
    """Every array inside a state, however nested."""
    if isinstance(state, np.ndarray):
        yield state
    elif isinstance(state, tuple):
        for part in state:
            yield from arrays_in(part)
