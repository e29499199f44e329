"""The short-time Fourier transform: the spectrum of each frame of a signal."""

from __future__ import annotations

import numpy as np

from tinytf import dtypes
from tinytf.graph.constant_value import public_constant_value
from tinytf.graph.convert import convert_to_tensor
from tinytf.graph.default_graph import name_scope
from tinytf.graph.tensor import Tensor
from tinytf.ops.array import array_ops
from tinytf.ops.array.constant import constant
from tinytf.ops.math.arithmetic import maximum, pow
from tinytf.ops.math.cast import cast
from tinytf.ops.math.reductions import reduce_sum
from tinytf.ops.math.unary import ceil, log, square
from tinytf.ops.signal.fft import irfft, rfft
from tinytf.ops.signal.framing import frame, overlap_and_add, scalar
from tinytf.ops.signal.windows import hann_window


def stft(signals, frame_length, frame_step, fft_length=None, window_fn=hann_window, pad_end=False, name=None) -> Tensor:
    """The spectra of the windowed frames of real signals.  Follows `tf.signal.stft` of TF 1.15."""
    with name_scope(name, "stft", [signals, frame_length, frame_step]):
        signals = convert_to_tensor(signals, name="signals")
        signals.shape.with_rank_at_least(1)
        length, step = scalar(frame_length, "frame_length"), scalar(frame_step, "frame_step")
        size = _enclosing_power_of_two(length) if fft_length is None else convert_to_tensor(fft_length, name="fft_length")
        frames = frame(signals, length, step, pad_end=pad_end)
        if window_fn is not None:
            frames *= window_fn(length, dtype=frames.dtype)
        return rfft(frames, [size])


def inverse_stft(stfts, frame_length, frame_step, fft_length=None, window_fn=hann_window, name=None) -> Tensor:
    """The signals that frames with these spectra add up to.  Follows `tf.signal.inverse_stft` of TF 1.15."""
    with name_scope(name, "inverse_stft", [stfts]):
        stfts = convert_to_tensor(stfts, name="stfts")
        stfts.shape.with_rank_at_least(2)
        length, step = scalar(frame_length, "frame_length"), scalar(frame_step, "frame_step")
        size = _enclosing_power_of_two(length) if fft_length is None else scalar(fft_length, "fft_length")
        frames = _of_length(irfft(stfts, [size]), length)
        if window_fn is not None:
            frames *= window_fn(length, dtype=stfts.dtype.real_dtype)
        return overlap_and_add(frames, step)


def _of_length(frames, length):
    """Frames cut or filled with zeros to `length` samples."""
    known = public_constant_value(length)
    have = None if frames.dims is None else frames.dims[-1]
    if known is None or have is None:
        frames = frames[..., :length]
        rank = array_ops.rank(frames)
        dims = array_ops.shape(frames)
        unpadded = array_ops.zeros([rank - 1, 2], dtype=length.dtype)
        frames = array_ops.pad(frames, array_ops.concat([unpadded, [[0, maximum(0, length - dims[-1])]]], 0))
    elif have > known:
        frames = frames[..., :known]
    elif have < known:
        frames = array_ops.pad(frames, [[0, 0]] * (len(frames.dims) - 1) + [[0, known - have]])
    if known is not None and frames.dims is not None:
        frames.set_shape([None] * (len(frames.dims) - 1) + [int(known)])
    return frames


def inverse_stft_window_fn(frame_step, forward_window_fn=hann_window, name=None):
    """A window function for `inverse_stft` that undoes the window of `stft`.

    Follows `tf.signal.inverse_stft_window_fn` of TF 1.15.
    """
    default_name = "inverse_stft_window_fn"
    with name_scope(name, default_name, [forward_window_fn]):
        step = scalar(frame_step, "frame_step")

    def window(frame_length, dtype):
        with name_scope(name, default_name, [forward_window_fn]):
            length = scalar(frame_length, "frame_length")
            forward = forward_window_fn(length, dtype=dtype)
            total = square(forward)
            overlaps = -(-length // step)
            total = array_ops.pad(total, [(0, overlaps * step - length)])
            total = array_ops.reshape(total, [overlaps, step])
            total = reduce_sum(total, 0, keepdims=True)
            total = array_ops.tile(total, [overlaps, 1])
            total = array_ops.reshape(total, [overlaps * step])
            return forward / total[:length]

    return window


def _enclosing_power_of_two(value):
    known = public_constant_value(value)
    if known is not None:
        return constant(int(2 ** np.ceil(np.log(known) / np.log(2.0))), value.dtype)
    return cast(pow(2.0, ceil(log(cast(value, dtypes.float32)) / log(2.0))), value.dtype)
