"""Real NVP: a part of each vector says how the other part is scaled and shifted."""

from __future__ import annotations

from tinytf.distributions.bijector import Bijector
from tinytf.graph.default_graph import name_scope
from tinytf.ops.array import array_ops
from tinytf.ops.array.constant import constant
from tinytf.ops.math import math_ops
from tinytf.ops.nn.activations import relu
from tinytf.ops.state.template import make_template


class RealNVP(Bijector):
    """y = [x0, x1 * exp(log_scale(x0)) + shift(x0)]. Follows tf.contrib.distributions.bijectors.RealNVP of TF 1.15."""

    def __init__(self, num_masked, shift_and_log_scale_fn, is_constant_jacobian=False, validate_args=False, name=None):
        if num_masked <= 0:
            raise ValueError("num_masked must be a positive integer.")
        self._num_masked, self._input_depth = num_masked, None
        self._shift_and_log_scale_fn = shift_and_log_scale_fn
        super().__init__(
            forward_min_event_ndims=1, is_constant_jacobian=is_constant_jacobian, validate_args=validate_args, name=name or "real_nvp"
        )

    def _note_depth(self, x) -> None:
        if self._input_depth is not None:
            return
        self._input_depth = None if x.shape.ndims is None else x.shape.with_rank_at_least(1).as_list()[-1]
        if self._input_depth is None:
            raise NotImplementedError("Rightmost dimension must be known prior to graph execution.")
        if self._num_masked >= self._input_depth:
            raise ValueError("Number of masked units must be smaller than the event size.")

    def _shift_and_log_scale(self, masked):
        return self._shift_and_log_scale_fn(masked, self._input_depth - self._num_masked)

    def _forward(self, x):
        self._note_depth(x)
        x0, y1 = x[:, : self._num_masked], x[:, self._num_masked :]
        shift, log_scale = self._shift_and_log_scale(x0)
        if log_scale is not None:
            y1 *= math_ops.exp(log_scale)
        if shift is not None:
            y1 += shift
        return array_ops.concat([x0, y1], axis=-1)

    def _inverse(self, y):
        self._note_depth(y)
        y0, x1 = y[:, : self._num_masked], y[:, self._num_masked :]
        shift, log_scale = self._shift_and_log_scale(y0)
        if shift is not None:
            x1 -= shift
        if log_scale is not None:
            x1 *= math_ops.exp(-log_scale)
        return array_ops.concat([y0, x1], axis=-1)

    def _sum_of_log_scales(self, value, name):
        """The sum of the log scales; a constant 0 of that name where there are none."""
        self._note_depth(value)
        _, log_scale = self._shift_and_log_scale(value[:, : self._num_masked])
        return (None, constant(0.0, dtype=value.dtype, name=name)) if log_scale is None else (math_ops.reduce_sum(log_scale, axis=-1), None)

    def _inverse_log_det_jacobian(self, y):
        total, zero = self._sum_of_log_scales(y, "ildj")
        return zero if total is None else -total

    def _forward_log_det_jacobian(self, x):
        total, zero = self._sum_of_log_scales(x, "fldj")
        return zero if total is None else total


def real_nvp_default_template(hidden_layers, shift_only=False, activation=relu, name=None, *args, **kwargs):
    """Dense layers that compute shift and log scale. Follows tf.contrib.distributions.bijectors.real_nvp_default_template of TF 1.15."""
    from tinytf.layers.core import dense

    with name_scope(name, "real_nvp_default_template"):

        def shift_and_log_scale(x, output_units):
            for units in hidden_layers:
                x = dense(*args, inputs=x, units=units, activation=activation, **kwargs)
            x = dense(*args, inputs=x, units=(1 if shift_only else 2) * output_units, activation=None, **kwargs)
            return (x, None) if shift_only else tuple(array_ops.split(x, 2, axis=-1))

        return make_template("real_nvp_default_template", shift_and_log_scale)
