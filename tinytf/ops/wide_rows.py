"""A vector for every row of a matrix with few columns: NumPy goes through one row at a time, so several rows become one."""

from __future__ import annotations

import numpy as np

_WIDE = 1024  # columns from which on longer rows gain nothing


def widen(matrix: np.ndarray, *vectors):
    """`matrix` [n, C] as [n / k, k * C], the same memory, and the vectors [C] repeated k times; as they are where that cannot be."""
    n, columns = matrix.shape
    k = 1
    while 2 * k * columns <= _WIDE and n % (2 * k) == 0 and n:
        k *= 2
    if k == 1 or not matrix.flags.c_contiguous:
        return (matrix, *vectors)
    return (matrix.reshape(n // k, k * columns), *[np.tile(v, k) for v in vectors])
