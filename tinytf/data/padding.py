"""What `padded_batch` pads to, and with."""

from __future__ import annotations

import numpy as np

from tinytf import dtypes
from tinytf.data import structure
from tinytf.graph.constant_value import public_constant_value
from tinytf.graph.convert import convert_to_tensor
from tinytf.graph.tensor import Tensor
from tinytf.shapes import TensorShape, as_dims


def shape_tensor(padded, component: TensorShape) -> Tensor:
    """A padded shape as an int64 vector, -1 where the largest of the batch counts; ValueError where a component cannot fit."""
    try:
        dims = as_dims([None if isinstance(d, int) and d == -1 else d for d in padded] if isinstance(padded, (list, tuple)) else padded)
    except (TypeError, ValueError):
        dims = Ellipsis
    if dims is not Ellipsis:
        padded = TensorShape._of(dims)
        if not _fits(padded, component):
            raise ValueError(f"The padded shape {_shown(padded)} is not compatible with the corresponding input component shape {_shown(component)}.")
        return convert_to_tensor([-1 if d is None else d for d in dims], dtype=dtypes.int64)
    tensor = convert_to_tensor(padded)
    if tensor.shape.ndims is not None and tensor.shape.ndims != 1:
        raise ValueError(f"Padded shape {padded} must be a 1-D tensor of tf.int64 values, but its shape was {tensor.shape}.")
    if tensor.dtype != dtypes.int64:
        raise TypeError(f"Padded shape {padded} must be a 1-D tensor of tf.int64 values, but its element type was {tensor.dtype.name}.")
    known = public_constant_value(tensor)
    if known is not None:
        return shape_tensor(TensorShape([None if d < 0 else int(d) for d in known]), component)
    if tensor.dims[0] is not None and component.ndims is not None and tensor.dims[0] != component.ndims:
        raise ValueError(f"The padded shape {_shown(TensorShape([None] * tensor.dims[0]))} is not compatible with the corresponding input component shape {_shown(component)}.")
    return tensor


def _fits(padded: TensorShape, component: TensorShape) -> bool:
    if padded.dims is None or component.dims is None:
        return True
    pairs = zip(padded.as_list(), component.as_list())
    return padded.ndims == component.ndims and all(p is None or c is None or c <= p for p, c in pairs)


def _shown(shape: TensorShape) -> str:
    dims = shape.as_list()
    return "(" + ", ".join(map(str, dims)) + ("," if len(dims) == 1 else "") + ")"


def values(specs, padding_values) -> list:
    """The value to pad each component with, 0 or "" where none is given."""
    leaves = structure.flatten(specs)
    if padding_values is None:
        given = ["" if s.dtype == dtypes.string else np.zeros((), s.dtype.as_numpy_dtype) for s in leaves]
    else:
        given = structure.flatten_up_to(specs, padding_values)
    made = []
    for value, spec in zip(given, leaves):
        value = convert_to_tensor(value, name="padding_value")
        if not value.shape.is_compatible_with(TensorShape([])):
            raise ValueError("Padding value should be a scalar, but is not.")
        if value.dtype != spec.dtype:
            raise TypeError(f"Padding value tensor ({value}) does not match output type: {spec.dtype.name}")
        made.append(value)
    return made


def static_dims(tensor) -> tuple:
    """The static dims that a shape tensor stands for."""
    value = public_constant_value(tensor)
    if value is None:
        return (None,) * (tensor.dims[0] or 0)
    return tuple([None if v < 0 else int(v) for v in value])
