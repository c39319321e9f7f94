"""Your experiment of this unit: what insurance against spikes costs a run in which nothing breaks."""

from functools import cache
from pathlib import Path

from lrlib.data import Text, load_shakespeare
from lrlib.optimizers import Adam, Clipped
from lrlib.problems import Transformer
from lrlib.training import Method

from ...shared.experiments import experiment
from . import UNIT

STEPS = 200
WINDOWS, CONTEXT = 900, 16


@cache
def part_of_a_book() -> Text:
    """The first windows of the book, enough for three parts."""
    return load_shakespeare(context=CONTEXT).take(range(WINDOWS))


EXPERIMENT = experiment(
    "experiment_14",
    UNIT,
    data=part_of_a_book,
    problem=lambda part: Transformer(part, width=16, layers=1, heads=2),
    methods={
        "Adam": Method(Adam()),
        "Adam, beta2 0.95": Method(Adam(beta2=0.95)),
        "Adam, clipped at 1": Method(Clipped(Adam(), 1.0)),
        "Adam, clipped at 0.1": Method(Clipped(Adam(), 0.1)),
    },
    rungs=(-22, -6),
    updates=(STEPS,),
    batch_size=8,
    least_methods=2,
    table=Path(__file__).with_name("results.npz"),
)
