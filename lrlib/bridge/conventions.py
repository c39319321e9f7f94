"""The conventions that public code follows: paths of optimizers and curves of schedules."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from typing import Any

import numpy as np

import lrlib
from lrlib.bridge.probe import GRADS, RATES, START

COMMON = {
    "mu": (0.9, 0.99, 0.5, 0.95, 0.999),
    "beta1": (0.9,),
    "beta2": (0.999, 0.99, 0.95),
    "eps": (1e-8, 1e-7, 1e-6, 1e-5, 1e-10),
    "decay": (0.01, 0.1, 1e-4),
}
"""Values to try for a setting that the code may keep to itself."""


def _path(step: Any) -> np.ndarray:
    w, a, b, path = np.array(START), np.zeros(4), np.zeros(4), []
    with np.errstate(all="ignore"):
        for t, (grad, lr) in enumerate(zip(GRADS, RATES, strict=True), 1):
            w, a, b = step(w, np.array(grad), a, b, lr, t)
            path.append(w)
    return np.array(path)


def _momentum(form: str, mu: float) -> np.ndarray:
    def step(w: Any, g: Any, v: Any, b: Any, lr: float, t: int) -> Any:
        if form == "inside":
            v = mu * v - lr * g
            return w + v, v, b
        if form == "sutskever":
            old, v = v, mu * v - lr * g
            return w - mu * old + (1 + mu) * v, v, b
        v = mu * v + (1 - mu if form == "average" else 1) * g
        return w - lr * (g + mu * v if form == "torch" else v), v, b

    return _path(step)


def _scaled(rule: str, place: str, rho: float, eps: float) -> np.ndarray:
    def step(w: Any, g: Any, s: Any, b: Any, lr: float, t: int) -> Any:
        s = s + g * g if rule == "adagrad" else rho * s + (1 - rho) * g * g
        below = np.sqrt(s + eps) if place == "inside" else np.sqrt(s) + eps
        return w - lr * g / below, s, b

    return _path(step)


def _adam(
    place: str, correct: str, late: int, decay: str, b1: float, b2: float, eps: float, wd: float
) -> np.ndarray:
    def step(w: Any, g: Any, m: Any, v: Any, lr: float, t: int) -> Any:
        t += late
        if decay == "l2":
            g = g + wd * w
        m, v = b1 * m + (1 - b1) * g, b2 * v + (1 - b2) * g * g
        first = 1 - b1**t if correct in ("both", "first") else 1.0
        second = 1 - b2**t if correct in ("both", "second") else 1.0
        if place == "rate":
            change = lr * np.sqrt(second) / first * m / (np.sqrt(v) + eps)
        elif place == "inside":
            change = lr * (m / first) / np.sqrt(v / second + eps)
        else:
            change = lr * (m / first) / (np.sqrt(v / second) + eps)
        if decay == "decoupled":
            change = change + lr * wd * w
        elif decay == "without lr":
            change = change + wd * w
        return w - change, m, v

    return _path(step)


MOMENTUM = {
    "plain": ("Momentum", "v = mu*v + g, w -= lr*v, as in PyTorch"),
    "inside": ("Momentum", "the rate inside the velocity (v = mu*v - lr*g), as in Keras"),
    "average": ("Momentum", "v as a moving average, (1 - mu)*g"),
    "torch": ("Nesterov", "Nesterov in PyTorch's form, w -= lr*(g + mu*v)"),
    "sutskever": ("Nesterov", "Nesterov with the rate inside the velocity, as in Sutskever"),
}
PLACE = {
    "outside": "eps outside the root",
    "inside": "eps inside the root",
    "rate": "bias correction in the rate (the epsilon-hat form), as in Keras",
}
CORRECT = {
    "both": "",
    "none": "no bias correction",
    "first": "bias correction of the first moment alone",
    "second": "bias correction of the second moment alone",
}
DECAY = {
    "": "",
    "l2": "L2: the decay is added to the gradient",
    "decoupled": "decoupled decay, lr*wd*w",
    "without lr": "decoupled decay without the rate, wd*w",
}


def _and(*parts: str) -> str:
    return "; ".join(part for part in parts if part)


def steps(given: dict[str, float]) -> Iterator[tuple[str, str, np.ndarray, np.ndarray]]:
    """Class of lrlib, convention in words, its path and that of lrlib, for each known rule."""

    def tried(key: str) -> tuple[float, ...]:
        return (*([given[key]] if key in given else []), *COMMON[key])

    sgd = _path(lambda w, g, a, b, lr, t: (w - lr * g, a, b))
    yield "SGD", "w -= lr*g", sgd, sgd
    for mu in {*tried("mu"), *tried("beta1")}:
        own = {"Momentum": _momentum("plain", mu), "Nesterov": _momentum("torch", mu)}
        for form, (name, words) in MOMENTUM.items():
            yield name, words, _momentum(form, mu), own[name]
    for eps in tried("eps"):
        for rule, name in (("adagrad", "AdaGrad"), ("rmsprop", "RMSprop")):
            # The memory of RMSprop goes by names of momentum and by beta2.
            memories = {*tried("mu"), *tried("beta2")} if rule == "rmsprop" else {0.0}
            for rho in sorted(memories):
                own_path = _scaled(rule, "outside", rho, eps)
                for place in ("outside", "inside"):
                    yield name, PLACE[place], _scaled(rule, place, rho, eps), own_path
    for b1, b2, eps in product(tried("beta1"), tried("beta2"), tried("eps")):
        for decay in DECAY if "decay" in given else ("",):
            name = "AdamW" if decay in ("decoupled", "without lr") else "Adam"
            wd = given.get("decay", 0.0)
            right = "decoupled" if name == "AdamW" else decay
            own_path = _adam("outside", "both", 0, right, b1, b2, eps, wd)
            for place, correct, late in product(PLACE, CORRECT, (0, 1)):
                if correct == "none" and (late or place == "rate"):
                    continue
                words = _and(
                    PLACE[place],
                    CORRECT[correct],
                    "t starts at 2" if late else "",
                    DECAY[decay],
                )
                yield name, words, _adam(place, correct, late, decay, b1, b2, eps, wd), own_path


WARM = {
    "from 1/n": lambda t, n: (t + 1) / n,
    "from 0": lambda t, n: t / n,
    "from 1/(n + 1)": lambda t, n: (t + 1) / (n + 1),
}
NAMES = {
    "peak": ("learning_rate", "max_lr", "peak_lr", "base_lr", "lr"),
    "warmup": ("warmup_iters", "warmup_steps", "warmup"),
    "steps": ("lr_decay_iters", "max_iters", "max_steps", "total_steps", "num_steps", "steps"),
    "least": ("min_lr", "lr_min", "end_lr", "eta_min"),
}
"""What a schedule's constants are called in public code."""


def constants(known: dict[str, float]) -> dict[str, float]:
    """Peak, warmup, steps and least rate among the constants of a file."""
    found = {
        key: next((known[n] for n in names if n in known), None) for key, names in NAMES.items()
    }
    return {key: value for key, value in found.items() if value is not None}


def curves(known: dict[str, float], n: int) -> Iterator[tuple[str, str, np.ndarray, np.ndarray]]:
    """The same for warmup and decay with the constants of a file, for `n` updates."""
    read = constants(known)
    if not {"peak", "steps"} <= set(read) or read["steps"] < 3:
        return
    peak, least = read["peak"], read.get("least", 0.0)
    warm, total = int(read.get("warmup", 0)), int(read["steps"])
    t = np.arange(n)
    for name, kind in (("CosineDecay", "cosine"), ("PolynomialDecay", "linear")):
        ends = {
            "ending at steps": total - warm,
            "ending at steps - 1": total - 1 - warm,
            "warmup not counted in the steps": total,
        }
        rows = []
        for (start, ramp), (end, length) in product(WARM.items(), ends.items()):
            if length < 1 or (not warm and (start != "from 1/n" or end.startswith("warmup"))):
                continue
            share = np.clip((t - warm) / length, 0, 1)
            fall = (1 + np.cos(np.pi * share)) / 2 if kind == "cosine" else 1 - share
            rates = least + (peak - least) * fall
            rates = np.where(t < warm, peak * ramp(t, max(warm, 1)), rates)
            rows.append((_and(f"warmup {start}" if warm else "", f"{kind} {end}"), rates))
        if total <= warm:
            continue
        own: Any = lrlib.PolynomialDecay(peak, least, total - warm, power=1)
        if kind == "cosine":
            own = lrlib.CosineDecay(peak, least, total - warm)
        if warm:
            own = lrlib.Warmup(peak, warm).then(warm, own)
        for words, rates in rows:
            yield (f"Warmup and {name}" if warm else name), words, rates, own(t)


def decays(rates: np.ndarray, start: float | None) -> Iterator[tuple[str, str, np.ndarray]]:
    """Class of lrlib, convention in words, rates of lrlib: for a decay known by its factors.

    Args:
        rates: What the code gives, one for each count.
        start: The rate before count 0, if the code is handed one.
    """
    first = rates[0] if start is None else start
    if not np.all(np.isfinite(rates)) or np.any(rates <= 0) or first <= 0:
        return
    t = np.arange(len(rates))
    factors = rates / np.concatenate([[first], rates[:-1]])
    changed = np.flatnonzero(np.abs(factors - 1) > 1e-9)
    if not len(changed):
        yield "Constant", "the same rate all the time", np.full(len(rates), first)
        return
    factor, begin = factors[changed[-1]], int(changed[0])
    alike = np.allclose(factors[changed], factor, rtol=1e-7, atol=0)
    gaps = np.diff(changed)
    if factor < 1 and alike and len(gaps) and np.all(gaps == gaps[0]):
        every = int(gaps[0])
        if every == 1:
            usual = {0: "smaller already at 0", 1: "a constant factor for each count"}
            held = f"the first rate up to {begin - 1}, then a constant factor for each count"
            own = lrlib.ExponentialDecay(first, factor, 1)
            yield "ExponentialDecay", usual.get(begin, held), own(t)
        else:
            usual = {0: "a drop also at 0", every: "a drop at every multiple"}
            moved = f"drops at {begin}, {begin + every}, ... in place of multiples"
            own = lrlib.StepDecay(first, factor, every)
            yield "StepDecay", _and(usual.get(begin, moved), f"every {every}"), own(t)
    gamma = factors[1]
    if start is not None and 0 < gamma < 1 and np.allclose(factors, gamma**t, rtol=1e-7, atol=0):
        own = lrlib.ExponentialDecay(first, gamma, 1)
        words = "compounding: gamma**epoch multiplies a rate that was multiplied before"
        yield "ExponentialDecay", words, own(t)
    rate = first / rates[1] - 1
    if rate > 0 and np.allclose(rates, first / (1 + rate * t), rtol=1e-7, atol=0):
        yield "InverseTimeDecay", "lr/(1 + rate*t)", lrlib.InverseTimeDecay(first, rate, 1)(t)
