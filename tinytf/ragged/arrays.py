"""Masks, tiles, new dimensions, sizes, one-hot vectors and partitions of ragged tensors."""

from __future__ import annotations

from tinytf import dtypes
from tinytf.graph.convert import convert_to_tensor
from tinytf.graph.default_graph import control_dependencies, name_scope
from tinytf.graph.tensor_util import constant_value
from tinytf.ops.array import array_ops
from tinytf.ops.array.sort_ops import argsort
from tinytf.ops.math import check_ops, math_ops
from tinytf.ragged import functional, math, segment_ids, util
from tinytf.ragged.tensor import RaggedTensor, convert_to_tensor_or_ragged_tensor, is_ragged, match_row_splits_dtypes

# ---- boolean_mask


def boolean_mask(data, mask, name=None):
    """The values of `data` where `mask` is true, its rows kept.  Follows `tf.ragged.boolean_mask` of TF 1.15."""
    with name_scope(name, "RaggedMask", [data, mask]):
        data = convert_to_tensor_or_ragged_tensor(data, name="data")
        mask = convert_to_tensor_or_ragged_tensor(mask, dtypes.bool, name="mask")
        row_splits_dtype, (data, mask) = match_row_splits_dtypes(data, mask, return_dtype=True)
        if mask.shape.ndims is None:
            raise ValueError("mask.shape.ndims must be known statically.")
        if mask.shape.ndims == 0:
            raise ValueError("mask cannot be scalar.")
        if is_ragged(mask):
            return _masked_by_ragged(data, mask, row_splits_dtype)
        if not is_ragged(data):
            return _masked_dense(data, mask, row_splits_dtype)
        if mask.shape.ndims == 1:
            return _masked_rows(data, mask)
        ragged_rank = min(data.ragged_rank, mask.shape.ndims - 1)
        mask = RaggedTensor.from_tensor(mask, ragged_rank=ragged_rank, row_splits_dtype=data.row_splits.dtype)
        return boolean_mask(data, mask)


def _masked_by_ragged(data, mask, row_splits_dtype):
    if not is_ragged(data):
        data = RaggedTensor.from_tensor(data, ragged_rank=mask.ragged_rank, row_splits_dtype=mask.row_splits.dtype)
    splits_list = [mask.nested_row_splits, data.nested_row_splits[: mask.ragged_rank]]
    with control_dependencies(util.assert_splits_match(splits_list)):
        splits = []
        while is_ragged(mask):
            if mask.shape.ndims > 2:
                splits.append(mask.row_splits)
            else:  # the innermost rows become shorter
                ones = functional.map_flat_values(math_ops.cast, mask, dtype=row_splits_dtype)
                splits.append(util.lengths_to_splits(math.reduce_sum(ones, axis=1)))
            mask, data = mask.values, data.values
        masked = boolean_mask(data, mask)
        return RaggedTensor.from_nested_row_splits(masked, splits, validate=False)


def _masked_rows(data, mask):
    lengths = data.row_lengths()
    masked_lengths = array_ops.boolean_mask(lengths, mask)
    masked_splits = util.lengths_to_splits(masked_lengths)
    rows = segment_ids.row_splits_to_segment_ids(data.row_splits)
    value_mask = array_ops.gather(mask, rows)
    masked = boolean_mask(data.values, value_mask)
    return RaggedTensor.from_row_splits(masked, masked_splits, validate=False)


def _masked_dense(data, mask, row_splits_dtype):
    masked = array_ops.boolean_mask(data, mask)
    rank = mask.shape.ndims
    if rank < 2:
        return masked
    lengths = math_ops.count_nonzero(mask, axis=-1, dtype=row_splits_dtype)
    lengths = array_ops.reshape(lengths, [-1])
    masked = RaggedTensor.from_row_lengths(masked, lengths, validate=False)
    if rank > 2:
        mask_shape = array_ops.shape(mask, out_type=row_splits_dtype)
        split_size = math_ops.cumprod(mask_shape) + 1
        for dim in range(rank - 3, -1, -1):
            size = mask_shape[dim + 1]
            masked = RaggedTensor.from_row_splits(masked, math_ops.range(split_size[dim]) * size, validate=False)
    return masked


# ---- tile


def tile(input, multiples, name=None):
    """`input` repeated multiples[d] times along each dimension d."""
    with name_scope(name, "RaggedTile", [input, multiples]):
        input = convert_to_tensor_or_ragged_tensor(input, name="input")
        if not is_ragged(input):
            return array_ops.tile(input, multiples, name)
        multiples = util.convert_to_int_tensor(multiples, name="multiples", dtype=input.row_splits.dtype)
        multiples.shape.assert_has_rank(1)
        known = constant_value(multiples)
        values = _tiled_values(input, multiples, known)
        return RaggedTensor.from_nested_row_splits(values, _tiled_splits(input, multiples, known), validate=False)


def _is_one(known, dim) -> bool:
    return known is not None and known[dim] == 1


def _tiled_values(ragged, multiples, known):
    """The flat values; the numbers of the rows to take are repeated from the innermost dimension outwards."""
    ragged_rank, nested_splits = ragged.ragged_rank, ragged.nested_row_splits
    ids = math_ops.range(nested_splits[-1][-1])
    inner_splits = None
    for axis in range(ragged_rank, 0, -1):
        splits = nested_splits[axis - 1]
        if inner_splits is not None:
            splits = array_ops.gather(inner_splits * multiples[axis + 1], splits)
        if not _is_one(known, axis):
            ids = util.repeat_ranges(ids, splits, multiples[axis])
        inner_splits = splits
    values = array_ops.gather(ragged.flat_values, ids)
    repeats = array_ops.concat([multiples[:1], multiples[ragged_rank + 1 :]], axis=0)
    return array_ops.tile(values, repeats)


def _tiled_splits(ragged, multiples, known) -> list:
    ragged_rank, nested_splits = ragged.ragged_rank, ragged.nested_row_splits
    # projected[src][dst]: where rows of dimension src begin among those of dimension dst
    projected = [{i: splits} for i, splits in enumerate(nested_splits)]
    for src in range(ragged_rank):
        for dst in range(src + 1, ragged_rank - 1):
            projected[src][dst] = array_ops.gather(nested_splits[dst], projected[src][dst - 1])
    result = []
    for axis in range(ragged_rank):
        lengths = (nested_splits[axis][1:] - nested_splits[axis][:-1]) * multiples[axis + 1]
        repeats = 1
        for dim in range(axis - 1, -1, -1):
            if not _is_one(known, dim + 1):
                lengths = util.repeat_ranges(lengths, projected[dim][axis - 1] * repeats, multiples[dim + 1])
            repeats *= multiples[dim + 1]
        lengths = array_ops.tile(lengths, multiples[:1])
        result.append(util.lengths_to_splits(lengths))
    return result


# ---- dimensions and sizes


def expand_dims(input, axis, name=None):
    """`input` with a new dimension of size 1 at `axis`."""
    with name_scope(name, "RaggedExpandDims", [input]):
        input = convert_to_tensor_or_ragged_tensor(input, name="input")
        if not is_ragged(input):
            return array_ops.expand_dims(input, axis)
        ndims = None if input.shape.ndims is None else input.shape.ndims + 1
        axis = util.get_positive_axis(axis, ndims)
        if axis == 0:
            values, splits = input, array_ops.stack([0, input.nrows()])
        elif axis == 1:
            values, splits = input, math_ops.range(input.nrows() + 1)
        else:
            values, splits = expand_dims(input.values, axis - 1), input.row_splits
        return RaggedTensor.from_row_splits(values, splits, validate=False)


def size(input, out_type=dtypes.int32, name=None):
    """The number of values."""
    return array_ops.size(input.flat_values if is_ragged(input) else input, out_type=out_type, name=name)


def rank(input, name=None):
    """The number of dimensions, ragged ones included."""
    with name_scope(name, "RaggedRank", [input]) as name:
        if not is_ragged(input):
            return array_ops.rank(input, name)
        return input.ragged_rank + array_ops.rank(input.flat_values)


def ragged_one_hot(indices, depth, on_value=None, off_value=None, axis=None, dtype=None, name=None):
    """A one-hot vector for each value."""
    with name_scope(name, "RaggedOneHot", [indices]):
        indices = convert_to_tensor_or_ragged_tensor(indices, name="indices")
        if axis is not None:
            axis = util.get_positive_axis(axis, indices.shape.ndims)
            if axis < indices.ragged_rank:
                raise ValueError("axis may not be less than indices.ragged_rank.")
        return indices.with_flat_values(array_ops.one_hot(indices.flat_values, depth, on_value, off_value, axis, dtype, name))


# ---- partitions


def stack_dynamic_partitions(data, partitions, num_partitions, name=None) -> RaggedTensor:
    """Row i has the values of `data` whose partition is i.  Follows `tf.ragged.stack_dynamic_partitions` of TF 1.15."""
    with name_scope(name, "SegmentStack", [data, partitions, num_partitions]):
        data = convert_to_tensor_or_ragged_tensor(data, name="data")
        splits_dtype = data.row_splits.dtype if isinstance(data, RaggedTensor) else None
        partitions = convert_to_tensor_or_ragged_tensor(partitions, name="partitions", preferred_dtype=splits_dtype)
        num_partitions = convert_to_tensor(num_partitions, name="num_partitions", preferred_dtype=partitions.dtype)
        if splits_dtype is not None:
            partitions = math_ops.cast(partitions, splits_dtype)
        num_partitions = math_ops.cast(num_partitions, partitions.dtype)
        partitions_rank = partitions.shape.ndims
        if partitions_rank is None:
            raise ValueError("partitions must have known rank.")
        num_partitions.shape.assert_has_rank(0)
        partitions.shape.assert_is_compatible_with(data.shape[:partitions_rank])
        if partitions_rank == 0:
            return RaggedTensor.from_value_rowids(array_ops.stack([data]), array_ops.stack([partitions]), num_partitions, validate=False)
        if partitions_rank == 1:
            permutation = argsort(partitions, stable=True)
            value_rowids = array_ops.gather(partitions, permutation)
            values = array_ops.gather(data, permutation)
            check = check_ops.assert_less(value_rowids[-1:], num_partitions, message="partitions must be less than num_partitions")
            with control_dependencies([check]):
                return RaggedTensor.from_value_rowids(values, value_rowids, num_partitions, validate=False)
        if not isinstance(data, RaggedTensor):
            data = RaggedTensor.from_tensor(data, row_splits_dtype=partitions.dtype, ragged_rank=1)
        if not isinstance(partitions, RaggedTensor):
            partitions = RaggedTensor.from_tensor(
                partitions, row_splits_dtype=partitions.dtype, ragged_rank=max(data.ragged_rank, partitions_rank - 1)
            )
        message = "data and partitions have incompatible ragged shapes"
        check = check_ops.assert_equal(data.row_splits, partitions.row_splits, message=message)
        with control_dependencies([check]):
            return stack_dynamic_partitions(data.values, partitions.values, num_partitions)
