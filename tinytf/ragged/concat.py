"""`tf.concat` and `tf.ragged.stack` of ragged tensors."""

from __future__ import annotations

from tinytf.graph.default_graph import control_dependencies, name_scope
from tinytf.ops.array import array_ops
from tinytf.ops.math import check_ops, math_ops
from tinytf.ragged import arrays, gather, util
from tinytf.ragged.tensor import RaggedTensor, convert_to_tensor_or_ragged_tensor, is_ragged, match_row_splits_dtypes
from tinytf.shapes import TensorShape


def concat(values, axis, name=None):
    """The ragged (and dense) tensors one after the other along `axis`."""
    if not isinstance(values, (list, tuple)):
        values = [values]
    with name_scope(name, "RaggedConcat", values):
        return _stack_or_concat(values, axis, stack_values=False)


def stack(values, axis=0, name=None):
    """The tensors, dense or ragged, as the rows of a new dimension `axis`.  Follows `tf.ragged.stack` of TF 1.15."""
    if not isinstance(values, (list, tuple)):
        values = [values]
    with name_scope(name, "RaggedConcat", values):
        return _stack_or_concat(values, axis, stack_values=True)


def _stack_or_concat(rt_inputs, axis, stack_values):
    if not rt_inputs:
        raise ValueError("rt_inputs may not be empty.")
    rt_inputs = [convert_to_tensor_or_ragged_tensor(rt, name="rt_input") for rt in rt_inputs]
    row_splits_dtype, rt_inputs = match_row_splits_dtypes(*rt_inputs, return_dtype=True)
    rt_inputs = list(rt_inputs)
    if len(rt_inputs) == 1:
        return arrays.expand_dims(rt_inputs[0], axis=axis) if stack_values else rt_inputs[0]
    ndims = None
    for rt in rt_inputs:
        if ndims is None:
            ndims = rt.shape.ndims
        else:
            rt.shape.assert_has_rank(ndims)
    out_ndims = ndims if ndims is None or not stack_values else ndims + 1
    axis = util.get_positive_axis(axis, out_ndims)
    if not any(is_ragged(rt) for rt in rt_inputs) and ndims is not None and axis in (out_ndims - 1, ndims - 1):
        return array_ops.stack(rt_inputs, axis) if stack_values else array_ops.concat(rt_inputs, axis)
    for i, rt in enumerate(rt_inputs):
        if not is_ragged(rt):
            rt_inputs[i] = RaggedTensor.from_tensor(rt, ragged_rank=1, row_splits_dtype=row_splits_dtype)
    ragged_rank = max(max(rt.ragged_rank for rt in rt_inputs), 1)
    rt_inputs = [_increase_ragged_rank_to(rt, ragged_rank, row_splits_dtype) for rt in rt_inputs]
    if axis == 0:
        return _along_rows(rt_inputs, stack_values)
    if axis == 1:
        return _along_columns(rt_inputs, stack_values)
    values = [rt.values for rt in rt_inputs]
    splits = [[rt.row_splits] for rt in rt_inputs]
    with control_dependencies(util.assert_splits_match(splits)):
        return RaggedTensor.from_row_splits(_stack_or_concat(values, axis - 1, stack_values), splits[0][0], validate=False)


def _along_rows(rt_inputs, stack_values):
    flat_values = array_ops.concat([rt.flat_values for rt in rt_inputs], axis=0)
    nested = [rt.nested_row_splits for rt in rt_inputs]
    splits = [_concat_splits([splits[dim] for splits in nested]) for dim in range(rt_inputs[0].ragged_rank)]
    if stack_values:
        lengths = array_ops.stack([rt.nrows() for rt in rt_inputs])
        splits.insert(0, util.lengths_to_splits(lengths))
    return RaggedTensor.from_nested_row_splits(flat_values, splits, validate=False)


def _along_columns(rt_inputs, stack_values):
    """All rows one tensor after the other, then reordered so that those of one place stand together."""
    count = len(rt_inputs)
    nrows = rt_inputs[0].nrows()
    checks = [check_ops.assert_equal(rt.nrows(), nrows, message="Input tensors have incompatible shapes.") for rt in rt_inputs[1:]]
    with control_dependencies(checks):
        concatenated = _along_rows(rt_inputs, stack_values=False)
        row_indices = math_ops.range(nrows * count)
        matrix = array_ops.reshape(row_indices, [count, -1])
        permutation = array_ops.reshape(array_ops.transpose(matrix), [-1])
        permuted = gather.gather(concatenated, permutation)
        if stack_values:
            splits = math_ops.range(0, nrows * count + 1, count)
            _copy_row_shape(rt_inputs, splits)
            return RaggedTensor.from_row_splits(permuted, splits, validate=False)
        splits = permuted.row_splits[::count]
        _copy_row_shape(rt_inputs, splits)
        return RaggedTensor.from_row_splits(permuted.values, splits, validate=False)


def _copy_row_shape(rt_inputs, splits) -> None:
    for rt in rt_inputs:
        if rt.shape[0] is not None:
            splits.set_shape(TensorShape(rt.shape[0] + 1))


def _increase_ragged_rank_to(rt, ragged_rank, row_splits_dtype):
    if ragged_rank > 0:
        if not is_ragged(rt):
            rt = RaggedTensor.from_tensor(rt, row_splits_dtype=row_splits_dtype)
        if rt.ragged_rank < ragged_rank:
            rt = rt.with_values(_increase_ragged_rank_to(rt.values, ragged_rank - 1, row_splits_dtype))
    return rt


def _concat_splits(splits_list):
    pieces = [splits_list[0]]
    offset = splits_list[0][-1]
    for splits in splits_list[1:]:
        pieces.append(splits[1:] + offset)
        offset += splits[-1]
    return array_ops.concat(pieces, axis=0)
