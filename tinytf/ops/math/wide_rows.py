"""Layouts that NumPy goes through fast: short rows become long ones, a scalar to compare with becomes a row."""

from __future__ import annotations

import numpy as np

_WIDE = 1024  # columns from which on longer rows gain nothing
_MANY = 512  # rows: fewer cost less as they are than it does to repeat the vectors
_ROW = 4096  # numbers


def widen(matrix: np.ndarray, *vectors):
    """`matrix` [n, C] as [n / k, k * C], the same memory, and the vectors [C] repeated k times; as they are where that does not pay.

    NumPy goes through one row at a time.
    """
    n, columns = matrix.shape
    k = 1
    while 2 * k * columns <= _WIDE and n % (2 * k) == 0 and n >= _MANY:
        k *= 2
    if k == 1 or not matrix.flags.c_contiguous:
        return (matrix, *vectors)
    return (matrix.reshape(n // k, k * columns), *[np.tile(v, k) for v in vectors])


def against_scalar(extremum, x: np.ndarray, scalar, out=None) -> np.ndarray:
    """`extremum(x, scalar)`, np.maximum, np.minimum or np.fmin: of two arrays of float32 NumPy takes it in a third of the time."""
    if x.size < 8 * _ROW or x.dtype != np.float32 or not x.flags.c_contiguous or not (out is None or out.flags.c_contiguous):
        return extremum(x, scalar, out=out)
    result = np.empty_like(x) if out is None else out
    source, target = x.reshape(-1), result.reshape(-1)
    row = np.full(_ROW, scalar, x.dtype)
    whole = x.size // _ROW * _ROW
    extremum(source[:whole].reshape(-1, _ROW), row, out=target[:whole].reshape(-1, _ROW))
    extremum(source[whole:], row[: x.size - whole], out=target[whole:])
    return result
