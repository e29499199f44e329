"""Ops that call functions of the graph's library: PartitionedCall, If, Case and While.

The functions of datasets hold them, and SavedModels of TF 2 always do; see `cond_v2` and `while_v2` for how they are built.
"""

from __future__ import annotations

import numpy as np

from tinytf import deadline, errors, protos
from tinytf.graph.build import make
from tinytf.graph.function import find_function, from_function_def, get_function, to_function_def
from tinytf.graph.function_def_graph import function_def_to_graph
from tinytf.graph.op_entry import op
from tinytf.graph.shape_rules import unknown
from tinytf.shapes import TensorShape


def _called(op, resources, attribute):
    return resources.call(get_function(op.graph, op.attr(attribute).name))


def _as_results(op, values):
    return values[0] if len(op.outputs) == 1 else values if op.outputs else None


def _call_kernel(op, resources):
    function = _called(op, resources, "f")
    return lambda *arguments: _as_results(op, function(*arguments))


def _if_kernel(op, resources):
    then, otherwise = _called(op, resources, "then_branch"), _called(op, resources, "else_branch")

    def choose(condition, *arguments):
        return _as_results(op, (then if _truth(condition) else otherwise)(*arguments))

    return choose


def _case_kernel(op, resources):
    branches = [resources.call(get_function(op.graph, branch.name)) for branch in op.attr("branches")]
    last = len(branches) - 1

    def choose(index, *arguments):
        index = int(index)
        return _as_results(op, branches[index if 0 <= index < last else last](*arguments))

    return choose


def _if_gradient(op, *grads):
    from tinytf.ops.functions import cond_v2_gradient

    return cond_v2_gradient.if_gradient(op, *grads)


def _case_gradient(op, *grads):
    from tinytf.ops.functions import cond_v2_gradient

    return cond_v2_gradient.case_gradient(op, *grads)


def _while_gradient(op, *grads):
    from tinytf.ops.functions import while_v2_gradient

    return while_v2_gradient.while_gradient(op, *grads)


def _while_kernel(op, resources):
    goes_on, body = _called(op, resources, "cond"), _called(op, resources, "body")

    def loop(*variables):
        while _holds(op, goes_on(*variables)):
            if deadline.active:
                deadline.check()
            variables = body(*variables)
            if len(variables) != len(op.outputs):
                raise errors.InvalidArgumentError(
                    op.node_def, op, f"While loop body returned {len(variables)} arguments. Expected: {len(op.outputs)}"
                )
        return _as_results(op, variables)

    return loop


def _holds(op, results) -> bool:
    if len(results) != 1:
        raise errors.InvalidArgumentError(op.node_def, op, f"Expected a single scalar return value from WhileOp cond, got {len(results)} tensors.")
    return _truth(results[0])


def _for_kernel(op, resources):
    body = _called(op, resources, "body")

    def loop(start, limit, delta, *variables):
        start, limit, delta = int(start), int(limit), int(delta)
        if delta == 0 or delta > 0 and start > limit or delta < 0 and start < limit:
            raise errors.InvalidArgumentError(op.node_def, op, f"For loop cannot go from {start} to {limit} in steps of {delta}")
        for i in range(start, limit, delta):
            variables = body(np.int32(i), *variables)
            if len(variables) != len(op.outputs):
                raise errors.InvalidArgumentError(
                    op.node_def, op, f"For loop body returned {len(variables)} arguments. Expected: {len(op.outputs)}"
                )
        return _as_results(op, variables)

    return loop


def _remote_call_kernel(op, resources):
    call = _call_kernel(op, resources)
    return lambda target, *arguments: call(*arguments)


def _map_defun_kernel(op, resources):
    function, rows = _called(op, resources, "f"), len(op.attr("Targuments"))

    def run(*inputs):
        arguments, captured = inputs[:rows], inputs[rows:]
        lengths = {a.shape[0] if a.ndim else None for a in arguments}
        if len(lengths) != 1 or None in lengths:
            shown = " ".join(str(list(a.shape)) for a in arguments)
            raise errors.InvalidArgumentError(op.node_def, op, f"All inputs must have the same dimension 0: {shown}")
        found = [function(*[a[i] for a in arguments], *captured) for i in range(lengths.pop())]
        if not found:
            dims = [[0 if d is None else d for d in s._dims or ()] for s in op.attr("output_shapes")]
            return _as_results(op, tuple(np.zeros([0, *d], t.as_numpy_dtype) for d, t in zip(dims, op.attr("output_types"))))
        for values in found[1:]:
            if any(np.shape(a) != np.shape(b) for a, b in zip(values, found[0])):
                raise errors.InvalidArgumentError(op.node_def, op, "The results of a map_defun must have one shape for every row")
        return _as_results(op, tuple(np.stack(column) for column in zip(*found)))

    return run


def _map_defun_shape(op):
    """The rows that all arguments have, before the shapes that the op says its results have."""
    rows = None
    for tensor in op.inputs[: len(op.attr("Targuments"))]:
        if tensor.dims == ():
            raise ValueError("Arguments must have rank at least 1")
        rows = tensor.dims[0] if rows is None and tensor.dims else rows
    return [None if s._dims is None else (rows, *s._dims) for s in op.attr("output_shapes")]


def _truth(value) -> bool:
    """A non-empty string or tensor, or a number that is not zero, is true."""
    if getattr(value, "ndim", 0):
        return value.size > 0
    return bool(value.item() if hasattr(value, "item") else value)


def _gradient_of(op):
    """The function that computes the gradient of the function `f`: the library's, else one derived from its body."""
    graph, name = op.graph, op.attr("f").name
    function = get_function(graph, name)
    own = function.gradient_name or _gradient_in_library(graph, name)
    if own:
        return get_function(graph, own)
    from tinytf.ops.autodiff.gradients import gradients

    derived = from_function_def(to_function_def(function), graph)
    inputs = list(derived.inputs)
    grads = [derived.argument(f"grad_{i}", t.dtype.base_dtype, t.dims) for i, t in enumerate(derived.outputs)]
    with derived.as_default():
        derived.outputs = gradients(derived.outputs, inputs, grads, unconnected_gradients="zero")
    return derived


def _gradient_in_library(graph, name: str):
    library = graph._library
    return next((g.gradient_func for g in library.gradient if g.function_name == name), None) if library is not None else None


def _symbolic_gradient_kernel(op, resources):
    call = resources.call(_gradient_of(op))

    def run(*arguments):
        values = call(*arguments)
        if len(values) != len(op.outputs):
            shown = ",".join(t.dtype.base_dtype.name for t in op.outputs)
            raise errors.InvalidArgumentError(
                op.node_def, op, f"SymGrad expects to return {len(op.outputs)} ({shown}) gradients, but get {len(values)} instead."
            )
        return _as_results(op, values)

    return run


def _symbolic_gradient_shape(op):
    return [t.dims for t in op._inputs[: len(op.outputs)]]


def symbolic_gradient(input, Tout, f, name=None):
    """The gradient of the library's function `f` at its inputs, the first of `input`; the gradients of its results follow.

    Follows `gen_functional_ops.symbolic_gradient` of TF 1.15.
    """
    if isinstance(f, (str, bytes)):
        f = protos.NameAttrList(name=f)
    return make("SymbolicGradient", input, Tout=Tout, f=f, name=name)


def _call_shape(op):
    """What the function gives of arguments of these shapes; nothing is known where it is not in the library yet."""
    function = find_function(op.graph, op.attr("f").name)
    if function is None or len(function.outputs) != len(op.outputs):
        return unknown(op)
    dims = [t.dims for t in op._inputs]
    if dims != [t.dims for t in function.inputs]:
        known = function.__dict__.setdefault("_of_shapes", {})
        key = tuple(dims)
        if key not in known:
            known[key] = _result_dims(op, function, [TensorShape._of(d) for d in dims])
        return known[key] or unknown(op)
    return [t.dims for t in function.outputs]


def _result_dims(op, function, shapes):
    try:
        with op.graph.as_default():
            body = function_def_to_graph(to_function_def(function), shapes)
    except (ValueError, NotImplementedError, errors.OpError):
        return None  # what does not fit is an error when it runs
    return [t.dims for t in body.outputs]


def _branch_shape(op):
    return [s._dims for s in op.attr("output_shapes")] or [None] * len(op.outputs)


def _loop_shape(op):
    return [s._dims for s in op.attr("output_shapes")] or [t.dims for t in op._inputs]


op("SymbolicGradient(input: Tin) -> (output: Tout); Tin: list(type) >= 1; Tout: list(type) >= 1; f: func",
   shape=_symbolic_gradient_shape, stateful_kernel=_symbolic_gradient_kernel)
op("PartitionedCall(args: Tin) -> (output: Tout); Tin: list(type) >= 0; Tout: list(type) >= 0; f: func; config: string = ''; config_proto: string = ''; executor_type: string = ''",
   shape=_call_shape, stateful_kernel=_call_kernel)  # fmt: skip
op("StatefulPartitionedCall(args: Tin) -> (output: Tout); Tin: list(type) >= 0; Tout: list(type) >= 0; f: func; config: string = ''; config_proto: string = ''; executor_type: string = ''; is_stateful",
   shape=_call_shape, stateful_kernel=_call_kernel)  # fmt: skip
op("StatelessIf(cond: Tcond, input: Tin) -> (output: Tout); Tcond: type; Tin: list(type) >= 0; Tout: list(type) >= 0; then_branch: func; else_branch: func; output_shapes: list(shape) = []",
   shape=_branch_shape, stateful_kernel=_if_kernel, gradient=_if_gradient)  # fmt: skip
op("If(cond: Tcond, input: Tin) -> (output: Tout); Tcond: type; Tin: list(type) >= 0; Tout: list(type) >= 0; then_branch: func; else_branch: func; output_shapes: list(shape) = []; is_stateful",
   shape=_branch_shape, stateful_kernel=_if_kernel, gradient=_if_gradient)  # fmt: skip
op("StatelessWhile(input: T) -> (output: T); T: list(type) >= 0; cond: func; body: func; output_shapes: list(shape) = []; parallel_iterations: int = 10",
   shape=_loop_shape, stateful_kernel=_while_kernel, gradient=_while_gradient)  # fmt: skip
op("While(input: T) -> (output: T); T: list(type) >= 0; cond: func; body: func; output_shapes: list(shape) = []; parallel_iterations: int = 10; is_stateful",
   shape=_loop_shape, stateful_kernel=_while_kernel, gradient=_while_gradient)  # fmt: skip
op("Case(branch_index: int32, input: Tin) -> (output: Tout); Tin: list(type) >= 0; Tout: list(type) >= 0; branches: list(func) >= 1; output_shapes: list(shape) = []; is_stateful",
   shape=_branch_shape, stateful_kernel=_case_kernel, gradient=_case_gradient)  # fmt: skip
op("MapDefun(arguments: Targuments, captured_inputs: Tcaptured) -> (output: output_types); Targuments: list(type) >= 1; Tcaptured: list(type) >= 0 = []; output_types: list(type) >= 1; output_shapes: list(shape) >= 1; f: func; max_intra_op_parallelism: int = 1",
   shape=_map_defun_shape, stateful_kernel=_map_defun_kernel)  # fmt: skip
op("For(start: int32, limit: int32, delta: int32, input: T) -> (output: T); T: list(type) >= 0; body: func",
   shape=unknown, stateful_kernel=_for_kernel)  # fmt: skip
op("RemoteCall(target: string, args: Tin) -> (output: Tout); Tin: list(type) >= 1; Tout: list(type) >= 1; f: func; is_stateful",
   shape=unknown, stateful_kernel=_remote_call_kernel)  # fmt: skip
