"""From examples to the best splits: sums of gradients and hessians for each node and bucket, and what a split would gain."""

from __future__ import annotations

import numpy as np

from tinytf import errors
from tinytf.graph.op_entry import NOT_DIFFERENTIABLE, op
from tinytf.ops.boosted_trees.weights import multi_weights_and_gain, weights_and_gains
from tinytf.ops.strings.string_kernels import objects

# Summing up -----------------------------------------------------------------------------------------


def _check_range(op_, what, values, limit) -> None:
    if len(values) and not (0 <= values.min() and values.max() < limit):
        raise errors.InvalidArgumentError(op_.node_def, op_, f"{what} must be in [0, {limit}), but they reach from {values.min()} to {values.max()}")


def _add(sums, places, values) -> None:
    """Adds up the rows of `values` by place, in float64 as TensorFlow does; places beyond the end are lost."""
    for column in range(values.shape[1]):
        sums[:, column] += np.bincount(places, weights=values[:, column], minlength=len(sums))[: len(sums)]


def _make_stats_summary(op_):
    splits, buckets = op_.attr("max_splits"), op_.attr("num_buckets")

    def summarize(node_ids, gradients, hessians, *features):
        _check_range(op_, "node_ids", node_ids, splits)
        stats = np.concatenate([gradients.reshape(-1, 1), hessians.reshape(-1, 1)], axis=1)
        size = splits * buckets
        summary = np.zeros((len(features) * size, 2), np.float64)
        for i, feature in enumerate(features):
            # The quantiles may give a bucket more than they were asked for.  TensorFlow counts its examples with the first bucket
            # of the next node (beyond the last node they are lost), and so trees are the same only if that is done here, too.
            _check_range(op_, "Buckets", feature, 2 * buckets)
            places = (i * splits + node_ids.astype(np.int64)) * buckets + feature.reshape(-1)
            _add(summary, places, stats)
        return summary.astype(np.float32).reshape(len(features), splits, buckets, 2)

    return summarize


def _aggregate_stats(op_):
    splits, buckets = op_.attr("max_splits"), op_.attr("num_buckets")

    def aggregate(node_ids, gradients, hessians, feature):
        _check_range(op_, "node_ids", node_ids, splits)
        _check_range(op_, "Buckets", feature.reshape(-1), buckets)
        stats = np.concatenate([gradients, hessians], axis=1)
        dimensions = feature.shape[1]
        summary = np.zeros((splits, dimensions, buckets + 1, stats.shape[1]))  # the last bucket is for missing values
        for dimension in range(dimensions):
            places = (node_ids.astype(np.int64) * dimensions + dimension) * (buckets + 1) + feature[:, dimension]
            _add(summary.reshape(-1, stats.shape[1]), places, stats)
        return summary.astype(np.float32)

    return aggregate


# Choosing -------------------------------------------------------------------------------------------


def _node_range(op_, node_id_range, stats) -> tuple:
    first, last = (int(i) for i in node_id_range)
    if not 0 <= first <= last <= len(stats):
        raise errors.InvalidArgumentError(op_.node_def, op_, f"node_id_range [{first}, {last}) is not within the {len(stats)} nodes of stats_summary")
    return first, last


def _best_gains(op_):
    count = op_.attr("num_features")

    def choose(node_id_range, *rest):
        summaries = rest[:count]
        l1, l2, complexity, min_node_weight = (np.float32(v) for v in rest[count:])
        columns = [_best_of_feature(op_, node_id_range, s, l1, l2, complexity, min_node_weight) for s in summaries]
        return tuple(column[i] for i in range(5) for column in columns)

    return choose


def _best_of_feature(op_, node_id_range, stats, l1, l2, complexity, min_node_weight) -> tuple:
    first, last = _node_range(op_, node_id_range, stats)
    sums = np.add.accumulate(stats[first:last], axis=1)  # [nodes, buckets, 2]: what goes left of a split after a bucket
    totals = sums[:, -1]
    heavy = totals[:, 1] >= min_node_weight
    sums, totals, nodes = sums[heavy], totals[heavy], np.arange(first, last, dtype=np.int32)[heavy]
    rest = totals[:, np.newaxis] - sums
    left, left_gain = weights_and_gains(sums[..., 0], sums[..., 1], l1, l2)
    right, right_gain = weights_and_gains(rest[..., 0], rest[..., 1], l1, l2)
    gains = left_gain + right_gain
    best, rows = gains.argmax(axis=1), np.arange(len(nodes))
    before = weights_and_gains(totals[:, 0], totals[:, 1], l1, l2)[1]
    chosen = gains[rows, best] - before - complexity
    return nodes, chosen, best.astype(np.int32), left[rows, best][:, np.newaxis], right[rows, best][:, np.newaxis]


def _weigh(stats, size, l1, l2) -> tuple:
    """(weights [n, size], gains [n]) of rows of gradients and hessians."""
    if size == 1:
        weights, gains = weights_and_gains(stats[:, 0], stats[:, 1], l1, l2)
        return weights[:, np.newaxis], gains
    return multi_weights_and_gain(stats[:, :size], stats[:, size:], l1, l2)


_EQUALITY, _LEFT, _RIGHT = b"EQUALITY_DEFAULT_RIGHT", b"INEQUALITY_DEFAULT_LEFT", b"INEQUALITY_DEFAULT_RIGHT"


def _left_sums(stats, direction) -> np.ndarray:
    """What goes left of a split at each bucket, [dimensions, buckets, statistics]; the last bucket of `stats` holds missing values."""
    if direction == _EQUALITY:
        return stats[:, :-1]
    sums = np.add.accumulate(stats[:, :-1], axis=1)
    return sums + stats[:, -1:] if direction == _LEFT else sums


def _best_of_node(stats, present, directions, size, l1, l2) -> tuple | None:
    """(gain, dimension, bucket, left weights, right weights, direction) of the best split; None where there is none.

    Of equal ones it is the first: by dimension, then by the order of `directions`, then by bucket.  `present`: where there may be one.
    """
    totals = stats.sum(axis=1)
    found = []
    for dimension, total in enumerate(totals):
        before = None
        for direction in directions:
            buckets = np.flatnonzero(present[dimension])
            if not len(buckets):
                continue
            left = _left_sums(stats[dimension : dimension + 1], direction)[0, buckets]
            (left_weights, left_gains), (right_weights, right_gains) = _weigh(left, size, l1, l2), _weigh(total - left, size, l1, l2)
            gains = left_gains + right_gains
            best = int(gains.argmax())
            if before is None:
                before = _weigh(total[np.newaxis], size, l1, l2)[1][0]
            found.append((gains[best], gains[best] - before, dimension, buckets[best], left_weights[best], right_weights[best], direction))
    return max(found, key=lambda candidate: candidate[0])[1:] if found else None


def _choose_splits(stats, present, first, last, directions, size, costs) -> tuple:
    l1, l2, complexity, min_node_weight = (np.float32(c) for c in costs)
    found = []
    for node in range(first, last):
        weights = stats[node, 0, :, size:].sum(axis=0)
        if (weights[0] if size == 1 else np.linalg.norm(weights)) < min_node_weight:
            continue
        best = _best_of_node(stats[node], present[node], directions, size, l1, l2)
        if best is not None:
            found.append((node, best[0] - complexity, *best[1:]))
    nodes, gains, dimensions, thresholds, lefts, rights, chosen = zip(*found) if found else [()] * 7
    return (
        np.array(nodes, np.int32), np.array(gains, np.float32), np.array(dimensions, np.int32), np.array(thresholds, np.int32),
        np.array(lefts, np.float32).reshape(-1, size), np.array(rights, np.float32).reshape(-1, size),
        objects(list(chosen), (len(chosen),)),
    )  # fmt: skip


def _check_statistics(op_, shape, size):
    if len(shape) != 4 or shape[2] < 2 or shape[1] < 1 or shape[3] not in (2 * size, size + size * size):
        raise errors.InvalidArgumentError(op_.node_def, op_, f"stats_summary of shape {list(shape)} does not fit {size} logits")


def _best_split(op_):
    size = op_.attr("logits_dimension")
    directions = [_EQUALITY] if op_.attr("split_type") == b"equality" else [_LEFT, _RIGHT]

    def choose(node_id_range, stats, *costs):
        _check_statistics(op_, stats.shape, size)
        first, last = _node_range(op_, node_id_range, stats)
        present = np.ones((*stats.shape[:2], stats.shape[2] - 1), bool)
        return _choose_splits(stats, present, first, last, directions, size, costs)

    return choose


# Sparse features ------------------------------------------------------------------------------------


def _sparse_aggregate(op_):
    splits, buckets = op_.attr("max_splits"), op_.attr("num_buckets")

    def aggregate(node_ids, gradients, hessians, indices, values, shape):
        _check_range(op_, "node_ids", node_ids, splits)
        _check_range(op_, "feature_values", values, buckets)
        dimensions = int(shape[1]) if len(shape) == 2 else -1
        if indices.ndim != 2 or indices.shape[1] != 2 or dimensions < 0:
            raise errors.InvalidArgumentError(op_.node_def, op_, "feature_indices must be a matrix of two columns, feature_shape of two entries")
        _check_range(op_, "feature_indices", indices[:, 0], len(node_ids))
        _check_range(op_, "feature_indices", indices[:, 1], dimensions)
        stats = np.concatenate([gradients, hessians], axis=1)
        missing = {(node, d): total for node, total in _totals(node_ids, stats).items() for d in range(dimensions)}
        sums: dict = {}
        for (example, d), value in zip(indices.tolist(), values.tolist()):
            key = int(node_ids[example]), d
            sums[(*key, value)] = sums.get((*key, value), 0) + stats[example].astype(np.float64)
            missing[key] = missing[key] - stats[example]
        sums.update({(*key, buckets): rest for key, rest in missing.items()})
        keys = [(*key, i) for key in sorted(sums) if sums[key].any() for i in range(stats.shape[1])]
        found = np.array([sums[key[:3]][key[3]] for key in keys], np.float32)
        return np.array(keys, np.int32).reshape(-1, 4), found, np.array([splits, dimensions, buckets + 1, stats.shape[1]], np.int32)

    return aggregate


def _totals(node_ids, stats) -> dict:
    totals: dict = {}
    for node, row in zip(node_ids.tolist(), stats.astype(np.float64)):
        totals[node] = totals.get(node, 0) + row
    return totals


def _sparse_best_split(op_):
    size = op_.attr("logits_dimension")
    if size > 1:  # TensorFlow takes the first column for everything
        raise NotImplementedError("BoostedTreesSparseCalculateBestFeatureSplit is for one logit: use BoostedTreesCalculateBestFeatureSplit for more")

    def choose(node_id_range, indices, values, shape, *costs):
        shape = tuple(int(d) for d in shape)
        _check_statistics(op_, shape, size)
        if indices.ndim != 2 or indices.shape[1] != 4 or len(indices) != len(values):
            raise errors.InvalidArgumentError(op_.node_def, op_, "stats_summary_indices must be a matrix of four columns, one row a value")
        for axis, limit in enumerate(shape):
            _check_range(op_, "stats_summary_indices", indices[:, axis], limit)
        first, last = (int(i) for i in node_id_range)
        if not 0 <= first <= last <= shape[0]:
            raise errors.InvalidArgumentError(op_.node_def, op_, f"node_id_range [{first}, {last}) is not within the {shape[0]} nodes")
        nodes = np.unique(indices[:, 0])
        nodes = nodes[(nodes >= first) & (nodes < last)]
        found = [_of_sparse_node(indices, values, shape, node, size, costs) for node in nodes]
        if not found:
            return _choose_splits(np.zeros((1, 1, 2, 2 * size), np.float32), np.zeros((1, 1, 1), bool), 0, 0, [_RIGHT], size, costs)
        return tuple(np.concatenate(column) for column in zip(*found))

    return choose


def _of_sparse_node(indices, values, shape, node, size, costs) -> tuple:
    """The best split of one node, which alone is made dense: with the dimensions and buckets that it has."""
    here = indices[:, 0] == node
    own, own_values = indices[here], values[here]
    dimensions, rows = np.unique(own[:, 1], return_inverse=True)
    last = shape[2] - 1
    buckets = np.unique(np.append(own[:, 2], last))
    columns = np.searchsorted(buckets, own[:, 2])
    stats = np.zeros((1, len(dimensions), len(buckets), shape[3]), np.float32)
    stats[0, rows.reshape(-1), columns, own[:, 3]] = own_values
    present = np.zeros((1, len(dimensions), len(buckets) - 1), bool)
    real = own[:, 2] < last
    present[0, rows.reshape(-1)[real], columns[real]] = True
    found = list(_choose_splits(stats, present, 0, 1, [_RIGHT, _LEFT], size, costs))
    found[0] = np.full(len(found[0]), node, np.int32)
    found[2], found[3] = dimensions[found[2]].astype(np.int32), buckets[found[3]].astype(np.int32)
    return tuple(found)


def _summary_shape(op_):
    return [(op_.attr("num_features"), op_.attr("max_splits"), op_.attr("num_buckets"), 2)]


def _aggregate_shape(op_):
    # As TensorFlow says it, though the result has the middle two the other way round and a bucket more, for missing values.
    gradients, hessians, feature = (t.dims or (None, None) for t in op_.inputs[1:])
    statistics = gradients[1] + hessians[1] if None not in (gradients[1], hessians[1]) else None
    return [(op_.attr("max_splits"), op_.attr("num_buckets"), feature[1], statistics)]


def _gains_shape(op_):
    count = op_.attr("num_features")
    return [(None,)] * (3 * count) + [(None, 1)] * (2 * count)


_COSTS = "l1: float, l2: float, tree_complexity: float, min_node_weight: float"
op("BoostedTreesMakeStatsSummary(node_ids: int32, gradients: float, hessians: float, bucketized_features_list: num_features*int32) -> "
   "(stats_summary: float); max_splits: int >= 1; num_buckets: int >= 1; num_features: int >= 1",
   shape=_summary_shape, kernel=_make_stats_summary, gradient=NOT_DIFFERENTIABLE)  # fmt: skip
op("BoostedTreesAggregateStats(node_ids: int32, gradients: float, hessians: float, feature: int32) -> (stats_summary: float); "
   "max_splits: int >= 1; num_buckets: int >= 1", shape=_aggregate_shape, kernel=_aggregate_stats)  # fmt: skip
op(f"BoostedTreesCalculateBestGainsPerFeature(node_id_range: int32, stats_summary_list: num_features*float, {_COSTS}) -> "
   "(node_ids_list: num_features*int32, gains_list: num_features*float, thresholds_list: num_features*int32, "
   "left_node_contribs_list: num_features*float, right_node_contribs_list: num_features*float); max_splits: int >= 1; num_features: int >= 1",
   shape=_gains_shape, kernel=_best_gains, gradient=NOT_DIFFERENTIABLE)  # fmt: skip
op(f"BoostedTreesCalculateBestFeatureSplit(node_id_range: int32, stats_summary: float, {_COSTS}) -> "
   "(node_ids: int32, gains: float, feature_dimensions: int32, thresholds: int32, left_node_contribs: float, right_node_contribs: float, "
   "split_with_default_directions: string); logits_dimension: int >= 1; split_type: {'inequality', 'equality'} = 'inequality'",
   shape=lambda op_: [(None,)] * 7, kernel=_best_split)  # fmt: skip
op("BoostedTreesSparseAggregateStats(node_ids: int32, gradients: float, hessians: float, feature_indices: int32, feature_values: int32, "
   "feature_shape: int32) -> (stats_summary_indices: int32, stats_summary_values: float, stats_summary_shape: int32); "
   "max_splits: int >= 1; num_buckets: int >= 1", shape=lambda op_: [(None, 4), (None,), (4,)], kernel=_sparse_aggregate)  # fmt: skip
op("BoostedTreesSparseCalculateBestFeatureSplit(node_id_range: int32, stats_summary_indices: int32, stats_summary_values: float, "
   f"stats_summary_shape: int32, {_COSTS}) -> (node_ids: int32, gains: float, feature_dimensions: int32, thresholds: int32, "
   "left_node_contribs: float, right_node_contribs: float, split_with_default_directions: string); logits_dimension: int >= 1; "
   "split_type: {'inequality'} = 'inequality'", shape=lambda op_: [(None,)] * 7, kernel=_sparse_best_split)  # fmt: skip
