"""Batches of elements that are alike: each goes into one of several queues, and batches are taken from each of them.

Follows tf.contrib.training.bucket and bucket_by_sequence_length of TF 1.15, node for node.
"""

from __future__ import annotations

import functools

import numpy as np

from tinytf import dtypes, errors
from tinytf.graph.constant_value import constant_value
from tinytf.graph.convert import convert_to_tensor
from tinytf.graph.default_graph import name_scope
from tinytf.ops import array_ops, cond, control_flow_ops, math_ops, summary_ops
from tinytf.ops.constant import constant
from tinytf.ops.queue_ops import FIFOQueue, PaddingFIFOQueue
from tinytf.shapes import TensorShape
from tinytf.train import input_pipeline, sparse_batches
from tinytf.train.queue_runner import QueueRunner, add_queue_runner

_ENDS = (errors.OutOfRangeError, errors.CancelledError)


def bucket(
    tensors, which_bucket, batch_size, num_buckets, num_threads=1, capacity=32, bucket_capacities=None, shapes=None,
    dynamic_pad=False, allow_smaller_final_batch=False, keep_input=True, shared_name=None, name=None,
):  # fmt: skip
    """(the bucket, its batch): the elements of `tensors`, batched with those of the same `which_bucket`.

    `batch_size` may be a list, one for each bucket.
    """
    sizes = list(batch_size) if isinstance(batch_size, (list, tuple)) else [batch_size] * num_buckets
    if len(sizes) != num_buckets:
        raise ValueError("If batch_size is a list it must have num_buckets elements")
    capacities = [capacity] * num_buckets if bucket_capacities is None else bucket_capacities
    if len(capacities) != num_buckets:
        raise ValueError(
            f"The list bucket_capacities ({bucket_capacities}) must have exactly num_buckets ({num_buckets}) elements."
        )
    values = input_pipeline._as_list(tensors)
    with name_scope(name, "bucket", values):
        values = input_pipeline._checked(values, "bucket")
        keep_input = input_pipeline._checked_keep(keep_input, False)
        (values,), kept = sparse_batches.store([values], False, keep_input)
        sizes = [_static_if_known(size) for size in sizes]
        types = input_pipeline._element_types([values])
        shapes = input_pipeline._element_shapes([values], shapes, False)
        which_bucket = convert_to_tensor(which_bucket, dtype=dtypes.int32, name="which_bucket")
        kind = PaddingFIFOQueue if dynamic_pad else FIFOQueue
        shared = [None if shared_name is None else f"{shared_name}_{i}" for i in range(num_buckets)]
        queues = [
            kind(capacities[i], types, shapes=shapes, shared_name=shared[i], name=f"bucket_queue_{i}") for i in range(num_buckets)
        ]
        static = None if allow_smaller_final_batch or len(set(sizes)) > 1 or not isinstance(sizes[-1], int) else sizes[-1]
        batch_shapes = [TensorShape([static]).concatenate(s) for s in queues[0].shapes]
        # with a smaller final batch the shapes are open, which only this kind of queue can have
        top = PaddingFIFOQueue(
            capacity, [dtypes.int32] + types, shapes=[TensorShape([])] + batch_shapes, shared_name=shared_name, name="top_queue"
        )

        def enqueue_which():
            into = [
                cond.cond(math_ops.equal(which_bucket, i), functools.partial(queue.enqueue, values), control_flow_ops.no_op)
                for i, queue in enumerate(queues)
            ]
            return control_flow_ops.group(*into, name="group_enqueues")

        fill = [cond.smart_cond(keep_input, enqueue_which, control_flow_ops.no_op)] * num_threads
        to_top = [_to_top(top, i, queue, size, allow_smaller_final_batch) for i, (queue, size) in enumerate(zip(queues, sizes))]
        add_queue_runner(
            QueueRunner(
                queues[0], to_top, close_op=top.close(), cancel_op=top.close(cancel_pending_enqueues=True),
                queue_closed_exception_types=_ENDS,
            )
        )  # fmt: skip
        close = control_flow_ops.group(*[queue.close() for queue in queues])
        cancel = control_flow_ops.group(*[queue.close(cancel_pending_enqueues=True) for queue in queues])
        add_queue_runner(QueueRunner(top, fill, close_op=close, cancel_op=cancel, queue_closed_exception_types=_ENDS))
        for queue in queues:
            summary_ops.scalar(f"bucket/{queue.name}/size", math_ops.cast(top.size(), dtypes.float32))
        full = math_ops.cast(top.size(), dtypes.float32) * (1.0 / capacity)
        summary_ops.scalar(f"bucket/{top.name}/fraction_of_{capacity}_full", full)
        number, *taken = top.dequeue(name="dequeue_top")
        taken = sparse_batches.restore(taken[0] if len(taken) == 1 else taken, kept)
        return number, input_pipeline._as_given(tensors, taken)


def _static_if_known(size):
    tensor = convert_to_tensor(size, dtype=dtypes.int32, name="batch_size")
    value = constant_value(tensor)
    return tensor if value is None else int(value)


def _to_top(top, i, queue, size, allow_smaller_final_batch):
    """The op that moves a batch of queue `i` to the top queue."""
    number = constant(i)
    take = queue.dequeue_up_to if allow_smaller_final_batch else queue.dequeue_many
    batch = take(size, name=f"read_bucket_{i}")
    batch = batch if isinstance(batch, list) else [batch]
    return top.enqueue([number] + batch, name=f"enqueue_from_bucket_{i}")


def bucket_by_sequence_length(
    input_length, tensors, batch_size, bucket_boundaries, num_threads=1, capacity=32, bucket_capacities=None, shapes=None,
    dynamic_pad=False, allow_smaller_final_batch=False, keep_input=True, shared_name=None, name=None,
):  # fmt: skip
    """(lengths, batch): `bucket`, by between which of the `bucket_boundaries` the length of an element lies."""
    values = input_pipeline._as_list(tensors)
    if not isinstance(bucket_boundaries, (list, tuple)):
        raise TypeError(f"bucket_boundaries must be a list or tuple, but received: {bucket_boundaries}")
    if not bucket_boundaries:
        raise ValueError("bucket_boundaries must not be empty")
    for start, end in zip(bucket_boundaries[:-1], bucket_boundaries[1:]):
        if not isinstance(start, int) or not isinstance(end, int):
            raise TypeError(f"bucket boundaries must be integers, but saw: {start} and {end}")
        if start >= end:
            raise ValueError(f"Buckets must contain sequential increasing lengths, but saw: {start} before {end}")
    with name_scope(name, "bucket_by_sequence_length", [input_length] + values):
        input_length = convert_to_tensor(input_length, dtype=dtypes.int32, name="input_length")
        every = np.iinfo(np.int32)
        from_, to = [every.min, *bucket_boundaries], [*bucket_boundaries, every.max]
        fits = math_ops.logical_and(math_ops.less_equal(from_, input_length), math_ops.less(input_length, to))
        which = math_ops.cast(math_ops.reduce_min(array_ops.where(fits)), dtypes.int32)
        if shapes is not None:
            shapes = [TensorShape([])] + list(shapes)
        _, (lengths, *batch) = bucket(
            [input_length] + values, which, batch_size, len(bucket_boundaries) + 1, num_threads, capacity, bucket_capacities,
            shapes, dynamic_pad, allow_smaller_final_batch, keep_input, shared_name,
        )  # fmt: skip
        return lengths, input_pipeline._as_given(tensors, batch[0] if isinstance(tensors, dict) and len(batch) == 1 else batch)
