"""What a leaf that may split has seen: candidates for its split, and the classes or numbers on their two sides.

A candidate is a random feature, with its value in an example as threshold.  When enough examples have come, the best
candidate splits the leaf: the one with the least Gini impurity, or variance, on both sides.  Follows grow_stats.cc of TF 1.15.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from tinytf.ops.tensor_forest.settings import resolve


class Split(NamedTuple):
    """A candidate, with the outputs of the two leaves that it makes."""

    feature: int
    threshold: float
    left: Any
    right: Any


class LeafStatistics:
    """The candidates of one leaf at a depth of the tree."""

    def __init__(self, settings, depth: int):
        self.settings, self.depth = settings, depth
        self.wanted = int(resolve(settings.num_splits_to_consider, depth))
        self.split_after = resolve(settings.split_after_samples, depth)
        outputs = settings.num_outputs
        self.features: list = []
        self.thresholds: list = []
        self.first_thresholds: list = []  # those that rows are counted by: TensorFlow does so even where they became means
        self.half_made: dict = {}  # candidate -> the class of its example, where thresholds are means of two classes
        self.weight = 0.0
        self.total = np.zeros(outputs)
        self.left = np.zeros((self.wanted, outputs))
        if settings.is_regression:
            self.squares = np.zeros(outputs)
            self.left_weight, self.left_squares = np.zeros(self.wanted), np.zeros((self.wanted, outputs))

    def take_candidates(self, data, targets, rows, draw) -> int:
        """Makes candidates of the first of these rows, until there are enough; returns how many rows that took."""
        used = 0
        while used < len(rows) and (len(self.features) < self.wanted or self.half_made):
            row, target = data[rows[used]], targets[rows[used]]
            if len(self.features) < self.wanted:
                feature = draw(data.shape[1])
                self.features.append(feature)
                self.thresholds.append(float(row[feature]))
                self.first_thresholds.append(float(row[feature]))
                if self.settings.average_splits and not self.settings.is_regression:
                    self.half_made[len(self.features) - 1] = target
            for candidate in [c for c, other in self.half_made.items() if other != target]:
                del self.half_made[candidate]
                self.thresholds[candidate] = (self.thresholds[candidate] + float(row[self.features[candidate]])) / 2
            used += 1
        return used

    def add(self, data, outputs, weights, rows) -> None:
        """Counts rows on both sides of each candidate; `outputs` has a 1 for a row's class, or its numbers."""
        if not len(rows):
            return
        values, thresholds = data[rows[:, np.newaxis], self.features], np.array(self.first_thresholds, np.float32)
        goes_left = (values < thresholds if self.settings.less_than else values <= thresholds).astype(np.float64)
        outputs = outputs[rows]
        if self.settings.is_regression:  # it takes no weights in TensorFlow, either
            self.weight += len(rows)
            self.left_weight += goes_left.sum(axis=0)
            self.left_squares += goes_left.T @ outputs**2
            self.squares += (outputs**2).sum(axis=0)
        else:
            outputs = outputs * weights[rows, np.newaxis]
            self.weight += float(weights[rows].sum())
        self.left += goes_left.T @ outputs
        self.total += outputs.sum(axis=0)

    @property
    def is_finished(self) -> bool:
        """Whether the leaf may be split."""
        enough = self.weight >= self.split_after
        return enough and (self.settings.is_regression or np.count_nonzero(self.total) > 1)

    def best_split(self) -> Split | None:
        """The best candidate that leaves something on both sides, or None."""
        left_weight = self.left_weight if self.settings.is_regression else self.left.sum(axis=1)
        right_weight = self.weight - left_weight
        useful = (left_weight > 0) & (right_weight > 0)
        if not useful.any():
            return None
        right = self.total - self.left
        if self.settings.is_regression:
            scores = _variances(left_weight, self.left, self.left_squares) + _variances(right_weight, right, self.squares - self.left_squares)
        else:
            scores = _weighted_gini(self.left) + _weighted_gini(right)
        best = int(np.where(useful, scores, np.inf).argmin())
        left_values, right_values = self.left[best], right[best]
        if self.settings.is_regression:
            left_values, right_values = left_values / left_weight[best], right_values / right_weight[best]
        return Split(self.features[best], self.thresholds[best], left_values, right_values)


def _weighted_gini(counts) -> np.ndarray:
    """The smoothed Gini impurity of each row of counts, times its sum."""
    sums = counts.sum(axis=1)
    squares = (counts**2).sum(axis=1)
    smoothed = counts.shape[1] + sums
    return sums * (1.0 - (squares + 2 * sums + counts.shape[1]) / smoothed**2)


def _variances(weights, sums, squares) -> np.ndarray:
    safe = np.where(weights > 0, weights, 1.0)[:, np.newaxis]
    return (squares / safe - (sums / safe) ** 2).sum(axis=1)


class Statistics:
    """What the handle of a tree's statistics refers to: LeafStatistics by leaf."""

    name = ""

    def __init__(self):
        self.is_created = False
        self.leaves: dict = {}

    def restart(self, settings) -> None:
        """Knows of the root only."""
        self.is_created = True
        self.leaves = {0: LeafStatistics(settings, 0)}

    def destroy(self) -> None:
        """Forgets everything: they are not created any more."""
        self.is_created, self.leaves = False, {}
