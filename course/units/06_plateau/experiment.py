"""Your experiment of this unit: what does a blind clock win that reacts to nothing?"""

from pathlib import Path

from lrlib.data import load_digits
from lrlib.optimizers import SGD
from lrlib.problems import Network
from lrlib.schedules import StepDecay
from lrlib.training import Method

from ...shared.experiments import experiment
from . import UNIT

EXPERIMENT = experiment(
    "experiment_06",
    UNIT,
    data=load_digits,
    problem=lambda part: Network(part, (64, 32, 10)),
    methods={
        "fixed": Method(SGD()),
        "blind clock": Method(SGD(), lambda lr: StepDecay(lr, 0.5, 150)),
    },
    rungs=(-12, 5),
    updates=(600,),
    batch_size=8,
    least_methods=2,
    table=Path(__file__).with_name("results.npz"),
)
