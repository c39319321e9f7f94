"""Every formula that a docstring shows by example is run, and `import lrlib` stays light."""

import doctest
import importlib
import pkgutil
import subprocess
import sys

import pytest

import lrlib
import lrlib.optimizers
import lrlib.schedules

MODULES = [
    module.name
    for package in (lrlib.schedules, lrlib.optimizers)
    for module in pkgutil.iter_modules(package.__path__, package.__name__ + ".")
]


@pytest.mark.parametrize("name", MODULES)
def test_examples_in_docstrings_are_true(name):
    results = doctest.testmod(importlib.import_module(name))
    assert results.attempted
    assert not results.failed


@pytest.mark.parametrize("package", [lrlib.schedules, lrlib.optimizers], ids=lambda p: p.__name__)
def test_every_public_class_has_an_example_and_every_technique_a_source(package):
    for name in package.__all__:
        thing = getattr(package, name)
        document = " ".join(thing.__doc__.split())
        base = name in ("Schedule", "Optimizer", "ReactiveRate")
        assert base or ">>> " in document, name
        assert base or name in ("stack", "in_place") or "Same as" in document, name


def test_everything_public_is_reached_from_the_top():
    for name in lrlib.__all__:
        if name in vars(lrlib.schedules) or name in vars(lrlib.optimizers):
            home = lrlib.schedules if hasattr(lrlib.schedules, name) else lrlib.optimizers
            assert getattr(lrlib, name) is getattr(home, name)
    classes = set(lrlib.schedules.__all__ + lrlib.optimizers.__all__)
    below = {"stack", "in_place", "orthogonalise", "clip_by_global_norm"}
    assert classes - set(lrlib.__all__) == below
    assert set(lrlib.__all__) <= set(dir(lrlib))


def test_a_name_that_does_not_exist_is_said_to_be_missing():
    with pytest.raises(AttributeError, match=r"lrlib has no 'StepDecai'; dir\(lrlib\) lists"):
        _ = lrlib.StepDecai


def test_importing_lrlib_and_its_techniques_loads_nothing_heavy():
    program = (
        "import sys, lrlib\n"
        "assert 'numpy' not in sys.modules\n"
        "lrlib.StepDecay, lrlib.Adam\n"
        "heavy = {'matplotlib', 'ipywidgets', 'scipy', 'IPython', 'torch', 'pandas'}\n"
        "assert not heavy & set(sys.modules), heavy & set(sys.modules)\n"
    )
    subprocess.run([sys.executable, "-c", program], check=True)
