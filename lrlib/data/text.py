"""A text for language models, cut into windows of characters."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from lrlib import _check as check
from lrlib.data.dataset import cut, read_only
from lrlib.data.files import load_file


@dataclass(frozen=True, eq=False)
class Text:
    """Windows of a text: in each, every character but the last has the next one as its target.

    Args:
        windows: Numbers of characters, whole, shape `(n_samples, context + 1)`.
        alphabet: The characters; number k stands for `alphabet[k]`.
        title, source, licence: As for `Dataset`.

    Raises:
        ValueError: The windows are not of the stated shape, or hold a number without a character.

    >>> text = Text(np.array([[0, 1, 0], [1, 1, 0]]), alphabet="ab")
    >>> text, text.read(0)
    (<text: 2 windows of 2 characters, 2 different ones>, 'aba')
    """

    windows: NDArray
    alphabet: str
    title: str = "text"
    source: str = field(default="made by the caller", repr=False)
    licence: str = field(default="", repr=False)

    def __post_init__(self) -> None:
        windows = np.asarray(self.windows)
        if windows.ndim != 2 or windows.shape[1] < 2 or not len(windows):
            raise ValueError(
                "expected windows of shape (samples, context + 1), one sample and two characters "
                f"at least; got shape {windows.shape}"
            )
        if windows.dtype.kind not in "iu" or windows.min() < 0:
            raise ValueError("expected windows of whole numbers from 0 up; try alphabet.index")
        if windows.max() >= len(self.alphabet):
            raise ValueError(
                f"expected numbers below {len(self.alphabet)}, one for each character of the "
                f"alphabet; got {windows.max()}"
            )
        object.__setattr__(self, "windows", read_only(windows))

    def __repr__(self) -> str:
        return (
            f"<{self.title}: {self.n_samples} windows of {self.context} characters, "
            f"{len(self.alphabet)} different ones>"
        )

    @property
    def n_samples(self) -> int:
        """Number of windows."""
        return self.windows.shape[0]

    @property
    def context(self) -> int:
        """Characters of a window that have a next one."""
        return self.windows.shape[1] - 1

    def take(self, rows) -> Text:
        """Return the text that holds only the given windows, in the given order."""
        return replace(self, windows=self.windows[rows])

    def split(self, seed: int, fractions: Sequence[float] = (0.8, 0.2)) -> tuple[Text, ...]:
        """Cut the windows at random into disjoint parts; see `Dataset.split`."""
        return tuple(self.take(rows) for rows in cut(self.n_samples, seed, fractions))

    def read(self, row: int) -> str:
        """Return a window as characters."""
        return "".join(self.alphabet[k] for k in self.windows[row])


@lru_cache
def load_shakespeare(context: int = 32) -> Text:
    """Three plays by Shakespeare, 294,000 characters: Macbeth, The Tempest, a Dream.

    The text is cut into windows that do not overlap; the first character of a window is the last
    target of the one before. What is left over at the end is dropped.

    Args:
        context: Characters of a window that have a next one, 1 or more.

    >>> text = load_shakespeare()
    >>> text.context, len(text.alphabet)
    (32, 75)
    """
    context = check.count("context", context)
    raw = load_file("shakespeare.npz")
    codes = raw["codes"]
    n = (len(codes) - 1) // context
    if n == 0:
        raise ValueError(f"expected context below the {len(codes)} characters; got {context}")
    starts = context * np.arange(n)
    return Text(
        windows=codes[starts[:, None] + np.arange(context + 1)],
        alphabet=str(raw["alphabet"]),
        title="Shakespeare",
        source="W. Shakespeare (1606, 1611, 1600), Macbeth, The Tempest, A Midsummer Night's "
        "Dream, after the Globe edition (1866) as Project Gutenberg's texts of 1998 have it, taken "
        "from the package shakespeare 0.6 (Open Knowledge Foundation) by lrlib/data/build.py",
        licence="public domain",
    )
