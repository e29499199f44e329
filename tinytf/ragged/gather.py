"""`tf.gather`, `tf.gather_nd` and `tf.batch_gather` of ragged tensors."""

from __future__ import annotations

from tinytf import dtypes
from tinytf.graph.build import make
from tinytf.graph.convert import convert_to_tensor
from tinytf.graph.default_graph import control_dependencies, name_scope
from tinytf.ops.array import array_ops
from tinytf.ops.math import check_ops, math_ops
from tinytf.ragged import arrays, util
from tinytf.ragged.tensor import RaggedTensor, convert_to_tensor_or_ragged_tensor, is_ragged, match_row_splits_dtypes
from tinytf.shapes import dimension_value


def _ragged_arguments(params, indices):
    params = convert_to_tensor_or_ragged_tensor(params, name="params")
    indices = convert_to_tensor_or_ragged_tensor(indices, name="indices")
    return match_row_splits_dtypes(params, indices)


def gather(params, indices, validate_indices=None, axis=0, batch_dims=0, name=None):
    """The rows of `params` at `indices`; one or both are ragged."""
    del validate_indices
    if not isinstance(axis, int) or axis != 0:
        raise ValueError("axis != 0 is not supported for ragged gather yet.")
    if not isinstance(batch_dims, int) or batch_dims != 0:
        raise ValueError("batch_dims != 0 is not supported for ragged gather yet.")
    with name_scope(name, "RaggedGather", [params, indices]):
        params, indices = _ragged_arguments(params, indices)
        if is_ragged(indices):
            return indices.with_values(gather(params, indices.values))
        if not is_ragged(params):
            return array_ops.gather(params, indices)
        indices = convert_to_tensor(indices)
        if indices.shape.ndims is None:
            raise ValueError("indices.shape.ndims must be known statically")
        splits, values = make(
            "RaggedGather", params.nested_row_splits, params.flat_values, indices,
            OUTPUT_RAGGED_RANK=indices.shape.ndims + len(params.nested_row_splits) - 1,
        )  # fmt: skip
        return RaggedTensor.from_nested_row_splits(values, splits, validate=False)


def gather_nd(params, indices, batch_dims=0, name=None):
    """The slices of `params` at the index tuples in the last dimension of `indices`; one or both are ragged."""
    if not isinstance(batch_dims, int) or batch_dims != 0:
        raise ValueError("batch_dims != 0 is not supported for ragged gather yet.")
    if not (is_ragged(params) or is_ragged(indices)):
        return array_ops.gather_nd(params, indices, name)
    with name_scope(name, "RaggedGatherNd", [params, indices]):
        params, indices = _ragged_arguments(params, indices)
        rank = indices.shape.ndims
        if rank is None:
            raise ValueError("indices.rank be statically known.")
        if rank == 0:
            raise ValueError("indices.rank must be at least 1.")
        if is_ragged(indices) and rank == indices.ragged_rank + 1:
            raise ValueError("The innermost dimension of indices may not be ragged")
        index_size = dimension_value(indices.shape[-1])
        if index_size is None:
            raise ValueError("indices.shape[-1] must be statically known.")
        if rank > 2:
            return _gather_nd_of_many(params, indices, rank)
        if index_size == 0:
            params_rank = params.ragged_rank + array_ops.rank(params.flat_values)
            for _ in range(rank - 1):
                params = arrays.expand_dims(params, axis=0)
            multiples = array_ops.concat([array_ops.shape(indices)[:-1], array_ops.ones([params_rank], dtypes.int32)], axis=0)
            return arrays.tile(params, multiples)
        if index_size == 1:
            return gather(params, array_ops.reshape(indices, [-1]))
        return _gather_tuples(params, indices, index_size)


def _gather_nd_of_many(params, indices, rank):
    """The index tuples as the flat values of a ragged tensor, each taken, and put back into its rows."""
    dense = not is_ragged(indices)
    if dense:
        indices = RaggedTensor.from_tensor(indices, ragged_rank=rank - 2, row_splits_dtype=params.row_splits.dtype)
    result = indices.with_flat_values(gather_nd(params, indices.flat_values))
    if dense and is_ragged(result) and result.ragged_rank == rank - 2:
        result = RaggedTensor.to_tensor(result)
    return result


def _gather_tuples(params, indices, index_size):
    """An index tuple becomes, dimension by dimension, an index into the values below."""
    indices = math_ops.cast(indices, params.row_splits.dtype)
    index = array_ops.gather(params.row_splits, indices[..., 0])
    index += indices[..., 1]
    values = params.values
    for dim in range(2, index_size):
        if not is_ragged(values):
            index = array_ops.expand_dims(index, axis=1)
            index = array_ops.concat([index, indices[..., dim:]], axis=1)
            return array_ops.gather_nd(values, index)
        index = array_ops.gather(values.row_starts(), index)
        index += indices[..., dim]
        values = values.values
    return gather(values, index)


def batch_gather(params, indices, name=None):
    """For each row of `indices` the entries of the row of `params`; one or both are ragged."""
    if not (is_ragged(params) or is_ragged(indices)):
        return array_ops.batch_gather(params, indices, name)
    with name_scope(name, "RaggedBatchGather", [params, indices]):
        params, indices = _ragged_arguments(params, indices)
        rank = indices.shape.ndims
        if rank is None:
            raise ValueError("batch_gather does not allow indices with unknown shape.")
        if rank == 0:
            raise ValueError("indices.rank must be at least 1.")
        mismatch = "batch shape from indices does not match params shape"
        if not is_ragged(indices):
            if rank == 1:
                return gather(params, indices)
            if rank == 2:
                adjustments = array_ops.expand_dims(params.row_starts(), 1)
                adjusted = math_ops.cast(indices, adjustments.dtype) + adjustments
                return gather(params.values, adjusted)
            raise ValueError(mismatch)
        if rank > 2:
            if not is_ragged(params):
                raise ValueError(mismatch)
            checks = [check_ops.assert_equal(params.row_splits, indices.row_splits)]
            with control_dependencies(checks):
                return RaggedTensor.from_row_splits(batch_gather(params.values, indices.values), indices.row_splits, validate=False)
        if not is_ragged(params):
            if params.shape.ndims is not None and params.shape.ndims < 2:
                raise ValueError(mismatch)
            params = RaggedTensor.from_tensor(params, ragged_rank=1, row_splits_dtype=indices.row_splits.dtype)
        num_indices = indices.row_lengths()
        adjustments = util.repeat(params.row_starts(), num_indices, axis=0)
        adjusted = math_ops.cast(indices.values, adjustments.dtype) + adjustments
        return RaggedTensor.from_row_splits(gather(params.values, adjusted), indices.row_splits, validate=False)
