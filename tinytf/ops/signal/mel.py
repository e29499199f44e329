"""The mel scale, on which equal distances sound equal, and cepstra in it."""

from __future__ import annotations

from tinytf import dtypes
from tinytf.graph.constant_value import public_constant_value
from tinytf.graph.convert import convert_to_tensor
from tinytf.graph.default_graph import name_scope
from tinytf.graph.tensor import Tensor
from tinytf.ops.array import array_ops
from tinytf.ops.array.ranges import linspace
from tinytf.ops.math.arithmetic import maximum, minimum
from tinytf.ops.math.cast import cast
from tinytf.ops.math.unary import exp, log, rsqrt
from tinytf.ops.signal.cosine import dct
from tinytf.ops.signal.framing import frame

_BREAK_HERTZ = 700.0
_HIGH_Q = 1127.0


def _mel_to_hertz(mel_values, name=None):
    with name_scope(name, "mel_to_hertz", [mel_values]):
        return _BREAK_HERTZ * (exp(convert_to_tensor(mel_values) / _HIGH_Q) - 1.0)


def _hertz_to_mel(frequencies_hertz, name=None):
    with name_scope(name, "hertz_to_mel", [frequencies_hertz]):
        return _HIGH_Q * log(1.0 + convert_to_tensor(frequencies_hertz) / _BREAK_HERTZ)


def linear_to_mel_weight_matrix(
    num_mel_bins=20, num_spectrogram_bins=129, sample_rate=8000, lower_edge_hertz=125.0, upper_edge_hertz=3800.0,
    dtype=dtypes.float32, name=None,
) -> Tensor:  # fmt: skip
    """The matrix that takes a spectrogram's bins to overlapping triangles of the mel scale.

    Follows `tf.signal.linear_to_mel_weight_matrix` of TF 1.15.
    """
    dtype = dtypes.as_dtype(dtype)
    with name_scope(name, "linear_to_mel_weight_matrix") as name:
        if isinstance(sample_rate, Tensor):
            known = public_constant_value(sample_rate)
            if known is None:
                raise ValueError("`sample_rate` was a non-constant Tensor. Must be a Python float or a constant Tensor.")
            sample_rate = known
        _check(num_mel_bins, sample_rate, lower_edge_hertz, upper_edge_hertz, dtype)
        sample_rate = convert_to_tensor(sample_rate, dtype, name="sample_rate")
        lower = convert_to_tensor(lower_edge_hertz, dtype, name="lower_edge_hertz")
        upper = convert_to_tensor(upper_edge_hertz, dtype, name="upper_edge_hertz")
        zero = convert_to_tensor(0.0, dtype)
        nyquist = sample_rate / 2.0
        # The bin of frequency zero has no place on the scale: its weights are zero.
        frequencies = linspace(zero, nyquist, num_spectrogram_bins)[1:]
        bins = array_ops.expand_dims(_hertz_to_mel(frequencies), 1)
        edges = frame(linspace(_hertz_to_mel(lower), _hertz_to_mel(upper), num_mel_bins + 2), frame_length=3, frame_step=1)
        left, centre, right = [array_ops.reshape(t, [1, num_mel_bins]) for t in array_ops.split(edges, 3, axis=1)]
        rising = (bins - left) / (centre - left)
        falling = (right - bins) / (right - centre)
        weights = maximum(zero, minimum(rising, falling))
        return array_ops.pad(weights, [[1, 0], [0, 0]], name=name)


def _check(num_mel_bins, sample_rate, lower, upper, dtype):
    if num_mel_bins <= 0:
        raise ValueError(f"num_mel_bins must be positive. Got: {num_mel_bins}")
    if sample_rate <= 0.0:
        raise ValueError(f"sample_rate must be positive. Got: {sample_rate}")
    if lower < 0.0:
        raise ValueError(f"lower_edge_hertz must be non-negative. Got: {lower}")
    if lower >= upper:
        raise ValueError(f"lower_edge_hertz {lower:.1f} >= upper_edge_hertz {upper:.1f}")
    if upper > sample_rate / 2:
        raise ValueError(
            f"upper_edge_hertz must not be larger than the Nyquist frequency (sample_rate / 2). Got: {upper} for sample_rate: {sample_rate}"
        )
    if not dtype.is_floating:
        raise ValueError(f"dtype must be a floating point type. Got: {dtype}")


def mfccs_from_log_mel_spectrograms(log_mel_spectrograms, name=None) -> Tensor:
    """Mel-frequency cepstral coefficients.  Follows `tf.signal.mfccs_from_log_mel_spectrograms` of TF 1.15."""
    with name_scope(name, "mfccs_from_log_mel_spectrograms", [log_mel_spectrograms]):
        spectrograms = convert_to_tensor(log_mel_spectrograms, dtype=dtypes.float32)
        if spectrograms.dims and spectrograms.dims[-1] is not None:
            bins = spectrograms.dims[-1]
            if bins == 0:
                raise ValueError(f"num_mel_bins must be positive. Got: {log_mel_spectrograms}")
        else:
            bins = array_ops.shape(spectrograms)[-1]
        return dct(spectrograms, type=2) * rsqrt(cast(bins, dtypes.float32) * 2.0)
