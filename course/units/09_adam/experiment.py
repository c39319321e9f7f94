"""Your experiment of this unit: Adam against momentum, at constant and at falling rates."""

from pathlib import Path

from lrlib.data import load_mnist1d
from lrlib.optimizers import Adam, Momentum
from lrlib.problems import Network
from lrlib.schedules import CosineDecay
from lrlib.training import Method

from ...shared.experiments import experiment
from . import UNIT

STEPS = 600

EXPERIMENT = experiment(
    "experiment_09",
    UNIT,
    data=load_mnist1d,
    problem=lambda part: Network(part, (40, 48, 10)),
    methods={
        "momentum": Method(Momentum(0.9)),
        "Adam": Method(Adam()),
        "momentum, cosine": Method(Momentum(0.9), lambda lr: CosineDecay(lr, 0.0, STEPS)),
        "Adam, cosine": Method(Adam(), lambda lr: CosineDecay(lr, 0.0, STEPS)),
    },
    rungs=(-28, 2),
    updates=(STEPS,),
    batch_size=32,
    least_methods=2,
    table=Path(__file__).with_name("results.npz"),
)
