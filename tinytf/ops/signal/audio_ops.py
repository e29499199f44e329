"""Sound: WAV files in and out, spectrograms and their Mel cepstra.  Follows the audio kernels of TF 1.15."""

from __future__ import annotations

import struct

import numpy as np

from tinytf import errors
from tinytf.graph.build import make
from tinytf.graph.op_entry import NOT_DIFFERENTIABLE, op
from tinytf.graph.shape_rules import scalar, with_rank
from tinytf.ops import named_results

# WAV ------------------------------------------------------------------------------------------------


def wav_file(sound, rate, channels) -> bytes:
    """Floats in [-1, 1] as a WAV file of 16 bit samples."""
    scaled = np.asarray(sound, np.float32) * np.float32(32768)
    rounded = np.trunc(scaled + np.copysign(np.float32(0.5), scaled))  # away from zero, as C's roundf
    data = np.clip(rounded, -32768, 32767).astype("<i2").tobytes()
    rate = int(rate + 0.5)
    header = struct.pack("<4sI4s4sIHHIIHH", b"RIFF", 36 + len(data), b"WAVE", b"fmt ", 16, 1, channels, rate, rate * channels * 2, channels * 2, 16)
    return header + struct.pack("<4sI", b"data", len(data)) + data


def read_wav(data: bytes) -> tuple:
    """(samples as int16, a row for each moment and a column for each channel; samples a second).  ValueError for what is none."""

    def part(at, size):
        if at + size > len(data):
            raise ValueError("Data too short when trying to read string")
        return data[at : at + size]

    def number(form, at):
        if at + struct.calcsize(form) > len(data):
            raise ValueError("Data too short when trying to read string")
        return struct.unpack_from(form, data, at)[0]

    for at, expected in ((0, b"RIFF"), (8, b"WAVE"), (12, b"fmt ")):
        found = part(at, 4)
        if found != expected:
            raise ValueError(f"Header mismatch: Expected {expected.decode()} but found {found.decode('latin-1')}")
    size = number("<I", 16)
    if size not in (16, 18):
        raise ValueError(f"Bad file size for WAV: Expected 16 or 18, but got{size}")
    coding, channels, rate, bytes_per_second, bytes_per_sample, bits = (number(f"<{c}", at) for c, at in zip("HHIIHH", (20, 22, 24, 28, 32, 34)))
    if coding != 1:
        raise ValueError(f"Bad audio format for WAV: Expected 1 (PCM), but got{coding}")
    if bits != 16:
        raise ValueError(f"Can only read 16-bit WAV files, but received {bits}")
    expected = bits * channels // 8
    if bytes_per_sample != expected:
        raise ValueError(f"Bad bytes per sample in WAV header: Expected {expected} but got {bytes_per_sample}")
    if bytes_per_second != (rate * bytes_per_sample) & 0xFFFFFFFF:
        raise ValueError(f"Bad bytes per second in WAV header: Expected {rate * bytes_per_sample & 0xFFFFFFFF} but got {bytes_per_second} (sample_rate={rate}, bytes_per_sample={bytes_per_sample})")
    if not channels:
        raise ValueError("A WAV file without channels")
    at, sound = 20 + size, None
    while at < len(data):
        kind, size = part(at, 4), number("<I", at + 4)
        at += 8
        if size >= 1 << 31:
            raise ValueError(f"WAV data chunk '{kind.decode('latin-1')}' is too large: {size} bytes, but the limit is {(1 << 31) - 1}")
        if kind == b"data":
            if sound is not None:
                raise ValueError("More than one data chunk found in WAV")
            count = size // bytes_per_sample
            if at + count * bytes_per_sample > len(data):
                raise ValueError("Data too short when trying to read string")
            sound = np.frombuffer(data, "<i2", count * channels, at).reshape(count, channels)
        at += size
    if sound is None:
        raise ValueError("No data chunk found in WAV")
    return sound, rate


def _decode_kernel(op):
    wanted_channels, wanted_samples = op.attr("desired_channels"), op.attr("desired_samples")

    def decode(contents):
        try:
            sound, rate = read_wav(bytes(contents.item() if hasattr(contents, "item") else contents))
        except ValueError as error:
            raise errors.InvalidArgumentError(op.node_def, op, str(error)) from None
        sound = sound.astype(np.float32) * np.float32(1 / 32768)
        if wanted_channels >= 0 and wanted_channels != sound.shape[1]:  # the last channel stands for those that are not there
            sound = sound[:, np.minimum(np.arange(wanted_channels), sound.shape[1] - 1)]
        if wanted_samples >= 0:
            sound = np.concatenate([sound[:wanted_samples], np.zeros((max(0, wanted_samples - len(sound)), sound.shape[1]), np.float32)])
        return np.ascontiguousarray(sound), np.int32(rate)

    return decode


def _encode_kernel(op):
    def encode(sound, rate):
        if sound.ndim != 2:
            raise errors.InvalidArgumentError(op.node_def, op, f"audio must be 2-dimensional, but got shape {list(sound.shape)}")
        return np.array(wav_file(sound, int(rate), sound.shape[1]), object)

    return encode


def _decoded_shape(op):
    return [tuple(None if n < 0 else n for n in (op.attr("desired_samples"), op.attr("desired_channels"))), ()]


# Spectrograms ---------------------------------------------------------------------------------------


def _bins(window: int) -> int:
    return 1 + (1 << (window - 1).bit_length()) // 2


def _frames(samples: int, window: int, stride: int) -> int:
    return 1 + (samples - window) // stride if samples >= window else 0


def _spectrogram_kernel(op):
    window, stride, squared = op.attr("window_size"), op.attr("stride"), op.attr("magnitude_squared")
    if window < 2 or stride < 1:
        raise errors.InvalidArgumentError(op.node_def, op, f"Spectrogram initialization failed for window size {window} and stride {stride}")
    hann = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(window) / window)
    size = 2 * (_bins(window) - 1)

    def spectrogram(sound):
        if sound.ndim != 2:
            raise errors.InvalidArgumentError(op.node_def, op, "input must be 2-dimensional")
        count = _frames(len(sound), window, stride)
        starts = np.arange(count)[:, None] * stride + np.arange(window)
        frames = sound.T.astype(np.float64)[:, starts] * hann
        spectrum = np.fft.rfft(frames, size)
        power = spectrum.real**2 + spectrum.imag**2
        return (power if squared else np.sqrt(power)).astype(np.float32)

    return spectrogram


def _spectrogram_shape(op):
    samples, channels = with_rank(op.inputs[0].dims, 2)
    frames = None if samples is None else _frames(samples, op.attr("window_size"), op.attr("stride"))
    return [(channels, frames, _bins(op.attr("window_size")))]


def _mel(hertz):
    return 1127.0 * np.log1p(hertz / 700.0)


def _filterbank(bins: int, rate: float, channels: int, low: float, high: float):
    """A matrix from the magnitudes of `bins` frequencies to the energies of `channels` overlapping triangles on the Mel scale."""
    mel_low = _mel(low)
    spacing = (_mel(high) - mel_low) / (channels + 1)
    centers = mel_low + spacing * np.arange(1, channels + 2)
    per_bin = 0.5 * rate / (bins - 1)
    first, last = int(1.5 + low / per_bin), int(high / per_bin)
    matrix = np.zeros((bins, channels))
    for i in range(first, min(last, bins - 1) + 1):
        mel = _mel(i * per_bin)
        channel = int(min(np.searchsorted(centers, mel), channels)) - 1
        below = mel_low if channel < 0 else centers[channel]
        weight = (centers[channel + 1] - mel) / (centers[channel + 1] - below)
        if channel >= 0:
            matrix[i, channel] += weight
        if channel + 1 < channels:
            matrix[i, channel + 1] += 1 - weight
    return matrix


def _mfcc_kernel(op):
    channels, count = op.attr("filterbank_channel_count"), op.attr("dct_coefficient_count")
    low, high = op.attr("lower_frequency_limit"), op.attr("upper_frequency_limit")
    angles = np.arange(count)[:, None] * (np.pi / channels) * (np.arange(channels) + 0.5)
    cosines = np.sqrt(2.0 / channels) * np.cos(angles)

    def mfcc(spectrogram, rate):
        if spectrogram.ndim != 3:
            raise errors.InvalidArgumentError(op.node_def, op, "spectrogram must be 3-dimensional")
        bins = spectrogram.shape[2]
        if bins < 2 or int(rate) <= 0 or not 0 <= low < high:
            raise errors.InvalidArgumentError(op.node_def, op, "Mfcc initialization failed")
        energies = np.sqrt(spectrogram.astype(np.float64)) @ _filterbank(bins, float(rate), channels, low, high)
        return (np.log(np.maximum(energies, 1e-12)) @ cosines.T).astype(np.float32)

    return mfcc


def _mfcc_shape(op):
    channels, frames, _ = with_rank(op.inputs[0].dims, 3)
    return [(channels, frames, op.attr("dct_coefficient_count"))]


op("DecodeWav(contents: string) -> (audio: float, sample_rate: int32); desired_channels: int = -1; desired_samples: int = -1",
   shape=_decoded_shape, kernel=_decode_kernel, gradient=NOT_DIFFERENTIABLE)  # fmt: skip
op("EncodeWav(audio: float, sample_rate: int32) -> (contents: string)", shape=scalar, kernel=_encode_kernel, gradient=NOT_DIFFERENTIABLE)
op("AudioSpectrogram(input: float) -> (spectrogram: float); window_size: int; stride: int; magnitude_squared: bool = false",
   shape=_spectrogram_shape, kernel=_spectrogram_kernel, gradient=NOT_DIFFERENTIABLE)  # fmt: skip
op("Mfcc(spectrogram: float, sample_rate: int32) -> (output: float); upper_frequency_limit: float = 4000.0; lower_frequency_limit: float = 20.0; "
   "filterbank_channel_count: int = 40; dct_coefficient_count: int = 13",
   shape=_mfcc_shape, kernel=_mfcc_kernel, gradient=NOT_DIFFERENTIABLE)  # fmt: skip


def decode_wav(contents, desired_channels=-1, desired_samples=-1, name=None):
    """(the samples as floats in [-1, 1], a column for each channel; the sample rate).  Follows tf.audio.decode_wav of TF 1.15."""
    made = make("DecodeWav", contents, desired_channels=desired_channels, desired_samples=desired_samples, name=name)
    return named_results.DecodeWav(*made)


def encode_wav(audio, sample_rate, name=None):
    """A WAV file of 16 bit samples.  Follows tf.audio.encode_wav of TF 1.15."""
    return make("EncodeWav", audio, sample_rate, name=name)


def audio_spectrogram(input, window_size, stride, magnitude_squared=False, name=None):
    """The magnitudes of the frequencies in windows of a sound.  Follows `audio_spectrogram` of TF 1.15."""
    return make("AudioSpectrogram", input, window_size=window_size, stride=stride, magnitude_squared=magnitude_squared, name=name)


def mfcc(
    spectrogram, sample_rate, upper_frequency_limit=4000, lower_frequency_limit=20, filterbank_channel_count=40, dct_coefficient_count=13, name=None
):
    """The Mel cepstrum of a spectrogram of squared magnitudes.  Follows `mfcc` of TF 1.15."""
    return make(
        "Mfcc", spectrogram, sample_rate, upper_frequency_limit=upper_frequency_limit, lower_frequency_limit=lower_frequency_limit,
        filterbank_channel_count=filterbank_channel_count, dct_coefficient_count=dct_coefficient_count, name=name,
    )  # fmt: skip
