"""Networks on quantized tensors: what `transform_graph`'s quantize_nodes puts into a graph.

A quantized number stands for a float: the range (low, high) of a tensor goes with it.  Follows `quantization_utils.h` and the
quantized kernels of TF 1.15, for unsigned 8 bit values and 32 bit sums.
"""

from __future__ import annotations

import numpy as np

from tinytf import dtypes, errors
from tinytf.graph.op_entry import NOT_DIFFERENTIABLE, op
from tinytf.graph.shape_rules import broadcast_dims, same_as_input, with_rank
from tinytf.ops.array import shape_ops
from tinytf.ops.nn import pool, pool_kernels
from tinytf.ops.nn.conv import _conv_shape, conv_kernel
from tinytf.ops.quantized.quantized_ops import _PLAIN, _plain

_F = np.float32


def _limits(dtype) -> tuple:
    info = np.iinfo(_PLAIN[dtype])
    return int(info.min), int(info.max)


def _half_away(x):
    return np.trunc(x + np.copysign(0.5, x))


def float_to_quantized(value, low, high, dtype, clamped=True):
    """The quantized number (int64) that stands for a float in a range."""
    least, most = _limits(dtype)
    if low == high:
        return np.full(np.shape(value), least, np.int64)
    steps = float(1 << 8 * np.dtype(_PLAIN[dtype]).itemsize)
    scale = steps / (float(_F(high) - _F(low)) * (steps / (steps - 1.0)))
    found = (_half_away(np.asarray(value, np.float64) * scale) - _half_away(float(low) * scale)).astype(np.int64) + least
    return np.clip(found, least, most) if clamped else found


def quantized_to_float(value, low, high, dtype):
    """The float that a quantized number stands for."""
    if low == high:
        return np.full(np.shape(value), low, np.float32)
    steps = float(1 << 8 * np.dtype(_PLAIN[dtype]).itemsize)
    scale = float(_F(high) - _F(low)) * (steps / (steps - 1.0)) / steps
    start = float(_half_away(_F(low) / _F(scale))) * float(_F(scale))
    return (start + (np.asarray(value, np.float64) - _limits(dtype)[0]) * scale).astype(np.float32)


def _zero(low, high, dtype) -> int:
    """The number that stands for 0, which may lie outside of the type."""
    return int(float_to_quantized(0.0, low, high, dtype, clamped=False))


def _level(low, high, dtype):
    """How much a step of one is, as a float."""
    least, most = _limits(dtype)
    return (_F(high) - _F(low)) / _F(most - least)


def _range_of_products(a, b, dtype) -> tuple:
    """The range of products of numbers of two ranges, as sums of them are kept in `dtype`."""
    level = _level(*a) * _level(*b)
    least, most = _limits(dtype)
    return level * _F(least), level * _F(most)


def _wide_range(low, high, other_low, other_high) -> tuple:
    """A range wide enough to add numbers of two ranges in."""
    most = _F(max(high, -low, other_high, -other_low)) * _F(1 << 17)
    return -most, most


def _quantized(values, dtype):
    return values.astype(_PLAIN[dtype]).view(dtype.as_numpy_dtype)


def _floats(*values):
    return [_F(np.asarray(v).reshape(-1)[0]) for v in values]


# Products ---------------------------------------------------------------------------------------------


def _product_kernel(multiply, first: str, second: str, result: str):
    """A kernel of two quantized tensors and their ranges; `multiply(op)` gives a function of what they stand for, in steps."""

    def kernel(op):
        compute = multiply(op)
        types = op.attr(first), op.attr(second)
        out = op.attr(result)

        def run(a, b, *ranges):
            low_a, high_a, low_b, high_b = _floats(*ranges)
            a = _plain(a, types[0]).astype(np.float64) - _zero(low_a, high_a, types[0])
            b = _plain(b, types[1]).astype(np.float64) - _zero(low_b, high_b, types[1])
            low, high = _range_of_products((low_a, high_a, types[0]), (low_b, high_b, types[1]), out)
            return _quantized(np.clip(compute(a, b), *_limits(out)), out), low, high

        return run

    return kernel


def _matmul(op):
    turn_a, turn_b = op.attr("transpose_a"), op.attr("transpose_b")

    def multiply(a, b):
        a, b = (a.T if turn_a else a), (b.T if turn_b else b)
        if a.shape[1] != b.shape[0]:
            raise errors.InvalidArgumentError(op.node_def, op, f"Matrix size-compatible: In[0]: {list(a.shape)}, In[1]: {list(b.shape)}")
        return a @ b

    return multiply


def _matmul_shape(op):
    a, b = with_rank(op.inputs[0].dims, 2), with_rank(op.inputs[1].dims, 2)
    return [(a[1 if op.attr("transpose_a") else 0], b[0 if op.attr("transpose_b") else 1]), (), ()]


def _with_range(shape):
    return lambda op: [shape(op)[0], (), ()]


def _broadcast_shape(op):
    return [broadcast_dims(op.inputs[0].dims, op.inputs[1].dims), (), ()]


# Sums -------------------------------------------------------------------------------------------------


def _bias_kernel(op):
    types, out = (op.attr("T1"), op.attr("T2")), op.attr("out_type")

    def run(a, b, *ranges):
        low_a, high_a, low_b, high_b = _floats(*ranges)
        low, high = _wide_range(low_a, high_a, low_b, high_b)
        moved = [
            float_to_quantized(quantized_to_float(_plain(v, t), at, to, t), low, high, out)
            for v, t, at, to in ((a, types[0], low_a, high_a), (b, types[1], low_b, high_b))
        ]
        total = moved[0] + moved[1] - float_to_quantized(0.0, low, high, out)
        return _quantized(np.clip(total, *_limits(out)), out), low, high

    return run


# One tensor -------------------------------------------------------------------------------------------


def _relu_kernel(bound):
    """`bound(op, *extra)` is the most that a value may be, or None."""

    def kernel(op):
        dtype, out = op.attr("Tinput"), op.attr("out_type")

        def run(x, *rest):
            *extra, low, high = _floats(*rest)
            most = bound(*extra)
            values = np.maximum(_plain(x, dtype), float_to_quantized(0.0, low, high, dtype))
            if most is not None:
                values = np.minimum(values, float_to_quantized(most, low, high, dtype))
            return _quantized(values, out), low, high

        return run

    return kernel


def _requantized(x, low, high, new_low, new_high, dtype, out):
    """Numbers of one range as numbers of another; 32 bits to 8 in the fixed point arithmetic of TensorFlow."""
    if dtype != dtypes.qint32 or out != dtypes.quint8:
        return float_to_quantized(quantized_to_float(x, low, high, dtype), new_low, new_high, out)
    input_range, output_range = _F(high) - _F(low), _F(new_high) - _F(new_low)
    if output_range == 0:
        scale = offset = start = 0
    else:
        scale = int(255.0 * (1 << 16) * float(input_range) / float(output_range))
        center = float(_F(_F(low) + _F(high)) / 2.0)
        offset = int(float(_F(center)) * float(_F(255.0 / float(output_range))) * (1 << 16))
        start = int((1 << 16) * (float(_F(new_low)) * 255.0) / float(output_range))
    moved = ((x.astype(np.int64) * scale) >> 32) + offset - start + (1 << 15)
    return np.clip(moved >> 16, 0, 255)


def _used_range(x, low, high, dtype) -> tuple:
    """The range that the numbers really take, with 0 in it."""
    if not x.size:
        return _F(0), _F(0)
    return min(_F(0), _F(quantized_to_float(x.min(), low, high, dtype))), _F(quantized_to_float(x.max(), low, high, dtype))


def _shrink_kernel(op):
    dtype, out = op.attr("Tinput"), op.attr("out_type")

    def run(x, low, high):
        x, (low, high) = _plain(x, dtype), _floats(low, high)
        new_low, new_high = _used_range(x, low, high, dtype)
        return _quantized(_requantized(x, low, high, new_low, new_high, dtype, out), out), new_low, new_high

    return run


def _requantize_kernel(op):
    dtype, out = op.attr("Tinput"), op.attr("out_type")

    def run(x, *ranges):
        low, high, new_low, new_high = _floats(*ranges)
        if new_low > 0:
            raise errors.InvalidArgumentError(op.node_def, op, f"requested_output_min must be <= 0, but got {new_low:g}")
        if new_high < new_low:
            raise errors.InvalidArgumentError(op.node_def, op, f"requested_output_max must be >= requested_output_min, but got {new_high:g} and {new_low:g}")
        return _quantized(_requantized(_plain(x, dtype), low, high, new_low, new_high, dtype, out), out), new_low, new_high

    return run


def _range_kernel(op):
    dtype = op.attr("Tinput")
    return lambda x, low, high: _used_range(_plain(x, dtype), *_floats(low, high), dtype)


def _pool_kernel(compute):
    def kernel(op):
        dtype, plan = op.attr("T"), pool._planner(op)

        def run(x, low, high):
            x = _plain(x, dtype)
            return _quantized(compute(x, plan(x.shape)), dtype), *_floats(low, high)

        return run

    return kernel


def _average(x, places):
    counts = pool_kernels.counts(places)
    return np.trunc(np.rint(pool_kernels.avg_pool(x.astype(np.float64), places) * counts) / counts)


def _reshape_kernel(op):
    return lambda x, shape, low, high: (x.reshape(shape.tolist()), *_floats(low, high))


_Q = "{qint8, quint8, qint32, qint16, quint16}"
_SHARED = {"gradient": NOT_DIFFERENTIABLE}
op(f"QuantizedConv2D(input: Tinput, filter: Tfilter, min_input: float, max_input: float, min_filter: float, max_filter: float) -> (output: out_type, min_output: float, max_output: float); Tinput: {_Q}; Tfilter: {_Q}; out_type: {_Q} = qint32; strides: list(int); padding: {{'SAME', 'VALID'}}; dilations: list(int) = [1, 1, 1, 1]",
   shape=_with_range(_conv_shape), kernel=_product_kernel(conv_kernel, "Tinput", "Tfilter", "out_type"), **_SHARED)  # fmt: skip
op(f"QuantizedMatMul(a: T1, b: T2, min_a: float, max_a: float, min_b: float, max_b: float) -> (out: Toutput, min_out: float, max_out: float); T1: {_Q}; T2: {_Q}; Toutput: {_Q} = qint32; transpose_a: bool = false; transpose_b: bool = false; Tactivation: {_Q} = quint8",
   shape=_matmul_shape, kernel=_product_kernel(_matmul, "T1", "T2", "Toutput"), **_SHARED)  # fmt: skip
op(f"QuantizedMul(x: T1, y: T2, min_x: float, max_x: float, min_y: float, max_y: float) -> (z: Toutput, min_z: float, max_z: float); T1: {_Q}; T2: {_Q}; Toutput: {_Q} = qint32",
   shape=_broadcast_shape, kernel=_product_kernel(lambda op: np.multiply, "T1", "T2", "Toutput"), **_SHARED)  # fmt: skip
op(f"QuantizedBiasAdd(input: T1, bias: T2, min_input: float, max_input: float, min_bias: float, max_bias: float) -> (output: out_type, min_out: float, max_out: float); T1: {_Q}; T2: {_Q}; out_type: {_Q}",
   shape=_with_range(same_as_input), kernel=_bias_kernel, **_SHARED)  # fmt: skip
op(f"QuantizedRelu(features: Tinput, min_features: float, max_features: float) -> (activations: out_type, min_activations: float, max_activations: float); Tinput: {_Q}; out_type: {_Q} = quint8",
   shape=_with_range(same_as_input), kernel=_relu_kernel(lambda: None), **_SHARED)  # fmt: skip
op(f"QuantizedRelu6(features: Tinput, min_features: float, max_features: float) -> (activations: out_type, min_activations: float, max_activations: float); Tinput: {_Q}; out_type: {_Q} = quint8",
   shape=_with_range(same_as_input), kernel=_relu_kernel(lambda: 6.0), **_SHARED)  # fmt: skip
op(f"QuantizedReluX(features: Tinput, max_value: float, min_features: float, max_features: float) -> (activations: out_type, min_activations: float, max_activations: float); Tinput: {_Q}; out_type: {_Q} = quint8",
   shape=_with_range(same_as_input), **_SHARED)  # fmt: skip  (TensorFlow has no kernel for it)
op(f"QuantizeDownAndShrinkRange(input: Tinput, input_min: float, input_max: float) -> (output: out_type, output_min: float, output_max: float); Tinput: {_Q}; out_type: {_Q}",
   shape=_with_range(same_as_input), kernel=_shrink_kernel, **_SHARED)  # fmt: skip
op(f"Requantize(input: Tinput, input_min: float, input_max: float, requested_output_min: float, requested_output_max: float) -> (output: out_type, output_min: float, output_max: float); Tinput: {_Q}; out_type: {_Q}",
   shape=_with_range(same_as_input), kernel=_requantize_kernel, **_SHARED)  # fmt: skip
op(f"RequantizationRange(input: Tinput, input_min: float, input_max: float) -> (output_min: float, output_max: float); Tinput: {_Q}",
   shape=lambda op: [(), ()], kernel=_range_kernel, **_SHARED)  # fmt: skip
op(f"QuantizedMaxPool(input: T, min_input: float, max_input: float) -> (output: T, min_output: float, max_output: float); T: {_Q}; ksize: list(int); strides: list(int); padding: {{'SAME', 'VALID'}}",
   shape=_with_range(pool._pool_shape), kernel=_pool_kernel(pool_kernels.max_pool), **_SHARED)  # fmt: skip
op(f"QuantizedAvgPool(input: T, min_input: float, max_input: float) -> (output: T, min_output: float, max_output: float); T: {_Q}; ksize: list(int); strides: list(int); padding: {{'SAME', 'VALID'}}",
   shape=_with_range(pool._pool_shape), kernel=_pool_kernel(_average), **_SHARED)  # fmt: skip
op("QuantizedReshape(tensor: T, shape: Tshape, input_min: float, input_max: float) -> (output: T, output_min: float, output_max: float); T: type; Tshape: {int32, int64} = int32",
   shape=_with_range(shape_ops._reshape_shape), kernel=_reshape_kernel, **_SHARED)  # fmt: skip
