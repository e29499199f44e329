"""Clustering: the nearest of a set of points, and the first centers that k-means starts from.

TensorFlow knows no shapes of their results. The random ops draw one word after the other from a Philox generator that starts anew at each run, as TensorFlow's kernels do.
"""

from __future__ import annotations

import numpy as np

from tinytf import errors
from tinytf.graph.build import make
from tinytf.graph.op_entry import op
from tinytf.graph.shape_rules import unknown
from tinytf.ops.nn.candidate_sampling import Stream


def _matrix(op_, array, what):
    if np.ndim(array) != 2:
        raise errors.InvalidArgumentError(op_.node_def, op_, "Input %s should be a matrix." % what)
    return array


def _scalar(op_, value, what):
    if np.ndim(value) != 0:
        raise errors.InvalidArgumentError(op_.node_def, op_, "Input %s should be a scalar." % what)
    return int(value)


def _half_squared_norms(points):
    return np.float32(0.5) * np.einsum("ij,ij->i", points, points)


def _nearest_neighbors(op_):
    def nearest(points, centers, k):
        points, centers = _matrix(op_, points, "points"), _matrix(op_, centers, "centers")
        k = _scalar(op_, k, "k")
        if k <= 0:
            raise errors.InvalidArgumentError(op_.node_def, op_, "k should be at least 1")
        if not len(centers):
            raise errors.InvalidArgumentError(op_.node_def, op_, "There must be at least one center")
        if points.shape[1] != centers.shape[1]:
            raise errors.InvalidArgumentError(op_.node_def, op_, "Points and centers must have the same number of columns")
        k = min(k, len(centers))
        scores = _half_squared_norms(centers) - points @ centers.T  # lacks what is the same for all centers
        if k == 1:
            indices = scores.argmin(axis=1)[:, np.newaxis]
        else:
            indices = scores.argsort(axis=1, kind="stable")[:, :k]
        best = np.take_along_axis(scores, indices, axis=1)
        distances = np.float32(2.0) * (best + _half_squared_norms(points)[:, np.newaxis])
        return indices.astype(np.int64), np.maximum(distances, np.float32(0.0))

    return nearest


op(
    "NearestNeighbors(points: float, centers: float, k: int64) -> (nearest_center_indices: int64, nearest_center_distances: float)",
    shape=unknown,
    kernel=_nearest_neighbors,
)


def _stream(seed):
    seed = int(seed) & 0xFFFFFFFFFFFFFFFF
    return Stream(((seed & 0xFFFFFFFF, seed >> 32), 0))


def _real(stream) -> np.float32:
    """A float in [0, 1): the low 23 bits of a word."""
    word = stream.take(1)
    return (word & np.uint32(0x7FFFFF) | np.uint32(0x3F800000)).view(np.float32)[0] - np.float32(1.0)


def _kmeans_plus_plus(op_):
    def choose(points, num_to_sample, seed, retries):
        points = _matrix(op_, points, "points")
        count = _scalar(op_, num_to_sample, "num_to_sample")
        seed, retries = _scalar(op_, seed, "seed"), _scalar(op_, retries, "num_retries_per_sample")
        if count <= 0:
            raise errors.InvalidArgumentError(op_.node_def, op_, "num_to_sample should be greater than zero")
        if not len(points):
            raise errors.InvalidArgumentError(op_.node_def, op_, "Expected at least one point")
        stream, half = _stream(seed), _half_squared_norms(points)
        chosen = [stream.uniform(len(points), 64)]
        distances = _distances_to(points, half, chosen[0])
        while len(chosen) < count:
            sums = np.cumsum(distances, dtype=np.float32)
            best = None
            for _ in range(1 + max(retries, 0)):  # the candidate that brings all points nearest
                index = _draw(stream, sums, chosen)
                reached = np.minimum(distances, _distances_to(points, half, index))
                score = reached.sum()
                if best is None or score < best[0]:
                    best = score, index, reached
            chosen.append(best[1])
            distances = best[2]
        return points[chosen]

    return choose


def _distances_to(points, half, index):
    distances = half - points @ points[index] + half[index]
    return np.maximum(np.float32(2.0) * distances, np.float32(0.0))


def _draw(stream, sums, chosen):
    """A point that is not chosen yet, with a probability that falls with its nearness to those that are."""
    if len(set(chosen)) >= len(sums):
        return stream.uniform(len(sums), 64)
    while True:
        index = min(int(np.searchsorted(sums, _real(stream) * sums[-1], side="right")), len(sums) - 1)
        if index not in chosen:
            return index


op(
    "KmeansPlusPlusInitialization(points: float, num_to_sample: int64, seed: int64, num_retries_per_sample: int64) -> (samples: float)",
    shape=unknown,
    kernel=_kmeans_plus_plus,
)


def _chain(op_):
    def walk(distances, seed):
        if np.ndim(distances) != 1:
            raise errors.InvalidArgumentError(op_.node_def, op_, "Input distances should be a vector.")
        stream = _stream(_scalar(op_, seed, "seed"))
        at, here = 0, distances[0]
        for i in range(1, len(distances)):
            if _real(stream) * here < distances[i]:
                at, here = i, distances[i]
        return np.int64(at)

    return walk


op("KMC2ChainInitialization(distances: float, seed: int64) -> (index: int64)", shape=lambda op_: [()], kernel=_chain)


def nearest_neighbors(points, centers, k, name=None):
    """(indices, squared distances) [points, k] of the nearest centers of each point, the nearest first."""
    return make("NearestNeighbors", points, centers, k, name=name)


def kmeans_plus_plus_initialization(points, num_to_sample, seed, num_retries_per_sample, name=None):
    """Rows of `points` [num_to_sample, columns], far from each other by chance."""
    return make("KmeansPlusPlusInitialization", points, num_to_sample, seed, num_retries_per_sample, name=name)


def kmc2_chain_initialization(distances, seed, name=None):
    """The point where a Markov chain ends that prefers large `distances`."""
    return make("KMC2ChainInitialization", distances, seed, name=name)
