"""tf.signal: Fourier transforms and what moves their frequencies.  A list of names; the ops live in tinytf.ops."""

from __future__ import annotations

from tinytf.ops.fft import (  # noqa: F401
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
