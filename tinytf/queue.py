"""tf.queue: queues of tensors, under their newer names."""

from __future__ import annotations

from tinytf.ops.queues.queue_ops import FIFOQueue, PaddingFIFOQueue, PriorityQueue, QueueBase, RandomShuffleQueue  # noqa: F401
