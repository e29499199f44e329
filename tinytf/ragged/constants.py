"""Ragged constants and placeholders: `tf.ragged.constant`, `tf.ragged.constant_value`, `tf.ragged.placeholder`."""

from __future__ import annotations

import numpy as np

from tinytf import dtypes
from tinytf.graph.default_graph import name_scope
from tinytf.ops.array import array_ops
from tinytf.ops.array import constant as constants
from tinytf.ragged.tensor import RaggedTensor, is_ragged
from tinytf.ragged.value import RaggedTensorValue
from tinytf.shapes import TensorShape


def constant(pylist, dtype=None, ragged_rank=None, inner_shape=None, name=None, row_splits_dtype=dtypes.int64):
    """A RaggedTensor (or, where nothing is ragged, a Tensor) of nested lists.  Follows `tf.ragged.constant` of TF 1.15.

    Args:
      pylist: lists in lists; those at the same depth may differ in length.
      dtype: the type of the values.
      ragged_rank: how many dimensions are ragged; all but the first if it is not given.
      inner_shape: the shape of the values, which come after the ragged dimensions.
      row_splits_dtype: int32 or int64.
    """

    def ragged(values, row_splits):
        row_splits = constants.constant(row_splits, dtype=row_splits_dtype)
        return RaggedTensor.from_row_splits(values, row_splits, validate=False)

    with name_scope(name, "RaggedConstant"):
        return _of_lists(ragged, constants.constant, pylist, dtype, ragged_rank, inner_shape)


def constant_value(pylist, dtype=None, ragged_rank=None, inner_shape=None, row_splits_dtype="int64"):
    """As `constant`, a RaggedTensorValue or an array.  Follows `tf.ragged.constant_value` of TF 1.15."""
    if isinstance(dtype, dtypes.DType):
        dtype = dtype.as_numpy_dtype
    splits_type = dtypes.as_dtype(row_splits_dtype).as_numpy_dtype

    def ragged(values, row_splits):
        return RaggedTensorValue(values, np.array(row_splits, dtype=splits_type))

    def dense(values, dtype, shape, name=None):
        return np.reshape(np.array(values, dtype=dtype), shape)

    return _of_lists(ragged, dense, pylist, dtype, ragged_rank, inner_shape)


def _is_list(item) -> bool:
    return isinstance(item, (list, tuple)) or np.ndim(item) != 0


def _of_lists(ragged, dense, pylist, dtype, ragged_rank, inner_shape):
    """`dense(values, dtype, shape)` of the innermost values, with `ragged(values, splits)` for each ragged dimension."""
    if is_ragged(pylist):
        raise TypeError("pylist may not be a RaggedTensor or RaggedTensorValue.")
    if not isinstance(pylist, (list, tuple)) and np.ndim(pylist) == 0:
        if ragged_rank is not None and ragged_rank != 0:
            raise ValueError(f"Invalid pylist={pylist!r}: incompatible with ragged_rank={ragged_rank}")
        if inner_shape is not None and inner_shape:
            raise ValueError(f"Invalid pylist={pylist!r}: incompatible with dim(inner_shape)={len(inner_shape)}")
        return dense(pylist, dtype, ())
    if ragged_rank is not None and ragged_rank < 0:
        raise ValueError(f"Invalid ragged_rank={ragged_rank!r}: must be nonnegative")
    scalar_depth, max_depth = _depths(pylist)
    if scalar_depth is not None and max_depth > scalar_depth:
        raise ValueError(f"Invalid pylist={pylist!r}: empty list nesting is greater than scalar value nesting")
    if inner_shape is not None and ragged_rank is not None:
        expected = ragged_rank + len(inner_shape) + 1
        if scalar_depth is not None and expected != scalar_depth or scalar_depth is None and expected < max_depth:
            raise ValueError(f"Invalid pylist={pylist!r}: incompatible with ragged_rank={ragged_rank} and dim(inner_shape)={len(inner_shape)}")
    if ragged_rank == 0 or ragged_rank is None and (max_depth < 2 or inner_shape is not None and max_depth - len(inner_shape) < 2):
        return dense(pylist, dtype, inner_shape)
    if inner_shape is None:
        inner_shape = () if ragged_rank is None else _inner_shape(pylist, ragged_rank)
    if ragged_rank is None:
        ragged_rank = max(1, max_depth - 1 if scalar_depth is None else scalar_depth - 1 - len(inner_shape))
    nested_splits, values = [], pylist
    for _ in range(ragged_rank):
        nested_splits.append([0, *np.cumsum([len(row) for row in values], dtype=np.int64).tolist()])
        values = [item for row in values for item in row]
    values = dense(values, dtype=dtype, shape=(len(values), *inner_shape), name="values")
    for row_splits in reversed(nested_splits):
        values = ragged(values, row_splits)
    return values


def _depths(item) -> tuple:
    """(how deep scalars lie, None if there are none; how deep lists go)."""
    if not _is_list(item):
        return 0, 0
    scalar_depth, max_depth = None, 1
    for child in item:
        child_scalar_depth, child_max_depth = _depths(child)
        if child_scalar_depth is not None:
            if scalar_depth is not None and scalar_depth != child_scalar_depth + 1:
                raise ValueError("all scalar values must have the same nesting depth")
            scalar_depth = child_scalar_depth + 1
        max_depth = max(max_depth, child_max_depth + 1)
    return scalar_depth, max_depth


def _inner_shape(pylist, ragged_rank) -> tuple:
    """The shape that all values below `ragged_rank` ragged dimensions have; ValueError where they differ."""
    flat = pylist
    for depth in range(1, ragged_rank + 1):
        if not all(_is_list(v) for v in flat):
            raise ValueError(
                f"pylist has scalar values depth {depth}, but ragged_rank={ragged_rank} requires scalar value depth greater than {ragged_rank}"
            )
        flat = [item for row in flat for item in row]
    shape = _shape_of_first(flat)
    _check_shape(flat, shape)
    return shape[1:]


def _shape_of_first(item) -> tuple:
    if not _is_list(item):
        return ()
    return (len(item), *_shape_of_first(item[0])) if len(item) else (0,)


def _check_shape(item, shape) -> None:
    if _is_list(item) != bool(shape) or shape and shape[0] != len(item):
        raise ValueError("inner values have inconsistent shape")
    if shape:
        for child in item:
            _check_shape(child, shape[1:])


def placeholder(dtype, ragged_rank, value_shape=None, name=None):
    """A ragged placeholder, fed by a RaggedTensorValue.  Follows `tf.ragged.placeholder` of TF 1.15."""
    if ragged_rank == 0:
        return array_ops.placeholder(dtype, value_shape, name)
    with name_scope(name, "RaggedPlaceholder", []):
        result = array_ops.placeholder(dtype, TensorShape([None]).concatenate(value_shape), "flat_values")
        for i in reversed(range(ragged_rank)):
            row_splits = array_ops.placeholder(dtypes.int64, [None], f"row_splits_{i}")
            result = RaggedTensor(result, row_splits, internal=True)
        return result
