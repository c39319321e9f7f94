"""The optimizer rows, and how each peer is driven over the same gradients."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from tests.lrlib.conformance import peers
from tests.lrlib.conformance.rows import Row

START = np.array([0.5, -1.5, 2.0, 0.0, 1.0])
STEPS = 12


def _row(technique: str, ours: str, peer: str, theirs: str, why: str = "", **claim: Any) -> Row:
    """A row over STEPS updates; with `apart_from=t` the two part at that row of the path."""
    apart_from = claim.pop("apart_from", None)
    differs = "" if apart_from is None else f"t >= {apart_from}"
    return Row(technique, ours, peer, theirs, differs, why, steps=STEPS + 1, **claim)


ROWS = [
    _row("SGD", "SGD()", "torch", "SGD([w], lr=1)"),
    _row("SGD", "SGD()", "optax", "sgd(lr)"),
    _row("SGD", "SGD()", "keras", "SGD()"),
    _row("momentum", "Momentum(0.8)", "torch", "SGD([w], lr=1, momentum=0.8)"),
    _row("momentum", "Momentum(0.8)", "optax", "sgd(lr, momentum=0.8)"),
    _row("momentum", "Momentum(0.8)", "keras", "SGD(momentum=0.8)", rates="constant"),
    _row(
        "momentum",
        "Momentum(0.8)",
        "keras",
        "SGD(momentum=0.8)",
        "Keras keeps the rate inside the velocity",
        apart_from=2,
    ),
    _row("Nesterov", "Nesterov(0.8)", "torch", "SGD([w], lr=1, momentum=0.8, nesterov=True)"),
    _row("Nesterov", "Nesterov(0.8)", "optax", "sgd(lr, momentum=0.8, nesterov=True)"),
    _row(
        "Nesterov",
        "Nesterov(0.8)",
        "keras",
        "SGD(momentum=0.8, nesterov=True)",
        rates="constant",
    ),
    _row(
        "Nesterov",
        "Nesterov(0.8)",
        "keras",
        "SGD(momentum=0.8, nesterov=True)",
        "Keras keeps the rate inside the velocity",
        apart_from=2,
    ),
    _row(
        "AdaGrad",
        "AdaGrad(1e-2)",
        "torch",
        "Adagrad([w], initial_accumulator_value=0, eps=1e-2)",
    ),
    _row(
        "AdaGrad",
        "AdaGrad(1e-2)",
        "optax",
        "adagrad(lr, initial_accumulator_value=0.0, eps=1e-2)",
        "eps inside the root",
        apart_from=1,
    ),
    _row(
        "AdaGrad",
        "AdaGrad(1e-2)",
        "keras",
        "Adagrad(initial_accumulator_value=0.0, epsilon=1e-2)",
        "eps inside the root",
        apart_from=1,
    ),
    _row("AdaGrad", "AdaGrad()", "optax", "adagrad(lr)", "accumulator starts at 0.1", apart_from=1),
    _row("AdaGrad", "AdaGrad()", "keras", "Adagrad()", "accumulator starts at 0.1", apart_from=1),
    _row("RMSprop", "RMSprop(0.8, 1e-2)", "torch", "RMSprop([w], alpha=0.8, eps=1e-2)"),
    _row(
        "RMSprop",
        "RMSprop(0.8, 1e-2)",
        "optax",
        "rmsprop(lr, decay=0.8, eps=1e-2, eps_in_sqrt=False)",
    ),
    _row(
        "RMSprop",
        "RMSprop(0.8, 1e-2)",
        "optax",
        "rmsprop(lr, decay=0.8, eps=1e-2)",
        "eps inside the root unless told",
        apart_from=1,
    ),
    _row(
        "RMSprop",
        "RMSprop(0.8, 1e-2)",
        "keras",
        "RMSprop(rho=0.8, epsilon=1e-2)",
        "eps inside the root",
        apart_from=1,
    ),
    _row("AdaDelta", "AdaDelta(0.8, 1e-2)", "torch", "Adadelta([w], rho=0.8, eps=1e-2)"),
    _row("AdaDelta", "AdaDelta(0.8, 1e-2)", "optax", "adadelta(lr, rho=0.8, eps=1e-2)"),
    _row("AdaDelta", "AdaDelta(0.8, 1e-2)", "keras", "Adadelta(rho=0.8, epsilon=1e-2)"),
    _row("Adam", "Adam(0.8, 0.888, 1e-2)", "torch", "Adam([w], betas=(0.8, 0.888), eps=1e-2)"),
    _row("Adam", "Adam(0.8, 0.888, 1e-2)", "optax", "adam(lr, 0.8, 0.888, 1e-2)"),
    _row(
        "Adam",
        "Adam(0.8, 0.888, 1e-2)",
        "keras",
        "Adam(beta_1=0.8, beta_2=0.888, epsilon=1e-2)",
        "the paper's epsilon-hat form",
        apart_from=1,
    ),
    _row(
        "AdamW",
        "AdamW(0.8, 0.888, 1e-2, 0.3)",
        "torch",
        "AdamW([w], betas=(0.8, 0.888), eps=1e-2, weight_decay=0.3)",
    ),
    _row(
        "AdamW",
        "AdamW(0.8, 0.888, 1e-2, 0.3)",
        "optax",
        "adamw(lr, 0.8, 0.888, 1e-2, weight_decay=0.3)",
    ),
    _row("AdamW", "AdamW(weight_decay=1e-2)", "torch", "AdamW([w])"),
    _row("AdamW", "AdamW(weight_decay=1e-4)", "optax", "adamw(lr)"),
    _row(
        "AdamW",
        "AdamW()",
        "optax",
        "adamw(lr)",
        "decay of 1e-4 unless told, torch 1e-2",
        apart_from=1,
    ),
    _row("AdamW", "AdamW()", "keras", "AdamW()", "decay of 4e-3 unless told", apart_from=1),
    _row(
        "AMSGrad",
        "AMSGrad(0.8, 0.888, 1e-2)",
        "torch",
        "Adam([w], betas=(0.8, 0.888), eps=1e-2, amsgrad=True)",
    ),
    _row(
        "AMSGrad",
        "AMSGrad(0.8, 0.888, 1e-2)",
        "optax",
        "amsgrad(lr, 0.8, 0.888, 1e-2)",
        "the maximum is taken after the correction",
        apart_from=2,
    ),
    _row(
        "NAdam",
        "NAdam(0.8, 0.888, 1e-2, 4e-3)",
        "torch",
        "NAdam([w], betas=(0.8, 0.888), eps=1e-2, momentum_decay=4e-3)",
    ),
    _row(
        "NAdam",
        "NAdam(0.8, 0.888, 1e-2, 4e-3)",
        "optax",
        "nadam(lr, 0.8, 0.888, 1e-2)",
        "no momentum warmup",
        apart_from=1,
    ),
    _row(
        "NAdam",
        "NAdam(0.8, 0.888, 1e-2, 4e-3)",
        "keras",
        "Nadam(beta_1=0.8, beta_2=0.888, epsilon=1e-2)",
        "a fixed momentum decay, and another correction",
        apart_from=1,
    ),
    _row("Lion", "Lion(0.8, 0.888, 0.3)", "optax", "lion(lr, 0.8, 0.888, weight_decay=0.3)"),
    _row(
        "Lion",
        "Lion(0.8, 0.888, 0.3)",
        "keras",
        "Lion(beta_1=0.8, beta_2=0.888, weight_decay=0.3)",
    ),
    _row("Polyak step", "PolyakStep(-0.5, 0.4)", "optax", "polyak_sgd(0.4, f_min=-0.5)"),
    _row(
        "Polyak step",
        "PolyakStep(0.6, 0.1)",
        "optax",
        "polyak_sgd(0.1, f_min=0.6, variant='sps+')",
    ),
    _row("DoG", "DoG(1e-2, 1e-3)", "optax", "dog(lr, ('heuristic', 1e-2), 1e-3)"),
    _row(
        "Prodigy",
        "Prodigy(0.8, 0.888, 1e-2, 1e-3)",
        "prodigyopt",
        "Prodigy([w], betas=(0.8, 0.888), eps=1e-2, d0=1e-3)",
    ),
    _row("Prodigy", "Prodigy()", "prodigyopt", "Prodigy([w])"),
    _row(
        "Prodigy",
        "Prodigy(0.5, 0.9, 1e-2, 1e-1)",
        "prodigyopt",
        "Prodigy([w], betas=(0.5, 0.9), eps=1e-2, d0=1e-1)",
        "its estimate grows: a bowl without noise",
        rates="one",
    ),
    _row(
        "Prodigy",
        "Prodigy(0.8, 0.888, 1e-2, 1e-3)",
        "optax",
        "prodigy(lr, (0.8, 0.888), eps=1e-2, estim_lr0=1e-3)",
        "Optax corrects for the start at zero",
        apart_from=1,
    ),
    _row(
        "schedule-free SGD",
        "ScheduleFreeSGD(0.8)",
        "schedulefree",
        "SGDScheduleFreeReference([w], lr=1, momentum=0.8)",
    ),
    _row(
        "schedule-free SGD",
        "ScheduleFreeSGD(0.8)",
        "schedulefree",
        "SGDScheduleFree([w], lr=1, momentum=0.8)",
    ),
    _row(
        "schedule-free SGD",
        "ScheduleFreeSGD(0.8)",
        "schedulefree",
        "SGDScheduleFree([w], lr=0.05, momentum=0.8, warmup_steps=5)",
        rates="warmup",
    ),
    _row(
        "schedule-free SGD",
        "ScheduleFreeSGD(0.8)",
        "optax",
        "schedule_free_sgd(0.05, b1=0.8)",
        rates="constant",
    ),
    _row(
        "schedule-free SGD",
        "ScheduleFreeSGD(0.8)",
        "optax",
        "schedule_free_sgd(0.05, warmup_steps=5, b1=0.8)",
        "Optax's warmup is off by one",
        rates="warmup",
        apart_from=1,
    ),
    _row(
        "schedule-free AdamW",
        "ScheduleFreeAdamW(0.8, 0.888, 1e-2, 0.3)",
        "schedulefree",
        "AdamWScheduleFreeReference([w], betas=(0.8, 0.888), eps=1e-2, weight_decay=0.3)",
    ),
    _row(
        "schedule-free AdamW",
        "ScheduleFreeAdamW(0.8, 0.888, 1e-2, 0.3)",
        "schedulefree",
        "AdamWScheduleFree([w], betas=(0.8, 0.888), eps=1e-2, weight_decay=0.3)",
    ),
]

_RATES = {
    "constant": np.full(STEPS, 0.05),
    "falling": 0.05 / (1 + 0.3 * np.arange(STEPS)),
    "one": np.ones(STEPS),
    "warmup": 0.05 * np.minimum(1, (np.arange(STEPS) + 1) / 5),
}


def _gradient(t: int, w: NDArray[np.float64], largest: float = 1e3) -> NDArray[np.float64]:
    """From 1e-3 to `largest` in size, once exactly 0, and dependent on where the path has led."""
    if t == 2:
        return np.zeros_like(w)
    sizes = np.array([largest, 1.0, 1e-1, 1e-2, 1e-3])
    noise = np.random.default_rng(t).normal(size=w.shape) * sizes
    return noise + np.array([0.0, 0.3, 0.3, 0.0, 0.3]) * w


def _bowl(w: NDArray[np.float64]) -> NDArray[np.float64]:
    """The gradient of a bowl around 10 in every entry, without noise."""
    return np.array([1.0, 0.5, 0.2, 2.0, 1.0]) * (w - 10)


def _loss(w: NDArray[np.float64]) -> float:
    return float(w[1:] @ w[1:]) / 10


def ours(row: Row) -> NDArray[np.float64]:
    """The path: START and the parameters after each update."""
    rule = eval(row.ours, peers.ours())
    if hasattr(rule, "rate"):
        return _with_measured_rates(rule)
    path, rates, state = [START], _RATES[row.rates], rule.init(START)
    for t in range(row.steps - 1):
        grad = _bowl(path[-1]) if row.rates == "one" else _gradient(t, path[-1])
        w, state = rule.update(path[-1], grad, state, float(rates[t]))
        path.append(w)
    return np.array(path)


def _with_measured_rates(rule: Any) -> NDArray[np.float64]:
    sgd = eval("SGD()", peers.ours())
    path = [START]
    for t in range(STEPS):
        w, grad = path[-1], _gradient(t, path[-1], largest=1.0)
        path.append(sgd.update(w, grad, sgd.init(w), rule.rate(_loss(w), grad))[0])
    return np.array(path)


def theirs(row: Row) -> NDArray[np.float64]:
    """The peer's path over the same gradients at the same rates."""
    known = peers.required(row.peer)
    drive = {"optax": _optax, "keras": _keras}.get(row.peer, _torch)
    return drive(row.theirs, known, _RATES[row.rates])


def _torch(call: str, known: dict[str, Any], rates: NDArray[np.float64]) -> NDArray[np.float64]:
    torch = known["torch"]
    before = torch.get_default_dtype()
    torch.set_default_dtype(torch.float64)
    try:
        w = torch.tensor(START, requires_grad=True)
        optimizer = eval(call, known | {"w": w})
        if hasattr(optimizer, "train"):
            optimizer.train()
        path = [START]
        for t, rate in enumerate(rates):
            if "warmup_steps" not in call:
                optimizer.param_groups[0]["lr"] = float(rate)
            bowl = rates is _RATES["one"]
            w.grad = torch.tensor(_bowl(path[-1]) if bowl else _gradient(t, path[-1]))
            optimizer.step()
            path.append(w.detach().numpy().copy())
    finally:
        torch.set_default_dtype(before)
    return np.array(path)


def _optax(call: str, known: dict[str, Any], rates: NDArray[np.float64]) -> NDArray[np.float64]:
    jnp, apply = known["jax"].numpy, known["apply_updates"]
    table = jnp.asarray(rates)
    optimizer = eval(call, known | {"lr": lambda count: table[count]})
    w = jnp.asarray(START)
    state, path = optimizer.init(w), [START]
    for t in range(len(rates)):
        grad, extra = _gradient(t, path[-1]), {}
        if "polyak" in call:
            grad = _gradient(t, path[-1], largest=1.0)
            extra = {"value": _loss(path[-1])}
        updates, state = optimizer.update(jnp.asarray(grad), state, w, **extra)
        w = apply(w, updates)
        path.append(np.array(w))
    return np.array(path)


def _keras(call: str, known: dict[str, Any], rates: NDArray[np.float64]) -> NDArray[np.float64]:
    keras = known["keras"]
    w = keras.Variable(START, dtype="float64")
    optimizer = eval(call, known)
    optimizer.build([w])
    path = [START]
    for t, rate in enumerate(rates):
        optimizer.learning_rate = float(rate)
        optimizer.apply([keras.ops.convert_to_tensor(_gradient(t, path[-1]))], [w])
        path.append(keras.ops.convert_to_numpy(w.value).copy())
    return np.array(path)
