"""How the rules of lrlib and of each peer are driven over the same gradients."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lrlib.optimizers import EMA
from lrlib.optimizers.base import MatrixRule
from tests.lrlib.conformance import peers
from tests.lrlib.conformance.optimizer_rows import ROWS, STEPS
from tests.lrlib.conformance.rows import Row

__all__ = ["ROWS", "STEPS", "ours", "theirs"]

START = np.array([0.5, -1.5, 2.0, 0.0, 1.0])
MATRIX = np.array([[0.5, -1.5, 2.0], [1.0, 0.3, -0.2]])


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


def _matrix_gradient(t: int, w: NDArray[np.float64]) -> NDArray[np.float64]:
    """Noise around a bowl, so that no update is decided by rounding."""
    return np.random.default_rng(t).normal(size=w.shape) + 0.3 * w


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
    w = MATRIX if isinstance(rule, MatrixRule) else START
    gradient = _slope(row, w)
    path, rates, state = [w], _RATES[row.rates], rule.init(w)
    for t in range(row.steps - 1):
        w, state = rule.update(w, gradient(t, w), state, float(rates[t]))
        path.append(rule.evaluation_point(w, state) if isinstance(rule, EMA) else w)
    return np.array(path)


def _slope(row: Row, w: NDArray[np.float64]) -> Callable[..., NDArray[np.float64]]:
    """The gradient as a function of t and w, one for both sides of a row."""
    if w.ndim == 2:
        return _matrix_gradient
    return (lambda t, w: _bowl(w)) if row.rates == "one" else _gradient


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
    return drive(row, known, _RATES[row.rates])


def _torch(row: Row, known: dict[str, Any], rates: NDArray[np.float64]) -> NDArray[np.float64]:
    torch = known["torch"]
    before = torch.get_default_dtype()
    torch.set_default_dtype(torch.float64)
    try:
        return _torch_path(row, known, rates)
    finally:
        torch.set_default_dtype(before)


def _torch_path(row: Row, known: dict[str, Any], rates: NDArray[np.float64]) -> NDArray[np.float64]:
    torch = known["torch"]
    start = MATRIX.T if row.technique == "Muon" else START
    parts = [start[:2], start[2:]] if "first" in row.theirs else [start]
    tensors = [torch.tensor(part, requires_grad=True) for part in parts]
    names = dict(zip(("first", "rest") if len(parts) == 2 else ("w",), tensors))
    optimizer = eval(row.theirs, known | _torch_views(torch) | names)
    if hasattr(optimizer, "train"):
        optimizer.train()
    w = np.array(start)
    gradient, path = _slope(row, w), [start]
    for t, rate in enumerate(rates):
        if "warmup_steps" not in row.theirs:
            for group in optimizer.param_groups:
                group["lr"] = float(rate) * group.get("scale", 1.0)
        grad = gradient(t, w.T).T if row.technique == "Muon" else gradient(t, w)
        for tensor, part in zip(tensors, np.split(grad, [2]) if len(parts) == 2 else [grad]):
            tensor.grad = torch.tensor(np.array(part))
        optimizer.step()
        w = np.concatenate([tensor.detach().numpy() for tensor in tensors])
        path.append(optimizer.average() if hasattr(optimizer, "average") else w)
    return np.array([each.T for each in path] if row.technique == "Muon" else path)


def _torch_views(torch: Any) -> dict[str, Any]:
    """A torch optimizer with what torch keeps beside it: clipping, or an average of the weights."""

    class Weights(torch.nn.Module):
        def __init__(self, w: Any) -> None:
            super().__init__()
            self.w = w if isinstance(w, torch.nn.Parameter) else torch.nn.Parameter(w)

    class View:
        def __init__(self, optimizer: Any) -> None:
            self.optimizer = optimizer
            self.param_groups = optimizer.param_groups

    class clipping(View):
        def __init__(self, optimizer: Any, max_norm: float) -> None:
            super().__init__(optimizer)
            self.max_norm = max_norm

        def step(self) -> None:
            w = self.param_groups[0]["params"]
            torch.nn.utils.clip_grad_norm_(w, self.max_norm)
            self.optimizer.step()

    class averaging(View):
        def __init__(self, optimizer: Any, **options: Any) -> None:
            super().__init__(optimizer)
            self.model = Weights(optimizer.param_groups[0]["params"][0])
            self.averaged = torch.optim.swa_utils.AveragedModel(self.model, **options)

        def step(self) -> None:
            self.optimizer.step()
            with torch.no_grad():
                self.model.w.copy_(self.param_groups[0]["params"][0])
            self.averaged.update_parameters(self.model)

        def average(self) -> NDArray[np.float64]:
            return self.averaged.module.w.detach().numpy().copy()

    return {"clipping": clipping, "averaging": averaging}


def _optax(row: Row, known: dict[str, Any], rates: NDArray[np.float64]) -> NDArray[np.float64]:
    jnp, apply = known["jax"].numpy, known["apply_updates"]
    table = jnp.asarray(rates)
    optimizer = eval(row.theirs, known | {"lr": lambda count: table[count]})
    start = MATRIX if row.technique == "Muon" else START
    pack, unpack = (_in_two, _in_one) if "first" in row.theirs else (lambda x: x, np.array)
    w = pack(jnp.asarray(start))
    state, path, gradient = optimizer.init(w), [start], _slope(row, start)
    for t in range(len(rates)):
        grad, extra = gradient(t, path[-1]), {}
        if "polyak" in row.theirs:
            grad = _gradient(t, path[-1], largest=1.0)
            extra = {"value": _loss(path[-1])}
        updates, state = optimizer.update(pack(jnp.asarray(grad)), state, w, **extra)
        w = apply(w, updates)
        path.append(unpack(w))
    return np.array(path)


def _in_two(w: Any) -> dict[str, Any]:
    return {"first": w[:2], "rest": w[2:]}


def _in_one(tree: dict[str, Any]) -> NDArray[np.float64]:
    return np.concatenate([tree["first"], tree["rest"]])


def _keras(row: Row, known: dict[str, Any], rates: NDArray[np.float64]) -> NDArray[np.float64]:
    keras = known["keras"]
    here = MATRIX if row.technique == "Muon" else START
    w = keras.Variable(here, dtype="float64")
    optimizer = eval(row.theirs, known)
    optimizer.build([w])
    path, gradient = [here], _slope(row, here)
    for t, rate in enumerate(rates):
        optimizer.learning_rate = float(rate)
        optimizer.apply([keras.ops.convert_to_tensor(gradient(t, here))], [w])
        here = keras.ops.convert_to_numpy(w.value).copy()
        if row.technique == "EMA of weights":
            optimizer.finalize_variable_values([w])  # puts the average in the place of w
            path.append(keras.ops.convert_to_numpy(w.value).copy())
            w.assign(here)
        else:
            path.append(here)
    return np.array(path)
