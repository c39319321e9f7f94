"""The bundled files, each checked against its SHA-256 checksum when it is read."""

from __future__ import annotations

import hashlib
import io
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

CHECKSUMS = {
    "breast_cancer.npz": "1546726d77e07b1d8742de7647d2ed386d733b870e18d38461bb581d8d267d62",
    "diabetes.npz": "a61de3dab46eda20156052afbcc9a3c5bcf973c90d53dbf1847cb8d88e40243a",
    "digits.npz": "dff739c317c3d7a561cd1d11ae22ab4ac7f0557489c9e3935e97bec510d05737",
    "docstrings.npz": "029fdf270e520dcd8485218ee5021ceb5d29fc9328510f0e66d39ca480d52a14",
    "runs.npz": "b911e35a2dfda3594a957fd0de7e13a4ae5047ca82718b8ef06f70d66663b7ea",
    "shakespeare.npz": "1a5d8a640b4d7a69d5fd43c24e5c638844c85dc26bd23b2d35182441df8f7201",
}


def load_file(name: str) -> dict[str, NDArray]:
    """Return the arrays of a bundled file, or say that it is missing or damaged."""
    path = Path(__file__).parent / name
    try:
        content = path.read_bytes()
    except OSError as error:
        raise FileNotFoundError(
            f"expected the bundled data file lrlib/data/{name}; it cannot be read "
            f"({error.strerror}); install the course again"
        ) from None
    if hashlib.sha256(content).hexdigest() != CHECKSUMS[name]:
        raise ValueError(
            f"lrlib/data/{name} is not the file that came with the course (its checksum differs); "
            "install the course again"
        )
    with np.load(io.BytesIO(content), allow_pickle=False) as archive:
        return {key: archive[key] for key in archive.files}
