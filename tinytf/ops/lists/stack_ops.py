"""Stacks: what a loop pushes for its gradient to pop. A handle is a Python list, new in each step."""

from __future__ import annotations

from tinytf import errors
from tinytf.graph.op_entry import op


class _Stack(list):
    """The values of a stack, its limit, and whether it was closed."""

    __slots__ = ("limit", "closed")


def _stack_kernel(op):
    def new(max_size=-1):
        stack = _Stack()
        stack.limit, stack.closed = int(max_size), False
        return stack

    return new


def _push_kernel(op):
    def push(stack, value):
        if 0 <= stack.limit <= len(stack):
            raise errors.InvalidArgumentError(op.node_def, op, "Stack overflow: its max_size is %d" % stack.limit)
        if stack.closed:
            raise errors.InvalidArgumentError(op.node_def, op, "Stack has already been closed.")
        stack.append(value)
        return value

    return push


def _pop_kernel(op):
    def pop(stack):
        if not stack:
            raise errors.InvalidArgumentError(op.node_def, op, "Stack is empty when calling Pop()")
        return stack.pop()

    return pop


def _close_kernel(op):
    def close(stack):
        stack.clear()
        stack.closed = True

    return close


op("StackV2(max_size: int32) -> (handle: resource); elem_type: type; stack_name: string = ''; is_stateful",
   shape=lambda op: [(2,)], kernel=_stack_kernel)  # fmt: skip
op("StackPushV2(handle: resource, elem: T) -> (output: T); T: type; swap_memory: bool = false; is_stateful",
   shape=lambda op: [op.inputs[1].dims], kernel=_push_kernel, view=True)  # fmt: skip
op("StackPopV2(handle: resource) -> (elem: elem_type); elem_type: type; is_stateful",
   shape=lambda op: [None], kernel=_pop_kernel, view=True)  # fmt: skip
op("StackCloseV2(handle: resource) -> (); is_stateful", shape=lambda op: [], kernel=_close_kernel)
