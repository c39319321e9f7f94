"""Your experiment of this unit: which rates are usable, and which is the best?"""

from pathlib import Path

from lrlib.data import load_digits
from lrlib.optimizers import SGD
from lrlib.problems import SoftmaxRegression
from lrlib.training import Method

from ...shared.experiments import experiment
from . import UNIT

EXPERIMENT = experiment(
    "experiment_01",
    UNIT,
    data=load_digits,
    problem=SoftmaxRegression,
    methods={
        "gradient descent": Method(SGD()),
    },
    rungs=(-10, 18),
    updates=(200,),
    batch_size=64,
    table=Path(__file__).with_name("results.npz"),
)
