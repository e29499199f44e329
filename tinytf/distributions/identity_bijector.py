"""The bijector that changes nothing."""

from __future__ import annotations

from tinytf.distributions.bijector import Bijector
from tinytf.ops.array.constant import constant


class Identity(Bijector):
    """y = x. Follows tf.contrib.distributions.bijectors.Identity of TF 1.15."""

    def __init__(self, validate_args=False, name="identity"):
        super().__init__(forward_min_event_ndims=0, is_constant_jacobian=True, validate_args=validate_args, name=name)

    def _forward(self, x):
        return x

    def _inverse(self, y):
        return y

    def _inverse_log_det_jacobian(self, y):
        return constant(0.0, dtype=y.dtype)

    _forward_log_det_jacobian = _inverse_log_det_jacobian
