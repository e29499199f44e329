"""Segment reductions over chosen rows: SparseSegmentSum, Mean and SqrtN of `data[indices]`."""

from __future__ import annotations

import numpy as np

from tinytf import errors
from tinytf.graph.build import make
from tinytf.graph.constant_value import constant_value
from tinytf.graph.op_entry import op
from tinytf.graph.shape_rules import merge_dims, with_rank, with_rank_at_least
from tinytf.graph.tensor import Tensor
from tinytf.ops.array import array_ops
from tinytf.ops.math.segment import scatter_reduce


def _shape(op):
    data = with_rank_at_least(op.inputs[0].dims, 1)
    merge_dims(with_rank(op.inputs[1].dims, 1), with_rank(op.inputs[2].dims, 1))
    rows = None
    if len(op.inputs) == 4:
        number = constant_value(op.inputs[3])
        if number is not None and number < 0:
            raise ValueError("Cannot specify a negative value for num_segments")
        rows = None if number is None else int(number)
    return [None if data is None else (rows,) + data[1:]]


def _invalid(op, message):
    raise errors.InvalidArgumentError(op.node_def, op, message)


def _scaled(rows, counts, kind):
    if kind == "sum":
        return rows
    counts = counts.reshape((-1,) + (1,) * (rows.ndim - 1))
    return rows / (counts if kind == "mean" else np.sqrt(counts))


def _kernel(kind):
    def kernel(op):
        dtype = np.dtype(op.outputs[0].dtype.as_numpy_dtype)

        def run(data, indices, ids, number=None):
            if len(indices) != len(ids):
                _invalid(op, "segment_ids and indices should have same size.")
            size = (int(ids[-1]) + 1 if len(ids) else 0) if number is None else int(number)
            if size < 0:
                _invalid(op, "segment ids must be >= 0")
            if len(ids):
                bad = (indices < 0) | (indices >= len(data))
                if bad.any():
                    i = int(np.argmax(bad))
                    _invalid(op, f"Bad: indices[{i}] == {indices[i]} out of range [0, {len(data)})")
                if ids[0] < 0 or np.any(ids[1:] < ids[:-1]):
                    if ids[-1] < 0:
                        _invalid(op, "segment ids must be >= 0")
                    if ids.min() < 0:
                        what = "possibly because 'segment_ids' input is not sorted."
                        _invalid(op, f"Segment id {ids[ids < 0][0]} out of range [0, {size}), {what}")
                    _invalid(op, "segment ids are not increasing")
                if ids[-1] >= size:
                    _invalid(op, "segment ids must be < num_segments")
            result = np.zeros((size,) + data.shape[1:], dtype)
            if len(ids):
                starts = np.concatenate([[0], np.flatnonzero(ids[1:] != ids[:-1]) + 1])
                rows = np.add.reduceat(data[indices], starts, axis=0, dtype=dtype)
                counts = np.diff(np.append(starts, len(ids))).astype(dtype)
                result[ids[starts]] = _scaled(rows, counts, kind)
            return result

        return run

    return kernel


def _grad_shape(op):
    data = with_rank_at_least(op.inputs[0].dims, 1)
    merge_dims(with_rank(op.inputs[2].dims, 1), with_rank(op.inputs[1].dims, 1))
    rows = constant_value(op.inputs[3])
    return [None if data is None else (None if rows is None else int(rows),) + data[1:]]


def _grad_kernel(kind):
    def kernel(op):
        dtype = np.dtype(op.outputs[0].dtype.as_numpy_dtype)

        def run(grad, indices, ids, rows):
            rows = int(rows)
            if rows < 0:
                _invalid(op, "Invalid number of segments")
            if len(indices) != len(ids):
                _invalid(op, "segment_ids and indices should have same size.")
            if len(ids) and (ids.min() < 0 or ids.max() >= len(grad)):
                bad = ids[(ids < 0) | (ids >= len(grad))][0]
                _invalid(op, f"Segment id {bad} out of range [0, {len(grad)}).")
            if len(indices) and (indices.min() < 0 or indices.max() >= rows):
                bad = indices[(indices < 0) | (indices >= rows)][0]
                _invalid(op, f"Index {bad} out of range [0, {rows}).")
            counts = np.maximum(np.bincount(ids, minlength=len(grad)), 1).astype(dtype)
            scaled = _scaled(grad, counts, kind).astype(dtype)
            return scatter_reduce(np.add, np.zeros((rows,) + grad.shape[1:], dtype), indices, scaled[ids])

        return run

    return kernel


def _sum_grad(op, grad):
    rows = array_ops.shape(op.inputs[0])[0]
    gathered = array_ops.gather(grad, op.inputs[2])
    result = make("UnsortedSegmentSum", gathered, op.inputs[1], rows)
    return (result,) + (None,) * (len(op.inputs) - 1)


def _by_op(op_type):
    def gradient(op, grad):
        rows = array_ops.shape(op.inputs[0])[0]
        result = make(op_type, grad, op.inputs[1], op.inputs[2], rows)
        return (result,) + (None,) * (len(op.inputs) - 1)

    return gradient


_mean_grad, _sqrt_n_grad = _by_op("SparseSegmentMeanGrad"), _by_op("SparseSegmentSqrtNGrad")

op(
    "SparseSegmentSum(data: T, indices: Tidx, segment_ids: int32) -> (output: T); T: {float, double, int32, uint8, "
    "int16, int8, int64, bfloat16, uint16, half, uint32, uint64}; Tidx: {int32, int64} = int32",
    shape=_shape,
    kernel=_kernel("sum"),
    gradient=_sum_grad,
)
op(
    "SparseSegmentSumWithNumSegments(data: T, indices: Tidx, segment_ids: int32, num_segments: Tnumsegments) -> "
    "(output: T); T: {float, double, int32, uint8, int16, int8, int64, bfloat16, uint16, half, uint32, uint64}; "
    "Tidx: {int32, int64} = int32; Tnumsegments: {int32, int64} = int32",
    shape=_shape,
    kernel=_kernel("sum"),
    gradient=_sum_grad,
)
op(
    "SparseSegmentMean(data: T, indices: Tidx, segment_ids: int32) -> (output: T); T: {float, double}; Tidx: {int32, "
    "int64} = int32",
    shape=_shape,
    kernel=_kernel("mean"),
    gradient=_mean_grad,
)
op(
    "SparseSegmentMeanWithNumSegments(data: T, indices: Tidx, segment_ids: int32, num_segments: Tnumsegments) -> "
    "(output: T); T: {float, double}; Tidx: {int32, int64} = int32; Tnumsegments: {int32, int64} = int32",
    shape=_shape,
    kernel=_kernel("mean"),
    gradient=_mean_grad,
)
op(
    "SparseSegmentMeanGrad(grad: T, indices: Tidx, segment_ids: int32, output_dim0: int32) -> (output: T); T: "
    "{float, double}; Tidx: {int32, int64} = int32",
    shape=_grad_shape,
    kernel=_grad_kernel("mean"),
)
op(
    "SparseSegmentSqrtN(data: T, indices: Tidx, segment_ids: int32) -> (output: T); T: {float, double}; Tidx: "
    "{int32, int64} = int32",
    shape=_shape,
    kernel=_kernel("sqrt_n"),
    gradient=_sqrt_n_grad,
)
op(
    "SparseSegmentSqrtNWithNumSegments(data: T, indices: Tidx, segment_ids: int32, num_segments: Tnumsegments) -> "
    "(output: T); T: {float, double}; Tidx: {int32, int64} = int32; Tnumsegments: {int32, int64} = int32",
    shape=_shape,
    kernel=_kernel("sqrt_n"),
    gradient=_sqrt_n_grad,
)
op(
    "SparseSegmentSqrtNGrad(grad: T, indices: Tidx, segment_ids: int32, output_dim0: int32) -> (output: T); T: "
    "{float, double}; Tidx: {int32, int64} = int32",
    shape=_grad_shape,
    kernel=_grad_kernel("sqrt_n"),
)


def _public(op_type, name, doc):
    def function(data, indices, segment_ids, name=None, num_segments=None) -> Tensor:
        if num_segments is None:
            return make(op_type, data, indices, segment_ids, name=name)
        return make(op_type + "WithNumSegments", data, indices, segment_ids, num_segments, name=name)

    function.__name__ = function.__qualname__ = name
    function.__doc__ = f"{doc} of the rows `data[indices]` of each segment.  Follows `tf.{name}` of TF 1.15."
    return function


sparse_segment_sum = _public("SparseSegmentSum", "sparse_segment_sum", "The sum")
sparse_segment_mean = _public("SparseSegmentMean", "sparse_segment_mean", "The mean")
sparse_segment_sqrt_n = _public(
    "SparseSegmentSqrtN", "sparse_segment_sqrt_n", "The sum over the square root of the number"
)
