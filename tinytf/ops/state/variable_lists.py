"""Functions over lists of variables: the collections, initializers, and which are still uninitialised."""

from __future__ import annotations

import os

from tinytf import dtypes, protos
from tinytf.graph.collection_protos import register_proto_function
from tinytf.graph.default_graph import colocate_with, device, get_collection, get_default_graph, name_scope
from tinytf.graph.graph import GraphKeys
from tinytf.ops.state import state_ops

__all__ = [
    "global_variables", "all_variables", "local_variables", "model_variables", "trainable_variables",
    "moving_average_variables", "variables_initializer", "initialize_variables", "global_variables_initializer",
    "initialize_all_variables", "local_variables_initializer", "initialize_local_variables",
    "is_variable_initialized", "assert_variables_initialized", "report_uninitialized_variables",
    "_all_saveable_objects",
]  # fmt: skip


def global_variables(scope=None) -> list:
    """The variables shared by all machines: those that a Saver saves by default.  Follows tf.global_variables."""
    return get_collection(GraphKeys.GLOBAL_VARIABLES, scope)


def all_variables() -> list:
    """The name of `global_variables` before TF 1.0."""
    return global_variables()


def _all_saveable_objects(scope=None) -> list:
    return get_collection(GraphKeys.GLOBAL_VARIABLES, scope) + get_collection(GraphKeys.SAVEABLE_OBJECTS, scope)


def local_variables(scope=None) -> list:
    """The variables of this process only, not saved by default.  Follows tf.local_variables."""
    return get_collection(GraphKeys.LOCAL_VARIABLES, scope)


def model_variables(scope=None) -> list:
    """The variables of the model collection.  Follows tf.model_variables."""
    return get_collection(GraphKeys.MODEL_VARIABLES, scope)


def trainable_variables(scope=None) -> list:
    """The variables that optimizers train by default.  Follows tf.trainable_variables."""
    return get_collection(GraphKeys.TRAINABLE_VARIABLES, scope)


def moving_average_variables(scope=None) -> list:
    """The variables that keep moving averages.  Follows tf.moving_average_variables."""
    return get_collection(GraphKeys.MOVING_AVERAGE_VARIABLES, scope)


def variables_initializer(var_list, name="init"):
    """An op that runs the initializers of all variables in the list.  Follows tf.variables_initializer."""
    from tinytf.ops.control_flow import control_flow_ops

    if var_list:
        return control_flow_ops.group(*[v.initializer for v in var_list], name=name)
    return control_flow_ops.no_op(name=name)


def initialize_variables(var_list, name="init"):
    """The name of `variables_initializer` before TF 1.0."""
    return variables_initializer(var_list, name=name)


def global_variables_initializer():
    """An op that initialises all global variables.  Follows tf.global_variables_initializer."""
    return variables_initializer(global_variables())


def initialize_all_variables():
    """The name of `global_variables_initializer` before TF 1.0."""
    return global_variables_initializer()


def local_variables_initializer():
    """An op that initialises all local variables.  Follows tf.local_variables_initializer."""
    return variables_initializer(local_variables())


def initialize_local_variables():
    """The name of `local_variables_initializer` before TF 1.0."""
    return local_variables_initializer()


def is_variable_initialized(variable):
    """A bool tensor: whether the variable holds a value.  Follows tf.is_variable_initialized."""
    return state_ops.is_variable_initialized(variable)


def _places() -> list:
    """The variable tensors of a graph whose collections are empty."""
    kinds = ("Variable", "VariableV2", "AutoReloadVariable")
    return [o.outputs[0] for o in get_default_graph().get_operations() if o.type in kinds]


def assert_variables_initialized(var_list=None):
    """A tensor that can be computed only once all variables are initialised (FailedPreconditionError before).

    Follows tf.assert_variables_initialized of TF 1.15.
    """
    from tinytf.ops.array import array_ops

    if var_list is None:
        var_list = global_variables() + local_variables()
    var_list = var_list or _places()
    if not var_list:
        return None
    ranks = []
    for var in var_list:
        with colocate_with(var.op):
            ranks.append(array_ops.rank_internal(var, optimize=False))
    return ranks[0] if len(ranks) == 1 else array_ops.stack(ranks)


def report_uninitialized_variables(var_list=None, name="report_uninitialized_variables"):
    """A 1-D string tensor: the names of the variables that hold no value yet.

    Follows tf.report_uninitialized_variables of TF 1.15.
    """
    from tinytf.ops.array import array_ops, constant
    from tinytf.ops.math import math_ops

    if var_list is None:
        var_list = global_variables() + local_variables() or _places()
    place = os.environ.get("TF_DEVICE_FOR_UNINITIALIZED_VARIABLE_REPORTING", "/cpu:0")
    with name_scope(name):
        flags = [state_ops.is_variable_initialized(v) for v in var_list]
        with device(place):
            if not var_list:
                return constant.constant([], dtype=dtypes.string)
            mask = math_ops.logical_not(array_ops.stack(flags))
            names = constant.constant([v.op.name for v in var_list])
            return array_ops.boolean_mask(names, mask)


def _to_proto(variable, export_scope=None):
    return variable.to_proto(export_scope=export_scope)


def _from_proto(variable_def, import_scope=None):
    from tinytf.ops.state import resource_variables, variables

    kind = resource_variables.ResourceVariable if variable_def.is_resource else variables.Variable
    return kind.from_proto(variable_def, import_scope=import_scope)


for _collection in (
    GraphKeys.GLOBAL_VARIABLES,
    GraphKeys.TRAINABLE_VARIABLES,
    GraphKeys.MOVING_AVERAGE_VARIABLES,
    GraphKeys.LOCAL_VARIABLES,
    GraphKeys.MODEL_VARIABLES,
    GraphKeys.GLOBAL_STEP,
    GraphKeys.METRIC_VARIABLES,
):
    register_proto_function(
        _collection, proto_type=protos.VariableDef, to_proto=_to_proto, from_proto=_from_proto
    )
