"""MNIST, as tf.examples.tutorials.mnist.input_data reads it."""

from __future__ import annotations

from tinytf.examples.tutorials.mnist.input_data import (  # noqa: F401
    DEFAULT_SOURCE_URL,
    DataSet,
    Datasets,
    dense_to_one_hot,
    extract_images,
    extract_labels,
    maybe_download,
    read_data_sets,
)


def load_mnist(train_dir="MNIST-data"):
    """The data sets in the folder `train_dir`."""
    return read_data_sets(train_dir)
