"""The global step: the variable that counts training steps, and how to find, make and read it."""

from __future__ import annotations

import numpy as np

from tinytf import dtypes, logging
from tinytf.graph.default_graph import add_to_collection, control_dependencies, get_default_graph
from tinytf.graph.graph import GraphKeys
from tinytf.graph.graph_io import write_graph  # noqa: F401  (a public name of this module in TensorFlow)
from tinytf.graph.tensor import Tensor
from tinytf.ops.state import state_ops
from tinytf.ops.state.variables import Variable, VariableAggregation

GLOBAL_STEP_READ_KEY = "global_step_read_op_cache"


def global_step(sess, global_step_tensor) -> int:
    """The value of a global step tensor (or its name) in a session.  Follows `tf.train.global_step`."""
    return int(np.asarray(sess.run(global_step_tensor)).item())  # also of shape [1], as TensorFlow takes it


def get_global_step(graph=None):
    """The graph's global step: the one of its collection, else 'global_step:0', else None.

    TypeError where it is no scalar integer.  Follows `tf.train.get_global_step` of TF 1.15.
    """
    graph = graph or get_default_graph()
    found = graph.get_collection(GraphKeys.GLOBAL_STEP)
    if len(found) == 1:
        step = found[0]
    elif not found:
        try:
            step = graph.get_tensor_by_name("global_step:0")
        except KeyError:
            return None
    else:
        logging.error("Multiple tensors in global_step collection.")
        return None
    assert_global_step(step)
    return step


def create_global_step(graph=None):
    """Makes the global step variable; ValueError where there is one.  Follows `tf.train.create_global_step`."""
    from tinytf.ops.state import init_ops, variable_scope

    graph = graph or get_default_graph()
    if get_global_step(graph) is not None:
        raise ValueError('"global_step" already exists.')
    with graph.as_default(), graph.name_scope(None):
        return variable_scope.get_variable(
            GraphKeys.GLOBAL_STEP,
            shape=[],
            dtype=dtypes.int64,
            initializer=init_ops.zeros_initializer(),
            trainable=False,
            aggregation=VariableAggregation.ONLY_FIRST_REPLICA,
            collections=[GraphKeys.GLOBAL_VARIABLES, GraphKeys.GLOBAL_STEP],
        )


def get_or_create_global_step(graph=None):
    """The graph's global step, made where it is missing.  Follows `tf.train.get_or_create_global_step`."""
    graph = graph or get_default_graph()
    found = get_global_step(graph)
    return create_global_step(graph) if found is None else found


def assert_global_step(global_step_tensor) -> None:
    """TypeError where this is no scalar integer variable or tensor.  Follows `tf.train.assert_global_step`."""
    if not isinstance(global_step_tensor, (Variable, Tensor)):
        raise TypeError(f'Existing "global_step" must be a Variable or Tensor: {global_step_tensor}.')
    if not global_step_tensor.dtype.base_dtype.is_integer:
        raise TypeError(f'Existing "global_step" does not have integer type: {global_step_tensor.dtype}')
    shape = global_step_tensor.get_shape()
    if shape.ndims != 0 and shape.is_fully_defined():
        raise TypeError(f'Existing "global_step" is not scalar: {shape}')


def _get_global_step_read(graph=None):
    found = (graph or get_default_graph()).get_collection(GLOBAL_STEP_READ_KEY)
    if len(found) > 1:
        raise RuntimeError(f"There are multiple items in collection {GLOBAL_STEP_READ_KEY}. There should be only one.")
    return found[0] if found else None


def _get_or_create_global_step_read(graph=None):
    """A tensor that reads the global step once per run, made once per graph; None where there is no global step."""
    graph = graph or get_default_graph()
    found = _get_global_step_read(graph)
    if found is not None:
        return found
    step = get_global_step(graph)
    if step is None:
        return None
    with graph.as_default(), graph.name_scope(None), graph.name_scope(step.op.name + "/"):
        # initialized_value: a hook may read it before the variable is initialised.
        value = step.initialized_value() if isinstance(step, Variable) else step
        add_to_collection(GLOBAL_STEP_READ_KEY, value + 0)
    return _get_global_step_read(graph)


def _increment_global_step(increment, graph=None):
    graph = graph or get_default_graph()
    step = get_global_step(graph)
    if step is None:
        raise ValueError(
            "Global step tensor should be created by tf.train.get_or_create_global_step before calling increment."
        )
    read = _get_or_create_global_step_read(graph)
    with graph.as_default(), graph.name_scope(None), graph.name_scope(step.op.name + "/"), control_dependencies([read]):
        return state_ops.assign_add(step, increment)
