"""SparseTensors kept under int64 handles, so that a queue can hold them: what `tf.train.batch` uses.

A map belongs to a session and is found by its `shared_name`; a handle is good for one Take.
"""

from __future__ import annotations

import itertools
import threading

import numpy as np

from tinytf import errors
from tinytf.graph.build import make, make_op
from tinytf.graph.default_graph import colocate_with
from tinytf.graph.op_entry import NOT_DIFFERENTIABLE, op
from tinytf.graph.shape_rules import scalar
from tinytf.graph.sparse_tensor import SparseTensor
from tinytf.ops.array.shape_ops import show
from tinytf.shapes import TensorShape


class _SparseMap:
    """handle -> (indices, values, dense shape)."""

    def __init__(self):
        self._held: dict = {}
        self._handles = itertools.count()
        self._lock = threading.Lock()

    def add(self, indices, values, shape) -> np.int64:
        with self._lock:
            handle = next(self._handles)
            self._held[handle] = indices, values, shape
        return np.int64(handle)

    def take(self, handle: int):
        with self._lock:
            return self._held.pop(handle, None)


def _map_of(op_, resources) -> _SparseMap:
    key = op_.attr("container"), (op_.attr("shared_name") or op_.name.encode()).decode(), "SparseTensorsMap"
    if key not in resources:
        resources[key] = _SparseMap()
    return resources[key]


def _check(op_, indices, values, shape) -> None:
    for what, array, rank in (("indices", indices, 2), ("values", values, 1), ("shape", shape, 1)):
        if array.ndim != rank:
            kind = "matrix" if rank == 2 else "vector"
            raise errors.InvalidArgumentError(
                op_.node_def, op_, f"Input {what} should be a {kind} but received shape {show(array.shape)}"
            )
    if len(indices) != len(values):
        raise errors.InvalidArgumentError(
            op_.node_def, op_, f"Number of values must match first dimension of indices. Got {len(values)} values, indices shape: "
            f"{show(indices.shape)}",
        )  # fmt: skip
    if indices.shape[1] != len(shape):
        raise errors.InvalidArgumentError(
            op_.node_def, op_, "Number of dimensions must match second dimension of indices. "
            f"Got {len(shape)} dimensions, indices shape: {show(indices.shape)}",
        )  # fmt: skip


def _add_kernel(op_, resources):
    held = _map_of(op_, resources)

    def add(indices, values, shape):
        _check(op_, indices, values, shape)
        return held.add(indices.copy(), values.copy(), shape.copy())

    return add


def _add_many_kernel(op_, resources):
    held = _map_of(op_, resources)

    def add_many(indices, values, shape):
        _check(op_, indices, values, shape)
        if len(shape) < 2:
            raise errors.InvalidArgumentError(
                op_.node_def, op_, f"Rank of input SparseTensor should be > 1, but saw rank: {len(shape)}"
            )
        rows = indices[:, 0]
        if rows.size and (np.any(np.diff(rows) < 0) or rows[0] < 0 or rows[-1] >= shape[0]):
            raise errors.InvalidArgumentError(op_.node_def, op_, f"indices of the batch are out of order or outside of [0, {shape[0]})")
        bounds = np.searchsorted(rows, np.arange(shape[0] + 1))
        handles = [held.add(indices[a:b, 1:].copy(), values[a:b].copy(), shape[1:].copy()) for a, b in zip(bounds, bounds[1:])]
        return np.array(handles, np.int64)

    return add_many


def _take_kernel(op_, resources):
    held = _map_of(op_, resources)
    dtype = op_.attr("dtype").as_numpy_dtype

    def take_many(handles):
        if handles.ndim != 1:
            raise errors.InvalidArgumentError(
                op_.node_def, op_, f"sparse_handles should be a vector but received shape {show(handles.shape)}"
            )
        parts = []
        for handle in handles.tolist():
            found = held.take(handle)
            if found is None:
                raise errors.InvalidArgumentError(op_.node_def, op_, f"Unable to find SparseTensor: {handle} in map")
            if parts and len(found[2]) != len(parts[0][2]):
                raise errors.InvalidArgumentError(
                    op_.node_def, op_, f"Inconsistent rank across SparseTensors: {len(parts[0][2])} and {len(found[2])}"
                )
            parts.append(found)
        if not parts:
            return np.zeros((0, 0), np.int64), np.zeros(0, dtype), np.zeros(1, np.int64)
        counts = [len(values) for _, values, _ in parts]
        rows = np.repeat(np.arange(len(parts), dtype=np.int64), counts)[:, None]
        indices = np.concatenate([rows, np.concatenate([i for i, _, _ in parts])], axis=1)
        shape = np.concatenate([[len(parts)], np.max([s for _, _, s in parts], axis=0)]).astype(np.int64)
        return indices, np.concatenate([v for _, v, _ in parts]), shape

    return take_many


_INPUT = "sparse_indices: int64, sparse_values: T, sparse_shape: int64"
_NAMES = "container: string = ''; shared_name: string = ''; is_stateful"

op(f"AddSparseToTensorsMap({_INPUT}) -> (sparse_handle: int64); T: type; {_NAMES}",
   shape=scalar, stateful_kernel=_add_kernel, gradient=NOT_DIFFERENTIABLE)  # fmt: skip
op(f"AddManySparseToTensorsMap({_INPUT}) -> (sparse_handles: int64); T: type; {_NAMES}",
   shape=lambda op_: [(None,)], stateful_kernel=_add_many_kernel, gradient=NOT_DIFFERENTIABLE)  # fmt: skip
op("TakeManySparseFromTensorsMap(sparse_handles: int64) -> (sparse_indices: int64, sparse_values: dtype, sparse_shape: int64); "
   f"dtype: type; {_NAMES}",
   shape=lambda op_: [(None, None), (None,), (None,)], stateful_kernel=_take_kernel, gradient=NOT_DIFFERENTIABLE)  # fmt: skip


def store_sparse(tensor: SparseTensor, container=None, shared_name=None, name=None):
    """The handle under which a SparseTensor is kept from now on.  Follows `sparse_ops._add_sparse_to_tensors_map` of TF 1.15."""
    return make(
        "AddSparseToTensorsMap", tensor.indices, tensor.values, tensor.dense_shape,
        container=container or "", shared_name=shared_name or "", name=name,
    )  # fmt: skip


def store_many_sparse(tensor: SparseTensor, container=None, shared_name=None, name=None):
    """A handle for each row.  Follows `sparse_ops._add_many_sparse_to_tensors_map` of TF 1.15."""
    return make(
        "AddManySparseToTensorsMap", tensor.indices, tensor.values, tensor.dense_shape,
        container=container or "", shared_name=shared_name or "", name=name,
    )  # fmt: skip


def take_many_sparse(storing_op, handles, rank=None, name=None) -> SparseTensor:
    """The SparseTensors of some handles, one above the other; `storing_op` is an op that kept them.

    Follows `sparse_ops._take_many_sparse_from_tensors_map` of TF 1.15.
    """
    shared_name = storing_op.get_attr("shared_name").decode() or storing_op.name
    with colocate_with(storing_op):
        taken = make_op(
            "TakeManySparseFromTensorsMap", handles, dtype=storing_op.get_attr("T"),
            container=storing_op.get_attr("container").decode(), shared_name=shared_name, name=name,
        )  # fmt: skip
    indices, values, shape = taken.outputs
    indices.set_shape([None, rank])
    shape.set_shape(TensorShape([rank]))
    return SparseTensor(indices, values, shape)
