"""Your experiment of this unit: on clean labels, does a smooth decay beat a fixed rate?"""

from pathlib import Path

from lrlib.data import load_digits
from lrlib.optimizers import SGD
from lrlib.problems import Network
from lrlib.schedules import ExponentialDecay, PolynomialDecay
from lrlib.training import Method

from ...shared.experiments import experiment
from . import UNIT

STEPS = 600

EXPERIMENT = experiment(
    "experiment_05",
    UNIT,
    data=load_digits,
    problem=lambda part: Network(part, (64, 32, 10)),
    methods={
        "fixed": Method(SGD()),
        "exponential": Method(SGD(), lambda lr: ExponentialDecay(lr, 0.01, STEPS)),
        "straight line": Method(SGD(), lambda lr: PolynomialDecay(lr, lr / 100, STEPS, 1)),
    },
    rungs=(-14, 4),
    updates=(STEPS,),
    batch_size=16,
    least_methods=2,
    table=Path(__file__).with_name("results.npz"),
)
