"""Ragged tensors from dense, sparse and variant tensors, and back."""

from __future__ import annotations

from tinytf import dtypes
from tinytf.graph.build import make
from tinytf.graph.convert import convert_to_tensor
from tinytf.graph.default_graph import control_dependencies, name_scope
from tinytf.graph.sparse_tensor import SparseTensor, convert_to_tensor_or_sparse_tensor, is_sparse
from tinytf.graph.tensor import Tensor
from tinytf.ops.array import array_ops
from tinytf.ops.array.constant import constant
from tinytf.ops.control_flow.cond import cond
from tinytf.ops.control_flow.control_flow_ops import Assert
from tinytf.ops.math import math_ops
from tinytf.ragged import util
from tinytf.ragged.tensor import RaggedTensor, is_ragged
from tinytf.shapes import TensorShape

# ---- dense


def ragged_from_tensor(tensor, lengths=None, padding=None, ragged_rank=1, name=None, row_splits_dtype=dtypes.int64) -> RaggedTensor:
    """See `RaggedTensor.from_tensor`."""
    row_splits_dtype = dtypes.as_dtype(row_splits_dtype)
    if lengths is not None and padding is not None:
        raise ValueError("Specify lengths or padding, but not both")
    if not isinstance(ragged_rank, int):
        raise TypeError(f"ragged_rank expected int, got {ragged_rank!r}")
    if ragged_rank <= 0:
        raise ValueError(f"ragged_rank must be greater than 0; got {ragged_rank}")
    with name_scope(name, "RaggedFromTensor", [tensor, lengths, padding]):
        tensor = convert_to_tensor(tensor, name="tensor")
        tensor.shape.with_rank_at_least(ragged_rank + 1)
        input_shape = array_ops.shape(tensor, out_type=row_splits_dtype)
        ncols = input_shape[1]
        if ragged_rank > 1:
            return _of_flattened(tensor, input_shape, lengths, padding, ragged_rank, row_splits_dtype)
        if padding is not None:
            lengths = _lengths_before(padding, tensor, ncols, row_splits_dtype)
        if lengths is None:
            return _of_whole_rows(tensor, input_shape, ncols)
        if isinstance(lengths, (list, tuple)) and len(lengths) and not isinstance(lengths[0], (int, float)):
            return _of_nested_lengths(tensor, lengths)
        lengths = util.convert_to_int_tensor(lengths, "lengths", row_splits_dtype)
        lengths.shape.assert_has_rank(1)
        lengths = math_ops.minimum(lengths, ncols)
        lengths = math_ops.maximum(lengths, 0)
        limits = math_ops.cumsum(lengths)
        splits = array_ops.concat([array_ops.zeros([1], row_splits_dtype), limits], axis=0)
        mask = array_ops.sequence_mask(lengths, maxlen=ncols)
        values = array_ops.boolean_mask(tensor, mask)
        return RaggedTensor.from_row_splits(values, splits, validate=False)


def _of_flattened(tensor, input_shape, lengths, padding, ragged_rank, row_splits_dtype):
    """The outer dimensions are uniform; the innermost ragged one is that of a tensor without them."""
    new_shape = array_ops.concat([constant([-1], row_splits_dtype), input_shape[ragged_rank:]], axis=0)
    flattened = array_ops.reshape(tensor, new_shape)
    values = ragged_from_tensor(flattened, lengths, padding, row_splits_dtype=row_splits_dtype)
    dim_size = math_ops.cumprod(input_shape)
    new_splits = [math_ops.range(0, dim_size[dim - 1] + 1) * input_shape[dim] for dim in range(1, ragged_rank)]
    return RaggedTensor.from_nested_row_splits(values, new_splits, validate=False)


def _of_whole_rows(tensor, input_shape, ncols):
    nrows = input_shape[0]
    nvals = nrows * ncols
    splits = math_ops.range(nrows + 1) * ncols
    values_shape = array_ops.concat([[nvals], input_shape[2:]], axis=0)
    values = array_ops.reshape(tensor, values_shape)
    return RaggedTensor.from_row_splits(values, splits, validate=False)


def _lengths_before(padding, tensor, ncols, row_splits_dtype):
    """How long each row is without the values equal to `padding` at its end."""
    padding = convert_to_tensor(padding, name="padding", dtype=tensor.dtype)
    padding.shape.assert_is_compatible_with(tensor.shape[2:])
    is_padding = math_ops.equal(padding, tensor)
    tensor_rank = array_ops.rank(tensor)
    reduce_axis = math_ops.range(2, tensor_rank)
    whole = cond(tensor_rank > 2, lambda: math_ops.reduce_all(is_padding, axis=reduce_axis), lambda: is_padding)
    whole.set_shape(TensorShape([None, None]))
    whole.set_shape(tensor.shape[:2])
    has_value = math_ops.cast(math_ops.logical_not(whole), row_splits_dtype)
    position = has_value * array_ops.expand_dims(math_ops.range(1, ncols + 1), 0)
    return math_ops.reduce_max(position, axis=1)


def _of_nested_lengths(tensor, lengths):
    tensor.shape.with_rank_at_least(len(lengths) + 1)
    num_tokens = math_ops.reduce_sum(lengths[-1])
    ones = array_ops.ones([num_tokens], dtype=dtypes.bool)
    mask = RaggedTensor.from_nested_row_lengths(ones, lengths, validate=False).to_tensor(default_value=False)
    masked = array_ops.boolean_mask(tensor, mask)
    return RaggedTensor.from_nested_row_lengths(masked, lengths, validate=False)


def ragged_to_tensor(ragged, default_value=None, name=None) -> Tensor:
    """See `RaggedTensor.to_tensor`."""
    with name_scope(name, "RaggedToTensor", [ragged, default_value]):
        if default_value is not None:
            default_value = convert_to_tensor(default_value, name="default_value", dtype=ragged.dtype)
        values = ragged.values
        if is_ragged(values):
            values = values.to_tensor(default_value)
        rank = values.shape.ndims
        if default_value is not None:
            if rank is not None:
                default_value.shape.with_rank_at_most(rank - 1)
            if rank is None or default_value.shape.ndims is None or rank != default_value.shape.ndims + 1:
                default_value = array_ops.broadcast_to(default_value, array_ops.shape(values)[1:])
            default_value.shape.assert_is_compatible_with(values.shape[1:])
        splits = ragged.row_splits
        lengths = [splits[1:] - splits[:-1]]
        nrows = array_ops.shape(splits, out_type=splits.dtype)[0] - 1
        ncols = math_ops.maximum(math_ops.reduce_max(lengths), 0)
        values_shape = array_ops.shape(values, out_type=splits.dtype)
        value_shape = values_shape[1:]
        nvals = values_shape[0]
        if default_value is None:
            default_value = array_ops.zeros(value_shape, dtype=values.dtype)
        default_value.shape.assert_is_compatible_with(values.shape[1:])
        default_value.set_shape(values.shape[1:])
        # Each cell takes the value at start + column or, past the end of its row, the default behind all values.
        starts = array_ops.expand_dims(splits[:-1], 1)
        limits = array_ops.expand_dims(splits[1:], 1)
        columns = array_ops.expand_dims(math_ops.range(0, ncols), 0)
        values_and_default = array_ops.concat([values, array_ops.stack([default_value])], axis=0)
        index = starts + columns
        has_value = index < limits
        default_index = array_ops.fill(array_ops.stack([nrows, ncols]), nvals)
        indices = array_ops.where(has_value, index, default_index)
        return array_ops.gather(values_and_default, indices)


# ---- sparse


def ragged_from_sparse(st_input, name=None, row_splits_dtype=dtypes.int64) -> RaggedTensor:
    """See `RaggedTensor.from_sparse`."""
    row_splits_dtype = dtypes.as_dtype(row_splits_dtype)
    if not is_sparse(st_input):
        raise TypeError(f"Expected SparseTensor, got {type(st_input).__name__}")
    with name_scope(name, "RaggedFromSparse", [st_input]):
        sparse = convert_to_tensor_or_sparse_tensor(st_input, name="st_input")
        rank_of_shape = None if sparse.dense_shape.shape.ndims is None else sparse.dense_shape.shape.dims[0].value
        rank_of_indices = None if sparse.indices.shape.ndims is None else sparse.indices.shape.dims[1].value
        if rank_of_shape != 2 and rank_of_indices != 2:
            raise ValueError("rank(st_input) must be 2")
        with control_dependencies(_assert_rows_without_gaps(sparse.indices)):
            segment_ids = math_ops.cast(sparse.indices[:, 0], row_splits_dtype)
            num_segments = math_ops.cast(sparse.dense_shape[0], row_splits_dtype)
            return RaggedTensor.from_value_rowids(sparse.values, segment_ids, num_segments, validate=False)


def _assert_rows_without_gaps(indices) -> list:
    """Each index begins a row at column 0, or goes on one column after the index before."""
    row, column = indices[:, :-1], indices[:, -1]
    begins_row = math_ops.reduce_any(math_ops.not_equal(row[1:], row[:-1]), axis=1)
    good = array_ops.where(begins_row, math_ops.equal(column[1:], 0), math_ops.equal(column[1:], column[:-1] + 1))
    all_good = math_ops.logical_and(math_ops.reduce_all(math_ops.equal(column[:1], 0)), math_ops.reduce_all(good))
    return [Assert(all_good, ["SparseTensor is not right-ragged", "SparseTensor.indices =", indices])]


def ragged_to_sparse(ragged, name=None) -> SparseTensor:
    """See `RaggedTensor.to_sparse`."""
    with name_scope(name, "RaggedToSparse", [ragged]):
        return SparseTensor(*make("RaggedTensorToSparse", ragged.nested_row_splits, ragged.flat_values, name=name))


# ---- variants


def ragged_from_variant(variant, dtype, output_ragged_rank, input_ragged_rank=None, name=None) -> RaggedTensor:
    """The ragged tensor that a variant, or a tensor of variants for its rows, holds."""
    variant = convert_to_tensor(variant, name="variant", dtype=dtypes.variant)
    rank = variant.shape.ndims
    if rank is not None and input_ragged_rank is not None and output_ragged_rank != input_ragged_rank + rank:
        raise ValueError(
            "output_ragged_rank must be equal to input_ragged_rank +variant.shape.ndims, found variant.shape.ndims: %d, "
            "input_ragged_rank: %d, output_ragged_rank: %d" % (rank, input_ragged_rank, output_ragged_rank)
        )
    input_ragged_rank = -1 if input_ragged_rank is None else input_ragged_rank
    with name_scope(name, "RaggedFromVariant", [variant, dtype, input_ragged_rank, output_ragged_rank]):
        splits, values = make(
            "RaggedTensorFromVariant", variant, input_ragged_rank=input_ragged_rank, output_ragged_rank=output_ragged_rank,
            Tvalues=dtype, Tsplits=dtypes.int64, name=name,
        )  # fmt: skip
        return RaggedTensor.from_nested_row_splits(values, splits, validate=False)


def ragged_to_variant(ragged, batched_input=False, name=None) -> Tensor:
    """A variant that holds the ragged tensor; with `batched_input` a vector of them, one for each row."""
    with name_scope(name, "RaggedToVariant", [ragged, batched_input]):
        return make("RaggedTensorToVariant", ragged.nested_row_splits, ragged.flat_values, batched_input=batched_input, name=name)


# ---- `tensorflow.python.ops.ragged.ragged_conversion_ops`


def from_tensor(tensor, lengths=None, padding=None, ragged_rank=1, row_splits_dtype=dtypes.int64, name=None):
    """`tensor` as it is where it is ragged, else its rows."""
    if is_ragged(tensor):
        return tensor
    return RaggedTensor.from_tensor(tensor, lengths, padding, ragged_rank, name, row_splits_dtype)


def to_tensor(rt_input, default_value=None, name=None):
    """`rt_input` as it is where it is dense, else padded with `default_value`."""
    return rt_input.to_tensor(default_value, name) if is_ragged(rt_input) else rt_input


def to_sparse(rt_input, name=None) -> SparseTensor:
    """The SparseTensor of a RaggedTensor."""
    return rt_input.to_sparse(name)


def from_sparse(st_input, name=None) -> RaggedTensor:
    """The RaggedTensor of a SparseTensor of rank 2 without gaps in its rows."""
    return RaggedTensor.from_sparse(st_input, name)


def _partition_pairs(ragged, outermost=True) -> list:
    """(kind, tensor) of what partitions the rows, as RaggedTensorToTensor takes it."""
    if not isinstance(ragged, RaggedTensor):
        return []
    inner = _partition_pairs(ragged.values, outermost=False)
    if ragged._cached_value_rowids is None:
        return [("ROW_SPLITS", ragged.row_splits), *inner]
    rowids = [("VALUE_ROWIDS", ragged.value_rowids()), *inner]
    return [("FIRST_DIM_SIZE", ragged.nrows()), *rowids] if outermost else rowids


def _shape_as_tensor(shape, dtype):
    if dtype not in (dtypes.int64, dtypes.int32):
        raise ValueError(f"Expected int64 or int32 for dtype: got {dtype}")
    if isinstance(shape, Tensor):
        return shape if shape.dtype in (dtypes.int64, dtypes.int32) else math_ops.cast(shape, dtype)
    shape = TensorShape(shape)
    if not shape:
        return constant(-1, dtype=dtype)
    return constant([-1 if size is None else size for size in shape.as_list()], dtype=dtype)


def ragged_to_dense(rt_input, default_value=None, shape=None) -> Tensor:
    """A dense tensor of shape `shape` (as large as needed where it says None), padded with `default_value`, by one op."""
    pairs = _partition_pairs(rt_input)
    values = rt_input.flat_values
    if default_value is None:
        default_value = array_ops.zeros((), values.dtype)
    shape_tensor = _shape_as_tensor(shape, pairs[0][1].dtype)
    return make(
        "RaggedTensorToTensor", shape_tensor, values, default_value, [tensor for _, tensor in pairs],
        row_partition_types=[kind for kind, _ in pairs],
    )  # fmt: skip
