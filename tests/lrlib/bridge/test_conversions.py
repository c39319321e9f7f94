"""Formulas in the frameworks' own operations, and PyTorch schedulers taken back."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lrlib import bridge
from lrlib.schedules import CosineRestarts, Schedule, StepDecay
from tests.lrlib import examples
from tests.lrlib.conformance import peers
from tests.lrlib.conformance import schedules as conformance

pytestmark = [pytest.mark.peers, pytest.mark.filterwarnings("ignore")]
few = settings(max_examples=8, deadline=None, derandomize=True)
every_schedule = pytest.mark.parametrize(
    "strategy",
    [strategy for name, strategy in examples.SCHEDULES.items() if examples.has_peer(name)],
    ids=filter(examples.has_peer, examples.SCHEDULES),
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
