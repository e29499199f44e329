"""keras.utils.generic_utils: small helpers of Keras.  Follows the module of TF 1.15."""

from __future__ import annotations

import inspect

import numpy as np

from tinytf.keras.function_dump import func_dump, func_load  # noqa: F401
from tinytf.keras.names import (  # noqa: F401
    CustomObjectScope,
    custom_object_scope,
    deserialize_keras_object,
    get_custom_objects,
    serialize_keras_object,
)
from tinytf.keras.progress import Progbar  # noqa: F401
from tinytf.layers.base import snake_case as to_snake_case  # noqa: F401


def serialize_keras_class_and_config(cls_name, cls_config) -> dict:
    """{"class_name", "config"}."""
    return {"class_name": cls_name, "config": cls_config}


def has_arg(fn, name, accept_all=False) -> bool:
    """Whether a function takes an argument of this name; with `accept_all`, also by **kwargs."""
    spec = inspect.getfullargspec(fn)
    return bool(accept_all and spec.varkw is not None) or name in spec.args or name in spec.kwonlyargs


def make_batches(size, batch_size) -> list:
    """(start, end) of each batch of `size` samples."""
    return [(start, min(size, start + batch_size)) for start in range(0, size, batch_size)]


def slice_arrays(arrays, start=None, stop=None):
    """Rows of each array of a list (or of one): from `start` to `stop`, or those of a list of numbers."""
    if arrays is None:
        return [None]
    if isinstance(start, list) and stop is not None:
        raise ValueError("The stop argument has to be None if the value of start is a list.")

    def rows(array):
        if array is None or not hasattr(array, "__getitem__"):
            return None
        if hasattr(start, "__len__"):
            return array[np.asarray(start) if not hasattr(start, "shape") else start]
        return array[start:stop]

    return [rows(array) for array in arrays] if isinstance(arrays, list) else rows(arrays)


def to_list(x) -> list:
    """A list as it is, anything else in a list."""
    return x if isinstance(x, list) else [x]


def object_list_uid(object_list) -> str:
    """A name for the objects of a list."""
    return ", ".join(str(abs(id(x))) for x in to_list(object_list))


def is_all_none(structure) -> bool:
    """Whether there is nothing but None in it."""
    from tinytf import nest

    return all(x is None for x in nest.flatten(structure))


def check_for_unexpected_keys(name, input_dict, expected_values) -> None:
    """ValueError where a dict has other keys than these."""
    unknown = set(input_dict).difference(expected_values)
    if unknown:
        raise ValueError("Unknown entries in {} dictionary: {}. Only expected following keys: {}".format(name, list(unknown), expected_values))


def validate_kwargs(kwargs, allowed_kwargs, error_message="Keyword argument not understood:") -> None:
    """TypeError where a keyword is not among the allowed ones."""
    for kwarg in kwargs:
        if kwarg not in allowed_kwargs:
            raise TypeError(error_message, kwarg)
