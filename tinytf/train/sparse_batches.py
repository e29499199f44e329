"""SparseTensors in `tf.train.batch` and its kin: a queue holds handles, the tensors lie in a map of the session."""

from __future__ import annotations

from typing import NamedTuple

from tinytf import dtypes
from tinytf.graph.sparse_tensor import SparseTensor
from tinytf.graph.tensor import Tensor
from tinytf.ops.array import array_ops
from tinytf.ops.array import constant as constant_op
from tinytf.ops.control_flow import control_flow_ops
from tinytf.ops.control_flow.cond import smart_cond
from tinytf.ops.math import math_ops
from tinytf.ops.sparse.sparse_maps import store_many_sparse, store_sparse, take_many_sparse
from tinytf.ops.sparse.sparse_ops import sparse_retain

_STORES = ("AddSparseToTensorsMap", "AddManySparseToTensorsMap")


class Kept(NamedTuple):
    """How one of the batched tensors is kept: `storing_op` and `rank` of a SparseTensor, None of a dense one."""

    storing_op: object
    rank: int | None


def store(lists: list, enqueue_many: bool, keep_input) -> tuple:
    """(the lists with handles for SparseTensors, what was kept of each column).  ValueError where the lists differ in kind."""
    stored, kept = [], None
    for tensors in lists:
        handles = []
        column = []
        for number, t in enumerate(tensors):
            shared = kept[number].storing_op if kept and number < len(kept) else None
            handle, what = _store_one(t, shared, enqueue_many, keep_input)
            handles.append(handle)
            column.append(what)
        if kept and any((a.storing_op is None) != (b.storing_op is None) for a, b in zip(kept, column)):
            raise ValueError("Inconsistent SparseTensors list: a tensor is sparse in one list and dense in another")
        kept = kept or column
        stored.append(handles)
    return stored, kept


def _store_one(t, shared, enqueue_many: bool, keep_input):
    if not isinstance(t, SparseTensor):
        return t, Kept(None, None)
    name = shared.name if shared is not None else None
    rank = t.dense_shape.shape.with_rank(1).dims[0].value
    rank = rank if rank is None or enqueue_many else rank + 1
    if keep_input.shape.ndims == 1:
        rows_kept = array_ops.gather(keep_input, t.indices[:, 0])
        handle = store_many_sparse(sparse_retain(t, rows_kept), shared_name=name)
    elif enqueue_many:
        handle = smart_cond(
            keep_input,
            lambda: store_many_sparse(t, shared_name=name),
            lambda: -1 * array_ops.ones(math_ops.cast(t.dense_shape[:1], dtypes.int32), dtypes.int64),
        )
        handle.set_shape([None])
    else:
        handle = smart_cond(keep_input, lambda: store_sparse(t, shared_name=name), lambda: constant_op.constant(-1, dtypes.int64))
    storing_op = next((i.op for i in handle.op.inputs if i.op.type in _STORES), handle.op)  # it may lie in a branch
    return array_ops.expand_dims(handle, [-1]), Kept(shared if shared is not None else storing_op, rank)


def restore(taken, kept: list):
    """The batch that was dequeued, handles replaced by the SparseTensors; all of it is there before any of it is used."""
    if all(k.storing_op is None for k in kept):
        return taken
    alone = isinstance(taken, Tensor)
    found = [
        t if k.storing_op is None else take_many_sparse(k.storing_op, array_ops.squeeze(t, [1]), rank=k.rank)
        for t, k in zip([taken] if alone else taken, kept)
    ]
    everything = [t.values.op if isinstance(t, SparseTensor) else t.op for t in found]

    def together(t):
        if isinstance(t, SparseTensor):
            return SparseTensor(together(t.indices), together(t.values), together(t.dense_shape))
        return control_flow_ops.with_dependencies(everything, t)

    held_back = [together(t) for t in found]
    return found[0] if alone else held_back  # one alone waits for nothing, and TensorFlow hands it out as it is
