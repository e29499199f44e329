"""Automatic control dependencies: in the body of a function, ops with effects run in the order in which they were written.

Follows `tensorflow.python.framework.auto_control_deps` of TF 1.15.
"""

from __future__ import annotations

from tinytf import dtypes
from tinytf.ops.control_flow import control_flow_util

_ASYNCHRONOUS = frozenset(
    """CollectiveGather CollectiveReduce CollectiveBcastSend CollectiveBcastRecv NcclAllReduce Send Recv
    CollectivePermute""".split()
)
# Nobody waits for these: their seeds make them what they are, and not the order.
_LEGACY_RANDOM = frozenset(
    """RandomUniform RandomUniformInt RandomStandardNormal ParameterizedTruncatedNormal TruncatedNormal RandomShuffle
    Multinomial RandomGamma RandomGammaGrad RandomPoisson RandomPoissonV2""".split()
)


def op_is_stateful(op) -> bool:
    """Whether the op must run, in its turn, though nobody may use its results."""
    return op._is_stateful and op.type not in _ASYNCHRONOUS and op.type not in _LEGACY_RANDOM


class _Order:
    """What is known of the operations so far."""

    def __init__(self):
        self.must_run: dict = {}  # in the order of the graph
        self.last_use: dict = {}  # resource tensor (None: effects without one) -> the op that used it last
        self.merge_after: dict = {}  # resource tensor in a branch -> the Merge that comes after all its uses


def add_control_dependencies(graph, first: int, returned) -> list:
    """Puts the operations of `graph` from number `first` on in order, and lets the ops of `returned` wait for all effects.

    Returns the operations that must run.
    """
    order = _Order()
    for op in graph.get_operations()[first:]:
        if not control_flow_util.is_in_while_loop(op):
            _place(op, order)
    for tensor in returned:
        context = tensor.op._control_flow_context
        tensor.op._add_control_inputs([o for o in order.must_run if o._control_flow_context is context])
    return list(order.must_run)


def _place(op, order: _Order) -> None:
    if op.entry is None or op_is_stateful(op):
        order.must_run[op] = None
    if op.type == "Switch" and op.inputs[0].dtype == dtypes.resource:
        return
    if op.type == "Merge":
        for other in order.must_run:
            op._add_control_input(other)
            for tensor in other.inputs:
                if tensor in order.last_use:
                    order.last_use[tensor] = op
        order.must_run = {op: None}
        return
    before: list = []
    resources = list(dict.fromkeys(t for t in op.inputs if t.dtype == dtypes.resource))
    for resource in resources:
        if resource.op.type == "Switch":
            _place_switch(resource.op, order)
        if resource in order.last_use:
            before.append(order.last_use[resource])
        if resource in order.merge_after:
            order.merge_after[resource]._add_control_input(op)
        order.last_use[resource] = op
    if op_is_stateful(op) and not resources and op._control_flow_context is None:
        if None in order.last_use:
            op._add_control_input(order.last_use[None])
        order.last_use[None] = op
    op._add_control_inputs([o for o in before if o._control_flow_context is op._control_flow_context])


def _place_switch(switch, order: _Order) -> None:
    """A resource enters a branch: its uses there come after those before, and the next use outside after a Merge of the branches."""
    from tinytf.ops.control_flow import control_flow_ops

    resource = switch.inputs[0]
    if resource.dtype == dtypes.resource and resource.op.type == "Switch":
        _place_switch(resource.op, order)
    if switch.outputs[0] in order.merge_after:
        return
    merge = control_flow_ops.merge(switch.outputs, name="artificial_merge")[0].op
    merge._control_flow_context = switch._control_flow_context.outer_context
    order.must_run[merge] = None
    if resource in order.last_use:
        switch._add_control_input(order.last_use[resource])
    order.last_use[resource] = merge
    if resource in order.merge_after:
        order.merge_after[resource]._add_control_input(merge)
    for output in switch.outputs:
        order.merge_after[output] = merge
