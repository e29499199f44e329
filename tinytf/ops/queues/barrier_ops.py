"""`Barrier` of tensorflow.python.ops.data_flow_ops: elements put together from components that come one by one."""

from __future__ import annotations

import numpy as np

from tinytf import generated_ops
from tinytf.graph.build import make
from tinytf.graph.constant_value import constant_value
from tinytf.graph.op_entry import NOT_DIFFERENTIABLE, op
from tinytf.graph.shape_rules import merge_dims, no_outputs, scalar, unknown, with_rank, with_rank_at_least
from tinytf.ops.queues.barriers import Barrier as _State
from tinytf.ops.queues.queue_ops import _shape_list, _type_list
from tinytf.ops.queues.shared import require_same_barrier
from tinytf.shapes import Dimension, TensorShape


def _kernel(op, resources):
    name = (op.attr("shared_name") or op.name.encode()).decode()
    key = (op.attr("container"), name)
    if key not in resources:
        np_types = [np.dtype(t.as_numpy_dtype) for t in op.attr("component_types")]
        resources[key] = _State(name if op.attr("shared_name") else "_0_" + name, np_types, [s._dims for s in op.attr("shapes")])
        resources[key].maker = op
    barrier = resources[key]
    require_same_barrier(barrier.maker, op)
    return lambda: barrier


def _insert_kernel(op):
    component = op.attr("component_index")
    return lambda barrier, keys, values: barrier.insert(component, keys.tolist(), values)


def _insert_shape(op):
    keys, values = with_rank(op.inputs[1].dims, 1), with_rank_at_least(op.inputs[2].dims, 1)
    merge_dims(keys, (None,) if values is None else values[:1])
    return []


def _take_kernel(op):
    allow_small_batch = op.attr("allow_small_batch")
    return lambda barrier, count: barrier.take(int(count), allow_small_batch)


op("Barrier() -> (handle: Ref(string)); component_types: list(type) >= 1; shapes: list(shape) >= 0 = []; capacity: int = -1; "
   "container: string = ''; shared_name: string = ''; is_stateful",
   shape=lambda op: [(2,)], stateful_kernel=_kernel, gradient=NOT_DIFFERENTIABLE)  # fmt: skip
op("BarrierInsertMany(handle: Ref(string), keys: string, values: T) -> (); T: type; component_index: int",
   shape=_insert_shape, kernel=_insert_kernel, gradient=NOT_DIFFERENTIABLE)  # fmt: skip
op("BarrierTakeMany(handle: Ref(string), num_elements: int32) -> (indices: int64, keys: string, values: component_types); "
   "component_types: list(type) >= 1; allow_small_batch: bool = false; wait_for_incomplete: bool = false; timeout_ms: int = -1",
   shape=unknown, kernel=_take_kernel, gradient=NOT_DIFFERENTIABLE)  # fmt: skip
op("BarrierClose(handle: Ref(string)) -> (); cancel_pending_enqueues: bool = false", shape=no_outputs,
   kernel=lambda op: lambda barrier: barrier.close(op.attr("cancel_pending_enqueues")), gradient=NOT_DIFFERENTIABLE)  # fmt: skip
op("BarrierReadySize(handle: Ref(string)) -> (size: int32)", shape=scalar,
   kernel=lambda op: lambda barrier: np.int32(len(barrier.ready)), gradient=NOT_DIFFERENTIABLE)  # fmt: skip
op("BarrierIncompleteSize(handle: Ref(string)) -> (size: int32)", shape=scalar,
   kernel=lambda op: lambda barrier: np.int32(len(barrier.incomplete)), gradient=NOT_DIFFERENTIABLE)  # fmt: skip


class Barrier:
    """Elements by key, whose components are inserted one by one.  Follows `data_flow_ops.Barrier` of TF 1.15."""

    def __init__(self, types, shapes=None, shared_name=None, name="barrier"):
        self._types = _type_list(types)
        if shapes is not None:
            shapes = _shape_list(shapes, self._types)
            for i, shape in enumerate(shapes):
                if shape.num_elements() == 0:
                    raise ValueError("Empty tensors are not supported, but received shape '%s' at index %d" % (shape, i))
        self._shapes = shapes if shapes is not None else [TensorShape(None)] * len(self._types)
        self._barrier_ref = make("Barrier", component_types=self._types, shapes=shapes or [], shared_name=shared_name, name=name)
        self._name = self._barrier_ref.op.name.split("/")[-1]

    @property
    def barrier_ref(self):
        """The handle."""
        return self._barrier_ref

    @property
    def name(self) -> str:
        """The name of the barrier's op."""
        return self._barrier_ref.op.name

    def insert_many(self, component_index, keys, values, name=None):
        """The operation that gives the elements of `keys` a component."""
        name = name or "%s_BarrierInsertMany" % self._name
        return make("BarrierInsertMany", self._barrier_ref, keys, values, component_index=component_index, name=name)

    def take_many(self, num_elements, allow_small_batch=False, timeout=None, name=None):
        """(numbers, keys, list of components) of so many complete elements; fewer from a closed barrier if that is allowed."""
        taken = generated_ops.barrier_take_many(
            self._barrier_ref, num_elements, self._types, allow_small_batch, timeout_ms=timeout, name=name or "%s_BarrierTakeMany" % self._name
        )
        op = taken[0].op
        rows = Dimension(None if allow_small_batch else constant_value(op.inputs[1]))
        for tensor, shape in zip(op.outputs, [TensorShape([]), TensorShape([]), *self._shapes]):
            tensor.set_shape(TensorShape([rows]).concatenate(shape))
        return taken

    def close(self, cancel_pending_enqueues=False, name=None):
        """The operation that lets no new keys in."""
        name = name or "%s_BarrierClose" % self._name
        return make("BarrierClose", self._barrier_ref, cancel_pending_enqueues=cancel_pending_enqueues, name=name)

    def ready_size(self, name=None):
        """How many elements are complete."""
        return make("BarrierReadySize", self._barrier_ref, name=name or "%s_BarrierReadySize" % self._name)

    def incomplete_size(self, name=None):
        """How many are not."""
        return make("BarrierIncompleteSize", self._barrier_ref, name=name or "%s_BarrierIncompleteSize" % self._name)
