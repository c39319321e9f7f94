"""What every problem offers, and how mini-batches are drawn."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

from lrlib import _check as check
from lrlib.data import Dataset

Buffers = dict[tuple, NDArray]


class Problem:
    """A loss of one flat parameter vector, with its gradient.

    `w` has shape `(..., n_params)`: any leading axes are independent runs, and a loss has the shape
    of those axes. Results have the dtype of `w`: float32 stays float32.

    A subclass gives `n_params`, `init` and `loss_and_grad`, and `batches` if it is noisy.
    """

    n_params: int

    def init(self, rng: np.random.Generator | int = 0) -> NDArray:
        """Return a starting point of shape `(n_params,)`; `rng` is a Generator or a seed."""
        raise NotImplementedError(f"{type(self).__name__} does not say where to start")

    def loss_and_grad(
        self, w: NDArray, batch: Any = None, buffers: Buffers | None = None
    ) -> tuple[NDArray, NDArray]:
        """Return the loss, shape `(...)`, and its gradient, shape `(..., n_params)`.

        Args:
            w: Parameters, shape `(..., n_params)`.
            batch: What `batches` yields; None means the exact loss, over all samples.
            buffers: A dict, empty at first, in which work arrays are kept between calls. It saves
                allocation; the gradient returned is then overwritten by the next call with it.
        """
        raise NotImplementedError(f"{type(self).__name__} does not define loss_and_grad")

    def loss(self, w: NDArray, batch: Any = None) -> NDArray:
        """Return the loss alone, shape `(...)`."""
        return self.loss_and_grad(w, batch)[0]

    def grad(self, w: NDArray, batch: Any = None) -> NDArray:
        """Return the gradient alone, shape `(..., n_params)`."""
        return self.loss_and_grad(w, batch)[1]

    def batches(self, rng: np.random.Generator, batch_size: int | None) -> Iterator[Any]:
        """Yield for ever the `batch` of each update; None where the loss has no samples."""
        if batch_size is not None:
            raise ValueError(
                f"expected batch_size=None, because {type(self).__name__} has no samples to draw "
                f"from; got {batch_size!r}"
            )
        while True:
            yield None

    def check_params(self, w: Any) -> NDArray:
        """Return `w` as a float array whose last axis is `n_params`, or say what is wrong."""
        array = np.asarray(w)
        if array.ndim == 0 or array.shape[-1] != self.n_params:
            raise ValueError(
                f"expected parameters of shape (..., {self.n_params}) for {type(self).__name__}; "
                f"got shape {array.shape}; start from problem.init(rng)"
            )
        return array if array.dtype.kind == "f" else array.astype(np.float64)


class DataProblem(Problem):
    """A problem whose loss is a mean over the rows of a data set."""

    data: Dataset

    @property
    def n_samples(self) -> int:
        """Number of rows of the data."""
        return self.data.n_samples

    def batches(
        self, rng: np.random.Generator, batch_size: int | None
    ) -> Iterator[NDArray[np.intp] | None]:
        """Yield for ever index arrays: a new random order each epoch, cut into batches.

        Every sample is used once an epoch; the last batch of an epoch may be short. None, or a size
        of at least `n_samples`, yields None: all samples.
        """
        if batch_size is not None:
            batch_size = check.count("batch_size", batch_size)
        if batch_size is None or batch_size >= self.n_samples:
            while True:
                yield None
        while True:
            order = rng.permutation(self.n_samples)
            for start in range(0, self.n_samples, batch_size):
                yield order[start : start + batch_size]


class Typed:
    """One array in each dtype that was asked for, so that float32 runs read float32 data."""

    def __init__(self, array: NDArray) -> None:
        self._versions = {array.dtype: array}
        self._array = array

    def __call__(self, dtype: DTypeLike) -> NDArray:
        key = np.dtype(dtype)
        if key not in self._versions:
            self._versions[key] = self._array.astype(key)
        return self._versions[key]


def as_dataset(data: Dataset | tuple[NDArray, NDArray]) -> Dataset:
    """Return `data` itself if it is a Dataset, else the Dataset of the pair `(X, y)`."""
    if isinstance(data, Dataset):
        return data
    if isinstance(data, tuple) and len(data) == 2:
        return Dataset(*data)
    raise TypeError(
        f"expected a Dataset or a pair (X, y); got {type(data).__name__}; "
        "try lrlib.data.load_digits()"
    )


def scratch(
    buffers: Buffers | None, name: str, shape: tuple[int, ...], dtype: DTypeLike
) -> NDArray:
    """Return an uninitialised array, kept under its name, shape and dtype if buffers are given."""
    if buffers is None:
        return np.empty(shape, dtype)
    key = (name, shape, np.dtype(dtype))
    if key not in buffers:
        buffers[key] = np.empty(shape, dtype)
    return buffers[key]
