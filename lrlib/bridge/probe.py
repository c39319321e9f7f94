"""Run the functions of one file on fixed inputs, in a process of its own, for `compare`."""

from __future__ import annotations

import inspect
import json
import os
import runpy
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

START = [1.5, -2.0, 0.7, 3.0]
GRADS = [
    [0.5, -1.0, 0.02, 4.0],
    [0.3, 0.8, -0.001, 0.0],
    [-0.2, 1.5, 0.01, -7.0],
    [0.9, -0.4, 0.05, 2.0],
    [0.1, 0.6, 0.0, -1.0],
    [-0.7, 0.2, 0.03, 900.0],
]
RATES = [0.1, 0.1, 0.05, 0.05, 0.02, 0.02]
EPOCHS = 60
FIRST_RATE = 0.1
USED = {"mu": 0.85, "beta1": 0.8, "beta2": 0.888, "eps": 1e-2, "decay": 0.1}

WEIGHTS = {"w", "x", "theta", "p", "param", "params", "weights", "weight"}
GRADIENTS = {"dw", "dx", "g", "grad", "grads", "gradient", "dtheta"}
STATES = {"state", "cache", "v", "m", "s", "velocity", "vel", "r", "h", "sq_avg", "exp_avg"}
COUNTS = {"it", "t", "step", "epoch", "i", "iteration", "iter_num", "n", "current_step"}
ALIASES = {
    "lr": {"lr", "learning_rate", "eta", "alpha", "step_size"},
    "mu": {"mu", "momentum", "beta", "rho", "gamma", "decay_rate", "alpha_decay"},
    "beta1": {"beta1", "beta_1", "b1"},
    "beta2": {"beta2", "beta_2", "b2"},
    "eps": {"eps", "epsilon"},
    "decay": {"weight_decay", "wd", "reg", "lambda_", "l2"},
}


class Unfit(Exception):
    """This shape is not that of the function; the text says why."""


def meaning(name: str) -> str:
    """The setting that a parameter's name stands for, or nothing."""
    return next((key for key, names in ALIASES.items() if name in names), "")


def _config(function: Callable, names: list[str]) -> dict[str, Any]:
    w = np.array(START)
    config: dict[str, Any] = {
        alias: USED[key] for key in ("mu", "beta1", "beta2", "eps") for alias in ALIASES[key]
    }
    path = []
    for grad, lr in zip(GRADS, RATES, strict=True):
        config["learning_rate"] = config["lr"] = lr
        got = function(w, np.array(grad), config)
        if not isinstance(got, tuple) or len(got) != 2 or not isinstance(got[1], dict):
            raise Unfit("a step with a config should return (next_w, config)")
        w, config = np.array(got[0], float), got[1]
        path.append(w.tolist())
    return {"path": path, "given": {key: USED[key] for key in ("mu", "beta1", "beta2", "eps")}}


def _step(function: Callable, names: list[str]) -> dict[str, Any]:
    wrong: Exception | None = None
    starts: tuple[Any, ...] = (np.zeros(4), {}, None)
    for empty in starts:
        for counted in (True, False):
            try:
                return _steps(function, names, empty, counted)
            except Exception as error:
                wrong = wrong or error
    raise wrong or Unfit("no call was possible")


def _steps(function: Callable, names: list[str], empty: Any, counted: bool) -> dict[str, Any]:
    w, path = np.array(START), []
    kept = [name for name in names[2:] if name in STATES or (name == "t" and not counted)]
    state = {name: 0 if name == "t" else _fresh(empty) for name in kept}
    given = {}
    for t, (grad, lr) in enumerate(zip(GRADS, RATES, strict=True), 1):
        settings: dict[str, Any] = {}
        for name in names[2:]:
            key = meaning(name)
            if key:
                settings[name] = lr if key == "lr" else USED[key]
                given[key] = USED.get(key, 0.0)
            elif name in COUNTS and name not in state:
                settings[name] = t
        before = w.copy()
        got = function(w, np.array(grad), **state, **settings)
        if got is None and not np.array_equal(w, before):
            got = w
        parts = list(got) if isinstance(got, tuple) else [got]
        if len(parts) > 1 and len(parts) != 1 + len(state):
            raise Unfit(f"it should return w and {len(state)} states, and returned {len(parts)}")
        w = np.array(parts[0], float)
        if w.shape != (4,):
            raise Unfit("it should return the new weights first, in the shape of the old ones")
        state |= dict(zip(state, parts[1:], strict=False))
        path.append(w.tolist())
    given.pop("lr", None)
    return {"path": path, "given": given}


def _fresh(empty: Any) -> Any:
    return empty.copy() if empty is not None else None


def _rates(function: Callable, names: list[str]) -> dict[str, Any]:
    return {"rates": [float(function(t)) for t in range(400)]}


def _epochs(function: Callable, names: list[str]) -> dict[str, Any]:
    rates = [FIRST_RATE]
    for epoch in range(EPOCHS):
        rates.append(float(function(epoch, rates[-1])))
    return {"rates": rates[1:], "start": FIRST_RATE}


SHAPES: dict[str, tuple[Callable[[list[str], int], bool], Callable]] = {
    "step(w, dw, config)": (
        lambda names, needed: len(names) == 3 and names[2] in {"config", "cfg"},
        _config,
    ),
    "step(w, grad, state, lr, ...)": (
        lambda names, needed: (
            len(names) > 2 and names[0].lower() in WEIGHTS and names[1].lower() in GRADIENTS
        ),
        _step,
    ),
    "schedule(epoch, lr)": (
        lambda names, needed: (
            len(names) == 2 and names[0] in COUNTS and meaning(names[1]) == "lr" and needed == 2
        ),
        _epochs,
    ),
    "get_lr(it)": (
        lambda names, needed: bool(names) and names[0] in COUNTS and needed == 1,
        _rates,
    ),
}
"""What a call looks like -> how its parameters are known, and how it is run."""


def look(path: str) -> list[dict[str, Any]]:
    """What each public function of a file gave, or why it could not be asked."""
    found = []
    space = runpy.run_path(path, run_name="compared")
    for name, thing in space.items():
        if getattr(thing, "__module__", None) != "compared" or name.startswith("_"):
            continue
        item: dict[str, Any] = {"name": name}
        if inspect.isclass(thing):
            item["unread"] = "a class; compare asks functions: write one that makes a step with it"
        elif inspect.iscoroutinefunction(thing) or inspect.isasyncgenfunction(thing):
            item["unread"] = "an async function, which returns no number: write def, not async def"
        elif inspect.isgeneratorfunction(thing):
            item["unread"] = "a generator, which returns no number: use return, not yield"
        elif inspect.isfunction(thing):
            item |= _ask(thing)
            item["constants"] = {
                key: value
                for key, value in (space | item.pop("defaults", {})).items()
                if isinstance(value, int | float) and not isinstance(value, bool)
            }
        else:
            continue
        found.append(item)
    return found


def _ask(function: Callable) -> dict[str, Any]:
    parameters = inspect.signature(function).parameters.values()
    names = [one.name for one in parameters]
    defaults = {one.name: one.default for one in parameters if one.default is not one.empty}
    for shape, (fits, run) in SHAPES.items():
        if fits(names, len(names) - len(defaults)):
            try:
                got = run(function, names)
            except Exception as error:
                return {"unread": f"like {shape}, but it failed: {type(error).__name__}: {error}"}
            return {"shape": shape, "defaults": defaults} | got
    return {"other": f"({', '.join(names)})"}


def main() -> None:
    """Answer in JSON on the real standard output; what the file prints goes to stderr."""
    answer = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    file = sys.argv[1]
    sys.path[0] = str(Path(file).resolve().parent)
    try:
        said: dict[str, Any] = {"found": look(file)}
    except BaseException as error:
        said = {"error": f"{type(error).__name__}: {error}"}
    json.dump(said, answer)
    answer.close()


if __name__ == "__main__":
    main()
