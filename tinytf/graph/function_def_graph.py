"""FunctionDefs as graphs of their own, and a part of a graph as a FunctionDef.

In a GraphDef a tensor is called `node:3`, the third of the node's; in a FunctionDef `node:result:0`, the first of one
named result.  Follows `function_def_to_graph` and `graph_to_function_def` of TF 1.15.
"""

from __future__ import annotations

import re

from tinytf import protos
from tinytf.graph import op_entry
from tinytf.graph.default_graph import get_default_graph
from tinytf.graph.function import FuncGraph, check_out_names, find_function, output_name, to_function_def
from tinytf.graph.graph import PRODUCER_VERSION
from tinytf.graph.importer import import_function_body
from tinytf.graph.op_def import to_proto
from tinytf.graph.operation import fill_node_def
from tinytf.shapes import as_dims, dims_to_proto


def function_def_to_graph(fdef, input_shapes=None) -> FuncGraph:
    """The FunctionDef as a FuncGraph, with `inputs` and `outputs`; `input_shapes` are its arguments' static shapes."""
    graph = FuncGraph(fdef.signature.name, get_default_graph())
    graph_def, flat_names = function_def_to_graph_def(fdef, input_shapes)
    with graph.as_default():
        import_function_body(graph_def)
    graph.inputs = [graph.get_tensor_by_name(flat_names[arg.name]) for arg in fdef.signature.input_arg]
    graph.outputs = [graph.get_tensor_by_name(flat_names[fdef.ret[arg.name]]) for arg in fdef.signature.output_arg]
    graph.out_names = [arg.name for arg in fdef.signature.output_arg]
    return graph


def function_def_to_graph_def(fdef, input_shapes=None) -> tuple:
    """(GraphDef, {name in the FunctionDef: name in the GraphDef}).

    ValueError where `input_shapes` are not as many as the arguments, or a function is not in the default graph's library.
    """
    arguments = fdef.signature.input_arg
    if input_shapes and len(input_shapes) != len(arguments):
        raise ValueError(
            f"Length of input_shapes must match the number of input_args. len(input_shapes): {len(input_shapes)} "
            f"len(input_arg): {len(arguments)}"
        )
    graph_def = protos.GraphDef()
    graph_def.versions.producer = PRODUCER_VERSION
    flat_names: dict = {}
    for i, arg in enumerate(arguments):
        node = graph_def.node.add(name=arg.name, op="Placeholder")
        node.attr["dtype"].type = arg.type
        if input_shapes and input_shapes[i] is not None:
            node.attr["shape"].shape.CopyFrom(dims_to_proto(as_dims(input_shapes[i])))
        if i in fdef.arg_attr:
            for key, value in fdef.arg_attr[i].attr.items():
                if not key.startswith("_"):
                    node.attr[key].CopyFrom(value)
        flat_names[arg.name], flat_names["^" + arg.name] = f"{arg.name}:0", "^" + arg.name
    graph_def.node.extend(fdef.node_def)
    for node in fdef.node_def:
        flat_names.update(_flat_names_of(node, _op_def_of(node, graph_def)))
    for node in graph_def.node:
        missing = [name for name in node.input if name not in flat_names]
        if missing:
            raise ValueError(f"Node '{node.name}' of function '{fdef.signature.name}' takes '{missing[0]}', which is not there")
        node.input[:] = [flat_names[name] for name in node.input]
    return graph_def, flat_names


def _op_def_of(node, graph_def):
    """The OpDef of a node; the functions that it calls go into the GraphDef's library."""
    entry = op_entry.lookup(node.op)
    names = [node.op] if entry is None else []
    for value in node.attr.values():
        names += [value.func.name] if value.HasField("func") else [f.name for f in value.list.func]
    for name in names:
        called = find_function(get_default_graph(), name)
        if called is None:
            raise ValueError(f"{name} function not found.")
        if name not in {f.signature.name for f in graph_def.library.function}:
            graph_def.library.function.add().CopyFrom(to_function_def(called))
        if name == node.op:
            return to_function_def(called).signature
    return to_proto(entry.op_def)


def _flat_names_of(node, op_def) -> dict:
    names, position = {"^" + node.name: "^" + node.name}, 0
    for arg in op_def.output_arg:
        if arg.number_attr:
            count = node.attr[arg.number_attr].i
        elif arg.type_list_attr:
            count = len(node.attr[arg.type_list_attr].list.type)
        else:
            count = 1
        for i in range(count):
            names[f"{node.name}:{arg.name}:{i}"] = f"{node.name}:{position}"
            position += 1
    return names


def graph_to_function_def(graph, operations, inputs, outputs, out_names=None):
    """The FunctionDef of these operations of a graph: `inputs` are its arguments, `outputs` its results.

    InvalidArgumentError where `out_names` are not as many as the results.
    """
    fdef = protos.FunctionDef()
    fdef.signature.name = "_"
    for tensor in inputs:
        fdef.signature.input_arg.add(name=_argument_name(tensor), type=tensor.dtype.base_dtype.as_datatype_enum)
    if out_names is None:
        out_names = _distinct([_argument_name(t) for t in outputs])
    else:
        check_out_names(out_names, outputs)
    names = {t: _argument_name(t) for t in inputs}
    arguments = {t.op for t in inputs}

    def shown(tensor):
        return names[tensor] if tensor in names else output_name(tensor)

    for op in operations:
        if op in arguments:
            continue
        node = fdef.node_def.add()
        fill_node_def(node, op)
        controls = [c for c in node.input if c.startswith("^")]
        node.input[:] = [shown(t) for t in op.inputs] + controls
    for name, tensor in zip(out_names, outputs):
        fdef.signature.output_arg.add(name=name, type=tensor.dtype.base_dtype.as_datatype_enum)
        fdef.ret[name] = shown(tensor)
    return fdef


def _argument_name(tensor) -> str:
    return re.sub(":0$", "", tensor.name).replace(":", "_o").replace("/", "_")


def _distinct(names: list) -> list:
    seen: dict = {}
    result = []
    for name in names:
        seen[name] = seen.get(name, 0) + 1
        result.append(name if seen[name] == 1 else f"{name}_{seen[name] - 1}")
    return result
