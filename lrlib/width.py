"""Width transfer: a rate and starting weights found on a narrow network, for wider ones."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from lrlib import _check as check
from lrlib.problems import Network


def mup_lr(lr: float, base_width: int, width: int) -> float:
    r"""Return Adam's rate for a matrix that reads a hidden layer: `lr * base_width / width`.

    In the maximal-update parametrisation (muP) a unit that adds up `width` inputs must not move
    further when there are more of them. Adam moves every weight by about the rate, and the moves
    agree in sign with the inputs, so their sum grows with the width; dividing by it keeps

    $$\Delta z = \sum_{i=1}^{n} \Delta W_i a_i \approx \eta_n \, n \, |a|$$

    the same at every width n. Biases and the matrix that reads the data keep `lr`: what they add
    up does not grow. With SGD the factors are others.

    Args:
        lr: The rate found at `base_width`, 0 or more.
        base_width, width: Hidden units of the network tuned and of the network meant, 1 or more.

    Source: G. Yang et al. (2021), Tuning Large Neural Networks via Zero-Shot Hyperparameter
    Transfer (Tensor Programs V), table 3.

    >>> mup_lr(0.1, base_width=16, width=64)
    0.025
    """
    base_width, width = check.count("base_width", base_width), check.count("width", width)
    return check.rate("lr", lr) * base_width / width


def mup_rates(network: Network, lr: float, base_width: int) -> NDArray[np.float64]:
    """Return a rate for every parameter of a network, shape `(n_params,)`, by `mup_lr`.

    An optimizer takes it as `lr`. Each matrix but the first is scaled by its own number of inputs.

    >>> from lrlib.data import load_digits
    >>> network = Network(load_digits(), (64, 32, 10))
    >>> rates = mup_rates(network, 0.1, base_width=16)
    >>> {name: float(part.max()) for name, part in network.views(rates).items()}
    {'W1': 0.1, 'b1': 0.1, 'W2': 0.05, 'b2': 0.1}
    """
    rates = np.full(network.n_params, check.rate("lr", lr))
    for name, part in network.views(rates).items():
        if name[0] == "W" and name != "W1":
            part[...] = mup_lr(lr, base_width, part.shape[0])
    return rates


def mup_init(
    network: Network, base_width: int, rng: np.random.Generator | int = 0
) -> NDArray[np.float64]:
    """Return starting weights for any width, shape `(n_params,)`, equal to `init` at the base.

    As `network.init`, but the last matrix has variance `base_width / n_in**2` in place of `1/n_in`:
    at the start the outputs are sums of independent terms and grow with the root of the width;
    trained weights agree with the activations, and their sum would grow with the width itself.

    Source: G. Yang et al. (2021), Tensor Programs V, table 3.

    >>> from lrlib.data import load_digits
    >>> network = Network(load_digits(), (64, 64, 10))
    >>> plain, scaled = network.views(network.init(0)), network.views(mup_init(network, 16, 0))
    >>> bool((plain["W1"] == scaled["W1"]).all()), float((scaled["W2"] / plain["W2"]).max())
    (True, 0.5)
    """
    w: NDArray[Any] = network.init(rng)
    name = f"W{len(network.sizes) - 1}"
    if name != "W1":
        last = network.views(w)[name]
        last *= np.sqrt(check.count("base_width", base_width) / last.shape[0])
    return w
