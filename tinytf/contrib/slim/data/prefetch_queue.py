"""A queue of batches that are made ahead.  Follows tf.contrib.slim.prefetch_queue of TF 1.15."""

from __future__ import annotations

from tinytf import dtypes
from tinytf.graph.default_graph import name_scope
from tinytf.ops.files import summary_ops
from tinytf.ops.math import math_ops
from tinytf.ops.queues.queue_ops import FIFOQueue, PaddingFIFOQueue
from tinytf.train.queue_runner import QueueRunner, add_queue_runner


def prefetch_queue(tensors, capacity=8, num_threads=1, dynamic_pad=False, shared_name=None, name=None):
    """A queue that threads fill with `tensors`, a list or a dict; `dequeue()` gives them back in the same form."""
    names = sorted(tensors) if isinstance(tensors, dict) else None
    parts = [tensors[key] for key in names] if names else tensors
    with name_scope(name, "prefetch_queue", parts):
        queue = (PaddingFIFOQueue if dynamic_pad else FIFOQueue)(
            capacity=capacity, dtypes=[t.dtype for t in parts], shapes=[t.shape for t in parts], names=names, shared_name=shared_name
        )
        enqueue = queue.enqueue(tensors)
        add_queue_runner(QueueRunner(queue, [enqueue] * num_threads))
        share_full = math_ops.cast(queue.size(), dtypes.float32) * (1.0 / capacity)
        summary_ops.scalar("fraction_of_%d_full" % capacity, share_full)
        return queue
