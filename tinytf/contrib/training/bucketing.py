"""Batches of elements of about the same length, through queues.  Follows tf.contrib.training.bucket of TF 1.15."""

from __future__ import annotations

import functools

import numpy as np

from tinytf import dtypes, errors
from tinytf.graph.convert import convert_to_tensor
from tinytf.graph.default_graph import name_scope
from tinytf.graph.tensor_util import constant_value
from tinytf.layers.smart_cond import smart_cond
from tinytf.ops.array.constant import constant
from tinytf.ops.array.select import where_v2
from tinytf.ops.control_flow import control_flow_ops
from tinytf.ops.control_flow.cond import cond
from tinytf.ops.files import summary_ops
from tinytf.ops.math import math_ops
from tinytf.ops.queues.queue_ops import FIFOQueue, PaddingFIFOQueue
from tinytf.shapes import TensorShape
from tinytf.train import input_pipeline, sparse_batches
from tinytf.train.queue_runner import QueueRunner, add_queue_runner

_CLOSED = (errors.OutOfRangeError, errors.CancelledError)


def bucket(
    tensors, which_bucket, batch_size, num_buckets, num_threads=1, capacity=32, bucket_capacities=None, shapes=None, dynamic_pad=False,
    allow_smaller_final_batch=False, keep_input=True, shared_name=None, name=None,
):  # fmt: skip
    """(number of the bucket, batch) of elements that went into the same bucket.

    Args:
      tensors: one element, a list or dict of tensors.
      which_bucket: where it goes.
      batch_size: an int, or one for each bucket.
      dynamic_pad: pad the elements of a batch to the same shape.
    """
    of_buckets = isinstance(batch_size, (list, tuple))
    if of_buckets and len(batch_size) != num_buckets:
        raise ValueError("If batch_size is a list it must have num_buckets elements")
    batch_sizes = list(batch_size) if of_buckets else [batch_size] * num_buckets
    if bucket_capacities is None:
        bucket_capacities = [capacity] * num_buckets
    if len(bucket_capacities) != num_buckets:
        raise ValueError(
            "The list bucket_capacities (%s) must have exactly num_buckets (%d) elements." % (bucket_capacities, num_buckets)
        )
    elements = input_pipeline._as_list(tensors)
    with name_scope(name, "bucket", elements) as name:
        elements = input_pipeline._checked(elements, "bucket")
        keep_input = input_pipeline._checked_keep(keep_input, enqueue_many=False)
        (elements,), kept = sparse_batches.store([elements], False, keep_input)
        sizes = [convert_to_tensor(size, dtype=dtypes.int32, name="batch_size") for size in batch_sizes]
        sizes = [tensor if constant_value(tensor) is None else constant_value(tensor) for tensor in sizes]
        types = input_pipeline._element_types([elements])
        shapes = input_pipeline._element_shapes([elements], shapes, False)
        which_bucket = convert_to_tensor(which_bucket, dtype=dtypes.int32, name="which_bucket")
        kind = PaddingFIFOQueue if dynamic_pad else FIFOQueue
        buckets = [
            kind(
                bucket_capacities[i], types, shapes=shapes, shared_name=None if shared_name is None else "%s_%d" % (shared_name, i),
                name="bucket_queue_%d" % i,
            )  # fmt: skip
            for i in range(num_buckets)
        ]
        static_size = None if allow_smaller_final_batch or of_buckets else constant_value(convert_to_tensor(sizes[-1]))
        batches = [TensorShape([static_size]).concatenate(shape) for shape in buckets[0].shapes]
        top = PaddingFIFOQueue(
            capacity, [dtypes.int32] + types, shapes=[TensorShape([])] + batches, shared_name=shared_name, name="top_queue"
        )
        _fill(buckets, top, elements, which_bucket, sizes, keep_input, num_threads, allow_smaller_final_batch)
        for queue in buckets:
            summary_ops.scalar("bucket/%s/size" % queue.name, math_ops.cast(top.size(), dtypes.float32))
        full = math_ops.cast(top.size(), dtypes.float32) * (1.0 / capacity)
        summary_ops.scalar("bucket/%s/fraction_of_%d_full" % (top.name, capacity), full)
        which, *batch = top.dequeue(name="dequeue_top")
        batch = sparse_batches.restore(batch[0] if len(batch) == 1 else batch, kept)
        return which, input_pipeline._as_given(tensors, batch)


def _fill(buckets, top, elements, which_bucket, sizes, keep_input, threads, smaller) -> None:
    """Adds the runners that sort elements into buckets, and move full buckets to the top queue."""

    def sort():
        each = [
            cond(math_ops.equal(which_bucket, i), functools.partial(queue.enqueue, elements), control_flow_ops.no_op)
            for i, queue in enumerate(buckets)
        ]
        return control_flow_ops.group(*each, name="group_enqueues")

    sorting = smart_cond(keep_input, sort, control_flow_ops.no_op)
    moving = []
    for i, (queue, size) in enumerate(zip(buckets, sizes)):
        number = constant(i)
        batch = (queue.dequeue_up_to if smaller else queue.dequeue_many)(size, name="read_bucket_%d" % i)
        batch = list(batch) if isinstance(batch, (list, tuple)) else [batch]
        moving.append(top.enqueue([number] + batch, name="enqueue_from_bucket_%d" % i))
    add_queue_runner(
        QueueRunner(
            buckets[0], moving, close_op=top.close(), cancel_op=top.close(cancel_pending_enqueues=True), queue_closed_exception_types=_CLOSED
        )
    )
    close = control_flow_ops.group(*[queue.close() for queue in buckets])
    cancel = control_flow_ops.group(*[queue.close(cancel_pending_enqueues=True) for queue in buckets])
    add_queue_runner(QueueRunner(top, [sorting] * threads, close_op=close, cancel_op=cancel, queue_closed_exception_types=_CLOSED))


def bucket_by_sequence_length(
    input_length, tensors, batch_size, bucket_boundaries, num_threads=1, capacity=32, bucket_capacities=None, shapes=None, dynamic_pad=False,
    allow_smaller_final_batch=False, keep_input=True, shared_name=None, name=None,
):  # fmt: skip
    """(lengths, batch) of elements whose lengths are in the same range.

    Follows tf.contrib.training.bucket_by_sequence_length of TF 1.15.
    """
    if not isinstance(bucket_boundaries, (list, tuple)):
        raise TypeError("bucket_boundaries must be a list or tuple, but received: %s" % bucket_boundaries)
    if not bucket_boundaries:
        raise ValueError("bucket_boundaries must not be empty")
    for lower, upper in zip(bucket_boundaries[:-1], bucket_boundaries[1:]):
        if not isinstance(lower, int) or not isinstance(upper, int):
            raise TypeError("bucket boundaries must be integers, but saw: %s and %s" % (lower, upper))
        if lower >= upper:
            raise ValueError("Buckets must contain sequential increasing lengths, but saw: %d before %d" % (lower, upper))
    elements = input_pipeline._as_list(tensors)
    with name_scope(name, "bucket_by_sequence_length", [input_length] + elements):
        input_length = convert_to_tensor(input_length, dtype=dtypes.int32, name="input_length")
        limits = np.iinfo(np.int32)
        not_below = math_ops.less_equal([limits.min] + list(bucket_boundaries), input_length)
        inside = math_ops.logical_and(not_below, math_ops.less(input_length, list(bucket_boundaries) + [limits.max]))
        which = math_ops.cast(math_ops.reduce_min(where_v2(inside)), dtypes.int32)
        _, batch = bucket(
            [input_length] + elements, which, batch_size, len(bucket_boundaries) + 1, num_threads, capacity, bucket_capacities,
            None if shapes is None else [TensorShape([])] + shapes, dynamic_pad, allow_smaller_final_batch, keep_input, shared_name,
        )  # fmt: skip
        return batch[0], input_pipeline._as_given(tensors, batch[1:])
