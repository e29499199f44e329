"""tf.keras.datasets.cifar10: small pictures of ten kinds; from the folder cifar-10-batches-py. Follows TF 1.15."""

from __future__ import annotations

import os

import numpy as np

from tinytf.keras.datasets import cifar, files


def load_data():
    """((x_train, y_train), (x_test, y_test))"""
    folder = files.find("cifar-10-batches-py")
    batches = [cifar.load_batch(os.path.join(folder, "data_batch_%d" % i)) for i in range(1, 6)]
    images, labels = (np.concatenate(parts) for parts in zip(*batches))
    test = cifar.load_batch(os.path.join(folder, "test_batch"))
    return cifar.arranged(images, labels, np.uint8), cifar.arranged(*test, np.uint8)
