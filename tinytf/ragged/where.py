"""`tf.where` of ragged tensors."""

from __future__ import annotations

from tinytf.graph.default_graph import name_scope
from tinytf.ops.array import array_ops
from tinytf.ops.math import math_ops
from tinytf.ragged import concat, functional, gather
from tinytf.ragged.tensor import RaggedTensor, convert_to_tensor_or_ragged_tensor, match_row_splits_dtypes


def where(condition, x=None, y=None, name=None):
    """The values of x or y by `condition`; without x and y, the coordinates at which it is true."""
    if (x is None) != (y is None):
        raise ValueError("x and y must be either both None or both non-None")
    # As in TensorFlow: `name` is but the default of a scope that has a name.
    with name_scope("RaggedWhere", name, [condition, x, y]):
        condition = convert_to_tensor_or_ragged_tensor(condition, name="condition")
        if x is None:
            return _coordinates(condition)
        x = convert_to_tensor_or_ragged_tensor(x, name="x")
        y = convert_to_tensor_or_ragged_tensor(y, name="y")
        condition, x, y = match_row_splits_dtypes(condition, x, y)
        return _elementwise(condition, x, y)


def _elementwise(condition, x, y):
    ragged = [isinstance(t, RaggedTensor) for t in (condition, x, y)]
    if not any(ragged):
        return array_ops.where(condition, x, y)
    if all(ragged):
        return functional.map_flat_values(array_ops.where, condition, x, y)
    if ragged[0]:
        raise ValueError("Input shapes do not match.")
    # A vector of conditions: whole rows of x or of y.
    condition.shape.assert_has_rank(1)
    x_and_y = concat.concat([x, y], axis=0)
    x_nrows = _nrows(x, x_and_y.row_splits.dtype)
    y_nrows = _nrows(y, x_and_y.row_splits.dtype)
    indices = array_ops.where(condition, math_ops.range(x_nrows), x_nrows + math_ops.range(y_nrows))
    return gather.gather(x_and_y, indices)


def _coordinates(condition):
    if not isinstance(condition, RaggedTensor):
        return array_ops.where(condition)
    inner = _coordinates(condition.values)
    condition = condition.with_row_splits_dtype(inner.dtype)
    index = inner[:, 0]
    rows = array_ops.gather(condition.value_rowids(), index)
    row_starts = array_ops.gather(condition.row_splits, rows)
    columns = index - row_starts
    return array_ops.concat([array_ops.expand_dims(rows, 1), array_ops.expand_dims(columns, 1), inner[:, 1:]], axis=1)


def _nrows(tensor, out_type):
    if isinstance(tensor, RaggedTensor):
        return tensor.nrows(out_type=out_type)
    return array_ops.shape(tensor, out_type=out_type)[0]
