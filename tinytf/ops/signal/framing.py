"""Signals cut into frames that may overlap, and frames added up to a signal again."""

from __future__ import annotations

import math

from tinytf import dtypes
from tinytf.graph.constant_value import public_constant_value
from tinytf.graph.convert import convert_to_tensor
from tinytf.graph.default_graph import name_scope
from tinytf.graph.tensor import Tensor
from tinytf.ops.array import array_ops
from tinytf.ops.array.ranges import range as number_range
from tinytf.ops.control_flow.while_loop import while_loop
from tinytf.ops.math.arithmetic import maximum
from tinytf.ops.math.comparison import greater
from tinytf.ops.math.division import mod
from tinytf.ops.math.reductions import reduce_sum


def scalar(value, name: str) -> Tensor:
    """`value` as a tensor; ValueError unless it is a scalar."""
    tensor = convert_to_tensor(value, name=name)
    tensor.shape.assert_has_rank(0)
    return tensor


def gcd(a, b, name=None) -> Tensor:
    """The greatest common divisor of two integers, a constant where both are.  Follows `util_ops.gcd` of TF 1.15."""
    with name_scope(name, "gcd", [a, b]):
        numbers = [convert_to_tensor(a), convert_to_tensor(b)]
        for number in numbers:
            number.shape.assert_has_rank(0)
        for number, called in zip(numbers, "ab"):
            if not number.dtype.is_integer:
                raise ValueError(f"{called} must be an integer type. Got: {number.dtype}")
        known = [public_constant_value(number) for number in numbers]
        if None not in known:
            return convert_to_tensor(numbers[0].dtype.as_numpy_dtype(math.gcd(*map(int, known))))
        remains = lambda _, rest: greater(rest, array_ops.zeros_like(rest))  # noqa: E731
        return while_loop(remains, lambda n, rest: [rest, mod(n, rest)], numbers, back_prop=False)[0]


def frame(signal, frame_length, frame_step, pad_end=False, pad_value=0, axis=-1, name=None) -> Tensor:
    """The axis replaced by two: frames, `frame_step` apart, and the `frame_length` samples of each.

    With `pad_end`, frames that reach past the end are filled with `pad_value`; else they are left out.
    Follows `tf.signal.frame` of TF 1.15.
    """
    with name_scope(name, "frame", [signal, frame_length, frame_step, pad_value]):
        signal = convert_to_tensor(signal, name="signal")
        length, step, axis = [
            convert_to_tensor(v, name=n) for v, n in ((frame_length, "frame_length"), (frame_step, "frame_step"), (axis, "axis"))
        ]
        signal.shape.with_rank_at_least(1)
        for number in (length, step, axis):
            number.shape.assert_has_rank(0)
        static = _framed_dims(signal, length, step, pad_end, axis)

        rank = array_ops.rank(signal)
        axis = number_range(rank)[axis]
        dims = array_ops.shape(signal)
        before, samples, after = array_ops.split(dims, [axis, 1, rank - 1 - axis])
        samples = array_ops.reshape(samples, [])
        before_rank, after_rank = array_ops.size(before), array_ops.size(after)
        if pad_end:
            pad_value = convert_to_tensor(pad_value, signal.dtype)
            pad_value.shape.assert_has_rank(0)
            frames = -(-samples // step)  # rounded up
            missing = maximum(0, length + step * (frames - 1) - samples)
            paddings = [
                array_ops.zeros([before_rank, 2], dtype=missing.dtype),
                [[0, missing]],
                array_ops.zeros([after_rank, 2], dtype=missing.dtype),
            ]
            signal = array_ops.pad(signal, array_ops.concat(paddings, 0), constant_values=pad_value)
            dims = array_ops.shape(signal)
            samples = dims[axis]
        else:
            frames = maximum(0, 1 + (samples - length) // step)

        # Frames are gathered in pieces of the greatest length that divides both a frame and a step.
        piece = gcd(length, step)
        pieces_of_frame = length // piece
        pieces_of_step = step // piece
        pieces = samples // piece
        end = array_ops.concat([before, [pieces * piece], after], 0)
        in_pieces = array_ops.concat([before, [pieces, piece], after], 0)
        cut = array_ops.reshape(array_ops.strided_slice(signal, array_ops.zeros_like(dims), end), in_pieces)
        first = array_ops.reshape(number_range(frames) * pieces_of_step, [frames, 1])
        following = array_ops.reshape(number_range(pieces_of_frame), [1, pieces_of_frame])
        gathered = array_ops.gather(cut, first + following, axis=axis)
        result = array_ops.reshape(gathered, array_ops.concat([before, [frames, length], after], 0))
        if static:
            result.set_shape(static)
        return result


def _framed_dims(signal, length, step, pad_end, axis):
    """The static shape of the frames; None where the rank is not known."""
    length, step, axis = (public_constant_value(t) for t in (length, step, axis))
    if signal.dims is None:
        return None
    if axis is None:
        return [None] * (len(signal.dims) + 1)
    dims = list(signal.dims)
    at = int(axis) % len(dims) if -len(dims) <= axis < len(dims) else None
    if at is None:
        raise IndexError(f"frame: axis {axis} is not one of the signal's {len(dims)}")
    frames = None
    if dims[at] is not None and step is not None and length is not None:
        frames = -(-dims[at] // int(step)) if pad_end else max(0, 1 + (dims[at] - int(length)) // int(step))
    return [*dims[:at], frames, None if length is None else int(length), *dims[at + 1 :]]


def overlap_and_add(signal, frame_step, name=None) -> Tensor:
    """The last two axes, frames and their samples, added up to one signal, each frame `frame_step` after the one before.

    Follows `tf.signal.overlap_and_add` of TF 1.15.
    """
    with name_scope(name, "overlap_and_add", [signal, frame_step]):
        signal = convert_to_tensor(signal, name="signal")
        signal.shape.with_rank_at_least(2)
        step = scalar(frame_step, "frame_step")
        if not step.dtype.is_integer:
            raise ValueError(f"frame_step must be an integer. Got {step.dtype}")
        dims = array_ops.shape(signal)
        outer = dims[:-2]
        outer_rank = array_ops.size(outer)

        def within(*inner):
            return array_ops.concat([outer, list(inner)], 0)

        length = dims[-1]
        frames = dims[-2]
        total = length + step * (frames - 1)
        known_step = public_constant_value(step)
        if known_step is not None and signal.dims is not None and signal.dims[-1] == known_step:
            return array_ops.reshape(signal, within(total), name="fast_path")

        # A frame is `parts` steps long.  Part p of frame f belongs at step f + p: shifted there by a reshape, parts are summed.
        parts = -(-length // step)
        paddings = [[0, parts], [0, parts * step - length]]
        unpadded = array_ops.zeros([outer_rank, 2], dtypes.int32)
        signal = array_ops.pad(signal, array_ops.concat([unpadded, paddings], 0))
        signal = array_ops.reshape(signal, within(frames + parts, parts, step))
        order = array_ops.concat([number_range(outer_rank), outer_rank + [1, 0, 2]], 0)
        signal = array_ops.transpose(signal, order)
        signal = array_ops.reshape(signal, within((frames + parts) * parts, step))
        signal = signal[..., : (frames + parts - 1) * parts, :]
        signal = array_ops.reshape(signal, within(parts, frames + parts - 1, step))
        signal = reduce_sum(signal, -3)
        signal = array_ops.reshape(signal, within((frames + parts - 1) * step))
        return signal[..., :total]
