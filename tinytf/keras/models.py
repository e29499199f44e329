"""tf.keras.models: models, and copies of them."""

from __future__ import annotations

from tinytf.keras.network import Input, Model, Sequential  # noqa: F401


def clone_model(model, input_tensors=None, clone_function=None):
    """A Sequential model once more, with new weights. Follows tf.keras.models.clone_model of TF 1.15 for Sequential."""
    if not isinstance(model, Sequential) or input_tensors is not None:
        raise NotImplementedError("tf.keras.models.clone_model of a functional model: call the code that builds it once more")
    copy = clone_function or (lambda layer: type(layer).from_config(layer.get_config()))
    made = Sequential(name=model.name)
    if model.inputs:
        made.add(Input(batch_shape=tuple(model.inputs[0].shape.as_list()), dtype=model.inputs[0].dtype.name)._keras_history[0])
    for layer in model.layers:
        made.add(copy(layer))
    return made


def load_model(filepath, custom_objects=None, compile=True):
    """Absent: it needs HDF5 or TF 2's SavedModel."""
    raise NotImplementedError("tf.keras.models.load_model: build the model again and load_weights from a TensorFlow checkpoint")


def save_model(model, filepath, **kwargs):
    """Absent, as Model.save."""
    return model.save(filepath, **kwargs)
