"""Masked autoregressive flow: each element is scaled and shifted by what the ones before it say."""

from __future__ import annotations

import numpy as np

from tinytf.distributions.bijector import Bijector
from tinytf.graph.default_graph import name_scope
from tinytf.ops.array import array_ops
from tinytf.ops.array.constant import constant
from tinytf.ops.control_flow.while_loop import while_loop
from tinytf.ops.math import math_ops
from tinytf.ops.math.clip import clip_by_value
from tinytf.ops.nn.activations import relu
from tinytf.ops.state.template import make_template
from tinytf.ops.state.variable_scope import get_variable_scope, variable_scope


def _last_size(x):
    return None if x.shape.ndims is None else x.shape.with_rank_at_least(1).as_list()[-1]


class MaskedAutoregressiveFlow(Bijector):
    """y[i] = x[i] * exp(log_scale(y[:i])) + shift(y[:i]). Follows tf.contrib.distributions.bijectors.MaskedAutoregressiveFlow of TF 1.15."""

    def __init__(self, shift_and_log_scale_fn, is_constant_jacobian=False, validate_args=False, unroll_loop=False, name=None):
        self._shift_and_log_scale_fn, self._unroll_loop = shift_and_log_scale_fn, unroll_loop
        super().__init__(
            forward_min_event_ndims=1,
            is_constant_jacobian=is_constant_jacobian,
            validate_args=validate_args,
            name=name or "masked_autoregressive_flow",
        )

    def _step(self, x, shift, log_scale):
        y = x
        if log_scale is not None:
            y *= math_ops.exp(log_scale)
        return y if shift is None else y + shift

    def _forward(self, x):
        static_size = _last_size(x)
        if self._unroll_loop:
            if static_size is None:
                raise ValueError(
                    "The final dimension of `x` must be known at graph construction time if `unroll_loop=True`. `x.shape: %r`" % x.shape
                )
            y = array_ops.zeros_like(x, name="y0")
            for _ in range(static_size):
                y = self._step(x, *self._shift_and_log_scale_fn(y))
            return y
        size = array_ops.shape(x)[-1]
        start = array_ops.zeros_like(x, name="y0")
        self._shift_and_log_scale_fn(start)  # variables are made outside of the loop

        def body(index, y):
            with variable_scope(get_variable_scope()) as scope:
                if scope.caching_device is None:
                    scope.set_caching_device(lambda op: op.device)
                shift, log_scale = self._shift_and_log_scale_fn(y)
            y = self._step(x, shift, log_scale)
            return index + 1, y

        _, y = while_loop(cond=lambda index, _: index < size, body=body, loop_vars=(0, start), maximum_iterations=static_size)
        return y

    def _inverse(self, y):
        shift, log_scale = self._shift_and_log_scale_fn(y)
        x = y if shift is None else y - shift
        return x if log_scale is None else x * math_ops.exp(-log_scale)

    def _inverse_log_det_jacobian(self, y):
        _, log_scale = self._shift_and_log_scale_fn(y)
        if log_scale is None:
            return constant(0.0, dtype=y.dtype, name="ildj")
        return -math_ops.reduce_sum(log_scale, axis=-1)


def _mask(num_blocks, n_in, n_out, exclusive) -> np.ndarray:
    """[n_out, n_in] of 1 where an output may see an input: one of an earlier block or, unless `exclusive`, of its own."""
    mask = np.zeros([n_out, n_in], np.float32)
    wide, high = n_in // num_blocks, n_out // num_blocks
    for block in range(num_blocks):
        mask[(block + exclusive) * high :, block * wide : (block + 1) * wide] = 1
    return mask


def masked_dense(inputs, units, num_blocks=None, exclusive=False, kernel_initializer=None, reuse=None, name=None, *args, **kwargs):
    """A dense layer whose outputs see earlier inputs only. Follows tf.contrib.distributions.bijectors.masked_dense of TF 1.15."""
    from tinytf.layers.core import Dense
    from tinytf.ops.state.init_ops import glorot_normal_initializer

    depth = _last_size(inputs)
    if depth is None:
        raise NotImplementedError("Rightmost dimension must be known prior to graph execution.")
    mask = _mask(num_blocks, depth, units, exclusive).T
    initializer = glorot_normal_initializer() if kernel_initializer is None else kernel_initializer

    def masked_initializer(shape, dtype=None, partition_info=None):
        return mask * initializer(shape, dtype, partition_info)

    with name_scope(name, "masked_dense", [inputs, units, num_blocks]):
        layer = Dense(
            units,
            *args,
            kernel_initializer=masked_initializer,
            kernel_constraint=lambda x: mask * x,
            name=name,
            dtype=inputs.dtype.base_dtype,
            _scope=name,
            _reuse=reuse,
            **kwargs,
        )
        return layer.apply(inputs)


def masked_autoregressive_default_template(
    hidden_layers,
    shift_only=False,
    activation=relu,
    log_scale_min_clip=-5.0,
    log_scale_max_clip=3.0,
    log_scale_clip_gradient=False,
    name=None,
    *args,
    **kwargs,
):
    """Masked dense layers that compute shift and log scale. Follows tf.contrib.distributions.bijectors of TF 1.15."""
    name = name or "masked_autoregressive_default_template"
    with name_scope(name, values=[log_scale_min_clip, log_scale_max_clip]):

        def shift_and_log_scale(x):
            depth = _last_size(x)
            if depth is None:
                raise NotImplementedError("Rightmost dimension must be known prior to graph execution.")
            shape = np.array(x.shape.as_list(), np.int32) if x.shape.is_fully_defined() else array_ops.shape(x)
            for i, units in enumerate(hidden_layers):
                x = masked_dense(*args, inputs=x, units=units, num_blocks=depth, exclusive=i == 0, activation=activation, **kwargs)
            x = masked_dense(*args, inputs=x, units=(1 if shift_only else 2) * depth, num_blocks=depth, activation=None, **kwargs)
            if shift_only:
                return array_ops.reshape(x, shape=shape), None
            x = array_ops.reshape(x, shape=array_ops.concat([shape, [2]], axis=0))
            shift, log_scale = array_ops.unstack(x, num=2, axis=-1)
            clip = clip_by_value if log_scale_clip_gradient else _clip_by_value_preserve_grad
            return shift, clip(log_scale, log_scale_min_clip, log_scale_max_clip)

        return make_template(name, shift_and_log_scale)


def _clip_by_value_preserve_grad(x, clip_value_min, clip_value_max, name=None):
    with name_scope(name, "clip_by_value_preserve_grad", [x, clip_value_min, clip_value_max]):
        return x + array_ops.stop_gradient(clip_by_value(x, clip_value_min, clip_value_max) - x)
