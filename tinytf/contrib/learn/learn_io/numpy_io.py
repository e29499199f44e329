"""Arrays as inputs.  Follows numpy_io of tf.contrib.learn of TF 1.15."""

from __future__ import annotations

from tinytf.estimator.inputs import numpy_input_fn as _numpy_input_fn


def numpy_input_fn(x, y=None, batch_size=128, num_epochs=1, shuffle=True, queue_capacity=1000, num_threads=1):
    """tf.estimator.inputs.numpy_input_fn, shuffling unless told not to."""
    return _numpy_input_fn(x, y, batch_size, num_epochs, shuffle, queue_capacity, num_threads)
