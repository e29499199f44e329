"""Comparisons and logic: tensors of bool."""

from __future__ import annotations

import numpy as np

from tinytf.graph.build import make
from tinytf.graph.op_entry import NOT_DIFFERENTIABLE, op
from tinytf.graph.shape_rules import broadcast, merged, same_as_input
from tinytf.graph.tensor import Tensor
from tinytf.ops.math.elementwise import binary
from tinytf.util.dispatch import add_dispatch_support


def _equality_shape(op):
    # Where the attribute says so, shapes that do not fit are no error but simply not equal: a scalar.
    try:
        return broadcast(op)
    except ValueError:
        if op.attr("incompatible_shape_error"):
            raise
        return [()]


def _equality_kernel(ufunc):
    def kernel(op):
        if op.attr("incompatible_shape_error"):
            return ufunc

        def compare(x, y):
            try:
                return ufunc(x, y)
            except ValueError:
                return np.bool_(ufunc is np.not_equal)

        return compare

    return kernel


def _approximate_equal_kernel(op):
    tolerance = op.attr("tolerance")
    return lambda x, y: np.less(np.absolute(np.subtract(x, y)), np.asarray(tolerance).astype(x.dtype))


op(
    "Equal(x: T, y: T) -> (z: bool); T: {bfloat16, half, float, double, uint8, int8, int16, int32, int64, complex64, "
    "quint8, qint8, qint32, string, bool, complex128}; incompatible_shape_error: bool = true; is_commutative",
    shape=_equality_shape,
    kernel=_equality_kernel(np.equal),
    gradient=NOT_DIFFERENTIABLE,
)
op(
    "NotEqual(x: T, y: T) -> (z: bool); T: {bfloat16, half, float, double, uint8, int8, int16, int32, int64, "
    "complex64, quint8, qint8, qint32, string, bool, complex128}; incompatible_shape_error: bool = true; "
    "is_commutative",
    shape=_equality_shape,
    kernel=_equality_kernel(np.not_equal),
    gradient=NOT_DIFFERENTIABLE,
)
op(
    "Less(x: T, y: T) -> (z: bool); T: {float, double, int32, uint8, int16, int8, int64, bfloat16, uint16, half, "
    "uint32, uint64}",
    shape=broadcast,
    kernel=np.less,
    gradient=NOT_DIFFERENTIABLE,
)
op(
    "LessEqual(x: T, y: T) -> (z: bool); T: {float, double, int32, uint8, int16, int8, int64, bfloat16, uint16, "
    "half, uint32, uint64}",
    shape=broadcast,
    kernel=np.less_equal,
    gradient=NOT_DIFFERENTIABLE,
)
op(
    "Greater(x: T, y: T) -> (z: bool); T: {float, double, int32, uint8, int16, int8, int64, bfloat16, uint16, half, "
    "uint32, uint64}",
    shape=broadcast,
    kernel=np.greater,
    gradient=NOT_DIFFERENTIABLE,
)
op(
    "GreaterEqual(x: T, y: T) -> (z: bool); T: {float, double, int32, uint8, int16, int8, int64, bfloat16, uint16, "
    "half, uint32, uint64}",
    shape=broadcast,
    kernel=np.greater_equal,
    gradient=NOT_DIFFERENTIABLE,
)
op(
    "ApproximateEqual(x: T, y: T) -> (z: bool); T: {float, double, int32, uint8, int16, int8, complex64, int64, "
    "qint8, quint8, qint32, bfloat16, uint16, complex128, half, uint32, uint64}; tolerance: float = 1e-05; "
    "is_commutative",
    shape=merged,
    kernel=_approximate_equal_kernel,
    gradient=NOT_DIFFERENTIABLE,
)
op(
    "LogicalAnd(x: bool, y: bool) -> (z: bool); is_commutative",
    shape=broadcast,
    kernel=np.logical_and,
    gradient=NOT_DIFFERENTIABLE,
)
op(
    "LogicalOr(x: bool, y: bool) -> (z: bool); is_commutative",
    shape=broadcast,
    kernel=np.logical_or,
    gradient=NOT_DIFFERENTIABLE,
)
op("LogicalNot(x: bool) -> (y: bool)", shape=same_as_input, kernel=np.logical_not, gradient=NOT_DIFFERENTIABLE)

equal = binary("Equal", "Whether x is y, elementwise.")
not_equal = binary("NotEqual", "Whether x is not y, elementwise.", "not_equal")
less = binary("Less", "x < y elementwise.")
less_equal = binary("LessEqual", "x <= y elementwise.", "less_equal")
greater = binary("Greater", "x > y elementwise.")
greater_equal = binary("GreaterEqual", "x >= y elementwise.", "greater_equal")
logical_and = binary("LogicalAnd", "Both x and y.", "logical_and")
logical_or = binary("LogicalOr", "x or y or both.", "logical_or")


@add_dispatch_support
def logical_not(x, name=None) -> Tensor:
    """Not x.  Follows `tf.logical_not` of TF 1.15."""
    return make("LogicalNot", x, name=name)


@add_dispatch_support
def logical_xor(x, y, name="LogicalXor") -> Tensor:
    """Either x or y but not both.  Follows `tf.math.logical_xor` of TF 1.15."""
    either = logical_or(x, y)
    both = logical_and(x, y)
    return logical_and(either, logical_not(both), name=name)


def approximate_equal(x, y, tolerance=1e-05, name=None) -> Tensor:
    """Whether |x - y| < tolerance.  Follows `tf.approximate_equal` of TF 1.15."""
    return make("ApproximateEqual", x, y, tolerance=tolerance, name=name)
