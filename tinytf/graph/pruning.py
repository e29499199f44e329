"""GraphDefs made smaller: the part that some nodes need, and what only training needs taken out."""

from __future__ import annotations

import re

from tinytf import dtypes, protos
from tinytf.graph.operation import Operation

_VARIABLE_OPS = frozenset(
    ["Assign", "AssignAdd", "AssignSub", "Queue", "ScatterAdd", "ScatterSub", "ScatterUpdate", "TruncatedNormal", "Variable", "VariableV2"]
)


def node_name(input_name: str) -> str:
    """The node that an input ("a", "a:1", "^a") names."""
    return input_name[1:] if input_name.startswith("^") else input_name.split(":")[0]


def must_run_on_cpu(node, pin_variables_on_cpu: bool = False) -> bool:
    """Whether a node (Operation or NodeDef) has no GPU kernel in TensorFlow.  Follows `tf.graph_util.must_run_on_cpu`."""
    node_def = node.node_def if isinstance(node, Operation) else node
    if pin_variables_on_cpu and node_def.op in _VARIABLE_OPS:
        return True
    key, on_cpu = {
        "Const": ("dtype", (dtypes.string, dtypes.int32)),
        "DynamicStitch": ("T", (dtypes.int32,)),
        "ParallelDynamicStitch": ("T", (dtypes.int32,)),
        "Cast": ("SrcT", (dtypes.int32,)),
    }.get(node_def.op, ("", ()))
    return bool(key) and node_def.attr[key].type in [t.as_datatype_enum for t in on_cpu]


def extract_sub_graph(graph_def, dest_nodes):
    """The GraphDef of the nodes that `dest_nodes` (a list of names) need, in their old order.

    TypeError where an argument is of the wrong type, AssertionError for a name that is not there.
    Follows `tf.graph_util.extract_sub_graph` of TF 1.15.
    """
    if not isinstance(graph_def, protos.GraphDef):
        raise TypeError("graph_def must be a graph_pb2.GraphDef proto.")
    if isinstance(dest_nodes, str):
        raise TypeError("dest_nodes must be a list.")
    needs: dict = {}
    for node in graph_def.node:
        found = needs[node.name] = [node_name(n) for n in node.input]
        if "_class" in node.attr:
            groups = [g.decode("utf-8", "replace") for g in node.attr["_class"].list.s]
            found.extend([g[5:] for g in groups if g.startswith("loc:@")])
    for name in dest_nodes:
        assert name in needs, f"{name} is not in graph"
    kept: set = set()
    waiting = list(dest_nodes)
    while waiting:
        name = waiting.pop()
        if name not in kept:
            kept.add(name)
            waiting.extend(needs.get(name, ()))
    result = protos.GraphDef()
    for node in graph_def.node:
        if node.name in kept:
            result.node.add().CopyFrom(node)
    result.library.CopyFrom(graph_def.library)
    result.versions.CopyFrom(graph_def.versions)
    return result


def tensor_shape_from_node_def_name(graph, input_name: str):
    """The static shape of the tensor that a NodeDef's input names.  Follows TF 1.15."""
    return graph.get_tensor_by_name(input_name if ":" in input_name else input_name + ":0").get_shape()


def remove_training_nodes(input_graph, protected_nodes=None):
    """A GraphDef without CheckNumerics, and without the Identity nodes that no control edge touches.

    Nodes named in `protected_nodes` stay.  Follows `tf.graph_util.remove_training_nodes` of TF 1.15.
    """
    protected = set(protected_nodes or ())
    removed = {n.name for n in input_graph.node if n.op == "CheckNumerics" and n.name not in protected}
    nodes = []
    for node in input_graph.node:
        if node.name in removed:
            continue
        new = protos.NodeDef()
        new.CopyFrom(node)
        new.ClearField("input")
        new.input.extend([i for i in node.input if re.sub(r"^\^", "", i) not in removed])
        nodes.append(new)
    controls = {i.replace("^", "") for n in nodes for i in n.input if "^" in i}
    controlled = {n.name for n in nodes for i in n.input if "^" in i}
    spliced = {
        n.name: n.input[0]
        for n in nodes
        if n.op == "Identity" and n.name not in protected and n.name not in controlled and n.name not in controls
    }
    result = protos.GraphDef()
    for node in nodes:
        if node.name in spliced:
            continue
        new = result.node.add()
        new.CopyFrom(node)
        new.ClearField("input")
        for full_name in node.input:
            name = re.sub(r"^\^", "", full_name)
            while name in spliced:
                full_name = spliced[name]
                name = re.sub(r"^\^", "", full_name)
            new.input.append(full_name)
    return result
