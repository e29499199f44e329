"""A queue whose threads feed it rows of arrays."""

from __future__ import annotations

import functools
import random
import threading

import numpy as np

from tinytf import dtypes, errors, logging
from tinytf.graph.default_graph import name_scope
from tinytf.ops.array.placeholder import placeholder
from tinytf.ops.files import summary_ops
from tinytf.ops.math import math_ops
from tinytf.ops.queues.queue_ops import FIFOQueue, RandomShuffleQueue
from tinytf.train.queue_runner import QueueRunner, add_queue_runner


def enqueue_data(columns, capacity, shuffle, num_threads, enqueue_size, num_epochs, index=None):
    """A queue of (row number, a row of each column), with a QueueRunner that fills it for `num_epochs` (for ever where None).

    `index`: names of the rows, instead of their numbers.
    """
    if num_threads > 1 and num_epochs is not None:
        logging.warning("num_epochs is applied per thread, so %d threads go through the data as often each.", num_threads)
    if num_threads > 1 and not shuffle:
        logging.warning("shuffle=False and num_threads > 1: the rows will not come in their order.")
    index_type = dtypes.int64 if index is None else dtypes.as_dtype(index.dtype)
    with name_scope("enqueue_input"):
        types = [index_type] + [dtypes.as_dtype(column.dtype) for column in columns]
        shapes = [()] + [column.shape[1:] for column in columns]
        min_after_dequeue = int(capacity / 4) if shuffle else 0
        if shuffle:
            queue = RandomShuffleQueue(capacity, min_after_dequeue, dtypes=types, shapes=shapes)
        else:
            queue = FIFOQueue(capacity, dtypes=types, shapes=shapes)
        enqueue_ops, feeds = [], []
        for _ in range(num_threads):
            placeholders = [placeholder(t) for t in types]
            enqueue_ops.append(queue.enqueue_many(placeholders))
            feeds.append(_feeds(placeholders, columns, enqueue_size, shuffle, num_epochs, index))
        add_queue_runner(FeedingQueueRunner(queue, enqueue_ops, feeds))
        span = capacity - min_after_dequeue
        full = math_ops.cast(math_ops.maximum(0, queue.size() - min_after_dequeue), dtypes.float32) * (1.0 / span)
        summary_ops.scalar("queue/%sfraction_over_%d_of_%d_full" % (queue.name, min_after_dequeue, span), full)
        return queue


def _feeds(placeholders, columns, size, random_start, num_epochs, index):
    """Yields feeds of `size` rows; an epoch ends at the row before the first, and the last batch is cut there."""
    length = len(columns[0])
    at = random.randrange(length) if random_start else 0
    left = None if num_epochs is None else num_epochs * length
    while left is None or left > 0:
        count = size if left is None else min(size, left)
        rows = np.arange(at, at + count) % length
        at = (at + count) % length
        left = None if left is None else left - count
        values = [rows if index is None else index[rows]] + [column[rows] for column in columns]
        yield dict(zip(placeholders, values))


class FeedingQueueRunner(QueueRunner):
    """A QueueRunner whose ops are fed: one iterator of feeds for each; their end ends the queue."""

    def __init__(self, queue, enqueue_ops, feeds):
        super().__init__(queue, enqueue_ops, queue_closed_exception_types=(errors.OutOfRangeError, errors.CancelledError))
        self._feeds = feeds

    def _run(self, sess, enqueue_op, feeds, coord=None) -> None:
        self._fill(sess, (functools.partial(sess.run, enqueue_op, feed) for feed in feeds), coord)

    def create_threads(self, sess, coord=None, daemon=False, start=False) -> list:
        """The threads, as QueueRunner's; none where they run already."""
        with self._lock:
            if self._runs_per_session.get(sess, 0) > 0:
                return []
            self._runs_per_session[sess] = len(self._enqueue_ops)
            self._exceptions_raised = []
        threads = [
            threading.Thread(target=self._run, args=(sess, op, feeds, coord)) for op, feeds in zip(self._enqueue_ops, self._feeds)
        ]
        if coord:
            threads.append(threading.Thread(target=self._close_on_stop, args=(sess, self._cancel_op, coord)))
        for thread in threads:
            if coord:
                coord.register_thread(thread)
            thread.daemon = daemon or thread.daemon
            if start:
                thread.start()
        return threads
