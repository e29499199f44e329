"""Windows that fade a frame out towards its ends."""

from __future__ import annotations

import numpy as np

from tinytf import dtypes
from tinytf.graph.constant_value import public_constant_value
from tinytf.graph.convert import convert_to_tensor
from tinytf.graph.default_graph import name_scope
from tinytf.graph.tensor import Tensor
from tinytf.ops.array import array_ops
from tinytf.ops.array.constant import constant
from tinytf.ops.array.ranges import range as number_range
from tinytf.ops.control_flow.cond import cond
from tinytf.ops.math.cast import cast
from tinytf.ops.math.comparison import equal
from tinytf.ops.math.division import mod
from tinytf.ops.math.unary import cos


def hann_window(window_length, periodic=True, dtype=dtypes.float32, name=None) -> Tensor:
    """A Hann window of `window_length` samples.  Follows `tf.signal.hann_window` of TF 1.15."""
    return _raised_cosine("hann_window", window_length, periodic, dtype, name, 0.5, 0.5)


def hamming_window(window_length, periodic=True, dtype=dtypes.float32, name=None) -> Tensor:
    """A Hamming window of `window_length` samples.  Follows `tf.signal.hamming_window` of TF 1.15."""
    return _raised_cosine("hamming_window", window_length, periodic, dtype, name, 0.54, 0.46)


def _raised_cosine(default_name, window_length, periodic, dtype, name, mean, amplitude):
    dtype = dtypes.as_dtype(dtype)
    if not dtype.is_floating:
        raise ValueError(f"dtype must be a floating point type. Found {dtype}")
    with name_scope(name, default_name, [window_length, periodic]):
        length = convert_to_tensor(window_length, dtype=dtypes.int32, name="window_length")
        length.shape.assert_has_rank(0)
        known = public_constant_value(length)
        if known == 1:
            return array_ops.ones([1], dtype=dtype)
        periodic = cast(convert_to_tensor(periodic, dtype=dtypes.bool, name="periodic"), dtypes.int32)
        periodic.shape.assert_has_rank(0)
        is_even = 1 - mod(length, 2)
        period = cast(length + periodic * is_even - 1, dtype=dtype)
        count = cast(number_range(length), dtype)
        angle = constant(2 * np.pi, dtype=dtype) * count / period

        def window():
            return cast(mean - amplitude * cos(angle), dtype=dtype)

        if known is not None:
            return window()
        return cond(equal(length, 1), lambda: array_ops.ones([1], dtype=dtype), window)
