"""`tensorflow.python.util.serialization`: values as JSON."""

from __future__ import annotations

import collections.abc

import numpy as np


def get_json_type(obj):
    """What `json.dumps(…, default=get_json_type)` writes for an object; TypeError where it is not known."""
    from tinytf import dtypes
    from tinytf.shapes import Dimension, TensorShape

    if hasattr(obj, "get_config"):
        return {"class_name": type(obj).__name__, "config": obj.get_config()}
    if type(obj).__module__ == np.__name__:
        return obj.tolist() if isinstance(obj, np.ndarray) else obj.item()
    if callable(obj):
        return obj.__name__
    if isinstance(obj, Dimension):
        return obj.value
    if isinstance(obj, TensorShape):
        return obj.as_list()
    if isinstance(obj, dtypes.DType):
        return obj.name
    if isinstance(obj, collections.abc.Mapping):
        return dict(obj)
    raise TypeError("Not JSON Serializable:", obj)
