"""A small transformer on the characters of a text, with its gradient by hand."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from lrlib import _check as check
from lrlib.data import Text
from lrlib.problems.base import Buffers, DataProblem
from lrlib.problems.norm import normalise, normalise_back

ROWS_AT_ONCE = 256
CUBIC = 0.044715


class Layer(NamedTuple):
    """What the gradient needs of one layer."""

    norm: tuple[NDArray, NDArray]
    read: NDArray
    heads: NDArray
    shares: NDArray
    mixed: NDArray
    norm2: tuple[NDArray, NDArray]
    read2: NDArray
    before: NDArray
    tanh: NDArray
    hidden: NDArray


@dataclass(frozen=True, eq=False)
class Transformer(DataProblem):
    r"""A causal transformer that predicts each next character of a text.

    With E the characters' vectors and P those of the places in the window, $x_0 = E + P$, each
    layer adds what its heads gather from the characters before, and then a small network:

    $$x' = x + \mathrm{Attention}(\mathrm{LN}(x)) W_o + b_o, \quad
    x'' = x' + \mathrm{GELU}(\mathrm{LN}(x') W_1 + b_1) W_2 + b_2$$

    $$\mathrm{Attention} = \mathrm{softmax}\Big(\frac{Q K^\top}{\sqrt{d}} + M\Big) V, \quad
    z = \mathrm{LN}(x_L) U + u$$

    Q, K and V are the three parts of `LN(x) Wqkv + bqkv`, d is the width of a head, M is minus
    infinity for characters still to come and 0 for the others, each LN has a gain and a shift, and
    GELU is its tanh form. The loss is the mean cross-entropy per character, in nats. Dropout and
    tied weights are left out.

    All parameters are one flat vector; `views` names them. Many transformers of one shape are one
    array `(runs, n_params)` and are computed together.

    Args:
        data: A `Text`.
        width: Length of a character's vector, a multiple of `heads`.
        layers: How many layers.
        heads: How many heads a layer has.

    Raises:
        TypeError: The data is no text.
        ValueError: The width is not a multiple of the heads.

    Sources: A. Vaswani et al. (2017), "Attention Is All You Need"; norms stand before attention and
    network as in A. Radford et al. (2019), "Language Models are Unsupervised Multitask Learners".

    >>> from lrlib.data import load_shakespeare
    >>> small = Transformer(load_shakespeare(), width=32)
    >>> w = small.init(0)
    >>> small.n_params, bool(abs(small.loss(w, np.arange(9)) - np.log(75)) < 0.2)
    (31371, True)
    """

    data: Text  # type: ignore[assignment]
    width: int = 48
    layers: int = 2
    heads: int = 4

    def __post_init__(self) -> None:
        if not isinstance(self.data, Text):
            raise TypeError(
                f"expected a Text for Transformer; got {type(self.data).__name__}; "
                "try lrlib.data.load_shakespeare()"
            )
        for name in ("width", "layers", "heads"):
            object.__setattr__(self, name, check.count(name, getattr(self, name)))
        if self.width % self.heads:
            raise ValueError(
                f"expected a width that is a multiple of the {self.heads} heads; got {self.width}; "
                f"try {self.heads * max(1, self.width // self.heads)}"
            )

    @cached_property
    def shapes(self) -> dict[str, tuple[int, ...]]:
        """The shape of each part of `w`, in order; layer k's names end with k, from 1."""
        d, size = self.width, len(self.data.alphabet)
        shapes: dict[str, tuple[int, ...]] = {"E": (size, d), "P": (self.data.context, d)}
        for k in range(1, self.layers + 1):
            parts = {"g": (d,), "s": (d,), "Wqkv": (d, 3 * d), "bqkv": (3 * d,), "Wo": (d, d)}
            parts |= {"bo": (d,), "g_": (d,), "s_": (d,), "W1_": (d, 4 * d), "b1_": (4 * d,)}
            parts |= {"W2_": (4 * d, d), "b2_": (d,)}
            shapes |= {f"{name}{k}": shape for name, shape in parts.items()}
        return shapes | {"g": (d,), "s": (d,), "U": (d, size), "u": (size,)}

    @cached_property
    def n_params(self) -> int:  # type: ignore[override]
        """Number of parameters."""
        return sum(int(np.prod(shape)) for shape in self.shapes.values())

    def views(self, w: NDArray) -> dict[str, NDArray]:
        """Return the parts of `w` by name, shape `(..., *shapes[name])`: writing changes `w`."""
        views, start = {}, 0
        for name, shape in self.shapes.items():
            end = start + int(np.prod(shape))
            views[name] = w[..., start:end].reshape(*w.shape[:-1], *shape)
            start = end
        return views

    def init(self, rng: np.random.Generator | int = 0) -> NDArray:
        """Return random weights, gains of 1 and zeros elsewhere, shape `(n_params,)`.

        Matrices are normal with variance `1/n_in`, those that add to x with `1/(2 layers n_in)`;
        E and P have deviation 0.3, and U 0.02, so that the first loss is about the log of the
        number of characters.
        """
        rng = np.random.default_rng(rng)
        w = np.zeros(self.n_params)
        for name, part in self.views(w).items():
            kind = name.rstrip("0123456789_") or name
            if kind == "g":
                part[...] = 1.0
            elif part.ndim == 2:
                deviation = {"E": 0.3, "P": 0.3, "U": 0.02}.get(name, part.shape[0] ** -0.5)
                if name.startswith(("Wo", "W2_")):
                    deviation /= (2 * self.layers) ** 0.5
                part[...] = deviation * rng.standard_normal(part.shape)
        return w

    def loss(self, w: NDArray, batch: NDArray | None = None) -> NDArray:
        """Return the loss alone, shape `(...)`."""
        w = self.check_params(w)
        total: Any = 0.0
        for rows, share in self._pieces(batch):
            one_hot, targets = self._rows(rows, w)
            z, _ = self._forward(self.views(w), one_hot, keep=False)
            total = total + share * _cross_entropy(z, targets, slope=False)
        return np.asarray(total, dtype=w.dtype)

    def loss_and_grad(
        self, w: NDArray, batch: NDArray | None = None, buffers: Buffers | None = None
    ) -> tuple[NDArray, NDArray]:
        """Return `(loss, gradient)`; see `Problem.loss_and_grad`.

        `batch` is an array of numbers of windows: `(rows,)`, the same for every run, or
        `(runs, rows)`.
        """
        w = self.check_params(w)
        params, grad = self.views(w), np.zeros_like(w)
        total: Any = 0.0
        for rows, share in self._pieces(batch):
            one_hot, targets = self._rows(rows, w)
            z, kept = self._forward(params, one_hot, keep=True)
            loss = _cross_entropy(z, targets, slope=True)
            z *= w.dtype.type(share)
            total = total + share * loss
            self._backward(params, self.views(grad), one_hot, z, kept)
        return np.asarray(total, dtype=w.dtype), grad

    def _pieces(self, batch: NDArray | None) -> Iterator[tuple[NDArray, float]]:
        """Yield the windows of a batch, or all in pieces that fit into memory, and their share."""
        if batch is not None:
            yield np.asarray(batch), 1.0
            return
        for start in range(0, self.n_samples, ROWS_AT_ONCE):
            rows = np.arange(start, min(start + ROWS_AT_ONCE, self.n_samples))
            yield rows, len(rows) / self.n_samples

    def _rows(self, rows: NDArray, w: NDArray) -> tuple[NDArray, NDArray]:
        """Return characters and targets, one-hot, of shape `(..., characters, alphabet)`."""
        windows = self.data.windows[rows]
        eye = np.eye(len(self.data.alphabet), dtype=w.dtype)
        flat = *windows.shape[:-2], -1
        return eye[windows[..., :-1].reshape(flat)], eye[windows[..., 1:].reshape(flat)]

    def _split(self, x: NDArray, parts: int) -> NDArray:
        """Return `(..., characters, parts * width)` as `(parts, ..., rows, heads, context, d)`."""
        lead, d = x.shape[:-2], self.width // self.heads
        x = x.reshape(*lead, -1, self.data.context, parts, self.heads, d)
        return np.ascontiguousarray(np.moveaxis(x, (-3, -2), (0, -3)))

    def _join(self, x: NDArray) -> NDArray:
        """Undo `_split`."""
        lead = x.shape[1:-4]
        x = np.moveaxis(x, (0, -3), (-3, -2))
        return x.reshape(*lead, -1, x.shape[-3] * self.width)

    def _forward(
        self, params: dict[str, NDArray], one_hot: NDArray, keep: bool
    ) -> tuple[NDArray, list[Any]]:
        """Return the outputs `(..., characters, alphabet)` and what the gradient needs."""
        p, context = params, self.data.context
        kept: list[Any] = []
        ahead = np.triu(np.full((context, context), -np.inf, one_hot.dtype), 1)
        scale = one_hot.dtype.type((self.width // self.heads) ** -0.5)
        x = one_hot @ p["E"]
        windows = x.reshape(*x.shape[:-2], -1, context, self.width)
        windows += p["P"][..., None, :, :]
        for k in range(1, self.layers + 1):
            norm = normalise(x)
            read = _affine(norm[0], p[f"g{k}"], p[f"s{k}"])
            heads = self._split(_add(read @ p[f"Wqkv{k}"], p[f"bqkv{k}"]), 3)
            shares = heads[0] @ heads[1].mT
            shares *= scale
            shares += ahead
            shares -= shares.max(axis=-1, keepdims=True)
            np.exp(shares, out=shares)
            shares /= shares.sum(axis=-1, keepdims=True)
            mixed = self._join((shares @ heads[2])[None])
            x = x + _add(mixed @ p[f"Wo{k}"], p[f"bo{k}"])
            norm2 = normalise(x)
            read2 = _affine(norm2[0], p[f"g_{k}"], p[f"s_{k}"])
            before = _add(read2 @ p[f"W1_{k}"], p[f"b1_{k}"])
            hidden, tanh = _gelu(before)
            x = x + _add(hidden @ p[f"W2_{k}"], p[f"b2_{k}"])
            if keep:
                kept.append(
                    Layer(norm, read, heads, shares, mixed, norm2, read2, before, tanh, hidden)
                )
        norm = normalise(x)
        read = _affine(norm[0], p["g"], p["s"])
        kept.append((norm, read))
        return _add(read @ p["U"], p["u"]), kept

    def _backward(
        self,
        params: dict[str, NDArray],
        slots: dict[str, NDArray],
        one_hot: NDArray,
        dz: NDArray,
        kept: list[Any],
    ) -> None:
        """Add the gradient to `slots`, given the loss's derivative by the outputs."""
        p, scale = params, dz.dtype.type((self.width // self.heads) ** -0.5)
        norm, read = kept[-1]
        dx = _normed(_linear(slots, "U", "u", p["U"], read, dz), slots, p, "", norm)
        for k in range(self.layers, 0, -1):
            one: Layer = kept[k - 1]
            slope = _linear(slots, f"W2_{k}", f"b2_{k}", p[f"W2_{k}"], one.hidden, dx)
            slope *= _gelu_slope(one.before, one.tanh)
            slope = _linear(slots, f"W1_{k}", f"b1_{k}", p[f"W1_{k}"], one.read2, slope)
            dx += _normed(slope, slots, p, f"_{k}", one.norm2)
            slope = _linear(slots, f"Wo{k}", f"bo{k}", p[f"Wo{k}"], one.mixed, dx)
            out = self._split(slope, 1)[0]
            q, key, value = one.heads
            back = np.empty_like(one.heads)
            np.matmul(one.shares.mT, out, out=back[2])
            d = out @ value.mT
            d -= np.vecdot(d, one.shares)[..., None]
            d *= one.shares
            d *= scale
            np.matmul(d, key, out=back[0])
            np.matmul(d.mT, q, out=back[1])
            slope = self._join(back)
            slope = _linear(slots, f"Wqkv{k}", f"bqkv{k}", p[f"Wqkv{k}"], one.read, slope)
            dx += _normed(slope, slots, p, f"{k}", one.norm)
        slots["E"] += one_hot.mT @ dx
        slots["P"] += dx.reshape(*dx.shape[:-2], -1, self.data.context, self.width).sum(axis=-3)


def _add(x: NDArray, bias: NDArray) -> NDArray:
    x += bias[..., None, :]
    return x


def _affine(normal: NDArray, gain: NDArray, shift: NDArray) -> NDArray:
    return _add(normal * gain[..., None, :], shift)


def _linear(
    slots: dict[str, NDArray], W: str, b: str, matrix: NDArray, read: NDArray, slope: NDArray
) -> NDArray:
    """Add the gradients of a matrix and its bias, and return the derivative by what it read."""
    slots[W] += read.mT @ slope
    slots[b] += np.ones(slope.shape[-2], slope.dtype) @ slope
    return slope @ matrix.mT


def _normed(
    slope: NDArray, slots: dict, params: dict, name: str, norm: tuple[NDArray, NDArray]
) -> NDArray:
    """Add the gradients of a gain and a shift, and return the derivative by what was normed."""
    slots[f"s{name}"] += np.ones(slope.shape[-2], slope.dtype) @ slope
    slots[f"g{name}"] += (slope * norm[0]).sum(axis=-2)
    return normalise_back(slope * params[f"g{name}"][..., None, :], *norm)


def _gelu(x: NDArray) -> tuple[NDArray, NDArray]:
    """Return `x (1 + t) / 2` and `t = tanh(sqrt(2/pi) (x + 0.044715 x**3))`."""
    inner = x * x
    inner *= CUBIC
    inner += 1
    inner *= x
    inner *= x.dtype.type(np.sqrt(2 / np.pi))
    tanh = np.tanh(inner, out=inner)
    out = 1 + tanh
    out *= x
    out *= 0.5
    return out, tanh


def _gelu_slope(x: NDArray, tanh: NDArray) -> NDArray:
    inner = x * x
    inner *= 3 * CUBIC
    inner += 1
    inner *= x
    inner *= x.dtype.type(np.sqrt(2 / np.pi) / 2)
    inner *= 1 - tanh * tanh
    inner += 0.5 * (1 + tanh)
    return inner


def _cross_entropy(z: NDArray, targets: NDArray, *, slope: bool) -> NDArray:
    """Return the mean loss, shape `(...)`, and turn z in place into its derivative by z."""
    rows = z.shape[-2]
    z -= z.max(axis=-1, keepdims=True)
    chosen = np.vecdot(z, targets).sum(axis=-1)
    np.exp(z, out=z)
    total = z.sum(axis=-1, keepdims=True)
    loss = (np.log(total).sum(axis=(-2, -1)) - chosen) / rows
    if slope:
        z /= total
        z -= targets
        z /= rows
    return loss
