"""FusedBatchNorm (versions 1 to 3), its gradients, and BatchNormWithGlobalNormalization.

Training normalizes with the statistics of the batch and hands these out: the mean, the variance with
Bessel's correction (what a moving average wants) and, for the gradient, the variance without it.
TensorFlow's CPU kernels know NHWC only; here NCHW works too.
"""

from __future__ import annotations

import numpy as np

from tinytf import dtypes, errors
from tinytf.graph.build import make
from tinytf.graph.op_entry import op
from tinytf.graph.shape_rules import merge_dim, with_rank
from tinytf.ops.array import array_ops
from tinytf.ops.array.shape_ops import show
from tinytf.ops.autodiff import gradients
from tinytf.ops.math import math_ops
from tinytf.ops.math.wide_rows import widen
from tinytf.ops.nn.nn_basic import column_sums


def _fail(op, message):
    raise errors.InvalidArgumentError(op.node_def, op, message)


def _channels_last(op, x):
    return np.moveaxis(x, 1, -1) if op.attr("data_format") == b"NCHW" else x


def _as_given(op, x):
    return np.ascontiguousarray(np.moveaxis(x, -1, 1)) if op.attr("data_format") == b"NCHW" else x


def _check_channels(op, x, **vectors):
    if x.ndim != 4:
        _fail(op, f"input must be 4-dimensional{show(x.shape)}")
    depth = x.shape[1 if op.attr("data_format") == b"NCHW" else 3]
    for name, v in vectors.items():
        if v.shape != (depth,):
            _fail(op, f"{name} must have the same number of elements as the channels of x, got {show(v.shape)} and {depth}")


def _forward_kernel(op):
    epsilon, training = op.attr("epsilon"), op.attr("is_training")
    with_third = op.type.endswith("V3")

    def run(x, scale, offset, mean, variance):
        _check_channels(op, x, scale=scale, offset=offset, **({} if training else {"mean": mean, "variance": variance}))
        dtype = x.dtype
        rows = np.ascontiguousarray(_channels_last(op, x)).astype(np.float32, copy=False)
        shape, rows = rows.shape, rows.reshape(-1, rows.shape[-1])
        count = rows.shape[0]
        if training:
            mean = column_sums(rows) / np.float32(max(count, 1))
            centered = np.subtract(*widen(rows, mean))
            variance = column_sums(np.square(centered).reshape(rows.shape)) / np.float32(max(count, 1))
            if count > 1:
                unbiased = variance * np.float32(count / (count - 1))
            else:
                unbiased = variance
        else:
            centered, unbiased = np.subtract(*widen(rows, mean)), variance
        factor = scale / np.sqrt(variance + np.float32(epsilon))
        centered, factor, shift = widen(centered.reshape(rows.shape), factor, offset)
        centered *= factor
        centered += shift
        y = _as_given(op, centered.reshape(shape)).astype(dtype, copy=False)
        result = (y, mean, unbiased, mean, variance)
        return result + (np.zeros((), np.float32),) if with_third else result

    return run


def _backward_kernel(op):
    epsilon, training = op.attr("epsilon"), op.attr("is_training")

    def run(g, x, scale, mean, variance, _=None):
        _check_channels(op, x, scale=scale, reserve_space_1=mean, reserve_space_2=variance)
        if g.shape != x.shape:
            _fail(op, f"x and y_backprop must have same shape, but x has shape {show(x.shape)} and y_backprop {show(g.shape)}")
        dtype = x.dtype
        rows = np.ascontiguousarray(_channels_last(op, x)).astype(np.float32, copy=False)
        shape, rows = rows.shape, rows.reshape(-1, rows.shape[-1])
        g = np.ascontiguousarray(_channels_last(op, g)).astype(np.float32, copy=False).reshape(rows.shape)
        count = np.float32(max(rows.shape[0], 1))
        inverse = np.float32(1) / np.sqrt(variance + np.float32(epsilon))
        centered = np.subtract(*widen(rows, mean)).reshape(rows.shape)
        d_offset = column_sums(g)
        d_scale = column_sums(g * centered) * inverse
        if training:
            # What the mean and the variance took from every element is given back.
            centered, by_variance = widen(centered, inverse * d_scale / count)
            centered *= by_variance
            g, by_mean, factor = widen(g, d_offset / count, inverse * scale)
            dx = g - by_mean
            dx -= centered
            dx *= factor
        else:
            dx = np.multiply(*widen(g, inverse * scale))
        dx = _as_given(op, dx.reshape(shape)).astype(dtype, copy=False)
        nothing = np.zeros((), np.float32)
        return dx, d_scale, d_offset, nothing, nothing

    return run


def _forward_shape(op):
    x = with_rank(op.inputs[0].dims, 4)
    at = 1 if op.attr("data_format") == b"NCHW" else 3
    depth = x[at]
    for t in op.inputs[1 : 3 if op.attr("is_training") else 5]:
        depth = merge_dim(depth, with_rank(t.dims, 1)[0])
    shapes = [x[:at] + (depth,) + x[at + 1 :]] + [(depth,)] * 4
    return shapes + [None] if op.type.endswith("V3") else shapes


def _backward_shape(op):
    x = with_rank(op.inputs[0].dims, 4)
    at = 1 if op.attr("data_format") == b"NCHW" else 3
    depth = merge_dim(x[at], with_rank(op.inputs[1].dims, 4)[at])
    for t in op.inputs[2:5]:
        depth = merge_dim(depth, with_rank(t.dims, 1)[0])
    rest = (0,) if op.attr("is_training") else (depth,)
    return [x[:at] + (depth,) + x[at + 1 :], (depth,), (depth,), rest, rest]


# Gradients --------------------------------------------------------------------------------------


def _fused_grad(grad_type, reserved):
    """The gradient of FusedBatchNorm; outside of training it is computed in NHWC, as TensorFlow does."""

    def gradient(op, *grads):
        x, g, scale = op.inputs[0], grads[0], op.inputs[1]
        attrs = {n: op.attr(n) for n in ("epsilon", "data_format", "is_training")}
        rest = [op.outputs[5]] if reserved == 3 else []
        if attrs["is_training"]:
            return make(grad_type, g, x, scale, op.outputs[3], op.outputs[4], *rest, **attrs)
        first = attrs["data_format"] == b"NCHW"
        if first:
            x = array_ops.transpose(x, [0, 2, 3, 1])
            g = array_ops.transpose(g, [0, 2, 3, 1])
        attrs["data_format"] = "NHWC"
        dx, d_scale, d_offset, _, _ = make(grad_type, g, x, scale, op.inputs[3], op.inputs[4], *rest, **attrs)
        return [array_ops.transpose(dx, [0, 3, 1, 2]) if first else dx, d_scale, d_offset, None, None]

    return gradient


def _plain_grad(g, x, scale, mean, variance, epsilon, first, training):
    """The gradients as a formula of ordinary ops, so that they can be differentiated once more."""
    dtype = x.dtype.base_dtype
    if dtype == dtypes.float16:
        x, g = math_ops.cast(x, dtypes.float32), math_ops.cast(g, dtypes.float32)
    axes = [0, 2, 3] if first else [0, 1, 2]
    if training:
        if first:
            scale = array_ops.reshape(scale, [1, array_ops.size(scale), 1, 1])
        mean_g = math_ops.reduce_mean(g, axes, keepdims=first)
        mean_x = math_ops.reduce_mean(x, axes, keepdims=first)
        squares = math_ops.squared_difference(x, array_ops.stop_gradient(mean_x))
        var_x = math_ops.reduce_mean(squares, axes, keepdims=first)
        g_centered, x_centered = g - mean_g, x - mean_x
        mean = math_ops.reduce_mean(g * x_centered, axis=axes, keepdims=first)
        dx = scale * math_ops.rsqrt(var_x + epsilon) * (g_centered - math_ops.reciprocal(var_x + epsilon) * mean * x_centered)
        d_scale = math_ops.rsqrt(var_x + epsilon) * math_ops.reduce_sum(g * x_centered, axis=axes, keepdims=first)
        if first:
            d_scale = array_ops.squeeze(d_scale)
        return math_ops.cast(dx, dtype), d_scale, math_ops.reduce_sum(g, axis=axes)
    if first:
        shape = [1, array_ops.size(mean), 1, 1]
        mean, variance, scale = (array_ops.reshape(v, shape) for v in (mean, variance, scale))
    d_offset = math_ops.reduce_sum(g, axis=axes)
    inverse = math_ops.rsqrt(variance + epsilon)
    d_scale = math_ops.reduce_sum(g * (x - mean) * inverse, axis=axes)
    return math_ops.cast(g * scale * inverse, dtype), d_scale, d_offset


def _second_grad(op, *grads):
    g, x, scale, mean, variance = op.inputs[:5]
    first = op.attr("data_format") == b"NCHW"
    results = _plain_grad(g, x, scale, mean, variance, op.attr("epsilon"), first, op.attr("is_training"))
    again = gradients.gradients(list(results), [g, x, scale], list(grads[:3]))
    return again + [None] * (len(op.inputs) - 3)


_ATTRS = "epsilon: float = 0.0001; data_format: {'NHWC', 'NCHW'} = 'NHWC'; is_training: bool = true"
_T1 = "T: {float}"
_T2 = "T: {half, bfloat16, float}; U: {float}"

op(f"FusedBatchNorm(x: T, scale: T, offset: T, mean: T, variance: T) -> (y: T, batch_mean: T, batch_variance: T, reserve_space_1: T, reserve_space_2: T); {_T1}; {_ATTRS}",
   shape=_forward_shape, kernel=_forward_kernel, gradient=_fused_grad("FusedBatchNormGrad", 2), view=True)  # fmt: skip
op(f"FusedBatchNormV2(x: T, scale: U, offset: U, mean: U, variance: U) -> (y: T, batch_mean: U, batch_variance: U, reserve_space_1: U, reserve_space_2: U); {_T2}; {_ATTRS}",
   shape=_forward_shape, kernel=_forward_kernel, gradient=_fused_grad("FusedBatchNormGradV2", 2), view=True)  # fmt: skip
op(f"FusedBatchNormV3(x: T, scale: U, offset: U, mean: U, variance: U) -> (y: T, batch_mean: U, batch_variance: U, reserve_space_1: U, reserve_space_2: U, reserve_space_3: U); {_T2}; {_ATTRS}",
   shape=_forward_shape, kernel=_forward_kernel, gradient=_fused_grad("FusedBatchNormGradV3", 3), view=True)  # fmt: skip
op(f"FusedBatchNormGrad(y_backprop: T, x: T, scale: T, reserve_space_1: T, reserve_space_2: T) -> (x_backprop: T, scale_backprop: T, offset_backprop: T, reserve_space_3: T, reserve_space_4: T); {_T1}; {_ATTRS}",
   shape=_backward_shape, kernel=_backward_kernel, gradient=_second_grad)  # fmt: skip
op(f"FusedBatchNormGradV2(y_backprop: T, x: T, scale: float, reserve_space_1: U, reserve_space_2: U) -> (x_backprop: T, scale_backprop: U, offset_backprop: U, reserve_space_3: U, reserve_space_4: U); {_T2}; {_ATTRS}",
   shape=_backward_shape, kernel=_backward_kernel, gradient=_second_grad)  # fmt: skip
op(f"FusedBatchNormGradV3(y_backprop: T, x: T, scale: float, reserve_space_1: U, reserve_space_2: U, reserve_space_3: U) -> (x_backprop: T, scale_backprop: U, offset_backprop: U, reserve_space_4: U, reserve_space_5: U); {_T2}; {_ATTRS}",
   shape=_backward_shape, kernel=_backward_kernel, gradient=_second_grad)  # fmt: skip

# The op of 2015 ---------------------------------------------------------------------------------


def _global_kernel(op):
    epsilon, scaled = op.attr("variance_epsilon"), op.attr("scale_after_normalization")

    def run(t, m, v, beta, gamma):
        inverse = t.dtype.type(1) / np.sqrt(v + t.dtype.type(epsilon))
        return (t - m) * (inverse * gamma if scaled else inverse) + beta

    return run


def _global_grad_kernel(op):
    epsilon, scaled = op.attr("variance_epsilon"), op.attr("scale_after_normalization")

    def run(t, m, v, gamma, g):
        one = t.dtype.type(1)
        inverse = one / np.sqrt(v + t.dtype.type(epsilon))
        db = column_sums(g)
        centered = column_sums(g * (t - m))
        factor = gamma if scaled else np.ones_like(gamma)
        dx = g * (inverse * factor)
        dm = -db * inverse * factor
        dv = centered * factor * inverse * inverse * inverse * t.dtype.type(-0.5)
        dg = centered * inverse if scaled else np.zeros_like(gamma)
        return dx, dm, dv, db, dg

    return run


def _global_shape(op):
    t = with_rank(op.inputs[0].dims, 4)
    depth = t[3]
    for v in op.inputs[1:5]:
        depth = merge_dim(depth, with_rank(v.dims, 1)[0])
    return [t[:3] + (depth,)]


def _global_grad_shape(op):
    t = with_rank(op.inputs[0].dims, 4)
    depth = t[3]
    for v in op.inputs[1:4]:
        depth = merge_dim(depth, with_rank(v.dims, 1)[0])
    return [t[:3] + (depth,)] + [(depth,)] * 4


def _global_grad(op, grad):
    attrs = {n: op.attr(n) for n in ("variance_epsilon", "scale_after_normalization")}
    return make("BatchNormWithGlobalNormalizationGrad", op.inputs[0], op.inputs[1], op.inputs[2], op.inputs[4], grad, **attrs)


_NUMBER = "T: {float, double, int32, uint8, int16, int8, complex64, int64, qint8, quint8, qint32, bfloat16, uint16, complex128, half, uint32, uint64}"
_OLD = "variance_epsilon: float; scale_after_normalization: bool; deprecated 9 'Use tf.nn.batch_normalization()'"
op(f"BatchNormWithGlobalNormalization(t: T, m: T, v: T, beta: T, gamma: T) -> (result: T); {_NUMBER}; {_OLD}",
   shape=_global_shape, kernel=_global_kernel, gradient=_global_grad)  # fmt: skip
op(f"BatchNormWithGlobalNormalizationGrad(t: T, m: T, v: T, gamma: T, backprop: T) -> (dx: T, dm: T, dv: T, db: T, dg: T); {_NUMBER}; {_OLD}",
   shape=_global_grad_shape, kernel=_global_grad_kernel)  # fmt: skip
