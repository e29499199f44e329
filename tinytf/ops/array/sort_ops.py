"""`sort` and `argsort`, by TopKV2 of the last axis."""

from __future__ import annotations

import numpy as np

from tinytf.graph.constant_value import public_constant_value
from tinytf.graph.convert import convert_to_tensor
from tinytf.graph.default_graph import name_scope
from tinytf.graph.tensor import Tensor
from tinytf.ops.array import array_ops
from tinytf.ops.array.constant import constant
from tinytf.ops.array.ranges import range as number_range
from tinytf.ops.math.unary import negative


def sort(values, axis=-1, direction="ASCENDING", name=None) -> Tensor:
    """`values` sorted along an axis.  Follows `tf.sort` of TF 1.15."""
    with name_scope(name, "sort"):
        return _sorted(values, axis, direction, 0)


def argsort(values, axis=-1, direction="ASCENDING", stable=False, name=None) -> Tensor:
    """The indices that sort `values` along an axis; equal ones keep their order.  Follows `tf.argsort` of TF 1.15."""
    with name_scope(name, "argsort"):
        return _sorted(values, axis, direction, 1)


def _sorted(values, axis, direction, wanted):
    if direction not in ("ASCENDING", "DESCENDING"):
        raise ValueError("%s should be one of ASCENDING, DESCENDING" % direction)
    static = public_constant_value(convert_to_tensor(axis, name="axis"))
    if static is None or np.ndim(static):
        raise ValueError("axis must be a constant scalar")
    values = convert_to_tensor(values, name="values")
    if direction == "DESCENDING":
        return _descending(values, int(static), wanted)
    found = _descending(negative(values), int(static), wanted)
    return found if wanted else negative(found)


def _descending(values, axis, wanted):
    """The result number `wanted` of TopKV2 along `axis`."""
    from tinytf.ops.nn.nn_basic import top_k

    size = array_ops.shape(values)[axis]
    rank = array_ops.rank(values)
    known = None if values.dims is None else len(values.dims)
    if axis in (-1, (known or 0) - 1):
        return top_k(values, size)[wanted]
    if axis < 0:
        axis += known or rank
    if known is not None:
        swapped = constant(np.r_[: int(axis), known - 1, int(axis) + 1 : known - 1, int(axis)], name="transposition")
    else:
        swapped = array_ops.concat([number_range(axis), [rank - 1], number_range(axis + 1, rank - 1), [axis]], axis=0)
    return array_ops.transpose(top_k(array_ops.transpose(values, swapped), size)[wanted], swapped)
