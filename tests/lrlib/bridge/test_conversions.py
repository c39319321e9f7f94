"""Formulas in the frameworks' own operations, rows of calls, and schedulers taken back."""

import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lrlib import bridge, optimizers
from lrlib.bridge import no_equal, snippet
from lrlib.bridge.rows import FRAMEWORKS, OPTIMIZERS, SCHEDULES
from lrlib.optimizers.base import MatrixRule
from lrlib.schedules import Constant, CosineRestarts, Schedule, StepDecay
from tests.lrlib import examples
from tests.lrlib.conformance import peers
from tests.lrlib.conformance import schedules as conformance

pytestmark = [pytest.mark.peers, pytest.mark.filterwarnings("ignore")]
few = settings(max_examples=12, deadline=None, derandomize=True)
every_schedule = pytest.mark.parametrize(
    "strategy", examples.SCHEDULES.values(), ids=examples.SCHEDULES.keys()
)
counts = st.lists(st.integers(0, 1500), min_size=1, max_size=20)


def close(rates, schedule, t, tolerance=1e-12):
    meant = schedule(t)
    largest = max(np.abs(meant).max(), 1e-9)
    np.testing.assert_allclose(rates, meant, rtol=0, atol=tolerance * largest)


@every_schedule
def test_the_formula_in_jax_is_the_schedule(strategy):
    jax = peers.required("optax")["jax"]

    @few
    @given(strategy, counts)
    def holds(schedule, t):
        rate, t = bridge.to_optax(schedule), np.array(t)
        close(jax.jit(rate)(t), schedule, t, 1e-11)
        assert float(rate(int(t[0]))) == pytest.approx(schedule(int(t[0])), rel=1e-9, abs=1e-15)

    holds()


@every_schedule
def test_the_formula_in_keras_is_the_schedule(strategy):
    peers.required("keras")

    @few
    @given(strategy, counts)
    def holds(schedule, t):
        close([float(bridge.to_keras(schedule)(each)) for each in t], schedule, np.array(t), 1e-11)

    holds()


@every_schedule
def test_a_pytorch_scheduler_gives_the_schedule_s_own_values(strategy):
    torch = peers.required("torch")["torch"]

    @few
    @given(strategy)
    def holds(schedule):
        optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=1.0)
        scheduler = bridge.to_torch(schedule, optimizer)
        for t in range(30):
            assert optimizer.param_groups[0]["lr"] == schedule(t)
            optimizer.step()
            scheduler.step()

    holds()


@pytest.mark.parametrize("make", ["to_optax", "to_keras"])
def test_in_float32_whole_counts_keep_drops_and_restarts_in_their_place(make):
    """t / every in float32 rounds up to the next drop from about t = 8,000,000 on."""
    jax = peers.required("optax")["jax"]
    keras = peers.required("keras")["keras"]
    make = getattr(bridge, make)
    edge = 7 * 2_400_000
    t = np.array([edge - 1, edge], dtype=np.int32)
    jax.config.update("jax_enable_x64", False)
    keras.config.set_floatx("float32")
    try:
        for schedule in (
            StepDecay(1.0, 1 - 1e-7, 7),
            CosineRestarts(1.0, 0.5, 7, 1),
            CosineRestarts(1.0, 0.5, 7, 2),
        ):
            rates = [float(make(schedule)(each)) for each in t]
            np.testing.assert_allclose(rates, schedule(t), rtol=1e-6)
    finally:
        jax.config.update("jax_enable_x64", True)
        keras.config.set_floatx("float64")


class OwnSchedule(Schedule):
    """A schedule class that the bridge cannot know."""

    def _rates(self, t):
        return 1 / (1 + t)


@pytest.mark.parametrize("make", ["to_optax", "to_keras"])
def test_a_schedule_of_one_s_own_goes_through_a_table(make):
    peers.required(make.removeprefix("to_"))
    make = getattr(bridge, make)
    rate = make(OwnSchedule(), steps=4)
    assert [float(rate(t)) for t in (0, 1, 3, 4, 99)] == [1.0, 0.5, 0.25, 0.25, 0.25]
    with pytest.raises(TypeError, match=r"OwnSchedule has no formula.*Give steps=N"):
        make(OwnSchedule())
    with pytest.raises(TypeError, match=r"should be a schedule of lrlib.*try Constant"):
        make(0.1)
    with pytest.raises(ValueError, match="steps should be a whole number, 1 or more"):
        make(OwnSchedule(), steps=0)


TORCH_ROWS = [
    row
    for row in conformance.ROWS
    if row.peer == "torch" and not row.theirs.startswith(("momentum_of", "by_epoch", "LambdaLR"))
]


@pytest.mark.parametrize("row", TORCH_ROWS, ids=lambda row: row.id)
def test_a_pytorch_scheduler_taken_back_has_its_rates(row):
    scheduler = eval(row.theirs, peers.required("torch"))
    if "anneal_strategy" in row.theirs:
        with pytest.raises(ValueError, match=r"two phases along cosines.*put together by .then"):
            bridge.from_torch(scheduler)
        return
    found = bridge.from_torch(scheduler)
    until = {"t > 25": 26, "t == 40": 40}.get(row.differs, row.steps)
    close(conformance.theirs(row)[:until], found, np.arange(until))


def test_what_cannot_be_taken_back_says_why():
    known = peers.required("torch")
    torch, sgd = known["torch"], known["sgd"]
    schedulers = torch.optim.lr_scheduler
    refused = {
        "from_torch knows .* but it got LambdaLR": schedulers.LambdaLR(sgd(0.1), lambda t: 1.0),
        "milestones should differ": schedulers.MultiStepLR(sgd(0.1), [3, 3]),
        "equally many whole steps": schedulers.CyclicLR(
            sgd(0.1), 0.1, 0.2, 4, 6, cycle_momentum=False
        ),
        "scale_fn of its own": schedulers.CyclicLR(
            sgd(0.1), 0.1, 0.2, 4, scale_fn=lambda x: 1.0, cycle_momentum=False
        ),
        "gamma of ExponentialDecay": schedulers.ExponentialLR(sgd(0.1), 1.5),
        "multiplies the rate it finds": schedulers.ChainedScheduler(
            [schedulers.CosineAnnealingLR(sgd(0.1), 5)]
        ),
    }
    for sentence, scheduler in refused.items():
        with pytest.raises((TypeError, ValueError), match=sentence):
            bridge.from_torch(scheduler)


def test_each_group_is_taken_back_by_itself():
    torch = peers.required("torch")["torch"]
    a, b = (torch.zeros(1, requires_grad=True) for _ in range(2))
    optimizer = torch.optim.SGD([{"params": [a]}, {"params": [b], "lr": 0.01}], lr=0.1)
    found = bridge.from_torch(torch.optim.lr_scheduler.StepLR(optimizer, 3, 0.5))
    assert found == (StepDecay(0.1, 0.5, 3), StepDecay(0.01, 0.5, 3))
    again = torch.optim.SGD([{"params": [a]}, {"params": [b]}], lr=0.1)
    assert bridge.from_torch(bridge.to_torch(found, again)) == found


# The rows "in PyTorch", "in Keras", "in Optax".


def test_every_schedule_and_optimizer_has_a_row_in_each_framework():
    # The momentum of a one-cycle is no rate, and wrappers are written around what they wrap.
    assert set(SCHEDULES) == set(examples.SCHEDULES) - {"OneCycleMomentum"}
    drawn = set(examples.OPTIMIZERS | examples.MATRIX)
    assert set(OPTIMIZERS) == drawn - {"Clipped", "EMA"}
    for row in (SCHEDULES | OPTIMIZERS).values():
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

    @settings(few, max_examples=6 if framework == "keras" else 12)
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
            with pytest.raises(ValueError, match=r"clips in the loop.*clip_grad_norm_"):
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
        coarse = {("Muon", "torch"): 2e-2, ("Muon", "keras"): 1e-6, ("Clipped", "keras"): 1e-6}
        np.testing.assert_allclose(path, ours, rtol=0, atol=coarse.get((name, framework), 1e-9))

    holds()


def in_torch(rule, w, grads):
    torch = peers.required("torch")["torch"]
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


DRIVE = {"torch": in_torch, "keras": in_keras, "optax": in_optax}


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
