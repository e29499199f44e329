"""tf.contrib.learn.datasets: CSV files and MNIST as arrays."""

from __future__ import annotations

from tinytf.contrib.learn.datasets import base, mnist  # noqa: F401


def load_dataset(name, size="small", test_with_fake_data=False):
    """The data set `name`.  Only "mnist", from the folder MNIST-data: tinytf brings no data with it."""
    if name == "mnist":
        return mnist.load_mnist()
    raise NotImplementedError("tinytf brings no data set %r with it; read a file with tf.contrib.learn.datasets.base.load_csv_with_header" % name)
