"""Checks that a distribution with `validate_args` puts before its values. Follows tensorflow/python/ops/distributions/util.py of TF 1.15."""

from __future__ import annotations

import numpy as np

from tinytf import dtypes
from tinytf.graph.convert import convert_to_tensor
from tinytf.graph.default_graph import name_scope
from tinytf.ops.array import array_ops
from tinytf.ops.control_flow import control_flow_ops
from tinytf.ops.math import check_ops, math_ops

_UNSIGNED = (dtypes.bool, dtypes.uint8, dtypes.uint16)
_SIGNED = (dtypes.float16, dtypes.float32, dtypes.float64, dtypes.int8, dtypes.int16, dtypes.int32, dtypes.int64)
_INTEGER_AS_WIDE = {dtypes.float16: dtypes.int16, dtypes.float32: dtypes.int32, dtypes.float64: dtypes.int64}


def assert_integer_form(x, data=None, summarize=None, message=None, int_dtype=None, name="assert_integer_form"):
    """An op that fails where x, of any dtype, holds a number that is not whole."""
    with name_scope(name, values=[x, data]):
        x = convert_to_tensor(x, name="x")
        if x.dtype.is_integer:
            return control_flow_ops.no_op()
        message = message or "{} has non-integer components".format(x)
        if int_dtype is None:
            int_dtype = _INTEGER_AS_WIDE.get(x.dtype.base_dtype)
            if int_dtype is None:
                raise TypeError("Unrecognized type {}".format(x.dtype.name))
        whole = math_ops.cast(math_ops.cast(x, int_dtype), x.dtype)
        return check_ops.assert_equal(x, whole, data=data, summarize=summarize, message=message, name=name)


def assert_symmetric(matrix):
    """The matrix, after a check that it is its own transpose."""
    transposed = array_ops.matrix_transpose(matrix)
    return control_flow_ops.with_dependencies([check_ops.assert_equal(matrix, transposed)], matrix)


def embed_check_nonnegative_integer_form(x, name="embed_check_nonnegative_integer_form"):
    """x, after a check that it holds whole numbers of at least 0."""
    with name_scope(name, values=[x]):
        x = convert_to_tensor(x, name="x")
        checks = [check_ops.assert_non_negative(x, message="'{}' must be non-negative.".format(x))]
        if not x.dtype.is_integer:
            checks.append(assert_integer_form(x, message="'{}' cannot contain fractional components.".format(x)))
        return control_flow_ops.with_dependencies(checks, x)


def is_unsigned(dtype) -> bool:
    """Whether a dtype is known to hold no negative numbers."""
    return dtype.base_dtype in _UNSIGNED


def is_signed(dtype) -> bool:
    """Whether a dtype is known to hold negative numbers."""
    return dtype.base_dtype in _SIGNED


def is_known(dtype) -> bool:
    """Whether the limits of a dtype are known here."""
    return is_unsigned(dtype) or is_signed(dtype)


def _need_known(dtype) -> None:
    if not is_known(dtype):
        raise TypeError("Unrecognized dtype: {}".format(dtype.name))


def largest_integer(dtype) -> int:
    """The largest n such that every integer up to n can be held."""
    _need_known(dtype)
    if dtype.is_floating:
        return int(2 ** (np.finfo(dtype.as_numpy_dtype).nmant + 1))
    return np.iinfo(dtype.as_numpy_dtype).max if dtype.is_integer else 1


def smallest_integer(dtype) -> int:
    """The smallest n such that every integer down to n can be held."""
    _need_known(dtype)
    return 0 if is_unsigned(dtype) else -1 * largest_integer(dtype)


def is_integer_like(dtype) -> bool:
    """Whether a dtype holds integers only: bool does."""
    _need_known(dtype)
    return dtype.is_integer or dtype.base_dtype == dtypes.bool


def embed_check_categorical_event_shape(categorical_param, name="embed_check_categorical_event_shape"):
    """The logits or probabilities, after a check that there are 2 classes at least, and not more than their dtype can count."""
    with name_scope(name, values=[categorical_param]):
        x = convert_to_tensor(categorical_param, name="categorical_param")
        dtype = x.dtype.base_dtype
        most = largest_integer(dtype) if dtype.is_floating else 0
        if most == 0:
            raise TypeError("Unable to validate size of unrecognized dtype ({}).".format(dtype.name))
        if x.shape.ndims == 0:
            raise ValueError("A categorical-distribution parameter must have at least 1 dimension.")
        classes = None if x.shape.ndims is None else x.shape.as_list()[-1]
        if classes is not None:
            if classes < 2:
                raise ValueError("A categorical-distribution parameter must have at least 2 events.")
            if classes > most:
                raise ValueError(
                    "Number of classes exceeds `dtype` precision, i.e., {} implies shape ({}) cannot exceed {}.".format(dtype.name, classes, most)
                )
            return x
        classes = array_ops.shape(x, name="x_shape")[-1]
        too_many = "Number of classes exceeds `dtype` precision, i.e., {} dtype cannot exceed {} shape.".format(dtype.name, most)
        checks = [
            check_ops.assert_rank_at_least(x, 1, message="A categorical-distribution parameter must have at least 1 dimension."),
            check_ops.assert_greater_equal(
                array_ops.shape(x)[-1], 2, message="A categorical-distribution parameter must have at least 2 events."
            ),
            check_ops.assert_less_equal(classes, most, message=too_many),
        ]
        return control_flow_ops.with_dependencies(checks, x)


def embed_check_integer_casting_closed(x, target_dtype, assert_nonnegative=True, name="embed_check_casting_closed"):
    """x, after a check that a cast to `target_dtype` loses nothing. One of the two dtypes must be an integer's."""
    with name_scope(name, values=[x]):
        x = convert_to_tensor(x, name="x")
        whole, target_whole = is_integer_like(x.dtype), is_integer_like(target_dtype)
        if not whole and not x.dtype.is_floating:
            raise TypeError("{}.dtype must be floating- or integer-type.".format(x.dtype.name))
        if not target_whole and not target_dtype.is_floating:
            raise TypeError("target_dtype ({}) must be floating- or integer-type.".format(target_dtype.name))
        if not whole and not target_whole:
            raise TypeError(
                "At least one of {}.dtype ({}) and target_dtype ({}) must be integer-type.".format(x, x.dtype.name, target_dtype.name)
            )
        checks = [check_ops.assert_non_negative(x, message="Elements must be non-negative.")] if assert_nonnegative else []
        if x.dtype.is_floating:
            message = "Elements must be {}-equivalent.".format(target_dtype.name)
            checks.append(assert_integer_form(x, int_dtype=target_dtype, message=message))
        else:
            most, least = largest_integer(target_dtype), smallest_integer(target_dtype)
            if largest_integer(x.dtype) > most:
                checks.append(check_ops.assert_less_equal(x, most, message="Elements cannot exceed {}.".format(most)))
            if not assert_nonnegative and smallest_integer(x.dtype) < least:
                checks.append(check_ops.assert_greater_equal(x, least, message="Elements cannot be smaller than {}.".format(least)))
        return control_flow_ops.with_dependencies(checks, x) if checks else x
