"""Reductions over segments: rows of `data` that share a number in `segment_ids`, sorted or not."""

from __future__ import annotations

import numpy as np

from tinytf import errors
from tinytf.graph.build import make
from tinytf.graph.constant_value import constant_value
from tinytf.graph.convert import convert_to_tensor
from tinytf.graph.default_graph import name_scope
from tinytf.graph.op_entry import op
from tinytf.graph.shape_rules import merge_each, with_rank_at_least
from tinytf.graph.tensor import Tensor
from tinytf.ops.array import array_ops
from tinytf.ops.array.repeats import first_places
from tinytf.ops.array.shape_ops import show
from tinytf.ops.math.segment_gradients import (
    segment_extremum_grad,
    segment_mean_grad,
    segment_sum_grad,
    unsorted_extremum_grad,
    unsorted_prod_grad,
    unsorted_sum_grad,
)
from tinytf.util.dispatch import add_dispatch_support

# ---- shape -------------------------------------------------------------------------------------


def _segment_shape(op):
    data, ids = op.inputs[0].dims, op.inputs[1].dims
    with_rank_at_least(data, 1)
    if ids is not None and len(ids) != 1:
        raise ValueError(f"Shape must be rank 1 but is rank {len(ids)}")
    return [None if data is None else (None,) + data[1:]]


def _unsorted_shape(op):
    data, ids = op.inputs[0].dims, op.inputs[1].dims
    number = constant_value(op.inputs[2])
    if number is not None and number < 0:
        raise ValueError(f"Dimension size, given by scalar input 2, must be non-negative but is {int(number)}")
    if data is None or ids is None:
        return [None]
    if len(ids) > len(data):
        raise ValueError(f"Shape must be at least rank {len(ids)} but is rank {len(data)}")
    merge_each(data[: len(ids)], ids)
    return [(None if number is None else int(number),) + data[len(ids) :]]


# ---- kernels -----------------------------------------------------------------------------------


def _check_sorted(op, data, ids):
    if ids.ndim != 1:
        raise errors.InvalidArgumentError(op.node_def, op, "segment_ids should be a vector.")
    if len(ids) != len(data):
        raise errors.InvalidArgumentError(
            op.node_def, op, "segment_ids should be the same size as dimension 0 of input."
        )
    if not len(ids):
        return
    if ids[0] < 0:
        message = f"Segment id {ids[0]} out of range [0, {int(ids[-1]) + 1}), possibly because 'segment_ids' input is not sorted."
        raise errors.InvalidArgumentError(op.node_def, op, message)
    if ids[-1] < 0:
        raise errors.InvalidArgumentError(op.node_def, op, "segment ids must be >= 0")
    if np.any(ids[1:] < ids[:-1]):
        raise errors.InvalidArgumentError(op.node_def, op, "segment ids are not increasing")


def _segment_kernel(ufunc, empty, mean=False):
    """Rows with the same id stand together, so each segment is one stretch; a segment without rows is `empty`."""

    def kernel(op):
        dtype = np.dtype(op.outputs[0].dtype.as_numpy_dtype)

        def run(data, ids):
            _check_sorted(op, data, ids)
            size = int(ids[-1]) + 1 if len(ids) else 0
            result = np.full((size,) + data.shape[1:], empty, dtype)
            if size:
                starts = np.concatenate([[0], np.flatnonzero(ids[1:] != ids[:-1]) + 1])
                rows = ufunc.reduceat(data, starts, axis=0, dtype=dtype)
                if mean:
                    rows = _divided(rows, np.diff(np.append(starts, len(ids))), dtype)
                result[ids[starts]] = rows
            return result

        return run

    return kernel


def _divided(rows, counts, dtype):
    counts = counts.reshape((-1,) + (1,) * (rows.ndim - 1))
    if dtype.kind in "iu":
        return np.trunc(rows / counts).astype(dtype)
    return (rows / counts.astype(dtype)).astype(dtype)


# Since NumPy 1.25 ufunc.at is fast, on flat arrays.
_FAST_AT = tuple(int(n) for n in np.__version__.split(".")[:2]) >= (1, 25)


def scatter_reduce(ufunc, result, ids, rows):
    """`result[id] = ufunc(result[id], row)` for each row, in order; ids in any order.  Changes `result`."""
    if len(ids) == 0 or rows.size == 0:
        return result
    if rows.size > len(ids):
        # Rows of ids that come for the first time go in all at once, as long as that is most of them.
        places = first_places(ids)
        new = None if places is None else places == np.arange(len(ids))
        if new is not None and 2 * np.count_nonzero(new) > len(ids):
            targets = ids[new]
            result[targets] = ufunc(result[targets], rows[new])
            return scatter_reduce(ufunc, result, ids[~new], rows[~new])
    if _FAST_AT:
        columns = rows.size // len(ids)
        places = ids if columns == 1 else (ids[:, None].astype(np.int64) * columns + np.arange(columns)).reshape(-1)
        ufunc.at(result.reshape(-1), places, np.ascontiguousarray(rows, result.dtype).reshape(-1))
        return result
    order = np.argsort(ids, kind="stable")
    ids = ids[order]
    starts = np.concatenate([[0], np.flatnonzero(ids[1:] != ids[:-1]) + 1])
    sums = ufunc.reduceat(rows[order], starts, axis=0, dtype=result.dtype)
    targets = ids[starts]
    result[targets] = ufunc(result[targets], sums)
    return result


def _unsorted_kernel(ufunc, empty):
    """A negative id drops its row."""

    def kernel(op):
        dtype = np.dtype(op.outputs[0].dtype.as_numpy_dtype)
        start = empty(dtype) if callable(empty) else empty

        def run(data, ids, number):
            if number.ndim:
                message = f"num_segments should be a scalar, not shape {show(number.shape)}"
                raise errors.InvalidArgumentError(op.node_def, op, message)
            number = int(number)
            if number < 0:
                raise errors.InvalidArgumentError(op.node_def, op, f"Input num_segments == {number} must not be negative.")
            if ids.shape != data.shape[: ids.ndim]:
                message = f"data.shape = {show(data.shape)} does not start with segment_ids.shape = {show(ids.shape)}"
                raise errors.InvalidArgumentError(op.node_def, op, message)
            flat = ids.reshape(-1)
            rows = data.reshape((flat.size,) + data.shape[ids.ndim :])
            if flat.size and flat.max() >= number:
                bad = int(np.argmax(flat >= number))
                where = ",".join(map(str, np.unravel_index(bad, ids.shape)))
                message = f"segment_ids[{where}] = {flat[bad]} is out of range [0, {number})"
                raise errors.InvalidArgumentError(op.node_def, op, message)
            if flat.size and flat.min() < 0:
                kept = flat >= 0
                flat, rows = flat[kept], rows[kept]
            return scatter_reduce(ufunc, np.full((number,) + data.shape[ids.ndim :], start, dtype), flat, rows)

        return run

    return kernel


def _lowest(dtype):
    return np.finfo(dtype).min if dtype.kind == "f" else np.iinfo(dtype).min


def _highest(dtype):
    return np.finfo(dtype).max if dtype.kind == "f" else np.iinfo(dtype).max


# ---- the ops -----------------------------------------------------------------------------------

op(
    "SegmentSum(data: T, segment_ids: Tindices) -> (output: T); T: {float, double, int32, uint8, int16, int8, "
    "complex64, int64, qint8, quint8, qint32, bfloat16, uint16, complex128, half, uint32, uint64}; Tindices: {int32, "
    "int64}",
    shape=_segment_shape,
    kernel=_segment_kernel(np.add, 0),
    gradient=segment_sum_grad,
)
op(
    "SegmentMean(data: T, segment_ids: Tindices) -> (output: T); T: {float, double, int32, uint8, int16, int8, "
    "complex64, int64, qint8, quint8, qint32, bfloat16, uint16, complex128, half, uint32, uint64}; Tindices: {int32, "
    "int64}",
    shape=_segment_shape,
    kernel=_segment_kernel(np.add, 0, mean=True),
    gradient=segment_mean_grad,
)
op(
    "SegmentProd(data: T, segment_ids: Tindices) -> (output: T); T: {float, double, int32, uint8, int16, int8, "
    "complex64, int64, qint8, quint8, qint32, bfloat16, uint16, complex128, half, uint32, uint64}; Tindices: {int32, "
    "int64}",
    shape=_segment_shape,
    kernel=_segment_kernel(np.multiply, 1),
)
op(
    "SegmentMax(data: T, segment_ids: Tindices) -> (output: T); T: {float, double, int32, uint8, int16, int8, int64, "
    "bfloat16, uint16, half, uint32, uint64}; Tindices: {int32, int64}",
    shape=_segment_shape,
    kernel=_segment_kernel(np.maximum, 0),
    gradient=segment_extremum_grad,
)
op(
    "SegmentMin(data: T, segment_ids: Tindices) -> (output: T); T: {float, double, int32, uint8, int16, int8, int64, "
    "bfloat16, uint16, half, uint32, uint64}; Tindices: {int32, int64}",
    shape=_segment_shape,
    kernel=_segment_kernel(np.minimum, 0),
    gradient=segment_extremum_grad,
)
op(
    "UnsortedSegmentSum(data: T, segment_ids: Tindices, num_segments: Tnumsegments) -> (output: T); T: {float, "
    "double, int32, uint8, int16, int8, complex64, int64, qint8, quint8, qint32, bfloat16, uint16, complex128, half, "
    "uint32, uint64}; Tindices: {int32, int64}; Tnumsegments: {int32, int64} = int32",
    shape=_unsorted_shape,
    kernel=_unsorted_kernel(np.add, 0),
    gradient=unsorted_sum_grad,
)
op(
    "UnsortedSegmentProd(data: T, segment_ids: Tindices, num_segments: Tnumsegments) -> (output: T); T: {float, "
    "double, int32, uint8, int16, int8, complex64, int64, qint8, quint8, qint32, bfloat16, uint16, complex128, half, "
    "uint32, uint64}; Tindices: {int32, int64}; Tnumsegments: {int32, int64} = int32",
    shape=_unsorted_shape,
    kernel=_unsorted_kernel(np.multiply, 1),
    gradient=unsorted_prod_grad,
)
op(
    "UnsortedSegmentMax(data: T, segment_ids: Tindices, num_segments: Tnumsegments) -> (output: T); T: {float, "
    "double, int32, uint8, int16, int8, int64, bfloat16, uint16, half, uint32, uint64}; Tindices: {int32, int64}; "
    "Tnumsegments: {int32, int64} = int32",
    shape=_unsorted_shape,
    kernel=_unsorted_kernel(np.maximum, _lowest),
    gradient=unsorted_extremum_grad,
)
op(
    "UnsortedSegmentMin(data: T, segment_ids: Tindices, num_segments: Tnumsegments) -> (output: T); T: {float, "
    "double, int32, uint8, int16, int8, int64, bfloat16, uint16, half, uint32, uint64}; Tindices: {int32, int64}; "
    "Tnumsegments: {int32, int64} = int32",
    shape=_unsorted_shape,
    kernel=_unsorted_kernel(np.minimum, _highest),
    gradient=unsorted_extremum_grad,
)

# ---- public functions --------------------------------------------------------------------------


def _segment(op_type, name, doc):
    def function(data, segment_ids, name=None):
        return make(op_type, data, segment_ids, name=name)

    function.__name__ = function.__qualname__ = name
    function.__doc__ = f"{doc} of each segment; `segment_ids` (one a row) ascend.  Follows `tf.{name}` of TF 1.15."
    return function


def _unsorted(op_type, name, doc):
    def function(data, segment_ids, num_segments, name=None):
        return make(op_type, data, segment_ids, num_segments, name=name)

    function.__name__ = function.__qualname__ = name
    function.__doc__ = (
        f"{doc} of each of `num_segments` segments, ids in any order; rows with a negative id are dropped.\n\n"
        f"    Follows `tf.{name}` of TF 1.15.\n    "
    )
    return add_dispatch_support(function)


segment_sum = _segment("SegmentSum", "segment_sum", "The sum")
segment_mean = _segment("SegmentMean", "segment_mean", "The mean")
segment_prod = _segment("SegmentProd", "segment_prod", "The product")
segment_max = _segment("SegmentMax", "segment_max", "The maximum")
segment_min = _segment("SegmentMin", "segment_min", "The minimum")
unsorted_segment_sum = _unsorted("UnsortedSegmentSum", "unsorted_segment_sum", "The sum")
unsorted_segment_prod = _unsorted("UnsortedSegmentProd", "unsorted_segment_prod", "The product")
unsorted_segment_max = _unsorted("UnsortedSegmentMax", "unsorted_segment_max", "The maximum")
unsorted_segment_min = _unsorted("UnsortedSegmentMin", "unsorted_segment_min", "The minimum")


def _rows_a_segment(data, segment_ids, num_segments):
    """The number of rows of each segment, at least 1, shaped to divide by."""
    ones = array_ops.ones(array_ops.shape_internal(segment_ids), dtype=data.dtype)
    number = make("UnsortedSegmentSum", ones, segment_ids, num_segments)
    more = len(data.dims) - len(segment_ids.dims)
    number = array_ops.reshape(number, [num_segments] + [1] * more)
    return make("Maximum", number, 1)


@add_dispatch_support
def unsorted_segment_mean(data, segment_ids, num_segments, name=None) -> Tensor:
    """The mean of each segment, ids in any order.  Follows `tf.math.unsorted_segment_mean` of TF 1.15."""
    with name_scope(name, "UnsortedSegmentMean"):
        data, segment_ids = convert_to_tensor(data), convert_to_tensor(segment_ids)
        number = _rows_a_segment(data, segment_ids, num_segments)
        return make("UnsortedSegmentSum", data, segment_ids, num_segments) / number


@add_dispatch_support
def unsorted_segment_sqrt_n(data, segment_ids, num_segments, name=None) -> Tensor:
    """The sum of each segment over the square root of its rows.  Follows `tf.math.unsorted_segment_sqrt_n`."""
    with name_scope(name, "UnsortedSegmentSqrtN"):
        data, segment_ids = convert_to_tensor(data), convert_to_tensor(segment_ids)
        number = _rows_a_segment(data, segment_ids, num_segments)
        summed = make("UnsortedSegmentSum", data, segment_ids, num_segments)
        return summed / make("Sqrt", number)
