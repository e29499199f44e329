"""What tf.gradients keeps in mind about loops: for each loop, the loop of its gradient and the values it remembers.

A gradient needs values of the forward loop from every iteration.  They are pushed on a stack there and popped in the loop of the
gradient, which runs as often (the forward loop is given a counter).  Control edges keep pushes and pops in the order of
iterations: f_sync in the forward loop, b_sync in the backward one.
"""

from __future__ import annotations

from tinytf import dtypes
from tinytf.graph.build import make
from tinytf.graph.constant_value import public_constant_value as constant_value
from tinytf.graph.default_graph import colocate_with, control_dependencies, get_default_graph
from tinytf.ops.autodiff import default_gradient
from tinytf.ops.control_flow.control_flow_util import (
    is_loop_exit,
    is_loop_switch,
    is_switch,
    loop_constant_enter,
    output_context,
    while_context,
)


def for_loops_between(in_order, between, colocate):
    """The state of all loops with an Exit among the ops `in_order`, or None; adds each loop's other exits to them."""
    loops = None
    for op in in_order:  # grows meanwhile
        if is_loop_exit(op):
            loops = loops or Loops()
            if colocate:
                with colocate_with(op):
                    loops.add(op, in_order, between)
            else:
                loops.add(op, in_order, between)
    return loops


def zeros_like_outside_loop(op, index):
    """Zeros for an output of `op` that has no gradient; for a Switch, zeros that are there only if that branch is not taken."""
    from tinytf.ops.array import array_ops
    from tinytf.ops.control_flow import control_flow_ops

    value = op.outputs[index]
    is_resource = value.dtype == dtypes.resource
    context = op._control_flow_context if is_switch(op) else None
    if context is None:
        if is_resource and not is_switch(op):
            return array_ops.zeros(default_gradient.variable_shape(value), dtype=default_gradient.zeros_dtype(value))
        return array_ops.zeros_like(value, optimize=False)
    other = control_flow_ops.switch(op.inputs[0], context.pred)[1 - context.branch]
    pivot = array_ops.identity(other)
    if is_resource:
        with control_dependencies([pivot]):
            return array_ops.zeros(default_gradient.variable_shape(other), dtype=default_gradient.zeros_dtype(value))
    shape = array_ops.shape_internal(other, optimize=False)
    with control_dependencies([pivot]):
        return array_ops.zeros(shape, dtype=value.dtype)


class GradLoopState:
    """One loop and the loop of its gradient, while tf.gradients builds the latter."""

    def __init__(self, forward_context, outer_grad_state):
        from tinytf.ops.control_flow import while_loop

        self.forward_context, self.outer_grad_state = forward_context, outer_grad_state
        self._forward_sync = self._grad_sync = None
        self.history_map = {}  # name of a forward tensor -> its value in the gradient's loop
        self.switch_map = {}  # forward Switch -> Merge of the gradient's loop
        self.unused_exits, self.deferred_exits = [], []
        self.forward_loop_exits = list(forward_context.loop_exits)
        self.pending_exits_count = len(forward_context.loop_exits)
        if outer_grad_state:
            outer_forward = outer_grad_state.forward_context
        else:
            outer_forward = forward_context.outer_context

        with forward_context._graph.as_default(), _inside(outer_forward):
            count, self.forward_index = forward_context.AddForwardLoopCounter(outer_grad_state)
        history = None
        if outer_grad_state:  # remember the count of each run of this inner loop
            outer_forward.AddName(count.name)
            history = outer_grad_state.add_forward_accumulator(count)
            around = outer_grad_state.grad_context
        else:
            around = outer_forward
        with _inside(around):
            self.grad_context = while_loop.WhileContext(
                maximum_iterations=forward_context.maximum_iterations,
                parallel_iterations=forward_context.parallel_iterations,
                back_prop=forward_context.back_prop,
                swap_memory=forward_context.swap_memory,
                name=forward_context.name,
                grad_state=self,
            )
            if outer_grad_state:
                count = outer_grad_state.add_backprop_accumulated_value(history, count)
            self.grad_index = self.grad_context.AddBackpropLoopCounter(count, outer_grad_state)

    @property
    def forward_sync(self):
        """A node of the forward loop that waits for pushes made inside conditionals."""
        if self._forward_sync is None:
            with control_dependencies(None):
                self._forward_sync = make("ControlTrigger", name="f_sync")
            self._forward_sync._set_control_flow_context(self.forward_context)
            self.forward_index.op._add_control_input(self._forward_sync)
        return self._forward_sync

    @property
    def grad_sync(self):
        """A node of the gradient's loop that waits for all pops of an iteration."""
        if self._grad_sync is None:
            with control_dependencies(None):
                self._grad_sync = make("ControlTrigger", name="b_sync")
            self._grad_sync._set_control_flow_context(self.grad_context)
            self.grad_index.op._add_control_input(self._grad_sync)
            if self.grad_context.outer_context:
                self.grad_context.outer_context.AddInnerOp(self._grad_sync)
        return self._grad_sync

    def add_forward_accumulator(self, value, dead_branch=False):
        """Pushes `value` on a new stack in every iteration of the forward loop; returns the stack's handle.

        The push runs after the iteration's counter was read and before the next iteration starts.
        `dead_branch`: value stands for the branch of a conditional that is not taken.
        """
        from tinytf.ops.array import constant

        with self.forward_index.graph.as_default():
            with control_dependencies_but_same_context(), colocate_with(value.op):
                max_size = constant.constant(-1, dtypes.int32)
                stack = make("StackV2", max_size, elem_type=value.dtype.base_dtype, name="f_acc")
            with control_dependencies(None):
                handle = self.forward_context.AddValue(stack)
                context = output_context(value.op)
                at_top = context is self.forward_context
                if not at_top and not context.IsCondContext():
                    raise TypeError("value_ctxt is not a CondContext: %s" % context)
                with _inside(context.outer_context if dead_branch and not at_top else context):
                    push = make("StackPushV2", handle, value, swap_memory=self.forward_context.swap_memory)
                if at_top:
                    self.forward_index.op._add_control_input(push.op)
                else:
                    if dead_branch:
                        push.op._set_control_flow_context(context)
                    self.forward_sync._add_control_input(push.op)
                push.op._add_control_input(self.forward_index.op.inputs[0].op)
            return stack

    def add_backprop_accumulated_value(self, history, value, dead_branch=False):
        """Pops, in every iteration of the gradient's loop, what `add_forward_accumulator` pushed."""
        from tinytf.ops.control_flow import control_flow_ops

        cond, context = None, value.op._control_flow_context
        while context and context is not history.op._control_flow_context:
            if context.IsCondContext():
                cond = context
                break
            context = context.outer_context
        with control_dependencies(None), _inside(self.grad_context):
            if cond:  # guard the pop as the push was guarded
                state, pred = self, None
                while pred is None and state:
                    pred = state.history_map.get(cond.pred.name)
                    state = state.outer_grad_state
                if pred is None:
                    pred = cond.pred
                branch = 1 - cond.branch if dead_branch else cond.branch
                history = control_flow_ops.switch_ref_or_tensor(history, pred)[branch]
            pop = make("StackPopV2", history, elem_type=value.dtype.base_dtype)
            pop.set_shape(value.get_shape())
        if self.grad_context.parallel_iterations > 1:
            self.grad_sync._add_control_input(pop.op)
        return pop

    def GetRealValue(self, value):
        """The tensor that has, in the gradient's loop, the value of the forward tensor `value`."""
        from tinytf.ops.array import constant

        real = self.history_map.get(value.name)
        if real is not None:
            return real
        current, state, history = value, self, None
        while True:
            enter = loop_constant_enter(current)
            if enter:  # a loop invariant needs no stack in this loop: go one loop outwards
                current = enter.inputs[0]
                state = state.outer_grad_state
                if state is None:
                    real = self.grad_context.AddValue(current)
                    break
            elif current.op.type == "Const":
                real = constant.constant(constant_value(current), dtype=current.dtype)
                break
            else:
                self.grad_context.Exit()
                history = state.add_forward_accumulator(current)
                self.grad_context.Enter()
                break
        if real is None:
            real = state.add_backprop_accumulated_value(history, current)
            if state is not self:
                real = self.grad_context.AddValue(real)
        self.history_map[value.name] = real
        return real


class Loops:
    """The GradLoopState of every loop that one call of tf.gradients goes through."""

    def __init__(self):
        self._states = {}  # forward WhileContext -> GradLoopState

    def state_of(self, op, before):
        """The state of the loop around `op`; `before` an Exit is visited, that is the loop around its loop."""
        if before and is_loop_exit(op):
            context = op._control_flow_context.outer_context
            context = context.GetWhileContext() if context else None
        else:
            context = while_context(op)
        return self._states.get(context) if context else None

    def add(self, op, in_order, between):
        context = while_context(op)
        if context is None:
            raise ValueError(
                "Failed to call gradients on a while loop without properly serializing graph via MetaGraphDef: '%s' is the "
                "Exit of a loop that came from a GraphDef, which says nothing of loops. Import it with "
                "tf.train.import_meta_graph." % op.name
            )
        if context in self._states:
            return
        state = GradLoopState(context, self._outer_state(context))
        self._states[context] = state
        for exit_tensor in state.forward_loop_exits:  # all exits take part, or their gradients would not be known
            if exit_tensor.op not in between:
                between.add(exit_tensor.op)
                in_order.append(exit_tensor.op)

    def _outer_state(self, context):
        outer = context.outer_context
        outer = outer.GetWhileContext() if outer else None
        return self._states.get(outer) if outer else None

    def enter(self, op, before):
        state = self.state_of(op, before)
        if state:
            state.grad_context.Enter()

    def exit(self, op, before):
        state = self.state_of(op, before)
        if state:
            state.grad_context.Exit()

    def process_unused_exits(self, pending, to_ops):
        """The exits of loops of which no exit has a gradient from elsewhere; they start with zeros."""
        exits = []
        for state in self._states.values():
            for y in state.forward_loop_exits:
                if pending.get(y.op, 0) == 0:
                    state.pending_exits_count -= 1
                    if y.op not in to_ops:
                        state.unused_exits.append(y)
                    if state.pending_exits_count == 0:
                        exits.extend(state.unused_exits)
            for y in state.forward_context.loop_enters:  # visited, though no gradient may reach them
                if pending.get(y.op, 0) == 0:
                    pending[y.op] = 1
        return exits

    def zeros_like_for_exit(self, value):
        """Zeros for an Exit without gradient; where its shape is not known, it is that of the value, remembered if need be."""
        from tinytf.ops.array import array_ops

        shape = value.get_shape()
        context = value.op._control_flow_context
        outer = self._outer_state(context)
        if shape.is_fully_defined():
            with _inside(outer.grad_context if outer else None):
                return array_ops.zeros(shape.as_list(), value.dtype)
        if not outer:
            return array_ops.zeros_like(value, optimize=False)
        with _inside(context.outer_context):
            dynamic = array_ops.shape_internal(value, optimize=False)
        history = outer.add_forward_accumulator(dynamic)
        with _inside(outer.grad_context):
            return array_ops.zeros(outer.add_backprop_accumulated_value(history, dynamic), value.dtype)

    def zeros_like(self, op, index):
        """Zeros for an output of `op` without gradient, made in the gradient's loop; None for a loop's Switch."""
        from tinytf.ops.array import array_ops, constant
        from tinytf.ops.control_flow import control_flow_ops

        if is_loop_switch(op):
            return None
        dead_branch = is_switch(op)
        state = self._states.get(while_context(op))
        if state is None:
            return zeros_like_outside_loop(op, index)
        context = op._control_flow_context
        value = op.outputs[index]
        shape = value.get_shape()
        if shape.is_fully_defined():
            zeros = constant.constant(0, shape=shape.as_list(), dtype=value.dtype)
            if dead_branch:
                pred = state.history_map.get(context.pred.name)
                zeros = control_flow_ops.switch_ref_or_tensor(zeros, pred)[1 - context.branch]
            return zeros
        if dead_branch:
            with _inside(context.outer_context):
                value = control_flow_ops.switch_ref_or_tensor(op.inputs[0], context.pred)[1 - context.branch]
                dynamic = array_ops.shape_internal(value, optimize=False)
            value.op._set_control_flow_context(context)
            dynamic.op._set_control_flow_context(context)
        else:
            with _inside(context):
                dynamic = array_ops.shape_internal(value, optimize=False)
        state.grad_context.Exit()
        history = state.add_forward_accumulator(dynamic, dead_branch=dead_branch)
        state.grad_context.Enter()
        return array_ops.zeros(state.add_backprop_accumulated_value(history, dynamic, dead_branch), value.dtype)

    def post_process(self):
        """Closes the gradient loops' variables that got no gradient from the body: zero from the second iteration on."""
        from tinytf.ops.array import array_ops, constant
        from tinytf.ops.control_flow import control_flow_ops

        for state in self._states.values():
            for merge in state.switch_map.values():
                first, second = merge.op.inputs
                if first is not second:
                    continue
                shape = first.get_shape()
                if shape.is_fully_defined():
                    with _inside(state.grad_context):
                        following = control_flow_ops.next_iteration(constant.constant(0, dtype=first.dtype, shape=shape))
                else:
                    with _inside(state.grad_context.outer_context):
                        dynamic = array_ops.shape_internal(first.op.inputs[0], optimize=False)
                        zeros = array_ops.zeros(dynamic)
                    with _inside(state.grad_context):
                        following = control_flow_ops.next_iteration(zeros)
                merge.op._update_input(1, following)


class _inside:
    """Enters a control flow context, None included, for the body of a `with`."""

    __slots__ = ("context",)

    def __init__(self, context):
        self.context = context

    def __enter__(self):
        if self.context:
            self.context.Enter()

    def __exit__(self, *_):
        if self.context:
            self.context.Exit()


class control_dependencies_but_same_context:
    """Drops control dependencies, yet stays in the current control flow context (`control_dependencies(None)` leaves it)."""

    def __enter__(self):
        context = get_default_graph()._control_flow_context
        self._none = control_dependencies(None)
        self._none.__enter__()
        self._inside = _inside(context)
        self._inside.__enter__()

    def __exit__(self, *error):
        self._inside.__exit__(*error)
        return self._none.__exit__(*error)
