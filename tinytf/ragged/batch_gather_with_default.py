"""`batch_gather` with a default for indices that are out of bounds.  Follows ragged_batch_gather_with_default_op of TF 1.15."""

from __future__ import annotations

from tinytf.graph.default_graph import control_dependencies, name_scope
from tinytf.ops.array import array_ops
from tinytf.ops.array.constant import constant
from tinytf.ops.math import check_ops, math_ops
from tinytf.ragged import arrays, where
from tinytf.ragged.dynamic_shape import RaggedTensorDynamicShape, broadcast_to
from tinytf.ragged.tensor import convert_to_tensor_or_ragged_tensor, is_ragged, match_row_splits_dtypes


def batch_gather_with_default(params, indices, default_value="", name=None):
    """For each row of `indices` the entries of the row of `params`, and `default_value` where there is none."""
    with name_scope(name, "RaggedBatchGatherWithDefault"):
        params = convert_to_tensor_or_ragged_tensor(params, name="params")
        indices = convert_to_tensor_or_ragged_tensor(indices, name="indices")
        default_value = convert_to_tensor_or_ragged_tensor(default_value, name="default_value")
        row_splits_dtype, (params, indices, default_value) = match_row_splits_dtypes(params, indices, default_value, return_dtype=True)
        if default_value.shape.ndims not in (0, 1):
            raise ValueError('"default_value" must be a scalar or vector')
        if indices.shape.ndims is None:
            raise ValueError("Indices must have a known rank.")
        if params.shape.ndims is None:
            raise ValueError("Params must have a known rank.")
        batch_rank = indices.shape.ndims - 1
        check = check_ops.assert_greater_equal(array_ops.rank(params), array_ops.rank(indices))
        with control_dependencies([check]):
            if is_ragged(params):
                row_lengths = arrays.expand_dims(params.row_lengths(axis=batch_rank), axis=-1)
                upper_bounds = math_ops.cast(row_lengths, indices.dtype)
                pad = broadcast_to(default_value, _pad_shape(params, indices, row_splits_dtype))
            else:
                shape = array_ops.shape(params)
                pad_shape = array_ops.concat([shape[:batch_rank], [1], shape[batch_rank + 1 : params.shape.ndims]], 0)
                upper_bounds = shape[batch_rank]
                pad = array_ops.broadcast_to(default_value, pad_shape)
            # The default stands before each row, and the indices are one larger.
            pad = math_ops.cast(pad, params.dtype)
            padded = array_ops.concat([pad, params], axis=batch_rank)
            shifted = indices + 1
            out_of_bounds = (indices < 0) | (indices > upper_bounds)
            adjusted = where.where(out_of_bounds, x=array_ops.zeros_like(indices), y=shifted)
            return array_ops.batch_gather(params=padded, indices=adjusted, name=name)


def _pad_shape(params, indices, row_splits_dtype) -> RaggedTensorDynamicShape:
    """The shape of one more entry for each row."""
    batch_rank = indices.shape.ndims - 1
    shape = RaggedTensorDynamicShape.from_tensor(params, dim_size_dtype=row_splits_dtype)
    sizes = shape.partitioned_dim_sizes
    if params.shape.ndims == indices.shape.ndims:
        if shape.num_inner_dimensions == 0:
            return RaggedTensorDynamicShape((*sizes[:-1], array_ops.ones_like(sizes[-1])), [])
        return RaggedTensorDynamicShape(sizes, array_ops.concat([shape.inner_dim_sizes[:-1], [1]], axis=0))
    if batch_rank == 0:
        one = constant(1, dtype=row_splits_dtype)
        pad = (one, *(constant([1], dtype=row_splits_dtype),) * (shape.num_partitioned_dimensions - batch_rank - 1))
    else:
        pad = sizes[:batch_rank] + (array_ops.ones_like(sizes[batch_rank]),) * (shape.num_partitioned_dimensions - batch_rank)
    return RaggedTensorDynamicShape(pad, shape.inner_dim_sizes)
