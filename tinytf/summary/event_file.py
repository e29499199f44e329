"""Event files: TFRecord files of Event messages, which TensorBoard finds by their names and reads as they grow."""

from __future__ import annotations

import os
import socket
import time

from tinytf import errors, file_io, protos
from tinytf.checkpoint import files
from tinytf.records import encode_record, read_records


def summary_iterator(path):
    """Yields the Event messages of an event file.

    NotFoundError without one, DataLossError where it is damaged. Follows tf.train.summary_iterator of TF 1.15.
    """
    for offset, record in read_records(path):
        try:
            event = protos.Event.FromString(record)
        except protos.PARSE_ERRORS as error:
            raise errors.DataLossError(None, None, f"the record at {offset} is no Event message: {error} [file {path}]") from None
        yield event


class EventFileWriter:
    """Writes a new event file in a folder.

    What is added is in the file at the latest when flush() or close() returns, or when something is added more than
    `flush_secs` after the last time. Where nothing is added there is no file.
    """

    def __init__(self, logdir, max_queue=10, flush_secs=120, filename_suffix=None, filename_prefix="events"):
        self._logdir = str(logdir)
        file_io.recursive_create_dir(self._logdir)
        self._flush_secs = flush_secs
        self._prefix, self._suffix = filename_prefix, filename_suffix or ""
        self._next_flush = 0.0
        self._stream = None
        self.path = None  # of the file, once there is one
        self._closed = False

    def _open_if_needed(self):
        if self._stream is not None:
            return
        now = time.time()
        name = "%s.out.tfevents.%010d.%s" % (self._prefix, now, socket.gethostname())
        path = os.path.join(files.local_path(self._logdir), name)
        number = 0
        while True:  # a second writer in the same second gets a name of its own
            try:
                self.path = path + (".%d" % number if number else "") + self._suffix
                self._stream = open(self.path, "xb")
                break
            except FileExistsError:
                number += 1
            except OSError as error:
                raise files.typed(error, path) from None
        self._write(protos.Event(wall_time=now, file_version="brain.Event:2"))

    def _write(self, event):
        self._open_if_needed()
        try:
            self._stream.write(encode_record(event.SerializeToString()))
            now = time.time()
            if now > self._next_flush:
                self._stream.flush()
                self._next_flush = now + self._flush_secs
        except OSError as error:
            raise files.typed(error, self._stream.name) from None

    def start(self) -> None:
        """Makes the file now, before anything is added."""
        if not self._closed:
            self._open_if_needed()

    def get_logdir(self) -> str:
        """The folder."""
        return self._logdir

    def add_event(self, event) -> None:
        """Appends an Event; nothing happens once the writer is closed."""
        if not self._closed:
            self._write(event)

    def flush(self) -> None:
        """All that was added is in the file now."""
        if not self._closed and self._stream is not None:
            self._stream.flush()

    def close(self) -> None:
        """Ends the file."""
        if not self._closed:
            self._closed = True
            if self._stream is not None:
                self._stream.close()
                self._stream = None

    def reopen(self) -> None:
        """After close(): goes on in a new file."""
        if self._closed:
            self._closed = False


class EventsWriter:
    """An event file `PREFIX.out.tfevents…`.  Follows `pywrap_tensorflow.EventsWriter` of TF 1.15."""

    def __init__(self, file_prefix):
        self._folder, self._prefix = os.path.split(os.fsdecode(file_prefix))
        self._writer: EventFileWriter | None = None

    def _opened(self) -> EventFileWriter:
        if self._writer is None:
            self._writer = EventFileWriter(self._folder or ".", filename_prefix=self._prefix)
        return self._writer

    def FileName(self) -> bytes:
        """The file's path."""
        writer = self._opened()
        if writer.path is None:
            writer._open_if_needed()
        return os.fsencode(writer.path)

    def WriteEvent(self, event) -> None:
        """Appends an Event; TypeError for anything else."""
        if getattr(getattr(event, "DESCRIPTOR", None), "full_name", "") != "tensorflow.Event":
            raise TypeError("Expected an event_pb2.Event proto, but got %s" % event)
        self._opened().add_event(event)

    def Flush(self) -> bool:
        """All that was written is in the file now."""
        self._opened().flush()
        return True

    def Close(self) -> bool:
        """Ends the file."""
        self._opened().close()
        return True
