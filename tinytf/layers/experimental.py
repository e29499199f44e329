"""`tf.layers.experimental` of TF 1.15: layers that name their variables as Keras does."""

from __future__ import annotations

import contextlib


@contextlib.contextmanager
def keras_style_scope():
    """NotImplementedError: use `tf.keras.layers`, which name their variables in that way."""
    raise NotImplementedError("tf.layers.experimental.keras_style_scope: use tf.keras.layers, which name their variables in that way")
    yield


def set_keras_style() -> None:
    """NotImplementedError: use `tf.keras.layers`, which name their variables in that way."""
    raise NotImplementedError("tf.layers.experimental.set_keras_style: use tf.keras.layers, which name their variables in that way")
