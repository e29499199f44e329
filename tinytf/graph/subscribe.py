"""`tensorflow.python.framework.subscribe`: side effects on a tensor that is in use already.

An identity is put between the tensor and all who take it, and it waits for the side effects.  Follows TF 1.15, node for node.
"""

from __future__ import annotations

import collections.abc
import contextlib
import re

from tinytf.graph.graph import control_dependencies, device, name_scope
from tinytf.graph.tensor import Tensor


def subscribe(tensors, side_effects):
    """The tensors (in any nesting of lists, tuples and dicts), each as one that runs the side effects.

    `side_effects`: a function of a tensor, or several, that gives a list of tensors or operations.
    """
    if not isinstance(side_effects, (list, tuple)):
        side_effects = [side_effects]
    return _recursive_apply(tensors, lambda tensor: _scoped_subscribe(tensor, side_effects))


def _recursive_apply(tensors, apply_fn):
    if isinstance(tensors, Tensor):
        return apply_fn(tensors)
    if isinstance(tensors, (list, tuple)):
        results = [_recursive_apply(t, apply_fn) for t in tensors]
        return type(tensors)(*results) if hasattr(tensors, "_fields") else type(tensors)(results)
    if isinstance(tensors, collections.abc.Mapping):
        return {key: _recursive_apply(t, apply_fn) for key, t in tensors.items()}
    raise TypeError("_recursive_apply argument %r has invalid type %r" % (tensors, type(tensors)))


def _scoped_subscribe(tensor, side_effects):
    with tensor.graph.as_default(), device(tensor.device), _preserve_control_flow_context(tensor):
        return _subscribe(tensor, side_effects)


@contextlib.contextmanager
def _preserve_control_flow_context(tensor):
    """New ops belong to the branch or loop that the tensor is seen in."""
    from tinytf.ops.control_flow_util import output_context

    graph = tensor.graph
    before = graph._get_control_flow_context()
    graph._set_control_flow_context(output_context(tensor.op))
    try:
        yield
    finally:
        graph._set_control_flow_context(before)


def _subscribe(tensor, side_effects):
    if not tensor.dtype.is_numpy_compatible:
        return tensor
    if _is_subscribed_identity(tensor):
        return _subscribe_extend(tensor, side_effects)
    prefix = tensor.op.name + "/subscription/Identity"
    for op in dict.fromkeys(tensor.consumers()):
        if op.name.startswith(prefix) and _is_subscribed_identity(op.outputs[0]):
            return _subscribe_extend(op.outputs[0], side_effects)
    return _subscribe_new(tensor, side_effects)


def _is_subscribed_identity(tensor) -> bool:
    if tensor.op.type != "Identity":
        return False
    match = re.match(r"(?P<prefix_name>^.*?)/subscription/Identity[^/]+", tensor.name)
    return match is not None and match.group("prefix_name") == tensor.op.inputs[0].op.name


def _effects(tensor, side_effects) -> list:
    return [out for effect in side_effects for out in effect(tensor)]


def _subscribe_new(tensor, side_effects):
    from tinytf.ops.shape_ops import identity

    takers = [(op, op.inputs.index(tensor)) for op in tensor.consumers()]  # of several inputs the first, as in TensorFlow
    followers = list(tensor.op._control_outputs)
    with name_scope(tensor.op.name + "/subscription/"):
        with control_dependencies(_effects(tensor, side_effects)):
            out = identity(tensor)
    for op, i in takers:
        op._update_input(i, out)
    for op in followers:
        controls = [out.op if c is tensor.op else c for c in op.control_inputs]
        controls = [c for c in controls if c is not out.op] + [out.op]
        op._remove_all_control_inputs()
        op._add_control_inputs(controls)
    return out


def _subscribe_extend(tensor, side_effects):
    source = tensor.op.inputs[0]
    with name_scope(source.op.name + "/subscription/"):
        outs = _effects(source, side_effects)
    tensor.op._add_control_inputs([out.op if isinstance(out, Tensor) else out for out in outs])
    return tensor
