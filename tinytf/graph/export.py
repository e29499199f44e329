"""A graph as a GraphDef: a dump, since an Operation holds what a NodeDef holds."""

from __future__ import annotations

from tinytf import protos
from tinytf.graph.operation import fill_node_def
from tinytf.shapes import dims_to_proto


def graph_to_def(graph, add_shapes: bool = False):
    """The GraphDef of `graph`, nodes in the order they were made.

    With `add_shapes`, each node carries its outputs' static shapes as the attribute `_output_shapes`.
    """
    result = protos.GraphDef()
    result.versions.producer = graph._versions[0]
    if graph._versions[1]:
        result.versions.min_consumer = graph._versions[1]
    if graph._library is not None:
        result.library.CopyFrom(graph._library)
    if graph._functions:
        from tinytf.graph.function import to_function_def

        known = {f.signature.name for f in result.library.function}
        for name, function in graph._functions.items():
            if name not in known:
                result.library.function.add().CopyFrom(to_function_def(function, add_shapes))
                if function.gradient_name:
                    result.library.gradient.add(function_name=name, gradient_func=function.gradient_name)
    nodes = result.node
    for op in graph._operations:
        node = nodes.add()
        fill_node_def(node, op)
        if add_shapes and op.outputs:
            add_shapes_of(node.attr["_output_shapes"], op.outputs)
    return result


def add_shapes_of(attr, tensors) -> None:
    """Appends the static shapes of tensors to an AttrValue."""
    attr.list.SetInParent()
    for tensor in tensors:
        attr.list.shape.add().CopyFrom(dims_to_proto(tensor.dims))
