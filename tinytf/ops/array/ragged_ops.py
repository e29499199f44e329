"""The ops on the parts of ragged tensors: RaggedRange, RaggedGather, RaggedTensorToSparse, RaggedTensorToTensor.

A ragged tensor is a vector of row splits for each ragged dimension, outermost first, and the flat values.
Row i of a dimension is what lies between splits[i] and splits[i + 1].
"""

from __future__ import annotations

import numpy as np

from tinytf import dtypes, errors
from tinytf.graph.constant_value import constant_value
from tinytf.graph.indexed_slices import IndexedSlices
from tinytf.graph.op_entry import NOT_DIFFERENTIABLE, op
from tinytf.graph.shape_rules import merge_dim, with_rank
from tinytf.ops.array import gather_scatter, shape_ops
from tinytf.ops.strings.string_kernels import objects


def _invalid(op, message):
    return errors.InvalidArgumentError(op.node_def, op, message)


# ---- RaggedRange


def _range_shape(op):
    rows = None
    vectors = 0
    for tensor in op.inputs:
        if tensor.dims is None:
            vectors += 1
        elif len(tensor.dims) > 1:
            raise ValueError(f"Shape must be at most rank 1 but is rank {len(tensor.dims)}")
        elif tensor.dims:
            vectors += 1
            rows = merge_dim(rows, tensor.dims[0])
    splits = 2 if not vectors else None if rows is None else rows + 1
    return [(splits,), (None,)]


def _range_kernel(op):
    np_type = np.dtype(op.attr("T").as_numpy_dtype)
    splits_type = np.dtype(op.attr("Tsplits").as_numpy_dtype)

    def ragged_range(*bounds):
        for name, value in zip(("starts", "limits", "deltas"), bounds):
            if value.ndim > 1:
                raise _invalid(op, f"{name} must be a scalar or vector")
        sizes = {value.size for value in bounds if value.ndim}
        if len(sizes) > 1:
            raise _invalid(op, "starts, limits, and deltas must have the same shape")
        rows = sizes.pop() if sizes else 1
        starts, limits, deltas = (np.broadcast_to(value, (rows,)) for value in bounds)
        if (deltas == 0).any():
            raise _invalid(op, "Requires delta != 0")
        if np_type.kind == "i":
            wide = [value.astype(object) if np_type.itemsize == 8 else value.astype(np.int64) for value in (starts, limits, deltas)]
            lengths = np.maximum(-((wide[0] - wide[1]) // wide[2]), 0).astype(np.int64)
        else:
            lengths = np.maximum(np.ceil((limits - starts) / deltas), 0).astype(np.int64)
        splits = np.zeros(rows + 1, splits_type)
        np.cumsum(lengths, out=splits[1:])
        if np_type.kind == "i":
            within = np.arange(int(splits[-1])) - np.repeat(splits[:-1], lengths)
            return splits, (np.repeat(starts, lengths) + within * np.repeat(deltas, lengths)).astype(np_type)
        values = np.empty(int(splits[-1]), np_type)
        for row in range(rows):  # summed up step by step, with the rounding of that
            part = values[splits[row] : splits[row + 1]]
            part[1:] = deltas[row]
            part[:1] = starts[row]
            np.add.accumulate(part, out=part)
        return splits, values

    return ragged_range


op("RaggedRange(starts: T, limits: T, deltas: T) -> (rt_nested_splits: Tsplits, rt_dense_values: T); "
   "T: {bfloat16, float, double, int32, int64} = int32; Tsplits: {int32, int64} = int64",
   shape=_range_shape, kernel=_range_kernel, gradient=NOT_DIFFERENTIABLE)  # fmt: skip

# ---- RaggedGather


def _gather_shape(op):
    ragged_rank, output_rank = op.attr("PARAMS_RAGGED_RANK"), op.attr("OUTPUT_RAGGED_RANK")
    values, indices = op.inputs[ragged_rank].dims, op.inputs[-1].dims
    for splits in op.inputs[:ragged_rank]:
        with_rank(splits.dims, 1)
    with_rank(indices, output_rank - ragged_rank + 1)
    if values is not None and not values:
        raise ValueError("Shape must be at least rank 1 but is rank 0")
    return [(None,)] * output_rank + [None if values is None else (None, *values[1:])]


def _gather_kernel(op):
    ragged_rank = op.attr("PARAMS_RAGGED_RANK")
    splits_type = np.dtype(op.attr("Tsplits").as_numpy_dtype)

    def ragged_gather(*inputs):
        nested, values, indices = inputs[:ragged_rank], inputs[ragged_rank], inputs[-1]
        if not values.ndim:
            raise _invalid(op, "params.rank must be nonzero")
        rows = nested[0].size - 1
        outside = (indices < 0) | (indices >= rows)
        if outside.any():
            at = np.unravel_index(int(np.argmax(outside)), indices.shape) if indices.ndim else ()
            shown = f"[{','.join(map(str, at))}]" if indices.ndim else ""
            raise _invalid(op, f"indices{shown} = {indices[at]} is not in [0, {rows})")
        ends = [*(splits.size - 1 for splits in nested[1:]), values.shape[0]]
        for splits, end in zip(nested, ends):
            if splits.size and (np.diff(splits) < 0).any() or splits.size and splits[0] < 0:
                raise _invalid(op, "Ragged splits must be sorted")
            if splits.size and splits[-1] > end:
                raise _invalid(op, "Ragged splits must not point past values")
        # the outer dimensions of indices are uniform
        result = [np.arange(0, int(np.prod(indices.shape[: d + 2])) + 1, indices.shape[d + 1]) if indices.shape[d + 1] else np.zeros(int(np.prod(indices.shape[: d + 1])) + 1, np.int64)
                  for d in range(indices.ndim - 1)]  # fmt: skip
        rows_taken = indices.reshape(-1).astype(np.int64)
        for splits in nested:
            starts, lengths = splits[rows_taken], splits[rows_taken + 1] - splits[rows_taken]
            ends = np.concatenate([[0], np.cumsum(lengths)])
            result.append(ends)
            rows_taken = np.arange(int(ends[-1])) + np.repeat(starts - ends[:-1], lengths)
        result = [splits.astype(splits_type, copy=False) for splits in result]
        if not indices.ndim:  # one row: its own splits are no dimension
            result = result[1:]
        return (*result, values[rows_taken])

    return ragged_gather


def _gather_grad(op, *grads):
    from tinytf.ragged import math

    ragged_rank = op.attr("PARAMS_RAGGED_RANK")
    nested, values, indices = op.inputs[:ragged_rank], op.inputs[ragged_rank], op.inputs[-1]
    combined = nested[0]
    for splits in nested[1:]:
        combined = gather_scatter.gather(splits, combined)
    flat = shape_ops.reshape(indices, [-1])
    where = math.range(gather_scatter.gather(combined, flat), gather_scatter.gather(combined[1:], flat)).values
    return [None] * ragged_rank + [IndexedSlices(values=grads[-1], indices=where, dense_shape=shape_ops.shape(values)), None]


op("RaggedGather(params_nested_splits: PARAMS_RAGGED_RANK*Tsplits, params_dense_values: Tvalues, indices: Tindices) -> "
   "(output_nested_splits: OUTPUT_RAGGED_RANK*Tsplits, output_dense_values: Tvalues); Tvalues: type; Tindices: {int32, int64}; "
   "Tsplits: {int32, int64} = int64; PARAMS_RAGGED_RANK: int >= 1; OUTPUT_RAGGED_RANK: int >= 0",
   shape=_gather_shape, kernel=_gather_kernel, gradient=_gather_grad)  # fmt: skip

# ---- RaggedTensorToSparse


def _to_sparse_shape(op):
    ragged_rank = op.attr("RAGGED_RANK")
    values = op.inputs[-1].dims
    if values is None:
        return [(None, None), (None,), (None,)]
    count = None if None in values else int(np.prod(values, dtype=np.int64))
    rank = len(values) + ragged_rank
    return [(count, rank), (count,), (rank,)]


def _check_splits(op, nested, values):
    for i, splits in enumerate(nested):
        if not splits.size or not splits.ndim:
            raise _invalid(op, "ragged splits may not be empty.")
        if splits[0] != 0:
            raise _invalid(op, "First value of ragged splits must be 0.")
        if i and nested[i - 1][-1] != splits.size - 1:
            raise _invalid(op, "Final value of ragged splits must match the length the corresponding ragged values.")
    if not values.ndim or nested[-1][-1] != values.shape[0]:
        raise _invalid(op, "Final value of ragged splits must match the length the corresponding ragged values.")


def _to_sparse_kernel(op):
    def to_sparse(*inputs):
        nested, values = inputs[:-1], inputs[-1]
        for splits in nested:
            if not splits.ndim or not splits.size:
                raise _invalid(op, "ragged splits may not be empty.")
        _check_splits(op, nested, values)
        shape = [nested[0].size - 1]
        coordinates = [np.arange(shape[0])]
        for splits in nested:
            lengths = np.maximum(np.diff(splits), 0)
            shape.append(int(lengths.max()) if lengths.size else 0)
            column = np.arange(int(lengths.sum())) - np.repeat(np.cumsum(lengths) - lengths, lengths)
            coordinates = [np.repeat(c, lengths) for c in coordinates] + [column]
        inner = values.shape[1:]
        size = int(np.prod(inner, dtype=np.int64))
        within = np.indices(inner).reshape(len(inner), size)
        columns = [np.repeat(c, size) for c in coordinates] + [np.tile(w, len(coordinates[0])) for w in within]
        return np.stack(columns, 1).astype(np.int64), values.reshape(-1), np.array([*shape, *inner], np.int64)

    return to_sparse


def _to_sparse_grad(op, *grads):
    values = op.inputs[-1]
    return [None] * (len(op.inputs) - 1) + [shape_ops.reshape(grads[1], shape_ops.shape(values))]


op("RaggedTensorToSparse(rt_nested_splits: RAGGED_RANK*Tsplits, rt_dense_values: T) -> "
   "(sparse_indices: int64, sparse_values: T, sparse_dense_shape: int64); RAGGED_RANK: int >= 1; T: type; Tsplits: {int32, int64} = int64",
   shape=_to_sparse_shape, kernel=_to_sparse_kernel, gradient=_to_sparse_grad)  # fmt: skip

# ---- RaggedTensorToTensor

_PARTITIONS = {b"FIRST_DIM_SIZE", b"VALUE_ROWIDS", b"ROW_LENGTHS", b"ROW_SPLITS", b"ROW_LIMITS", b"ROW_STARTS"}
_SUPPORTED = {b"FIRST_DIM_SIZE", b"VALUE_ROWIDS", b"ROW_SPLITS"}


def _to_tensor_shape(op):
    kinds = op.attr("row_partition_types")
    for kind in kinds:
        if kind not in _PARTITIONS:
            raise ValueError(f"Unknown string for partition info type: {kind.decode()}")
        if kind not in _SUPPORTED:
            raise ValueError(f"Unsupported partition type: {kind.decode()}")
    ragged_rank = len(kinds) - (kinds[0] == b"FIRST_DIM_SIZE")
    values = op.inputs[1].dims
    wanted = constant_value(op.inputs[0])
    if wanted is None or not wanted.ndim:
        return [None if values is None else (None,) * (ragged_rank + 1) + tuple(values[1:])]
    dims = [None if d < 0 else int(d) for d in wanted]
    if values is None:
        return [tuple(dims)]
    if len(dims) != len(values) + ragged_rank:
        raise ValueError(f"Value shape {list(values)} does not fit the shape {dims} of a tensor with {ragged_rank} ragged dimensions")
    inner = [merge_dim(a, b) for a, b in zip(dims[ragged_rank + 1 :], values[1:])]
    return [tuple(dims[: ragged_rank + 1] + inner)]


def _to_tensor_kernel(op):
    kinds = op.attr("row_partition_types")

    def to_tensor(shape, values, default, *partitions):
        if kinds[0] == b"FIRST_DIM_SIZE":
            rows, pairs = int(partitions[0]), list(zip(kinds[1:], partitions[1:]))
        else:
            rows, pairs = partitions[0].size - 1, list(zip(kinds, partitions))
        sizes, where = [rows], [np.arange(rows)]  # of each slice: where it stands
        for kind, partition in pairs:
            row_of = partition if kind == b"VALUE_ROWIDS" else np.repeat(np.arange(partition.size - 1), np.maximum(np.diff(partition), 0))
            if row_of.size and (row_of.min() < 0 or row_of.max() >= len(where[0])):
                raise _invalid(op, f"row {int(row_of.max())} of a ragged partition is outside of [0, {len(where[0])})")
            first = np.searchsorted(row_of, np.arange(len(where[0])))
            column = np.arange(row_of.size) - first[row_of]
            sizes.append(int(column.max()) + 1 if column.size else 0)
            where = [w[row_of] for w in where] + [column]
        if len(where[0]) != values.shape[0]:
            raise errors.InternalError(op.node_def, op, "Values and indices must be equal")
        wanted = [-1] * len(sizes) if not shape.ndim else shape[: len(sizes)].tolist()
        sizes = [have if want < 0 else want for have, want in zip(sizes, wanted)]
        result = np.empty((*sizes, *values.shape[1:]), values.dtype)
        result[...] = default
        inside = np.ones(len(where[0]), bool)
        for coordinate, size in zip(where, sizes):
            inside &= coordinate < size
        result[tuple(coordinate[inside] for coordinate in where)] = values[inside]
        return result

    return to_tensor


op("RaggedTensorToTensor(shape: Tshape, values: T, default_value: T, row_partition_tensors: num_row_partition_tensors*Tindex) -> "
   "(result: T); T: type; Tindex: {int64, int32}; Tshape: {int64, int32}; num_row_partition_tensors: int >= 1; row_partition_types: list(string)",
   shape=_to_tensor_shape, kernel=_to_tensor_kernel)  # fmt: skip

# ---- RaggedTensorToVariant, RaggedTensorFromVariant: how a ragged tensor travels through a dataset


class RaggedVariant:
    """What a variant of a ragged tensor holds: its row splits, outermost first, and its flat values."""

    __slots__ = ("parts",)

    def __init__(self, parts):
        self.parts = tuple(parts)


def _to_variant_shape(op):
    splits = op.inputs[0].dims
    if not op.attr("batched_input"):
        return [()]
    return [None if splits is None else (None if splits[0] is None else splits[0] - 1,)]


def _to_variant_kernel(op):
    batched = op.attr("batched_input")

    def to_variant(*inputs):
        nested, values = inputs[:-1], inputs[-1]
        if not batched:
            return RaggedVariant(inputs)
        _check_splits(op, nested, values)
        rows = []
        for start, limit in zip(nested[0][:-1], nested[0][1:]):
            parts = []
            for splits in nested[1:]:
                part = splits[start : limit + 1]
                parts.append(part - part[:1])
                start, limit = splits[start], splits[limit]
            rows.append(RaggedVariant((*parts, values[start:limit])))
        return objects(rows, (len(rows),))

    return to_variant


op("RaggedTensorToVariant(rt_nested_splits: RAGGED_RANK*Tsplits, rt_dense_values: Tvalues) -> (encoded_ragged: variant); "
   "RAGGED_RANK: int >= 1; Tvalues: type; Tsplits: {int32, int64}; batched_input: bool",
   shape=_to_variant_shape, kernel=_to_variant_kernel, gradient=NOT_DIFFERENTIABLE)  # fmt: skip


def _from_variant_shape(op):
    output_rank, input_rank = op.attr("output_ragged_rank"), op.attr("input_ragged_rank")
    dims = op.inputs[0].dims
    if input_rank >= 0 and dims is not None:
        with_rank(dims, output_rank - input_rank)
    return [(None,)] * output_rank + [None]


def _from_variant_kernel(op):
    output_rank, asked = op.attr("output_ragged_rank"), op.attr("input_ragged_rank")
    splits_dtype, values_dtype = op.attr("Tsplits"), op.attr("Tvalues")
    splits_type, values_type = np.dtype(splits_dtype.as_numpy_dtype), np.dtype(values_dtype.as_numpy_dtype)

    def checked(variant, input_rank):
        if not isinstance(variant, RaggedVariant):
            raise _invalid(op, f"Input Variant element at index 0 doesn't hold a Tensor: {type(variant).__name__}")
        parts = variant.parts
        if len(parts) != input_rank + 1:
            raise _invalid(
                op,
                "Encoded input Variant must hold either input_ragged_rank + 1 Tensors or an empty Tensor (zero splits Tensors, "
                f"1 values Tensor), input_ragged_rank: {input_rank}, encoded input Variant: {len(parts)} tensors",
            )
        for splits in parts[:-1]:
            if splits.dtype != splits_type:
                raise _invalid(op, f"Expected splits Tensor dtype: {splits_dtype.as_datatype_enum}, found: {dtypes.as_dtype(splits.dtype).as_datatype_enum}")
        if parts[-1].dtype != values_type:
            raise _invalid(op, f"Expected values Tensor dtype: {values_dtype.as_datatype_enum}, found: {dtypes.as_dtype(parts[-1].dtype).as_datatype_enum}")
        return parts

    def from_variant(encoded):
        if isinstance(encoded, RaggedVariant):  # a scalar
            encoded = objects([encoded], ())
        input_rank = output_rank - encoded.ndim if asked < 0 else asked
        if input_rank < 0:
            raise _invalid(op, f"Inferred input_ragged_rank (output_ragged_rank - encoded_variant.dims()) must be >= 0, found output_ragged_rank: {output_rank}, encoded_variant.dims(): {encoded.ndim}, inferred input_ragged_rank: {input_rank}")
        if output_rank != encoded.ndim + input_rank:
            raise _invalid(op, f"output_ragged_rank must be equal to input_ragged_rank + encoded_ragged.dims(); output_ragged_rank: {output_rank}, input_ragged_rank: {input_rank}, encoded_ragged.dims(): {encoded.ndim}.")
        rows = [checked(variant, input_rank) for variant in encoded.reshape(-1).tolist()]
        if not encoded.ndim:
            return tuple(rows[0])
        result = []
        for d in range(encoded.ndim):  # the dimensions of the variants themselves are uniform
            count, length = int(np.prod(encoded.shape[:d], dtype=np.int64)), encoded.shape[d]
            if d:
                result.append((np.arange(count + 1) * length).astype(splits_type))
        lengths = [len(row[0]) - 1 if input_rank else row[0].shape[0] for row in rows]
        result.append(_splits_of(lengths, splits_type))
        for level in range(input_rank):
            result.append(_splits_of(np.concatenate([np.diff(row[level]) for row in rows]) if rows else [], splits_type))
        values = np.concatenate([row[-1] for row in rows]) if rows else np.empty((0,), values_type)
        return (*result, values)

    return from_variant


def _splits_of(lengths, splits_type):
    return np.concatenate([[0], np.cumsum(lengths)]).astype(splits_type)


op("RaggedTensorFromVariant(encoded_ragged: variant) -> (output_nested_splits: output_ragged_rank*Tsplits, output_dense_values: Tvalues); "
   "input_ragged_rank: int >= -1; output_ragged_rank: int >= 1; Tvalues: type; Tsplits: {int32, int64}",
   shape=_from_variant_shape, kernel=_from_variant_kernel)  # fmt: skip
