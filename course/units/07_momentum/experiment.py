"""Your experiment of this unit: momentum against SGD, each at its own best rate."""

from pathlib import Path

from lrlib.data import load_digits
from lrlib.optimizers import SGD, Momentum, Nesterov
from lrlib.problems import Network
from lrlib.training import Method

from ...shared.experiments import experiment
from . import UNIT

EXPERIMENT = experiment(
    "experiment_07",
    UNIT,
    data=load_digits,
    problem=lambda part: Network(part, (64, 32, 10)),
    methods={
        "SGD": Method(SGD()),
        "momentum": Method(Momentum(0.9)),
        "Nesterov": Method(Nesterov(0.9)),
    },
    rungs=(-22, 5),
    updates=(100, 400),
    batch_size=32,
    least_methods=2,
    table=Path(__file__).with_name("results.npz"),
)
