"""tf.keras.datasets, from files that are there already: tinytf opens no network connections, and reads no pickles."""

from __future__ import annotations

from tinytf.keras.datasets import boston_housing, fashion_mnist, mnist  # noqa: F401


def __getattr__(name):
    if name in ("cifar10", "cifar100", "imdb", "reuters"):
        raise NotImplementedError(f"tf.keras.datasets.{name}: its files are pickles, which may run code: load them yourself, with NumPy")
    raise AttributeError(f"module 'tf.keras.datasets' has no attribute {name!r}")
