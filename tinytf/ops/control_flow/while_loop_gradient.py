"""What tf.gradients adds to loops: counters, so that the gradient's loop runs as often as the forward one, and sums over iterations."""

from __future__ import annotations

from tinytf import dtypes
from tinytf.graph.build import make
from tinytf.graph.indexed_slices import IndexedSlices
from tinytf.ops.control_flow.control_flow_ops import enter, merge, next_iteration, switch
from tinytf.ops.control_flow.control_flow_ops import exit as exit_


class LoopGradient:
    """The part of a WhileContext that its gradient needs."""

    def _loop_variable(self, start, name, merge_name=None):
        """A new loop variable in the loop entered: the Merge that takes `start` first, and wants its back edge still."""
        entered = enter(start, self._name, is_constant=False, parallel_iterations=self._parallel_iterations, name=name)
        self.loop_enters.append(entered)
        return merge([entered, entered], name=merge_name)[0]

    def AddForwardLoopCounter(self, outer_grad_state):
        """Adds to the forward loop: `n = 0; while …: n += 1`; returns the Exit of n and its NextIteration."""
        from tinytf.ops.array import constant
        from tinytf.ops.math import math_ops

        n = constant.constant(0, name="f_count")
        if outer_grad_state is not None:
            # pushes of one run of an inner loop come before those of its next run
            n.op._add_control_input(outer_grad_state.forward_index.op.inputs[0].op)
        self.Enter()
        self.AddName(n.name)
        merged = self._loop_variable(n, "f_count")
        off, on = switch(merged, self._pivot)
        following = next_iteration(math_ops.add(on, 1))
        merged.op._update_input(1, following)
        total = exit_(off, name="f_count")
        self.loop_exits.append(total)
        self.ExitResult([total])
        self.Exit()
        return total, following

    def AddBackpropLoopCounter(self, count, outer_grad_state):
        """Makes this, a loop of a gradient, run `count` times: `n = count; while n >= 1: n -= 1`; returns n's NextIteration."""
        from tinytf.ops.array import constant
        from tinytf.ops.math import math_ops

        one = constant.constant(1, name="b_count")
        self.Enter()
        self.AddName(count.name)
        merged = self._pivot_for_pred = self._loop_variable(count, "b_count")
        pred = math_ops.greater_equal(merged, one)
        self._pivot = make("LoopCond", pred, name="b_count")
        off, on = switch(merged, self._pivot)
        index = self._pivot_for_body = math_ops.subtract(on, one)
        following = next_iteration(index)
        merged.op._update_input(1, following)
        final = exit_(off, name="b_count")
        self.loop_exits.append(final)
        if outer_grad_state is not None:
            # pops of one run of an inner loop come before those of its next run
            outer_grad_state.grad_sync._add_control_input(final.op)
        self.ExitResult([final])
        self.Exit()
        return following

    def AddBackpropAccumulator(self, op, grad):
        """The sum, over the iterations, of the gradients of a loop invariant (`op` is its Enter)."""
        from tinytf.ops.math import math_ops

        self.Exit()
        start = self._zeros_for_sum(op, grad)
        self.Enter()
        self.AddName(start.name)
        merged = self._loop_variable(start, "b_acc", merge_name="b_acc")
        off, on = switch(merged, self._pivot)
        merged.op._update_input(1, next_iteration(math_ops.add(on, grad)))
        total = exit_(off, name="b_acc")
        self.loop_exits.append(total)
        self.ExitResult([total])
        return total

    def _zeros_for_sum(self, op, grad):
        from tinytf.ops.array import array_ops, constant

        shape, outer = grad.get_shape(), self._outer_context
        value = op.inputs[0]
        if not shape.is_fully_defined() and outer is not None and outer.IsWhileContext() and outer.grad_state is not None:
            # an inner loop: its forward loop remembers the shape
            forward_outer, state = self.grad_state.forward_context.outer_context, self.grad_state.outer_grad_state
            forward_outer.Enter()
            dynamic = array_ops.shape_internal(value, optimize=False)
            forward_outer.Exit()
            history = state.add_forward_accumulator(dynamic)
            outer.Enter()
            zeros = array_ops.zeros(state.add_backprop_accumulated_value(history, dynamic), grad.dtype)
            outer.Exit()
            return zeros
        if outer:
            outer.Enter()
        if shape.is_fully_defined():
            zeros = constant.constant(0, grad.dtype, shape=shape.as_list(), name="b_acc")
        else:
            zeros = array_ops.zeros(array_ops.shape_internal(value, optimize=False), grad.dtype)
        if outer:
            outer.Exit()
        return zeros

    def AddBackpropIndexedSlicesAccumulator(self, op, grad):
        """As `AddBackpropAccumulator`, of IndexedSlices: the rows of all iterations one after the other."""
        from tinytf.ops.array import array_ops, constant
        from tinytf.ops.math import math_ops

        values, indices, dense_shape = grad.values, grad.indices, grad.dense_shape
        outer = self._outer_context
        self.Exit()
        if outer:
            outer.Enter()
        if values.get_shape().is_fully_defined():
            row = [1] + values.get_shape().as_list()[1:]
            values_start = constant.constant(0, values.dtype, shape=row, name="b_acc")
        else:
            row = array_ops.concat([[1], _shape_of_value(op.inputs[0])[1:]], 0)
            values_start = array_ops.zeros(row, dtype=values.dtype)
        starts = [constant.constant([0], indices.dtype), values_start]
        if dense_shape is not None:
            if dense_shape.get_shape().is_fully_defined():
                starts.append(constant.constant(0, dense_shape.dtype, shape=dense_shape.get_shape().as_list()))
            else:
                dynamic = array_ops.shape_internal(op.inputs[0], optimize=False, out_type=dense_shape.dtype)
                starts.append(array_ops.zeros_like(dynamic, optimize=False))
        if outer:
            outer.Exit()
        self.Enter()
        for start in (starts[1], starts[0], *starts[2:]):
            self.AddName(start.name)
        enters = [
            enter(x, self._name, is_constant=False, parallel_iterations=self._parallel_iterations, use_input_shape=False, name="b_acc")
            for x in starts
        ]
        enters[0].set_shape([None])  # both grow
        if values_start.dims is not None:
            enters[1].set_shape([None, *values_start.dims[1:]])
        self.loop_enters.extend(enters)
        merges = [merge([x, x], name="b_acc")[0] for x in enters]
        switches = [switch(x, self._pivot) for x in merges]
        sums = [array_ops.concat([switches[0][1], indices], 0), array_ops.concat([switches[1][1], values], 0)]
        if dense_shape is not None:
            sums.append(math_ops.maximum(dense_shape, switches[2][1]))
        followings = [next_iteration(x) for x in sums]
        for merged, following in zip(merges, followings):
            merged.op._update_input(1, following)
        exits = [exit_(x[0], name="b_acc") for x in switches]
        self.loop_exits.extend(exits)
        self.ExitResult(exits)
        return IndexedSlices(indices=exits[0], values=exits[1], dense_shape=exits[2] if dense_shape is not None else None)


def _shape_of_value(tensor):
    """The shape of a tensor, or of the variable behind a handle."""
    from tinytf.ops.array import array_ops

    if tensor.dtype != dtypes.resource:
        return array_ops.shape_internal(tensor, optimize=False)
    while tensor.op.inputs:
        tensor = tensor.op.inputs[0]
    return tensor.op.attr("shape")
