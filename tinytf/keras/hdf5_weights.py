"""The weights of layers in groups of an HDF5 file: a group a layer, a data set a variable.

Follows save_weights_to_hdf5_group and its kin in keras.saving.hdf5_format of TF 1.15.
"""

from __future__ import annotations

import numpy as np

from tinytf.keras import backend

HDF5_OBJECT_HEADER_LIMIT = 64512  # bytes that an attribute may have


def _weights(layer) -> list:
    """In the order of the files: what is trained first."""
    return list(layer.trainable_weights) + list(layer.non_trainable_weights)


def write_names(group, attribute, names) -> None:
    """Strings as an attribute, or as several with a number each where one would be too large."""
    data = [name.encode("utf8") if isinstance(name, str) else name for name in names]
    too_long = [name for name in data if len(name) > HDF5_OBJECT_HEADER_LIMIT]
    if too_long:
        raise RuntimeError(
            "The following attributes cannot be saved to HDF5 file because they are larger than %d bytes: %s"
            % (HDF5_OBJECT_HEADER_LIMIT, ", ".join(str(name) for name in too_long))
        )
    array, pieces = np.asarray(data), 1
    while any(piece.nbytes > HDF5_OBJECT_HEADER_LIMIT for piece in np.array_split(array, pieces)):
        pieces += 1
    if pieces == 1:
        group.attrs[attribute] = data
        return
    for number, piece in enumerate(np.array_split(array, pieces)):
        group.attrs["%s%d" % (attribute, number)] = piece


def read_names(group, attribute) -> list:
    """What write_names wrote."""
    if attribute in group.attrs:
        return [_text(name) for name in group.attrs[attribute]]
    names: list = []
    number = 0
    while "%s%d" % (attribute, number) in group.attrs:
        names += [_text(name) for name in group.attrs["%s%d" % (attribute, number)]]
        number += 1
    return names


def _text(name) -> str:
    return name.decode("utf8") if isinstance(name, bytes) else str(name)


save_attributes_to_hdf5_group, load_attributes_from_hdf5_group = write_names, read_names  # their names in TensorFlow


def save_weights_to_hdf5_group(group, layers) -> None:
    """Writes the weights of layers."""
    from tinytf.keras import __version__

    write_names(group, "layer_names", [layer.name for layer in layers])
    group.attrs["backend"] = backend.backend().encode("utf8")
    group.attrs["keras_version"] = __version__.encode("utf8")
    for layer in layers:
        inner, weights = group.create_group(layer.name), _weights(layer)
        write_names(inner, "weight_names", [w.name for w in weights])
        for weight, value in zip(weights, backend.batch_get_value(weights)):
            inner.create_dataset(weight.name, data=np.asarray(value))


def _values(group, name) -> list:
    return [np.asarray(group[name][weight]) for weight in read_names(group[name], "weight_names")]


def _refuse_keras_1(group) -> None:
    if _text(group.attrs.get("keras_version", "1")).startswith("1"):
        raise NotImplementedError("This file was written by Keras 1, whose weights lie in other orders: save it again with Keras 2")


def load_weights_from_hdf5_group(group, layers) -> None:
    """Reads the weights of layers, in the order of layers.  ValueError where the numbers of layers or weights differ."""
    _refuse_keras_1(group)
    layers = [layer for layer in layers if _weights(layer)]
    names = [name for name in read_names(group, "layer_names") if read_names(group[name], "weight_names")]
    if len(names) != len(layers):
        raise ValueError("You are trying to load a weight file containing %d layers into a model with %d layers." % (len(names), len(layers)))
    pairs: list = []
    for number, (name, layer) in enumerate(zip(names, layers)):
        weights, values = _weights(layer), _values(group, name)
        if len(values) != len(weights):
            raise ValueError(
                'Layer #%d (named "%s" in the current model) was found to correspond to layer %s in the save file. However the new layer %s '
                "expects %d weights, but the saved weights have %d elements." % (number, layer.name, name, layer.name, len(weights), len(values))
            )
        pairs += zip(weights, values)
    backend.batch_set_value(pairs)


def load_weights_from_hdf5_group_by_name(group, layers) -> None:
    """Reads the weights of the layers whose names are in the file.  ValueError where numbers or shapes of weights differ."""
    _refuse_keras_1(group)
    pairs: list = []
    for number, name in enumerate(read_names(group, "layer_names")):
        for layer in [layer for layer in layers if layer.name == name]:
            weights, values = _weights(layer), _values(group, name)
            if len(values) != len(weights):
                raise ValueError(
                    'Layer #%d (named "%s") expects %d weight(s), but the saved weights have %d element(s).'
                    % (number, layer.name, len(weights), len(values))
                )
            for weight, value in zip(weights, values):
                if backend.int_shape(weight) != value.shape:
                    raise ValueError(
                        'Layer #%d (named "%s"), weight %s has shape %s, but the saved weight has shape %s.'
                        % (number, layer.name, weight, backend.int_shape(weight), value.shape)
                    )
                pairs.append((weight, value))
    backend.batch_set_value(pairs)
