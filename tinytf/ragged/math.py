"""Ranges, segments and reductions of ragged tensors."""

from __future__ import annotations

import numpy as np

from tinytf import dtypes
from tinytf.graph.build import make
from tinytf.graph.convert import convert_to_tensor
from tinytf.graph.default_graph import control_dependencies, name_scope
from tinytf.graph.tensor import Tensor
from tinytf.graph.tensor_util import constant_value
from tinytf.ops.array import array_ops
from tinytf.ops.math import check_ops, math_ops
from tinytf.ragged import functional, segment_ids, util
from tinytf.ragged.tensor import RaggedTensor, convert_to_tensor_or_ragged_tensor, is_ragged, match_row_splits_dtypes

_RANGE_TYPES = [dtypes.int32, dtypes.int64, dtypes.float32, dtypes.float64]


def range(starts, limits=None, deltas=1, dtype=None, name=None, row_splits_dtype=dtypes.int64) -> RaggedTensor:
    """Row i counts from starts[i] by deltas[i] up to, and without, limits[i].  Follows `tf.ragged.range` of TF 1.15."""
    row_splits_dtype = dtypes.as_dtype(row_splits_dtype)
    if limits is None:
        starts, limits = 0, starts
    with name_scope(name, "RaggedRange", [starts, limits, deltas]) as name:
        starts = convert_to_tensor(starts, dtype=dtype, name="starts")
        limits = convert_to_tensor(limits, dtype=dtype, name="limits")
        deltas = convert_to_tensor(deltas, dtype=dtype, name="deltas")
        bounds = [starts, limits, deltas]
        if dtype is None:
            assert all(t.dtype in _RANGE_TYPES for t in bounds)
            widest = max((t.dtype for t in bounds), key=_RANGE_TYPES.index)
            bounds = [math_ops.cast(t, widest) for t in bounds]
        splits, values = make("RaggedRange", *bounds, Tsplits=row_splits_dtype, name=name)
        return RaggedTensor.from_row_splits(values, splits, validate=False)


# ---- segments: rows with the same number are put together, column by column


def _segment_aggregate(segment_op, data, segments, num_segments, separator=None, name=None):
    """`segment_op` (an unsorted segment op) of each column of the rows of a segment."""
    if not (is_ragged(data) or is_ragged(segments)):
        if separator is not None:
            return segment_op(data, segments, num_segments, separator, name)
        return segment_op(data, segments, num_segments, name)
    with name_scope(name, "RaggedSegment", [data, segments, num_segments]):
        data = convert_to_tensor_or_ragged_tensor(data, name="data")
        segments = convert_to_tensor_or_ragged_tensor(segments, name="segment_ids")
        data, segments = match_row_splits_dtypes(data, segments)
        if segments.dtype not in (dtypes.int32, dtypes.int64):
            raise ValueError("segment_ids must have dtype int32 or int64.")
        prefix = "segment_ids.shape must be a prefix of data.shape"
        if is_ragged(segments):
            if not is_ragged(data):
                raise ValueError(prefix + ", but segment_ids is ragged and data is not.")
            check = check_ops.assert_equal(segments.row_splits, data.row_splits, message=prefix)
            with control_dependencies([check]):
                return _segment_aggregate(segment_op, data.values, segments.values, num_segments, separator)
        row_lengths = data.row_splits[1:] - data.row_splits[:-1]
        longest = math_ops.maximum(math_ops.unsorted_segment_max(row_lengths, segments, num_segments), 0)
        splits = array_ops.concat([array_ops.zeros([1], longest.dtype), math_ops.cumsum(longest)], axis=0)
        row_start = array_ops.gather(splits, segments)
        row_limit = row_start + row_lengths
        place = range(row_start, row_limit).values
        values = _segment_aggregate(segment_op, data.values, place, splits[-1], separator)
        return RaggedTensor.from_row_splits(values, splits, validate=False)


def segment_sum(data, segment_ids, num_segments, name=None):
    """The sums of the rows of each segment.  What `tf.math.unsorted_segment_sum` of ragged tensors is in TF 1.15."""
    return _segment_aggregate(math_ops.unsorted_segment_sum, data, segment_ids, num_segments, name=name or "RaggedSegmentSum")


def segment_prod(data, segment_ids, num_segments, name=None):
    """The products of the rows of each segment."""
    return _segment_aggregate(math_ops.unsorted_segment_prod, data, segment_ids, num_segments, name=name or "RaggedSegmentProd")


def segment_min(data, segment_ids, num_segments, name=None):
    """The smallest values of the rows of each segment."""
    return _segment_aggregate(math_ops.unsorted_segment_min, data, segment_ids, num_segments, name=name or "RaggedSegmentMin")


def segment_max(data, segment_ids, num_segments, name=None):
    """The largest values of the rows of each segment."""
    return _segment_aggregate(math_ops.unsorted_segment_max, data, segment_ids, num_segments, name=name or "RaggedSegmentMax")


def _segment_total_and_count(data, segment_ids, num_segments):
    total = segment_sum(data, segment_ids, num_segments)
    ones = RaggedTensor.from_nested_row_splits(array_ops.ones_like(data.flat_values), data.nested_row_splits, validate=False)
    return total, segment_sum(ones, segment_ids, num_segments)


def segment_mean(data, segment_ids, num_segments, name=None):
    """The means of the rows of each segment."""
    with name_scope(name, "RaggedSegmentMean", [data, segment_ids, num_segments]):
        total, count = _segment_total_and_count(data, segment_ids, num_segments)
        return total.with_flat_values(total.flat_values / count.flat_values) if is_ragged(total) else total / count


def segment_sqrt_n(data, segment_ids, num_segments, name=None):
    """The sums of the rows of each segment over the root of their number."""
    with name_scope(name, "RaggedSegmentSqrtN", [data, segment_ids, num_segments]):
        total, count = _segment_total_and_count(data, segment_ids, num_segments)
        if is_ragged(total):
            return total.with_flat_values(total.flat_values / math_ops.sqrt(count.flat_values))
        return total / math_ops.sqrt(count)


# ---- reductions


def ragged_reduce_aggregate(reduce_op, unsorted_segment_op, rt_input, axis, keepdims, separator=None, name=None):
    """`reduce_op` along `axis` (None: all; one or several dimensions), by segments where that is ragged."""
    if not is_ragged(rt_input):
        return reduce_op(rt_input, axis, name=name) if separator is None else reduce_op(rt_input, axis, name=name, separator=separator)
    if keepdims:
        raise ValueError("keepdims=True is not supported for RaggedTensors.")
    if isinstance(axis, Tensor):
        axis = constant_value(axis)
        if axis is None:
            raise ValueError("axis must be known at graph construction time.")
        if isinstance(axis, np.ndarray):
            axis = axis.tolist()
    if axis is None:
        return reduce_op(rt_input.flat_values, None, name=name)
    with name_scope(name, "RaggedReduce", [rt_input, axis]):
        if isinstance(axis, (tuple, list)):
            if not axis:
                return rt_input
            if len(axis) == 1:
                axis = axis[0]
            else:
                *outer, last = sorted(util.get_positive_axis(a, rt_input.shape.ndims) for a in axis)
                inner = ragged_reduce_aggregate(reduce_op, unsorted_segment_op, rt_input, last, keepdims, separator)
                return ragged_reduce_aggregate(reduce_op, unsorted_segment_op, inner, outer, keepdims, separator)
        rt_input = convert_to_tensor_or_ragged_tensor(rt_input, name="rt_input")
        axis = util.get_positive_axis(axis, rt_input.shape.ndims)
        splits = rt_input.row_splits
        if axis == 0:
            row_lengths = splits[1:] - splits[:-1]
            num_segments = math_ops.maximum(math_ops.reduce_max(row_lengths), 0)
            columns = range(row_lengths).values
            return _segment_aggregate(unsorted_segment_op, rt_input.values, columns, num_segments, separator)
        if axis == 1:
            num_segments = array_ops.shape(splits)[0] - 1
            rows = segment_ids.row_splits_to_segment_ids(splits)
            return _segment_aggregate(unsorted_segment_op, rt_input.values, rows, num_segments, separator)
        return rt_input.with_values(ragged_reduce_aggregate(reduce_op, unsorted_segment_op, rt_input.values, axis - 1, keepdims, separator))


def reduce_sum(input_tensor, axis=None, keepdims=None, name=None):
    """The sums along `axis`.  What `tf.reduce_sum` of ragged tensors is in TF 1.15."""
    return ragged_reduce_aggregate(math_ops.reduce_sum, math_ops.unsorted_segment_sum, input_tensor, axis, keepdims, name=name or "RaggedReduceSum")


def reduce_prod(input_tensor, axis=None, keepdims=None, name=None):
    """The products along `axis`."""
    return ragged_reduce_aggregate(math_ops.reduce_prod, math_ops.unsorted_segment_prod, input_tensor, axis, keepdims, name=name or "RaggedReduceProd")


def reduce_min(input_tensor, axis=None, keepdims=None, name=None):
    """The smallest values along `axis`."""
    return ragged_reduce_aggregate(math_ops.reduce_min, math_ops.unsorted_segment_min, input_tensor, axis, keepdims, name=name or "RaggedReduceMin")


def reduce_max(input_tensor, axis=None, keepdims=None, name=None):
    """The largest values along `axis`."""
    return ragged_reduce_aggregate(math_ops.reduce_max, math_ops.unsorted_segment_max, input_tensor, axis, keepdims, name=name or "RaggedReduceMax")


def reduce_mean(input_tensor, axis=None, keepdims=None, name=None):
    """The means along `axis`."""
    with name_scope(name, "RaggedReduceMean", [input_tensor, axis]):
        total = reduce_sum(input_tensor, axis, keepdims)
        if is_ragged(input_tensor):
            ones = RaggedTensor.from_nested_row_splits(
                array_ops.ones_like(input_tensor.flat_values), input_tensor.nested_row_splits, validate=False
            )
        else:
            ones = array_ops.ones_like(input_tensor)
        count = reduce_sum(ones, axis, keepdims)
        if is_ragged(total):
            return RaggedTensor.from_nested_row_splits(total.flat_values / count.flat_values, total.nested_row_splits, validate=False)
        return total / count


def _cast(tensor, dtype):
    return functional.map_flat_values(math_ops.cast, tensor, dtype)


def reduce_all(input_tensor, axis=None, keepdims=None, name=None):
    """Whether all along `axis` are true."""
    with name_scope(name, "RaggedReduceAll", [input_tensor, axis]):
        return _cast(reduce_prod(_cast(input_tensor, dtypes.int32), axis, keepdims), dtypes.bool)


def reduce_any(input_tensor, axis=None, keepdims=None, name=None):
    """Whether one along `axis` is true."""
    with name_scope(name, "RaggedReduceAny", [input_tensor, axis]):
        return _cast(reduce_sum(_cast(input_tensor, dtypes.int32), axis, keepdims), dtypes.bool)
