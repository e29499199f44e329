"""A graph whose variables have become constants: a model in one GraphDef."""

from __future__ import annotations

from tinytf import logging, protos
from tinytf.graph.pruning import extract_sub_graph
from tinytf.graph.tensor_proto import make_tensor_proto

_PASS_HANDLE_ON = ("Switch", "Enter", "Exit", "Identity", "Merge", "NextIteration")


def convert_variables_to_constants(
    sess, input_graph_def, output_node_names, variable_names_whitelist=None, variable_names_blacklist=None
):
    """The part of a GraphDef that the output nodes need, its variables replaced by their values in `sess`.

    Args:
      sess: a session in which the variables have values.
      input_graph_def: the GraphDef of its graph.
      output_node_names: a list of node names.
      variable_names_whitelist: the variables to replace; all where None.
      variable_names_blacklist: variables to leave.

    Returns: a GraphDef.  Raises AssertionError for an output that is not there, ValueError where a
    ReadVariableOp reads no variable.
    Follows `tf.graph_util.convert_variables_to_constants` of TF 1.15.
    """
    graph_def = extract_sub_graph(input_graph_def, output_node_names)
    nodes = {node.name: node for node in graph_def.node}
    variables: dict = {}  # node name -> the tensor that gives its value
    handle_dtypes: dict = {}  # nodes that hand a resource variable's handle on -> the variable's dtype
    for node in graph_def.node:
        if node.op in ("Variable", "VariableV2", "VarHandleOp"):
            if variable_names_whitelist is not None and node.name not in variable_names_whitelist:
                continue
            if variable_names_blacklist is not None and node.name in variable_names_blacklist:
                continue
            read = "/Read/ReadVariableOp:0" if node.op == "VarHandleOp" else ":0"
            variables[node.name] = node.name + read
        elif node.op in ("ReadVariableOp", "ResourceGather"):
            _follow_handle(node, nodes, handle_dtypes)
    values = sess.run(list(variables.values())) if variables else []
    values = dict(zip(variables, values))
    logging.info("Froze %d variables.", len(values))
    result = protos.GraphDef()
    for node in graph_def.node:
        if node.name in values:
            value = values[node.name]
            _add_const(result, node.name, node.attr["dtype"], value, value.shape)
        elif node.name in handle_dtypes:
            new = result.node.add(op=node.op, name=node.name, input=node.input)
            for key in node.attr:
                if key != "_output_shapes":
                    new.attr[key].CopyFrom(node.attr[key])
            new.attr["T"].CopyFrom(handle_dtypes[node.name])
        elif node.op == "ReadVariableOp":
            new = result.node.add(op="Identity", name=node.name, input=[node.input[0]])
            new.attr["T"].CopyFrom(node.attr["dtype"])
            _copy_class(node, new)
        elif node.op == "ResourceGather":
            if node.attr["batch_dims"].i != 0:
                raise ValueError("batch_dims != 0 is not supported by freeze_graph.")
            axis_dtype = node.attr["Tindices"]
            _add_const(result, node.name + "/axis", axis_dtype, 0, None)
            new = result.node.add(op="GatherV2", name=node.name, input=[node.input[0], node.input[1], node.name + "/axis"])
            new.attr["Tparams"].CopyFrom(node.attr["dtype"])
            new.attr["Tindices"].CopyFrom(axis_dtype)
            new.attr["Taxis"].CopyFrom(axis_dtype)
            _copy_class(node, new)
        else:
            result.node.add().CopyFrom(node)
    result.library.CopyFrom(graph_def.library)
    logging.info("Converted %d variables to const ops.", len(values))
    return result


def _follow_handle(read, nodes: dict, handle_dtypes: dict) -> None:
    """Walks from a read up to its variable, through control flow; notes the nodes on the way."""
    waiting = [read.input[0].split(":")[0]]
    while waiting:
        node = nodes[waiting.pop()]
        if node.op in _PASS_HANDLE_ON:
            if node.name not in handle_dtypes:
                handle_dtypes[node.name] = read.attr["dtype"]
                sources = node.input[:2] if node.op == "Merge" else node.input[:1]
                waiting.extend(s.split(":")[0] for s in sources)
        elif node.op != "VarHandleOp":
            raise ValueError(
                f"Cannot find the variable that is an input to the ReadVariableOp. ('{read.name}' reads '{node.name}', a {node.op})"
            )


def _add_const(graph_def, name, dtype, value, shape) -> None:
    node = graph_def.node.add(op="Const", name=name)
    node.attr["dtype"].CopyFrom(dtype)
    node.attr["value"].tensor.CopyFrom(make_tensor_proto(value, dtype=dtype.type, shape=shape))


def _copy_class(node, new) -> None:
    if "_class" in node.attr:
        new.attr["_class"].CopyFrom(node.attr["_class"])
