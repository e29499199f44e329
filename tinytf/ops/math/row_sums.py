"""Sums of rows and of columns: gradients of biases, statistics of batches, what a softmax divides by.

A sum is a product with a vector of ones, and BLAS is several times as fast at it as NumPy's reductions are.
Long sums go block by block, so that they are no less exact.
"""

from __future__ import annotations

import functools

import numpy as np

_BLOCK = 256
_LONGEST = 4096  # numbers in a row that BLAS may add up at once


@functools.lru_cache(maxsize=64)
def _ones(count: int, dtype) -> np.ndarray:
    return np.ones(count, dtype)


def _suits_blas(x) -> bool:
    return x.dtype.char in "fd" and x.flags.c_contiguous


def row_sums(rows: np.ndarray) -> np.ndarray:
    """The sum of the rows of a floating point matrix: a number for each column."""
    count, width = rows.shape
    if not _suits_blas(rows):
        return np.add.reduce(rows, 0)
    if count <= 2 * _BLOCK:
        return np.dot(_ones(count, rows.dtype), rows)
    blocks = count // _BLOCK
    parts = np.matmul(_ones(_BLOCK, rows.dtype)[None], rows[: blocks * _BLOCK].reshape(blocks, _BLOCK, width))
    total = np.add.reduce(parts.reshape(blocks, width), 0)
    if count % _BLOCK:
        total += np.add.reduce(rows[blocks * _BLOCK :], 0)
    return total


def sums_of_rows(rows: np.ndarray) -> np.ndarray:
    """The sum of each row of a floating point matrix."""
    width = rows.shape[1]
    if width > _LONGEST or not _suits_blas(rows):
        return np.add.reduce(rows, 1)
    return np.dot(rows, _ones(width, rows.dtype))


def largest_of_rows(rows: np.ndarray) -> np.ndarray:
    """The largest number of each row of a matrix that has columns."""
    count, width = rows.shape
    if width <= 16 < count:  # NumPy takes its time with each row, however short
        return np.maximum.reduce(np.ascontiguousarray(rows.T), 0)
    return np.maximum.reduce(rows, 1)


def sum_over(x: np.ndarray, axis, dtype, keep: bool):
    """`np.add.reduce`, as products with ones where the axes are the leading ones or the last one.

    `axis`: None for all, an int, or a sorted tuple of axes.
    """
    if axis is None or x.dtype != dtype or x.ndim < 2 or not x.size or not _suits_blas(x):
        return np.add.reduce(x, axis, dtype, None, keep)
    shape, last = x.shape, x.ndim - 1
    if axis == last:
        total = sums_of_rows(x if last == 1 else x.reshape(-1, shape[-1]))
        return total.reshape(shape[:-1] + (1,)) if keep else total if last == 1 else total.reshape(shape[:-1])
    n = 1 if axis == 0 else len(axis) if axis.__class__ is tuple and axis == tuple(range(len(axis))) else 0
    if 0 < n <= last:
        rest = shape[n:]
        total = row_sums(x if last == 1 else x.reshape(-1, int(np.prod(rest))))
        return total.reshape((1,) * n + rest) if keep else total if last == n else total.reshape(rest)
    return np.add.reduce(x, axis, dtype, None, keep)
