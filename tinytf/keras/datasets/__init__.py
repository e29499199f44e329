"""tf.keras.datasets: from files that are there already; tinytf opens no network connections."""

from __future__ import annotations

from tinytf.keras.datasets import boston_housing, cifar10, cifar100, fashion_mnist, imdb, mnist, reuters  # noqa: F401
