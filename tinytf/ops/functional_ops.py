"""Ops that call functions of the graph's library: PartitionedCall, If and While as TensorFlow 2 writes them.

Graphs of TF 1.15 hold them only where somebody used `tf.function`; SavedModels of TF 2 always do.
"""

from __future__ import annotations

from tinytf.graph.function import get_function
from tinytf.graph.op_entry import op
from tinytf.graph.shape_rules import unknown


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


def _while_kernel(op, resources):
    goes_on, body = _called(op, resources, "cond"), _called(op, resources, "body")

    def loop(*variables):
        while _truth(goes_on(*variables)[0]):
            variables = body(*variables)
        return _as_results(op, variables)

    return loop


def _truth(value) -> bool:
    """A non-empty string or tensor, or a number that is not zero, is true."""
    if getattr(value, "ndim", 0):
        return value.size > 0
    return bool(value.item() if hasattr(value, "item") else value)


def _loop_shape(op):
    return [s._dims for s in op.attr("output_shapes")] or [None] * len(op.outputs)


op("PartitionedCall(args: Tin) -> (output: Tout); Tin: list(type) >= 0; Tout: list(type) >= 0; f: func; config: string = ''; config_proto: string = ''; executor_type: string = ''",
   shape=unknown, stateful_kernel=_call_kernel)  # fmt: skip
op("StatefulPartitionedCall(args: Tin) -> (output: Tout); Tin: list(type) >= 0; Tout: list(type) >= 0; f: func; config: string = ''; config_proto: string = ''; executor_type: string = ''; is_stateful",
   shape=unknown, stateful_kernel=_call_kernel)  # fmt: skip
op("StatelessIf(cond: Tcond, input: Tin) -> (output: Tout); Tcond: type; Tin: list(type) >= 0; Tout: list(type) >= 0; then_branch: func; else_branch: func; output_shapes: list(shape) = []",
   shape=_loop_shape, stateful_kernel=_if_kernel)  # fmt: skip
op("If(cond: Tcond, input: Tin) -> (output: Tout); Tcond: type; Tin: list(type) >= 0; Tout: list(type) >= 0; then_branch: func; else_branch: func; output_shapes: list(shape) = []; is_stateful",
   shape=_loop_shape, stateful_kernel=_if_kernel)  # fmt: skip
op("StatelessWhile(input: T) -> (output: T); T: list(type) >= 0; cond: func; body: func; output_shapes: list(shape) = []; parallel_iterations: int = 10",
   shape=_loop_shape, stateful_kernel=_while_kernel)  # fmt: skip
op("While(input: T) -> (output: T); T: list(type) >= 0; cond: func; body: func; output_shapes: list(shape) = []; parallel_iterations: int = 10; is_stateful",
   shape=_loop_shape, stateful_kernel=_while_kernel)  # fmt: skip
