"""The rows "in PyTorch", "in Keras", "in Optax": each is run and gives what its class gives."""

import re
import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lrlib import bridge, optimizers
from lrlib.bridge import calls, no_equal, snippet
from lrlib.bridge.rows import FRAMEWORKS, SCHEDULES
from lrlib.bridge.rules import OPTIMIZERS, REACTIVE
from lrlib.optimizers.base import MatrixRule
from lrlib.schedules import Constant, CosineRestarts
from tests.lrlib import examples
from tests.lrlib.conformance import optimizers as paths
from tests.lrlib.conformance import peers, plateau, scaling
from tests.lrlib.conformance.rows import Row

pytestmark = [pytest.mark.peers, pytest.mark.filterwarnings("ignore")]
few = settings(max_examples=5, deadline=None, derandomize=True)


def close(rates, schedule, t, tolerance=1e-12):
    meant = schedule(t)
    largest = max(np.abs(meant).max(), 1e-9)
    np.testing.assert_allclose(rates, meant, rtol=0, atol=tolerance * largest)


def test_every_schedule_and_optimizer_has_a_row_in_each_framework():
    # The momentum of a one-cycle is no rate, and wrappers are written around what they wrap.
    schedules = set(filter(examples.has_peer, examples.SCHEDULES))
    assert set(SCHEDULES) == schedules - {"OneCycleMomentum"}
    drawn = set(filter(examples.has_peer, examples.OPTIMIZERS | examples.MATRIX))
    assert set(OPTIMIZERS) == drawn - {"Clipped", "EMA"}
    assert set(REACTIVE) == set(examples.REACTIVE)
    for row in (SCHEDULES | OPTIMIZERS | REACTIVE).values():
        assert tuple(row) == FRAMEWORKS


def run_snippet(text, framework):
    """What the last line of a snippet makes."""
    known = peers.required(framework)
    name = f"to_{framework}"
    names = dict(known) | peers.ours() | {name: getattr(bridge, name)}
    if framework == "torch":
        torch = known["torch"]
        names["model"] = torch.nn.Linear(1, 1)
    exec(text, names)
    return names[text.splitlines()[-1].split(" = ")[0]]


@pytest.mark.parametrize("framework", FRAMEWORKS)
@pytest.mark.parametrize("name", SCHEDULES)
def test_the_snippet_of_a_schedule_gives_its_rates(name, framework):
    peers.required(framework)

    @few
    @given(examples.SCHEDULES[name], st.integers(1, 60))
    def holds(schedule, steps):
        made = run_snippet(snippet(schedule, framework), framework)
        call = SCHEDULES[name][framework]
        if call.last and call.text and call.fits(schedule):
            steps = min(steps, getattr(schedule, call.last))
        t = np.arange(steps)
        if framework == "torch":
            rates = []
            for last in t == steps - 1:
                rates.append(made.optimizer.param_groups[0]["lr"])
                made.optimizer.step()
                if not last:
                    made.step()
        else:
            rates = [float(made(each) if callable(made) else made) for each in t]
        close(np.array(rates), schedule, t, 1e-11)

    holds()


START = {1: np.array([0.5, -1.5, 2.0]), 2: np.array([[0.5, -1.5, 2.0], [1.0, 0.3, -0.2]])}


@pytest.mark.parametrize("framework", FRAMEWORKS)
@pytest.mark.parametrize("name", [*OPTIMIZERS, "Clipped"])
def test_an_optimizer_by_name_takes_the_path_of_its_rule_or_says_why_not(name, framework):
    peers.required(framework)

    @settings(few, max_examples=5)
    @given((examples.OPTIMIZERS | examples.MATRIX)[name], examples.seeds)
    def holds(rule, seed):
        if name == "Clipped" and framework == "torch":
            with pytest.raises(ValueError, match=r"is a line of the loop.*clip_grad_norm_"):
                bridge.optimizer(rule, framework, 0.1, [])
            assert "clip_grad_norm_(model.parameters()" in snippet(rule, framework)
            return
        w = START[2 if isinstance(rule, MatrixRule) else 1]
        grads = np.random.default_rng(seed).normal(size=(5, *w.shape))
        try:
            path = DRIVE[framework](rule, w, grads)
        except ValueError as error:
            assert f"{framework} has no call that equals {name}(" in str(error) or (
                "Clipped" in name and f"{framework} has no call that equals" in str(error)
            )
            return
        ours, state = w, rule.init(w)
        for grad in grads:
            ours, state = rule.update(ours, grad, state, 0.1)
        # Optax averages the momentum that lrlib sums, beside which eps has another size.
        coarse = {("Muon", "torch"): 2e-2, ("Muon", "keras"): 1e-6, ("Clipped", "keras"): 1e-6}
        coarse |= {("Muon", "optax"): 1e-6}
        np.testing.assert_allclose(path, ours, rtol=0, atol=coarse.get((name, framework), 1e-9))

    holds()


def in_torch(rule, w, grads):
    """In float64 throughout: NAdam keeps its momenta in the default dtype."""
    torch = peers.required("torch")["torch"]
    before = torch.get_default_dtype()
    torch.set_default_dtype(torch.float64)
    try:
        return torch_path(torch, rule, w, grads)
    finally:
        torch.set_default_dtype(before)


def torch_path(torch, rule, w, grads):
    turn = (lambda a: np.ascontiguousarray(a.T)) if w.ndim == 2 else np.array
    weight = torch.tensor(turn(w), requires_grad=True)
    optimizer = bridge.optimizer(rule, "torch", 0.1, [weight])
    if hasattr(optimizer, "train"):
        optimizer.train()
    for grad in grads:
        weight.grad = torch.tensor(turn(grad))
        optimizer.step()
    return weight.detach().numpy().T


def in_keras(rule, w, grads):
    keras = peers.required("keras")["keras"]
    weight = keras.Variable(w, dtype="float64", name="kernel")
    optimizer = bridge.optimizer(rule, "keras", 0.1)
    optimizer.build([weight])
    for grad in grads:
        optimizer.apply([keras.ops.convert_to_tensor(grad)], [weight])
    return keras.ops.convert_to_numpy(weight.value)


def in_optax(rule, w, grads):
    optax = peers.required("optax")["optax"]
    optimizer = bridge.optimizer(rule, "optax", 0.1)
    state = optimizer.init(w)
    for grad in grads:
        updates, state = optimizer.update(grad, state, w)
        w = np.array(optax.apply_updates(w, updates))
    return w


@pytest.mark.parametrize("framework", FRAMEWORKS)
@pytest.mark.parametrize("settings", [(0.5, 2, 0.1, 0.0, 1), (0.6, 0, 0.4, 0.0, 0)])
def test_the_snippet_of_a_plateau_rule_cuts_when_it_does(settings, framework):
    peers.required(framework)
    rule = optimizers.ReduceOnPlateau(*settings)
    text = snippet(rule, framework).split(" = ", 1)[1].replace("optimizer,", "sgd(LR),")
    row = Row("plateau", repr(rule), framework, text, steps=len(plateau.METRICS))
    assert row.faults(plateau.ours(row), plateau.theirs(row)) == []
    with pytest.raises(ValueError, match=f"{framework} has no call that equals ReduceOnPlateau"):
        snippet(replace(rule, factor=1.0), framework)


@pytest.mark.parametrize("framework", ["torch", "keras"])
def test_the_snippet_of_a_loss_scale_follows_it(framework):
    peers.required(framework)
    rule = optimizers.LossScale(2.0, 0.5, 3)
    text = snippet(rule, framework).split(" = ", 1)[1]
    text = text.replace("GradScaler(", "GradScaler('cpu', SCALE, ")
    text = text.replace("(optimizer,", "(SGD(), initial_scale=SCALE,")
    row = Row("loss scaling", repr(rule), framework, text, steps=len(scaling.OVERFLOWS))
    assert row.faults(scaling.ours(row), scaling.theirs(row)) == []
    with pytest.raises(ValueError, match=r"keras has no call that equals LossScale\(growth=4"):
        snippet(optimizers.LossScale(4.0), "keras")


def test_the_snippet_of_a_polyak_step_takes_its_path():
    rule = optimizers.PolyakStep(0.6, 0.1)
    text = snippet(rule, "optax").split(" = ", 1)[1]
    row = Row("Polyak step", repr(rule), "optax", text, steps=paths.STEPS + 1)
    assert row.faults(paths.ours(row), paths.theirs(row)) == []
    with pytest.raises(ValueError, match="torch has no call that equals PolyakStep"):
        snippet(rule, "torch")


def test_an_average_of_weights_is_kept_beside_the_optimizer_or_in_it():
    rule = optimizers.EMA(optimizers.SGD(), 0.8)
    text = snippet(rule, "keras", 0.05).split(" = ", 1)[1]
    row = Row("EMA of weights", repr(rule), "keras", text, steps=13, rates="constant")
    assert row.faults(paths.ours(row), paths.theirs(row)) == []
    optax = peers.required("optax")["optax"]
    line = snippet(rule, "optax").splitlines()[-1]
    names = {"optax": optax, "params": np.array([2.0]), "average": np.array([1.0])}
    exec(line, names)
    assert names["average"].tolist() == pytest.approx([1.2])
    torch = peers.required("torch")["torch"]
    names = {"torch": torch, "model": torch.nn.Linear(1, 1, bias=False)}
    exec(snippet(rule, "torch").splitlines()[-1], names)
    average, path = names["average"], []
    for weight in (1.0, 2.0):
        torch.nn.init.constant_(names["model"].weight, weight)
        average.update_parameters(names["model"])
        path.append(float(average.module.weight.detach()))
    assert path == pytest.approx([1.0, 1.2])
    for framework in ("torch", "optax"):
        with pytest.raises(ValueError, match=r"EMA is a line of the loop.*average = "):
            bridge.optimizer(rule, framework, 0.1, [])


@pytest.mark.parametrize("framework", FRAMEWORKS)
@pytest.mark.parametrize("name", SCHEDULES | OPTIMIZERS | REACTIVE)
def test_the_pattern_of_a_class_is_its_snippet_with_names_for_numbers(name, framework):
    text, note = bridge.pattern(name, framework)
    assert text is None or not set("{}") & set(re.sub(r"\{m: gamma.*?\}", "", text))
    assert text is not None or name not in SCHEDULES
    assert note.endswith((".", ""))
    call = (SCHEDULES | OPTIMIZERS | REACTIVE)[name][framework]
    if call.text is not None:
        settings_in = re.findall(r"(?<!\{)\{(\w+)\}", call.text)
        assert all(setting in text for setting in settings_in)


def test_a_class_that_no_framework_has_needs_no_row_and_has_no_call(monkeypatch):
    monkeypatch.delitem(calls._TABLES, "StepDecay")
    monkeypatch.delitem(calls.SCHEDULES, "StepDecay")
    assert {bridge.pattern("StepDecay", framework) for framework in FRAMEWORKS} == {(None, "")}


DRIVE = {"torch": in_torch, "keras": in_keras, "optax": in_optax}


def test_keras_s_own_restarts_are_missed_in_float32():
    """Why the row of CosineRestarts is the bridge: at t = 57, a restart, Keras is at the bottom."""
    keras = peers.required("keras")["keras"]
    plan = CosineRestarts(0.3, 0.0, first_cycle=1, multiplier=7)
    keras.config.set_floatx("float32")
    try:
        theirs = keras.optimizers.schedules.CosineDecayRestarts(0.3, 1, t_mul=7.0)
        assert float(theirs(57)) == pytest.approx(0.0, abs=1e-6)
        assert float(bridge.to_keras(plan)(57)) == pytest.approx(0.3, rel=1e-6)
    finally:
        keras.config.set_floatx("float64")


def test_which_rules_have_an_equal_call_and_where():
    found = {
        framework: [
            name
            for name in OPTIMIZERS
            if name not in ("Shampoo", "SOAP", "Hypergradient")
            and OPTIMIZERS[name][framework].text is not None
        ]
        for framework in FRAMEWORKS
    }
    assert found["keras"] == ["SGD", "AdaDelta", "Lion", "LAMB", "Muon"]
    assert [*OPTIMIZERS.keys() - set(found["torch"]) - {"Shampoo", "SOAP", "Hypergradient"}] != []
    assert no_equal(optimizers.Adam(), "keras") == "Keras scales eps by the second correction."
    assert no_equal(optimizers.Adam(), "torch") == ""


def test_a_framework_or_a_call_that_is_not_there_is_said_in_words():
    with pytest.raises(ValueError, match="'torch' or 'keras' or 'optax', but it is 'mxnet'"):
        snippet(Constant(0.1), "mxnet")
    with pytest.raises(TypeError, match=r"params should be what PyTorch trains"):
        bridge.optimizer(optimizers.SGD(), "torch", 0.1)
    with pytest.raises(AttributeError, match=r"lrlib\.bridge has no 'to_mxnet'; it has to_torch"):
        _ = bridge.to_mxnet


@pytest.mark.parametrize(
    ("name", "blocked", "sentence"),
    [
        ("to_torch", "torch", "needs torch.*Try pip install torch"),
        ("to_keras", "keras", "needs keras.*Try pip install keras"),
        ("to_optax", "jax", "needs jax.*Try pip install jax optax"),
    ],
)
def test_a_missing_framework_is_said_with_what_to_install(name, blocked, sentence):
    program = (
        f"import sys, re; sys.modules[{blocked!r}] = None\n"
        "from lrlib import bridge\n"
        f"try:\n    bridge.{name}\n"
        f"except ImportError as error:\n    assert re.search({sentence!r}, str(error)), error\n"
        "else:\n    raise AssertionError('imported all the same')\n"
    )
    subprocess.run([sys.executable, "-c", program], check=True)


def test_importing_the_bridge_imports_no_framework():
    program = (
        "import sys, lrlib.bridge\n"
        "from lrlib import StepDecay\n"
        "lrlib.bridge.snippet(StepDecay(0.1, 0.5, 3), 'keras')\n"
        "assert not {'torch', 'jax', 'keras', 'optax'} & set(sys.modules)\n"
    )
    subprocess.run([sys.executable, "-c", program], check=True)
