"""tf.spectral: Fourier and cosine transforms.  A list of names; the ops live in tinytf.ops."""

from __future__ import annotations

from tinytf.ops.signal.cosine import dct, idct  # noqa: F401
from tinytf.ops.signal.fft import (  # noqa: F401
    fft,
    fft2d,
    fft3d,
    ifft,
    ifft2d,
    ifft3d,
    irfft,
    irfft2d,
    irfft3d,
    rfft,
    rfft2d,
    rfft3d,
)
