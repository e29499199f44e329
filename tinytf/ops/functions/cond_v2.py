"""Conditionals made of functions: one op, `If` or `Case`, whose branches are functions of the graph's library.

`tf.cond` is one in the body of a function, and everywhere once `tf.enable_control_flow_v2()` was called; `tf.switch_case` always.
Follows `cond_v2` of TF 1.15.
"""

from __future__ import annotations

from tinytf import dtypes, nest
from tinytf.graph.build import make_op
from tinytf.graph.convert import convert_to_tensor
from tinytf.graph.default_graph import control_dependencies, get_default_graph, name_scope
from tinytf.graph.function import FuncGraph
from tinytf.graph.indexed_slices import IndexedSlices
from tinytf.graph.tensor import Tensor
from tinytf.ops.functions import control_flow_util_v2 as util
from tinytf.ops.functions import tracing

COND, CASE = "cond", "switch_case"


def cond_v2(pred, true_fn, false_fn, name="cond"):
    """As `tf.cond`, by one `If` op.  TypeError where the branches return different structures or types."""
    if isinstance(pred, bool):
        raise TypeError("pred must not be a Python bool", pred)
    with name_scope(name or "cond") as scope:
        names = [util.unique_fn_name(scope, "true"), util.unique_fn_name(scope, "false")]
        pred = convert_to_tensor(pred)
        if pred.dims is None or pred.dims:
            from tinytf.ops.array import array_ops

            pred = array_ops.squeeze(pred)
        graphs = _trace_branches(names, [true_fn, false_fn], pred)
        verify_captures(COND, graphs)
        return build_cond(pred, graphs, [list(g.captures) for g in graphs], building_gradient=False, name=scope)


def indexed_case(branch_index, branch_fns, name="indexed_case"):
    """The result of `branch_fns[branch_index]()`, by one `Case` op; an index out of range means the last."""
    if isinstance(branch_index, int):
        raise TypeError("branch_index must not be a Python int", branch_index)
    with name_scope(name) as scope:
        names = [util.unique_fn_name(scope, f"branch{i}") for i in range(len(branch_fns))]
        branch_index = convert_to_tensor(branch_index, name="branch_index")
        graphs = _trace_branches(names, branch_fns, branch_index)
        verify_captures(CASE, graphs)
        return build_case(branch_index, graphs, [list(g.captures) for g in graphs], name=scope)


def _trace_branches(names, functions, op_return_value) -> list:
    outer = get_default_graph()
    return [
        tracing.trace_into(
            util.CondBranchFuncGraph(name, outer, outer._collections),
            function,
            in_order=outer._add_control_dependencies,
            op_return_value=op_return_value,
        )
        for name, function in zip(names, functions)
    ]


def build_cond(pred, graphs, inputs, building_gradient, name=None):
    """Adds the `If` or `StatelessIf` of two branches; returns its results in the structure that the first returns.

    `inputs` are, for each branch, the tensors that it takes.  The branches are changed so that both take the same.
    """
    _match_index_types(COND, graphs)
    check_same_outputs(COND, graphs)
    op_inputs = _match_inputs(graphs, inputs)
    count = len(graphs[0].outputs)
    if not building_gradient and util.output_all_intermediates():
        extend_outputs(COND, graphs, [_wrapped(g, _intermediates(g)) for g in graphs])
    with control_dependencies(graphs[0].control_captures + graphs[1].control_captures):
        op = make_op(
            "If" if util.has_stateful_ops(*graphs) else "StatelessIf",
            pred,
            op_inputs,
            Tout=[t.dtype for t in graphs[0].outputs],
            then_branch=util.create_new_tf_function(graphs[0]),
            else_branch=util.create_new_tf_function(graphs[1]),
            output_shapes=output_shapes(graphs),
            name=name,
        )
    return _results(op, graphs[0], count)


def build_case(branch_index, graphs, inputs, name=None):
    """As `build_cond`, for the `Case` of any number of branches."""
    _match_index_types(CASE, graphs)
    check_same_outputs(CASE, graphs)
    op_inputs = _match_inputs(graphs, inputs)
    with control_dependencies([c for g in graphs for c in g.control_captures]):
        op = make_op(
            "Case",
            branch_index,
            op_inputs,
            Tout=[t.dtype for t in graphs[0].outputs],
            branches=[util.create_new_tf_function(g) for g in graphs],
            output_shapes=output_shapes(graphs),
            name=name,
        )
    return _results(op, graphs[0], len(graphs[0].outputs))


def _results(op, graph, count):
    """Identities of the op's results, so that fetching one of them computes no more than that one."""
    from tinytf.ops.array import array_ops

    if not op.outputs:
        raise IndexError("list index out of range")  # TensorFlow's words: a conditional has at least one result
    _set_shapes(op)
    util.maybe_set_lowering_attr(op)
    tensors = [array_ops.identity(t) for t in op.outputs]
    op.graph.prevent_fetching(op)
    return tracing.pack_sequence_as(graph.structured_outputs, tensors[:count])


def _set_shapes(op):
    for tensor, shape in zip(op.outputs, op.attr("output_shapes")):
        tensor.set_shape(shape)


def output_shapes(graphs) -> list:
    """For each result, the shape that all branches' results have."""
    shapes = []
    for tensors in zip(*[g.outputs for g in graphs]):
        shape = tensors[0].shape
        for other in tensors[1:]:
            shape = shape.most_specific_compatible_shape(other.shape)
        shapes.append(shape)
    return shapes


# Making the branches fit ------------------------------------------------------------------------------


def _match_inputs(graphs, inputs) -> list:
    """Gives all branches the same arguments, those of one that another does not use as placeholders; returns the tensors to pass."""
    merged = list(dict.fromkeys(t for tensors in inputs for t in tensors))
    for graph, own in zip(graphs, inputs):
        arguments = dict(zip(own, graph.inputs))
        with graph.as_default():
            graph.inputs = [arguments[t] if t in arguments else graph.placeholder("Placeholder", t.dtype.base_dtype, t.dims) for t in merged]
        graph.captures = dict(zip(merged, graph.inputs))
    return merged


def extend_outputs(kind, graphs, optionals) -> list:
    """Adds optionals to the results of the branches, empty ones where another branch has more; returns the first branch's."""
    from tinytf.graph.build import make

    most = max(len(o) for o in optionals)
    for graph, own in zip(graphs, optionals):
        with graph.as_default():
            own += [make("OptionalNone") for _ in range(most - len(own))]
        graph.outputs.extend(own)
    check_same_outputs(kind, graphs)
    return optionals[0]


def _wrapped(graph, tensors) -> list:
    from tinytf.graph.build import make

    with graph.as_default():
        return [make("OptionalFromValue", [t]) for t in tensors]


def _intermediates(graph) -> list:
    kept = set(graph.inputs) | set(graph.outputs)
    return [
        t for op in graph.get_operations() if op.type != "MutexLock" for t in op.outputs if t not in kept and t.dtype != dtypes.resource
    ]


def match_composites(kind, graphs) -> None:
    """Turns a tensor that a branch returns where another returns IndexedSlices into such.  For gradients, whose results are flat."""
    from tinytf.ops.array.indexed_slices_ops import as_indexed_slices

    results = [g.structured_outputs for g in graphs]
    for i, row in enumerate(zip(*results)):
        if len({type(r) for r in row}) == 1 or not any(isinstance(r, IndexedSlices) for r in row):
            continue
        for graph, values, result in zip(graphs, results, row):
            if isinstance(result, IndexedSlices):
                continue
            if not isinstance(result, Tensor):
                raise TypeError(
                    f"Cannot reconcile {_spoken(kind)} {i}-th outputs:\n  outputs from all branches: {row}"
                )
            with graph.as_default():
                values[i] = as_indexed_slices(result)
    for graph, values in zip(graphs, results):
        graph.structured_outputs, graph.outputs = values, tracing.flatten(values)


def _match_index_types(kind, graphs) -> None:
    """Casts indices of IndexedSlices to int64 where one branch has them as such."""
    flat = [nest.flatten(g.structured_outputs) for g in graphs]
    if len({len(f) for f in flat}) != 1:
        return  # `check_same_outputs` says so
    position, indices = 0, []
    for i, row in enumerate(zip(*flat)):
        if len({isinstance(r, IndexedSlices) for r in row}) != 1:
            raise TypeError(f"Cannot reconcile {_spoken(kind)} {i}-th outputs:\n  branches returned: {row}")
        if isinstance(row[0], IndexedSlices):
            indices.append(position + 1)
        position += len(nest.flatten(row[0], expand_composites=True)) if nest.is_nested_or_composite(row[0]) else 1
    if not indices:
        return
    from tinytf.ops.math.cast import cast

    for index in indices:
        if len({g.outputs[index].dtype for g in graphs}) != 1:
            for graph in graphs:
                if graph.outputs[index].dtype == dtypes.int32:
                    with graph.as_default():
                        graph.outputs[index] = cast(graph.outputs[index], dtypes.int64)
    for graph in graphs:
        graph.structured_outputs = tracing.pack_sequence_as(graph.structured_outputs, graph.outputs)


def _spoken(kind) -> str:
    return "tf." + kind


def check_same_outputs(kind, graphs) -> None:
    """TypeError where two branches return different structures or types."""
    first = graphs[0]
    for i, graph in enumerate(graphs[1:], start=1):
        try:
            nest.assert_same_structure(first.structured_outputs, graph.structured_outputs, expand_composites=True)
        except (ValueError, TypeError) as error:
            raise _different(kind, graphs, i, str(error)) from None
        if len(first.outputs) != len(graph.outputs):
            raise ValueError(
                f"Lengths of branch outputs of {'cond' if kind == COND else 'case'} must match.\n"
                f"len(graphs[0].outputs): {len(first.outputs)}\nlen(graphs[{i}].outputs): {len(graph.outputs)}\n"
            )
        for a, b in zip(first.outputs, graph.outputs):
            if a.dtype != b.dtype:
                raise _different(kind, graphs, i, f"{a} and {b} have different types")


def _different(kind, graphs, i, detail) -> TypeError:
    names = ("true_fn", "false_fn") if kind == COND else ("branches[0]", f"branches[{i}]")
    return TypeError(
        f"{names[0]} and {names[1]} arguments to {_spoken(kind)} must have the same number, type, and overall structure of return "
        f"values.\n\n{names[0]} output: {graphs[0].structured_outputs}\n{names[1]} output: {graphs[i].structured_outputs}\n\n"
        f"Error details:\n{detail}"
    )


def verify_captures(kind, graphs) -> None:
    """ValueError where a branch uses a tensor of another one."""
    number = {g: i for i, g in enumerate(graphs)}
    names = ["true_fn", "false_fn"] if kind == COND else [f"branch {i}" for i in range(len(graphs))]
    for i, graph in enumerate(graphs):
        for tensor in graph.captures:
            if isinstance(tensor.graph, FuncGraph) and tensor.graph in number:
                raise ValueError(f"Tensor {tensor.name} in {names[number[tensor.graph]]} is accessed from {names[i]}.")
