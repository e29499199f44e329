"""A bijector that changes the shape of events."""

from __future__ import annotations

import numpy as np

from tinytf import dtypes
from tinytf.distributions.bijector import Bijector
from tinytf.graph.constant_value import public_constant_value
from tinytf.graph.convert import convert_to_tensor
from tinytf.graph.default_graph import control_dependencies, name_scope
from tinytf.graph.tensor_util import constant_value_as_shape
from tinytf.ops.array import array_ops
from tinytf.ops.array.constant import constant
from tinytf.ops.control_flow import control_flow_ops
from tinytf.ops.math import check_ops, math_ops


class Reshape(Bijector):
    """Events of one shape as events of another. Follows tf.contrib.distributions.bijectors.Reshape of TF 1.15."""

    def __init__(self, event_shape_out, event_shape_in=(-1,), validate_args=False, name=None):
        with name_scope(name, "reshape", values=[event_shape_out, event_shape_in]):
            shape_out = convert_to_tensor(event_shape_out, name="event_shape_out", preferred_dtype=dtypes.int32)
            shape_in = convert_to_tensor(event_shape_in, name="event_shape_in", preferred_dtype=dtypes.int32)
            self._assertions = _checks_of_shape(shape_out, validate_args) + _checks_of_shape(shape_in, validate_args)
            self._event_shape_in, self._event_shape_out = shape_in, shape_out
            super().__init__(forward_min_event_ndims=0, is_constant_jacobian=True, validate_args=validate_args, name=name or "reshape")

    def _reshaped(self, x, shape_in, shape_out):
        ndims_in = shape_in.shape.with_rank_at_least(1).as_list()[0] if shape_in.shape.ndims is not None else None
        ndims_in_tensor = array_ops.shape(shape_in)[0]
        ndims, rank = x.shape.ndims, array_ops.rank(x)
        both_known = ndims_in is not None and ndims is not None
        event = x.shape.with_rank_at_least(ndims_in)[ndims - ndims_in :] if both_known else None
        if event is not None and event.is_fully_defined():
            static_event = event_tensor = np.int32(event.as_list())
        else:
            static_event, event_tensor = None, array_ops.shape(x)[rank - ndims_in_tensor :]
        known_in = public_constant_value(shape_in)
        if static_event is not None and known_in is not None:
            given = known_in >= 0
            if not np.equal(static_event[given], known_in[given]).all():
                raise ValueError("Input `event_shape` does not match `event_shape_in` ({} vs {}).".format(static_event, known_in))
        elif self.validate_args:
            given = array_ops.reshape(shape_in >= 0, [-1])
            check = check_ops.assert_equal(
                array_ops.boolean_mask(event_tensor, given),
                array_ops.boolean_mask(shape_in, given),
                message="Input `event_shape` does not match `event_shape_in`.",
            )
            x = control_flow_ops.with_dependencies([check], x)
        before = array_ops.shape(x)
        count = x.shape.ndims if x.shape.ndims is not None else array_ops.rank(x)
        before = before[: count - math_ops.abs(ndims_in_tensor)]
        if both_known and ndims_in == ndims:
            return array_ops.reshape(x, shape_out)
        return array_ops.reshape(x, array_ops.concat([before, shape_out], axis=0))

    def _forward(self, x):
        with control_dependencies(self._assertions):
            return self._reshaped(x, self._event_shape_in, self._event_shape_out)

    def _inverse(self, y):
        with control_dependencies(self._assertions):
            return self._reshaped(y, self._event_shape_out, self._event_shape_in)

    def _inverse_log_det_jacobian(self, y):
        with control_dependencies(self._assertions):
            return constant(0.0, dtype=y.dtype)

    _forward_log_det_jacobian = _inverse_log_det_jacobian

    def _dummy(self, way, shape):
        """A tensor of that shape, reshaped."""
        return way(array_ops.zeros(dtype=dtypes.float32, shape=shape))

    def _forward_event_shape(self, input_shape):
        with control_dependencies(self._assertions):
            return self._dummy(self.forward, input_shape).shape

    def _inverse_event_shape(self, output_shape):
        with control_dependencies(self._assertions):
            return self._dummy(self.inverse, output_shape).shape

    def _forward_event_shape_tensor(self, input_shape):
        with control_dependencies(self._assertions):
            return array_ops.shape(self._dummy(self.forward, input_shape))

    def _inverse_event_shape_tensor(self, output_shape):
        with control_dependencies(self._assertions):
            return array_ops.shape(self._dummy(self.inverse, output_shape))


def _checks_of_shape(shape, validate_args) -> list:
    if not shape.dtype.is_integer:
        raise TypeError("{} dtype ({}) should be `int`-like.".format(shape, shape.dtype.name))
    checks = []
    ndims = array_ops.rank(shape)
    known = public_constant_value(ndims)
    if known is not None and known > 1:
        raise ValueError("`{}` rank ({}) should be <= 1.".format(shape, known))
    if known is None and validate_args:
        checks.append(check_ops.assert_less_equal(ndims, 1, message="`{}` rank should be <= 1.".format(shape)))
    sizes = constant_value_as_shape(shape)
    if sizes.is_fully_defined():
        sizes = np.int32(sizes.as_list())
        if (sizes == -1).sum() > 1:
            raise ValueError("`{}` must have at most one `-1` (given {})".format(shape, sizes))
        if np.any(sizes < -1):
            raise ValueError("`{}` elements must be either positive integers or `-1`(given {}).".format(shape, sizes))
    elif validate_args:
        open_sizes = math_ops.reduce_sum(math_ops.cast(math_ops.equal(shape, -1), dtypes.int32))
        checks += [
            check_ops.assert_less_equal(open_sizes, 1, message="`{}` elements must have at most one `-1`.".format(shape)),
            check_ops.assert_greater_equal(
                shape, -1, message="`{}` elements must be either positive integers or `-1`.".format(shape)
            ),
        ]
    return checks
