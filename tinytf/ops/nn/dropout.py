"""`tf.nn.dropout`."""

from __future__ import annotations

import numbers

from tinytf import logging
from tinytf.graph.constant_value import public_constant_value
from tinytf.graph.convert import convert_to_tensor
from tinytf.graph.default_graph import name_scope
from tinytf.ops.array import array_ops
from tinytf.ops.math import math_ops
from tinytf.shapes import as_dims


def _noise_shape(x, noise_shape):
    """The shape of the random mask, with the unknown entries taken from x where its rank agrees."""
    if noise_shape is None:
        return array_ops.shape(x)
    try:
        dims = as_dims(noise_shape)
    except (TypeError, ValueError):
        return noise_shape  # a tensor
    if dims is not None and x.dims is not None and len(x.dims) == len(dims):
        return [have if want is None else want for want, have in zip(dims, x.dims)]
    return noise_shape


def dropout(x, keep_prob=None, noise_shape=None, seed=None, name=None, rate=None):
    """Sets elements of x to 0 with probability `rate` (or 1 - keep_prob) and scales the others by 1 / (1 - rate).

    `noise_shape` (broadcast to x) makes elements share their fate. Follows tf.nn.dropout of TF 1.15.
    ValueError: x is not floating point, or the rate not in [0, 1).
    """
    if keep_prob is not None:
        try:
            keep = 1.0 - keep_prob
        except TypeError:
            raise ValueError(f"keep_prob must be a floating point number or Tensor (got {keep_prob!r})") from None
        if rate is not None:
            raise ValueError("Cannot specify both 'keep_prob' and 'rate'")
        rate = keep
    if rate is None:
        raise ValueError("You must provide a rate to dropout.")
    return dropout_v2(x, rate, noise_shape=noise_shape, seed=seed, name=name)


def dropout_v2(x, rate, noise_shape=None, seed=None, name=None):
    """As `dropout`, with `rate` only."""
    with name_scope(name, "dropout", [x]) as name:
        x = convert_to_tensor(x, name="x")
        if not x.dtype.is_floating:
            raise ValueError(f"x has to be a floating point tensor since it's going to be scaled. Got a {x.dtype} tensor instead.")
        if isinstance(rate, numbers.Real):
            if not 0 <= rate < 1:
                raise ValueError(f"rate must be a scalar tensor or a float in the range [0, 1), got {rate:g}")
            if rate > 0.5:
                logging.log_first_n(
                    logging.WARN, "Large dropout rate: %g (>0.5). In TensorFlow 2.x, dropout() uses dropout rate instead of keep_prob. "
                    "Please ensure that this is intended.", 5, rate,
                )  # fmt: skip
            if rate == 0:
                return x
        rate = convert_to_tensor(rate, dtype=x.dtype, name="rate")
        if rate.dims is not None and rate.dims != ():
            raise ValueError(f"Shape {rate.shape} must have rank 0")
        if public_constant_value(rate) == 0:
            return x
        from tinytf.ops.random import random_ops

        noise = random_ops.random_uniform(_noise_shape(x, noise_shape), seed=seed, dtype=x.dtype)
        scale = 1 / (1 - rate)
        kept = noise >= rate
        result = x * scale * math_ops.cast(kept, x.dtype)
        result.set_shape(x.dims)
        return result
