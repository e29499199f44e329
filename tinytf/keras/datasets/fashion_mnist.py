"""tf.keras.datasets.fashion_mnist: clothes in the place of digits; from its four files. Follows TF 1.15."""

from __future__ import annotations

import gzip
import os

import numpy as np

from tinytf.keras.datasets import files


def load_data():
    """((x_train, y_train), (x_test, y_test))"""
    return _images("train"), _images("t10k")


def _images(part):
    labels, images = (_bytes(f"{part}-{kind}-ubyte.gz", skip) for kind, skip in (("labels-idx1", 8), ("images-idx3", 16)))
    return images.reshape(len(labels), 28, 28), labels


def _bytes(name, skip):
    with gzip.open(files.find(name, os.path.join("datasets", "fashion-mnist"))) as stream:
        return np.frombuffer(stream.read(), np.uint8, offset=skip)
