"""Gradients of the segment reductions: what a segment got is handed back to its rows."""

from __future__ import annotations

from tinytf import dtypes
from tinytf.graph.build import make
from tinytf.ops.array import array_ops, select
from tinytf.ops.array.constant import constant
from tinytf.ops.math import cast as casts


def _divide(x, y):
    from tinytf.ops.math.division import divide

    return divide(x, y)


def segment_sum_grad(op, grad):
    """Each row gets the gradient of its segment."""
    return array_ops.gather(grad, op.inputs[1]), None


def segment_mean_grad(op, grad):
    """As the sum's, over the number of rows of the segment."""
    rank = array_ops.rank(op.inputs[0])
    ids_shape = array_ops.shape(op.inputs[1])
    ones_shape = array_ops.concat([ids_shape, array_ops.fill(array_ops.expand_dims(rank - 1, 0), 1)], 0)
    ones = array_ops.fill(ones_shape, constant(1, dtype=grad.dtype))
    scaled = _divide(grad, make("SegmentSum", ones, op.inputs[1]))
    return array_ops.gather(scaled, op.inputs[1]), None


def segment_extremum_grad(op, grad):
    """Shared equally by the rows that are the extremum."""
    data, ids = op.inputs
    zeros = array_ops.zeros_like(data, dtype=data.dtype)
    chosen = make("Equal", data, array_ops.gather(op.outputs[0], ids))
    number = make("SegmentSum", casts.cast(chosen, grad.dtype), ids)
    shared = array_ops.gather(_divide(grad, number), ids)
    return select.where(chosen, shared, zeros), None


def _gather_kept(params, ids, clipped=None, kept=None):
    """(rows of `params` at `ids`, zero where the id is negative; the ids with 0 for negative ones; which are kept)"""
    if clipped is None:
        clipped = make("Maximum", ids, array_ops.zeros_like(ids))
    gathered = array_ops.gather(params, clipped)
    if kept is None:
        kept = make("GreaterEqual", ids, 0)
        for _ in range(len(gathered.dims) - len(kept.dims)):
            kept = array_ops.expand_dims(kept, -1)
        kept = kept & array_ops.ones_like(gathered, dtype=dtypes.bool)
    zeros = array_ops.zeros_like(gathered)
    return select.where(kept, gathered, zeros), clipped, kept


def unsorted_sum_grad(op, grad):
    """Each row gets the gradient of its segment; dropped rows get 0."""
    return _gather_kept(grad, op.inputs[1])[0], None, None


def unsorted_extremum_grad(op, grad):
    """Shared equally by the rows that are the extremum."""
    data, ids, number = op.inputs
    gathered, clipped, kept = _gather_kept(op.outputs[0], ids)
    chosen = make("Equal", data, gathered)
    chosen = make("LogicalAnd", chosen, kept)
    count = make("UnsortedSegmentSum", casts.cast(chosen, grad.dtype), ids, number)
    shared, _, _ = _gather_kept(_divide(grad, count), None, clipped, kept)
    zeros = array_ops.zeros_like(shared)
    return select.where(chosen, shared, zeros), None, None


def unsorted_prod_grad(op, grad):
    """The product of the other rows: prod / row, or where the row is 0 the product of those that are not."""
    data, ids, number = op.inputs
    is_zero = make("Equal", data, 0)
    zeros_a_segment = make("UnsortedSegmentSum", casts.cast(is_zero, dtype=dtypes.int32), ids, number)
    several = make("Greater", zeros_a_segment, 1)
    grad = select.where(several, array_ops.zeros_like(grad), grad)
    nonzero = select.where(is_zero, array_ops.ones_like(data), data)
    nonzero_product = make("UnsortedSegmentProd", nonzero, ids, number)
    clipped = make("Maximum", ids, array_ops.zeros_like(ids))
    product = array_ops.gather(op.outputs[0], clipped)
    nonzero_product = array_ops.gather(nonzero_product, clipped)
    quotient = product / data  # NaN or infinite where the row is 0: not taken there
    partial = select.where(is_zero, nonzero_product, quotient)
    gathered = _gather_kept(grad, ids, clipped)[0]
    return gathered * partial, None, None
