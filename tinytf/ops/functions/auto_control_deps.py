"""Automatic control dependencies: in the body of a function, ops with effects run in the order in which they were written.

Follows `tensorflow.python.framework.auto_control_deps` of TF 1.15.
"""

from __future__ import annotations

from tinytf import dtypes, nest
from tinytf.graph.default_graph import get_default_graph
from tinytf.graph.indexed_slices import IndexedSlices
from tinytf.graph.sparse_tensor import SparseTensor
from tinytf.ops.array import array_ops
from tinytf.ops.control_flow import control_flow_util
from tinytf.ops.lists.tensor_array_ops import TensorArray
from tinytf.util import tf_decorator

ASYNC_STATEFUL_OPS = frozenset(
    """CollectiveGather CollectiveReduce CollectiveBcastSend CollectiveBcastRecv NcclAllReduce Send Recv
    CollectivePermute""".split()
)
# Nobody waits for these: their seeds make them what they are, and not the order.
LEGACY_RANDOM_OPS = frozenset(
    """RandomUniform RandomUniformInt RandomStandardNormal ParameterizedTruncatedNormal TruncatedNormal RandomShuffle
    Multinomial RandomGamma RandomGammaGrad RandomPoisson RandomPoissonV2""".split()
)


def op_is_stateful(op) -> bool:
    """Whether the op must run, in its turn, though nobody may use its results."""
    return op._is_stateful and op.type not in ASYNC_STATEFUL_OPS and op.type not in LEGACY_RANDOM_OPS


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


class AutomaticControlDependencies:
    """A context whose ops with effects all run, in the order in which they were written, before what is marked as returned.

    Variables that are made in it would be initialised again and again.
    """

    def __init__(self):
        self._returned: list = []
        self.ops_which_must_run: set = set()

    def __enter__(self):
        self._graph = get_default_graph()
        self._graph._add_control_dependencies = True
        self._first = len(self._graph.get_operations())
        return self

    def mark_as_return(self, tensor):
        """A copy of `tensor` that waits for all effects in this context."""
        if isinstance(tensor, (IndexedSlices, SparseTensor)):
            values, indices = self._copy(tensor.values), self._copy(tensor.indices)
            if isinstance(tensor, SparseTensor):
                return SparseTensor(indices, values, tensor.dense_shape)
            return IndexedSlices(values, indices, tensor.dense_shape)
        if isinstance(tensor, TensorArray):
            return tensor._with_flow(self._copy(tensor.flow))
        return self._copy(tensor)

    def _copy(self, tensor):
        copy = array_ops.identity(tensor)
        self._returned.append(copy)
        return copy

    def __exit__(self, *exc_info):
        if self._graph is not get_default_graph():
            raise RuntimeError("Graph changed while trying to add control dependencies.")
        outer = getattr(self._graph, "outer_graph", None)
        self._graph._add_control_dependencies = outer is not None and outer._add_control_dependencies
        self.ops_which_must_run.update(add_control_dependencies(self._graph, self._first, self._returned))


def automatic_control_dependencies(f):
    """Decorates `f`: whoever runs its results runs all ops with effects that it makes, in order."""

    def wrapper(*args, **kwargs):
        with AutomaticControlDependencies() as context:
            result = f(*args, **kwargs)
            return nest.map_structure(context.mark_as_return, result)

    return tf_decorator.make_decorator(f, wrapper)
