"""tf.keras.datasets.boston_housing: prices of houses, from Keras's file boston_housing.npz."""

from __future__ import annotations

import numpy as np

from tinytf.keras.datasets.local_files import found


def load_data(path="boston_housing.npz", test_split=0.2, seed=113):
    """((x_train, y_train), (x_test, y_test)), shuffled by `seed`.  Follows the function of TF 1.15, which would download the file."""
    if not 0 <= test_split < 1:
        raise ValueError("test_split must be in [0, 1), not %s" % test_split)
    with np.load(found(path), allow_pickle=False) as arrays:
        x, y = arrays["x"], arrays["y"]
    np.random.seed(seed)
    order = np.arange(len(x))
    np.random.shuffle(order)
    x, y, at = x[order], y[order], int(len(x) * (1 - test_split))
    return (x[:at], y[:at]), (x[at:], y[at:])
