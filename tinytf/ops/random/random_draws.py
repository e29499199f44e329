"""Distributions drawn with rejection, one stream of words a sample: gamma, Poisson, bounded normals, classes.

Each sample of gamma and Poisson has 256 counters of its own and takes normals and uniforms from them in turn,
two doubles a counter, the second first; here all samples take their steps together.
"""

from __future__ import annotations

import math

import numpy as np

from tinytf.ops.random import philox

_RESERVE = 256


class _Streams:
    """A stream of doubles for each sample: normals and uniforms from the same counters."""

    def __init__(self, state, count: int):
        self.state = state
        self.next = np.arange(count, dtype=np.uint64) * np.uint64(_RESERVE)
        self.buffers = {kind: (np.empty((count, 2)), np.zeros(count, np.int8)) for kind in ("normal", "uniform")}

    def take(self, kind: str, samples: np.ndarray) -> np.ndarray:
        """The next number of each sample's stream."""
        values, left = self.buffers[kind]
        dry = samples[left[samples] == 0]
        if len(dry):
            drawn = philox.words_at(self.state, self.next[dry])
            self.next[dry] += np.uint64(1)
            fresh = np.empty((len(dry), 2))
            if kind == "normal":
                philox.box_muller_double(*drawn.T, fresh[:, 0], fresh[:, 1])
            else:
                fresh[:, 0] = philox.to_double(drawn[:, 0], drawn[:, 1])
                fresh[:, 1] = philox.to_double(drawn[:, 2], drawn[:, 3])
            values[dry] = fresh
            left[dry] = 2
        left[samples] -= 1
        return values[samples, left[samples]]


def gamma(state, alphas: np.ndarray, samples: int) -> np.ndarray:
    """[samples, len(alphas)] draws of Gamma(alpha, 1): Marsaglia and Tsang's transformation and rejection."""
    alphas = alphas.astype(np.float64)
    alpha = np.repeat(alphas, samples)
    streams = _Streams(state, alpha.size)
    result = np.empty(alpha.size)
    exponential = np.flatnonzero(alpha == 1.0)
    result[exponential] = -np.log1p(-streams.take("uniform", exponential))
    small = alpha < 1
    d = alpha + np.where(small, 2.0 / 3, -1.0 / 3)
    with np.errstate(invalid="ignore", divide="ignore"):
        c = 1.0 / 3 / np.sqrt(d)
    pending = np.flatnonzero(alpha != 1.0)
    while len(pending):
        x = streams.take("normal", pending)
        v = 1 + c[pending] * x
        ok = ~(v <= 0)
        tried, x, v = pending[ok], x[ok], v[ok]
        v = v * v * v
        u = streams.take("uniform", tried)
        with np.errstate(invalid="ignore", divide="ignore"):
            accepted = (u < 1 - 0.0331 * (x * x) * (x * x)) | (
                np.log(u) < 0.5 * x * x + d[tried] * (1 - v + np.log(v))
            )
        done = tried[accepted]
        value = d[done] * v[accepted]
        boosted = small[done]
        if boosted.any():
            which = done[boosted]
            value[boosted] *= streams.take("uniform", which) ** (1 / alpha[which])
        result[done] = value
        finished = np.zeros(alpha.size, bool)
        finished[done] = True
        pending = pending[~finished[pending]]
    return result.reshape(len(alphas), samples).T


_lgamma = np.vectorize(math.lgamma, otypes=[np.float64])


def poisson(state, rates: np.ndarray, samples: int, highest: float) -> np.ndarray:
    """[samples, len(rates)] draws of Poisson(rate): Knuth's product below 10, Hörmann's rejection above."""
    rate = np.repeat(rates.astype(np.float64), samples)
    streams = _Streams(state, rate.size)
    result = np.empty(rate.size)
    pending = np.flatnonzero(rate < 10)
    limit = np.exp(-rate)
    product, x = np.ones(rate.size), np.zeros(rate.size)
    while len(pending):
        product[pending] *= streams.take("uniform", pending)
        done = (product[pending] <= limit[pending]) & (x[pending] <= highest)
        result[pending[done]] = x[pending[done]]
        pending = pending[~done]
        x[pending] += 1
    large = np.maximum(rate, 10)
    b = 0.931 + 2.53 * np.sqrt(large)
    a = -0.059 + 0.02483 * b
    inverse = 1.1239 + 1.1328 / (b - 3.4)
    pending = np.flatnonzero(~(rate < 10))
    while len(pending):
        at_a, at_b, at_rate = a[pending], b[pending], rate[pending]
        u = streams.take("uniform", pending) - 0.5
        v = streams.take("uniform", pending)
        shifted = 0.5 - np.abs(u)
        with np.errstate(invalid="ignore", divide="ignore"):
            k = np.floor((2 * at_a / shifted + at_b) * u + at_rate + 0.43)
            squeezed = (shifted >= 0.07) & (v <= 0.9277 - 3.6224 / (at_b - 2))
            hopeless = (k < 0) | ((shifted < 0.013) & (v > shifted))
            s = np.log(v * inverse[pending] / (at_a / (shifted * shifted) + at_b))
            t = -at_rate + k * np.log(at_rate) - _lgamma(np.maximum(k, 0) + 1)
        done = (k <= highest) & (squeezed | (~hopeless & (s <= t)))
        result[pending[done]] = k[done]
        pending = pending[~done]
    return result.reshape(len(rates), samples).T


class _Uniforms:
    """The doubles of one stream, two a counter, the second first; each sample starts with a fresh counter."""

    def __init__(self, state):
        self.key, self.counter = state
        self.left: list = []

    def fresh(self) -> _Uniforms:
        self.left.clear()
        return self

    def __call__(self) -> float:
        if not self.left:
            drawn = philox.words((self.key, self.counter), 1)
            self.counter += 1
            self.left += philox.to_double(drawn[0, 0::2], drawn[0, 1::2]).tolist()
        return self.left.pop()


def binomial(state, counts, probs, per_batch: int, count: int) -> np.ndarray:
    """`count` draws of Binomial(counts, probs), `per_batch` for each entry of the parameters, from one stream."""
    uniforms, result = _Uniforms(state), np.zeros(count)
    for i in range(count):
        batch = i // per_batch
        trials, p = (float(v[0 if v.size == 1 else batch]) for v in (counts, probs))
        if trials <= 0 or not p > 0:
            continue
        if p >= 1:
            result[i] = trials
        elif p <= 0.5:
            result[i] = _successes(trials, p, uniforms.fresh())
        else:
            result[i] = trials - _successes(trials, 1 - p, uniforms.fresh())
    return result


def _successes(trials: float, p: float, uniform) -> float:
    """A draw for p up to a half: by counting geometric waits where few succeed, by Hörmann's rejection (BTRS) otherwise."""
    if trials * p < 10:
        waited, successes = 0.0, 0
        while True:
            u = uniform()
            waited += math.ceil(math.log(u) / math.log1p(-p)) if u else math.inf
            if waited > trials:
                return successes
            successes += 1
    deviation = math.sqrt(trials * p * (1 - p))
    b = 1.15 + 2.53 * deviation
    a = -0.0873 + 0.0248 * b + 0.01 * p
    odds, mode = p / (1 - p), math.floor((trials + 1) * p)
    while True:
        u, v = uniform() - 0.5, uniform()
        shifted = 0.5 - abs(u)
        if not shifted:
            continue
        k = math.floor((2 * a / shifted + b) * u + trials * p + 0.5)
        if shifted >= 0.07 and v <= 0.92 - 4.2 / b:
            return k
        if not 0 <= k <= trials:
            continue
        height = v * (2.83 + 5.1 / b) * deviation / (a / (shifted * shifted) + b)
        bound = (
            (mode + 0.5) * math.log((mode + 1) / (odds * (trials - mode + 1)))
            + (trials + 1) * math.log((trials - mode + 1) / (trials - k + 1))
            + (k + 0.5) * math.log(odds * (trials - k + 1) / (k + 1))
            + _stirling_rest(mode) + _stirling_rest(trials - mode) - _stirling_rest(k) - _stirling_rest(trials - k)
        )  # fmt: skip
        if height == 0 or math.log(height) <= bound:
            return k


def _stirling_rest(k: float) -> float:
    """What Stirling's formula leaves of log(k!)."""
    if k <= 9:
        return math.lgamma(k + 1) - (0.5 * math.log(2 * math.pi) + (k + 0.5) * math.log(k + 1) - (k + 1))
    square = (k + 1) ** 2
    return (1.0 / 12 - (1.0 / 360 - 1.0 / 1260 / square) / square) / (k + 1)


def classes(state, logits: np.ndarray, samples: int) -> np.ndarray:
    """[batch, samples] class numbers drawn with the probabilities that the rows of logits give."""
    batch, count = logits.shape
    drawn = philox.words(state, -(-batch * samples // 2)).reshape(-1, 2)[: batch * samples]
    uniforms = philox.to_double(drawn[:, 0], drawn[:, 1]).reshape(batch, samples)
    result = np.empty((batch, samples), np.int64)
    for row in range(batch):
        finite = np.isfinite(logits[row])
        top = float(logits[row][finite].max()) if finite.any() else float(np.finfo(np.float64).min)
        with np.errstate(over="ignore", invalid="ignore"):
            weights = np.where(finite, np.exp(logits[row].astype(np.float64) - top), 0.0)
        cumulative = np.cumsum(weights)
        total = cumulative[-1] if count else 0.0
        result[row] = np.searchsorted(cumulative, uniforms[row] * total, side="right")
    return result


def permutation(state, size: int) -> np.ndarray:
    """A random order of `size` things: each place in turn swaps with itself or one after it."""
    order = list(range(size))
    drawn = philox.words(state, -(-max(size - 1, 0) // 4)).reshape(-1)
    left = np.arange(size, 1, -1, dtype=np.uint32)
    for i, offset in enumerate((drawn[: size - 1] % left).tolist()):
        j = i + offset
        order[i], order[j] = order[j], order[i]
    return np.array(order, np.int64)


def bounded_normal(state, per_batch: int, count: int, means, deviations, lows, highs, dtype, invalid) -> np.ndarray:
    """`count` normals within bounds, `per_batch` for each entry of the parameters.

    As TensorFlow draws them: batch after batch from one stream, by rejection from a normal, a uniform or an
    exponential, whichever fits the bounds.  `invalid()` is raised for bounds or deviations that make no sense.
    """
    key, counter = state
    kind = np.dtype(dtype).type
    work = np.float32 if kind is np.float16 else kind
    result = np.empty(count, work)
    width = 2 if work is np.float64 else 4

    def pick(values, batch):
        return work(values[0 if len(values) == 1 else batch])

    for batch in range(-(-count // per_batch) if per_batch else 0):
        first, last = batch * per_batch, min((batch + 1) * per_batch, count)
        mean, deviation, low, high = (pick(v, batch) for v in (means, deviations, lows, highs))
        if not (deviation > 0 and low < high and (np.isfinite(low) or np.isfinite(high))):
            raise invalid()
        if (np.isinf(low) and low < 0) or high < mean:
            low, high, deviation = high, low, -deviation
        norm_low, norm_high = (low - mean) / deviation, (high - mean) / deviation
        values, counter = _bounded(key, counter, last - first, norm_low, norm_high, work, width)
        result[first:last] = values * deviation + mean
    return result.astype(dtype, copy=False)


def _bounded(key, counter, wanted, low, high, work, width):
    root = np.sqrt(low * low + work(4))
    cutoff = work(2) * np.exp(work(0.5) + (low * (low - root)) / work(4)) / (low + root)
    inside = work(1.3)
    if (low < -inside and high >= 0) or (high > inside and low <= 0):
        propose, draws, candidates = _propose_normal, 1, width
    elif high - low < cutoff:
        propose, draws, candidates = _propose_uniform, 2, width
    else:
        propose, draws, candidates = _propose_exponential, 1, width // 2
    kept, have = [], 0
    while have < wanted:
        turns = max(4, int((wanted - have) * 1.5) // candidates + 1)
        values, accepted = propose(key, counter, turns, low, high, work)
        places = np.flatnonzero(accepted.reshape(-1))
        if have + len(places) >= wanted:
            places = places[: wanted - have]
            used = int(places[-1]) // candidates + 1
        else:
            used = turns
        kept.append(values.reshape(-1)[places])
        have += len(places)
        counter += used * draws
    return (np.concatenate(kept) if kept else np.empty(0, work)), counter


def _propose_normal(key, counter, turns, low, high, work):
    width = 2 if work is np.float64 else 4
    values = philox.normal((key, counter), turns * width, work)
    return values, (values >= low) & (values <= high)


def _propose_uniform(key, counter, turns, low, high, work):
    width = 2 if work is np.float64 else 4
    drawn = philox.uniform((key, counter), turns * 2 * width, work).reshape(turns, 2, width)
    z = drawn[:, 0] * (high - low) + low
    bound = work(0) if low < 0 else low * low
    return z, drawn[:, 1] <= np.exp((bound - z * z) / work(2))


def _propose_exponential(key, counter, turns, low, high, work):
    width = 2 if work is np.float64 else 4
    drawn = philox.uniform((key, counter), turns * width, work).reshape(turns, width // 2, 2)
    alpha = (low + np.sqrt(low * low + work(4))) / work(2)
    with np.errstate(divide="ignore"):
        z = -np.log(drawn[..., 0]) / alpha + low
    x = alpha - z if low < alpha else low - alpha
    return z, (drawn[..., 1] <= np.exp(-x * x / work(2))) & (z < high)
