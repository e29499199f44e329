"""tf.contrib.learn.datasets: CSV files, irises, houses and MNIST as arrays."""

from __future__ import annotations

from tinytf.contrib.learn.datasets import base, mnist  # noqa: F401
from tinytf.contrib.learn.datasets.base import load_boston, load_iris  # noqa: F401

DATASETS = {"boston": load_boston, "iris": load_iris, "mnist": mnist.load_mnist}


def load_dataset(name, size="small", test_with_fake_data=False):
    """The data set `name`: "boston", "iris", or "mnist" from the folder MNIST-data.  Follows tf.contrib.learn.datasets of TF 1.15."""
    if name == "dbpedia":
        raise NotImplementedError("tinytf downloads no data set dbpedia; read its files with csv")
    if name not in DATASETS:
        raise ValueError("Name of dataset is not found: %s" % name)
    return DATASETS[name]()
