"""Your experiment of this unit: how good is the rate that one range test suggests?"""

from pathlib import Path

from lrlib.data import load_mnist1d
from lrlib.optimizers import SGD
from lrlib.problems import Network
from lrlib.training import Method

from ...shared.experiments import experiment
from . import UNIT

EXPERIMENT = experiment(
    "experiment_10",
    UNIT,
    data=load_mnist1d,
    problem=lambda part: Network(part, (40, 48, 10)),
    methods={
        "SGD": Method(SGD()),
    },
    rungs=(-16, 6),
    updates=(100, 600),
    batch_size=32,
    table=Path(__file__).with_name("results.npz"),
)
