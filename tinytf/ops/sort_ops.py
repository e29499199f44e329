"""`tf.sort` and `tf.argsort` of TF 1.15: top_k along the last axis."""

from __future__ import annotations

import numpy as np

from tinytf.graph.constant_value import constant_value
from tinytf.graph.convert import convert_to_tensor
from tinytf.graph.graph import name_scope


def sort(values, axis=-1, direction="ASCENDING", name=None):
    """The tensor, sorted along an axis; `direction` is "ASCENDING" or "DESCENDING".  Follows `tf.sort`."""
    with name_scope(name, "sort"):
        return _sort_or_argsort(values, axis, direction, return_argsort=False)


def argsort(values, axis=-1, direction="ASCENDING", stable=False, name=None):
    """The int32 indices that sort the tensor along an axis.  Follows `tf.argsort`."""
    with name_scope(name, "argsort"):
        return _sort_or_argsort(values, axis, direction, return_argsort=True)


def _sort_or_argsort(values, axis, direction, return_argsort):
    if direction not in ("ASCENDING", "DESCENDING"):
        raise ValueError("%s should be one of ASCENDING, DESCENDING" % direction)
    static = constant_value(convert_to_tensor(axis, name="axis"))
    if static is None:
        raise ValueError("axis must be constant")
    values = convert_to_tensor(values, name="values")
    axis = int(static)
    if direction == "DESCENDING":
        return _descending(values, axis, return_argsort)
    result = _descending(-values, axis, return_argsort)
    return result if return_argsort else -result


def _descending(values, axis, return_argsort):
    from tinytf.ops import constant, nn_basic, ranges, shape_ops, transpose
    from tinytf.ops.concat_split import concat

    k = shape_ops.shape(values)[axis]
    rank = shape_ops.rank(values)
    static_rank = values.get_shape().ndims
    if axis == -1 or axis + 1 == static_rank:
        order, last = None, values
    else:
        if axis < 0:
            axis += static_rank or rank
        if static_rank is not None:
            order = constant.constant(
                np.r_[np.arange(axis), [static_rank - 1], np.arange(axis + 1, static_rank - 1), [axis]], name="transposition"
            )
        else:
            order = concat([ranges.range(axis), [rank - 1], ranges.range(axis + 1, rank - 1), [axis]], axis=0)
        last = transpose.transpose(values, order)
    sorted_values, indices = nn_basic.top_k(last, k)
    result = indices if return_argsort else sorted_values
    return result if order is None else transpose.transpose(result, order)
