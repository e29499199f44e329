"""`subscribe`: side effects on tensors of a graph that is built already; whoever took the tensor waits for them.

Follows `tensorflow.python.framework.subscribe` of TF 1.15.
"""

from __future__ import annotations

import contextlib
import re

from tinytf.graph.default_graph import control_dependencies, device, name_scope
from tinytf.graph.tensor import Tensor
from tinytf.ops.array.array_ops import identity

_IDENTITY = re.compile(r"(.*?)/subscription/Identity[^/]+")


def subscribe(tensors, side_effects):
    """The tensors with which to go on, in the nesting of `tensors` (lists, tuples, dicts).

    `side_effects`: a function, or several, of a tensor that returns a list of tensors or operations.  Consumers of the
    tensor, control edges included, take the new one.  TypeError for anything else than tensors.
    """
    effects = list(side_effects) if hasattr(side_effects, "__iter__") else [side_effects]
    return _each(tensors, lambda tensor: _subscribed(tensor, effects))


def _each(tensors, function):
    if isinstance(tensors, Tensor):
        return function(tensors)
    if isinstance(tensors, dict):
        return {key: _each(value, function) for key, value in tensors.items()}
    if isinstance(tensors, (list, tuple)):
        items = [_each(item, function) for item in tensors]
        return type(tensors)(*items) if hasattr(tensors, "_fields") else type(tensors)(items)
    raise TypeError(f"_recursive_apply argument {tensors!r} has invalid type {type(tensors)!r}")


def _subscribed(tensor, effects):
    if not tensor.dtype.is_numpy_compatible:
        return tensor
    with device(tensor.device), _control_flow_of(tensor):
        if _is_subscribed_identity(tensor):
            return _extended(tensor, effects)
        for consumer in tensor.consumers():
            if consumer.outputs and _is_subscribed_identity(consumer.outputs[0]) and consumer.inputs[0] is tensor:
                return _extended(consumer.outputs[0], effects)
        return _new(tensor, effects)


@contextlib.contextmanager
def _control_flow_of(tensor):
    context = tensor.op._get_control_flow_context()
    if context is None:
        yield
        return
    context.Enter()
    try:
        yield
    finally:
        context.Exit()


def _is_subscribed_identity(tensor) -> bool:
    match = _IDENTITY.match(tensor.name)
    return tensor.op.type == "Identity" and match is not None and match.group(1) == tensor.op.inputs[0].op.name


def _run(tensor, effects) -> list:
    return [result for effect in effects for result in effect(tensor)]


def _new(tensor, effects):
    takes = [(op, list(op.inputs).index(tensor)) for op in tensor.consumers()]
    waits = list(tensor.op._control_outputs)
    with name_scope(tensor.op.name + "/subscription/"):
        with control_dependencies(_run(tensor, effects)):
            out = identity(tensor)
    for op, index in takes:
        op._update_input(index, out)
    for op in waits:
        controls = [c for c in op.control_inputs if c is not tensor.op]
        op._remove_all_control_inputs()
        op._add_control_inputs([*controls, out.op])
    return out


def _extended(tensor, effects):
    """A tensor that is subscribed to already waits for further effects."""
    source = tensor.op.inputs[0]
    with name_scope(source.op.name + "/subscription/"):
        results = _run(source, effects)
    tensor.op._add_control_inputs([r.op if isinstance(r, Tensor) else r for r in results])
    return tensor
