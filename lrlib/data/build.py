"""Rebuilds the bundled data files from their sources: `python -m lrlib.data.build FOLDER`.

Digits, diabetes and breast cancer are read from an installed scikit-learn (1.9 was used); the bag
of words is counted from the standard library of the running Python (3.11.7 was used); the plays are
read from FOLDER, `shksprdata/texts` of the unpacked package shakespeare 0.6. The loaders never need
this module; it is here so that anyone can see where each number came from.
"""

import argparse
import ast
import re
import sys
import sysconfig
from collections import Counter
from pathlib import Path

import numpy as np

HERE = Path(__file__).parent
PACKAGES = (
    "asyncio",
    "_pydecimal",
    "email",
    "logging",
    "multiprocessing",
    "turtle",
    "unittest",
    "xml",
)
PLAYS = ("macbeth", "tempest", "midsummer_nights_dream")
MIN_WORDS_PER_DOCSTRING = 6
MIN_DOCSTRINGS_PER_WORD = 5


def docstrings(package: str) -> list[str]:
    """Return the docstrings of every class and function in one standard-library package."""
    root = Path(sysconfig.get_paths()["stdlib"])
    files = sorted((root / package).rglob("*.py")) or [root / f"{package}.py"]
    texts = []
    for file in files:
        for node in ast.walk(ast.parse(file.read_bytes())):
            if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
                texts.append(ast.get_docstring(node) or "")
    return texts


def words(text: str) -> list[str]:
    """Return the words of two or more letters, in lower case, leaving out doctest lines."""
    prose = "\n".join(
        line for line in text.splitlines() if not line.lstrip().startswith((">>>", "..."))
    )
    return re.findall(r"[a-z]{2,}", prose.lower())


def build_docstrings() -> None:
    """Write docstrings.npz: word counts as compressed sparse rows, and the package of each row."""
    rows: list[Counter] = []
    labels: list[int] = []
    for label, package in enumerate(PACKAGES):
        for text in docstrings(package):
            counts = Counter(words(text))
            if len(counts) >= MIN_WORDS_PER_DOCSTRING and counts not in rows:
                rows.append(counts)
                labels.append(label)
    spread = Counter(word for counts in rows for word in counts)
    vocabulary = sorted(word for word, n in spread.items() if n >= MIN_DOCSTRINGS_PER_WORD)
    column = {word: i for i, word in enumerate(vocabulary)}
    entries = [sorted((column[w], n) for w, n in counts.items() if w in column) for counts in rows]
    np.savez_compressed(
        HERE / "docstrings.npz",
        indptr=np.cumsum([0, *map(len, entries)]).astype(np.int32),
        indices=np.array([i for row in entries for i, _ in row], dtype=np.int16),
        counts=np.array([n for row in entries for _, n in row], dtype=np.int16),
        y=np.array(labels, dtype=np.uint8),
        words=np.array(vocabulary),
        classes=np.array([p.removeprefix("_py") for p in PACKAGES]),
    )


def build_from_scikit_learn() -> None:
    """Write digits.npz, diabetes.npz and breast_cancer.npz from scikit-learn's copies."""
    try:
        from sklearn import datasets
    except ModuleNotFoundError:
        raise SystemExit(
            "Three of the data sets are read from scikit-learn, which is not installed:"
            f" `{sys.executable} -m pip install scikit-learn` installs it. Nothing was written."
        ) from None
    digits = datasets.load_digits()
    np.savez_compressed(
        HERE / "digits.npz", X=digits.data.astype(np.uint8), y=digits.target.astype(np.uint8)
    )
    diabetes = datasets.load_diabetes(scaled=False)
    np.savez_compressed(
        HERE / "diabetes.npz",
        X=diabetes.data,
        y=diabetes.target.astype(np.int16),
        names=np.array(diabetes.feature_names),
    )
    cancer = datasets.load_breast_cancer()
    np.savez_compressed(
        HERE / "breast_cancer.npz",
        X=cancer.data,
        y=cancer.target.astype(np.uint8),
        names=cancer.feature_names.astype(str),
        classes=cancer.target_names.astype(str),
    )


def build_shakespeare(folder: Path) -> None:
    """Write shakespeare.npz: three plays as numbers of characters, blank lines left out."""
    plays = [(folder / f"{name}_gut.txt").read_text(encoding="ascii") for name in PLAYS]
    lines = [line.strip() for play in plays for line in play.splitlines()]
    text = "\n".join(line for line in lines if line)
    alphabet = "".join(sorted(set(text)))
    codes = np.array([alphabet.index(character) for character in text], dtype=np.uint8)
    np.savez_compressed(HERE / "shakespeare.npz", codes=codes, alphabet=np.array(alphabet))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m lrlib.data.build")
    parser.add_argument("folder", type=Path, help=f"holds {', '.join(PLAYS)} as NAME_gut.txt")
    folder = parser.parse_args().folder
    build_from_scikit_learn()
    build_shakespeare(folder)
    build_docstrings()
