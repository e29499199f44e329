"""What the layers share: aliases and collections of outputs, variables with other names, checks of sizes."""

from __future__ import annotations

import collections

from tinytf.contrib.framework.variables import model_variable
from tinytf.graph.constant_value import public_constant_value
from tinytf.graph.default_graph import add_to_collection, get_collection, get_default_graph
from tinytf.graph.tensor import Tensor
from tinytf.ops.control_flow.cond import cond
from tinytf.ops.state import variables
from tinytf.ops.state.partitioned_variables import PartitionedVariable
from tinytf.ops.state.variables import VariableAggregation, VariableSynchronization


def append_tensor_alias(tensor, alias):
    """Gives a tensor one more name."""
    tensor.aliases = getattr(tensor, "aliases", []) + [alias.rstrip("/") if alias.endswith("/") else alias]
    return tensor


def get_tensor_aliases(tensor) -> list:
    """The names a tensor was given, or its own."""
    if hasattr(tensor, "aliases"):
        return tensor.aliases
    return [tensor.op.name if tensor.name.endswith(":0") else tensor.name]


def gather_tensors_aliases(tensors) -> list:
    """The names of several tensors."""
    return [alias for t in tensors for alias in get_tensor_aliases(t)]


def collect_named_outputs(names, alias, outputs):
    """Adds the outputs, under an alias, to collections."""
    if names:
        append_tensor_alias(outputs, alias)
        for name in [names] if isinstance(names, str) else names:
            add_to_collection(name, outputs)
    return outputs


def convert_collection_to_dict(collection, clear_collection=False):
    """{alias: tensor} of a collection: the `end_points` of slim's networks."""
    result = collections.OrderedDict((alias, t) for t in get_collection(collection) for alias in get_tensor_aliases(t))
    if clear_collection:
        get_default_graph().clear_collection(collection)
    return result


def constant_value(value, dtype=None):
    """The value, where it is known when the graph is built; None otherwise."""
    if value is None:
        raise ValueError("value_or_tensor_or_var cannot be None")
    if isinstance(value, (Tensor, variables.Variable)):
        if dtype and value.dtype != dtype:
            raise ValueError(f"It has the wrong type {value.dtype} instead of {dtype}")
        return None if isinstance(value, variables.Variable) else public_constant_value(value)
    return value


def static_cond(pred, fn1, fn2):
    """fn1() or fn2(), chosen by a Python bool."""
    if not callable(fn1):
        raise TypeError("fn1 must be callable.")
    if not callable(fn2):
        raise TypeError("fn2 must be callable.")
    return fn1() if pred else fn2()


def smart_cond(pred, fn1, fn2, name=None):
    """static_cond where the predicate is known, tf.cond otherwise."""
    known = constant_value(pred)
    return cond(pred, fn1, fn2, name) if known is None else static_cond(known, fn1, fn2)


def get_variable_collections(variables_collections, name):
    """The collections of one kind of variable: from a dict by kind, or the same list for all."""
    return variables_collections.get(name) if isinstance(variables_collections, dict) else variables_collections


def add_variable_to_collections(variable, collections_set, name) -> None:
    """Adds a variable (or its parts) to the collections that are asked for."""
    for collection in get_variable_collections(collections_set, name) or []:
        for v in list(variable) if isinstance(variable, PartitionedVariable) else [variable]:
            if not any(v is there for there in get_collection(collection)):
                add_to_collection(collection, v)


def variable_getter(rename=None):
    """A custom getter that makes model variables, some under other names: 'kernel' -> 'weights'."""

    def model_variable_getter(
        getter, name, shape=None, dtype=None, initializer=None, regularizer=None, trainable=True, collections=None, caching_device=None,
        partitioner=None, use_resource=None, synchronization=VariableSynchronization.AUTO, aggregation=VariableAggregation.NONE, **_,
    ):  # fmt: skip
        parts = name.split("/")
        if rename and parts[-1] in rename:
            name = "/".join(parts[:-1] + [rename[parts[-1]]])
        return model_variable(
            name, shape=shape, dtype=dtype, initializer=initializer, regularizer=regularizer, collections=collections, trainable=trainable,
            caching_device=caching_device, partitioner=partitioner, custom_getter=getter, use_resource=use_resource,
            synchronization=synchronization, aggregation=aggregation,
        )  # fmt: skip

    return model_variable_getter


def _known(shape, axis, min_rank):
    dims = shape._dims
    if dims is None:
        raise ValueError("dims of shape must be known but is None")
    if len(dims) < min_rank:
        raise ValueError(f"rank of shape must be at least {min_rank} not: {len(dims)}")
    if dims[axis] is None:
        raise ValueError(f"dimension {axis} of shape must be known but is None: {shape}")
    return dims[axis]


def channel_dimension(shape, data_format, min_rank=1) -> int:
    """How many channels a shape has; ValueError where that is not known."""
    return _known(shape, 1 if data_format == "channels_first" else -1, min_rank)


def last_dimension(shape, min_rank=1) -> int:
    """The last size of a shape; ValueError where it is not known."""
    return _known(shape, -1, min_rank)


def two_element_tuple(value) -> tuple:
    """An int, or two, as a tuple of two."""
    if isinstance(value, int):
        return value, value
    if hasattr(value, "__len__"):
        if len(value) != 2:
            raise ValueError(f"Must be a list with 2 elements: {value}")
        return int(value[0]), int(value[1])
    raise ValueError("Must be an int, a list with 2 elements or a TensorShape of length 2")


def n_positive_integers(n, value) -> tuple:
    """A positive int, or n of them, as a tuple of n."""
    if int(n) < 1 or int(n) != n:
        raise ValueError("n must be a positive integer")
    try:
        values = (int(value),) * int(n)
    except (TypeError, ValueError):
        try:
            values = tuple(int(v) for v in value)
        except (TypeError, ValueError):
            values = ()
        if len(values) != n:
            raise ValueError(f"Expected sequence of {n} positive integers, but received {value!r}") from None
    for v in values:
        if v < 1:
            raise ValueError(f"expected positive integer, but received {v}")
    return values
