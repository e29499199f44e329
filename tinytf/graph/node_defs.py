"""Operations made of a NodeDef: what `tf.Operation(node_def, graph, …)` of TF 1.15 does."""

from __future__ import annotations

from tinytf import dtypes as types
from tinytf import protos
from tinytf.graph import attr_value, op_entry
from tinytf.graph import device as devices
from tinytf.graph.operation import Operation


def new_node_def(op_type: str, name: str, device=None, attrs=None):
    """A NodeDef of this type and name.  Follows `ops._NodeDef` of TF 1.15."""
    node = protos.NodeDef(op=str(op_type), name=str(name))
    for key, value in (attrs or {}).items():
        node.attr[key].CopyFrom(value)
    if device:
        node.device = device(node) if callable(device) else device if isinstance(device, str) else devices.canonical_name(device)
    return node


def fill_operation(operation: Operation, node_def, graph, inputs, output_types, control_inputs, original_op) -> None:
    """Makes `operation` the node that `node_def` describes, and adds it to the graph."""
    from tinytf.graph.build import output_dtypes
    from tinytf.graph.graph import _OP_NAME, Graph

    if getattr(getattr(node_def, "DESCRIPTOR", None), "name", "") != "NodeDef":
        raise TypeError(f"node_def needs to be a NodeDef: {node_def}")
    if not _OP_NAME.match(node_def.name):
        raise ValueError(f"'{node_def.name}' is not a valid node name")
    if not isinstance(graph, Graph):
        raise TypeError(f"g needs to be a Graph: {graph}")
    controls = [c if isinstance(c, Operation) else getattr(c, "op", c) for c in control_inputs]
    for control in controls:
        if not isinstance(control, Operation):
            raise TypeError(f"Control input must be an Operation, a Tensor, or IndexedSlices: {control}")
    entry = op_entry.lookup(node_def.op)
    attrs = {key: attr_value.from_attr_value(value) for key, value in node_def.attr.items()}
    if entry is not None:
        for attr in entry.op_def.attrs:
            if attr.has_default:
                attrs.setdefault(attr.name, attr.default)
        if all(name in attrs for name in entry.op_def.attr_by_name):
            output_types = output_dtypes(entry.op_def, attrs)
    operation._set(graph, node_def.name, node_def.op, inputs, controls, [types.as_dtype(t) for t in output_types], attrs, entry)
    operation.device = devices.canonical_name(node_def.device) if node_def.device else ""
    operation._original_op = original_op
    graph._add_op(operation)
    graph._finish_op(operation, compute_device=False)
