"""Values rounded as if they were small integers: FakeQuantWithMinMax*, QuantizeAndDequantize*."""

from __future__ import annotations

import numpy as np

from tinytf import errors
from tinytf.graph.build import make
from tinytf.graph.op_entry import op
from tinytf.graph.shape_rules import merge_dim, merge_dims, same_as_input, with_rank, with_rank_at_least
from tinytf.graph.tensor import Tensor

_F = np.float32


def _levels(op):
    """The least and the most that a value can be as an integer."""
    if not 2 <= op.attr("num_bits") <= 16:
        raise errors.InvalidArgumentError(op.node_def, op, "num_bits must be between 2 and 16, inclusive")
    return (_F(1) if op.attr("narrow_range") else _F(0)), _F((1 << op.attr("num_bits")) - 1)


def _nudge(low, high, levels):
    """(low, high, step) moved so that 0 is one of the levels."""
    least, most = levels
    step = (_F(high) - _F(low)) / (most - least)
    zero = least - _F(low) / step
    if zero < least:
        zero = least
    elif zero > most:
        zero = most
    else:
        zero = _F(np.floor(zero + _F(0.5)))
    return (least - zero) * step, (most - zero) * step, step


def _round_to(x, low, high, step):
    inside = np.minimum(np.maximum(x, low), high) - low
    return np.floor(inside / step + _F(0.5)) * step + low


def _check_range(op, low, high):
    if not low < high:
        raise errors.InvalidArgumentError(op.node_def, op, f"min has to be smaller than max, was: {low:g} >= {high:g}")


def _args_kernel(op):
    _check_range(op, op.attr("min"), op.attr("max"))
    low, high, step = _nudge(op.attr("min"), op.attr("max"), _levels(op))
    inverse = _F(1) / step  # a product here, a quotient with tensors: ties fall differently

    def quantize(x):
        inside = np.minimum(np.maximum(x, low), high) - low
        return np.floor(inside * inverse + _F(0.5)) * step + low

    return quantize


def _args_grad_kernel(op):
    _check_range(op, op.attr("min"), op.attr("max"))
    low, high, _ = _nudge(op.attr("min"), op.attr("max"), _levels(op))
    return lambda grad, x: np.where((x >= low) & (x <= high), grad, _F(0))


def _options(op, *names):
    return {n: op.attr(n) for n in names}


def _args_grad(op, grad):
    return make("FakeQuantWithMinMaxArgsGradient", grad, op.inputs[0], **_options(op, "min", "max", "num_bits", "narrow_range"))


_ARGS = "min: float = -6.0; max: float = 6.0; num_bits: int = 8; narrow_range: bool = false"
op("FakeQuantWithMinMaxArgs(inputs: float) -> (outputs: float); " + _ARGS,
   shape=same_as_input, kernel=_args_kernel, gradient=_args_grad)  # fmt: skip
op("FakeQuantWithMinMaxArgsGradient(gradients: float, inputs: float) -> (backprops: float); " + _ARGS,
   shape=lambda op: [merge_dims(op.inputs[0].dims, op.inputs[1].dims)], kernel=_args_grad_kernel)  # fmt: skip


def _vars_kernel(op):
    levels = _levels(op)

    def quantize(x, low, high):
        low, high = low.item(), high.item()
        if low == high == 0:
            return np.zeros_like(x)
        return _round_to(x, *_nudge(low, high, levels))

    return quantize


def _split_grad(grad, x, low, high):
    """The gradients to x, to the minimum and to the maximum."""
    below, above = x < low, x > high
    zero = _F(0)
    return (
        np.where(below | above, zero, grad),
        _F(np.where(below, grad, zero).sum(dtype=np.float32)),
        _F(np.where(above, grad, zero).sum(dtype=np.float32)),
    )


def _vars_grad_kernel(op):
    levels = _levels(op)

    def gradient(grad, x, low, high):
        low, high = low.item(), high.item()
        if low == high == 0:
            return np.array(grad), _F(0), _F(0)
        low, high, _ = _nudge(low, high, levels)
        return _split_grad(grad, x, low, high)

    return gradient


def _vars_grad(op, grad):
    return list(make("FakeQuantWithMinMaxVarsGradient", grad, *op.inputs, **_options(op, "num_bits", "narrow_range")))


_VARS = "num_bits: int = 8; narrow_range: bool = false"
_BACK = "(gradients: float, inputs: float, min: float, max: float) -> (backprops_wrt_input: float, backprop_wrt_min: float, backprop_wrt_max: float); "
op("FakeQuantWithMinMaxVars(inputs: float, min: float, max: float) -> (outputs: float); " + _VARS,
   shape=same_as_input, kernel=_vars_kernel, gradient=_vars_grad)  # fmt: skip
op("FakeQuantWithMinMaxVarsGradient" + _BACK + _VARS,
   shape=lambda op: [merge_dims(op.inputs[0].dims, op.inputs[1].dims), (), ()], kernel=_vars_grad_kernel)  # fmt: skip


def _channel_kernel(op):
    levels = _levels(op)

    def quantize(x, low, high):
        out = np.zeros_like(x)
        for c in range(x.shape[-1]):
            if not low[c] == high[c] == 0:
                out[..., c] = _round_to(x[..., c], *_nudge(low[c], high[c], levels))
        return out

    return quantize


def _channel_grad_kernel(op):
    levels = _levels(op)

    def gradient(grad, x, low, high):
        to_x, to_low, to_high = np.array(grad), np.zeros_like(low), np.zeros_like(high)
        for c in range(x.shape[-1]):
            if not low[c] == high[c] == 0:
                least, most, _ = _nudge(low[c], high[c], levels)
                to_x[..., c], to_low[c], to_high[c] = _split_grad(grad[..., c], x[..., c], least, most)
        return to_x, to_low, to_high

    return gradient


def _channel_grad(op, grad):
    return list(
        make("FakeQuantWithMinMaxVarsPerChannelGradient", grad, *op.inputs, **_options(op, "num_bits", "narrow_range"))
    )


def _channel_shape(op):
    """The inputs' shape; `min` and `max` have one number a channel."""
    dims, low, high = [tensor.dims for tensor in op.inputs]
    last = None if dims is None else with_rank_at_least(dims, 1)[-1]
    merge_dim(merge_dim(last, with_rank(low, 1)[0]), with_rank(high, 1)[0])
    return [dims]


op("FakeQuantWithMinMaxVarsPerChannel(inputs: float, min: float, max: float) -> (outputs: float); " + _VARS,
   shape=_channel_shape, kernel=_channel_kernel, gradient=_channel_grad)  # fmt: skip
op("FakeQuantWithMinMaxVarsPerChannelGradient" + _BACK + _VARS,
   shape=lambda op: [merge_dims(op.inputs[0].dims, op.inputs[1].dims), with_rank(op.inputs[2].dims, 1),
                     with_rank(op.inputs[3].dims, 1)],
   kernel=_channel_grad_kernel)  # fmt: skip


# ---- QuantizeAndDequantize


def _dequantized(op, x, low, high, bits, half_up=False, narrow=False):
    signed = op.attr("signed_input")
    if not op.attr("range_given"):
        low, high = (float(x.min()), float(x.max())) if x.size else (0.0, 0.0)
    elif low > high:
        raise errors.InvalidArgumentError(op.node_def, op, f"Invalid range: input_min {low} > input_max {high}")
    least = (-(1 << bits - 1) + (1 if narrow else 0)) if signed else (1 if narrow else 0)
    most = (1 << bits - 1) - 1 if signed else (1 << bits) - 1
    kind = x.dtype.type
    low, high, least, most = kind(low), kind(high), kind(least), kind(most)
    by_low = least / low if least * low > 0 else np.finfo(x.dtype).max
    by_high = most / high if most * high > 0 else np.finfo(x.dtype).max
    if by_low < by_high:
        scale, inverse, high = by_low, low / least, most * (low / least)
    else:
        scale, inverse = by_high, high / most
        low = least * inverse
    x = np.minimum(np.maximum(x, low), high) if op.attr("range_given") else x
    scaled = x * scale
    return ((np.floor(scaled + kind(0.5)) if half_up else np.rint(scaled)) * inverse).astype(x.dtype, copy=False)


def _v1_kernel(op):
    return lambda x: _dequantized(op, x, op.attr("input_min"), op.attr("input_max"), op.attr("num_bits"))


def _v2_kernel(op):
    half_up, narrow = op.attr("round_mode") == b"HALF_UP", op.attr("narrow_range")
    return lambda x, low, high: _dequantized(op, x, low.item(), high.item(), op.attr("num_bits"), half_up, narrow)


def _v3_kernel(op):
    return lambda x, low, high, bits: _dequantized(op, x, low.item(), high.item(), int(bits), False, op.attr("narrow_range"))


_T = "T: {bfloat16, half, float, double}"
op("QuantizeAndDequantize(input: T) -> (output: T); signed_input: bool = true; num_bits: int = 8; range_given: bool = false; "
   f"input_min: float = 0.0; input_max: float = 0.0; {_T}; deprecated 22 'Replaced by QuantizeAndDequantizeV2'",
   shape=same_as_input, kernel=_v1_kernel, gradient=lambda op, grad: grad)  # fmt: skip
op("QuantizeAndDequantizeV2(input: T, input_min: T, input_max: T) -> (output: T); signed_input: bool = true; num_bits: int = "
   f"8; range_given: bool = false; {_T}; round_mode: {{'HALF_TO_EVEN', 'HALF_UP'}} = 'HALF_TO_EVEN'; narrow_range: bool = false",
   shape=same_as_input, kernel=_v2_kernel, gradient=lambda op, grad: [grad, None, None])  # fmt: skip
op("QuantizeAndDequantizeV3(input: T, input_min: T, input_max: T, num_bits: int32) -> (output: T); signed_input: bool = true; "
   f"range_given: bool = true; {_T}; narrow_range: bool = false",
   shape=same_as_input, kernel=_v3_kernel, gradient=lambda op, grad: [grad, None, None, None])  # fmt: skip


# ---- public functions


def fake_quant_with_min_max_args(inputs, min=-6, max=6, num_bits=8, narrow_range=False, name=None) -> Tensor:
    """`inputs` rounded to 2^num_bits levels in [min, max].  Follows `tf.fake_quant_with_min_max_args` of TF 1.15."""
    return make("FakeQuantWithMinMaxArgs", inputs, min=min, max=max, num_bits=num_bits, narrow_range=narrow_range, name=name)


def fake_quant_with_min_max_args_gradient(
    gradients, inputs, min=-6, max=6, num_bits=8, narrow_range=False, name=None
) -> Tensor:
    """The gradient of `fake_quant_with_min_max_args`."""
    return make(
        "FakeQuantWithMinMaxArgsGradient", gradients, inputs, min=min, max=max, num_bits=num_bits,
        narrow_range=narrow_range, name=name,
    )  # fmt: skip


def fake_quant_with_min_max_vars(inputs, min, max, num_bits=8, narrow_range=False, name=None) -> Tensor:
    """As `fake_quant_with_min_max_args` with a range of tensors.  Follows `tf.fake_quant_with_min_max_vars` of TF 1.15."""
    return make("FakeQuantWithMinMaxVars", inputs, min, max, num_bits=num_bits, narrow_range=narrow_range, name=name)


def fake_quant_with_min_max_vars_gradient(gradients, inputs, min, max, num_bits=8, narrow_range=False, name=None):
    """The gradients of `fake_quant_with_min_max_vars`: to the inputs, the minimum and the maximum."""
    options = dict(num_bits=num_bits, narrow_range=narrow_range, name=name)
    return make("FakeQuantWithMinMaxVarsGradient", gradients, inputs, min, max, **options)


def fake_quant_with_min_max_vars_per_channel(inputs, min, max, num_bits=8, narrow_range=False, name=None) -> Tensor:
    """As `fake_quant_with_min_max_vars` with a range for each channel (last dimension)."""
    options = dict(num_bits=num_bits, narrow_range=narrow_range, name=name)
    return make("FakeQuantWithMinMaxVarsPerChannel", inputs, min, max, **options)


def fake_quant_with_min_max_vars_per_channel_gradient(
    gradients, inputs, min, max, num_bits=8, narrow_range=False, name=None
):
    """The gradients of `fake_quant_with_min_max_vars_per_channel`."""
    options = dict(num_bits=num_bits, narrow_range=narrow_range, name=name)
    return make("FakeQuantWithMinMaxVarsPerChannelGradient", gradients, inputs, min, max, **options)


def quantize_and_dequantize(
    input, input_min, input_max, signed_input=True, num_bits=8, range_given=False, round_mode="HALF_TO_EVEN", name=None,
    narrow_range=False,
) -> Tensor:  # fmt: skip
    """`input` rounded to `num_bits` and back.  Follows `tf.quantization.quantize_and_dequantize` of TF 1.15."""
    return make(
        "QuantizeAndDequantizeV2", input, input_min, input_max, signed_input=signed_input, num_bits=num_bits,
        range_given=range_given, round_mode=round_mode, narrow_range=narrow_range, name=name,
    )  # fmt: skip
