"""Feeds: from what a user puts into `feed_dict` to arrays of the right dtype and shape."""

from __future__ import annotations

import numpy as np

from tinytf.graph.indexed_slices import IndexedSlices
from tinytf.graph.tensor import Tensor
from tinytf.run import fetches
from tinytf.shapes import dims_to_string


def expand(graph, feed_dict: dict) -> dict:
    """`feed_dict` with plain tensors of `graph` as keys: names are looked up, sparse tensors taken apart.

    Raises TypeError for a key or value that cannot be fed, ValueError for a tensor that may not be.
    """
    result: dict = {}
    if any(isinstance(key, tuple) for key in feed_dict):  # the state of stacked LSTM cells: tuples in tuples
        from tinytf import nest

        feed_dict = nest.flatten_dict_items(feed_dict)
    for key, value in feed_dict.items():
        for tensor, part in parts_of(key, value):
            try:
                tensor = graph.as_graph_element(tensor, allow_tensor=True, allow_operation=False)
            except Exception as error:
                raise TypeError(f"Cannot interpret feed_dict key as Tensor: {error.args[0] if error.args else error}") from None
            if not graph.is_feedable(tensor):
                raise ValueError(f"Tensor {tensor} may not be fed.")
            result[tensor] = part
    return result


def feed_keys(key) -> list:
    """The tensors that a key of a partial run's feeds stands for."""
    for kind, _, _, keys_function in fetches._conversions:
        if keys_function is not None and isinstance(key, kind):
            return keys_function(key)
    if isinstance(key, IndexedSlices):
        return [key.values, key.indices] + ([] if key.dense_shape is None else [key.dense_shape])
    return [key.indices, key.values, key.dense_shape] if fetches._is_sparse(key) else [key]


def parts_of(key, value) -> list:
    """(tensor, value) of each tensor that a key of a feed_dict stands for."""
    if isinstance(key, Tensor):
        return [(key, value)]
    for kind, _, feed_function, _ in fetches._conversions:
        if feed_function is not None and isinstance(key, kind):
            return feed_function(key, value)
    if isinstance(key, IndexedSlices) or fetches._is_sparse(key):
        tensors = feed_keys(key)
        parts = list(value)
        if len(parts) == 2 and tensors[-1].op.type == "Const":  # a sparse placeholder whose shape is given
            tensors = tensors[:2]
        if len(parts) < len(tensors):
            raise ValueError(f"Feeding {key} takes {len(tensors)} arrays, got {len(parts)}")
        return list(zip(tensors, parts))
    return [(key, value)]


def converter(tensor):
    """A function that turns a fed value into an array for `tensor`, or raises as `Session.run` does."""
    dtype = tensor.dtype.base_dtype
    dims = tensor.dims
    if dtype.name in ("resource", "variant"):
        return lambda value: value
    np_type = np.dtype(dtype.as_numpy_dtype)
    is_string = dtype.name == "string"
    known = dims is not None and None not in dims

    def convert(value):
        if type(value) is np.ndarray and value.dtype == np_type and not is_string:
            array = value
        else:
            array = _array(value, np_type, tensor, is_string)
        shape = array.shape
        if known:
            if shape != dims:
                _refuse_shape(array, tensor)
        elif dims is not None and (len(shape) != len(dims) or any(d is not None and d != s for d, s in zip(dims, shape))):
            _refuse_shape(array, tensor)
        return array

    return convert


def _array(value, np_type, tensor, is_string):
    if hasattr(value, "value_to_feed"):  # a TensorHandle
        return value.value_to_feed()
    if isinstance(value, Tensor) or hasattr(value, "_as_graph_element"):
        raise TypeError(
            "The value of a feed cannot be a tf.Tensor object. Acceptable feed values include Python scalars, strings, lists, "
            f"numpy ndarrays, or TensorHandles. For reference, the tensor object was {value} which was passed to the feed with key {tensor}."
        )
    if type(value) is int and np_type.kind in "iu":
        limits = np.iinfo(np_type)
        if not limits.min <= value <= limits.max:
            raise TypeError(
                f"Type of feed value {value} with type {type(value)} is not compatible with Tensor type {np_type.type}. "
                "Try explicitly setting the type of the feed tensor to a larger type (e.g. int64)."
            )
    if type(value) is int and is_string:
        raise TypeError(f"Type of feed value {value} with type {type(value)} is not compatible with Tensor type {np_type.type}.")
    try:
        if is_string:
            return _strings(np.asarray(value, dtype=object))
        if np_type.fields is not None or isinstance(value, np.ndarray) and value.dtype.kind != "O":
            return np.asarray(value).astype(np_type, copy=False)
        return np.asarray(value, dtype=np_type)
    except (ValueError, TypeError) as error:
        raise type(error)(f"{error} (feeding {tensor.name}, which takes {tensor.dtype.name} of shape {dims_to_string(tensor.dims)})") from None


def _strings(array):
    if not any(isinstance(e, str) for e in array.flat):
        return array
    flat = np.empty(array.size, dtype=object)
    flat[:] = [e.encode() if isinstance(e, str) else e for e in array.flat]
    return flat.reshape(array.shape)


def _refuse_shape(array, tensor):
    raise ValueError(f"Cannot feed value of shape {array.shape!r} for Tensor {tensor.name!r}, which has shape {dims_to_string(tensor.dims)!r}")
