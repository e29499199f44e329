"""Sparse and ragged tensors and their values, one behind the other.  Follows tensorflow.python.framework.composite_tensor_utils."""

from __future__ import annotations

import numpy as np

from tinytf.graph.composite_tensor import CompositeTensor
from tinytf.graph.sparse_tensor import SparseTensor, SparseTensorValue
from tinytf.ops.sparse import sparse_ops
from tinytf.ragged import concat
from tinytf.ragged.tensor import RaggedTensor
from tinytf.ragged.value import RaggedTensorValue


def is_composite_or_composite_value(tensor) -> bool:
    """Whether this is a CompositeTensor, or the value of a sparse or ragged one."""
    return isinstance(tensor, (CompositeTensor, SparseTensorValue, RaggedTensorValue))


def get_shape(tensor):
    """The shape of a tensor or of a value."""
    return tensor.dense_shape if isinstance(tensor, SparseTensorValue) else tensor.shape


def append_composite_tensor(target, to_append):
    """The rows of `to_append` behind those of `target`, which is of the same class; RuntimeError where they do not fit."""
    if type(target) is not type(to_append):
        raise RuntimeError(f"Unable to concatenate {type(target)} and {type(to_append)}")
    if isinstance(target, SparseTensor):
        return sparse_ops.sparse_concat(sp_inputs=[target, to_append], axis=0)
    if isinstance(target, RaggedTensor):
        return concat.concat([target, to_append], axis=0)
    if isinstance(target, SparseTensorValue):
        return _append_sparse(target, to_append)
    if isinstance(target, RaggedTensorValue):
        return _append_ragged(target, to_append)
    raise RuntimeError(f"Attempted to concatenate unsupported object {type(target)}.")


def _append_sparse(target, to_append) -> SparseTensorValue:
    shape, more = target.dense_shape, to_append.dense_shape
    start = f"Unable to concatenate {target} and {to_append}. The inner dense shapes do not "
    if len(shape) != len(more):
        raise RuntimeError(f"{start}have the same number of dimensions ({shape} vs {more})")
    if tuple(shape[1:]) != tuple(more[1:]):
        raise RuntimeError(f"{start}match inner dimensions ({shape[1:]} vs {more[1:]})")
    # As in TensorFlow: as many rows as the last entry needs, and the indices that were appended now count from the first.
    to_append.indices[:, 0] += shape[0]
    rows = max([shape[0], *to_append.indices[:, 0]]) + 1
    indices = np.append(target.indices, to_append.indices, axis=0)
    return SparseTensorValue(indices, np.concatenate((target.values, to_append.values)), (rows, *shape[1:]))


def _append_ragged(target, to_append) -> RaggedTensorValue:
    if target.shape[1:] != to_append.shape[1:] or len(target.shape) != len(to_append.shape):
        raise RuntimeError(f"Unable to concatenate {target} and {to_append}")
    splits = np.append(target.row_splits, to_append.row_splits[1:] + target.row_splits[-1])
    if isinstance(target.values, RaggedTensorValue):
        return RaggedTensorValue(_append_ragged(target.values, to_append.values), splits)
    return RaggedTensorValue(np.concatenate((target.values, to_append.values)), splits)
