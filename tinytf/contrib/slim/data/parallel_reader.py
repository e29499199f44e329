"""Several readers of records into one queue.  Follows tf.contrib.slim.parallel_reader of TF 1.15."""

from __future__ import annotations

from tinytf import dtypes, gfile
from tinytf.graph.default_graph import name_scope
from tinytf.ops.files import summary_ops
from tinytf.ops.math import math_ops
from tinytf.ops.queues.queue_ops import FIFOQueue, RandomShuffleQueue
from tinytf.train.input_pipeline import string_input_producer
from tinytf.train.queue_runner import QueueRunner, add_queue_runner


class ParallelReader:
    """`num_readers` readers, each with a thread of its own, that put (key, value) into `common_queue`."""

    def __init__(self, reader_class, common_queue, num_readers=4, reader_kwargs=None):
        if [dtype.base_dtype for dtype in common_queue.dtypes] != [dtypes.string, dtypes.string]:
            raise TypeError("common_queue.dtypes must be [tf.string, tf.string]")
        self._readers = [reader_class(**(reader_kwargs or {})) for _ in range(num_readers)]
        self.common_queue = common_queue

    @property
    def num_readers(self):
        """How many there are."""
        return len(self._readers)

    def read(self, queue, name=None):
        """The next (key, value) of the files whose names are in `queue`."""
        self._start(queue)
        return self.common_queue.dequeue(name=name)

    def read_up_to(self, queue, num_records, name=None):
        """Up to `num_records` of them."""
        self._start(queue)
        return self.common_queue.dequeue_up_to(num_records, name)

    def _start(self, queue):
        enqueues = [self.common_queue.enqueue(reader.read(queue)) for reader in self._readers]
        add_queue_runner(QueueRunner(self.common_queue, enqueues))


def parallel_read(
    data_sources, reader_class, num_epochs=None, num_readers=4, reader_kwargs=None, shuffle=True, dtypes=None, capacity=256,
    min_after_dequeue=128, seed=None, scope=None,
):  # fmt: skip
    """The next (key, value) of files, which `data_sources` names or has patterns for."""
    files = get_data_files(data_sources)
    with name_scope(scope, "parallel_read"):
        names = string_input_producer(files, num_epochs=num_epochs, shuffle=shuffle, seed=seed, name="filenames")
        common = _common_queue(dtypes, shuffle, capacity, min_after_dequeue, seed)
        return ParallelReader(reader_class, common, num_readers=num_readers, reader_kwargs=reader_kwargs).read(names)


def _common_queue(types, shuffle, capacity, min_after_dequeue, seed):
    types = types or [dtypes.string, dtypes.string]
    if shuffle:
        queue = RandomShuffleQueue(capacity=capacity, min_after_dequeue=min_after_dequeue, dtypes=types, seed=seed, name="common_queue")
    else:
        queue = FIFOQueue(capacity=capacity, dtypes=types, name="common_queue")
    share_full = math_ops.cast(queue.size(), dtypes.float32) * (1.0 / capacity)
    summary_ops.scalar("fraction_of_%d_full" % capacity, share_full)
    return queue


def single_pass_read(data_sources, reader_class, reader_kwargs=None, scope=None):
    """The next (key, value) of files that are read once, in order, by one reader."""
    files = get_data_files(data_sources)
    with name_scope(scope, "single_pass_read"):
        names = string_input_producer(files, num_epochs=1, shuffle=False, capacity=1, name="filenames")
        return reader_class(**(reader_kwargs or {})).read(names)


def get_data_files(data_sources) -> list:
    """The files that a name, a pattern or a list of them stands for; ValueError where there is none."""
    if isinstance(data_sources, (list, tuple)):
        found = [file for source in data_sources for file in get_data_files(source)]
    else:
        found = gfile.Glob(data_sources) if any(c in data_sources for c in "*?[") else [data_sources]
    if not found:
        raise ValueError("No data files found in %s" % (data_sources,))
    return found
