"""Means, variances and what is normalized with them: moments, batch_normalization, l2_normalize, zero_fraction …"""

from __future__ import annotations

from tinytf import dtypes
from tinytf.graph.build import make
from tinytf.graph.convert import convert_to_tensor
from tinytf.graph.default_graph import name_scope
from tinytf.ops.array import array_ops  # noqa: F401  (batch_norm_ops registers the ops)
from tinytf.ops.array.constant import constant
from tinytf.ops.array.shape_ops import deprecated_argument
from tinytf.ops.math import math_ops  # noqa: F401  (batch_norm_ops registers the ops)
from tinytf.ops.nn import batch_norm_ops  # noqa: F401  (batch_norm_ops registers the ops)


def moments(x, axes, shift=None, name=None, keep_dims=None, keepdims=None):
    """(mean, variance) of x over `axes`; float16 is computed in float32. `shift` is ignored. Follows tf.nn.moments of TF 1.15."""
    keepdims = deprecated_argument("keepdims", keepdims, "keep_dims", keep_dims)
    with name_scope(name, "moments", [x, axes]):
        half = x.dtype == dtypes.float16
        y = math_ops.cast(x, dtypes.float32) if half else x
        mean = math_ops.reduce_mean(y, axes, keepdims=True, name="mean")
        squares = math_ops.squared_difference(y, array_ops.stop_gradient(mean))
        variance = math_ops.reduce_mean(squares, axes, keepdims=True, name="variance")
        if not keepdims:
            mean = array_ops.squeeze(mean, axes)
            variance = array_ops.squeeze(variance, axes)
        if half:
            return math_ops.cast(mean, dtypes.float16), math_ops.cast(variance, dtypes.float16)
        return mean, variance


def weighted_moments(x, axes, frequency_weights, name=None, keep_dims=None, keepdims=None):
    """(mean, variance) of x over `axes`, each element counted `frequency_weights` times. Follows tf.nn.weighted_moments of TF 1.15."""
    keepdims = deprecated_argument("keepdims", keepdims, "keep_dims", keep_dims)
    with name_scope(name, "weighted_moments", [x, frequency_weights, axes]):
        x = convert_to_tensor(x, name="x")
        weights = convert_to_tensor(frequency_weights, name="frequency_weights")
        half = x.dtype == dtypes.float16
        if half:
            x = math_ops.cast(x, dtypes.float32)
        if weights.dtype != x.dtype:
            weights = math_ops.cast(weights, x.dtype)
        total = math_ops.reduce_sum(weights * x, axes, name="weighted_input_sum", keepdims=True)
        spread = weights + array_ops.zeros_like(x)
        sum_of_weights = math_ops.reduce_sum(spread, axes, name="sum_of_weights", keepdims=True)
        inverse = math_ops.reciprocal(sum_of_weights, name="inv_weight_sum")
        mean = math_ops.multiply(total, inverse)
        squares = weights * math_ops.squared_difference(x, mean)
        distance = math_ops.reduce_sum(squares, axes, name="weighted_distsq", keepdims=True)
        variance = math_ops.multiply(distance, inverse)
        if not keepdims:
            mean = array_ops.squeeze(mean, axis=axes)
            variance = array_ops.squeeze(variance, axis=axes)
        if half:
            mean, variance = math_ops.cast(mean, dtypes.float16), math_ops.cast(variance, dtypes.float16)
        return mean, variance


def sufficient_statistics(x, axes, shift=None, keep_dims=None, name=None, keepdims=None):
    """(count, sum of x - shift, sum of (x - shift)^2, shift) over `axes`. Follows tf.nn.sufficient_statistics of TF 1.15."""
    axes = list(set(axes))
    keepdims = bool(deprecated_argument("keepdims", keepdims, "keep_dims", keep_dims))
    with name_scope(name, "sufficient_statistics", [x, shift]):
        x = convert_to_tensor(x, name="x")
        if x.dims is not None and all(x.dims[d] is not None for d in axes):
            count = 1
            for d in axes:
                count *= x.dims[d]
            counts = constant(count, dtype=x.dtype)
        else:
            sizes = array_ops.gather(math_ops.cast(array_ops.shape(x), x.dtype), axes)
            counts = math_ops.reduce_prod(sizes, name="count")
        if shift is not None:
            shift = convert_to_tensor(shift, name="shift")
            mean_ss = math_ops.subtract(x, shift)
            var_ss = math_ops.squared_difference(x, shift)
        else:
            mean_ss, var_ss = x, math_ops.square(x)
        mean_ss = math_ops.reduce_sum(mean_ss, axes, keepdims=keepdims, name="mean_ss")
        var_ss = math_ops.reduce_sum(var_ss, axes, keepdims=keepdims, name="var_ss")
    return counts, mean_ss, var_ss, shift


def normalize_moments(counts, mean_ss, variance_ss, shift, name=None):
    """(mean, variance) from what sufficient_statistics returns. Follows tf.nn.normalize_moments of TF 1.15."""
    with name_scope(name, "normalize", [counts, mean_ss, variance_ss, shift]):
        divisor = math_ops.reciprocal(counts, name="divisor")
        if shift is not None:
            shifted = math_ops.multiply(mean_ss, divisor, name="shifted_mean")
            mean = math_ops.add(shifted, shift, name="mean")
        else:
            mean = shifted = math_ops.multiply(mean_ss, divisor, name="mean")
        scaled = math_ops.multiply(variance_ss, divisor)
        variance = math_ops.subtract(scaled, math_ops.square(shifted), name="variance")
    return mean, variance


def batch_normalization(x, mean, variance, offset, scale, variance_epsilon, name=None):
    """scale * (x - mean) / sqrt(variance + epsilon) + offset; scale and offset may be None. Follows tf.nn.batch_normalization of TF 1.15."""
    with name_scope(name, "batchnorm", [x, mean, variance, scale, offset]):
        inv = math_ops.rsqrt(variance + variance_epsilon)
        if scale is not None:
            inv *= scale
        scaled = x * math_ops.cast(inv, x.dtype)
        return scaled + math_ops.cast(offset - mean * inv if offset is not None else -mean * inv, x.dtype)


def batch_norm_with_global_normalization(
    t=None, m=None, v=None, beta=None, gamma=None, variance_epsilon=None, scale_after_normalization=None, name=None,
    input=None, mean=None, variance=None,
):  # fmt: skip
    """batch_normalization under its old arguments. Follows tf.nn.batch_norm_with_global_normalization of TF 1.15."""
    t = deprecated_argument("input", input, "t", t)
    m = deprecated_argument("mean", mean, "m", m)
    v = deprecated_argument("variance", variance, "v", v)
    return batch_normalization(t, m, v, beta, gamma if scale_after_normalization else None, variance_epsilon, name)


def fused_batch_norm(x, scale, offset, mean=None, variance=None, epsilon=0.001, data_format="NHWC", is_training=True, name=None):
    """(normalized x, mean, variance) of 4-D x per channel. Follows tf.nn.fused_batch_norm of TF 1.15.

    In training the batch's statistics are used, and `mean` and `variance` must be None (ValueError).
    """
    x = convert_to_tensor(x, name="input")
    scale = convert_to_tensor(scale, name="scale")
    offset = convert_to_tensor(offset, name="offset")
    if is_training and (mean is not None or variance is not None):
        raise ValueError("Both 'mean' and 'variance' must be None if is_training is True.")
    mean = constant([]) if mean is None else mean
    variance = constant([]) if variance is None else variance
    epsilon = max(epsilon, 1.001e-5)  # the least that cuDNN takes, and so TensorFlow everywhere
    y, batch_mean, batch_variance, _, _, _ = make(
        "FusedBatchNormV3", x, scale, offset, mean, variance,
        epsilon=epsilon, data_format=data_format, is_training=is_training, name=name,
    )  # fmt: skip
    return y, batch_mean, batch_variance


def l2_normalize(x, axis=None, epsilon=1e-12, name=None, dim=None):
    """x / sqrt(max(sum(x ** 2), epsilon)) along `axis`. Follows tf.nn.l2_normalize of TF 1.15."""
    axis = deprecated_argument("axis", axis, "dim", dim)
    with name_scope(name, "l2_normalize", [x]) as name:
        x = convert_to_tensor(x, name="x")
        squares = math_ops.reduce_sum(math_ops.square(x), axis, keepdims=True)
        inverse = math_ops.rsqrt(math_ops.maximum(squares, epsilon))
        return math_ops.multiply(x, inverse, name=name)


def _count_nonzero(x, dtype):
    with name_scope(None, "count_nonzero", [x]):
        zero = array_ops.zeros([], dtype=x.dtype)
        return math_ops.reduce_sum(math_ops.cast(math_ops.not_equal(x, zero), dtype=dtype), name="nonzero_count")


def zero_fraction(value, name=None):
    """The share of zeros in `value`, a float32 scalar. Follows tf.nn.zero_fraction of TF 1.15."""
    from tinytf.ops.control_flow.cond import cond

    with name_scope(name, "zero_fraction", [value]):
        value = convert_to_tensor(value, name="value")
        size = array_ops.size(value, out_type=dtypes.int64)
        nonzero = cond(
            size <= dtypes.int32.max,
            true_fn=lambda: math_ops.cast(_count_nonzero(value, dtypes.int32), dtypes.int64),
            false_fn=lambda: _count_nonzero(value, dtypes.int64),
        )
        with name_scope("counts_to_fraction"):
            zeros = math_ops.cast(size - nonzero, dtype=dtypes.float32)
            fraction = zeros / math_ops.cast(size, dtype=dtypes.float32)
        return array_ops.identity(fraction, "fraction")
