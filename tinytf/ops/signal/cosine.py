"""Discrete cosine transforms of types I, II and III, by way of the Fourier transform."""

from __future__ import annotations

import math

from tinytf import dtypes
from tinytf.graph.convert import convert_to_tensor
from tinytf.graph.default_graph import name_scope
from tinytf.graph.tensor import Tensor
from tinytf.ops.array import array_ops
from tinytf.ops.array.ranges import range as number_range
from tinytf.ops.math.cast import cast
from tinytf.ops.math.complex_ops import complex, real
from tinytf.ops.math.unary import exp, rsqrt, sqrt
from tinytf.ops.signal.fft import irfft, rfft


def dct(input, type=2, n=None, axis=-1, norm=None, name=None) -> Tensor:
    """The cosine transform of the last axis, cut or filled with zeros to `n`.  Follows `tf.signal.dct` of TF 1.15."""
    _check(input, type, n, axis, norm)
    with name_scope(name, "dct", [input]):
        x = convert_to_tensor(input, dtype=dtypes.float32)
        length = x.dims[-1] or array_ops.shape(x)[-1]
        if n is not None:
            if n <= length:
                x = x[..., 0:n]
            else:
                paddings = [[0, 0]] * (len(x.dims) - 1) + [[0, n - length]]
                x = array_ops.pad(x, paddings=convert_to_tensor(paddings, dtype=dtypes.int32))
        size = x.dims[-1] or array_ops.shape(x)[-1]
        as_float = cast(size, dtypes.float32)
        if type == 1:
            return real(rfft(array_ops.concat([x, x[..., -2:0:-1]], axis=-1)))
        if type == 2:
            turn = 2.0 * exp(complex(0.0, -number_range(as_float) * math.pi * 0.5 / as_float))
            result = real(rfft(x, fft_length=[2 * size])[..., :size] * turn)
            if norm == "ortho":
                first = 0.5 * rsqrt(as_float)
                result *= _weights(first, first * sqrt(2.0), size)
            return result
        if norm == "ortho":
            first = sqrt(as_float)
            x *= _weights(first, first * sqrt(0.5), size)
        else:
            x *= as_float
        turn = 2.0 * exp(complex(0.0, number_range(as_float) * math.pi * 0.5 / as_float))
        return real(irfft(turn * complex(x, 0.0), fft_length=[2 * size]))[..., :size]


def idct(input, type=2, n=None, axis=-1, norm=None, name=None) -> Tensor:
    """The inverse of `dct`, up to scale where `norm` is not "ortho".  Follows `tf.signal.idct` of TF 1.15."""
    _check(input, type, n, axis, norm)
    return dct(input, type={1: 1, 2: 3, 3: 2}[type], n=n, axis=axis, norm=norm, name=name)


def _weights(first, others, size):
    return array_ops.pad(array_ops.expand_dims(first, 0), [[0, size - 1]], constant_values=others)


def _check(input, type, n, axis, norm):
    if axis != -1:
        raise NotImplementedError(f"axis must be -1. Got: {axis}")
    if n is not None and n < 1:
        raise ValueError("n should be a positive integer or None")
    if type not in (1, 2, 3):
        raise ValueError("Only Types I, II and III (I)DCT are supported.")
    if type == 1 and norm == "ortho":
        raise ValueError("Normalization is not supported for the Type-I DCT.")
    if type == 1 and not input.shape[-1] >= 2:
        raise ValueError("Type-I DCT requires the dimension to be greater than one.")
    if norm not in (None, "ortho"):
        raise ValueError(f"Unknown normalization. Expected None or 'ortho', got: {norm}")
