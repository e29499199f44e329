"""Traced runs: the plan's function line by line with a clock, for `RunMetadata.step_stats` and timelines."""

from __future__ import annotations

import sys
import threading
import time

import numpy as np

from tinytf import protos
from tinytf.graph.device import DeviceSpec

FULL_TRACE = 3
_NO_TRACE = 0
_DEVICE = "/job:localhost/replica:0/task:0/device:CPU:"


def traced_run(session, plan, arrays, options, run_metadata) -> tuple:
    """Runs a plan and, where `options.trace_level` asks for it, writes each operation's time into `run_metadata`."""
    if run_metadata is not None:
        run_metadata.Clear()
    if options is None or options.trace_level == _NO_TRACE:
        values = plan.run(arrays)
    else:
        values, events = _timed(plan, arrays)
        _fill(run_metadata.step_stats if run_metadata is not None else protos.StepStats(), plan, events)
    if run_metadata is not None and options is not None and options.output_partition_graphs:
        run_metadata.partition_graphs.add().CopyFrom(session.graph.as_graph_def())
    return values


def _timed(plan, arrays):
    """(values, [(line, start, end)]): Python's own line tracing tells when each line of the function begins."""
    events: list = []
    code = plan.step.__code__
    current = [0, 0]

    def on_line(frame, event, argument):
        now = time.perf_counter_ns()
        if current[0]:
            events.append((current[0], current[1], now))
        current[0], current[1] = (frame.f_lineno, now) if event == "line" else (0, 0)
        return on_line

    def on_call(frame, event, argument):
        return on_line if frame.f_code is code else None

    old = sys.gettrace()
    sys.settrace(on_call)
    try:
        values = plan.run(arrays)
    finally:
        sys.settrace(old)
    return values, events


def _fill(step_stats, plan, events) -> None:
    first = _DEVICE + "0"  # told of even where nothing ran: a constant was folded
    devices = {first: step_stats.dev_stats.add(device=first)}
    base_ns = time.time_ns() - (events[-1][2] if events else 0)
    for op, start, end in _operations(plan, events):
        name = _device_of(op)
        if name not in devices:
            devices[name] = step_stats.dev_stats.add(device=name)
        stats = devices[name].node_stats.add(node_name=op.name)
        stats.all_start_micros = (base_ns + start) // 1000
        stats.op_start_rel_micros = 0
        stats.op_end_rel_micros = stats.all_end_rel_micros = max(1, (end - start) // 1000)
        stats.timeline_label = f"{op.name} = {op.type}({', '.join(t.op.name for t in op.inputs)})"
        stats.thread_id = threading.get_ident() & 0x7FFFFFFF
        for i, tensor in enumerate(op.outputs):
            output = stats.output.add(slot=i)
            description = output.tensor_description
            description.dtype = tensor.dtype.base_dtype.as_datatype_enum
            description.allocation_description.allocator_name = "cpu"
            if tensor.dims is not None and None not in tensor.dims:
                description.shape.CopyFrom(tensor.shape.as_proto())
                size = int(np.prod(tensor.dims, dtype=np.int64)) * tensor.dtype.base_dtype.size
                description.allocation_description.requested_bytes = size


def _operations(plan, events):
    """(operation, start, end) of each; lines that follow each other for one operation are one."""
    ops, current = plan.source.ops, None
    for line, start, end in events:
        op = ops[line] if line < len(ops) else None
        if op is None:
            continue
        if current is not None and current[0] is op:
            current = op, current[1], end
            continue
        if current is not None:
            yield current
        current = op, start, end
    if current is not None:
        yield current


def _device_of(op) -> str:
    """The device that an operation is placed on: all are this one CPU, however many were asked for."""
    spec = DeviceSpec.from_string(op.device)
    index = spec.device_index if spec.device_type == "CPU" and spec.device_index else 0
    return f"{_DEVICE}{index}"
