"""tf.signal: Fourier and cosine transforms, frames, windows, the mel scale.  A list of names; the ops live in tinytf.ops."""

from __future__ import annotations

from tinytf.ops.signal.cosine import dct, idct  # noqa: F401
from tinytf.ops.signal.fft import (  # noqa: F401
    fft,
    fft2d,
    fft3d,
    fftshift,
    ifft,
    ifft2d,
    ifft3d,
    ifftshift,
    irfft,
    irfft2d,
    irfft3d,
    rfft,
    rfft2d,
    rfft3d,
)
from tinytf.ops.signal.framing import frame, overlap_and_add  # noqa: F401
from tinytf.ops.signal.mel import linear_to_mel_weight_matrix, mfccs_from_log_mel_spectrograms  # noqa: F401
from tinytf.ops.signal.short_time import inverse_stft, inverse_stft_window_fn, stft  # noqa: F401
from tinytf.ops.signal.windows import hamming_window, hann_window  # noqa: F401
