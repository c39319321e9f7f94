"""What the documentation of problems, data, training, curvature and width shows is what happens."""

import doctest
import pkgutil
from importlib import import_module

import numpy as np
import pytest

import lrlib.data
import lrlib.problems
import lrlib.training

MODULES = [
    "lrlib.curvature",
    "lrlib.width",
    "lrlib.style",
    *(m.name for m in pkgutil.iter_modules(lrlib.data.__path__, "lrlib.data.")),
    "lrlib.bridge.calls",
    "lrlib.bridge.text",
    "lrlib.bridge.audit.report",
    *(m.name for m in pkgutil.iter_modules(lrlib.problems.__path__, "lrlib.problems.")),
    *(m.name for m in pkgutil.iter_modules(lrlib.training.__path__, "lrlib.training.")),
]


@pytest.mark.parametrize("name", MODULES)
def test_examples_give_what_they_show(name):
    module = import_module(name)
    result = doctest.testmod(module, extraglobs={"np": np})
    assert result.failed == 0


def test_the_public_names_of_problems_and_training_have_examples():
    finder = doctest.DocTestFinder(recurse=True)
    shown = {
        test.name.split(".")[-1]
        for name in MODULES
        for test in finder.find(import_module(name))
        if test.examples
    }
    expected = {"Quadratic", "Ravine", "Rosenbrock", "LinearRegression", "Network"}
    expected |= {"SoftmaxRegression", "train", "sweep", "range_test", "smooth", "suggest_lr"}
    expected |= {"largest_eigenvalue", "hvp", "hessian", "sharpness", "contraction"}
    expected |= {"mup_lr", "mup_rates", "mup_init"}
    expected |= {"study", "Transformer", "student_t", "mean_interval", "paired_interval", "rung"}
    expected |= {"bootstrap_interval", "load_mnist1d", "load_shakespeare", "Text", "runs"}
    assert expected <= shown
