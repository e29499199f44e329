"""Initial values made of other variables: reads of those are replaced by their `initialized_value()`.

So `w = tf.Variable(2 * v)` may be initialised in the same run as `v`, in any order.
"""

from __future__ import annotations

from tinytf.graph.graph import GraphKeys
from tinytf.graph.tensor import Tensor

_LEAVES = ("IsVariableInitialized", "VarIsInitializedOp", "ReadVariableOp", "If")
_VARIABLES = ("Variable", "VariableV2", "VarHandleOp")


def guard_initial_value(name, initial_value):
    """`initial_value`, rebuilt where it reads variables that may not be initialised yet.

    The rebuilt nodes are called `<node>_<name of the variable>`.  Follows what tf.Variable of TF 1.15 does.
    """
    if not isinstance(initial_value, Tensor):
        raise TypeError("initial_value needs to be a Tensor: %s" % (initial_value,))
    if _inputs_first(initial_value.op, _sources) is None:  # a loop: leave it as it is
        return initial_value
    replaced: dict = {}
    for op in _inputs_first(initial_value.op, _needed_inputs):
        replaced[op] = _safe(name, op, replaced)
    return replaced[initial_value.op].outputs[initial_value.value_index]


def _inputs_first(root, sources):
    """The ops that `root` depends on, in depth-first post-order, or None where there is a cycle."""
    state = {}
    order = []
    stack = [(root, iter(sources(root)))]
    state[root] = "open"
    while stack:
        op, rest = stack[-1]
        for source in rest:
            known = state.get(source)
            if known == "open":
                return None
            if known is None:
                state[source] = "open"
                stack.append((source, iter(sources(source))))
                break
        else:
            state[op] = "done"
            order.append(op)
            stack.pop()
    return order


def _sources(op):
    return [t.op for t in op.inputs] + op.control_inputs


def _needed_inputs(op):
    return [] if op.type in _LEAVES or op.type in _VARIABLES else [t.op for t in op.inputs]


def _safe(name, op, replaced):
    if op.type in _LEAVES:
        return op
    if op.type in _VARIABLES:
        value = _initialized_value(op)
        return op if value is None else value.op
    inputs = [replaced[t.op].outputs[t.value_index] for t in op.inputs]
    if all(new is old for new, old in zip(inputs, op.inputs)):
        return op
    return op.graph.create_op(
        "Switch" if op.type == "RefSwitch" else op.type,
        inputs,
        [t.dtype for t in op.outputs],
        name=(op.name + "_" + name).replace(":", "_"),
        attrs=dict(op.attrs),
    )


def _initialized_value(op):
    names = (op.name, op.name + ":0")
    for collection in (GraphKeys.GLOBAL_VARIABLES, GraphKeys.LOCAL_VARIABLES):
        for variable in op.graph.get_collection(collection):
            if getattr(variable, "name", None) in names and hasattr(variable, "initialized_value"):
                return variable.initialized_value()
    return None
