"""What is known of a graph's nodes beside the graph: an OpLogProto. Follows TF 1.15's `tf.profiler.write_op_log`."""

from __future__ import annotations

import os
import sys

from tinytf import gfile, protos
from tinytf.graph.default_graph import get_default_graph
from tinytf.graph.keys import GraphKeys
from tinytf.graph.op_stats import get_stats_for_node_def
from tinytf.shapes import TensorShape

TRAINABLE_VARIABLES = "_trainable_variables"
REGISTERED_FLOP_STATS = "flops"


def write_op_log(graph, log_dir, op_log=None, run_meta=None, add_trace=True) -> None:
    """Writes `op_log`, with the floating-point operations and the trainable variables added, to tfprof_log in the folder `log_dir`."""
    op_log = merge_default_with_oplog(graph or get_default_graph(), op_log, run_meta, add_trace)
    with gfile.Open(os.path.join(log_dir, "tfprof_log"), "w") as log:
        log.write(op_log.SerializeToString())


def merge_default_with_oplog(graph, op_log=None, run_meta=None, add_trace=True, add_trainable_var=True):
    """A new OpLogProto: `op_log`, and what the graph itself tells where `op_log` does not say it."""
    graph = graph or get_default_graph()
    if run_meta is not None:
        _fill_shapes(graph, run_meta)
    strings = {"none": 0}
    logged = _logged_ops(graph, strings if add_trace else None, add_trainable_var, run_meta is None)
    given = {entry.name: entry for entry in op_log.log_entries} if op_log else {}
    for name, entry in logged.items():
        known = given.setdefault(name, entry)
        if known is not entry:
            known.types.extend(entry.types)
            known.float_ops = known.float_ops or entry.float_ops
            if not known.code_def.traces:
                known.code_def.MergeFrom(entry.code_def)
    merged = protos.OpLogProto(log_entries=given.values())
    for text, number in strings.items():
        merged.id_to_string[number] = text
    return merged


def _logged_ops(graph, strings, add_trainable_var, tell_missing) -> dict:
    """{name: OpLogEntry}; with `strings`, where each node was made, the texts being numbered there."""
    logged, missing = {}, 0
    for op in graph.get_operations():
        try:
            flops = get_stats_for_node_def(graph, op.node_def, REGISTERED_FLOP_STATS).value
        except ValueError:  # a shape is not known in full
            missing += 1
            flops = None
        if not flops and strings is None:
            continue
        entry = logged[op.name] = protos.OpLogEntry(name=op.name, float_ops=int(flops or 0))
        if strings is not None:
            _add_trace(entry, op, strings)
    for variable in graph.get_collection(GraphKeys.TRAINABLE_VARIABLES) if add_trainable_var else ():
        logged.setdefault(variable.op.name, protos.OpLogEntry(name=variable.op.name)).types.append(TRAINABLE_VARIABLES)
    if missing and tell_missing:
        sys.stderr.write("%d ops no flops stats due to incomplete shapes.\n" % missing)
    return logged


def _add_trace(entry, op, strings) -> None:
    def number(text):
        return strings.setdefault(text, len(strings)) if text else 0

    for file, line, function, code in op.traceback or ():
        entry.code_def.traces.add(
            file_id=number(file), lineno=line or -1, function_id=number(function), line_id=number(code), func_start_line=-1
        )


def _fill_shapes(graph, run_meta) -> None:
    """Static shapes that are not known become those of the traced run."""
    for device in run_meta.step_stats.dev_stats:
        for stats in device.node_stats:
            try:
                outputs = graph.get_operation_by_name(stats.node_name).outputs
            except (KeyError, ValueError):
                continue
            if len(outputs) != len(stats.output):
                continue
            for tensor, seen in zip(outputs, stats.output):
                if not tensor.shape.is_fully_defined() and seen.tensor_description.HasField("shape"):
                    _set_shape(tensor, TensorShape(seen.tensor_description.shape))


def _set_shape(tensor, shape) -> None:
    try:
        tensor.set_shape(tensor.shape.merge_with(shape))
    except ValueError as error:
        sys.stderr.write("Node %s incompatible shapes: %s.\n" % (tensor.op.name, error))
