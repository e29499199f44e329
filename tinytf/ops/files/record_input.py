"""`RecordInput`: batches of records from files, shuffled, epoch after epoch without end."""

from __future__ import annotations

import glob
import itertools
import os
import random
import threading

from tinytf import errors
from tinytf.graph import trust
from tinytf.graph.build import make
from tinytf.graph.default_graph import name_scope
from tinytf.graph.op_entry import NOT_DIFFERENTIABLE, op
from tinytf.ops.strings.string_kernels import objects
from tinytf.records import read_records


class _Records:
    """The stream of records: one buffer's worth is shuffled at a time, and an epoch ends before the next begins."""

    def __init__(self, op_):
        self.op = op_
        self.pattern = op_.attr("file_pattern").decode("utf-8", "surrogateescape")
        self.compression = op_.attr("compression_type").decode()
        self.random = random.Random(op_.attr("file_random_seed"))
        self.lock = threading.Lock()
        self.stream = None

    def take(self, count: int) -> list:
        """The next `count` records."""
        with self.lock:
            trust.check_op(self.op)
            if self.stream is None:
                self.stream = itertools.chain.from_iterable(map(self._epoch, itertools.count()))
            return list(itertools.islice(self.stream, count))

    def _epoch(self, number: int):
        names = sorted(name for name in glob.glob(self.pattern) if os.path.isfile(name))
        if not names:
            raise errors.NotFoundError(self.op.node_def, self.op, "Found no files at %s" % self.pattern)
        self.random.shuffle(names)
        start = int(number * self.op.attr("file_shuffle_shift_ratio") * len(names)) % len(names)
        records = (record for name in names[start:] + names[:start] for _, record in read_records(name, self.compression))
        found = False
        while True:
            buffer = list(itertools.islice(records, max(self.op.attr("file_buffer_size"), 1)))
            if not buffer:
                break
            found = True
            self.random.shuffle(buffer)
            yield from buffer
        if not found:  # or the next epoch, and the next one, would be waited for in vain
            raise errors.NotFoundError(self.op.node_def, self.op, "No record is in the files at %s" % self.pattern)


def _kernel(op_, _):
    records, batch = _Records(op_), op_.attr("batch_size")
    return lambda: objects(records.take(batch), (batch,))


op(
    "RecordInput() -> (records: string); file_pattern: string; file_random_seed: int = 301; file_shuffle_shift_ratio: float = 0; "
    "file_buffer_size: int = 10000; file_parallelism: int = 16; batch_size: int = 32; compression_type: string = ''; is_stateful",
    stateful_kernel=_kernel,
    gradient=NOT_DIFFERENTIABLE,
)


class RecordInput:
    """Gives random records of the files that a pattern names.  Follows `tensorflow.python.ops.data_flow_ops.RecordInput` of TF 1.15.

    With `batches`, the op is a list of that many lists of `batch_size` records.  `parallelism` is kept in the graph;
    the files are read when their records are needed.
    """

    def __init__(
        self, file_pattern, batch_size=1, buffer_size=1, parallelism=1, shift_ratio=0, seed=0, name=None, batches=None, compression_type=None
    ):  # fmt: skip
        from tinytf.python_io import TFRecordOptions

        self._batches, self._name = batches, name
        self._batch_size = batch_size * (1 if batches is None else batches)
        self._attributes = {
            "file_pattern": file_pattern,
            "file_buffer_size": buffer_size,
            "file_parallelism": parallelism,
            "file_shuffle_shift_ratio": shift_ratio,
            "batch_size": self._batch_size,
            "file_random_seed": seed,
            "compression_type": TFRecordOptions.get_compression_type_string(compression_type),
        }

    def get_yield_op(self):
        """Adds the op that gives the next records each time it runs."""
        from tinytf.ops.array import array_ops

        records = make("RecordInput", name=self._name, **self._attributes)
        if self._batches is None:
            return records
        with name_scope(self._name):
            parts = [array_ops.reshape(part, []) for part in array_ops.split(records, self._batch_size, 0)]
        return [parts[i :: self._batches] for i in range(self._batches)]
