"""Weights that go with values: a scalar, or of the values' rank with sizes 1 where they are shared."""

from __future__ import annotations

from tinytf.graph.constant_value import public_constant_value
from tinytf.graph.convert import convert_to_tensor
from tinytf.graph.default_graph import control_dependencies, name_scope
from tinytf.ops.array import array_ops
from tinytf.ops.control_flow import control_flow_ops
from tinytf.ops.control_flow.cond import cond
from tinytf.ops.math import math_ops

_MESSAGE = "weights can not be broadcast to values."


def _dims_are_valid(weights_shape, values_shape):
    """A bool tensor: each size of the weights is 1 or that of the values."""
    from tinytf.ops.array import sets

    with name_scope(None, "has_invalid_dims", (weights_shape, values_shape)) as scope:
        column = array_ops.expand_dims(values_shape, -1)
        valid = array_ops.concat((column, array_ops.ones_like(column)), axis=1)
        invalid = sets.set_difference(array_ops.expand_dims(weights_shape, -1), valid)
        count = array_ops.size(invalid.values, name="num_invalid_dims")
        return math_ops.equal(0, count, name=scope)


def _is_valid(weights_rank, weights_shape, values_rank, values_shape):
    with name_scope(None, "has_valid_nonscalar_shape", (weights_rank, weights_shape, values_rank, values_shape)) as scope:
        same_rank = math_ops.equal(values_rank, weights_rank, name="is_same_rank")
        return cond(same_rank, lambda: _dims_are_valid(weights_shape, values_shape), lambda: same_rank, name=scope)


def assert_broadcastable(weights, values):
    """An op that fails, or a ValueError at once where it is known, unless the weights go with the values."""
    with name_scope(None, "assert_broadcastable", (weights, values)) as scope:
        with name_scope(None, "weights", (weights,)) as inner:
            weights = convert_to_tensor(weights, name=inner)
            weights_shape = array_ops.shape(weights, name="shape")
            weights_rank = array_ops.rank(weights, name="rank")
        known_weights_rank = public_constant_value(weights_rank)
        with name_scope(None, "values", (values,)) as inner:
            values = convert_to_tensor(values, name=inner)
            values_shape = array_ops.shape(values, name="shape")
            values_rank = array_ops.rank(values, name="rank")
        known_values_rank = public_constant_value(values_rank)
        if known_weights_rank is not None and known_values_rank is not None:
            if known_weights_rank == 0:
                return control_flow_ops.no_op(name="static_scalar_check_success")
            if known_weights_rank != known_values_rank:
                raise ValueError(
                    f"{_MESSAGE} values.rank={known_values_rank}. weights.rank={known_weights_rank}. "
                    f"values.shape={values.shape}. weights.shape={weights.shape}."
                )
            known_weights, known_values = public_constant_value(weights_shape), public_constant_value(values_shape)
            if known_weights is not None and known_values is not None:
                for i, (w, v) in enumerate(zip(known_weights, known_values)):
                    if w not in (1, v):
                        raise ValueError(f"{_MESSAGE} Mismatch at dim {i}. values.shape={known_values} weights.shape={known_weights}.")
                return control_flow_ops.no_op(name="static_dims_check_success")
        is_scalar = math_ops.equal(0, weights_rank, name="is_scalar")
        data = (_MESSAGE, "weights.shape=", weights.name, weights_shape, "values.shape=", values.name, values_shape, "is_scalar=", is_scalar)
        valid = cond(
            is_scalar, lambda: is_scalar, lambda: _is_valid(weights_rank, weights_shape, values_rank, values_shape), name="is_valid_shape"
        )
        return control_flow_ops.Assert(valid, data, name=scope)


def broadcast_weights(weights, values):
    """The weights with the shape of the values."""
    with name_scope(None, "broadcast_weights", (weights, values)) as scope:
        values = convert_to_tensor(values, name="values")
        weights = convert_to_tensor(weights, dtype=values.dtype.base_dtype, name="weights")
        if weights.shape.is_fully_defined() and values.shape.is_fully_defined() and weights.dims == values.dims:
            return weights
        with control_dependencies((assert_broadcastable(weights, values),)):
            return math_ops.multiply(weights, array_ops.ones_like(values), name=scope)
