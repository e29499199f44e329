"""IndexedSlices and tensors into each other."""

from __future__ import annotations

import warnings

import numpy as np

from tinytf import dtypes
from tinytf.graph.build import make
from tinytf.graph.constant_value import public_constant_value as constant_value
from tinytf.graph.convert import register_conversion
from tinytf.graph.indexed_slices import IndexedSlices
from tinytf.graph.tensor import Tensor

_LARGE = 100_000_000


def to_tensor(value, dtype=None, name=None, as_ref=False) -> Tensor:
    """The whole tensor, rows that several indices name summed: UnsortedSegmentSum.

    ValueError: another dtype is wanted, or `value` has no dense_shape.
    """
    if dtype is not None and not dtype.is_compatible_with(value.dtype):
        raise ValueError("Tensor conversion requested dtype %s for IndexedSlices with dtype %s" % (dtype.name, value.dtype.name))
    if value.dense_shape is None:
        raise ValueError("Tensor conversion requested for IndexedSlices without dense_shape: %s" % value)
    shape = constant_value(value.dense_shape)
    if shape is None:
        warnings.warn("Converting sparse IndexedSlices to a dense Tensor of unknown shape. This may consume a large amount of memory.")
    elif np.prod(shape) >= _LARGE:
        warnings.warn(
            "Converting sparse IndexedSlices to a dense Tensor with %d elements. This may consume a large amount of memory."
            % np.prod(shape)
        )
    return make("UnsortedSegmentSum", value.values, value.indices, value.dense_shape[0], name=name)


def as_indexed_slices(x, optimize=True) -> IndexedSlices:
    """A tensor as the IndexedSlices of all its rows; IndexedSlices as they are."""
    from tinytf.ops.array import array_ops
    from tinytf.ops.math import math_ops

    if isinstance(x, IndexedSlices):
        return x
    if not isinstance(x, Tensor):
        raise TypeError("Not a Tensor or IndexedSlices: %s" % type(x))
    shape = array_ops.shape_internal(x, optimize=optimize)
    return IndexedSlices(x, math_ops.range(0, shape[0]), shape)


def as_indexed_slices_list(inputs, optimize=True) -> list:
    """All as IndexedSlices with indices of one dtype."""
    if not isinstance(inputs, (list, tuple)):
        raise TypeError("Expected a list or tuple, not a %s" % type(inputs))
    return same_index_dtype([as_indexed_slices(x, optimize) for x in inputs])


def same_index_dtype(slices) -> list:
    """IndexedSlices with int64 indices, where some have these and some int32."""
    from tinytf.ops.math import math_ops

    small = [s.indices.dtype == dtypes.int32 for s in slices]
    if all(small) or not any(small):
        return list(slices)
    return [
        IndexedSlices(s.values, math_ops.cast(s.indices, dtypes.int64), s.dense_shape) if is_small else s
        for s, is_small in zip(slices, small)
    ]


register_conversion(IndexedSlices, to_tensor)
