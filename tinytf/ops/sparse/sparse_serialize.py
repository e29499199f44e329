"""SparseTensors as strings or variants, one or a minibatch of rows, and back."""

from __future__ import annotations

import numpy as np

from tinytf import dtypes, errors, protos
from tinytf.graph.build import make
from tinytf.graph.op_entry import NOT_DIFFERENTIABLE, op
from tinytf.graph.op_summary import type_name
from tinytf.graph.sparse_tensor import SparseTensor, SparseTensorValue
from tinytf.graph.tensor import Tensor
from tinytf.graph.tensor_proto import decode, encode_content
from tinytf.ops.array.shape_ops import show

# ---- kernels: a serialized SparseTensor is three cells, of its indices, values and shape


def _cells(op, parts) -> np.ndarray:
    if op.attr("out_type") == dtypes.string:
        kinds = (dtypes.int64, op.attr("T"), dtypes.int64)
        parts = [encode_content(part, kind) for part, kind in zip(parts, kinds)]
    return variant_of(parts)


def variant_of(parts) -> np.ndarray:
    """Indices, values and shape in the cells of one array: how a SparseTensor travels as a variant."""
    cells = np.empty(3, object)
    for i, part in enumerate(parts):
        cells[i] = part
    return cells


def _split_rows(op, indices, values, shape):
    """The parts of each entry along the first dimension."""
    if len(shape) < 2:
        raise errors.InvalidArgumentError(op.node_def, op, f"Rank of input SparseTensor should be > 1, but saw rank: {len(shape)}")
    rows = int(shape[0])
    number = indices[:, 0]
    if len(number) and (number.min() < 0 or number.max() >= rows):
        raise errors.InvalidArgumentError(op.node_def, op, f"Received unexpected column 0 value in input SparseTensor: {number.max()} >= N (= {rows})")
    order = np.lexsort(indices.T[::-1])
    late = np.flatnonzero(order != np.arange(len(order)))
    if len(late):
        at = int(np.flatnonzero(np.diff(number) < 0)[0]) + 1 if np.any(np.diff(number) < 0) else int(late[0]) + 1
        shown = ",".join(map(str, indices[at]))
        raise errors.InvalidArgumentError(op.node_def, op, f"indices[{at}] = [{shown}] is out of order. Many sparse ops require sorted indices.\n    Use `tf.sparse.reorder` to create a correctly ordered copy.")
    starts = np.searchsorted(number, np.arange(rows + 1))
    return [(indices[a:b, 1:], values[a:b], shape[1:]) for a, b in zip(starts[:-1], starts[1:])]


def _serialize_kernel(op):
    return lambda *parts: _cells(op, parts)


def _serialize_many_kernel(op):
    def serialize(indices, values, shape):
        rows = [_cells(op, row) for row in _split_rows(op, indices, values, shape)]
        return np.stack(rows) if rows else np.empty((0, 3), object)

    return serialize


def _parsed(op, cell):
    if isinstance(cell, np.ndarray):
        return cell
    try:
        return decode(protos.TensorProto.FromString(cell))
    except Exception as error:
        raise errors.InvalidArgumentError(op.node_def, op, f"Could not parse serialized proto: {error}") from None


def _checked(op, cells, dtype, row=0):
    indices, values, shape = (_parsed(op, cell) for cell in cells)
    if indices.ndim != 2 or indices.dtype != np.int64:
        raise errors.InvalidArgumentError(op.node_def, op, f"Expected serialized_sparse index tensor to be an int64 matrix but received shape {show(indices.shape)}")
    if values.ndim != 1 or len(values) != len(indices):
        raise errors.InvalidArgumentError(op.node_def, op, f"Expected serialized_sparse to have as many values as indices but received shape {show(values.shape)}")
    if shape.ndim != 1 or len(shape) != indices.shape[1]:
        raise errors.InvalidArgumentError(op.node_def, op, f"Expected column counts of indices to match size of shape but they do not: {indices.shape[1]} vs. {shape.size}")
    if values.dtype != np.dtype(dtype.as_numpy_dtype):
        wanted, named = (type_name(d) for d in (dtype, dtypes.as_dtype(values.dtype)))
        raise errors.InvalidArgumentError(
            op.node_def, op, f"Requested SparseTensor of type {wanted} but SparseTensor[{row}].values.dtype() == {named}"
        )
    return indices, values, shape


def concatenated(op, rows, dtype):
    """SparseTensors of one rank, stacked along a new first dimension; each shape the largest."""
    rows = [_checked(op, cells, dtype, row) for row, cells in enumerate(rows)]
    ranks = [len(shape) for _, _, shape in rows]
    for i, rank in enumerate(ranks):
        if rank != ranks[0]:
            raise errors.InvalidArgumentError(
                op.node_def, op, f"Inconsistent shape across SparseTensors: rank prior to SparseTensor[{i}] was: {ranks[0]} but rank of SparseTensor[{i}] is: {rank}"
            )
    indices = [np.concatenate([np.full((len(index), 1), i, np.int64), index], axis=1) for i, (index, _, _) in enumerate(rows)]
    largest = np.max([shape for _, _, shape in rows], axis=0)
    return np.concatenate(indices), np.concatenate([values for _, values, _ in rows]), np.concatenate([[len(rows)], largest]).astype(np.int64)


def _deserialize_kernel(op):
    dtype = op.attr("dtype")

    def deserialize(serialized):
        if serialized.ndim < 1 or serialized.shape[-1] != 3:
            raise errors.InvalidArgumentError(op.node_def, op, f"Serialized sparse should have 3 as the last dimension {show(serialized.shape)}")
        if serialized.ndim == 1:
            return _checked(op, serialized, dtype)
        outer = serialized.shape[:-1]
        if 0 in outer:
            raise errors.InvalidArgumentError(op.node_def, op, f"Serialized sparse should have non-zero dimension {show(serialized.shape)}")
        indices, values, shape = concatenated(op, serialized.reshape(-1, 3), dtype)
        number = np.stack(np.unravel_index(indices[:, 0], outer), axis=1).astype(np.int64)
        return np.concatenate([number, indices[:, 1:]], axis=1), values, np.concatenate([np.array(outer, np.int64), shape[1:]])

    return deserialize


def _deserialize_many_kernel(op):
    dtype = op.attr("dtype")

    def deserialize(serialized):
        if serialized.ndim != 2 or serialized.shape[1] != 3:
            raise errors.InvalidArgumentError(op.node_def, op, f"Serialized sparse should be a matrix of 3 columns but received shape {show(serialized.shape)}")
        if not len(serialized):
            raise errors.InvalidArgumentError(op.node_def, op, "Must have at least 1 serialized SparseTensor, but input matrix has 0 rows")
        return concatenated(op, serialized, dtype)

    return deserialize


def _deserialized_dims(op):
    dims = op.inputs[0].dims
    if dims and dims[-1] not in (3, None):
        raise ValueError(f"Dimension must be 3 but is {dims[-1]}")
    return [(None, None), (None,), (None,)]


op("SerializeSparse(sparse_indices: int64, sparse_values: T, sparse_shape: int64) -> (serialized_sparse: out_type); T: type; out_type: {string, variant} = string",
   shape=lambda op: [(3,)], kernel=_serialize_kernel, gradient=NOT_DIFFERENTIABLE)  # fmt: skip
op("SerializeManySparse(sparse_indices: int64, sparse_values: T, sparse_shape: int64) -> (serialized_sparse: out_type); T: type; out_type: {string, variant} = string",
   shape=lambda op: [(None, 3)], kernel=_serialize_many_kernel, gradient=NOT_DIFFERENTIABLE)  # fmt: skip
op("DeserializeSparse(serialized_sparse: Tserialized) -> (sparse_indices: int64, sparse_values: dtype, sparse_shape: int64); dtype: type; Tserialized: {string, variant} = string",
   shape=_deserialized_dims, kernel=_deserialize_kernel, gradient=NOT_DIFFERENTIABLE)  # fmt: skip
op("DeserializeManySparse(serialized_sparse: string) -> (sparse_indices: int64, sparse_values: dtype, sparse_shape: int64); dtype: type",
   shape=_deserialized_dims, kernel=_deserialize_many_kernel, gradient=NOT_DIFFERENTIABLE)  # fmt: skip

# ---- public functions


def _sparse(value) -> SparseTensor:
    if isinstance(value, SparseTensorValue):
        return SparseTensor.from_value(value)
    if not isinstance(value, SparseTensor):
        raise TypeError("Input must be a SparseTensor.")
    return value


def serialize_sparse(sp_input, name=None, out_type=dtypes.string) -> Tensor:
    """A SparseTensor as three strings (or variants).  Follows `tf.serialize_sparse` of TF 1.15."""
    s = _sparse(sp_input)
    return make("SerializeSparse", s.indices, s.values, s.dense_shape, out_type=dtypes.as_dtype(out_type), name=name)


def serialize_many_sparse(sp_input, name=None, out_type=dtypes.string) -> Tensor:
    """Each row of a SparseTensor as three strings (or variants).  Follows `tf.serialize_many_sparse` of TF 1.15."""
    s = _sparse(sp_input)
    return make("SerializeManySparse", s.indices, s.values, s.dense_shape, out_type=dtypes.as_dtype(out_type), name=name)


def deserialize_sparse(serialized_sparse, dtype, rank=None, name=None) -> SparseTensor:
    """The SparseTensor that strings (or variants) `[…, 3]` hold.  Follows `sparse_ops.deserialize_sparse` of TF 1.15."""
    return _of_rank(make("DeserializeSparse", serialized_sparse, dtype=dtypes.as_dtype(dtype), name=name), rank)


def deserialize_many_sparse(serialized_sparse, dtype, rank=None, name=None) -> SparseTensor:
    """The SparseTensor of the rows that strings `[n, 3]` hold.  Follows `tf.deserialize_many_sparse` of TF 1.15."""
    return _of_rank(make("DeserializeManySparse", serialized_sparse, dtype=dtypes.as_dtype(dtype), name=name), rank)


def _of_rank(parts, rank):
    indices, values, shape = parts
    indices.set_shape([None, rank])
    shape.set_shape([rank])
    return SparseTensor(indices, values, shape)
