"""The bundled data are what their sources published, and damage is noticed."""

import tomllib
from pathlib import Path

import numpy as np
import pytest

from lrlib import data
from lrlib.data import Dataset, Text, files

ROOT = Path(__file__).resolve().parents[2]
LOADERS = [
    data.load_digits,
    data.load_diabetes,
    data.load_breast_cancer,
    data.load_docstrings,
    data.load_mnist1d,
]


@pytest.mark.parametrize("load", LOADERS)
def test_every_set_says_where_it_comes_from_and_cannot_be_changed(load):
    loaded = load()
    assert loaded.source and loaded.licence and loaded.title != "data"
    assert len(loaded.names) == loaded.n_features
    assert np.isfinite(loaded.X).all()
    with pytest.raises(ValueError, match="read-only"):
        loaded.X[0, 0] = 1.0
    with pytest.raises(ValueError, match="read-only"):
        loaded.y[0] = 1


def test_shapes_and_class_sizes_are_the_published_ones():
    digits, diabetes = data.load_digits(), data.load_diabetes()
    cancer, docstrings = data.load_breast_cancer(), data.load_docstrings()
    assert digits.X.shape == (1797, 64)
    assert np.bincount(digits.y).tolist() == [178, 182, 177, 183, 181, 182, 181, 179, 174, 180]
    assert (digits.X.min(), digits.X.max()) == (0.0, 1.0)
    assert diabetes.X.shape == (442, 10) and not diabetes.n_classes
    assert round(float(diabetes.y.mean()), 3) == 152.133
    assert cancer.X.shape == (569, 30)
    assert np.bincount(cancer.y).tolist() == [212, 357]
    assert cancer.classes == ("malignant", "benign")
    assert docstrings.X.shape == (1602, 1142) and docstrings.n_classes == 8


def test_the_sparse_set_is_sparse_with_common_and_rare_words():
    docstrings = data.load_docstrings()
    share = (docstrings.X > 0).mean(axis=0)
    assert (docstrings.X > 0).mean() < 0.02
    assert share[docstrings.names.index("the")] > 0.6
    assert np.median(share) < 0.01
    assert (share * docstrings.n_samples >= 5).all()


def test_mnist1d_is_the_published_set_and_other_seeds_give_others():
    signals = data.load_mnist1d()
    # Literal values of mnist1d 0.0.2.post1, make_dataset().
    assert signals.y[:12].tolist() == [2, 6, 4, 5, 6, 6, 6, 0, 3, 1, 6, 9]
    assert (np.bincount(signals.y) == 500).all()
    first, last = [-0.3320056674, -0.4719103657, -0.7786970763], [0.65987565, 0.87773435]
    np.testing.assert_allclose(signals.X[0, :3], first, atol=1e-9)
    np.testing.assert_allclose(signals.X[4999, -3:-1], last, atol=1e-7)
    assert np.abs(signals.X).sum() == pytest.approx(148316.17264806535, rel=1e-9)
    assert (signals.X.mean(), signals.X.std()) == pytest.approx((0.0, 1.0))
    other = data.load_mnist1d(samples=100, seed=1)
    assert other.n_samples == 100 and not np.allclose(other.X, data.load_mnist1d(100, seed=2).X)
    with pytest.raises(ValueError, match="10 or more"):
        data.load_mnist1d(samples=9)


def test_the_text_is_the_plays_and_every_character_but_the_first_is_once_a_target():
    text = data.load_shakespeare()
    whole = text.read(0) + "".join(text.read(row)[1:] for row in range(1, text.n_samples))
    assert whole.startswith("MACBETH\nby William Shakespeare\n")
    assert "We are such stuff\nAs dreams are made on" in whole
    assert len(whole) == text.n_samples * 32 + 1 <= 300_000
    assert text.source and text.licence == "public domain"
    longer = data.load_shakespeare(context=64)
    assert longer.read(0) == whole[:65] and longer.alphabet == text.alphabet
    with pytest.raises(ValueError, match="read-only"):
        text.windows[0, 0] = 1
    with pytest.raises(ValueError, match="below the"):
        data.load_shakespeare(context=1_000_000)


def test_a_text_is_split_like_any_other_data():
    text = data.load_shakespeare()
    parts = text.split(seed=3, fractions=(0.6, 0.2, 0.2))
    order = np.random.default_rng(3).permutation(text.n_samples)
    assert np.array_equal(np.concatenate([part.windows for part in parts]), text.windows[order])
    assert [part.alphabet == text.alphabet for part in parts] == [True] * 3


@pytest.mark.parametrize(
    ("windows", "message"),
    [
        (np.zeros((3, 1), int), "two characters at least"),
        (np.zeros((0, 4), int), "one sample"),
        (np.zeros((3, 4)), "whole numbers"),
        (np.full((3, 4), -1), "from 0 up"),
        (np.full((3, 4), 2), "numbers below 2"),
    ],
)
def test_windows_that_are_no_text_are_refused(windows, message):
    with pytest.raises(ValueError, match=message):
        Text(windows, alphabet="ab")


def test_the_notices_of_the_sources_travel_with_the_data():
    folder = Path(data.__file__).parent / "licences"
    texts = {file.stem: file.read_text(encoding="utf-8") for file in folder.glob("*.txt")}
    assert "Copyright (c) 2007-2026 The scikit-learn developers." in texts["scikit-learn"]
    assert "PYTHON SOFTWARE FOUNDATION LICENSE VERSION 2" in texts["python"]
    assert "Apache License" in texts["mnist1d"] and "Greydanus" in texts["mnist1d"]
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    for pattern in project["tool"]["setuptools"]["package-data"]["lrlib.data"]:
        assert set(folder.parent.glob(pattern)) == set(folder.glob("*"))
    noted = {file for pattern in project["project"]["license-files"] for file in ROOT.glob(pattern)}
    assert set(folder.glob("*")) <= noted
    named = {load().licence.split("under ")[-1].replace(" ", "-") for load in LOADERS}
    assert named == set(project["project"]["license"].split(" AND "))


def test_bundled_files_stay_under_a_megabyte():
    found = list(Path(data.__file__).parent.glob("*.npz"))
    assert {file.name for file in found} == set(data.CHECKSUMS)
    assert sum(file.stat().st_size for file in found) < 1_000_000


def test_a_damaged_or_missing_file_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(files, "__file__", str(tmp_path / "__init__.py"))
    with pytest.raises(FileNotFoundError, match="install the course again"):
        files.load_file("digits.npz")
    (tmp_path / "digits.npz").write_bytes(b"something else")
    with pytest.raises(ValueError, match="checksum differs"):
        files.load_file("digits.npz")


def test_equal_seeds_give_equal_disjoint_and_complete_splits():
    whole = data.load_digits()
    parts = whole.split(seed=3, fractions=(0.6, 0.2, 0.2))
    again = whole.split(seed=3, fractions=(0.6, 0.2, 0.2))
    assert [part.n_samples for part in parts] == [1078, 360, 359]
    for part, same in zip(parts, again):
        assert np.array_equal(part.X, same.X) and np.array_equal(part.y, same.y)
    assert not np.array_equal(parts[0].y, whole.split(seed=4, fractions=(0.6, 0.2, 0.2))[0].y)
    numbered = Dataset(np.arange(10.0)[:, None], np.arange(10.0))
    first, second = numbered.split(seed=0)
    assert sorted([*first.y, *second.y]) == list(range(10))
    assert np.array_equal(first.X[:, 0], first.y)


def test_a_part_without_the_last_class_still_knows_all_classes():
    few = Dataset(np.zeros((4, 1)), np.array([0, 1, 2, 2]))
    assert few.take([0, 1]).n_classes == 3


def test_standardising_uses_the_training_part_and_spares_constant_columns():
    train, test = data.load_diabetes().split(seed=0)
    scaled = train.standardised()
    np.testing.assert_allclose(scaled.X.mean(axis=0), 0, atol=1e-12)
    np.testing.assert_allclose(scaled.X.std(axis=0), 1, rtol=1e-12)
    expected = (test.X - train.X.mean(axis=0)) / train.X.std(axis=0)
    np.testing.assert_allclose(test.standardised(like=train).X, expected)
    assert np.isfinite(data.load_digits().standardised().X).all()


@pytest.mark.parametrize(
    ("X", "y", "message"),
    [
        (np.zeros(3), np.zeros(3), "shape"),
        (np.zeros((3, 2)), np.zeros(2), "one row of X for each"),
        (np.full((2, 2), np.nan), np.zeros(2), "missing values"),
        (np.zeros((0, 2)), np.zeros(0), "at least one sample"),
        (np.zeros((2, 2)), np.array([-1, 1]), "from 0 up; got numbers from -1 to 1"),
    ],
)
def test_nonsense_is_refused_in_one_sentence(X, y, message):
    with pytest.raises(ValueError, match=message):
        Dataset(X, y)


@pytest.mark.parametrize("y", [[0, 2], [0.0, 1.0], [-1, 0]])
def test_labels_that_are_none_of_the_named_classes_are_refused(y):
    with pytest.raises(ValueError, match="whole numbers from 0 to 1"):
        Dataset(np.zeros((2, 1)), np.array(y), classes=("no", "yes"))


def test_names_are_no_numbers_and_truth_values_are_two_classes():
    with pytest.raises(TypeError, match=r"try classes, y = np\.unique"):
        Dataset(np.zeros((2, 1)), np.array(["no", "yes"]))
    assert Dataset(np.zeros((2, 1)), np.array([False, True])).n_classes == 2


@pytest.mark.parametrize("fractions", [(0.5, 0.6), (1.5, -0.5), (), (0.9999, 0.0001)])
def test_impossible_splits_are_refused(fractions):
    with pytest.raises(ValueError, match="expected"):
        data.load_diabetes().split(seed=0, fractions=fractions)


def test_standardising_like_other_data_is_refused():
    with pytest.raises(ValueError, match="same 64 features"):
        data.load_digits().standardised(like=data.load_diabetes())
