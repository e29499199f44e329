"""Which elements there are: Where, Unique, UniqueWithCounts, ListDiff, LowerBound, UpperBound."""

from __future__ import annotations

import collections

import numpy as np

from tinytf import dtypes, errors
from tinytf.graph.build import make
from tinytf.graph.op_entry import op
from tinytf.graph.shape_rules import with_rank
from tinytf.graph.tensor import Tensor
from tinytf.ops.array import shape_ops
from tinytf.ops.array.repeats import first_places

Unique = collections.namedtuple("Unique", ["y", "idx"])
UniqueWithCounts = collections.namedtuple("UniqueWithCounts", ["y", "idx", "count"])
ListDiff = collections.namedtuple("ListDiff", ["out", "idx"])


def _where_kernel(op):
    def where(x):
        if not x.ndim:
            raise errors.InvalidArgumentError(op.node_def, op, "WhereOp : Unhandled input dimensions: 0")
        return np.argwhere(x)

    return where


op("Where(input: T) -> (index: int64); T: {float, double, int32, uint8, int16, int8, complex64, int64, qint8, quint8, "
   "qint32, bfloat16, uint16, complex128, half, uint32, uint64, bool} = bool",
   shape=lambda op: [(None, None if op.inputs[0].dims is None else len(op.inputs[0].dims))],
   kernel=_where_kernel)  # fmt: skip


# ---- Unique


def first_seen(x):
    """(distinct elements in the order they first come, for each element the number of its like, counts)."""
    if x.dtype == object:
        seen: dict = {}
        index = np.fromiter((seen.setdefault(v, len(seen)) for v in x.tolist()), np.int64, x.size)
        values = np.empty(len(seen), object)
        values[:] = list(seen)
        return values, index, np.bincount(index, minlength=len(seen))
    places = first_places(x)
    if places is not None:
        new = places == np.arange(x.size)
        index = (np.cumsum(new) - 1)[places]
        return x[new], index, np.bincount(index)
    _, first, inverse, counts = np.unique(x, return_index=True, return_inverse=True, return_counts=True)
    order = np.argsort(first, kind="stable")
    place = np.empty(len(order), np.int64)
    place[order] = np.arange(len(order))
    return x[first[order]], place[inverse.reshape(-1)], counts[order]


def _unique_rule(outputs):
    def rule(op):
        dims = op.inputs[0].dims
        if op.type == "Unique" and dims is not None:
            with_rank(dims, 1)
        return [(None,), dims, (None,)][:outputs]

    return rule


def _unique_kernel(outputs):
    def kernel(op):
        index_type = np.dtype(op.attr("out_idx").as_numpy_dtype)

        def unique(x):
            if x.ndim != 1:
                raise errors.InvalidArgumentError(op.node_def, op, "unique expects a 1D vector.")
            values, index, counts = first_seen(x)
            return (values, index.astype(index_type), counts.astype(index_type))[:outputs]

        return unique

    return kernel


_UNIQUE_TAIL = "T: type; out_idx: {int32, int64} = int32"
op("Unique(x: T) -> (y: T, idx: out_idx); " + _UNIQUE_TAIL, shape=_unique_rule(2), kernel=_unique_kernel(2))
op("UniqueWithCounts(x: T) -> (y: T, idx: out_idx, count: out_idx); " + _UNIQUE_TAIL,
   shape=_unique_rule(3), kernel=_unique_kernel(3))  # fmt: skip


def _unique_axis_kernel(outputs):
    def kernel(op):
        index_type = np.dtype(op.attr("out_idx").as_numpy_dtype)

        def unique(x, axis):
            if not axis.size:
                values, index, counts = first_seen(x.reshape(-1))
                return (values, index.astype(index_type), counts.astype(index_type))[:outputs]
            if axis.size > 1:
                raise errors.InvalidArgumentError(op.node_def, op, "axis does not support input tensors larger than 1 elements")
            axis = int(axis.reshape(-1)[0])
            if not -x.ndim <= axis < x.ndim:
                raise errors.InvalidArgumentError(op.node_def, op, f"axis has to be between [0, {x.ndim})")
            rows = np.moveaxis(x, axis, 0)
            keys = np.empty(len(rows), object)
            keys[:] = [tuple(r.ravel().tolist()) for r in rows]
            _, index, counts = first_seen(keys)
            first = np.unique(index, return_index=True)[1]
            values = np.moveaxis(rows[first], 0, axis)
            return (values, index.astype(index_type), counts.astype(index_type))[:outputs]

        return unique

    return kernel


def _unique_axis_rule(outputs):
    def rule(op):  # as TensorFlow 1.15 has them, whatever the axis
        return [(None,), op.inputs[0].dims, (None,)][:outputs]

    return rule


_UNIQUE_TAIL = "T: type; Taxis: {int32, int64} = int64; out_idx: {int32, int64} = int32"
op("UniqueV2(x: T, axis: Taxis) -> (y: T, idx: out_idx); " + _UNIQUE_TAIL,
   shape=_unique_axis_rule(2), kernel=_unique_axis_kernel(2))  # fmt: skip
op("UniqueWithCountsV2(x: T, axis: Taxis) -> (y: T, idx: out_idx, count: out_idx); " + _UNIQUE_TAIL,
   shape=_unique_axis_rule(3), kernel=_unique_axis_kernel(3))  # fmt: skip


def _list_diff_kernel(op):
    index_type = np.dtype(op.attr("out_idx").as_numpy_dtype)

    def list_diff(x, y):
        for name, v in (("x", x), ("y", y)):
            if v.ndim != 1:
                raise errors.InvalidArgumentError(op.node_def, op, f"{name} should be a 1D vector.")
        if x.dtype == object:
            gone = set(y.tolist())
            kept = np.fromiter((v not in gone for v in x.tolist()), bool, x.size)
        else:
            kept = ~np.isin(x, y)
        return x[kept], np.nonzero(kept)[0].astype(index_type)

    return list_diff


def _list_diff_shape(op):
    for t in op.inputs:
        with_rank(t.dims, 1)
    return [(None,), (None,)]


op("ListDiff(x: T, y: T) -> (out: T, idx: out_idx); " + "T: type; out_idx: {int32, int64} = int32",
   shape=_list_diff_shape, kernel=_list_diff_kernel)  # fmt: skip


# ---- positions in sorted rows


def _bound_kernel(side):
    def kernel(op):
        out = np.dtype(op.attr("out_type").as_numpy_dtype)

        def bound(rows, values):
            if rows.ndim != 2 or values.ndim != 2 or len(rows) != len(values):
                raise errors.InvalidArgumentError(
                    op.node_def, op, "Leading dim_size of both tensors must match."
                )  # fmt: skip
            result = np.empty(values.shape, out)
            for i, row in enumerate(rows):
                result[i] = np.searchsorted(row, values[i], side)
            return result

        return bound

    return kernel



def _bound_shape(op):
    for tensor in op.inputs:
        with_rank(tensor.dims, 2)
    return [op.inputs[1].dims]


_BOUND = "(sorted_inputs: T, values: T) -> (output: out_type); T: type; out_type: {int32, int64} = int32"
op("LowerBound" + _BOUND, shape=_bound_shape, kernel=_bound_kernel("left"))
op("UpperBound" + _BOUND, shape=_bound_shape, kernel=_bound_kernel("right"))


# ---- public functions


def unique(x, out_idx=dtypes.int32, name=None):
    """(y, idx): the distinct elements of a vector in the order they first come; x[i] is y[idx[i]].

    Follows `tf.unique` of TF 1.15.
    """
    return Unique(*make("Unique", x, out_idx=out_idx, name=name))


def unique_with_counts(x, out_idx=dtypes.int32, name=None):
    """(y, idx, count): as `unique`, and how often each comes.  Follows `tf.unique_with_counts` of TF 1.15."""
    return UniqueWithCounts(*make("UniqueWithCounts", x, out_idx=out_idx, name=name))


def setdiff1d(x, y, index_dtype=dtypes.int32, name=None):
    """(out, idx): the elements of the vector `x` that are not in `y`, and where they stand.

    Follows `tf.setdiff1d` of TF 1.15 (`tf.listdiff` before 1.0).
    """
    return ListDiff(*make("ListDiff", x, y, out_idx=index_dtype, name=name))


def listdiff(x, y, out_idx=None, name=None):
    """The old name of `setdiff1d`."""
    return ListDiff(*make("ListDiff", x, y, out_idx=out_idx, name=name))


def searchsorted(sorted_sequence, values, side="left", out_type=dtypes.int32, name=None) -> Tensor:
    """Where `values` would go in the sorted last dimension.  Follows `tf.searchsorted` of TF 1.15."""
    if side not in ("left", "right"):
        raise ValueError(f"side must be either 'right' or 'left'.  Saw: {side}.")
    sequence_size = shape_ops.shape_internal(sorted_sequence)[-1]
    values_size = shape_ops.shape_internal(values)[-1]
    rows = shape_ops.reshape(sorted_sequence, [-1, sequence_size])
    flat = shape_ops.reshape(values, [-1, values_size])
    kind = "LowerBound" if side == "left" else "UpperBound"
    found = make(kind, rows, flat, out_type=out_type, name=name)
    return shape_ops.reshape(found, shape_ops.shape_internal(values))
