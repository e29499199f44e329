"""Saving and loading the weights of a model, in TensorFlow's checkpoint format."""

from __future__ import annotations

import os

from tinytf import checkpoint
from tinytf.checkpoint.state import update_checkpoint_state
from tinytf.keras import backend

_VALUE = "/.ATTRIBUTES/VARIABLE_VALUE"


class WeightsMixin:
    """save_weights and load_weights of tf.keras.Model of TF 1.15; HDF5 files are named errors."""

    def _weights_by_key(self) -> dict:
        """{the key that an object-based checkpoint of TF 1.15 has: variable}."""
        found, number = {}, 0
        for layer in self.layers:
            if not layer.weights:
                continue
            for key, variable in _keys_of(layer):
                found[f"layer_with_weights-{number}/{key}{_VALUE}"] = variable
            number += 1
        return found

    def save_weights(self, filepath, overwrite=True, save_format=None) -> None:
        """Writes the weights as a checkpoint `filepath`, under the keys of TF 1.15's object-based ones."""
        filepath = os.fspath(filepath)
        if save_format == "h5" or (save_format is None and filepath.endswith((".h5", ".keras", ".hdf5"))):
            raise NotImplementedError("tf.keras.Model.save_weights: HDF5 needs h5py. Use a path without .h5: a TensorFlow checkpoint")
        if not self.outputs and not self.weights:
            raise ValueError(f"Unable to save the weights of {self.name}: the model has none yet. Call it, or build it.")
        if not overwrite and os.path.exists(filepath + ".index"):
            raise FileExistsError(f"{filepath} exists already, and overwrite=False")
        named = self._weights_by_key()
        values = backend.batch_get_value(list(named.values()))
        checkpoint.save(filepath, dict(zip(named, values)))
        update_checkpoint_state(os.path.dirname(filepath) or ".", filepath, save_relative_paths=True)

    def load_weights(self, filepath, by_name=False) -> None:
        """Reads the weights from a checkpoint that save_weights (here or in TensorFlow) wrote."""
        filepath = os.fspath(filepath)
        if by_name or filepath.endswith((".h5", ".keras", ".hdf5")):
            raise NotImplementedError("tf.keras.Model.load_weights: HDF5 needs h5py. Load a TensorFlow checkpoint")
        reader = checkpoint.NewCheckpointReader(filepath)
        named = self._weights_by_key()
        missing = [key for key in named if not reader.has_tensor(key)]
        if missing:
            raise ValueError(f"{filepath} has no weights for {', '.join(k[: -len(_VALUE)] for k in missing)}")
        backend.batch_set_value([(variable, reader.get_tensor(key)) for key, variable in named.items()])


def _keys_of(layer) -> list:
    """[(path of attributes, variable)] of a layer's weights."""
    own = {id(value): name for name, value in vars(layer).items() if hasattr(value, "handle")}
    found = []
    for variable in layer.weights:
        if id(variable) in own:
            found.append((own[id(variable)], variable))
            continue
        for name, inner in vars(layer).items():
            if hasattr(inner, "weights") and any(variable is w for w in inner.weights):
                found.append((name + "/" + next(k for k, v in _keys_of(inner) if v is variable), variable))
                break
        else:
            number = next((i for i, inner in enumerate(getattr(layer, "layers", ())) if any(variable is w for w in inner.weights)), None)
            prefix = "" if number is None else f"layer-{number}/"
            found.append((prefix + variable.op.name.rsplit("/", 1)[-1], variable))
    return found
