"""The gradients of the ops of control flow: a Switch becomes a Merge, an Enter an Exit, and so on, backwards."""

from __future__ import annotations

from tinytf import dtypes
from tinytf.graph.default_graph import get_default_graph
from tinytf.graph.indexed_slices import IndexedSlices
from tinytf.graph.tensor import Tensor
from tinytf.ops.control_flow.control_flow_util import output_context


def _current():
    return get_default_graph()._control_flow_context


def switch_grad(op, *grads):
    """A Merge: of the branches' gradients, or, in a loop, of the exit's and the body's."""
    from tinytf.ops.control_flow import control_flow_ops, while_loop

    context = op._control_flow_context
    if context is not None and context.IsWhileContext():
        state = _current().grad_state
        merged = state.switch_map.get(op)
        if merged is not None:  # second visit: the body's gradient is there; it closes the loop
            if grads[1] is not None:
                while_loop.add_next_and_back_edge(merged, grads[1], enforce_shape_invariant=False)
            return None, None
        if grads[0] is None:
            return None, None
        merged = control_flow_ops.merge([grads[0], grads[0]], name="b_switch")[0]
        state.switch_map[op] = merged
        return merged, None
    if context is not None and context.IsCondContext():
        if grads[1 - context.branch] is None:
            if op.inputs[0].dtype == dtypes.resource:
                grad = grads[context.branch]
                return control_flow_ops.merge([grad, grad], name="cond_resource_grad")[0], None
            return None, None
        return control_flow_ops.merge(grads, name="cond_grad")[0], None
    off = control_flow_ops.switch(grads[0], op.inputs[1])[0]
    on = control_flow_ops.switch(grads[1], op.inputs[1])[1]
    return control_flow_ops.merge([off, on])[0], None


def merge_grad(op, grad, _=None):
    """A Switch: to the branch that was taken, or, in a loop, to the body or what was before the loop."""
    from tinytf.ops.control_flow import control_flow_ops
    from tinytf.ops.math import math_ops

    context, current = output_context(op.inputs[0].op), _current()
    if context is not None and context.IsWhileContext():
        return control_flow_ops.switch_ref_or_tensor(grad, current.pivot)
    if context is not None and context.IsCondContext():
        pred = context.pred
        state = current.grad_state if current else None
        if state:  # the conditional is in a loop: which branch was taken must be remembered
            real = state.history_map.get(pred.name)
            if real is None:
                state.grad_context.Exit()
                history = state.add_forward_accumulator(pred)
                state.grad_context.Enter()
                real = state.history_map[pred.name] = state.add_backprop_accumulated_value(history, pred)
            pred = real
        return control_flow_ops.switch_ref_or_tensor(grad, pred, name="cond_grad")
    taken = [math_ops.equal(op.outputs[1], i) for i in range(len(op.inputs))]
    return [control_flow_ops.switch_ref_or_tensor(grad, t)[1] for t in taken]


def exit_grad(op, grad):
    """An Enter into the loop of the gradient."""
    from tinytf.ops.control_flow import control_flow_ops

    current = _current()
    if not current.back_prop:
        return None  # while_loop(back_prop=False)
    if op._control_flow_context.grad_state:
        raise TypeError("Second-order gradient for while loops not supported.")
    if isinstance(grad, Tensor):
        current.AddName(grad.name)
    elif isinstance(grad, IndexedSlices):
        for part in (grad.values, grad.indices, grad.dense_shape):
            if part is not None:
                current.AddName(part.name)
    else:
        raise TypeError("Type %s not supported" % type(grad))
    current.Enter()
    result = control_flow_ops.enter(grad, current.name, is_constant=False, parallel_iterations=current.parallel_iterations, name="b_exit")
    current.loop_enters.append(result)
    current.Exit()
    return result


def enter_grad(op, grad):
    """An Exit of the loop of the gradient; of a loop invariant, the sum over all iterations."""
    from tinytf.ops.control_flow import control_flow_ops

    current = _current()
    if not current.back_prop or current.grad_state is None:
        return grad
    if not op.attr("is_constant"):
        result = control_flow_ops.exit(grad)
        current.loop_exits.append(result)
        current.ExitResult([result])
        return result
    if isinstance(grad, Tensor):
        return current.AddBackpropAccumulator(op, grad)
    if isinstance(grad, IndexedSlices):
        return current.AddBackpropIndexedSlicesAccumulator(op, grad)
    raise TypeError("Type %s not supported" % type(grad))
