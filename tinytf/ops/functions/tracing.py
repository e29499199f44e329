"""Tracing: a Python function is called once, on placeholders, and what it adds to a graph of its own is the function's body.

Follows `func_graph_from_py_func` of TF 1.15.
"""

from __future__ import annotations

from tinytf import nest, protos
from tinytf.graph.convert import convert_to_tensor
from tinytf.graph.default_graph import control_dependencies
from tinytf.graph.function import USER_NAME, FuncGraph, add_function
from tinytf.graph.graph import Graph
from tinytf.graph.keys import GraphKeys
from tinytf.graph.operation import Operation
from tinytf.graph.tensor import next_uid
from tinytf.ops.functions.auto_control_deps import add_control_dependencies
from tinytf.ops.lists.tensor_array_ops import TensorArray, flow_of


def trace(function, name: str, signature: list, outer: Graph, prefix: str = "__inference_") -> FuncGraph:
    """Calls `function` on new arguments inside a FuncGraph; its flat list of results becomes `outputs`.

    Args:
      function: takes tensors and returns a list of tensors.
      name: a readable name; the function's own is `prefix + name + _number`, the number TensorFlow would take.
      signature: (argument name, dtype, shape) triples.
    """
    graph = FuncGraph(name, outer, _collections_of(outer))
    with graph.as_default():
        arguments = [graph.argument(*spec) for spec in signature]
        for argument, (name_of_argument, *_) in zip(arguments, signature):
            argument.op._set_attr(USER_NAME, protos.AttrValue(s=name_of_argument.encode()))
    trace_into(graph, function, arguments)
    graph.name = f"{prefix}{name}_{next_uid()}"
    add_function(outer, graph)
    return graph


def _collections_of(outer: Graph) -> dict:
    """The collections as a function sees them: those of variables are the graph's own, of the others it has copies."""
    shared = (GraphKeys.GLOBAL_VARIABLES, GraphKeys.LOCAL_VARIABLES, GraphKeys.TRAINABLE_VARIABLES)
    collections = {key: outer.get_collection(key) for key in outer.get_all_collection_keys() if key not in shared}
    collections.update({key: outer.get_collection_ref(key) for key in shared})
    return collections


def trace_into(graph: FuncGraph, function, arguments=(), in_order: bool = True, op_return_value=None, shown_as=None) -> FuncGraph:
    """Calls `function(*arguments)` inside `graph` and makes its results the function's.

    Args:
      in_order: what has effects runs in the order of the program, whatever is returned.
      op_return_value: returned in place of an Operation, once that has run.
      shown_as: the function that an error names, where that is not `function`.
    """
    from tinytf.ops.array import array_ops
    from tinytf.ops.state import variable_scope

    returned: list = []

    def as_result(value):
        if value is None:
            return None
        if op_return_value is not None and isinstance(value, Operation):
            with control_dependencies([value]):
                value = array_ops.identity(op_return_value)
        elif not isinstance(value, TensorArray):
            value = _converted(value, shown_as or function)
        if not in_order:
            return value
        if isinstance(value, TensorArray):
            flow = array_ops.identity(value.flow)
            returned.append(flow)
            return value._with_flow(flow)
        value = array_ops.identity(value)
        returned.append(value)
        return value

    with graph.as_default():
        scope = variable_scope.get_variable_scope()
        use_resource = scope.use_resource
        scope.set_use_resource(True)
        graph._add_control_dependencies = in_order
        first = len(graph.get_operations())
        try:
            results = function(*arguments)
            graph.structured_outputs = nest.map_structure(as_result, results, expand_composites=True)
        finally:
            scope.set_use_resource(use_resource)
            if in_order:
                graph._add_control_dependencies = graph.outer_graph._add_control_dependencies
        graph.outputs += [graph.capture(t) for t in flatten(graph.structured_outputs) if t is not None]
        if in_order:
            graph.must_run = add_control_dependencies(graph, first, returned)
    return graph


def flatten(structure) -> list:
    """The tensors of a structure: those of composites, and the flows of TensorArrays."""
    return [flow_of(value) for value in nest.flatten(structure, expand_composites=True)]


def pack_sequence_as(structure, flat_sequence):
    """`structure` with other tensors; None stays None, and a TensorArray is that array with another flow."""
    tensors = list(flat_sequence)
    leaves = []
    for value in nest.flatten(structure, expand_composites=True):
        if value is None:
            leaves.append(None)
            continue
        tensor = tensors.pop(0)
        leaves.append(value._with_flow(tensor) if isinstance(value, TensorArray) else tensor)
    return nest.pack_sequence_as(structure, leaves, expand_composites=True)


def _converted(value, function):
    try:
        return convert_to_tensor(value)
    except (TypeError, ValueError):
        raise TypeError(
            "To be compatible with tf.contrib.eager.defun, Python functions must return zero or more Tensors; in compilation of "
            f"{function}, found return value of type {type(value)}, which is not a Tensor."
        ) from None
