"""`ragged[…]`: rows, slices of rows and columns, new dimensions."""

from __future__ import annotations

from tinytf.graph.convert import convert_to_tensor
from tinytf.graph.default_graph import name_scope
from tinytf.graph.tensor import Tensor
from tinytf.ops.array import array_ops
from tinytf.ops.control_flow.cond import cond
from tinytf.ops.math import math_ops
from tinytf.ragged import gather, math
from tinytf.ragged.tensor import RaggedTensor

_ALL = slice(None, None, None)


def ragged_tensor_getitem(ragged, key):
    """What `ragged[key]` is: a key is an integer, a slice, `...`, tf.newaxis, or several of them in a tuple.

    A row of the first dimension may be taken, but only slices of the ragged ones.
    """
    tensors = [ragged, *_tensors_in(key)]
    keys = list(key) if isinstance(key, (list, tuple)) else [key]
    with name_scope(None, "RaggedGetItem", tensors):
        return _getitem(ragged, keys)


def _tensors_in(key):
    if isinstance(key, Tensor):
        yield key
    elif isinstance(key, (list, tuple)):
        for part in key:
            yield from _tensors_in(part)
    elif isinstance(key, slice):
        yield from _tensors_in((key.start, key.stop, key.step))


def _getitem(ragged, keys):
    if not keys:
        return ragged
    row_key, inner_keys = keys[0], keys[1:]
    if row_key is Ellipsis:
        return _getitem(ragged, _expand_ellipsis(keys, ragged.shape.ndims))
    if row_key is None:
        inner = _getitem(ragged, inner_keys)
        nsplits = array_ops.shape(inner.row_splits, out_type=inner.row_splits.dtype)[0]
        return RaggedTensor.from_row_splits(inner, array_ops.stack([0, nsplits - 1]), validate=False)
    if isinstance(row_key, slice):
        return _inner(_slice_rows(ragged, row_key), inner_keys)
    starts = ragged.row_splits[:-1]
    limits = ragged.row_splits[1:]
    row = ragged.values[starts[row_key] : limits[row_key]]
    return row.__getitem__(inner_keys)


def _slice_rows(ragged, key):
    if key == _ALL if not any(isinstance(k, Tensor) for k in (key.start, key.stop, key.step)) else False:
        return ragged
    new_starts = ragged.row_splits[:-1][key]
    new_limits = ragged.row_splits[1:][key]
    zero_pad = array_ops.zeros([1], ragged.row_splits.dtype)
    if key.step is not None and (isinstance(key.step, Tensor) or key.step != 1):
        return _of_ranges(new_starts, new_limits, 1, ragged.values)
    # The first row's start and the limits; a 0 where there is no row.
    new_splits = array_ops.concat([zero_pad[array_ops.size(new_starts) :], new_starts[:1], new_limits], axis=0)
    first = new_splits[0]
    last = new_splits[-1]
    return RaggedTensor.from_row_splits(ragged.values[first:last], new_splits - first, validate=False)


def _inner(ragged, keys):
    """The keys for the dimensions after the first."""
    if not keys:
        return ragged
    if isinstance(ragged, Tensor):
        return ragged.__getitem__([_ALL, *keys])
    column_key = keys[0]
    if column_key is Ellipsis:
        return _inner(ragged, _expand_ellipsis(keys, ragged.values.shape.ndims))
    if column_key is None:
        inner = _inner(ragged, keys[1:])
        nsplits = array_ops.shape(inner.row_splits, out_type=inner.row_splits.dtype)[0]
        return RaggedTensor.from_row_splits(inner, math_ops.range(nsplits), validate=False)
    if not isinstance(column_key, slice):
        raise ValueError("Cannot index into an inner ragged dimension.")
    start, stop, step = column_key.start, column_key.stop, column_key.step
    if start is None and stop is None and step is None:
        return ragged.with_values(_inner(ragged.values, keys[1:]))
    starts = ragged.row_splits[:-1]
    limits = ragged.row_splits[1:]
    if start is not None and _not_zero(start):
        new_starts = _offset_within(start, ragged.row_splits[:-1], ragged.row_splits[1:])
    else:
        new_starts = starts
    if stop is not None and _not_zero(stop):
        limits = _offset_within(stop, ragged.row_splits[:-1], ragged.row_splits[1:])
    inner = _of_ranges(new_starts, limits, step, ragged.values)
    return inner.with_values(_inner(inner.values, keys[1:]))


def _not_zero(offset) -> bool:
    return isinstance(offset, Tensor) or offset != 0


def _expand_ellipsis(keys, remaining) -> list:
    """`...` as one more full slice before it, or gone where the other keys are for all dimensions that remain."""
    if remaining is None:
        raise ValueError("Ellipsis not supported for unknown shape RaggedTensors")
    count = sum(1 for key in keys if key is not None)
    if count > remaining + 1:
        raise IndexError("Too many indices for RaggedTensor")
    return keys[1:] if count == remaining + 1 else [_ALL, *keys]


def _of_ranges(starts, limits, step, values):
    """The ragged tensor of the rows values[starts[i]:limits[i]:step]."""
    step = convert_to_tensor(1 if step is None else step, name="step")
    if not step.dtype.is_integer:
        raise TypeError("slice strides must be integers or None")
    step = math_ops.cast(step, starts.dtype)
    where = math.range(starts, limits, step, row_splits_dtype=starts.dtype)
    taken = gather.gather if isinstance(values, RaggedTensor) else array_ops.gather
    return where.with_values(taken(params=values, indices=where.values))


def _offset_within(offset, starts, limits):
    """`offset` columns from the start (from the limit if negative) of each row, no further than the row."""

    def from_start(offset):
        return math_ops.minimum(starts + offset, limits)

    def from_limit(offset):
        return math_ops.maximum(limits + offset, starts)

    if isinstance(offset, Tensor):
        offset = math_ops.cast(offset, starts.dtype)
        return cond(offset >= 0, lambda: from_start(offset), lambda: from_limit(offset))
    if isinstance(offset, int):
        return from_start(offset) if offset > 0 else from_limit(offset)
    raise TypeError("slice offsets must be integers or None")
