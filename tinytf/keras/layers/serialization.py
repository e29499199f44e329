"""Layers and models as configs, and back.  Follows tf.keras.layers.serialize and deserialize of TF 1.15."""

from __future__ import annotations

from tinytf.keras.names import deserialize_keras_object, serialize_keras_object


def serialize(layer) -> dict:
    """{"class_name", "config"} of a layer."""
    return serialize_keras_object(layer)


def deserialize(config, custom_objects=None):
    """The layer or the model of such a config."""
    from tinytf.keras import layers, network

    known = {name: value for name, value in vars(layers).items() if isinstance(value, type)}
    known.update(Model=network.Model, Sequential=network.Sequential)
    return deserialize_keras_object(config, known, custom_objects, "layer")
