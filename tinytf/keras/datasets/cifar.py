"""The pickled batches of cifar10 and cifar100."""

from __future__ import annotations

import numpy as np

from tinytf.keras import backend
from tinytf.keras.datasets import files


def load_batch(fpath, label_key="labels"):
    """(images [n, 3, 32, 32], labels) of one file."""
    with open(fpath, "rb") as stream:
        content = {key.decode() if isinstance(key, bytes) else key: value for key, value in files.unpickle(stream).items()}
    return content["data"].reshape(len(content["data"]), 3, 32, 32), content[label_key]


def arranged(images, labels, dtype=None):
    """The images with their channels where Keras wants them, the labels as a column."""
    if backend.image_data_format() == "channels_last":
        images = images.transpose(0, 2, 3, 1)
    labels = np.reshape(labels, (len(labels), 1))
    return images, labels if dtype is None else labels.astype(dtype)
