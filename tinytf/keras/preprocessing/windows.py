"""Pairs of near words, and windows of a series.  Follows tf.keras.preprocessing.sequence of TF 1.15."""

from __future__ import annotations

import json
import random

import numpy as np

from tinytf.keras.utils import Sequence


def make_sampling_table(size, sampling_factor=1e-05):
    """How probably the i-th most frequent word is to be kept, for skipgrams."""
    rank = np.arange(size)
    rank[0] = 1
    rarity = rank * (np.log(rank) + 0.577) + 0.5 - 1.0 / (12.0 * rank)
    share = sampling_factor * rarity
    return np.minimum(1.0, share / np.sqrt(share))


def skipgrams(
    sequence, vocabulary_size, window_size=4, negative_samples=1.0, shuffle=True, categorical=False, sampling_table=None, seed=None
):
    """(pairs of words, labels): pairs that are near have the label 1, as many times `negative_samples` random ones 0."""
    couples, labels = [], []
    for i, word in enumerate(sequence):
        if not word or sampling_table is not None and sampling_table[word] < random.random():
            continue
        for j in range(max(0, i - window_size), min(len(sequence), i + window_size + 1)):
            if j != i and sequence[j]:
                couples.append([word, sequence[j]])
                labels.append([0, 1] if categorical else 1)
    if negative_samples > 0:
        count = int(len(labels) * negative_samples)
        words = [couple[0] for couple in couples]
        random.shuffle(words)
        couples += [[words[i % len(words)], random.randint(1, vocabulary_size - 1)] for i in range(count)]
        labels += [[1, 0] if categorical else 0] * count
    if shuffle:
        seed = random.randint(0, 10**7) if seed is None else seed
        for values in (couples, labels):
            random.seed(seed)
            random.shuffle(values)
    return couples, labels


class TimeseriesGenerator(Sequence):
    """Batches of windows of `length` steps of a series, and the targets of the steps after them.

    Args:
      sampling_rate: each so many steps of a window; stride: from one window to the next.
      start_index, end_index: the part of the series that is used; shuffle: windows at random; reverse: windows backwards.
    """

    def __init__(
        self, data, targets, length, sampling_rate=1, stride=1, start_index=0, end_index=None, shuffle=False, reverse=False, batch_size=128
    ):
        if len(data) != len(targets):
            raise ValueError("Data and targets have to be of same length. Data length is {} while target length is {}".format(len(data), len(targets)))
        self.data, self.targets, self.length = data, targets, length
        self.sampling_rate, self.stride, self.shuffle, self.reverse, self.batch_size = sampling_rate, stride, shuffle, reverse, batch_size
        self.start_index = start_index + length
        self.end_index = len(data) - 1 if end_index is None else end_index
        if self.start_index > self.end_index:
            raise ValueError(
                "`start_index+length=%i > end_index=%i` is disallowed, as no part of the sequence would be left to be used as current step."
                % (self.start_index, self.end_index)
            )

    def __len__(self):
        step = self.batch_size * self.stride
        return (self.end_index - self.start_index + step) // step

    def __getitem__(self, index):
        if self.shuffle:
            rows = np.random.randint(self.start_index, self.end_index + 1, size=self.batch_size)
        else:
            first = self.start_index + self.batch_size * self.stride * index
            rows = np.arange(first, min(first + self.batch_size * self.stride, self.end_index + 1), self.stride)
        samples = np.array([self.data[row - self.length : row : self.sampling_rate] for row in rows])
        targets = np.array([self.targets[row] for row in rows])
        return (samples[:, ::-1, ...], targets) if self.reverse else (samples, targets)

    def get_config(self) -> dict:
        """Its arguments, data as JSON."""
        names = "length sampling_rate stride start_index end_index shuffle reverse batch_size".split()
        as_list = lambda values: values.tolist() if isinstance(values, np.ndarray) else values  # noqa: E731
        config = {name: getattr(self, name) for name in names}
        return dict(config, data=json.dumps(as_list(self.data)), targets=json.dumps(as_list(self.targets)))

    def to_json(self, **kwargs) -> str:
        """Its class and config."""
        return json.dumps({"class_name": type(self).__name__, "config": self.get_config()}, **kwargs)
