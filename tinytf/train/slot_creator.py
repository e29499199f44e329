"""Slots: the variables an optimizer keeps beside each variable it trains, called 'v/Adam', 'v/Adam_1', …"""

from __future__ import annotations

from tinytf.graph.default_graph import colocate_with
from tinytf.ops.state import init_ops
from tinytf.ops.state.variable_scope import get_variable, get_variable_scope, variable_scope
from tinytf.ops.state.variables import RefVariable, Variable


def _make(primary, initial, validate_shape, shape, dtype):
    scope = get_variable_scope()
    partitioner = scope.partitioner
    scope.set_partitioner(None)  # a slot is as large as its variable, which may be a slice already
    if isinstance(primary, Variable):
        use_resource = not isinstance(primary, RefVariable)
    else:
        use_resource = None
    # The empty name stands for the scope itself, whose name is unique.
    slot = get_variable(
        "",
        initializer=initial,
        trainable=False,
        use_resource=use_resource,
        shape=shape if callable(initial) else None,
        dtype=dtype,
        validate_shape=validate_shape,
    )
    scope.set_partitioner(partitioner)
    info = primary._get_save_slice_info() if isinstance(primary, Variable) else None
    if info:
        own_name = slot.name[len(primary.op.name + "/") : -2]
        slot._set_save_slice_info(
            Variable.SaveSliceInfo(
                info.full_name + "/" + own_name, list(info.full_shape), list(info.var_offset), list(info.var_shape)
            )
        )
    return slot


def _placed(primary, initial, name, colocate, validate_shape, shape=None, dtype=None):
    with variable_scope(None, primary.op.name + "/" + name):
        if not colocate:
            return _make(primary, initial, validate_shape, shape, dtype)
        with colocate_with(primary.op):
            return _make(primary, initial, validate_shape, shape, dtype)


def create_slot(primary, val, name, colocate_with_primary=True):
    """A slot of `primary` (a variable or a tensor) that starts as the tensor `val`."""
    return _placed(primary, val, name, colocate_with_primary, val.get_shape().is_fully_defined())


def create_slot_with_initializer(primary, initializer, shape, dtype, name, colocate_with_primary=True):
    """A slot of `primary` that an initializer fills."""
    return _placed(primary, initializer, name, colocate_with_primary, shape.is_fully_defined(), shape, dtype)


def create_zeros_slot(primary, name, dtype=None, colocate_with_primary=True):
    """A slot of `primary` that starts as zeros."""
    from tinytf.ops.array import array_ops

    dtype = primary.dtype if dtype is None else dtype
    shape = primary.get_shape()
    if shape.is_fully_defined():
        return create_slot_with_initializer(
            primary, init_ops.Zeros(), shape, dtype, name, colocate_with_primary=colocate_with_primary
        )
    value = primary.initialized_value() if isinstance(primary, Variable) else primary
    zeros = array_ops.zeros(array_ops.shape(value), dtype=dtype.base_dtype)
    return create_slot(primary, zeros, name, colocate_with_primary=colocate_with_primary)
