"""with_shape, with_same_shape: a tensor, checked to have a shape; the check is in the graph where static shapes do not tell."""

from __future__ import annotations

import numpy as np

from tinytf import dtypes
from tinytf.graph.default_graph import control_dependencies, name_scope
from tinytf.graph.sparse_tensor import SparseTensor
from tinytf.graph.tensor import Tensor
from tinytf.ops.array import array_ops
from tinytf.ops.control_flow import control_flow_ops
from tinytf.ops.math import math_ops


def with_same_shape(expected_tensor, tensor) -> Tensor:
    """`tensor`, with an assertion that its shape is that of `expected_tensor`. Follows tf.contrib.framework.with_same_shape."""
    with name_scope("%s/" % tensor.op.name, values=[expected_tensor, tensor]):
        static = expected_tensor.get_shape()
        shape = static.as_list() if static.is_fully_defined() else array_ops.shape(expected_tensor, name="expected_shape")
        return with_shape(shape, tensor)


def with_shape(expected_shape, tensor) -> Tensor:
    """`tensor`, with an assertion that its shape is `expected_shape`: integers (-1 is any), or an int32 tensor.

    ValueError: the static shape contradicts, or `expected_shape` is no shape. Follows tf.contrib.framework.with_shape of TF 1.15.
    """
    if isinstance(tensor, SparseTensor):
        raise ValueError("SparseTensor not supported.")
    dynamic = isinstance(expected_shape, Tensor)
    if dynamic:
        if expected_shape.dtype.base_dtype != dtypes.int32:
            raise ValueError("Invalid dtype %s for shape %s expected of tensor %s." % (expected_shape.dtype, expected_shape, tensor.name))
    else:
        expected_shape = _as_dims(expected_shape, tensor)
    actual = tensor.get_shape()
    scope = "%s/" % tensor.op.name
    if dynamic or not actual.is_fully_defined():
        with name_scope(scope, values=[tensor]):
            if not dynamic and len(expected_shape) == 0:
                return array_ops.reshape(tensor, [])
            with control_dependencies([_assert_shape(expected_shape, tensor)]):
                result = array_ops.identity(tensor)
            if not dynamic:
                result.set_shape(expected_shape)
            return result
    if not actual.is_compatible_with(list(expected_shape)):
        if len(expected_shape) == 0 and actual.is_compatible_with([1]):
            with name_scope(scope, values=[tensor]):
                return array_ops.reshape(tensor, [])
        raise ValueError("Invalid shape for tensor %s, expected %s, got %s." % (tensor.name, expected_shape, actual))
    return tensor


def _as_dims(shape, tensor):
    dims = np.asarray(shape)
    if dims.size == 0 or dims.dtype == np.int64 and not isinstance(shape, np.ndarray):
        dims = dims.astype(np.int32)
    if dims.ndim > 1:
        raise ValueError("Invalid rank %s for shape %s expected of tensor %s." % (dims.ndim, shape, tensor.name))
    if dims.dtype != np.int32:
        raise ValueError("Invalid dtype %s for shape %s expected of tensor %s." % (dims.dtype, shape, tensor.name))
    return dims


def _assert_shape(expected, tensor):
    with name_scope("assert_shape", values=[tensor]) as assertion:
        actual = array_ops.shape(tensor, name="actual")
        with name_scope("is_shape", values=[tensor]) as is_shape:
            size = array_ops.size(expected)
            with name_scope("is_rank", values=[tensor]) as is_rank:
                same_rank = math_ops.equal(size, array_ops.rank(tensor, name="actual"), name=is_rank)
            with name_scope("shape_tensor_equal", values=[expected, actual]) as all_equal:
                free = math_ops.equal(expected, -1)
                same = math_ops.logical_or(free, math_ops.equal(expected, actual, "equal"), name="exclude_partial_shape")
                same = math_ops.reduce_all(same, name=all_equal)
            fits = math_ops.logical_and(same_rank, same, name=is_shape)
        message = "Wrong shape for %s [expected] [actual]." % tensor.name
        return control_flow_ops.Assert(fits, [message, expected, actual], name=assertion)
