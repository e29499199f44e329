"""tf.contrib.summary: summaries that ops write while they run, to the writer that was the default when they were made.

    writer = tf.contrib.summary.create_file_writer(folder)
    with writer.as_default(), tf.contrib.summary.always_record_summaries():
        tf.contrib.summary.scalar("loss", loss)
    tf.contrib.summary.initialize(graph=tf.get_default_graph(), session=sess)
    sess.run([train_op, tf.contrib.summary.all_summary_ops()])

Follows tensorflow/python/ops/summary_ops_v2.py of TF 1.15.
"""

from __future__ import annotations

import contextlib
import functools
import os
import re

from tinytf import dtypes
from tinytf.graph.build import make
from tinytf.graph.convert import convert_to_tensor
from tinytf.graph.default_graph import (
    add_to_collection,
    control_dependencies,
    device,
    get_collection,
    get_default_graph,
    name_scope,
)
from tinytf.graph.default_session import get_default_session
from tinytf.graph.eager_context import context
from tinytf.graph.framework_ops import name_from_scope_name
from tinytf.graph.graph import Graph
from tinytf.graph.keys import GraphKeys
from tinytf.graph.tensor import Tensor
from tinytf.layers.smart_cond import smart_cond
from tinytf.ops.array import array_ops
from tinytf.ops.array.constant import constant
from tinytf.ops.control_flow.control_flow_ops import no_op
from tinytf.ops.files.summary_ops import summary_scope as _family_scope
from tinytf.ops.math import math_ops

_WRITERS = "_SUMMARY_WRITER_V2"  # the collection of the ops that create writers
_CPU = "cpu:0"


# Whether to record ----------------------------------------------------------------------------------


def _called(condition):
    return condition() if callable(condition) else condition


def _should_record(default):
    settings = context()
    distributed, condition = _called(settings.summary_recording_distribution_strategy), _called(settings.summary_recording)
    return math_ops.logical_and(distributed, default if condition is None else condition)


def should_record_summaries():
    """A tensor: whether summaries are recorded; not unless something says so."""
    return _should_record(False)


@contextlib.contextmanager
def record_if(condition):
    """Within, summaries are recorded if `condition` (a bool, a tensor, or a function that gives one) says so."""
    settings = context()
    before, settings.summary_recording = settings.summary_recording, condition
    try:
        yield
    finally:
        settings.summary_recording = before


def record_summaries_every_n_global_steps(n, global_step=None):
    """Within, summaries are recorded at every n-th step."""
    if global_step is None:
        global_step = _global_step()
    with device(_CPU):
        condition = math_ops.equal(global_step % n, 0)
    return record_if(condition)


def always_record_summaries():
    """Within, summaries are recorded."""
    return record_if(True)


def never_record_summaries():
    """Within, summaries are not recorded."""
    return record_if(False)


def get_step():
    """The step of summaries that are given none, or None."""
    return context().summary_step


def set_step(step) -> None:
    """Sets the step of summaries that are given none."""
    context().summary_step = step


def _global_step():
    from tinytf.train.training_util import get_or_create_global_step

    return get_or_create_global_step()


def _chosen_step(step):
    if step is None:
        return _global_step()
    return step if isinstance(step, Tensor) else convert_to_tensor(step, dtypes.int64)


# Writers --------------------------------------------------------------------------------------------


class SummaryWriter:
    """What summaries are written by."""


class ResourceSummaryWriter(SummaryWriter):
    """A writer that a session holds; `init_op_fn(handle)` makes the op that creates it."""

    def __init__(self, shared_name, init_op_fn, name=None, v2=False):
        self._resource = make("SummaryWriter", shared_name=shared_name, name=name)
        self._init_op_fn, self._v2 = init_op_fn, v2
        self._init_op = init_op_fn(self._resource)
        add_to_collection(_WRITERS, self._init_op)

    def set_as_default(self) -> None:
        """Summaries made from now on are written by this."""
        context().summary_writer = self

    @contextlib.contextmanager
    def as_default(self):
        """Summaries made within are written by this."""
        settings = context()
        before, settings.summary_writer = settings.summary_writer, self
        try:
            yield self
            self.flush()
        finally:
            settings.summary_writer = before

    def init(self):
        """The op that creates it in a session."""
        return self._init_op if self._v2 else self._init_op_fn(self._resource)

    def flush(self):
        """An op: all that was written is in the file."""
        return flush(writer=self)

    def close(self):
        """An op that ends the file."""
        with control_dependencies([self.flush()]), device(_CPU):
            return make("CloseSummaryWriter", self._resource)


class NoopSummaryWriter(SummaryWriter):
    """Writes nothing."""

    def set_as_default(self) -> None:
        """Changes nothing."""

    @contextlib.contextmanager
    def as_default(self):
        """Changes nothing."""
        yield

    def init(self) -> None:
        """Nothing."""

    flush = close = init


def _file_writer_op(logdir, max_queue, flush_millis, filename_suffix):
    def create(resource):
        return make("CreateSummaryFileWriter", resource, logdir, max_queue, flush_millis, filename_suffix)

    return functools.partial(create)


def create_file_writer(logdir, max_queue=None, flush_millis=None, filename_suffix=None, name=None):
    """A writer to an event file in the folder `logdir`; one that writes nothing for None."""
    if logdir is None:
        return NoopSummaryWriter()
    logdir = str(logdir)
    with device(_CPU):
        max_queue = constant(10) if max_queue is None else max_queue
        flush_millis = constant(2 * 60 * 1000) if flush_millis is None else flush_millis
        filename_suffix = constant(".v2") if filename_suffix is None else filename_suffix
        make_op = _file_writer_op(logdir, max_queue, flush_millis, filename_suffix)
        return ResourceSummaryWriter(shared_name="logdir:" + logdir if name is None else name, init_op_fn=make_op)


_writers_made = iter(range(2**62))


def create_file_writer_v2(logdir, max_queue=None, flush_millis=None, filename_suffix=None, name=None):
    """A writer to an event file of its own, as tf.summary.create_file_writer of TF 2 makes it."""
    if logdir is None:
        raise ValueError("logdir cannot be None")
    with name_scope(name, "create_file_writer") as scope, device(_CPU):
        logdir = convert_to_tensor(logdir, dtype=dtypes.string)
        max_queue = constant(10) if max_queue is None else max_queue
        flush_millis = constant(2 * 60 * 1000) if flush_millis is None else flush_millis
        filename_suffix = constant(".v2") if filename_suffix is None else filename_suffix
        suffix = constant(".%s.%s" % (os.getpid(), next(_writers_made))) + filename_suffix
        make_op = _file_writer_op(logdir, max_queue, flush_millis, suffix)
        return ResourceSummaryWriter(shared_name=name_from_scope_name(scope), init_op_fn=make_op, name=name, v2=True)


def create_summary_file_writer(*args, **kwargs):
    """The old name of create_file_writer."""
    return create_file_writer(*args, **kwargs)


def create_db_writer(db_uri, experiment_name=None, run_name=None, user_name=None, name=None):
    """Absent: tinytf writes event files."""
    raise NotImplementedError("tf.contrib.summary.create_db_writer: tinytf writes no SQLite databases. Use create_file_writer.")


def create_noop_writer():
    """A writer that writes nothing."""
    return NoopSummaryWriter()


def summary_writer_initializer_op() -> list:
    """The ops that create all writers of the graph."""
    return get_collection(_WRITERS)


def initialize(graph=None, session=None) -> None:
    """Creates the writers of the graph in a session (the default one), and writes `graph`. Follows tf.summary.initialize of TF 1.15."""
    if context().summary_writer is None:
        raise RuntimeError("No default tf.contrib.summary.SummaryWriter found")
    session = get_default_session() if session is None else session
    if session is None:
        raise ValueError("session must be passed if no default session exists")
    session.run(summary_writer_initializer_op())
    if graph is not None:
        x = array_ops.placeholder(dtypes.string)
        session.run(_graph(x, 0), feed_dict={x: _serialized(graph)})


def all_v2_summary_ops() -> list:
    """The summaries of the graph that run by themselves. Follows tf.summary.all_v2_summary_ops of TF 1.15."""
    return get_collection(GraphKeys._SUMMARY_COLLECTION)


def flush(writer=None, name=None):
    """An op: all that `writer` (the default one) was given is in the file."""
    writer = context().summary_writer if writer is None else writer
    if writer is None:
        return no_op()
    with device(_CPU):
        return make("FlushSummaryWriter", writer._resource if isinstance(writer, ResourceSummaryWriter) else writer, name=name)


# Summaries ------------------------------------------------------------------------------------------

_ILLEGAL_IN_SCOPE = re.compile(r"[^-_/.A-Za-z0-9]")


def _nothing():
    return constant(False)


def _after(op):
    with control_dependencies([op]):
        return constant(True)


@contextlib.contextmanager
def summary_scope(name, default_name="summary", values=None):
    """Yields the tag and the scope of a summary of that name."""
    name = name or default_name
    current = get_default_graph().get_name_scope()
    tag = current + "/" + name if current else name
    with name_scope(_ILLEGAL_IN_SCOPE.sub("", name) or None, default_name, values) as scope:
        yield tag, scope


def _collected(op):
    add_to_collection(GraphKeys._SUMMARY_COLLECTION, op)
    return op


def _record_in(name, step, make_op):
    """A tensor: whether `make_op(writer, step, scope)` was recorded."""
    with name_scope(*name) as scope:
        if context().summary_writer is None:
            return constant(False)
        step = get_step() if step is None else step
        if step is None:
            raise ValueError("No step set via 'step' argument or tf.summary.experimental.set_step()")

        def record():
            with device(_CPU):
                return _after(make_op(context().summary_writer._resource, step, scope))

        with device(_CPU):
            return _collected(smart_cond(_should_record(True), record, _nothing, name="summary_cond"))


def _bytes_of(metadata):
    if metadata is None:
        return b""
    return metadata.SerializeToString() if hasattr(metadata, "SerializeToString") else metadata


def write(tag, tensor, step=None, metadata=None, name=None):
    """Writes a tensor as a summary."""
    serialized = _bytes_of(metadata)

    def make_op(writer, step, scope):
        return make("WriteSummary", writer, step, array_ops.identity(tensor), tag, serialized, name=scope)

    return _record_in((name, "write_summary"), step, make_op)


def write_raw_pb(tensor, step=None, name=None):
    """Writes serialized Summary messages."""

    def make_op(writer, step, scope):
        return make("WriteRawProtoSummary", writer, step, array_ops.identity(tensor), name=scope)

    return _record_in((name, "write_raw_pb"), step, make_op)


def summary_writer_function(name, tensor, function, family=None):
    """A tensor: whether the op that `function(tag, scope)` makes was run; nothing is made without a writer."""
    outer = get_default_graph().get_name_scope()
    outer = outer + "/" if outer else outer

    def record():
        with name_scope(outer), _family_scope(name, family, values=[tensor]) as (tag, scope):
            return _after(function(tag, scope))

    if context().summary_writer is None:
        return no_op()
    with device(_CPU):
        return _collected(smart_cond(should_record_summaries(), record, _nothing, name=""))


def _writer():
    return context().summary_writer._resource


def generic(name, tensor, metadata=None, family=None, step=None):
    """Writes a tensor."""

    def function(tag, scope):
        serialized = metadata
        if metadata is None or hasattr(metadata, "SerializeToString"):
            serialized = constant(_bytes_of(metadata).decode("latin-1") if metadata is None else _bytes_of(metadata))
        return make("WriteSummary", _writer(), _chosen_step(step), array_ops.identity(tensor), tag, serialized, name=scope)

    return summary_writer_function(name, tensor, function, family=family)


def scalar(name, tensor, family=None, step=None):
    """Writes a number."""

    def function(tag, scope):
        return make("WriteScalarSummary", _writer(), _chosen_step(step), tag, array_ops.identity(tensor), name=scope)

    return summary_writer_function(name, tensor, function, family=family)


def histogram(name, tensor, family=None, step=None):
    """Writes how numbers are distributed."""

    def function(tag, scope):
        return make("WriteHistogramSummary", _writer(), _chosen_step(step), tag, array_ops.identity(tensor), name=scope)

    return summary_writer_function(name, tensor, function, family=family)


def image(name, tensor, bad_color=None, max_images=3, family=None, step=None):
    """Writes images."""

    def function(tag, scope):
        color = constant([255, 0, 0, 255], dtype=dtypes.uint8) if bad_color is None else bad_color
        inputs = _chosen_step(step), tag, array_ops.identity(tensor), color
        return make("WriteImageSummary", _writer(), *inputs, max_images=max_images, name=scope)

    return summary_writer_function(name, tensor, function, family=family)


def audio(name, tensor, sample_rate, max_outputs, family=None, step=None):
    """Writes sounds."""

    def function(tag, scope):
        inputs = _chosen_step(step), tag, array_ops.identity(tensor), sample_rate
        return make("WriteAudioSummary", _writer(), *inputs, max_outputs=max_outputs, name=scope)

    return summary_writer_function(name, tensor, function, family=family)


def graph(param, step=None, name=None):
    """Writes a graph, given as a tensor of its serialized GraphDef."""
    if not isinstance(param, Tensor):
        raise TypeError("graph() needs a tf.Tensor (e.g. tf.placeholder) in graph mode, but was: %s" % type(param))
    writer = context().summary_writer
    if writer is None:
        return no_op()
    with device(_CPU):
        tensor = array_ops.identity(param)
        return make("WriteGraphSummary", writer._resource, _chosen_step(step), tensor, name=name)


_graph = graph  # where an argument has that name


def _serialized(graph_or_def) -> bytes:
    if isinstance(graph_or_def, Graph):
        graph_or_def = graph_or_def.as_graph_def(add_shapes=True)
    return graph_or_def.SerializeToString()


def import_event(tensor, name=None):
    """An op that writes a serialized Event."""
    return make("ImportEvent", _writer(), tensor, name=name)


def eval_dir(model_dir, name=None) -> str:
    """The folder of a model's evaluation."""
    return os.path.join(model_dir, "eval" if not name else "eval_" + name)
