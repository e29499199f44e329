"""tf.keras.models: models, and copies of them."""

from __future__ import annotations

from tinytf.keras.model_config import model_from_config, model_from_json, network_config, network_from_config  # noqa: F401
from tinytf.keras.network import Input, InputLayer, Model, Sequential  # noqa: F401


def clone_model(model, input_tensors=None, clone_function=None):
    """The model once more, with new weights. Follows tf.keras.models.clone_model of TF 1.15.

    `clone_function` makes the new layer of an old one. NotImplementedError where `input_tensors` are given.
    """
    if input_tensors is not None:
        raise NotImplementedError("tf.keras.models.clone_model(input_tensors=…): clone the model, and call it on the tensors")
    copy = clone_function or (lambda layer: type(layer).from_config(layer.get_config()))
    if not isinstance(model, Sequential):
        if not model._nodes:
            raise ValueError("Expected `model` argument to be a functional `Model` instance, but got a subclass model instead.")
        made = {layer.name: copy(layer) for layer in model.layers}
        return network_from_config(Model, network_config(model), make_layer=lambda described: made[described["name"]])
    made = Sequential(name=model.name)
    if model.inputs:
        made.add(Input(batch_shape=tuple(model.inputs[0].shape.as_list()), dtype=model.inputs[0].dtype.name)._keras_history[0])
    for layer in model.layers:
        made.add(copy(layer))
    return made


def model_from_yaml(yaml_string, custom_objects=None):
    """Absent: it needs PyYAML."""
    raise ImportError("tf.keras.models.model_from_yaml requires yaml module installed; use model_from_json")


def load_model(filepath, custom_objects=None, compile=True):
    """Absent: it needs HDF5 or TF 2's SavedModel."""
    raise NotImplementedError("tf.keras.models.load_model: build the model again and load_weights from a TensorFlow checkpoint")


def save_model(model, filepath, **kwargs):
    """Absent, as Model.save."""
    return model.save(filepath, **kwargs)
