"""tensorflow.python.data.util.convert: arguments of datasets as tensors.  Follows the module of TF 1.15."""

from __future__ import annotations

from tinytf import dtypes
from tinytf.graph.convert import convert_to_tensor
from tinytf.ops.array.constant import constant
from tinytf.shapes import as_dims


def optional_param_to_tensor(argument_name, argument_value, argument_default=0, argument_dtype=dtypes.int64):
    """The argument, or its default where it is None, as a tensor."""
    if argument_value is not None:
        return convert_to_tensor(argument_value, dtype=argument_dtype, name=argument_name)
    return constant(argument_default, dtype=argument_dtype, name=argument_name)


def partial_shape_to_tensor(shape_like):
    """A shape in any spelling as an int64 vector, -1 for what is not known."""
    try:
        dims = as_dims(shape_like)
    except (TypeError, ValueError):
        return _vector(convert_to_tensor(shape_like, dtype=dtypes.int64))
    return convert_to_tensor([-1 if d is None else d for d in dims], dtype=dtypes.int64)


def _vector(tensor):
    if tensor.shape.ndims is not None and tensor.shape.ndims != 1:
        raise ValueError("The given shape {} must be a 1-D tensor of tf.int64 values, but the shape was {}.".format(tensor, tensor.shape))
    if tensor.dtype != dtypes.int64:
        raise TypeError("The given shape {} must be a 1-D tensor of tf.int64 values, but the element type was {}.".format(tensor, tensor.dtype.name))
    return tensor
