"""tf.keras.models: models, and copies of them."""

from __future__ import annotations

import os

from tinytf import nest
from tinytf.keras import hdf5
from tinytf.keras.model_config import (  # noqa: F401
    model_from_config,
    model_from_json,
    model_from_yaml,
    network_config,
    network_from_config,
)
from tinytf.keras.network import Input, InputLayer, Model, Sequential  # noqa: F401


def _input_layer(tensor, name):
    """The InputLayer that a tensor comes from, or a new one around it."""
    history = getattr(tensor, "_keras_history", None)
    if history is not None and isinstance(history[0], InputLayer):
        return history[0]
    return InputLayer(input_tensor=tensor, name="input_wrapper_for_" + name)


def clone_model(model, input_tensors=None, clone_function=None):
    """The model once more, with new weights, on new inputs or on `input_tensors`. Follows tf.keras.models.clone_model of TF 1.15.

    `clone_function` makes the new layer of an old one.
    """
    copy = clone_function or (lambda layer: type(layer).from_config(layer.get_config()))
    given = None if input_tensors is None else nest.flatten(input_tensors)
    if not isinstance(model, Sequential):
        if not model._nodes:
            raise ValueError("Expected `model` argument to be a functional `Model` instance, but got a subclass model instead.")
        inputs = {} if given is None else {x.name: _input_layer(t, x.name) for x, t in zip(model._input_layers, given)}
        made = {layer.name: inputs.get(layer.name) or copy(layer) for layer in model.layers}
        return network_from_config(Model, network_config(model), make_layer=lambda described: made[described["name"]])
    made = Sequential(name=model.name)
    if given is not None:
        if len(given) != 1:
            raise ValueError("To clone a `Sequential` model, we expect  at most one tensor as part of `input_tensors`.")
        made.add(_input_layer(given[0], model.layers[0].name))
    elif model.inputs:
        made.add(Input(batch_shape=tuple(model.inputs[0].shape.as_list()), dtype=model.inputs[0].dtype.name)._keras_history[0])
    for layer in model.layers:
        made.add(copy(layer))
    return made


def save_model(model, filepath, overwrite=True, include_optimizer=True, save_format=None, signatures=None) -> None:
    """Writes a model (config, weights, optimizer) to an HDF5 file.  Follows tf.keras.models.save_model of TF 1.15.

    ImportError where h5py is not installed, NotImplementedError for subclassed models and for save_format="tf".
    """
    if (save_format or "h5") != "h5" and os.path.splitext(str(filepath))[1] not in (".h5", ".hdf5", ".keras"):
        raise NotImplementedError(
            'tf.keras.models.save_model(save_format="tf"): a SavedModel of TF 2; use HDF5, save_weights, or tf.keras.experimental.export_saved_model'
        )
    if not model._nodes and not isinstance(model, Sequential):
        raise NotImplementedError(
            "Saving the model to HDF5 format requires the model to be a Functional model or a Sequential model. It does not work for "
            "subclassed models, because such models are defined via the body of a Python method, which isn't safely serializable. "
            'Consider saving to the Tensorflow SavedModel format (by setting save_format="tf") or using `save_weights`.'
        )
    hdf5.save_model_to_hdf5(model, filepath, overwrite, include_optimizer)


def load_model(filepath, custom_objects=None, compile=True):  # noqa: A002  (Keras's name)
    """The model that save_model wrote, here or in TensorFlow.  Follows tf.keras.models.load_model of TF 1.15.

    ImportError where h5py is not installed, IOError where the file is not HDF5.
    """
    if hdf5.is_hdf5(filepath):
        return hdf5.load_model_from_hdf5(filepath, custom_objects, compile)
    if isinstance(filepath, str) and os.path.isdir(filepath):
        raise NotImplementedError("tf.keras.models.load_model of a SavedModel: use tf.keras.experimental.load_from_saved_model")
    if isinstance(filepath, str) and not os.path.exists(filepath):
        raise OSError("SavedModel file does not exist at: %s/{saved_model.pbtxt|saved_model.pb}" % filepath)
    raise OSError("Unable to load model. Filepath is not an hdf5 file (or h5py is not available) or SavedModel.")
