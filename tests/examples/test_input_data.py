"""MNIST batches are TensorFlow 1.15's: the numbers below are what it drew from the same files and seeds."""

import gzip
import struct

import numpy as np
import pytest

import tinytf as tf
from tinytf.examples.tutorials.mnist import input_data


def write_idx(path, magic, array):
    with gzip.open(path, "wb") as stream:
        stream.write(struct.pack(">%dI" % (1 + array.ndim), magic, *array.shape) + array.tobytes())


@pytest.fixture
def folder(tmp_path):
    """20 training images: image i is filled with i and labelled i mod 10; 4 test images."""
    tf.reset_default_graph()
    images = (np.arange(20)[:, None, None] + np.zeros((20, 28, 28))).astype(np.uint8)
    write_idx(tmp_path / "train-images-idx3-ubyte.gz", 2051, images)
    write_idx(tmp_path / "train-labels-idx1-ubyte.gz", 2049, (np.arange(20) % 10).astype(np.uint8))
    write_idx(tmp_path / "t10k-images-idx3-ubyte.gz", 2051, images[:4])
    write_idx(tmp_path / "t10k-labels-idx1-ubyte.gz", 2049, np.arange(4, dtype=np.uint8))
    return str(tmp_path)


WITH_OP_SEED_3 = [[13, 10, 7, 8, 19, 12], [11, 6, 17, 18, 9, 15], [14, 16, 8, 16, 15, 10], [7, 18, 14, 17, 19, 13]]
WITH_GRAPH_SEED_42 = [[15, 17, 6, 18, 11, 14], [8, 7, 19, 10, 13, 16], [9, 12, 10, 16, 15, 8], [19, 13, 18, 9, 17, 11]]


@pytest.mark.parametrize(
    "graph_seed, seed, expected", [(None, 3, WITH_OP_SEED_3), (42, None, WITH_GRAPH_SEED_42), (42, 3, WITH_OP_SEED_3)]
)
def test_batches_are_tensorflows(folder, graph_seed, seed, expected):
    if graph_seed is not None:
        tf.set_random_seed(graph_seed)
    data = input_data.read_data_sets(folder, validation_size=6, seed=seed)
    for i, wanted in enumerate(expected):
        images, labels = data.train.next_batch(6)
        assert (images[:, 0] * 255).round().astype(int).tolist() == wanted
        assert labels.tolist() == [n % 10 for n in wanted]
        assert data.train.epochs_completed == (i >= 2)


def test_shapes_and_types(folder):
    data = input_data.read_data_sets(folder, one_hot=True, validation_size=6)
    assert (data.train.num_examples, data.validation.num_examples, data.test.num_examples) == (14, 6, 4)
    assert data.test.images.shape == (4, 784) and data.test.images.dtype == np.float32
    assert data.test.labels.shape == (4, 10) and data.test.labels.dtype == np.float64
    assert data.test.images.max() == np.float32(3) * np.float32(1 / 255.0)
    raw = input_data.read_data_sets(folder, reshape=False, dtype=tf.uint8, validation_size=0)
    assert raw.train.images.shape == (20, 28, 28, 1) and raw.train.images.dtype == np.uint8
    assert raw.test.next_batch(3, shuffle=False)[1].tolist() == [0, 1, 2]


def test_fake_data():
    data = input_data.read_data_sets("unused", fake_data=True, one_hot=True)
    images, labels = data.train.next_batch(2, fake_data=True)
    assert len(images) == 2 and images[0] == [1] * 784 and labels[0] == [1] + [0] * 9


def test_what_goes_wrong_says_what_to_do(folder, tmp_path):
    with pytest.raises(ValueError, match="Validation size should be between 0 and 20"):
        input_data.read_data_sets(folder, validation_size=21)
    with pytest.raises(TypeError, match="Invalid image dtype"):
        input_data.read_data_sets(folder, dtype=tf.int64, validation_size=0)
    write_idx(tmp_path / "t10k-images-idx3-ubyte.gz", 2049, np.zeros(3, np.uint8))
    with pytest.raises(ValueError, match="Invalid magic number 2049 in MNIST image file"):
        input_data.read_data_sets(folder, validation_size=0)
    with gzip.open(tmp_path / "t10k-images-idx3-ubyte.gz", "wb") as stream:
        stream.write(struct.pack(">4I", 2051, 1000, 28, 28))
    with pytest.raises(ValueError, match="784000 bytes"):
        input_data.read_data_sets(folder, validation_size=0)


def test_a_missing_file_that_cannot_be_fetched(tmp_path):
    nowhere = (tmp_path / "nowhere").as_uri() + "/"
    with pytest.raises(OSError, match="train-images-idx3-ubyte.gz"):
        input_data.read_data_sets(str(tmp_path / "empty"), source_url=nowhere)


def test_a_missing_file_is_fetched(folder, tmp_path):
    target = tmp_path / "fetched"
    data = input_data.read_data_sets(str(target), source_url=tmp_path.as_uri() + "/", validation_size=0)
    assert data.train.num_examples == 20 and len(list(target.iterdir())) == 4
