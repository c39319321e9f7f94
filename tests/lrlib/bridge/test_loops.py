"""Schedules inside real loops: accumulation, parameter groups, and a stop in the middle.

Every weight has the gradient 1 in every batch, so what an update takes off a weight is its rate.
"""

import io
import json
import pickle

import numpy as np
import pytest

from lrlib import bridge
from lrlib.schedules import WSD, Constant, CosineDecay, CosineRestarts, Product, StepDecay, Warmup
from tests.lrlib.conformance import peers

UPDATES, ACCUMULATE, STOP = 40, 4, 17
SCHEDULES = [
    WSD(lr=0.3, warmup_steps=6, steps=35, decay_steps=12, lr_end=0.01),
    StepDecay(lr0=0.3, gamma=0.5, every=7),
    Warmup(0.3, 5).then(5, CosineDecay(0.3, 0.0, 30)),
    CosineRestarts(lr_max=0.3, lr_min=0.02, first_cycle=3, multiplier=3),
]
every_schedule = pytest.mark.parametrize("schedule", SCHEDULES, ids=lambda s: type(s).__name__)
pytestmark = [pytest.mark.peers, pytest.mark.filterwarnings("ignore")]


def pair(schedule):
    """The schedules of two groups: the whole rate, and a tenth of it with a warmup of its own."""
    return [schedule, Product([schedule, Warmup(0.1, 9)])]


def expected(schedule):
    return np.stack([each(np.arange(UPDATES)) for each in pair(schedule)], axis=1)


def torch_setup(torch, schedule, values):
    head, body = (torch.tensor([v], dtype=torch.float64, requires_grad=True) for v in values)
    groups = [{"params": [head]}, {"params": [body], "lr": 1e-3}]
    optimizer = torch.optim.SGD(groups, lr=1e-2)
    return (head, body), optimizer, bridge.to_torch(pair(schedule), optimizer)


@every_schedule
@pytest.mark.parametrize("first_loaded", ["optimizer", "scheduler"])
def test_pytorch_follows_the_schedule_at_every_update(schedule, first_loaded):
    torch = peers.required("torch")["torch"]
    weights, optimizer, scheduler = torch_setup(torch, schedule, [0.0, 0.0])
    path, rates = [[0.0, 0.0]], []
    for batch in range(UPDATES * ACCUMULATE):
        (sum(weights) / ACCUMULATE).sum().backward()
        if (batch + 1) % ACCUMULATE:
            continue
        rates.append([group["lr"] for group in optimizer.param_groups])
        optimizer.step()
        scheduler.step()
        optimizer.zero_grad()
        path.append([float(w.detach()) for w in weights])
        if len(rates) == STOP:
            file = io.BytesIO()
            torch.save([optimizer.state_dict(), scheduler.state_dict()], file)
            file.seek(0)
            saved = dict(zip(["optimizer", "scheduler"], torch.load(file)))
            weights, optimizer, scheduler = torch_setup(torch, schedule, path[-1])
            parts = {"optimizer": optimizer, "scheduler": scheduler}
            for name in sorted(parts, reverse=first_loaded == "scheduler"):
                parts[name].load_state_dict(saved[name])
    np.testing.assert_allclose(rates, expected(schedule), rtol=0, atol=1e-12)
    np.testing.assert_allclose(-np.diff(path, axis=0), expected(schedule), rtol=0, atol=1e-12)
    assert scheduler.get_last_lr() == [each(UPDATES) for each in pair(schedule)]


def keras_model(keras, schedule, size=1):
    class Weights(keras.layers.Layer):  # type: ignore[name-defined]
        def build(self, shape):
            self.head = self.add_weight(shape=(1,), initializer="zeros", name="head")
            self.body = self.add_weight(shape=(1,), initializer="zeros", name="body")

        def call(self, x):
            return x + self.head + self.body

    keras.saving.register_keras_serializable(package="tests")(Weights)
    inputs = keras.Input((1,))
    model = keras.Model(inputs, Weights()(inputs))
    head, body = (
        keras.optimizers.SGD(
            bridge.to_keras(each, accumulate=ACCUMULATE), gradient_accumulation_steps=ACCUMULATE
        )
        for each in pair(schedule)
    )
    choose = keras.optimizers.MultiOptimizer(lambda w: head if w.name == "head" else body)
    model.compile(optimizer=choose, loss=lambda y, prediction: prediction)
    return model


@every_schedule
def test_keras_follows_the_schedule_at_every_update(schedule, tmp_path):
    """`fit` with two optimizers; then the state is saved, and a new model goes on from it."""
    keras = peers.required("keras")["keras"]
    path = [[0.0, 0.0]]

    class Recorder(keras.callbacks.Callback):  # type: ignore[name-defined]
        def on_train_batch_end(self, batch, logs=None):
            path.append([float(w.numpy()[0]) for w in self.model.weights])

    def fit(model, batches):
        x = np.zeros((batches, 1))
        model.fit(x, x, batch_size=1, shuffle=False, verbose=0, callbacks=[Recorder()])

    model = keras_model(keras, schedule)
    fit(model, STOP * ACCUMULATE)
    parts = [model.weights, *(part.variables for part in model.optimizer.optimizers)]
    saved = pickle.dumps([[np.array(v) for v in variables] for variables in parts])
    model = keras_model(keras, schedule)
    model.optimizer.build(model.trainable_variables)
    parts = [model.weights, *(part.variables for part in model.optimizer.optimizers)]
    for variables, values in zip(parts, pickle.loads(saved), strict=True):
        for variable, value in zip(variables, values, strict=True):
            variable.assign(value)
    fit(model, (UPDATES - STOP) * ACCUMULATE)
    steps = -np.diff(np.array(path)[::ACCUMULATE], axis=0)
    np.testing.assert_allclose(steps, expected(schedule), rtol=0, atol=1e-12)


def test_a_keras_schedule_without_its_accumulation_runs_too_fast():
    """The trap that `accumulate` is for: Keras asks schedules with the number of batches."""
    keras = peers.required("keras")["keras"]
    w = keras.Variable(np.zeros(1), dtype="float64")
    plan = StepDecay(1.0, 0.5, 2)
    optimizer = keras.optimizers.SGD(bridge.to_keras(plan), gradient_accumulation_steps=2)
    optimizer.build([w])
    path = [0.0]
    for batch in range(8):
        optimizer.apply([keras.ops.ones(1, dtype="float64")], [w])
        if batch % 2:
            path.append(float(w.numpy()[0]))
    assert (-np.diff(path)).tolist() == [plan(1), plan(3), plan(5), plan(7)]


def test_a_keras_schedule_is_saved_and_loaded_with_its_model(tmp_path):
    keras = peers.required("keras")["keras"]
    model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
    plan = SCHEDULES[2]
    model.compile(optimizer=keras.optimizers.SGD(bridge.to_keras(plan, accumulate=2)), loss="mse")
    model.fit(np.ones((6, 2)), np.ones((6, 1)), batch_size=1, verbose=0)
    model.save(tmp_path / "model.keras")
    again = keras.models.load_model(tmp_path / "model.keras").optimizer
    assert int(again.iterations) == 6
    assert again._learning_rate.schedule == plan
    assert float(again.learning_rate) == pytest.approx(plan(3), abs=1e-12)


@every_schedule
def test_optax_follows_the_schedule_at_every_update(schedule):
    """Compiled, with two transforms for two groups; the state is pickled and taken up again."""
    known = peers.required("optax")
    jax, optax = known["jax"], known["optax"]

    def make():
        head, body = (optax.sgd(bridge.to_optax(each)) for each in pair(schedule))
        both = optax.partition({"head": head, "body": body}, {"head": "head", "body": "body"})
        return optax.MultiSteps(both, every_k_schedule=ACCUMULATE)

    def step(optimizer):
        @jax.jit
        def compiled(w, state):
            grads = jax.grad(lambda w: w["head"] + w["body"])(w)
            updates, state = optimizer.update(grads, state, w)
            return optax.apply_updates(w, updates), state

        return compiled

    optimizer = make()
    w = {"head": jax.numpy.zeros(()), "body": jax.numpy.zeros(())}
    state, go, path = optimizer.init(w), step(optimizer), [[0.0, 0.0]]
    for batch in range(UPDATES * ACCUMULATE):
        w, state = go(w, state)
        if (batch + 1) % ACCUMULATE == 0:
            path.append([float(w["head"]), float(w["body"])])
        if batch + 1 == STOP * ACCUMULATE + 2:  # in the middle of an accumulation
            leaves = pickle.dumps([np.array(leaf) for leaf in jax.tree.leaves(state)])
            optimizer = make()
            tree = jax.tree.structure(optimizer.init(w))
            state, go = jax.tree.unflatten(tree, pickle.loads(leaves)), step(optimizer)
    np.testing.assert_allclose(-np.diff(path, axis=0), expected(schedule), rtol=0, atol=1e-12)


def test_a_saved_pytorch_state_is_plain_and_belongs_to_its_schedule():
    torch = peers.required("torch")["torch"]
    w = torch.zeros(1, requires_grad=True)
    scheduler = bridge.to_torch(StepDecay(0.3, 0.5, 2), torch.optim.SGD([w], lr=1.0))
    for _ in range(3):
        scheduler.optimizer.step()
        scheduler.step()
    state = json.loads(json.dumps(scheduler.state_dict()))
    again = bridge.to_torch(StepDecay(0.3, 0.5, 2), torch.optim.SGD([w], lr=torch.tensor(1.0)))
    again.load_state_dict(state)
    assert again.last_epoch == 3
    assert float(again.optimizer.param_groups[0]["lr"]) == pytest.approx(0.15)
    other = bridge.to_torch(Constant(0.3), torch.optim.SGD([w], lr=1.0))
    with pytest.raises(ValueError, match=r"belongs to .*StepDecay.*load \{'updates': 3\}\.$"):
        other.load_state_dict(state)
    other.load_state_dict({"updates": 3})
    assert (other.last_epoch, other.get_last_lr()) == (3, [0.3])


def test_one_schedule_for_groups_that_differ_is_refused():
    torch = peers.required("torch")["torch"]
    a, b = (torch.zeros(1, requires_grad=True) for _ in range(2))
    groups = [{"params": [a]}, {"params": [b], "lr": 0.01}]
    with pytest.raises(ValueError, match=r"different rates, \[0\.01, 0\.1\].*schedule for each"):
        bridge.to_torch(Constant(0.1), torch.optim.SGD(groups, lr=0.1))
    with pytest.raises(ValueError, match=r"the optimizer's 1 parameter groups.* there are 2"):
        bridge.to_torch([Constant(0.1)] * 2, torch.optim.SGD([a], lr=0.1))
    with pytest.raises(TypeError, match=r"schedule\[0\] should be a schedule of lrlib.*Constant"):
        bridge.to_torch([0.1], torch.optim.SGD([a], lr=0.1))
    with pytest.raises(TypeError, match="Give the schedule first, then the optimizer"):
        bridge.to_torch(torch.optim.SGD([a], lr=0.1), Constant(0.1))
