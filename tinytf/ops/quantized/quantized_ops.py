"""Quantized tensors: numbers of 8, 16 or 32 bits that stand for a range of floats.  QuantizeV2, Dequantize, QuantizedConcat …"""

from __future__ import annotations

import numpy as np

from tinytf import dtypes, errors
from tinytf.graph.build import make
from tinytf.graph.op_entry import NOT_DIFFERENTIABLE, op
from tinytf.graph.shape_rules import same_as_input
from tinytf.graph.tensor import Tensor
from tinytf.ops.array import concat_split
from tinytf.ops.array.shape_ops import show
from tinytf.ops.named_results import QuantizedConcat, QuantizeV2

_PLAIN = {
    dtypes.qint8: np.int8, dtypes.quint8: np.uint8, dtypes.qint16: np.int16, dtypes.quint16: np.uint16, dtypes.qint32: np.int32,
}  # fmt: skip
_SMALLEST_RANGE = np.float32(0.01)  # of the larger of 1 and the bounds


def _limits(dtype):
    info = np.iinfo(_PLAIN[dtype])
    return np.float32(info.min), np.float32(info.max)


def _plain(array, dtype):
    return array.view(_PLAIN[dtype])


def _half_away(x):
    return np.where(x < 0, np.ceil(x - np.float32(0.5)), np.floor(x + np.float32(0.5)))


def _min_first(low, high, dtype):
    """(steps of the type a unit, the least value of the type) where the whole range is divided evenly and 0 is exact."""
    steps = 2.0 ** (8 * np.dtype(_PLAIN[dtype]).itemsize)
    return np.float32((float(high) - float(low)) * (steps / (steps - 1.0))), steps


def quantize(x, low, high, dtype, mode, round_mode):
    """(quantized values, low, high): the range widened to hold 0 and to be no point."""
    low = min(np.float32(0), np.float32(low))
    widened = low + max(np.float32(1), abs(low), abs(np.float32(high))) * _SMALLEST_RANGE
    high = max(np.float32(high), widened, np.float32(0))
    least, most = _limits(dtype)
    if mode == b"MIN_COMBINED":
        scaled = (np.clip(x, low, high) - low) * np.float32((most - least) / (high - low))
        rounded = _half_away(scaled + least if least else scaled)
    elif mode == b"MIN_FIRST":
        width, steps = _min_first(low, high, dtype)
        scale = np.float32(steps / width)
        rounded = np.clip(_half_away(x * scale) - _half_away(low * scale) + least, least, np.nextafter(most, np.float32(0)) if most >= 2**31 else most)
    else:
        sides = [bound / edge for bound, edge in ((least, low), (most, high)) if bound * edge > 0]
        scale = np.float32(min(sides))
        low, high = least / scale, most / scale
        scaled = np.clip(x, low, high) * scale
        rounded = np.rint(scaled) if round_mode == b"HALF_TO_EVEN" else _half_away(scaled)
    with np.errstate(invalid="ignore"):
        return rounded.astype(_PLAIN[dtype]).view(dtype.as_numpy_dtype), np.float32(low), np.float32(high)


def dequantize_values(x, low, high, dtype, mode):
    """The floats that quantized values stand for."""
    least, most = _limits(dtype)
    x = _plain(x, dtype).astype(np.float32)
    low, high = np.float32(low), np.float32(high)
    if mode == b"MIN_COMBINED":
        return (x - least) * np.float32((high - low) / (most - least)) + low
    if mode == b"MIN_FIRST":
        width, steps = _min_first(low, high, dtype)
        scale = np.float32(width / steps)
        start = low if low == high else np.float32(np.rint(low / scale)) * scale
        return x * scale + (start - least * scale)
    return x * np.float32(max(low / least, high / most) if least else high / most)


def _quantize_kernel(op):
    def kernel(x, low, high):
        if not low <= high:
            raise errors.InvalidArgumentError(op.node_def, op, f"input_max_range must be larger than input_min_range: {high} < {low}")
        return quantize(x, low.item(), high.item(), op.attr("T"), op.attr("mode"), op.attr("round_mode"))

    return kernel


def _dequantize_kernel(op):
    return lambda x, low, high: dequantize_values(x, low.item(), high.item(), op.attr("T"), op.attr("mode"))


def _concat_kernel(op):
    count, dtype = op.attr("N"), op.attr("T")

    def concat(axis, *rest):
        values, lows, highs = rest[:count], [v.item() for v in rest[count : 2 * count]], [v.item() for v in rest[2 * count :]]
        if len({v.ndim for v in values}) > 1 or not 0 <= int(axis) < values[0].ndim:
            raise errors.InvalidArgumentError(op.node_def, op, f"ConcatOp : Expected concatenating dimensions in the range [0, {values[0].ndim}), but got {int(axis)} of {show(values[0].shape)}")
        low, high = min(0.0, *lows), max(highs)
        if set(lows) != {low} or set(highs) != {high}:
            floats = [dequantize_values(v, a, b, dtype, b"MIN_FIRST") for v, a, b in zip(values, lows, highs)]
            values = [quantize(f, low, high, dtype, b"MIN_FIRST", b"")[0] for f in floats]
        joined = np.concatenate([_plain(v, dtype) for v in values], axis=int(axis))
        return joined.view(dtype.as_numpy_dtype), np.float32(low), np.float32(high)

    return concat


def _values_and_range(op):
    return [same_as_input(op)[0], (), ()]


op("QuantizeV2(input: float, min_range: float, max_range: float) -> (output: T, output_min: float, output_max: float); T: {qint8, quint8, qint32, qint16, quint16}; "
   "mode: {'MIN_COMBINED', 'MIN_FIRST', 'SCALED'} = 'MIN_COMBINED'; round_mode: {'HALF_AWAY_FROM_ZERO', 'HALF_TO_EVEN'} = 'HALF_AWAY_FROM_ZERO'",
   shape=_values_and_range, kernel=_quantize_kernel, gradient=NOT_DIFFERENTIABLE)  # fmt: skip
op("Dequantize(input: T, min_range: float, max_range: float) -> (output: float); T: {qint8, quint8, qint32, qint16, quint16}; "
   "mode: {'MIN_COMBINED', 'MIN_FIRST', 'SCALED'} = 'MIN_COMBINED'",
   shape=same_as_input, kernel=_dequantize_kernel, gradient=NOT_DIFFERENTIABLE)  # fmt: skip
op("QuantizedConcat(concat_dim: int32, values: N*T, input_mins: N*float, input_maxes: N*float) -> (output: T, output_min: float, output_max: float); N: int >= 2; T: type",
   shape=lambda op: [*concat_split._concat_rule(op.inputs[1 : 1 + op.attr("N")], op.inputs[0]), (), ()], kernel=_concat_kernel, gradient=NOT_DIFFERENTIABLE)  # fmt: skip

# ---- public functions


def quantize_v2(input, min_range, max_range, T, mode="MIN_COMBINED", name=None, round_mode="HALF_AWAY_FROM_ZERO"):
    """(output, output_min, output_max) of floats.  Follows `tf.quantize_v2` of TF 1.15."""
    made = make("QuantizeV2", input, min_range, max_range, T=dtypes.as_dtype(T), mode=mode, round_mode=round_mode, name=name)
    return QuantizeV2(*made)


def quantize_floats(input, min_range, max_range, T, mode="MIN_COMBINED", round_mode="HALF_AWAY_FROM_ZERO", name=None):
    """(output, output_min, output_max) of floats.  Follows `tf.quantization.quantize` of TF 1.15."""
    return quantize_v2(input, min_range, max_range, T, mode, name, round_mode)


def dequantize(input, min_range, max_range, mode="MIN_COMBINED", name=None) -> Tensor:
    """The floats that quantized values stand for.  Follows `tf.quantization.dequantize` of TF 1.15."""
    return make("Dequantize", input, min_range, max_range, mode=mode, name=name)


def quantized_concat(concat_dim, values, input_mins, input_maxes, name=None):
    """(output, output_min, output_max) of quantized tensors joined.  Follows `tf.quantization.quantized_concat` of TF 1.15."""
    made = make("QuantizedConcat", concat_dim, values, input_mins, input_maxes, name=name)
    return QuantizedConcat(*made)
