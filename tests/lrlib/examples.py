"""Hypothesis strategies for every schedule and optimizer of lrlib."""

from __future__ import annotations

import numpy as np
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from lrlib import optimizers as opt
from lrlib import schedules as sch

quick = settings(max_examples=40, deadline=None, derandomize=True)

rates = st.floats(1e-6, 10.0)
counts = st.integers(1, 300)
gammas = st.floats(0.05, 1.0)
times = st.integers(0, 1500)
plans = hnp.arrays(np.int64, st.integers(1, 30), elements=times)


@st.composite
def triangles(draw, kind, **more):
    low, high = sorted((draw(rates), draw(rates)))
    return kind(low, high, draw(counts), **{key: draw(value) for key, value in more.items()})


@st.composite
def one_cycles(draw):
    steps, pct_start = draw(st.integers(3, 300)), draw(st.floats(0.4, 0.9))
    div, final_div = draw(st.floats(1.0, 100.0)), draw(st.floats(1.0, 1e4))
    return sch.OneCycle(draw(rates), steps, pct_start, div, final_div)


@st.composite
def wsds(draw):
    warmup, stable, decay = draw(st.integers(0, 50)), draw(st.integers(0, 50)), draw(counts)
    lr_end, lr = sorted((draw(rates), draw(rates)))
    return sch.WSD(lr, warmup, warmup + stable + decay, decay, lr_end)


def falling(kind, **more):
    """A decay from the larger of two rates to the smaller."""
    ends = st.tuples(rates, rates).map(sorted)
    rest = st.fixed_dictionaries({"steps": counts, **more})
    return st.builds(lambda pair, kw: kind(pair[1], pair[0], **kw), ends, rest)


drops = st.lists(st.integers(0, 400), max_size=6, unique=True).map(sorted)
DECAYS = {
    "StepDecay": st.builds(sch.StepDecay, rates, gammas, counts),
    "ScheduledDrop": st.builds(sch.ScheduledDrop, rates, drops, gammas),
    "ExponentialDecay": st.builds(sch.ExponentialDecay, rates, gammas, counts),
    "InverseTimeDecay": st.builds(sch.InverseTimeDecay, rates, st.floats(0.0, 5.0), counts),
    "PolynomialDecay": falling(sch.PolynomialDecay, power=st.floats(0.25, 4.0)),
    "Linear": falling(sch.Linear),
    "CosineDecay": falling(sch.CosineDecay),
}
RISES_AND_FALLS = {
    "Constant": st.builds(sch.Constant, rates),
    "InverseSqrt": st.builds(sch.InverseSqrt, rates, counts),
    "Triangular": triangles(sch.Triangular),
    "Triangular2": triangles(sch.Triangular2),
    "ExpRange": triangles(sch.ExpRange, gamma=st.floats(0.9, 1.0)),
    "CosineRestarts": st.builds(
        lambda pair, first, grow: sch.CosineRestarts(pair[1], pair[0], first, grow),
        st.tuples(rates, rates).map(sorted),
        counts,
        st.integers(1, 4),
    ),
    "OneCycle": one_cycles(),
    "OneCycleMomentum": one_cycles().map(sch.OneCycle.momentum),
    "Warmup": st.builds(sch.Warmup, rates, st.integers(0, 300)),
    "WSD": wsds(),
}
SIMPLE = DECAYS | RISES_AND_FALLS
_pieces = st.lists(st.one_of(*SIMPLE.values()), min_size=1, max_size=4)
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
ELEMENTWISE = {
    "SGD": st.just(opt.SGD()),
    "Momentum": st.builds(opt.Momentum, _beta),
    "Nesterov": st.builds(opt.Nesterov, _beta),
    "AdaGrad": st.builds(opt.AdaGrad, _eps),
    "RMSprop": st.builds(opt.RMSprop, _beta, _eps),
    "AdaDelta": st.builds(opt.AdaDelta, _beta, _eps),
    "Adam": st.builds(opt.Adam, _beta, _beta, _eps),
    "AdamW": st.builds(opt.AdamW, _beta, _beta, _eps, _decay),
    "AMSGrad": st.builds(opt.AMSGrad, _beta, _beta, _eps),
    "NAdam": st.builds(opt.NAdam, _beta, _beta, _eps, st.floats(0.0, 0.1)),
    "Lion": st.builds(opt.Lion, _beta, _beta, _decay),
    "ScheduleFreeSGD": st.builds(opt.ScheduleFreeSGD, _beta),
    "ScheduleFreeAdamW": st.builds(opt.ScheduleFreeAdamW, _beta, _beta, _eps, _decay),
}
WHOLE_VECTOR = {
    "Hypergradient": st.builds(opt.Hypergradient, st.floats(0.0, 1e-3)),
    "DoG": st.builds(opt.DoG, st.floats(1e-6, 1e-1), _eps),
    "Prodigy": st.builds(opt.Prodigy, _beta, _beta, _eps, st.floats(1e-4, 1.0)),
    "LARS": st.builds(opt.LARS, _beta, st.just(0.0) | st.floats(1e-6, 0.5), st.floats(1e-3, 1.0)),
    "LAMB": st.builds(opt.LAMB, _beta, _beta, _eps, _decay),
    "Clipped": st.builds(
        opt.Clipped, st.builds(opt.AdamW, _beta, _beta, _eps, _decay), st.floats(1e-3, 1e3)
    ),
}
ELEMENTWISE["EMA"] = st.builds(opt.EMA, st.builds(opt.Momentum, _beta), _beta)
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
        st.tuples(st.one_of(*MATRIX.values()), ELEMENTWISE["AdamW"]),
        st.lists(st.floats(0.0, 2.0), min_size=2, max_size=2),
    )
}
OPTIMIZERS = ELEMENTWISE | WHOLE_VECTOR
REACTIVE = {
    "ReduceOnPlateau": st.builds(
        opt.ReduceOnPlateau, gammas, st.integers(0, 5), st.floats(0, 1), rates, st.integers(0, 5)
    ),
    "PolyakStep": st.builds(opt.PolyakStep, st.floats(-1, 1), rates),
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
