"""Questions about control flow: what kind of Switch is this, in which loop is that op."""

from __future__ import annotations

import logging

_log = logging.getLogger("tensorflow")
ENABLE_CONTROL_FLOW_V2 = False


def is_switch(op) -> bool:
    return op.type in ("Switch", "RefSwitch")


def is_merge(op) -> bool:
    return op.type in ("Merge", "RefMerge")


def is_loop_enter(op) -> bool:
    return op.type in ("Enter", "RefEnter")


def is_loop_exit(op) -> bool:
    return op.type in ("Exit", "RefExit")


def is_cond_switch(op) -> bool:
    """True for the Switch of a conditional.

    It stands outside the context of the branch that it guards, so those who use its outputs tell: all are in a branch.
    """
    if not is_switch(op):
        return False
    for output in op.outputs:
        for consumer in output.consumers():
            context = consumer._control_flow_context
            if is_loop_enter(consumer):
                context = context.outer_context
            if context is None or not context.IsCondContext():
                return False
    return True


def is_loop_switch(op) -> bool:
    """True for the Switch of a loop variable."""
    if not is_switch(op):
        return False
    context = op._control_flow_context
    return context is not None and context.IsWhileContext() and not is_cond_switch(op)


def is_loop_constant_enter(op) -> bool:
    """True for the Enter that brings a loop invariant into a loop."""
    return is_loop_enter(op) and op.attr("is_constant")


def loop_constant_enter(tensor):
    """The Enter of which `tensor` is a mere copy, if that is a loop invariant's; else None."""
    op = tensor.op
    while op.type in ("Switch", "RefSwitch", "Identity", "RefIdentity"):
        op = op.inputs[0].op
    return op if is_loop_constant_enter(op) else None


def output_context(op):
    """The context in which the outputs of `op` are seen: an Exit belongs to its loop, its output does not."""
    context = op._control_flow_context
    return context.outer_context if context is not None and is_loop_exit(op) else context


def while_context(op):
    """The innermost loop around `op`, or None."""
    context = op._control_flow_context
    return context.GetWhileContext() if context else None


def containing_while_context(context, stop=None):
    """The innermost loop around `context`, itself included, looking no further than `stop`; or None."""
    while context is not None and not context.IsWhileContext() and context is not stop:
        context = context.outer_context
    return context


def containing_cond_context(context):
    """The innermost branch of a conditional around `context`, itself included; or None."""
    while context is not None and not context.IsCondContext():
        context = context.outer_context
    return context


def containing_xla_context(context):
    """The innermost context of a compiled cluster around `context`; there are none here, unless a test makes one."""
    while context is not None and not context.IsXLAContext():
        context = context.outer_context
    return context


def is_in_xla_context(op) -> bool:
    """Whether the op belongs to a cluster that XLA compiles."""
    return containing_xla_context(op._control_flow_context) is not None


def is_in_while_loop(op) -> bool:
    """Whether the op is in a loop."""
    return containing_while_context(op._control_flow_context) is not None


def is_in_cond(op) -> bool:
    """Whether the op is in a branch of a conditional."""
    return containing_cond_context(op._control_flow_context) is not None


def is_loop_merge(op) -> bool:
    """True for the Merge of a loop variable."""
    if not is_merge(op):
        return False
    context = op._control_flow_context
    return context is not None and context.IsWhileContext() and not is_cond_merge(op)


def is_cond_merge(op) -> bool:
    """True for the Merge of a conditional: all its inputs come from branches."""
    if not is_merge(op) or not op.inputs:
        return False
    contexts = [output_context(t.op) for t in op.inputs]
    return all(context is not None and context.IsCondContext() for context in contexts)


def enable_control_flow_v2(graph) -> bool:
    """Whether conditionals and loops are made of functions: in the body of one (not of a Defun), or where the program asked for it."""
    return ENABLE_CONTROL_FLOW_V2 or (graph.building_function and not hasattr(graph, "_captured"))


def is_containing(context, outer) -> bool:
    """True if `outer` is `context` or lies around it."""
    while context is not outer:
        if context is None:
            return False
        context = context.outer_context
    return True


def op_in_context(op, context) -> bool:
    return is_containing(op._control_flow_context, context)


def check_input_from_valid_context(op, input_op) -> None:
    """ValueError if `op` takes a value of a loop that it is not part of."""
    input_context = output_context(input_op)
    if input_context is None or op._control_flow_context is input_context:
        return
    loop, input_loop = containing_while_context(op._control_flow_context), containing_while_context(input_context)
    if _valid(op, loop, input_loop, input_context):
        return
    if loop is not None:
        message = "Cannot use '%s' as input to '%s' because they are in different while loops." % (input_op.name, op.name)
    else:
        message = "Cannot use '%s' as input to '%s' because '%s' is in a while loop." % (input_op.name, op.name, input_op.name)
    _log.info("%s\n\n%s while context: %s\n%s while context: %s", message, op.name, loop, input_op.name, input_loop)
    raise ValueError(message + " See info log for more details.")


def _valid(op, loop, input_loop, input_context):
    if loop is None:
        # two branches of conditionals are allowed here: if the wrong one is taken, the run fails;
        # Enter and Switch are made before they are put into their context
        return input_loop is None or is_loop_enter(op) or is_switch(op)
    if is_containing(loop, input_loop):
        return True
    forward = loop.grad_state.forward_context if loop.grad_state else None
    if forward is not None and (is_containing(forward, input_loop) or forward is input_loop.outer_context):
        return True  # the gradient loop takes values from the loop it belongs to, and from loops in that
    back = input_context.grad_state  # gradients of gradients; those fail later unless stopped
    if back and back.forward_context is loop:
        return True
    return bool(back and back.forward_context.grad_state and back.forward_context.grad_state.forward_context is loop)
