"""The peers, imported in this one place with the settings under which they can be compared."""

from __future__ import annotations

import os
import warnings
from functools import cache
from importlib import metadata
from typing import Any

import pytest

import lrlib.optimizers
import lrlib.schedules

DISTRIBUTIONS = ("torch", "optax", "keras", "schedulefree", "prodigyopt")


def version(name: str) -> str:
    """The installed version of a peer, or `"not installed"`."""
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return "not installed"


@cache
def names(peer: str) -> dict[str, Any]:
    """What a call may mention: the peer's classes and functions by their usual names."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return _LOADERS[peer]()


def required(peer: str) -> dict[str, Any]:
    """`names(peer)`; without the peer the test is skipped, which in CI counts as a failure."""
    try:
        return names(peer)
    except ImportError:
        pytest.skip(f"{peer} is not installed; requirements for the tests include it")


def ours() -> dict[str, Any]:
    """The names of lrlib."""
    return vars(lrlib.schedules) | vars(lrlib.optimizers)


def _torch() -> dict[str, Any]:
    import torch

    def sgd(lr: float, **options: Any) -> Any:
        parameter = torch.zeros(1, dtype=torch.float64, requires_grad=True)
        return torch.optim.SGD([parameter], lr=lr, **options)

    more = vars(torch.optim.lr_scheduler) | vars(torch.optim.swa_utils)
    return {"torch": torch, "sgd": sgd} | vars(torch.optim) | more


def _optax() -> dict[str, Any]:
    import jax

    jax.config.update("jax_enable_x64", True)
    import optax
    import optax.contrib

    return {"jax": jax, "optax": optax} | vars(optax) | vars(optax.contrib)


def _keras() -> dict[str, Any]:
    os.environ["KERAS_BACKEND"] = "torch"
    import keras

    keras.config.set_floatx("float64")
    callbacks = {"ReduceLROnPlateau": keras.callbacks.ReduceLROnPlateau}
    schedules = vars(keras.optimizers.schedules)
    return {"keras": keras} | vars(keras.optimizers) | schedules | callbacks


def _schedulefree() -> dict[str, Any]:
    import schedulefree
    from schedulefree.adamw_schedulefree_reference import AdamWScheduleFreeReference
    from schedulefree.sgd_schedulefree_reference import SGDScheduleFreeReference

    references = {
        "AdamWScheduleFreeReference": AdamWScheduleFreeReference,
        "SGDScheduleFreeReference": SGDScheduleFreeReference,
    }
    return _torch() | vars(schedulefree) | references


def _prodigyopt() -> dict[str, Any]:
    import prodigyopt

    return _torch() | vars(prodigyopt)


_LOADERS = {
    "torch": _torch,
    "optax": _optax,
    "keras": _keras,
    "schedulefree": _schedulefree,
    "prodigyopt": _prodigyopt,
}
