"""Bijectors that take more than a value, and one that is made of functions."""

from __future__ import annotations

from tinytf.distributions.bijector import Bijector


class ConditionalBijector(Bijector):
    """Hands named arguments on to what a subclass fills in. Follows tf.contrib.distributions.bijectors.ConditionalBijector of TF 1.15."""

    def forward(self, x, name="forward", **condition_kwargs):
        """y of x, given the conditions."""
        return self._call_forward(x, name, **condition_kwargs)

    def inverse(self, y, name="inverse", **condition_kwargs):
        """x of y, given the conditions."""
        return self._call_inverse(y, name, **condition_kwargs)

    def inverse_log_det_jacobian(self, y, event_ndims, name="inverse_log_det_jacobian", **condition_kwargs):
        """log|det(dx/dy)|, given the conditions."""
        return self._call_inverse_log_det_jacobian(y, event_ndims, name, **condition_kwargs)

    def forward_log_det_jacobian(self, x, event_ndims, name="forward_log_det_jacobian", **condition_kwargs):
        """log|det(dy/dx)|, given the conditions."""
        return self._call_forward_log_det_jacobian(x, event_ndims, name, **condition_kwargs)


class Inline(Bijector):
    """A bijector made of functions. Follows tf.contrib.distributions.bijectors.Inline of TF 1.15."""

    def __init__(
        self,
        forward_fn=None,
        inverse_fn=None,
        inverse_log_det_jacobian_fn=None,
        forward_log_det_jacobian_fn=None,
        forward_event_shape_fn=None,
        forward_event_shape_tensor_fn=None,
        inverse_event_shape_fn=None,
        inverse_event_shape_tensor_fn=None,
        is_constant_jacobian=False,
        validate_args=False,
        forward_min_event_ndims=None,
        inverse_min_event_ndims=None,
        name="inline",
    ):
        super().__init__(
            forward_min_event_ndims=forward_min_event_ndims,
            inverse_min_event_ndims=inverse_min_event_ndims,
            is_constant_jacobian=is_constant_jacobian,
            validate_args=validate_args,
            name=name,
        )
        self._functions = {
            "forward": forward_fn,
            "inverse": inverse_fn,
            "inverse_log_det_jacobian": inverse_log_det_jacobian_fn,
            "forward_log_det_jacobian": forward_log_det_jacobian_fn,
        }
        self._shape_functions = {
            "forward_event_shape": forward_event_shape_fn,
            "forward_event_shape_tensor": forward_event_shape_tensor_fn,
            "inverse_event_shape": inverse_event_shape_fn,
            "inverse_event_shape_tensor": inverse_event_shape_tensor_fn,
        }

    def _shape_by(self, name, shape):
        function = self._shape_functions[name]
        return shape if function is None else function(shape)

    def _forward_event_shape(self, input_shape):
        return self._shape_by("forward_event_shape", input_shape)

    def _forward_event_shape_tensor(self, input_shape):
        return self._shape_by("forward_event_shape_tensor", input_shape)

    def _inverse_event_shape(self, output_shape):
        return self._shape_by("inverse_event_shape", output_shape)

    def _inverse_event_shape_tensor(self, output_shape):
        return self._shape_by("inverse_event_shape_tensor", output_shape)

    def _value_by(self, name, value, kwargs):
        function = self._functions[name]
        if not callable(function):
            raise NotImplementedError("%s_fn is not a callable function." % name)
        return function(value, **kwargs)

    def _forward(self, x, **kwargs):
        return self._value_by("forward", x, kwargs)

    def _inverse(self, y, **kwargs):
        return self._value_by("inverse", y, kwargs)

    def _inverse_log_det_jacobian(self, y, **kwargs):
        return self._value_by("inverse_log_det_jacobian", y, kwargs)

    def _forward_log_det_jacobian(self, x, **kwargs):
        return self._value_by("forward_log_det_jacobian", x, kwargs)
