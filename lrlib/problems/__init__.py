"""What is minimised: quadratics, a valley, linear and softmax regression, networks, transformers.

Every problem has `n_params`, `init(rng)`, `loss(w, batch)`, `grad(w, batch)`, both at once as
`loss_and_grad(w, batch)`, and `batches(rng, batch_size)`. The parameters are one flat vector; an
array of shape `(runs, n_params)` is that many independent vectors, and their losses have shape
`(runs,)`.
"""

from lrlib.problems.base import Problem
from lrlib.problems.network import Network, SoftmaxRegression
from lrlib.problems.regression import LinearRegression
from lrlib.problems.surfaces import (
    NoisyQuadratic,
    Quadratic,
    Ravine,
    Rosenbrock,
    RotatedRavine,
)
from lrlib.problems.transformer import Transformer

__all__ = [
    "LinearRegression",
    "Network",
    "NoisyQuadratic",
    "Problem",
    "Quadratic",
    "Ravine",
    "Rosenbrock",
    "RotatedRavine",
    "SoftmaxRegression",
    "Transformer",
]
