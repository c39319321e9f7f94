"""Your experiment of this unit: warmup, cosine and warmup-stable-decay with Adam, at two budgets."""

from pathlib import Path

from lrlib.data import load_mnist1d
from lrlib.optimizers import Adam
from lrlib.problems import Network
from lrlib.schedules import WSD, CosineDecay, Warmup
from lrlib.training import Method

from ...shared.experiments import experiment
from . import UNIT

STEPS = 600

EXPERIMENT = experiment(
    "experiment_12",
    UNIT,
    data=load_mnist1d,
    problem=lambda part: Network(part, (40, 48, 10)),
    methods={
        "constant": Method(Adam()),
        "cosine": Method(Adam(), lambda lr: CosineDecay(lr, 0.0, STEPS)),
        "warmup, cosine": Method(
            Adam(),
            lambda lr: Warmup(lr, STEPS // 10).then(
                STEPS // 10, CosineDecay(lr, 0.0, STEPS - STEPS // 10)
            ),
        ),
        "warmup, stable, decay": Method(
            Adam(), lambda lr: WSD(lr, STEPS // 10, STEPS, STEPS // 5, 0.0)
        ),
    },
    rungs=(-26, 0),
    updates=(STEPS,),
    batch_size=32,
    least_methods=2,
    table=Path(__file__).with_name("results.npz"),
)
