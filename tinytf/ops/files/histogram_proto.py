"""Numbers counted into the buckets that TensorBoard draws: 1e-12 and each 1.1 times the one before, both signs."""

from __future__ import annotations

import functools
import sys

import numpy as np

from tinytf import protos


@functools.lru_cache(maxsize=None)
def bucket_limits() -> np.ndarray:
    """The upper ends of all buckets, from the most negative to the largest double."""
    positive = []
    limit = 1e-12
    while limit < 1e20:
        positive.append(limit)
        limit *= 1.1
    positive.append(sys.float_info.max)
    return np.array([-v for v in reversed(positive)] + [0.0] + positive)


def histogram_proto(values: np.ndarray):
    """The HistogramProto of finite float64 values; runs of empty buckets are one."""
    limits = bucket_limits()
    proto = protos.HistogramProto(min=limits[-1], max=limits[0], num=values.size)
    counts = np.zeros(len(limits))
    if values.size:
        counts = np.bincount(np.minimum(np.searchsorted(limits, values, side="right"), len(limits) - 1), minlength=len(limits))
        proto.min, proto.max = values.min(), values.max()
        # added up one by one, so that the last bit is TensorFlow's
        proto.sum, proto.sum_squares = np.cumsum(values)[-1], np.cumsum(values * values)[-1]
    filled = np.flatnonzero(counts > 0)
    # a bucket that holds something, and one for the empty ones before it, which ends where the last of them does
    for before, i in zip([-1, *filled[:-1]], filled):
        if i - before > 1:
            proto.bucket_limit.append(limits[i - 1])
            proto.bucket.append(0.0)
        proto.bucket_limit.append(limits[i])
        proto.bucket.append(float(counts[i]))
    last = filled[-1] if len(filled) else -1
    if last < len(limits) - 1:
        proto.bucket_limit.append(limits[-1])
        proto.bucket.append(0.0)
    return proto
