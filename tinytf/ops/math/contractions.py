"""Products over chosen axes: `tensordot`, Cross, `polyval`."""

from __future__ import annotations

import numpy as np

from tinytf import dtypes, errors
from tinytf.graph.build import make
from tinytf.graph.convert import convert_to_tensor
from tinytf.graph.default_graph import name_scope
from tinytf.graph.op_entry import op
from tinytf.graph.shape_rules import merge_dims, with_rank_at_least
from tinytf.graph.tensor import Tensor
from tinytf.ops.array import array_ops, ranges, select
from tinytf.ops.array.shape_ops import show
from tinytf.ops.math import reductions
from tinytf.ops.math.matmul import matmul


def _cross_shape(op):
    a, b = with_rank_at_least(op.inputs[0].dims, 1), with_rank_at_least(op.inputs[1].dims, 1)
    dims = merge_dims(a, b)
    if dims is not None and dims[-1] not in (None, 3):
        raise ValueError(f"Dimension must be 3 but is {dims[-1]}")
    return [dims]


def _cross_kernel(op):
    def cross(a, b):
        if a.shape != b.shape or not a.ndim or a.shape[-1] != 3:
            if a.shape == b.shape and a.ndim:
                raise errors.FailedPreconditionError(op.node_def, op, "Cross-products are only defined for 3-element vectors.")
            message = f"Both inputs must be of same shape: {show(a.shape)} vs. {show(b.shape)}"
            raise errors.InvalidArgumentError(op.node_def, op, message)
        return np.cross(a, b)

    return cross


def _cross_grad(op, grad):
    u, v = op.inputs
    return cross(v, grad), cross(grad, u)


op(
    "Cross(a: T, b: T) -> (product: T); T: {float, double, int32, uint8, int16, int8, int64, bfloat16, uint16, half, "
    "uint32, uint64}",
    shape=_cross_shape,
    kernel=_cross_kernel,
    gradient=_cross_grad,
)


def cross(a, b, name=None) -> Tensor:
    """The cross product of 3-element vectors in the last axis.  Follows `tf.cross` of TF 1.15."""
    return make("Cross", a, b, name=name)


def polyval(coeffs, x, name=None) -> Tensor:
    """The polynomial with `coeffs` (highest first) at `x`, by Horner's rule.  Follows `tf.math.polyval` of TF 1.15."""
    with name_scope(name, "polyval", list(coeffs) + [x]) as name:
        x = convert_to_tensor(x, name="x")
        if len(coeffs) < 1:
            return array_ops.zeros_like(x, name=name)
        coeffs = [convert_to_tensor(c, name=f"coeff_{i}") for i, c in enumerate(coeffs)]
        p = coeffs[0]
        for c in coeffs[1:]:
            p = c + p * x
        return p


def tensordot(a, b, axes, name=None) -> Tensor:
    """The product of `a` and `b` summed over axes of both.

    `axes` is a number (that many last axes of `a` with as many first ones of `b`), or a pair: axes of
    `a` and axes of `b`, each an int, a list, or an int tensor.  Raises ValueError for other values.
    Follows `tf.tensordot` of TF 1.15: both become matrices, which are multiplied.
    """
    with name_scope(name, "Tensordot", [a, b, axes]) as name:
        a = convert_to_tensor(a, name="a")
        b = convert_to_tensor(b, name="b")
        a_axes, b_axes = _axes_of_both(a, axes)
        a_matrix, a_free, a_known = _as_matrix(a, a_axes)
        b_matrix, b_free, b_known = _as_matrix(b, b_axes, flipped=True)
        product = matmul(a_matrix, b_matrix)
        if isinstance(a_free, list) and isinstance(b_free, list):
            return array_ops.reshape(product, a_free + b_free, name=name)
        a_free = convert_to_tensor(a_free, dtype=dtypes.int32)
        b_free = convert_to_tensor(b_free, dtype=dtypes.int32)
        product = array_ops.reshape(product, array_ops.concat([a_free, b_free], 0), name=name)
        if a_known is not None and b_known is not None:
            product.set_shape(a_known + b_known)
        return product


def _axes_of_both(a, axes):
    if isinstance(axes, (int, np.integer)):
        if axes < 0:
            raise ValueError("'axes' must be at least 0.")
        if a.dims is None:
            rank = array_ops.rank(a)
            return ranges.range(rank - axes, rank, dtype=dtypes.int32), ranges.range(axes, dtype=dtypes.int32)
        if axes > len(a.dims):
            raise ValueError(f"'axes' must not be larger than the number of dimensions of tensor {a}.")
        return list(range(len(a.dims) - axes, len(a.dims))), list(range(axes))
    if isinstance(axes, (list, tuple)):
        if len(axes) != 2:
            raise ValueError("'axes' must be an integer or have length 2.")
        a_axes, b_axes = axes
        if isinstance(a_axes, (int, np.integer)) and isinstance(b_axes, (int, np.integer)):
            a_axes, b_axes = [a_axes], [b_axes]
        if len(a_axes) != len(b_axes):
            counts = f"{len(a_axes)} != {len(b_axes)}"
            raise ValueError(f"Different number of contraction axes 'a' and 'b', {counts}.")
        return a_axes, b_axes
    axes = convert_to_tensor(axes, name="axes", dtype=dtypes.int32)
    return axes[0], axes[1]


def _as_matrix(a, axes, flipped=False):
    """(`a` as a matrix, contracted axes last or with `flipped` first; the free sizes; what is known of them)"""
    static = a.dims is not None and isinstance(axes, (list, tuple))
    if static:
        axes = [i if i >= 0 else i + len(a.dims) for i in axes]
        free = [i for i in range(len(a.dims)) if i not in axes]
        known = [a.dims[i] for i in free]
        if None not in a.dims:
            free_size = int(np.prod([a.dims[i] for i in free]))
            contracted = int(np.prod([a.dims[i] for i in axes]))
            perm = list(axes) + free if flipped else free + list(axes)
            shape = [contracted, free_size] if flipped else [free_size, contracted]
            return array_ops.reshape(array_ops.transpose(a, perm), shape), known, known
        axes = convert_to_tensor(axes, dtype=dtypes.int32, name="axes")
        free = convert_to_tensor(free, dtype=dtypes.int32, name="free")
        sizes = array_ops.shape(a)
    else:
        known = None
        sizes = array_ops.shape(a)
        rank = array_ops.rank(a)
        axes = convert_to_tensor(axes, dtype=dtypes.int32, name="axes")
        axes = select.where(axes >= 0, axes, axes + rank)
        free, _ = array_ops.setdiff1d(ranges.range(rank), axes)
    free_dims = array_ops.gather(sizes, free)
    axes_dims = array_ops.gather(sizes, axes)
    free_size = reductions.reduce_prod(free_dims)
    contracted = reductions.reduce_prod(axes_dims)
    if flipped:
        perm = array_ops.concat([axes, free], 0)
        shape = array_ops.stack([contracted, free_size])
    else:
        perm = array_ops.concat([free, axes], 0)
        shape = array_ops.stack([free_size, contracted])
    return array_ops.reshape(array_ops.transpose(a, perm), shape), free_dims, known
