"""A profile as text, as TF 1.15's tfprof prints it, and as the messages that `tf.profiler.profile` returns."""

from __future__ import annotations

from tinytf import protos
from tinytf.profiler.stats import FIGURES, ROOT

_SCOPE_DOC = "scope: The nodes in the model graph are organized by their names, which is hierarchical like filesystem."
_VIEW_DOCS = {
    "scope": _SCOPE_DOC,
    "graph": _SCOPE_DOC,
    "op": "op: The nodes are operation kernel type, such as MatMul, Conv2D. Graph nodes belonging to the same type are aggregated together.",
}
_CPU_DOC = (
    "cpu execution time: The time from the start to the end of the operation. It's the sum of actual cpu run time plus the "
    "time that it spends waiting if part of computation is launched asynchronously."
)
_ACCELERATOR_DOC = "accelerator execution time: Time spent executing on the accelerator. This is normally measured by the actual hardware library."
_DOCS = {
    "accelerator_micros": _ACCELERATOR_DOC,
    "bytes": "requested bytes: The memory requested by the operation, accumulatively.",
    "cpu_micros": _CPU_DOC,
    "device": "device: which device is placed on.",
    "float_ops": "flops: Number of float operations. Note: Please read the implementation for the math behind it.",
    "input_shapes": "input shape: The shape of input tensors",
    "micros": "\n".join(
        ["total execution time: Sum of accelerator execution time and cpu execution time.", _CPU_DOC, _ACCELERATOR_DOC]
    ),
    "occurrence": "occurrence: The number of times it occurs",
    "op_types": "op_types: The attributes of the operation, includes the Kernel name device placed on and user-defined strings.",
    "output_bytes": "output bytes: The memory that is output from the operation (not necessarilty allocated by the operation)",
    "params": "param: Number of parameters (in the Variable).",
    "peak_bytes": "peak bytes: The peak amount of memory that the operation is holding at some point.",
    "residual_bytes": "residual bytes: The memory not de-allocated after the operation finishes.",
    "tensor_value": "tensor_value: Not supported now.",
}
_OPTIONS = """max_depth min_bytes min_peak_bytes min_residual_bytes min_output_bytes min_micros min_accelerator_micros min_cpu_micros
    min_params min_float_ops min_occurrence step order_by account_type_regexes start_name_regexes trim_name_regexes
    show_name_regexes hide_name_regexes account_displayed_op_only select output""".split()


def _number(n) -> str:
    return "%d" % n if n < 1000 else "%.2fk" % (n / 1000) if n < 1000000 else "%.2fm" % (n / 1000000)


def _memory(n) -> str:
    return "%dB" % n if n < 1000 else "%.2fKB" % (n / 1000) if n < 1000000 else "%.2fMB" % (n / 1000000)


def _time(n) -> str:
    return "%dus" % n if n < 1000 else "%.2fms" % (n / 1000) if n < 1000000 else "%.2fsec" % (n / 1000000)


# The columns in their order: what selects one, its title, the figure, how it is written, its unit in trees and in lists.
_COLUMNS = (
    (("params",), "# parameters", "parameters", _number, " params", " params"),
    (("float_ops",), "# float_ops", "float_ops", _number, " flops", " float_ops"),
    (("bytes",), "requested bytes", "requested_bytes", _memory, "", ""),
    (("peak_bytes",), "peak bytes", "peak_bytes", _memory, "", ""),
    (("residual_bytes",), "residual bytes", "residual_bytes", _memory, "", ""),
    (("output_bytes",), "output bytes", "output_bytes", _memory, "", ""),
    (("micros",), "total execution time", "exec_micros", _time, "", ""),
    (("micros", "accelerator_micros"), "accelerator execution time", "accelerator_exec_micros", _time, "", ""),
    (("micros", "cpu_micros"), "cpu execution time", "cpu_exec_micros", _time, "", ""),
)
_TEXT_COLUMNS = {
    "device": "assigned devices",
    "op_types": "op types",
    "occurrence": "op count (run|defined)",
    "input_shapes": "input shapes",
}


def text(root, view: str, options: dict) -> str:
    """The report: what the columns mean, and the nodes."""
    select = sorted(set(options["select"]))
    columns = [c for c in _COLUMNS if set(c[0]) & set(select)]
    texts = dict(_TEXT_COLUMNS, occurrence="op occurrence (run|defined)") if view == "op" else _TEXT_COLUMNS
    titles = ["node name", *(c[1] for c in columns), *(title for key, title in texts.items() if key in select)]
    lines = ["Doc:", _VIEW_DOCS[view]]
    lines += [_DOCS.get(name, "Unknown select: %s" % name) for name in select]
    lines += ["\nProfile:", " | ".join(titles) if len(titles) > 1 else "node name | "]
    lines += _chain(root, root, columns, select) if view == "op" else _tree(root, 0, columns, select)
    return "\n".join(lines) + "\n"


def with_options(report: str, options: dict) -> str:
    """The report as it is printed: the options before it."""
    lines = ["\n=========================Options============================="]
    lines += ["%-28s%s" % ("-" + name, _option(options, name)) for name in _OPTIONS]
    lines += ["\n==================Model Analysis Report======================\n", report]
    return "\n".join(lines) + "\n======================End of Report==========================\n"


def _option(options, name) -> str:
    value = options.get(name, 0)
    if name == "select":
        value = sorted(set(value))
    if name == "output":
        kind, _, details = value.partition(":")
        return kind + ":" + details
    if isinstance(value, bool):
        return "true" if value else "false"
    return ",".join(value) if isinstance(value, (list, tuple)) else str(value)


def _tree(node, indent, columns, select) -> list:
    told = []
    for keys, _, figure, written, unit, _ in columns:
        if keys == ("params",) and node.shape:
            told.append(_shape(node.shape))
        told.append("%s/%s%s" % (written(node.own[figure]) if node.account else "--", written(node.total[figure]), unit))
    if "device" in select and node.devices:
        told.append("|".join(node.devices))
    if "op_types" in select:
        told.append("|".join(node.types))
    if "occurrence" in select:
        own = (str(node.own["run_count"]), "1") if node.account else ("--", "--")
        told.append("%s/%d|%s/%d" % (own[0], node.total["run_count"], own[1], node.total["definition_count"]))
    if "input_shapes" in select:
        told.append("|".join("%d:%s" % (i, _shape(dims)) for i, dims in sorted(node.input_shapes.items())))
    lines = ["%s%s (%s)" % (" " * indent, node.name, ", ".join(told))]
    for child in node.shown:
        lines += _tree(child, indent + 2, columns, select)
    return lines


def _shape(dims) -> str:
    return "x".join(map(str, dims))


def _chain(root, node, columns, select) -> list:
    """A line for each op type after `node`."""
    lines = []
    for kind in node.shown:
        told = []
        for _, _, figure, written, _, unit in columns:
            everything = root.total[figure]
            parts = (kind.total[figure], kind.own[figure]) if everything and kind.total[figure] else (0, 0)
            shares = [100 * part / max(1, everything) for part in parts]
            told.append("%30s" % ("%s%s (%.2f%%, %.2f%%)" % (written(kind.own[figure]), unit, *shares)))
        if "device" in select and kind.devices:
            told.append("|".join(kind.devices))
        if "op_types" in select:
            told.append("|".join(sorted({name for member in kind.members for name in member.types})))
        if "occurrence" in select:
            told.append("%10s" % ("%d|%d" % (kind.own["run_count"], len(kind.members))))
        lines.append("%-25s%s" % (kind.name, ", ".join(told)))
        lines += _chain(root, kind, columns, select)
    return lines


def as_graph_node(node):
    """The GraphNodeProto of a node and of what is shown below it."""
    proto = protos.GraphNodeProto(name=node.name, devices=node.devices)
    proto.total_definition_count = node.total["definition_count"]
    for figure in FIGURES:
        setattr(proto, figure, node.own[figure] if node.name != ROOT else 0)
        setattr(proto, "total_" + figure, node.total[figure])
    for i, dims in node.input_shapes.items():
        for size in dims:
            proto.input_shapes[i].dim.add(size=size)
    proto.children.extend(map(as_graph_node, node.shown))
    return proto


def as_multi_graph_node(node):
    """The MultiGraphNodeProto of an op type and of those after it."""
    proto = protos.MultiGraphNodeProto(name=node.name)
    for figure in FIGURES:
        if figure != "run_count":
            setattr(proto, figure, node.own[figure])
            setattr(proto, "total_" + figure, node.total[figure])
    proto.graph_nodes.extend(map(as_graph_node, node.members))
    proto.children.extend(map(as_multi_graph_node, node.shown))
    return proto
