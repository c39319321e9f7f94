"""Your experiment of this unit: a rate for each parameter, on MNIST-1D."""

from pathlib import Path

from lrlib.data import load_mnist1d
from lrlib.optimizers import SGD, AdaGrad, RMSprop
from lrlib.problems import Network
from lrlib.training import Method

from ...shared.experiments import experiment
from . import UNIT

EXPERIMENT = experiment(
    "experiment_08",
    UNIT,
    data=load_mnist1d,
    problem=lambda part: Network(part, (40, 48, 10)),
    methods={
        "SGD": Method(SGD()),
        "AdaGrad": Method(AdaGrad()),
        "RMSprop": Method(RMSprop()),
    },
    rungs=(-28, 5),
    updates=(400,),
    batch_size=32,
    least_methods=2,
    table=Path(__file__).with_name("results.npz"),
)
