"""Data sets of Keras from files that are there."""

import gzip

import numpy as np
import pytest

from tinytf.keras import datasets


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    folder = tmp_path / ".keras" / "datasets"
    (folder / "fashion-mnist").mkdir(parents=True)
    return folder


def test_prices_of_houses_are_shuffled_and_split(home):
    np.savez(str(home / "boston_housing.npz"), x=np.arange(20.0).reshape(10, 2), y=np.arange(10.0))
    (x, y), (x_test, y_test) = datasets.boston_housing.load_data()
    assert (len(x), len(x_test)) == (8, 2) and sorted([*y, *y_test]) == list(range(10))
    assert (x[:, 0] == 2 * y).all()


def test_pictures_of_clothes(home):
    for kind, count in (("train", 3), ("t10k", 2)):
        with gzip.open(str(home / "fashion-mnist" / (kind + "-labels-idx1-ubyte.gz")), "wb") as file:
            file.write(b"H" * 8 + bytes(range(count)))
        with gzip.open(str(home / "fashion-mnist" / (kind + "-images-idx3-ubyte.gz")), "wb") as file:
            file.write(b"H" * 16 + bytes(784 * count))
    (x, y), (x_test, _) = datasets.fashion_mnist.load_data()
    assert x.shape == (3, 28, 28) and y.tolist() == [0, 1, 2] and x_test.shape == (2, 28, 28)


def test_nothing_is_downloaded_and_no_pickle_read(home):
    with pytest.raises(FileNotFoundError, match="downloads nothing"):
        datasets.mnist.load_data()
    with pytest.raises(NotImplementedError, match="pickles"):
        datasets.imdb  # noqa: B018
