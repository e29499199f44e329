"""One node of a profile: its own figures, and with those of all below it."""

from __future__ import annotations

import math

from tinytf.shapes import TensorShape

ROOT = "_TFProfRoot"
SCOPE = "_kTFScopeParent"  # the op type of what is only a scope

# What adds up. The names are those of GraphNodeProto's fields, where sums are called total_….
FIGURES = (
    "requested_bytes",
    "peak_bytes",
    "residual_bytes",
    "output_bytes",
    "exec_micros",
    "accelerator_exec_micros",
    "cpu_exec_micros",
    "parameters",
    "float_ops",
    "run_count",
)
_OF_RUNS = FIGURES[:7]  # averages of all runs of a node


class Node:
    """A node of the graph, a scope or an op type. `own` are its figures, `total` those shown or counted below it, too."""

    def __init__(self, name: str, op_type: str):
        self.name = name
        self.types = [op_type]
        self.devices: list = []
        self.shape: list = []  # of a variable or placeholder
        self.input_shapes: dict = {}
        self.inputs: list = []
        self.own = dict.fromkeys(FIGURES, 0)
        self.total: dict = {}
        self.children: list = []
        self.shown: list = []
        self.members: list = []  # of an op type: its nodes
        self.account = False
        self.reset_total()

    def reset_total(self) -> None:
        """The sums begin anew, without the node itself."""
        self.total = dict.fromkeys((*FIGURES, "definition_count"), 0)

    def add_self(self) -> None:
        """Adds the node's own figures to its sums."""
        self.total["definition_count"] += 1
        for figure in FIGURES:
            self.total[figure] += self.own[figure]

    def add(self, other: Node) -> None:
        """Adds the sums of `other`."""
        for figure, value in other.total.items():
            self.total[figure] += value


def nodes_of(graph, op_log, run_metas) -> dict:
    """{name: Node} of a graph, in its order, with the types and operations of `op_log` and averages of the traced runs."""
    nodes = {op.name: _node(op) for op in graph.get_operations()}
    for entry in op_log.log_entries:
        if entry.name in nodes:
            node = nodes[entry.name]
            node.types.extend(t for t in entry.types if t not in node.types)
            node.own["float_ops"] = entry.float_ops
    for run_meta in run_metas:
        _add_run(nodes, run_meta)
    for node in nodes.values():
        for figure in _OF_RUNS:
            node.own[figure] //= max(1, node.own["run_count"])
    return nodes


def _node(op) -> Node:
    node = Node(op.name, op.type)
    if op.device:
        node.devices.append(op.device)
    shape = op.attrs.get("shape")
    if isinstance(shape, TensorShape) and shape.ndims is not None:
        node.shape = _dims(shape)
        node.own["parameters"] = 0 if -1 in node.shape else math.prod(node.shape)
    node.inputs = [t.op.name for t in op.inputs] + [control.name for control in op.control_inputs]
    node.input_shapes = {i: _dims(t.shape) for i, t in enumerate(op.inputs) if t.shape.ndims is not None}
    return node


def _dims(shape) -> list:
    """The dims of a shape, -1 where one is not known; [1] of a scalar's."""
    return [-1 if d is None else d for d in shape.as_list()] or [1]


def _add_run(nodes, run_meta) -> None:
    """Adds time and memory of a traced run; all of it was the CPU's."""
    for device in run_meta.step_stats.dev_stats:
        for stats in device.node_stats:
            node = nodes.get(stats.node_name)
            if node is None:
                continue
            if device.device not in node.devices:
                node.devices.append(device.device)
            own = node.own
            own["run_count"] += 1
            own["exec_micros"] += stats.op_end_rel_micros
            own["cpu_exec_micros"] += stats.op_end_rel_micros
            made = sum(output.tensor_description.allocation_description.requested_bytes for output in stats.output)
            own["output_bytes"] += made
            own["requested_bytes"] += sum(memory.total_bytes for memory in stats.memory) or made
            own["peak_bytes"] += sum(memory.peak_bytes for memory in stats.memory) or made
            own["residual_bytes"] += sum(memory.live_bytes for memory in stats.memory)
