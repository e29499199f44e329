"""`tf.squeeze` of ragged tensors."""

from __future__ import annotations

from tinytf import dtypes
from tinytf.graph.default_graph import name_scope
from tinytf.graph.tensor import Tensor
from tinytf.ops.array import array_ops
from tinytf.ops.array.constant import constant
from tinytf.ops.control_flow.control_flow_ops import Assert, with_dependencies
from tinytf.ops.math import math_ops
from tinytf.ragged.tensor import RaggedTensor, convert_to_tensor_or_ragged_tensor
from tinytf.ragged.util import get_positive_axis


def squeeze(input, axis=None, name=None):
    """`input` without the dimensions `axis`, which have size 1 (as is checked when the graph runs)."""
    with name_scope(name, "RaggedSqueeze", [input]):
        input = convert_to_tensor_or_ragged_tensor(input)
        if isinstance(input, Tensor):
            return array_ops.squeeze(input, axis, name)
        if axis is None:
            raise ValueError("Ragged.squeeze must have an axis argument.")
        if isinstance(axis, int):
            axis = [axis]
        elif not isinstance(axis, (list, tuple)) or not all(isinstance(d, int) for d in axis):
            raise TypeError("Axis must be a list or tuple of integers.")
        axis = [get_positive_axis(d, input.shape.ndims) for d in axis]
        dense = [d - input.ragged_rank for d in axis if d > input.ragged_rank]
        ragged = [d for d in axis if d <= input.ragged_rank]
        result = with_dependencies(_assertions(input, ragged), input.flat_values)
        if dense:
            result = array_ops.squeeze(result, dense)
        splits = [s for i, s in enumerate(input.nested_row_splits) if i + 1 not in ragged]
        if splits and 0 in ragged:
            splits.pop(0)
        result = RaggedTensor.from_nested_row_splits(result, splits)
        if set(range(input.ragged_rank + 1)) <= set(ragged):
            result = array_ops.squeeze(result, [0], name)
        return result


def _assertions(input, ragged_dims) -> list:
    one = constant(1, dtype=input.row_splits.dtype)
    result = []
    for dim, lengths in enumerate(input.nested_row_lengths(), 1):
        if dim in ragged_dims:
            all_one = math_ops.reduce_all(math_ops.equal(lengths, one))
            result.append(Assert(all_one, [f"the given axis (axis = {dim}) is not squeezable!"]))
    if 0 in ragged_dims:
        two = constant(2, dtype=dtypes.int32)
        one_row = math_ops.equal(array_ops.size(input.row_splits), two)
        result.append(Assert(one_row, ["the given axis (axis = 0) is not squeezable!"]))
    return result
