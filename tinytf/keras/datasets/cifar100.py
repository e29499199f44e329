"""tf.keras.datasets.cifar100: small pictures of a hundred kinds; from the folder cifar-100-python. Follows TF 1.15."""

from __future__ import annotations

import os

from tinytf.keras.datasets import cifar, files


def load_data(label_mode="fine"):
    """((x_train, y_train), (x_test, y_test)); labels 'fine' (100) or 'coarse' (20)."""
    if label_mode not in ("fine", "coarse"):
        raise ValueError('`label_mode` must be one of `"fine"`, `"coarse"`.')
    folder = files.find("cifar-100-python")
    train, test = (cifar.load_batch(os.path.join(folder, part), label_mode + "_labels") for part in ("train", "test"))
    return cifar.arranged(*train), cifar.arranged(*test)
