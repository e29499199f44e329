"""Queue ops, and the Python classes in front of them: `tf.FIFOQueue` and its kin of TF 1.15."""

from __future__ import annotations

import functools
import hashlib

import numpy as np

from tinytf import dtypes as _dtypes
from tinytf import errors
from tinytf.graph.build import make
from tinytf.graph.constant_value import constant_value
from tinytf.graph.convert import convert_to_tensor
from tinytf.graph.default_graph import name_scope
from tinytf.graph.op_entry import NOT_DIFFERENTIABLE, op
from tinytf.graph.op_summary import type_name
from tinytf.graph.shape_rules import no_outputs, same_as_input, scalar, unknown
from tinytf.ops.queues import queues
from tinytf.ops.queues.shared import require_same_queue
from tinytf.ops.random.random_seed import get_seed
from tinytf.shapes import Dimension, TensorShape

# The ops ------------------------------------------------------------------------------------------


def _queue_kernel(kind, build):
    """A stateful kernel that makes the queue once a session, or finds it by its shared name."""

    def stateful_kernel(op, resources):
        name = (op.attr("shared_name") or op.name.encode()).decode()
        key = (op.attr("container"), name)
        queue = resources.get(key)
        if queue is None:
            np_types = [np.dtype(t.as_numpy_dtype) for t in op.attr("component_types")]
            shapes = [s._dims for s in op.attr("shapes")]
            queue = resources[key] = build(op, kind, f"_0_{name}" if not op.attr("shared_name") else name, np_types, shapes, op.attr("capacity"))
            queue.maker = op
        require_same_queue(queue.maker, op)
        return lambda: queue

    return stateful_kernel


def _plain(cls):
    return lambda op, kind, name, np_types, shapes, capacity: cls(kind, name, np_types, shapes, capacity)


def _random_shuffle(op, kind, name, np_types, shapes, capacity):
    seeds, left = (op.attr("seed"), op.attr("seed2")), op.attr("min_after_dequeue")
    if left < 0:
        raise errors.InvalidArgumentError(op.node_def, op, f"min_after_dequeue {left} must be >= 0")
    if 0 <= capacity <= left:
        raise errors.InvalidArgumentError(op.node_def, op, f"min_after_dequeue {left} must be < capacity {capacity}")
    return queues.RandomShuffleQueue(kind, name, np_types, shapes, capacity, left, seeds)


def _priority(op, kind, name, np_types, shapes, capacity):
    return queues.PriorityQueue(kind, name, [np.dtype(np.int64), *np_types], [(), *shapes] if shapes else [], capacity)


op("FIFOQueueV2() -> (handle: resource); component_types: list(type) >= 1; shapes: list(shape) >= 0 = []; capacity: int = -1; container: string = ''; shared_name: string = ''; is_stateful",
   shape=scalar, stateful_kernel=_queue_kernel("FIFOQueue", _plain(queues.Queue)), gradient=NOT_DIFFERENTIABLE)  # fmt: skip
op("PaddingFIFOQueueV2() -> (handle: resource); component_types: list(type) >= 1; shapes: list(shape) >= 0 = []; capacity: int = -1; container: string = ''; shared_name: string = ''; is_stateful",
   shape=scalar, stateful_kernel=_queue_kernel("PaddingFIFOQueue", _plain(queues.PaddingQueue)), gradient=NOT_DIFFERENTIABLE)  # fmt: skip
op("RandomShuffleQueueV2() -> (handle: resource); component_types: list(type) >= 1; shapes: list(shape) >= 0 = []; capacity: int = -1; min_after_dequeue: int = 0; seed: int = 0; seed2: int = 0; container: string = ''; shared_name: string = ''; is_stateful",
   shape=scalar, stateful_kernel=_queue_kernel("RandomShuffleQueue", _random_shuffle), gradient=NOT_DIFFERENTIABLE)  # fmt: skip
op("PriorityQueueV2() -> (handle: resource); component_types: list(type) >= 0 = []; shapes: list(shape) >= 0; capacity: int = -1; container: string = ''; shared_name: string = ''; is_stateful",
   shape=scalar, stateful_kernel=_queue_kernel("PriorityQueue", _priority), gradient=NOT_DIFFERENTIABLE)  # fmt: skip


def _arrays(components):
    # The queue outlives the step: it must not share memory with a variable or the user's arrays.
    return tuple([np.array(c) for c in components])


def _types_check(op):
    """A function that raises InvalidArgumentError where the op means a queue of other components than the one it gets."""
    takes = "Tcomponents" in op.attrs
    given = [np.dtype(t.as_numpy_dtype) for t in op.attr("Tcomponents" if takes else "component_types")]

    def check(queue):
        if given != queue.np_types:
            have, expected = (", ".join(type_name(_dtypes.as_dtype(t)) for t in types) for types in (given, queue.np_types))
            form = "resource, %s->" if takes else "resource->%s"
            raise errors.InvalidArgumentError(op.node_def, op, f"Signature mismatch, have: {form % have} expected: {form % expected}")

    return check


def _enqueue_kernel(op):
    check_types = _types_check(op)

    def enqueue(queue, *components):
        check_types(queue)
        queue.check(components)
        queue.enqueue([_arrays(components)])

    return enqueue


def _enqueue_many_kernel(op):
    check_types = _types_check(op)

    def enqueue_many(queue, *components):
        check_types(queue)
        queue.check_many(components)
        queue.enqueue([_arrays(element) for element in zip(*[_rows(c) for c in components])])

    return enqueue_many


def _rows(array):
    """The slices along the first dimension, strings as arrays."""
    return [array[i : i + 1].reshape(array.shape[1:]) for i in range(array.shape[0])]


def _results(op, components):
    return components[0] if len(op.outputs) == 1 else components


def _dequeue_kernel(op):
    check_types = _types_check(op)

    def dequeue(queue):
        check_types(queue)
        return _results(op, queue.dequeue(1)[0])

    return dequeue


def _batch_size(op, queue, n) -> int:
    n = n.flat[0]  # a vector of one, as TensorFlow reads it
    if n < 0:
        raise errors.InvalidArgumentError(op.node_def, op, f"{op.type[len('Queue') : -len('V2')]}Op requested {n} < 0 elements")
    if not queue.shapes:
        raise errors.InvalidArgumentError(
            op.node_def, op, f"{queue.kind}'s DequeueMany and DequeueUpTo require the components to have specified shapes."
        )
    return int(n)


def _dequeue_batch_kernel(allow_fewer):
    def kernel(op):
        check_types = _types_check(op)

        def dequeue_batch(queue, n):
            check_types(queue)
            return _results(op, queue.batch(queue.dequeue(_batch_size(op, queue, n), allow_fewer=allow_fewer)))

        return dequeue_batch

    return kernel


def _dequeue_many_shape(op):
    n = constant_value(op.inputs[1])
    if n is not None and n.flat[0] < 0:
        raise ValueError(f"Input 'n' must be >= 0, but is {n.flat[0]}")
    return unknown(op)


def _close_kernel(op):
    cancel = op.attr("cancel_pending_enqueues")
    return lambda queue: queue.close(cancel)


op("QueueEnqueueV2(handle: resource, components: Tcomponents) -> (); Tcomponents: list(type) >= 1; timeout_ms: int = -1; is_stateful",
   shape=no_outputs, kernel=_enqueue_kernel, gradient=NOT_DIFFERENTIABLE)  # fmt: skip
op("QueueEnqueueManyV2(handle: resource, components: Tcomponents) -> (); Tcomponents: list(type) >= 1; timeout_ms: int = -1; is_stateful",
   shape=no_outputs, kernel=_enqueue_many_kernel, gradient=NOT_DIFFERENTIABLE)  # fmt: skip
op("QueueDequeueV2(handle: resource) -> (components: component_types); component_types: list(type) >= 1; timeout_ms: int = -1; is_stateful",
   shape=unknown, kernel=_dequeue_kernel, gradient=NOT_DIFFERENTIABLE)  # fmt: skip
op("QueueDequeueManyV2(handle: resource, n: int32) -> (components: component_types); component_types: list(type) >= 1; timeout_ms: int = -1; is_stateful",
   shape=_dequeue_many_shape, kernel=_dequeue_batch_kernel(allow_fewer=False), gradient=NOT_DIFFERENTIABLE)  # fmt: skip
op("QueueDequeueUpToV2(handle: resource, n: int32) -> (components: component_types); component_types: list(type) >= 1; timeout_ms: int = -1; is_stateful",
   shape=unknown, kernel=_dequeue_batch_kernel(allow_fewer=True), gradient=NOT_DIFFERENTIABLE)  # fmt: skip
op("QueueCloseV2(handle: resource) -> (); cancel_pending_enqueues: bool = false; is_stateful",
   shape=no_outputs, kernel=_close_kernel, gradient=NOT_DIFFERENTIABLE)  # fmt: skip
op("QueueIsClosedV2(handle: resource) -> (is_closed: bool); is_stateful",
   shape=scalar, kernel=lambda op: lambda queue: np.bool_(queue.closed), gradient=NOT_DIFFERENTIABLE)  # fmt: skip
op("QueueSizeV2(handle: resource) -> (size: int32); is_stateful",
   shape=same_as_input, kernel=lambda op: lambda queue: np.int32(queue.size()), gradient=NOT_DIFFERENTIABLE)  # fmt: skip


# The classes --------------------------------------------------------------------------------------


class QueueBase:
    """A queue of tuples of tensors that lives in the session.  Follows `tf.QueueBase` of TF 1.15.

    Args:
      dtypes: the dtype of each component.
      shapes: the static shape of each component, or None where they are not constrained.
      names: names of the components: elements are then dicts.
      queue_ref: the handle, a resource tensor.
    """

    def __init__(self, dtypes, shapes, names, queue_ref):
        for what, given in (("shapes", shapes), ("names", names)):
            if given is not None and len(given) != len(dtypes):
                raise ValueError(f"Queue {what} must have the same length as dtypes")
        self._dtypes = dtypes
        self._shapes = [TensorShape(s) for s in shapes] if shapes is not None else [TensorShape(None)] * len(dtypes)
        self._names = names
        self._queue_ref = queue_ref
        self._name = queue_ref.op.name.split("/")[-1]

    @staticmethod
    def from_list(index, queues):
        """The queue at position `index`, a tensor, of queues of the same components."""
        from tinytf.ops.array import concat_split, gather_scatter

        if not queues or not isinstance(queues, list) or not all(isinstance(q, QueueBase) for q in queues):
            raise TypeError("A list of queues expected")
        first = queues[0]
        if any(q.dtypes != first.dtypes for q in queues):
            raise TypeError("Queues do not have matching component dtypes.")
        if any(q.names != first.names for q in queues):
            raise TypeError("Queues do not have matching component names.")
        shapes = [functools.reduce(_common_shape, several) for several in zip(*[q.shapes for q in queues])]
        handles = concat_split.stack([q.queue_ref for q in queues])
        return QueueBase(dtypes=first.dtypes, shapes=shapes, names=first.names, queue_ref=gather_scatter.gather(handles, index))

    @property
    def queue_ref(self):
        """The handle."""
        return self._queue_ref

    @property
    def name(self) -> str:
        """The name of the queue's op."""
        return self._queue_ref.op.name

    @property
    def dtypes(self) -> list:
        """The dtype of each component."""
        return self._dtypes

    @property
    def shapes(self) -> list:
        """The static shape of each component."""
        return self._shapes

    @property
    def names(self):
        """The names of the components, or None."""
        return self._names

    def _components(self, vals) -> list:
        if isinstance(vals, dict):
            if not self._names:
                raise ValueError("Queue must have names to enqueue a dictionary")
            if sorted(self._names, key=str) != sorted(vals, key=str):
                raise ValueError(f"Keys in dictionary to enqueue do not match names of Queue.  Dictionary: ({sorted(vals)}), Queue: ({sorted(self._names)})")
            vals = [vals[k] for k in self._names]
        else:
            if self._names:
                raise ValueError("You must enqueue a dictionary in a Queue with names")
            if not isinstance(vals, (list, tuple)):
                vals = [vals]
        return [convert_to_tensor(v, dtype=t, name=f"component_{i}") for i, (v, t) in enumerate(zip(vals, self._dtypes))]

    def enqueue(self, vals, name=None):
        """The operation that adds one element, waiting for room."""
        with name_scope(name, f"{self._name}_enqueue", _values(vals)) as scope:
            tensors = self._components(vals)
            for tensor, shape in zip(tensors, self._shapes):
                tensor.shape.assert_is_compatible_with(shape)
            return make("QueueEnqueueV2", self._queue_ref, tensors, name=scope)

    def enqueue_many(self, vals, name=None):
        """The operation that adds one element for each slice along the first dimension."""
        with name_scope(name, f"{self._name}_EnqueueMany", _values(vals)) as scope:
            tensors = self._components(vals)
            size = tensors[0].shape.with_rank_at_least(1)[0]
            for tensor, shape in zip(tensors, self._shapes):
                size = size.merge_with(tensor.shape.with_rank_at_least(1)[0])
                tensor.shape[1:].assert_is_compatible_with(shape)
            return make("QueueEnqueueManyV2", self._queue_ref, tensors, name=scope)

    def _element(self, tensors):
        if self._names:
            return dict(zip(self._names, tensors))
        return tensors[0] if len(tensors) == 1 else tensors

    def dequeue(self, name=None):
        """The tensors of the next element (one tensor, a list, or a dict where the components have names)."""
        tensors = make("QueueDequeueV2", self._queue_ref, component_types=self._dtypes, name=name or f"{self._name}_Dequeue")
        for tensor, shape in zip(tensors, self._shapes):
            tensor.set_shape(shape)
        return self._element(tensors)

    def dequeue_many(self, n, name=None):
        """The tensors of the next `n` elements, stacked; fewer left in a closed queue is an OutOfRangeError."""
        tensors = make("QueueDequeueManyV2", self._queue_ref, n, component_types=self._dtypes, name=name or f"{self._name}_DequeueMany")
        size = constant_value(tensors[0].op.inputs[1])
        for tensor, shape in zip(tensors, self._shapes):
            tensor.set_shape(TensorShape([None if size is None else size.flat[0]]).concatenate(shape))
        return self._element(tensors)

    def dequeue_up_to(self, n, name=None):
        """As dequeue_many, but what is left in a closed queue is given out though it is fewer."""
        tensors = make("QueueDequeueUpToV2", self._queue_ref, n, component_types=self._dtypes, name=name or f"{self._name}_DequeueUpTo")
        for tensor, shape in zip(tensors, self._shapes):
            tensor.set_shape(TensorShape([None]).concatenate(shape))
        return self._element(tensors)

    def close(self, cancel_pending_enqueues=False, name=None):
        """The operation that closes the queue."""
        return make("QueueCloseV2", self._queue_ref, cancel_pending_enqueues=cancel_pending_enqueues, name=name or f"{self._name}_Close")

    def is_closed(self, name=None):
        """Whether the queue is closed, a bool scalar."""
        return make("QueueIsClosedV2", self._queue_ref, name=name or f"{self._name}_Is_Closed")

    def size(self, name=None):
        """The number of elements, an int32 scalar."""
        return make("QueueSizeV2", self._queue_ref, name=name or f"{self._name}_Size")


def _common_shape(a, b) -> TensorShape:
    """The shape that both are, as far as they agree."""
    return a.most_specific_compatible_shape(b) if a.ndims == b.ndims else TensorShape(None)


def _values(vals) -> list:
    if isinstance(vals, dict):
        return list(vals.values())
    return list(vals) if isinstance(vals, (list, tuple)) else [vals]


def _type_list(dtypes) -> list:
    return [_dtypes.as_dtype(t) for t in dtypes] if isinstance(dtypes, (list, tuple)) else [_dtypes.as_dtype(dtypes)]


def _shape_list(shapes, types, unknown_dim_allowed=False):
    if shapes is None:
        return None
    if isinstance(shapes, TensorShape):
        shapes = [shapes]
    if not isinstance(shapes, (tuple, list)):
        raise TypeError("shapes must be a TensorShape or a list or tuple of TensorShapes.")
    if unknown_dim_allowed and (not shapes or any(s is None or isinstance(s, int) for s in shapes)):
        raise ValueError("When providing partial shapes, a list of shapes must be provided.")
    if all(s is None or isinstance(s, (int, Dimension)) for s in shapes):
        shapes = [shapes]  # the shape of a single component
    result = [TensorShape(s) for s in shapes]
    if unknown_dim_allowed and any(s.ndims is None for s in result):
        raise ValueError(f"All shapes must have a defined rank: {result}")
    if not unknown_dim_allowed and not all(s.is_fully_defined() for s in result):
        raise ValueError(f"All shapes must be fully defined: {result}")
    return result


def _name_list(names, types):
    if names is None:
        return None
    names = [names] if not isinstance(names, (list, tuple)) else list(names)
    if len(names) != len(types):
        raise ValueError("List of names must have the same length as the list of dtypes")
    return names


class FIFOQueue(QueueBase):
    """First in, first out.  Follows `tf.FIFOQueue` of TF 1.15."""

    def __init__(self, capacity, dtypes, shapes=None, names=None, shared_name=None, name="fifo_queue"):
        types = _type_list(dtypes)
        shapes, names = _shape_list(shapes, types), _name_list(names, types)
        handle = make("FIFOQueueV2", component_types=types, shapes=shapes or [], capacity=capacity, shared_name=shared_name or "", name=name)
        super().__init__(types, shapes, names, handle)


class PaddingFIFOQueue(QueueBase):
    """A FIFO queue that pads the elements of a batch to one size.  Follows `tf.PaddingFIFOQueue` of TF 1.15."""

    def __init__(self, capacity, dtypes, shapes, names=None, shared_name=None, name="padding_fifo_queue"):
        types = _type_list(dtypes)
        shapes, names = _shape_list(shapes, types, unknown_dim_allowed=True), _name_list(names, types)
        if shapes is None or len(types) != len(shapes):
            raise ValueError(
                "When providing partial shapes, a list of shapes must be provided."
                if shapes is None
                else f"Shapes must be provided for all components, but received {len(types)} dtypes and {len(shapes)} shapes."
            )
        handle = make("PaddingFIFOQueueV2", component_types=types, shapes=shapes, capacity=capacity, shared_name=shared_name or "", name=name)
        super().__init__(types, shapes, names, handle)


class RandomShuffleQueue(QueueBase):
    """Gives elements out at random, keeping `min_after_dequeue` behind.  Follows `tf.RandomShuffleQueue` of TF 1.15."""

    def __init__(self, capacity, min_after_dequeue, dtypes, shapes=None, names=None, seed=None, shared_name=None, name="random_shuffle_queue"):
        types = _type_list(dtypes)
        shapes, names = _shape_list(shapes, types), _name_list(names, types)
        seed1, seed2 = get_seed(seed)
        if seed1 is None and seed2 is None:
            seed1, seed2 = 0, 0
        elif seed is None and shared_name is not None:
            seed2 = int(hashlib.md5((str(seed1) + shared_name).encode()).hexdigest()[:8], 16) & 0x7FFFFFFF
        handle = make(
            "RandomShuffleQueueV2", component_types=types, shapes=shapes or [], capacity=capacity, min_after_dequeue=min_after_dequeue,
            seed=seed1, seed2=seed2, shared_name=shared_name or "", name=name,
        )  # fmt: skip
        super().__init__(types, shapes, names, handle)


class PriorityQueue(QueueBase):
    """Gives out the element of lowest priority number first.  Follows `tf.PriorityQueue` of TF 1.15."""

    def __init__(self, capacity, types, shapes=None, names=None, shared_name=None, name="priority_queue"):
        types = _type_list(types)
        shapes = _shape_list(shapes, types)
        handle = make("PriorityQueueV2", component_types=types, shapes=shapes or [], capacity=capacity, shared_name=shared_name or "", name=name)
        names = ["priority", *_name_list(names, types)] if names else None
        super().__init__([_dtypes.int64, *types], [TensorShape([]), *shapes] if shapes else None, names, handle)


__all__ = ["QueueBase", "FIFOQueue", "PaddingFIFOQueue", "RandomShuffleQueue", "PriorityQueue"]
