"""Softmax regression and fully connected networks of any depth, on one flat parameter vector."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lrlib import _check as check
from lrlib.data import Dataset
from lrlib.problems.base import Buffers, DataProblem, Typed, as_dataset, scratch
from lrlib.problems.norm import normalise, normalise_back

ACTIVATIONS = ("relu", "tanh")
Kept = dict[tuple[str, int], Any]


@dataclass(frozen=True, eq=False)
class Network(DataProblem):
    r"""A fully connected network, trained on a data set.

    $$a_0 = x, \quad a_k = \phi(a_{k-1} W_k + b_k), \quad z = a_{K-1} W_K + b_K$$

    With `norm` a hidden layer is $\phi(\gamma_k \, \mathrm{LN}(a_{k-1} W_k) + b_k)$, where LN gives
    each row mean 0 and variance 1 (J. Ba, J. Kiros and G. Hinton, 2016). With `residual` a hidden
    layer that is as wide as the one before adds that one to its own: $a_k = a_{k-1} + \phi(...)$
    (K. He et al., 2016).

    For classes the loss is the mean cross-entropy of `softmax(z)`; for regression it is the mean of
    `(z - y)**2 / 2`. The gradient is found by back-propagation (D. Rumelhart, G. Hinton and
    R. Williams, 1986).

    All weights and biases live in one flat vector, in the order W1, b1, W2, b2, ..., with norm W1,
    b1, g1, W2, b2, g2, ...; `views` names them. Many networks of one shape are one array
    `(runs, n_params)` and are computed together.

    Args:
        data: A Dataset or a pair `(X, y)`.
        sizes: Width of each layer: first the number of features, last the number of classes (1 for
            regression).
        activation: `"relu"` or `"tanh"`, the phi of the hidden layers.
        norm: Whether hidden layers are normalised.
        residual: Whether hidden layers add the layer before, where the widths are equal.

    Raises:
        ValueError: The sizes do not fit the data, the activation is unknown, or `residual` is asked
            of a network in which no two hidden layers in a row are equally wide.

    >>> from lrlib.data import load_digits
    >>> network = Network(load_digits(), sizes=(64, 32, 10))
    >>> network.n_params
    2410
    >>> {name: view.shape for name, view in network.views(network.init(0)).items()}
    {'W1': (64, 32), 'b1': (32,), 'W2': (32, 10), 'b2': (10,)}
    """

    data: Dataset
    sizes: tuple[int, ...] = (64, 64, 10)
    activation: str = "relu"
    norm: bool = False
    residual: bool = False
    _X: Typed = field(init=False, repr=False)
    _targets: Typed = field(init=False, repr=False)

    def __post_init__(self) -> None:
        data = as_dataset(self.data)
        object.__setattr__(self, "data", data)
        sizes = check.sequence("sizes of Network", self.sizes, check.count)
        object.__setattr__(self, "sizes", sizes)
        ends = (data.n_features, data.n_classes or 1)
        if len(sizes) < 2 or (sizes[0], sizes[-1]) != ends:
            raise ValueError(
                f"expected sizes that start with {ends[0]} features and end with {ends[1]} outputs "
                f"for {data!r}; got {self.sizes!r}; try ({ends[0]}, 64, {ends[1]})"
            )
        if self.activation not in ACTIVATIONS:
            raise ValueError(f'expected activation "relu" or "tanh"; got {self.activation!r}')
        if self.residual and not any(map(self._skips, range(1, len(sizes) - 1))):
            raise ValueError(
                "expected two hidden layers of one width in a row, for residual to add the first "
                f"to the second; got {self.sizes!r}; try ({ends[0]}, 32, 32, {ends[1]})"
            )
        if data.n_classes:
            targets = np.eye(data.n_classes)[:, data.y]
        else:
            targets = data.y[None, :].astype(np.float64)
        object.__setattr__(self, "_X", Typed(data.X))
        object.__setattr__(self, "_targets", Typed(targets))

    @cached_property
    def n_params(self) -> int:  # type: ignore[override]
        """Number of weights, biases and gains."""
        gains = sum(self.sizes[1:-1]) if self.norm else 0
        return gains + sum((n_in + 1) * n_out for n_in, n_out in self._layers)

    def _skips(self, k: int) -> bool:
        """Whether hidden layer k adds the layer before."""
        return self.residual and k > 1 and self.sizes[k] == self.sizes[k - 1]

    @cached_property
    def _layers(self) -> list[tuple[int, int]]:
        return list(zip(self.sizes[:-1], self.sizes[1:]))

    @cached_property
    def _places(self) -> dict[str, tuple[slice, tuple[int, ...]]]:
        """Where each of W1, b1, W2, b2, ... lies in `w`, and its shape."""
        places: dict[str, tuple[slice, tuple[int, ...]]] = {}
        start = 0
        for k, (n_in, n_out) in enumerate(self._layers, start=1):
            middle, end = start + n_in * n_out, start + (n_in + 1) * n_out
            places[f"W{k}"] = slice(start, middle), (n_in, n_out)
            places[f"b{k}"] = slice(middle, end), (n_out,)
            start = end
            if self.norm and k < len(self._layers):
                places[f"g{k}"] = slice(start, start + n_out), (n_out,)
                start += n_out
        return places

    def init(self, rng: np.random.Generator | int = 0) -> NDArray:
        """Return random weights, zero biases and gains of 1, shape `(n_params,)`.

        Weights are normal with variance `2/n_in` before a ReLU (K. He et al., 2015) and `1/n_in`
        before tanh and in the last layer (Y. LeCun et al., 1998).
        """
        rng = np.random.default_rng(rng)
        w = np.zeros(self.n_params)
        views = self.views(w)
        for k, (n_in, n_out) in enumerate(self._layers, start=1):
            gain = 2.0 if self.activation == "relu" and k < len(self._layers) else 1.0
            views[f"W{k}"][...] = rng.standard_normal((n_in, n_out)) * np.sqrt(gain / n_in)
            if f"g{k}" in views:
                views[f"g{k}"][...] = 1.0
        return w

    def views(self, w: NDArray) -> dict[str, NDArray]:
        """Return W1, b1, W2, b2, ... as views into `w`: writing to a view changes `w`.

        `Wk` has shape `(..., n_in, n_out)`; `bk`, and with norm `gk`, have shape `(..., n_out)`.
        """
        lead = w.shape[:-1]
        return {
            name: w[..., place].reshape(lead + shape)
            for name, (place, shape) in self._places.items()
        }

    def outputs(self, w: NDArray, X: NDArray | None = None) -> NDArray:
        """Return the last layer before the softmax, shape `(..., rows, outputs)`, for rows X."""
        w = self.check_params(w)
        X = self._X(w.dtype) if X is None else np.asarray(X, dtype=w.dtype)
        return self._forward(self.views(w), X, None, {})[-1].mT

    def accuracy(self, w: NDArray, batch: NDArray | None = None) -> NDArray:
        """Return the share of rows whose largest output is the right class, shape `(...)`."""
        if not self.data.n_classes:
            raise ValueError("expected data with classes; accuracy has no meaning for regression")
        rows = slice(None) if batch is None else batch
        guess = self.outputs(w, self.data.X[rows]).argmax(axis=-1)
        return (guess == self.data.y[rows]).mean(axis=-1)

    def loss(self, w: NDArray, batch: NDArray | None = None) -> NDArray:
        """Return the loss alone, shape `(...)`."""
        w = self.check_params(w)
        x, targets = self._rows(batch, w.dtype)
        return self._criterion(self._forward(self.views(w), x, None, {})[-1], targets, slope=False)

    def loss_and_grad(
        self, w: NDArray, batch: NDArray | None = None, buffers: Buffers | None = None
    ) -> tuple[NDArray, NDArray]:
        """Return `(loss, gradient)`; see `Problem.loss_and_grad`.

        `batch` is an array of row numbers: `(rows,)`, the same for every run, or `(runs, rows)`.
        """
        w = self.check_params(w)
        x, targets = self._rows(batch, w.dtype)
        params = self.views(w)
        kept: Kept = {}
        *layers, z = self._forward(params, x, buffers, kept)
        loss = self._criterion(z, targets)

        grad = scratch(buffers, "grad", w.shape, w.dtype)
        slots = self.views(grad)
        ones = np.ones(x.shape[-2], w.dtype)
        delta, skipped = z.mT, None
        for k in range(len(self._layers), 0, -1):
            a = layers[k - 1]
            np.matmul(ones, delta, out=slots[f"b{k}"])
            if ("norm", k) in kept:
                normal, inverse = kept["norm", k]
                np.matmul(ones, delta * normal, out=slots[f"g{k}"])
                delta = normalise_back(delta * params[f"g{k}"][..., None, :], normal, inverse)
            np.matmul(a.mT, delta, out=slots[f"W{k}"])
            if k > 1:
                delta = np.matmul(
                    delta, params[f"W{k}"].mT, out=scratch(buffers, f"d{k}", a.shape, w.dtype)
                )
                if skipped is not None:
                    delta += skipped
                skipped = delta.copy() if self._skips(k - 1) else None
                phi = kept.get(("phi", k - 1), a)
                if self.activation == "relu":
                    delta *= phi > 0
                else:
                    delta *= 1 - phi * phi
        return loss, grad

    def _rows(self, batch: NDArray | None, dtype: np.dtype) -> tuple[NDArray, NDArray]:
        X, targets = self._X(dtype), self._targets(dtype)
        if batch is None:
            return X, targets
        chosen = targets[:, batch]
        return X[batch], chosen if chosen.ndim == 2 else chosen.swapaxes(0, 1)

    def _forward(
        self, params: dict[str, NDArray], x: NDArray, buffers: Buffers | None, kept: Kept
    ) -> list[NDArray]:
        """Return `[x, a_1, ..., z]`, of shape `(..., rows, width)` but z `(..., outputs, rows)`.

        z lies on its side because sums and maxima over its short axis are then far faster. What the
        gradient needs of norms and residuals beside these is put into `kept`.
        """
        last = len(self._layers)
        layers = [x]
        lead = params["W1"].shape[:-2]
        for k, (_, n_out) in enumerate(self._layers[:-1], start=1):
            shape = (*lead, x.shape[-2], n_out)
            out = scratch(buffers, f"a{k}", shape, x.dtype)
            a = np.matmul(layers[-1], params[f"W{k}"], out=out)
            if self.norm:
                kept["norm", k] = normalise(a)
                np.multiply(kept["norm", k][0], params[f"g{k}"][..., None, :], out=a)
            a += params[f"b{k}"][..., None, :]
            if self.activation == "relu":
                np.maximum(a, 0, out=a)
            else:
                np.tanh(a, out=a)
            if self._skips(k):
                kept["phi", k] = a.copy()
                a += layers[-1]
            layers.append(a)
        out = scratch(buffers, "z", (*lead, self.sizes[-1], x.shape[-2]), x.dtype)
        z = np.matmul(params[f"W{last}"].mT, layers[-1].mT, out=out)
        z += params[f"b{last}"][..., :, None]
        layers.append(z)
        return layers

    def _criterion(self, z: NDArray, targets: NDArray, *, slope: bool = True) -> NDArray:
        """Return the mean loss, shape `(...)`, and turn `z` in place into its derivative by z.

        Without `slope` only the loss is computed, and what `z` holds afterwards is of no use.
        """
        rows = z.shape[-1]
        if not self.data.n_classes:
            z -= targets
            loss = (z * z).sum(axis=(-2, -1)) / (2 * rows)
            if slope:
                z /= rows
            return loss
        z -= z.max(axis=-2, keepdims=True)
        chosen = np.vecdot(z, targets).sum(axis=-1)
        np.exp(z, out=z)
        total = z.sum(axis=-2, keepdims=True)
        loss = (np.log(total).sum(axis=(-2, -1)) - chosen) / rows
        if slope:
            total *= rows
            z /= total
            z -= targets / rows
        return loss


class SoftmaxRegression(Network):
    r"""A linear classifier: a network without hidden layers, whose loss is convex.

    $$f(W, b) = -\frac1n \sum_i \log \mathrm{softmax}(x_i W + b)_{y_i}$$

    Args:
        data: A Dataset with classes, or a pair `(X, y)`.

    >>> from lrlib.data import load_digits
    >>> digits = SoftmaxRegression(load_digits())
    >>> float(digits.loss(digits.init()).round(6)), float(np.log(10).round(6))
    (2.302585, 2.302585)
    """

    def __init__(self, data: Dataset | tuple[NDArray, NDArray]) -> None:
        data = as_dataset(data)
        if not data.n_classes:
            raise ValueError(
                f"expected data with classes; {data!r} has none; use LinearRegression for it"
            )
        super().__init__(data, sizes=(data.n_features, data.n_classes))

    def init(self, rng: np.random.Generator | int = 0) -> NDArray:
        """Return zeros, whatever the seed: the loss is convex, and starts at `log(n_classes)`."""
        return np.zeros(self.n_params)
