"""What conditionals and loops made of functions (`cond_v2`, `while_v2`) share.  Follows `control_flow_util_v2` of TF 1.15."""

from __future__ import annotations

from tinytf.graph.default_graph import get_default_graph
from tinytf.graph.function import FuncGraph, add_function, get_function, to_function_def
from tinytf.graph.function_def_graph import function_def_to_graph
from tinytf.graph.tensor import next_uid

_EXPERIMENTAL_OUTPUT_ALL_INTERMEDIATES_OVERRIDE: bool | None = None


class CondBranchFuncGraph(FuncGraph):
    """The body of one branch of a conditional."""


class WhileCondFuncGraph(FuncGraph):
    """The condition of a loop."""


class WhileBodyFuncGraph(FuncGraph):
    """The body of a loop."""


def in_defun() -> bool:
    """Whether the default graph is, or lies within, a function that is no branch and no loop."""
    graph = get_default_graph()
    while isinstance(graph, (CondBranchFuncGraph, WhileBodyFuncGraph)):
        graph = graph.outer_graph
    return isinstance(graph, FuncGraph)


def output_all_intermediates() -> bool:
    """Whether a conditional or loop hands out all that its gradient may need as soon as it is made; only where a test asks for it."""
    return bool(_EXPERIMENTAL_OUTPUT_ALL_INTERMEDIATES_OVERRIDE)


def unique_fn_name(scope: str, name: str) -> str:
    """A new name for the function `name` of the op in `scope`."""
    return f"{scope}{name}_{next_uid()}".replace("/", "_")


def unique_grad_fn_name(forward_name: str) -> str:
    """A new name for the gradient of the function `forward_name`."""
    return f"{forward_name}_grad_{next_uid()}"


def create_new_tf_function(graph: FuncGraph) -> str:
    """Puts the function into the library of the graph around it; returns its name."""
    add_function(graph.outer_graph, graph)
    return graph.name


def maybe_set_lowering_attr(op) -> None:
    """Lets TensorFlow's runtime turn the op into Switch and Merge."""
    op._set_attr("_lower_using_switch_merge", True)


def has_stateful_ops(*graphs) -> bool:
    """Whether any op of these functions has state."""
    return any(op._is_stateful for graph in graphs for op in graph.get_operations() if op.type != "Placeholder")


def function_graph(op, name: str, input_shapes) -> FuncGraph:
    """A graph of its own of the function `name` that `op` calls, whose arguments have these shapes.

    It may be changed without changing the function in the library.
    """
    function = get_function(op.graph, name)
    with op.graph.as_default():
        copy = function_def_to_graph(to_function_def(function), input_shapes)
    copy.out_names = []
    _keep_marks(function, copy)
    return copy


def _keep_marks(function: FuncGraph, copy: FuncGraph) -> None:
    """What the program itself made stays its own, and is not taken for part of a graph that came from a file."""
    imported = any(op._imported for op in function.get_operations())
    for op in copy.get_operations():
        op._imported = imported
    if function.must_run is not None:
        by_name = {op.name: op for op in copy.get_operations()}
        copy.must_run = [by_name[op.name] for op in function.must_run if op.name in by_name]


def resource_input_index(tensor, inputs) -> int:
    """Which of the function's `inputs` the resource `tensor` is: functions make no resources, they hand them on.

    ValueError where it was made by an op of the function.
    """
    while not any(tensor is t for t in inputs):
        op = tensor.op
        if op.type in ("While", "StatelessWhile"):
            tensor = op.inputs[tensor.value_index]
        elif op.type in ("PartitionedCall", "StatefulPartitionedCall"):
            called = get_function(op.graph, op.attr("f").name)
            tensor = op.inputs[resource_input_index(called.outputs[tensor.value_index], called.inputs)]
        else:
            raise ValueError(f"Taking gradient of a while loop which creates a resource in its body is not supported: {op.name}")
    return next(i for i, t in enumerate(inputs) if t is tensor)
