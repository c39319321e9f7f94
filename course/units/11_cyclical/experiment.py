"""Your experiment of this unit: cycles against a straight line at a short budget."""

from pathlib import Path

from lrlib.data import load_digits
from lrlib.optimizers import SGD
from lrlib.problems import Network
from lrlib.schedules import OneCycle, PolynomialDecay, Triangular
from lrlib.training import Method

from ...shared.experiments import experiment
from . import UNIT

STEPS = 300

EXPERIMENT = experiment(
    "experiment_11",
    UNIT,
    data=load_digits,
    problem=lambda part: Network(part, (64, 32, 10)),
    methods={
        "fixed": Method(SGD()),
        "straight line": Method(SGD(), lambda lr: PolynomialDecay(lr, 0.0, STEPS, 1)),
        "triangular": Method(SGD(), lambda lr: Triangular(lr / 10, lr, STEPS // 6)),
        "one cycle": Method(SGD(), lambda lr: OneCycle(lr, STEPS)),
    },
    rungs=(-10, 8),
    updates=(STEPS,),
    batch_size=16,
    least_methods=2,
    table=Path(__file__).with_name("results.npz"),
)
