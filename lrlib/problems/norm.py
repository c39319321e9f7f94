"""Layer normalisation and its gradient, shared by the network and the transformer."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

EPS = 1e-5
"""Added to the variance, as PyTorch's LayerNorm does."""


def normalise(x: NDArray) -> tuple[NDArray, NDArray]:
    r"""Return x with mean 0 and variance 1 along its last axis, and the factor `1/std` of each row.

    $$\hat x = \frac{x - \mathrm{mean}(x)}{\sqrt{\mathrm{var}(x) + \epsilon}}$$

    Source: J. Ba, J. Kiros and G. Hinton (2016), "Layer Normalization".

    >>> normalise(np.array([1.0, 3.0]))[0].round(4).tolist()
    [-1.0, 1.0]
    """
    centred = x - x.mean(axis=-1, keepdims=True)
    square = np.vecdot(centred, centred)[..., None] / x.shape[-1]
    inverse = 1 / np.sqrt(square + x.dtype.type(EPS))
    centred *= inverse
    return centred, inverse


def normalise_back(slope: NDArray, normal: NDArray, inverse: NDArray) -> NDArray:
    r"""Return the loss's derivative by x from that by the normalised x, of the same shape.

    With n the normalised x: $(d - \mathrm{mean}(d) - n \, \mathrm{mean}(d n)) / \mathrm{std}$.
    """
    width = slope.shape[-1]
    back = slope - slope.mean(axis=-1, keepdims=True)
    back -= normal * (np.vecdot(slope, normal)[..., None] / width)
    back *= inverse
    return back
