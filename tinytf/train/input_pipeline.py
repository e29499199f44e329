"""Queue-based input: producers that fill a queue, and batches taken from one.

Each function adds a queue, the ops that fill it and a QueueRunner to the graph's collection;
`tf.train.start_queue_runners` starts the threads.  Follows `tf.train.string_input_producer`,
`tf.train.batch` and their kin of TF 1.15.
"""

from __future__ import annotations

from tinytf import dtypes, nest
from tinytf.graph.convert import convert_n_to_tensor_or_indexed_slices, convert_to_tensor, convert_to_tensor_or_indexed_slices
from tinytf.graph.default_graph import control_dependencies, name_scope
from tinytf.graph.graph import GraphKeys
from tinytf.graph.sparse_tensor import SparseTensor
from tinytf.graph.tensor import Tensor
from tinytf.ops.array import array_ops
from tinytf.ops.control_flow import cond, control_flow_ops
from tinytf.ops.files import parsing_ops, summary_ops
from tinytf.ops.math import math_ops
from tinytf.ops.queues.queue_ops import FIFOQueue, PaddingFIFOQueue, RandomShuffleQueue
from tinytf.ops.random import random_ops
from tinytf.ops.state.variables import Variable as VariableV1
from tinytf.train import sparse_batches
from tinytf.train.queue_runner import QueueRunner, add_queue_runner

_NOTHING = "string_input_producer requires a non-null input tensor"


def _local_variable(initial_value, name, **kwargs):
    return VariableV1(initial_value, name=name, trainable=False, collections=[GraphKeys.LOCAL_VARIABLES], **kwargs)


def match_filenames_once(pattern, name=None):
    """A local variable with the names of the files that match `pattern` when it is initialised."""
    with name_scope(name, "matching_filenames", [pattern]) as scope:
        return _local_variable(parsing_ops.matching_files(pattern), scope, validate_shape=False)


def limit_epochs(tensor, num_epochs=None, name=None):
    """`tensor`, which may be evaluated `num_epochs` times before it raises OutOfRangeError."""
    if num_epochs is None:
        return tensor
    if num_epochs <= 0:
        raise ValueError(f"num_epochs must be > 0 not {num_epochs}.")
    with name_scope(name, "limit_epochs", [tensor]) as scope:
        epochs = _local_variable(array_ops.constant(0, dtype=dtypes.int64), "epochs")
        with control_dependencies([epochs.count_up_to(num_epochs)]):
            return array_ops.identity(tensor, name=scope)


def input_producer(
    input_tensor, element_shape=None, num_epochs=None, shuffle=True, seed=None, capacity=32, shared_name=None,
    summary_name=None, name=None, cancel_op=None,
):  # fmt: skip
    """A queue of the rows of `input_tensor`, again and again, shuffled anew in each epoch.

    Raises ValueError where the shape of a row is not known.
    """
    with name_scope(name, "input_producer", [input_tensor]):
        input_tensor = convert_to_tensor(input_tensor, name="input_tensor")
        element_shape = input_tensor.shape[1:].merge_with(element_shape)
        if not element_shape.is_fully_defined():
            raise ValueError("Either `input_tensor` must have a fully defined shape or `element_shape` must be specified")
        if shuffle:
            input_tensor = random_ops.random_shuffle(input_tensor, seed=seed)
        input_tensor = limit_epochs(input_tensor, num_epochs)
        queue = FIFOQueue(capacity, [input_tensor.dtype.base_dtype], shapes=[element_shape], shared_name=shared_name, name=name)
        add_queue_runner(QueueRunner(queue, [queue.enqueue_many([input_tensor])], cancel_op=cancel_op))
        if summary_name is not None:
            summary_ops.scalar(summary_name, math_ops.cast(queue.size(), dtypes.float32) * (1.0 / capacity))
        return queue


def string_input_producer(string_tensor, num_epochs=None, shuffle=True, seed=None, capacity=32, shared_name=None, name=None, cancel_op=None):
    """A queue of strings, e.g. file names for a reader; an empty list raises ValueError."""
    if not isinstance(string_tensor, Tensor) and not hasattr(string_tensor, "_as_graph_element") and not string_tensor:
        raise ValueError(_NOTHING)
    with name_scope(name, "input_producer", [string_tensor]) as scope:
        string_tensor = convert_to_tensor(string_tensor, dtype=dtypes.string)
        with control_dependencies([control_flow_ops.Assert(math_ops.greater(array_ops.size(string_tensor), 0), [_NOTHING])]):
            string_tensor = array_ops.identity(string_tensor)
        return input_producer(
            string_tensor, [], num_epochs, shuffle, seed, capacity, shared_name,
            summary_name=f"fraction_of_{capacity}_full", name=scope, cancel_op=cancel_op,
        )  # fmt: skip


def range_input_producer(limit, num_epochs=None, shuffle=True, seed=None, capacity=32, shared_name=None, name=None):
    """A queue of the integers below `limit`."""
    with name_scope(name, "input_producer", [limit]) as scope:
        return input_producer(
            math_ops.range(limit), [], num_epochs, shuffle, seed, capacity, shared_name, f"fraction_of_{capacity}_full", scope
        )


def slice_input_producer(tensor_list, num_epochs=None, shuffle=True, seed=None, capacity=32, shared_name=None, name=None) -> list:
    """One row of each tensor in `tensor_list` (the same one), taken in turn or shuffled."""
    with name_scope(name, "input_producer", tensor_list):
        tensor_list = convert_n_to_tensor_or_indexed_slices(tensor_list)
        if not tensor_list:
            raise ValueError("Expected at least one tensor in slice_input_producer().")
        size = array_ops.shape(tensor_list[0])[0]
        queue = range_input_producer(size, num_epochs, shuffle, seed, capacity, shared_name)
        index = queue.dequeue()
        return [array_ops.gather(t, index) for t in tensor_list]


# Batches --------------------------------------------------------------------------------------------


def _as_list(tensors) -> list:
    return [tensors[k] for k in sorted(tensors, key=str)] if isinstance(tensors, dict) else tensors


def _as_lists(tensors_list) -> list:
    if not tensors_list:
        raise ValueError("Expected at least one set of tensors")
    if isinstance(tensors_list[0], dict) and any(set(t) != set(tensors_list[0]) for t in tensors_list[1:]):
        raise ValueError("All dictionaries in tensors_list must have the same keys")
    return [_as_list(t) for t in tensors_list]


def _as_given(given, tensors):
    """A dict of results where a dict was given."""
    if not isinstance(given, dict):
        return tensors
    tensors = [tensors] if len(given) == 1 else tensors
    return dict(zip(sorted(given, key=str), tensors))


def _checked(tensor_list, where: str) -> list:
    tensor_list = [t if isinstance(t, SparseTensor) else convert_to_tensor_or_indexed_slices(t) for t in tensor_list]
    if not tensor_list:
        raise ValueError(f"Expected at least one tensor in {where}().")
    return tensor_list


def _checked_keep(keep_input, enqueue_many):
    keep_input = convert_to_tensor(keep_input)
    rank = keep_input.shape.ndims
    if rank is None:
        raise ValueError("`keep_input` dimensions must be known at graph construction.")
    if not enqueue_many and rank == 1:
        raise ValueError("`keep_input` cannot be a vector when `enqueue_many=False`.")
    if rank > 1:
        raise ValueError("`keep_input` must be 0 or 1 dimensions.")
    return keep_input


def _element_types(lists: list) -> list:
    types = [t.dtype for t in lists[0]]
    for other in lists[1:]:
        if [t.dtype for t in other] != types:
            raise TypeError(f"Expected types to be consistent: {', '.join(t.name for t in types)} vs. {', '.join(t.dtype.name for t in other)}.")
    return types


def _element_shapes(lists: list, shapes, enqueue_many):
    if shapes is not None:
        return shapes
    result = []
    for column in zip(*lists):
        for t in column:
            if t.shape.ndims is None:
                raise ValueError(f"Cannot infer Tensor's rank: {t}")
        static = [t.shape.with_rank_at_least(1)[1:] if enqueue_many else t.shape for t in column]
        for s in static[1:]:
            static[0].merge_with(s)
        result.append(static[0].as_list())
    return result


def _fill(queue, lists: list, threads: int, enqueue_many, keep_input) -> None:
    """Adds the runner that keeps `queue` full: one op for each list of tensors, or one op in `threads` threads."""
    enqueue = queue.enqueue_many if enqueue_many else queue.enqueue
    operations = []
    for tensors in lists:
        if keep_input.shape.ndims == 1:
            which = math_ops.cast(keep_input, dtypes.int32)
            operations.append(enqueue([array_ops.dynamic_partition(t, which, num_partitions=2)[1] for t in tensors]))
        else:
            operations.append(cond.smart_cond(keep_input, lambda tensors=tensors: enqueue(tensors), control_flow_ops.no_op))
    add_queue_runner(QueueRunner(queue, operations * threads))


def _take(queue, batch_size, allow_smaller_final_batch, name):
    return (queue.dequeue_up_to if allow_smaller_final_batch else queue.dequeue_many)(batch_size, name=name)


def _batches(given, lists, scope_name, where, batch_size, keep_input, threads, capacity, enqueue_many, shapes, dynamic_pad, smaller, shared_name, name):
    with name_scope(name, scope_name, [*nest.flatten(lists), keep_input]) as scope:
        lists = [_checked(tensors, where) for tensors in lists]
        keep_input = _checked_keep(keep_input, enqueue_many)
        lists, kept = sparse_batches.store(lists, enqueue_many, keep_input)
        kind = PaddingFIFOQueue if dynamic_pad else FIFOQueue
        queue = kind(capacity, _element_types(lists), shapes=_element_shapes(lists, shapes, enqueue_many), shared_name=shared_name)
        _fill(queue, lists, threads, enqueue_many, keep_input)
        summary_ops.scalar(f"fraction_of_{capacity}_full", math_ops.cast(queue.size(), dtypes.float32) * (1.0 / capacity))
        return _as_given(given, sparse_batches.restore(_take(queue, batch_size, smaller, scope), kept))


def _shuffled(given, lists, scope_name, where, batch_size, capacity, min_after, keep_input, threads, seed, enqueue_many, shapes, smaller, shared_name, name):
    with name_scope(name, scope_name, [*nest.flatten(lists), keep_input]) as scope:
        if capacity <= min_after:
            raise ValueError(f"capacity {capacity} must be bigger than min_after_dequeue {min_after}.")
        lists = [_checked(tensors, where) for tensors in lists]
        keep_input = _checked_keep(keep_input, enqueue_many)
        lists, kept = sparse_batches.store(lists, enqueue_many, keep_input)
        queue = RandomShuffleQueue(
            capacity, min_after, _element_types(lists), shapes=_element_shapes(lists, shapes, enqueue_many), seed=seed, shared_name=shared_name
        )
        _fill(queue, lists, threads, enqueue_many, keep_input)
        full = math_ops.cast(math_ops.maximum(0, queue.size() - min_after), dtypes.float32) * (1.0 / (capacity - min_after))
        summary_ops.scalar(f"fraction_over_{min_after}_of_{capacity - min_after}_full", full)
        return _as_given(given, sparse_batches.restore(_take(queue, batch_size, smaller, scope), kept))


def maybe_batch(
    tensors, keep_input, batch_size, num_threads=1, capacity=32, enqueue_many=False, shapes=None, dynamic_pad=False,
    allow_smaller_final_batch=False, shared_name=None, name=None,
):  # fmt: skip
    """As `batch`, of the elements for which `keep_input` is true."""
    return _batches(tensors, [_as_list(tensors)], "batch", "batch", batch_size, keep_input, num_threads, capacity,
                    enqueue_many, shapes, dynamic_pad, allow_smaller_final_batch, shared_name, name)  # fmt: skip


def batch(
    tensors, batch_size, num_threads=1, capacity=32, enqueue_many=False, shapes=None, dynamic_pad=False,
    allow_smaller_final_batch=False, shared_name=None, name=None,
):  # fmt: skip
    """Batches of `batch_size` elements, each made by evaluating `tensors` (a list or dict of tensors) once.

    With `enqueue_many` the tensors hold many elements along their first dimension.
    """
    return maybe_batch(tensors, True, batch_size, num_threads, capacity, enqueue_many, shapes, dynamic_pad,
                       allow_smaller_final_batch, shared_name, name)  # fmt: skip


def maybe_batch_join(
    tensors_list, keep_input, batch_size, capacity=32, enqueue_many=False, shapes=None, dynamic_pad=False,
    allow_smaller_final_batch=False, shared_name=None, name=None,
):  # fmt: skip
    """As `batch_join`, of the elements for which `keep_input` is true."""
    return _batches(tensors_list[0] if tensors_list else tensors_list, _as_lists(tensors_list), "batch_join", "batch_join", batch_size,
                    keep_input, 1, capacity, enqueue_many, shapes, dynamic_pad, allow_smaller_final_batch, shared_name, name)  # fmt: skip


def batch_join(
    tensors_list, batch_size, capacity=32, enqueue_many=False, shapes=None, dynamic_pad=False,
    allow_smaller_final_batch=False, shared_name=None, name=None,
):  # fmt: skip
    """Batches of elements from several lists of tensors, each evaluated in a thread of its own."""
    return maybe_batch_join(tensors_list, True, batch_size, capacity, enqueue_many, shapes, dynamic_pad,
                            allow_smaller_final_batch, shared_name, name)  # fmt: skip


def maybe_shuffle_batch(
    tensors, batch_size, capacity, min_after_dequeue, keep_input, num_threads=1, seed=None, enqueue_many=False,
    shapes=None, allow_smaller_final_batch=False, shared_name=None, name=None,
):  # fmt: skip
    """As `shuffle_batch`, of the elements for which `keep_input` is true."""
    return _shuffled(tensors, [_as_list(tensors)], "shuffle_batch", "batch", batch_size, capacity, min_after_dequeue, keep_input,
                     num_threads, seed, enqueue_many, shapes, allow_smaller_final_batch, shared_name, name)  # fmt: skip


def shuffle_batch(
    tensors, batch_size, capacity, min_after_dequeue, num_threads=1, seed=None, enqueue_many=False,
    shapes=None, allow_smaller_final_batch=False, shared_name=None, name=None,
):  # fmt: skip
    """Batches of elements in random order, drawn from at least `min_after_dequeue` of them."""
    return maybe_shuffle_batch(tensors, batch_size, capacity, min_after_dequeue, True, num_threads, seed, enqueue_many,
                               shapes, allow_smaller_final_batch, shared_name, name)  # fmt: skip


def maybe_shuffle_batch_join(
    tensors_list, batch_size, capacity, min_after_dequeue, keep_input, seed=None, enqueue_many=False,
    shapes=None, allow_smaller_final_batch=False, shared_name=None, name=None,
):  # fmt: skip
    """As `shuffle_batch_join`, of the elements for which `keep_input` is true."""
    return _shuffled(tensors_list[0] if tensors_list else tensors_list, _as_lists(tensors_list), "shuffle_batch_join", "batch_join", batch_size,
                     capacity, min_after_dequeue, keep_input, 1, seed, enqueue_many, shapes, allow_smaller_final_batch, shared_name, name)  # fmt: skip


def shuffle_batch_join(
    tensors_list, batch_size, capacity, min_after_dequeue, seed=None, enqueue_many=False,
    shapes=None, allow_smaller_final_batch=False, shared_name=None, name=None,
):  # fmt: skip
    """Shuffled batches of elements from several lists of tensors, each evaluated in a thread of its own."""
    return maybe_shuffle_batch_join(tensors_list, batch_size, capacity, min_after_dequeue, True, seed, enqueue_many,
                                    shapes, allow_smaller_final_batch, shared_name, name)  # fmt: skip
