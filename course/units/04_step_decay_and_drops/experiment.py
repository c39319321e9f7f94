"""Your experiment of this unit: on clean labels, when should the rate drop?"""

from pathlib import Path

from lrlib.data import load_digits
from lrlib.optimizers import SGD
from lrlib.problems import Network
from lrlib.schedules import ScheduledDrop
from lrlib.training import Method

from ...shared.experiments import experiment
from . import UNIT

STEPS = 600

EXPERIMENT = experiment(
    "experiment_04",
    UNIT,
    data=load_digits,
    problem=lambda part: Network(part, (64, 32, 10)),
    methods={
        "no drop": Method(SGD()),
        "early drop": Method(SGD(), lambda lr: ScheduledDrop(lr, (STEPS // 5,), 0.1)),
        "late drop": Method(SGD(), lambda lr: ScheduledDrop(lr, (4 * STEPS // 5,), 0.1)),
    },
    rungs=(-12, 5),
    updates=(STEPS,),
    batch_size=16,
    least_methods=2,
    table=Path(__file__).with_name("results.npz"),
)
