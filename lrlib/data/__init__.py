"""Real data: digits, tables, words, signals, a text, recorded runs; checked when loaded.

Every set is a small file beside this module, or is made by a seeded procedure (MNIST-1D), with its
source, its licence and a SHA-256 checksum that is verified on loading: a lesson never downloads
anything, nor trains on a damaged file. The notices of the sources are in `licences`.
"""

from lrlib.data.dataset import Dataset
from lrlib.data.files import CHECKSUMS
from lrlib.data.mnist1d import load_mnist1d
from lrlib.data.runs import Trace, runs
from lrlib.data.sets import load_breast_cancer, load_diabetes, load_digits, load_docstrings
from lrlib.data.text import Text, load_shakespeare

__all__ = [
    "CHECKSUMS",
    "Dataset",
    "Text",
    "Trace",
    "load_breast_cancer",
    "load_diabetes",
    "load_digits",
    "load_docstrings",
    "load_mnist1d",
    "load_shakespeare",
    "runs",
]
