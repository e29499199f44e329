"""SparseToDense: a dense tensor from the places and values of a few of its elements."""

from __future__ import annotations

import numpy as np

from tinytf import errors
from tinytf.graph.build import make
from tinytf.graph.constant_value import constant_dims
from tinytf.graph.op_entry import op
from tinytf.ops.array.shape_ops import show


def _shape(op_):
    return [constant_dims(op_.inputs[1])]


def _grad(op_, grad):
    from tinytf.ops.array import array_ops
    from tinytf.ops.math import math_ops

    values_grad = array_ops.gather_nd(grad, op_.inputs[0])
    default_grad = math_ops.reduce_sum(grad) - math_ops.reduce_sum(values_grad)
    zeros = [array_ops.zeros_like(t) for t in op_.inputs[:2]]
    return [*zeros, values_grad, default_grad]


def _check_indices(op_, points, shape):
    def fail(row, why):
        raise errors.InvalidArgumentError(
            op_.node_def, op_, "indices[%d] = %s is %s" % (row, show(points[row].tolist()), why)
        )

    bad = ((points < 0) | (points >= np.array(shape, points.dtype))).any(axis=1)
    if bad.any():
        fail(int(np.argmax(bad)), "out of bounds: need 0 <= index < %s" % show(list(shape)))
    return fail


def _check_order(points, fail):
    if len(points) < 2:
        return
    step = points[1:] - points[:-1]
    first = np.argmax(step != 0, axis=1)
    lead = step[np.arange(len(step)), first]
    if (lead == 0).any():
        fail(int(np.argmax(lead == 0)) + 1, "repeated")
    if (lead < 0).any():
        fail(int(np.argmax(lead < 0)) + 1, "out of order. Many sparse ops require sorted indices.\n    Use `tf.sparse.reorder` to create a correctly ordered copy.\n\n")


def validate_indices(op_, points, shape) -> None:
    """InvalidArgumentError for indices that lie outside, twice, or in no order."""
    _check_order(points, _check_indices(op_, points, shape))


def _kernel(op_):
    validate = op_.attr("validate_indices")

    def fill(indices, shape, values, default):
        indices, shape, values = np.asarray(indices), np.asarray(shape), np.asarray(values)
        if indices.ndim > 2:
            raise errors.InvalidArgumentError(
                op_.node_def, op_, "sparse_indices should be a scalar, vector, or matrix, got shape %s" % show(indices.shape)
            )
        points = indices.reshape(-1, 1) if indices.ndim < 2 else indices
        if shape.ndim != 1:
            raise errors.InvalidArgumentError(op_.node_def, op_, "output_shape should be a vector, got shape %s" % show(shape.shape))
        if points.shape[1] != len(shape):
            raise errors.InvalidArgumentError(
                op_.node_def,
                op_,
                "output_shape has incorrect number of elements: %d should be: %d" % (shape.size, points.shape[1]),
            )
        if values.ndim > 1 or values.ndim == 1 and len(values) != len(points):
            raise errors.InvalidArgumentError(
                op_.node_def,
                op_,
                "sparse_values has incorrect shape %s, should be [] or [%d]" % (show(values.shape), len(points)),
            )
        if np.ndim(default):
            raise errors.InvalidArgumentError(op_.node_def, op_, "default_value should be a scalar.")
        shape = tuple(shape.tolist())
        fail = _check_indices(op_, points, shape)
        if validate:
            _check_order(points, fail)
        result = np.empty(shape, values.dtype)
        result[...] = default
        if len(points):
            result[tuple(points.T)] = values
        return result

    return fill


op(
    "SparseToDense(sparse_indices: Tindices, output_shape: Tindices, sparse_values: T, default_value: T) -> "
    "(dense: T); validate_indices: bool = true; T: type; Tindices: {int32, int64}",
    shape=_shape,
    kernel=_kernel,
    gradient=_grad,
)


def sparse_to_dense(sparse_indices, output_shape, sparse_values, default_value=0, validate_indices=True, name=None):
    """A dense tensor with `sparse_values` at `sparse_indices` [n, rank] and `default_value` elsewhere.

    With `validate_indices` they must be sorted and unique (InvalidArgumentError otherwise).
    Follows tf.sparse_to_dense of TF 1.15.
    """
    return make(
        "SparseToDense", sparse_indices, output_shape, sparse_values, default_value,
        validate_indices=validate_indices, name=name,
    )  # fmt: skip
