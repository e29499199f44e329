"""The sum of the gradients that reach one tensor along several paths."""

from __future__ import annotations

from tinytf.graph.default_graph import colocate_with, name_scope
from tinytf.graph.indexed_slices import IndexedSlices
from tinytf.graph.tensor import Tensor
from tinytf.ops.array.indexed_slices_ops import same_index_dtype


class AggregationMethod:
    """How gradients of several paths are summed. Follows tf.AggregationMethod of TF 1.15.

    ADD_N (the default) sums all at once with AddN; EXPERIMENTAL_TREE sums pair by pair;
    EXPERIMENTAL_ACCUMULATE_N uses AccumulateNV2 for three or more of known shape, else pairs.
    """

    ADD_N = 0
    DEFAULT = ADD_N
    EXPERIMENTAL_TREE = 1
    EXPERIMENTAL_ACCUMULATE_N = 2


def aggregate(parts, op, method):
    """The sum of a list of two or more Tensors and IndexedSlices that are gradients of one output of `op`."""
    present = [g for g in parts if g is not None]
    if not all(isinstance(g, Tensor) for g in present):
        return aggregate_indexed_slices(present)
    from tinytf.ops.math import math_ops

    if method in (None, AggregationMethod.ADD_N):
        return _add_n_by_device(parts)
    if method == AggregationMethod.EXPERIMENTAL_ACCUMULATE_N and len(parts) > 2:
        shape = parts[0].get_shape()
        for part in parts[1:]:
            shape = shape.merge_with(part.get_shape())
        if shape.is_fully_defined():
            return math_ops.accumulate_n(parts)
    with name_scope(op.name + "_gradient_sum"):
        total = parts[0]
        for part in parts[1:]:
            total = math_ops.add_n([total, part])
    return total


def check_method(method) -> None:
    """ValueError unless `method` is one of AggregationMethod, or None."""
    if method not in (None, 0, 1, 2):
        raise ValueError("Invalid aggregation_method specified %s." % method)


def _add_n_by_device(parts):
    from tinytf.ops.math import math_ops

    by_device = {}
    for part in parts:
        by_device.setdefault(part.op.device or "", []).append(part)
    sums = []
    for device in sorted(by_device):
        with colocate_with(by_device[device][0].op, ignore_existing=True):
            sums.append(math_ops.add_n(by_device[device]))
    return math_ops.add_n(sums)


def aggregate_indexed_slices(parts):
    """The sum of IndexedSlices (one IndexedSlices of all their rows), or, where a Tensor is among them, a Tensor."""
    from tinytf.ops.array import array_ops
    from tinytf.ops.math import math_ops

    if len(parts) == 1:
        return parts[0]
    if any(isinstance(g, Tensor) for g in parts):
        return math_ops.add_n(parts)
    parts = [_flat(g) for g in same_index_dtype(parts)]
    return IndexedSlices(
        array_ops.concat([g.values for g in parts], axis=0), array_ops.concat([g.indices for g in parts], axis=0), parts[0].dense_shape
    )


def _flat(slices):
    """IndexedSlices whose values are IndexedSlices themselves, as one level."""
    from tinytf.ops.array import array_ops

    if isinstance(slices.values, Tensor):
        return slices
    inner = _flat(slices.values)
    return IndexedSlices(inner.values, array_ops.gather(slices.indices, inner.indices), slices.dense_shape)
