"""Choosing elementwise between two tensors: `tf.where` with three arguments, Select and SelectV2.

(The indices of true elements, `tf.where` of one argument, are the op Where of the array room.)
"""

from __future__ import annotations

import numpy as np

from tinytf import dtypes, errors
from tinytf.graph.build import make
from tinytf.graph.convert import convert_to_tensor
from tinytf.graph.default_graph import name_scope
from tinytf.graph.op_entry import op
from tinytf.graph.shape_rules import broadcast_dims, merge_dims
from tinytf.graph.tensor import Tensor
from tinytf.ops.array import array_ops
from tinytf.ops.array.shape_ops import show
from tinytf.util.dispatch import add_dispatch_support


def _select_shape(op):
    condition, x, y = (t.dims for t in op.inputs)
    data = merge_dims(x, y)
    if condition is None or data is None:
        return [data]
    if len(condition) == 0:
        return [data]
    if len(condition) == 1 and len(data) > 0:
        merge_dims(condition, data[:1])
        if len(data) == 1:
            return [merge_dims(condition, data)]
        return [data]
    return [merge_dims(data, condition)]


_MANY = 8192  # numbers


def _choose(condition, x, y):
    """np.where; for many numbers of 32 bits by masking: np.where branches at each, and where they alternate takes seven times as long."""
    if condition.size < _MANY or not (condition.shape == x.shape == y.shape and x.dtype == y.dtype and x.dtype.char in "fi"):
        return np.where(condition, x, y)
    mask = condition.astype(np.int32)
    np.negative(mask, out=mask)  # all bits, or none
    ours, others = x.view(np.int32), y.view(np.int32)
    np.bitwise_and(mask, np.bitwise_xor(ours, others), out=mask)
    return np.bitwise_xor(mask, others, out=mask).view(x.dtype)


def _select_kernel(op):
    def select(condition, x, y):
        if x.shape != y.shape:
            message = f"'then' and 'else' must have the same size.  but received: {show(x.shape)} vs. {show(y.shape)}"
            raise errors.InvalidArgumentError(op.node_def, op, message)
        if condition.ndim == 0:
            return x if condition else y
        if condition.shape == x.shape:
            return _choose(condition, x, y)
        if condition.ndim == 1 and x.ndim > 1:
            # One condition a row.
            if len(condition) != len(x):
                message = (
                    f"Number of batches of 'then' must match size of 'cond', but saw: {len(x)} vs. {len(condition)}"
                )
                raise errors.InvalidArgumentError(op.node_def, op, message)
            return np.where(condition.reshape((-1,) + (1,) * (x.ndim - 1)), x, y)
        message = f"Inputs to operation {op.name} of type {op.type} must have the same size and shape.  "
        message += f"Input 0: {show(condition.shape)} != input 1: {show(x.shape)}"
        raise errors.InvalidArgumentError(op.node_def, op, message)

    return select


def _select_grad(op, grad):
    condition, x, _ = op.inputs
    zeros = array_ops.zeros_like(x)
    return None, where(condition, grad, zeros), where(condition, zeros, grad)


def _select_v2_grad(op, grad):
    condition, x, y = op.inputs
    zeros = array_ops.zeros([], dtype=grad.dtype.base_dtype)
    gx = where_v2(condition, grad, zeros)
    x_shape = array_ops.shape(x)
    output_shape = array_ops.shape(op.outputs[0])
    gx = _fitted(gx, x_shape, output_shape)
    gy = where_v2(condition, zeros, grad)
    return None, gx, _fitted(gy, array_ops.shape(y), output_shape)


def _fitted(gradient, shape, output_shape):
    from tinytf.ops.math.reductions import reduce_sum

    axes, _ = make("BroadcastGradientArgs", shape, output_shape)
    return array_ops.reshape(reduce_sum(gradient, keepdims=True, axis=axes), shape)


def _select_v2_shape(op):
    condition, x, y = (t.dims for t in op.inputs)
    return [broadcast_dims(condition, broadcast_dims(x, y))]


op(
    "Select(condition: bool, t: T, e: T) -> (output: T); T: type",
    shape=_select_shape,
    kernel=_select_kernel,
    gradient=_select_grad,
    view=True,
)
op(
    "SelectV2(condition: bool, t: T, e: T) -> (output: T); T: type",
    shape=_select_v2_shape,
    kernel=lambda op: _choose,
    gradient=_select_v2_grad,
)


@add_dispatch_support
def where(condition, x=None, y=None, name=None) -> Tensor:
    """Elements (or rows, for a vector `condition`) of `x` where `condition`, else of `y`.

    Without `x` and `y`: the indices of true elements, int64 of shape [number, rank].
    Raises ValueError where only one of them is given.  Follows `tf.where` of TF 1.15.
    """
    if x is None and y is None:
        return _true_indices(condition, name)
    if x is None or y is None:
        raise ValueError("x and y must both be non-None or both be None.")
    return make("Select", condition, x, y, name=name)


@add_dispatch_support
def where_v2(condition, x=None, y=None, name=None) -> Tensor:
    """As `where`, but all three broadcast.  Follows `tf.where_v2` of TF 1.15."""
    if x is None and y is None:
        return _true_indices(condition, name)
    if x is None or y is None:
        raise ValueError("x and y must both be non-None or both be None.")
    return make("SelectV2", condition, x, y, name=name)


def _true_indices(condition, name):
    with name_scope(name, "Where", [condition]) as name:
        condition = convert_to_tensor(condition, preferred_dtype=dtypes.bool, name="condition")
        return make("Where", condition, name=name)
