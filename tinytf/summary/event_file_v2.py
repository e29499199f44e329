"""An event file that a session's ops write."""

from __future__ import annotations

from tinytf import dtypes, gfile
from tinytf.graph.default_graph import name_scope
from tinytf.ops.array import array_ops
from tinytf.ops.array.constant import constant
from tinytf.summary import summary_ops_v2


class EventFileWriterV2:
    """Adds events by running an op. Follows tensorflow/python/summary/writer/event_file_writer_v2.py of TF 1.15."""

    def __init__(self, session, logdir, max_queue=10, flush_secs=120, filename_suffix=""):
        self._session, self._logdir, self._closed = session, logdir, False
        if not gfile.IsDirectory(logdir):
            gfile.MakeDirs(logdir)
        with session.graph.as_default(), name_scope("filewriter"):
            writer = summary_ops_v2.create_file_writer(
                logdir=logdir, max_queue=max_queue, flush_millis=flush_secs * 1000, filename_suffix=filename_suffix
            )
            with summary_ops_v2.always_record_summaries(), writer.as_default():
                self._event = array_ops.placeholder_with_default(constant("unused", dtypes.string), shape=[])
                self._add_op = summary_ops_v2.import_event(self._event)
            self._init_op, self._flush_op, self._close_op = writer.init(), writer.flush(), writer.close()
        session.run(self._init_op)

    def get_logdir(self) -> str:
        """The folder."""
        return self._logdir

    def reopen(self) -> None:
        """After close(): goes on in a new file."""
        if self._closed:
            self._closed = False
            self._session.run(self._init_op)

    def add_event(self, event) -> None:
        """Appends an Event; nothing happens once the writer is closed."""
        if not self._closed:
            self._session.run(self._add_op, feed_dict={self._event: event.SerializeToString()})

    def flush(self) -> None:
        """All that was added is in the file now."""
        self._session.run(self._flush_op)

    def close(self) -> None:
        """Ends the file."""
        if not self._closed:
            self.flush()
            self._session.run(self._close_op)
            self._closed = True
