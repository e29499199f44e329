"""Quantiles of a stream of weighted numbers, within an error that is chosen: the sketch that buckets are made from.

A summary is a list of entries (value, weight, min_rank, max_rank): the total weight of what is smaller than a value lies
between min_rank and max_rank - weight.  Summaries are merged without loss, and compressed with a bounded one; a stream keeps
them in levels, as the digits of a binary number.  After "A Fast Algorithm for Approximate Quantiles in High Speed Data
Streams", as weighted_quantiles_*.h of TF 1.15; ranks and weights are float32, as there.
"""

from __future__ import annotations

import math

import numpy as np

VALUE, WEIGHT, MIN_RANK, MAX_RANK = range(4)  # the columns of a summary, an array [entries, 4] of float32
EMPTY = np.zeros((0, 4), np.float32)


def summary_of(values: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """The exact summary of numbers whose weight is positive."""
    order = np.argsort(values, kind="stable")
    values, weights = values[order], weights[order]
    if not len(values):
        return EMPTY
    starts = np.flatnonzero(np.concatenate([[True], values[1:] != values[:-1]]))
    sums = np.zeros(len(starts), np.float32)
    np.add.at(sums, np.repeat(np.arange(len(starts)), np.diff(np.append(starts, len(values)))), weights)
    ranks = np.add.accumulate(sums, dtype=np.float32)
    return np.stack([values[starts], sums, np.concatenate([[np.float32(0)], ranks[:-1]]), ranks], axis=1)


def merge(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """The summary of both streams together."""
    if not len(a) or not len(b):
        return a if len(a) else b
    values = np.union1d(a[:, VALUE], b[:, VALUE])
    from_a, from_b = _spread(a, values), _spread(b, values)
    return np.stack([values, *(x + y for x, y in zip(from_a, from_b))], axis=1)


def _spread(summary, values) -> tuple:
    """What a summary adds to weight, min_rank and max_rank of each of `values`, which hold its own."""
    after = np.searchsorted(summary[:, VALUE], values, side="left")  # the first entry that is not smaller
    inside = after < len(summary)
    at = np.minimum(after, len(summary) - 1)
    own = inside & (summary[at, VALUE] == values)
    weight = np.where(own, summary[at, WEIGHT], np.float32(0))
    next_min = np.concatenate([[np.float32(0)], summary[:, MIN_RANK] + summary[:, WEIGHT]])
    previous_max = np.append(summary[:, MAX_RANK] - summary[:, WEIGHT], summary[-1, MAX_RANK])
    lowest = np.where(own, summary[at, MIN_RANK], next_min[after])
    highest = np.where(own, summary[at, MAX_RANK], previous_max[after])
    return weight, lowest, highest


def total_weight(summary) -> np.float32:
    """The weight of all that went in."""
    return summary[-1, MAX_RANK] if len(summary) else np.float32(0)


def compress(summary: np.ndarray, size_hint: int, min_epsilon: float = 0.0) -> np.ndarray:
    """About `size_hint` of the entries, or those that an error of `min_epsilon` more allows, the first and last among them."""
    size_hint = max(size_hint, 2)
    count = len(summary)
    if count <= size_hint:
        return summary
    allowed = float(total_weight(summary)) * max(1.0 / size_hint, min_epsilon)
    previous_max = (summary[:, MAX_RANK] - summary[:, WEIGHT]).tolist()
    next_min = (summary[:, MIN_RANK] + summary[:, WEIGHT]).tolist()
    kept, debt, read, last = [0], 0, 0, 1
    while read + 1 != count:
        following = read + 1
        while following != count and debt < count and float(np.float32(previous_max[following] - next_min[read])) <= allowed:
            debt += size_hint
            following += 1
        read = read + 1 if read == following - 1 else following - 1
        kept.append(read)
        last = read
        debt -= count
    if last + 1 != count:
        kept.append(count - 1)
    return summary[kept]


def boundaries(summary: np.ndarray, count: int) -> np.ndarray:
    """At least `count` values, where there are as many, that divide the weight evenly."""
    if not len(summary):
        return summary[:, VALUE]
    return compress(summary, count, float(np.float32(_error(summary) + 1.0 / count)))[:, VALUE]


def _error(summary) -> float:
    own = summary[1:, MAX_RANK] - summary[1:, MIN_RANK] - summary[1:, WEIGHT]
    between = (summary[1:, MAX_RANK] - summary[1:, WEIGHT]) - (summary[:-1, MIN_RANK] + summary[:-1, WEIGHT])
    widest = max([np.float32(0), *own, *between])
    return float(widest / total_weight(summary))


def quantiles(summary: np.ndarray, count: int) -> np.ndarray:
    """The values at the ranks 0, 1/count … 1 of the weight."""
    if not len(summary):
        return summary[:, VALUE]
    count = max(count, 2)
    middle = summary[:, MIN_RANK] + summary[:, MAX_RANK]
    at, found = 0, []
    for i in range(count + 1):
        rank = np.float32(2) * (np.float32(i) * summary[-1, MAX_RANK] / np.float32(count))
        following = at + 1
        while following < len(summary) and rank >= middle[following]:
            following += 1
        at = following - 1
        nearer = following == len(summary) or rank < (
            summary[at, MIN_RANK] + summary[at, WEIGHT] + summary[following, MAX_RANK] - summary[following, WEIGHT]
        )
        found.append(summary[at if nearer else following, VALUE])
    return np.array(found, np.float32)


class Stream:
    """Summaries of what has come so far, each level standing for about twice as much as the one before."""

    def __init__(self, epsilon: float, max_elements: int):
        self.epsilon = epsilon
        self.block_size = _block_size(epsilon, max_elements)
        self.buffer_size = min(2 * self.block_size, max_elements)
        self.levels: list = []

    def push(self, values: np.ndarray, weights: np.ndarray) -> None:
        """Takes in numbers with their weights; those whose weight is not positive are left out."""
        positive = weights > 0
        values, weights = values[positive], weights[positive]
        for start in range(0, len(values), self.buffer_size):
            end = start + self.buffer_size
            self.push_summary(summary_of(values[start:end], weights[start:end]))

    def push_summary(self, summary: np.ndarray) -> None:
        """Takes in a summary of other numbers."""
        summary = compress(summary, self.block_size, self.epsilon)
        if not len(summary):
            return
        level = 0
        while True:
            if level == len(self.levels):
                self.levels.append(EMPTY)
            here = self.levels[level]
            summary = merge(summary, here)
            if not len(here) or len(summary) <= self.block_size + 1:
                self.levels[level] = summary
                return
            summary = compress(summary, self.block_size, self.epsilon)
            self.levels[level] = EMPTY
            level += 1

    def finish(self) -> np.ndarray:
        """The summary of everything; the stream is empty then."""
        whole = EMPTY
        for summary in self.levels:
            whole = merge(whole, summary)
        self.levels = []
        return whole


def _block_size(epsilon: float, max_elements: int) -> int:
    """Entries of a block, so that as many levels as its size allows hold all elements."""
    if epsilon <= np.finfo(np.float64).eps:
        return max(max_elements, 2)
    level, size = 1, 2
    while (size << level) < max_elements:
        size = math.ceil(level / epsilon) + 1
        level += 1
    return max(size, 2)
