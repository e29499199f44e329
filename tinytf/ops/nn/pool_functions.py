"""The public pools: max_pool, avg_pool in one to three dimensions, with argmax, `pool`, fractional pools."""

from __future__ import annotations

import numpy as np

from tinytf import dtypes
from tinytf.graph.build import make
from tinytf.graph.convert import convert_to_tensor
from tinytf.graph.default_graph import name_scope
from tinytf.ops.array import array_ops  # noqa: F401  (registers the ops)
from tinytf.ops.array.shape_ops import deprecated_argument
from tinytf.ops.named_results import MaxPoolWithArgmax
from tinytf.ops.nn.conv_functions import sequence
from tinytf.ops.nn.space_to_batch_functions import strides_and_rates, with_space_to_batch


def _pool_2d(op_type, value, ksize, strides, padding, data_format, name):
    data_format = data_format or "NHWC"
    at = 1 if data_format.startswith("NC") else 3
    ksize = sequence(ksize, 2, at, "ksize")
    strides = sequence(strides, 2, at, "strides")
    if op_type == "MaxPool" and any(k == 0 for k in ksize):
        raise ValueError("ksize cannot be zero.")
    return make(op_type, value, ksize=ksize, strides=strides, padding=padding, data_format=data_format, name=name)


def max_pool(value, ksize, strides, padding, data_format="NHWC", name=None, input=None):
    """The maximum of each window of a 4-D tensor. Follows tf.nn.max_pool of TF 1.15."""
    value = deprecated_argument("input", input, "value", value)
    with name_scope(name, "MaxPool", [value]) as name:
        return _pool_2d("MaxPool", value, ksize, strides, padding, data_format, name)


def max_pool2d(input, ksize, strides, padding, data_format="NHWC", name=None):
    """As max_pool. Follows tf.nn.max_pool2d of TF 1.15."""
    with name_scope(name, "MaxPool2d", [input]) as name:
        return _pool_2d("MaxPool", input, ksize, strides, padding, data_format, name)


def avg_pool(value, ksize, strides, padding, data_format="NHWC", name=None, input=None):
    """The mean of each window of a 4-D tensor; padding does not count. Follows tf.nn.avg_pool of TF 1.15."""
    with name_scope(name, "AvgPool", [value]) as name:
        value = deprecated_argument("input", input, "value", value)
        return _pool_2d("AvgPool", value, ksize, strides, padding, data_format, name)


avg_pool2d = avg_pool


def _pool_1d(op_type, scope, input, ksize, strides, padding, data_format, name):
    with name_scope(name, scope, [input]) as name:
        data_format = data_format or "NWC"
        at = 1 if data_format.startswith("NC") else 2
        ksize = [1] + sequence(ksize, 1, at, "ksize")
        strides = [1] + sequence(strides, 1, at, "strides")
        where = 1 if data_format == "NWC" else 2
        input = array_ops.expand_dims(input, where)
        result = make(
            op_type, input, ksize=ksize, strides=strides, padding=padding, data_format="NHWC" if data_format == "NWC" else "NCHW", name=name
        )
        return array_ops.squeeze(result, where)


def max_pool1d(input, ksize, strides, padding, data_format="NWC", name=None):
    """The maximum of each window of a 3-D tensor. Follows tf.nn.max_pool1d of TF 1.15."""
    return _pool_1d("MaxPool", "MaxPool1d", input, ksize, strides, padding, data_format, name)


def avg_pool1d(input, ksize, strides, padding, data_format="NWC", name=None):
    """The mean of each window of a 3-D tensor. Follows tf.nn.avg_pool1d of TF 1.15."""
    return _pool_1d("AvgPool", "AvgPool1D", input, ksize, strides, padding, data_format, name)


def max_pool3d(input, ksize, strides, padding, data_format="NDHWC", name=None):
    """The maximum of each window of a 5-D tensor. Follows tf.nn.max_pool3d of TF 1.15."""
    with name_scope(name, "MaxPool3D", [input]) as name:
        data_format = data_format or "NDHWC"
        at = 1 if data_format.startswith("NC") else 4
        ksize, strides = sequence(ksize, 3, at, "ksize"), sequence(strides, 3, at, "strides")
        return make("MaxPool3D", input, ksize=ksize, strides=strides, padding=padding, data_format=data_format, name=name)


def avg_pool3d(input, ksize, strides, padding, data_format="NDHWC", name=None):
    """The mean of each window of a 5-D tensor. Follows tf.nn.avg_pool3d of TF 1.15."""
    with name_scope(name, "AvgPool3D", [input]) as name:
        data_format = data_format or "NDHWC"
        at = 1 if data_format.startswith("NC") else 3
        ksize, strides = sequence(ksize, 3, at, "ksize"), sequence(strides, 3, at, "strides")
        return make("AvgPool3D", input, ksize=ksize, strides=strides, padding=padding, data_format=data_format, name=name)


def _by_rank(kind, input, ksize, strides, padding, data_format, name):
    if input.shape is not None:
        n = len(input.shape) - 2
    elif data_format is not None:
        n = len(data_format) - 2
    else:
        raise ValueError("The input must have a rank or a data format must be given.")
    if not 1 <= n <= 3:
        raise ValueError(f"Input tensor must be of rank 3, 4 or 5 but was {n + 2}.")
    at = 1 if data_format is not None and data_format.startswith("NC") else n + 1
    ksize, strides = sequence(ksize, n, at, "ksize"), sequence(strides, n, at, "strides")
    if n == 1:
        function = max_pool1d if kind == "MaxPool" else avg_pool1d
        return function(input, ksize=ksize, strides=strides, padding=padding, data_format=data_format, name=name)
    op_type = kind if n == 2 else kind + "3D"
    return make(op_type, input, ksize=ksize, strides=strides, padding=padding, data_format=data_format, name=name)


def max_pool_v2(input, ksize, strides, padding, data_format=None, name=None):
    """The maximum of each window, the number of dimensions from the input. Follows tf.nn.max_pool_v2 of TF 1.15."""
    return _by_rank("MaxPool", input, ksize, strides, padding, data_format, name)


def avg_pool_v2(input, ksize, strides, padding, data_format=None, name=None):
    """The mean of each window, the number of dimensions from the input. Follows tf.nn.avg_pool_v2 of TF 1.15."""
    return _by_rank("AvgPool", input, ksize, strides, padding, data_format, name)


def max_pool_with_argmax(input, ksize, strides, padding, data_format="NHWC", Targmax=None, name=None, output_dtype=None,
                         include_batch_in_index=False):  # fmt: skip
    """(maximum, its index in the flattened image) of each window. Follows tf.nn.max_pool_with_argmax of TF 1.15."""
    if data_format != "NHWC":
        raise ValueError("Data formats other than 'NHWC' are not yet supported")
    targmax = deprecated_argument("output_dtype", output_dtype, "Targmax", Targmax)
    return MaxPoolWithArgmax(*make(
        "MaxPoolWithArgmax", input, ksize=ksize, strides=strides, Targmax=dtypes.int64 if targmax is None else targmax, padding=padding,
        include_batch_in_index=include_batch_in_index, name=name,
    ))  # fmt: skip


def pool(input, window_shape, pooling_type, padding, dilation_rate=None, strides=None, name=None, data_format=None, dilations=None):
    """A pool ('MAX' or 'AVG') in 1 to 3 dimensions, dilated by space_to_batch. Follows tf.nn.pool of TF 1.15."""
    dilation_rate = deprecated_argument("dilations", dilations, "dilation_rate", dilation_rate)
    with name_scope(name, f"{pooling_type.lower()}_pool", [input]) as scope:
        input = convert_to_tensor(input, name="input")
        n = len(window_shape)
        if not 1 <= n <= 3:
            raise ValueError("It is required that 1 <= num_spatial_dims <= 3.")
        input.shape.with_rank(n + 2)
        strides, rates = strides_and_rates(n, strides, dilation_rate)
        if padding == "SAME" and np.any(rates > 1):
            raise ValueError("pooling with SAME padding is not implemented for dilation_rate > 1")
        if np.any(strides > window_shape):
            raise ValueError("strides > window_shape not supported due to inconsistency between CPU and GPU implementations")
        functions = {"MAX": (max_pool, max_pool, max_pool3d), "AVG": (avg_pool, avg_pool, avg_pool3d)}
        if pooling_type not in functions:
            raise ValueError(f"{n}-D {pooling_type} pooling is not supported.")
        function = functions[pooling_type][n - 1]
        first = data_format is not None and data_format.startswith("NC")
        window, steps = [int(k) for k in window_shape], [int(s) for s in strides]
        window = [1, 1] + window if first else [1] + window + [1]
        steps = [1, 1] + steps if first else [1] + steps + [1]
        spatial = range(2, n + 2) if first else range(1, n + 1)
        if n == 1:
            if data_format not in (None, "NWC", "NCW"):
                raise ValueError('data_format must be either "NWC" or "NCW".')
            data_format = "NCHW" if data_format == "NCW" else "NHWC"
            window, steps = [1] + window, [1] + steps

        def apply(x, _, padding):
            if n == 1:
                x = array_ops.expand_dims(x, spatial[0])
            result = function(x, window, steps, padding, name=scope, data_format=data_format)
            return array_ops.squeeze(result, [spatial[0]]) if n == 1 else result

        return with_space_to_batch(input, rates, padding, apply, filter_shape=window_shape, spatial_dims=spatial)
