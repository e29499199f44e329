"""ArgMax and ArgMin: where the largest and the smallest element stand."""

from __future__ import annotations

import numpy as np

from tinytf import dtypes, errors
from tinytf.graph.build import make
from tinytf.graph.constant_value import constant_value
from tinytf.graph.op_entry import op
from tinytf.graph.tensor import Tensor
from tinytf.ops.array.shape_ops import deprecated_argument


def _arg_shape(op):
    dims = op.inputs[0].dims
    axis = constant_value(op.inputs[1])
    if dims is None:
        return [None]
    if len(dims) <= 1:
        return [()]
    if axis is None:
        return [(None,) * (len(dims) - 1)]
    axis = int(axis)
    if not -len(dims) <= axis < len(dims):
        raise ValueError(
            f"Dimension ({axis}) must be in the range [{-len(dims)}, {len(dims)}), "
            f"where {len(dims)} is the number of dimensions in the input."
        )
    axis %= len(dims)
    return [dims[:axis] + dims[axis + 1 :]]


def _arg_kernel(method):
    def kernel(op):
        dtype = op.outputs[0].dtype.as_numpy_dtype

        def where(x, axis):
            axis, rank = int(axis), np.ndim(x)
            if not -rank <= axis < rank:
                message = f"Expected dimension in the range [{-rank}, {rank}), but got {axis}"
                raise errors.InvalidArgumentError(op.node_def, op, message)
            if x.shape[axis] == 0:
                sizes = ",".join(map(str, x.shape))
                message = f"Reduction axis {axis} is empty in shape [{sizes}]"
                raise errors.InvalidArgumentError(op.node_def, op, message)
            return method(x, axis).astype(dtype)

        return where

    return kernel


def _no_grad(op, grad):
    return [None, None]


op(
    "ArgMax(input: T, dimension: Tidx) -> (output: output_type); T: {float, double, int32, uint8, int16, int8, "
    "complex64, int64, qint8, quint8, qint32, bfloat16, uint16, complex128, half, uint32, uint64}; Tidx: {int32, "
    "int64} = int32; output_type: {int32, int64} = int64",
    shape=_arg_shape,
    kernel=_arg_kernel(lambda x, axis: x.argmax(axis)),
    gradient=_no_grad,
)
op(
    "ArgMin(input: T, dimension: Tidx) -> (output: output_type); T: {float, double, int32, uint8, int16, int8, "
    "complex64, int64, qint8, quint8, qint32, bfloat16, uint16, complex128, half, uint32, uint64}; Tidx: {int32, "
    "int64} = int32; output_type: {int32, int64} = int64",
    shape=_arg_shape,
    kernel=_arg_kernel(lambda x, axis: x.argmin(axis)),
    gradient=_no_grad,
)


def argmax(input, axis=None, name=None, dimension=None, output_type=dtypes.int64) -> Tensor:
    """The index of the largest element along `axis` (0), the first of several.  Follows `tf.argmax` of TF 1.15."""
    axis = deprecated_argument("axis", axis, "dimension", dimension)
    return make("ArgMax", input, 0 if axis is None else axis, output_type=output_type, name=name)


def argmin(input, axis=None, name=None, dimension=None, output_type=dtypes.int64) -> Tensor:
    """The index of the smallest element along `axis` (0), the first of several.  Follows `tf.argmin` of TF 1.15."""
    axis = deprecated_argument("axis", axis, "dimension", dimension)
    return make("ArgMin", input, 0 if axis is None else axis, output_type=output_type, name=name)


def arg_max(input, dimension, output_type=dtypes.int64, name=None) -> Tensor:
    """`argmax` under its older name, which needs the dimension.  Follows `tf.arg_max` of TF 1.15."""
    return make("ArgMax", input, dimension, output_type=output_type, name=name)


def arg_min(input, dimension, output_type=dtypes.int64, name=None) -> Tensor:
    """`argmin` under its older name, which needs the dimension.  Follows `tf.arg_min` of TF 1.15."""
    return make("ArgMin", input, dimension, output_type=output_type, name=name)
