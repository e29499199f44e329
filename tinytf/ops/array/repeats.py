"""Which numbers of a vector of indices repeat: looked up in a table with a place for each number, not by sorting."""

from __future__ import annotations

import numpy as np

_LARGEST = 1 << 22  # places that a table may have; only those that are asked for are ever touched


def first_places(x: np.ndarray):
    """For each element of an integer vector, the position of the first one like it; None where a table would be too large."""
    if x.dtype.kind not in "iu" or not x.size or x.min() < 0:
        return None
    largest = int(x.max())
    if largest >= _LARGEST:
        return None
    table = np.empty(largest + 1, np.int64)
    table[x[::-1]] = np.arange(x.size - 1, -1, -1)  # of several, the last to be written is the first of `x`
    return table[x]
