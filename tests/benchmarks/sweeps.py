"""32 rates on the digits network (64-64-10, batch 64, 300 updates, float32): lrlib and PyTorch."""

from __future__ import annotations

import os
import tempfile
import time
from statistics import median

import numpy as np
import torch
from torch.func import functional_call, grad_and_value, stack_module_state, vmap

from lrlib.data import load_digits
from lrlib.optimizers import SGD
from lrlib.problems import Network
from lrlib.training import sweep
from lrlib.training.loop import streams
from tests.benchmarks.timing import CLOCKS, Contender, readable, report

RATES = np.geomspace(1e-3, 1.0, 32)
STEPS, BATCH, SIZES, SEED = 300, 64, (64, 64, 10), 0

digits = load_digits()
network = Network(digits, sizes=SIZES)
X = torch.from_numpy(digits.X.astype(np.float32))
y = torch.from_numpy(digits.y.copy())


def batches():
    """The batches that `sweep` draws for the same seed."""
    drawn = network.batches(streams(SEED)[1], BATCH)
    return [torch.from_numpy(next(drawn)) for _ in range(STEPS)]


def module():
    """A PyTorch network that starts at the point `sweep` starts at."""
    start = network.views(network.init(streams(SEED)[0]).astype(np.float32))
    first, last = torch.nn.Linear(*SIZES[:2]), torch.nn.Linear(*SIZES[1:])
    with torch.no_grad():
        for layer, k in ((first, 1), (last, 2)):
            layer.weight.copy_(torch.from_numpy(start[f"W{k}"].T.copy()))
            layer.bias.copy_(torch.from_numpy(start[f"b{k}"].copy()))
    return torch.nn.Sequential(first, torch.nn.ReLU(), last)


def with_lrlib() -> np.ndarray:
    result = sweep(
        network, SGD(), RATES, STEPS, batch_size=BATCH, seed=SEED, dtype=np.float32, progress=False
    )
    return result.losses[:, -1]


def torch_loop() -> np.ndarray:
    losses = []
    for rate in RATES:
        model = module()
        optimizer = torch.optim.SGD(model.parameters(), lr=rate)
        for rows in batches():
            optimizer.zero_grad()
            loss = torch.nn.functional.cross_entropy(model(X[rows]), y[rows])
            loss.backward()
            optimizer.step()
        losses.append(loss.item())
    return np.array(losses)


def ensemble_step():
    skeleton = module()

    def loss_of(parameters, inputs, targets):
        outputs = functional_call(skeleton, parameters, (inputs,))
        return torch.nn.functional.cross_entropy(outputs, targets)

    gradients = vmap(grad_and_value(loss_of), in_dims=(0, None, None))

    def step(parameters, rates, inputs, targets):
        slopes, losses = gradients(parameters, inputs, targets)
        moved = {
            name: value - rates.view(-1, *[1] * (value.ndim - 1)) * slopes[name]
            for name, value in parameters.items()
        }
        return moved, losses

    return step


def ensemble(step) -> np.ndarray:
    parameters, _ = stack_module_state([module() for _ in RATES])
    parameters = {name: value.detach() for name, value in parameters.items()}
    rates = torch.from_numpy(RATES.astype(np.float32))
    for rows in batches():
        parameters, losses = step(parameters, rates, X[rows], y[rows])
    return losses.numpy()


def run(quick: bool, clock: str) -> None:
    """Print the table, after checking that all contenders computed the same losses."""
    rounds, now = 1 if quick else 5, CLOCKS[clock]
    eager = ensemble_step()
    with tempfile.TemporaryDirectory() as cache:
        os.environ["TORCHINDUCTOR_CACHE_DIR"] = cache
        os.environ["TORCHINDUCTOR_COMPILE_THREADS"] = "1"
        compiled = torch.compile(ensemble_step(), dynamic=True)
        start = time.perf_counter()
        ensemble(compiled)
        first = time.perf_counter() - start
        contenders = [
            Contender("lrlib.sweep", with_lrlib),
            Contender("torch, one network after another", torch_loop),
            Contender("torch.func ensemble, eager", lambda: ensemble(eager)),
            Contender("torch.func ensemble, compiled", lambda: ensemble(compiled)),
        ]
        times: dict[str, list[float]] = {contender.name: [] for contender in contenders}
        losses = {contender.name: contender.work() for contender in contenders}
        for _ in range(rounds):
            for contender in contenders:
                start = now()
                contender.work()
                times[contender.name].append(now() - start)
    for values in losses.values():
        np.testing.assert_allclose(values, losses["lrlib.sweep"], rtol=0.05, atol=5e-3)
    medians = {name: median(values) for name, values in times.items()}
    print(report((__doc__ or "").strip(), contenders, medians))
    whole = first / medians["lrlib.sweep"]
    print(
        f"  The first compiled sweep, with compiling: {readable(first)} (wall), "
        f"{whole:.1f} / lrlib."
    )
    print("  All four ended at the same losses.\n")
