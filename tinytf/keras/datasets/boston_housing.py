"""tf.keras.datasets.boston_housing: prices of houses; from Keras's boston_housing.npz. Follows TF 1.15."""

from __future__ import annotations

from tinytf.keras.datasets import files


def load_data(path="boston_housing.npz", test_split=0.2, seed=113):
    """((x_train, y_train), (x_test, y_test))"""
    assert 0 <= test_split < 1
    x, y = files.shuffled(seed, *files.load_arrays(files.find(path), "x", "y"))
    at = int(len(x) * (1 - test_split))
    return (x[:at], y[:at]), (x[at:], y[at:])
