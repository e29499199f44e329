"""tf.keras.datasets from files that are there already."""

import gzip
import json
import os
import pickle

import numpy as np
import pytest

import tinytf as tf

datasets = tf.keras.datasets


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    made = tmp_path / ".keras" / "datasets"
    made.mkdir(parents=True)
    return made


def texts(*lengths):
    rows = np.empty(len(lengths), object)
    rows[:] = [list(range(1, n + 1)) for n in lengths]
    return rows


def test_reviews_are_shuffled_by_their_seed_and_rare_words_replaced(folder):
    np.savez(folder / "imdb.npz", x_train=texts(1, 2, 3), y_train=np.arange(3), x_test=texts(2, 4), y_test=np.arange(2))
    (x_train, y_train), (x_test, y_test) = datasets.imdb.load_data(num_words=6)
    order = np.arange(3)
    np.random.RandomState(113).shuffle(order)
    assert y_train.tolist() == order.tolist()
    assert x_train.tolist() == [[[1, 4], [1, 4, 5], [1, 4, 5, 2]][i] for i in order]
    assert sorted(map(len, x_test)) == [3, 5] and sorted(y_test.tolist()) == [0, 1]
    (x_train, _), (x_test, _) = datasets.imdb.load_data(maxlen=3, start_char=None, oov_char=None, index_from=0)
    assert [*x_train.tolist(), *x_test] == [[1]] * 3  # without a number of words, the last one counts as too rare
    with pytest.raises(ValueError, match="Increase maxlen"):
        datasets.imdb.load_data(maxlen=1)


def test_news_and_houses_are_split(folder):
    np.savez(folder / "reuters.npz", x=texts(1, 2, 3, 4, 5), y=np.arange(5))
    np.savez(folder / "boston_housing.npz", x=np.arange(20.0).reshape(10, 2), y=np.arange(10.0))
    (x_train, y_train), (x_test, _) = datasets.reuters.load_data()
    assert [len(x) - 2 for x in x_train] == y_train.tolist() and len(x_test) == 1
    (x_train, y_train), (x_test, _) = datasets.boston_housing.load_data()
    assert x_train.shape == (8, 2) and x_test.shape == (2, 2) and (x_train[:, 0] == 2 * y_train).all()


def test_pictures(folder):
    (folder / "fashion-mnist").mkdir()
    for part, n in (("train", 3), ("t10k", 2)):
        for kind, content in (("labels-idx1", bytes(8) + bytes(range(n))), ("images-idx3", bytes(16 + n * 784))):
            (folder / "fashion-mnist" / f"{part}-{kind}-ubyte.gz").write_bytes(gzip.compress(content))
    (x_train, y_train), (x_test, _) = datasets.fashion_mnist.load_data()
    assert x_train.shape == (3, 28, 28) and y_train.tolist() == [0, 1, 2] and x_test.shape == (2, 28, 28)
    for name, files in (("cifar-10-batches-py", [f"data_batch_{i}" for i in range(1, 6)] + ["test_batch"]), ("cifar-100-python", ["train", "test"])):
        (folder / name).mkdir()
        for file in files:
            images = np.arange(2 * 3072).reshape(2, 3072).astype(np.uint8)
            batch = {b"data": images, b"labels": [1, 2], b"fine_labels": [3, 4], b"coarse_labels": [5, 6]}
            (folder / name / file).write_bytes(pickle.dumps(batch, 2))
    (x_train, y_train), (x_test, y_test) = datasets.cifar10.load_data()
    assert x_train.shape == (10, 32, 32, 3) and y_train.dtype == np.uint8 and y_test.tolist() == [[1], [2]]
    assert x_train[0, 0, 1].tolist() == [1, 1, 1] and x_train[0, 1, 0].tolist() == [32, 32, 32]
    assert datasets.cifar100.load_data("coarse")[0][1].tolist() == [[5], [6]]


def test_a_pickle_that_would_run_something_is_refused(folder):
    class Harm:
        def __reduce__(self):
            return os.mkdir, (str(folder / "harmed"),)

    (folder / "cifar-100-python").mkdir()
    (folder / "cifar-100-python" / "train").write_bytes(pickle.dumps(Harm()))
    rows = np.empty(1, object)
    rows[0] = Harm()
    np.savez(folder / "reuters.npz", x=rows, y=np.arange(1))
    for load in (datasets.cifar100.load_data, datasets.reuters.load_data):
        with pytest.raises(pickle.UnpicklingError, match="is not read"):
            load()
    assert not (folder / "harmed").exists()


def test_files_of_the_cache_are_found_and_others_named(folder):
    (folder / "imdb_word_index.json").write_text(json.dumps({"the": 1}))
    assert datasets.imdb.get_word_index() == {"the": 1}
    assert tf.keras.utils.get_file("imdb_word_index.json", "http://…") == str(folder / "imdb_word_index.json")
    with pytest.raises(FileNotFoundError, match="downloads nothing"):
        tf.keras.utils.get_file("shakespeare.txt", "http://…")
