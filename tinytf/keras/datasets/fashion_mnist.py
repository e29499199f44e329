"""tf.keras.datasets.fashion_mnist: pictures of clothes, from the four files of that data set."""

from __future__ import annotations

import gzip
import os

import numpy as np

from tinytf.keras.datasets.local_files import found


def _read(name, header):
    with gzip.open(found(os.path.join("fashion-mnist", name)), "rb") as file:
        return np.frombuffer(file.read(), np.uint8, offset=header)


def load_data():
    """((x_train, y_train), (x_test, y_test)).  Follows the function of TF 1.15, which would download the files."""
    parts = []
    for kind in ("train", "t10k"):
        labels = _read(kind + "-labels-idx1-ubyte.gz", 8)
        parts.append((_read(kind + "-images-idx3-ubyte.gz", 16).reshape(len(labels), 28, 28), labels))
    return tuple(parts)
