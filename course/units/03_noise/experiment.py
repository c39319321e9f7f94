"""Your experiment of this unit: is a batch of 64 worth eight batches of 8?"""

from pathlib import Path

from lrlib.data import load_digits
from lrlib.optimizers import SGD
from lrlib.problems import Network
from lrlib.training import Method

from ...shared.experiments import experiment
from . import UNIT

EXPERIMENT = experiment(
    "experiment_03",
    UNIT,
    data=load_digits,
    problem=lambda part: Network(part, (64, 32, 10)),
    methods={
        "batch of 8": Method(SGD(), batch_size=8),
        "batch of 64": Method(SGD(), batch_size=64),
    },
    rungs=(-14, 4),
    updates=(400,),
    batch_size=8,
    least_methods=2,
    table=Path(__file__).with_name("results.npz"),
)
