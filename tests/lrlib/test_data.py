"""The bundled data are what their sources published, and damage is noticed."""

import numpy as np
import pytest

from lrlib import data
from lrlib.data import Dataset

LOADERS = [
    data.load_digits,
    data.load_diabetes,
    data.load_breast_cancer,
    data.load_docstrings,
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


def test_bundled_files_stay_under_a_megabyte():
    from pathlib import Path

    files = list(Path(data.__file__).parent.glob("*.npz"))
    assert {file.name for file in files} == set(data.CHECKSUMS)
    assert sum(file.stat().st_size for file in files) < 1_000_000


def test_a_damaged_or_missing_file_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(data, "__file__", str(tmp_path / "__init__.py"))
    with pytest.raises(FileNotFoundError, match="install the course again"):
        data._load("digits.npz")
    (tmp_path / "digits.npz").write_bytes(b"something else")
    with pytest.raises(ValueError, match="checksum differs"):
        data._load("digits.npz")


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
