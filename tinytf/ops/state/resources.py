"""State that is neither variable nor table: how to make it, and what of it is not made yet."""

from __future__ import annotations

import os
from typing import Any, NamedTuple

from tinytf import dtypes
from tinytf.graph.default_graph import add_to_collection, device, get_collection, name_scope
from tinytf.graph.graph import GraphKeys
from tinytf.ops.array import constant as constant_op
from tinytf.ops.control_flow import control_flow_ops


class Resource(NamedTuple):
    """A resource's handle, the op that makes it, and the tensor that says whether it is made."""

    handle: Any
    create: Any
    is_initialized: Any


def register_resource(handle, create_op, is_initialized_op, is_shared=True) -> None:
    """Adds a resource to the graph's collection of shared, or of local, resources."""
    key = GraphKeys.RESOURCES if is_shared else GraphKeys.LOCAL_RESOURCES
    add_to_collection(key, Resource(handle, create_op, is_initialized_op))


def shared_resources() -> list:
    """The shared resources."""
    return get_collection(GraphKeys.RESOURCES)


def local_resources() -> list:
    """The local resources."""
    return get_collection(GraphKeys.LOCAL_RESOURCES)


def report_uninitialized_resources(resource_list=None, name="report_uninitialized_resources"):
    """A string tensor with the names of resources that are not made yet."""
    if resource_list is None:
        resource_list = shared_resources() + local_resources()
    with name_scope(name), device(os.environ.get("TF_DEVICE_FOR_UNINITIALIZED_VARIABLE_REPORTING", "/cpu:0")):
        if not resource_list:
            return constant_op.constant([], dtype=dtypes.string)
        from tinytf.ops.array import array_ops
        from tinytf.ops.math import math_ops

        mask = math_ops.logical_not(array_ops.stack([r.is_initialized for r in resource_list]))
        return array_ops.boolean_mask(constant_op.constant([r.handle.name for r in resource_list]), mask)


def initialize_resources(resource_list, name="init"):
    """An op that makes all resources of a list."""
    if resource_list:
        return control_flow_ops.group(*[r.create for r in resource_list], name=name)
    return control_flow_ops.no_op(name=name)


def initialize_tables(name="init_all_tables"):
    """An op that runs the initializers of all tables of the graph: what `tf.tables_initializer` is."""
    initializers = get_collection(GraphKeys.TABLE_INITIALIZERS)
    if initializers:
        return control_flow_ops.group(*initializers, name=name)
    return control_flow_ops.no_op(name=name)
