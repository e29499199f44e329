"""The ways to say where rows end: `RaggedTensor.from_row_splits`, `from_row_lengths`, `from_value_rowids` and so on.

Class methods of RaggedTensor, which is the `cls` of each.  With `validate` the graph checks, when it runs, that
the arguments fit each other.
"""

from __future__ import annotations

import numpy as np

from tinytf import dtypes
from tinytf.graph.convert import convert_to_tensor
from tinytf.graph.default_graph import name_scope
from tinytf.graph.tensor import Tensor
from tinytf.graph.tensor_util import constant_value
from tinytf.ops.array import array_ops
from tinytf.ops.array.constant import constant
from tinytf.ops.control_flow.control_flow_ops import with_dependencies
from tinytf.ops.math import check_ops, math_ops

INDEX_TYPES = (dtypes.int32, dtypes.int64)


def from_value_rowids(cls, values, value_rowids, nrows=None, name=None, validate=True):
    """Each value stands in the row `value_rowids` gives for it, in ascending order; `nrows` counts empty rows at the end, too."""
    _check_is_bool(validate)
    with name_scope(name, "RaggedFromValueRowIds", [values, value_rowids, nrows]):
        values, value_rowids = _values_and_partition(cls, values, value_rowids, "value_rowids")
        rows, nrows = _number_of_rows(value_rowids, nrows)
        value_rowids.shape.assert_has_rank(1)
        nrows.shape.assert_has_rank(0)
        values.shape[:1].assert_is_compatible_with(value_rowids.shape)
        if validate:
            message = _not_valid("from_value_rowids")
            value_count, id_count = _nrows(cls, values), _nrows(cls, value_rowids)
            checks = [
                check_ops.assert_rank(value_rowids, 1, message=message),
                check_ops.assert_rank(nrows, 0, message=message),
                check_ops.assert_equal(value_count, id_count, message=message),
                check_ops.assert_non_negative(value_rowids[:1], message=message),
                _assert_ascending(value_rowids, message),
                check_ops.assert_less(value_rowids[-1:], nrows, message=message),
            ]
            value_rowids = _checked(cls, checks, values, value_rowids)
        ids32 = math_ops.cast(value_rowids, dtypes.int32)
        rows32 = math_ops.cast(nrows, dtypes.int32)
        row_lengths = math_ops.bincount(ids32, minlength=rows32, maxlength=rows32, dtype=value_rowids.dtype)
        row_splits = array_ops.concat([[0], math_ops.cumsum(row_lengths)], axis=0)
        if rows is not None:
            row_lengths.set_shape([rows])
            row_splits.set_shape([rows + 1])
        return cls(values, row_splits, row_lengths, value_rowids, nrows, internal=True)


def from_row_splits(cls, values, row_splits, name=None, validate=True):
    """Row i is values[row_splits[i]:row_splits[i + 1]]."""
    _check_is_bool(validate)
    if isinstance(row_splits, (list, tuple)) and not row_splits:
        raise ValueError("row_splits tensor may not be empty.")
    with name_scope(name, "RaggedFromRowSplits", [values, row_splits]):
        values, row_splits = _values_and_partition(cls, values, row_splits, "row_splits")
        row_splits.shape.assert_has_rank(1)
        if validate:
            message = _not_valid("from_row_splits")
            value_count = _nrows(cls, values, row_splits.dtype)
            checks = [
                check_ops.assert_rank(row_splits, 1, message=message),
                _assert_zero(row_splits[0], message),
                _assert_ascending(row_splits, message),
                check_ops.assert_equal(row_splits[-1], value_count, message=message),
            ]
            row_splits = _checked(cls, checks, values, row_splits)
        return cls(values, row_splits, internal=True)


def from_row_lengths(cls, values, row_lengths, name=None, validate=True):
    """The rows, one after the other, have these lengths."""
    _check_is_bool(validate)
    with name_scope(name, "RaggedFromRowLengths", [values, row_lengths]):
        values, row_lengths = _values_and_partition(cls, values, row_lengths, "row_lengths")
        row_lengths.shape.assert_has_rank(1)
        if validate:
            message = _not_valid("from_row_lengths")
            total = math_ops.reduce_sum(row_lengths)
            value_count = _nrows(cls, values, row_lengths.dtype)
            checks = [
                check_ops.assert_rank(row_lengths, 1, message=message),
                check_ops.assert_non_negative(row_lengths, message=message),
                check_ops.assert_equal(total, value_count, message=message),
            ]
            row_lengths = _checked(cls, checks, values, row_lengths)
        row_limits = math_ops.cumsum(row_lengths)
        row_splits = array_ops.concat([[0], row_limits], axis=0)
        return cls(values, row_splits, cached_row_lengths=row_lengths, internal=True)


def from_row_starts(cls, values, row_starts, name=None, validate=True):
    """Row i begins at row_starts[i] and ends where the next begins."""
    _check_is_bool(validate)
    with name_scope(name, "RaggedFromRowStarts", [values, row_starts]):
        values, row_starts = _values_and_partition(cls, values, row_starts, "row_starts")
        row_starts.shape.assert_has_rank(1)
        value_count = _nrows(cls, values, row_starts.dtype)
        if validate:
            message = _not_valid("from_row_starts")
            checks = [
                check_ops.assert_rank(row_starts, 1, message=message),
                _assert_zero(row_starts[:1], message),
                _assert_ascending(row_starts, message),
                check_ops.assert_less_equal(row_starts[-1:], value_count, message=message),
            ]
            row_starts = _checked(cls, checks, values, row_starts)
        row_splits = array_ops.concat([row_starts, [value_count]], axis=0)
        return cls(values, row_splits, internal=True)


def from_row_limits(cls, values, row_limits, name=None, validate=True):
    """Row i ends at row_limits[i], where the next begins."""
    _check_is_bool(validate)
    with name_scope(name, "RaggedFromRowLimits", [values, row_limits]):
        values, row_limits = _values_and_partition(cls, values, row_limits, "row_limits")
        row_limits.shape.assert_has_rank(1)
        if validate:
            message = _not_valid("from_row_limits")
            value_count = _nrows(cls, values, row_limits.dtype)
            checks = [
                check_ops.assert_rank(row_limits, 1, message=message),
                check_ops.assert_non_negative(row_limits[:1], message=message),
                _assert_ascending(row_limits, message),
                check_ops.assert_equal(row_limits[-1:], value_count, message=message),
            ]
            row_limits = _checked(cls, checks, values, row_limits)
        zero = array_ops.zeros([1], row_limits.dtype)
        row_splits = array_ops.concat([zero, row_limits], axis=0)
        return cls(values, row_splits, internal=True)


def from_nested_value_rowids(cls, flat_values, nested_value_rowids, nested_nrows=None, name=None, validate=True):
    """As `from_value_rowids` for several ragged dimensions, outermost first."""
    _check_is_list("nested_value_rowids", nested_value_rowids, validate)
    if nested_nrows is None:
        nested_nrows = [None] * len(nested_value_rowids)
    else:
        if isinstance(nested_nrows, Tensor):
            raise TypeError("nested_nrows must be a list of Tensors")
        if len(nested_nrows) != len(nested_value_rowids):
            raise ValueError("nested_nrows must have the same length as nested_value_rowids")
    with name_scope(name, "RaggedFromNestedValueRowIds", [flat_values, *nested_value_rowids, *nested_nrows]):
        result = flat_values
        for value_rowids, nrows in zip(reversed(nested_value_rowids), reversed(nested_nrows)):
            result = cls.from_value_rowids(result, value_rowids, nrows, validate=validate)
        return result


def from_nested_row_splits(cls, flat_values, nested_row_splits, name=None, validate=True):
    """As `from_row_splits` for several ragged dimensions, outermost first."""
    _check_is_list("nested_row_splits", nested_row_splits, validate)
    with name_scope(name, "RaggedFromNestedRowSplits", [flat_values, *nested_row_splits]):
        result = flat_values
        for splits in reversed(nested_row_splits):
            result = cls.from_row_splits(result, splits, validate=validate)
        return result


def from_nested_row_lengths(cls, flat_values, nested_row_lengths, name=None, validate=True):
    """As `from_row_lengths` for several ragged dimensions, outermost first."""
    _check_is_list("nested_row_lengths", nested_row_lengths, validate)
    with name_scope(name, "RaggedFromNestedRowlengths", [flat_values, *nested_row_lengths]):
        result = flat_values
        for lengths in reversed(nested_row_lengths):
            result = cls.from_row_lengths(result, lengths, validate=validate)
        return result


# ---- parts of the factories ----------------------------------------------------------------------------


def _check_is_bool(validate) -> None:
    if not isinstance(validate, bool):
        raise TypeError("validate must have type bool")


def _check_is_list(name, nested, validate) -> None:
    _check_is_bool(validate)
    if isinstance(nested, Tensor):
        raise TypeError(f"{name} must be a list of Tensors")


def _not_valid(factory) -> str:
    return f"Arguments to {factory} do not form a valid RaggedTensor"


def _checked(cls, checks, values, partition):
    """`partition`, there only once it was checked."""
    if not isinstance(values, cls):
        checks.append(check_ops.assert_rank_at_least(values, 1))
    return with_dependencies(checks, partition)


def _assert_ascending(tensor, message):
    return check_ops.assert_non_negative(tensor[1:] - tensor[:-1], message=message)


def _assert_zero(tensor, message):
    return check_ops.assert_equal(tensor, constant(0, dtype=tensor.dtype), message=message)


def _nrows(cls, tensor, out_type=dtypes.int32):
    if isinstance(tensor, cls):
        return tensor.nrows(out_type=out_type)
    return array_ops.shape(tensor, out_type=out_type)[0]


def _number_of_rows(value_rowids, nrows):
    """(the number of rows if it is known, the tensor of it)."""
    ids = constant_value(value_rowids)
    if nrows is None:
        if ids is None:
            return None, array_ops.concat([value_rowids[-1:], [-1]], axis=0)[0] + 1
        rows = ids[-1] + 1 if ids.size > 0 else 0
        return rows, convert_to_tensor(rows, value_rowids.dtype, name="nrows")
    nrows = convert_to_tensor(nrows, value_rowids.dtype, "nrows")
    rows = constant_value(nrows)
    if rows is not None:
        if rows < 0:
            raise ValueError("Expected nrows >= 0; got %d" % rows)
        if ids is not None and ids.size > 0 and not rows >= ids[-1] + 1:
            raise ValueError("Expected nrows >= value_rowids[-1] + 1; got nrows=%d, value_rowids[-1]=%d" % (rows, ids[-1]))
    return None if rows is None else int(rows), nrows


def _values_and_partition(cls, values, partition, name):
    """Both as tensors (or a cls), the partition int32 or int64 and as the splits of ragged values are."""
    if isinstance(values, cls):
        if not isinstance(partition, Tensor):
            return values, convert_to_tensor(partition, values.row_splits.dtype, name=name)
        if partition.dtype not in INDEX_TYPES:
            raise ValueError(f"{name} must have dtype int32 or int64")
        if values.row_splits.dtype != partition.dtype:
            raise ValueError(f"dtype mismatch: {name} ({partition.dtype}) vs values.row_splits ({values.row_splits.dtype})")
        return values, partition
    values = convert_to_tensor(values, name="values")
    if isinstance(partition, np.ndarray) and partition.dtype == np.int32:
        partition = convert_to_tensor(partition, name=name)
    else:
        partition = convert_to_tensor(partition, preferred_dtype=dtypes.int64, name=name)
    if partition.dtype not in INDEX_TYPES:
        raise ValueError(f"{name} must have dtype int32 or int64")
    return values, partition
