"""Statistics of samples, for tests of random numbers.

Follows tensorflow/python/kernel_tests/random/util.py of TF 1.15.
"""

from __future__ import annotations

import math

import numpy as np


def test_moment_matching(samples, number_moments, dist, stride=0) -> list:
    """How many standard deviations each of the first moments lies off those of `dist` (which has `moment(n)`, as SciPy's have).

    With a stride s, the n-th moment is taken of every (s·(n-1)+1)-th sample: numbers that depend on their neighbours show.
    """
    info = np.finfo(samples.dtype)
    scores = []
    for n in range(1, number_moments + 1):
        taken = samples.flat[:: (n - 1) * stride + 1]
        expected = dist.moment(n)
        variance = (dist.moment(2 * n) - expected**2) / len(taken)
        variance += n * info.eps  # each of the n products of a moment rounds
        scores.append(abs((np.mean(taken**n) - expected) / np.sqrt(max(variance, info.tiny))))
    return scores


def chi_squared(x, bins) -> float:
    """Pearson's statistic against the uniform distribution on [0, 1)."""
    x = np.ravel(x)
    expected = len(x) / float(bins)
    counts, _ = np.histogram(x, bins=bins, range=(0, 1))
    return np.sum(np.square(counts - expected)) / expected


def normal_cdf(x):
    """The cumulative distribution function of the standard normal distribution."""
    return 0.5 + 0.5 * np.vectorize(math.erf)(x / math.sqrt(2))


def anderson_darling(x) -> float:
    """The statistic of Anderson and Darling against the standard normal distribution."""
    x = np.sort(np.ravel(x))
    n = len(x)
    i = np.arange(1, n + 1)
    below = normal_cdf(x)
    return -n - np.sum((2 * i - 1) * np.log(below) + (2 * (n - i) + 1) * np.log(1 - below)) / n


def test_truncated_normal(assert_equal, assert_all_close, n, y, mean_atol=5e-4, median_atol=8e-4, variance_rtol=1e-3) -> None:
    """Holds `n` samples `y` against the standard normal distribution that is cut off at two standard deviations."""
    assert_equal((y >= -2.0).sum(), n)
    assert_equal((y <= 2.0).sum(), n)
    y = y.astype(float)
    assert_all_close(np.mean(y), 0.0, atol=mean_atol)
    assert_all_close(np.median(y), 0.0, atol=median_atol)
    density = math.exp(-2.0) / math.sqrt(2 * math.pi)  # at the cuts
    inside = math.erf(math.sqrt(2.0))
    assert_all_close(np.var(y), 1.0 - 4.0 * density / inside, rtol=variance_rtol)


# Programs that collect tests by name must not take these for tests.
for _helper in (test_moment_matching, test_truncated_normal):
    setattr(_helper, "__test__", False)  # noqa: B010 (a type checker knows no such attribute of a function)
