"""Normalisation of images: each channel, or each group of channels, over the image's own pixels.  Follows TF 1.15."""

from __future__ import annotations

from tinytf.contrib.framework.arg_scope import add_arg_scope
from tinytf.contrib.framework.variables import model_variable
from tinytf.contrib.layers import utils
from tinytf.graph.convert import convert_to_tensor
from tinytf.ops.array import array_ops
from tinytf.ops.math import math_ops
from tinytf.ops.nn import normalization
from tinytf.ops.state import init_ops
from tinytf.ops.state.variable_scope import variable_scope
from tinytf.shapes import dimension_value

_INITIALIZERS = {"beta": init_ops.zeros_initializer, "gamma": init_ops.ones_initializer}


def _parameter(name, wanted, shape, broadcast, inputs, initializers, collections, trainable):
    if not wanted:
        return None
    variable = model_variable(
        name,
        shape=shape,
        dtype=inputs.dtype.base_dtype,
        initializer=(initializers or {}).get(name, _INITIALIZERS[name]()),
        collections=utils.get_variable_collections(collections, name),
        trainable=trainable,
    )
    return array_ops.reshape(variable, broadcast) if broadcast else variable


@add_arg_scope
def instance_norm(
    inputs, center=True, scale=True, epsilon=1e-6, activation_fn=None, param_initializers=None, reuse=None, variables_collections=None,
    outputs_collections=None, trainable=True, data_format="NHWC", scope=None,
):  # fmt: skip
    """Each channel of each image to mean 0 and variance 1, then scaled by gamma and moved by beta."""
    inputs = convert_to_tensor(inputs)
    rank = inputs.shape.ndims
    if rank is None:
        raise ValueError("Inputs %s has undefined rank." % inputs.name)
    if data_format not in ("NCHW", "NHWC"):
        raise ValueError("data_format has to be either NCHW or NHWC.")
    with variable_scope(scope, "InstanceNorm", [inputs], reuse=reuse) as sc:
        axis = 1 if data_format == "NCHW" else rank - 1
        broadcast = [1, dimension_value(inputs.shape[1])] + [1] * (rank - 2) if data_format == "NCHW" else None
        shape = inputs.shape[axis : axis + 1]
        if not shape.is_fully_defined():
            raise ValueError("Inputs %s has undefined channels dimension %s." % (inputs.name, shape))
        common = shape, broadcast, inputs, param_initializers, variables_collections, trainable
        beta = _parameter("beta", center, *common)
        gamma = _parameter("gamma", scale, *common)
        axes = [i for i in range(1, rank) if i != axis]
        mean, variance = normalization.moments(inputs, axes, keep_dims=True)
        outputs = normalization.batch_normalization(inputs, mean, variance, beta, gamma, epsilon, name="instancenorm")
        if activation_fn is not None:
            outputs = activation_fn(outputs)
        return utils.collect_named_outputs(outputs_collections, sc.name, outputs)


@add_arg_scope
def group_norm(
    inputs, groups=32, channels_axis=-1, reduction_axes=(-3, -2), center=True, scale=True, epsilon=1e-6, activation_fn=None,
    param_initializers=None, reuse=None, variables_collections=None, outputs_collections=None, trainable=True, scope=None,
    mean_close_to_zero=False,
):  # fmt: skip
    """Each of `groups` groups of channels to mean 0 and variance 1 over `reduction_axes`, then scaled and moved."""
    inputs = convert_to_tensor(inputs)
    rank = inputs.shape.ndims
    if rank is None:
        raise ValueError("Inputs %s has undefined rank." % inputs.name)
    if channels_axis > rank - 1:
        raise ValueError("Axis is out of bounds.")
    dynamic = array_ops.shape(inputs)
    sizes = [dynamic[i] if d is None else d for i, d in enumerate(inputs.shape.as_list())]
    channels_axis = channels_axis % rank
    axes = _checked_axes(inputs, channels_axis, [a + rank if a < 0 else a for a in reduction_axes])
    channels = inputs.shape.as_list()[channels_axis]
    if groups > channels:
        raise ValueError("Invalid groups %d for %d channels." % (groups, channels))
    if channels % groups:
        raise ValueError("%d channels is not commensurate with %d groups." % (channels, groups))
    before, after = sizes[:channels_axis], sizes[channels_axis + 1 :]
    grouped = [groups, channels // groups]
    inputs = array_ops.reshape(inputs, before + grouped + after)
    axes = [channels_axis + 1] + [a + 1 if a > channels_axis else a for a in axes]
    with variable_scope(scope, "GroupNorm", [inputs], reuse=reuse) as sc:
        common = [channels], [1] * len(before) + grouped + [1] * len(after), inputs, param_initializers, variables_collections, trainable
        beta = _parameter("beta", center, *common)
        gamma = _parameter("gamma", scale, *common)
        if mean_close_to_zero:
            counts, means, variances, _ = normalization.sufficient_statistics(inputs, axes, keep_dims=True)
            mean, variance = normalization.normalize_moments(counts, means, variances, shift=None)
        else:
            mean, variance = normalization.moments(inputs, axes, keep_dims=True)
        gain = math_ops.rsqrt(variance + epsilon)
        offset = -mean * gain
        if gamma is not None:
            gain *= gamma
            offset *= gamma
        if beta is not None:
            offset += beta
        outputs = array_ops.reshape(inputs * gain + offset, sizes)
        if activation_fn is not None:
            outputs = activation_fn(outputs)
        return utils.collect_named_outputs(outputs_collections, sc.name, outputs)


def _checked_axes(inputs, channels_axis, axes):
    dims = inputs.shape.as_list()
    if dims[channels_axis] is None:
        raise ValueError("Inputs %s has undefined channel dimension: %d." % (inputs.name, channels_axis))
    for axis in axes:
        if axis > len(dims) - 1:
            raise ValueError("Axis is out of bounds.")
        if dims[axis] is None:
            raise ValueError("Inputs %s has undefined dimensions %d." % (inputs.name, axis))
        if axis == channels_axis:
            raise ValueError("reduction_axis must be mutually exclusive with channels_axis")
    return axes
