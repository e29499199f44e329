"""tf.keras.datasets: MNIST from a file that is there already; tinytf opens no network connections."""

from __future__ import annotations

from tinytf.keras.datasets import mnist  # noqa: F401


def __getattr__(name):
    if name in ("fashion_mnist", "cifar10", "cifar100", "imdb", "reuters", "boston_housing"):
        raise NotImplementedError(f"tf.keras.datasets.{name}: load the files yourself, with NumPy")
    raise AttributeError(f"module 'tf.keras.datasets' has no attribute {name!r}")
