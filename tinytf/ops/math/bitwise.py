"""Integers as bits: and, or, xor, not, shifts, the number of ones."""

from __future__ import annotations

import numpy as np

from tinytf import errors
from tinytf.graph.op_entry import NOT_DIFFERENTIABLE, op
from tinytf.graph.shape_rules import broadcast, same_as_input
from tinytf.ops.array.shape_ops import show
from tinytf.ops.math.elementwise import binary, unary


def _shift_kernel(shift):
    """Shifts by less than 0 shift by 0, by the width or more by the width less one: as TensorFlow defines it."""

    def kernel(op):
        most = np.dtype(op.outputs[0].dtype.as_numpy_dtype).itemsize * 8 - 1
        return lambda x, y: shift(x, np.clip(y, 0, most).astype(y.dtype))  # old NumPy widens a scalar

    return kernel


_ONES = np.array([bin(i).count("1") for i in range(256)], np.uint8)


def _population_count_kernel(op):
    def count(x):
        x = np.ascontiguousarray(x).reshape(np.shape(x))
        ones = _ONES[x.reshape(-1).view(np.uint8)].reshape(x.shape + (x.itemsize,))
        return ones.sum(axis=-1, dtype=np.uint8)

    return count


op(
    "BitwiseAnd(x: T, y: T) -> (z: T); T: {int8, int16, int32, int64, uint8, uint16, uint32, uint64}; is_commutative",
    shape=broadcast,
    kernel=np.bitwise_and,
    gradient=NOT_DIFFERENTIABLE,
)
op(
    "BitwiseOr(x: T, y: T) -> (z: T); T: {int8, int16, int32, int64, uint8, uint16, uint32, uint64}; is_commutative",
    shape=broadcast,
    kernel=np.bitwise_or,
    gradient=NOT_DIFFERENTIABLE,
)
op(
    "BitwiseXor(x: T, y: T) -> (z: T); T: {int8, int16, int32, int64, uint8, uint16, uint32, uint64}; is_commutative",
    shape=broadcast,
    kernel=np.bitwise_xor,
    gradient=NOT_DIFFERENTIABLE,
)
op(
    "Invert(x: T) -> (y: T); T: {int8, int16, int32, int64, uint8, uint16, uint32, uint64}",
    shape=same_as_input,
    kernel=np.invert,
    gradient=NOT_DIFFERENTIABLE,
)
op(
    "LeftShift(x: T, y: T) -> (z: T); T: {int8, int16, int32, int64, uint8, uint16, uint32, uint64}",
    shape=broadcast,
    kernel=_shift_kernel(np.left_shift),
)
op(
    "RightShift(x: T, y: T) -> (z: T); T: {int8, int16, int32, int64, uint8, uint16, uint32, uint64}",
    shape=broadcast,
    kernel=_shift_kernel(np.right_shift),
)
op(
    "PopulationCount(x: T) -> (y: uint8); T: {int8, int16, int32, int64, uint8, uint16, uint32, uint64}",
    shape=same_as_input,
    kernel=_population_count_kernel,
    gradient=NOT_DIFFERENTIABLE,
)


def _bitpack_shape(op):
    dims = op.inputs[0].dims
    if not dims:
        return [dims]
    last = dims[-1]
    if last is not None and last % 8:
        raise ValueError(f"Dimension size must be evenly divisible by 8 but is {last}")
    return [dims[:-1] + (None if last is None else last // 8,)]


def _bitpack_kernel(op):
    def compare_and_bitpack(x, threshold):
        if threshold.ndim:
            raise errors.InvalidArgumentError(op.node_def, op, f"Compare must be a scalar, but saw shape: {show(threshold.shape)}")
        if not x.ndim or x.shape[-1] % 8:
            raise errors.InvalidArgumentError(op.node_def, op, f"Inner dimension of input should be divisible by 8, but saw shape: {show(x.shape)}")
        return np.packbits(np.greater(x, threshold), axis=-1)

    return compare_and_bitpack


op(
    "CompareAndBitpack(input: T, threshold: T) -> (output: uint8); "
    "T: {bool, half, float, double, int8, int16, int32, int64}",
    shape=_bitpack_shape,
    kernel=_bitpack_kernel,
    gradient=NOT_DIFFERENTIABLE,
)

bitwise_and = binary("BitwiseAnd", "The bits that are set in both x and y.", "bitwise_and")
bitwise_or = binary("BitwiseOr", "The bits that are set in x or y.", "bitwise_or")
bitwise_xor = binary("BitwiseXor", "The bits that are set in one of x and y.", "bitwise_xor")
invert = unary("Invert", "All bits flipped.")
left_shift = binary("LeftShift", "The bits of x moved up by y places.", "left_shift")
right_shift = binary("RightShift", "The bits of x moved down by y places, signed for signed types.", "right_shift")
population_count = unary("PopulationCount", "How many bits are set (uint8).", "population_count")
