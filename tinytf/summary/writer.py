"""tf.summary.FileWriter: summaries, graphs and run metadata into an event file."""

from __future__ import annotations

import os
import time
import warnings

from tinytf import logging, protos
from tinytf.graph.graph import Graph
from tinytf.summary import plugin_asset
from tinytf.summary.event_file import EventFileWriter

_PLUGINS_DIR = "plugins"  # below the log directory: what plugins of TensorBoard read

class SummaryToEventTransformer:
    """Makes events of summaries, graphs and session logs and gives them to `event_writer.add_event`.

    Follows the class of that name of TF 1.15.
    """

    def __init__(self, event_writer, graph=None, graph_def=None):
        self.event_writer = event_writer
        self._run_tags: set = set()
        self._seen_tags: set = set()
        if graph is not None or graph_def is not None:
            self.add_graph(graph=graph, graph_def=graph_def)
            from tinytf.graph.meta_graph import create_meta_graph_def

            shown = graph if isinstance(graph, Graph) else graph_def if isinstance(graph_def, Graph) else None
            as_def = shown.as_graph_def(add_shapes=True) if shown is not None else graph if graph is not None else graph_def
            self.add_meta_graph(create_meta_graph_def(graph_def=as_def))

    def add_summary(self, summary, global_step=None) -> None:
        """Adds a Summary, or the bytes of one as sess.run returns them."""
        if isinstance(summary, bytes):
            summary = protos.Summary.FromString(summary)
        else:
            summary = type(summary).FromString(summary.SerializeToString())  # what follows must not change the caller's
        for value in summary.value:  # what a tag is about is said once a file
            if value.HasField("metadata"):
                if value.tag in self._seen_tags:
                    value.ClearField("metadata")
                else:
                    self._seen_tags.add(value.tag)
        self._add(protos.Event(summary=_own(summary, protos.Summary)), global_step)

    def add_session_log(self, session_log, global_step=None) -> None:
        """Adds a SessionLog: start, stop or checkpoint of a session."""
        self._add(protos.Event(session_log=_own(session_log, protos.SessionLog)), global_step)

    def add_graph(self, graph=None, global_step=None, graph_def=None) -> None:
        """Adds a graph with its static shapes. A GraphDef is taken, too, with a warning; TypeError for anything else."""
        if graph is not None and graph_def is not None:
            raise ValueError("Please pass only graph, or graph_def (deprecated), but not both.")
        given = graph if graph is not None else graph_def
        if isinstance(given, Graph):
            if graph is None:
                logging.warning("When passing a `Graph` object, please use the `graph` named argument instead of `graph_def`.")
            self._write_plugin_assets(given)
            given = given.as_graph_def(add_shapes=True)
        elif getattr(getattr(given, "DESCRIPTOR", None), "full_name", "") == "tensorflow.GraphDef":
            logging.warning("Passing a `GraphDef` to the SummaryWriter is deprecated. Pass a `Graph` object instead, such as `sess.graph`.")
        else:
            raise TypeError("The passed graph must be an instance of `Graph` or the deprecated `GraphDef`")
        self._add(protos.Event(graph_def=given.SerializeToString()), global_step)

    def add_meta_graph(self, meta_graph_def, global_step=None) -> None:
        """Adds a MetaGraphDef. TypeError for anything else."""
        if getattr(getattr(meta_graph_def, "DESCRIPTOR", None), "full_name", "") != "tensorflow.MetaGraphDef":
            raise TypeError("meta_graph_def must be type MetaGraphDef, saw type: %s" % type(meta_graph_def))
        self._add(protos.Event(meta_graph_def=meta_graph_def.SerializeToString()), global_step)

    def add_run_metadata(self, run_metadata, tag, global_step=None) -> None:
        """Adds what a traced run reported, under a tag of its own: ValueError for one that was used before."""
        if tag in self._run_tags:
            raise ValueError("The provided tag was already used for this event type")
        self._run_tags.add(tag)
        tagged = protos.TaggedRunMetadata(tag=tag, run_metadata=run_metadata.SerializeToString())
        self._add(protos.Event(tagged_run_metadata=tagged), global_step)

    def _write_plugin_assets(self, graph) -> None:
        for asset in plugin_asset.get_all_plugin_assets(graph):
            folder = os.path.join(self.event_writer.get_logdir(), _PLUGINS_DIR, asset.plugin_name)
            os.makedirs(folder, exist_ok=True)
            for name, content in asset.assets().items():
                with open(os.path.join(folder, name), "wb") as file:
                    file.write(content if isinstance(content, bytes) else content.encode())

    def _add(self, event, step):
        event.wall_time = time.time()
        if step is not None:
            event.step = int(step)
        self.event_writer.add_event(event)


class FileWriter(SummaryToEventTransformer):
    """Writes an event file for TensorBoard in `logdir`; a context manager. Follows tf.summary.FileWriter of TF 1.15."""

    def __init__(
        self, logdir, graph=None, max_queue=10, flush_secs=120, graph_def=None, filename_suffix=None, session=None
    ):
        if session is None:
            writer = EventFileWriter(logdir, max_queue, flush_secs, filename_suffix)
        else:
            from tinytf.summary.event_file_v2 import EventFileWriterV2

            writer = EventFileWriterV2(session, logdir, max_queue, flush_secs, filename_suffix)
        super().__init__(writer, graph, graph_def)

    def __enter__(self):
        return self

    def __exit__(self, *exc_info):
        self.close()

    def get_logdir(self) -> str:
        """The folder of the event file."""
        return self.event_writer.get_logdir()

    def add_event(self, event) -> None:
        """Adds an Event as it is."""
        if self.event_writer._closed:
            _warn_closed()
        self.event_writer.add_event(event)

    def _add(self, event, step):
        if self.event_writer._closed:
            _warn_closed()
        super()._add(event, step)

    def flush(self) -> None:
        """All that was added is in the file now."""
        self.event_writer.flush()

    def close(self) -> None:
        """Ends the file."""
        self.event_writer.close()

    def reopen(self) -> None:
        """After close(): goes on in a new file."""
        self.event_writer.reopen()


def _warn_closed() -> None:
    warnings.warn(
        "Attempting to use a closed FileWriter. The operation will be a noop unless the FileWriter is explicitly reopened."
    )


def _own(message, cls):
    """The same message in our schema's class: programs may bring TensorFlow's own."""
    return message if isinstance(message, cls) else cls.FromString(message.SerializeToString())


class FileWriterCache:
    """One FileWriter a folder. Follows tf.summary.FileWriterCache of TF 1.15."""

    _cache: dict = {}

    @staticmethod
    def get(logdir) -> FileWriter:
        """The writer for this folder, made when first asked for."""
        if logdir not in FileWriterCache._cache:
            from tinytf.graph.default_graph import get_default_graph

            FileWriterCache._cache[logdir] = FileWriter(logdir, graph=get_default_graph())
        return FileWriterCache._cache[logdir]

    @staticmethod
    def clear() -> None:
        """Closes and forgets all writers."""
        for writer in FileWriterCache._cache.values():
            writer.close()
        FileWriterCache._cache.clear()
