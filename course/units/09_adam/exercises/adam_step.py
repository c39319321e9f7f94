"""Adam: momentum, a rate for each parameter, and a correction for starting at 0."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from autograders.declare.exercise import Case, Edit, Exercise, given
from autograders.declare.returns import Parameters, Several
from course.shared.draws import SHAPES, gradient_runs, narrow, one_at_a_time
from lrlib.optimizers import Adam
from lrlib.optimizers.adam import Moments

from . import UNIT


def _reference(w, grad, m, v, t, *, lr, beta1, beta2, eps):
    rule = Adam(beta1=beta1, beta2=beta2, eps=eps)
    w, state = rule.update(w, grad, Moments(m, v, int(t) - 1), lr)
    return w, state.m, state.v


def _cases(rng: np.random.Generator) -> Iterator[Case]:
    for lr, eps, (note, w, gradients) in zip(
        (0.1, 0.6, 1), (1e-2, 0.2, 1e-2), gradient_runs(rng, 6)
    ):
        settings = {"lr": lr, "beta1": 0.8, "beta2": 0.888, "eps": eps}
        m, v = np.zeros_like(w), np.zeros_like(w)
        for t, grad in enumerate(gradients, start=1):
            place = "it is the first update" if t == 1 else f"it is update {t}"
            yield given(w, grad, m, v, t, **settings).on("values", f"{place} and {note}")
            w, m, v = _reference(w, grad, m, v, t, **settings)
    for shape in SHAPES:
        w, grad, m = narrow(rng, shape), narrow(rng, shape), narrow(rng, shape)
        betas = {"beta1": float(rng.uniform(0.5, 0.9)), "beta2": float(rng.uniform(0.6, 0.95))}
        case = given(w, grad, m, narrow(rng, shape) ** 2, 3, lr=0.3, eps=0.02, **betas)
        yield case.on("shape", f"the arrays have shape {shape}")
        yield case.read_only().on("purity", "the inputs cannot be written to")
    settings = {"lr": 0.4, "beta1": 0.8, "beta2": 0.888, "eps": 1e-2}
    w, m, v = narrow(rng, (4,)), narrow(rng, (4,)), narrow(rng, (4,)) ** 2
    yield given(w, np.zeros(4), m, v, 5, **settings).on("edge", "the gradient is 0")
    still = given(w, np.zeros(4), np.zeros(4), np.zeros(4), 1, **settings)
    yield still.on("edge", "gradient and moments are 0")
    slow = given(w, narrow(rng, (4,)), m, v, 20, **{**settings, "beta1": 0.93, "beta2": 0.97})
    yield slow.on("values", "t is moderate and the memories are long")
    yield given(w, narrow(rng, (4,)), m, v, 500, **settings).on("edge", "t is large")
    yield given(w, narrow(rng, (4,)), m, v, np.int64(2), **settings).on(
        "edge", "t is a NumPy integer"
    )
    plain = given(w, narrow(rng, (4,)), m, v, 4, **{**settings, "beta1": 0.0})
    yield plain.on("edge", "beta1 is 0, so there is no momentum")
    long = {**settings, "beta1": 0.99, "beta2": 0.999}
    late = given(w, narrow(rng, (4,)), m, v, int(rng.integers(150, 400)), **long)
    yield late.on("values", "t is in the hundreds and the memories are longer still")
    w, grad, m, v = (narrow(rng, (4,)) for _ in range(4))
    names = "w grad m v t"
    usual = {"lr": 0.3, "beta1": 0.9, "beta2": 0.999, "eps": 1e-8}
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
    )
    start = given(np.zeros(4), 1e-3 * grad, 1e-3 * m, 1e-6 * v**2, 1200, **usual)
    yield from one_at_a_time(start, names, lr=(1e-10, 3e3), eps=(1e-3, 3e3))
    tiny = (1e-10 * w, 1e-10 * grad, 1e-10 * m, 1e-20 * v**2, 3)
    yield given(*tiny, **{**usual, "lr": 1e-8}).on("values", "the rate and all arrays are tiny")


ADAM_STEP = Exercise(
    name="adam_step",
    unit=UNIT,
    signature="adam_step(w, grad, m, v, t, *, lr, beta1, beta2, eps)",
    returns=Several((Parameters(), Parameters(), Parameters()), ("w", "m", "v")),
    reference=_reference,
    cases=_cases,
    worth={"values": 3, "edge": 0.5, "shape": 0.5, "purity": 1},
)


@ADAM_STEP.variant
def as_written(w, grad, m, v, t, *, lr, beta1, beta2, eps):
    m = beta1 * m + (1 - beta1) * grad
    v = beta2 * v + (1 - beta2) * grad**2
    m_hat = m / (1 - beta1**t)
    v_hat = v / (1 - beta2**t)
    return w - lr * m_hat / (np.sqrt(v_hat) + eps), m, v


@ADAM_STEP.variant
def as_pytorch_writes_it(w, grad, m, v, t, *, lr, beta1, beta2, eps):
    m = m + (grad - m) * (1 - beta1)
    v = v * beta2 + grad * grad * (1 - beta2)
    denominator = np.sqrt(v) / np.sqrt(1 - beta2**t) + eps
    return [w - lr / (1 - beta1**t) * m / denominator, m, v]


@ADAM_STEP.variant
def scaled_eps(w, grad, m, v, t, *, lr, beta1, beta2, eps):
    m = beta1 * m + (1 - beta1) * grad
    v = beta2 * v + (1 - beta2) * grad**2
    root = (1 - beta2**t) ** 0.5
    return w - lr * root / (1 - beta1**t) * m / (v**0.5 + eps * root), m, v


@ADAM_STEP.variant
def on_copies(w, grad, m, v, t, *, lr, beta1, beta2, eps):
    w, m, v = w.copy(), m.copy(), v.copy()
    m *= beta1
    m += (1 - beta1) * grad
    v *= beta2
    v += (1 - beta2) * np.square(grad)
    w -= lr * (m / (1 - beta1**t)) / (eps + np.sqrt(v / (1 - beta2**t)))
    return w, m, v


ADAM_STEP.misconception(
    "starts-at-two",
    Edit(as_written, ("beta1**t", "beta1 ** (t + 1)"), ("beta2**t", "beta2 ** (t + 1)")),
    where="Look at the first update, t = 1: by what do you divide the moments?",
    why="`t` is 1 for the first update already. Adding one inside corrects as if it were the second.",
    how="Use `beta1**t` and `beta2**t` with t as it comes; do not count it up.",
)

ADAM_STEP.misconception(
    "starts-at-zero",
    Edit(as_written, ("beta1**t", "beta1 ** (t - 1)"), ("beta2**t", "beta2 ** (t - 1)")),
    where="Look at the first update: 1 - beta**0 is 0.",
    why="`t` counts updates including this one; taking one off divides the first moments by 0.",
    how="Use `beta1**t` and `beta2**t` with t as it comes.",
)

ADAM_STEP.misconception(
    "eps-inside-the-root",
    Edit(as_written, ("(np.sqrt(v_hat) + eps)", "np.sqrt(v_hat + eps)")),
    where="Look at where `eps` stands, and try tiny gradients.",
    why="Inside the root, `eps` counts by its own root: 1e-8 acts like 1e-4.",
    how="Write `np.sqrt(v_hat) + eps`.",
)

ADAM_STEP.misconception(
    "epsilon-hat",
    Edit(scaled_eps, ("eps * root", "eps")),
    where="Look at the order: is `eps` added before or after the second moment is corrected?",
    why="Keras uses the paper's shortcut, which corrects the rate and leaves `eps` uncorrected: its "
    "`eps` acts larger in the first updates.",
    how="Correct v first, take its root, then add `eps`.",
)

ADAM_STEP.misconception(
    "no-bias-correction",
    Edit(as_written, (" / (1 - beta1**t)", ""), (" / (1 - beta2**t)", "")),
    where="Feed equal gradients: with the correction every update is about lr long.",
    why="Both averages start at 0 and are too small at first, but not by the same factor.",
    how="Divide m by `1 - beta1**t` and v by `1 - beta2**t` before you use them.",
)

ADAM_STEP.misconception(
    "corrects-only-the-first-moment",
    Edit(as_written, (" / (1 - beta2**t)", "")),
    where="Look at the second moment in the first update.",
    why="v starts at 0 too; left uncorrected it is too small, so the first steps are too long.",
    how="Divide v by `1 - beta2**t` as well.",
)

ADAM_STEP.misconception(
    "corrects-only-the-second-moment",
    Edit(as_written, (" / (1 - beta1**t)", "")),
    where="Look at the first moment in the first update.",
    why="m starts at 0 too; left uncorrected, the first steps are too short.",
    how="Divide m by `1 - beta1**t` as well.",
)

ADAM_STEP.misconception(
    "divides-by-one-minus-beta",
    Edit(as_written, ("beta1**t", "beta1"), ("beta2**t", "beta2")),
    where="Compare the second update with the first: the correction has to fade.",
    why="`1 - beta` is right at t = 1 only.",
    how="Use `1 - beta1**t` and `1 - beta2**t`.",
)

ADAM_STEP.misconception(
    "stores-corrected-moments",
    Edit(as_written, (", m, v", ", m_hat, v_hat")),
    where="Look at the m and v that you return after the first update.",
    why="The stored moments stay uncorrected; else each update corrects what was corrected before.",
    how="Keep `m` and `v`, and use `m_hat` and `v_hat` for the step alone.",
)


@ADAM_STEP.misconception(
    "swaps-the-betas",
    where="Which average has the longer memory?",
    why="beta1 belongs to the first moment, the gradient; beta2 to the second, its square.",
    how="Exchange beta1 and beta2.",
)
def swapped_betas(w, grad, m, v, t, *, lr, beta1, beta2, eps):
    return as_written(w, grad, m, v, t, lr=lr, beta1=beta2, beta2=beta1, eps=eps)


ADAM_STEP.misconception(
    "swaps-the-weights",
    Edit(
        as_written,
        ("beta1 * m + (1 - beta1)", "(1 - beta1) * m + beta1"),
        ("beta2 * v + (1 - beta2)", "(1 - beta2) * v + beta2"),
    ),
    where="Set beta1 close to 1: m should hardly move.",
    why="beta is the share of the past; you gave it to the new gradient.",
    how="Weigh the old moment with beta and the new value with 1 - beta.",
)

ADAM_STEP.misconception(
    "forgets-the-root",
    Edit(as_written, ("np.sqrt(v_hat)", "v_hat")),
    where="Multiply all gradients by 10: the step should hardly change.",
    why="The second moment is a square; its root has the size of a gradient.",
    how="Divide by `np.sqrt(v_hat) + eps`.",
)

ADAM_STEP.misconception(
    "second-moment-without-square",
    Edit(as_written, ("grad**2", "np.abs(grad)")),
    where="Feed a gradient of -2: v must be positive.",
    why="v averages squares of gradients, not gradients.",
    how="Use `grad**2` in v.",
)

ADAM_STEP.misconception(
    "steps-along-the-gradient",
    Edit(as_written, ("m_hat /", "grad /")),
    where="Feed gradients that alternate in sign: does your step still swing?",
    why="Dividing the plain gradient leaves out the momentum: that is RMSprop with a correction.",
    how="Use the corrected first moment as the direction.",
)

ADAM_STEP.misconception(
    "uses-the-old-moments",
    Edit(
        as_written,
        ("m = beta1", "new_m = beta1"),
        ("v = beta2", "new_v = beta2"),
        (", m, v", ", new_m, new_v"),
    ),
    where="Look at the first update: with moments of 0 nothing would move.",
    why="The step has to use the moments that already hold this gradient.",
    how="Update m and v first, then step.",
)

ADAM_STEP.misconception(
    "changes-its-inputs",
    Edit(on_copies, ("w.copy(), m.copy(), v.copy()", "w, m, v")),
    where="Compare m, v and w before and after the call.",
    why="`*=`, `+=` and `-=` write into the caller's arrays.",
    how="Write `m = beta1 * m + ...`, which makes a new array.",
)

ADAM_STEP.misconception(
    "climbs",
    Edit(as_written, ("w - lr", "w + lr")),
    where="Take a positive gradient: which way should w go?",
    why="Adding the step climbs.",
    how="Subtract it from w.",
)


@ADAM_STEP.misconception(
    "returns-the-old-moments",
    where="Look at the m and v that you return.",
    why="If the old moments come back, nothing is ever remembered.",
    how="Return the new m and v.",
)
def old_state(w, grad, m, v, t, *, lr, beta1, beta2, eps):
    new_w, _, _ = as_written(w, grad, m, v, t, lr=lr, beta1=beta1, beta2=beta2, eps=eps)
    return new_w, m.copy(), v.copy()
