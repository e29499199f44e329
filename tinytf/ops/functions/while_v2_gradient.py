"""The gradient of a `While`: another one, which goes through the iterations backwards.

The values of an iteration that it needs, the forward loop pushes to tensor lists, which it gets as further loop variables; the
gradient's body pops them.  Follows `_WhileGrad` of TF 1.15.
"""

from __future__ import annotations

from tinytf import dtypes
from tinytf.graph.constant_value import public_constant_value
from tinytf.graph.default_graph import get_default_graph
from tinytf.graph.indexed_slices import IndexedSlices
from tinytf.ops.autodiff import default_gradient
from tinytf.ops.autodiff.gradients import build_gradients
from tinytf.ops.autodiff.gradients import is_trainable as may_have_gradient
from tinytf.ops.functions import control_flow_util_v2 as util
from tinytf.ops.functions import tracing, while_v2, while_v2_indexed_slices
from tinytf.ops.lists import list_ops
from tinytf.shapes import TensorShape

_COUNTERS = 3  # iterations done backwards, the most that there may be, and how many there were


def while_gradient(op, *grads):
    """The gradients of a loop's inputs."""
    cond_graph, body_graph = forward_graph(op, "cond"), forward_graph(op, "body")
    params, most = len(body_graph.outputs), op.inputs[1]
    originals = op.attrs.get("_num_original_outputs", len(op.outputs))
    grads = [_initial(g, inside, outside) for g, inside, outside in zip(grads[:originals], body_graph.outputs, op.outputs)]
    grads += [None] * (len(op.outputs) - originals)
    wanted = [(y, x, g) for y, x, g in zip(body_graph.outputs, body_graph.inputs, grads) if g is not None]
    grad_graph, arguments = _gradient_body(wanted, op, cond_graph, body_graph, most)
    if grad_graph.empty_lists:
        _rewrite(op, cond_graph, body_graph, grad_graph.empty_lists, params)
    op._set_attr("_num_original_outputs", len(op.outputs))  # gradients of gradients go through what was added, too
    loop_vars = arguments + _resolve(op, body_graph, grad_graph)
    loop_vars = while_v2_indexed_slices.rewrite_grad_indexed_slices(grads, grad_graph, loop_vars, op.inputs)
    outer = get_default_graph()
    name = util.unique_grad_fn_name(op.attr("cond").name)
    grad_cond = util.WhileCondFuncGraph(name, outer)
    with grad_cond.as_default():
        inputs = [grad_cond.argument("Placeholder", t.dtype.base_dtype, t.dims) for t in loop_vars]
    tracing.trace_into(grad_cond, lambda counter, most, iterations, *others: counter < iterations, inputs)
    shapes = [t.shape for t in grad_graph.outputs]
    outputs = while_v2.add_while(loop_vars, grad_cond, grad_graph, shapes, op.attr("parallel_iterations"), op.name + "_grad")
    return _structured(outputs, grads, grad_graph)


def forward_graph(op, which):
    """A graph of its own of a loop's function, "cond" or "body"."""
    return util.function_graph(op, op.attr(which).name, [TensorShape(s) for s in op.attr("output_shapes")])


def _initial(grad, inside, outside):
    """The gradient that a result comes with; zeros for a resource or variant without one, None for what has none."""
    if not is_trainable(inside):
        return None
    if grad is None and outside.dtype in (dtypes.resource, dtypes.variant):
        from tinytf.ops.array import array_ops, constant

        if outside.dtype == dtypes.resource:
            return array_ops.zeros(default_gradient.variable_shape(outside))
        return constant.zeros_like(outside)
    return grad


def is_trainable(tensor) -> bool:
    """Whether gradients flow through the tensor; not through lists of what has none."""
    if not may_have_gradient(tensor):
        return False
    if tensor.op.type == "TensorListPopBack" and tensor.value_index == 0:
        return tensor.op.attr("element_dtype") in (
            dtypes.float16, dtypes.float32, dtypes.float64, dtypes.complex64, dtypes.complex128, dtypes.resource, dtypes.variant,
        )  # fmt: skip
    return True


def _gradient_body(wanted, op, cond_graph, body_graph, most) -> tuple:
    """(the body of the gradient's loop, its loop variables but for those that it captures)."""
    from tinytf.ops.array import constant

    name = util.unique_grad_fn_name(body_graph.name)
    iterations = op.outputs[0]
    counter = constant.constant(0, dtype=iterations.dtype, name="grad_counter")
    arguments = [counter, most, iterations, *(g for _, _, g in wanted)]
    invariants = [t for t in body_graph.inputs if _among(t, body_graph.outputs)]
    graph = _WhileBodyGradFuncGraph(name, cond_graph, body_graph, op, invariants)
    with graph.as_default():
        inputs = [graph.argument("Placeholder", _value_dtype(t), t.dims) for t in arguments]

    def gradient(counter, most, iterations, *grads):
        ys, xs = [y for y, _, _ in wanted], [x for _, x, _ in wanted]
        results = build_gradients(ys, xs, list(grads), unconnected_gradients="zero", source=body_graph)
        return [counter + 1, most, iterations, *results]

    tracing.trace_into(graph, gradient, inputs)
    for outside, inside in graph.captures.items():
        if inside in graph.popped_lists:
            after = graph.popped_lists[inside]
        elif inside.dtype == dtypes.resource or _among(outside, invariants):
            after = inside
        else:
            raise ValueError(
                f"Tensor {inside} which captures {outside} is in list of internal_captures but is not a resource, is not in "
                "popped_tensor_lists and does not capture a loop invariant."
            )
        graph.outputs.append(after)
        graph.structured_outputs.append(after)
    return graph, arguments


def _value_dtype(tensor):
    return tensor.dtype.base_dtype


def _rewrite(op, cond_graph, body_graph, empty_lists, params) -> None:
    """Lets the forward loop push to the lists, and hand them out."""
    cond_graph.name += "_rewritten"
    body_graph.name += "_rewritten"
    new = body_graph.outputs[params:]
    op._set_func_attr("cond", util.create_new_tf_function(cond_graph))
    op._set_func_attr("body", util.create_new_tf_function(body_graph))
    op._set_type_list_attr("T", [t.dtype for t in body_graph.outputs])
    op._set_shape_list_attr("output_shapes", [t.shape for t in body_graph.outputs])
    op._add_while_inputs(empty_lists)
    op._add_outputs([t.dtype for t in new], [t.shape for t in new])


def _resolve(op, body_graph, grad_graph) -> list:
    """The tensors to pass for what the gradient's body captured: the forward loop's results in place of its body's."""
    found = []
    for tensor in grad_graph.captures:
        if tensor.graph is body_graph:
            tensor = next((op.outputs[i] for i, t in enumerate(body_graph.outputs) if t is tensor), tensor)
        found.append(tensor)
    return found


def _structured(outputs, grads, grad_graph) -> list:
    """The gradient of each input: None, a tensor, or IndexedSlices of three results."""
    results, flat, structured = [], iter(outputs[_COUNTERS:]), iter(grad_graph.structured_outputs[_COUNTERS:])
    for grad in grads:
        if grad is None:
            results.append(None)
        elif isinstance(next(structured), IndexedSlices):
            results.append(IndexedSlices(values=next(flat), indices=next(flat), dense_shape=next(flat)))
        else:
            results.append(next(flat))
    return results


def accumulator_of(tensor):
    """The list, among the results of its graph, to which the tensor is pushed in each iteration; or None."""
    graph = tensor.graph
    for consumer in tensor.consumers():
        if consumer.type != "TensorListPushBack":
            continue
        position = _position(consumer.inputs[0], graph.inputs)
        output = _as_result(consumer.outputs[0])
        if position is not None and output is not None and _position(output, graph.outputs) == position:
            return output
    return None


def _as_result(tensor):
    """The tensor or an identity of it, whichever its function returns; or None."""
    outputs = tensor.graph.outputs
    if _among(tensor, outputs):
        return tensor
    consumers = tensor.consumers()
    if consumers and consumers[0].type == "Identity" and _among(consumers[0].outputs[0], outputs):
        return consumers[0].outputs[0]
    return None


def _position(tensor, tensors):
    return next((i for i, t in enumerate(tensors) if t is tensor), None)


def _among(tensor, tensors) -> bool:
    return any(t is tensor for t in tensors)


class _WhileBodyGradFuncGraph(util.WhileBodyFuncGraph):
    """The gradient of a loop's body: values of the forward body are popped from lists that the forward loop made."""

    def __init__(self, name, forward_cond, forward_body, forward_op, invariants):
        super().__init__(name, get_default_graph())
        self.empty_lists: list = []  # further inputs of the forward loop
        self.popped_lists: dict = {}  # argument -> what is left of that list after this iteration
        self._cond, self._body, self._op, self._invariants = forward_cond, forward_body, forward_op, invariants
        self._known: dict = {}  # tensor of the forward body -> what stands for it here

    def capture(self, tensor, name=None, whitelisted=False):
        """As in FuncGraph, but of the forward body only; ValueError for anything else unless `whitelisted`."""
        if not whitelisted and tensor.graph is not self and tensor.graph is not self._body:
            raise ValueError(f"Attempting to capture tensor {tensor} which is not in the forward graph but in {tensor.graph}.")
        return super().capture(tensor, name)

    def _capture(self, tensor, name):
        if tensor.graph is not self._body:
            return super()._capture(tensor, name)
        while tensor.op.type == "Identity":
            tensor = tensor.op.inputs[0]
        found = self._known.get(tensor)
        return self._stand_in(tensor, name) if found is None else found

    def _stand_in(self, tensor, name):
        body = self._body
        if _among(tensor, body.inputs) and _among(tensor, body.outputs):
            found = self._known[tensor] = super()._capture(tensor, name)
            self.popped_lists[found] = found
            return found
        if tensor.op.type == "Const":
            from tinytf.ops.array import constant

            found = self._known[tensor] = constant.constant(public_constant_value(tensor), dtype=tensor.dtype)
            return found
        if tensor.dtype == dtypes.resource:
            position = util.resource_input_index(tensor, body.inputs)
            found = self._known[tensor] = self.capture(self._op.inputs[position], whitelisted=True)
            return found
        if _among(tensor, self._invariants):
            return super()._capture(tensor, name)
        accumulator = accumulator_of(tensor)
        if accumulator is None:
            accumulator = self._accumulate(tensor)
        captured = super()._capture(accumulator, name)
        left, found = list_ops.tensor_list_pop_back(captured, element_dtype=tensor.dtype)
        self._known[tensor], self.popped_lists[captured] = found, left
        return found

    def _accumulate(self, tensor):
        """Lets the forward body push the tensor to a new list; returns that list as the body's result."""
        outer = self._body.outer_graph
        context = outer._get_control_flow_context()
        with outer.as_default(), outer.control_dependencies(None):
            outer._set_control_flow_context(context)
            empty = list_ops.empty_tensor_list(
                tensor.shape, tensor.dtype, max_num_elements=self._op.inputs[1], name=f"{tensor.name}/accumulator".replace(":", "_")
            )
        self.empty_lists.append(empty)
        with self._body.as_default():
            accumulator = list_ops.tensor_list_push_back(empty, tensor)
        self._body.outputs.append(accumulator)
        with self._cond.as_default():
            self._cond.capture(empty)
        return accumulator
