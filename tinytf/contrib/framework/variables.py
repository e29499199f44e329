"""Model variables, and variables found by scope, suffix or name."""

from __future__ import annotations

import functools
import re

import numpy as np

from tinytf import dtypes, logging
from tinytf.contrib.framework.arg_scope import add_arg_scope
from tinytf.graph.default_graph import add_to_collection, device, get_collection
from tinytf.graph.graph import GraphKeys
from tinytf.ops.array.placeholder import placeholder
from tinytf.ops.control_flow import control_flow_ops
from tinytf.ops.state import variable_scope, variables
from tinytf.ops.state.variables import VariableAggregation, VariableSynchronization


def local_variable(initial_value, validate_shape=True, name=None, use_resource=None):
    """A variable in the collection LOCAL_VARIABLES only."""
    return variables.Variable(
        initial_value, trainable=False, collections=[GraphKeys.LOCAL_VARIABLES], validate_shape=validate_shape, name=name,
        use_resource=use_resource,
    )  # fmt: skip


def global_variable(initial_value, validate_shape=True, name=None, use_resource=None):
    """A variable in the collection GLOBAL_VARIABLES only."""
    return variables.Variable(
        initial_value, trainable=False, collections=[GraphKeys.GLOBAL_VARIABLES], validate_shape=validate_shape, name=name,
        use_resource=use_resource,
    )  # fmt: skip


@add_arg_scope
def variable(
    name, shape=None, dtype=None, initializer=None, regularizer=None, trainable=True, collections=None, caching_device=None, device=None,
    partitioner=None, custom_getter=None, use_resource=None, synchronization=VariableSynchronization.AUTO, aggregation=VariableAggregation.NONE,  # noqa: E501
):  # fmt: skip
    """tf.get_variable on a device, each collection once. Follows tf.contrib.framework.variable of TF 1.15."""
    collections = [GraphKeys.GLOBAL_VARIABLES] if collections is None else list(dict.fromkeys(collections))
    getter = variable_scope.get_variable
    if custom_getter is not None:
        getter = functools.partial(custom_getter, reuse=variable_scope.get_variable_scope().reuse)
    with _device(device or ""):
        return getter(
            name, shape=shape, dtype=dtype, initializer=initializer, regularizer=regularizer, trainable=trainable, collections=collections,
            caching_device=caching_device, partitioner=partitioner, use_resource=use_resource, synchronization=synchronization,
            aggregation=aggregation,
        )  # fmt: skip


_device = device  # the argument of the same name hides it


@add_arg_scope
def model_variable(
    name, shape=None, dtype=dtypes.float32, initializer=None, regularizer=None, trainable=True, collections=None, caching_device=None,
    device=None, partitioner=None, custom_getter=None, use_resource=None, synchronization=VariableSynchronization.AUTO,
    aggregation=VariableAggregation.NONE,
):  # fmt: skip
    """A variable that is also in the collection MODEL_VARIABLES. Follows tf.contrib.framework.model_variable of TF 1.15."""
    return variable(
        name, shape=shape, dtype=dtype, initializer=initializer, regularizer=regularizer, trainable=trainable,
        collections=list(collections or []) + [GraphKeys.GLOBAL_VARIABLES, GraphKeys.MODEL_VARIABLES], caching_device=caching_device,
        device=device, partitioner=partitioner, custom_getter=custom_getter, use_resource=use_resource, synchronization=synchronization,
        aggregation=aggregation,
    )  # fmt: skip


def add_model_variable(var) -> None:
    """Adds a variable to the collection MODEL_VARIABLES."""
    if not any(v is var for v in get_collection(GraphKeys.MODEL_VARIABLES)):
        add_to_collection(GraphKeys.MODEL_VARIABLES, var)


def get_variables(scope=None, suffix=None, collection=GraphKeys.GLOBAL_VARIABLES) -> list:
    """The variables of a collection whose names begin with `scope` (a name or a VariableScope) and end with `suffix`."""
    if isinstance(scope, variable_scope.VariableScope):
        scope = scope.name
    if suffix is not None:
        scope = (scope or "") + ".*" + (suffix if ":" in suffix else suffix + ":")
    return get_collection(collection, scope)


def get_model_variables(scope=None, suffix=None) -> list:
    """As get_variables, of MODEL_VARIABLES."""
    return get_variables(scope, suffix, GraphKeys.MODEL_VARIABLES)


def get_local_variables(scope=None, suffix=None) -> list:
    """As get_variables, of LOCAL_VARIABLES."""
    return get_variables(scope, suffix, GraphKeys.LOCAL_VARIABLES)


def get_trainable_variables(scope=None, suffix=None) -> list:
    """As get_variables, of TRAINABLE_VARIABLES."""
    return get_variables(scope, suffix, GraphKeys.TRAINABLE_VARIABLES)


def get_variables_to_restore(include=None, exclude=None) -> list:
    """The variables of the scopes `include` (all where None) without those of `exclude`."""
    for what, scopes in (("include", include), ("exclude", exclude)):
        if scopes is not None and not isinstance(scopes, (list, tuple)):
            raise TypeError(f"{what} is provided but is not a list or a tuple.")
    found = get_variables() if include is None else [v for scope in include for v in get_variables(scope)]
    left_out = {id(v) for scope in exclude or () for v in get_variables(scope)}
    return [v for v in found if id(v) not in left_out]


def get_variables_by_suffix(suffix, scope=None) -> list:
    """The variables whose names end with `suffix`."""
    return get_variables(scope=scope, suffix=suffix)


def get_variables_by_name(given_name, scope=None) -> list:
    """The variables whose last name part is `given_name`."""
    return get_variables(scope=scope, suffix=f"/{given_name}:|^{given_name}:")


def get_unique_variable(var_op_name):
    """The variable of this name; ValueError where there is none."""
    candidates = get_variables(scope=var_op_name)
    if not candidates:
        raise ValueError(f"Couldn't find variable {var_op_name}")
    for v in candidates:
        if v.op.name == var_op_name:
            return v
    raise ValueError(f"Variable {var_op_name} does not uniquely identify a variable")


def get_variable_full_name(var) -> str:
    """Its name in checkpoints: that of the whole for a slice of a partitioned variable."""
    info = getattr(var, "_save_slice_info", None)
    return info.full_name if info else var.op.name


def filter_variables(var_list, include_patterns=None, exclude_patterns=None, reg_search=True) -> list:
    """The variables whose names match one of the one and none of the other patterns."""
    match = re.search if reg_search else re.match
    kept = [v for v in var_list if include_patterns is None or any(match(p, v.name) for p in include_patterns)]
    return [v for v in kept if not any(match(p, v.name) for p in exclude_patterns or ())]


def _assignment(var):
    value = placeholder(dtype=var.dtype.base_dtype, shape=var.get_shape(), name="placeholder/" + var.op.name)
    return value, var.assign(value)


def assign_from_values(var_names_to_values):
    """(op, feed_dict) that give variables, by name, their values."""
    feed, assigns = {}, []
    for name, value in var_names_to_values.items():
        found = get_collection(GraphKeys.GLOBAL_VARIABLES, name)
        if not found:
            raise ValueError(f"Variable {name} wasn't found")
        exact = [v for v in found if v.op.name == name] if len(found) > 1 else found
        if not exact:
            raise ValueError(f"Variable {name} doesn't uniquely identify a variable")
        target, assign = _assignment(exact[0])
        assigns.append(assign)
        feed[target] = np.asarray(value).reshape(exact[0].get_shape().as_list())
    return control_flow_ops.group(*assigns), feed


def assign_from_values_fn(var_names_to_values):
    """A function of a session that gives variables, by name, their values."""
    op, feed = assign_from_values(var_names_to_values)
    return lambda session: session.run(op, feed)


def assign_from_checkpoint(model_path, var_list, ignore_missing_vars=False):
    """(op, feed_dict) that give variables (a list, or {name in the checkpoint: variable}) the values of a checkpoint."""
    from tinytf.checkpoint import load_checkpoint

    pairs = var_list.items() if isinstance(var_list, dict) else [(get_variable_full_name(v), v) for v in var_list]
    reader, feed, assigns = load_checkpoint(model_path), {}, []
    for name, wanted in pairs:
        if not reader.has_tensor(name):
            if not ignore_missing_vars:
                raise ValueError(f"Checkpoint is missing variable [{name}]")
            logging.warning("Checkpoint is missing variable [%s]", name)
            continue
        value = reader.get_tensor(name)
        for var in wanted if isinstance(wanted, (list, tuple)) else [wanted]:
            target, assign = _assignment(var)
            assigns.append(assign)
            info = getattr(var, "_save_slice_info", None)
            if info:
                part = tuple(slice(o, o + n) for o, n in zip(info.var_offset, info.var_shape))
                feed[target] = value[part].reshape(info.var_shape)
            elif tuple(var.get_shape().as_list()) != value.shape:
                raise ValueError(
                    f"Total size of new array must be unchanged for {name} lh_shape: [{value.shape}], rh_shape: [{var.get_shape()}]"
                )  # noqa: E501
            else:
                feed[target] = value
    return control_flow_ops.group(*assigns), feed


def assign_from_checkpoint_fn(model_path, var_list, ignore_missing_vars=False, reshape_variables=False):
    """A function of a session that restores variables; None where none of them is in the checkpoint and that is accepted."""
    from tinytf import protos
    from tinytf.checkpoint import load_checkpoint
    from tinytf.train.saver import Saver

    if not var_list:
        raise ValueError("var_list cannot be empty")
    if ignore_missing_vars:
        reader = load_checkpoint(model_path)
        by_name = var_list if isinstance(var_list, dict) else {v.op.name: v for v in var_list}
        for name in by_name:
            if not reader.has_tensor(name):
                logging.warning("Variable %s missing in checkpoint %s", name, model_path)
        var_list = {name: v for name, v in by_name.items() if reader.has_tensor(name)}
    if not var_list:
        logging.warning("No Variables to restore")
        return None
    saver = Saver(var_list, reshape=reshape_variables, write_version=protos.SaverDef.V1)
    return lambda session: saver.restore(session, model_path)
