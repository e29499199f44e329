"""Signals: frames and their sums, windows, the short-time Fourier transform, cosine transforms, the mel scale."""
