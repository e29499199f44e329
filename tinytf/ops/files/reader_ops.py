"""Readers: ops that take file names from a queue and give records.  Follows `tf.TextLineReader` and its kin of TF 1.15."""

from __future__ import annotations

import collections
import threading

import numpy as np

from tinytf import errors
from tinytf.checkpoint import files
from tinytf.graph import trust
from tinytf.graph.build import make
from tinytf.graph.op_entry import NOT_DIFFERENTIABLE, op
from tinytf.graph.shape_rules import no_outputs, scalar, with_rank
from tinytf.inflated import open_to_read, without_end
from tinytf.ops.files import reader_state

ReaderReadV2 = collections.namedtuple("ReaderReadV2", ["key", "value"])
ReaderReadUpToV2 = collections.namedtuple("ReaderReadUpToV2", ["keys", "values"])

# What reads a file: functions from (path, attributes) to (key, record) pairs --------------------------


def text_lines(path: str, op):
    """Lines; keys are path:line, counted from 1, skipped lines included."""
    skip = op.attr("skip_header_lines")
    with files.open_to_read(path) as file:
        for number, line in enumerate(file, 1):
            if number > skip:
                yield f"{path}:{number}", without_end(line)


def whole_file(path: str, op):
    """The file as one record."""
    with files.open_to_read(path) as file:
        yield path, file.read()


def fixed_length(path: str, op):
    """Records of `record_bytes` bytes between a header and a footer."""
    record_bytes, hop = op.attr("record_bytes"), op.attr("hop_bytes") or op.attr("record_bytes")
    with open_to_read(path, op.attr("encoding").decode()) as file:
        content = file.read()
    position, end = op.attr("header_bytes"), len(content) - op.attr("footer_bytes")
    number = 0
    while position + record_bytes <= end:
        yield f"{path}:{number}", content[position : position + record_bytes]
        position += hop
        number += 1


def tf_records(path: str, op):
    """The records of a TFRecord file; keys are path:offset."""
    from tinytf.python_io import read_records

    compression = op.attr("compression_type").decode()
    for offset, record in read_records(path, compression):
        yield f"{path}:{offset}", record


class Reader:
    """What a reader op's handle refers to: the file that is open, and how far it was read."""

    def __init__(self, op, records):
        self.op, self.records = op, records
        self.lock = threading.Lock()
        self.reset()

    def reset(self) -> None:
        """Back to the start: the next read takes a new file name."""
        self.current, self.work = None, b""
        self.produced = self.completed = 0

    def _name(self) -> str:
        return f"{self.op.type[:-2] if self.op.type.endswith('V2') else self.op.type} '{self.op.name}'"

    def state(self) -> bytes:
        """What `restore` takes; UnimplementedError of a reader that reads files record by record."""
        if self.records not in (None, whole_file):
            raise errors.UnimplementedError(self.op.node_def, self.op, "Reader SerializeState")
        started = self.completed + (self.current is not None)
        return reader_state.to_bytes(reader_state.ReaderState(started, self.completed, self.produced, self.work))

    def restore(self, data: bytes) -> None:
        """Goes on from a state.  InvalidArgumentError where the bytes are none."""
        if self.records not in (None, whole_file):
            raise errors.UnimplementedError(self.op.node_def, self.op, "Reader RestoreState")
        try:
            state = reader_state.from_bytes(data)
        except ValueError:
            raise self._refused(f"Could not parse state for {self._name()}: {reader_state.escaped(data)}") from None
        if min(state[:3]) < 0:
            raise self._refused(f"Unexpected negative value when restoring in {self._name()}: {reader_state.shown(state)}")
        if state.work_started > state.work_finished:
            raise self._refused(f"Inconsistent work started vs. finished when restoring in {self._name()}: {reader_state.shown(state)}")
        self.current, self.work = None, state.current_work
        self.produced, self.completed = state.num_records_produced, state.work_finished

    def _refused(self, message: str):
        return errors.InvalidArgumentError(self.op.node_def, self.op, message)

    def read(self, queue) -> tuple:
        """The next (key, record); takes file names from `queue`, whose end raises OutOfRangeError."""
        with self.lock:
            while True:
                found = self._next(queue)
                if found is not None:
                    return found

    def read_up_to(self, queue, count: int) -> list:
        """The next (key, record) pairs: `count` of them, or fewer where a file ends with them."""
        found: list = []
        with self.lock:
            while len(found) < count:
                completed, record = self.completed, self._next(queue)
                if record is not None:
                    found.append(record)
                if found and self.completed > completed:
                    break
        return found

    def _next(self, queue):
        """The next (key, record), None where the file ends."""
        if self.current is None:
            name = queue.dequeue(1)[0][0]
            self.work = name.item() if isinstance(name, np.ndarray) else name
            self.current = self.open(self.work)
        for key, record in self.current:
            self.produced += 1
            if self.records in (None, whole_file):  # the only one: the file ends with it
                self.current = None
                self.completed += 1
            return key.encode(), record
        self.current = None
        self.completed += 1
        return None

    def open(self, name: bytes):
        """The records of a file; NotFoundError where it does not exist."""
        trust.check_op(self.op)
        path = name.decode("utf-8", "surrogateescape")
        if self.records is not None:
            files.open_to_read(path).close()
            return iter(self.records(path, self.op))
        return iter([(path, name)])


def _reader_kernel(records):
    def stateful_kernel(op, resources):
        key = (op.attr("container"), op.attr("shared_name").decode() or op.name)
        if key not in resources:
            resources[key] = Reader(op, records)
        reader = resources[key]
        return lambda: reader

    return stateful_kernel


op("TextLineReaderV2() -> (reader_handle: resource); skip_header_lines: int = 0; container: string = ''; shared_name: string = ''; is_stateful",
   shape=scalar, stateful_kernel=_reader_kernel(text_lines), gradient=NOT_DIFFERENTIABLE)  # fmt: skip
op("WholeFileReaderV2() -> (reader_handle: resource); container: string = ''; shared_name: string = ''; is_stateful",
   shape=scalar, stateful_kernel=_reader_kernel(whole_file), gradient=NOT_DIFFERENTIABLE)  # fmt: skip
op("FixedLengthRecordReaderV2() -> (reader_handle: resource); header_bytes: int = 0; record_bytes: int; footer_bytes: int = 0; hop_bytes: int = 0; container: string = ''; shared_name: string = ''; encoding: string = ''; is_stateful",
   shape=scalar, stateful_kernel=_reader_kernel(fixed_length), gradient=NOT_DIFFERENTIABLE)  # fmt: skip
op("TFRecordReaderV2() -> (reader_handle: resource); container: string = ''; shared_name: string = ''; compression_type: string = ''; is_stateful",
   shape=scalar, stateful_kernel=_reader_kernel(tf_records), gradient=NOT_DIFFERENTIABLE)  # fmt: skip
op("IdentityReaderV2() -> (reader_handle: resource); container: string = ''; shared_name: string = ''; is_stateful",
   shape=scalar, stateful_kernel=_reader_kernel(None), gradient=NOT_DIFFERENTIABLE)  # fmt: skip


def _text(value: bytes) -> np.ndarray:
    return np.array(value, dtype=object)


def _read_kernel(op):
    def read(reader, queue):
        key, record = reader.read(queue)
        return _text(key), _text(record)

    return read


def _restore_shape(op):
    with_rank(op.inputs[1].dims, 0)
    return []


def _read_up_to_kernel(op):
    def read_up_to(reader, queue, count):
        found = reader.read_up_to(queue, int(count))
        keys, records = zip(*found) if found else ((), ())
        return np.array(keys, dtype=object), np.array(records, dtype=object)

    return read_up_to


op("ReaderReadV2(reader_handle: resource, queue_handle: resource) -> (key: string, value: string); is_stateful",
   shape=scalar, kernel=_read_kernel, gradient=NOT_DIFFERENTIABLE)  # fmt: skip
op("ReaderReadUpToV2(reader_handle: resource, queue_handle: resource, num_records: int64) -> (keys: string, values: string); is_stateful",
   shape=lambda op: [(None,), (None,)], kernel=_read_up_to_kernel, gradient=NOT_DIFFERENTIABLE)  # fmt: skip
op("ReaderNumRecordsProducedV2(reader_handle: resource) -> (records_produced: int64); is_stateful",
   shape=scalar, kernel=lambda op: lambda reader: np.int64(reader.produced), gradient=NOT_DIFFERENTIABLE)  # fmt: skip
op("ReaderNumWorkUnitsCompletedV2(reader_handle: resource) -> (units_completed: int64); is_stateful",
   shape=scalar, kernel=lambda op: lambda reader: np.int64(reader.completed), gradient=NOT_DIFFERENTIABLE)  # fmt: skip
op("ReaderResetV2(reader_handle: resource) -> (); is_stateful",
   shape=no_outputs, kernel=lambda op: lambda reader: reader.reset(), gradient=NOT_DIFFERENTIABLE)  # fmt: skip
op("ReaderSerializeStateV2(reader_handle: resource) -> (state: string); is_stateful",
   shape=scalar, kernel=lambda op: lambda reader: _text(reader.state()), gradient=NOT_DIFFERENTIABLE)  # fmt: skip
op("ReaderRestoreStateV2(reader_handle: resource, state: string) -> (); is_stateful",
   shape=_restore_shape, kernel=lambda op: lambda reader, state: reader.restore(state.item()), gradient=NOT_DIFFERENTIABLE)  # fmt: skip


# The classes --------------------------------------------------------------------------------------


class ReaderBase:
    """Turns file names from a queue into (key, value) records.  Follows `tf.ReaderBase` of TF 1.15."""

    def __init__(self, reader_ref, supports_serialize=False):
        self._reader_ref, self._supports_serialize = reader_ref, supports_serialize

    @property
    def reader_ref(self):
        """The handle."""
        return self._reader_ref

    @property
    def supports_serialize(self) -> bool:
        """Whether the reader's state can be saved."""
        return self._supports_serialize

    def read(self, queue, name=None) -> tuple:
        """(key, value), string scalars; file names come from `queue`, a queue or its handle."""
        return ReaderReadV2(*make("ReaderReadV2", self._reader_ref, getattr(queue, "queue_ref", queue), name=name))

    def read_up_to(self, queue, num_records, name=None) -> tuple:
        """(keys, values), vectors of at most `num_records` strings."""
        return ReaderReadUpToV2(*make("ReaderReadUpToV2", self._reader_ref, getattr(queue, "queue_ref", queue), num_records, name=name))

    def num_records_produced(self, name=None):
        """How many records were read, an int64 scalar."""
        return make("ReaderNumRecordsProducedV2", self._reader_ref, name=name)

    def num_work_units_completed(self, name=None):
        """How many files were read to their end, an int64 scalar."""
        return make("ReaderNumWorkUnitsCompletedV2", self._reader_ref, name=name)

    def serialize_state(self, name=None):
        """The reader's state as a string."""
        return make("ReaderSerializeStateV2", self._reader_ref, name=name)

    def restore_state(self, state, name=None):
        """The operation that restores the reader's state."""
        return make("ReaderRestoreStateV2", self._reader_ref, state, name=name)

    def reset(self, name=None):
        """The operation that brings the reader back to its start."""
        return make("ReaderResetV2", self._reader_ref, name=name)


class TextLineReader(ReaderBase):
    """Gives the lines of text files."""

    def __init__(self, skip_header_lines=None, name=None):
        super().__init__(make("TextLineReaderV2", skip_header_lines=skip_header_lines or 0, name=name))


class WholeFileReader(ReaderBase):
    """Gives each file as one record."""

    def __init__(self, name=None):
        super().__init__(make("WholeFileReaderV2", name=name), supports_serialize=True)


class FixedLengthRecordReader(ReaderBase):
    """Gives records of one length."""

    def __init__(self, record_bytes, header_bytes=None, footer_bytes=None, hop_bytes=None, name=None, encoding=None):
        handle = make(
            "FixedLengthRecordReaderV2", record_bytes=record_bytes, header_bytes=header_bytes or 0, footer_bytes=footer_bytes or 0,
            hop_bytes=hop_bytes or 0, encoding=encoding or "", name=name,
        )  # fmt: skip
        super().__init__(handle)


class TFRecordReader(ReaderBase):
    """Gives the records of TFRecord files."""

    def __init__(self, name=None, options=None):
        from tinytf.python_io import TFRecordOptions

        super().__init__(make("TFRecordReaderV2", compression_type=TFRecordOptions.get_compression_type_string(options), name=name))


class IdentityReader(ReaderBase):
    """Gives the queue's own strings, as key and value."""

    def __init__(self, name=None):
        super().__init__(make("IdentityReaderV2", name=name), supports_serialize=True)


__all__ = ["ReaderBase", "TextLineReader", "WholeFileReader", "FixedLengthRecordReader", "TFRecordReader", "IdentityReader"]
