"""Dilation by rearrangement: `with_space_to_batch`, which convolutions, pools and depthwise convolutions share.

A window with holes sees every rate-th cell.  Sorting the cells by their remainder into the batch
dimension turns it into a window without holes over more, smaller images.
"""

from __future__ import annotations

import numpy as np

from tinytf import dtypes
from tinytf.graph.constant_value import public_constant_value
from tinytf.graph.convert import convert_to_tensor
from tinytf.ops.array import array_ops


def strides_and_rates(n: int, strides, rates):
    """Both as int32 arrays of length n; ValueError where they are not positive, or both above 1."""
    rates = [1] * n if rates is None else rates
    if len(rates) != n:
        raise ValueError(f"len(dilation_rate)={len(rates)} but should be {n}")
    rates = np.array(rates, dtype=np.int32)
    if np.any(rates < 1):
        raise ValueError("all values of dilation_rate must be positive")
    strides = [1] * n if strides is None else strides
    if len(strides) != n:
        raise ValueError(f"len(strides)={len(strides)} but should be {n}")
    strides = np.array(strides, dtype=np.int32)
    if np.any(strides < 1):
        raise ValueError("all values of strides must be positive")
    if np.any(strides > 1) and np.any(rates > 1):
        raise ValueError("strides > 1 not supported in conjunction with dilation_rate > 1")
    return strides, rates


def with_space_to_batch(input, dilation_rate, padding, op, filter_shape=None, spatial_dims=None, data_format=None):
    """Applies `op(input, number of spatial dims, padding)` as if dilated by `dilation_rate`. Follows tf.nn.with_space_to_batch of TF 1.15.

    ValueError: rates below 1, or SAME padding without a filter shape.
    """
    input = convert_to_tensor(input, name="input")
    return WithSpaceToBatch(input.dims, dilation_rate, padding, filter_shape, spatial_dims, data_format)(input, op)


class WithSpaceToBatch:
    """The rearrangement for inputs of one shape: rates and paddings are checked (and made nodes) once, for many calls."""

    def __init__(self, input_dims, dilation_rate, padding, filter_shape=None, spatial_dims=None, data_format=None):
        rate_tensor = convert_to_tensor(dilation_rate, dtypes.int32, name="dilation_rate")
        if rate_tensor.dims is not None and len(rate_tensor.dims) != 1:
            raise ValueError("rate must be rank 1")
        if not rate_tensor.shape.is_fully_defined():
            raise ValueError("rate must have known shape")
        self.n = n = rate_tensor.dims[0]
        self.data_format, self.padding, self.input_dims, self.rate = data_format, padding, input_dims, rate_tensor
        first = data_format is not None and data_format.startswith("NC")
        start = 2 if first else 1
        given = list(range(start, n + start) if spatial_dims is None else spatial_dims)
        self.spatial = spatial = sorted({int(d) for d in given})
        if spatial != given or any(d < 1 for d in spatial):
            raise ValueError("spatial_dims must be a montonically increasing sequence of positive integers")
        least = spatial[-1] if first else spatial[-1] + 1
        if input_dims is not None and len(input_dims) < least:
            raise ValueError(f"input tensor must have rank {least} at least")
        rate = public_constant_value(rate_tensor)
        if rate is not None and np.any(rate < 1):
            raise ValueError("dilation_rate must be positive")
        self.plain = rate is not None and bool(np.all(rate == 1))
        if not self.plain:
            self.base_paddings = _base_paddings(padding, filter_shape, n, rate_tensor if rate is None else rate)

    def __call__(self, input, op, filter=None):
        """`op` applied to the rearranged input, and its result put back in order."""
        if self.plain:
            return op(input, self.n, self.padding)
        dims = self.input_dims
        static = None if dims is None else [dims[i] for i in self.spatial]
        if static is None or None in static:
            shape = array_ops.shape(input)
            static = array_ops.stack([shape[i] for i in self.spatial])
        paddings = self.base_paddings
        if callable(paddings):
            paddings = paddings(filter)
        paddings, crops = array_ops.required_space_to_batch_paddings(input_shape=static, base_paddings=paddings, block_shape=self.rate)
        rate = _spread(self.rate, 1, self.spatial)
        paddings = _spread(paddings, 0, self.spatial)
        crops = _spread(crops, 0, self.spatial)
        small = array_ops.space_to_batch_nd(input=input, block_shape=rate, paddings=paddings)
        result = array_ops.batch_to_space_nd(input=op(small, self.n, "VALID"), block_shape=rate, crops=crops)
        first = self.data_format is not None and self.data_format.startswith("NC")
        if first and filter is not None and not result.dims[1]:
            result.set_shape(list(result.dims[:1]) + [filter.dims[-1]] + list(result.dims[2:]))
        return result


def _base_paddings(padding, filter_shape, n, rate):
    """[[before, behind], …], or a function of the filter where its size is not known."""
    if padding == "VALID":
        return np.zeros([n, 2], np.int32)
    if padding != "SAME":
        raise ValueError(f"Invalid padding method {padding!r}")
    if filter_shape is None:
        raise ValueError("filter_shape must be specified for SAME padding")
    sizes = convert_to_tensor(filter_shape, name="filter_shape")
    value = public_constant_value(sizes)
    if value is None:
        return lambda filter: _same_paddings(sizes if filter is None else array_ops.shape(filter), n, rate)
    return _same_paddings(value, n, rate)


def _same_paddings(sizes, n, rate):
    """What SAME pads a dilated filter of `sizes` with, at stride 1: [[before, behind], …]."""
    sizes = sizes[:n]
    extra = sizes + (sizes - 1) * (rate - 1) - 1
    before = extra // 2
    behind = extra - before
    return array_ops.stack([[before[i], behind[i]] for i in range(n)])


def _spread(values, fill, spatial):
    """`values` (one row for each spatial dimension) with rows of `fill` for the dimensions between and before them."""
    rest = list(values.dims[1:])
    constant = public_constant_value(values)
    rows = values if constant is None else constant
    parts, previous, i = [], 0, 0
    while i < len(spatial):
        start = i
        if spatial[start] > 1:
            parts.append(np.full([spatial[start] - 1 - previous] + rest, fill, dtype=values.dtype.as_numpy_dtype))
        while i + 1 < len(spatial) and spatial[i + 1] == spatial[i] + 1:
            i += 1
        parts.append(rows[start : i + 1])
        previous = spatial[i]
        i += 1
    return np.concatenate(parts) if constant is not None else array_ops.concat(parts, 0)
