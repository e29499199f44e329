"""Tensors dealt out by a partition number and put together again: DynamicPartition, DynamicStitch."""

from __future__ import annotations

import numpy as np

from tinytf import errors
from tinytf.graph.build import make
from tinytf.graph.constant_value import constant_value
from tinytf.graph.indexed_slices import IndexedSlices
from tinytf.graph.op_entry import op
from tinytf.graph.shape_rules import merge_dims, merge_each
from tinytf.ops.array import gather_scatter, shape_ops
from tinytf.ops.array.shape_ops import show
from tinytf.util.dispatch import add_dispatch_support


def _partition_shape(op):
    data, partitions = op.inputs[0].dims, op.inputs[1].dims
    count = op.attr("num_partitions")
    if data is None or partitions is None:
        return [None] * count
    if len(data) < len(partitions):
        raise ValueError(f"Shape must be at least rank {len(partitions)} but is rank {len(data)}")
    merge_each(data[: len(partitions)], partitions)
    return [(None,) + data[len(partitions) :]] * count


def _partition_kernel(op):
    count = op.attr("num_partitions")

    def dynamic_partition(data, partitions):
        rank = partitions.ndim
        if data.shape[:rank] != partitions.shape:
            raise errors.InvalidArgumentError(
                op.node_def, op, f"data.shape must start with partitions.shape, got data.shape = {show(data.shape)}, "
                f"partitions.shape = {show(partitions.shape)}"
            )  # fmt: skip
        flat = partitions.reshape(-1)
        if flat.size and not (0 <= flat.min() and flat.max() < count):
            raise gather_scatter._bad_index(op, partitions, count, "partitions")
        rows = data.reshape((flat.size,) + data.shape[rank:])
        parts = [rows[flat == i] for i in range(count)]
        return parts[0] if count == 1 else tuple(parts)

    return dynamic_partition


def _partition_grad(op, *grads):
    from tinytf.ops.math import math_ops

    data, partitions = op.inputs
    shape = shape_ops.shape(partitions)
    numbers = shape_ops.reshape(math_ops.range(math_ops.reduce_prod(shape)), shape)
    where = dynamic_partition(numbers, partitions, op.attr("num_partitions"))
    back = dynamic_stitch(where, list(grads))
    return [shape_ops.reshape(back, shape_ops.shape(data)), None]


op("DynamicPartition(data: T, partitions: int32) -> (outputs: num_partitions*T); num_partitions: int >= 1; T: type",
   shape=_partition_shape, kernel=_partition_kernel, gradient=_partition_grad)  # fmt: skip


def _stitch_shape(op):
    count = len(op.inputs) // 2
    rest, most, known = None, -1, True
    for indices, data in zip(op.inputs[:count], op.inputs[count:]):
        if indices.dims is None or data.dims is None:
            known = known and constant_value(indices) is not None
            continue
        if len(data.dims) < len(indices.dims):
            raise ValueError(f"Shape must be at least rank {len(indices.dims)} but is rank {len(data.dims)}")
        merge_each(data.dims[: len(indices.dims)], indices.dims)
        rest = merge_dims(rest, data.dims[len(indices.dims) :])
        value = constant_value(indices)
        if value is None:
            known = False
        elif value.size:
            most = max(most, int(value.max()))
    if rest is None:
        return [None]
    return [(most + 1 if known else None,) + rest]


def _stitch_kernel(op):
    count = len(op.inputs) // 2
    np_type = np.dtype(op.attr("T").as_numpy_dtype)

    def dynamic_stitch(*args):
        size, rest = 0, None
        for i, (indices, data) in enumerate(zip(args[:count], args[count:])):
            if data.shape[: indices.ndim] != indices.shape:
                raise errors.InvalidArgumentError(
                    op.node_def, op, f"data[{i}].shape = {show(data.shape)} does not start with indices[{i}].shape = {show(indices.shape)}"
                )  # fmt: skip
            tail = data.shape[indices.ndim :]
            if rest is None:
                rest = tail
            elif tail != rest:
                raise errors.InvalidArgumentError(
                    op.node_def, op, f"Need data[0].shape[{args[0].ndim}:] = data[{i}].shape[{indices.ndim}:], "
                    f"got data[0].shape = {show(args[count].shape)}, data[{i}].shape = {show(data.shape)}, "
                    f"indices[0].shape = {show(args[0].shape)}, indices[{i}].shape = {show(indices.shape)}"
                )  # fmt: skip
            if indices.size:
                if indices.min() < 0:
                    raise errors.InvalidArgumentError(op.node_def, op, f"indices[{i}] is out of range")
                size = max(size, int(indices.max()) + 1)
        out = np.zeros((size,) + rest, np_type)
        for indices, data in zip(args[:count], args[count:]):
            # NumPy keeps the last of several writes to one place, as TensorFlow's loop does.
            out[indices] = data
        return out

    return dynamic_stitch


def _stitch_grad(op, grad):
    from tinytf.ops.math import math_ops

    count = len(op.inputs) // 2
    if isinstance(grad, IndexedSlices):
        rows = shape_ops.shape(op.outputs[0])[0]
        grad = math_ops.unsorted_segment_sum(grad.values, grad.indices, rows)
    return [None] * count + [gather_scatter.gather(grad, i) for i in op.inputs[:count]]


for _name in ("DynamicStitch", "ParallelDynamicStitch"):
    op(_name + "(indices: N*int32, data: N*T) -> (merged: T); N: int >= 1; T: type",
       shape=_stitch_shape, kernel=_stitch_kernel, gradient=_stitch_grad)  # fmt: skip


@add_dispatch_support
def dynamic_partition(data, partitions, num_partitions, name=None) -> list:
    """`data` dealt out into `num_partitions` tensors by the numbers in `partitions`.

    Follows `tf.dynamic_partition` of TF 1.15.
    """
    return make("DynamicPartition", data, partitions, num_partitions=num_partitions, name=name)


def dynamic_stitch(indices, data, name=None):
    """One tensor with the rows of `data[i]` at `indices[i]`; later ones win.  Follows `tf.dynamic_stitch` of TF 1.15."""
    return make("DynamicStitch", indices, data, name=name)


def parallel_dynamic_stitch(indices, data, name=None):
    """As `dynamic_stitch`, where no index comes twice.  Follows `tf.parallel_stitch` of TF 1.15."""
    return make("ParallelDynamicStitch", indices, data, name=name)


