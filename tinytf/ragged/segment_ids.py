"""Row splits as the row number of each value, and back."""

from __future__ import annotations

from tinytf import dtypes
from tinytf.graph.convert import convert_to_tensor
from tinytf.graph.default_graph import name_scope
from tinytf.graph.tensor import Tensor
from tinytf.graph.tensor_util import constant_value
from tinytf.ops.array import array_ops
from tinytf.ops.math import math_ops
from tinytf.ragged import util
from tinytf.shapes import TensorShape, dimension_value


def row_splits_to_segment_ids(splits, name=None, out_type=None) -> Tensor:
    """The row number of each value of rows with these splits.  Follows `tf.ragged.row_splits_to_segment_ids` of TF 1.15."""
    with name_scope(name, "RaggedSplitsToSegmentIds", [splits]):
        splits = convert_to_tensor(splits, name="splits", preferred_dtype=dtypes.int64)
        if splits.dtype not in (dtypes.int32, dtypes.int64):
            raise ValueError("splits must have dtype int32 or int64")
        splits.shape.assert_has_rank(1)
        if dimension_value(splits.shape[0]) == 0:
            raise ValueError("Invalid row_splits: []")
        out_type = splits.dtype if out_type is None else dtypes.as_dtype(out_type)
        row_lengths = splits[1:] - splits[:-1]
        nrows = array_ops.shape(splits, out_type=out_type)[-1] - 1
        return util.repeat(math_ops.range(nrows), repeats=row_lengths, axis=0)


def segment_ids_to_row_splits(segment_ids, num_segments=None, out_type=None, name=None) -> Tensor:
    """The row splits of values with these (ascending) row numbers.  Follows `tf.ragged.segment_ids_to_row_splits` of TF 1.15."""
    if out_type is not None:
        out_type = dtypes.as_dtype(out_type)
    else:
        out_type = next((t.dtype for t in (segment_ids, num_segments) if isinstance(t, Tensor)), dtypes.int64)
    with name_scope(name, "SegmentIdsToRaggedSplits", [segment_ids]):
        segment_ids = util.convert_to_int_tensor(segment_ids, "segment_ids", dtype=dtypes.int32)
        segment_ids.shape.assert_has_rank(1)
        if num_segments is not None:
            num_segments = util.convert_to_int_tensor(num_segments, "num_segments", dtype=dtypes.int32)
            num_segments.shape.assert_has_rank(0)
        row_lengths = math_ops.bincount(segment_ids, minlength=num_segments, maxlength=num_segments, dtype=out_type)
        splits = array_ops.concat([[0], math_ops.cumsum(row_lengths)], axis=0)
        known = None if num_segments is None else constant_value(num_segments)
        if known is not None:
            splits.set_shape(TensorShape([known + 1]))
        return splits
