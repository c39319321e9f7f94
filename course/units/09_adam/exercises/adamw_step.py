"""AdamW: Adam, and a decay of the weights that the division does not touch."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from autograders.declare.exercise import Case, Edit, Exercise, given
from autograders.declare.returns import Parameters, Several
from course.shared.draws import SHAPES, gradient_runs, narrow, one_at_a_time
from lrlib.optimizers import AdamW
from lrlib.optimizers.adam import Moments

from . import UNIT


def _reference(w, grad, m, v, t, *, lr, beta1, beta2, eps, weight_decay):
    rule = AdamW(beta1=beta1, beta2=beta2, eps=eps, weight_decay=weight_decay)
    w, state = rule.update(w, grad, Moments(m, v, int(t) - 1), lr)
    return w, state.m, state.v


def _cases(rng: np.random.Generator) -> Iterator[Case]:
    starts = zip((0.1, 0.6, 1), (1e-2, 0.2, 1e-2), (0.3, 0.05, 0.12), gradient_runs(rng, 6))
    for lr, eps, decay, (note, w, gradients) in starts:
        settings = {"lr": lr, "beta1": 0.8, "beta2": 0.888, "eps": eps, "weight_decay": decay}
        m, v = np.zeros_like(w), np.zeros_like(w)
        for t, grad in enumerate(gradients, start=1):
            place = "it is the first update" if t == 1 else f"it is update {t}"
            yield given(w, grad, m, v, t, **settings).on("values", f"{place} and {note}")
            w, m, v = _reference(w, grad, m, v, t, **settings)
    settings = {"lr": 0.4, "beta1": 0.8, "beta2": 0.888, "eps": 1e-2, "weight_decay": 0.2}
    for shape in SHAPES:
        w, grad, m = narrow(rng, shape), narrow(rng, shape), narrow(rng, shape)
        case = given(w, grad, m, narrow(rng, shape) ** 2, 3, **settings)
        yield case.on("shape", f"the arrays have shape {shape}")
        yield case.read_only().on("purity", "the inputs cannot be written to")
    w, m, v = narrow(rng, (4,)), narrow(rng, (4,)), narrow(rng, (4,)) ** 2
    still = given(w, np.zeros(4), np.zeros(4), np.zeros(4), 1, **settings)
    yield still.on("edge", "gradient and moments are 0, so only the decay acts")
    plain = given(w, narrow(rng, (4,)), m, v, 4, **{**settings, "weight_decay": 0.0})
    yield plain.on("edge", "the weight decay is 0")
    yield given(np.zeros(4), narrow(rng, (4,)), m, v, 4, **settings).on(
        "edge", "the parameters are 0"
    )
    slow = given(w, narrow(rng, (4,)), m, v, 20, **{**settings, "beta1": 0.93, "beta2": 0.97})
    yield slow.on("values", "t is moderate and the memories are long")
    yield given(w, narrow(rng, (4,)), m, v, 500, **settings).on("edge", "t is large")
    long = {**settings, "beta1": 0.99, "beta2": 0.999}
    late = given(w, narrow(rng, (4,)), m, v, int(rng.integers(150, 400)), **long)
    yield late.on("values", "t is in the hundreds and the memories are longer still")
    w, grad, m, v = (narrow(rng, (4,)) for _ in range(4))
    names = "w grad m v t"
    usual = {"lr": 0.3, "beta1": 0.9, "beta2": 0.999, "eps": 1e-8, "weight_decay": 0.1}
    first = given(w, 0.01 * grad, np.zeros(4), np.zeros(4), 1, **usual)
    yield first.on("values", "settings are the usual ones and gradients are small")
    yield from one_at_a_time(
        given(w, grad, m, v**2, 1200, **usual),
        names,
        w=(1e4 * w,),
        grad=(1e4 * grad,),
        m=(1e4 * m,),
        v=(1e4 * v**2,),
        t=(40,),
        beta1=(0.05, 0.999),
        beta2=(0.05, 0.9999),
        weight_decay=(0.3,),
    )
    start = given(np.zeros(4), 1e-3 * grad, 1e-3 * m, 1e-6 * v**2, 1200, **usual)
    yield from one_at_a_time(start, names, lr=(1e-10, 3e3), eps=(1e-3, 3e3))
    tiny = (1e-10 * w, 1e-10 * grad, 1e-10 * m, 1e-20 * v**2, 3)
    yield given(*tiny, **{**usual, "lr": 1e-8}).on("values", "the rate and all arrays are tiny")

    still = given(w, np.zeros(4), np.zeros(4), np.zeros(4), 1, **{**usual, "lr": 3e3})
    yield from one_at_a_time(still, names, weight_decay=(0.0, 1e-7, 3e3))


ADAMW_STEP = Exercise(
    name="adamw_step",
    unit=UNIT,
    signature="adamw_step(w, grad, m, v, t, *, lr, beta1, beta2, eps, weight_decay)",
    returns=Several((Parameters(), Parameters(), Parameters()), ("w", "m", "v")),
    reference=_reference,
    cases=_cases,
    worth={"values": 1.5, "edge": 0.5, "shape": 0.5, "purity": 0.5},
)


def _adam(w, grad, m, v, t, lr, beta1, beta2, eps):
    m = beta1 * m + (1 - beta1) * grad
    v = beta2 * v + (1 - beta2) * grad**2
    m_hat, v_hat = m / (1 - beta1**t), v / (1 - beta2**t)
    return w - lr * m_hat / (np.sqrt(v_hat) + eps), m, v


@ADAMW_STEP.variant
def decay_first(w, grad, m, v, t, *, lr, beta1, beta2, eps, weight_decay):
    return _adam(w * (1 - lr * weight_decay), grad, m, v, t, lr, beta1, beta2, eps)


@ADAMW_STEP.variant
def decay_with_the_step(w, grad, m, v, t, *, lr, beta1, beta2, eps, weight_decay):
    m = beta1 * m + (1 - beta1) * grad
    v = beta2 * v + (1 - beta2) * grad**2
    direction = m / (1 - beta1**t) / (np.sqrt(v / (1 - beta2**t)) + eps)
    return [w - lr * (direction + weight_decay * w), m, v]


@ADAMW_STEP.variant
def decay_last(w, grad, m, v, t, *, lr, beta1, beta2, eps, weight_decay):
    new, m, v = _adam(w, grad, m, v, t, lr, beta1, beta2, eps)
    return new - lr * weight_decay * w, m, v


@ADAMW_STEP.variant
def on_copies(w, grad, m, v, t, *, lr, beta1, beta2, eps, weight_decay):
    w, m, v = w.copy(), m.copy(), v.copy()
    w *= 1 - lr * weight_decay
    m += (1 - beta1) * (grad - m)
    v += (1 - beta2) * (grad * grad - v)
    w -= lr / (1 - beta1**t) * m / (np.sqrt(v) / np.sqrt(1 - beta2**t) + eps)
    return w, m, v


ADAMW_STEP.misconception(
    "adds-decay-to-the-gradient",
    Edit(decay_first, ("w * (1 - lr * weight_decay), grad", "w, grad + weight_decay * w")),
    where="Give one parameter a large v and another a small one: does the decay differ?",
    why="Inside the gradient the decay is divided by the root as well: that is Adam with an L2 penalty, "
    "and parameters with large gradients hardly decay.",
    how="Leave `grad` alone; subtract `lr * weight_decay * w` from the parameters themselves.",
)

ADAMW_STEP.misconception(
    "decay-without-the-rate",
    Edit(decay_first, ("lr * weight_decay", "weight_decay")),
    where="Call it with lr = 0.1: the decay should be a tenth of weight_decay.",
    why="Here, as in PyTorch and Optax, the decay is multiplied by the rate, so a schedule scales both.",
    how="Subtract `lr * weight_decay * w`.",
)

ADAMW_STEP.misconception(
    "decays-the-new-parameters",
    Edit(decay_last, ("weight_decay * w", "weight_decay * new")),
    where="Try a weight decay so large that the order matters.",
    why="The contract shrinks the old w; shrinking after the step shrinks the step too.",
    how="Use the w that came in for the decay.",
)

ADAMW_STEP.misconception(
    "forgets-the-decay",
    Edit(decay_first, ("w * (1 - lr * weight_decay)", "w")),
    where="Set the gradient and the moments to 0: w still has to shrink.",
    why="Without the decay this is plain Adam.",
    how="Subtract `lr * weight_decay * w` as well.",
)

ADAMW_STEP.misconception(
    "grows-instead-of-shrinking",
    Edit(decay_first, ("(1 - lr", "(1 + lr")),
    where="Set the gradient and the moments to 0: does w move towards 0?",
    why="Adding the decay pushes the parameters outwards.",
    how="Subtract `lr * weight_decay * w`.",
)

ADAMW_STEP.misconception(
    "decay-divided-by-the-root",
    Edit(
        decay_with_the_step,
        ("m / (1 - beta1**t)", "(m / (1 - beta1**t) + weight_decay * w)"),
        ("(direction + weight_decay * w)", "direction"),
    ),
    where="Give one parameter a large v and another a small one: does the decay differ?",
    why="The decay was put into the fraction, so large gradients weaken it; decoupled means outside.",
    how="Close the bracket of the fraction before the decay is added.",
)

ADAMW_STEP.misconception(
    "halves-the-decay",
    Edit(decay_first, ("weight_decay)", "weight_decay / 2)")),
    where="Set the gradient and the moments to 0 and compare the shrinkage with lr * weight_decay.",
    why="The half belongs to a penalty weight_decay/2 * w**2 before it is differentiated.",
    how="Use `lr * weight_decay * w` without a half.",
)

ADAMW_STEP.misconception(
    "decays-by-sign",
    Edit(decay_first, ("w * (1 - lr * weight_decay)", "w - lr * weight_decay * np.sign(w)")),
    where="Double a parameter: its decay has to double.",
    why="The sign gives every parameter the same pull, which is an L1 penalty.",
    how="Use `w` itself, not `np.sign(w)`.",
)

ADAMW_STEP.misconception(
    "starts-at-two",
    Edit(decay_first, (" t,", " t + 1,")),
    where="Look at the first update, t = 1: by what do you divide the moments?",
    why="`t` is 1 for the first update already.",
    how="Use `beta1**t` and `beta2**t` with t as it comes.",
)

ADAMW_STEP.misconception(
    "no-bias-correction",
    Edit(decay_with_the_step, (" / (1 - beta1**t)", ""), (" / (1 - beta2**t)", "")),
    where="Look at the first update: with the correction its length is close to lr.",
    why="AdamW differs from Adam in the decay alone; its moments are corrected as well.",
    how="Divide m by `1 - beta1**t` and v by `1 - beta2**t`.",
)

ADAMW_STEP.misconception(
    "eps-inside-the-root",
    Edit(
        decay_with_the_step,
        ("(np.sqrt(v / (1 - beta2**t)) + eps)", "np.sqrt(v / (1 - beta2**t) + eps)"),
    ),
    where="Look at where `eps` stands.",
    why="Inside the root, `eps` counts by its own root.",
    how="Write `np.sqrt(v_hat) + eps`.",
)


@ADAMW_STEP.misconception(
    "changes-its-inputs",
    where="Compare w before and after the call.",
    why="`w *= 1 - lr * weight_decay` writes into the caller's array.",
    how="Write `w = w * (1 - lr * weight_decay)`, which makes a new one.",
)
def in_place(w, grad, m, v, t, *, lr, beta1, beta2, eps, weight_decay):
    w *= 1 - lr * weight_decay
    return _adam(w, grad, m, v, t, lr, beta1, beta2, eps)
