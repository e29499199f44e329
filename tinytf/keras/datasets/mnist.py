"""tf.keras.datasets.mnist: the handwritten digits, from Keras's file mnist.npz."""

from __future__ import annotations

import os

import numpy as np


def load_data(path="mnist.npz"):
    """((x_train, y_train), (x_test, y_test)) from `path`, or from that file in ~/.keras/datasets.

    Follows tf.keras.datasets.mnist.load_data of TF 1.15, which would download it.
    """
    places = [path, os.path.join(os.path.expanduser("~"), ".keras", "datasets", os.path.basename(path))]
    for place in places:
        if os.path.exists(place):
            with np.load(place, allow_pickle=False) as arrays:
                return (arrays["x_train"], arrays["y_train"]), (arrays["x_test"], arrays["y_test"])
    raise FileNotFoundError(
        f"There is no {' and no '.join(places)}, and tinytf downloads nothing. Put Keras's mnist.npz there, or read the original files "
        "with tensorflow.examples.tutorials.mnist.input_data"
    )
