"""Ops that write summaries to event files as they run: the writer is a resource of the session, its file an event file as FileWriter's."""

from __future__ import annotations

import time

import numpy as np

from tinytf import errors, protos
from tinytf.graph.op_entry import NOT_DIFFERENTIABLE, op
from tinytf.graph.shape_rules import no_outputs, scalar
from tinytf.ops.files import summary_ops
from tinytf.ops.state.held_resources import created, handle_kernel


class _HeldWriter:
    """What a handle of SummaryWriter refers to: an EventFileWriter, once it is created and until it is closed."""

    def __init__(self):
        self.writer = None

    @property
    def is_created(self) -> bool:
        return self.writer is not None


def _item(value):
    return value.item() if isinstance(value, np.ndarray) else value


def _text(value) -> str:
    value = _item(value)
    return value.decode("utf-8", "surrogateescape") if isinstance(value, bytes) else str(value)


def _create(op_):
    def create(held, logdir, max_queue, flush_millis, filename_suffix):
        if held.is_created:
            return
        from tinytf.summary.event_file import EventFileWriter

        held.writer = EventFileWriter(_text(logdir), int(max_queue), int(flush_millis) / 1000, _text(filename_suffix))
        held.writer.start()

    return create


def _flush(op_):
    return lambda held: created(op_, held).writer.flush()


def _close(op_):
    def close(held):
        created(op_, held).writer.close()
        held.writer = None

    return close


def _import_event(op_):
    def add(held, event):
        created(op_, held).writer.add_event(_parsed(op_, protos.Event, event))

    return add


def _parsed(op_, kind, serialized):
    try:
        return kind.FromString(bytes(_item(serialized)))
    except protos.PARSE_ERRORS as error:
        raise errors.DataLossError(op_.node_def, op_, f"Bad {kind.__name__} binary proto tensor string: {error}") from None


def _writes(event_of):
    """The kernel of an op that adds one event: what `event_of(op_)` makes of all inputs but the writer and the step."""

    def kernel(op_):
        make_event = event_of(op_)

        def write(held, step, *inputs):
            event = make_event(*inputs)
            event.step, event.wall_time = int(step), time.time()
            created(op_, held).writer.add_event(event)

        return write

    return kernel


def _of_summary_kernel(kernel):
    """An event of the Summary message that a summary op's kernel makes of (tag, values)."""

    def event_of(op_):
        run = kernel(op_)
        return lambda *inputs: protos.Event(summary=protos.Summary.FromString(run(*inputs).item()))

    return event_of


def _of_tensor(op_):
    def event(tensor, tag, metadata):
        value = protos.Summary.Value(tag=_text(tag), tensor=summary_ops.content_proto(tensor))
        if len(_item(metadata)):
            value.metadata.CopyFrom(_parsed(op_, protos.SummaryMetadata, metadata))
        return protos.Event(summary=protos.Summary(value=[value]))

    return event


def _of_raw_protos(op_):
    def event(tensor):
        summary = protos.Summary()
        for serialized in np.asarray(tensor, dtype=object).reshape(-1):
            summary.MergeFrom(_parsed(op_, protos.Summary, serialized))
        return protos.Event(summary=summary)

    return event


def _of_scalar(op_):
    def event(tag, value):
        return protos.Event(summary=protos.Summary(value=[protos.Summary.Value(tag=_text(tag), simple_value=float(value))]))

    return event


def _of_graph(op_):
    return lambda tensor: protos.Event(graph_def=bytes(_item(tensor)))


op("SummaryWriter() -> (writer: resource); shared_name: string = ''; container: string = ''; is_stateful",
   shape=scalar, stateful_kernel=handle_kernel(_HeldWriter), gradient=NOT_DIFFERENTIABLE)  # fmt: skip
for _signature, _kernel in (
    ("CreateSummaryFileWriter(writer: resource, logdir: string, max_queue: int32, flush_millis: int32, filename_suffix: string) -> ()", _create),
    ("FlushSummaryWriter(writer: resource) -> ()", _flush),
    ("CloseSummaryWriter(writer: resource) -> ()", _close),
    ("ImportEvent(writer: resource, event: string) -> ()", _import_event),
    ("WriteSummary(writer: resource, step: int64, tensor: T, tag: string, summary_metadata: string) -> (); T: type", _writes(_of_tensor)),
    ("WriteRawProtoSummary(writer: resource, step: int64, tensor: string) -> ()", _writes(_of_raw_protos)),
    ("WriteScalarSummary(writer: resource, step: int64, tag: string, value: T) -> (); T: " + summary_ops.REAL_NUMBERS, _writes(_of_scalar)),
    (
        "WriteHistogramSummary(writer: resource, step: int64, tag: string, values: T) -> (); T: " + summary_ops.REAL_NUMBERS + " = float",
        _writes(_of_summary_kernel(summary_ops.histogram_kernel)),
    ),
    (
        "WriteImageSummary(writer: resource, step: int64, tag: string, tensor: T, bad_color: uint8) -> (); "
        "max_images: int >= 1 = 3; T: {uint8, float, half} = float",
        _writes(_of_summary_kernel(summary_ops.image_kernel)),
    ),
    (
        "WriteAudioSummary(writer: resource, step: int64, tag: string, tensor: float, sample_rate: float) -> (); max_outputs: int >= 1 = 3",
        _writes(_of_summary_kernel(summary_ops.audio_kernel)),
    ),
    ("WriteGraphSummary(writer: resource, step: int64, tensor: string) -> ()", _writes(_of_graph)),
):
    op(_signature + "; is_stateful", shape=no_outputs, kernel=_kernel, gradient=NOT_DIFFERENTIABLE)
